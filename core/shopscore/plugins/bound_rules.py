"""Bound rules: a rule set with its metrics, every assumption replaced by its number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property, lru_cache

from ..errors import InputError, RuleSetError, did_you_mean
from ..messages import message
from ..model.aggregators import Aggregator, NotCounted, Over
from ..model.assumptions import Assumption
from ..model.binding import assumed_ids, bind
from ..model.evaluations import AtNext, Evaluation
from ..model.labels import Label
from ..model.metrics import Metric
from ..model.rulesets import MissingNumber, NumbersUsed, Profile, RuleSet
from ..model.shop_groups import ShopGroup
from ..model.streams import SHOPS, Stream
from ..model.tallies import Tally
from ..model.windows import DayWeights, EveryDay, Window
from ..rules.coverage import missing_numbers
from ..rules.exact_rules import ExactRuleSet, Numbers, exact_rules
from ..rules.numbers_toml import FilledRuleSet
from ..rules.own_kinds import OwnKinds
from ..rules.platform_checks import check_shop_types, check_shops_named
from ..rules.tally_checks import check_tally
from ..rules.toml_tables import Table
from ..rules.weight_tables import with_weight_tables
from ..value_classes import evolve, field, frozen
from .declarations import Platform, Scorecard
from .isolation import isolated

#: Of so many days the windows of a metric are kept: a score asks for them several times.
_DAYS_KEPT = 4


@frozen
class _OnDay:
    """The windows of a metric on a day: each tally with its weights, and the ages that count."""

    windows: tuple[tuple[Tally, DayWeights], ...]
    wanted: tuple[tuple[Tally, DayWeights], ...]
    first_age: int
    last_age: int


@frozen
class BoundMetric:
    """A metric, with the numbers of the rule set in its aggregator and window.

    ``projected_to`` is the evaluation for whose next day shops are projected, where they are.
    ``judged_on`` is the day of evaluation that windows end before; None: whatever day is asked.
    ``missing_numbers`` are the assumptions that it needs and that have no value: nothing is counted.
    """

    metric: Metric
    aggregator: Aggregator
    window: Window
    projected_to: Evaluation | None = None
    judged_on: date | None = None
    missing_numbers: tuple[str, ...] = ()
    _made: dict[date, _OnDay] = field(factory=dict, init=False, eq=False, repr=False)

    @classmethod
    def bind(cls, metric: Metric, ruleset: RuleSet) -> BoundMetric:
        """Put the numbers of a rule set in the place of assumptions; count nothing without one."""
        evaluation, missing = ruleset.evaluation, ruleset.missing_for(metric.id)
        ahead = evaluation is not None and evaluation.projected_to == "next"
        return cls(
            metric,
            NotCounted() if missing else bind(metric.aggregator, ruleset.numbers),
            bind(metric.window, ruleset.numbers),
            evaluation if ahead else None,
            missing_numbers=missing,
        )

    def check_tallies(self, streams: Mapping[str, Stream]) -> None:
        """Raise where what is counted reads what is not there, or cannot be counted so.

        Raises:
            ExpressionError: for a column that a stream does not have.
            DeclarationError: for distinct keys over a window that cannot roll.
            PluginError: for whatever else a window raises.
        """
        with isolated(message("window of metric {metric}", metric=self.id)):
            for tally in self.every_tally:
                check_tally(tally, streams)

    @property
    def id(self) -> str:
        """The id of the metric."""
        return self.metric.id

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """What is counted, in the order of the aggregator."""
        return tuple(tally.over(window) for tally, window in self._parts())

    @property
    def every_tally(self) -> tuple[Tally, ...]:
        """What is counted to judge shops on any day: distinct keys also as they are projected."""
        ahead = self.projected_to
        if ahead is None:
            return self.tallies
        return (*self.tallies, *(tally.over(AtNext(w, ahead)) for tally, w in self._parts()))

    def _parts(self) -> Iterator[tuple[Tally, Window]]:
        """Yield each tally with its window: its own, or that of the metric."""
        for part in self.aggregator.tallies:
            yield (part.tally, part.window) if isinstance(part, Over) else (part, self.window)

    def windows(self, as_of: date) -> tuple[tuple[Tally, DayWeights], ...]:
        """Return each tally with the weights of the days of rows that it looks at."""
        return self._on_day(as_of).windows

    def wanted(self, as_of: date) -> tuple[tuple[Tally, DayWeights], ...]:
        """Return each tally with the weights that its daily sums are added up with.

        Those of distinct keys are changes, whose sum from the beginning on is what there is.
        """
        return self._on_day(as_of).wanted

    def first_age(self, as_of: date) -> int:
        """Return the least age that counts."""
        return self._on_day(as_of).first_age

    def last_age(self, as_of: date) -> int:
        """Return the greatest age that counts."""
        return self._on_day(as_of).last_age

    def _on_day(self, as_of: date) -> _OnDay:
        made = self._made.get(as_of)
        if made is None:
            if len(self._made) >= _DAYS_KEPT:
                self._made.clear()
            made = self._made[as_of] = self._make_on_day(as_of)
        return made

    def _make_on_day(self, as_of: date) -> _OnDay:
        looks = list(self._looks(as_of))
        windows = tuple((tally, weights) for tally, weights, _ in looks)
        every = [self._weights(self.window, as_of), *(weights for _, weights in windows)]
        return _OnDay(
            windows,
            tuple((tally, weights) for tally, _, weights in looks),
            min(weights.first_age for weights in every),
            max(weights.last_age for weights in every),
        )

    def _looks(self, as_of: date) -> Iterator[tuple[Tally, DayWeights, DayWeights]]:
        """Yield each tally with the weights of its window, and with those of its daily sums."""
        passed = 0 if self.judged_on is None else (as_of - self.judged_on).days
        own = self._weights(self.window, as_of)
        for tally, window in self._parts():
            weights = own if window is self.window else self._weights(window, as_of)
            if tally.distinct is None:
                yield tally, weights, weights
            elif passed < 0 and self.projected_to is not None:
                yield tally.over(AtNext(window, self.projected_to)), weights, EveryDay(1)
            else:
                yield tally.over(window), weights, EveryDay(1 + passed)

    def _weights(self, window: Window, as_of: date) -> DayWeights:
        if self.judged_on is None:
            return window.weights(as_of)
        return window.weights(self.judged_on).moved((as_of - self.judged_on).days)


@frozen(slots=False, eq=False)
class BoundRuleSet:
    """Everything that determines a score besides the events: bound once, used for any date.

    ``ruleset`` is the rule set as declared, with the numbers that a user supplied for all shops;
    ``variants`` have the numbers for some industries and types of shop; ``profile`` supplied others.
    ``exact`` is what computation uses.
    ``named`` says whether the caller named the rule set, so that it applies to any day; ``file``
    is the path of a user's own file.
    """

    platform: Platform
    scorecard: Scorecard
    ruleset: RuleSet
    exact: ExactRuleSet = field(repr=False)
    metrics: Mapping[str, BoundMetric] = field(repr=False)
    streams: Mapping[str, Stream] = field(repr=False)
    variants: tuple[tuple[frozenset[str], RuleSet], ...] = field(default=(), repr=False)
    numbers_used: tuple[NumbersUsed, ...] = ()
    profile: Profile | None = None
    plugin_version: str = "unknown"
    named: bool = True
    file: str = ""

    @classmethod
    def bind(
        cls,
        platform: Platform,
        scorecard: Scorecard,
        ruleset: RuleSet | FilledRuleSet,
        plugin_version: str = "unknown",
        *,
        named: bool = True,
        file: str = "",
        like: BoundRuleSet | None = None,
    ) -> BoundRuleSet:
        """Bind the metrics that a rule set names, and resolve its numbers.

        Metrics whose numbers are those of the rules that these are ``like`` are theirs.

        Raises:
            RuleSetError: for a metric, an assumption, or a day, type or status of shops that does
                not exist, or a scorer that runs against the direction of its metric.
            InputError: for numbers that a user supplied for a type of shop that does not exist.
            ExpressionError: for a metric that reads an unknown column.
        """
        filled = ruleset if isinstance(ruleset, FilledRuleSet) else FilledRuleSet(ruleset)
        streams = platform.all_streams
        metrics = dict(_bind_metrics(scorecard, filled.ruleset, streams, like))
        _check_numbers_used(filled.used, streams[SHOPS.name])
        check_shops_named(filled.ruleset, streams[SHOPS.name], platform.status_labels)
        variants, exact = _exact(filled, scorecard.own_kinds)
        better = {id: m.metric.better for id, m in metrics.items()}
        for rules in (exact, *(variant for _, variant in exact.variants)):
            rules.check_directions(better)
        return cls(
            platform=platform,
            scorecard=scorecard,
            ruleset=filled.ruleset,
            exact=exact,
            metrics=metrics,
            streams=streams,
            variants=variants,
            numbers_used=filled.used,
            profile=filled.profile,
            plugin_version=plugin_version,
            named=named,
            file=file,
        )

    def binds_alike(self, metric: Metric, ruleset: RuleSet) -> bool:
        """Return whether a metric is bound as here by a rule set that differs in numbers alone."""
        own = self.metrics.get(metric.id)
        if own is None or own.metric is not metric:
            return False
        here, there = self.ruleset.numbers, ruleset.numbers
        return own.missing_numbers == ruleset.missing_for(metric.id) and all(
            id in here and id in there and here[id] == there[id]
            for id in assumed_ids((metric.aggregator, metric.window))
        )

    @cached_property
    def tallies(self) -> tuple[Tally, ...]:
        """Every distinct tally, in order of its key."""
        by_key = {t.key: t for m in self.metrics.values() for t in m.every_tally}
        return tuple(by_key[key] for key in sorted(by_key))

    def projected(self, as_of: date) -> BoundRuleSet:
        """Return the rules as they are projected on a day: for the next evaluation, or for today."""
        day = self.ruleset.judged_on(as_of)
        return self if day == as_of else _judged_on(self, day)

    def current(self, as_of: date) -> BoundRuleSet | None:
        """Return the rules as of the last evaluation; None where shops are judged every day."""
        evaluation = self.ruleset.evaluation
        return None if evaluation is None else _judged_on(self, evaluation.last(as_of))

    def judged(self, as_of: date) -> tuple[BoundRuleSet, ...]:
        """Return the rules as they are projected, and as of the last evaluation, where there is one."""
        current = self.current(as_of)
        return (self.projected(as_of), *(() if current is None else (current,)))

    @cached_property
    def statuses(self) -> Mapping[str, Label]:
        """The statuses that plugins declare and that its conditions give, with their names."""
        known = self.platform.status_labels
        given = (declared.status for declared in self.ruleset.eligibility)
        return {status: known[status] for status in given if status in known}

    @property
    def reference(self) -> str:
        """The name of the rule set in commands: its version, or the path of a user's file."""
        return self.file or self.ruleset.version

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """The assumptions that a result by these rules rests on, sorted by id.

        Those without a value are left out: their numbers are missing, not assumed.
        """
        used = set(self.ruleset.assumptions_named)
        for _, variant in self.variants:
            used |= variant.assumptions_named
        for id in self.ruleset.needed_metric_ids:
            metric = self.metrics[id].metric
            used.update(assumed_ids(metric.aggregator), assumed_ids(metric.window))
        known = self.ruleset.assumptions
        missing = {m.assumption for m in self.missing_numbers}
        return tuple(known[id] for id in sorted(used) if self.ruleset.full_id(id) not in missing)

    @cached_property
    def missing_numbers(self) -> tuple[MissingNumber, ...]:
        """The numbers that are neither published nor supplied for all shops."""
        return missing_numbers(self.ruleset)


def _exact(
    filled: FilledRuleSet, kinds: OwnKinds
) -> tuple[tuple[tuple[frozenset[str], RuleSet], ...], ExactRuleSet]:
    """Return every variant, those that tables of weights make among them, and the exact rules."""
    variants: list[tuple[frozenset[str], RuleSet]] = []
    exact: list[tuple[frozenset[str], ExactRuleSet]] = []
    for industries, ruleset in (*filled.variants, (frozenset[str](), filled.ruleset)):
        own = exact_rules(ruleset, kinds)
        numbers = Numbers(ruleset.name, ruleset.numbers)
        group = ShopGroup(industries, ruleset.shop_types, ruleset.shops)
        for shops, weighed in with_weight_tables(ruleset, group):
            dimensions = tuple(map(numbers.dimension, weighed.dimensions))
            variants.append((shops.industries, weighed))
            exact.append(
                (
                    shops.industries,
                    evolve(
                        own,
                        dimensions=dimensions,
                        shop_types=weighed.shop_types,
                        shops=weighed.shops,
                    ),
                )
            )
        variants.append((industries, ruleset))
        exact.append((industries, own))
    _, general = exact.pop()
    return tuple(variants[:-1]), evolve(general, variants=tuple(exact))


@lru_cache(maxsize=256)
def _judged_on(rules: BoundRuleSet, day: date) -> BoundRuleSet:
    """Return rules whose windows end before a day of evaluation, made once: plans are kept by it."""
    metrics = {id: evolve(metric, judged_on=day) for id, metric in rules.metrics.items()}
    return evolve(rules, metrics=metrics)


def _bind_metrics(
    scorecard: Scorecard,
    ruleset: RuleSet,
    streams: Mapping[str, Stream],
    like: BoundRuleSet | None,
) -> Iterator[tuple[str, BoundMetric]]:
    known = scorecard.metrics_for(ruleset)
    for id in ruleset.needed_metric_ids:
        if id not in known:
            said = message(
                "{file}: no metric {metric} in {module}{guess}",
                file=ruleset.origin or ruleset.name,
                metric=id,
                module=scorecard.metric_sets.get(ruleset.metric_set, scorecard.metrics),
                guess=did_you_mean(id, known),
            )
            raise RuleSetError(said)
        metric = known[id]
        if like is not None and like.binds_alike(metric, ruleset):
            yield id, like.metrics[id]
            continue
        _check_role(ruleset, metric)
        bound = BoundMetric.bind(metric, ruleset)
        bound.check_tallies(streams)
        yield id, bound


def _check_numbers_used(used: Iterable[NumbersUsed], shops: Stream) -> None:
    """Check that numbers that a user supplied are for types of shop that there are."""
    for numbers in used:
        try:
            check_shop_types(numbers.shop_types, shops, Table({}, numbers.file))
        except RuleSetError as error:
            raise InputError(error.args[0]) from None


def _check_role(ruleset: RuleSet, metric: Metric) -> None:
    for adjustment in ruleset.adjustments:
        if metric.id == adjustment.metric and metric.role != adjustment.role:
            said = message(
                "{ruleset}: metric {metric} has the role {role}, not {needed}",
                ruleset=ruleset.name,
                metric=metric.id,
                role=metric.role,
                needed=adjustment.role,
            )
            raise RuleSetError(said)
    weighed = any(entry.id == metric.id for _, entry in ruleset.entries)
    if weighed and metric.role != "scored":
        said = message(
            "{ruleset}: metric {metric} has the role {role}, and cannot have a weight",
            ruleset=ruleset.name,
            metric=metric.id,
            role=metric.role,
        )
        raise RuleSetError(said)
