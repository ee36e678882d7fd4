"""Every metric of Amazon, Etsy, eBay and Walmart equals the oracle's, exactly, shop by shop."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

import shopscore as ss
from oracle.random_verdict_events import Rows, as_text, random_verdict_events
from oracle.verdict_metrics import Shop, Value, amazon, ebay, etsy, months, walmart
from support.slow_cases import mostly_slow

PACIFIC, EASTERN, CENTRAL = "America/Los_Angeles", "America/New_York", "America/Chicago"
#: Month ends, leap days, days of evaluation, and days after a clock was changed.
DAYS = mostly_slow(
    [
        date(2024, 2, 29),
        date(2024, 3, 1),
        date(2024, 3, 11),
        date(2024, 3, 20),
        date(2025, 3, 1),
        date(2025, 12, 31),
        date(2026, 1, 1),
        date(2026, 3, 9),
        date(2026, 5, 19),
        date(2026, 5, 20),
        date(2026, 5, 31),
        date(2026, 11, 2),
        date(2026, 11, 30),
    ],
    2,
    9,
)
SHOPS = (60, 45, 3, 1)

Values = dict[str, dict[str, Value]]


def found(result: ss.Result) -> Values:
    """Metric → shop → (value, n), exactly."""
    shops = result.shops["shop_id"].to_list()
    return {
        id: dict(
            zip(
                shops,
                zip(graded.measured.column.fractions(), graded.measured.n.tolist(), strict=True),
                strict=True,
            )
        )
        for id, graded in result.graded.items()
    }


def scored(which: str, rows: Rows, as_of: date, **more: object) -> ss.Result:
    platform, scorecard = which.split("/")
    own = {stream.name for stream in ss.platform(platform).streams}
    frames = {
        stream: pl.DataFrame([as_text(row) for row in every])
        for stream, every in rows.items()
        if stream in own or stream not in ("defects", "messages")
    }
    return ss.score(frames, platform=platform, scorecard=scorecard, ruleset=RULES[which],
                    as_of=as_of, **more)  # type: ignore[arg-type]  # fmt: skip


RULES = {
    "amazon/account_health": "2024-09-25",
    "etsy/service_standards": "2024-09",
    "etsy/star_seller": "2024-09",
    "ebay/seller_standards": "us-2025",
    "walmart/performance": "2024-12-13",
    "walmart/pro_seller": "2024-12-13",
}


def shops_of(rows: Rows, zone: str) -> dict[str, Shop]:
    ids = sorted({row["shop_id"] for row in rows["orders"]})
    return {id: Shop(rows, id, zone) for id in ids}


def assert_equal(result: ss.Result, expected: dict[str, dict[str, Value]]) -> None:
    """The values of each shop by the oracle; a rule set shows some of them."""
    values = found(result)
    assert values
    for metric, by_shop in values.items():
        assert by_shop == {shop: metrics[metric] for shop, metrics in expected.items()}, metric


@pytest.mark.parametrize("as_of", DAYS)
class TestOracle:
    def test_amazon(self, as_of: date) -> None:
        rows = random_verdict_events(as_of.toordinal(), as_of, PACIFIC, SHOPS)
        shops = shops_of(rows, PACIFIC)
        expected = {id: amazon(shop, as_of) for id, shop in shops.items()}
        assert_equal(scored("amazon/account_health", rows, as_of), expected)
        assert sum(value is not None for value, _ in expected["S0"].values()) >= 7

    @pytest.mark.parametrize("which", ["etsy/service_standards", "etsy/star_seller"])
    def test_etsy(self, as_of: date, which: str) -> None:
        rows = random_verdict_events(as_of.toordinal(), as_of, EASTERN, SHOPS)
        result, shops = scored(which, rows, as_of), shops_of(rows, EASTERN)
        first = as_of.replace(day=1)
        following = (first + timedelta(days=31)).replace(day=1)
        assert result.current is not None
        for day, judged in ((first, result.current), (following, result)):
            counts = months(day, 3, as_of)
            assert_equal(judged, {id: etsy(shop, counts) for id, shop in shops.items()})

    def test_ebay(self, as_of: date) -> None:
        rows = random_verdict_events(as_of.toordinal(), as_of, PACIFIC, SHOPS)
        result, shops = scored("ebay/seller_standards", rows, as_of), shops_of(rows, PACIFIC)
        last = as_of.replace(day=20)
        if as_of.day < 20:
            last = (as_of.replace(day=1) - timedelta(days=1)).replace(day=20)
        assert result.current is not None
        for day, judged in ((last, result.current), (as_of, result)):
            assert_equal(judged, {id: ebay(shop, day, as_of) for id, shop in shops.items()})

    @pytest.mark.parametrize("days", [30, 60])
    def test_walmart(self, as_of: date, days: int) -> None:
        rows = random_verdict_events(as_of.toordinal(), as_of, CENTRAL, SHOPS)
        shops = shops_of(rows, CENTRAL)
        expected = {id: walmart(shop, as_of, days) for id, shop in shops.items()}
        assert_equal(
            scored("walmart/performance", rows, as_of, assume={"window.days": days}), expected
        )
        if days == 30:
            assert_equal(scored("walmart/pro_seller", rows, as_of), expected)


def test_a_shop_with_many_transactions_is_looked_at_over_three_months() -> None:
    """A shop of two thousand transactions in a year has more than 400 in three months."""
    as_of = date(2026, 5, 20)
    rows = random_verdict_events(1, as_of, PACIFIC, (1500, 30))
    shops = shops_of(rows, PACIFIC)
    result = scored("ebay/seller_standards", rows, as_of)
    expected = {id: ebay(shop, as_of, as_of) for id, shop in shops.items()}
    assert_equal(result, expected)
    assert 400 <= expected["S0"]["defect_rate"][1] < expected["S0"]["transactions"][1]
    assert expected["S1"]["defect_rate"][1] == expected["S1"]["transactions"][1]
