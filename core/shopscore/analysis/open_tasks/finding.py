"""Finding: which rows of known events are open for a task, until when, and what missing one means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from ...counting.resolution import resolve_events
from ...evaluation.with_polars import to_polars
from ...exact.rationals import Mask
from ...messages import Message, listed, message, numbered
from ...model.expressions import ColumnRef, Day, Expr, Month, TimeOfDay, columns_of
from ...model.instants import expression_with_instants
from ...model.streams import PART_ONLY, Stream
from ...model.tallies import Tally
from ...model.tasks import IN_TIME, MISSED_AT, NOW, BoundTask, Task
from ...plugins.bound_rules import BoundRuleSet
from ...reading.events import Events
from ...reading.rows.clocks import Clock, clock_of, find_zone
from ...reading.rows.narrowing import all_widened
from ...value_classes import frozen

Rows = npt.NDArray[np.int64]


@frozen(eq=False)
class Cells:
    """What columns of some rows become; ``instants`` are times on a clock that is never changed."""

    cells: Mapping[str, pl.Series]
    instants: Mapping[str, pl.Series]

    def only(self, mask: pl.Series) -> Cells:
        """Return those of some of the rows."""
        return Cells(
            {name: cells.filter(mask) for name, cells in self.cells.items()},
            {name: cells.filter(mask) for name, cells in self.instants.items()},
        )


@frozen(eq=False)
class Found:
    """The rows of a stream that are open for a task, as positions, with what is known of each.

    Times are seconds on the wall. ``done`` and ``missed`` are what cells of the rows become.
    """

    task: Task
    rows: Rows
    since: pl.Series
    deadline: pl.Series
    decided: pl.Series
    done: Cells
    missed: Cells

    def only(self, kept: Mask) -> Found:
        """Return some of the rows."""
        if kept.all():
            return self
        mask = pl.Series(kept)
        return Found(
            self.task,
            self.rows[kept],
            self.since.filter(mask),
            self.deadline.filter(mask),
            self.decided.filter(mask),
            self.done.only(mask),
            self.missed.only(mask),
        )


def why_not_asked(task: Task, events: Events) -> Message | None:
    """Return why nobody can tell what is open for a task; None where one can."""
    present = events.columns_present()
    if task.stream not in events.frames:
        return message("stream {stream} is missing", stream=task.stream)
    missing = [f"{task.stream}.{name}" for name in task.needs if (task.stream, name) not in present]
    if missing:
        return numbered(
            "{columns} is missing",
            "{columns} are missing",
            len(missing),
            columns=listed(missing),
        )
    if (task.stream, PART_ONLY) in present:
        return message("the files do not hold all rows of {stream}", stream=task.stream)
    return None


def find_open(
    task: Task, chosen: Mapping[str, object], events: Events, rules: BoundRuleSet, now: int
) -> Found | None:
    """Return the rows that are open at a moment; None where the task is switched off."""
    if not task.numbers(chosen)["on"]:
        return None
    fixed = task.bound(chosen, dict.fromkeys((NOW, IN_TIME, MISSED_AT), now))
    frame = resolve_events(events, rules, needs_of_task(task, fixed)).frames[task.stream]
    clock = clock_of(find_zone(events.zone or rules.platform.zone))
    frame = _with_time(frame, NOW, pl.Series([now]).new_from_index(0, len(frame)), clock)
    moments = {id: ColumnRef(id) for id in (NOW, IN_TIME, MISSED_AT)}
    bound = task.bound(chosen, moments)
    is_open = _Reader(frame, clock).values(bound.where).fill_null(False).cast(pl.Boolean)
    rows = np.flatnonzero(is_open.to_numpy()).astype(np.int64)
    reader = _Reader(frame[rows], clock)
    deadline = _next_deadline([reader.time(one) for one in bound.deadlines], now, len(rows))
    in_time = deadline.fill_null(now)
    frame = _with_time(reader.frame, IN_TIME, in_time, clock)
    reader = _Reader(_with_time(frame, MISSED_AT, in_time.clip(now, None), clock), clock)
    stream = rules.streams[task.stream]
    return Found(
        task,
        rows,
        reader.time(task.since),
        deadline,
        _nothing(len(rows)) if bound.decided is None else reader.time(bound.decided),
        reader.cells(bound.done, stream),
        reader.cells(bound.missed, stream),
    )


def needs_of_task(task: Task, bound: BoundTask) -> tuple[Tally, ...]:
    """Return tallies that read what a task reads: nothing is counted by them.

    >>> from shopscore import col
    >>> from shopscore.tasks import APPEAL_BAD_REVIEWS as task
    >>> [tally.day for tally in needs_of_task(task, task.bound())]
    [<Expr reviewed_at>, <Expr (reviewed_at + (30 × 86400))>]
    """
    stream, since = task.stream, task.since
    decided = () if bound.decided is None else (bound.decided,)
    changed = (*bound.done.items(), *bound.missed.items())
    cells = (value == ColumnRef(name) for name, value in changed)
    return (
        Tally(stream, day=since, where=bound.where),
        *(Tally(stream, day=time) for time in (*bound.deadlines, *decided)),
        *(Tally(stream, day=since, where=cell) for cell in cells),
    )


def columns_not_there(task: Task, chosen: Mapping[str, object], events: Events) -> list[str]:
    """Return the columns of the row that decide what is open, have no default, and are missing."""
    present = events.columns_present()
    stream = events.streams[task.stream]
    refs = columns_of(task.bound(chosen).where)
    own = (ref.name for ref in refs if not ref.linked and ref.name not in task.needs)
    return [n for n in own if stream.column(n).default is None and (stream.name, n) not in present]


@frozen(eq=False)
class _Reader:
    """Reads expressions off resolved rows, on a clock that is never changed where there is one."""

    frame: pl.DataFrame
    clock: Clock

    def values(self, expr: Expr) -> pl.Series:
        """Return the value of each row."""
        return self._read(expression_with_instants(expr, self.frame.columns))

    def time(self, expr: Expr) -> pl.Series:
        """Return the time of each row, as the wall shows it."""
        return self._read(expr) if _on_the_wall(expr) else self.clock.wall(self.instant(expr))

    def instant(self, expr: Expr) -> pl.Series:
        """Return the time of each row in seconds of a clock that is never changed."""
        return self.clock.steady(self._read(expr)) if _on_the_wall(expr) else self.values(expr)

    def cells(self, changes: Mapping[str, Expr], stream: Stream) -> Cells:
        """Return what columns of each row become."""
        timed = [name for name in changes if stream.column(name).kind in ("time", "day")]
        cells = {
            name: self.time(value) if name in timed else self.values(value)
            for name, value in changes.items()
        }
        at = {name: self.instant(changes[name]) for name in timed}
        has_instants = any(_is_instant(name) for name in self.frame.columns)
        same = all(at[name].equals(cells[name], null_equal=True) for name in timed)
        return Cells(cells, {} if same and not has_instants else at)

    def _read(self, expr: Expr) -> pl.Series:
        read = all_widened(self.frame).select(_value=to_polars(expr)).collect().to_series()
        read = read.cast(pl.Int64) if read.dtype == pl.Null else read
        return read if len(read) == len(self.frame) else read.new_from_index(0, len(self.frame))


def _on_the_wall(expr: Expr) -> bool:
    """Return whether a time is made from days or hours that the wall shows."""
    return any(isinstance(node, Day | TimeOfDay | Month) for node in expr.walk())


def _is_instant(name: str) -> bool:
    return name.rpartition(".")[2].startswith("@")


def _with_time(frame: pl.DataFrame, name: str, wall: pl.Series, clock: Clock) -> pl.DataFrame:
    """Return rows with one more time, and its instant: other times without one are theirs."""
    shown = wall.cast(pl.Int64).alias(name)
    return frame.with_columns(shown, clock.steady(shown).alias(f"@{name}"))


def _next_deadline(deadlines: Iterable[pl.Series], now: int, size: int) -> pl.Series:
    """Return of each row the first deadline that has not passed, else the last that has."""
    every = pl.DataFrame([one.alias(str(i)) for i, one in enumerate(deadlines)])
    if not every.width:
        return _nothing(size)
    ahead = [pl.when(pl.col(c) >= now).then(pl.col(c)) for c in every.columns]
    return every.select(pl.coalesce(pl.min_horizontal(*ahead), pl.max_horizontal("*"))).to_series()


def _nothing(size: int) -> pl.Series:
    return pl.Series([None], dtype=pl.Int64).new_from_index(0, size)


def ids_of(found: Found, events: Events) -> pl.Series:
    """Return the id of each row that is open; parts of a key are joined by a slash."""
    key = events.streams[found.task.stream].key
    rows = events.frames[found.task.stream].select(pl.col(key).cast(pl.String))[found.rows]
    return rows.select(pl.concat_str(key, separator="/")).to_series()
