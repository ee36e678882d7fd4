"""Steps: what a target asks of one shop, one goal for each thing that must change."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from math import floor

from ...errors import UsageError
from ...grading.variants import VariantShops, by_variant
from ...messages import message
from ...model.conditions import Combined, Condition
from ...results.result import Result
from ...rules.scorers import Bands, Scorer, Threshold
from ...value_classes import frozen
from .goals import (
    CriterionGoal,
    EligibilityGoal,
    Goal,
    PercentileGoal,
    PointsGoal,
    TierGoal,
    TotalGoal,
    ValueGoal,
)
from .next_tiers import UPWARDS, bounds_of, next_tiers
from .targets import Target


@frozen
class Step:
    """A goal, and the metrics by each of which alone it may be reached.

    ``criterion`` is the criterion that it is about, where a target asks for several.
    """

    goal: Goal
    metrics: tuple[str, ...]
    criterion: str | None = None


@frozen(eq=False, slots=False)
class Steps:
    """What targets ask of one shop of a result."""

    result: Result
    row: int

    @cached_property
    def variant(self) -> VariantShops:
        """The rules of the shop: its own, those of its industry and type, or the general ones."""
        shops = self.result.shops
        types = shops["shop_type"] if "shop_type" in shops.columns else None
        found = by_variant(self.result.rules.exact, shops["industry"], types, shops["shop_id"])
        return next(one for one in found if one.rows[self.row])

    @cached_property
    def graded_ids(self) -> tuple[str, ...]:
        """The metrics that enter the total: those with a weight, and adjustments."""
        rules = self.variant.rules
        weighed = [entry.id for _, entry in rules.entries if entry.weight != 0]
        return tuple(dict.fromkeys([*weighed, *(one.metric for one in rules.adjustments)]))

    def scorer(self, metric: str) -> Scorer | None:
        """Return what makes the points of a metric; None where nothing does."""
        entries = {entry.id: entry for _, entry in self.variant.rules.entries}
        if metric not in entries:
            return None
        return self.variant.rules.scorers.get(entries[metric].scorer or "")

    def is_reached(self, goal: Goal) -> bool:
        """Return whether the shop has reached a goal already."""
        return bool(goal.met(self.result)[self.row])

    def of(self, target: Target) -> tuple[Step, ...]:
        """Return the steps to a target; those that are made are left out, but for the last."""
        number = target.number if target.number is not None else Fraction(0)
        match target.kind:
            case "total":
                return (Step(TotalGoal(number), self.graded_ids),)
            case "tier":
                return tuple(self._to_tier(target.id))
            case "level":
                return tuple(self._to_level(target.id))
            case "eligibility":
                every = self.result.rules.exact.eligibility
                condition = next(one.condition for one in every if one.id == target.id)
                return (Step(EligibilityGoal(target.id), condition.metrics),)
            case "points":
                return (Step(PointsGoal(target.id, number), (target.id,)),)
            case "percentile":
                return (Step(PercentileGoal(target.id, number), (target.id,)),)
            case "band":
                return (self._to_band(target.id),)
        return (Step(self._value_goal(target.id, number), (target.id,)),)

    def _value_goal(self, metric: str, value: Fraction) -> ValueGoal:
        declared = self.result.rules.metrics[metric].metric
        return ValueGoal(metric, value, declared.better, declared.min_n)

    def _to_band(self, metric: str) -> Step:
        bound = self.next_bound(metric)
        if bound is None:
            if isinstance(self.scorer(metric), Bands | Threshold):
                return Step(self._value_goal(metric, self._bounds(metric)[-1]), (metric,))
            said = message("{metric} has no bands: its points are made otherwise", metric=metric)
            raise UsageError(said)
        return Step(self._value_goal(metric, bound), (metric,))

    def _bounds(self, metric: str) -> list[Fraction]:
        """Return the bounds of bands, from the worst to the best."""
        scorer = self.scorer(metric)
        if isinstance(scorer, Threshold):
            return [scorer.bound]
        return [bound for bound, _ in scorer.bands] if isinstance(scorer, Bands) else []

    def next_bound(self, metric: str) -> Fraction | None:
        """Return the first bound that the shop does not reach; None where it reaches all."""
        goals = [self._value_goal(metric, bound) for bound in self._bounds(metric)]
        return next((goal.value for goal in goals if not self.is_reached(goal)), None)

    def _to_tier(self, id: str) -> Iterator[Step]:
        tier = next(one for one in self.result.rules.exact.tiers if one.id == id)
        condition = tier.condition
        measure = condition.measure
        if measure.kind == "total":
            bound = self._bound(condition)
            if condition.operator not in UPWARDS or bound is None:
                said = message("tier {id} is not reached by a better score", id=id)
                raise UsageError(said)
            goal = TotalGoal(bound, strictly=condition.operator == "above")
            yield Step(goal, self.graded_ids)
        else:
            yield Step(TierGoal(id), self._metrics(condition))
        yield from self._to_needs(tier.needs)

    def _bound(self, condition: Condition[Fraction]) -> Fraction | None:
        return bounds_of(self.result, condition, [self.row])[0]

    def _to_level(self, id: str) -> Iterator[Step]:
        level = next(one for one in self.result.rules.exact.levels if one.id == id)
        yield from self._to_needs(level.needs)

    def _to_needs(self, needs: Combined | None) -> Iterator[Step]:
        """Yield a step for each criterion that is not met."""
        asked = () if needs is None else needs.ids
        for criterion in self.result.rules.exact.criteria:
            goal = CriterionGoal(criterion.id)
            if criterion.id in asked and not self.is_reached(goal):
                yield Step(goal, self._metrics(criterion.condition), criterion.id)

    def _metrics(self, condition: Condition[Fraction]) -> tuple[str, ...]:
        """Return the metrics that may change whether a condition holds."""
        measure = condition.measure
        if measure.kind == "total":
            return self.graded_ids
        if measure.kind == "dimension":
            every = self.variant.rules.dimensions
            return tuple(e.id for d in every if d.id == measure.id for e in d.metrics)
        return condition.metrics

    def usual(self) -> tuple[Target, ...]:
        """Return what comes next for the shop, where no target is named."""
        kinds = [*self._conditions(), *self._next_tiers(), *self._next_level()]
        measured = self.result.measured
        valued = (id for id in self.graded_ids if measured[id].known[self.row])
        bands = [Target("band", id) for id in valued if self.next_bound(id) is not None]
        if not kinds and not bands:
            kinds = [*self._next_total()]
        return (*kinds, *bands)

    @property
    def _has_score(self) -> bool:
        return bool(self.result.published.total[self.row])

    def _conditions(self) -> Iterator[Target]:
        for check in self.result.checks:
            if check.verdict.failed[self.row] and check.eligibility.condition.metrics:
                yield Target("eligibility", check.eligibility.id)

    def _next_tiers(self) -> Iterator[Target]:
        """Yield the next tier by the total, and every tier of metrics that the shop lacks."""
        for tier in self.result.rules.exact.tiers:
            has = self.result.published.tiers[tier.id][self.row]
            if tier.condition.measure.kind != "total" and not has and self._metrics(tier.condition):
                yield Target("tier", tier.id)
        (by_total,) = next_tiers(self.result, [self.row])
        if by_total is not None:
            yield Target("tier", by_total[1])

    def _next_level(self) -> Iterator[Target]:
        levels = self.result.levels
        if levels is not None and 0 < int(levels.certain[self.row]) <= len(levels.levels):
            yield Target("level", levels.levels[int(levels.certain[self.row]) - 1].id)

    @property
    def has_best_level(self) -> bool:
        """Whether there are levels, and the shop certainly has the best of them."""
        levels = self.result.levels
        return levels is not None and bool(levels.levels) and int(levels.certain[self.row]) == 0

    def _next_total(self) -> Iterator[Target]:
        """Yield the next tenth of a short scale, or the next whole number of a long one."""
        exact, lowest = self.result.rules.exact, self.result.published.lowest
        score = lowest.take([self.row]).fractions()[0]
        if self._has_score and score is not None and score < exact.high:
            step = Fraction(1, 10) if exact.high <= 10 else Fraction(1)
            yield Target("total", number=min((floor(score / step) + 1) * step, exact.high))
