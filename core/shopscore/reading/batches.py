"""Batches: how many rows of a source are read, checked and put into columns at a time."""

from __future__ import annotations

from functools import cache

import numpy as np

#: Smaller pieces cost calls, larger ones memory; the result is the same.
BATCH_ROWS = 1 << 18

#: Bytes of a row in a Parquet file, at most: files of more are taken to have more than one piece.
_BYTES_A_ROW = 128

#: What glibc goes on taking from its own store: blocks of up to 32 MB, after one so large was freed.
_LARGEST_KEPT = (1 << 25) - (1 << 17)


def are_many(size: int) -> bool:
    """Return whether Parquet files of so many bytes together have rows that are better not kept."""
    return size > few_bytes()


def few_bytes() -> int:
    """Return how many bytes Parquet files may have together whose rows are all kept."""
    return BATCH_ROWS * _BYTES_A_ROW


@cache
def keep_freed_memory() -> None:
    """Let the allocator keep what one piece frees for the next one, up to 64 MB.

    Else every column of a piece is asked of the system anew, which fills it with zeros: a fifth of
    what it takes to number the shops of a piece.
    """
    np.empty(_LARGEST_KEPT, dtype=np.uint8)
