"""What a user's code looks like to a type checker. Only mypy reads this file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, assert_type

import polars as pl

import shopscore as ss


def results(folder: Path) -> None:
    result = ss.score(folder, platform="douyin", ruleset="2022", as_of="2024-06-30")
    assert_type(result, ss.Result)
    assert_type(len(result), int)
    assert_type(result.to_polars(), pl.DataFrame)
    assert_type(result.to_json(), str)
    assert_type(result.to_json(("S1",)), str)
    assert_type(result.to_dict()["shops"], Any)
    assert_type((result.platform, result.scorecard, result.ruleset), tuple[str, str, str])
    assert_type(result.score, pl.Series)
    assert_type(result.as_of, date)
    assert_type(result.notices, tuple[ss.Notice, ...])
    assert_type(result.versions, dict[str, str | None])
    assert_type(result.report, ss.LoadReport | None)

    shop = result["S1"]
    assert_type(shop.score, float | None)
    assert_type(shop.status, str)
    assert_type(shop.tiers, tuple[str, ...])
    for metric in shop.metrics:
        assert_type(metric.id, str)
        assert_type(metric.value, float | None)
        assert_type(metric.n, int | None)
        assert_type(metric.percentile, float | None)
        assert_type(metric.weight, float | None)
    assert_type(shop["pickup_rate"].value, float | None)
    assert_type((shop.platform, shop.scorecard, shop.ruleset), tuple[str, str, str])
    assert_type(shop.as_of, date)
    assert_type("pickup_rate" in shop, bool)
    assert_type(shop.dimension("goods").points, float | None)
    assert_type(shop.to_dict(), dict[str, Any])
    assert_type(ss.evaluate(ss.col.rating <= 2, {"rating": 1}), Any)
    for dimension in shop.dimensions:
        assert_type(dimension.points, float | None)
    assert_type([s.shop_id for s in result], list[str])


def ways_to_call(events: ss.Events, rules: ss.RuleSet, platform: ss.Platform) -> None:
    ss.score("exports/", platform="douyin")
    ss.score({"orders": pl.DataFrame()}, platform=platform, ruleset=Path("mine.toml"))
    ss.score(events, platform="douyin", ruleset=rules, as_of=date(2024, 6, 30), strict=True)
    ss.score(events, platform="douyin", benchmarks="table.csv", assume={"decay.half_life_days": 30})
    ss.score(events, platform="douyin", progress=print)
    assert_type(ss.score_values("values.csv", platform="douyin", industry="food"), ss.Result)

    ss.score(events, "douyin")  # type: ignore[call-arg]
    ss.score(events, platform=3)  # type: ignore[arg-type]
    ss.score(events, platform="douyin", as_of=20240630)  # type: ignore[arg-type]
    ss.score(events, platform="douyin", rule_set="2022")  # type: ignore[call-arg]


def reading() -> None:
    events = ss.read_events("exports/", platform="douyin", tz="Asia/Shanghai")
    assert_type(events, ss.Events)
    assert_type(events.digest, str)
    assert_type(events.shops, pl.DataFrame)
    assert_type(events.zone, str | None)
    report = events.report
    assert_type(report, ss.LoadReport)
    assert_type(report.books["orders"].accepted, int)
    assert_type(report.books["orders"].balanced, bool)
    assert_type(report.set_aside, pl.DataFrame)


def questions(result: ss.Result) -> None:
    found = ss.simulate("exports/", shop="S1", levers="chase_pickup:hours=20", platform="douyin")
    assert_type(found, ss.Simulation)
    ss.simulate(result, levers={"chase_pickup": {"hours": 20}, "agree_at_once": None}, draws=3)
    ss.simulate(result, levers=["chase_pickup", {"id": "agree_at_once"}], set={"rate": 0.98})
    assert_type(found.touched, pl.DataFrame)
    assert_type(found.to_polars(), pl.DataFrame)
    assert_type(found.after.score, float | None)
    assert_type(found.to_dict(), dict[str, Any])


def state(events: ss.Events) -> None:
    resolved = ss.resolve(events, platform="douyin", ruleset="2022")
    assert_type(resolved, ss.Resolved)
    parts = resolved.split(2)
    assert_type(parts, tuple[ss.Resolved, ...])
    a, b = (ss.tally(part) for part in parts)
    assert_type(a, ss.Tallies)
    assert_type(a + b, ss.Tallies)
    assert_type(a + b - b, ss.Tallies)
    assert_type(-a, ss.Tallies)
    assert_type(ss.score(a + b, platform="douyin", shops=pl.DataFrame()), ss.Result)
    assert_type(a.to_polars(), pl.DataFrame)
    assert_type(a.cells, pl.DataFrame)
    a.write_parquet(Path("state.parquet"))
    assert_type(ss.Tallies.read_parquet("state.parquet"), ss.Tallies)
    assert_type(ss.Tallies.from_dataframe(a), ss.Tallies)
    a + 1  # type: ignore[operator]


def catalogue() -> None:
    assert_type(ss.platforms(), tuple[ss.Platform, ...])
    card = ss.platform("douyin").scorecard("experience")
    assert_type(card, ss.Scorecard)
    rules = card.at("2022-08-01")
    assert_type(rules, ss.RuleSet)
    assert_type(rules.effective_from, date | None)
    assert_type(rules.covers(date(2022, 1, 1)), bool)
    assert_type(ss.plugin_records(), tuple[ss.PluginRecord, ...])
    rules.version = "2023"  # type: ignore[misc]


def errors() -> None:
    try:
        ss.score("exports/", platform="douyin")
    except ss.InputError as error:
        assert_type(error, ss.InputError)
        assert_type(error.exit_code, int)
    except (ss.CoverageError, ss.PluginError) as error:
        assert_type(error.exit_code, int)
