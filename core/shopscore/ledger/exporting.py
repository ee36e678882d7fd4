"""Exporting: what a ledger knows as a folder of events, which anybody reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from ..model.streams import MONEY_SCALE, NUMBER_SCALE, Column, Stream
from ..reading.events import Events
from ..reading.rows.clocks import clock_of
from ..writing import whole_folder

_SECONDS = 1000


def export_events(events: Events, folder: Path) -> tuple[str, ...]:
    """Write a Parquet file for each stream; return the streams.

    Where the clock was changed, times are those of UTC, which no change makes doubtful.

    Raises:
        InputError: where files lie in the folder already, or none can be written.
    """
    frames = {"shops": events.shops, **dict(events.frames)}
    with whole_folder(folder) as target:
        for name, rows in frames.items():
            as_canonical(events, events.streams[name], rows).write_parquet(
                target / f"{name}.parquet"
            )
    return tuple(frames)


def as_canonical(events: Events, stream: Stream, rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows as files have them: ids of shops, times, amounts and days in types of their own."""
    instants = events.instants.get(stream.name)
    shop = (
        rows["shop_id"]
        if "shop_id" in rows.columns
        else events.shops["shop_id"].gather(rows["shop"])
    )
    columns = [shop.alias("shop_id")]
    for column in stream.columns:
        if column.name in rows.columns and column.name != "shop_id":
            cells = rows[column.name]
            if column.kind == "time" and instants is not None and events.zone is not None:
                columns.append(_in_utc(instants[column.name], events.zone))
            else:
                columns.append(_typed(cells, column))
    return pl.DataFrame(columns)


def _typed(cells: pl.Series, column: Column) -> pl.Series:
    whole = cells.cast(pl.Int64) if cells.dtype.is_integer() else cells
    match column.kind:
        case "time":
            return (whole * _SECONDS).cast(pl.Datetime("ms"))
        case "day":
            return (whole * _SECONDS).cast(pl.Datetime("ms")).cast(pl.Date)
        case "money":
            return _decimal(whole, MONEY_SCALE)
        case "number":
            return _decimal(whole, NUMBER_SCALE)
        case "enum" | "text":
            return cells.cast(pl.String)
    return cells


def _decimal(cells: pl.Series, scale: int) -> pl.Series:
    """Return a number of minor units as a decimal."""
    digits = len(str(scale)) - 1
    sign = pl.when(pl.col(cells.name) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    size = pl.col(cells.name).abs()
    rest = (size % scale).cast(pl.String).str.zfill(digits)
    text = pl.concat_str(sign, (size // scale).cast(pl.String), pl.lit("."), rest)
    dtype: Any = pl.Decimal(38, digits)
    return cells.to_frame().select(text.cast(dtype).alias(cells.name)).to_series()


def _in_utc(steady: pl.Series, zone: str) -> pl.Series:
    instants = (steady.cast(pl.Int64) - clock_of(ZoneInfo(zone)).base) * _SECONDS
    return instants.cast(pl.Datetime("ms")).dt.replace_time_zone("UTC")
