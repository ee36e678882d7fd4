"""The tables that travel: packets of rows to the partition of their shop, and what it counts.

A packet has some rows of one stream, as an Arrow stream. One that names no stream says what the
ids of the rows say that a task has read; every partition has it from every task.

What a partition counts has these kinds of rows:

| kind | what it says |
|---|---|
| shop | a shop: how many rows (``count``), its unit (``unit``, ``check``), its attributes (``text``) |
| unit | an order with its rows, or a row that names none, where these are the units |
| cell | a cell of a state: ``tally``, shop, ``day``, ``sum``, ``count`` |
| books | the books of a stream, as JSON |
| set_aside, repaired | a cell that could not be used, where it stands, and why (``text``) |
| links | what the rows of a stream name that is not there, as JSON |
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from importlib import import_module
from typing import Any, TypeAlias

import polars as pl

#: Some rows of a table of pyarrow, which has no types.
Batch: TypeAlias = Any

PACKET = "part int, stream string, data binary"
COUNTED = pl.Schema(
    {
        "kind": pl.String(),
        "tally": pl.String(),
        "shop_id": pl.String(),
        "industry": pl.String(),
        "day": pl.Date(),
        "sum": pl.Int64(),
        "count": pl.Int64(),
        "unit": pl.Int64(),
        "check": pl.Int64(),
        "stream": pl.String(),
        "file": pl.String(),
        "row": pl.Int64(),
        "column": pl.String(),
        "value": pl.String(),
        "key": pl.String(),
        "text": pl.String(),
    }
)
#: Columns beside those of a stream that say where its rows stand.
FILE, ROW = "_shopscore_file", "_shopscore_row"


def in_utc(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows whose moments are shown by UTC; Spark shows them by the zone of a session."""
    zoned = [c for c, dtype in rows.schema.items() if getattr(dtype, "time_zone", None) is not None]
    return rows.with_columns(pl.col(zoned).dt.convert_time_zone("UTC"))


def to_packet(rows: pl.DataFrame) -> bytes:
    """Return some rows as bytes."""
    stream = io.BytesIO()
    rows.write_ipc_stream(stream, compat_level=pl.CompatLevel.oldest())  # each has its own texts
    return stream.getvalue()


def from_packet(data: bytes) -> pl.DataFrame:
    """Return the rows of a packet."""
    return pl.read_ipc_stream(io.BytesIO(data))


def packets(rows: Iterable[tuple[int, str, bytes]]) -> Batch:
    """Return packets as Spark takes them: partition, stream and data."""
    pa: Any = import_module("pyarrow")
    parts, streams, data = (list(cells) for cells in zip(*rows, strict=True))
    return pa.record_batch(
        [pa.array(parts, pa.int32()), pa.array(streams, pa.string()), pa.array(data, pa.binary())],
        names=["part", "stream", "data"],
    )


def as_counted(frame: pl.DataFrame) -> pl.DataFrame:
    """Return rows of what was counted with every column; those that mean nothing here are null."""
    there = frame.columns
    return frame.select(
        pl.col(name) if name in there else pl.lit(None, dtype).alias(name)
        for name, dtype in COUNTED.items()
    )


#: How types of columns are called by Spark.
_TYPES: dict[Any, str] = {
    pl.Boolean(): "boolean",
    pl.Date(): "date",
    pl.Float64(): "double",
    pl.Int64(): "bigint",
    pl.List(pl.String()): "array<string>",
    pl.String(): "string",
}


def spark_schema(schema: pl.Schema) -> str:
    """Return the schema of a table as Spark writes it.

    >>> spark_schema(pl.Schema({"shop_id": pl.String(), "tiers": pl.List(pl.String())}))
    '`shop_id` string, `tiers` array<string>'
    """
    return ", ".join(f"`{name}` {_TYPES[dtype]}" for name, dtype in schema.items())


def to_arrow(frame: pl.DataFrame) -> Any:
    """Return a table as Spark takes it, which knows no large texts and lists."""
    pa: Any = import_module("pyarrow")
    own = {pl.String(): pa.string(), pl.List(pl.String()): pa.list_(pa.string())}
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    types = zip(table.schema, frame.schema.values(), strict=True)
    return table.cast(pa.schema([field.with_type(own.get(t, field.type)) for field, t in types]))
