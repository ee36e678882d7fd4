"""Etsy: standards of customer service, and the badge of a Star Seller."""

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
_MESSAGES = Stream(
    "messages",
    key=("message_id",),
    columns=(
        Column("message_id", "text", required=True),
        Column("shop_id", "text", required=True),
        Column("received_at", "time", required=True),
        Column("answered_at", "time"),
        Column("updated_at", "time"),
    ),
    ordered=(("received_at", "answered_at"),),
)
#: Where buyers of a sample live, those farthest away last.
_STATES = (
    "New York",
    "Pennsylvania",
    "New Jersey",
    "California",
    "Texas",
    "Florida",
    "Illinois",
    "Massachusetts",
    "Oregon",
    "Montana",
    "Alaska",
    "Hawaii",
)


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    service_standards = Scorecard(
        id="service_standards",
        zh="服务标准",
        en="Customer service standards",
        metrics="shopscore_etsy.metrics",
        rulesets="shopscore_etsy:rulesets",
        cases="shopscore_etsy:cases/service_standards",
    )
    star_seller = Scorecard(
        id="star_seller",
        zh="明星卖家",
        en="Star Seller",
        metrics="shopscore_etsy.metrics",
        rulesets="shopscore_etsy:rulesets",
        cases="shopscore_etsy:cases/star_seller",
    )
    return [
        Platform(
            id="etsy",
            zh="Etsy",
            en="Etsy",
            zone="America/New_York",
            currency="USD",
            streams=(
                _ORDERS,
                _DEFECTS,
                _MESSAGES,
            ),
            levers=("shopscore_etsy.levers",),
            tasks=("shopscore_etsy.tasks",),
            exports="shopscore_etsy:exports",
            sample="shopscore_etsy.sample:extend",
            sample_places=_STATES,
            scorecards=(
                service_standards,
                star_seller,
            ),
        )
    ]
