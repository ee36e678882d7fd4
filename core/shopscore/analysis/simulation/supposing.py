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
from ...grading.amounts import Amount, read_amount
from ...grading.names import Names
from ...grading.value_merging import ToGrade
from ...messages import message
from ...plugins.bound_rules import BoundRuleSet
from ..regrading.forgetting import differing, forget_console, forget_supplied
from ..regrading.placing import with_values


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
    measured, size = dict(start.measured), len(start.shops)
    here = np.arange(size) == row
    for id, value in supposed.items():
        measured[id] = with_values(measured[id], ExactColumn.constant(value, size), here)
    return evolve(start, measured=measured)


def forget_told(
    start: ToGrade, before: ToGrade, row: int, rules: BoundRuleSet, *, then: bool = False
) -> ToGrade:
    """Return what grading starts from without what was told of values that a shop no longer has.

    Percentiles and points that were typed in, or that documents tell, belong to the value then; so
    do the points of the dimension, the total, and the verdicts and levels of a console. ``then``
    says that the values of the last evaluation are others, too.
    """
    changed = differing(before.measured, start.measured, np.array([row]))
    if not changed:
        return start
    shops = start.shops["shop_id"]
    return evolve(
        start,
        supplied=forget_supplied(start.supplied, changed),
        console=forget_console(start.console, changed, shops, rules),
        last=forget_console(start.last, changed, shops, rules) if then else start.last,
    )
