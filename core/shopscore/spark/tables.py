"""The tables that travel: packets of rows to the partition of their shop, and what it counts.

A packet has some rows of one stream, as an Arrow stream. One that names no stream says what the
ids of the rows say that a task has read; every partition has it from every task.

What a partition counts has these kinds of rows:

| kind | what it says |
|---|---|
| shop | a shop: how many rows (``count``), its unit (``unit``, ``check``), its attributes (``text``) |
| cell | a cell of a state: ``tally``, shop, ``day``, ``sum``, ``count`` |
| books | the books of a stream, as JSON |
| set_aside, repaired | a cell that could not be used, where it stands, and why (``text``) |
| links | what the rows of a stream name that is not there, as JSON |
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    import pyarrow as pa

PACKET = "part int, stream string, data binary"
COUNTED = (
    "kind string, tally string, shop_id string, industry string, day date, sum bigint,"
    " count bigint, unit bigint, check bigint, stream string, file string, row bigint,"
    " column string, value string, key string, text string"
)
#: Columns beside those of a stream that say where its rows stand.
FILE, ROW = "_shopscore_file", "_shopscore_row"


def to_packet(rows: pl.DataFrame) -> bytes:
    """Return some rows as bytes."""
    stream = io.BytesIO()
    rows.write_ipc_stream(stream, compat_level=pl.CompatLevel.oldest())  # each has its own texts
    return stream.getvalue()


def from_packet(data: bytes) -> pl.DataFrame:
    """Return the rows of a packet."""
    return pl.read_ipc_stream(io.BytesIO(data))


def packets(rows: Iterable[tuple[int, str, bytes]]) -> pa.RecordBatch:
    """Return packets as Spark takes them: partition, stream and data."""
    import pyarrow as pa

    parts, streams, data = (list(cells) for cells in zip(*rows, strict=True))
    return pa.record_batch(
        [pa.array(parts, pa.int32()), pa.array(streams, pa.string()), pa.array(data, pa.binary())],
        names=["part", "stream", "data"],
    )


def counted_rows(frame: pl.DataFrame) -> Iterator[pa.RecordBatch]:
    """Yield rows of what was counted as Spark takes them, with every column."""
    import pyarrow as pa

    types: dict[str, Any] = {
        "string": (pl.String, pa.string()),
        "bigint": (pl.Int64, pa.int64()),
        "date": (pl.Date, pa.date32()),
    }
    columns, fields = [], []
    for name, kind in (column.split() for column in COUNTED.split(", ")):
        dtype, arrow = types[kind]
        fields.append(pa.field(name, arrow))
        columns.append(pl.col(name) if name in frame.columns else pl.lit(None, dtype).alias(name))
    yield from frame.select(columns).to_arrow().cast(pa.schema(fields)).to_batches()
