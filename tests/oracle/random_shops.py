"""Random events of a shop, before anything goes wrong with them: typed rows by stream.

Times crowd at the borders of the windows, spans at the borders of the grades.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import TypeVar

from oracle.canonical_streams import STREAMS
from oracle.cell_meanings import SECONDS_PER_DAY, Value
from oracle.event_loading import Row
from oracle.metric_rows import day_number

HOUR = 3600
BORDER_AGES = (-2, -1, 0, 1, 2, 13, 14, 15, 16, 89, 90, 91, 92, 103, 104, 105, 106, 110)
BORDER_CLOCKS = (0, 8 * HOUR - 1, 8 * HOUR, 23 * HOUR - 1, 23 * HOUR, SECONDS_PER_DAY - 1)
BORDER_PICKUPS = tuple(hours * HOUR + by for hours in (24, 36, 48) for by in (-1, 0, 1))
BORDER_REPLIES = (0, 1, 179, 180, 181, 182)
KINDS = ("refund_only", "return_refund", "exchange")
T = TypeVar("T")


class ShopMaker:
    """Makes the rows of one shop. `care` (0..1) makes shops differ from each other."""

    def __init__(self, rng: Random, rows: dict[str, list[Row]], shop: str, as_of: date) -> None:
        """`rows` is where the rows go, by stream; shops share their order ids on purpose."""
        self.rng = rng
        self.rows = rows
        self.shop = shop
        self.today = day_number(as_of) * SECONDS_PER_DAY
        self.care = rng.random()
        self._count = 0

    def add(self, stream: str, **cells: Value) -> Row:
        """Append a row; columns that are not given are null."""
        row: Row = dict.fromkeys(STREAMS[stream].columns)
        row |= {"shop_id": self.shop, **cells}
        if self.chance(0.5):
            row["updated_at"] = self.moment()
        self.rows[stream].append(row)
        return row

    def next_id(self, letter: str) -> str:
        """`T9`, `T10`: ids whose order as text is not that of their numbers; some of 19 digits."""
        self._count += 1
        return f"{letter}{self._count}" if self._count % 9 else str(69 * 10**17 + self._count)

    def chance(self, probability: float) -> bool:
        """True that often."""
        return self.rng.random() < probability

    def pick(self, choices: Sequence[T]) -> T:
        """One of them."""
        return self.rng.choice(choices)

    def moment(self, age: int | None = None) -> int:
        """A time on the day of that age; without one, of a border age or any from −2 to 110."""
        if age is None:
            age = self.pick(BORDER_AGES) if self.chance(0.2) else self.rng.randint(-2, 110)
        clock = self.pick(BORDER_CLOCKS) if self.chance(0.2) else self.rng.randrange(24 * 60) * 60
        if self.chance(0.4):
            clock = clock // 60 * 60 + self.rng.randrange(60)
        return self.today - age * SECONDS_PER_DAY + clock

    def maybe_true(self, probability: float) -> Value:
        """True, false or null."""
        return None if self.chance(0.2) else self.chance(probability)

    def make(self, orders: int) -> None:
        """All streams of the shop."""
        for number in range(1, orders + 1):
            self._order(f"O{number}" if number % 11 else f"{69 * 10**17 + number}")
        for order in [row for row in self.rows["orders"] if row["shop_id"] == self.shop]:
            self._linked(order)
        for _ in range(max(4, orders // 25)):
            self._unlinked()
        for _ in range(orders // 2):
            self._conversation()
        self._facts()

    def _order(self, order_id: str) -> None:
        paid = None if self.chance(0.06) else self.moment()
        span = (
            self.pick(BORDER_PICKUPS) if self.chance(0.4) else self.rng.randrange(1, 72) * HOUR // 2
        )
        picked_up = None if paid is None or self.chance(0.08) else paid + span
        signed = None
        if picked_up is not None and not self.chance(0.15):
            signed = picked_up + self.rng.randrange(10, 120) * HOUR + self.pick((0, 1, 1800))
        if paid is not None and self.chance(0.03):
            picked_up = paid - self.pick((1, 60, 50 * HOUR))  # broken: picked up before paid
        elif picked_up is not None and self.chance(0.03):
            signed = picked_up - self.pick((1, HOUR))  # broken: delivered before picked up
        confirmed = None
        if self.chance(0.5):
            confirmed = (signed or paid or self.moment()) + self.rng.randrange(9) * 11 * HOUR
        self.add(
            "orders",
            order_id=order_id,
            created_at=None if paid is None else paid - 60,
            paid_at=paid,
            amount=self.rng.randrange(0, 50_000),
            picked_up_at=picked_up,
            signed_at=signed,
            confirmed_at=confirmed,
            cancelled_by=self.pick((None, None, None, "buyer", "merchant", "platform")),
            delivery_on_time=self.maybe_true(0.8),
            is_presale=self.maybe_true(0.08),
            needs_shipping=self.maybe_true(0.95),
            is_excluded=self.maybe_true(0.06),
            next_day=self.maybe_true(0.3),
            buyer_id=f"B{self.rng.randrange(30)}",
            province=self.pick(("广东", "浙江", "Tibet, far away", None)),
            carrier=self.pick(("SF", "YTO", None)),
            product_id=f"00{self.rng.randrange(20)}",
        )

    def _linked(self, order: Row) -> None:
        """What follows an order: reviews, tickets, complaints, escalations."""
        order_id = str(order["order_id"])
        for _ in range(self.pick((0, 0, 1, 1, 2)) if self.chance(0.5) else 0):
            self._review(order_id)
        if self.chance(0.1 + 0.3 * self.care):
            self._tickets(order_id, self.pick((1, 1, 1, 2, 3)), self.moment())
        for _ in range(self.pick((1, 1, 2)) if self.chance(0.05 + 0.1 * self.care) else 0):
            self._complaint(order_id)
        if self.chance(0.02):
            escalation = self.next_id("E")
            self.add(
                "escalations",
                escalation_id=escalation,
                escalated_at=self.moment(),
                order_id=order_id,
            )

    def _unlinked(self) -> None:
        """Rows that name no order, or one that this shop does not have (another may)."""
        gone = self.pick(("GONE-1", "GONE-2", f"O{self.rng.randrange(1, 300)}"))
        # several tickets of one unknown order, around a border: only the earliest gives the day
        self._tickets(gone, self.pick((1, 2, 3)), self.moment(self.pick(BORDER_AGES)))
        self._tickets(None, 2, self.moment(self.pick(BORDER_AGES)))
        for order_id in (gone, None):
            self._review(order_id)
            self._complaint(order_id)

    def _review(self, order_id: str | None) -> None:
        stars = (5, 5, 5, 4, 4, 3, 2, 1) if self.chance(1 - self.care / 2) else (1, 2, 3)
        self.add(
            "reviews",
            review_id=self.next_id("R"),
            reviewed_at=self.moment(),
            rating=self.pick(stars),
            service_rating=self.pick((None, 1, 3, 4, 5, 5)),
            logistics_rating=self.pick((None, 2, 5)),
            is_first=self.maybe_true(0.85),
            is_valid=self.maybe_true(0.9),
            order_id=order_id,
        )

    def _tickets(self, order_id: str | None, count: int, applied: int) -> None:
        for _ in range(count):
            kind = self.pick(KINDS)
            approved = None if self.chance(0.1) else applied + self.pick((0, 60, 5 * HOUR, 90_001))
            if self.chance(0.04):
                approved = applied - self.pick((1, 7200))  # broken: approved before applied
            returned = refunded = None
            if approved is not None and kind != "refund_only":
                returned = None if self.chance(0.15) else approved + 3 * SECONDS_PER_DAY
                late = self.pick(
                    (0, 1, 60, 7 * HOUR, 30_000, 100_000, -HOUR)
                )  # or before the return
                refunded = None if self.chance(0.15) else approved + 3 * SECONDS_PER_DAY + late
            self.add(
                "aftersales",
                ticket_id=self.next_id("T"),
                applied_at=applied,
                kind=kind,
                reason=self.pick(("quality", "empty_parcel", "logistics", "size", "damage", None)),
                order_id=order_id,
                order_amount=self.rng.randrange(0, 50_000),
                refund_amount=self.pick((None, 0, 990)),
                approved_at=approved,
                return_signed_at=returned,
                refunded_at=refunded,
                closed_at=None if self.chance(0.15) else self.moment(),
                outcome=self.pick((None, "refunded", "closed")),
                platform_intervened=self.maybe_true(0.12),
                liability=self.pick((None, "merchant", "buyer", "none")),
                shipped=self.maybe_true(0.8),
            )
            # the next ticket of the order: often at the same second, else a little apart
            if self.chance(0.5):
                applied += self.pick((-1, 1)) * self.pick((1, HOUR, SECONDS_PER_DAY))

    def _complaint(self, order_id: str | None) -> None:
        self.add(
            "complaints",
            complaint_id=self.next_id("C"),
            complained_at=self.moment(),
            order_id=order_id,
            upheld=self.maybe_true(0.7),
        )

    def _conversation(self) -> None:
        started = self.moment()
        wait = self.pick(BORDER_REPLIES) if self.chance(0.5) else self.rng.randrange(400)
        if self.chance(0.03):
            wait = -5  # broken: answered before it began
        self.add(
            "conversations",
            session_id=self.next_id("S"),
            started_at=started,
            first_reply_at=None if self.chance(0.2) else started + wait,
            to_human=self.maybe_true(0.9),
            satisfaction=self.pick((None, None, 1, 4, 5)),
            rounds=self.rng.randrange(9),
            reply_seconds=self.rng.randrange(900),
            order_id=self.pick((None, "O1", "O2", "O3", "GONE-9")),
        )

    def _facts(self) -> None:
        """Suspicions on border days: 1 inside the window suppresses, 0 or outside does not."""
        ages = {"inside": (1, 45, 90), "outside": (-1, 0, 91), "cleared": (1, 30, 90)}
        some = ("outside",), ("cleared",), ("cleared", "outside"), ("outside",)
        for where in self.pick(((), (), *some, *some, ("inside",))):
            age = self.pick(ages[where])
            day = self.today - age * SECONDS_PER_DAY
            value = 0 if where == "cleared" else 1
            self.add("shop_facts", date=day, name="suspected_fake", value=value)
        week_ago = self.today - 7 * SECONDS_PER_DAY
        self.add("shop_facts", date=week_ago, name="products_on_sale", value=1)
        if self.chance(0.3):
            violation = self.next_id("V")
            self.add("violations", violation_id=violation, happened_at=self.moment(), kind="fake")
