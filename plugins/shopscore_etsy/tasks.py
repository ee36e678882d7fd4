"""What may be waiting on the desk of a seller on Etsy, and until when."""

from shopscore import Assumption, Source, Task, assumed, bilingual, col, first_of

HOUR = 3600

in_time, missed_at = assumed("in_time"), assumed("missed_at")

RULES = Source(
    "help",
    bilingual(
        "Etsy: help pages on service standards and Star Seller",
        "Etsy：服务标准与明星卖家的帮助页面",
    ),
    "O",
)

SHIP_ORDERS = Task(
    "ship_orders",
    zh="按时发货",
    en="Ship order",
    stream="orders",
    since=first_of(col.paid_at, col.created_at),
    where=col.needs_shipping
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

ANSWER_MESSAGES = Task(
    "answer_messages",
    zh="回复消息",
    en="Answer message",
    stream="messages",
    since=col.received_at,
    where=col.answered_at.is_null()
    & (assumed("now") - col.received_at <= assumed("open_days") * 86_400),
    deadlines=(col.received_at + 24 * HOUR, col.received_at + 48 * HOUR),
    done={"answered_at": in_time},
    missed={"answered_at": missed_at + 1},
    needs=("answered_at",),
    settings=(
        Assumption(
            "open_days",
            "integer",
            30,
            bilingual(
                "Not published: after so long a message is taken to be settled.",
                "没有公布：超过这么久，视为消息已经处理。",
            ),
            1,
            365,
            "d",
        ),
    ),
    assumes=(bilingual("the answer comes just after the deadline", "超过时限后立刻才回复"),),
    sources=(RULES,),
)
