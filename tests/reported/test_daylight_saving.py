"""Clocks that are changed: durations are between instants, days and hours are the wall's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.counting.resolution import resolve_events
from shopscore.counting.selection import counted_rows
from shopscore.counting.state import Tallies
from shopscore.model.expressions import Expr
from shopscore.model.tallies import Tally
from shopscore.reading.rows.clocks import clock_of, find_zone
from support.event_rows import books, incidents, seconds
from support.linked_events import cells_of, rules_with

CASE = Path(__file__).parent / "27-daylight-saving" / "events"
NEW_YORK = "America/New_York"
EPOCH = datetime(1970, 1, 1)


def value(
    events: ss.Events, platform: str, card: str, metric: str, as_of: str, **more: str
) -> float:
    result = ss.score(events, platform=platform, scorecard=card, as_of=as_of, **more)
    return float({m.id: m.value for m in result["S1"].metrics}[metric] or 0)


def test_of_case_27() -> None:
    events = ss.read_events(CASE, platform="douyin", tz=NEW_YORK)
    assert books(events, "conversations") == {"in": 2, "accepted": 2}
    assert books(events, "orders") == {"in": 2, "accepted": 2}
    rate = value(events, "douyin", "experience", "pickup_rate", "2022-04-01", ruleset="2022")
    assert rate == 1
    assert value(events, "kuaishou", "aftersales", "reply_24h_rate", "2021-11-20") == 1


def test_frames_show_the_wall_and_instants_what_lies_between() -> None:
    events = ss.read_events(CASE, platform="douyin", tz=NEW_YORK)
    orders = events.frames["orders"].sort("order_id")
    assert orders["picked_up_at"].to_list() == [
        seconds("2022-03-11 22:30:00"),
        seconds("2022-03-13 23:30:00"),
    ]
    instants = events.instants["orders"]
    hours = (instants["picked_up_at"] - instants["paid_at"]) / 3600
    assert hours.to_list() == [23.5, 23.5]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Kolkata", "UTC"])
def test_a_clock_that_stays_needs_no_instants(zone: str) -> None:
    events = ss.read_events(CASE, platform="douyin", tz=zone)
    assert events.instants == {}


def test_what_really_is_out_of_order_is_told_as_the_wall_shows_it() -> None:
    frame = pl.DataFrame(
        {
            "shop_id": ["S1"],
            "session_id": ["1"],
            "started_at": ["2021-11-07T01:58:00-04:00"],
            "first_reply_at": ["2021-11-07T01:57:00-04:00"],
        }
    )
    events = ss.read_events({"conversations": frame}, tz=NEW_YORK)
    assert incidents(events.report.repaired, "value", "reason") == [
        ("2021-11-07 01:57:00", "before started_at 2021-11-07 01:58:00: taken as empty")
    ]


def test_the_newest_state_is_that_of_the_later_instant() -> None:
    frame = pl.DataFrame(
        {
            "shop_id": ["S1"] * 2,
            "order_id": ["1"] * 2,
            "carrier": ["first", "second"],
            "updated_at": ["2021-11-07T01:58:00-04:00", "2021-11-07T01:02:00-05:00"],
        }
    )
    events = ss.read_events({"orders": frame}, tz=NEW_YORK)
    assert events.frames["orders"]["carrier"].to_list() == ["second"]


WALLS = st.datetimes(datetime(2021, 10, 1), datetime(2022, 4, 30)).map(
    lambda t: t.replace(microsecond=0)
)
ZONES = ("America/New_York", "Europe/London", "Australia/Lord_Howe", "Africa/Casablanca")


@given(
    st.lists(st.tuples(WALLS, st.integers(0, 5 * 86_400)), min_size=1, max_size=8),
    st.sampled_from(ZONES),
)
@settings(max_examples=40, deadline=None)
def test_durations_and_days_of_any_orders(rows: list[tuple[datetime, int]], zone: str) -> None:
    """By an oracle of Python's own datetimes; and any split adds up to the same state."""
    clock = ZoneInfo(zone)
    paid = [at.replace(tzinfo=UTC) for at, _ in rows]
    picked = [at + timedelta(seconds=later) for at, (_, later) in zip(paid, rows, strict=True)]
    frame = pl.DataFrame(
        {
            "shop_id": ["S1"] * len(rows),
            "order_id": [str(i) for i in range(len(rows))],
            "paid_at": [at.astimezone(clock).isoformat() for at in paid],
            "picked_up_at": [at.isoformat() for at in picked],
        }
    )
    events = ss.read_events({"orders": frame}, tz=zone)
    wall = [int((at.astimezone(clock).replace(tzinfo=None) - EPOCH).total_seconds()) for at in paid]
    assert events.frames["orders"]["paid_at"].to_list() == wall

    lasts = Tally("orders", day=ss.col.paid_at, value=ss.col.picked_up_at - ss.col.paid_at)
    evening: Expr = ss.time_of_day(ss.col.picked_up_at) >= 18 * 3600
    late = Tally("orders", day=ss.col.picked_up_at, where=evening)
    resolved = resolve_events(events, rules_with(lasts, late))
    whole = Tallies.of(resolved)
    local = [at.astimezone(clock) for at in picked]
    assert sum(value for value, _ in cells_of(whole, lasts).values()) == sum(n for _, n in rows)
    assert {day for _, day in cells_of(whole, lasts)} == {
        day_of(at.astimezone(clock)) for at in paid
    }
    in_the_evening = [i for i, at in enumerate(local) if at.hour >= 18]
    assert counted_rows(resolved, late).tolist() == in_the_evening
    assert {day for _, day in cells_of(whole, late)} == {day_of(local[i]) for i in in_the_evening}
    parts = [Tallies.of(part) for part in resolved.split(3)]
    assert parts[2] + (parts[0] + parts[1]) == whole


def test_rows_of_other_streams_and_what_counts_once() -> None:
    """Autumn of New York: at 2:00 the clock goes back to 1:00; 1:30 is there twice."""
    first, second = "2021-11-07T01:30:00-04:00", "2021-11-07T01:10:00-05:00"
    frames = {
        "orders": {"order_id": ["1"], "signed_at": [first]},
        "aftersales": {
            "ticket_id": ["a", "b"],
            "order_id": ["1", "1"],
            "kind": ["exchange", "exchange"],
            "applied_at": [second, first],
            "refunded_at": ["2021-11-07T02:30:00-05:00", "2021-11-08T01:30:00-05:00"],
        },
    }
    tables = {
        n: pl.DataFrame({"shop_id": ["S1"] * len(next(iter(c.values()))), **c})
        for n, c in frames.items()
    }
    events = ss.read_events(tables, tz=NEW_YORK)
    applied, refunded, signed = ss.col.applied_at, ss.col.refunded_at, ss.col.order.signed_at
    latest = ss.first_of(refunded, applied)
    lasts = Tally("aftersales", day=refunded, value=latest - signed)
    once = ss.Once.per_order(earliest=(applied,))
    earliest = Tally("aftersales", day=applied, once=once)
    named = ss.has_row("aftersales", (refunded - applied) <= 2 * 3600)
    quick = Tally("orders", day=ss.col.signed_at, where=named)
    resolved = resolve_events(events, rules_with(lasts, earliest, quick))
    whole = Tallies.of(resolved)
    autumn = day_of(datetime(2021, 11, 7))
    assert cells_of(whole, lasts) == {
        ("S1", autumn): (2 * 3600, 1),  # 1:30 summer to 2:30 winter
        ("S1", autumn + 1): (25 * 3600, 1),
    }
    assert counted_rows(resolved, earliest).tolist() == [1]
    assert cells_of(whole, quick) == {("S1", autumn): (1, 1)}


def day_of(at: datetime) -> int:
    return (at.date() - EPOCH.date()).days


@given(st.datetimes(datetime(1850, 1, 1), datetime(9999, 12, 1)), st.sampled_from(ZONES))
@settings(max_examples=150, deadline=None)
def test_offsets_are_those_of_the_system(at: datetime, zone: str) -> None:
    """Beyond 2100 as well, where tables of changes end."""
    at = at.replace(microsecond=0, tzinfo=UTC)
    frame = pl.DataFrame({"shop_id": ["S1"], "order_id": ["1"], "paid_at": [at.isoformat()]})
    events = ss.read_events({"orders": frame}, tz=zone)
    wall = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert events.frames["orders"]["paid_at"].to_list() == [(wall - EPOCH) // timedelta(seconds=1)]


@given(
    st.lists(st.datetimes(datetime(1960, 1, 1), datetime(2300, 1, 1)), min_size=1, max_size=5),
    st.sampled_from((*ZONES, "Asia/Shanghai", "Pacific/Apia")),
)
@settings(max_examples=150, deadline=None)
def test_times_of_the_wall_are_placed_as_python_does(walls: list[datetime], zone: str) -> None:
    walls = [at.replace(microsecond=0) for at in walls]
    clock = clock_of(find_zone(zone))
    given_ = pl.Series([(at - EPOCH) // timedelta(seconds=1) for at in walls])
    steady = clock.steady(given_)
    expected = [at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for at in walls]
    instants = [(at - EPOCH.replace(tzinfo=UTC)) // timedelta(seconds=1) for at in expected]
    assert (steady - clock.base).to_list() == instants
    shown = [at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for at in expected]
    assert clock.wall(steady).to_list() == [(at - EPOCH) // timedelta(seconds=1) for at in shown]


@pytest.mark.parametrize("name", ["localtime", "right/UTC", "posix/UTC", "Factory", "posixrules"])
def test_what_is_no_zone_everywhere_is_refused(name: str) -> None:
    with pytest.raises(ss.UsageError, match="not a time zone"):
        ss.read_events(CASE, tz=name)
