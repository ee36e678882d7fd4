"""Files that do not hold every row of their stream: what they lack is missing input, never none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import shopscore as ss
from shopscore.analysis.inspection import inspect_file
from shopscore.grading.missing_columns import in_words
from shopscore.model.layouts import Layout
from shopscore.model.streams import PART_ONLY
from shopscore.plugins.layout_toml import parse_layout
from shopscore.testing.toy import PLATFORM

#: A list of bad reviews: those that somebody has to answer.
LAYOUT = """schema = 1
id = "bad"
zh = "差评"
en = "Bad reviews"
stream = "reviews"
headers = ["评价号", "星"]
state = ["reviewed_at"]
incomplete = true
[columns]
review_id = "评价号"
reviewed_at = "时间"
rating = "星"
"""
BAD = parse_layout(LAYOUT, "bad.toml")
ALL = parse_layout(LAYOUT.replace("incomplete = true\n", ""), "all.toml")
DAY = "2025-06-10 10:00:00"
EXPORT = f"评价号,时间,星\nB1,{DAY},1\nB2,{DAY},2\n"
ORDERS = "shop_id,order_id,paid_at,picked_up_at\n{shop},1,2025-06-09 10:00:00,2025-06-10 10:00:00\n"
REVIEWS = "shop_id,review_id,reviewed_at,rating\n{shop},R1," + DAY + ",5\n{shop},R2," + DAY + ",5\n"


def read(folder: Path, files: dict[str, str], layout: Layout = BAD) -> ss.Events:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(shop="S1"), encoding="utf-8")
    return ss.read_events(folder, platform=PLATFORM, shop_id="S1", layouts=[layout])


def bad_reviews(source: Any, shop: str = "S1") -> tuple[object, int, str, str]:
    result = ss.score(source, platform=PLATFORM, as_of="2025-06-20")
    (found,) = (m for m in result[shop].metrics if m.id == "bad_reviews")
    return found.value, found.n, found.status, str(found.reason)


MISSING = (None, 0, "no_data", "only a part of stream reviews")


def test_a_rate_of_a_part_is_missing_input(tmp_path: Path) -> None:
    files = {"orders.csv": ORDERS, "bad.csv": EXPORT}
    events = read(tmp_path, files)
    assert bad_reviews(events) == MISSING
    (shop,) = ss.score(events, platform=PLATFORM, as_of="2025-06-20")
    assert shop.status == "partial"
    (notice,) = (n for n in events.report.notices if n.code == "file_recognised")
    assert notice.stream == "reviews"


def test_the_same_file_of_all_rows_has_a_value(tmp_path: Path) -> None:
    events = read(tmp_path, {"orders.csv": ORDERS, "all.csv": EXPORT}, ALL)
    assert bad_reviews(events)[:2] == (1.0, 2)


def test_a_file_that_has_the_rest_completes_it(tmp_path: Path) -> None:
    events = read(tmp_path, {"orders.csv": ORDERS, "bad.csv": EXPORT, "reviews.csv": REVIEWS})
    assert bad_reviews(events)[:2] == (0.5, 4)


def test_other_metrics_keep_their_values(tmp_path: Path) -> None:
    events = read(tmp_path, {"orders.csv": ORDERS, "bad.csv": EXPORT})
    result = ss.score(events, platform=PLATFORM, as_of="2025-06-20")
    assert result["S1"]["pickup_hours"].value == 24.0


@pytest.mark.parametrize(("whole_of", "complete"), [("甲", False), ("乙", True), ("", True)])
def test_each_shop_must_have_a_file_with_the_rest(
    whole_of: str, complete: bool, tmp_path: Path
) -> None:
    """A file outside the folders of shops names its shops, and may be of all of them."""
    folder = f"{whole_of}/" if whole_of else ""
    text = REVIEWS.replace("{shop}", "乙")
    events = read(
        tmp_path, {"orders.csv": ORDERS, "乙/bad.csv": EXPORT, f"{folder}reviews.csv": text}
    )
    assert (("reviews", PART_ONLY) not in events.columns_present()) is complete
    assert (bad_reviews(events, "乙") == MISSING) is not complete


def test_a_state_knows_it_too(tmp_path: Path) -> None:
    part = read(tmp_path / "part", {"orders.csv": ORDERS, "bad.csv": EXPORT})
    whole = read(tmp_path / "whole", {"reviews.csv": REVIEWS.replace("R", "Q")})
    states = [ss.tally(ss.resolve(e, platform=PLATFORM)) for e in (part, whole)]
    states[0].write_parquet(tmp_path / "state.parquet")
    again = ss.Tallies.read_parquet(tmp_path / "state.parquet")
    assert again == states[0]
    for state in (again, again + states[1], states[1] + again):
        assert bad_reviews(state) == MISSING
    assert bad_reviews(states[1])[:2] == (0.0, 2)


def test_inspect_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(EXPORT, encoding="utf-8")
    found = inspect_file(path, layouts=[BAD], platform="douyin")
    missing = {m.metric: m.missing for m in found.metrics}
    assert "rest of stream reviews" in missing["bad_review_rate"]
    assert str(in_words("rest of stream reviews")) == "the rest of stream reviews"


@pytest.mark.parametrize("value", ['"yes"', "1", '["orders"]'])
def test_is_yes_or_no(value: str) -> None:
    with pytest.raises(ss.RuleSetError, match=r"incomplete = .* is of the wrong type"):
        parse_layout(LAYOUT.replace("= true", f"= {value}"), "own.toml")
