"""Rule sets: the published rules of one scorecard for a span of time, as plain values.

Published numbers have a source; numbers that are not published are assumptions, which users can
override and results list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Generic, Literal, get_args

from ..errors import UsageError, did_you_mean
from ..messages import message
from ..value_classes import evolve, field, frozen
from .assumptions import Assumption, AssumptionValue, Number, OutOfBoundsError, as_written
from .binding import assumed_ids
from .conditions import Adjustment, Combined, Condition, N
from .evaluations import Evaluation
from .expressions import Assumed, Expr
from .frozen import FrozenDict
from .labels import Label
from .set_points import FixedTotal, SetPoints, WeightTable

Status = Literal["official", "seed", "inferred", "unofficial", "user"]

RankingKind = Literal[
    "mid_percent_rank", "percent_rank", "cume_dist", "rank", "weak", "strict", "mean"
]
RANKING_KINDS: tuple[str, ...] = get_args(RankingKind)
#: What happens to the weight of a metric without points.
MISSING_POLICIES = ("rescale", "require")


def _comparable(number: object) -> object:
    """Return a number as what equal ones have in common: ``==`` of an expression is one itself."""
    return number.key if isinstance(number, Expr) else number


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
class MetricEntry(Generic[N]):
    """A metric's place in a dimension: its weight there, and which scorer grades it.

    Without a ``scorer`` it is not published how values become points: the metric is shown and not
    graded. Where metrics of a dimension have ``of_rest``, the weights of the others are shares of
    the dimension, and these divide the rest in proportion to their own weights. A weight that is
    not known may lie ``between`` two numbers.
    """

    id: str
    weight: N
    scorer: str = ""
    source: str = ""
    of_rest: bool = False
    between: tuple[N, N] | None = None


@frozen
class Dimension(Generic[N]):
    """A group of metrics and its weight in the total.

    ``points``, where declared, are the points of every shop, whatever its metrics are. ``missing``
    says why it is not known how its metrics make its points; its metrics then have no weights. A
    weight that is not known may lie ``between`` two numbers.
    """

    id: str
    label: Label
    weight: N
    metrics: tuple[MetricEntry[N], ...] = ()
    points: N | None = None
    source: str = ""
    missing: str = ""
    between: tuple[N, N] | None = None


@frozen
class ScorerSpec:
    """How values become points: the kind of scorer and its parameters, from the TOML.

    ``missing`` is the reason why the parameters are unknown; empty where they are known.
    """

    id: str
    kind: str
    parameters: Mapping[str, Any] = field(converter=FrozenDict)
    source: str = ""
    missing: str = ""


@frozen
class Eligibility(Generic[N]):
    """A condition for a published score; a shop that does not meet it gets ``status`` instead."""

    id: str
    label: Label
    condition: Condition[N]
    status: str
    source: str = ""


@frozen
class Tier(Generic[N]):
    """A level that a shop has while a condition holds, and criteria are met: a benefit, a warning."""

    id: str
    label: Label
    condition: Condition[N]
    source: str = ""
    needs: Combined | None = None


#: At which ends of the scale a total is cut off.
Clamp = Literal["both", "low", "high", "none"]


@frozen
class Cap(Generic[N]):
    """A total is at most ``ceiling`` where a criterion is met: a veto, or a limit."""

    criterion: str
    ceiling: N
    source: str = ""


@frozen
class Display(Generic[N]):
    """A figure that is shown for the total, such as stars: that of the last step it reaches.

    ``steps`` are pairs of a total and the figure that is shown from it on, in rising order; below
    the first nothing is shown.
    """

    id: str
    label: Label
    steps: tuple[tuple[N, N], ...]
    source: str = ""


@frozen
class Criterion(Generic[N]):
    """A condition with a name, which levels ask for; without a label it is called as its metric."""

    id: str
    label: Label | None
    condition: Condition[N]
    source: str = ""


@frozen
class Level:
    """One of several ordered levels: a shop has the first whose criteria hold.

    Without ``needs`` it is the level of all shops that have none before it.
    """

    id: str
    label: Label
    needs: Combined | None = None
    source: str = ""


@frozen
class Comparison:
    """How a metric is compared with its industry, in addition to its points.

    ``difference``: (own − mean)/mean. ``spread``: the share of the distance from the mean to the
    industry's greatest value (or its least, for a value below the mean). ``mean`` is ``pooled``,
    the sum of numerators over the sum of denominators, or the mean of the ``shops``' own values.
    """

    kind: str
    mean: str | Assumed
    source: str = ""


@frozen
class Profile:
    """Numbers that were seen somewhere, in place of missing ones: used only where it is named.

    ``tables`` are those of a numbers file, in which every number has a source.
    """

    id: str
    label: Label
    tables: Mapping[str, Any] = field(eq=False, repr=False)

    @property
    def sources(self) -> Iterator[str]:
        """The ids of the sources that its numbers name."""
        return _sources_within(self.tables)


@frozen
class NumbersUsed:
    """A user's file that supplied missing numbers, for some industries and types of shop, or all.

    ``shops`` are those whose own documents supplied them.
    """

    file: str
    sha256: str
    industries: tuple[str, ...] = ()
    shop_types: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()


@frozen
class MissingNumber:
    """A number that the rule set needs and that is neither published nor supplied.

    ``number`` is its place in the rules, ``assumption`` the full id of its assumption, if any.
    """

    number: str
    assumption: str | None
    reason: str


@frozen
class RuleSet:
    """The rules of one scorecard for a span of time, as declared; immutable, decimals exact.

    A number is as in the TOML file: published, or the name of an assumption. Without dimensions
    there is no total. ``effective_from`` and ``effective_to`` are the first and last day covered,
    None where there is no limit. ``total_low`` is where a total with deductions ends, where that is
    not the low end of points. ``shop_types`` are those that a variant with numbers of its own is
    for; empty: all. ``metric_set`` names one of the sets of metrics of the scorecard, where it has
    several. ``profiles`` are numbers in place of missing ones, for whoever names one. ``sha256`` is
    the digest of the TOML text.
    """

    platform: str
    scorecard: str
    version: str
    status: Status
    label: Label
    low: Number
    high: Number
    decimals: Number
    ranking: str | Assumed
    missing: str | Assumed
    dimensions: tuple[Dimension[Number], ...]
    scorers: Mapping[str, ScorerSpec] = field(converter=FrozenDict)
    scale_source: str = ""
    eligibility: tuple[Eligibility[Number], ...] = ()
    peers_need_eligibility: bool | Assumed = False
    min_peers: Number = field(default=2, eq=_comparable)
    tiers: tuple[Tier[Number], ...] = ()
    composition: str = "weighted"
    clamp: Clamp = "both"
    caps: tuple[Cap[Number], ...] = ()
    displays: tuple[Display[Number], ...] = ()
    criteria: tuple[Criterion[Number], ...] = ()
    levels: tuple[Level, ...] = ()
    adjustments: tuple[Adjustment[Number], ...] = ()
    set_points: tuple[SetPoints[Number], ...] = ()
    fixed_totals: tuple[FixedTotal[Number], ...] = ()
    weight_tables: tuple[WeightTable[Number], ...] = ()
    total_low: Number | None = None
    shop_types: frozenset[str] = frozenset()
    shops: frozenset[str] = frozenset()
    comparison: Comparison | None = None
    evaluation: Evaluation | None = None
    informational: tuple[str, ...] = ()
    metric_set: str = ""
    assumptions: Mapping[str, Assumption] = field(factory=dict, converter=FrozenDict)
    sources: Mapping[str, Source] = field(factory=dict, converter=FrozenDict)
    effective_from: date | None = None
    effective_to: date | None = None
    published_on: date | None = None
    span_source: str = ""
    notes: tuple[str, ...] = ()
    profiles: Mapping[str, Profile] = field(factory=dict, converter=FrozenDict)
    sha256: str = ""
    origin: str = ""

    @property
    def name(self) -> str:
        """``platform/scorecard/version``."""
        return f"{self.platform}/{self.scorecard}/{self.version}"

    @property
    def entries(self) -> Iterator[tuple[Dimension[Number], MetricEntry[Number]]]:
        """Every weighted metric with its dimension, in the order of the rules."""
        return ((d, m) for d in self.dimensions for m in d.metrics)

    @property
    def metric_ids(self) -> tuple[str, ...]:
        """Ids of the metrics in a result: weighted, bonus and deductions, then informational."""
        weighted = (m.id for _, m in self.entries)
        return (*weighted, *(a.metric for a in self.adjustments), *self.informational)

    @property
    def needed_metric_ids(self) -> tuple[str, ...]:
        """Ids of every metric that must be computed, including those of conditions."""
        conditions = (id for condition in self.conditions for id in condition.metrics)
        return tuple(dict.fromkeys((*self.metric_ids, *conditions)))

    @property
    def conditions(self) -> tuple[Condition[Number], ...]:
        """Every condition: those of eligibility, then those of tiers, then criteria."""
        return (
            *(e.condition for e in self.eligibility),
            *(t.condition for t in self.tiers),
            *(c.condition for c in self.criteria),
        )

    @property
    def numbers(self) -> dict[str, AssumptionValue]:
        """The value of each assumption, by its short id."""
        return {a.id: a.value for a in self.assumptions.values()}

    def missing_for(self, metric: str) -> tuple[str, ...]:
        """Return the assumptions that a metric needs and that have no value, by their short ids."""
        return tuple(
            a.id for a in self.assumptions.values() if a.value is None and metric in a.needed_by
        )

    def judged_on(self, day: date) -> date:
        """Return the day that shops are judged for, as seen on a day: itself, or the next one."""
        if self.evaluation is None or self.evaluation.projected_to == "today":
            return day
        return self.evaluation.next(day)

    @property
    def ranks(self) -> bool:
        """Whether shops are ranked: not where all that is asked of metrics are criteria."""
        return bool(self.dimensions) or not self.criteria

    def covers(self, day: date) -> bool:
        """Return whether the rules are in force on a day."""
        starts = self.effective_from is None or self.effective_from <= day
        return starts and (self.effective_to is None or day <= self.effective_to)

    @property
    def span(self) -> str:
        """The days covered, in words."""
        first = self.effective_from.isoformat() if self.effective_from else "…"
        last = self.effective_to.isoformat() if self.effective_to else "…"
        return message("{first} to {last}", first=first, last=last)

    def full_id(self, assumption: str) -> str:
        """Return ``platform.version.name`` of an assumption."""
        return f"{self.platform}.{self.version}.{assumption}"

    def assuming(self, overrides: Mapping[str, object]) -> RuleSet:
        """Return a copy in which assumptions have other values, keyed by full or short ids.

        Raises:
            UsageError: for an unknown assumption, or a value outside its bounds.
        """
        if not overrides:
            return self
        prefix = self.full_id("")
        changed = dict(self.assumptions)
        for key, value in overrides.items():
            short = key.removeprefix(prefix)
            known = changed.get(short)
            if known is None:
                ids = [self.full_id(a) for a in changed]
                guess = did_you_mean(key, ids)
                raise UsageError(message("unknown assumption {key}{guess}", key=key, guess=guess))
            text = as_written(value)
            try:
                changed[short] = evolve(known, value=known.parse(text), overridden=True)
            except OutOfBoundsError as error:
                said = message(
                    "{error}; a rule set of your own (extends = …) can set other bounds",
                    error=error,
                )
                raise UsageError(said) from None
        return evolve(self, assumptions=changed)

    @property
    def assumptions_named(self) -> frozenset[str]:
        """Ids of the assumptions that the rule set itself refers to, not its metrics."""
        rules = (
            self.low,
            self.high,
            self.decimals,
            self.ranking,
            self.missing,
            self.peers_need_eligibility,
            self.min_peers,
            self.dimensions,
            self.eligibility,
            self.tiers,
            self.caps,
            self.displays,
            self.criteria,
            self.adjustments,
            self.set_points,
            self.fixed_totals,
            self.weight_tables,
            self.total_low,
            self.comparison,
        )
        within = (id for s in self.scorers.values() for id in _assumed_within(s.parameters))
        return frozenset((*assumed_ids(rules), *within))


def revision_of(version: str) -> tuple[str, int]:
    """Return the version that a rule set corrects, and which correction it is: 0 for the first text.

    >>> revision_of("2026-03-16+r1"), revision_of("2022")
    (('2026-03-16', 1), ('2022', 0))
    """
    corrected, _, number = version.rpartition("+r")
    return (corrected, int(number)) if corrected and number.isdecimal() else (version, 0)


def _sources_within(value: Any) -> Iterator[str]:
    for key, item in value.items() if isinstance(value, Mapping) else enumerate(value):
        if key == "source":
            yield item
        elif isinstance(item, Mapping | list):
            yield from _sources_within(item)


def _assumed_within(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _assumed_within(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _assumed_within(item)
    else:
        yield from assumed_ids(value)
