"""Random events for cards with windows of their own: dense around the days and seconds that decide.

Times are of the wall clock; those of a row are in order, so that nothing has to be repaired.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

Rows = dict[str, list[dict[str, Any]]]

STREAMS = (
    "orders", "reviews", "aftersales", "conversations", "complaints", "escalations", "violations",
    "shop_facts",
)  # fmt: skip
AGES = (-1, 0, 1, 2, 3, 4, 5, 10, 11, 12, 29, 30, 31, 32, 33, 34, 40, 41, 89, 90, 91)
"""Ages at which a window begins or ends, and those beside them."""

CLOCKS = (0, 1, 28_799, 28_800, 43_200, 82_799, 82_800, 86_398, 86_399)
WAITS = (0, 1, 179, 180, 181, 86_399, 86_400, 86_401, 172_799, 172_800, 172_801, 500_000)
REASONS = ("quality", "quality", "logistics", "damage", "size", None)


class Maker:
    """Makes the rows of shops around a day."""

    def __init__(self, seed: int, as_of: date) -> None:
        """Begin without rows."""
        self.rng, self._as_of = Random(seed), as_of
        self.streams: Rows = {name: [] for name in STREAMS}

    def shop(self, shop: str, orders: int) -> None:
        """Make a shop with so many orders, and what goes with them."""
        self._shop, self._number = shop, 0
        for number in range(orders):
            self._order(f"O{number}")
        names = [f"O{number}" for number in range(orders)]
        for _ in range(2 * orders):
            name = self.rng.choice((*names, "unknown", None))
            self._linked(name)
            self._conversation(name)
        days = {self._moment().date() for _ in range(orders)}
        for day in sorted(days):
            self._add("shop_facts", date=day, name=self.rng.choice(("disaster", "another")),
                      value=self.rng.choice((0, 1, 1, 2, None)))  # fmt: skip
            self._add("shop_facts", date=day, name="tmall_bonus", value=self.rng.choice((0, 1)))

    def _moment(self) -> datetime:
        rng = self.rng
        age = rng.choice(AGES) if rng.random() < 0.6 else rng.randrange(-2, 100)
        second = rng.choice(CLOCKS) if rng.random() < 0.5 else rng.randrange(86_400)
        day = self._as_of - timedelta(days=age)
        return datetime.combine(day, datetime.min.time()) + timedelta(seconds=second)

    def _after(self, moment: datetime | None, share: float) -> datetime | None:
        """A moment at another or after it, or none; any moment where there is no other."""
        if self.rng.random() >= share:
            return None
        if moment is None:
            return self._moment()
        return moment + timedelta(seconds=self.rng.choice(WAITS))

    def _flag(self, share: float) -> bool:
        return self.rng.random() < share

    def _add(self, stream: str, **cells: Any) -> None:
        self.streams[stream].append({"shop_id": self._shop, **cells})

    def _id(self) -> str:
        self._number += 1
        return f"N{self._number}"

    def _order(self, id: str) -> None:
        paid = self._moment() if self._flag(0.92) else None
        picked = self._after(paid, 0.85)
        signed = self._after(picked or paid, 0.8)
        due = self._moment() if self._flag(0.3) else None
        if due is None and signed is not None and self._flag(0.7):
            due = signed + timedelta(seconds=self.rng.choice((-1, 0, 1, 3600)))
        self._add(
            "orders",
            order_id=id,
            paid_at=paid,
            picked_up_at=picked,
            signed_at=signed,
            pickup_due_at=self._after(paid, 0.3),
            delivery_due_at=due,
            cancelled_at=self._after(paid, 0.2),
            needs_shipping=self._flag(0.9),
            is_presale=self._flag(0.1),
            is_excluded=self._flag(0.08),
            buyer_trusted=self._flag(0.3),
        )

    def _linked(self, order: str | None) -> None:
        rng = self.rng
        if self._flag(0.6):
            self._add("reviews", review_id=self._id(), order_id=order, reviewed_at=self._moment(),
                      rating=rng.randrange(1, 6), is_valid=self._flag(0.8))  # fmt: skip
        if self._flag(0.5):
            applied = self._moment()
            approved = self._after(applied, 0.85)
            returned = self._after(approved or applied, 0.6)
            self._add(
                "aftersales",
                ticket_id=self._id(),
                order_id=order,
                applied_at=applied,
                kind=rng.choice(("refund_only", "return_refund", "return_refund", "exchange")),
                reason=rng.choice(REASONS),
                approved_at=approved,
                return_signed_at=returned,
                refunded_at=self._after(returned or approved or applied, 0.7),
                closed_at=self._after(approved or applied, 0.85),
                platform_intervened=self._flag(0.3),
                liability=rng.choice(("merchant", "buyer", "none", None)),
            )
        for stream, id, time in (
            ("complaints", "complaint_id", "complained_at"),
            ("escalations", "escalation_id", "escalated_at"),
        ):
            if self._flag(0.2):
                upheld = {"upheld": self._flag(0.6)} if stream == "complaints" else {}
                self._add(
                    stream, **{id: self._id(), time: self._moment(), "order_id": order}, **upheld
                )
        if self._flag(0.1):
            self._add("violations", violation_id=self._id(), happened_at=self._moment(), kind="any")

    def _conversation(self, order: str | None) -> None:
        rng = self.rng
        started = self._moment()
        rounds = None if self._flag(0.1) else rng.randrange(5)
        unanswered = None if rounds is None or self._flag(0.2) else rng.randrange(rounds + 1)
        self._add(
            "conversations",
            session_id=self._id(),
            order_id=order,
            started_at=started,
            first_reply_at=self._after(started, 0.85),
            to_human=self._flag(0.75),
            satisfaction=rng.choice((None, 1, 2, 3, 4, 5)),
            rounds=rounds,
            unanswered_rounds=unanswered,
            reply_seconds=None if self._flag(0.1) else rng.randrange(1000),
        )


def random_card_events(seed: int, as_of: date, orders: tuple[int, ...]) -> Rows:
    """The streams of several shops with so many orders each."""
    maker = Maker(seed, as_of)
    for number, count in enumerate(orders):
        maker.shop(f"S{number}", count)
    return maker.streams


def as_text(row: Mapping[str, Any]) -> dict[str, str]:
    """A row as it stands in a file."""
    return {name: _cell(value) for name, value in row.items()}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
