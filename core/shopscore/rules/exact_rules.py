"""Exact rules: a rule set in which every number is resolved once, to a fraction or to None."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from ..errors import RuleSetError, did_you_mean
from ..messages import message
from ..model.assumptions import AssumptionValue, Chosen, Number
from ..model.conditions import Adjustment, Condition, Relief
from ..model.expressions import Assumed
from ..model.frozen import FrozenDict
from ..model.metrics import Better
from ..model.rulesets import (
    Cap,
    Clamp,
    Comparison,
    Criterion,
    Dimension,
    Display,
    Eligibility,
    Level,
    MetricEntry,
    RuleSet,
    ScorerSpec,
    Tier,
)
from ..model.set_points import FixedTotal, SetPoints
from ..value_classes import evolve, field, frozen
from .compositions import Composition, make_composition
from .own_kinds import NONE_OWN, OwnKinds
from .scorer_kinds import make_scorer
from .scorers import Scorer, ScorerKinds

#: A number of the rules; None where it is neither published nor supplied.
Weight = Fraction | None


@frozen(eq=False)
class ExactRuleSet:
    """A rule set as grading and composing use it: exact numbers, scorers made, no assumptions.

    A weight, or the points of a dimension, is None where it is neither published nor supplied;
    ``scorers`` has those whose parameters are known. ``variants`` are the rules of the industries
    for which a user supplied other numbers, or which the rules themselves give other weights; an
    empty set is any industry. A variant is for shops of its ``shop_types``, or of any,
    and for ``shops`` by their ids, where it names some.
    """

    name: str
    low: Fraction
    high: Fraction
    decimals: int
    ranking: str
    policy: str
    dimensions: tuple[Dimension[Weight], ...]
    scorers: Mapping[str, Scorer] = field(converter=FrozenDict)
    eligibility: tuple[Eligibility[Fraction], ...] = ()
    peers_need_eligibility: bool = False
    min_peers: int = 2
    tiers: tuple[Tier[Fraction], ...] = ()
    composition: Composition | None = None
    clamp: Clamp = "both"
    caps: tuple[Cap[Fraction], ...] = ()
    displays: tuple[Display[Fraction], ...] = ()
    criteria: tuple[Criterion[Fraction], ...] = ()
    levels: tuple[Level, ...] = ()
    adjustments: tuple[Adjustment[Fraction], ...] = ()
    set_points: tuple[SetPoints[Fraction], ...] = ()
    fixed_totals: tuple[FixedTotal[Fraction], ...] = ()
    comparison: Comparison | None = None
    informational: tuple[str, ...] = ()
    variants: tuple[tuple[frozenset[str], ExactRuleSet], ...] = ()
    shop_types: frozenset[str] = frozenset()
    shops: frozenset[str] = frozenset()
    total_low: Fraction = field()

    @total_low.default
    def _low_of_points(self) -> Fraction:
        return self.low

    @property
    def entries(self) -> Iterator[tuple[Dimension[Weight], MetricEntry[Weight]]]:
        """Every weighted metric with its dimension, in the order of the rules."""
        return ((d, m) for d in self.dimensions for m in d.metrics)

    @property
    def total_weight(self) -> Weight:
        """The sum of the weights of dimensions; None where one is not known."""
        weights = [d.weight for d in self.dimensions]
        known = [w for w in weights if w is not None]
        return sum(known, Fraction(0)) if len(known) == len(weights) else None

    @property
    def mean_kind(self) -> str:
        """The kind of industry mean that shops are compared with: ``pooled``, or of the ``shops``."""
        return "pooled" if self.comparison is None else str(self.comparison.mean)

    def check_directions(self, better: Mapping[str, Better]) -> None:
        """Check that every scorer can grade the metrics that name it.

        Raises:
            RuleSetError: where a scorer runs against the direction of a metric.
        """
        for _, entry in self.entries:
            if entry.scorer in self.scorers and entry.id in better:
                try:
                    self.scorers[entry.scorer].check_direction(better[entry.id])
                except RuleSetError as error:
                    said = message(
                        "scorers.{scorer}, for metric {metric}: {error}",
                        scorer=entry.scorer,
                        metric=entry.id,
                        error=error,
                    )
                    raise RuleSetError(said) from None


def exact_rules(ruleset: RuleSet, kinds: OwnKinds | None = None) -> ExactRuleSet:
    """Return the rule set with exact numbers; ``kinds`` are the scorecard's own classes.

    Raises:
        RuleSetError: for an assumption that does not exist, and for a scorer that cannot be made.
    """
    own = kinds or NONE_OWN
    numbers = Numbers(ruleset.name, ruleset.numbers)
    low, high = numbers.required(ruleset.low), numbers.required(ruleset.high)
    return ExactRuleSet(
        name=ruleset.name,
        low=low,
        high=high,
        decimals=int(numbers.required(ruleset.decimals)),
        ranking=str(numbers.plain(ruleset.ranking)),
        policy=str(numbers.plain(ruleset.missing)),
        dimensions=tuple(map(numbers.dimension, ruleset.dimensions)),
        scorers=dict(_make_scorers(ruleset, numbers, own.scorers, (low, high))),
        eligibility=tuple(map(numbers.eligibility, ruleset.eligibility)),
        peers_need_eligibility=bool(numbers.plain(ruleset.peers_need_eligibility)),
        min_peers=int(numbers.required(ruleset.min_peers)),
        tiers=tuple(map(numbers.tier, ruleset.tiers)),
        composition=make_composition(ruleset.composition, own.compositions),
        clamp=ruleset.clamp,
        caps=tuple(map(numbers.cap, ruleset.caps)),
        displays=tuple(map(numbers.display, ruleset.displays)),
        criteria=tuple(map(numbers.criterion, ruleset.criteria)),
        levels=ruleset.levels,
        adjustments=tuple(map(numbers.adjustment, ruleset.adjustments)),
        set_points=tuple(
            numbers.set_points(one) for one in ruleset.set_points if numbers.plain(one.applies)
        ),
        fixed_totals=tuple(map(numbers.fixed_total, ruleset.fixed_totals)),
        comparison=numbers.comparison(ruleset.comparison),
        informational=ruleset.informational,
        shop_types=ruleset.shop_types,
        shops=ruleset.shops,
        total_low=low if ruleset.total_low is None else numbers.required(ruleset.total_low),
    )


@frozen
class Numbers:
    """The values of a rule set's assumptions, which resolve its numbers."""

    name: str
    assumed: Mapping[str, AssumptionValue]

    def plain(self, number: object) -> Any:
        """Return a number or word as it is, or the value of the assumption in its place."""
        if isinstance(number, Chosen):
            return dict(number.numbers)[self.plain(number.by)]
        if not isinstance(number, Assumed):
            return number
        if number.id not in self.assumed:
            said = message(
                "{ruleset}: no assumption {assumption}{guess}",
                ruleset=self.name,
                assumption=number.id,
                guess=did_you_mean(number.id, self.assumed),
            )
            raise RuleSetError(said)
        return self.assumed[number.id]

    def optional(self, number: Number | None) -> Weight:
        """Return a number as a fraction; None where there is none."""
        value = self.plain(number)
        return None if value is None else Fraction(value)

    def required(self, number: Number) -> Fraction:
        """Return a number as a fraction; raise RuleSetError where there is none."""
        value = self.optional(number)
        if value is None:
            said = message("{ruleset}: a number that is needed is none", ruleset=self.name)
            raise RuleSetError(said)
        return value

    def condition(self, declared: Condition[Number]) -> Condition[Fraction]:
        """Return a condition with exact bounds."""
        return Condition(
            declared.measure,
            declared.operator,
            self.optional(declared.bound),
            declared.times_industry_mean,
            self._relief(declared.relief),
            declared.without_rows,
            tuple((group, self.required(bound)) for group, bound in declared.elsewhere),
        )

    def _relief(self, declared: Relief[Number] | None) -> Relief[Fraction] | None:
        if declared is None:
            return None
        return Relief(
            self.optional(declared.from_base),
            self.optional(declared.count_at_most),
            self.optional(declared.count_below),
            declared.count_of,
            self.optional(declared.bound),
        )

    def dimension(self, declared: Dimension[Number]) -> Dimension[Weight]:
        """Return a dimension with exact weights and points."""
        return Dimension(
            declared.id,
            declared.label,
            self.optional(declared.weight),
            tuple(
                MetricEntry(
                    e.id,
                    self.optional(e.weight),
                    e.scorer,
                    e.source,
                    e.of_rest,
                    self._between(e.between),
                )
                for e in declared.metrics
            ),
            self.optional(declared.points),
            declared.source,
            declared.missing,
            self._between(declared.between),
        )

    def _between(self, declared: tuple[Number, Number] | None) -> tuple[Weight, Weight] | None:
        return None if declared is None else (Fraction(declared[0]), Fraction(declared[1]))  # type: ignore[arg-type]

    def eligibility(self, declared: Eligibility[Number]) -> Eligibility[Fraction]:
        """Return a condition for a score with exact bounds."""
        condition = self.condition(declared.condition)
        return Eligibility(declared.id, declared.label, condition, declared.status, declared.source)

    def tier(self, declared: Tier[Number]) -> Tier[Fraction]:
        """Return a tier with exact bounds."""
        condition = self.condition(declared.condition)
        return Tier(declared.id, declared.label, condition, declared.source, declared.needs)

    def criterion(self, declared: Criterion[Number]) -> Criterion[Fraction]:
        """Return a criterion with exact bounds."""
        condition = self.condition(declared.condition)
        return Criterion(declared.id, declared.label, condition, declared.source)

    def cap(self, declared: Cap[Number]) -> Cap[Fraction]:
        """Return a cap with an exact ceiling."""
        return Cap(declared.criterion, self.required(declared.ceiling), declared.source)

    def display(self, declared: Display[Number]) -> Display[Fraction]:
        """Return a display with exact steps."""
        steps = tuple((self.required(a), self.required(b)) for a, b in declared.steps)
        return Display(declared.id, declared.label, steps, declared.source)

    def adjustment(self, declared: Adjustment[Number]) -> Adjustment[Fraction]:
        """Return a bonus or deduction with exact numbers.

        A metric may be in points itself; what criteria give is at most that.
        """
        points = Fraction(1) if declared.points is None else self.optional(declared.points)
        cap = self.optional(declared.cap)
        if declared.needs is not None and cap is None:
            cap = points
        return Adjustment(
            declared.metric,
            declared.sign,
            cap,
            declared.source,
            points,
            declared.needs,
            declared.dimension,
        )

    def set_points(self, declared: SetPoints[Number]) -> SetPoints[Fraction]:
        """Return points that criteria set, exact; of those that apply."""
        points = self.required(declared.points)
        return SetPoints(declared.metric, points, declared.needs, True, declared.source)

    def fixed_total(self, declared: FixedTotal[Number]) -> FixedTotal[Fraction]:
        """Return a fixed total, exact."""
        total = self.optional(declared.total)
        return FixedTotal(declared.status, total, declared.needs, declared.group, declared.source)

    def comparison(self, declared: Comparison | None) -> Comparison | None:
        """Return a comparison with its kind of mean."""
        return declared and evolve(declared, mean=self.plain(declared.mean))

    def within(self, value: object) -> Any:
        """Return nested parameters with every assumption replaced by its value."""
        if isinstance(value, Mapping):
            return {key: self.within(item) for key, item in value.items()}
        if isinstance(value, tuple):
            return tuple(self.within(item) for item in value)
        return self.plain(value)


def _make_scorers(
    ruleset: RuleSet, numbers: Numbers, kinds: ScorerKinds, scale: tuple[Fraction, Fraction]
) -> Iterator[tuple[str, Scorer]]:
    for name, spec in ruleset.scorers.items():
        if not spec.missing:
            try:
                yield name, _make_scorer(spec, numbers, kinds, scale)
            except RuleSetError as error:
                said = message(
                    "{file}: scorers.{scorer}: {error}",
                    file=ruleset.origin or ruleset.name,
                    scorer=name,
                    error=error,
                )
                raise RuleSetError(said) from None


def _make_scorer(
    spec: ScorerSpec, numbers: Numbers, kinds: ScorerKinds, scale: tuple[Fraction, Fraction]
) -> Scorer:
    scorer = make_scorer(spec.kind, numbers.within(spec.parameters), kinds)
    low, high = scale
    for points in scorer.possible_points:
        if not low <= points <= high:
            said = message(
                "{points:g} points are outside the scale, {low:g} to {high:g}",
                points=float(points),
                low=float(low),
                high=float(high),
            )
            raise RuleSetError(said)
    return scorer
