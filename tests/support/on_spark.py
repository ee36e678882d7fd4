"""Sessions of Spark for tests, and what is compared: the numbers of one run over everything."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

import polars as pl

import shopscore as ss
from oracle.random_platform_events import random_platform_events
from support.event_frames import frames_of, without_extra

#: A third party's package, which is on the path of executors as of the driver.
BAZAAR = Path(__file__).parents[1] / "thirdparty/packages/bazaar"
AS_OF = "2024-06-30"
#: Small and short: no compiling for later, no plans made anew from what was found on the way.
SETTINGS: dict[str, Any] = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.driver.host": "127.0.0.1",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.session.timeZone": "America/New_York",  # changes nothing: zones are the platform's
    "spark.sql.shuffle.partitions": "3",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def started(master: str) -> Any:
    """Start a session with two workers, which a client of Spark Connect can ask too."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = os.pathsep.join([str(BAZAAR), *filter(None, sys.path)])
    builder = SparkSession.builder.master(master)
    own = {
        "spark.connect.grpc.binding.port": port,
        "spark.executorEnv.PYTHONPATH": path,
        "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
    }
    for name, value in (SETTINGS | own).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return session


def bazaar() -> ss.Platform:
    """The platform of the third party: a stream, an aggregator, windows and scorers of its own."""
    if str(BAZAAR) not in sys.path:
        sys.path.append(str(BAZAAR))
    from shopscore_bazaar import shopscore_platforms  # type: ignore[import-not-found]

    return shopscore_platforms()[0]  # type: ignore[no-any-return]


def random_streams(seed: int) -> dict[str, pl.DataFrame]:
    """All canonical streams, and the one of the third party."""
    frames = frames_of(without_extra(random_platform_events(seed, shops=9, orders=50)))
    orders = frames["orders"].filter(pl.col("order_id") != "")
    begun = (f"2024-06-{day % 28 + 1:02} {day % 24:02}:10:00" for day in range(len(orders)))
    live = orders.select(
        pl.int_range(pl.len()).cast(pl.String).alias("stream_id"),
        "shop_id",
        pl.Series("started_at", list(begun), dtype=pl.String),
        pl.lit("2024-06-30 11:00:00").alias("ended_at"),
        pl.col("order_id"),
    )
    return {**frames, "livestreams": live}


def of_platform(platform: ss.Platform, streams: dict[str, Any]) -> dict[str, Any]:
    """Those of the streams that a platform has."""
    return {name: rows for name, rows in streams.items() if name in platform.all_streams}


def shops_in(result: ss.Result) -> str:
    """The bytes of all shops in the document."""
    return result.to_json().partition('"shops": [')[2]


def notices(report: ss.LoadReport) -> list[dict[str, Any]]:
    """The notices of reading, in any order."""
    return sorted((notice.to_dict() for notice in report.notices), key=str)
