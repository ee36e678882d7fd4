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
from ...grading.value_merging import ToGrade
from ...grading.weighing import MetricValues
from ...messages import message
from ...plugins.bound_rules import BoundRuleSet
from ..forgetting import forget_console, forget_supplied


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
    here = _at(row, len(start.shops))
    others = (id for id, v in start.measured.items() if not _same(v, before.measured[id], row))
    changed = dict.fromkeys(others, here)
    if not changed:
        return start
    shops = start.shops["shop_id"]
    return evolve(
        start,
        supplied=forget_supplied(start.supplied, changed),
        console=forget_console(start.console, changed, shops, rules),
        last=forget_console(start.last, changed, shops, rules) if then else start.last,
    )


def _same(one: MetricValues, other: MetricValues, row: int) -> bool:
    a, b = (values.column.take(np.array([row])).fractions() for values in (one, other))
    return a == b


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
