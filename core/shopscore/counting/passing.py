"""One pass: rows are counted while they are read, so that most of them need not be kept.

A tally that only looks at its own row can count it at once. What needs other rows, the order that
a row names or rivals for a ``Once``, is counted at the end, from the columns that were kept for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

import numpy as np
import polars as pl

from ..evaluation.with_numpy import Columns
from ..model.expressions import Expr, columns_of
from ..model.instants import instant_of
from ..model.joined import HasRow, joined_of
from ..model.merging import stream_of
from ..model.streams import Stream
from ..model.tallies import Tally
from ..model.windows import DayWeights
from ..plugins.bound_rules import BoundRuleSet
from ..reading.rows.shop_codes import Codes, Mask
from ..reading.rows.taking import RowTaker
from ..reading.rows.wanted import Wanted
from ..value_classes import define, field, frozen
from .day_counts import DayCounts
from .day_ranges import looked_at
from .joining import own_column, with_words
from .needs import KEPT, KEPT_WHOLE, StreamNeeds
from .sums import Sums, WindowSums, at_positions
from .sums import Wanted as WantedSums
from .waiting import counts_alone


@frozen(eq=False)
class _StreamPlan:
    """What is counted of the rows of one stream, and what that needs of them."""

    wanted: tuple[WantedSums, ...]
    looks: tuple[Tally, ...]
    needs: StreamNeeds

    @classmethod
    def of(cls, wanted: tuple[WantedSums, ...], looks: tuple[Tally, ...]) -> _StreamPlan:
        """Find out what tallies need."""
        return cls(wanted, looks, StreamNeeds.of((*(tally for tally, _ in wanted), *looks)))


@frozen(eq=False)
class _Plan:
    """What a pass counts at once, by stream; what it counts later, and the columns of that."""

    streams: Mapping[str, _StreamPlan]
    later: tuple[Tally, ...]
    wanted_later: Mapping[str, Wanted]


@lru_cache(maxsize=KEPT)
def _plan(rules: BoundRuleSet, wanted: tuple[WantedSums, ...]) -> _Plan:
    """Return the plan of a pass, made once for the rules and a day."""
    later = tuple(t for t in rules.tallies if not counts_alone(t, rules))
    at_once = [one for one in wanted if counts_alone(one[0], rules)]
    looks = [every for every in looked_at(rules.tallies) if counts_alone(every, rules)]
    names = dict.fromkeys(tally.stream for tally in (*(t for t, _ in at_once), *looks))
    streams = {
        name: _StreamPlan.of(
            tuple(one for one in at_once if one[0].stream == name),
            tuple(every for every in looks if every.stream == name),
        )
        for name in names
    }
    return _Plan(streams, later, wanted_of(later, rules.streams))


@define(eq=False)
class CountingPass(RowTaker):
    """What is counted of rows while they are read, for the windows of one day."""

    rules: BoundRuleSet
    as_of: date
    wanted_sums: Sequence[WantedSums]
    _plan: _Plan = field(init=False)
    _sums: dict[str, WindowSums] = field(init=False)
    _days: dict[str, DayCounts] = field(init=False)
    _found: dict[tuple[Tally, DayWeights], Sums] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self._plan = _plan(self.rules, tuple(self.wanted_sums))
        streams = self._plan.streams.items()
        self._sums = {n: WindowSums(one.wanted, self.as_of) for n, one in streams if one.wanted}
        self._days = {name: DayCounts(one.looks) for name, one in streams if one.looks}

    @property
    def later(self) -> tuple[Tally, ...]:
        """The tallies that are counted at the end."""
        return self._plan.later

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
        return self._plan.wanted_later.get(stream.name, Wanted())

    def looks_at(self, stream: Stream) -> frozenset[str]:
        """Return the columns that tallies read which count at once."""
        plan = self._plan.streams.get(stream.name)
        named = () if plan is None else (ref.name for ref in plan.needs.columns)
        return frozenset(named) | ({"is_excluded"} if stream.name == "orders" else frozenset())

    def take(self, stream: Stream, rows: pl.DataFrame, sign: int = 1) -> None:
        """Count some rows; with the sign −1 count them no longer."""
        plan = self._plan.streams.get(stream.name)
        if plan is None:
            return
        columns = Columns(_alone(stream, rows, plan))
        if plan.wanted:
            sums = self._sums[stream.name]
            (sums.add if sign > 0 else sums.take_away)(columns)
        if plan.looks:
            self._days[stream.name].add(columns, sign)

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


def _alone(stream: Stream, rows: pl.DataFrame, plan: _StreamPlan) -> pl.DataFrame:
    """Return what is read of rows that stand alone, as resolved rows have it."""
    names, needs = {*rows.columns}, plan.needs
    instants = (instant_of(ref).path for ref in needs.columns)
    columns = [
        rows["shop"],
        *(with_words(own_column(r, rows, stream), needs.words.get(r.path)) for r in needs.columns),
        *(rows[name] for name in instants if name in names),
    ]
    if stream.name == "orders" and "is_excluded" in names and rows["is_excluded"].any():
        columns.append(rows["is_excluded"].alias("_excluded"))
    return pl.DataFrame(columns)


def wanted_of(tallies: Iterable[Tally], streams: Mapping[str, Stream]) -> Mapping[str, Wanted]:
    """Return the columns that tallies read, by stream."""
    columns: dict[str, set[str]] = {}
    compared: dict[str, set[str]] = {}
    for tally in tallies:
        compared.setdefault(tally.stream, set()).update(ref.name for ref in tally.compared)
        _add_columns(columns, streams[tally.stream], tally.computed, streams)
        columns.setdefault("orders", set()).add("is_excluded")
    return {
        name: Wanted(frozenset(columns.get(name, ())), frozenset(compared.get(name, ())))
        for name in {*columns, *compared}
    }


def _add_columns(
    columns: dict[str, set[str]],
    stream: Stream,
    expressions: Sequence[Expr],
    streams: Mapping[str, Stream],
) -> None:
    """Add what expressions on rows of a stream read, of it and of others."""
    for ref in columns_of(*expressions):
        columns.setdefault(stream_of(ref, stream, streams).name, set()).add(ref.name)
    for joined in joined_of(*expressions):
        if isinstance(joined, HasRow):
            _add_columns(columns, streams[joined.stream], [joined.where], streams)
