"""The metrics of Amazon, Etsy, eBay and Walmart, in plain loops, in the words of their tables.

Rows are dicts; times are instants with a zone, and a row counts on its day on the platform's clock.
A metric is a value, or None where nothing counts below the line, and n, the rows it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]
Streams = Mapping[str, list[Row]]
Value = tuple[Fraction | None, int]
Counts = Callable[[date], bool]
"""Whether the rows of a day count."""

HOUR = timedelta(hours=1)


class Shop:
    """The rows of one shop on a platform's clock; rows of excluded orders are left out."""

    def __init__(self, streams: Streams, shop: str, zone: str) -> None:
        """Look at one shop."""
        self._zone = ZoneInfo(zone)
        rows = {
            name: [row for row in every if row["shop_id"] == shop]
            for name, every in streams.items()
        }
        excluded = {row["order_id"] for row in rows["orders"] if row["is_excluded"]}
        self.orders = [row for row in rows["orders"] if row["order_id"] not in excluded]
        self.defects, self.reviews = (
            [row for row in rows[name] if row["order_id"] not in excluded]
            for name in ("defects", "reviews")
        )
        self.messages, self.violations = rows["messages"], rows["violations"]
        self.facts = rows["shop_facts"]

    def during(self, rows: Iterable[Row], column: str, counts: Counts) -> list[Row]:
        """The rows whose time is on a day that counts."""
        found = []
        for row in rows:
            time = row[column]
            if isinstance(time, datetime):
                time = time.astimezone(self._zone).date()
            if time is not None and counts(time):
                found.append(row)
        return found

    def defects_of(self, order: Row, *kinds: str) -> list[Row]:
        """The defects of these kinds that name the order, and count."""
        return [
            defect
            for defect in self.defects
            if defect["order_id"] == order["order_id"]
            and defect["counts"]
            and defect["kind"] in kinds
        ]

    def has_defect(self, order: Row, *kinds: str) -> bool:
        """Whether a defect of one of these kinds names the order, and counts."""
        return bool(self.defects_of(order, *kinds))


def share(rows: list[Row], meets: Callable[[Row], object]) -> Value:
    """How many of the rows meet a condition."""
    part = sum(1 for row in rows if meets(row))
    return (Fraction(part, len(rows)) if rows else None), len(rows)


def mean(values: list[Fraction]) -> Value:
    """The mean of some values."""
    return (sum(values, Fraction(0)) / len(values) if values else None), len(values)


def by_then(row: Row, time: str, due: str) -> bool:
    """Whether a time is there, and not after another."""
    return row[time] is not None and row[due] is not None and row[time] <= row[due]


def after(row: Row, time: str, due: str) -> bool:
    """Whether a time is there, and after another."""
    return row[time] is not None and row[due] is not None and row[time] > row[due]


def answered_within(hours: int) -> Callable[[Row], bool]:
    """Whether a message was answered within so many hours."""
    return lambda row: (
        row["answered_at"] is not None and row["answered_at"] - row["received_at"] <= hours * HOUR
    )


def ages(as_of: date, first: int, last: int) -> Counts:
    """Age 1 is the day before."""
    return lambda day: first <= (as_of - day).days <= last


def months(of: date, count: int, until: date) -> Counts:
    """So many whole months before that of a day, and only days before another."""

    def counts(day: date) -> bool:
        back = (of.year - day.year) * 12 + of.month - day.month
        return 1 <= back <= count and day < until

    return counts


def shipped_late(row: Row) -> bool:
    """Whether an order was shipped too late, or never."""
    return row["shipped_at"] is None or after(row, "shipped_at", "ship_due_at")


def shipped_in_time(row: Row) -> bool:
    """Whether an order was shipped, and in time."""
    return by_then(row, "shipped_at", "ship_due_at")


def delivered_in_time(row: Row) -> bool:
    """Whether an order was delivered, and in time."""
    return by_then(row, "signed_at", "delivery_due_at")


def cancelled_by_merchant(row: Row) -> bool:
    """Whether the merchant cancelled an order."""
    return bool(row["cancelled_by"] == "merchant")


def amazon(shop: Shop, as_of: date) -> dict[str, Value]:
    """Account health."""
    merchant = [row for row in shop.orders if row["channel"] == "merchant"]
    orders = shop.during(shop.orders, "created_at", ages(as_of, 16, 75))
    placed = shop.during(merchant, "created_at", ages(as_of, 2, 8))
    shipped = shop.during(merchant, "shipped_at", ages(as_of, 11, 40))
    due = shop.during(shop.orders, "delivery_due_at", ages(as_of, 7, 20))
    units = sum(row["units"] or 0 for row in due)
    on_time = sum(row["units_on_time"] or 0 for row in due)
    violations = len(shop.during(shop.violations, "happened_at", ages(as_of, 1, 180)))
    return {
        "order_defect_rate": share(
            orders,
            lambda row: shop.has_defect(row, "negative_feedback", "claim", "chargeback"),
        ),
        "late_shipment_rate": share(
            shop.during(merchant, "ship_due_at", ages(as_of, 1, 30)), shipped_late
        ),
        "late_shipment_rate_10": share(
            shop.during(merchant, "ship_due_at", ages(as_of, 1, 10)), shipped_late
        ),
        "cancellation_rate": share(
            placed,
            lambda row: (
                row["cancelled_by"] == "merchant"
                and not row["cancel_reason_buyer"]
                and row["shipped_at"] is None
            ),
        ),
        "valid_tracking_rate": share(shipped, lambda row: row["tracking_valid"]),
        "on_time_delivery_rate": share(
            [row for row in shipped if row["tracking_valid"]],
            delivered_in_time,
        ),
        "unit_on_time_delivery_rate": (
            Fraction(on_time, units) if units else None,
            sum(1 for row in due if row["units"] is not None),
        ),
        "invoice_defect_rate": share(
            shop.during(shop.orders, "created_at", ages(as_of, 24, 30)),
            lambda row: row["invoice_late"],
        ),
        "policy_defects": (Fraction(violations), violations),
    }


def etsy(shop: Shop, counts: Counts) -> dict[str, Value]:
    """Standards of service, and Star Seller, over the days that count."""
    placed = shop.during(shop.orders, "created_at", counts)
    due = shop.during(shop.orders, "ship_due_at", counts)
    reviews = shop.during(shop.reviews, "reviewed_at", counts)
    messages = shop.during(shop.messages, "received_at", counts)
    amounts = [row["amount"] for row in placed if row["amount"] is not None]
    return {
        "message_48h_rate": share(messages, answered_within(48)),
        "message_24h_rate": share(messages, answered_within(24)),
        "on_time_rate": share(due, shipped_in_time),
        "on_time_tracked_rate": share(
            [row for row in due if row["needs_shipping"]],
            lambda row: shipped_in_time(row) and row["tracking_valid"],
        ),
        "low_review_rate": share(reviews, lambda row: row["rating"] <= 3),
        "review_mean": mean([Fraction(row["rating"]) for row in reviews]),
        "case_rate": share(placed, lambda row: shop.has_defect(row, "claim")),
        "orders": (Fraction(len(placed)), len(placed)),
        "sales": (sum(amounts, Fraction(0)), len(amounts)),
    }


def ebay(shop: Shop, judged_on: date, until: date) -> dict[str, Value]:
    """Seller standards, over three or twelve months before a day."""
    near, far = months(judged_on, 3, until), months(judged_on, 12, until)
    enough = len(shop.during(shop.orders, "created_at", near)) >= 400
    counts = near if enough else far
    transactions = shop.during(shop.orders, "created_at", counts)
    year = shop.during(shop.orders, "created_at", far)
    defective = [
        row
        for row in transactions
        if shop.has_defect(row, "merchant_cancellation", "case_closed_without_resolution")
    ]
    buyers = {
        defect["buyer_id"] or row["buyer_id"]
        for row in defective
        for defect in shop.defects_of(
            row, "merchant_cancellation", "case_closed_without_resolution"
        )
    }
    known = len(buyers - {None})
    amounts = [row["amount"] for row in year if row["amount"] is not None]
    return {
        "defect_rate": share(transactions, lambda row: row in defective),
        # who none of them names may be anybody
        "defect_buyers": (None if buyers == {None} else Fraction(known), known),
        "case_rate": share(
            transactions, lambda row: shop.has_defect(row, "case_closed_without_resolution")
        ),
        "late_rate": share(
            transactions,
            lambda row: (
                row["late_by_buyer"]
                or (
                    after(row, "signed_at", "delivery_due_at")
                    and (row["picked_up_at"] is None or after(row, "picked_up_at", "ship_due_at"))
                )
            ),
        ),
        "tracking_rate": share(
            shop.during(shop.orders, "ship_due_at", counts),
            lambda row: (
                row["tracking_valid"]
                and by_then(row, "shipped_at", "ship_due_at")
                and row["picked_up_at"] is not None
            ),
        ),
        "transactions": (Fraction(len(year)), len(year)),
        "sales": (sum(amounts, Fraction(0)), len(amounts)),
    }


def walmart(shop: Shop, as_of: date, days: int = 30) -> dict[str, Value]:
    """Performance over so many days, and Pro Seller."""
    own = [row for row in shop.orders if row["channel"] == "merchant" and row["seller_accountable"]]
    sent = [row for row in own if row["shipped_at"] is not None]
    recent, quarter, month = ages(as_of, 1, days), ages(as_of, 1, 90), ages(as_of, 1, 30)

    def facts(name: str, counts: Counts) -> list[Row]:
        named = [row for row in shop.facts if row["name"] == name and row["value"] is not None]
        return shop.during(named, "date", counts)

    def latest(name: str) -> Value:
        found = sorted(facts(name, quarter), key=lambda row: row["date"])
        return (found[-1]["value"], 1) if found else (None, 0)

    return {
        "cancellation_rate": share(shop.during(own, "created_at", recent), cancelled_by_merchant),
        "on_time_delivery_rate": share(
            shop.during(sent, "delivery_due_at", recent), delivered_in_time
        ),
        "valid_tracking_rate": share(
            shop.during(own, "shipped_at", recent), lambda row: row["tracking_valid"]
        ),
        "cancellation_rate_90": share(
            shop.during(own, "created_at", quarter), cancelled_by_merchant
        ),
        "on_time_delivery_rate_90": share(
            shop.during(sent, "delivery_due_at", quarter), delivered_in_time
        ),
        "response_48h_rate": share(
            shop.during(shop.messages, "received_at", month), answered_within(48)
        ),
        "shipping_score": latest("shipping_score"),
        "content_score": latest("content_score"),
        "price_competitiveness": mean(
            [row["value"] for row in facts("price_competitiveness", ages(as_of, 1, 7))]
        ),
    }
