"""What may be waiting on the desk of a shop on Tmall, and until when."""

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

RULES = Source(
    "rules",
    bilingual(
        "Tmall: rules of the experience score, from 2026-03-16",
        "天猫：店铺真实体验分规则，2026-03-16 起",
    ),
    "O",
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
    sources=(RULES,),
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
    deadlines=(first_of(col.pickup_due_at, col.paid_at + assumed("hours") * HOUR),),
    done={"picked_up_at": in_time - 1},
    missed={"picked_up_at": missed_at + 1},
    needs=("paid_at", "picked_up_at"),
    settings=(
        Assumption(
            "hours",
            "integer",
            48,
            bilingual(
                "Published: picked up within 48 hours, or by the time that is set.",
                "已公布：48 小时内揽收，或按约定的时间。",
            ),
            1,
            720,
            "h",
        ),
    ),
    assumes=(
        bilingual("the carrier picks up just after the next deadline", "刚过下一个时限才揽收"),
    ),
    sources=(RULES,),
)
