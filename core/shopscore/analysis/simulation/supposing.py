"""Supposing other values of one shop, and forgetting what was told of those that it had."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from attrs import evolve

from ...errors import InputError, UsageError
from ...exact.columns import ExactColumn
from ...exact.rationals import Mask
from ...grading.amounts import Amount, read_amount
from ...grading.names import Names
from ...grading.points import Supplied
from ...grading.typed_values import Console
from ...grading.value_merging import ToGrade
from ...grading.weighing import MetricValues
from ...messages import message
from ...plugins.bound_rules import BoundRuleSet


def read_supposed(asked: Mapping[str, Any] | None, rules: BoundRuleSet) -> dict[str, Fraction]:
    """Return the values that metrics are supposed to have, by id, in the unit of each.

    Metrics are named and values written as in tables of values: by a label, as ``98%``, ``2 h``.

    Raises:
        UsageError: for what is no metric, or no value that it can have.
    """
    names, supposed = Names.of(rules), dict[str, Fraction]()
    for text, value in (asked or {}).items():
        place = message("set {metric}", metric=text)
        try:
            name = names.find(text, place)
            if name is None or name.kind != "metric":
                guess = names.metrics.guess(text)
                raise UsageError(
                    message("{place}: no such metric{guess}", place=place, guess=guess)
                )
            if name.id in supposed:
                said = message("{place}: metric {metric} is set twice", place=place, metric=name.id)
                raise UsageError(said)
            supposed[name.id] = _amount(value, place).within(name.possible, place)
        except InputError as error:
            raise UsageError(error.args[0]) from None
    return supposed


def _amount(value: Any, place: Any) -> Amount:
    if isinstance(value, Fraction):
        return Amount(str(value), ((value, ""),))
    if not isinstance(value, str | int | float | Decimal) or isinstance(value, bool):
        said = message(
            "{place}: {value!r} is not a number that can be used", place=place, value=value
        )
        raise UsageError(said)
    return read_amount(str(value), place)


def suppose(start: ToGrade, row: int, supposed: Mapping[str, Fraction]) -> ToGrade:
    """Return what grading starts from, where a shop has other values; on as many rows as before."""
    measured = {
        id: _with_value(values, row, supposed[id]) if id in supposed else values
        for id, values in start.measured.items()
    }
    return evolve(start, measured=measured)


def _with_value(values: MetricValues, row: int, value: Fraction) -> MetricValues:
    size = len(values.column)
    here = _at(row, size)
    unknown = _mask(values.n_unknown, size) | (here & (values.n == 0))
    return evolve(
        values,
        column=ExactColumn.constant(value, size).where(here, values.column),
        typed=_mask(values.typed, size) | here,
        documents=_without(values.documents, row),
        n_unknown=unknown,
        unpooled=_mask(values.unpooled, size) | here,
        missing=values.missing & ~here,
        cut=None if values.cut is None else values.cut & ~here,
    )


def forget_told(
    start: ToGrade, before: ToGrade, row: int, rules: BoundRuleSet, *, then: bool = False
) -> ToGrade:
    """Return what grading starts from without what was told of values that a shop no longer has.

    Percentiles and points that were typed in, or that documents tell, belong to the value then; so
    do the points of the dimension, the total, and the verdicts and levels of a console. ``then``
    says that the values of the last evaluation are others, too.
    """
    changed = {id for id, v in start.measured.items() if not _same(v, before.measured[id], row)}
    if not changed:
        return start
    away = ~_at(row, len(start.shops))
    supplied = Supplied(
        _forget(start.supplied.percentiles, changed, away),
        _forget(start.supplied.points, changed, away),
        start.supplied.fill,
    )
    shop = str(start.shops["shop_id"][row])
    console = _without_told(start.console, changed, away, shop, rules)
    last = _without_told(start.last, changed, away, shop, rules) if then else start.last
    return evolve(start, supplied=supplied, console=console, last=last)


def _without_told(
    console: Console, changed: set[str], away: Mask, shop: str, rules: BoundRuleSet
) -> Console:
    """Return what a console shows, but for what it shows of the changed metrics of a shop."""
    exact = rules.exact
    dimensions = {d.id for d in exact.dimensions if any(m.id in changed for m in d.metrics)}
    roles = {rules.metrics[a.metric].metric.role for a in exact.adjustments if a.metric in changed}
    judged = {c.id for c in exact.criteria if changed & {*c.condition.metrics}}
    stated = console.stated
    verdicts = {
        id: {s: word for s, word in words.items() if s != shop or id not in judged}
        for id, words in stated.verdicts.items()
    }
    levels = {id: level for id, level in stated.levels.items() if id != shop}
    return evolve(
        console,
        total=None if console.total is None else console.total.only(away),
        dimensions=_forget(console.dimensions, dimensions, away),
        filling=_forget(console.filling, dimensions, away),
        bonus=_forget_one(console.bonus, away, forget="bonus" in roles),
        deduction=_forget_one(console.deduction, away, forget="deduction" in roles),
        stated=evolve(stated, verdicts=verdicts, levels=levels),
    )


def told_of(start: ToGrade, row: int) -> bool:
    """Return whether anything was told of a shop beside its values."""
    console: Console = start.console
    columns = (
        *start.supplied.percentiles.values(),
        *start.supplied.points.values(),
        *console.dimensions.values(),
        *console.filling.values(),
        *(one for one in (console.total, console.bonus, console.deduction) if one is not None),
    )
    return any(bool(column.known[row]) for column in columns)


def _same(one: MetricValues, other: MetricValues, row: int) -> bool:
    a, b = (values.column.take(np.array([row])).fractions() for values in (one, other))
    return a == b


def _forget(
    columns: Mapping[str, ExactColumn], ids: set[str], away: Mask
) -> dict[str, ExactColumn]:
    return {id: c.only(away) if id in ids else c for id, c in columns.items()}


def _forget_one(column: ExactColumn | None, away: Mask, *, forget: bool) -> ExactColumn | None:
    return column.only(away) if forget and column is not None else column


def _at(row: int, size: int) -> Mask:
    here = np.zeros(size, dtype=np.bool_)
    here[row] = True
    return here


def _mask(mask: Mask | None, size: int) -> Mask:
    return np.zeros(size, dtype=np.bool_) if mask is None else mask


def _without(documents: Any, row: int) -> Any:
    if documents is None:
        return None
    return tuple(None if place == row else told for place, told in enumerate(documents))
