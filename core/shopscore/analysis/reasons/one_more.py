"""One more: what another event would change, for any aggregator.

What an event can count for is read off two things: the events that the shop has, and the conditions
of tallies that only count rows. Of all these, the one that makes the metric's value best and the one
that makes it worst are graded, each as if it came on the newest day of the window.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from math import inf

import numpy as np

from ...counting.sums import Sums, Wanted
from ...exact.integers import narrow
from ...grading.weighing import combine
from ...model.expressions import And, Comparison, Constant, Expr, IsIn
from ...model.tallies import Tally
from ...model.windows import EveryDay
from ...value_classes import frozen
from ..regrading.supposing import Supposing
from .newest_day import Added, on_newest_day
from .row_sums import Rows, RowSums

#: The window of what a row adds whatever its day.
_WHENEVER = EveryDay(1)


@frozen
class OneMore:
    """What one more event would change in one metric: the best there can be, or the worst.

    ``kind`` is ``good`` or ``bad``; ``first`` where the metric has no value yet, and would have one.

    ``tally`` says what the event counts for; ``amount`` is what it adds where values are summed.
    ``gives`` is what the score gains, below 0 where it loses; None where there is no score.
    """

    metric: str
    kind: str
    tally: Tally
    amount: int | None
    before: Fraction | None
    after: Fraction
    gives: Fraction | None


@frozen(eq=False, slots=False)
class EventsToCome:
    """What one more event would change in each metric of a shop."""

    supposing: Supposing
    sums: RowSums | None

    def effects(self) -> list[OneMore]:
        """Return what the best and the worst event would change, metric by metric."""
        found = [one for id in self._graded_ids for one in self._of_metric(id)]
        if not found:
            return []
        changes = [self._change(id, added) for id, _, added, _ in found]
        columns = [_column(column) for column in zip(*changes, strict=True)]
        scores = self.supposing.scores(self.supposing.changed(columns))
        now = self.supposing.now
        return [
            self._effect(id, kind, added, after, None if s is None or now is None else s - now)
            for (id, kind, added, after), s in zip(found, scores, strict=True)
        ]

    @property
    def _graded_ids(self) -> list[str]:
        """The metrics that enter the total, or that conditions look at; without a total all of them."""
        rules = self.supposing.result.rules
        weighed = [entry.id for _, entry in rules.exact.entries]
        if not rules.exact.dimensions:
            weighed = [*rules.ruleset.metric_ids]
        more = [a.metric for a in rules.exact.adjustments]
        asked = [id for condition in rules.ruleset.conditions for id in condition.metrics]
        return [
            id for id in dict.fromkeys([*weighed, *more, *asked]) if id in self.supposing.metrics
        ]

    def _of_metric(self, id: str) -> Iterator[tuple[str, str, Added, Fraction]]:
        """Yield the best and the worst event that could come, where they change the value so."""
        metric = self.supposing.metrics[id]
        wanted = metric.wanted(self.supposing.result.as_of)
        every = list(dict.fromkeys([*self._seen(id), *constructed([t for t, _ in wanted])]))
        if not every:
            return
        before = self._before(id)
        values = self._values(id, [tuple((0, 0) for _ in wanted), *every])[1:]
        known = [(v, added) for v, added in zip(values, every, strict=True) if v is not None]
        if not known:
            return
        sign = 1 if metric.metric.better == "higher" else -1
        best, worst = max(known, key=lambda o: sign * o[0]), min(known, key=lambda o: sign * o[0])
        if before is None and best[0] == worst[0]:
            yield id, "first", best[1], best[0]
            return
        if before is None or sign * (best[0] - before) > 0:
            yield id, "good", best[1], best[0]
        if before is None or sign * (worst[0] - before) < 0:
            yield id, "bad", worst[1], worst[0]

    def _before(self, id: str) -> Fraction | None:
        column = self.supposing.result.measured[id].column
        return column.take([self.supposing.row]).fractions()[0]

    def _values(self, id: str, every: Sequence[Added]) -> list[Fraction | None]:
        """Return the value of a metric with each of some events more."""
        metric, places = self.supposing.metrics[id], self.supposing.places
        wanted = metric.wanted(self.supposing.result.as_of)
        columns = zip(*(on_newest_day(wanted, added) for added in every), strict=True)
        sums: list[Sums] = []
        for one, pairs in zip(wanted, columns, strict=True):
            own, n = self.supposing.sums[places[one]]
            sums.append(_column([(own + more, n + rows) for more, rows in pairs]))
        return combine(metric, sums).column.fractions()

    def _change(self, id: str, added: Added) -> list[tuple[int, int]]:
        """Return what an event adds to every sum of the shop, in this metric alone."""
        wanted = self.supposing.metrics[id].wanted(self.supposing.result.as_of)
        own = dict(zip(wanted, on_newest_day(wanted, added), strict=True))
        return [own.get(one, (0, 0)) for one in self.supposing.wanted]

    def _seen(self, id: str) -> Iterator[Added]:
        """Yield what events of the shop within a window add, whatever their day, each once."""
        wanted = self.supposing.metrics[id].wanted(self.supposing.result.as_of)
        streams = dict.fromkeys(tally.stream for tally, _ in wanted)
        if self.sums is None:
            return
        for stream in streams:
            own, size = self._unweighted(stream, self.sums)
            nothing = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
            inside = np.zeros(size, dtype=np.bool_)
            for one in wanted:
                inside |= own.get(one, nothing)[1] > 0
            pairs = [own.get((tally, _WHENEVER), nothing) for tally, _ in wanted]
            flat = [part[inside].tolist() for pair in pairs for part in pair]
            for row in dict.fromkeys(zip(*flat, strict=True)):
                yield tuple(zip(row[::2], row[1::2], strict=True))

    def _unweighted(self, stream: str, sums: RowSums) -> tuple[dict[Wanted, Sums], int]:
        """Return what each row of a stream adds to its tallies, within windows and whenever."""
        size = sums.length(stream)
        if stream not in self._kept:
            own = [one for one in self.supposing.wanted if one[0].stream == stream]
            own = [one for one in own if one[0].distinct is None]
            each: Rows = np.arange(size, dtype=np.int64)
            plain = {one: (one[0], one[1].days) for one in own}
            plain |= {one: one for one in ((tally, _WHENEVER) for tally, _ in own)}
            found = sums.by(lambda _: each, size, [*plain.values()], self.supposing.result.as_of)
            self._kept[stream] = dict(zip(plain, found, strict=True))
        return self._kept[stream], size

    @cached_property
    def _kept(self) -> dict[str, dict[Wanted, Sums]]:
        return {}

    def _effect(
        self, id: str, kind: str, added: Added, after: Fraction, gives: Fraction | None
    ) -> OneMore:
        tallies = [t for t, _ in self.supposing.metrics[id].wanted(self.supposing.result.as_of)]
        at = [(t, a) for t, (a, n) in zip(tallies, added, strict=True) if n or a]
        tally = max((t for t, _ in at), key=lambda t: len(conjuncts(t.where)))
        amounts = [a for t, a in at if not t.counts_rows]
        return OneMore(
            id, kind, tally, amounts[0] if amounts else None, self._before(id), after, gives
        )


def _column(pairs: Sequence[tuple[int, int]]) -> Sums:
    own = narrow(np.array([a for a, _ in pairs], dtype=object))
    return own, np.array([n for _, n in pairs], dtype=np.int64)


def constructed(tallies: Sequence[Tally]) -> Iterator[Added]:
    """Yield what a row adds that counts for a tally, and so for all that ask for less.

    Only for tallies that count rows, and where the conditions say how those of its stream go
    together: else nobody but the shop's own rows can tell.
    """
    for tally in tallies:
        alike = [other for other in tallies if other.stream == tally.stream]
        related = all(
            within(tally, other) or within(other, tally) or apart(tally, other) for other in alike
        )
        own = [other for other in alike if within(tally, other)]
        if related and all(other.counts_rows for other in own):
            yield tuple(
                (1, 0 if t.distinct is not None else 1) if t in own else (0, 0) for t in tallies
            )


def within(part: Tally, whole: Tally) -> bool:
    """Return whether every row that counts for one tally certainly counts for another, as read off."""
    same = (part.stream, part.day.key, part.once, part.with_excluded, part.distinct)
    if same != (whole.stream, whole.day.key, whole.once, whole.with_excluded, whole.distinct):
        return False
    given = conjuncts(part.where)
    return all(any(_implies(one, asked) for one in given) for asked in conjuncts(whole.where))


def conjuncts(condition: Expr | None) -> list[Expr]:
    """Return the parts of a condition that all must be true."""
    match condition:
        case None:
            return []
        case And(left, right):
            return [*conjuncts(left), *conjuncts(right)]
    return [condition]


def apart(one: Tally, other: Tally) -> bool:
    """Return whether no row certainly counts for two tallies of a stream, as read off."""
    pairs = [(a, b) for a in conjuncts(one.where) for b in conjuncts(other.where)]
    return any(_contradict(a, b) for a, b in pairs)


def _contradict(one: Expr, other: Expr) -> bool:
    """Return whether two conditions certainly never hold together."""
    a, b = _allowed(one), _allowed(other)
    if a is None or b is None or a[0] != b[0]:
        return False
    if isinstance(a[1], frozenset) and isinstance(b[1], frozenset):
        return not a[1] & b[1]
    if isinstance(a[1], frozenset) or isinstance(b[1], frozenset):
        return False
    return a[1][1] < b[1][0] or b[1][1] < a[1][0]


def _allowed(condition: Expr) -> tuple[str, frozenset[object] | tuple[float, float]] | None:
    """Return what a condition compares, and the words or the whole numbers that it allows."""
    match condition:
        case IsIn(operand, values):
            return operand.key, frozenset(values)
        case Comparison("==", left, Constant(str() as word)):
            return left.key, frozenset([word])
        case Comparison(op, left, Constant(int() as n)):
            ends = {
                "==": (n, n), "<=": (-inf, n), "<": (-inf, n - 1), ">=": (n, inf), ">": (n + 1, inf),
            }  # fmt: skip
            return None if op not in ends else (left.key, ends[op])
    return None


def _implies(given: Expr, asked: Expr) -> bool:
    """Return whether one condition certainly holds where another does."""
    if given.key == asked.key:
        return True
    match given, asked:
        case Comparison(op, left, Constant(int() as a)), Comparison(
            other, same, Constant(int() as b)
        ):
            if op == other and left.key == same.key:
                return a <= b if op in ("<", "<=") else op in (">", ">=") and a >= b
    return False
