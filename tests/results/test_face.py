"""What a user holds: names, views and dictionaries, all from the same columns."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import polars as pl
import pytest
from attrs import asdict, fields

import shopscore as ss
from shopscore.results.views import MetricView, ShopView

NAMES = ("platform", "scorecard", "ruleset", "as_of")
VALUES = {
    "shop_id": ["S1", "S2", "S3"],
    "metric": ["bad_review_rate"] * 3,
    "value": [0.01, 0.02, None],
    "n": [10, 10, 0],
}


def values(rows: Any = VALUES) -> ss.Result:
    return ss.score_values(
        pl.DataFrame(rows), platform="douyin", ruleset="2022", as_of="2022-07-01"
    )


class TestNames:
    def test_of_every_rule_set(self, results: dict[str, ss.Result]) -> None:
        for name, result in results.items():
            assert f"{result.platform}/{result.scorecard}/{result.ruleset}" == name
            assert result.as_of == date(2022, 7, 1)
            head = result.to_dict()
            assert [head[n] for n in NAMES] == [*name.split("/"), "2022-07-01"]

    def test_of_a_shop(self, result: ss.Result) -> None:
        for shop in result:
            assert tuple(getattr(shop, n) for n in NAMES) == tuple(
                getattr(result, n) for n in NAMES
            )

    def test_the_rule_set_is_what_the_argument_takes(
        self, events: ss.Events, results: dict[str, ss.Result]
    ) -> None:
        for result in results.values():
            again = ss.score(
                events,
                platform=result.platform,
                scorecard=result.scorecard,
                ruleset=result.ruleset,
                as_of=result.as_of,
            )
            assert again.to_json() == result.to_json()

    def test_come_first_in_a_frame(self, results: dict[str, ss.Result]) -> None:
        for result in results.values():
            frame = result.to_polars()
            assert tuple(frame.columns[:5]) == (*NAMES, "shop_id")
            assert frame.schema["as_of"] == pl.Date
            row = tuple(getattr(result, n) for n in NAMES)
            assert set(frame.select(NAMES).iter_rows()) == {row}

    def test_of_no_shop(self) -> None:
        result = ss.score({"orders": {"shop_id": [], "order_id": []}}, platform="douyin",
                          ruleset="2022", as_of="2022-07-01")  # fmt: skip
        frame = result.to_polars()
        assert (len(result), frame.height) == (0, 0)
        assert tuple(frame.columns[:5]) == (*NAMES, "shop_id")
        assert frame.schema["as_of"] == pl.Date
        assert result.to_dict()["shops"] == []


class TestRepr:
    def test_of_a_result(self, results: dict[str, ss.Result]) -> None:
        for name, result in results.items():
            scored = sum(shop.status == "scored" for shop in result)
            assert repr(result) == f"<Result {name} as of 2022-07-01: 12 shops, {scored} scored>"
        assert repr(values()).endswith("3 shops, 0 scored>"), "one metric of nine is known"

    def test_of_views_is_a_line(self, result: ss.Result) -> None:
        scored = next(s for s in result if s.score is not None)
        other = next(s for s in result if s.score is None)
        assert repr(scored) == f"<ShopView {scored.shop_id}: scored {scored.score:g}>"
        assert repr(other) == f"<ShopView {other.shop_id}: {other.status}>"
        for shop in result:
            for metric in shop:
                line = repr(metric)
                assert line.startswith(f"<MetricView {metric.id}: {metric.status}")
                assert ("value" in line) == (metric.value is not None)
                assert ("points" in line) == (metric.points is not None)
                assert "\n" not in line
                assert len(line) < 100


class TestShop:
    def test_finds_its_metrics(self, results: dict[str, ss.Result]) -> None:
        for result in results.values():
            for shop in result:
                assert tuple(shop) == shop.metrics
                for metric in shop.metrics:
                    assert metric.id in shop
                    assert shop[metric.id] is metric

    def test_finds_its_dimensions(self, result: ss.Result) -> None:
        shop = result["S0001"]
        for dimension in shop.dimensions:
            assert shop.dimension(dimension.id) is dimension
            assert dimension.id not in shop
        with pytest.raises(ss.UsageError, match="no dimension good; did you mean goods"):
            shop.dimension("good")

    @pytest.mark.parametrize(
        ("id", "words"),
        [
            ("pickup_rat", "no metric pickup_rat; did you mean pickup_rate"),
            ("zzz", "no metric zzz; known: bad_review_rate, "),
            ("goods", r"goods is a dimension, not a metric: shop.dimension\('goods'\)"),
            (0, "no metric 0; known"),
        ],
    )
    def test_unknown(self, result: ss.Result, id: Any, words: str) -> None:
        shop = result["S0001"]
        assert id not in shop
        with pytest.raises(ss.UsageError, match=words):
            shop[id]


class TestDictionaries:
    def test_are_the_document(self, results: dict[str, ss.Result]) -> None:
        for result in results.values():
            assert result.to_dict() == json.loads(result.to_json())

    def test_of_some_shops(self, result: ss.Result) -> None:
        some = result.to_dict(("S0009", "S0004"))
        assert [s["shop_id"] for s in some["shops"]] == ["S0004", "S0009"]
        every = {s["shop_id"]: s for s in result.to_dict()["shops"]}
        assert all(s == every[s["shop_id"]] for s in some["shops"])
        with pytest.raises(ss.UsageError, match="no shop S00009"):
            result.to_dict(("S00009",))

    def test_of_each_shop_are_the_entries(self, results: dict[str, ss.Result]) -> None:
        for result in results.values():
            assert [shop.to_dict() for shop in result] == result.to_dict()["shops"]

    def test_say_what_the_views_say(self, results: dict[str, ss.Result]) -> None:
        for result in results.values():
            for shop in result:
                entry = shop.to_dict()
                for name in ("shop_id", "industry", "status", "score", "score_exact"):
                    assert entry[name] == getattr(shop, name)
                assert entry.get("coverage") == shop.coverage
                assert tuple(entry["tiers"]) == shop.tiers
                for told, view in zip(entry["dimensions"], shop.dimensions, strict=True):
                    assert told == {"id": view.id, "weight": view.weight, "points": view.points}
                assert entry["eligibility"] == [asdict(check) for check in shop.eligibility]
                for told, metric in zip(entry["metrics"], shop.metrics, strict=True):
                    shown = {f.name: getattr(metric, f.name) for f in fields(MetricView)}
                    shown["reason_zh"] = metric.reason and metric.reason.text("zh")
                    assert told == {name: shown[name] for name in told}
                    assert all(shown[n] is None for n in shown.keys() - told.keys())

    def test_of_more_shops_than_are_made_at_once(self) -> None:
        """Lines of single shops are made in blocks: the first, the last and one in between."""
        ids = [f"S{i:05}" for i in range(1500)]
        rates = [i % 97 / 100 for i in range(1500)]
        rows = {"shop_id": ids, "metric": ["pickup_rate"] * 1500, "value": rates, "n": [9] * 1500}
        result = values(rows)
        entries = result.to_dict()["shops"]
        for row in (0, 511, 512, 1023, 1024, 1499, 3):
            assert result[ids[row]].to_dict() == entries[row]

    def test_views_of_one_shop_are_equal(self, result: ss.Result) -> None:
        assert result["S0001"] == result["S0001"]
        assert result["S0001"] != result["S0002"]
        assert isinstance(result["S0001"], ShopView)


def test_a_misspelt_shop_among_many() -> None:
    """The guess is made among the first and the neighbours of the id, and few are listed."""
    ids = [f"S{number:05}" for number in range(3000)]
    rows = {"shop_id": ids, "metric": "dsr_service", "value": 4.8, "n": 1}
    result = ss.score_values(
        pl.DataFrame(rows), platform="tmall", scorecard="dsr", as_of="2022-07-01"
    )
    for word, guess in (("S2999", "S02999"), ("S01234 ", "S01234"), ("s00000", "S00000")):
        with pytest.raises(ss.UsageError, match=rf"no shop {word} here; did you mean {guess}\?"):
            result[word]
    with pytest.raises(ss.UsageError) as caught:
        result["another"]
    assert len(str(caught.value)) < 250
