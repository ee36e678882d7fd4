"""Good events: what one more row can add to the tallies of a metric, and which does it most good.

What rows add is read off two things: the rows that the shop has, and the conditions of tallies that
only count rows, of which one implies another or not. The metric's own aggregator is asked what many
of each would make of it; the kind that makes the value best is the good event. Where a value is
summed, such as hours, it is one of the shop's best quarter, or what the user says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import ceil, floor

import numpy as np

from ...counting.sums import Sums, Wanted
from ...grading.weighing import combine
from ...model.tallies import Tally
from ...model.windows import EveryDay
from ...plugins.bound_rules import BoundMetric
from ...value_classes import frozen
from ..reasons.newest_day import Added, first_counted, on_newest_day, weight_at
from ..reasons.one_more import conjuncts, constructed
from ..reasons.row_sums import Rows, RowSums
from .exact_sums import Pairs, as_columns, plus

#: So many more show where a value goes in the end.
MANY = 1_000_000


@frozen
class GoodEvent:
    """An event that makes a metric better, as it comes on the newest day of the window.

    ``tally`` says what it counts for. Where values are summed, ``amount`` is what is summed of it,
    and ``each`` what the metric would be of such events alone. ``added`` is what it adds to the
    weighted sum and the count of each tally.
    """

    tally: Tally
    amount: int | None
    each: Fraction | None
    added: Added


@frozen(eq=False, slots=False)
class EventKinds:
    """What rows can add to the tallies of one metric, whatever their day."""

    metric: BoundMetric
    as_of: date
    sums: RowSums | None

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """The tallies of the metric, each with the weights of its window."""
        return self.metric.wanted(self.as_of)

    def best(self, base: Pairs, each: Fraction | None) -> GoodEvent | None:
        """Return the event of which many more make the value best; None where none makes it better.

        ``base`` are the sums that there are. ``each`` is the value of one event, in the unit of the
        metric, where the user says it.
        """
        kinds = list(self._candidates(base, each))
        if not kinds:
            return None
        many = [plus(base, added, MANY) for added in kinds]
        now, *ends = self.values([base, *many])
        sign = 1 if self.metric.metric.better == "higher" else -1
        known = [(sign * end, -i) for i, end in enumerate(ends) if end is not None]
        if not known or (now is not None and max(known)[0] <= sign * now):
            return None
        return self._named(kinds[-max(known)[1]])

    @property
    def knows_values(self) -> bool:
        """Whether some row of the shop tells what is summed."""
        summed = [not tally.counts_rows for tally, _ in self.wanted]
        return any(
            pair[1] for row in self._seen for pair, own in zip(row, summed, strict=True) if own
        )

    def values(self, sums: Sequence[Pairs]) -> list[Fraction | None]:
        """Return what the aggregator makes of each of several sums."""
        return combine(self.metric, as_columns(sums)).column.fractions()

    def _candidates(self, base: Pairs, each: Fraction | None) -> Iterator[Added]:
        """Yield what a row of each kind adds on the newest day that counts."""
        tallies = [tally for tally, _ in self.wanted]
        seen, summed = self._seen, [not tally.counts_rows for tally in tallies]
        patterns: dict[tuple[int, ...], list[tuple[Added, int]]] = {}
        for row, times in seen.items():
            if any(count for (_, count), own in zip(row, summed, strict=True) if own):
                pattern = tuple(count for _, count in row)
                patterns.setdefault(pattern, []).append((row, times))
            else:
                yield self._weighed(row)
        for row in dict.fromkeys(constructed(tallies)):
            if row not in seen:
                yield self._weighed(row)
        if each is not None:
            yield from map(self._weighed, self._with_value(each, [*patterns], summed))
            return
        for rows in patterns.values():
            yield self._weighed(self._of_best_quarter(rows, base))

    @cached_property
    def _seen(self) -> Counter[Added]:
        """What the rows of the shop add, and how often each is there."""
        tallies = [tally for tally, _ in self.wanted]
        found: Counter[Added] = Counter()
        if self.sums is None:
            return found
        for stream in dict.fromkeys(tally.stream for tally in tallies):
            if self.sums.length(stream):
                sums = self._by_row(self.sums, stream)
                nothing = np.zeros(self.sums.length(stream), dtype=np.int64)
                pairs = [sums.get(tally, (nothing, nothing)) for tally in tallies]
                flat = [part.tolist() for pair in pairs for part in pair]
                rows = Counter(row for row in zip(*flat, strict=True) if any(row))
                found.update({tuple(zip(r[::2], r[1::2], strict=True)): n for r, n in rows.items()})
        return found

    def _by_row(self, sums: RowSums, stream: str) -> dict[Tally, Sums]:
        """Return what each row of a stream adds to its tallies, whatever its day."""
        every = [t for t, _ in self.wanted if t.stream == stream and t.distinct is None]
        own = [*dict.fromkeys(every)]
        numbers: Rows = np.arange(sums.length(stream), dtype=np.int64)

        def each(_: Tally) -> Rows:
            return numbers

        whenever = [(tally, EveryDay(1)) for tally in own]
        found = sums.by(each, len(numbers), whenever, self.as_of)
        return dict(zip(own, found, strict=True))

    def _of_best_quarter(self, rows: Sequence[tuple[Added, int]], base: Pairs) -> Added:
        """Return the row of which a quarter of its kind is as good, or better."""
        ends = self.values([plus(base, self._weighed(row), MANY) for row, _ in rows])
        steps = self.values([plus(base, self._weighed(row), 1) for row, _ in rows])
        sign = -1 if self.metric.metric.better == "higher" else 1
        keys = [(sign * (a or Fraction(0)), sign * (b or Fraction(0)))
                for a, b in zip(ends, steps, strict=True)]  # fmt: skip
        order = sorted(range(len(rows)), key=keys.__getitem__)
        left = Fraction(sum(times for _, times in rows), 4)
        for place in order:
            left -= rows[place][1]
            if left <= 0:
                return rows[place][0]
        return rows[order[-1]][0]

    def _with_value(
        self, each: Fraction, patterns: Sequence[tuple[int, ...]], summed: Sequence[bool]
    ) -> Iterator[Added]:
        """Yield rows with a value that the user says, of the kinds that the shop has.

        Where none is there, a row that counts for every tally of the stream whose value is summed.
        """
        if not patterns and sum(summed) == 1:
            stream = self.wanted[summed.index(True)][0].stream
            patterns = [tuple(int(tally.stream == stream) for tally, _ in self.wanted)]
        for pattern in patterns:
            one = self.values([[(int(c > 0), int(c > 0)) for c in pattern]])[0]
            if one is None or one <= 0:
                continue
            exact = each / one  # never better than what the user says
            amount = floor(exact) if self.metric.metric.better == "higher" else ceil(exact)
            yield tuple((amount if own else c, c) for c, own in zip(pattern, summed, strict=True))

    def _weighed(self, row: Added) -> Added:
        return on_newest_day(self.wanted, row)

    def _named(self, added: Added) -> GoodEvent:
        counted = [(tally, weights, pair)
                   for (tally, weights), pair in zip(self.wanted, added, strict=True)
                   if any(pair)]  # fmt: skip
        tally = max((tally for tally, *_ in counted), key=lambda one: len(conjuncts(one.where)))
        amounts = [
            own // max(weight_at(weights, first_counted(weights)), 1)
            for one, weights, (own, _) in counted
            if not one.counts_rows
        ]
        each = self.values([added])[0] if amounts else None
        return GoodEvent(tally, amounts[0] if amounts else None, each, added)
