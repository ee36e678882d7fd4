"""Random events for cards that pass or fail, dense around the borders of days, months and clocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

Rows = dict[str, list[dict[str, Any]]]

SECOND = timedelta(seconds=1)
BORDERS = (0, 1, 2, 6, 7, 8, 9, 10, 11, 15, 16, 20, 21, 23, 24, 30, 31, 40, 41, 75, 76, 90, 91, 180)
"""Ages at which windows begin or end."""

WAITS = (0, 86_399, 86_400, 86_401, 172_799, 172_800, 172_801, 200_000)
KINDS = (
    "negative_feedback",
    "claim",
    "chargeback",
    "case_closed_without_resolution",
    "merchant_cancellation",
)


class Maker:
    """Makes the rows of shops around a day, on a clock."""

    def __init__(self, seed: int, as_of: date, zone: str) -> None:
        """Begin without rows."""
        self.rng = Random(seed)
        self._as_of, self._zone = as_of, ZoneInfo(zone)
        self.streams: Rows = {
            name: []
            for name in ("orders", "defects", "reviews", "messages", "violations", "shop_facts")
        }

    def day(self) -> date:
        """A day: at the border of a window or a month, or any of thirteen months."""
        rng, today = self.rng, self._as_of
        if rng.random() < 0.5:
            return today - timedelta(days=rng.choice(BORDERS))
        if rng.random() < 0.4:  # the first or last day of a month
            months = today.year * 12 + today.month - 1 - rng.randrange(-1, 14)
            return date(months // 12, months % 12 + 1, 1) - timedelta(days=rng.randrange(2))
        return today - timedelta(days=rng.randrange(-2, 400))

    def moment(self) -> datetime:
        """A moment: midnight, a second before or after it, the hours of changed clocks, or any."""
        second = self.rng.choice((0, 1, 3600, 7199, 7200, 10_800, 43_200, 86_398, 86_399))
        wall = datetime.combine(self.day(), datetime.min.time()) + second * SECOND
        return wall.replace(tzinfo=self._zone, fold=self.rng.randrange(2)).astimezone(UTC)

    def maybe(self, share: float, value: Any) -> Any:
        """The value, or None."""
        return value if self.rng.random() < share else None

    def near(self, moment: datetime | None) -> datetime:
        """A moment at another, a second beside it, or somewhat later."""
        if moment is None:
            return self.moment()
        return moment + self.rng.choice((-1, 0, 0, 1, 3600, 86_400, 600_000)) * SECOND

    def flag(self, share: float) -> bool:
        """True in some cases."""
        return self.rng.random() < share

    def shop(self, shop: str, orders: int) -> None:
        """Make a shop with so many orders, and what goes with them."""
        for number in range(orders):
            self._order(shop, f"O{number}")
        for number in range(orders // 2):
            received = self.moment()
            answered = received + self.rng.choice(WAITS) * SECOND
            self._add("messages", shop, message_id=f"M{number}", received_at=received,
                      answered_at=self.maybe(0.8, answered))  # fmt: skip
            self._add("violations", shop, violation_id=f"V{number}", happened_at=self.moment(),
                      kind="any")  # fmt: skip
        names = ("shipping_score", "content_score", "price_competitiveness", "another")
        for day, name in sorted({(self.day(), self.rng.choice(names)) for _ in range(orders)}):
            value = self.maybe(0.9, Fraction(self.rng.randrange(1000), 10))
            self._add("shop_facts", shop, date=day, name=name, value=value)

    def _add(self, stream: str, shop: str, **cells: Any) -> None:
        self.streams[stream].append({"shop_id": shop, **cells})

    def _order(self, shop: str, id: str) -> None:
        rng = self.rng
        due = self.maybe(0.9, self.moment())
        shipped = self.maybe(0.8, self.near(due))
        delivery = self.maybe(0.9, self.moment())
        signed = self.maybe(0.8, self.near(delivery))
        picked = self.maybe(0.7, self.near(due))
        if picked is not None and signed is not None and signed < picked:
            picked = self.maybe(0.5, signed)
        units = self.maybe(0.9, rng.randrange(4))
        self._add(
            "orders",
            shop,
            order_id=id,
            buyer_id=rng.choice(("ann", "bob", "cid", "dan", None)),
            created_at=self.maybe(0.95, self.moment()),
            amount=self.maybe(0.9, Fraction(rng.randrange(100_000), 100)),
            channel=rng.choice(("merchant", "merchant", "platform", None)),
            ship_due_at=due,
            shipped_at=shipped,
            picked_up_at=picked,
            delivery_due_at=delivery,
            signed_at=signed,
            tracking_valid=rng.choice((True, True, False, None)),
            units=units,
            units_on_time=self.maybe(0.9, rng.randrange((units or 0) + 1)),
            cancelled_by=rng.choice(("merchant", "buyer", "platform", None)),
            cancel_reason_buyer=self.flag(0.3),
            invoice_late=rng.choice((True, False, None)),
            late_by_buyer=self.flag(0.1),
            seller_accountable=self.flag(0.8),
            needs_shipping=self.flag(0.8),
            is_excluded=self.flag(0.05),
        )
        for number in range(rng.choice((0, 0, 1, 2))):
            self._add("defects", shop, defect_id=f"{id}-{number}", happened_at=self.moment(),
                      order_id=rng.choice((id, id, id, "unknown", None)), kind=rng.choice(KINDS),
                      counts=self.flag(0.7), buyer_id=rng.choice(("ann", "eve", None)))  # fmt: skip
        if rng.random() < 0.6:
            self._add("reviews", shop, review_id=id, reviewed_at=self.moment(),
                      rating=rng.randrange(1, 6), order_id=rng.choice((id, None)))  # fmt: skip


def random_verdict_events(seed: int, as_of: date, zone: str, orders: tuple[int, ...]) -> Rows:
    """The streams of several shops with so many orders each."""
    maker = Maker(seed, as_of, zone)
    for number, count in enumerate(orders):
        maker.shop(f"S{number}", count)
    return maker.streams


def as_text(row: Mapping[str, Any]) -> dict[str, str]:
    """A row as it stands in a file: times in UTC, numbers as decimals."""
    return {name: _cell(value) for name, value in row.items()}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, Fraction):
        return f"{float(value):.2f}"
    return str(value)
