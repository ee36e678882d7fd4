"""Words of criteria: which ones matter to a shop, what each is called, and its numbers in its unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..messages import Message, message
from ..model.conditions import Combined, Measure
from ..model.rulesets import Criterion
from .figures import decimals, in_unit
from .result import Result
from .views import ShopView


def asked_criteria(result: Result, shop: ShopView) -> set[str]:
    """Return the criteria that matter to a shop: not those of rules that are off, or of other shops.

    What decides about a fixed total matters to shops that have one in the place of a score.
    """
    exact, declared = result.rules.exact, result.rules.ruleset
    at_work = {
        *_ids(one.needs for one in exact.set_points),
        *_ids(one.needs for one in exact.adjustments),
        *_ids(one.needs for one in exact.tiers),
        *_ids(one.needs for one in exact.fixed_totals if one.status == shop.status),
    }
    special = {
        *_ids(one.needs for one in declared.set_points),
        *_ids(one.needs for one in declared.fixed_totals),
    }
    return {one.id for one in exact.criteria} - (special - at_work)


def _ids(asked: Iterable[Combined | None]) -> Iterator[str]:
    return (id for needs in asked if needs is not None for id in needs.ids)


def criterion_label(result: Result, criterion: Criterion[Any]) -> object:
    """Return what a criterion is called: by itself, or as its metric, told apart from others."""
    if criterion.label is not None:
        return criterion.label
    measure, exact = criterion.condition.measure, result.rules.exact
    name = result.rules.metrics[measure.metric].metric.label
    alike = [c.id for c in exact.criteria if c.label is None and c.condition.measure == measure]
    if len(alike) == 1:
        return name
    asking = [one for one in exact.levels if one.needs and criterion.id in one.needs.ids]
    others = {id for one in asking for id in (one.needs.ids if one.needs else ())} & {*alike}
    known: object = asking[0].label if others == {criterion.id} else criterion.id
    return message("{name} ({metric})", name=name, metric=known)


def measured(result: Result, measure: Measure, number: float | None) -> Message | str:
    """Return a value or bound in the unit of what is measured."""
    if measure.kind == "value":
        return in_unit(number, result.rules.metrics[measure.id].metric.unit)
    return decimals(number, 2 if measure.kind in ("dimension", "total") else 0)
