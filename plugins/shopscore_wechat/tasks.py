"""What may be waiting on the desk of a shop on WeChat, and until when."""

from shopscore import Source, Task, assumed, bilingual, col, day, first_of, has_row

in_time, missed_at = assumed("in_time"), assumed("missed_at")

CONSOLE = Source(
    "console",
    bilingual(
        "WeChat Shop: the metric 次日及时揽收率 of the console; the end of the next day is a reading",
        "微信小店：后台指标“次日及时揽收率”；截至次日结束是一种理解",
    ),
    "I",
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
    deadlines=(first_of(col.pickup_due_at, (day(col.paid_at) + 2) * 86_400 - 1),),
    done={"picked_up_at": in_time - 1},
    missed={"picked_up_at": missed_at + 1},
    needs=("paid_at", "picked_up_at"),
    assumes=(
        bilingual("the carrier picks up just after the next deadline", "刚过下一个时限才揽收"),
    ),
    sources=(CONSOLE,),
)
