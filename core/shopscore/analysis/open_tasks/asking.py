"""The verb: what is open at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from ...errors import UsageError, did_you_mean
from ...exact.columns import ExactColumn
from ...grading.benchmarks import Benchmark
from ...messages import Message, listed, message, numbered, translate
from ...model.expressions import DAY_SECONDS
from ...model.labels import Label
from ...model.tasks import Task
from ...notices import Notice
from ...plugins.declarations import Platform
from ...plugins.selection import (
    RuleSetName,
    Selection,
    find_scorecard,
    notices_on,
    select_rules,
)
from ...reading.events import Events
from ...reading.files import Progress
from ...reading.loading import read_events
from ...reading.rows.clocks import clock_of, find_zone
from ...results.conclusion import stages
from ...results.reference_tables import ReferenceTables
from ...results.result import Result
from ...rules.numbers_toml import NumbersSource
from ...scoring import score_events
from ...value_classes import frozen
from ..regrading.regrading import Regrading
from .differences import Change, Changes, Differences, find_differences
from .finding import Found, columns_not_there, find_open, ids_of
from .listing import Todo
from .moment import known_at, parse_moment, seconds_of
from .open_task import Effect, OpenTask
from .supposing import Supposition, suppose
from .tasks_asked import Settings, TasksAsked

_EPOCH = datetime(1970, 1, 1)


def todo(
    source: str | Path | Mapping[str, Any] | Events | Result,
    *,
    now: datetime | str | None = None,
    shop: str | Iterable[str] | None = None,
    settings: Settings | None = None,
    platform: str | Platform | None = None,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    as_of: date | str | None = None,
    benchmarks: Benchmark | str | Path | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    profile: str | None = None,
    tz: str | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Todo:
    """List what is open at a moment: until when, and what a shop's score loses if it counts as bad.

    What is open, and until when, the platform's tasks declare. Events are taken as they were known
    at ``now``: a time after it has not happened yet, and a row that begins after it is not there;
    deadlines are known ahead. Words and flags have no time, and stay.

    The points at risk are what the score as of the day of ``now`` loses if one row counts as bad
    instead of being done in time, each with the sums that the shop would have, and peers as they
    are. Rows of its order that are too new for a window count as on its newest day, in both. Of a
    ticket, for which every hour counts, it is held against the score without its end; of a bad
    review that could be appealed, against the score without the review. Where points cannot be said,
    they are None, with a reason.

    Args:
        source: as for :func:`shopscore.score`, or a result, whose events and rules are taken;
            values that stood beside the events are not.
        now: the moment, as the platform's clock shows it, or with an offset; by default now, for a
            result of another day the beginning of that day.
        shop: the id of the shop to list, or those of several; by default all. Peers are all shops in
            any case.
        settings: what is chosen of tasks, by the id of the task: ``{"answer_sessions": {"seconds": 60}}``.
        as_of: the day of publication of the score that is at risk; by default that of ``now``.

    The other arguments are those of :func:`shopscore.score`.

    Returns:
        What is open, sorted by deadline, then by the points at risk.

    Raises:
        InputError: for events that cannot be used.
        CoverageError: for a platform, rule set or date that is not covered.
        UsageError: for an invalid moment, an unknown shop, task or setting; for a result that was not
            made from events.

    >>> from attrs import evolve
    >>> from shopscore.samples import generate
    >>> from shopscore.testing.toy import PLATFORM
    >>> events = generate(shops=12, orders=900, end=date(2025, 3, 31))
    >>> platform = evolve(PLATFORM, tasks=("shopscore.tasks",))
    >>> found = todo(events, platform=platform, now="2025-03-28 15:00", shop="S0001")
    >>> found
    <Todo toy at 2025-03-28 15:00:00: 5 open, 2 late>
    >>> found.to_polars()["task"].to_list()[:2]
    ['decide_tickets', 'refund_returns']
    """
    if isinstance(source, Result):
        return _of_result(source, now, shop, settings, benchmarks, progress)
    declared, _ = find_scorecard(platform, scorecard, ruleset)
    moment = parse_moment(now, find_zone(tz or declared.zone))
    day = moment.date() if as_of is None else as_of
    selection = select_rules(platform, scorecard, ruleset, day, assume, numbers, profile)
    events = read_events(
        source, platform=selection.rules.platform, tz=tz, strict=strict, progress=progress
    )
    tables = ReferenceTables(benchmarks).bound(selection.rules)
    return todo_of_events(events, selection, tables, moment, shop, settings, progress)


def _of_result(
    result: Result,
    now: datetime | str | None,
    shop: str | Iterable[str] | None,
    settings: Settings | None,
    benchmarks: Benchmark | str | Path | None,
    progress: Progress | None,
) -> Todo:
    """List what is open by the events and the rules of a result."""
    events = result.events
    if events is None:
        said = message("the result was not made from events, and they alone tell what is open")
        raise UsageError(said)
    zone = find_zone(events.zone or result.rules.platform.zone)
    moment = parse_moment(now, zone)
    if now is None and moment.date() != result.as_of:
        moment = datetime.combine(result.as_of, datetime.min.time())
    selection = Selection(result.rules, result.as_of, notices_on(result.rules, result.as_of))
    tables = ReferenceTables(benchmarks).bound(result.rules)
    return todo_of_events(events, selection, tables, moment, shop, settings, progress)


def todo_of_events(
    events: Events,
    selection: Selection,
    tables: ReferenceTables,
    moment: datetime,
    shop: str | Iterable[str] | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Todo:
    """List what is open by rules that are selected already; commands select before they read."""
    rules, begin = selection.rules, stages(progress)
    chosen = _chosen(rules.platform, settings or {})
    wanted = _wanted(events, shop)
    now = seconds_of(moment)
    known = known_at(events, now)
    result = score_events(known, selection, tables, progress)
    begin(message("looking for open tasks"))
    asker = _Asker(Regrading(result), known, now, wanted)
    tasks = TasksAsked.of(rules.platform, known, chosen)
    found: list[OpenTask] = []
    notices: list[Notice] = []
    for task in tasks.asked:
        own = chosen.get(task.id, {})
        if missing := columns_not_there(task, own, known):
            notices.append(_not_there(task, missing))
        found += asker.open(task, own)
    return Todo(
        platform=result.platform,
        scorecard=result.scorecard,
        ruleset=result.ruleset,
        as_of=result.as_of,
        now=moment,
        zone=events.zone or rules.platform.zone,
        open=tuple(sorted(found, key=_in_order)),
        asked=tasks.asked,
        not_asked=tasks.not_asked,
        labels={id: one.metric.label for id, one in rules.metrics.items()},
        notices=(*_not_asked_notices(tasks.not_asked), *notices, *result.notices),
    )


def _in_order(one: OpenTask) -> tuple[object, ...]:
    """Return what sorts open tasks: the deadline, then the points at risk, most first."""
    points = one.points_at_risk
    return (
        one.deadline or datetime.max,
        points is None,
        -(points or 0),
        one.shop_id,
        one.task.id,
        one.id,
    )


def _chosen(platform: Platform, settings: Settings) -> Settings:
    """Return settings, if there are such tasks and settings.

    Raises:
        UsageError: where there are not.
    """
    tasks = platform.all_tasks
    for id, own in settings.items():
        if id not in tasks:
            said = message(
                "{platform} has no task {task}{guess}",
                platform=platform.id,
                task=id,
                guess=did_you_mean(id, tasks),
            )
            raise UsageError(said)
        tasks[id].numbers(own)
    return settings


def _wanted(events: Events, shop: str | Iterable[str] | None) -> npt.NDArray[np.bool_]:
    """Return which shops are listed.

    Raises:
        UsageError: for a shop that is not there.
    """
    ids = events.shops["shop_id"]
    asked = [shop] if isinstance(shop, str) else list(shop or ())
    if not asked:
        return np.ones(len(ids), dtype=np.bool_)
    known = set(ids)
    for id in asked:
        if id not in known:
            guess = did_you_mean(id, ids.head(500))
            raise UsageError(message("no shop {id} here{guess}", id=id, guess=guess))
    return ids.is_in(asked).to_numpy()


def _not_asked_notices(not_asked: Mapping[Task, Message]) -> Iterator[Notice]:
    """Yield what to know of tasks that were not looked for."""
    for task, why in not_asked.items():
        said = message("not looked for: {task} ({why})", task=task.label, why=why)
        yield Notice("missing_input", said, stream=task.stream)


def _not_there(task: Task, missing: list[str]) -> Notice:
    columns = dict.fromkeys(missing)
    said = numbered(
        "{task}: {columns} of {stream} is missing, and counts as empty",
        "{task}: {columns} of {stream} are missing, and count as empty",
        len(columns),
        task=task.label,
        columns=listed(columns),
        stream=task.stream,
    )
    return Notice("missing_input", said, stream=task.stream)


@frozen(eq=False)
class _Asker:
    """Looks for open tasks in known events, and for the points at risk in their score."""

    regrading: Regrading
    events: Events
    now: int
    wanted: npt.NDArray[np.bool_]

    @property
    def result(self) -> Result:
        """The score of all shops as things stand."""
        return self.regrading.result

    def open(self, task: Task, chosen: Mapping[str, object]) -> Iterator[OpenTask]:
        """Yield what is open for a task."""
        found = find_open(task, chosen, self.events, self.result.rules, self.now)
        if found is None:
            return
        shops = self.events.frames[task.stream]["shop"].gather(found.rows).to_numpy()
        found = found.only(self.wanted[shops])
        if not len(found.rows):
            return
        shops = shops[self.wanted[shops]].astype(np.int64)
        risks = self._risks(found, shops)
        ids = self.events.shops["shop_id"].gather(shops)
        rows = zip(
            ids,
            ids_of(found, self.events),
            self._orders(found),
            found.since,
            found.deadline,
            self._left(found.deadline),
            found.decided,
            risks,
            strict=True,
        )
        for shop, id, order, since, deadline, left, decided, risk in rows:
            yield OpenTask(
                shop, task, id, order, _time(since) or datetime.min, _time(deadline), left,
                _time(decided), risk.points, risk.reason, risk.effects,
            )  # fmt: skip

    def _orders(self, found: Found) -> pl.Series:
        """Return the id of the order that each row is, or names."""
        frame = self.events.frames[found.task.stream]
        if "order_id" not in frame.columns:
            return pl.Series([None], dtype=pl.String).new_from_index(0, len(found.rows))
        return frame["order_id"].gather(found.rows).cast(pl.String)

    def _left(self, deadline: pl.Series) -> pl.Series:
        """Return the seconds that are left until each deadline, on a clock that is never changed."""
        clock = clock_of(find_zone(self.events.zone or self.result.rules.platform.zone))
        now: int = clock.steady(pl.Series([self.now]))[0]
        return clock.steady(deadline) - now

    def _risks(self, found: Found, shops: npt.NDArray[np.int64]) -> list[_Risk]:
        """Return what the score of each row's shop has at risk."""
        task = found.task
        if not (task.missed or task.clears):
            untold = message("the task does not say what counts as bad")
            return [_Risk(None, untold, ())] * len(found.rows)
        best = (
            Change(removed=True) if task.clears else Change(found.done.cells, found.done.instants)
        )
        worst = Change(found.missed.cells, found.missed.instants)
        result = self.result
        differences = find_differences(
            self.events,
            result.rules,
            result.as_of,
            Changes(task.stream, found.rows, best, worst),
        )
        supposed = suppose(self.regrading, np.tile(shops, 2), differences.sums)
        judge = _Judge(supposed, result, self._why_unknown(differences))
        cases = supposed.which.reshape(2, -1).T.tolist()
        return [judge.risk(good, bad) for good, bad in cases]

    def _why_unknown(self, differences: Differences) -> Message | None:
        """Return why no points can be told, whatever the shop; None where they can."""
        exact = self.result.rules.exact
        if not self.result.rules.ruleset.dimensions:
            return message("the scorecard has no total")
        counted = {e.id for _, e in exact.entries} | {a.metric for a in exact.adjustments}
        if unknown := [id for id in differences.unknown if id in counted]:
            return message(
                "what it does to {metrics} depends on more than its order", metrics=listed(unknown)
            )
        return None


@frozen
class _Risk:
    points: Fraction | None
    reason: Message | None
    effects: tuple[Effect, ...]


class _Judge:
    """Compares what becomes of a shop at best and at worst; cases that are alike once."""

    def __init__(self, supposed: Supposition, result: Result, why: Message | None) -> None:
        self._totals = supposed.totals
        self._values = [(id, _floats(column)) for id, column in supposed.values.items()]
        self._statuses = result.columns.status.gather(supposed.shops).to_list()
        self._labels = result.rules.statuses
        self._why = why
        self._known: dict[tuple[int, int], _Risk] = {}

    def risk(self, best: int, worst: int) -> _Risk:
        """Return what is lost from the best case to the worst, and which metrics differ."""
        if (best, worst) not in self._known:
            self._known[best, worst] = self._compare(best, worst)
        return self._known[best, worst]

    def _compare(self, best: int, worst: int) -> _Risk:
        effects = tuple(
            Effect(id, values[best], values[worst])
            for id, values in self._values
            if values[best] != values[worst]
        )
        if self._why is not None:
            return _Risk(None, self._why, effects)
        good, bad = self._totals[best], self._totals[worst]
        if good is not None and bad is not None:
            nothing = message("it changes no metric of this scorecard")
            points = good - bad
            return _Risk(points, None if effects or points else nothing, effects)
        if good is None and bad is None:
            status = self._statuses[best]
            word = self._labels.get(status, Label(translate(status, "zh"), status))
            return _Risk(None, message("the shop has no score: {status}", status=word), effects)
        return _Risk(None, message("it decides whether the shop has a score"), effects)


def _floats(column: ExactColumn) -> list[float | None]:
    """Return the doubles nearest to values, None where there is none."""
    known = column.known.tolist()
    return [v if k else None for v, k in zip(column.values.floats().tolist(), known, strict=True)]


def _time(second: int | None) -> datetime | None:
    """Return a time on the wall; None where there is none, or beyond the calendar."""
    if second is None:
        return None
    try:
        return _EPOCH + timedelta(days=second // DAY_SECONDS, seconds=second % DAY_SECONDS)
    except OverflowError:
        return None
