"""What criteria and groups of shops decide, from TOML: adjustments, points and totals, weights."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from ..messages import message
from ..model.assumptions import Number
from ..model.conditions import Adjustment
from ..model.set_points import FixedTotal, SetPoints, WeightTable
from ..model.shop_groups import ShopGroup
from .conditions_toml import parse_group, parse_needs
from .toml_tables import Table


def parse_adjustment(table: Table, sign: Literal[1, -1]) -> Adjustment[Number]:
    """Return the bonus or deduction that a table declares."""
    metric, cap = table.text("metric"), table.number("cap", None)
    points, needs = table.number("worth", None), parse_needs(table)
    dimension, source = table.text("dimension", ""), table.source()
    table.done()
    if needs is not None and points is None:
        raise table.fail(
            message("worth is missing: the points that are given where criteria are met")
        )
    return Adjustment(metric, sign, cap, source, points, needs, dimension)


def parse_set_points(table: Table) -> SetPoints[Number]:
    """Return the points of a metric that a table sets where criteria are met."""
    metric, points = table.text("metric"), table.number("points")
    applies, needs = table.assumable("applies", bool, True), parse_needs(table)
    source = table.source()
    table.done()
    if needs is None:
        raise table.fail(
            message("points are set where criteria are met: all_of or any_of is missing")
        )
    return SetPoints(metric, points, needs, applies, source)


def parse_fixed_total(table: Table) -> FixedTotal[Number]:
    """Return the total that a table gives to shops of a status."""
    status, total = table.text("status"), table.number("total", None)
    needs, group, source = parse_needs(table), parse_group(table), table.source()
    table.done()
    return FixedTotal(status, total, needs, group, source)


def parse_weight_table(table: Table) -> WeightTable[Number]:
    """Return the weights that a table gives to groups of shops.

    A row is an industry, a type of shop, and a weight for each of ``ids``; an empty text stands for
    any industry, or any type.
    """
    dimension, ids, source = table.text("dimension", ""), table.texts("ids"), table.source()
    rows: list[Any] = table.take("rows", list)
    table.done()
    if not source:
        raise table.fail(message("weights need a source"))
    return WeightTable(dimension, ids, tuple(_row(table, ids, row) for row in rows), source)


def _row(table: Table, ids: tuple[str, ...], row: Any) -> tuple[ShopGroup, tuple[Number, ...]]:
    words, weights = (row[:2], row[2:]) if isinstance(row, list) else ([], [])
    fits = (
        len(words) == 2
        and all(isinstance(word, str) for word in words)
        and len(weights) == len(ids)
        and all(isinstance(w, int | Decimal) and not isinstance(w, bool) for w in weights)
    )
    if not fits:
        said = message(
            "rows: {row}: an industry, a type of shop and {n} weights are needed",
            row=str(row)[:100],
            n=len(ids),
        )
        raise table.fail(said)
    industry, shop_type = words
    group = ShopGroup(frozenset({industry} - {""}), frozenset({shop_type} - {""}))
    return group, tuple(weights)
