"""Rule sets: the published rules of one scorecard for a span of time, as plain values.

Numbers that a platform publishes carry a source; numbers that it does not publish are
assumptions, which users can override and results name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, Literal, get_args

from attrs import evolve, field, frozen

from ..errors import RuleSetError, UsageError, did_you_mean
from .assumptions import Assumption, AssumptionValue, Chosen, Number, OutOfBoundsError
from .binding import assumed_ids
from .expressions import Assumed
from .frozen import FrozenDict

Status = Literal["official", "seed", "inferred", "unofficial", "user"]
ShopStatus = Literal[
    "scored", "partial", "insufficient_orders", "growth", "not_computable", "suppressed"
]

RankingKind = Literal[
    "mid_percent_rank", "percent_rank", "cume_dist", "rank", "weak", "strict", "mean"
]
RANKING_KINDS: tuple[str, ...] = get_args(RankingKind)
#: What becomes of a metric without points; see :mod:`shopscore.composition`.
MISSING_POLICIES = ("rescale", "require")


@frozen
class Source:
    """Where a number comes from.

    ``confidence`` is ``S`` (the project's primary sources), ``O`` official rule text, ``P`` captured
    from a platform page, ``T`` third party, ``I`` inferred from numbers.
    """

    id: str
    title: str
    confidence: str
    url: str = ""
    note: str = ""


@frozen
class MetricEntry:
    """A metric's place in a dimension: its weight there and how it is turned into points.

    Without a ``scorer`` nothing is known of how it is: the metric is shown and not graded. With
    ``of_rest`` the weights of the others are shares of the dimension, and this one is relative to
    those that share what they leave.
    """

    id: str
    weight: Number
    scorer: str = ""
    source: str = ""
    of_rest: bool = False


@frozen
class Dimension:
    """A group of metrics and its weight in the total.

    ``points``, where they are given, are every shop's, whatever the metrics say.
    """

    id: str
    zh: str
    en: str
    weight: Number
    metrics: tuple[MetricEntry, ...] = ()
    points: Number | None = None
    source: str = ""


@frozen
class ScorerSpec:
    """How values become points: the kind of scorer and its parameters, from the TOML.

    ``missing`` says why the parameters are not known, where they are not.
    """

    id: str
    kind: str
    parameters: Mapping[str, Any] = field(converter=FrozenDict)
    source: str = ""
    missing: str = ""


@frozen
class Eligibility:
    """A condition on a metric; where it is not met the shop has no score, and ``status`` says so."""

    id: str
    metric: str
    status: ShopStatus
    zh: str
    en: str
    at_least: Number | None = None
    at_most: Number | None = None
    source: str = ""


@frozen
class Tier:
    """What a rounded score opens or threatens: ``at_least`` a bound, or ``below`` it.

    With a ``metric`` it is that metric's value which decides: at most ``times_industry_mean``
    times the pooled mean of the industry, or a numerator that counts fewer than ``or_count_below``.
    """

    id: str
    zh: str
    en: str
    at_least: Number | None = None
    below: Number | None = None
    metric: str = ""
    times_industry_mean: Number | None = None
    or_count_below: Number | None = None
    source: str = ""


@frozen
class Comparison:
    """How a metric is held against its industry, beside its points.

    ``difference``: (own − mean)/mean. ``spread``: how far of the way from the mean to the
    industry's greatest value (or its least, for a lower one). ``mean`` is ``pooled``, the sum of
    numerators over the sum of denominators, or that of the ``shops``' own values.
    """

    kind: str
    mean: str | Assumed
    source: str = ""


@frozen
class Bonus:
    """A metric whose value is added to the total, which never rises above the scale."""

    metric: str
    source: str = ""


@frozen
class NumbersUsed:
    """A user's file that gave what the rule set does not know; ``industries`` empty: for all."""

    file: str
    sha256: str
    industries: tuple[str, ...] = ()


@frozen
class MissingNumber:
    """A number that the rule set needs and nobody has given.

    ``number`` is its place in the rules, ``assumption`` the full id that can give it, if one can.
    """

    number: str
    assumption: str | None
    reason: str


@frozen
class RuleSet:
    """The rules of one scorecard for a span of time; immutable, numbers exact.

    Without dimensions it has no total. ``file`` is the path of a user's own file. ``numbers_used`` are
    a user's files that filled in what is missing, and ``variants`` the rules of the industries
    that such a file is for. ``effective_from`` and ``effective_to`` are the first and last day
    covered; None: open. ``sha256`` is the digest of the TOML text.
    """

    platform: str
    scorecard: str
    version: str
    status: Status
    zh: str
    en: str
    low: Number
    high: Number
    decimals: Number
    ranking: str | Assumed
    missing: str | Assumed
    dimensions: tuple[Dimension, ...]
    scorers: Mapping[str, ScorerSpec] = field(converter=FrozenDict)
    scale_source: str = ""
    eligibility: tuple[Eligibility, ...] = ()
    peers_need_eligibility: bool | Assumed = False
    tiers: tuple[Tier, ...] = ()
    bonus: tuple[Bonus, ...] = ()
    comparison: Comparison | None = None
    informational: tuple[str, ...] = ()
    assumptions: Mapping[str, Assumption] = field(factory=dict, converter=FrozenDict)
    sources: Mapping[str, Source] = field(factory=dict, converter=FrozenDict)
    effective_from: date | None = None
    effective_to: date | None = None
    published_on: date | None = None
    span_source: str = ""
    notes: tuple[str, ...] = ()
    sha256: str = ""
    origin: str = ""
    file: str = ""
    numbers_used: tuple[NumbersUsed, ...] = ()
    variants: tuple[tuple[frozenset[str], RuleSet], ...] = ()

    @property
    def name(self) -> str:
        """``platform/scorecard/version``."""
        return f"{self.platform}/{self.scorecard}/{self.version}"

    @property
    def entries(self) -> Iterator[tuple[Dimension, MetricEntry]]:
        """Every weighted metric with its dimension, in the order of the rules."""
        return ((d, m) for d in self.dimensions for m in d.metrics)

    @property
    def metric_ids(self) -> tuple[str, ...]:
        """Ids of the metrics shown in a result: weighted, then bonus, then informational."""
        weighted = (m.id for _, m in self.entries)
        return (*weighted, *(b.metric for b in self.bonus), *self.informational)

    @property
    def needed_metric_ids(self) -> tuple[str, ...]:
        """Ids of every metric that must be computed, those of the eligibility included."""
        conditions = (e.metric for e in self.eligibility)
        tiers = (t.metric for t in self.tiers if t.metric)
        return tuple(dict.fromkeys((*self.metric_ids, *conditions, *tiers)))

    @property
    def numbers(self) -> dict[str, AssumptionValue]:
        """The value of each assumption, by its short id."""
        return {a.id: a.value for a in self.assumptions.values()}

    def covers(self, day: date) -> bool:
        """Whether the rules are in force on a day."""
        starts = self.effective_from is None or self.effective_from <= day
        return starts and (self.effective_to is None or day <= self.effective_to)

    @property
    def known_weight(self) -> Fraction | None:
        """The sum of the weights of dimensions: 1, if all is well; None where one is not known."""
        weights = [self.number(d.weight) for d in self.dimensions]
        return None if None in weights else Fraction(sum(map(Fraction, weights)))

    @property
    def span(self) -> str:
        """The days covered, in words."""
        first = self.effective_from.isoformat() if self.effective_from else "…"
        last = self.effective_to.isoformat() if self.effective_to else "…"
        return f"{first} to {last}"

    def full_id(self, assumption: str) -> str:
        """``platform.version.name`` of an assumption."""
        return f"{self.platform}.{self.version}.{assumption}"

    def assuming(self, overrides: Mapping[str, object]) -> RuleSet:
        """A copy in which assumptions have other values; keys are full ids (or names within).

        Raises UsageError for an unknown assumption or a value outside its bounds.
        """
        prefix = self.full_id("")
        changed = dict(self.assumptions)
        for key, value in overrides.items():
            short = key.removeprefix(prefix)
            known = changed.get(short)
            if known is None:
                ids = [self.full_id(a) for a in changed]
                raise UsageError(f"unknown assumption {key}{did_you_mean(key, ids)}")
            text = "none" if value is None else str(value)
            try:
                changed[short] = evolve(known, value=known.parse(text), overridden=True)
            except OutOfBoundsError as error:
                raise UsageError(
                    f"{error}; a rule set of your own (extends = …) can set other bounds"
                ) from None
        return evolve(self, assumptions=changed)

    def number(self, number: Any) -> Any:
        """A number as it is, or what stands for it; None where nobody has given it."""
        if isinstance(number, Chosen):
            return dict(number.numbers)[self.number(number.by)]
        if not isinstance(number, Assumed):
            return number
        if number.id not in self.assumptions:
            raise RuleSetError(
                f"{self.name}: no assumption {number.id}{did_you_mean(number.id, self.assumptions)}"
            )
        return self.assumptions[number.id].value

    def assumed_by_rules(self) -> set[str]:
        """Ids of the assumptions that the rule set itself (not its metrics) refers to."""
        rules = (
            self.low,
            self.high,
            self.decimals,
            self.ranking,
            self.missing,
            self.peers_need_eligibility,
            self.dimensions,
            self.eligibility,
            self.tiers,
            self.comparison,
        )
        found = set(assumed_ids(rules))
        for scorer in self.scorers.values():
            found.update(_assumed_within(scorer.parameters))
        for _, variant in self.variants:
            found |= variant.assumed_by_rules()
        return found


def _assumed_within(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _assumed_within(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _assumed_within(item)
    else:
        yield from assumed_ids(value)
