"""What may be waiting on the desk of a shop on Tmall, and until when."""

from attrs import evolve

from shopscore import Source, bilingual, col, first_of, tasks

RULES = Source(
    "rules",
    bilingual(
        "Tmall: rules of the experience score, from 2026-03-16",
        "天猫：店铺真实体验分规则，2026-03-16 起",
    ),
    "O",
)

PUBLISHED_HOURS = bilingual(
    "Published: sessions of these hours count.", "已公布：只计入这些时间的会话。"
)

ANSWER_SESSIONS = evolve(
    tasks.ANSWER_SESSIONS,
    settings=tasks.ANSWER_SESSIONS.settings_because(
        office_from=PUBLISHED_HOURS,
        office_to=PUBLISHED_HOURS,
        seconds=bilingual(
            "Published: the answer comes within three minutes.", "已公布：三分钟内回复。"
        ),
    ),
    sources=(RULES,),
)

HAND_OVER_PARCELS = evolve(
    tasks.HAND_OVER_PARCELS,
    deadlines=(first_of(col.pickup_due_at, tasks.after(col.paid_at, "hours")),),
    settings=(
        tasks.hours(
            "hours",
            48,
            bilingual(
                "Published: picked up within 48 hours, or by the time that is set.",
                "已公布：48 小时内揽收，或按约定的时间。",
            ),
        ),
    ),
    sources=(RULES,),
)
