"""Points and percentiles that a console shows and somebody hands in, with a value or without."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

import shopscore as ss
from support.value_platform import PARTS, WEIGHED, rules_of, scored, view

NAMES = ("shop_id", "metric", "value", "n", "points", "percentile")
CURVED = WEIGHED.replace(
    '"linear", line = [[0, 0], [5, 5]]', '"percentile_curve", curve = [[0, 3], [1, 5]]'
)
LINE, CURVE = rules_of(WEIGHED), rules_of(CURVED)
NOTHING = ("no_data", None, 0, None, "no value was supplied, or none with n above 0")


def rows(*cells: tuple[Any, ...]) -> pl.DataFrame:
    """Of one industry, as text; what is left out at the end is empty."""
    full = [[*map(str, row), *[""] * (len(NAMES) - len(row))] for row in cells]
    table = pl.DataFrame(full, schema=dict.fromkeys(NAMES, pl.String), orient="row")
    return table.with_columns(industry=pl.lit("food"))


def said(result: ss.Result, shop: str, metric: str = "up") -> tuple[Any, ...]:
    found = view(result, shop, metric)
    return found.status, found.value, found.n, found.points, found.reason


@pytest.mark.parametrize(
    ("cells", "expected", "score", "status"),
    [
        (("2", 9), ("ok", 2.0, 9, 2.0, None), "2", "scored"),
        (
            ("2", ""),
            ("ok", 2.0, 1, 2.0, None),
            "2",
            "scored",
        ),  # no event feeds it: no row is asked for
        (("2", 9, 4), ("ok", 2.0, 9, 4.0, None), "4", "scored"),
        (("", "", 4), ("ok", None, 0, 4.0, None), "4", "scored"),
        (("", 9, 4), ("ok", None, 0, 4.0, None), "4", "scored"),
        (("2", 0, 4), ("ok", None, 0, 4.0, None), "4", "scored"),
        (("", "", 0), ("ok", None, 0, 0.0, None), "0", "scored"),
        (("", "", "4.125"), ("ok", None, 0, 4.125, None), "33/8", "scored"),
        (("-", ""), NOTHING, None, "not_computable"),
        (("无", 9), NOTHING, None, "not_computable"),
        (("2", 0), NOTHING, None, "not_computable"),
        # a line asks for a value; there is one, since it has a percentile, and nobody knows it
        (("", "", "", "0.5"), (*NOTHING[:4], "no value was supplied"), None, "partial"),
    ],
    ids=str,
)
def test_points_count_without_a_value_too(
    cells: tuple[Any, ...], expected: tuple[Any, ...], score: str | None, status: str
) -> None:
    result = scored(rows(("S", "up", *cells)), LINE)
    assert said(result, "S") == expected
    assert view(result, "S").weight == (1.0 if score else None)
    assert (result["S"].status, result["S"].score_exact) == (status, score)
    assert result.to_polars().select("up.value", "up.points", "up.status").row(0) == (
        expected[1],
        expected[3],
        expected[0],
    )


def test_a_percentile_is_enough_where_ranks_decide() -> None:
    """3 + 2 × 0.75; whoever has no value is no peer, so the others are ranked as without them."""
    peers = [("a", "up", "1", 9), ("b", "up", "2", 9), ("c", "up", "3", 9)]
    result = scored(rows(*peers, ("S", "up", "", "", "", "0.75"), ("T", "up", "-", "")), CURVE)
    assert said(result, "S") == ("ok", None, 0, 4.5, None)
    assert (view(result, "S").percentile, result["S"].score_exact) == (0.75, "9/2")
    assert said(result, "T") == NOTHING
    assert {s: view(result, s).percentile for s in "abc"} == {
        s: view(scored(rows(*peers), CURVE), s).percentile for s in "abc"
    }


def test_points_go_before_a_percentile() -> None:
    result = scored(rows(("S", "up", "", "", "1", "0.75")), CURVE)
    assert (said(result, "S"), view(result, "S").percentile) == (("ok", None, 0, 1.0, None), 0.75)


def test_a_metric_that_needs_many_rows() -> None:
    few = rules_of(WEIGHED.replace('id = "up"', 'id = "few"'))
    result = scored(
        rows(
            ("a", "few", "2", 9),
            ("b", "few", "2", 9, 4),
            ("c", "few", "2", 10),
            ("d", "few", "2", ""),
        ),
        few,
    )
    assert said(result, "a", "few") == ("below_min_n", 2.0, 9, None, "fewer than 10 rows count")
    assert said(result, "b", "few") == ("ok", 2.0, 9, 4.0, None)
    assert said(result, "c", "few") == ("ok", 2.0, 10, 2.0, None)
    assert said(result, "d", "few") == ("ok", 2.0, None, 2.0, None), "nobody said that it is few"
    assert [s.score_exact for s in result] == [None, "4", "2", "2"]
    (notice,) = [n for n in result.notices if n.code == "rows_unknown"]
    assert (notice.metrics, notice.shops, notice.shop_ids) == (("few",), 1, ("d",))


def test_the_others_carry_no_weight_of_theirs() -> None:
    """What is handed in counts as what is computed does: (1 × 4 + 3 × 2) / 4."""
    both = WEIGHED.replace(
        "metrics = [", 'metrics = [{ id = "other", scorer = "line", weight = 3, source = "page" }, '
    )
    ruleset = rules_of(both)
    without, with_ = (
        scored(rows(("S", "up", value, n, 4), ("S", "other", "2", 5)), ruleset)
        for value, n in (("", ""), ("1", 7))
    )
    assert without["S"].score_exact == with_["S"].score_exact == "5/2"
    assert view(without, "S").weight == 0.25


def test_points_need_no_table_of_points() -> None:
    """How `other` and `down` are graded is not known; what `third` weighs is not known either."""
    given = [("S", id, "", "", 4) for id in ("up", "other", "down", "third")]
    result = scored(rows(*given, ("T", "up", "", "", 4)), rules_of(PARTS))
    assert {m.id: (m.status, m.value, m.points, m.weight) for m in result["S"].metrics} == {
        "up": ("ok", None, 4.0, 0.125),
        "other": ("ok", None, 4.0, 0.375),
        "down": ("ok", None, 4.0, None),
        "third": ("missing_number", None, 4.0, None),
    }
    assert [(d.points, d.weight) for d in result["S"].dimensions] == [(4.0, 0.5), (None, 0.5)]
    assert [(s.status, s.coverage) for s in result] == [("partial", 0.5), ("partial", 0.125)]
    whole = PARTS.replace('weight = { assume = "b.weight" }', 'weight = 1, source = "page"')
    result = scored(rows(*given), rules_of(whole))
    assert (result["S"].status, result["S"].score_exact, result["S"].coverage) == (
        "scored",
        "4",
        1.0,
    )


def test_a_mean_of_the_industry_is_that_of_values() -> None:
    compared = rules_of(WEIGHED, '[comparison]\nkind = "difference"\nsource = "page"\n')
    table = [("a", "up", "1", 1), ("b", "up", "3", 1), ("S", "up", "", "", 4)]
    result = scored(rows(*table), compared)
    assert [view(result, s).industry_mean for s in "ab"] == [2.0, 2.0]
    assert (view(result, "S").difference, view(result, "S").direction) == (None, None)
    standards = ss.Standards.from_rows([("*", "up", "0")])
    assert view(scored(rows(*table), LINE, standards=standards), "S").reached is None
