"""What is told of the rows of partitions, and what happens where something fails there."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import evolve

import shopscore as ss
import shopscore.spark
from shopscore._version import version
from shopscore.counting.resolution import resolve_events
from shopscore.counting.state import Tallies
from shopscore.plugins.selection import select_rules
from shopscore.spark import tallying
from shopscore.testing.toy import PLATFORM as TOY
from support.event_frames import lines
from support.on_spark import AS_OF, notices, of_platform

MASTER = "local[2]"
RULES: dict[str, Any] = {"platform": TOY, "ruleset": "2025-01-01"}
TWICE = """
from attrs import frozen
from shopscore import Aggregator

@frozen
class Twice(Aggregator):
    of: object

    @property
    def tallies(self):
        return (self.of,)

    def combine(self, sums, counts):
        return 2 * sums[0], counts[0], counts[0]
"""
DOUYIN: dict[str, Any] = {"platform": "douyin", "ruleset": "2022"}


def orders(shops: list[str], ids: list[str], **more: list[Any]) -> pl.DataFrame:
    count = len(shops)
    times = {
        "paid_at": ["2025-03-01 10:00:00"] * count,
        "signed_at": ["2025-03-04 12:00:00"] * count,
    }
    return pl.DataFrame({"shop_id": shops, "order_id": ids, **times, **more})


def on_spark(spark: Any, frames: dict[str, pl.DataFrame], partitions: int, **rules: Any) -> Any:
    tables = {name: spark.createDataFrame(frame.to_arrow()) for name, frame in frames.items()}
    return shopscore.spark.tally(tables, partitions=partitions, **(rules or RULES))


def test_industries_are_ranked_on_spark(
    streams: dict[str, pl.DataFrame], rows: dict[str, Any]
) -> None:
    """To the same rows and columns as on one machine; so each industry knows the days of all."""
    platform = ss.platform("douyin")
    counted = shopscore.spark.tally(of_platform(platform, rows), partitions=5, **DOUYIN)
    scores = pl.DataFrame(counted.score(as_of=AS_OF).orderBy("shop_id").toArrow())
    whole = ss.score(of_platform(platform, streams), as_of=AS_OF, **DOUYIN).to_polars()
    assert scores.equals(whole.cast(scores.schema))  # type: ignore[arg-type]
    assert len(set(whole["industry"])) > 2
    cells = pl.DataFrame(counted.cells.toArrow())
    state = counted.collect()
    assert cells.sort(cells.columns).equals(state.cells.sort(cells.columns))
    assert set(cells["tally"]) <= set(counted.tallies)
    later = ss.score(state, as_of="2024-07-02", shops=counted.shops, **DOUYIN)
    events = ss.read_events(of_platform(platform, streams), platform=platform)
    assert lines(later) == lines(ss.score(events, as_of="2024-07-02", **DOUYIN))
    with pytest.raises(ss.StateError, match="which one of them was counted of as a whole"):
        state + ss.tally(ss.resolve(events, **DOUYIN))


def test_rows_set_aside_are_named_by_file_and_row(
    spark: Any, streams: dict[str, pl.DataFrame], paths: dict[str, str]
) -> None:
    """Those of Parquet files; Spark knows no place of others, and their key is told."""
    some = {name: paths[name] for name in ("orders", "reviews", "shops")}
    counted = shopscore.spark.tally(some, partitions=3, **DOUYIN)
    whole = ss.read_events({name: streams[name] for name in some}, platform="douyin").report
    found = counted.report.set_aside
    assert len(found) == len(whole.set_aside) > 5
    files = {name: f"file:{paths[name]}" for name in some}
    assert found["file"].to_list() == [files[name] for name in found["stream"]]
    places = ["stream", "row", "column", "value", "reason"]
    assert found.select(places).sort(places).equals(whole.set_aside.select(places).sort(places))
    assert (
        counted.report.repaired.select(places)
        .sort(places)
        .equals(whole.repaired.select(places).sort(places))
    )
    in_memory = on_spark(spark, {"orders": streams["orders"]}, 3, **DOUYIN)
    named = pl.DataFrame(in_memory.set_aside.toArrow())
    assert named["file"].null_count() == named["row"].null_count() == len(named) > 0
    assert all('"order_id":' in key for key in named["key"])


def test_types_and_columns_of_spark(spark: Any) -> None:
    """Numbers, times and moments of Spark are read as those of any dataframe; others are named."""
    spark.sql(
        "SELECT 17L AS shop_id, 2024063000000123L AS order_id,"
        " TIMESTAMP '2025-03-01 10:00:00 Asia/Shanghai' AS paid_at,"
        " TIMESTAMP_NTZ '2025-03-04 12:00:00' AS signed_at, 3 AS colour"
    ).createOrReplaceTempView("typed")
    counted = shopscore.spark.tally({"orders": spark.table("typed")}, partitions=2, **RULES)
    text = orders(["17"], ["2024063000000123"])
    same = on_spark(spark, {"orders": text}, 2).collect()
    assert counted.collect().cells.equals(same.cells)
    assert counted.report.ignored == {"orders": ("colour",)}
    assert [notice.code for notice in counted.report.notices if notice.stream == "orders"] == [
        "columns_unused"
    ]


def test_links_that_lead_nowhere_are_told_of_as_by_one_run(spark: Any) -> None:
    """Each partition knows only its own shops; whether others find theirs decides."""
    shops = [f"S{number}" for number in range(8)]
    ids = [f"{shop}-{number}" for shop in shops for number in range(3)]
    of_shops = [shop for shop in shops for _ in range(3)]
    one = orders(of_shops, ids)

    def reviews(named: list[str]) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "shop_id": of_shops,
                "review_id": ids,
                "order_id": named,
                "reviewed_at": "2025-03-09 20:00:00",
                "rating": "5",
            }
        )

    lost = [f"X{id}" for id in ids]
    some = lost[:3] + ids[3:21] + lost[21:]
    of_one = one.filter(pl.col("shop_id") == "S1")
    for own, named in ((one, lost), (one, some), (of_one, some), (of_one, lost), (None, ids)):
        tables = {"reviews": reviews(named)} | ({} if own is None else {"orders": own})
        counted = on_spark(spark, tables, 4)
        events = ss.read_events(tables, platform=TOY)
        assert notices(counted.report) == notices(events.report)
        assert counted.report.books == events.report.books


def test_ids_are_judged_beside_those_of_all_partitions(spark: Any) -> None:
    """Ids of one shop end in zeros, and those of others clear them; so do words before numbers."""
    shops = ["A", "A", "B", "B", "C", "C"]
    ids = ["6921738301234560000", "6921738309999990000", "6921738301234567891", "6921738301234567899",
           "单号7", "共6条记录"]  # fmt: skip
    tables = {"orders": orders(shops, ids)}
    events = ss.read_events(tables, platform=TOY)
    assert events.report.books["orders"].set_aside == 2
    counted = on_spark(spark, tables, 6)
    assert counted.report.books == events.report.books
    named = {"orders": orders(shops, [f"单号{id[-7:]}" for id in ids[:4]] + ["单号7", "单号8"])}
    assert ss.read_events(named, platform=TOY).report.books["orders"].set_aside == 0
    assert on_spark(spark, named, 6).report.books["orders"].set_aside == 0
    rounded = {"orders": orders(["A", "A", "B", "B"], [ids[0], ids[1], ids[0], ids[1]])}
    with pytest.raises(ss.InputError, match="look as if a spreadsheet had rounded them"):
        on_spark(spark, rounded, 3).collect()


def with_aggregator(monkeypatch: pytest.MonkeyPatch, aggregator: ss.Aggregator) -> Any:
    """Rules that every tally uses from now on: with another aggregator of a metric."""
    selected = select_rules(**RULES)
    metrics = dict(selected.rules.metrics)
    changed = evolve(metrics["bad_reviews"], aggregator=aggregator)
    rules = evolve(selected.rules, metrics={**metrics, "bad_reviews": changed})
    monkeypatch.setattr(tallying, "select_rules", lambda *_: evolve(selected, rules=rules))
    return rules


def test_what_fails_on_an_executor_names_metric_and_shop(
    spark: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the error that it is on one machine, in both languages."""
    sums = ss.Total(ss.Tally("orders", day=ss.col.paid_at, value=ss.col.amount * 4_000_000))
    rules = with_aggregator(monkeypatch, sums)
    amount = "10000000000.00"
    table = orders([*"ABCDD"], [*"12345"], amount=["1", "2", "3", amount, amount])
    with pytest.raises(ss.StateError, match=r"^sums of tallies do not fit in int64") as alone:
        Tallies.of(resolve_events(ss.read_events({"orders": table}, platform=TOY), rules))
    counted = on_spark(spark, {"orders": table}, 1)
    with pytest.raises(ss.StateError, match=f"^metric bad_reviews, shop D: {alone.value}") as there:
        counted.collect()
    assert there.value.text("zh") == f"指标 bad_reviews，店铺 D：{alone.value.text('zh')}"


def test_a_plugin_that_executors_lack_is_named(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its classes travel by name: what they are is looked up there."""
    package = tmp_path / "only_on_the_driver"
    package.mkdir()
    (package / "__init__.py").write_text(TWICE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    twice = import_module("only_on_the_driver").Twice
    with_aggregator(monkeypatch, twice(ss.Tally("orders", day=ss.col.paid_at)))
    counted = on_spark(spark, {"orders": orders(["A"], ["1"])}, 1)
    words = (
        "an executor has no Python module only_on_the_driver .*needed by bad_reviews.*PYTHONPATH"
    )
    with pytest.raises(ss.PluginError, match=words):
        counted.collect()


def test_another_version_on_executors_is_refused(
    spark: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallying, "version", lambda: "0.0.1")
    counted = on_spark(spark, {"orders": orders(["A"], ["1"])}, 1)
    with pytest.raises(ss.StateError, match=f"has shopscore {version()}, and the driver 0.0.1"):
        counted.collect()


def test_what_is_refused_before_anything_runs(spark: Any) -> None:
    rows = spark.createDataFrame(orders(["A"], ["1"]).to_arrow())
    for streams, error, words in [
        ({}, ss.UsageError, "a mapping of Spark dataframes or paths"),
        ({"order": rows}, ss.InputError, "unknown stream order; did you mean orders"),
        ({"orders": rows.drop("order_id")}, ss.InputError, "stream orders: no column order_id"),
        (
            {"orders": rows.selectExpr("*", "array(1) AS amount")},
            ss.InputError,
            "column amount: List.* a cell holds several values",
        ),
    ]:
        with pytest.raises(error, match=words):
            shopscore.spark.tally(streams, **RULES)
    with pytest.raises(ss.UsageError, match="partitions=0: at least one is needed"):
        shopscore.spark.tally({"orders": rows}, partitions=0, **RULES)
    floats = rows.selectExpr("shop_id", "order_id", "paid_at", "1.5D AS buyer_id")
    with pytest.raises(ss.InputError, match="column buyer_id: Float64 cannot be read as text"):
        shopscore.spark.tally({"orders": floats}, partitions=1, **RULES).collect()
