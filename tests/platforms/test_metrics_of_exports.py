"""What exports feed: numbers computed by hand where there is a rule set, and no data elsewhere."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import shopscore as ss
from support.exports import douyin_aftersales, douyin_orders
from support.exports.export_files import FILES, WRITERS, platform, read

AS_OF = "2022-06-30"

# Ages 15 to 104 are 2022-03-18 to 2022-06-15, ages 1 to 90 are 2022-04-01 to 2022-06-29.
#
# Orders paid within ages 15 to 104: …001 (05-01), …101 (05-20), …401 (03-20). Of tickets for
# quality or logistics: …001 has two (and counts once), …901 is in no file (its ticket was applied
# for on 06-01), …301 was paid on 06-20, outside.
QUALITY_RETURNS = Fraction(2, 3)
# Closed within ages 1 to 90: five tickets, one of them lost.
DISPUTES_LOST = Fraction(1, 5)
# Closed, without the platform: …003 took an hour and a half, …006 four hours.
REFUND_ONLY_HOURS = (Fraction(3, 2) + 4) / 2
# Paid within ages 1 to 90: …001, …101, …301.
PAID_ORDERS = 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Both exports of the shop under names that say nothing, in two encodings."""
    for file, encoding in (
        (douyin_orders.ORDERS, "gb18030"),
        (douyin_aftersales.AFTERSALES, "zip"),
    ):
        WRITERS[encoding](file, tmp_path)
    return tmp_path


def score(events: ss.Events, **options: object) -> Any:
    given = {"platform": "douyin", "ruleset": "2022", "as_of": AS_OF, **options}
    return ss.score(events, **given)["S1"]


def metrics(folder: Path) -> dict[str, tuple[float | None, int, str]]:
    shop = score(read(folder, douyin_orders.ORDERS))
    return {m.id: (m.value, m.n, m.status) for m in shop.metrics}


def test_douyin_orders_and_tickets_of_one_folder_give_numbers_computed_by_hand(folder):
    found = metrics(folder)
    # one shop alone has no peers to be ranked among, and a value all the same
    assert found["quality_return_rate"] == (float(QUALITY_RETURNS), 3, "no_peers")
    assert found["dispute_liability_rate"] == (float(DISPUTES_LOST), 5, "no_peers")
    assert found["refund_only_hours"] == (float(REFUND_ONLY_HOURS), 2, "no_peers")


def test_douyin_metrics_that_need_other_files_have_no_data(folder):
    found = metrics(folder)
    computed = {"quality_return_rate", "dispute_liability_rate", "refund_only_hours"}
    assert {id for id, (_, _, status) in found.items() if status == "no_data"} == set(
        found
    ) - computed


def test_douyin_says_that_the_time_of_the_returned_parcel_is_missing(folder):
    shop = score(read(folder, douyin_orders.ORDERS))
    (metric,) = (m for m in shop.metrics if m.id == "return_refund_hours")
    assert "return_signed_at" in metric.reason


@pytest.mark.parametrize(("needed", "enough"), [(PAID_ORDERS, True), (PAID_ORDERS + 1, False)])
def test_douyin_paid_orders_are_counted_once_each(folder, needed, enough):
    shop = score(read(folder, douyin_orders.ORDERS), assume={"eligibility.min_paid_orders": needed})
    (check,) = (c for c in shop.eligibility if c.id == "enough_orders")
    # too few are not called so: the export does not cover the window
    assert (check.met, check.value) == ((True, PAID_ORDERS) if enough else (None, None))


def test_two_douyin_shops_in_two_folders_are_ranked(tmp_path):
    """The second shop has orders and no tickets: nothing was returned."""
    for shop, files in (
        ("S1", (douyin_orders.ORDERS, douyin_aftersales.AFTERSALES)),
        ("S2", (douyin_orders.ORDERS,)),
    ):
        (tmp_path / shop).mkdir()
        for file in files:
            WRITERS["gzip"](file, tmp_path / shop)
    events = read(tmp_path, douyin_orders.ORDERS, shop_id=None)
    result = ss.score(events, platform="douyin", ruleset="2022", as_of=AS_OF)
    rates = {
        id: next(m for m in result[id].metrics if m.id == "quality_return_rate")
        for id in ("S1", "S2")
    }
    assert [(m.value, m.percentile, m.status) for m in rates.values()] == [
        (float(QUALITY_RETURNS), 0.0, "ok"),
        (0.0, 1.0, "ok"),
    ]


ORDER_EXPORTS = [file for file in FILES if file.stream == "orders"]


#: Numbers of orders, which some platforms have a metric for.
COUNTED = {"ebay": {"transactions"}, "etsy": {"orders"}}


@pytest.mark.parametrize("file", ORDER_EXPORTS, ids=lambda file: file.name)
def test_orders_alone_feed_no_other_metric_than_their_number_and_make_no_score(file, tmp_path):
    """None of these exports has a time of the carrier, a review, a ticket or a conversation."""
    events = read(WRITERS["utf-8-sig"](file, tmp_path), file)
    mine = platform(file.platform)
    for card in mine.scorecards:
        for version in card.versions:
            result = ss.score(
                events,
                platform=mine,
                scorecard=card.id,
                ruleset=version,
                as_of="2024-06-01",
            )
            shop = result["S1"]
            assert shop.score is None, (card.id, version)
            others = [m for m in shop.metrics if m.id not in COUNTED.get(file.platform, ())]
            nothing = {"no_data", "missing_number"}  # or a number that it is counted by is missing
            assert {m.status for m in others} <= nothing, (card.id, version)
            assert not any(m.n for m in others)
            assert all(m.reason for m in others)


def test_the_short_report_counts_no_order_that_was_never_paid(tmp_path):
    (file,) = (f for f in FILES if f.layout == "tmall/report")
    events = read(WRITERS["utf-8"](file, tmp_path), file)
    paid = events.frames["orders"]["paid_at"]
    assert (len(paid), paid.null_count()) == (4, 1)
    shop = ss.score(
        events,
        platform="tmall",
        scorecard="experience",
        ruleset="2025-06-30",
        as_of="2020-03-01",
    )["S1"]
    assert shop.status == "partial"  # the report begins within the window: there may be more
