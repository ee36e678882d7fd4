"""It calls a column of the bazaar a number, which is yes or no."""

from shopscore import Addition, Column, Stream, hookimpl

PLUGIN_API = 1

_ORDERS = Stream(
    "orders",
    key=("order_id",),
    columns=(
        Column("order_id", "text", required=True),
        Column("shop_id", "text", required=True),
        Column("gift_wrapped", "int"),
    ),
)


@hookimpl
def shopscore_additions() -> list[Addition]:
    """Declare the column in another way."""
    return [Addition("bazaar", streams=(_ORDERS,))]
