"""From the metric values of a day to its result, whatever they were counted from.

All that scores goes this way: values that stand beside events, what is late, and what is logged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date

import polars as pl

from ..counting.day_ranges import RowDays
from ..grading.value_merging import ToGrade, ValuesBeside, merge_values, values_alone
from ..grading.weighing import MetricValues
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.selection import Selection
from ..reading import files
from ..reading.events import Events
from ..reading.files import Progress
from ..value_classes import evolve, frozen
from .basis import Basis
from .building import build_result
from .notices_on_verdicts import notices_of_last
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
    counted = Incomplete.of(selection.rules.projected(day), days, day).mark(measured)
    if beside is None:
        return ToGrade(shops, counted)
    return merge_values(selection.rules, shops, counted, beside)


@frozen
class Incomplete:
    """The metrics whose numbers of a day may be too low, since events begin late or end early.

    Of a window that no event reaches it is not known, either, that no row counts in it.
    """

    in_part: frozenset[str]
    unseen: frozenset[str]

    @classmethod
    def of(cls, rules: BoundRuleSet, days: RowDays, day: date) -> Incomplete:
        """Find them by the days with rows."""
        in_part = counted_in_part(rules, days.before(day), day)
        return cls(in_part, never_reached(rules, days, day))

    def mark(self, measured: Mapping[str, MetricValues]) -> dict[str, MetricValues]:
        """Return values of which those are marked that may be too low."""
        return {id: self._marked(id, values) for id, values in measured.items()}

    def _marked(self, id: str, values: MetricValues) -> MetricValues:
        marked = values.that_may_be_more() if id in self.in_part else values
        return marked.with_nothing_certain() if id in self.unseen else marked


def start_of(basis: Basis) -> ToGrade:
    """Return what grading starts from, of a basis."""
    rules, beside = basis.selection.rules, basis.beside
    if basis.counted is None or basis.days is None:
        assert beside is not None  # else there is nothing to grade
        return values_alone(rules, beside)
    return with_values_beside(basis.selection, basis.shops, basis.counted, beside, basis.days)


def conclude_basis(
    basis: Basis,
    events: Events | None = None,
    change: Callable[[ToGrade], ToGrade] | None = None,
) -> Result:
    """Build the result of a basis, which it keeps; with a ``change`` of what grading starts from.

    A result that is changed is another answer to the same question: nothing is logged again.
    """
    start, current = start_of(basis), basis.current
    if basis.counted is None and basis.beside is not None and basis.beside.current is not None:
        typed = basis.beside.current
        places = {id: place for place, id in enumerate(start.shops["shop_id"])}
        metrics = basis.selection.rules.metrics.items()
        current = {id: typed.measured(metric, places) for id, metric in metrics}
    changed = start if change is None else change(start)
    found = _build(basis, changed, events, current)
    return evolve(found if change is not None else _log_notices(found), basis=basis)


def _build(
    basis: Basis,
    start: ToGrade,
    events: Events | None,
    current: Mapping[str, MetricValues] | None,
) -> Result:
    """Build the result of what grading starts from.

    ``current`` are the values of the last evaluation, where shops are not judged every day.
    """
    rules, day, days = basis.selection.rules, basis.selection.day, basis.days
    timely = () if days is None else check_timeliness(rules, days.before(day), day)
    built = build_result(
        rules,
        day,
        start.measured,
        start.shops,
        basis.tables,
        supplied=start.supplied,
        console=start.console,
        judged_on=rules.ruleset.judged_on(day),
        ranks=start.ranks,
        notices=(*basis.selection.notices, *basis.notices, *timely, *start.notices),
    )
    evaluation, last = rules.ruleset.evaluation, rules.current(day)
    if evaluation is not None and last is not None and current is not None:
        then = evaluation.last(day)
        if days is not None:
            current = Incomplete.of(last, days, then).mark(current)
        current = start.of_these_shops(current)
        found = build_result(rules, then, current, start.shops, basis.tables, console=start.last)
        known = {str(notice.message) for notice in built.notices}
        told = [n for n in notices_of_last(found) if str(n.message) not in known]
        built = evolve(built, current=found, notices=(*built.notices, *told))
    return built if events is None else evolve(built, read=events)


def _log_notices(result: Result) -> Result:
    """Log what to know about a result, but for what was logged when its events were read."""
    told = {notice.message for notice in result.report.notices} if result.report else set()
    for notice in result.notices:
        if notice.message not in told:
            _logger.info("notice: %s", notice, extra={"notice": notice})
    return result
