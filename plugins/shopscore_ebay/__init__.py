"""eBay: the level of a seller, judged on the 20th of each month."""

from shopscore import Column, Platform, Scorecard, Stream, hookimpl

PLUGIN_API = 1

_ORDERS = Stream(
    "orders",
    key=("order_id",),
    columns=(
        Column("order_id", "text", required=True),
        Column("shop_id", "text", required=True),
        Column("ship_due_at", "time", ahead=True),
        Column("shipped_at", "time"),
        Column("tracking_valid", "bool"),
        Column("late_by_buyer", "bool", default=False),
    ),
)
_DEFECTS = Stream(
    "defects",
    key=("defect_id",),
    columns=(
        Column("defect_id", "text", required=True),
        Column("shop_id", "text", required=True),
        Column("order_id", "text"),
        Column("happened_at", "time", required=True),
        Column(
            "kind",
            "enum",
            required=True,
            values=(
                "negative_feedback",
                "claim",
                "chargeback",
                "case_closed_without_resolution",
                "merchant_cancellation",
            ),
        ),
        Column("counts", "bool", default=True),
        Column("buyer_id", "text"),
        Column("updated_at", "time"),
    ),
    follows_order=True,
)
#: Where buyers of a sample live, those farthest away last.
_STATES = (
    "Florida",
    "Texas",
    "Arizona",
    "California",
    "New York",
    "Ohio",
    "Pennsylvania",
    "Georgia",
    "Oregon",
    "Montana",
    "Alaska",
    "Hawaii",
)


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    seller_standards = Scorecard(
        id="seller_standards",
        zh="卖家标准",
        en="Seller standards",
        metrics="shopscore_ebay.metrics",
        rulesets="shopscore_ebay:rulesets",
        cases="shopscore_ebay:cases/seller_standards",
    )
    return [
        Platform(
            id="ebay",
            zh="eBay",
            en="eBay",
            zone="America/Los_Angeles",
            currency="USD",
            documents="shopscore_ebay:documents",
            streams=(
                _ORDERS,
                _DEFECTS,
            ),
            levers=("shopscore_ebay.levers",),
            tasks=("shopscore_ebay.tasks",),
            exports="shopscore_ebay:exports",
            sample="shopscore_ebay.sample:extend",
            sample_places=_STATES,
            scorecards=(seller_standards,),
        )
    ]
