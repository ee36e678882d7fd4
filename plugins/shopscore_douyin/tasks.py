"""What may be waiting on the desk of a shop on Douyin, and until when."""

from attrs import evolve

from shopscore import Source, assumed, bilingual, col, first_of, tasks

in_time, missed_at = assumed("in_time"), assumed("missed_at")

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

PUBLISHED_HOURS = bilingual(
    "Published: sessions of these hours count.", "已公布：只计入这些时间的会话。"
)

ANSWER_SESSIONS = evolve(
    tasks.ANSWER_SESSIONS,
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
    settings=tasks.ANSWER_SESSIONS.settings_because(
        office_from=PUBLISHED_HOURS,
        office_to=PUBLISHED_HOURS,
        seconds=bilingual(
            "Published: the answer comes within three minutes.", "已公布：三分钟内回复。"
        ),
    ),
    sources=(TABLE,),
)

DECIDE_TICKETS = evolve(
    tasks.DECIDE_TICKETS,
    deadlines=(first_of(col.decide_due_at, tasks.after(col.applied_at, "hours")),),
    decided=col.decide_due_at,
    settings=(
        tasks.hours(
            "hours",
            24,
            bilingual(
                "Not published: a target of your own, where the export tells no time.",
                "没有公布：导出没有给出时间时，由您自己设定的目标。",
            ),
        ),
    ),
    sources=(EXPORT,),
)

GRADED_HOURS = bilingual(
    "Published: pick-up is graded by these hours.", "已公布：揽收按这些小时数分级考核。"
)

HAND_OVER_PARCELS = evolve(
    tasks.HAND_OVER_PARCELS,
    settings=tasks.HAND_OVER_PARCELS.settings_because(
        first_hours=GRADED_HOURS, second_hours=GRADED_HOURS, last_hours=GRADED_HOURS
    ),
    sources=(TABLE,),
)
