"""Counted on Spark once, and continued on one machine, in a ledger: the numbers of one run."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import shopscore as ss
import shopscore.spark
from support.whole_orders import (
    AS_OF,
    before,
    days_of,
    of_orders,
    rest_of,
    sample,
    shops_in,
    state_of,
)

MASTER = "local[2]"


@pytest.mark.parametrize("platform", ["pinduoduo", "douyin"])
def test_cells_from_spark_and_days_after(platform: str, spark: Any, tmp_path: Path) -> None:
    rules = {"platform": platform, "ruleset": "2022"}
    old = of_orders(sample(), before(date(2025, 3, 21)))
    streams = {}
    for name, rows in old.items():
        if rows.columns:
            rows.write_parquet(tmp_path / f"{name}.parquet")
            streams[name] = spark.read.parquet(str(tmp_path / f"{name}.parquet"))
    counted = shopscore.spark.tally(streams, **rules, partitions=3, unit="order")
    state = counted.collect()
    assert state.scope == state_of(old, **rules).scope
    shops = spark.read.parquet(str(tmp_path / "shops.parquet"))
    by_spark = {row["shop_id"]: row["score"] for row in counted.score(as_of=AS_OF).collect()}
    on_day = ss.score(state, as_of=AS_OF, shops=counted.shops, **rules)
    assert by_spark == dict(on_day.to_polars().select("shop_id", "score").iter_rows())
    ledger = ss.Ledger.create(tmp_path / "ledger", platform=platform)
    ledger.add_counted(state, known_at="2025-03-21")
    ledger.ingest({"shops": shops.toArrow()}, known_at="2025-03-21")
    for number, day in enumerate(days_of(rest_of(sample(), old))):
        ledger.ingest(day, known_at=f"2025-04-{number + 1:02}")
    whole = ss.score(sample(), as_of=AS_OF, **rules)
    assert shops_in(ledger.score(AS_OF, ruleset="2022")) == shops_in(whole)
    assert ledger.verify().is_good
    counted.unpersist()


def test_rules_that_look_beyond_orders_count_whole_shops(spark: Any, tmp_path: Path) -> None:
    sample()["orders"].write_parquet(tmp_path / "orders.parquet")
    orders = spark.read.parquet(str(tmp_path / "orders.parquet"))
    rules = {"platform": "douyin", "ruleset": "2026-09-08"}
    with pytest.raises(ss.UsageError, match="looks beyond orders"):
        shopscore.spark.tally({"orders": orders}, **rules, unit="order")
    with pytest.raises(ss.UsageError, match="unit='day': it is shop or order"):
        shopscore.spark.tally({"orders": orders}, **rules, unit="day")  # type: ignore[arg-type]
