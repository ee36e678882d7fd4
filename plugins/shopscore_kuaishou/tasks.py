"""What may be waiting on the desk of a shop on Kuaishou, and until when."""

from shopscore import Assumption, Source, Task, assumed, bilingual, col, time_of_day

HOUR = 3600

now, in_time, missed_at = assumed("now"), assumed("in_time"), assumed("missed_at")

GUIDE = Source(
    "s000",
    bilingual(
        "Kuaishou shop experience score: merchant guide of 2023-08-02 (source 000)",
        "快手店铺体验分：2023-08-02 的商家指南（资料 000）",
    ),
    "S",
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
                "Not published: sessions of these hours are taken to count.",
                "没有公布：视为只计入这些时间的会话。",
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
                "Not published: sessions of these hours are taken to count.",
                "没有公布：视为只计入这些时间的会话。",
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
    sources=(GUIDE,),
)
