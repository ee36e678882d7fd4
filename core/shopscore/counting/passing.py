"""One pass: rows are counted while they are read, so that most of them need not be kept.

A tally that only looks at its own row can count it at once. What needs other rows, the order that
a row names or rivals for a ``Once``, is counted at the end, from the columns that were kept for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl
from attrs import define, field

from ..evaluation.words import words_looked_for
from ..model.expressions import Expr, columns_of
from ..model.instants import instant_of
from ..model.joined import HasRow, joined_of
from ..model.streams import Stream
from ..model.tallies import Tally
from ..model.windows import DayWeights
from ..plugins.bound_rules import BoundRuleSet
from ..reading.rows.shop_codes import Codes, Mask
from ..reading.rows.taking import RowTaker
from ..reading.rows.wanted import Wanted
from .day_counts import DayCounts
from .day_ranges import looked_at
from .joining import own_column, with_words
from .needs import KEPT_WHOLE
from .sums import Sums, WindowSums, at_positions
from .sums import Wanted as WantedSums
from .waiting import counts_alone


@define(eq=False)
class CountingPass(RowTaker):
    """What is counted of rows while they are read, for the windows of one day.

    ``later`` are the tallies that are counted at the end.
    """

    rules: BoundRuleSet
    as_of: date
    wanted_sums: Sequence[WantedSums]
    _sums: dict[str, WindowSums] = field(init=False)
    _days: dict[str, DayCounts] = field(init=False)
    _found: dict[tuple[Tally, DayWeights], Sums] = field(init=False, factory=dict)
    later: tuple[Tally, ...] = field(init=False)
    _wanted: Mapping[str, Wanted] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.later = tuple(t for t in self.rules.tallies if not counts_alone(t, self.rules))
        self._wanted = wanted_of(self.later)
        wanted = [one for one in self.wanted_sums if counts_alone(one[0], self.rules)]
        looks = [
            every for every in looked_at(self.rules.tallies) if counts_alone(every, self.rules)
        ]
        self._sums = {
            name: WindowSums([one for one in wanted if one[0].stream == name], self.as_of)
            for name in {tally.stream for tally, _ in wanted}
        }
        self._days = {
            name: DayCounts(tuple(every for every in looks if every.stream == name))
            for name in {every.stream for every in looks}
        }

    @property
    def days(self) -> Iterable[DayCounts]:
        """The days of the rows that were taken."""
        return self._days.values()

    def sums(self, tally: Tally, weights: DayWeights) -> Sums | None:
        """Return what a tally counts of the rows that were taken; None where it counts later."""
        return self._found.get((tally, weights))

    def wanted(self, stream: Stream) -> Wanted | None:
        """Return the columns that are read by what is counted later."""
        if stream.name in KEPT_WHOLE:
            return None
        return self._wanted.get(stream.name, Wanted())

    def looks_at(self, stream: Stream) -> frozenset[str]:
        """Return the columns that tallies read which count at once."""
        return frozenset(ref.name for ref in columns_of(*self._expressions(stream)))

    def take(self, stream: Stream, rows: pl.DataFrame) -> None:
        """Count some rows."""
        self._add(stream, rows, 1)

    def take_back(self, stream: Stream, rows: pl.DataFrame) -> None:
        """Count some rows no longer."""
        self._add(stream, rows, -1)

    def _add(self, stream: Stream, rows: pl.DataFrame, sign: int) -> None:
        sums, days = self._sums.get(stream.name), self._days.get(stream.name)
        if sums is None and days is None:
            return
        frame = _alone(stream, rows, self._expressions(stream))
        if sums:
            (sums.add if sign > 0 else sums.take_away)(frame)
        if days:
            days.add(frame, sign)

    def _expressions(self, stream: Stream) -> list[Expr]:
        """Return what is evaluated on each row of a stream."""
        sums, days = self._sums.get(stream.name), self._days.get(stream.name)
        tallies = [tally for tally, _ in sums.wanted] if sums else []
        return [e for t in (*tallies, *(days.tallies if days else ())) for e in t.expressions]

    def mark(self) -> Callable[[], None]:
        """Return what forgets all that is taken from now on."""
        sums = {name: one.copied() for name, one in self._sums.items()}
        days = {name: one.copied() for name, one in self._days.items()}

        def forget() -> None:
            self._sums, self._days = sums, days

        return forget

    def finish(self, positions: Codes, used: Mask, shops: int) -> None:
        """Learn which shop each used code is, as a position among so many."""
        codes = np.flatnonzero(used)
        for one in self._sums.values():
            found = [(s[codes], n[codes]) for s, n in one.per_shop(len(used))]
            known = at_positions(found, positions[codes], shops)
            self._found |= dict(zip(one.wanted, known, strict=True))


def _alone(stream: Stream, rows: pl.DataFrame, expressions: Sequence[Expr]) -> pl.DataFrame:
    """Return what expressions read of rows that stand alone, as resolved rows have it."""
    refs, words = columns_of(*expressions), words_looked_for(*expressions)
    instants = [instant_of(ref).path for ref in refs]
    columns = [
        rows["shop"],
        *(with_words(own_column(ref, rows, stream), words.get(ref.path)) for ref in refs),
        *(rows[name] for name in instants if name in rows.columns),
    ]
    if stream.name == "orders" and "is_excluded" in rows.columns and rows["is_excluded"].any():
        columns.append(rows["is_excluded"].alias("_excluded"))
    return pl.DataFrame(columns)


def wanted_of(tallies: Iterable[Tally]) -> Mapping[str, Wanted]:
    """Return the columns that tallies read, by stream."""
    columns: dict[str, set[str]] = {}
    compared: dict[str, set[str]] = {}
    for tally in tallies:
        compared.setdefault(tally.stream, set()).update(ref.name for ref in tally.compared)
        _add_columns(columns, tally.stream, tally.computed)
        columns.setdefault("orders", set()).add("is_excluded")
    return {
        name: Wanted(frozenset(columns.get(name, ())), frozenset(compared.get(name, ())))
        for name in {*columns, *compared}
    }


def _add_columns(columns: dict[str, set[str]], stream: str, expressions: Sequence[Expr]) -> None:
    """Add what expressions on rows of a stream read, of it and of others."""
    for ref in columns_of(*expressions):
        columns.setdefault("orders" if ref.linked else stream, set()).add(ref.name)
    for joined in joined_of(*expressions):
        if isinstance(joined, HasRow):
            _add_columns(columns, joined.stream, [joined.where])
