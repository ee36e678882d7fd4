"""Rule sets: the published rules of one scorecard for a span of time, as plain values.

Numbers that a platform publishes carry a source; numbers that it does not publish are
assumptions, which users can override and results name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, get_args

from attrs import evolve, field, frozen

from ..errors import RuleSetError, UsageError, did_you_mean
from ..exact import exact_decimal
from .binding import assumed_ids
from .expressions import Assumed

Status = Literal["official", "seed", "inferred", "unofficial", "user"]
AssumptionKind = Literal["integer", "decimal", "boolean", "choice"]
ShopStatus = Literal[
    "scored", "partial", "insufficient_orders", "growth", "not_computable", "suppressed"
]

RankingKind = Literal[
    "mid_percent_rank", "percent_rank", "cume_dist", "rank", "weak", "strict", "mean"
]
RANKING_KINDS: tuple[str, ...] = get_args(RankingKind)
#: What becomes of a metric without points; see :mod:`shopscore.composition`.
MISSING_POLICIES = ("rescale", "require")

#: A number of a rule set, or the name of the assumption that stands for it.
Number = int | Decimal | Assumed
AssumptionValue = int | Decimal | bool | str | None


class FrozenDict(dict[str, Any]):
    """A dictionary that nobody can change."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("a rule set cannot be changed: write one that extends it")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self))

    def __reduce__(self) -> Any:
        return FrozenDict, (dict(self),)


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
class Assumption:
    """A number that the platform does not publish: what is taken for it, within which bounds, and why."""

    id: str
    kind: AssumptionKind
    value: AssumptionValue
    reason: str
    low: int | Decimal | None = None
    high: int | Decimal | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    nullable: bool = False
    overridden: bool = False

    def __attrs_post_init__(self) -> None:
        self.check(self.value)

    def parse(self, text: str) -> AssumptionValue:
        """The value that a user wrote (``--assume KEY=VALUE``), checked against the bounds."""
        word = text.strip()
        if self.nullable and word.lower() in ("", "none", "null"):
            return None
        value: AssumptionValue = word
        if self.kind == "boolean":
            if word.lower() not in ("true", "false", "1", "0"):
                raise UsageError(f"assumption {self.id}: {text!r} is neither true nor false")
            value = word.lower() in ("true", "1")
        elif self.kind != "choice":
            value = exact_decimal(word)
            if value is None:
                raise UsageError(f"assumption {self.id}: {text!r} is not a number that can be used")
        if (
            self.kind == "integer"
            and isinstance(value, Decimal)
            and value == value.to_integral_value()
        ):
            value = int(value)
        self.check(value)
        return value

    def check(self, value: AssumptionValue) -> None:
        """Raise UsageError where a value is of the wrong kind or out of bounds."""
        if value is None:
            if not self.nullable:
                raise UsageError(f"assumption {self.id} needs a value")
            return
        fits = {
            "integer": isinstance(value, int) and not isinstance(value, bool),
            "decimal": isinstance(value, int | Decimal) and not isinstance(value, bool),
            "boolean": isinstance(value, bool),
            "choice": value in self.choices,
        }[self.kind]
        if not fits or (isinstance(value, Decimal) and not value.is_finite()):
            among = f" among {', '.join(self.choices)}" if self.choices else ""
            raise UsageError(f"assumption {self.id}: {value!r} is no {self.kind}{among}")
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            below = self.low is not None and value < self.low
            above = self.high is not None and value > self.high
            if below or above:
                raise UsageError(
                    f"assumption {self.id}: {value} is outside its bounds {self.low} to {self.high};"
                    " a rule set of your own (extends = …) can set other bounds"
                )


@frozen
class MetricEntry:
    """A metric's place in a dimension: its weight there and how it is turned into points."""

    id: str
    weight: Number
    scorer: str
    source: str = ""


@frozen
class Dimension:
    """A group of metrics and its weight in the total."""

    id: str
    zh: str
    en: str
    weight: Number
    metrics: tuple[MetricEntry, ...]
    source: str = ""


@frozen
class ScorerSpec:
    """How values become points: the kind of scorer and its parameters, from the TOML."""

    id: str
    kind: str
    parameters: Mapping[str, Any] = field(converter=FrozenDict)
    source: str = ""


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
    """What a rounded score opens or threatens: ``at_least`` a bound, or ``below`` it."""

    id: str
    zh: str
    en: str
    at_least: Number | None = None
    below: Number | None = None
    source: str = ""


@frozen
class RuleSet:
    """The rules of one scorecard for a span of time; immutable, numbers exact.

    ``file`` is the path of a user's own file. ``unknown_weight`` is the share of the total that the platform gives to dimensions which are
    not published. ``effective_from`` and ``effective_to`` are the first and last day covered; None: open.
    ``sha256`` is the digest of the TOML text.
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
    unknown_weight: Number = 0
    scale_source: str = ""
    eligibility: tuple[Eligibility, ...] = ()
    peers_need_eligibility: bool | Assumed = False
    tiers: tuple[Tier, ...] = ()
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
        """Ids of the metrics shown in a result: the weighted ones, then the informational ones."""
        return (*(m.id for _, m in self.entries), *self.informational)

    @property
    def needed_metric_ids(self) -> tuple[str, ...]:
        """Ids of every metric that must be computed, those of the eligibility included."""
        return tuple(dict.fromkeys((*self.metric_ids, *(e.metric for e in self.eligibility))))

    @property
    def numbers(self) -> dict[str, AssumptionValue]:
        """The value of each assumption, by its short id."""
        return {a.id: a.value for a in self.assumptions.values()}

    def covers(self, day: date) -> bool:
        """Whether the rules are in force on a day."""
        starts = self.effective_from is None or self.effective_from <= day
        return starts and (self.effective_to is None or day <= self.effective_to)

    @property
    def known_weight(self) -> Fraction:
        """The sum of the weights of dimensions and of the declared unknown one: 1, if all is well."""
        known = (Fraction(self.number(d.weight)) for d in self.dimensions)
        return sum(known, Fraction(self.number(self.unknown_weight)))

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
            changed[short] = evolve(known, value=known.parse(text), overridden=True)
        return evolve(self, assumptions=changed)

    def number(self, number: Any) -> Any:
        """A number as it is, or the value of the assumption that stands for it."""
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
        )
        found = set(assumed_ids(rules))
        for scorer in self.scorers.values():
            found.update(_assumed_within(scorer.parameters))
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
