"""Groups: a metric within each carrier, province or hour, and what the group costs the shop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from ...counting.joining import stream_rows
from ...counting.sums import Sums
from ...errors import UsageError, did_you_mean
from ...evaluation.with_polars import to_polars
from ...grading.weighing import combine
from ...messages import message
from ...model.instants import with_instants
from ...model.links import ORDER
from ...model.tallies import Tally
from ...reading.rows.narrowing import all_widened
from ...value_classes import frozen
from ..regrading.supposing import Supposing
from .removing import Removing
from .row_sums import Rows, RowSums
from .shop_rows import RowSets

#: What is read off the time of a row, as its tally takes the day.
TIMES = {"hour": (24, 3600), "weekday": (7, 86_400)}
#: Days since 1970-01-01 begin on a Thursday.
_THURSDAY = 3
#: A text of more different words than this names things one by one.
_MANY = 1000
_KINDS = ("text", "enum", "bool", "int")


@frozen
class InGroup:
    """A metric within a group; without a value where what it is divided by is elsewhere."""

    metric: str
    value: Fraction | None
    n: int


@frozen
class Group:
    """A group of rows: what the shop would gain without them, and each metric within them.

    ``value`` is None for rows without one. ``costs`` is the score without the group, less the score
    with it; None where there is no score, with it or without.
    """

    value: str | None
    costs: Fraction | None
    metrics: tuple[InGroup, ...]


@frozen(eq=False, slots=False)
class Grouping:
    """The rows of a shop by a column of theirs or of their order, or by the time of their tally."""

    by: str
    removing: Removing
    sums: RowSums

    def __attrs_post_init__(self) -> None:
        known = dict.fromkeys([*TIMES, *self._columns])
        if self.by not in known and self._column not in known:
            said = message(
                "by={by!r}: no metric of these rules reads a stream with that column{guess}",
                by=self.by,
                guess=did_you_mean(self.by, known),
            )
            raise UsageError(said)

    @property
    def supposing(self) -> Supposing:
        """The shop."""
        return self.removing.supposing

    @property
    def _columns(self) -> Iterator[str]:
        """The columns that rows can be told apart by, of what tallies read and of orders."""
        events = self.removing.rows.events
        for name in dict.fromkeys([*(t.stream for t, _ in self.supposing.wanted), "orders"]):
            stream = events.streams.get(name)
            there = () if stream is None or name not in events.frames else stream.columns
            keys = {*(() if stream is None else stream.key), "shop_id", "order_id"}
            yield from (c.name for c in there if c.kind in _KINDS and c.name not in keys)

    @cached_property
    def _column(self) -> str:
        """The column that is asked for; ``product`` stands for ``product_id``."""
        return self.by if self.by in self._columns else f"{self.by}_id"

    def groups(self) -> list[Group]:
        """Return every group, the dearest first."""
        if not self._words:
            return []
        size, wanted = len(self._words), self.supposing.wanted
        own = self.sums.by(self._codes, size, wanted, self.supposing.result.as_of)
        scores = self.supposing.scores(self.supposing.changed(self._changes()))
        values = {id: self._values(id, own) for id in self._touched}
        now = self.supposing.now
        found = [
            Group(
                word,
                None if score is None or now is None else score - now,
                tuple(InGroup(id, v[place], n[place]) for id, (v, n) in values.items() if n[place]),
            )
            for place, (word, score) in enumerate(zip(self._words, scores, strict=True))
        ]
        return sorted((one for one in found if one.metrics or one.costs), key=_dearest)

    @property
    def _touched(self) -> list[str]:
        """The metrics of which some tally can be told apart."""
        wanted = self.supposing.wanted
        apart = [self._labels(tally) is not None for tally, _ in wanted]
        metrics = self.supposing.metrics
        return [id for id in metrics if any(apart[at] for at in self.supposing.places_of(id))]

    def _values(self, id: str, sums: Sequence[Sums]) -> tuple[list[Fraction | None], list[int]]:
        own = [sums[at] for at in self.supposing.places_of(id)]
        found = combine(self.supposing.metrics[id], own)
        rows = np.maximum.reduce([counts for _, counts in own])
        return found.column.fractions(), np.maximum(found.n, rows).tolist()

    def _changes(self) -> list[Sums]:
        """Return by how much the sums of the shop change without each group.

        By a column all rows of a group are taken away, of every stream. A row may have a time of its
        own in each tally: of each, the rows are taken away that it has in the hour or on the weekday.
        """
        size, wanted = len(self._words), self.supposing.wanted
        if self.by not in TIMES:
            streams = self.removing.rows.events.frames
            codes = {name: self._coded(name, self._of_column(name)) for name in streams}
            return self.removing.without(RowSets.of_codes(size, codes))
        times = {(tally.stream, tally.day.key): tally for tally, _ in wanted}
        starts = {time: place * size for place, time in enumerate(times)}
        sets = [RowSets.of_codes(size, {t.stream: self._codes(t)}) for t in times.values()]
        changes = self.removing.without(RowSets.together(sets))
        parts = [slice(at, at + size) for at in (starts[t.stream, t.day.key] for t, _ in wanted)]
        return [(own[part], n[part]) for (own, n), part in zip(changes, parts, strict=True)]

    @cached_property
    def _words(self) -> list[str | None]:
        """The words of all groups; None for rows without one."""
        found: dict[Any, None] = {}
        for tally, _ in self.supposing.wanted:
            labels = self._labels(tally)
            found |= dict.fromkeys([] if labels is None else labels.unique().to_list())
        words = sorted(str(word) for word in found if word is not None)
        if len(words) > _MANY:
            said = message("by={by!r}: {n} different words are too many groups", by=self.by,
                           n=len(words))  # fmt: skip
            raise UsageError(said)
        return [*words, *([None] if None in found and words else [])]

    def _codes(self, tally: Tally) -> Rows:
        return self._coded(tally.stream, self._labels(tally))

    def _coded(self, stream: str, labels: pl.Series | None) -> Rows:
        """Return the group of each row of a stream; −1 where it is in none."""
        if labels is None:
            return np.full(self.sums.length(stream), -1, dtype=np.int64)
        places = {word: i for i, word in enumerate(self._words)}
        return np.array([places.get(word, -1) for word in labels.to_list()], dtype=np.int64)

    def _labels(self, tally: Tally) -> pl.Series | None:
        """Return the word of each row of a tally's stream; None where nobody can tell."""
        key = (tally.stream, tally.day.key if self.by in TIMES else "")
        if key not in self._kept:
            is_time = self.by in TIMES
            self._kept[key] = self._of_time(tally) if is_time else self._of_column(tally.stream)
        return self._kept[key]

    @cached_property
    def _kept(self) -> dict[tuple[str, str], pl.Series | None]:
        return {}

    def _of_time(self, tally: Tally) -> pl.Series | None:
        frame = self.sums.resolved.frames.get(tally.stream)
        if frame is None:
            return None
        day = with_instants(tally, frame.columns).day
        times = all_widened(frame).select(time=to_polars(day).cast(pl.Int64)).collect()["time"]
        span, unit = TIMES[self.by]
        shift = _THURSDAY if self.by == "weekday" else 0
        first = 1 if self.by == "weekday" else 0
        number = (times // unit + shift) % span + first
        return number.cast(pl.String).str.zfill(2 if self.by == "hour" else 1)

    def _of_column(self, stream: str) -> pl.Series | None:
        events = self.removing.rows.events
        rows = stream_rows(events, stream)
        if self._column in rows.columns:
            return rows[self._column].cast(pl.String)
        orders = events.frames.get(ORDER.stream)
        if orders is None or self._column not in orders.columns or ORDER.place not in rows.columns:
            return None
        return orders[self._column].cast(pl.String).gather(rows[ORDER.place])


def _dearest(group: Group) -> tuple[bool, Fraction, str]:
    return group.costs is None, -(group.costs or Fraction(0)), group.value or "~"


def weekday_name(number: str, lang: str) -> str:
    """Return the name of a weekday, of which Monday is 1."""
    if lang == "zh":
        return "周" + "一二三四五六日"[int(number) - 1]
    monday = date(2024, 1, 1)
    return (monday + timedelta(int(number) - 1)).strftime("%a")
