"""What may be waiting on the desk of a shop on Xiaohongshu, and until when."""

from shopscore import Assumption, Source, Task, assumed, bilingual, col

HOUR = 3600

SHOP_PAGE = Source(
    "t",
    bilingual(
        "Xiaohongshu: metrics of the shop score, told by a third party",
        "小红书：第三方转述的店铺分指标",
    ),
    "T",
)

ANSWER_SESSIONS = Task(
    "answer_sessions",
    zh="回复会话",
    en="Answer session",
    stream="conversations",
    since=col.started_at,
    where=col.to_human
    & col.first_reply_at.is_null()
    & (assumed("now") - col.started_at <= assumed("open_hours") * HOUR),
    deadlines=(col.started_at + 180,),
    done={"first_reply_at": assumed("in_time")},
    missed={"first_reply_at": assumed("missed_at") + 1},
    needs=("first_reply_at",),
    settings=(
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
    sources=(SHOP_PAGE,),
)
