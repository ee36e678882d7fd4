"""Random events of a shop for the metrics of Kuaishou, Tmall and Pinduoduo: typed rows by stream.

As `random_shops`, with what that leaves empty or rare: few buyers with many orders, months' ends,
due times, outcomes, escalations, ratings, disasters, and the borders of these pages.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from random import Random

from oracle.cell_meanings import SECONDS_PER_DAY, Value
from oracle.event_loading import Row
from oracle.metric_rows import day_number
from oracle.random_shops import BORDER_CLOCKS, HOUR, KINDS, ShopMaker

BORDER_AGES = (-1, 0, 1, 2, 29, 30, 31, 32, 89, 90, 91, 92, 179, 180, 181, 182)
BORDER_WAITS = (0, 179, 180, 181, 86_399, 86_400, 86_401)
BORDER_PICKUPS = tuple(hours * HOUR + by for hours in (24, 48) for by in (-1, 0, 1))
REASONS = (
    "quality", "quality", "not_as_described", "not_as_described", "logistics", "size", None,
)  # fmt: skip
BUYERS = 4


class PlatformShopMaker(ShopMaker):
    """Makes the rows of one shop."""

    def __init__(self, rng: Random, rows: dict[str, list[Row]], shop: str, as_of: date) -> None:
        """The seconds around which the last seven months began are borders of the rule of three."""
        super().__init__(rng, rows, shop, as_of)
        first = as_of.replace(day=1)
        self.month_starts: list[int] = []
        for _ in range(7):
            self.month_starts.append(day_number(first) * SECONDS_PER_DAY)
            first = (first - timedelta(days=1)).replace(day=1)

    def make(self, orders: int) -> None:
        """All streams of the shop, with more conversations: hours and ages leave out many."""
        super().make(orders)
        for _ in range(orders // 2):
            self._conversation()

    def moment(self, age: int | None = None) -> int:
        """A time on the day of that age; without one, a border, one of late, or any to 190."""
        if age is None:
            chance = self.rng.random()
            if chance < 0.08:
                return self.month_end()
            if chance < 0.30:
                age = self.pick(BORDER_AGES)
            else:
                age = self.rng.randint(-2, 34 if chance < 0.75 else 190)
        clock = self.pick(BORDER_CLOCKS) if self.chance(0.25) else self.rng.randrange(24 * 3600)
        return self.today - age * SECONDS_PER_DAY + clock

    def month_end(self) -> int:
        """The last seconds of a month or the first of the next."""
        return self.pick(self.month_starts) + self.pick((-HOUR, -1, 0, 1, HOUR))

    def buyer(self) -> Value:
        """One of few, who therefore order more than three times a month; or nobody known."""
        return None if self.chance(0.1) else f"B{self.rng.randrange(BUYERS)}"

    def any_order_id(self) -> Value:
        """Of an order of this shop, of one that only another may have, or none."""
        own = [row["order_id"] for row in self.rows["orders"] if row["shop_id"] == self.shop]
        return self.pick((self.pick(own), self.pick(own), self._unknown(), None))

    def _unknown(self) -> str:
        return self.pick(("GONE-1", "GONE-2", "GONE-10", f"O{self.rng.randrange(1, 300)}"))

    def _order(self, order_id: str) -> None:
        paid = None if self.chance(0.08) else self.moment()
        due = None
        if self.chance(0.5):
            spans = (*BORDER_PICKUPS, 0, 72 * HOUR, 10 * SECONDS_PER_DAY)
            due = self.moment() if paid is None or self.chance(0.2) else paid + self.pick(spans)
        picked_up = None
        if paid is not None and not self.chance(0.15):
            span = self.pick(BORDER_PICKUPS)
            if self.chance(0.4):
                span = self.rng.randrange(1, 72) * HOUR
            picked_up = paid + span
            if due is not None and self.chance(0.5):
                picked_up = max(paid, due + self.pick((-1, 0, 1)))
        signed: int | None = None
        if self.chance(0.85):
            # some are delivered and nobody knows when they were paid or picked up
            start = picked_up if picked_up is not None else paid
            if start is None or (picked_up is None and self.chance(0.3)):
                start = self.moment()
            signed = start + self.rng.randrange(10, 120) * HOUR + self.pick((0, 1, 1800))
        confirmed = None
        if self.chance(0.6):
            confirmed = self.moment() if signed is None or self.chance(0.3) else signed
            confirmed += self.rng.randrange(9) * 11 * HOUR
        self.add(
            "orders",
            order_id=order_id,
            paid_at=paid,
            amount=self.rng.randrange(50_000),
            picked_up_at=picked_up,
            signed_at=signed,
            confirmed_at=confirmed,
            completed_at=self._completed(confirmed),
            pickup_due_at=due,
            is_presale=self.maybe_true(0.15),
            needs_shipping=self.maybe_true(0.9),
            is_excluded=self.maybe_true(0.08),
            buyer_id=self.buyer(),
            product_id=f"00{self.rng.randrange(20)}",
        )

    def _completed(self, confirmed: int | None) -> int | None:
        """Often in the same second as others of the shop, and often around the end of a month."""
        if self.chance(0.25):
            return None
        if self.chance(0.4):
            return self.month_end()
        return confirmed if confirmed is not None and self.chance(0.5) else self.moment()

    def _linked(self, order: Row) -> None:
        order_id = str(order["order_id"])
        for _ in range(self.pick((0, 0, 1, 1, 1, 2, 3))):
            self._review(order_id)
        if self.chance(0.3 + 0.3 * self.care):
            self._tickets(order_id, self.pick((1, 1, 2, 3)), self.moment())
        for _ in range(self.pick((0, 0, 0, 0, 0, 1, 1, 2))):
            self._complaint(order_id)
        for _ in range(self.pick((0, 0, 0, 0, 0, 1, 1, 2))):
            self._escalation(order_id)

    def _unlinked(self) -> None:
        """Rows that name no order, or one that this shop does not have (another may)."""
        gone = self._unknown()
        self._tickets(gone, self.pick((1, 2, 3)), self.moment(self.pick(BORDER_AGES)))
        self._tickets(None, 2, self.moment(self.pick(BORDER_AGES)))
        for order_id in (gone, gone, None):
            self._review(order_id)
            self._complaint(order_id)
            self._escalation(order_id)

    def _review(self, order_id: str | None) -> None:
        ratings = (1, 2, 3, 4, 5, 5, 5) if self.chance(1 - self.care / 2) else (1, 2, 3)
        self.add(
            "reviews",
            review_id=self.next_id("R"),
            reviewed_at=self.moment(),
            rating=self.pick(ratings),
            service_rating=self.pick((None, None, 1, 2, 3, 4, 5)),
            logistics_rating=self.pick((None, None, 1, 2, 3, 4, 5)),
            is_first=self.maybe_true(0.8),
            is_valid=self.maybe_true(0.8),
            order_id=order_id,
            # not always that of the order, and often unknown
            buyer_id=self.buyer() if self.chance(0.4) else None,
        )

    def _tickets(self, order_id: str | None, count: int, applied: int) -> None:
        for _ in range(count):
            kind = self.pick(KINDS)
            approved = None if self.chance(0.12) else applied + self.pick((0, 60, 5 * HOUR, 90_001))
            returned = refunded = None
            # a refund alone with a parcel is odd, and shows who looks at the kind
            if approved is not None and (kind != "refund_only" or self.chance(0.3)):
                arrived = approved + 3 * SECONDS_PER_DAY
                returned = None if self.chance(0.2) else arrived
                late = self.pick((0, 1, 7 * HOUR, 100_000, -HOUR))  # or before it arrived
                refunded = None if self.chance(0.2) else arrived + late
            closed = None
            if not self.chance(0.12):
                ends = (refunded, approved, applied + self.pick((1, 40 * HOUR, 9 * 86_400)))
                closed = self.pick([end for end in ends if end is not None])
                if self.chance(0.4):
                    closed = max(applied, self.moment())
            self.add(
                "aftersales",
                ticket_id=self.next_id("T"),
                applied_at=applied,
                kind=kind,
                reason=self.pick(REASONS),
                order_id=order_id,
                approved_at=approved,
                return_signed_at=returned,
                refunded_at=refunded,
                closed_at=closed,
                outcome=self.pick((None, "refunded", "refunded", "closed")),
                platform_intervened=self.maybe_true(0.4),
                liability=self.pick((None, "merchant", "merchant", "buyer", "none")),
            )
            # the next ticket of the order: often at the same second, else a little apart
            if self.chance(0.5):
                applied += self.pick((-1, 1)) * self.pick((1, HOUR, SECONDS_PER_DAY))

    def _escalation(self, order_id: str | None) -> None:
        self.add(
            "escalations",
            escalation_id=self.next_id("E"),
            escalated_at=self.moment(),
            order_id=order_id,
        )

    def _conversation(self) -> None:
        started = self.moment()
        wait = self.pick(BORDER_WAITS) if self.chance(0.6) else self.rng.randrange(400)
        self.add(
            "conversations",
            session_id=self.next_id("S"),
            started_at=started,
            first_reply_at=None if self.chance(0.15) else started + wait,
            to_human=self.maybe_true(0.75),
            satisfaction=self.pick((None, 1, 2, 3, 4, 5)),
            order_id=self.any_order_id(),
        )

    def _facts(self) -> None:
        """Days of disaster: only the value 1 is one, and only under that name."""
        values: tuple[Value, ...] = (1, 1, 0, Fraction(1, 2), 2, None)
        ages = self.rng.sample(range(37), 12) if self.chance(0.7) else []
        for age in ages:
            day = self.today - age * SECONDS_PER_DAY
            self.add("shop_facts", date=day, name="disaster", value=self.pick(values))
            if self.chance(0.3):
                self.add("shop_facts", date=day, name="disaster_relief", value=1)
            if self.chance(0.3):
                self.add("shop_facts", date=day - SECONDS_PER_DAY, name="tmall_bonus", value=1)
