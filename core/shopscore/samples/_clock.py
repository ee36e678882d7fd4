"""Time and chance inside the generator.

A time is a whole number of seconds since the first midnight of the sample. A time after
`LAST_SECOND` has not happened yet; `NEVER` stays there whatever duration is added to it. So a
chain such as paid → picked up → signed needs no special cases: after a missing step the next ones
are missing too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Rng: TypeAlias = np.random.Generator

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
DAYS: Final = 120  # length of the sample
LAST_SECOND: Final = DAYS * DAY - 1  # 23:59:59 of the last day
NEVER: Final = 2**62  # leaves room for durations below the limit of int64

STAR_LIMITS: Final = np.array([-2.0, -1.75, -1.4, -1.0])  # moods between 1|2, 2|3, 3|4 and 4|5

MORNING: Final = 8 * HOUR  # people and carriers start to work
NIGHT: Final = 23 * HOUR  # people have gone home


def happened(times: Ints) -> Bools:
    """Return which times are not after the end of the sample."""
    return times <= LAST_SECOND


def at_night(times: Ints) -> Bools:
    """Return which times lie between 23:00:00 and 07:59:59."""
    second = times % DAY
    return (second < MORNING) | (second >= NIGHT)


def next_morning(rng: Rng, times: Ints) -> Ints:
    """Move times between 23:00:00 and 07:59:59 to the hour after the next 08:00, keep others."""
    midnight = (times + DAY - NIGHT) // DAY * DAY
    opening = midnight + MORNING + rng.integers(0, HOUR, len(times))
    return np.where(at_night(times), opening, times)


def around(rng: Rng, hours: Floats | float, spread: float, size: int) -> Ints:
    """Draw durations in seconds, log-normal around a median in hours."""
    seconds = hours * HOUR * np.exp(spread * rng.standard_normal(size))
    return np.asarray(seconds, dtype=np.int64)


def waiting(rng: Rng, hours: float, size: int) -> Ints:
    """Draw durations in seconds, exponential with a mean in hours."""
    return (hours * HOUR * rng.standard_exponential(size)).astype(np.int64)


def chance(rng: Rng, probability: Floats | float, size: int) -> Bools:
    """Draw booleans that are true with a probability."""
    return rng.random(size) < probability


def pick(rng: Rng, weights: Sequence[float] | Floats, size: int) -> Ints:
    """Draw indices in proportion to the weights."""
    steps = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn = np.searchsorted(steps, rng.random(size) * steps[-1], side="right")
    return np.asarray(np.minimum(drawn, len(steps) - 1), dtype=np.int64)


def stars(rng: Rng, skill: Floats) -> Ints:
    """Draw ratings 1 to 5, mostly 5, lower for a lower skill (in standard deviations)."""
    mood = rng.standard_normal(len(skill)) + 0.4 * skill
    return np.asarray(1 + np.searchsorted(STAR_LIMITS, mood), dtype=np.int64)
