"""A platform made of TPC-H: suppliers are shops, lines of orders are their events."""

from shopscore import Column, Platform, Scorecard, Stream

LINES = Stream(
    "lines",
    key=("line_order_id", "line_number"),
    columns=(
        Column("shop_id", "text", required=True),
        Column("line_order_id", "text", required=True),
        Column("line_number", "int", required=True, low=1),
        Column("quantity", "number", low=0),
        Column("shipped_on", "day", required=True),
        Column("promised_on", "day"),
        Column("received_on", "day"),
        Column("returned", "enum", values=("R", "A", "N")),
    ),
)

PLATFORM = Platform(
    id="tpch",
    zh="TPC-H 供应商",
    en="Suppliers of TPC-H",
    zone="UTC",
    currency="USD",
    streams=(LINES,),
    scorecards=(
        Scorecard(
            id="lines",
            zh="订单行",
            en="Lines",
            metrics="tpch_shops.metrics",
            rulesets="tpch_shops:rulesets",
        ),
    ),
)
