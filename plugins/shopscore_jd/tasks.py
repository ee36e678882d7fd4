"""What may be waiting on the desk of a shop on JD, and until when."""

from attrs import evolve

from shopscore import Source, bilingual, col, day, first_of, tasks

CONSOLE = Source(
    "console",
    bilingual(
        "JD: metrics on a page of the console",
        "京东：后台页面的指标",
    ),
    "P",
)

HAND_OVER_PARCELS = evolve(
    tasks.HAND_OVER_PARCELS,
    deadlines=(
        first_of(col.pickup_due_at, (day(col.paid_at) + 1) * tasks.DAY - 1),
        first_of(col.pickup_due_at, tasks.after(col.paid_at, "hours")),
    ),
    settings=(
        tasks.hours(
            "hours",
            48,
            bilingual(
                "Named by the console: shipped late after 48 hours.",
                "后台的指标名称：超过 48 小时为延迟发货。",
            ),
        ),
    ),
    sources=(CONSOLE,),
)
