"""Batches: how many rows of a source are read, checked and put into columns at a time."""

from __future__ import annotations

#: Smaller pieces cost calls, larger ones memory; the result is the same.
BATCH_ROWS = 1 << 18
