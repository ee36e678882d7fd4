"""Scorers: turn the values of a metric into points, or give a reason why there are none."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import converters

from ..errors import RuleSetError
from ..exact.columns import ExactColumn
from ..exact.rationals import Mask, Rationals
from ..messages import message
from ..model.metrics import Better
from ..value_classes import evolve, field, frozen
from .curves import Point, interpolate, turns_of


@frozen(eq=False)
class Percentiles:
    """Percentiles from 0 (worst) to 1 (best).

    ``from_table`` marks those from a benchmark table, ``supplied`` those that a user supplied.
    ``peers`` is among how many shops each was ranked, itself included; 0 where it was not.
    """

    column: ExactColumn
    from_table: Mask
    peers: npt.NDArray[np.int64]
    supplied: Mask | None = None


@frozen(eq=False)
class Reach:
    """The lowest and the highest that each shop could have; ``possible`` where it could have any."""

    lowest: Rationals
    highest: Rationals
    possible: Mask

    @classmethod
    def everywhere(cls, lowest: Fraction, highest: Fraction, size: int) -> Reach:
        """Build the reach that every shop has alike."""
        constant = Rationals.constant
        everyone = np.ones(size, dtype=np.bool_)
        return cls(constant(lowest, size), constant(highest, size), everyone)


class Ranking(Protocol):
    """The ranking of one metric among the values that the peers really have."""

    @property
    def own(self) -> ExactColumn:
        """The values that the shops really have, known where they rest on enough rows."""

    @property
    def groups(self) -> npt.NDArray[np.integer]:
        """A number for each shop: those of the same number are ranked among each other."""

    def __call__(self, asked: ExactColumn) -> Percentiles:
        """Return the percentile of each asked value, ranked as if its shop had it."""

    def peers(self, asked: Mask) -> npt.NDArray[np.int64]:
        """Return among how many shops each asked one is ranked, itself included; 0 where it is not."""

    def reach(self) -> Reach:
        """Return the percentiles that each shop could have."""


@frozen(eq=False, slots=False)
class Context:
    """What a scorer may use besides the values.

    All arrays have one entry per shop. ``has_value`` says which values exist (``n`` > 0 and not
    below the metric's minimum), ``is_peer`` which shops may be ranked among each other. Of these
    ``ranked`` are those that have a value, and ``peers`` counts them within each of the ``groups``.
    ``low`` and ``high`` are the ends of the scale. ``rank`` computes the percentiles of values among
    fixed peers, ``rank.reach`` the percentiles that each shop could have.
    """

    metric: str
    better: Better
    values: Rationals
    has_value: Mask
    is_peer: Mask
    n: npt.NDArray[np.int64]
    _industries: Iterable[str] = field(repr=False)
    _shop_types: Iterable[str | None] = field(repr=False)
    low: Fraction
    high: Fraction
    rank: Ranking = field(repr=False)

    @cached_property
    def industries(self) -> Sequence[str]:
        """The industry of each shop."""
        return list(self._industries)

    @cached_property
    def shop_types(self) -> Sequence[str | None]:
        """The type of each shop; None where it is not known."""
        return list(self._shop_types)

    @property
    def groups(self) -> npt.NDArray[np.integer]:
        """The group of each shop, as a number: shops of one industry are ranked among each other."""
        return self.rank.groups

    @cached_property
    def type_groups(self) -> npt.NDArray[np.int64]:
        """A number for each shop: the same for shops of one industry and one type."""
        pairs = list(zip(self.groups.tolist(), self.shop_types, strict=True))
        numbers = {pair: number for number, pair in enumerate(dict.fromkeys(pairs))}
        return np.array([numbers[pair] for pair in pairs], dtype=np.int64)

    @property
    def ranked(self) -> Mask:
        """Which shops the others are ranked among: peers that really have a value."""
        return self.is_peer & self.rank.own.known

    @property
    def peer_values(self) -> Rationals:
        """The values that ranked shops really have, also where others are supposed."""
        return self.rank.own.values

    @cached_property
    def peers(self) -> npt.NDArray[np.int64]:
        """Among how many shops of its group each is ranked, itself included.

        Those without a value, or with one of too few rows, are not among them. It is 0 for a shop
        that is not ranked: it is no peer, has no value, or its group has too few.
        """
        return self.rank.peers(self.has_value)

    @cached_property
    def percentiles(self) -> Percentiles:
        """Percentiles of the values among fixed peers."""
        return self.rank(ExactColumn(self.values, self.has_value))

    def supposing(self, values: ExactColumn) -> Context:
        """Return the context in which the shops have other values, and all peers keep theirs.

        Each value is ranked as if its shop had it: ``scorer.points(other.values, other)`` are
        the points that each shop would have.
        """
        return evolve(self, values=values.values, has_value=values.known)


@frozen(eq=False)
class Points:
    """Points of one metric: ``known`` marks the shops that have some, ``reason`` is for the others."""

    values: Rationals
    known: Mask
    reason: str = "no_peers"
    percentiles: Percentiles | None = None


class Scorer(ABC):
    """A way to turn the values of one metric into points."""

    @abstractmethod
    def points(self, values: Rationals, context: Context) -> Points:
        """Return the points of every shop; a shop without a value has none."""

    @property
    def possible_points(self) -> tuple[Fraction, ...]:
        """Every number of points among the parameters; these are checked against the scale."""
        return ()

    def reach(self, context: Context) -> Reach:
        """Return the points that each shop could have if its value were known: by default any."""
        return Reach.everywhere(context.low, context.high, len(context.has_value))

    def check_direction(self, better: Better) -> None:  # noqa: B027 - most scorers have no direction
        """Raise RuleSetError where the scorer runs against the direction that is better."""


#: The kinds of scorer that a scorecard adds, by the name that its rule sets use.
ScorerKinds: TypeAlias = Mapping[str, type[Scorer]]


def as_fraction(value: object) -> Fraction:
    """Return a number of a parameter, exactly."""
    return Fraction(str(value))


def _points(points: Sequence[Sequence[Any]]) -> tuple[Point, ...]:
    for pair in points:
        if not isinstance(pair, Sequence) or len(pair) != 2:
            said = message("{pair} is not a pair of a value and its points", pair=repr(pair))
            raise RuleSetError(said)
    return tuple((Fraction(str(x)), Fraction(str(y))) for x, y in points)


@frozen
class PercentileCurve(Scorer):
    """Points by the percentile among peers, linear between the points of a curve.

    ``curve`` holds pairs (percentile, points) with rising percentiles from 0 to 1.

    >>> PercentileCurve([(0, 3), (1, 5)]).curve[1]
    (Fraction(1, 1), Fraction(5, 1))
    """

    curve: tuple[Point, ...] = field(converter=_points)

    def __attrs_post_init__(self) -> None:
        places = [x for x, _ in self.curve]
        if len(places) < 2 or places[0] != 0 or places[-1] != 1 or places != sorted(set(places)):
            raise RuleSetError(message("the percentiles of a curve must rise from 0 to 1"))

    @property
    def possible_points(self) -> tuple[Fraction, ...]:
        return tuple(points for _, points in self.curve)

    def points(self, values: Rationals, context: Context) -> Points:  # noqa: ARG002 - ranks decide
        percentiles = context.percentiles
        known = percentiles.column.known
        if not known.any():  # a shop alone is ranked by no metric
            return Points(Rationals.constant(0, len(known)), known, "no_peers", percentiles)
        points = interpolate(self.curve, percentiles.column.values)
        return Points(points, percentiles.column.known, "no_peers", percentiles)

    def reach(self, context: Context) -> Reach:
        ranks = context.rank.reach()
        size = len(ranks.possible)
        zero, one = Rationals.constant(0, size), Rationals.constant(1, size)
        if ranks.lowest is zero and ranks.highest is one:  # nobody is ranked: any point will do
            ends = Reach.everywhere(min(self.possible_points), max(self.possible_points), size)
            return Reach(ends.lowest, ends.highest, ranks.possible)
        both = interpolate(self.curve, _joined(ranks.lowest, ranks.highest))
        first, last = both.take(slice(size)), both.take(slice(size, None))
        lowest, highest = first.least(last), first.greatest(last)
        for place, points in turns_of(self.curve):
            constant = Rationals.constant(points, len(lowest))
            within = ~ranks.lowest.at_least(place) & ranks.highest.at_least(place)
            lowest = constant.least(lowest).where(within, lowest)
            highest = constant.greatest(highest).where(within, highest)
        return Reach(lowest, highest, ranks.possible)


def _joined(first: Rationals, second: Rationals) -> Rationals:
    """Return two columns as one, so that what is done to both costs once."""
    return Rationals(
        np.concatenate([first.num, second.num]), np.concatenate([first.den, second.den])
    )


@frozen
class Bands(Scorer):
    """Points by the band that the value falls in.

    ``bands`` holds pairs (bound, points) from the worst to the best; a shop gets the points of the
    last band whose bound it reaches (at least, or at most where less is better). A value that
    reaches no band gets ``floor`` points, by default the bottom of the scale.
    """

    bands: tuple[Point, ...] = field(converter=_points)
    floor: Fraction | None = field(default=None, converter=converters.optional(as_fraction))

    def __attrs_post_init__(self) -> None:
        if not self.bands:
            raise RuleSetError(message("bands needs at least one band"))

    @property
    def possible_points(self) -> tuple[Fraction, ...]:
        floor = () if self.floor is None else (self.floor,)
        return (*floor, *(points for _, points in self.bands))

    def check_direction(self, better: Better) -> None:
        bounds = [bound for bound, _ in self.bands]
        if bounds != sorted(set(bounds), reverse=better == "lower"):
            lower = message(
                "the bounds of bands must go from the worst to the best value, and lower is better"
            )
            higher = message(
                "the bounds of bands must go from the worst to the best value, and higher is better"
            )
            raise RuleSetError(lower if better == "lower" else higher)

    def reach(self, context: Context) -> Reach:
        floor = context.low if self.floor is None else self.floor
        return reach_of((floor, *self.possible_points), context)

    def points(self, values: Rationals, context: Context) -> Points:
        floor = context.low if self.floor is None else self.floor
        result = Rationals.constant(floor, len(values))
        for bound, points in self.bands:
            reached = reaches(values, bound, context.better)
            result = Rationals.constant(points, len(values)).where(reached, result)
        return Points(result, context.has_value)


@frozen
class Threshold(Scorer):
    """``passed`` points where the value reaches ``bound``, else ``failed`` points."""

    bound: Fraction = field(converter=as_fraction)
    passed: Fraction = field(converter=as_fraction)
    failed: Fraction = field(default=Fraction(0), converter=as_fraction)

    @property
    def possible_points(self) -> tuple[Fraction, ...]:
        return self.passed, self.failed

    def reach(self, context: Context) -> Reach:
        return reach_of(self.possible_points, context)

    def points(self, values: Rationals, context: Context) -> Points:
        reached = reaches(values, self.bound, context.better)
        passed = Rationals.constant(self.passed, len(values))
        return Points(
            passed.where(reached, Rationals.constant(self.failed, len(values))), context.has_value
        )


@frozen
class Linear(Scorer):
    """Points interpolated between pairs (value, points) of rising values, flat outside."""

    line: tuple[Point, ...] = field(converter=_points)

    def __attrs_post_init__(self) -> None:
        places = [x for x, _ in self.line]
        if not places or places != sorted(set(places)):
            said = message("the values of a linear scorer must rise from pair to pair")
            raise RuleSetError(said)

    @property
    def possible_points(self) -> tuple[Fraction, ...]:
        return tuple(points for _, points in self.line)

    def reach(self, context: Context) -> Reach:
        return reach_of(self.possible_points, context)

    def points(self, values: Rationals, context: Context) -> Points:
        return Points(interpolate(self.line, values), context.has_value)


def reach_of(points: Sequence[Fraction], context: Context) -> Reach:
    """Return the reach that every shop has, of some points."""
    return Reach.everywhere(min(points), max(points), len(context.has_value))


def reaches(values: Rationals, bound: Fraction, better: Better) -> Mask:
    """Return which values are as good as a bound."""
    if better == "higher":
        return values.at_least(bound)
    return Rationals(-values.num, values.den).at_least(-bound)
