"""Curves: lines from point to point, exact at any place."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from ..exact.rationals import Rationals

#: A place and its height.
Point = tuple[Fraction, Fraction]


@lru_cache(maxsize=256)
def turns_of(curve: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return the points at which a curve turns: there it is above, or below, both of its ends."""
    rises = [right[1] - left[1] for left, right in pairwise(curve)]
    return tuple(
        point
        for point, before, after in zip(curve[1:-1], rises, rises[1:], strict=False)
        if before * after <= 0
    )


@lru_cache(maxsize=256)
def _lines(curve: tuple[Point, ...]) -> tuple[tuple[Fraction, Fraction, Fraction], ...]:
    """Return where each line of a curve begins, its slope, and its height at zero.

    Neighbours that are one line are one here.
    """
    slopes = [(high - low) / (right - left) for (left, low), (right, high) in pairwise(curve)]
    return tuple(
        (left, slope, low - slope * left)
        for (left, low), slope, before in zip(curve, slopes, [None, *slopes], strict=False)
        if slope != before
    )


def interpolate(curve: Sequence[Point], at: Rationals) -> Rationals:
    """Interpolate linearly between the points of a curve; flat outside the first and the last."""
    result = Rationals.constant(curve[0][1], len(at))
    for left, slope, height in _lines(tuple(curve)):
        line = at.scaled(slope).plus(height)
        result = line.where(at.at_least(left), result)
    last, points = curve[-1]
    beyond = at.above(Rationals.constant(last, len(at)))
    return Rationals.constant(points, len(at)).where(beyond, result)
