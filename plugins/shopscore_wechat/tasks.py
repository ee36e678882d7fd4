"""What may be waiting on the desk of a shop on WeChat, and until when."""

from attrs import evolve

from shopscore import Source, bilingual, col, day, first_of, tasks

CONSOLE = Source(
    "console",
    bilingual(
        "WeChat Shop: the metric 次日及时揽收率 of the console; the end of the next day is a reading",
        "微信小店：后台指标“次日及时揽收率”；截至次日结束是一种理解",
    ),
    "I",
)

HAND_OVER_PARCELS = evolve(
    tasks.HAND_OVER_PARCELS,
    deadlines=(first_of(col.pickup_due_at, (day(col.paid_at) + 2) * tasks.DAY - 1),),
    settings=(),
    sources=(CONSOLE,),
)
