"""What rules set for some shops: weights by industry and type, points, totals; values by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest

import shopscore as ss
from shopscore.exact.columns import ExactColumn
from shopscore.grading.weighing import MetricValues
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.results.building import build_result
from support.adjusted_platform import PLATFORM, SHOWN, WEIGHED, rules_of, scored, scored_rows

F = Fraction
#: A shop: its id, its industry, its type.
Shop = tuple[str, str, str | None]

LINES = """
[scorers.line]
kind = "linear"
line = [[1, 1], [5, 5]]
source = "page"
[scorers.back]
kind = "linear"
line = [[1, 5], [5, 1]]
source = "page"
"""


#: Numbers that nobody published, and that have no value.
MISSING = "".join(
    f"""
[[assumptions]]
id = "weight.{id}"
kind = "decimal"
nullable = true
low = 0
high = 1
reason = "Not published."
"""
    for id in ("up", "down")
)


def dimension(id: str, weight: str, *metrics: str) -> str:
    entries = ", ".join(metrics)
    return (
        f'[[dimensions]]\nid = "{id}"\nzh = "甲"\nen = "A"\n{weight}source = "page"\n'
        f"metrics = [{entries}]\n"
    )


def entry(id: str, scorer: str, weight: str) -> str:
    return f'{{ id = "{id}", scorer = "{scorer}"{weight}, source = "page" }}'


def one_dimension(up: str = ", weight = 0.25", down: str = ", weight = 0.75") -> str:
    return LINES + dimension(
        "all", "weight = 1\n", entry("up", "line", up), entry("down", "back", down)
    )


def weights(rows: str, ids: str, of: str = "") -> str:
    return f'[[weights]]\n{of}ids = [{ids}]\nrows = [{rows}]\nsource = "page"\n'


def totals(shops: Sequence[Shop], *texts: str) -> dict[str, Fraction | None]:
    """Return the totals of shops that have 5 in both metrics: 5 points for up, 1 for down."""
    result = built(shops, *texts)
    return {
        shop.shop_id: None if shop.score_exact is None else F(shop.score_exact) for shop in result
    }


def built(shops: Sequence[Shop], *texts: str) -> ss.Result:
    (card,) = PLATFORM.scorecards
    rules = BoundRuleSet.bind(PLATFORM, card, rules_of(*texts))
    frame = pl.DataFrame(
        sorted(shops),
        schema={"shop_id": pl.String, "industry": pl.String, "shop_type": pl.String},
        orient="row",
    )
    size = len(shops)
    measured = {
        id: MetricValues(
            id, ExactColumn.of([F(5)] * size), np.ones(size, dtype=np.int64), metric=metric
        )
        for id, metric in rules.metrics.items()
    }
    return build_result(rules, date(2024, 6, 30), measured, frame)


SHOPS: tuple[Shop, ...] = (
    ("a", "toys", "flagship"), ("b", "toys", None), ("c", "toys", "personal"),
    ("d", "food", "flagship"), ("e", "food", None),
)  # fmt: skip


class TestWeights:
    ROWS = '["", "flagship", 20, 80], ["toys", "", 50, 50], ["toys", "flagship", 60, 40]'
    TABLE = weights(ROWS, '"up", "down"', 'dimension = "all"\n')

    def test_the_row_that_says_most_of_a_shop_counts(self) -> None:
        """Not the first in the file; and shops of no row have the weights of the dimension."""
        assert totals(SHOPS, one_dimension(), self.TABLE) == {
            "a": F(60, 100) * 5 + F(40, 100) * 1,
            "b": F(50, 100) * 5 + F(50, 100) * 1,
            "c": F(50, 100) * 5 + F(50, 100) * 1,
            "d": F(20, 100) * 5 + F(80, 100) * 1,
            "e": F(25, 100) * 5 + F(75, 100) * 1,
        }

    def test_weights_of_a_row_are_relative_to_each_other(self) -> None:
        table = weights('["food", "", 3, 1]', '"up", "down"', 'dimension = "all"\n')
        assert totals(SHOPS, one_dimension(), table)["e"] == F(3, 4) * 5 + F(1, 4) * 1

    def test_a_shop_of_no_row_lacks_weights_that_are_missing(self) -> None:
        unknown = [f', weight = {{ assume = "weight.{id}" }}' for id in ("up", "down")]
        result = built(SHOPS, one_dimension(*unknown), self.TABLE, MISSING)
        found = {shop.shop_id: (shop.status, shop.score) for shop in result}
        assert found == {
            "a": ("scored", 3.4), "b": ("scored", 3.0), "c": ("scored", 3.0),
            "d": ("scored", 1.8), "e": ("partial", None),
        }  # fmt: skip
        assert (result["e"].score_low, result["e"].score_high) == (1, 5)
        assert {m.number for m in result.missing_numbers} == {
            "dimensions.all.up.weight",
            "dimensions.all.down.weight",
        }

    def test_weights_of_dimensions(self) -> None:
        rules = LINES + "".join(
            dimension(id, "weight = 0.5\n", entry(id, scorer, ", weight = 1"))
            for id, scorer in (("up", "line"), ("down", "back"))
        )
        table = weights('["toys", "", 0.9, 0.1]', '"up", "down"')
        found = totals(SHOPS, rules, table)
        assert found["b"] == F(9, 10) * 5 + F(1, 10) * 1
        assert found["e"] == F(1, 2) * 5 + F(1, 2) * 1

    def test_two_tables_hold_together(self) -> None:
        """One weighs dimensions by industry, the other the metrics of one of them by type."""
        rules = (
            LINES
            + dimension(
                "both",
                "weight = 0.5\n",
                entry("up", "line", ", weight = 1"),
                entry("down", "back", ", weight = 1"),
            )
            + dimension("given", "weight = 0.5\npoints = 2\n")
        )
        tables = (
            weights('["toys", "", 0.8, 0.2]', '"both", "given"'),
            weights('["", "flagship", 3, 1]', '"up", "down"', 'dimension = "both"\n'),
        )
        assert totals(SHOPS, rules, *tables) == {
            "a": F(8, 10) * (F(3, 4) * 5 + F(1, 4)) + F(2, 10) * 2,
            "b": F(8, 10) * 3 + F(2, 10) * 2,
            "c": F(8, 10) * 3 + F(2, 10) * 2,
            "d": F(1, 2) * (F(3, 4) * 5 + F(1, 4)) + F(1, 2) * 2,
            "e": F(1, 2) * 3 + F(1, 2) * 2,
        }


class TestSetPoints:
    FEW = '[[criteria]]\nid = "few"\nmetric = "down"\nat_most = 2\nsource = "page"\n'
    RULE = '[[set_points]]\nmetric = "up"\npoints = 3\nall_of = ["few"]\nsource = "page"\n'

    def shop(self, values: Mapping[str, Any], *more: str, **options: Any) -> Any:
        rules = rules_of(SHOWN.replace('"up", ', ""), WEIGHED, self.FEW, *(more or (self.RULE,)))
        return scored({"S": values}, rules, **options)["S"]

    @pytest.mark.parametrize(
        ("up", "down", "points"),
        [(5, 2, 3), (1, 2, 3), (5, "2.01", 5), (1, "2.01", 1), (4, 1, 3)],
        ids=str,
    )
    def test_points_are_set_where_the_criterion_is_met(
        self, up: Any, down: Any, points: int
    ) -> None:
        """Up to and with 2, and both ways: more points and fewer."""
        shop = self.shop({"up": up, "down": down})
        assert (shop["up"].points, F(shop.score_exact)) == (points, points)
        assert (shop["up"].reason is not None) is (F(str(down)) <= 2)

    @pytest.mark.parametrize(("up", "ends"), [(5, (3, 5)), (1, (1, 3)), (3, (3, 3))])
    def test_what_the_criterion_looks_at_is_not_known(self, up: int, ends: tuple[int, int]) -> None:
        shop = self.shop({"up": up})
        assert (shop.score_low, shop.score_high) == ends
        assert (shop["up"].points, shop.status) == (None, "partial")

    def test_a_shop_without_a_value_has_the_points_all_the_same(self) -> None:
        assert self.shop({"up": None, "down": 1}).score == 3

    def test_a_rule_that_does_not_apply(self) -> None:
        off = self.RULE.replace("all_of", "applies = false\nall_of")
        assert self.shop({"up": 5, "down": 1}, off).score == 5

    def test_any_of_several(self) -> None:
        many = '[[criteria]]\nid = "many"\nmetric = "down"\nat_least = 9\nsource = "page"\n'
        either = self.RULE.replace('all_of = ["few"]', 'any_of = ["few", "many"]')
        found = [self.shop({"up": 5, "down": n}, many, either).score for n in (1, 2, 3, 8, 9)]
        assert found == [3, 3, 5, 5, 3]


class TestFixedTotals:
    RULES = """
[[criteria]]
id = "good"
metric = "up"
at_least = 4
source = "page"
[[eligibility]]
id = "enough"
metric = "down"
at_least = 10
status = "growth"
zh = "足够"
en = "Enough"
source = "page"
[[fixed_totals]]
status = "growth"
total = 4.5
all_of = ["good"]
source = "page"
[[fixed_totals]]
status = "growth"
total = 3
industries = ["toys"]
source = "page"
"""

    def shop(self, industry: str, up: Any, down: Any) -> Any:
        rules = rules_of(SHOWN.replace('"up", ', ""), WEIGHED, self.RULES)
        values = {"down": down} if up == "unknown" else {"up": up, "down": down}
        rows = [("S", industry, id, value, 1) for id, value in values.items()]
        return scored_rows(rows, rules)["S"]

    @pytest.mark.parametrize(
        ("industry", "up", "down", "status", "total"),
        [
            ("food", 5, 9, "growth", 4.5),
            ("food", 4, 9, "growth", 4.5),  # the limit itself, and not the 4 of its value
            ("toys", 5, 9, "growth", 4.5),  # the first that fits
            ("toys", 2, 9, "growth", 3),
            ("food", 2, 9, "growth", None),  # no table: no total
            ("food", 2, 10, "scored", 2),
            ("toys", 5, 10, "scored", 5),
        ],
        ids=str,
    )
    def test_the_first_that_fits_counts(
        self, industry: str, up: int, down: int, status: str, total: float | None
    ) -> None:
        shop = self.shop(industry, up, down)
        assert (shop.status, shop.score) == (status, total)

    def test_a_criterion_that_nobody_can_check(self) -> None:
        """In toys it is one total or the other, in food one or none."""
        shop = self.shop("toys", "unknown", 9)
        assert (shop.status, shop.score) == ("growth", None)
        assert (shop.score_low, shop.score_high) == (3, 4.5)
        shop = self.shop("food", "unknown", 9)
        assert (shop.status, shop.score) == ("growth", None)
