"""Parcels and scans of a sample."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

Row = dict[str, Any]


def with_parcels(streams: Mapping[str, Sequence[Row]], rng: Random) -> dict[str, list[Row]]:
    """A parcel for each order that was picked up, with one scan; all orders are packed."""
    orders = [{**o, "packed_by": rng.choice(["hand", "machine"])} for o in streams["orders"]]
    sent = [o for o in orders if o["picked_up_at"]]
    parcels = [
        {
            "shop_id": o["shop_id"],
            "parcel_id": f"P{number}",
            "order_id": o["order_id"],
            "handed_over_at": o["picked_up_at"],
            "carrier": rng.choice(["cart", "camel"]),
        }
        for number, o in enumerate(sent)
    ]
    scans = [
        {
            "shop_id": p["shop_id"],
            "scan_id": f"S{p['parcel_id']}",
            "parcel_id": p["parcel_id"],
            "scanned_at": p["handed_over_at"],
        }
        for p in parcels
    ]
    return {"orders": orders, "parcels": parcels, "scans": scans}
