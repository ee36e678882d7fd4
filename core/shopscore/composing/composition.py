"""Composition: points become dimensions and a score, exact until the final rounding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import evolve, frozen

from ..errors import RuleSetError
from ..exact.rationals import Mask, Rationals
from ..grading.points import Graded
from ..grading.variants import VariantShops, by_variant
from ..model.rulesets import Dimension, RuleSet
from ..rules.coverage import coverage, known_share, weights_within


@frozen(eq=False)
class Shares:
    """What each metric and dimension carries for one pattern of available metrics; exact.

    ``within`` are shares of the dimension, ``dimensions`` shares of the total, which sum to 1.
    With a ``coverage`` numbers are missing, there is no total, and they are the weights of the
    rules, None where not known.
    """

    within: Mapping[str, Fraction]
    dimensions: Mapping[str, Fraction | None]
    coverage: Fraction | None


@frozen(eq=False)
class Composed:
    """Dimensions and score of every shop, exact; masks say which exist.

    ``weights`` of metrics are shares of the total, ``dimension_weights`` those of the rules.
    ``coverage`` is there for shops whose rules lack a number.
    """

    score: Rationals
    computable: Mask
    dimensions: Mapping[str, tuple[Rationals, Mask]]
    weights: Mapping[str, tuple[Rationals, Mask]]
    dimension_weights: Mapping[str, tuple[Rationals, Mask]]
    coverage: tuple[Rationals, Mask]


def compose(ruleset: RuleSet, graded: Mapping[str, Graded], industries: pl.Series) -> Composed:
    """Weigh points into dimensions, dimensions into the score, and add what is a bonus.

    A metric without points is left out and the others of its dimension carry its weight;
    a dimension without any likewise (policy ``rescale``). Under ``require`` a dimension needs all.
    A dimension that lacks a number has no points, and then there is no total.
    """
    ids = [entry.id for _, entry in ruleset.entries]
    composing = _Composing(ruleset, len(industries))
    for part in by_variant(ruleset, industries):
        composing.begin(part)
        for available, rows in _patterns({id: graded[id].known for id in ids}, part.rows):
            shares = _shares(part.ruleset, available)
            composing.add(
                part.ruleset,
                rows,
                shares,
                {id: graded[id].points.take(rows) for id in shares.within},
            )
    composed = composing.done()
    added = [graded[bonus.metric] for bonus in ruleset.bonus]
    return (
        evolve(composed, score=_with_bonus(ruleset, composed.score, added)) if added else composed
    )


def _with_bonus(ruleset: RuleSet, score: Rationals, added: Sequence[Graded]) -> Rationals:
    """The total with every bonus that a shop has, at most the top of the scale."""
    for bonus in added:
        nothing = Rationals.constant(0, len(score))
        score = score + bonus.points.where(bonus.known, nothing)
    top = Fraction(ruleset.number(ruleset.high))
    return Rationals.constant(top, len(score)).where(score.at_least(top), score)


def _patterns(
    known: Mapping[str, Mask], among: Mask
) -> Iterator[tuple[set[str], npt.NDArray[np.int64]]]:
    """The sets of metrics that shops have points for, each with its shops."""
    if not known:
        yield set(), np.flatnonzero(among)
        return
    table = pl.DataFrame(dict(known)).with_row_index("row").filter(pl.Series(among))
    for pattern in table.group_by(*known).agg("row").iter_rows(named=True):
        rows = np.array(pattern.pop("row"), dtype=np.int64)
        yield {id for id, there in pattern.items() if there}, rows


def _shares(ruleset: RuleSet, available: set[str]) -> Shares:
    within: dict[str, Fraction] = {}
    total: dict[str, Fraction | None] = {}
    for dimension in ruleset.dimensions:
        if known_share(ruleset, dimension, available) != 1:
            continue
        weight = ruleset.number(dimension.weight)
        if ruleset.number(dimension.points) is None:
            mine = _within(ruleset, dimension, available)
            if not mine:
                continue
            within |= mine
        total[dimension.id] = None if weight is None else Fraction(weight)
    covered = coverage(ruleset, available)
    if covered is not None:
        return Shares(within, total, covered)
    everything = sum((weight or Fraction(0)) for weight in total.values())
    if not everything:
        return Shares({}, {}, None)
    return Shares(within, {id: (w or 0) / everything for id, w in total.items()}, None)


def _within(ruleset: RuleSet, dimension: Dimension, available: set[str]) -> dict[str, Fraction]:
    """Shares of the available metrics in their dimension; none where it has no points."""
    policy = ruleset.number(ruleset.missing)
    if policy not in ("rescale", "require"):
        raise RuleSetError(f"{ruleset.name}: unknown policy for missing metrics {policy!r}")
    every = weights_within(ruleset, dimension)
    weights = {id: weight for id, weight in every.items() if id in available}
    whole = sum(weights.values())
    if not whole or (policy == "require" and len(weights) < len(dimension.metrics)):
        return {}
    return {id: weight / whole for id, weight in weights.items()}


class _Composing:
    """Columns that are filled pattern by pattern."""

    def __init__(self, ruleset: RuleSet, size: int) -> None:
        self._score, self._coverage = _Column(size), _Column(size)
        self._dimensions = {d.id: _Column(size) for d in ruleset.dimensions}
        self._dimension_weights = {d.id: _Column(size) for d in ruleset.dimensions}
        self._weights = {m.id: _Column(size) for _, m in ruleset.entries}

    def begin(self, part: VariantShops) -> None:
        """What the rules of a part say of all its shops."""
        rows = np.flatnonzero(part.rows)
        for dimension in part.ruleset.dimensions:
            weight = part.ruleset.number(dimension.weight)
            if weight is not None:
                weights = Rationals.constant(Fraction(weight), len(rows))
                self._dimension_weights[dimension.id].put(rows, weights)

    def add(
        self,
        ruleset: RuleSet,
        rows: npt.NDArray[np.int64],
        shares: Shares,
        points: dict[str, Rationals],
    ) -> None:
        """The dimensions, and where it is whole the total, of shops with one pattern."""
        total = Rationals.constant(0, len(rows))
        for dimension in ruleset.dimensions:
            if dimension.id not in shares.dimensions:
                continue
            share, given = shares.dimensions[dimension.id], ruleset.number(dimension.points)
            mine = [] if given is not None else [m.id for m in dimension.metrics]
            mine = [id for id in mine if id in shares.within]
            mean = (
                _weighted([(shares.within[id], points[id]) for id in mine])
                if given is None
                else Rationals.constant(Fraction(given), len(rows))
            )
            self._dimensions[dimension.id].put(rows, mean)
            if share is None:
                continue
            total = total + mean.scaled(share)
            for id in mine:
                weight = Rationals.constant(shares.within[id] * share, len(rows))
                self._weights[id].put(rows, weight)
        if shares.coverage is not None:
            self._coverage.put(rows, Rationals.constant(shares.coverage, len(rows)))
        elif shares.dimensions:
            self._score.put(rows, total)

    def done(self) -> Composed:
        return Composed(
            score=self._score.rationals,
            computable=self._score.known,
            dimensions=_columns(self._dimensions),
            weights=_columns(self._weights),
            dimension_weights=_columns(self._dimension_weights),
            coverage=(self._coverage.rationals, self._coverage.known),
        )


def _columns(columns: Mapping[str, _Column]) -> dict[str, tuple[Rationals, Mask]]:
    return {id: (column.rationals, column.known) for id, column in columns.items()}


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
