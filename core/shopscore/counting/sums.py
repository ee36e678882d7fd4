"""Sum over windows: straight from resolved rows, or from the daily cells of a state.

Weighing and tallying commute: both ways give the same integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from ..exact.integers import SAFE, Integers, magnitude, narrow, widen
from ..model.tallies import Tally
from ..model.windows import DayWeights
from .resolution import Resolved
from .selection import counted, day_number, window_span

Codes = npt.NDArray[np.integer]

#: A tally and the day weights that it is summed under.
Wanted = tuple[Tally, DayWeights]
#: The weighted sum and the plain number of rows, per shop.
Sums = tuple[Integers, npt.NDArray[np.int64]]


def window_sums(resolved: Resolved, wanted: Sequence[Wanted], as_of: date) -> list[Sums]:
    """Return the sums of each tally over its window, per shop, in the order of ``wanted``."""
    shops, today = len(resolved.events.shops), day_number(as_of)
    totals: list[Sums] = [
        (np.zeros(shops, dtype=np.int64), np.zeros(shops, dtype=np.int64)) for _ in wanted
    ]
    for stream, frame in resolved.frames.items():
        mine = [i for i, (tally, _) in enumerate(wanted) if tally.stream == stream]
        spans = [window_span(wanted[i][1], as_of) for i in mine]
        for at, rows in counted(frame, [wanted[i][0] for i in mine], spans):
            i = mine[at]
            weights = wanted[i][1]
            counts = np.bincount(rows.shop, minlength=shops)
            values = rows.value
            if weights.uniform and values is None:
                sums: Integers = counts
            else:
                values = np.ones(len(rows), dtype=np.int64) if values is None else values
                by_day = None if weights.uniform else weights_of(weights, today - rows.days())
                sums = weighted_sum(rows.shop, values, by_day, shops)
            totals[i] = plus(totals[i][0], sums), totals[i][1] + counts
    return totals


def weights_of(weights: DayWeights, ages: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the weight of each age; all of them lie within the window."""
    return np.array(weights.ints, dtype=np.int64)[ages - weights.first_age]


def weighted_sum(
    codes: Codes,
    values: Integers,
    weights: npt.NDArray[np.int64] | None,
    size: int,
    most: int | None = None,
) -> Integers:
    """Return Σ value · weight per code, exact: in int64, or piece by piece beyond it.

    ``most`` is the greatest number of values that one code has, where that is known.
    """
    if not len(codes):
        return np.zeros(size, dtype=np.int64)
    heaviest = 1 if weights is None else max(int(weights.max()), 1)
    room = SAFE // (heaviest * (most or len(codes)))  # values below this cannot overflow
    if magnitude(values) < room:
        total = np.zeros(size, dtype=np.int64)
        np.add.at(total, codes, values if weights is None else values * weights)
        return total
    if room < 2:  # weights beyond all measure: there is nothing to cut values into
        wide = np.zeros(size, dtype=object)
        np.add.at(wide, codes, widen(values) * (1 if weights is None else widen(weights)))
        return narrow(wide)
    bits = room.bit_length() - 1
    high = weighted_sum(codes, values >> bits, weights, size, most).astype(object)
    low = weighted_sum(codes, values & ((1 << bits) - 1), weights, size, most)
    return narrow(high * (1 << bits) + low)


def plus(a: Integers, b: Integers) -> Integers:
    """Return the sum of two columns, exact."""
    small = max(magnitude(a), magnitude(b)) < SAFE  # so that int64 holds the sum
    return a + b if small else narrow(widen(a) + widen(b))
