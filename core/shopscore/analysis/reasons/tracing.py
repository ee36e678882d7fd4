"""Tracing: one event from its file and line to what it counts for, or why it counts nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from ...counting.once import once_column
from ...counting.selection import day_number
from ...errors import InputError, UsageError
from ...evaluation.with_python import evaluate
from ...messages import Message, message, numbered
from ...model.instants import with_instants
from ...model.links import ORDER
from ...model.streams import SHOPS
from ...model.tallies import Tally
from ...model.windows import DayWeights
from ...reading.events import Events
from ...value_classes import frozen
from .one_more import conjuncts
from .removing import Removing
from .row_sums import RowSums
from .shop_rows import Row, ShopRows

_EPOCH = date(1970, 1, 1)
#: Rows that are read again to find those that a newer state replaced.
_MOST_READ = 200_000
_LATER = message("a later state of the same row counts in its place")


@frozen
class PartOfCondition:
    """A part of a condition in words, and whether the row meets it; None where a value is missing."""

    words: str
    met: bool | None


@frozen
class TallyTrace:
    """What one tally makes of a row.

    ``metrics`` are those that count it so. ``age`` is how many days before the day of publication it
    counts, ``weight`` of ``scale`` what its day weighs, 0 outside of the window. ``reason`` says why
    it does not count; None where it does.
    """

    metrics: tuple[str, ...]
    counts: str
    day_words: str
    day: date | None
    age: int | None
    first_age: int
    last_age: int
    weight: int
    scale: int
    parts: tuple[PartOfCondition, ...]
    value: int | None
    reason: Message | None


@frozen
class RowTrace:
    """One event: where it is from, what it is counted for, and what it costs.

    ``costs`` is the score without it, less the score with it; None where there is no score.
    ``reason`` says why it counts nowhere; None where it does.
    """

    stream: str
    key: dict[str, str]
    file: str | None
    line: int | None
    tallies: tuple[TallyTrace, ...]
    costs: Fraction | None
    reason: Message | None = None


@frozen(eq=False, slots=False)
class Tracing:
    """The events of one shop that an id names."""

    removing: Removing
    sums: RowSums

    @property
    def rows(self) -> ShopRows:
        """The rows of the shop."""
        return self.removing.rows

    def trace(self, id: str) -> list[RowTrace]:
        """Return every event with that id, and those of the order that it names.

        Raises:
            UsageError: where no row that was read has it.
        """
        found = [self._trace(row) for row in self._named(id)]
        found += self._set_aside(id)
        found += self._replaced(id, found)
        if not found:
            raise UsageError(self._nowhere(id))
        return found

    def _named(self, id: str) -> list[Row]:
        """Return the rows with an id as their key, then those that name it as their order."""
        return list(_rows_with(self.rows.events, id))

    def _trace(self, row: Row) -> RowTrace:
        stream, at = row
        place = self.rows.origin(stream, at)
        tallies = tuple(self._tallies(row))
        reason = None
        if not tallies:
            reason = message("no metric of these rules counts {stream}", stream=stream)
        elif all(one.reason is not None for one in tallies):
            reason = message("it counts for no metric")
        return RowTrace(
            stream,
            self.rows.key(stream, at),
            None if place is None else place[0],
            None if place is None else place[1],
            tallies,
            self.removing.cost(row),
            reason,
        )

    def _tallies(self, row: Row) -> Iterator[TallyTrace]:
        supposing = self.removing.supposing
        day = supposing.result.as_of
        uses: dict[tuple[Tally, DayWeights], list[str]] = {}
        for id, metric in supposing.metrics.items():
            for one in metric.windows(day):
                uses.setdefault(one, []).append(id)
        frame = self.sums.resolved.frames.get(row[0])
        if frame is None:
            return
        cells = _cells(frame, row[1])
        for (tally, weights), metrics in uses.items():
            if tally.stream == row[0]:
                timed = with_instants(tally, frame.columns)
                yield _of_tally(tally, timed, weights, tuple(dict.fromkeys(metrics)), cells, day)

    def _set_aside(self, id: str) -> list[RowTrace]:
        """Return the rows with that id that could not be used, with the reason."""
        report, found = self.rows.whole.report, []
        for table in report.tables:
            own = report.set_aside.filter(
                (pl.col("stream") == table.stream)
                & pl.col("file").eq_missing(pl.lit(table.label, pl.String))
            )
            rows = own["row"].unique().sort().to_list()
            for number, cells in zip(rows, table.records([n - 1 for n in rows]), strict=True):
                if any(_bare(cell) == id for cell in cells):
                    first = own.filter(pl.col("row") == number).row(0, named=True)
                    found.append(_unused(first))
        return found

    def _replaced(self, id: str, found: list[RowTrace]) -> list[RowTrace]:
        """Return the rows with the key of one found that a newer state replaced."""
        return [
            RowTrace(one.stream, one.key, file, line, (), None, _LATER)
            for one in found
            if id in one.key.values()
            for file, line in _replaced_by(self.rows.whole, one.stream, id)
        ]

    def _nowhere(self, id: str) -> Message:
        whole = self.rows.whole
        for stream, at in _rows_with(whole, id):
            shop = whole.shops["shop_id"][whole.frames[stream]["shop"][at]]
            return message("{id} is of shop {shop}, in {stream}", id=id, shop=shop, stream=stream)
        return message(
            "no row has the id {id}: name an order, a ticket, a session or a review as it stands in"
            " the files",
            id=id,
        )


def _of_tally(
    tally: Tally,
    timed: Tally,
    weights: DayWeights,
    metrics: tuple[str, ...],
    cells: dict[str, Any],
    as_of: date,
) -> TallyTrace:
    time = evaluate(timed.day, cells)
    day = None if time is None else _EPOCH + timedelta(time // 86_400)
    age = None if day is None else day_number(as_of) - day_number(day)
    weight = 0
    if age is not None and weights.first_age <= age <= weights.last_age:
        weight = weights.ints[age - weights.first_age]
    parts = tuple(
        PartOfCondition(str(words), evaluate(part, cells))
        for words, part in zip(conjuncts(tally.where), conjuncts(timed.where), strict=True)
    )
    value = evaluate(timed.value, cells)
    reason = _why_not(tally, parts, day, age, weight, weights, value, cells)
    return TallyTrace(
        metrics,
        "rows" if tally.counts_rows else str(tally.value),
        str(tally.day),
        day,
        age,
        weights.first_age,
        weights.last_age,
        weight,
        weights.scale,
        parts,
        value,
        reason,
    )


def _why_not(
    tally: Tally,
    parts: tuple[PartOfCondition, ...],
    day: date | None,
    age: int | None,
    weight: int,
    weights: DayWeights,
    value: int | None,
    cells: dict[str, Any],
) -> Message | None:
    """Return why a row does not count for a tally; None where it does."""
    for part in parts:
        if part.met is False:
            return message("the condition is not met: {condition}", condition=part.words)
    for part in parts:
        if part.met is None:
            return message("a value of the condition is missing: {condition}", condition=part.words)
    if day is None or age is None:
        return message(
            "there is no {column}, and so no day on which it counts", column=str(tally.day)
        )
    if cells.get("_excluded") and not tally.with_excluded:
        return message("its order is excluded (is_excluded)")
    if value is None:
        return message("there is no value: {value}", value=str(tally.value))
    if tally.once is not None and not cells.get(once_column(tally)):
        return message("another row counts in its place, since each counts once")
    if age < weights.first_age:
        return numbered(
            "{day} is after the window, which ends {n} day before the day of publication",
            "{day} is after the window, which ends {n} days before the day of publication",
            weights.first_age,
            day=day,
        )
    if age > weights.last_age:
        return numbered(
            "{day} is before the window, which begins {n} day before the day of publication",
            "{day} is before the window, which begins {n} days before the day of publication",
            weights.last_age,
            day=day,
        )
    if not weight:
        return message("{day} is a day that weighs nothing", day=day)
    return None


def _cells(frame: pl.DataFrame, at: int) -> dict[str, Any]:
    """Return a row as the plain evaluator takes it."""
    return dict(frame.row(at, named=True))


def _rows_with(events: Events, id: str) -> Iterator[Row]:
    """Yield the rows with an id as their key, then those that name it as their order."""
    found = []
    for name, frame in events.frames.items():
        stream = events.streams[name]
        if name == SHOPS.name:
            continue
        keys = [k for k in stream.key if k in frame.columns and frame[k].dtype == pl.String]
        for rank, columns in enumerate((keys, [ORDER.column])):
            there = [pl.col(c) == id for c in columns if c in frame.columns]
            if there:
                at = frame.select(pl.any_horizontal(there).fill_null(False)).to_series()
                found += [(rank, name, int(row)) for row in at.arg_true()]
    seen = dict.fromkeys((name, row) for _, name, row in sorted(found, key=lambda o: o[0]))
    yield from seen


def _unused(incident: dict[str, Any]) -> RowTrace:
    said = message("{about}: {said}", about=incident["column"] or incident["stream"],
                   said=incident["reason"])  # fmt: skip
    line = incident["line"] or incident["row"]
    reason = message("it was set aside: {why}", why=said)
    return RowTrace(incident["stream"], {}, incident["file"], line, (), None, reason)


def _replaced_by(events: Events, stream: str, id: str) -> Iterator[tuple[str | None, int]]:
    """Yield file and line of rows with an id that a newer state replaced.

    They are those of the files that are neither accepted nor set aside, which are read again.
    """
    places = events.places.get(stream)
    if places is None or places.sources is None or not events.report.books[stream].replaced:
        return
    accepted = np.zeros(int(places.offsets[-1]), dtype=np.bool_)
    accepted[places.sources.drop_nulls().to_numpy()] = True
    left = np.flatnonzero(~accepted)
    if len(left) > _MOST_READ:
        return
    aside = events.report.set_aside.filter(pl.col("stream") == stream)
    unused = {*zip(aside["file"].to_list(), aside["row"].to_list(), strict=True)}
    for row, source in zip(left.tolist(), places.find_sources(left.tolist()), strict=True):
        if (source.file, source.row) not in unused:
            number = int(np.searchsorted(places.offsets, row, side="right")) - 1
            table = places.tables[number]
            try:
                (cells,) = table.records([row - int(places.offsets[number])])
            except (InputError, LookupError):  # rows of a dataframe are not kept
                return
            if any(_bare(cell) == id for cell in cells):
                yield source.file, source.line or source.row


def _bare(cell: str | None) -> str:
    return "" if cell is None else str(cell).strip().strip("'`=\"\t")
