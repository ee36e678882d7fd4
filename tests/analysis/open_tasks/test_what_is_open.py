"""What is open, until when: by the conditions of the pages, row by row in plain Python."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore import Assumption, Platform, Source, Task, Todo, assumed, col
from shopscore.errors import DeclarationError, UsageError
from shopscore.testing.toy import PLATFORM
from support.open_task_frames import rolled_back, sample, with_unanswered

NOW = datetime(2022, 6, 20, 15)
HOUR = timedelta(hours=1)
FRAMES = with_unanswered(sample(shops=12, orders=900), datetime(2022, 6, 18), NOW)


@pytest.fixture(scope="module")
def todo() -> Todo:
    return ss.todo(FRAMES, platform="douyin", ruleset="2022", now=NOW)


@pytest.fixture(scope="module")
def rows() -> dict[str, list[dict[str, Any]]]:
    known = rolled_back(FRAMES, NOW)
    return {name: list(frame.iter_rows(named=True)) for name, frame in known.items()}


def listed(todo: Todo, task: str) -> dict[str, datetime | None]:
    return {one.id: one.deadline for one in todo if one.task.id == task}


def test_parcels(todo: Todo, rows: dict[str, list[dict[str, Any]]]) -> None:
    refunded = {
        r["order_id"] for r in rows["aftersales"] if r["outcome"] == "refunded" and r["closed_at"]
    }
    expected = {}
    for order in rows["orders"]:
        moved = ("picked_up_at", "signed_at", "confirmed_at", "cancelled_at")
        if not order["paid_at"] or any(order[name] for name in moved):
            continue
        if not order["needs_shipping"] or order["order_id"] in refunded:
            continue
        if order["is_presale"] and not order["pickup_due_at"]:
            continue
        bounds = [order["pickup_due_at"]] if order["pickup_due_at"] else []
        bounds = bounds or [order["paid_at"] + hours * HOUR for hours in (24, 36, 48)]
        ahead = [bound for bound in bounds if bound >= NOW]
        expected[order["order_id"]] = ahead[0] if ahead else bounds[-1]
    assert expected
    assert listed(todo, "hand_over_parcels") == expected


def test_sessions_of_office_hours(todo: Todo, rows: dict[str, list[dict[str, Any]]]) -> None:
    expected = {
        r["session_id"]: r["started_at"] + timedelta(seconds=180)
        for r in rows["conversations"]
        if r["to_human"] and not r["first_reply_at"]
        and 8 <= r["started_at"].hour < 23 and NOW - r["started_at"] <= 24 * HOUR
    }  # fmt: skip
    assert expected
    assert listed(todo, "answer_sessions") == expected


def test_tickets_and_returns(todo: Todo, rows: dict[str, list[dict[str, Any]]]) -> None:
    waiting, returned = {}, {}
    for r in rows["aftersales"]:
        if r["closed_at"] or r["refunded_at"]:
            continue
        if not r["approved_at"]:
            waiting[r["ticket_id"]] = r["applied_at"] + 24 * HOUR
        if r["kind"] == "return_refund" and r["return_signed_at"]:
            returned[r["ticket_id"]] = r["return_signed_at"] + 24 * HOUR
    assert waiting
    assert returned
    assert listed(todo, "decide_tickets") == waiting
    assert listed(todo, "refund_returns") == returned


def test_bad_reviews(todo: Todo, rows: dict[str, list[dict[str, Any]]]) -> None:
    expected = {
        r["review_id"]: r["reviewed_at"] + timedelta(days=30)
        for r in rows["reviews"]
        if r["rating"] <= 2 and r["is_valid"] and NOW - r["reviewed_at"] <= timedelta(days=30)
    }
    assert expected
    assert listed(todo, "appeal_bad_reviews") == expected


def test_late_and_left(todo: Todo) -> None:
    for one in todo:
        assert one.deadline is not None
        assert one.left_seconds == (one.deadline - NOW).total_seconds()
        assert one.late is (one.deadline < NOW)
    assert {one.late for one in todo} == {True, False}


def test_sorted_by_deadline_then_points(todo: Todo) -> None:
    order = [(one.deadline, one.points_at_risk is None, -(one.points_at_risk or 0)) for one in todo]
    assert order == sorted(order)


class TestSettings:
    def test_chosen(self) -> None:
        asked = {"platform": "douyin", "ruleset": "2022", "now": NOW}
        settings = {"decide_tickets": {"hours": 6}, "appeal_bad_reviews": {"on": False}}
        todo = ss.todo(FRAMES, settings=settings, **asked)
        assert not listed(todo, "appeal_bad_reviews")
        for one in todo:
            if one.task.id == "decide_tickets":
                assert one.deadline == one.since + 6 * HOUR
        assert todo.assumptions["decide_tickets:hours"] == 6

    @pytest.mark.parametrize(
        ("settings", "said"),
        [
            ({"decide_ticket": {}}, "has no task decide_ticket; did you mean decide_tickets?"),
            ({"decide_tickets": {"hour": 1}}, "has no setting hour; did you mean hours?"),
            (
                {"decide_tickets": {"hours": -1}},
                "setting hours of task decide_tickets: -1 is outside its bounds 1 to 720",
            ),
            (
                {"decide_tickets": {"hours": "x"}},
                "setting hours of task decide_tickets: 'x' is not a number that can be used",
            ),
        ],
    )
    def test_refused(self, settings: dict[str, dict[str, object]], said: str) -> None:
        with pytest.raises(UsageError) as refused:
            ss.todo(FRAMES, platform="douyin", ruleset="2022", now=NOW, settings=settings)
        assert said in str(refused.value)


def test_one_shop() -> None:
    asked = {"platform": "douyin", "ruleset": "2022", "now": NOW}
    every, some = ss.todo(FRAMES, **asked), ss.todo(FRAMES, shop="S0002", **asked)
    assert some.open == tuple(one for one in every if one.shop_id == "S0002")
    with pytest.raises(UsageError, match="no shop S002 here"):
        ss.todo(FRAMES, shop=["S002"], **asked)


def test_of_a_result_and_a_shop() -> None:
    result = ss.score(FRAMES, platform="douyin", ruleset="2022", as_of="2022-06-20")
    asked = {"platform": "douyin", "ruleset": "2022", "as_of": "2022-06-20"}
    assert result.todo().open == ss.todo(FRAMES, now="2022-06-20 00:00", **asked).open
    assert result.todo(now=NOW).open == ss.todo(FRAMES, now=NOW, **asked).open
    assert {one.shop_id for one in result["S0001"].todo(now=NOW)} == {"S0001"}
    values = pl.DataFrame({"shop_id": ["S"], "metric": ["bad_review_rate"], "value": [0.1]})
    typed = ss.score_values(values, platform="douyin", ruleset="2022", as_of="2022-06-20")
    with pytest.raises(UsageError, match="not made from events"):
        typed.todo()


class TestAbsentData:
    def test_without_a_column_nothing_is_called_open(self) -> None:
        frames = {**FRAMES, "conversations": FRAMES["conversations"].drop("first_reply_at")}
        todo = ss.todo(frames, platform="douyin", ruleset="2022", now=NOW)
        assert not listed(todo, "answer_sessions")
        (why,) = (why for task, why in todo.not_asked.items() if task.id == "answer_sessions")
        assert why == "conversations.first_reply_at is missing"
        assert any("not looked for" in notice.message for notice in todo.notices)

    def test_without_a_stream(self) -> None:
        frames = {name: frame for name, frame in FRAMES.items() if name != "aftersales"}
        todo = ss.todo(frames, platform="douyin", ruleset="2022", now=NOW)
        assert {task.id for task in todo.not_asked} == {"decide_tickets", "refund_returns"}

    def test_what_counts_as_empty_is_told(self) -> None:
        frames = {**FRAMES, "orders": FRAMES["orders"].drop("cancelled_at")}
        todo = ss.todo(frames, platform="douyin", ruleset="2022", now=NOW)
        assert any("cancelled_at of orders" in notice.message for notice in todo.notices)


NOTE = Source("note", "An example", "I")
WATCH = Task(
    "watch",
    zh="留意",
    en="Watch",
    stream="reviews",
    since=col.reviewed_at,
    where=col.rating <= assumed("stars"),
    settings=(Assumption("stars", "integer", 1, "As an example.", 1, 5),),
    assumes=("nothing",),
    sources=(NOTE,),
)


class TestDeclaration:
    def test_no_deadline_and_nothing_at_stake(self) -> None:
        platform = with_tasks(WATCH)
        todo = ss.todo(FRAMES, platform=platform, now="2025-01-01 00:00")
        assert len(todo)
        assert {one.deadline for one in todo} == {None}
        assert {str(one.reason) for one in todo} == {"the task does not say what counts as bad"}

    def test_refused(self) -> None:
        with pytest.raises(DeclarationError, match="needs two labels"):
            Task("a", zh="", en="A", stream="reviews", since=col.reviewed_at, where=col.is_valid,
                 sources=(NOTE,))  # fmt: skip
        with pytest.raises(DeclarationError, match="leave out missed and done, or clears"):
            Task("a", zh="甲", en="A", stream="reviews", since=col.reviewed_at, where=col.is_valid,
                 sources=(NOTE,), clears=True, missed={"rating": 1})  # fmt: skip
        with pytest.raises(DeclarationError, match="now is no name for a setting"):
            Task("a", zh="甲", en="A", stream="reviews", since=col.reviewed_at, where=col.is_valid,
                 sources=(NOTE,), settings=(Assumption("now", "integer", 1, "x"),))  # fmt: skip

    def test_the_first_module_goes_first(self) -> None:
        own = ss.platform("tmall").all_tasks
        general = ss.platform("wechat").all_tasks
        assert own["answer_sessions"] is not general["answer_sessions"]
        assert own["appeal_bad_reviews"] is general["appeal_bad_reviews"]

    def test_settings_for_another_reason(self) -> None:
        from attrs import evolve

        again = evolve(WATCH, settings=WATCH.settings_because(stars="Published."))
        assert [(s.id, s.value, s.high, s.reason) for s in again.own_settings] == [
            ("stars", 1, 5, "Published.")
        ]
        assert again.bound({"stars": 2}).where.key == WATCH.bound({"stars": 2}).where.key
        assert again.settings_because() == again.own_settings
        with pytest.raises(DeclarationError, match=r"watch has no setting star.*stars"):
            WATCH.settings_because(star="Published.")


def with_tasks(*tasks: Task) -> Platform:
    """The toy platform with some tasks."""
    from attrs import evolve

    platform = evolve(PLATFORM)
    platform.__dict__["all_tasks"] = {task.id: task for task in tasks}
    return platform
