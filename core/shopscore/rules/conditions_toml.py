"""Conditions from TOML: those of eligibility and tiers, and the criteria that levels are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import RuleSetError
from ..messages import message
from ..model.assumptions import Number
from ..model.conditions import Combined, Condition, Measure, MeasureKind, Operator, Relief
from ..model.rulesets import Criterion, Eligibility, Level, Tier
from ..model.shop_groups import ShopGroup
from .toml_tables import Table

#: The operator behind a key of the TOML.
_OPERATORS: Mapping[str, Operator] = {
    "at_least": "at least",
    "at_most": "at most",
    "below": "below",
    "above": "above",
    "equals": "equal to",
    "times_industry_mean": "at most",
}
#: What a criterion may measure, by the key that names it.
_MEASURES: Mapping[str, MeasureKind] = {
    "metric": "value",
    "numerator_of": "numerator",
    "n_of": "n",
    "dimension": "dimension",
    "days_since": "days since",
}
_RELIEFS = ("from_base", "count_at_most", "or_count_below", "bound_below_base")
_OF_METRICS = (*_RELIEFS, "count_of", "without_rows")
#: What is asked of criteria, in either way.
_NEEDS = ("all_of", "any_of")
#: Keys of numbers, each of which has a source or is an assumption.
NUMBERS = (*_OPERATORS, *_RELIEFS)
#: The bounds of eligibility and of tiers.
_ELIGIBLE = ("at_least", "at_most")
_REACHED = ("at_least", "below", "times_industry_mean")

#: What is said in one of several ways, by the name of the tables: of each way the key that stands
#: for it, and those that go with it.
WAYS: Mapping[str, tuple[tuple[tuple[str, ...], ...], ...]] = {
    "eligibility": (tuple((key,) for key in _ELIGIBLE),),
    "tiers": (
        (("at_least",), ("below",), ("times_industry_mean", "metric", "or_count_below")),
        tuple((key,) for key in _NEEDS),
    ),
    "criteria": (
        tuple((key,) for key in _OPERATORS),
        (
            *((key, *_OF_METRICS) for key in ("metric", "numerator_of", "n_of")),
            *((key,) for key in ("dimension", "days_since", "total")),
        ),
        (("count_at_most", "count_of"), ("or_count_below", "count_of"), ("bound_below_base",)),
    ),
    "levels": (tuple((key,) for key in _NEEDS),),
}


def parse_eligibility(table: Table) -> Eligibility[Number]:
    """Return the condition for a published score that a table declares."""
    measure = Measure("value", table.text("metric"))
    _, operator, bound = _declared(table, _ELIGIBLE)
    id, status = table.id("id", message("eligibility")), table.text("status")
    label, source = table.label(), table.source()
    table.done()
    condition = Condition[Number](measure, operator, bound)
    return Eligibility(id, label, condition, status, source)


def parse_tier(table: Table) -> Tier[Number]:
    """Return the tier that a table declares."""
    key, operator, bound = _declared(table, _REACHED)
    metric, few = table.text("metric", ""), table.number("or_count_below", None)
    id, label, source = table.id("id", message("tier")), table.label(), table.source()
    needs = parse_needs(table)
    table.done()
    by_metric = key == "times_industry_mean"
    if bool(metric) != by_metric or (few is not None and not by_metric):
        said = message("metric and times_industry_mean need each other; or_count_below needs both")
        raise table.fail(said)
    measure = Measure("value", metric) if by_metric else Measure("total")
    relief = None if few is None else Relief[Number](count_below=few)
    return Tier(id, label, Condition(measure, operator, bound, by_metric, relief), source, needs)


def parse_criterion(table: Table) -> Criterion[Number]:
    """Return the criterion that a table declares: a measure, a bound, and what relieves it."""
    id, source = table.id("id", message("criterion")), table.source()
    label = table.label() if "zh" in table.data or "en" in table.data else None
    measure = _measure(table)
    key, operator, bound = _declared(table, tuple(_OPERATORS))
    relief, without_rows = _relief(table), table.take("without_rows", bool, False)
    elsewhere = tuple(_elsewhere(one, key) for one in table.tables("elsewhere"))
    table.done()
    by_mean = key == "times_industry_mean"
    try:
        condition = Condition(measure, operator, bound, by_mean, relief, without_rows, elsewhere)
    except RuleSetError as error:
        raise table.fail(error) from None
    if label is None and not measure.metric:
        raise table.fail(message("a criterion on no metric needs zh and en"))
    return Criterion(id, label, condition, source)


def parse_level(table: Table) -> Level:
    """Return the level that a table declares."""
    id, label, source = table.id("id", message("shop level")), table.label(), table.source()
    needs = parse_needs(table)
    table.done()
    return Level(id, label, needs, source)


def parse_needs(table: Table) -> Combined | None:
    """Return the criteria that a table asks for, all or any of them; None where it asks for none."""
    if not any(key in table.data for key in _NEEDS):
        return None
    return _combined(table, table.one_of(_NEEDS))


def parse_group(table: Table) -> ShopGroup:
    """Return the shops that a table is about: of some industries and types, or all."""
    return ShopGroup(frozenset(table.texts("industries")), frozenset(table.texts("shop_types")))


def _elsewhere(table: Table, key: str) -> tuple[ShopGroup, Number]:
    """Return another bound of a criterion, and the shops that it is for."""
    bound: Number = table.number(key)
    table.source()
    group = parse_group(table)
    table.done()
    return group, bound


def _measure(table: Table) -> Measure:
    key = table.one_of((*_MEASURES, "total"))
    if key in _MEASURES:
        return Measure(_MEASURES[key], table.text(key))
    if not table.take("total", bool):
        raise table.fail(message("total is true, or is left out"))
    return Measure("total")


def _declared(table: Table, keys: tuple[str, ...]) -> tuple[str, Operator, Number]:
    """Return the one bound of a condition, with its key and operator."""
    key = table.one_of(keys)
    return key, _OPERATORS[key], table.number(key)


def _relief(table: Table) -> Relief[Number] | None:
    base, most, below, bound = (table.number(key, None) for key in _RELIEFS)
    counted = table.text("count_of", "")
    if not counted and all(number is None for number in (base, most, below, bound)):
        return None
    try:
        return Relief(base, most, below, counted, bound)
    except RuleSetError as error:
        raise table.fail(error) from None


def _combined(table: Table, key: str) -> Combined:
    parts = tuple(_part(table, key, part) for part in table.take(key, list))
    if not parts:
        raise table.fail(message("{key} names no criterion", key=key))
    return Combined(key == "all_of", parts)


def _part(table: Table, key: str, part: Any) -> str | tuple[str, ...]:
    if isinstance(part, str):
        return part
    if isinstance(part, list) and part and all(isinstance(id, str) for id in part):
        return tuple(part)
    said = message("{key}: ids of criteria are needed, or lists of some", key=key)
    raise table.fail(said)
