"""Tables of a result: one line per shop, and every number behind one shop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import evolve

from ..messages import Message, listed, message
from ..model.metrics import Metric
from ..model.rulesets import Dimension, Level, RuleSet, Tier
from ..results.criteria_words import criterion_label
from ..results.result import Result
from ..results.views import MetricView, ShopView
from ..rules.condition_words import condition_words
from . import voice
from .criteria_tables import names_of_metrics
from .tables import Table, decimals, grouped, in_unit, score_text, table, word

if TYPE_CHECKING:
    from ..analysis.reasons.contributions import Decomposition

_SOURCE = message("source")
#: Stands for the level of a shop that has none.
_NONE = "–"


#: A column of a list of shops: its heading, and the cell of a shop.
_Of = tuple[object, Callable[[ShopView], object]]


def shops_table(result: Result, shops: Iterable[ShopView]) -> Table:
    """Return one line per shop: score, dimensions and tiers; without a total, what is measured."""
    about: list[_Of] = [
        (message("shop"), lambda shop: shop.shop_id),
        (message("industry"), lambda shop: shop.industry),
        (message("status"), lambda shop: _shop_status(result, shop)),
    ]
    levels, numbers = [*_level_columns(result)], [*_number_columns(result)]
    tiers = [*_tier_columns(result)]
    columns = (*about, *levels, *numbers, *tiers)
    return table(
        [head for head, _ in columns],
        [[cell(shop) for _, cell in columns] for shop in shops],
        right=[head for head, _ in numbers],
        whole=[head for head, _ in levels],
    )


def _shop_status(result: Result, shop: ShopView) -> str:
    return word(shop.status, result.rules.statuses)


def _level_columns(result: Result) -> Iterator[_Of]:
    """Yield the columns of levels: none, one, or the current and the projected."""
    if not result.rules.ruleset.levels:
        return
    if result.current is None:
        yield message("shop level"), lambda shop: next(_levels(result, shop))
    else:
        yield message("current level"), lambda shop: next(_levels(result, shop))
        yield message("projected"), lambda shop: [*_levels(result, shop)][1]


def _number_columns(result: Result) -> Iterator[_Of]:
    """Yield the columns of scores and dimensions; where there is no total, those of metrics."""
    ruleset, places = result.rules.ruleset, result.rules.exact.decimals
    if ruleset.ranks:
        yield message("score"), lambda shop: between(shop, places)
    for dimension in ruleset.dimensions:
        yield dimension.label, partial(_points_of, dimension.id)
    for id in () if ruleset.dimensions else ruleset.metric_ids:
        metric = result.rules.metrics[id].metric
        yield metric.label, partial(_value_of, metric)


def _points_of(dimension: str, shop: ShopView) -> str:
    return decimals(shop.dimension(dimension).points)


def _value_of(metric: Metric, shop: ShopView) -> str:
    return in_unit(shop[metric.id].value, metric.unit)


def _tier_columns(result: Result) -> Iterator[_Of]:
    ruleset = result.rules.ruleset
    if ruleset.ranks or ruleset.tiers:
        yield message("tiers"), lambda shop: _tiers(result, shop)


def shop_table(result: Result, shop: ShopView) -> Table:
    """Return a table with every number behind one shop; why some are missing stands below."""
    from ..analysis.reasons.contributions import decompose

    split = decompose(result, int(result.only((shop.shop_id,))[0]))
    rows = [_metric_cells(result, m, split) for m in shop.metrics]
    columns = list(rows[0]) if rows else []
    keys = 2 if result.rules.ruleset.ranks else 1
    made = table(
        columns,
        [list(row.values()) for row in rows],
        right=[column for column in columns[keys:-1] if column != _SOURCE],
        usual=(word("ok"), word("informational")),
        title=shop_title(result, shop),
        notes=_notes(result, shop),
        keys=keys,
    )
    # a metric may have the same reason: the shop's is told apart from it, and first
    reason = [] if shop.reason is None else [(_shop_status(result, shop), shop.reason)]
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
            "criterion": criterion_label(result, criterion),
            "condition": condition_words(criterion.condition, names_of_metrics(result)),
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


def _metric_cells(result: Result, m: MetricView, split: Decomposition) -> dict[Message, object]:
    """Return the cells of a metric by the headings of their columns."""
    metric, ranks = result.rules.metrics[m.id].metric, result.rules.ruleset.ranks
    part: dict[Message, object] = {message("dimension"): _part_of_total(result, m)}
    cells: dict[Message, object] = {
        **(part if ranks else {}),
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
    if ranks:
        cells |= {
            message("percentile"): decimals(m.percentile, 3) + ("*" if m.from_table else ""),
            message("points"): decimals(m.points),
            message("weight"): decimals(m.weight, 3),
        }
    if split.lines:
        lost = split.lost(m.id)
        cells[message("points lost")] = decimals(None if lost is None else float(lost), 3)
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


def shop_title(result: Result, shop: ShopView) -> str:
    """Return what stands above the table of a shop: who it is, and what is known of its score."""
    return " · ".join(_title(result, shop))


def _title(result: Result, shop: ShopView) -> Iterator[str]:
    yield from (shop.shop_id, shop.industry, _shop_status(result, shop))
    if result.rules.ruleset.ranks:
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
        yield voice.text(message("no level")) if levels == [_NONE] else levels[0]
    elif levels:
        last, now = (voice.text(message("none")) if one == _NONE else one for one in levels)
        yield voice.text(message("current {level}", level=last))
        if (shown := shop.levels.get("current_level_console")) is not None:
            yield voice.text(message("console {level}", level=shown))
        yield voice.text(message("projected {level}", level=now))
    if (shown := shop.levels.get("level_console")) is not None:
        yield voice.text(message("console {level}", level=shown))


def _score(result: Result, shop: ShopView) -> str:
    """Return the score of a shop in the title of its table, with its exact value."""
    exact = f" (= {shop.score_exact})" if shop.score_exact else ""
    return between(shop, result.rules.exact.decimals) + exact


def between(shop: ShopView, places: int) -> str:
    """Return the score, or where it is open the ends between which it lies."""
    return score_text(shop.score, shop.score_low, shop.score_high, places)


def _level(result: Result, *ends: str | float | None) -> str:
    """Return the level of a shop; where it is not known, the two between which it lies."""
    labels = {one.id: voice.text(one.label) for one in result.rules.ruleset.levels}
    known = dict.fromkeys(labels.get(str(end), voice.text(message("none"))) for end in ends)
    return " – ".join(known) if len(known) > 1 or ends[0] is not None else _NONE


def _levels(result: Result, shop: ShopView) -> Iterator[str]:
    """Yield the current level of a shop, where it is not that of every day, and its level."""
    if not result.rules.ruleset.levels:
        return
    for when in ("current_", "") if result.current is not None else ("",):
        ends = (shop.levels[f"{when}level_{end}"] for end in ("certain", "possible"))
        yield _level(result, *ends)


def _tiers(result: Result, shop: ShopView) -> str:
    labels = _labels_by_id(result.rules.ruleset.tiers)
    possible = (f"{labels[id]}?" for id in shop.possible_tiers)
    return voice.text(listed([*(labels[id] for id in shop.tiers), *possible]))


def tier_labels(ruleset: RuleSet, sure: Iterable[str], possible: Iterable[str]) -> str:
    """Return the labels of tiers, with a question mark behind those that are only possible."""
    labels = {one.id: one.label for one in ruleset.tiers}
    marked = (f"{voice.text(labels[id])}?" for id in possible)
    return voice.text(listed([*(labels[id] for id in sure), *marked]))


def _labels_by_id(labelled: Iterable[Dimension[Any] | Level | Tier[Any]]) -> dict[str, str]:
    """Return what stands for an id within a table: in English the ids are words themselves."""
    return {one.id: one.label.zh if voice.lang() == "zh" else one.id for one in labelled}
