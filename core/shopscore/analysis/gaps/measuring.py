"""Measuring: what one metric alone needs to reach a goal, in value and in good events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from math import ceil, floor

from ...counting.sums import Wanted
from ...grading.weighing import MetricValues
from ...messages import Message, message
from ...model.aggregators import NotCounted, Quantile, RationalCombination
from ...model.metrics import Unit
from ...plugins.bound_rules import BoundMetric
from ...value_classes import evolve, frozen
from ..reasons.row_sums import RowSums
from .exact_sums import Pairs
from .found import MetricGap
from .goals import Goal, ValueGoal, Wish, Wished
from .good_events import MANY, EventKinds, GoodEvent
from .growing import Growing, GrowingSums, GrowingValue
from .searching import Least, Search, least
from .wishes import Probe, Wishing

#: The steps that values are shown in, so that the one that is told is the one that was tried.
STEPS: Mapping[Unit, Fraction] = {
    "ratio": Fraction(1, 10_000),
    "hours": Fraction(1, 10),
    "minutes": Fraction(1, 10),
    "seconds": Fraction(1),
    "count": Fraction(1),
}
_STEP = Fraction(1, 100)
_DURATIONS: tuple[Unit, ...] = ("hours", "days", "minutes", "seconds")
#: Why it is not known what a good event is.
NO_EACH = message("what one good event would have is not known: it has to be said")
#: Why there is no better value.
AT_BEST = message("it is as good as it can be")
#: Steps that are looked at where values have no end.
_MOST_STEPS = 10_000_000


@frozen(eq=False, slots=False)
class MetricOfShop:
    """One metric of the shop: what it has now, and what may be wished for."""

    id: str
    wishing: Wishing
    sums: RowSums | None
    each: Fraction | None = None

    @cached_property
    def metric(self) -> BoundMetric:
        """The metric, with its windows of the day."""
        result = self.wishing.supposing.result
        return result.rules.projected(result.as_of).metrics[self.id]

    @property
    def _row(self) -> int:
        return self.wishing.supposing.row

    @property
    def _measured(self) -> MetricValues:
        return self.wishing.supposing.result.measured[self.id]

    @cached_property
    def value(self) -> Fraction | None:
        """What it has now; None where it has no value."""
        return self._measured.column.take([self._row]).fractions()[0]

    @property
    def no_value(self) -> Message:
        """Why it has no value: nobody was asked, or there is none."""
        missing = bool(self._measured.missing[self._row])
        return message("its input is missing") if missing else message("it has no value")

    @cached_property
    def n(self) -> int | None:
        """On how many rows that rests; None where it is not known."""
        unknown = self._measured.n_unknown
        if unknown is not None and bool(unknown[self._row]):
            return None
        return int(self._measured.n[self._row])

    @cached_property
    def counted(self) -> Pairs | None:
        """The sums that it was counted from; None where it was not."""
        if self.id not in self.wishing.supposing.metrics:
            return None
        pairs = self._measured.sums
        return [(int(own[self._row]), int(counts[self._row])) for own, counts in pairs]

    @property
    def higher(self) -> bool:
        """Whether more is better."""
        return self.metric.metric.better == "higher"

    @cached_property
    def growing(self) -> Growing | Message:
        """What it has after more good events, or why that cannot be told."""
        aggregator = self.metric.aggregator
        if isinstance(aggregator, NotCounted):
            return message("no event feeds it")
        if bool(self._measured.missing[self._row]):
            return self.no_value
        if self.counted is not None:
            event = self._event(self.counted)
            return event if isinstance(event, Message) else GrowingSums(
                self.metric, self.counted, event, self.wishing.incomplete_now
            )  # fmt: skip
        if self.value is None:
            return self.no_value
        if self.n is None:
            return message("on how many rows its value rests is not known: give n with it")
        if not all(weights.uniform for _, weights in self._wanted):
            return message("newer days weigh more: events can only be counted from events")
        event = self._event([(0, 0)] * len(self._wanted))
        if isinstance(event, Message):
            return event
        found = GrowingValue.of(self.metric, self.value, self.n, event)
        return found or message("its parts are not known: events can only be counted from events")

    @property
    def _wanted(self) -> tuple[Wanted, ...]:
        return self.metric.wanted(self.wishing.supposing.result.as_of)

    def _event(self, base: Pairs) -> GoodEvent | Message:
        kinds = EventKinds(self.metric, self.wishing.supposing.result.as_of, self.sums)
        event = kinds.best(base, self.each)
        if event is not None:
            return event
        summed = any(not tally.counts_rows for tally, _ in self._wanted)
        if summed and self.each is None and not kinds.knows_values:
            return NO_EACH
        if self.each is not None:
            each = f"{float(self.each):g}"
            return message("events with a value of {each} are no help", each=each)
        return message("no event that may come helps: less of what is bad does")

    def wish(self, value: Fraction) -> Wished:
        """Return the wish for a value, on as many rows as now, or as few as are enough."""
        if self.n is None:
            return Wished(value)
        aggregator = self.metric.aggregator
        counts = isinstance(aggregator, RationalCombination) and aggregator.over is None
        least_n = self.metric.metric.min_n
        return Wished(value, ceil(value) if counts else max(self.n, least_n))


@frozen(eq=False, slots=False)
class Measuring:
    """The search for what one metric needs to reach one goal."""

    goal: Goal
    of: MetricOfShop
    criterion: str | None = None

    def search(self) -> Search[MetricGap]:
        """Find the value that is needed, and the number of good events."""
        found = MetricGap(self.of.id, self.of.value, self.criterion)
        found = yield from self._needed(found)
        return (yield from self._events(found))

    def _needed(self, found: MetricGap) -> Search[MetricGap]:
        """Find the value: that of the goal, or the first step of those shown that reaches it."""
        if isinstance(self.goal, ValueGoal):
            return self._with_less(evolve(found, needed=self.goal.value))
        if self.of.value is None:
            return evolve(found, value_reason=self.of.no_value)
        start, most = self._steps(self.of.value)
        if not most:
            return evolve(found, value_reason=AT_BEST)
        number = yield from least(
            lambda numbers: [
                (self.goal, {self.of.id: self.of.wish(self._at(start, n))}) for n in numbers
            ],
            most,
            one_by_one=self.of.wishing.one_by_one,
        )
        if number is None:
            return evolve(found, value_reason=self._out_of_reach)
        return self._with_less(evolve(found, needed=self._at(start, number.number)))

    @property
    def _out_of_reach(self) -> Message:
        if self.of.wishing.supposing.told:
            return message(
                "no value alone reaches the target for certain: what was told beside the"
                " values is not known of another one"
            )
        return message("no value alone reaches the target")

    @property
    def _step(self) -> Fraction:
        return STEPS.get(self.of.metric.metric.unit, _STEP)

    def _steps(self, now: Fraction) -> tuple[Fraction, int]:
        """Return the step at or behind a value, and how many there are from it to the best."""
        unit, step = self.of.metric.metric.unit, self._step
        if self.of.higher:
            start = floor(now / step) * step
            ends = unit == "ratio" and now <= 1
            return start, int((1 - start) / step) if ends else _MOST_STEPS
        start = ceil(now / step) * step
        return start, int(start / step) if now >= 0 else _MOST_STEPS

    def _at(self, start: Fraction, number: int) -> Fraction:
        return start + number * self._step if self.of.higher else start - number * self._step

    def _with_less(self, found: MetricGap) -> MetricGap:
        """Add by how much every event must be shorter, where that moves the value as much."""
        metric = self.of.metric
        if metric.metric.unit not in _DURATIONS or self.of.higher or found.needed is None:
            return found
        aggregator = metric.aggregator
        mean = (
            isinstance(aggregator, RationalCombination)
            and aggregator.over is not None
            and [not tally.counts_rows for _, tally in aggregator.terms] == [True]
        )
        if self.of.value is None or not (mean or isinstance(aggregator, Quantile)):
            return found
        return evolve(found, less_each=self.of.value - found.needed)

    def _events(self, found: MetricGap) -> Search[MetricGap]:
        growing = self.of.growing
        if isinstance(growing, Message):
            return evolve(found, reason=found.value_reason if self._at_best(found) else growing)
        found = evolve(found, event=growing.event)
        number = yield from least(
            lambda numbers: self._probes(growing, numbers),
            MANY,
            self._guesses(growing, found.needed),
            one_by_one=self.of.wishing.one_by_one,
        )
        if number is None:
            said = message("no number of good events up to {most} reaches it", most=f"{MANY:,}")
            return evolve(found, reason=said)
        return _reached(found, growing, number)

    @staticmethod
    def _at_best(found: MetricGap) -> bool:
        return found.value_reason is AT_BEST

    def _probes(self, growing: Growing, numbers: Sequence[int]) -> list[Probe]:
        return [(self.goal, {self.of.id: wished}) for wished in growing.after(numbers)]

    def _guesses(self, growing: Growing, needed: Fraction | None) -> list[int]:
        """Return what the closed forms say of the value, and of one a step worse."""
        if needed is None:
            return []
        values = [needed]
        if not isinstance(self.goal, ValueGoal):
            values.append(needed - self._step if self.of.higher else needed + self._step)
        guesses = (growing.enough_for(value) for value in values)
        return [guess for guess in guesses if guess is not None and guess <= MANY]


def _reached(found: MetricGap, growing: Growing, number: Least) -> MetricGap:
    (then,) = growing.after([number.number])
    return evolve(found, events=number.number, steady=number.steady, value_then=then.value)


def wish_for(found: MetricGap, of: MetricOfShop, events: int) -> Wish:
    """Return the wish for so many good events in a metric."""
    growing = of.growing
    assert not isinstance(growing, Message)  # it was counted before
    (wished,) = growing.after([events])
    return {found.metric: wished}
