"""Check sums of what was counted, over rows or over cells: linear, so that both are the same.

A row adds a number for itself and, for each tally that counts it, its value and its count times
a factor for the day, one for the tally and one for the shop. Factors are odd: a value that changes
by less than 2^32, or a count, always changes the lower half of the sum, which is what is kept.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from ..reading.fingerprints import Prints, cell_prints, mixed, salt
from .cells import Cells, Ints

_ROW = np.uint64(0x8CB92BA72F3D8DD7)
_VALUE = np.uint64(0x9E3779B97F4A7C15)
_ODD = np.uint64(1)


def shop_factors(shop_ids: pl.Series) -> Prints:
    """Return the factor of each shop."""
    return mixed(cell_prints(shop_ids)) | _ODD


def row_checks(rows: int) -> Prints:
    """Return what rows add whether or not they count, without the factor of their shop."""
    return np.full(rows, _ROW, dtype=np.uint64)


def count_checks(fingerprint: str, days: Ints, counts: Ints | int, sums: Ints | int) -> Prints:
    """Return what rows that count on some days, or their cells, add; without that factor too."""
    amount = _VALUE * _unsigned(sums) + _unsigned(counts)
    return (mixed(_unsigned(days)) | _ODD) * (salt(fingerprint) | _ODD) * amount


def check_sum(shop_ids: pl.Series, rows: Ints, cells: Mapping[str, Cells]) -> int:
    """Return the check sum of a state from its rows and cells: that of its units together."""
    return int(checks_of_shops(shop_ids, rows, cells).sum()) % 2**32


def checks_of_shops(shop_ids: pl.Series, rows: Ints, cells: Mapping[str, Cells]) -> Prints:
    """Return the check sum of what each shop has; of one that is a unit the lower half is kept."""
    factors = shop_factors(shop_ids)
    found = factors * _ROW * _unsigned(rows)
    for name, own in cells.items():
        checks = count_checks(name, own.days, own.counts, own.values)
        if len(own):
            shops = own.shops  # they ascend
            first = np.flatnonzero(np.append(True, shops[1:] != shops[:-1]))
            found[shops[first]] += np.add.reduceat(factors[shops] * checks, first)
    return found


def _unsigned(values: Ints | int) -> Prints:
    return np.asarray(values, dtype=np.int64).view(np.uint64)
