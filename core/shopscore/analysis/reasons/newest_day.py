"""The newest day: what an event adds to sums if it comes as late as it can and counts already."""

from __future__ import annotations

from collections.abc import Sequence

from ...counting.sums import Wanted
from ...model.windows import DayWeights, EveryDay

#: What an event adds to the sum and to the count of each tally of a metric.
Added = tuple[tuple[int, int], ...]


def on_newest_day(wanted: Sequence[Wanted], event: Added) -> Added:
    """Return what an event adds, weighed, on the newest day on which it counts for anything.

    It has one day: in a window that ends before that day it does not count.
    """
    ages = [
        first_counted(weights) for (_, weights), (a, n) in zip(wanted, event, strict=True) if a or n
    ]
    age = min(ages, default=1)
    weights = [weight_at(window, age) for _, window in wanted]
    return tuple((a * w, n if w else 0) for w, (a, n) in zip(weights, event, strict=True))


def first_counted(weights: DayWeights) -> int:
    """Return the age of the newest day that counts."""
    heavy = (place for place, weight in enumerate(weights.ints) if weight)
    return weights.first_age + next(heavy, 0)


def weight_at(weights: DayWeights, age: int) -> int:
    """Return what a day of an age weighs; 0 outside of the window."""
    if isinstance(weights, EveryDay):
        return 1
    place = age - weights.first_age
    return weights.ints[place] if 0 <= place < len(weights.ints) else 0
