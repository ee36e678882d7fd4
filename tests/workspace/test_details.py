"""Details of a shop: what the questions of a shop answer, and peers by counting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from math import ceil
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.samples import generate
from shopscore.testing.toy import PLATFORM
from shopscore.workspace.details import details_of

DAY = "2025-03-28"
SHOP = "S0001"


@pytest.fixture(scope="module")
def result() -> ss.Result:
    events = generate(shops=80, orders=3200, end=date(2025, 3, 31))
    return ss.score(events, platform=PLATFORM, as_of=DAY)


@pytest.fixture(scope="module")
def track(result: ss.Result) -> ss.Track:
    return ss.track(result.events, platform=PLATFORM, start="2025-03-20", end=DAY)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def details(result: ss.Result, track: ss.Track) -> dict[str, Any]:
    return details_of(result, SHOP, track=track, target=0.9, ends=True)


def test_they_are_plain_values(details: dict[str, Any]) -> None:
    assert json.loads(json.dumps(details, allow_nan=False)) == details


def test_numbers_are_those_of_the_shop(result: ss.Result, details: dict[str, Any]) -> None:
    shop = result[SHOP]
    for name in ("score", "score_exact", "score_low", "score_high", "coverage", "status"):
        assert details[name] == getattr(shop, name)
    assert [one["id"] for one in details["metrics"]] == [one.id for one in shop.metrics]
    for one, metric in zip(details["metrics"], shop.metrics, strict=True):
        for name in ("value", "n", "percentile", "peers", "points", "weight"):
            assert one[name] == getattr(metric, name)


def test_contributions_are_those_of_the_explanation(
    result: ss.Result, details: dict[str, Any]
) -> None:
    explained = result.explain(SHOP)
    lines = details["contributions"]["lines"]
    assert [one["gives"] for one in lines] == [float(one.gives) for one in explained.contributions]
    assert sum(one["gives"] for one in lines) == pytest.approx(float(explained.score_exact or 0))
    assert [one["costs"] for one in details["events"]] == [float(e.costs) for e in explained.events]
    ends = {one.id: [end.value for end in one.ends] for one in explained.assumptions}
    assert {o["id"]: [e["value"] for e in o["ends"]] for o in details["assumptions"]} == ends


def test_days_are_those_of_the_track(track: ss.Track, details: dict[str, Any]) -> None:
    own = track.shop(SHOP).to_polars()
    days = details["track"]["days"]
    assert [one["score"] for one in days] == own["score"].to_list()
    assert days[-1]["day"] == DAY
    assert days[-1]["score"] == details["score"]


def test_gaps_are_those_that_were_found(result: ss.Result, details: dict[str, Any]) -> None:
    found = result.gap(SHOP, target=0.9)
    (target,) = details["gap"]["targets"]
    assert target["words"] == {"en": "a score of 0.9", "zh": target["words"]["zh"]}
    assert target["words"]["zh"] != target["words"]["en"]
    (asked,) = found.targets
    assert [one["events"] for one in target["metrics"]] == [one.events for one in asked.metrics]
    assert details["gap"]["leaving_days"] == len(found.leaving)


def test_peers_by_counting(result: ss.Result, details: dict[str, Any]) -> None:
    shop = result[SHOP]
    assert details["peers"], "the sample has industries of ten shops and more"
    for one in details["peers"]:
        values = []
        for other in result:
            metric = other[one["id"]]
            if other.industry == shop.industry and metric.percentile is not None:
                values.append(metric.value)
        values.sort()
        assert len(values) == one["peers"] >= 10
        for share, quantile in zip((10, 25, 50, 75, 90), one["quantiles"], strict=True):
            within = [value for value in values if value <= quantile]
            assert len(within) >= share / 100 * len(values)
            assert quantile == values[ceil(share * len(values) / 100) - 1]
        assert one["value"] == shop[one["id"]].value


def test_few_peers_are_not_shown() -> None:
    events = generate(shops=9, orders=400, end=date(2025, 3, 31))
    events["shops"] = events["shops"].with_columns(industry=pl.lit("one"))
    few = ss.score(events, platform=PLATFORM, as_of=DAY)
    assert all(details_of(few, shop.shop_id)["peers"] == [] for shop in few)


def test_a_target_that_the_rules_do_not_know_is_told(result: ss.Result) -> None:
    gap = details_of(result, SHOP, target="tier=golden")["gap"]
    assert gap["targets"] == []
    (said,) = gap["remarks"]
    assert "golden" in said["en"]
    assert "golden" in said["zh"]


def test_every_text_is_in_both_languages(details: dict[str, Any]) -> None:
    both = [*_both(details)]
    assert len(both) > 30
    assert all(one["en"] and one["zh"] for one in both)


def _both(value: Any) -> Iterator[dict[str, str]]:
    if isinstance(value, dict):
        if {*value} == {"en", "zh"}:
            yield value
        for one in value.values():
            yield from _both(one)
    elif isinstance(value, list):
        for one in value:
            yield from _both(one)


def test_a_shop_that_is_not_there(result: ss.Result) -> None:
    with pytest.raises(ss.UsageError, match="no shop nobody here"):
        details_of(result, "nobody")


def test_of_typed_in_values() -> None:
    values = {"shop_id": ["a", "b"], "fast_replies": [0.8, 0.6]}
    import polars as pl

    result = ss.score_values(
        pl.DataFrame(values).unpivot(index="shop_id", variable_name="metric", value_name="value"),
        platform=PLATFORM,
        as_of=DAY,
    )
    found = details_of(result, "a")
    assert found["events"] == []
    assert found["track"] is None
    assert found["todo"] is None
    assert json.dumps(found, allow_nan=False)
