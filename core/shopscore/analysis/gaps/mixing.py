"""Mixing: the cheapest numbers of good events in several metrics that reach a target together.

What a metric gives to the exact score with more good events is a function of their number, and those
of several metrics add up. Each function is looked at where it changes; what costs more and gives no
more is left out. The answer is graded as a whole, and told only if the sum was right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from ...messages import Message, message
from ...value_classes import frozen
from .found import Mix, MixPart
from .goals import Goal, Wish
from .good_events import MANY
from .growing import Growing
from .measuring import MetricOfShop
from .wishes import Wishing

#: So many wishes are graded for one mix, and so many mixes are kept, at most.
_MOST_WISHES = 20_000
_MOST_KEPT = 50_000

#: So many good events, and what they give to the exact score.
_Stop = tuple[int, Fraction]
#: What a mix costs, what it gives, and how many events of each metric it has.
_Kept = tuple[Fraction, Fraction, tuple[int, ...]]


@frozen(eq=False, slots=False)
class Mixing:
    """The search for the cheapest mix of one shop; ``costs`` are those of one event per metric."""

    wishing: Wishing
    goal: Goal
    costs: Mapping[str, Fraction]
    metrics: Mapping[str, MetricOfShop]

    def cheapest(self) -> Mix:
        """Return the cheapest mix, or why none is told."""
        now = self.wishing.now
        growing = {id: one.growing for id, one in self.metrics.items() if id in self.costs}
        able = {id: one for id, one in growing.items() if isinstance(one, Growing)}
        if now is None:
            return _none(message("there is no score to begin with"))
        if not able:
            return _none(message("good events can be counted in none of the metrics with a cost"))
        limit = self._some_mix(able)
        if limit is None:
            said = message("no mix of good events in these metrics reaches it")
            return _none(said)
        stops = self._stops(able, limit, now)
        if stops is None:
            return _none(message("there are too many mixes to look at"))
        order = list(able)
        kept = self._kept([stops[id] for id in order], [self.costs[id] for id in order], limit)
        if kept is None:
            return _none(message("there are too many mixes to look at"))
        return self._first_that_reaches(kept, able, now)

    def _wish(self, able: Mapping[str, Growing], events: Sequence[int]) -> Wish:
        pairs = zip(able.items(), events, strict=True)
        return {id: one.after([many])[0] for (id, one), many in pairs if many}

    def _some_mix(self, able: Mapping[str, Growing]) -> Fraction | None:
        """Return what some mix costs that reaches the goal; None where none was found."""
        sizes = [1 << bit for bit in range(MANY.bit_length())]
        alone = [[size if i == place else 0 for i in range(len(able))]
                 for place in range(len(able)) for size in sizes]  # fmt: skip
        tried = [*([size] * len(able) for size in sizes), *alone]
        told = self.wishing.reach([(self.goal, self._wish(able, mix)) for mix in tried])
        costs = [self.costs[id] for id in able]
        return min((_cost(mix, costs) for mix, yes in zip(tried, told, strict=True) if yes),
                   default=None)  # fmt: skip

    def _stops(
        self, able: Mapping[str, Growing], limit: Fraction, now: Fraction
    ) -> dict[str, list[_Stop]] | None:
        """Return where what each metric gives changes, up to what a mix that is known costs."""
        most = {id: MANY if not self.costs[id] else min(int(limit / self.costs[id]), MANY)
                for id in able}  # fmt: skip
        gives: dict[str, dict[int, Fraction]] = {id: {0: Fraction(0)} for id in able}
        asked = [(id, most[id]) for id in able if most[id]]
        total = 0
        while asked:
            total += len(asked)
            if total > _MOST_WISHES:
                return None
            wishes: list[Wish] = [{id: able[id].after([many])[0]} for id, many in asked]
            for (id, many), score in zip(asked, self.wishing.scores(wishes), strict=True):
                gives[id][many] = (now if score is None else score) - now
            asked = [(id, many) for id in able for many in _open(gives[id])]
        return {id: _changes(own) for id, own in gives.items()}

    @staticmethod
    def _kept(
        stops: Sequence[Sequence[_Stop]], costs: Sequence[Fraction], limit: Fraction
    ) -> list[_Kept] | None:
        """Return the mixes of which none is cheaper and gives as much, the cheapest first."""
        kept: list[_Kept] = [(Fraction(0), Fraction(0), ())]
        for own, cost in zip(stops, costs, strict=True):
            every = sorted(
                ((c + cost * many, g + gain, (*mix, many)) for c, g, mix in kept
                 for many, gain in own if c + cost * many <= limit),
                key=lambda one: (one[0], -one[1]),
            )  # fmt: skip
            kept = []
            for one in every:
                if not kept or one[1] > kept[-1][1]:
                    kept.append(one)
            if len(kept) > _MOST_KEPT:
                return None
        return kept

    def _first_that_reaches(
        self, kept: Sequence[_Kept], able: Mapping[str, Growing], now: Fraction
    ) -> Mix:
        told = self.wishing.reach([(self.goal, self._wish(able, mix)) for _, _, mix in kept])
        found = next((one for one, yes in zip(kept, told, strict=True) if yes), None)
        if found is None:
            return _none(_TOGETHER)
        cost, gain, mix = found
        (score,) = self.wishing.scores([self._wish(able, mix)])
        if score is None or score - now != gain:
            return _none(_TOGETHER)
        parts = [MixPart(id, many, self.costs[id] * many)
                 for id, many in zip(able, mix, strict=True) if many]  # fmt: skip
        return Mix(tuple(parts), cost, score)


_TOGETHER = message("what metrics give does not add up here: mixes cannot be compared")


def _none(reason: Message) -> Mix:
    return Mix((), None, None, reason)


def _cost(mix: Sequence[int], costs: Sequence[Fraction]) -> Fraction:
    return sum((cost * many for cost, many in zip(costs, mix, strict=True)), Fraction(0))


def _open(gives: Mapping[int, Fraction]) -> list[int]:
    """Return the middles of neighbours between which something changes."""
    numbers = sorted(gives)
    return [(a + b) // 2 for a, b in pairwise(numbers) if b - a > 1 and gives[a] != gives[b]]


def _changes(gives: Mapping[int, Fraction]) -> list[_Stop]:
    """Return the first number of each gain, without those that give no more than fewer do."""
    found: list[_Stop] = []
    for many in sorted(gives):
        if not found or gives[many] > found[-1][1]:
            found.append((many, gives[many]))
    return found
