"""Tables of a result: one line per shop, and every number behind one shop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from attrs import evolve

from ..messages import Message, listed, message
from ..model.rulesets import Criterion, Dimension, Level, Tier
from ..results.result import Result
from ..results.views import CriterionView, MetricView, ShopView
from ..rules.condition_words import SIGNS, condition_words, relief_words
from . import voice
from .tables import Table, decimals, grouped, in_unit, table, word

_SOURCE = message("source")


def shops_table(result: Result, shops: Iterable[ShopView]) -> Table:
    """Return one line per shop: score, dimensions and tiers; without a total, what is measured."""
    ruleset = result.rules.ruleset
    metrics = {id: m.metric for id, m in result.rules.metrics.items()}
    items = () if ruleset.dimensions else ruleset.metric_ids
    places = result.rules.exact.decimals
    score = message("score")
    numbers = [*(d.label for d in ruleset.dimensions), *(metrics[id].label for id in items)]
    head = [message("shop"), message("industry"), message("status")]
    levels = [message("shop level")] if ruleset.levels else []
    if levels and result.current is not None:
        levels = [message("current level"), message("projected")]
    columns = (*head, *levels, score, *numbers)
    rows = (
        (
            s.shop_id,
            s.industry,
            word(s.status),
            *_levels(result, s),
            _between(s, places),
            *(decimals(d.points) for d in s.dimensions),
            *(in_unit(s[id].value, metrics[id].unit) for id in items),
            _tiers(result, s),
        )
        for s in shops
    )
    return table((*columns, message("tiers")), rows, right=(score, *numbers))


def shop_table(result: Result, shop: ShopView) -> Table:
    """Return a table with every number behind one shop; why some are missing stands below."""
    rows = [_metric_cells(result, m) for m in shop.metrics]
    columns = list(rows[0]) if rows else []
    made = table(
        columns,
        [list(row.values()) for row in rows],
        right=[column for column in columns[2:-1] if column != _SOURCE],
        usual=(word("ok"), word("informational")),
        title=" · ".join(_title(result, shop)),
        notes=_notes(result, shop),
        keys=2,
    )
    # a metric may have the same reason: the shop's is told apart from it, and first
    reason = [] if shop.reason is None else [(word(shop.status), shop.reason)]
    return evolve(made, notes=(*grouped([*reason, *_holds(result, shop)]), *made.notes))


def _holds(result: Result, shop: ShopView) -> Iterator[tuple[object, object]]:
    """Yield what holds the total of a shop: an end of the scale, a cap whose criterion is met."""
    places = result.rules.exact.decimals
    if (clamp := shop.clamp) is not None:
        at = result.rules.exact.low if clamp.end == "low" else result.rules.exact.high
        said = message(
            "held by the end of the scale at {end}; without it {total}",
            end=decimals(float(at), places),
            total=decimals(clamp.total_before, places),
        )
        yield message("score"), said
    if (cap := shop.cap) is not None:
        criterion = next(c for c in result.rules.exact.criteria if c.id == cap.id)
        values = {
            "ceiling": decimals(cap.ceiling, places),
            "criterion": _criterion_label(result, criterion),
            "condition": condition_words(criterion.condition),
        }
        if cap.total_before is None:
            said = message("at most {ceiling}, since {criterion} is met ({condition})", **values)
        else:
            said = message(
                "at most {ceiling}, since {criterion} is met ({condition}); without that {total}",
                total=decimals(cap.total_before, places),
                **values,
            )
        yield message("score"), said


def _metric_cells(result: Result, m: MetricView) -> dict[Message, object]:
    """Return the cells of a metric by the headings of their columns."""
    metric = result.rules.metrics[m.id].metric
    cells: dict[Message, object] = {
        message("dimension"): _part_of_total(result, m),
        message("metric"): metric.label,
        message("value"): in_unit(m.value, metric.unit),
        message("n"): "–" if m.n is None else m.n,
    }
    if result.compared:
        cells[message("industry mean")] = in_unit(m.industry_mean, metric.unit)
        against = f"{word(m.direction)} {m.difference_shown or ''}".strip()
        cells[message("against it")] = against or "–"
    if result.attainments:
        reached = {None: "–", True: message("yes"), False: message("no")}[m.reached]
        cells[message("standard")] = in_unit(m.standard, metric.unit)
        cells[message("reached")] = reached
    if result.rules.ruleset.ranks:
        cells |= {
            message("percentile"): decimals(m.percentile, 3) + ("*" if m.from_table else ""),
            message("points"): decimals(m.points),
            message("weight"): decimals(m.weight, 3),
        }
    if result.columns.mixed:
        cells[_SOURCE] = _source(m)
    return cells | {message("status"): word(m.status)}


def _part_of_total(result: Result, m: MetricView) -> object:
    """Return the dimension of a metric, or that it is added to the total or taken from it."""
    if m.dimension:
        return _labels_by_id(result.rules.ruleset.dimensions)[m.dimension]
    roles = {adjusting.metric: adjusting.role for adjusting in result.rules.exact.adjustments}
    return word(roles.get(m.id))


def _source(m: MetricView) -> str:
    """Return where a metric is from: events or typed-in values, and what of it is from elsewhere."""
    if m.source is None:
        return "–"
    parts: list[object] = [word(m.source)]
    if m.value is not None and m.points_source == "values":
        parts.append(message("points typed in"))
    elif m.value is not None and m.percentile_source == "values":
        parts.append(message("percentile typed in"))
    return voice.clauses(parts)


def _notes(result: Result, shop: ShopView) -> Iterator[tuple[object, object]]:
    """Yield why metrics have no data, and the notes of metrics; a notice names missing numbers."""
    labels = _labels_by_id(result.rules.ruleset.dimensions)
    for d in shop.dimensions:
        if d.console is not None:
            computed, shown = decimals(d.points), decimals(d.console)
            yield (
                labels[d.id],
                message("{points}, console {shown}", points=computed, shown=shown),
            )
    for m in shop.metrics:
        if m.reason is not None and m.status != "missing_number":
            yield result.rules.metrics[m.id].metric.label, m.reason
    for m in shop.metrics:
        metric = result.rules.metrics[m.id].metric
        if metric.note:
            yield metric.label, metric.note


def _title(result: Result, shop: ShopView) -> Iterator[str]:
    """Yield what stands above the table of a shop: who it is, and what is known of its score."""
    yield from (shop.shop_id, shop.industry, word(shop.status))
    yield _score(result, shop)
    if shop.console is not None:
        shown = decimals(shop.console, result.rules.exact.decimals)
        yield voice.text(message("console {points}", points=shown))
    if shop.coverage is not None and shop.coverage < 1:
        yield f"{voice.text(message('coverage'))} {decimals(shop.coverage * 100, 0)}%"
    yield from _levels_in_title(result, shop)
    if shop.tiers or shop.possible_tiers:
        yield _tiers(result, shop)


def _levels_in_title(result: Result, shop: ShopView) -> Iterator[str]:
    """Yield the level of a shop in the title of its table, and of which day it is."""
    levels = [*_levels(result, shop)]
    if len(levels) == 1:
        yield from levels
    elif levels:
        yield voice.text(message("current {level}", level=levels[0]))
        yield voice.text(message("projected {level}", level=levels[1]))


def _score(result: Result, shop: ShopView) -> str:
    """Return the score of a shop in the title of its table, with its exact value."""
    exact = f" (= {shop.score_exact})" if shop.score_exact else ""
    return _between(shop, result.rules.exact.decimals) + exact


def _between(shop: ShopView, places: int) -> str:
    """Return the score, or for a partial shop the ends between which it lies."""
    if shop.status == "partial" and shop.score_low is not None:
        return f"{decimals(shop.score_low, places)}–{decimals(shop.score_high, places)}"
    return decimals(shop.score, places)


def _level(result: Result, *ends: str | float | None) -> str:
    """Return the level of a shop; where it is not known, the two between which it lies."""
    labels = {one.id: voice.text(one.label) for one in result.rules.ruleset.levels}
    known = dict.fromkeys(labels.get(str(end), voice.text(message("none"))) for end in ends)
    return " – ".join(known) if len(known) > 1 or ends[0] is not None else "–"


def _levels(result: Result, shop: ShopView) -> Iterator[str]:
    """Yield the current level of a shop, where it is not that of every day, and its level."""
    if not result.rules.ruleset.levels:
        return
    for when in ("current_", "") if result.current is not None else ("",):
        ends = (shop.levels[f"{when}level_{end}"] for end in ("certain", "possible"))
        yield _level(result, *ends)


def criteria_table(result: Result, shop: ShopView) -> Table:
    """Return what levels ask for: the value of a shop, the bound, and whether it is met.

    Where shops are not judged every day, the last evaluation stands before the projection.
    """
    declared = {one.id: one for one in result.rules.exact.criteria}
    rows = [_criterion_cells(result, declared[one.id], one) for one in shop.criteria]
    heads = list(rows[0])
    return table(heads, [list(row.values()) for row in rows], right=heads[1:-2])


def _criterion_cells(
    result: Result, criterion: Criterion[Any], found: CriterionView
) -> dict[Message, object]:
    """Return the cells of a criterion by the headings of their columns."""
    condition, label = criterion.condition, _criterion_label(result, criterion)
    sign, bound = SIGNS[condition.operator], _measured(result, criterion, found.bound)
    cells: dict[Message, object] = {message("criterion"): label}
    if result.current is not None:
        last = _measured(result, criterion, found.current_value)
        cells[message("current")] = f"{last} {_verdict(found.current_met)}"
    now = message("value") if result.current is None else message("projected")
    return cells | {
        now: f"{_measured(result, criterion, found.value)} {_verdict(found.met)}",
        message("bound"): f"{sign} {bound}",
        message("small numbers"): relief_words(condition) or "",
        message("met"): {None: "?", True: message("yes"), False: message("no")}[found.met],
    }


def _criterion_label(result: Result, criterion: Criterion[Any]) -> object:
    """Return what a criterion is called: by itself, or as its metric, told apart from others."""
    measure = criterion.condition.measure
    metric = result.rules.metrics.get(measure.metric)
    label: object = criterion.label or (metric.metric.label if metric else criterion.id)
    alike = (c.condition.measure for c in result.rules.exact.criteria if c.label is None)
    if criterion.label is None and [*alike].count(measure) > 1:
        label = message("{name} ({metric})", name=label, metric=criterion.id)
    return label


def _verdict(met: bool | None) -> str:
    return {None: "?", True: "✓", False: "✗"}[met]


def _measured(result: Result, criterion: Criterion[Any], number: float | None) -> str:
    """Return a value or bound in the unit of what is measured."""
    measure = criterion.condition.measure
    if measure.kind == "value":
        return in_unit(number, result.rules.metrics[measure.id].metric.unit)
    return decimals(number, 2 if measure.kind in ("dimension", "total") else 0)


def _tiers(result: Result, shop: ShopView) -> str:
    labels = _labels_by_id(result.rules.ruleset.tiers)
    possible = (f"{labels[id]}?" for id in shop.possible_tiers)
    return voice.text(listed([*(labels[id] for id in shop.tiers), *possible]))


def _labels_by_id(labelled: Iterable[Dimension[Any] | Level | Tier[Any]]) -> dict[str, str]:
    """Return what stands for an id within a table: in English the ids are words themselves."""
    return {one.id: one.label.zh if voice.lang() == "zh" else one.id for one in labelled}
