"""Next tiers: the tier by the total that a shop reaches first, and from which total on."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ...composing.conditions import Measures
from ...model.conditions import Condition
from ...results.building import days_of_shops
from ...results.result import Result

#: Conditions of the total that a better shop meets.
UPWARDS = ("at least", "above")


def bounds_of(
    result: Result, condition: Condition[Fraction], rows: Sequence[int]
) -> list[Fraction | None]:
    """Return the bound of a condition for some shops; None where there is none."""
    shops = result.shops
    types = shops["shop_type"] if "shop_type" in shops.columns else None
    measures = Measures(
        result.measured,
        shops["industry"],
        days=days_of_shops(result.rules, shops, result.as_of),
        shop_types=types,
        shops=shops["shop_id"],
    )
    return measures.bounds(condition).take(list(rows)).fractions()


def next_tiers(result: Result, rows: Sequence[int]) -> list[tuple[Fraction, str] | None]:
    """Return the next tier by the total of some shops, with its bound.

    None where a shop has no score, or every tier that a better score opens.
    """
    found: list[list[tuple[Fraction, str]]] = [[] for _ in rows]
    for tier in result.rules.exact.tiers:
        condition = tier.condition
        if condition.measure.kind != "total" or condition.operator not in UPWARDS:
            continue
        has = result.published.tiers[tier.id]
        for own, row, bound in zip(found, rows, bounds_of(result, condition, rows), strict=True):
            if bound is not None and not has[row] and result.published.total[row]:
                own.append((bound, tier.id))
    return [min(own, default=None) for own in found]
