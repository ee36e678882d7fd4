"""Streams on Spark: dataframes or paths, with the columns that are read and where rows stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen

from ..errors import InputError, UsageError, did_you_mean
from ..messages import message
from ..model.streams import Stream
from ..reading.formats.frames import FrameOrigin
from ..reading.raw_table import RawTable
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
    from pyspark.sql import functions as F

    if not isinstance(source, DataFrame):
        session = spark or SparkSession.active()
        source = session.read.parquet(str(source))
    known = [name for name in source.columns if name in stream.names]
    unread = tuple(name for name in source.columns if name not in stream.names)
    columns = [F.col(f"`{name}`") for name in known]
    empty = pl.DataFrame(source.select(*columns).limit(0).toArrow())
    table = RawTable(empty, None, FrameOrigin.of(empty, "pyspark"), unread)
    return SparkStream(stream, source.select(*columns, *_places(source)), table)


def _places(rows: DataFrame) -> list[Any]:
    """Return the columns that say where rows stand: the file, and in Parquet the row in it.

    Spark knows both of rows that come straight from files, and of others neither.
    """
    from pyspark.errors import AnalysisException
    from pyspark.sql import functions as F

    found = []
    for name, column, kind in (
        (tables.FILE, F.col("_metadata.file_path"), "string"),
        (tables.ROW, F.col("_metadata.row_index") + 1, "bigint"),
    ):
        place = column.cast(kind).alias(name)
        try:
            rows.select(place).schema  # noqa: B018 - asks whether Spark knows it
        except AnalysisException:
            place = F.lit(None).cast(kind).alias(name)
        found.append(place)
    return found
