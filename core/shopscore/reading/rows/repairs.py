"""Out-of-order times: the later cell of a broken pair becomes null.

Times are compared as instants, and told as the wall shows them.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import polars as pl

from ...messages import Message, message
from ...model.streams import Stream
from ..raw_table import ROW
from .clocks import clock_of
from .selecting import selected

_NONE_EMPTIED = pl.DataFrame(
    schema={ROW: pl.UInt32, "column": pl.String, "value": pl.String, "reason": pl.String}
)


def is_out_of_order(rows: pl.DataFrame, stream: Stream) -> bool:
    """Return whether a time is before one that it cannot be before."""
    pairs = [pair for pair in stream.ordered if {*pair} <= {*rows.columns}]
    broken = [(pl.col(end) < pl.col(start)).any().alias(f"{start} {end}") for start, end in pairs]
    return bool(broken) and any(selected(rows, broken).row(0))


def repair_times(
    rows: pl.DataFrame, stream: Stream, zone: ZoneInfo | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows with broken pairs repaired left to right, and the cells that were emptied.

    The second frame has the columns ``_row``, ``column``, ``value`` and ``reason``.
    """
    emptied = []
    for start, end in stream.ordered:
        if start not in rows.columns or end not in rows.columns:
            continue
        broken = (rows[end] < rows[start]).fill_null(False)
        if not broken.any():
            continue
        late = rows.filter(broken).select(ROW, pl.col(start, end).cast(pl.Int64))
        if zone is not None:
            late = late.with_columns(clock_of(zone).wall(late[name]) for name in (start, end))
        emptied.append(
            late.rechunk().select(  # polars 2.1 stumbles over empty chunks in format
                pl.col(ROW),
                pl.lit(end).alias("column"),
                _clock(end).alias("value"),
                pl.format(_reason(start), _clock(start)).alias("reason"),
            )
        )
        rows = rows.with_columns(rows[end].set(broken, None))
    return rows, pl.concat([none_emptied(), *emptied])


def none_emptied() -> pl.DataFrame:
    """Return an empty list of emptied cells."""
    return _NONE_EMPTIED.clone()  # which is asked for twice a stream


def _reason(start: str) -> Message:
    """Return why a cell was emptied, with a place for the time that it is before."""
    return message("before {column} {time}: taken as empty", column=start, time="{}")


def _clock(name: str) -> pl.Expr:
    return pl.from_epoch(name, time_unit="s").dt.strftime("%Y-%m-%d %H:%M:%S")
