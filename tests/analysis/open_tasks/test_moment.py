"""Events as they were known at a moment: later times are empty, later rows are not there."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

import shopscore as ss
from shopscore.analysis.open_tasks.moment import known_at, parse_moment, seconds_of
from shopscore.errors import UsageError
from support.open_task_frames import AHEAD, BEGINS, KEYS, rolled_back, sample

NOW = datetime(2022, 6, 20, 15)
SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")


class TestParsing:
    def test_a_time_on_the_clock(self) -> None:
        assert parse_moment("2022-06-20 15:00", SHANGHAI) == NOW
        assert parse_moment("2022-06-20T15:00:00", SHANGHAI) == NOW
        assert parse_moment(NOW.replace(microsecond=7), SHANGHAI) == NOW

    def test_an_offset_is_converted(self) -> None:
        assert parse_moment("2022-06-20T07:00:00Z", SHANGHAI) == NOW
        assert parse_moment(datetime(2022, 6, 20, 19, tzinfo=UTC), NEW_YORK) == NOW

    def test_now_by_default(self) -> None:
        there = datetime.now(SHANGHAI).replace(tzinfo=None)
        assert abs((parse_moment(None, SHANGHAI) - there).total_seconds()) < 60

    def test_what_is_no_time(self) -> None:
        with pytest.raises(UsageError, match="'noon' is not a time"):
            parse_moment("noon", SHANGHAI)


def test_the_same_as_row_by_row() -> None:
    frames = sample(shops=6, orders=600)
    events = known_at(ss.read_events(frames, platform="douyin"), seconds_of(NOW))
    expected = ss.read_events(rolled_back(frames, NOW), platform="douyin")
    for name in BEGINS:
        ours, theirs = events.frames[name], expected.frames[name]
        times = [c.name for c in ss.platform("douyin").all_streams[name].columns]
        there = [c for c in times if c in ours.columns]
        key = KEYS.get(name, there[0])
        one, other = (
            f.select("shop", *there).with_columns(pl.all().cast(pl.String)).sort("shop", key)
            for f in (ours, theirs)
        )
        assert one.equals(other), name
    orders, reviews = events.frames["orders"], events.frames["reviews"]
    linked = reviews.filter(pl.col("_order").is_not_null())
    named = orders["order_id"].gather(linked["_order"]).cast(pl.String)
    assert named.to_list() == linked["order_id"].cast(pl.String).to_list()
    assert reviews["_order"].is_null().sum() == expected.frames["reviews"]["_order"].is_null().sum()


def test_what_is_known_ahead_stays() -> None:
    events = ss.read_events(sample(shops=3, orders=300), platform="douyin")
    known = known_at(events, seconds_of(NOW)).frames["orders"]
    for name in AHEAD:
        assert (known[name] > seconds_of(NOW)).any(), name
    assert not (known["signed_at"] > seconds_of(NOW)).any()


def test_nothing_later_is_the_same_events() -> None:
    events = ss.read_events(sample(shops=3, orders=300), platform="douyin")
    assert known_at(events, seconds_of(datetime(2023, 1, 1))) is events


def test_a_refund_after_the_moment_has_not_happened_yet() -> None:
    orders = pl.DataFrame({"order_id": ["1"], "shop_id": ["S"], "paid_at": ["2022-06-01 10:00:00"]})
    ticket = {
        "ticket_id": ["T"],
        "shop_id": ["S"],
        "kind": ["return_refund"],
        "order_id": ["1"],
        "applied_at": ["2022-06-10 10:00:00"],
        "approved_at": ["2022-06-10 12:00:00"],
        "return_signed_at": ["2022-06-14 09:00:00"],
        "refunded_at": ["2022-06-15 18:00:00"],
        "closed_at": ["2022-06-15 18:00:00"],
    }
    frames = {"orders": orders, "aftersales": pl.DataFrame(ticket)}

    def waiting(now: str) -> list[tuple[str, str]]:
        todo = ss.todo(frames, platform="douyin", ruleset="2022", now=now)
        return [(one.task.id, one.id) for one in todo if one.id == "T"]

    assert waiting("2022-06-10 09:59:59") == []
    assert waiting("2022-06-10 11:00:00") == [("decide_tickets", "T")]
    assert waiting("2022-06-12 00:00:00") == []
    assert waiting("2022-06-15 17:59:59") == [("refund_returns", "T")]
    assert waiting("2022-06-15 18:00:00") == []
