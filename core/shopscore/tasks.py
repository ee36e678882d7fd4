"""Tasks for any merchant: what may be waiting on the desk, over the canonical streams.

A platform adopts them with ``tasks=("shopscore.tasks",)``; a task of its own with the same id, in a
module that it names before, takes the place of one of these. None of the hours here is a platform's
number: each is a setting. A platform that knows better restates one of them:

>>> from attrs import evolve
>>> from shopscore import Source, tasks
>>> ANSWER_SESSIONS = evolve(
...     tasks.ANSWER_SESSIONS,
...     settings=tasks.ANSWER_SESSIONS.settings_because(seconds="Published: within three minutes."),
...     sources=(Source("rules", "An imaginary page", "I"),),
... )
"""

from __future__ import annotations

from .messages import bilingual
from .model.assumptions import Assumption
from .model.builders import assumed, col, first_of, has_row, time_of_day
from .model.expressions import Expr
from .model.rulesets import Source
from .model.tasks import Task

HOUR = 3600
DAY = 24 * HOUR

GUIDANCE = Source(
    "guidance",
    bilingual(
        "What the project's primary sources (000 to 004) tell merchants to look after",
        "项目的原始资料（000 至 004）提醒商家关注的事项",
    ),
    "S",
    note="Which rows wait is a reading; no deadline here is published by a platform.",
)
NOT_PUBLISHED = bilingual(
    "Not published here: a target of your own.", "这里没有公布的规定：由您自己设定的目标。"
)

now, in_time, missed_at = assumed("now"), assumed("in_time"), assumed("missed_at")


def hours(id: str, value: int | None, reason: str) -> Assumption:
    """Return a setting in hours; without a value there is no such deadline."""
    return Assumption(id, "integer", value, reason, 1, 720, "h", nullable=value is None)


def after(time: Expr, setting: str) -> Expr:
    """Return the time so many hours later; null where the setting has none."""
    return time + assumed(setting) * HOUR


def second_of_day(id: str, value: int, reason: str) -> Assumption:
    """Return a setting that is a time of the day, in seconds since midnight."""
    return Assumption(id, "integer", value, reason, 0, DAY - 1, "s")


OFFICE_HOURS = bilingual(
    "Not published: sessions of these hours are taken to count.",
    "没有公布：视为只计入这些时间的会话。",
)

ANSWER_SESSIONS = Task(
    "answer_sessions",
    zh="回复会话",
    en="Answer session",
    stream="conversations",
    since=col.started_at,
    where=col.to_human
    & col.first_reply_at.is_null()
    & time_of_day(col.started_at).between(assumed("office_from"), assumed("office_to"))
    & (now - col.started_at <= assumed("open_hours") * HOUR),
    deadlines=(col.started_at + assumed("seconds"),),
    done={"first_reply_at": in_time},
    missed={"first_reply_at": missed_at + 1},
    settings=(
        second_of_day("office_from", 8 * HOUR, OFFICE_HOURS),
        second_of_day("office_to", 23 * HOUR - 1, OFFICE_HOURS),
        Assumption("seconds", "integer", 180, NOT_PUBLISHED, 1, DAY, "s"),
        hours(
            "open_hours",
            24,
            bilingual(
                "Not published: after so long a session is taken to be over.",
                "没有公布：超过这么久，视为会话已经结束。",
            ),
        ),
    ),
    assumes=(bilingual("the answer comes just after the deadline", "超过时限后立刻才回复"),),
    needs=("first_reply_at",),
    sources=(GUIDANCE,),
)

DECIDE_TICKETS = Task(
    "decide_tickets",
    zh="处理售后单",
    en="Decide on ticket",
    stream="aftersales",
    since=col.applied_at,
    where=col.approved_at.is_null() & col.closed_at.is_null() & col.refunded_at.is_null(),
    deadlines=(after(col.applied_at, "hours"),),
    decided=after(col.applied_at, "system_hours"),
    missed={
        "approved_at": missed_at,
        "refunded_at": missed_at,
        "closed_at": missed_at,
        "outcome": "refunded",
    },
    settings=(
        hours("hours", 24, NOT_PUBLISHED),
        hours(
            "system_hours",
            None,
            bilingual(
                "After so long the system decides in the merchant's place; not published here.",
                "超过这么久由系统代为处理；这里没有公布的规定。",
            ),
        ),
    ),
    assumes=(
        bilingual(
            "the request is agreed to at the deadline, and the ticket closes then",
            "到时限才同意，售后单同时完结",
        ),
    ),
    needs=("approved_at", "closed_at"),
    sources=(GUIDANCE,),
)

REFUND_RETURNS = Task(
    "refund_returns",
    zh="为退货退款",
    en="Refund return",
    stream="aftersales",
    since=col.return_signed_at,
    where=col.return_signed_at.is_not_null()
    & (col.kind == "return_refund")
    & col.refunded_at.is_null()
    & col.closed_at.is_null(),
    deadlines=(after(col.return_signed_at, "hours"),),
    decided=after(col.return_signed_at, "system_hours"),
    missed={
        "approved_at": first_of(col.approved_at, col.applied_at),
        "refunded_at": missed_at,
        "closed_at": missed_at,
        "outcome": "refunded",
    },
    settings=(
        hours("hours", 24, NOT_PUBLISHED),
        hours(
            "system_hours",
            None,
            bilingual(
                "After so long the system refunds in the merchant's place; not published here.",
                "超过这么久由系统自动退款；这里没有公布的规定。",
            ),
        ),
    ),
    assumes=(
        bilingual(
            "the refund is paid at the deadline, and the ticket closes then",
            "到时限才退款，售后单同时完结",
        ),
    ),
    needs=("return_signed_at", "refunded_at"),
    sources=(GUIDANCE,),
)

#: Orders that are to be handed to a carrier, and were not yet.
unshipped = (
    col.paid_at.is_not_null()
    & col.picked_up_at.is_null()
    & col.signed_at.is_null()
    & col.confirmed_at.is_null()
    & col.cancelled_at.is_null()
    & col.needs_shipping
    & ~has_row("aftersales", (col.outcome == "refunded") & col.closed_at.is_not_null())
)

HAND_OVER_PARCELS = Task(
    "hand_over_parcels",
    zh="催促揽收",
    en="Hand over parcel",
    stream="orders",
    since=col.paid_at,
    where=unshipped & (~col.is_presale | col.pickup_due_at.is_not_null()),
    deadlines=tuple(
        first_of(col.pickup_due_at, after(col.paid_at, setting))
        for setting in ("first_hours", "second_hours", "last_hours")
    ),
    done={"picked_up_at": in_time - 1},
    missed={"picked_up_at": missed_at + 1},
    settings=(
        hours("first_hours", 24, NOT_PUBLISHED),
        hours("second_hours", 36, NOT_PUBLISHED),
        hours("last_hours", 48, NOT_PUBLISHED),
    ),
    assumes=(
        bilingual("the carrier picks up just after the next deadline", "刚过下一个时限才揽收"),
    ),
    needs=("paid_at", "picked_up_at"),
    sources=(GUIDANCE,),
)

APPEAL_BAD_REVIEWS = Task(
    "appeal_bad_reviews",
    zh="申诉差评",
    en="Appeal bad review",
    stream="reviews",
    since=col.reviewed_at,
    where=col.is_valid
    & (col.rating <= assumed("max_rating"))
    & (now - col.reviewed_at <= assumed("days") * DAY),
    deadlines=(col.reviewed_at + assumed("days") * DAY,),
    clears=True,
    settings=(
        Assumption(
            "max_rating",
            "integer",
            2,
            bilingual("Reviews with at most so many stars are bad.", "不超过这么多星算差评。"),
            1,
            5,
        ),
        Assumption("days", "integer", 30, NOT_PUBLISHED, 1, 365, "d"),
    ),
    assumes=(
        bilingual(
            "the platform agrees that the review breaks its rules, and it no longer counts",
            "平台认定该评价违规，不再计入",
        ),
    ),
    sources=(GUIDANCE,),
)
