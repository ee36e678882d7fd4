"""Counting: resolved rows become integers that add up, per window at once or per day.

Both ways begin with the same selection (condition, ``Once``, exclusion, day); weighing and
tallying commute, so that summing rows straight into windows gives the integers that daily cells
would give.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import frozen

from ..errors import ExpressionError, InputError, StateError
from ..evaluation.bounds import Bounds, bounds
from ..evaluation.with_polars import to_polars
from ..exact.integers import SAFE, Integers, magnitude, narrow
from ..model.expressions import DAY_SECONDS, columns_of
from ..model.joined import joined_of
from ..model.tallies import Tally
from ..model.windows import DayWeights
from .once import once_column
from .resolution import Resolved

Codes = npt.NDArray[np.uint32]

#: A tally and the day weights that it is summed under.
Wanted = tuple[Tally, DayWeights]
#: The weighted sum and the plain number of rows, per shop.
Sums = tuple[Integers, npt.NDArray[np.int64]]

#: Rows that are taken through the expressions at a time.
CHUNK = 1 << 19
_EPOCH = date(1970, 1, 1)


@frozen(eq=False)
class Counted:
    """Rows of one tally that count: the row of their shop, their time, and their value."""

    shop: Codes
    time: npt.NDArray[np.int64]
    value: npt.NDArray[np.int64] | None

    def __len__(self) -> int:
        return len(self.shop)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def window_sums(resolved: Resolved, wanted: Sequence[Wanted], as_of: date) -> list[Sums]:
    """Sums of each tally over its window, straight from the rows, in the order of ``wanted``."""
    shops = len(resolved.events.shops)
    totals: list[Sums] = [
        (np.zeros(shops, dtype=np.int64), np.zeros(shops, dtype=np.int64)) for _ in wanted
    ]
    today = day_number(as_of)
    for stream, frame in resolved.frames.items():
        mine = [i for i, (tally, _) in enumerate(wanted) if tally.stream == stream]
        spans = [_span(today, wanted[i][1]) for i in mine]
        for chunk in _chunks(frame, [wanted[i][0] for i in mine]):
            picked = _select(chunk, [wanted[i][0] for i in mine], spans)
            for i, rows in zip(mine, picked, strict=True):
                sums, counts = _window_sum(rows, wanted[i][1], today, shops)
                totals[i] = _plus(totals[i][0], sums), totals[i][1] + counts
    return totals


def daily_cells(resolved: Resolved) -> pl.DataFrame:
    """Sum and number of rows per tally, shop and day; ``tally`` is a position in the rules' tallies."""
    every = list(resolved.rules.tallies)
    cells = [empty_cells()]
    for stream, frame in resolved.frames.items():
        mine = [i for i, tally in enumerate(every) if tally.stream == stream]
        for chunk in _chunks(frame, [every[i] for i in mine]):
            picked = _select(chunk, [every[i] for i in mine], [None] * len(mine))
            cells.extend(_cells(i, rows) for i, rows in zip(mine, picked, strict=True))
    return summed(pl.concat(cells))


def empty_cells() -> pl.DataFrame:
    """A table of cells without a row."""
    return pl.DataFrame(
        schema={
            "tally": pl.UInt16,
            "shop": pl.UInt32,
            "day": pl.Int32,
            "sum": pl.Int64,
            "count": pl.Int64,
        }
    )


def summed(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells with one key added up, in order of their keys; what adds up to nothing is no cell.

    Raises:
        StateError: where a sum would not fit in int64.
    """
    keys = ["tally", "shop", "day"]
    _check_sum(cells["sum"].to_numpy())
    total = cells.group_by(keys).agg(pl.col("sum").sum(), pl.col("count").sum())
    return total.filter((pl.col("sum") != 0) | (pl.col("count") != 0)).sort(keys)


def _check_sum(values: npt.NDArray[np.int64]) -> None:
    """Raise where a sum of some of the values might not fit in int64."""
    if magnitude(values) * len(values) >= SAFE and sum(map(abs, values.tolist())) >= SAFE:
        raise StateError(
            "sums of tallies do not fit in int64: a value in the events is absurdly large"
        )


def weighted_sum(
    codes: Codes, values: Integers, weights: npt.NDArray[np.int64] | None, size: int
) -> Integers:
    """Σ value · weight per code, exact: in int64, or piece by piece where that would not do."""
    if not len(codes):
        return np.zeros(size, dtype=np.int64)
    heaviest = 1 if weights is None else max(int(weights.max()), 1)
    room = SAFE // (heaviest * len(codes))  # values below this cannot overflow
    if magnitude(values) < room:
        total = np.zeros(size, dtype=np.int64)
        np.add.at(total, codes, values if weights is None else values * weights)
        return total
    bits = room.bit_length() - 1
    high = weighted_sum(codes, values >> bits, weights, size).astype(object)
    low = weighted_sum(codes, values & ((1 << bits) - 1), weights, size)
    return narrow(high * (1 << bits) + low)


def _span(today: int, weights: DayWeights) -> tuple[int, int]:
    """First second of a window, and the first after it."""
    return (today - weights.last_age) * DAY_SECONDS, (today - weights.first_age + 1) * DAY_SECONDS


def _chunks(frame: pl.DataFrame, tallies: list[Tally]) -> Iterator[pl.DataFrame]:
    if len(frame):
        _check_bounds(frame, tallies)
        yield from frame.iter_slices(CHUNK)


def _check_bounds(frame: pl.DataFrame, tallies: list[Tally]) -> None:
    """No value on the way may leave int64: polars would wrap without a word."""
    expressions = [e for t in tallies for e in t.expressions]
    read = [*(r.path for r in columns_of(*expressions)), *(j.key for j in joined_of(*expressions))]
    names = [name for name in read if frame[name].dtype == pl.Int64]
    if not names:
        return
    ends = frame.select(
        *(pl.col(n).min().name.suffix(" min") for n in names),
        *(pl.col(n).max().name.suffix(" max") for n in names),
    ).row(0, named=True)
    columns: dict[str, Bounds] = {
        n: None if ends[f"{n} min"] is None else (ends[f"{n} min"], ends[f"{n} max"]) for n in names
    }
    try:
        for expression in expressions:
            bounds(expression, columns)
    except ExpressionError as error:
        raise InputError(str(error)) from None


def _select(
    frame: pl.DataFrame, tallies: Sequence[Tally], spans: Sequence[tuple[int, int] | None]
) -> Iterator[Counted]:
    """The rows that count for each tally, all read off the frame in one pass."""
    if not tallies:
        return
    columns = []
    for i, (tally, span) in enumerate(zip(tallies, spans, strict=True)):
        time, value = to_polars(tally.day), to_polars(tally.value)
        columns.append(_mask(frame, tally, time, span).alias(f"mask{i}"))
        columns.append(time.alias(f"time{i}"))
        if not tally.counts_rows:
            columns.append(value.alias(f"value{i}"))
    found = frame.lazy().select(columns).collect()
    shop = frame["shop"].to_numpy()
    for i, tally in enumerate(tallies):
        rows = np.flatnonzero(found[f"mask{i}"].to_numpy())
        yield Counted(
            shop[rows],
            _integers(found[f"time{i}"], rows),
            None if tally.counts_rows else _integers(found[f"value{i}"], rows),
        )


def _integers(column: pl.Series, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return column.gather(rows).to_numpy()


def _mask(
    frame: pl.DataFrame, tally: Tally, time: pl.Expr, span: tuple[int, int] | None
) -> pl.Expr:
    mask = time.is_not_null() if span is None else (time >= span[0]) & (time < span[1])
    if tally.where is not None:
        mask = mask & to_polars(tally.where)
    if not tally.counts_rows:
        mask = mask & to_polars(tally.value).is_not_null()
    if tally.once is not None:
        mask = mask & pl.col(once_column(tally))
    if "_excluded" in frame.columns and not tally.with_excluded:
        mask = mask & ~pl.col("_excluded")
    return mask.fill_null(False)


def _window_sum(rows: Counted, weights: DayWeights, today: int, shops: int) -> Sums:
    counts = np.bincount(rows.shop, minlength=shops)
    if weights.uniform and rows.value is None:
        return counts, counts
    values = np.ones(len(rows), dtype=np.int64) if rows.value is None else rows.value
    by_day = None
    if not weights.uniform:
        ages = today - rows.time // DAY_SECONDS
        by_day = np.array(weights.ints, dtype=np.int64)[ages - weights.first_age]
    return weighted_sum(rows.shop, values, by_day, shops), counts


def _plus(a: Integers, b: Integers) -> Integers:
    small = object not in (a.dtype, b.dtype)
    return a + b if small else narrow(a.astype(object) + b.astype(object))


def _cells(tally: int, rows: Counted) -> pl.DataFrame:
    days = (rows.time // DAY_SECONDS).astype(np.int32)
    frame = pl.DataFrame({"shop": rows.shop, "day": days})
    number = pl.len().cast(pl.Int64)
    if rows.value is None:
        sums = number
    else:
        _check_sum(rows.value)
        frame = frame.with_columns(pl.Series("value", rows.value))
        sums = pl.col("value").sum()
    grouped = frame.group_by("shop", "day").agg(sums.alias("sum"), number.alias("count"))
    return grouped.select(pl.lit(tally, dtype=pl.UInt16).alias("tally"), *grouped.columns)
