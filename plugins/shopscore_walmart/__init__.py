"""Walmart: standards of performance, and the levels of a Pro Seller."""

from shopscore import Column, Fact, Platform, Scorecard, Stream, hookimpl

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
        Column("seller_accountable", "bool", default=True),
    ),
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
    "Texas",
    "Florida",
    "Arkansas",
    "California",
    "Georgia",
    "Ohio",
    "Illinois",
    "Tennessee",
    "Oregon",
    "Montana",
    "Alaska",
    "Hawaii",
)


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    performance = Scorecard(
        id="performance",
        zh="卖家绩效",
        en="Seller performance",
        metrics="shopscore_walmart.metrics",
        rulesets="shopscore_walmart:rulesets",
        cases="shopscore_walmart:cases/performance",
    )
    pro_seller = Scorecard(
        id="pro_seller",
        zh="优选卖家",
        en="Pro Seller",
        metrics="shopscore_walmart.metrics",
        rulesets="shopscore_walmart:rulesets",
        cases="shopscore_walmart:cases/pro_seller",
    )
    return [
        Platform(
            id="walmart",
            zh="沃尔玛",
            en="Walmart",
            zone="America/Chicago",
            currency="USD",
            documents="shopscore_walmart:documents",
            streams=(
                _ORDERS,
                _MESSAGES,
            ),
            facts=(
                Fact("shipping_score", zh="运输得分", en="Shipping score"),
                Fact("content_score", zh="内容得分", en="Content score"),
                Fact("price_competitiveness", zh="价格竞争力", en="Price competitiveness"),
            ),
            levers=("shopscore_walmart.levers",),
            tasks=("shopscore_walmart.tasks",),
            sample="shopscore_walmart.sample:extend",
            sample_places=_STATES,
            scorecards=(
                performance,
                pro_seller,
            ),
        )
    ]
