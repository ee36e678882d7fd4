"""Tasks of the platforms on a few rows written by hand, each at the second where it turns."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, ClassVar

import polars as pl
import pytest

import shopscore as ss
from shopscore import Todo

Row = dict[str, str | bool | int | None]
ORDER: Row = {"order_id": "1", "shop_id": "S", "paid_at": "2026-03-07 12:00:00"}


def frame(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(list(rows), infer_schema_length=None)


def ask(platform: str, now: str, **frames: pl.DataFrame) -> Todo:
    card = ss.platform(platform).scorecard()
    frames.setdefault("orders", frame({**ORDER, "paid_at": None}))
    return ss.todo(frames, platform=platform, ruleset=card.versions[-1], now=now)


def deadlines(todo: Todo, task: str) -> list[tuple[str, datetime | None, bool]]:
    return [(one.id, one.deadline, one.late) for one in todo if one.task.id == task]


class TestParcels:
    PAID: ClassVar[Row] = {**ORDER, "picked_up_at": None}

    @pytest.mark.parametrize(
        ("platform", "now", "hours", "late"),
        [
            ("douyin", "2026-03-08 12:00:00", 24, False),
            ("douyin", "2026-03-08 12:00:01", 36, False),
            ("douyin", "2026-03-09 00:00:01", 48, False),
            ("douyin", "2026-03-09 12:00:01", 48, True),
            ("tmall", "2026-03-07 12:00:01", 48, False),
            ("tmall", "2026-03-09 12:00:01", 48, True),
        ],
    )
    def test_hours(self, platform: str, now: str, hours: int, late: bool) -> None:
        todo = ask(platform, now, orders=frame(self.PAID))
        due = datetime(2026, 3, 7, 12) + timedelta(hours=hours)
        assert deadlines(todo, "hand_over_parcels") == [("1", due, late)]

    def test_the_time_that_the_platform_set(self) -> None:
        order = {**self.PAID, "pickup_due_at": "2026-03-20 23:59:59", "is_presale": True}
        todo = ask("douyin", "2026-03-10 00:00:00", orders=frame(order))
        assert deadlines(todo, "hand_over_parcels") == [
            ("1", datetime(2026, 3, 20, 23, 59, 59), False)
        ]

    def test_days(self) -> None:
        todo = ask("wechat", "2026-03-07 13:00:00", orders=frame(self.PAID))
        assert deadlines(todo, "hand_over_parcels")[0][1] == datetime(2026, 3, 8, 23, 59, 59)
        todo = ask("jd", "2026-03-07 13:00:00", orders=frame(self.PAID))
        assert deadlines(todo, "hand_over_parcels")[0][1] == datetime(2026, 3, 7, 23, 59, 59)
        todo = ask("jd", "2026-03-08 00:00:00", orders=frame(self.PAID))
        assert deadlines(todo, "hand_over_parcels")[0][1] == datetime(2026, 3, 9, 12)

    @pytest.mark.parametrize(
        "more",
        [
            {"picked_up_at": "2026-03-07 13:00:00"},
            {"signed_at": "2026-03-07 14:00:00"},
            {"cancelled_at": "2026-03-07 13:00:00"},
            {"needs_shipping": False},
            {"is_presale": True},
        ],
    )
    def test_not_open(self, more: Row) -> None:
        todo = ask("douyin", "2026-03-07 15:00:00", orders=frame({**self.PAID, **more}))
        assert not deadlines(todo, "hand_over_parcels")


class TestTickets:
    TICKET: ClassVar[Row] = {
        "ticket_id": "T", "shop_id": "S", "kind": "refund_only", "approved_at": None,
        "applied_at": "2026-03-07 12:00:00", "closed_at": None,
    }  # fmt: skip

    def test_when_the_system_decides(self) -> None:
        ticket = {**self.TICKET, "decide_due_at": "2026-03-09 12:00:00"}
        (one,) = (
            one
            for one in ask("douyin", "2026-03-08 00:00:00", aftersales=frame(ticket))
            if one.task.id == "decide_tickets"
        )
        assert one.deadline == one.decided_at == datetime(2026, 3, 9, 12)
        assert one.left_seconds == 36 * 3600

    def test_not_known(self) -> None:
        (one,) = ask("kuaishou", "2026-03-08 00:00:00", aftersales=frame(self.TICKET))
        assert one.decided_at is None
        assert one.deadline == datetime(2026, 3, 8, 12)

    def test_where_a_setting_says_it(self) -> None:
        chosen: dict[str, dict[str, Any]] = {"decide_tickets": {"system_hours": 72}}
        frames = {"aftersales": frame(self.TICKET)}
        asked = {"platform": "kuaishou", "ruleset": "2025-inferred", "now": "2026-03-08 00:00"}
        (one,) = ss.todo(frames, settings=chosen, **asked)
        assert one.decided_at == datetime(2026, 3, 10, 12)


class TestAcrossAChangeOfTheClock:
    """In New York clocks went from 2 to 3 on 8 March 2026."""

    MESSAGE: ClassVar[Row] = {
        "message_id": "M", "shop_id": "S", "received_at": "2026-03-07 12:00:00",
        "answered_at": None,
    }  # fmt: skip

    @pytest.mark.parametrize(
        ("now", "due", "left"),
        [
            ("2026-03-07 12:00:00", datetime(2026, 3, 8, 13), 24 * 3600),
            ("2026-03-08 13:00:00", datetime(2026, 3, 8, 13), 0),
            ("2026-03-08 13:00:01", datetime(2026, 3, 9, 13), 24 * 3600 - 1),
            ("2026-03-09 14:00:00", datetime(2026, 3, 9, 13), -3600),
        ],
    )
    def test_hours_are_hours(self, now: str, due: datetime, left: int) -> None:
        (one,) = ask("etsy", now, messages=frame(self.MESSAGE))
        assert (one.deadline, one.left_seconds) == (due, left)

    def test_a_deadline_that_is_told(self) -> None:
        order = {
            **ORDER, "created_at": "2026-03-07 12:00:00", "shipped_at": None,
            "ship_due_at": "2026-03-08 23:59:59", "channel": "merchant",
        }  # fmt: skip
        for platform in ("etsy", "ebay", "walmart", "amazon"):
            todo = ask(platform, "2026-03-08 00:00:00", orders=frame(order))
            (one,) = todo
            assert one.deadline == datetime(2026, 3, 8, 23, 59, 59)
            zone = todo.zone
            before_change = zone.startswith("America/")
            assert one.left_seconds == 24 * 3600 - 1 - 3600 * before_change


def test_an_order_that_is_too_new_for_its_window_counts_in_both() -> None:
    """Of Amazon's late shipments: 9 of 9 in time, and one that is due today."""
    shipped = [
        {
            **ORDER, "order_id": str(day), "created_at": f"2026-03-0{day} 08:00:00",
            "ship_due_at": f"2026-03-0{day} 20:00:00", "shipped_at": f"2026-03-0{day} 12:00:00",
            "paid_at": f"2026-03-0{day} 08:00:00", "channel": "merchant",
        }
        for day in range(1, 10)
    ]  # fmt: skip
    due = {**shipped[0], "order_id": "10", "created_at": "2026-03-10 08:00:00",
           "ship_due_at": "2026-03-10 20:00:00", "shipped_at": None}  # fmt: skip
    (one,) = ask("amazon", "2026-03-10 12:00:00", orders=frame(*shipped, due))
    effects = {e.metric: (e.value_good, e.value_bad) for e in one.effects}
    assert effects["late_shipment_rate"] == (0.0, float(Fraction(1, 10)))
    assert one.points_at_risk is None
