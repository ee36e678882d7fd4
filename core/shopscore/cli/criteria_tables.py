"""Tables of criteria: what is measured of a shop, the bound, and whether it is met."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from ..messages import Message, message
from ..model.conditions import Condition, Measure
from ..model.rulesets import Criterion
from ..results import criteria_words
from ..results.criteria import with_count
from ..results.criteria_words import asked_criteria, criterion_label
from ..results.result import Result
from ..results.views import CriterionView, ShopView
from ..rules.condition_words import SIGNS, relief_words
from . import voice
from .tables import Table, table


def criteria_table(result: Result, shop: ShopView) -> Table:
    """Return what levels ask for: the value of a shop, whether it is met, and the bound.

    Where shops are not judged every day, the last evaluation stands before the projection. What is
    asked of small numbers stands below.
    """
    declared = {one.id: one for one in result.rules.exact.criteria}
    asked = asked_criteria(result, shop)
    found = [c for c in shop.criteria if c.id in asked]
    heads_of_console = _heads_of_console(found)
    rows = [_criterion_cells(result, declared[c.id], c, heads_of_console) for c in found]
    heads, notes = list(rows[0]) if rows else [], _small_numbers(result, shop, asked)
    return table(heads, [list(row.values()) for row in rows], right=heads[1:], notes=notes)


def _heads_of_console(found: Iterable[CriterionView]) -> dict[str, Message]:
    """Return the headings of a console's verdicts, now and at the last evaluation, if it has any."""
    every = [*found]
    heads = {"current_console": message("console, current"), "console": message("console")}
    if any(one.current_console for one in every):
        heads["console"] = message("console, projected")
    return {key: head for key, head in heads.items() if any(getattr(one, key) for one in every)}


def _criterion_cells(
    result: Result,
    criterion: Criterion[Any],
    found: CriterionView,
    heads_of_console: Mapping[str, Message],
) -> dict[Message, object]:
    """Return the cells of a criterion by the headings of their columns."""
    cells: dict[Message, object] = {message("criterion"): criterion_label(result, criterion)}
    if result.current is not None:
        last = measured(result, criterion.condition.measure, found.current_value)
        cells[message("current")] = f"{last} {verdict(found.current_met)}"
    now = message("value") if result.current is None else message("projected")
    cells[now] = (
        f"{measured(result, criterion.condition.measure, found.value)} {verdict(found.met)}"
    )
    for key, head in heads_of_console.items():
        word, met = getattr(found, key), getattr(found, f"{key}_met")
        cells[head] = "–" if word is None else word if met is None else verdict(met)
    return cells | {message("bound"): _bound(result, criterion, found)}


def _bound(result: Result, criterion: Criterion[Any], found: CriterionView) -> str:
    return bound_words(result, criterion.condition, found.bound)


def bound_words(result: Result, condition: Condition[Any], bound: float | None) -> str:
    """Return what is asked of a value: a sign, and the bound in the unit of what is measured."""
    return f"{SIGNS[condition.operator]} {measured(result, condition.measure, bound)}"


def names_of_metrics(result: Result) -> Mapping[str, object]:
    """Return what the metrics and dimensions of a result are called, by id."""
    dimensions = {one.id: one.label for one in result.rules.ruleset.dimensions}
    return dimensions | {id: bound.metric.label for id, bound in result.rules.metrics.items()}


def _small_numbers(
    result: Result, shop: ShopView, asked: Collection[str]
) -> Iterator[tuple[object, object]]:
    """Yield what is asked of small numbers, after the bound that is asked of others."""
    declared = {one.id: one for one in result.rules.exact.criteria}
    for found in (one for one in shop.criteria if one.id in asked):
        criterion = declared[found.id]
        told = result.console.counts.get(found.id)
        count = None if told is None else told.fractions()[result.row(shop.shop_id)]
        asked_of = with_count(criterion.condition, count)
        if (relief := relief_words(asked_of, names_of_metrics(result))) is not None:
            bound = _bound(result, criterion, found)
            said = message("{said}, {relief}", said=bound, relief=relief)
            yield criterion_label(result, criterion), said


def verdict(met: bool | None) -> str:
    """Return the mark for whether something is met."""
    return {None: "?", True: "✓", False: "✗"}[met]


def measured(result: Result, measure: Measure, number: float | None) -> str:
    """Return a value or bound in the unit of what is measured, in the language of the run."""
    return voice.text(criteria_words.measured(result, measure, number))
