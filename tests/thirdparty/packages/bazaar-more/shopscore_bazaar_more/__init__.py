"""More for the bazaar: parcels and their scans, a column, words, a fact, a layout, rules.

It adds to atlantis too, a platform that nobody has installed.
"""

from shopscore import Addition, Column, Fact, Link, RuleSetFolder, Stream, hookimpl

PLUGIN_API = 1

_SHOP = Column("shop_id", "text", required=True)

PARCELS = Stream(
    "parcels",
    key=("parcel_id",),
    columns=(
        Column("parcel_id", "text", required=True),
        _SHOP,
        Column("order_id", "text"),
        Column("handed_over_at", "time"),
        Column("carrier", "enum", values=("cart", "camel")),
        Column("updated_at", "time"),
    ),
)
SCANS = Stream(
    "scans",
    key=("scan_id",),
    columns=(
        Column("scan_id", "text", required=True),
        _SHOP,
        Column("parcel_id", "text"),
        Column("scanned_at", "time", required=True),
    ),
    links=(Link("parcel_id", "parcels"),),
)
#: The orders of the bazaar, with one more column.
ORDERS = Stream(
    "orders",
    key=("order_id",),
    columns=(
        Column("order_id", "text", required=True),
        _SHOP,
        Column("packed_by", "enum", values=("hand", "machine")),
    ),
)
#: A type of shop, and a reason for a return, that other platforms do not have.
SHOPS = Stream("shops", key=(), columns=(_SHOP, Column("shop_type", "enum", values=("tent",))))
AFTERSALES = Stream(
    "aftersales",
    key=("ticket_id",),
    columns=(
        Column("ticket_id", "text", required=True),
        _SHOP,
        Column("reason", "enum", values=("sandstorm",)),
    ),
)


@hookimpl
def shopscore_additions() -> list[Addition]:
    """Add to two platforms, of which one is there."""
    return [
        Addition(
            "bazaar",
            streams=(PARCELS, SCANS, ORDERS, SHOPS, AFTERSALES),
            facts=(Fact("caravan", zh="商队", en="A caravan is in town", sample_share=0.5),),
            exports="shopscore_bazaar_more:exports",
            sample="shopscore_bazaar_more.sample:with_parcels",
        ),
        Addition("atlantis", streams=(PARCELS,)),
    ]


@hookimpl
def shopscore_rulesets() -> list[RuleSetFolder]:
    """Add rules for the stalls, and for what is not there."""
    metrics = "shopscore_bazaar_more.metrics"
    return [
        RuleSetFolder("bazaar", "stall", "shopscore_bazaar_more:rulesets", metrics=metrics),
        RuleSetFolder("bazaar", "tents", "shopscore_bazaar_more:rulesets"),
    ]
