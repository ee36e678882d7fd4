"""Etsy: the files of sold orders and of sold items, written by hand."""

from __future__ import annotations

from support.exports.faithful_export import Cells, Faithful, Row, at
from support.exports.seen_headers import ETSY_ITEMS, ETSY_ORDERS, ETSY_ORDERS_UK


def _order(order: str, sold: str, shipped: str, header: str) -> Cells:
    return {
        "Sale Date": sold,
        "Order ID": order,
        "Buyer User ID": "somebody",
        "Number of Items": "2",
        header: shipped,
        "Currency": "USD",
        "Order Value": "34.00",
        "Status": "Shipped" if shipped else "Paid",
    }


def _orders(header: str) -> tuple[Cells, ...]:
    return (
        _order("3000000001", "03/04/26", "03/06/26", header),
        _order("3000000002", "03/31/26", "", header),
        _order("3000000002", "03/31/26", "04/02/26", header),  # a later export of it
        _order("", "04/01/26", "", header),
    )


ROWS: tuple[Row, ...] = (
    {
        "order_id": "3000000001",
        "created_at": at("2026-03-04 00:00:00"),
        "shipped_at": at("2026-03-06 00:00:00"),
    },
    {
        "order_id": "3000000002",
        "created_at": at("2026-03-31 00:00:00"),
        "shipped_at": at("2026-04-02 00:00:00"),
    },
)

ORDERS = Faithful(
    layout="etsy/orders",
    variant="sold-orders",
    headers=ETSY_ORDERS,
    cells=_orders("Date Shipped"),
    rows=ROWS,
    set_aside=("Order ID",),
    replaced=1,
)
ORDERS_UK = Faithful(
    layout="etsy/orders",
    variant="united-kingdom",
    headers=ETSY_ORDERS_UK,
    cells=_orders("Date Posted"),
    rows=ROWS,
    set_aside=("Order ID",),
    replaced=1,
)

ITEMS = Faithful(
    layout="etsy/items",
    variant="sold-items",
    headers=ETSY_ITEMS,
    cells=(
        {
            "Sale Date": "03/04/26",
            "Item Name": "Mug, speckled",
            "Buyer": "somebody",
            "Quantity": "1",
            "Price": "17.00",
            "Transaction ID": "4000000002",
            "Listing ID": "1500000002",
            "Date Paid": "03/04/26",
            "Date Shipped": "03/06/26",
            "Order ID": "3000000001",
        },
        {
            "Sale Date": "03/04/26",
            "Item Name": "Soap",
            "Quantity": "1",
            "Price": "17.00",
            "Transaction ID": "4000000001",
            "Listing ID": "1500000001",
            "Date Paid": "03/04/26",
            "Date Shipped": "03/05/26",
            "Order ID": "3000000001",
        },
        {  # there is no thirteenth month
            "Sale Date": "13/04/26",
            "Item Name": "Soap",
            "Quantity": "1",
            "Price": "17.00",
            "Transaction ID": "4000000003",
            "Listing ID": "1500000001",
            "Order ID": "3000000003",
        },
    ),
    rows=(
        {
            "order_id": "3000000001",
            "created_at": at("2026-03-04 00:00:00"),
            "shipped_at": at("2026-03-06 00:00:00"),
            "product_id": "1500000001",
        },
        {
            "order_id": "3000000003",
            "created_at": None,
            "shipped_at": None,
            "product_id": "1500000001",
        },
    ),
    repaired=("Sale Date",),
)
