"""Amazon: the account health of a seller, metrics that each pass or fail."""

from shopscore import Column, Platform, Scorecard, Stream, hookimpl

PLUGIN_API = 1

_ORDERS = Stream(
    "orders",
    key=("order_id",),
    columns=(
        Column("order_id", "text", required=True),
        Column("shop_id", "text", required=True),
        Column("channel", "enum", values=("merchant", "platform")),
        Column("ship_due_at", "time", ahead=True),
        Column("shipped_at", "time"),
        Column("tracking_valid", "bool"),
        Column("units", "int", low=0),
        Column("units_on_time", "int", low=0),
        Column("cancel_reason_buyer", "bool", default=False),
        Column("invoice_late", "bool"),
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
    "Texas",
    "Florida",
    "Nevada",
    "California",
    "New York",
    "Pennsylvania",
    "Illinois",
    "Washington",
    "Oregon",
    "Montana",
    "Alaska",
    "Hawaii",
)


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    account_health = Scorecard(
        id="account_health",
        zh="账户状况",
        en="Account health",
        metrics="shopscore_amazon.metrics",
        rulesets="shopscore_amazon:rulesets",
        cases="shopscore_amazon:cases/account_health",
    )
    return [
        Platform(
            id="amazon",
            zh="亚马逊",
            en="Amazon",
            zone="America/Los_Angeles",
            currency="USD",
            documents="shopscore_amazon:documents",
            streams=(_ORDERS, _DEFECTS),
            levers=("shopscore_amazon.levers",),
            tasks=("shopscore_amazon.tasks",),
            exports="shopscore_amazon:exports",
            sample="shopscore_amazon.sample:extend",
            sample_places=_STATES,
            scorecards=(account_health,),
        )
    ]
