"""What is required of a result: where files of shops, or all shops, are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

import shopscore as ss
from shopscore.results.requirements import Requirements
from shopscore.results.result import Result

WHICH = {"platform": "douyin", "ruleset": "2022", "as_of": "2022-07-01"}
ORDERS = "order_id,paid_at\n1,2022-06-01 10:00:00\n"
REVIEWS = "review_id,order_id,reviewed_at,rating\n1,1,2022-06-03 10:00:00,1\n"


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Three shops with folders of their own: one has no reviews, and none has tickets."""
    for shop in "ABC":
        (tmp_path / shop).mkdir()
        (tmp_path / shop / "orders.csv").write_text(ORDERS, encoding="utf-8")
        if shop != "B":
            (tmp_path / shop / "reviews.csv").write_text(REVIEWS, encoding="utf-8")
    return tmp_path


def told(result: Result) -> list[tuple[str | None, int | None, tuple[str, ...]]]:
    return [(n.stream, n.shops, n.shop_ids) for n in result.notices if n.code == "no_file_of_shop"]


def test_a_shop_without_a_file_that_others_have_is_named(folders: Path) -> None:
    result = ss.score(folders, **WHICH)  # type: ignore[arg-type]
    assert told(result) == [("reviews", 1, ("B",))]
    (notice,) = (n for n in result.notices if n.code == "no_file_of_shop")
    assert "bad_review_rate" in notice.metrics
    assert "1 shop has no file of it" in notice.message
    assert notice.message.text("zh").endswith("按没有发生计算（B）")


def test_of_a_file_of_all_shops_nobody_is_said_to_have_none(folders: Path) -> None:
    for shop in "AC":
        (folders / shop / "reviews.csv").unlink()
    every = REVIEWS.replace("review_id", "shop_id,review_id").replace("\n1,", "\nA,1,")
    (folders / "reviews.csv").write_text(every, encoding="utf-8")
    assert told(ss.score(folders, **WHICH)) == []  # type: ignore[arg-type]


def test_what_no_metric_reads_does_not_matter(folders: Path) -> None:
    result = ss.score(folders, platform="kuaishou", ruleset="2023", as_of="2022-07-01")
    assert told(result) == []


def test_such_a_shop_is_not_complete(folders: Path) -> None:
    result = ss.score(folders, **WHICH)  # type: ignore[arg-type]
    complete = Requirements.parse("complete")
    said = {}
    for shop in "AB":
        with pytest.raises(ss.RequirementError) as caught:
            complete.check(result, (shop,))
        said[shop] = str(caught.value)
    assert {shop: "more" in text for shop, text in said.items()} == {"A": True, "B": True}
    codes = {shop: {n.code for n in result.notices if n.concerns((shop,))} for shop in "AB"}
    assert codes["B"] - codes["A"] == {"no_file_of_shop"}


@pytest.mark.parametrize("word", ["complete", "fresh", "window", "peers=2"])
def test_nothing_holds_where_there_is_no_shop(word: str, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("shop_id,order_id,paid_at\n", encoding="utf-8")
    assert len(ss.score(tmp_path, **WHICH)) == 0  # type: ignore[arg-type]
    with pytest.raises(ss.RequirementError, match="there is none"):
        ss.score(tmp_path, **WHICH, require=word)  # type: ignore[arg-type]


def test_an_unknown_shop_is_said_whatever_is_required(folders: Path) -> None:
    result = ss.score(folders, **WHICH)  # type: ignore[arg-type]
    with pytest.raises(ss.UsageError, match="no shop D here"):
        Requirements.parse("complete").check(result, ("D",))
