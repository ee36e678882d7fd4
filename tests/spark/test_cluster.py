"""A real cluster of two workers with processes of their own, and a client of Spark Connect."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
import shopscore.spark
from support.on_spark import AS_OF, bazaar, of_platform, shops_in

MASTER = "local-cluster[2,1,1024]"
PLATFORMS = [*ss.platforms(), bazaar()]
CLIENT = """
import json, sys
import shopscore as ss, shopscore.spark
from pyspark.sql import SparkSession
port, paths = sys.argv[1], json.loads(sys.argv[2])
spark = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
assert "connect" in type(spark).__module__
rules = {"platform": "douyin", "ruleset": "2022"}
counted = shopscore.spark.tally(paths, partitions=3, spark=spark, **rules)
result = ss.score(counted.collect(), as_of=sys.argv[3], shops=counted.shops, **rules)
rows = counted.score(as_of=sys.argv[3]).count()
assert rows == len(result)
assert all(books.balanced for books in counted.report.books.values())
sys.stdout.write(result.to_json())
"""


def shops_of(text: str) -> str:
    return text.partition('"shops": [')[2]


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.id)
def test_every_platform(
    platform: ss.Platform, streams: dict[str, pl.DataFrame], rows: dict[str, Any]
) -> None:
    rules = {"platform": platform, "ruleset": platform.scorecards[0].versions[-1]}
    parts = 1 + sum(map(ord, platform.id)) % 5
    counted = shopscore.spark.tally(of_platform(platform, rows), partitions=parts, **rules)
    found = ss.score(counted.collect(), as_of=AS_OF, shops=counted.shops, **rules)
    whole = ss.score(of_platform(platform, streams), as_of=AS_OF, **rules)
    assert shops_in(found) == shops_in(whole)
    counted.unpersist()


def test_cells_in_a_ledger(spark: Any, streams: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    """One shop as rows, the others from Spark; then they come again, as Spark has them since."""
    rules: dict[str, Any] = {"platform": "douyin", "ruleset": "2022"}
    names = of_platform(ss.platform("douyin"), streams)
    here = pl.col("shop_id").str.contains("S002").fill_null(False)  # however it is spelled
    rows = {name: rows.filter(here) for name, rows in names.items()}
    others = {name: rows.filter(~here) for name, rows in names.items()}

    def counted(frames: dict[str, pl.DataFrame]) -> ss.Tallies:
        sent = {name: spark.createDataFrame(rows.to_arrow()) for name, rows in frames.items()}
        found = shopscore.spark.tally(sent, partitions=3, **rules)
        state = found.collect()
        found.unpersist()
        return state

    old, new = counted({**others, "orders": others["orders"].head(50)}), counted(others)
    ledger = ss.Ledger.create(tmp_path / "ledger", platform="douyin")
    ledger.ingest({**rows, "shops": names["shops"]}, known_at="2024-07-01")
    ledger.add_counted(old, known_at="2024-07-01")
    ledger.add_counted(new - old, known_at="2024-07-02")
    both = {name: pl.concat([rows[name], others[name]]) for name in names}
    whole = ss.score({**both, "shops": names["shops"]}, as_of=AS_OF, **rules)
    assert shops_in(ledger.score(AS_OF, ruleset="2022")) == shops_in(whole)
    assert ledger.verify().is_good


def test_workers_are_other_processes(spark: Any) -> None:
    """Of two executors, neither of which is the driver."""
    status = spark.sparkContext._jsc.sc().statusTracker().getExecutorInfos()
    assert len(list(status)) == 3


def test_spark_connect(
    spark: Any, streams: dict[str, pl.DataFrame], paths: dict[str, str], tmp_path: Path
) -> None:
    """A thin client has the same numbers of the same cluster."""
    pytest.importorskip("grpc", reason="pip install pyspark[connect]")
    import json

    (tmp_path / "client.py").write_text(CLIENT, encoding="utf-8")
    platform = ss.platform("douyin")
    port = spark.conf.get("spark.connect.grpc.binding.port")
    asked = [str(tmp_path / "client.py"), port, json.dumps(of_platform(platform, paths)), AS_OF]
    done = subprocess.run([sys.executable, *asked], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    whole = ss.score(of_platform(platform, streams), platform=platform, ruleset="2022", as_of=AS_OF)
    assert shops_of(done.stdout) == shops_in(whole)
