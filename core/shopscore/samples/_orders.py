"""The orders of a sample, from the click to the buyer's confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from ._clock import (
    DAY,
    DAYS,
    HOUR,
    LAST_SECOND,
    MINUTE,
    NEVER,
    Bools,
    Floats,
    Ints,
    Rng,
    around,
    chance,
    happened,
    next_morning,
    pick,
    waiting,
)
from ._columns import code, enum, ids, known, labels, money
from ._shops import INDUSTRIES, Shops, orders_per_shop, shop_ids

# Orders per hour of the day, relative: quiet nights, a lunch bump, an evening peak.
HOURS = (5, 3, 2, 1, 1, 1, 2, 4, 6, 8, 9, 9, 10, 9, 8, 8, 8, 8, 9, 11, 14, 15, 12, 8)
WEEKDAYS = (0.94, 0.92, 0.93, 0.95, 1.0, 1.12, 1.14)  # Monday to Sunday
SALE_DAYS = {48: 4.2, 109: 3.6}  # day of the sample (0 is the first): times the usual orders
SALE_PRICE = 0.8
SALE_ECHO_DAYS = 3  # a sale slows the parcels of orders until this many days after it
SALE_PICKUP, SALE_TRANSIT = 2.0, 1.4  # times the usual hours

BAD_WEEK_SHOP = 0
BAD_WEEK = range(92, 99)  # payment days, in days of the sample
BAD_WEEK_SKILL = -4.0  # in every area, in standard deviations

UNPAID, GIFT, VIRTUAL, PRESALE = 0.05, 0.015, 0.02, 0.04  # shares of the orders
PAYMENT_HOURS = 0.5  # an unpaid order is cancelled after this time
PRESALE_DAYS = (5, 21)  # from the payment until the goods are ready
CANCELLED_BY = (0.05, 0.005, 0.002)  # buyer, merchant, platform: shares of the paid orders

# Province: share of the buyers, hours on the road (median), hours promised from pick-up.
PROVINCES = {
    "zhejiang": (0.14, 26, 72),
    "jiangsu": (0.14, 28, 72),
    "shanghai": (0.08, 24, 72),
    "guangdong": (0.17, 40, 96),
    "shandong": (0.11, 38, 96),
    "henan": (0.10, 42, 96),
    "sichuan": (0.09, 52, 120),
    "beijing": (0.06, 40, 96),
    "heilongjiang": (0.05, 66, 144),
    "gansu": (0.03, 72, 144),
    "xinjiang": (0.02, 115, 216),
    "tibet": (0.01, 135, 240),
}
CARRIERS = {"northway": 0.4, "swiftline": 0.3, "redpost": 0.2, "oldroad": 0.1}

PICKUP_HOURS = 15.0  # median, for an average shop
PROMISED_PICKUP_HOURS = (48, 24)  # of usual shops, of shops with a strong logistics skill
PROMISE_KNOWN = 0.95  # share of orders; the others have no due time of pick-up
FORGOTTEN, STUCK, LOST = 0.02, 0.02, 0.003  # shares of late pick-ups, slow and lost parcels
AUTO_CONFIRM_DAYS = 10  # if the buyer does not confirm
BUYERS_PER_ORDER = 0.6  # size of a shop's circle of buyers
ID_BASE = 6_900_000_000_000_000_000  # 19 digits; ids grow with the time of the order


class Orders(NamedTuple):
    """One entry per order, in the order of creation; times in seconds, money in cents."""

    number: Ints
    shop: Ints
    created: Ints
    paid: Ints
    refund_asked: Ints  # of an order cancelled by its buyer after payment
    cancelled: Ints
    cancelled_by: Ints
    picked: Ints
    signed: Ints
    confirmed: Ints
    pickup_due: Ints
    delivery_due: Ints
    amount: Ints
    presale: Bools
    virtual: Bools
    gift: Bools
    buyer: Ints
    province: Ints
    product: Ints
    goods: Floats  # skill of the shop that day, as in Shops
    logistics: Floats
    service: Floats

    @property
    def received(self) -> Ints:
        """When the buyer had the goods: signed, for virtual goods paid."""
        gone = self.virtual & (self.cancelled == NEVER)
        return np.where(gone, self.paid, self.signed)

    @property
    def late(self) -> Bools:
        """Picked up or delivered after the promised time, or overdue at the end."""
        slow_pickup = np.minimum(self.picked, LAST_SECOND) > self.pickup_due
        slow_road = np.minimum(self.signed, LAST_SECOND) > self.delivery_due
        late: Bools = (slow_pickup | slow_road) & (self.cancelled == NEVER)
        return late

    @property
    def lost(self) -> Bools:
        """Picked up and never delivered."""
        lost: Bools = happened(self.picked) & (self.signed == NEVER)
        return lost


def make_orders(rng: Rng, shops: Shops, count: int, weekday: int) -> Orders:
    """Make `count` orders; `weekday` is that of the first day (0 is Monday)."""
    shop, placed = _visits(rng, shops, count, weekday)
    paid, created = _payments(rng, placed)
    bad = _bad_week(shop, placed)
    goods, logistics, service = (
        np.where(bad, BAD_WEEK_SKILL, skill[shop])
        for skill in (shops.goods, shops.logistics, shops.service)
    )
    gift, virtual, presale = (chance(rng, share, count) for share in (GIFT, VIRTUAL, PRESALE))
    presale &= ~virtual
    refund_asked, cancelled, cancelled_by = _cancellations(rng, created, paid, service)
    sent = np.where(virtual | (cancelled != NEVER), NEVER, paid)
    wait = np.where(presale, DAY * rng.integers(*PRESALE_DAYS, count), 0)
    province = pick(rng, [share for share, _, _ in PROVINCES.values()], count)
    picked = _pickups(rng, sent + wait, placed, logistics)
    signed = _deliveries(rng, picked, placed, logistics, province)
    orders = Orders(
        number=ID_BASE + np.cumsum(rng.integers(1, 10**9, count)),
        shop=shop,
        created=created,
        paid=paid,
        refund_asked=refund_asked,
        cancelled=cancelled,
        cancelled_by=cancelled_by,
        picked=picked,
        signed=signed,
        confirmed=np.full(count, NEVER),
        pickup_due=np.where(virtual, NEVER, paid) + wait + _promised_pickup(shops)[shop],
        delivery_due=picked + HOUR * np.array([due for _, _, due in PROVINCES.values()])[province],
        amount=_amounts(rng, shops.industry[shop], placed, gift),
        presale=presale,
        virtual=virtual,
        gift=gift,
        buyer=_buyers(rng, shop, len(shops.share)),
        province=province,
        product=(rng.random(count) ** 2 * shops.products[shop]).astype(np.int64),
        goods=goods,
        logistics=logistics,
        service=service,
    )
    return orders._replace(confirmed=_confirmations(rng, orders.received))


def _visits(rng: Rng, shops: Shops, count: int, weekday: int) -> tuple[Ints, Ints]:
    """Draw shop and time of each order, sorted by time; the last day has at least one."""
    shop = np.repeat(np.arange(len(shops.share)), orders_per_shop(rng, shops, count))
    usual = {day: WEEKDAYS[(weekday + day) % 7] for day in range(DAYS)}
    weights = list((usual | SALE_DAYS).values())
    day = pick(rng, weights, count)
    day[:1] = DAYS - 1
    time = day * DAY + pick(rng, HOURS, count) * HOUR + rng.integers(0, HOUR, count)
    order = np.argsort(time, kind="stable")
    return shop[order], time[order]


def _payments(rng: Rng, placed: Ints) -> tuple[Ints, Ints]:
    """Draw when orders were paid, if ever, and created; the very last order is paid."""
    unpaid = chance(rng, UNPAID, len(placed))
    unpaid[-1] = False
    thought = np.minimum(waiting(rng, 0.03, len(placed)), int(PAYMENT_HOURS * HOUR))
    created = np.where(unpaid, placed, np.maximum(placed - thought, 0))
    return np.where(unpaid, NEVER, placed), created


def _bad_week(shop: Ints, placed: Ints) -> Bools:
    bad: Bools = (shop == BAD_WEEK_SHOP) & np.isin(placed // DAY, list(BAD_WEEK))
    return bad


def _after_sale(placed: Ints) -> Bools:
    """Return which orders are of a sale day and of the days after it."""
    day = placed // DAY
    rush = [sale + echo for sale in SALE_DAYS for echo in range(SALE_ECHO_DAYS + 1)]
    return np.isin(day, rush)


def _cancellations(rng: Rng, created: Ints, paid: Ints, service: Floats) -> tuple[Ints, Ints, Ints]:
    """Draw when a buyer asked for a refund before shipment, and when and by whom it was cancelled.

    An unpaid order is cancelled by its buyer soon, or by the platform at the deadline.
    """
    size = len(created)
    unpaid = paid == NEVER
    share = np.array(CANCELLED_BY)
    by = pick(rng, share, size)
    gone = chance(rng, share.sum(), size) & ~unpaid
    asked = np.where(gone, paid + waiting(rng, 3, size), NEVER)
    instant = chance(rng, 0.4, size)
    handled = next_morning(rng, asked + around(rng, 3 * np.exp(-0.45 * service), 0.8, size))
    cancelled = np.where(instant, asked, handled)
    cancelled = np.where(gone, cancelled, NEVER)

    deadline = int(PAYMENT_HOURS * HOUR)
    soon = chance(rng, 0.4, size)
    given_up = created + np.where(soon, rng.integers(MINUTE, deadline, size), deadline)
    buyer, platform = code("cancelled_by", "buyer"), code("cancelled_by", "platform")
    cancelled = np.where(unpaid, given_up, cancelled)
    asked = np.where(by == buyer, asked, NEVER)
    by = np.where(unpaid, np.where(soon, buyer, platform), by)
    return asked, cancelled, by


def _pickups(rng: Rng, ready: Ints, placed: Ints, logistics: Floats) -> Ints:
    """Draw when the carrier took the parcel: sooner from good shops, by day, a few far too late."""
    size = len(ready)
    hours = PICKUP_HOURS * np.exp(-0.35 * logistics)
    hours = hours * np.where(_after_sale(placed), SALE_PICKUP, 1.0)
    hours = hours * np.where(chance(rng, FORGOTTEN, size), 4.0, 1.0)
    return next_morning(rng, ready + around(rng, hours, 0.6, size))


def _deliveries(rng: Rng, picked: Ints, placed: Ints, logistics: Floats, province: Ints) -> Ints:
    """Draw when the parcel was delivered: later in remote provinces, some stuck, a few lost."""
    size = len(picked)
    hours = np.array([road for _, road, _ in PROVINCES.values()], dtype=np.float64)[province]
    hours = hours * np.exp(-0.15 * logistics)
    hours = hours * np.where(_after_sale(placed), SALE_TRANSIT, 1.0)
    stuck = np.where(chance(rng, STUCK, size), waiting(rng, 96, size), 0)
    signed = next_morning(rng, picked + around(rng, hours, 0.3, size) + stuck)
    return np.where(chance(rng, LOST, size), NEVER, signed)


def _promised_pickup(shops: Shops) -> Ints:
    """Return the seconds from payment within which each shop promises the pick-up."""
    usual, strong = PROMISED_PICKUP_HOURS
    return HOUR * np.where(shops.logistics > 1, strong, usual).astype(np.int64)


def _confirmations(rng: Rng, received: Ints) -> Ints:
    """Draw confirmations: by some buyers after a day or two, else by the platform later."""
    size = len(received)
    by_buyer = chance(rng, 0.4, size)
    return received + np.where(by_buyer, waiting(rng, 36, size), AUTO_CONFIRM_DAYS * DAY)


def _amounts(rng: Rng, industry: Ints, placed: Ints, gift: Bools) -> Ints:
    """Draw cents: around the industry's price, lower on sale days, one cent for a gift."""
    size = len(placed)
    price = np.array([price for price, _ in INDUSTRIES.values()])[industry]
    price = price * np.where(np.isin(placed // DAY, list(SALE_DAYS)), SALE_PRICE, 1.0)
    cents = 10 * np.rint(10 * price * np.exp(0.7 * rng.standard_normal(size)))
    return np.where(gift, 1, np.maximum(cents, 100)).astype(np.int64)


def _buyers(rng: Rng, shop: Ints, shops: int) -> Ints:
    """Draw buyers: each shop has a circle with some regulars; circles overlap."""
    everybody = len(shop)
    circle = 1 + BUYERS_PER_ORDER * np.bincount(shop, minlength=shops)
    start = rng.integers(0, everybody, shops)
    member = (rng.random(len(shop)) ** 2 * circle[shop]).astype(np.int64)
    return (start[shop] + member) % everybody


def _place_names(places: Sequence[str]) -> tuple[str, ...]:
    """Return a name for each province: of as many places, in their order, or of fewer."""
    named = tuple(places) or tuple(PROVINCES)
    return tuple(named[i * len(named) // len(PROVINCES)] for i in range(len(PROVINCES)))


def order_ids(orders: Orders, rows: Ints) -> pl.Series:
    """Return ids of the orders in these rows, 19 digits."""
    return pl.Series(orders.number[rows]).cast(pl.String)


def product_ids(orders: Orders, rows: Ints) -> pl.Series:
    """Return ids of the products in these orders."""
    return shop_ids(orders.shop[rows]) + "-" + ids("P", orders.product[rows] + 1, digits=3)


def buyer_ids(orders: Orders, rows: Ints) -> pl.Series:
    """Return ids of the buyers of these orders."""
    return ids("B", orders.buyer[rows] + 1)


def orders_frame(rng: Rng, orders: Orders, places: Sequence[str] = ()) -> pl.DataFrame:
    """Build the stream `orders`; places other than those of China are spread over `PROVINCES`."""
    o = orders
    rows = np.arange(len(o.shop))
    shipped, signed = happened(o.picked), happened(o.signed)
    overdue = signed | (shipped & (o.delivery_due <= LAST_SECOND))
    late_pickup = shipped & (o.picked > o.pickup_due)
    compensated = chance(rng, np.where(late_pickup, 0.3, 0.005), len(rows)) & shipped
    carrier = pick(rng, tuple(CARRIERS.values()), len(rows))
    promised = chance(rng, PROMISE_KNOWN, len(rows))
    return pl.DataFrame(
        {
            "order_id": order_ids(o, rows),
            "shop_id": shop_ids(o.shop),
            "created_at": o.created,
            "paid_at": o.paid,
            "amount": money(o.amount),
            "picked_up_at": o.picked,
            "signed_at": o.signed,
            "confirmed_at": o.confirmed,
            "completed_at": o.confirmed,
            "cancelled_at": o.cancelled,
            "cancelled_by": known(enum("cancelled_by", o.cancelled_by), happened(o.cancelled)),
            "pickup_due_at": np.where(promised, o.pickup_due, NEVER),
            "delivery_due_at": np.where(shipped, o.delivery_due, NEVER),
            "delivery_on_time": known(pl.Series(o.signed <= o.delivery_due), overdue),
            "is_presale": o.presale,
            "needs_shipping": ~o.virtual,
            "is_excluded": o.gift,
            "next_day": signed & (o.signed // DAY - o.paid // DAY <= 1),
            "fulfilment_compensated": compensated,
            "buyer_id": buyer_ids(o, rows),
            "province": labels(_place_names(places), o.province),
            "carrier": known(labels(tuple(CARRIERS), carrier), shipped),
            "product_id": product_ids(o, rows),
        }
    )
