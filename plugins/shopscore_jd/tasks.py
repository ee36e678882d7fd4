"""What may be waiting on the desk of a shop on JD, and until when."""

from shopscore import Assumption, Source, Task, assumed, bilingual, col, day, first_of, has_row

HOUR = 3600

in_time, missed_at = assumed("in_time"), assumed("missed_at")

CONSOLE = Source(
    "console",
    bilingual(
        "JD: metrics on a page of the console",
        "京东：后台页面的指标",
    ),
    "P",
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
    deadlines=(
        first_of(col.pickup_due_at, (day(col.paid_at) + 1) * 86_400 - 1),
        first_of(col.pickup_due_at, col.paid_at + assumed("hours") * HOUR),
    ),
    done={"picked_up_at": in_time - 1},
    missed={"picked_up_at": missed_at + 1},
    needs=("paid_at", "picked_up_at"),
    settings=(
        Assumption(
            "hours",
            "integer",
            48,
            bilingual(
                "Named by the console: shipped late after 48 hours.",
                "后台的指标名称：超过 48 小时为延迟发货。",
            ),
            1,
            720,
            "h",
        ),
    ),
    assumes=(
        bilingual("the carrier picks up just after the next deadline", "刚过下一个时限才揽收"),
    ),
    sources=(CONSOLE,),
)
