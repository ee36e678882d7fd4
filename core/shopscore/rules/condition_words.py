"""Conditions in words: their operators, and what relieves them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from ..messages import Message, message
from ..model.conditions import Condition, Measure, Operator

#: How an operator is written.
SIGNS: dict[Operator, str] = {
    "at least": "≥",
    "at most": "≤",
    "below": "<",
    "above": ">",
    "equal to": "=",
}


def condition_words(
    condition: Condition[Fraction], names: Mapping[str, object] = MappingProxyType({})
) -> Message:
    """Return what a condition asks for, in words; ``names`` stand for ids.

    >>> from shopscore.model.conditions import Measure, Relief
    >>> print(condition_words(Condition(Measure("numerator", "fakes"), "above", Fraction(0))))
    count of fakes > 0
    """
    bound: object = message("a number that is missing")
    if condition.bound is not None:
        bound = f"{float(condition.bound):g}"
    if condition.times_industry_mean:
        bound = message("{bound} × industry mean", bound=bound)
    said = message(
        "{measure} {sign} {bound}",
        measure=_measure_words(condition.measure, names),
        sign=SIGNS[condition.operator],
        bound=bound,
    )
    relief = relief_words(condition, names)
    return said if relief is None else message("{said}, {relief}", said=said, relief=relief)


def _measure_words(measure: Measure, names: Mapping[str, object]) -> Message:
    name = names.get(measure.id, measure.id)
    match measure.kind:
        case "numerator":
            return message("count of {metric}", metric=name)
        case "n":
            return message("rows of {metric}", metric=name)
        case "days since":
            return message("days since {day}", day=measure.id)
        case "total":
            return message("total")
    return message("{id}", id=name)


def relief_words(
    condition: Condition[Fraction], names: Mapping[str, object] = MappingProxyType({})
) -> Message | None:
    """Return what is asked of small numbers instead, in words; None where nothing is.

    >>> from shopscore.model.conditions import Measure, Relief
    >>> few = Relief(from_base=Fraction(40), count_at_most=Fraction(4))
    >>> print(relief_words(Condition(Measure("value", "low"), "below", Fraction(1, 10), relief=few)))
    with fewer than 40 rows: a count of at most 4
    """
    relief = condition.relief
    if relief is None:
        return None
    asked: Message | None = None
    if relief.bound is not None:
        sign, bound = SIGNS[condition.operator], f"{float(relief.bound):g}"
        asked = message("{sign} {bound}", sign=sign, bound=bound)
    elif (most := relief.count_at_most) is not None:
        asked = message("a count of at most {n}", n=f"{float(most):g}")
    elif (below := relief.count_below) is not None:
        asked = message("a count below {n}", n=f"{float(below):g}")
    if asked is not None and relief.count_of:
        asked = message(
            "{count} ({metric})", count=asked, metric=names.get(relief.count_of, relief.count_of)
        )
    if relief.from_base is None:
        return message("or {relief}", relief=asked)
    base = f"{float(relief.from_base):g}"
    if asked is None:
        return message("asked from {base} rows on", base=base)
    return message("with fewer than {base} rows: {relief}", base=base, relief=asked)
