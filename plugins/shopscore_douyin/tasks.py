"""What may be waiting on the desk of a shop on Douyin, and until when."""

from shopscore import (
    Assumption,
    Source,
    Task,
    assumed,
    bilingual,
    col,
    first_of,
    has_row,
    time_of_day,
)

HOUR = 3600

now, in_time, missed_at = assumed("now"), assumed("in_time"), assumed("missed_at")

TABLE = Source(
    "s001",
    bilingual(
        "Douyin: the table of metrics of 2022 (source 001)",
        "抖音：2022 年的指标表（资料 001）",
    ),
    "S",
)

EXPORT = Source(
    "export",
    bilingual(
        "Douyin: headers of the after-sales export",
        "抖音：售后单导出的表头",
    ),
    "P",
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
    done={
        "first_reply_at": in_time,
        "rounds": first_of(col.rounds, 1),
        "unanswered_rounds": 0,
        "reply_seconds": first_of(col.reply_seconds, 0) + (in_time - col.started_at),
    },
    missed={
        "first_reply_at": missed_at + 1,
        "rounds": first_of(col.rounds, 1),
        "unanswered_rounds": first_of(col.unanswered_rounds, 1),
        "reply_seconds": first_of(col.reply_seconds, 0),
    },
    needs=("first_reply_at",),
    settings=(
        Assumption(
            "office_from",
            "integer",
            8 * HOUR,
            bilingual(
                "Published: sessions of these hours count.", "已公布：只计入这些时间的会话。"
            ),
            0,
            86_399,
            "s",
        ),
        Assumption(
            "office_to",
            "integer",
            23 * HOUR - 1,
            bilingual(
                "Published: sessions of these hours count.", "已公布：只计入这些时间的会话。"
            ),
            0,
            86_399,
            "s",
        ),
        Assumption(
            "seconds",
            "integer",
            180,
            bilingual(
                "Published: the answer comes within three minutes.", "已公布：三分钟内回复。"
            ),
            1,
            86_400,
            "s",
        ),
        Assumption(
            "open_hours",
            "integer",
            24,
            bilingual(
                "Not published: after so long a session is taken to be over.",
                "没有公布：超过这么久，视为会话已经结束。",
            ),
            1,
            720,
            "h",
        ),
    ),
    assumes=(bilingual("the answer comes just after the deadline", "超过时限后立刻才回复"),),
    sources=(TABLE,),
)

DECIDE_TICKETS = Task(
    "decide_tickets",
    zh="处理售后单",
    en="Decide on ticket",
    stream="aftersales",
    since=col.applied_at,
    where=col.approved_at.is_null() & col.closed_at.is_null() & col.refunded_at.is_null(),
    deadlines=(first_of(col.decide_due_at, col.applied_at + assumed("hours") * HOUR),),
    decided=col.decide_due_at,
    missed={
        "approved_at": missed_at,
        "refunded_at": missed_at,
        "closed_at": missed_at,
        "outcome": "refunded",
    },
    needs=("approved_at", "closed_at"),
    settings=(
        Assumption(
            "hours",
            "integer",
            24,
            bilingual(
                "Not published: a target of your own, where the export tells no time.",
                "没有公布：导出没有给出时间时，由您自己设定的目标。",
            ),
            1,
            720,
            "h",
        ),
    ),
    assumes=(
        bilingual(
            "the request is agreed to at the deadline, and the ticket closes then",
            "到时限才同意，售后单同时完结",
        ),
    ),
    sources=(EXPORT,),
)

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
        first_of(col.pickup_due_at, col.paid_at + assumed(hours) * HOUR)
        for hours in ("first_hours", "second_hours", "last_hours")
    ),
    done={"picked_up_at": in_time - 1},
    missed={"picked_up_at": missed_at + 1},
    needs=("paid_at", "picked_up_at"),
    settings=(
        Assumption(
            "first_hours",
            "integer",
            24,
            bilingual(
                "Published: pick-up is graded by these hours.", "已公布：揽收按这些小时数分级考核。"
            ),
            1,
            720,
            "h",
        ),
        Assumption(
            "second_hours",
            "integer",
            36,
            bilingual(
                "Published: pick-up is graded by these hours.", "已公布：揽收按这些小时数分级考核。"
            ),
            1,
            720,
            "h",
        ),
        Assumption(
            "last_hours",
            "integer",
            48,
            bilingual(
                "Published: pick-up is graded by these hours.", "已公布：揽收按这些小时数分级考核。"
            ),
            1,
            720,
            "h",
        ),
    ),
    assumes=(
        bilingual("the carrier picks up just after the next deadline", "刚过下一个时限才揽收"),
    ),
    sources=(TABLE,),
)
