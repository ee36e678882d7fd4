"""Scorers: values become points, or a status says why not."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from attrs import converters, field, fields, frozen, has

from ..errors import RuleSetError, did_you_mean
from ..exact.rationals import Mask, Rationals
from ..grading import ranking
from ..grading.benchmarks import Benchmark, table_percentiles

Better = Literal["higher", "lower"]
Point = tuple[Fraction, Fraction]


@frozen(eq=False, slots=False)
class Context:
    """What a scorer may know besides the values: who the peers are, and the benchmark table.

    All arrays have one entry per shop. ``has_value`` says which values exist (``n`` > 0 and not
    below the metric's minimum), ``is_peer`` which of them are ranked among each other. ``low`` is
    the bottom of the scale.
    """

    metric: str
    better: Better
    values: Rationals
    has_value: Mask
    is_peer: Mask
    n: npt.NDArray[np.int64]
    industries: Sequence[str]
    industry_codes: npt.NDArray[np.integer]
    shop_types: Sequence[str | None]
    ranking: str = "mid_percent_rank"
    low: Fraction = Fraction(0)
    benchmark: Benchmark | None = None
    given: tuple[Rationals, Mask] | None = None

    @cached_property
    def percentiles(self) -> Percentiles:
        """Percentiles from 0 (worst) to 1 (best): given, else from the table, else among peers."""
        found = self._from_table_or_peers()
        if self.given is None:
            return found
        values, known = self.given
        return Percentiles(
            values.where(known, found.values), known | found.known, found.from_table & ~known
        )

    def _from_table_or_peers(self) -> Percentiles:
        ranks = ranking.exact_ranks(
            self.values.floats(),
            self.industry_codes,
            kind=self.ranking,
            better=self.better,
            present=self.has_value & self.is_peer,
        )
        if self.benchmark is None:
            return Percentiles(ranks.percentiles, ranks.ranked, np.zeros_like(ranks.ranked))
        table, served = table_percentiles(
            self.benchmark,
            self.metric,
            list(self.industries),
            self.values,
            self.has_value,
            self.better,
        )
        return Percentiles(table.where(served, ranks.percentiles), served | ranks.ranked, served)


@frozen(eq=False)
class Percentiles:
    """Percentiles, which shops have one, and for which it comes from a benchmark table."""

    values: Rationals
    known: Mask
    from_table: Mask


@frozen(eq=False)
class Points:
    """Points of one metric: ``known`` says which shops have some, ``reason`` why others do not."""

    values: Rationals
    known: Mask
    reason: str = "no_peers"
    percentiles: Percentiles | None = None


class Scorer(ABC):
    """Turns the values of one metric into points."""

    @abstractmethod
    def points(self, values: Rationals, context: Context) -> Points:
        """Points of every shop; a shop without a value has none."""

    @property
    def possible_points(self) -> tuple[Fraction, ...]:
        """Every number of points that the scorer is made with, to be held against the scale."""
        return ()


def _fraction(value: object) -> Fraction:
    return Fraction(str(value))


def _points(points: Sequence[Sequence[Any]]) -> tuple[Point, ...]:
    for pair in points:
        if not isinstance(pair, Sequence) or len(pair) != 2:
            raise RuleSetError(f"{pair!r} is no pair of a place and its points")
    return tuple((Fraction(str(x)), Fraction(str(y))) for x, y in points)


@frozen
class PercentileCurve(Scorer):
    """Points from the percentile among peers, along straight lines between the given ends.

    ``curve`` holds pairs (percentile, points) with rising percentiles from 0 to 1.

    >>> PercentileCurve([(0, 3), (1, 5)]).curve[1]
    (Fraction(1, 1), Fraction(5, 1))
    """

    curve: tuple[Point, ...] = field(converter=_points)

    def __attrs_post_init__(self) -> None:
        places = [x for x, _ in self.curve]
        if len(places) < 2 or places[0] != 0 or places[-1] != 1 or places != sorted(set(places)):
            raise RuleSetError("a percentile curve rises from percentile 0 to percentile 1")

    @property
    def possible_points(self) -> tuple[Fraction, ...]:
        return tuple(points for _, points in self.curve)

    def points(self, values: Rationals, context: Context) -> Points:  # noqa: ARG002 - ranks decide
        found = context.percentiles
        return Points(interpolated(self.curve, found.values), found.known, "no_peers", found)


def interpolated(curve: Sequence[Point], at: Rationals) -> Rationals:
    """The height of a broken line at each place; flat before its first and after its last point."""
    result = Rationals.constant(curve[0][1], len(at))
    for (left, low), (right, high) in pairwise(curve):
        slope = (high - low) / (right - left)
        line = at.scaled(slope) + Rationals.constant(low - slope * left, len(at))
        result = line.where(at.at_least(left), result)
    return Rationals.constant(curve[-1][1], len(at)).where(at.at_least(curve[-1][0]), result)


@frozen
class Bands(Scorer):
    """Points by the band that the value lies in.

    ``bands`` holds pairs (bound, points) from the worst to the best; a shop has the points of the
    last band whose bound it reaches (at least, or at most where less is better). A value that
    reaches no band has ``floor`` points, by default the bottom of the scale.
    """

    bands: tuple[Point, ...] = field(converter=_points)
    floor: Fraction | None = field(default=None, converter=converters.optional(_fraction))

    def __attrs_post_init__(self) -> None:
        if not self.bands:
            raise RuleSetError("bands: there is none")

    @property
    def possible_points(self) -> tuple[Fraction, ...]:
        floor = () if self.floor is None else (self.floor,)
        return (*floor, *(points for _, points in self.bands))

    def points(self, values: Rationals, context: Context) -> Points:
        bounds = [bound for bound, _ in self.bands]
        rising = context.better == "higher"
        if bounds != sorted(set(bounds), reverse=not rising):
            raise RuleSetError(
                f"metric {context.metric}: bounds of bands go from the worst to the best value"
            )
        floor = context.low if self.floor is None else self.floor
        result = Rationals.constant(floor, len(values))
        for bound, points in self.bands:
            reached = _reaches(values, bound, context.better)
            result = Rationals.constant(points, len(values)).where(reached, result)
        return Points(result, context.has_value)


@frozen
class Threshold(Scorer):
    """``passed`` points where the value reaches the bound, else ``failed`` points."""

    bound: Fraction = field(converter=_fraction)
    passed: Fraction = field(converter=_fraction)
    failed: Fraction = field(default=Fraction(0), converter=_fraction)

    @property
    def possible_points(self) -> tuple[Fraction, ...]:
        return self.passed, self.failed

    def points(self, values: Rationals, context: Context) -> Points:
        reached = _reaches(values, self.bound, context.better)
        passed = Rationals.constant(self.passed, len(values))
        return Points(
            passed.where(reached, Rationals.constant(self.failed, len(values))), context.has_value
        )


@frozen
class Linear(Scorer):
    """Points along straight lines between pairs (value, points) of rising values, flat outside."""

    line: tuple[Point, ...] = field(converter=_points)

    def __attrs_post_init__(self) -> None:
        places = [x for x, _ in self.line]
        if not places or places != sorted(set(places)):
            raise RuleSetError("the values of a linear scorer rise from point to point")

    @property
    def possible_points(self) -> tuple[Fraction, ...]:
        return tuple(points for _, points in self.line)

    def points(self, values: Rationals, context: Context) -> Points:
        return Points(interpolated(self.line, values), context.has_value)


def _reaches(values: Rationals, bound: Fraction, better: Better) -> Mask:
    if better == "higher":
        return values.at_least(bound)
    return Rationals(-values.num, values.den).at_least(-bound)


#: The kinds of scorer that a rule set can name without a plugin's help.
KINDS: Mapping[str, type[Scorer]] = {
    "percentile_curve": PercentileCurve,
    "bands": Bands,
    "threshold": Threshold,
    "linear": Linear,
}


def make_scorer(
    kind: str, parameters: Mapping[str, Any], more: Mapping[str, type[Scorer]] | None = None
) -> Scorer:
    """The scorer of a kind; parameters are those of its class.

    >>> make_scorer("linear", {"line": [(0, 0), (10, 100)]}).line[0]
    (Fraction(0, 1), Fraction(0, 1))
    """
    known = {**KINDS, **(more or {})}
    if kind not in known:
        raise RuleSetError(f"unknown kind of scorer {kind}{did_you_mean(kind, known)}")
    takes = _parameters(known[kind]) or list(parameters)
    for name in parameters:
        if name not in takes:
            raise RuleSetError(
                f"scorer of kind {kind}: unknown key {name}{did_you_mean(name, takes)}"
            )
    try:
        return known[kind](**parameters)
    except (TypeError, ValueError) as error:
        raise RuleSetError(f"scorer of kind {kind}: {error}") from None


def _parameters(kind: Any) -> list[str]:
    """What a scorer takes; empty where its class does not say."""
    return [f.alias for f in fields(kind)] if has(kind) else []
