"""Composition: points become dimensions and a score, exact until the final rounding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import field, frozen

from ._integers import Integers
from .errors import RuleSetError
from .grading import Graded
from .model.rulesets import Eligibility, RuleSet
from .rationals import Mask, Rationals
from .weighing import MetricValues


@frozen(eq=False)
class Shares:
    """What each metric carries for one pattern of available metrics; exact.

    ``metrics`` are shares of the total that sum to 1; ``within`` are shares of the dimension.
    """

    metrics: Mapping[str, Fraction]
    within: Mapping[str, Fraction]


@frozen(eq=False)
class Composed:
    """Dimensions and score of every shop, exact; masks say which exist."""

    score: Rationals
    computable: Mask
    dimensions: Mapping[str, tuple[Rationals, Mask]]
    weights: Mapping[str, tuple[Rationals, Mask]]


def compose(ruleset: RuleSet, graded: Mapping[str, Graded]) -> Composed:
    """Weigh points into dimensions and dimensions into the score.

    A metric without points is left out and the others of its dimension carry its weight;
    a dimension without any likewise (policy ``rescale``). Under ``require`` a dimension needs all.
    """
    ids = [entry.id for _, entry in ruleset.entries]
    size = len(graded[ids[0]].known) if ids else 0
    composing = _Composing(ruleset, size)
    for available, rows in _patterns({id: graded[id].known for id in ids}):
        shares = _shares(ruleset, available)
        composing.add(rows, shares, {id: graded[id].points.take(rows) for id in shares.metrics})
    return composing.done()


def _patterns(known: Mapping[str, Mask]) -> Iterator[tuple[set[str], npt.NDArray[np.int64]]]:
    """The sets of metrics that shops have points for, each with its shops."""
    if not known:
        return
    table = pl.DataFrame(dict(known)).with_row_index("row")
    for pattern in table.group_by(*known).agg("row").iter_rows(named=True):
        rows = np.array(pattern.pop("row"), dtype=np.int64)
        yield {id for id, there in pattern.items() if there}, rows


def _shares(ruleset: RuleSet, available: set[str]) -> Shares:
    policy = ruleset.number(ruleset.missing)
    if policy not in ("rescale", "require"):
        raise RuleSetError(f"{ruleset.name}: unknown policy for missing metrics {policy!r}")
    within: dict[str, Fraction] = {}
    total: dict[str, Fraction] = {}
    for dimension in ruleset.dimensions:
        weights = {
            m.id: Fraction(ruleset.number(m.weight)) for m in dimension.metrics if m.id in available
        }
        whole = sum(weights.values())
        if not whole or (policy == "require" and len(weights) < len(dimension.metrics)):
            continue
        for id, weight in weights.items():
            within[id] = weight / whole
            total[id] = within[id] * Fraction(ruleset.number(dimension.weight))
    everything = sum(total.values())
    metrics = {id: w / everything for id, w in total.items()} if everything else {}
    return Shares(metrics, within if metrics else {})


class _Composing:
    """Columns that are filled pattern by pattern."""

    def __init__(self, ruleset: RuleSet, size: int) -> None:
        self.ruleset, self.size = ruleset, size
        self._score = _Column(size)
        self._dimensions = {d.id: _Column(size) for d in ruleset.dimensions}
        self._weights = {m.id: _Column(size) for _, m in ruleset.entries}

    def add(
        self, rows: npt.NDArray[np.int64], shares: Shares, points: dict[str, Rationals]
    ) -> None:
        if not shares.metrics:
            return
        total = Rationals.constant(0, len(rows))
        for dimension in self.ruleset.dimensions:
            mine = [m.id for m in dimension.metrics if m.id in shares.metrics]
            if not mine:
                continue
            mean = _weighted([(shares.within[id], points[id]) for id in mine])
            self._dimensions[dimension.id].put(rows, mean)
            total = total + mean.scaled(sum(shares.metrics[id] for id in mine))
        self._score.put(rows, total)
        for id, share in shares.metrics.items():
            self._weights[id].put(rows, Rationals.constant(share, len(rows)))

    def done(self) -> Composed:
        return Composed(
            self._score.rationals,
            self._score.known,
            {id: (c.rationals, c.known) for id, c in self._dimensions.items()},
            {id: (c.rationals, c.known) for id, c in self._weights.items()},
        )


class _Column:
    def __init__(self, size: int) -> None:
        self._num = np.zeros(size, dtype=object)
        self._den = np.ones(size, dtype=object)
        self.known = np.zeros(size, dtype=np.bool_)

    def put(self, rows: npt.NDArray[np.int64], values: Rationals) -> None:
        self._num[rows], self._den[rows] = values.num, values.den
        self.known[rows] = True

    @property
    def rationals(self) -> Rationals:
        return Rationals(self._num, self._den)


def _weighted(parts: list[tuple[Fraction, Rationals]]) -> Rationals:
    first, *rest = (points.scaled(share) for share, points in parts)
    for part in rest:
        first = first + part
    return first


@frozen(eq=False, slots=False)
class Verdict:
    """Which shops meet one condition for a published score."""

    condition: Eligibility
    bound: Fraction
    values: Rationals
    met: Mask


def eligibility(ruleset: RuleSet, measured: Mapping[str, MetricValues]) -> tuple[Verdict, ...]:
    """Each condition of the rule set against the measured values; no value counts as zero."""
    verdicts = []
    for condition in ruleset.eligibility:
        values = measured[condition.metric].values
        if condition.at_least is not None:
            bound = Fraction(ruleset.number(condition.at_least))
            met = values.at_least(bound)
        else:
            bound = Fraction(ruleset.number(condition.at_most))
            met = Rationals(-values.num, values.den).at_least(-bound)
        verdicts.append(Verdict(condition, bound, values, met))
    return tuple(verdicts)


@frozen(eq=False, slots=False)
class Published:
    """The rounded score of every shop, its status, and the tiers that it opens.

    ``rounded`` are integers of the last decimal place; ``status`` is a word per shop.
    """

    status: npt.NDArray[np.object_]
    rounded: Integers
    decimals: int
    tiers: Mapping[str, Mask] = field(factory=dict)

    @cached_property
    def scored(self) -> Mask:
        """Shops that have a score."""
        return np.asarray(self.status == "scored", dtype=np.bool_)

    @property
    def scores(self) -> Rationals:
        """The rounded scores."""
        return Rationals(self.rounded, np.full(len(self.rounded), 10**self.decimals))


def publish(ruleset: RuleSet, composed: Composed, verdicts: tuple[Verdict, ...]) -> Published:
    """Round, and say which shops have a score: of several reasons against it the first counts."""
    status = np.where(composed.computable, "scored", "not_computable").astype(object)
    for verdict in reversed(verdicts):
        status[~verdict.met] = verdict.condition.status
    decimals = int(ruleset.number(ruleset.decimals))
    published = Published(status, composed.score.half_up(decimals), decimals)
    tiers = {}
    for tier in ruleset.tiers:
        bound = ruleset.number(tier.at_least if tier.at_least is not None else tier.below)
        reached = published.scores.at_least(Fraction(bound))
        tiers[tier.id] = published.scored & (reached if tier.at_least is not None else ~reached)
    return Published(status, published.rounded, decimals, tiers)
