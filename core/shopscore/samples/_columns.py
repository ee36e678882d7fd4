"""Conversions from numpy arrays to the columns of the canonical frames."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl

from ._clock import DAYS, LAST_SECOND, NEVER, Bools, Ints

MONEY = pl.Decimal(14, 2)

ENUMS: dict[str, tuple[str, ...]] = {
    "cancelled_by": ("buyer", "merchant", "platform"),
    "kind": ("refund_only", "return_refund", "exchange"),
    "reason": (
        "quality",
        "logistics",
        "damage",
        "not_as_described",
        "not_received",
        "no_reason",
        "size",
        "price_difference",
        "empty_parcel",
        "other",
    ),
    "outcome": ("refunded", "closed"),
    "liability": ("merchant", "buyer", "none"),
}


def code(column: str, label: str) -> int:
    """Return the number of an enum value in arrays."""
    return ENUMS[column].index(label)


def known(series: pl.Series, where: Bools) -> pl.Series:
    """Return the series with null outside `where`."""
    return series.zip_with(pl.Series(where), pl.Series([None], dtype=series.dtype))


def labels(names: Sequence[str], codes: Ints) -> pl.Series:
    """Return text from positions in `names`."""
    return pl.Series(names, dtype=pl.String).gather(pl.Series(codes))


def enum(column: str, codes: Ints) -> pl.Series:
    """Return text from the codes of `ENUMS[column]`."""
    return labels(ENUMS[column], codes)


def ids(prefix: str, numbers: Ints, digits: int = 8) -> pl.Series:
    """Return text such as R00000042."""
    return prefix + pl.Series(numbers).cast(pl.String).str.zfill(digits)


def row_ids(prefix: str, size: int) -> pl.Series:
    """Return ids of a stream's rows, counted from 1."""
    return ids(prefix, np.arange(1, size + 1))


def money(cents: Ints) -> pl.Series:
    """Return amounts with exactly two decimals."""
    return (pl.Series(cents) / 100).cast(MONEY)


def on_calendar(frame: pl.DataFrame, end: date) -> pl.DataFrame:
    """Turn the columns `…_at` from seconds into date and time, and drop what has not happened.

    A due time is a promise made earlier, so it stays where it lies after `end`.
    """
    first = datetime(end.year, end.month, end.day) - timedelta(days=DAYS - 1)
    for name in frame.columns:
        if name.endswith("_at"):
            limit = NEVER - 1 if name.endswith("_due_at") else LAST_SECOND
            seconds = pl.when(pl.col(name) <= limit).then(pl.col(name))
            time = pl.lit(first, pl.Datetime("ms")) + pl.duration(
                milliseconds=seconds * 1000, time_unit="ms"
            )
            frame = frame.with_columns(time.alias(name))
    return frame
