"""Values without peers, where rules are changed: what weighs nothing, and what others decide."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import shopscore as ss
from shopscore.results.result import Result
from shopscore.testing.toy import PLATFORM as TOY

RULES = TOY.scorecard().text("2025-01-01")[0]
PICKUP = '{ id = "pickup_hours", scorer = "rank", weight = 0.5'
REPLIES = '{ id = "fast_replies", scorer = "reply_bands", weight = 0.5'
BANDS = 'kind = "bands"\nbands = [[0.5, 2], [0.8, 4], [0.95, 5]]'


def scored(
    tmp_path: Path,
    rules: str,
    *cells: tuple[str, str, str, str],
    numbers: Path | None = None,
    require: str | None = None,
) -> Result:
    """Score shops, each ``(shop, industry, metric, value)``, by rules of a file."""
    file = tmp_path / "rules.toml"
    file.write_text(rules, encoding="utf-8")
    values = pl.DataFrame(cells, schema=["shop_id", "industry", "metric", "value"], orient="row")
    return ss.score_values(
        values, platform=TOY, as_of="2025-03-01", ruleset=file, numbers=numbers, require=require
    )


def of_shops(shops: str, **values: str) -> list[tuple[str, str, str, str]]:
    rows = {"bad_reviews": "10%", "pickup_hours": "5 h", "fast_replies": "90%", **values}
    rows["paid_orders"] = "100"
    return [(shop, "food", id, value) for shop in shops for id, value in rows.items()]


def changed(rules: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert rules.count(old) == 1
        rules = rules.replace(old, new)
    return rules


def test_what_weighs_nothing_is_not_needed(tmp_path: Path) -> None:
    """Two alike: reviews 2.5 of half, answers 4 of the other; only one has a time of pick-up."""
    rules = changed(
        RULES,
        (PICKUP, PICKUP.replace("0.5", "0")),
        (REPLIES, REPLIES.replace("0.5", "1")),
    )
    cells = [*of_shops("B", pickup_hours="-"), *of_shops("C")]
    result = scored(tmp_path, rules, *cells, require="complete")
    assert [(s.status, s.score, s["pickup_hours"].status) for s in result] == [
        ("scored", 3.25, "no_data"),
        ("scored", 3.25, "no_peers"),
    ]
    assert "no_peers" not in {notice.code for notice in result.notices}


def test_a_dimension_that_is_closed_anyway_leaves_the_score(tmp_path: Path) -> None:
    """All metrics are required; no answer is known to be, so the rank of pick-up is nothing."""
    rules = changed(
        RULES,
        ('informational = ["paid_orders"]', 'informational = ["paid_orders"]\nmissing = "require"'),
    )
    alone = of_shops("C", bad_reviews="20%", fast_replies="-")
    cells = [*of_shops("B", pickup_hours="-", fast_replies="-"), *alone]
    result = scored(tmp_path, rules, *cells, require="complete")
    assert [(s.status, s.score, s.coverage) for s in result] == [("scored", 5, 1), ("scored", 0, 1)]
    assert result["C"]["pickup_hours"].status == "no_peers"
    # with answers the dimension is open: of half the total the rank makes (4 + x)/2
    cells = [*of_shops("B", pickup_hours="-", fast_replies="-"), *of_shops("C", bad_reviews="20%")]
    shop = scored(tmp_path, rules, *cells)["C"]
    assert (shop.status, shop.score_low, shop.score_high) == ("partial", 1, 2.25)


def test_the_reason_is_that_of_the_rules_of_the_industry(tmp_path: Path) -> None:
    """Of food all numbers are given, of toys none; both have shops that are alone."""
    rules = changed(RULES, (BANDS, 'kind = "bands"\nmissing = "not published"'))
    numbers = tmp_path / "numbers.toml"
    bands = "[scorers.reply_bands]\nbands = [[0.5, 2], [0.8, 4], [0.95, 5]]\n"
    numbers.write_text(f'industries = ["food"]\n{bands}', encoding="utf-8")
    toys = [(f"T{shop}", "toys", id, value) for shop, _, id, value in of_shops("1")]
    result = scored(tmp_path, rules, *of_shops("F"), *toys, numbers=numbers)
    alone = "no other shop in its industry"
    assert {shop.shop_id: shop.reason for shop in result} == {
        "F": f"some weighted metrics cannot be ranked: {alone}",
        "T1": f"numbers of the rules are missing; others cannot be ranked: {alone}",
    }


@pytest.mark.parametrize("shop", ["B", "C"])
def test_a_notice_is_about_the_shops_that_it_names(tmp_path: Path, shop: str) -> None:
    result = scored(tmp_path, RULES, *of_shops("B", pickup_hours="-"), *of_shops("C"))
    (notice,) = (n for n in result.notices if n.code == "no_peers")
    assert (notice.shop_ids, notice.concerns((shop,))) == (("C",), shop == "C")
