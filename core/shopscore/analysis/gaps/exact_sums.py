"""Sums of one shop as Python integers, and as the columns that aggregators combine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...counting.sums import Sums
from ...exact.integers import narrow

#: The weighted sum and the count of each tally.
Pairs = Sequence[tuple[int, int]]


def as_columns(sums: Sequence[Pairs]) -> list[Sums]:
    """Return sums of one shop, one row each, as a column per tally."""
    return [
        (
            narrow(np.array([own for own, _ in column], dtype=object)),
            np.array([count for _, count in column], dtype=np.int64),
        )
        for column in zip(*sums, strict=True)
    ]


def plus(base: Pairs, added: Pairs, times: int) -> tuple[tuple[int, int], ...]:
    """Return sums with what some events add."""
    return tuple(
        (own + more * times, n + rows * times)
        for (own, n), (more, rows) in zip(base, added, strict=True)
    )
