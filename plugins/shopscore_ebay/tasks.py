"""What may be waiting on the desk of a seller on eBay, and until when."""

from shopscore import Source, Task, assumed, bilingual, col, first_of

in_time, missed_at = assumed("in_time"), assumed("missed_at")

RULES = Source(
    "help",
    bilingual(
        "eBay: help pages on seller standards",
        "eBay：卖家标准的帮助页面",
    ),
    "O",
)

SHIP_ORDERS = Task(
    "ship_orders",
    zh="按时发货",
    en="Ship order",
    stream="orders",
    since=first_of(col.paid_at, col.created_at),
    where=col.shipped_at.is_null() & col.cancelled_at.is_null() & col.ship_due_at.is_not_null(),
    deadlines=(col.ship_due_at,),
    done={"shipped_at": in_time},
    missed={"shipped_at": missed_at + 1},
    needs=("shipped_at", "ship_due_at"),
    assumes=(bilingual("it is shipped just after it was due", "刚过时限才发货"),),
    sources=(RULES,),
)
