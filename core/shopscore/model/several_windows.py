"""Aggregators over several windows: one or another, one against another, the worst of many days."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from ..errors import DeclarationError
from ..messages import message
from ..value_classes import field, frozen
from .aggregators import Aggregator, Over, Pooling, tallies_of
from .expressions import Assumed
from .metrics import Better
from .tallies import Tally
from .windows import Days, Window

if TYPE_CHECKING:
    from ..exact.integers import Integers


def _parts(of: Aggregator) -> tuple[Tally, ...]:
    """Return the tallies of an aggregator, which must have no windows of its own."""
    parts = of.tallies
    plain = tuple(part for part in parts if not isinstance(part, Over))
    if len(plain) < len(parts):
        said = message(
            "{kind} has windows of its own: it cannot be looked at over others",
            kind=type(of).__name__,
        )
        raise DeclarationError(said)
    return plain


def _pooling(of: Aggregator) -> Pooling:
    """Return how values are pooled that an aggregator has over days which differ by shop."""
    return "values" if of.pooling == "values" else "tallies"


@frozen
class LookBack(Aggregator):
    """An aggregator over one window or another, by how many rows a shop has.

    A shop for which ``counted`` has at least ``at_least`` rows in ``window`` is looked at over
    ``window``, any other one over ``otherwise``.

    >>> from shopscore import Calendar, Count, Tally, col
    >>> sold = Tally("orders", day=col.paid_at)
    >>> spans = Calendar("month", 3), Calendar("month", 12)
    >>> len(LookBack(Count(sold), counted=sold, at_least=400, window=spans[0], otherwise=spans[1]).tallies)
    3
    """

    of: Aggregator
    counted: Tally = field(kw_only=True)
    at_least: int | Assumed = field(kw_only=True)
    window: Window = field(kw_only=True)
    otherwise: Window = field(kw_only=True)

    @property
    def tallies(self) -> tuple[Over, ...]:
        parts = _parts(self.of)
        return (
            Over(self.counted, self.window),
            *(Over(tally, self.window) for tally in parts),
            *(Over(tally, self.otherwise) for tally in parts),
        )

    @property
    def has_value_without_rows(self) -> bool:
        return self.of.has_value_without_rows

    @property
    def is_a_sum(self) -> bool:
        return self.of.is_a_sum

    @property
    def pooling(self) -> Pooling:
        return _pooling(self.of)

    @property
    def undefined(self) -> str:
        return self.of.undefined

    def combine(
        self, sums: Sequence[Integers], counts: Sequence[Integers]
    ) -> tuple[Integers, Integers, Integers]:
        if isinstance(self.at_least, Assumed):
            raise DeclarationError(message("an assumption of an aggregator has no number yet"))
        half = 1 + len(sums) // 2
        near = self.of.combine(sums[1:half], counts[1:half])
        far = self.of.combine(sums[half:], counts[half:])
        enough = (counts[0] >= self.at_least) * 1
        num, den, n = (a * enough + b * (1 - enough) for a, b in zip(near, far, strict=True))
        return num, den, n


@frozen
class Change(Aggregator):
    """By how much a value of now differs from the one of a window before, as a share of that.

    ``n`` is the number of rows that the value of now rests on. A shop whose value was not above 0
    then has none.

    >>> from shopscore import Count, Days, Tally, col
    >>> sold = Tally("orders", day=col.paid_at)
    >>> len(Change(Count(sold), now=Days(1, 30), before=Days(31, 60)).tallies)
    2
    """

    of: Aggregator
    now: Window = field(kw_only=True)
    before: Window = field(kw_only=True)

    @property
    def tallies(self) -> tuple[Over, ...]:
        parts = _parts(self.of)
        return (
            *(Over(tally, self.now) for tally in parts),
            *(Over(tally, self.before) for tally in parts),
        )

    @property
    def has_value_without_rows(self) -> bool:
        return self.of.has_value_without_rows

    @property
    def is_a_sum(self) -> bool:
        return self.of.is_a_sum

    @property
    def pooling(self) -> Pooling:
        return "tallies"  # a share, also of what is a sum

    @property
    def undefined(self) -> str:
        return message(
            "rows count, but no change can be told: it needs a value of now, and one above 0 of"
            " the window before"
        )

    def combine(
        self, sums: Sequence[Integers], counts: Sequence[Integers]
    ) -> tuple[Integers, Integers, Integers]:
        half = len(sums) // 2
        now, per_now, n = self.of.combine(sums[:half], counts[:half])
        before, per_before, rows = self.of.combine(sums[half:], counts[half:])
        there = (rows > 0) * (before > 0) * (per_before > 0) * 1
        return now * per_before - before * per_now, per_now * before * there, n


@frozen
class WorstDays(Aggregator):
    """An aggregator over the worst days among the last ones, by its own value on each of them.

    Of days with the same value the newest are taken; a day without rows has no value. What they
    have is added up: the value of the worst seven days of a rate is one rate. A sum is kept for
    each day, so that it takes as long as that many windows.

    >>> from shopscore import Ratio, Tally, col
    >>> paid = Tally("orders", day=col.paid_at)
    >>> late = Tally("orders", day=col.paid_at, where=col.picked_up_at - col.paid_at > 48 * 3600)
    >>> len(WorstDays(Ratio(late, paid), better="lower", worst=7, among=90).tallies)
    180
    """

    of: Aggregator
    better: Better = field(kw_only=True)
    worst: int = field(kw_only=True)
    among: int = field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.worst <= self.among:
            said = message("worst is at least 1, and at most among, the number of days looked at")
            raise DeclarationError(said)
        if any(tally.distinct is not None for tally in tallies_of(self.of)):
            said = message(
                "the keys of several days do not add up, since one may be there on each: distinct"
                " keys are counted over one window, such as Days(1, 90)"
            )
            raise DeclarationError(said)

    @property
    def tallies(self) -> tuple[Over, ...]:
        parts = _parts(self.of)
        days = [Days(age, age) for age in range(1, self.among + 1)]
        return tuple(Over(tally, day) for day in days for tally in parts)

    @property
    def is_a_sum(self) -> bool:
        return self.of.is_a_sum

    @property
    def pooling(self) -> Pooling:
        return _pooling(self.of)

    @property
    def undefined(self) -> str:
        return self.of.undefined

    def combine(
        self, sums: Sequence[Integers], counts: Sequence[Integers]
    ) -> tuple[Integers, Integers, Integers]:
        parts = len(_parts(self.of))
        days = range(0, len(sums), parts)
        values = [self.of.combine(sums[d : d + parts], counts[d : d + parts]) for d in days]
        added = [one * 0 for one in sums[:parts]]
        rows = [one * 0 for one in counts[:parts]]
        for shop in range(len(sums[0])):
            for day in self._worst_days(values, shop):
                for part in range(parts):
                    added[part][shop] += sums[days[day] + part][shop]
                    rows[part][shop] += counts[days[day] + part][shop]
        num, den, n = self.of.combine(added, rows)
        every = n * 0
        for _, _, of_day in values:
            every = every + of_day
        return num, den, n + every * (n == 0)  # rows count, also where no day has a value

    def _worst_days(
        self, values: Sequence[tuple[Integers, Integers, Integers]], shop: int
    ) -> list[int]:
        """Return the worst days of a shop, as positions among all, the newest first."""
        sign = 1 if self.better == "higher" else -1
        found = [
            (sign * Fraction(int(num[shop]), int(den[shop])), day)
            for day, (num, den, n) in enumerate(values)
            if n[shop] > 0 and den[shop] > 0
        ]
        return [day for _, day in sorted(found)[: self.worst]]
