"""Bands that documents prove: between which values the limit of each number of points lies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from ...messages import message
from ...model.metrics import Better
from ...value_classes import frozen
from .observations import Contradiction, Interval, Observation, Place


@frozen
class LearnedBand:
    """The limit that a value must reach to have some points, between two ends.

    ``reached`` is the worst value that was seen with these points or more, ``missed`` the best one
    with fewer: the limit may be the first, and not the second. Of the fewest points that were seen
    no value was worse.
    """

    metric: str
    points: Fraction
    reached: Fraction
    missed: Fraction | None
    documents: int


@frozen
class _Seen:
    value: Interval
    points: Fraction
    place: Place


def learn_bands(
    metric: str, better: Better, told: Sequence[Observation]
) -> tuple[tuple[LearnedBand, ...], tuple[Contradiction, ...]]:
    """Return what documents of shops with the same rules prove of the bands of a metric.

    Bands go from the worst to the best.
    """
    sign = 1 if better == "higher" else -1
    seen = list(_seen(metric, sign, told))
    levels = sorted({each.points for each in seen})
    bands = (
        [LearnedBand(metric, levels[0], sign * min(s.value.high for s in seen), None, len(seen))]
        if levels
        else []
    )
    for points in levels[1:]:
        reached = min((s for s in seen if s.points >= points), key=lambda s: s.value.high)
        missed = max((s for s in seen if s.points < points), key=lambda s: s.value.low)
        if reached.value.high <= missed.value.low:
            said = message(
                "{metric}: a worse value has more points in {first} than a better one in {second}",
                metric=metric,
                first=reached.place,
                second=missed.place,
            )
            return (), (Contradiction(metric, said, reached.place, missed.place),)
        bands.append(
            LearnedBand(
                metric, points, sign * reached.value.high, sign * missed.value.low, len(seen)
            )
        )
    return tuple(bands), ()


def _seen(metric: str, sign: int, told: Sequence[Observation]) -> Iterator[_Seen]:
    """Yield values, of which more is better, with their points."""
    for each in told:
        points = each.number("metric", metric, "points")
        value = each.value_of(metric)
        if points is not None and value is not None:
            ends = sorted((value.low * sign, value.high * sign))
            place = each.place(("metric", metric, role) for role in ("value", "points"))
            yield _Seen(Interval(ends[0], ends[1]), points, place)
