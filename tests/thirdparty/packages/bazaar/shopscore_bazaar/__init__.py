"""A platform that does not exist, which needs more than what shopscore brings."""

from shopscore import Column, Fact, Platform, Scorecard, Stream, hookimpl

PLUGIN_API = 1

LIVESTREAMS = Stream(
    "livestreams",
    key=("stream_id",),
    columns=(
        Column("stream_id", "text", required=True),
        Column("shop_id", "text", required=True),
        Column("started_at", "time", required=True),
        Column("ended_at", "time"),
        Column("viewers", "int", low=0),
        Column("order_id", "text"),
        Column("updated_at", "time"),
    ),
    ordered=(("started_at", "ended_at"),),
)

#: The canonical orders, with one more column.
ORDERS = Stream(
    "orders",
    key=("order_id",),
    columns=(
        Column("order_id", "text", required=True),
        Column("shop_id", "text", required=True),
        Column("gift_wrapped", "bool", default=False),
    ),
)


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    stall = Scorecard(
        id="stall",
        zh="摊位分",
        en="Stall score",
        metrics="shopscore_bazaar.metrics",
        rulesets="shopscore_bazaar:rulesets",
        scorers={"steps": "shopscore_bazaar.scorers:Steps"},
        cases="shopscore_bazaar:cases",
    )
    return [
        Platform(
            id="bazaar",
            zh="集市",
            en="Bazaar",
            zone="Asia/Tokyo",
            currency="JPY",
            scorecards=(stall,),
            streams=(LIVESTREAMS, ORDERS),
            facts=(Fact("fair_day", zh="赶集日", en="Fair day", sample_share=0.5),),
        )
    ]
