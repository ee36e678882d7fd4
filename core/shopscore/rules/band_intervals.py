"""Bands whose bounds are only known to lie between two ends."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any

import numpy as np
from attrs import converters

from ..errors import RuleSetError
from ..exact.rationals import Rationals
from ..messages import message
from ..model.metrics import Better
from ..value_classes import field, frozen
from .scorers import Bands, Context, Points, Reach, Scorer, as_fraction, reach_of, reaches


def _intervals(bands: Sequence[Sequence[Any]]) -> tuple[tuple[Fraction, Fraction, Fraction], ...]:
    for band in bands:
        if not isinstance(band, Sequence) or len(band) != 3:
            said = message("{band} is not two ends of a bound and its points", band=repr(band))
            raise RuleSetError(said)
    return tuple((Fraction(str(a)), Fraction(str(b)), Fraction(str(p))) for a, b, p in bands)


@frozen
class BandIntervals(Scorer):
    """Points by bands whose bounds are only known to lie between two ends.

    ``bands`` holds triples (missed, reached, points) from the worst to the best: a value that is as
    good as ``reached`` has the points, one no better than ``missed`` has not. Of a value between the
    ends of a bound nobody can tell, and it has the points of the bands on either side as its reach.
    """

    bands: tuple[tuple[Fraction, Fraction, Fraction], ...] = field(converter=_intervals)
    floor: Fraction | None = field(default=None, converter=converters.optional(as_fraction))

    def __attrs_post_init__(self) -> None:
        if not self.bands:
            raise RuleSetError(message("bands needs at least one band"))

    @property
    def possible_points(self) -> tuple[Fraction, ...]:
        floor = () if self.floor is None else (self.floor,)
        return (*floor, *(points for *_, points in self.bands))

    def check_direction(self, better: Better) -> None:
        for place in (0, 1):
            # Neighbours may have an end in common: what was seen of them overlaps.
            ends = [end for end, _ in groupby(band[place] for band in self.bands)]
            Bands([(end, Fraction(0)) for end in ends]).check_direction(better)
        for missed, reached, _ in self.bands:
            if (missed > reached) == (better == "higher") and missed != reached:
                raise RuleSetError(
                    message(
                        "of a bound, the end that was missed comes first, and the better one second"
                    )
                )

    def points(self, values: Rationals, context: Context) -> Points:
        least, most = self._ends(values, context)
        told = np.asarray(~most.above(least), dtype=np.bool_)
        return Points(least, context.has_value & told, "missing_number")

    def reach(self, context: Context) -> Reach:
        floor = context.low if self.floor is None else self.floor
        unknown = reach_of((floor, *self.possible_points), context)
        least, most = self._ends(context.values, context)
        known = context.has_value
        return Reach(
            least.where(known, unknown.lowest), most.where(known, unknown.highest), unknown.possible
        )

    def _ends(self, values: Rationals, context: Context) -> tuple[Rationals, Rationals]:
        """Return the fewest and the most points that each value can have."""
        floor = context.low if self.floor is None else self.floor
        least = most = Rationals.constant(floor, len(values))
        worse: Better = "lower" if context.better == "higher" else "higher"
        for missed, reached, points in self.bands:
            own = Rationals.constant(points, len(values))
            certain = reaches(values, reached, context.better)
            least = own.where(certain, least)
            most = own.where(certain | ~reaches(values, missed, worse), most)
        return least, most
