"""What may be waiting on the desk of a seller on Amazon, and until when."""

from shopscore import Assumption, Source, Task, assumed, bilingual, col, first_of

in_time, missed_at = assumed("in_time"), assumed("missed_at")

RULES = Source(
    "help",
    bilingual(
        "Amazon: help pages on account health and their report",
        "亚马逊：账户状况的帮助页面及其报告",
    ),
    "O",
)

SHIP_ORDERS = Task(
    "ship_orders",
    zh="按时发货",
    en="Ship order",
    stream="orders",
    since=first_of(col.paid_at, col.created_at),
    where=(col.channel == "merchant")
    & col.shipped_at.is_null()
    & col.cancelled_at.is_null()
    & col.ship_due_at.is_not_null(),
    deadlines=(col.ship_due_at,),
    done={"shipped_at": in_time},
    missed={"shipped_at": missed_at + 1},
    needs=("shipped_at", "ship_due_at"),
    assumes=(bilingual("it is shipped just after it was due", "刚过时限才发货"),),
    sources=(RULES,),
)

APPEAL_FEEDBACK = Task(
    "appeal_feedback",
    zh="申诉负面反馈",
    en="Appeal negative feedback",
    stream="defects",
    since=col.happened_at,
    where=(col.kind == "negative_feedback")
    & col.counts
    & (assumed("now") - col.happened_at <= assumed("days") * 86_400),
    deadlines=(col.happened_at + assumed("days") * 86_400,),
    clears=True,
    settings=(
        Assumption(
            "days",
            "integer",
            90,
            bilingual(
                "Not published here: a target of your own.",
                "这里没有公布的规定：由您自己设定的目标。",
            ),
            1,
            365,
            "d",
        ),
    ),
    assumes=(
        bilingual(
            "the platform agrees that it breaks its rules, and it no longer counts",
            "平台认定该反馈违规，不再计入",
        ),
    ),
    sources=(RULES,),
)
