"""From the metric values of a day to its result, whatever they were counted from.

All that scores goes this way: values that stand beside events, what is late, and what is logged.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date

import polars as pl
from attrs import evolve

from ..counting.day_ranges import RowDays
from ..grading.value_merging import ToGrade, ValuesBeside, merge_values
from ..grading.weighing import MetricValues
from ..notices import Notice
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.selection import Selection
from ..reading import files
from ..reading.events import Events
from ..reading.files import Progress
from .building import build_result
from .reference_tables import ReferenceTables
from .result import Result
from .timeliness import check_timeliness, counted_in_part, never_reached

_logger = logging.getLogger("shopscore.scoring")


def stages(progress: Progress | None) -> Progress:
    """Return what is called as each stage of a score begins."""
    return files.stages(progress, _logger)


def with_values_beside(
    selection: Selection,
    shops: pl.DataFrame,
    measured: Mapping[str, MetricValues],
    beside: ValuesBeside | None,
    days: RowDays,
) -> ToGrade:
    """Return the values of events, with those that a user typed in beside them."""
    day = selection.day
    counted = _marked(selection.rules.projected(day), measured, days, day)
    if beside is None:
        return ToGrade(shops, counted)
    return merge_values(selection.rules, shops, counted, beside)


def _marked(
    rules: BoundRuleSet, measured: Mapping[str, MetricValues], days: RowDays, day: date
) -> dict[str, MetricValues]:
    """Return values of which those are marked that may be too low, since events end early.

    Of a window that no event reaches it is not known, either, that no row counts in it.
    """
    in_part = counted_in_part(rules, days.before(day), day)
    unseen = never_reached(rules, days, day)
    marked = {id: v.that_may_be_more() if id in in_part else v for id, v in measured.items()}
    return {id: v.with_nothing_certain() if id in unseen else v for id, v in marked.items()}


def conclude(
    selection: Selection,
    start: ToGrade,
    tables: ReferenceTables,
    days: RowDays | None,
    *notices: Notice,
    events: Events | None = None,
    current: Mapping[str, MetricValues] | None = None,
) -> Result:
    """Build the result, and log what to know about it.

    Without events or a state there are no days of rows to look at. ``current`` are the values of
    the last evaluation, where shops are not judged every day.
    """
    rules, day = selection.rules, selection.day
    timely = () if days is None else check_timeliness(rules, days.before(day), day)
    built = build_result(
        rules,
        day,
        start.measured,
        start.shops,
        tables,
        supplied=start.supplied,
        console=start.console,
        judged_on=rules.ruleset.judged_on(day),
        ranks=start.ranks,
        notices=(*selection.notices, *notices, *timely, *start.notices),
    )
    built = evolve(built, basis=evolve(built.basis, selection=selection))
    evaluation, last = rules.ruleset.evaluation, rules.current(day)
    if evaluation is not None and last is not None and current is not None:
        then = evaluation.last(day)
        if days is not None:
            current = _marked(last, current, days, then)
        current = start.of_these_shops(current)
        found = build_result(rules, then, current, start.shops, tables)
        built = evolve(built, current=found)
    return _log_notices(built if events is None else evolve(built, read=events))


def _log_notices(result: Result) -> Result:
    """Log what to know about a result, but for what was logged when its events were read."""
    told = {notice.message for notice in result.report.notices} if result.report else set()
    for notice in result.notices:
        if notice.message not in told:
            _logger.info("notice: %s", notice, extra={"notice": notice})
    return result
