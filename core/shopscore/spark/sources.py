"""Streams on Spark: dataframes or paths, with the columns that are read and where rows stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import polars as pl

from ..errors import InputError, UsageError, did_you_mean
from ..messages import message
from ..model.streams import Stream
from ..reading.formats.frames import FrameOrigin
from ..reading.raw_table import RawTable
from ..value_classes import frozen
from . import tables

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@frozen(eq=False)
class SparkStream:
    """The rows of a stream on Spark, and its columns as a table without rows."""

    stream: Stream
    rows: DataFrame
    columns: RawTable

    @property
    def empty(self) -> pl.DataFrame:
        """A table without rows that has the columns of packets."""
        places = {tables.FILE: pl.String, tables.ROW: pl.Int64}
        return self.columns.frame.hstack(pl.DataFrame(schema=places))


def spark_streams(
    sources: Mapping[str, Any], streams: Mapping[str, Stream], spark: SparkSession | None
) -> list[SparkStream]:
    """Return the streams that are to be read.

    Raises:
        UsageError: for what is no mapping of dataframes or paths.
        InputError: for a stream that the platform does not have.
    """
    if not isinstance(sources, Mapping) or not sources:
        example = '{"orders": dataframe}'
        said = message(
            "streams are a mapping of Spark dataframes or paths: {example}", example=example
        )
        raise UsageError(said)
    unknown = [name for name in sources if name not in streams]
    if unknown:
        guess = did_you_mean(unknown[0], streams)
        raise InputError(message("unknown stream {stream}{hint}", stream=unknown[0], hint=guess))
    return [_opened(streams[name], source, spark) for name, source in sources.items()]


def _opened(stream: Stream, source: Any, spark: SparkSession | None) -> SparkStream:
    from pyspark.sql import DataFrame, SparkSession

    if not isinstance(source, DataFrame):
        session = spark or SparkSession.active()
        source = session.read.parquet(str(source))
    known = [name for name in source.columns if name in stream.names]
    unread = tuple(name for name in source.columns if name not in stream.names)
    rows = _with_places(source, known)
    empty = tables.in_utc(pl.DataFrame(rows.limit(0).toArrow())).drop(tables.FILE, tables.ROW)
    table = RawTable(empty, None, FrameOrigin.of(empty, "pyspark"), unread)
    return SparkStream(stream, rows, table)


def _with_places(source: DataFrame, known: Sequence[str]) -> DataFrame:
    """Return some columns of rows, and where these stand: the file, and in Parquet the row in it.

    Spark knows both of rows that come straight from files, and of others neither.
    """
    from pyspark.errors import AnalysisException

    file, row = "_metadata.file_path", "_metadata.row_index + 1"
    for places in ((file, row), (file, "NULL")):
        try:
            with _quietly():
                return _placed(source, known, *places)
        except AnalysisException:
            continue
    return _placed(source, known, "NULL", "NULL")


def _placed(source: DataFrame, known: Sequence[str], file: str, row: str) -> DataFrame:
    """Return columns with two expressions beside them, which Spark looks at now."""
    from pyspark.sql import functions

    places = (
        functions.expr(f"CAST({file} AS STRING)").alias(tables.FILE),
        functions.expr(f"CAST({row} AS BIGINT)").alias(tables.ROW),
    )
    rows = source.select(*(functions.col(f"`{name}`") for name in known), *places)
    rows.schema  # noqa: B018 - Spark Connect looks at a plan when it is asked of it
    return rows


@contextmanager
def _quietly() -> Iterator[None]:
    """Let Spark not log that it does not know a column: that is what it is asked."""
    from pyspark.logger import PySparkLogger

    log = PySparkLogger.getLogger("SQLQueryContextLogger")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before
