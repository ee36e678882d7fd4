"""Forgetting what was told of values that a shop no longer has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import evolve

from ...exact.columns import ExactColumn
from ...exact.rationals import Mask
from ...grading.console import Console
from ...grading.points import Supplied
from ...grading.stated import Stated
from ...grading.weighing import MetricValues
from ...plugins.bound_rules import BoundRuleSet

#: The shops of which a metric has another value now, by its id.
Changed = Mapping[str, Mask]


def differing(
    now: Mapping[str, MetricValues],
    then: Mapping[str, MetricValues],
    places: npt.NDArray[np.int64],
) -> dict[str, Mask]:
    """Return at which of some places values are others than now, by metric; those that are none."""
    found = {}
    for id, values in then.items():
        before, after = (one.column.take(places).fractions() for one in (now[id], values))
        others = np.zeros(len(values.column), dtype=np.bool_)
        others[places] = [a != b for a, b in zip(before, after, strict=True)]
        if others.any():
            found[id] = others
    return found


def forget_supplied(supplied: Supplied, changed: Changed) -> Supplied:
    """Return percentiles and points but for those of changed values: they belong to the value then."""
    return evolve(
        supplied,
        percentiles=_without(supplied.percentiles, changed),
        points=_without(supplied.points, changed),
    )


def forget_console(
    console: Console, changed: Changed, shops: pl.Series, rules: BoundRuleSet
) -> Console:
    """Return what a console shows, but for what it shows of shops that have other values.

    The points of a dimension belong to the values of its metrics then; so do the total, the bonus
    and the deduction, and the verdicts and levels. ``shops`` are the ids of the rows.
    """
    if not changed:
        return console
    exact = rules.exact
    dimensions = {d.id: _any(changed, (m.id for m in d.metrics)) for d in exact.dimensions}
    touched = {id: mask for id, mask in dimensions.items() if mask is not None}
    adjusted: dict[str, list[str]] = {}
    for one in exact.adjustments:
        adjusted.setdefault(rules.metrics[one.metric].metric.role, []).append(one.metric)
    return evolve(
        console,
        total=_but_for(console.total, _any(changed, changed)),
        dimensions=_without(console.dimensions, touched),
        filling=_without(console.filling, touched),
        bonus=_but_for(console.bonus, _any(changed, adjusted.get("bonus", ()))),
        deduction=_but_for(console.deduction, _any(changed, adjusted.get("deduction", ()))),
        stated=_unstated(console, changed, shops, rules),
    )


def told_of(supplied: Supplied, console: Console, size: int) -> Mask:
    """Return of which of so many shops anything was told beside their values."""
    columns = (
        *supplied.percentiles.values(),
        *supplied.points.values(),
        *console.dimensions.values(),
        *console.filling.values(),
        *(one for one in (console.total, console.bonus, console.deduction) if one is not None),
    )
    nothing = np.zeros(size, dtype=np.bool_)
    told: Mask = np.logical_or.reduce([nothing, *(column.known for column in columns)])
    return told


def _unstated(console: Console, changed: Changed, shops: pl.Series, rules: BoundRuleSet) -> Stated:
    stated = console.stated
    judged = {c.id: _any(changed, c.condition.metrics) for c in rules.exact.criteria}
    gone = {id: _ids(shops, mask) for id, mask in judged.items()}
    verdicts = {
        id: {shop: word for shop, word in words.items() if shop not in gone.get(id, ())}
        for id, words in stated.verdicts.items()
    }
    others = _ids(shops, _any(changed, changed))
    levels = {id: level for id, level in stated.levels.items() if id not in others}
    return evolve(stated, verdicts=verdicts, levels=levels)


def _any(changed: Changed, ids: Iterable[str]) -> Mask | None:
    """Return the shops of which one of some metrics changed; None where none of them did."""
    masks = [changed[id] for id in ids if id in changed]
    return np.logical_or.reduce(masks) if masks else None


def _ids(shops: pl.Series, mask: Mask | None) -> set[str]:
    return set() if mask is None else {*shops.filter(pl.Series(mask))}


def _without(columns: Mapping[str, ExactColumn], changed: Changed) -> dict[str, ExactColumn]:
    return {id: c.only(~changed[id]) if id in changed else c for id, c in columns.items()}


def _but_for(column: ExactColumn | None, mask: Mask | None) -> ExactColumn | None:
    return column if column is None or mask is None else column.only(~mask)
