"""A platform whose streams name each other's rows: scans and claims name parcels, as these orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from attrs import evolve

from shopscore import Column, Count, Link, Once, Platform, Stream, Tally, col, first_of, has_row
from shopscore.model.expressions import Expr
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.rules.tally_checks import check_tally
from shopscore.testing.toy import PLATFORM as TOY
from support.linked_events import SHOPS, Row, Streams, is_excluded, order_of, seconds

_SHOP = Column("shop_id", "text", required=True)
_UPDATED = Column("updated_at", "time")

PARCELS = Stream(
    "parcels",
    key=("parcel_id",),
    columns=(
        Column("parcel_id", "text", required=True),
        _SHOP,
        Column("order_id", "text"),
        Column("handed_over_at", "time"),
        Column("carrier", "enum", values=("swift", "oldroad")),
        Column("weight", "int", low=0),
        Column("insured", "bool", default=False),
        _UPDATED,
    ),
)
SCANS = Stream(
    "scans",
    key=("scan_id",),
    columns=(
        Column("scan_id", "text", required=True),
        _SHOP,
        Column("parcel_id", "text"),
        Column("scanned_at", "time", required=True),
        Column("good", "bool", default=True),
        _UPDATED,
    ),
    links=(Link("parcel_id", "parcels"),),
)
CLAIMS = Stream(
    "claims",
    key=("claim_id",),
    columns=(
        Column("claim_id", "text", required=True),
        _SHOP,
        Column("order_id", "text"),
        Column("parcel_id", "text"),
        Column("claimed_at", "time", required=True),
        Column("amount", "money", low=0),
        _UPDATED,
    ),
    follows_order=True,
    links=(Link("parcel_id", "parcels"),),
)
PLATFORM: Platform = evolve(TOY, streams=(PARCELS, SCANS, CLAIMS))


def rules_with(*tallies: Tally, platform: Platform = PLATFORM) -> BoundRuleSet:
    """The toy's rules, which count these tallies too."""
    card = platform.scorecard()
    rules = BoundRuleSet.bind(platform, card, card.ruleset("2024-01-01"))
    for tally in tallies:
        check_tally(tally, rules.streams)
    like = rules.metrics["paid_orders"]
    more = {f"m{i}": evolve(like, aggregator=Count(t)) for i, t in enumerate(tallies)}
    return evolve(rules, metrics={**rules.metrics, **more})


def random_parcels(seed: int, rows: int = 40) -> Streams:
    """Few days around the end of a February; rows name rows that are there, or not, or none."""
    rng = Random(seed)

    def time(empty: float = 0.0) -> str:
        if rng.random() < empty:
            return ""
        found = datetime(2024, 2, 24) + timedelta(days=rng.randrange(12), hours=rng.choice([0, 23]))
        return f"{found:%Y-%m-%d %H:%M:%S}"

    def some(*words: str) -> str:
        return rng.choice(words)

    orders = ["", "GONE", *(f"O{n}" for n in range(rows))]
    parcels = ["", "GONE", *(f"P{n}" for n in range(rows // 2))]
    streams: Streams = {"orders": [], "parcels": [], "scans": [], "claims": []}
    for number in range(rows):
        streams["orders"].append({
            "shop_id": some(*SHOPS), "order_id": f"O{number}", "paid_at": time(empty=0.2),
            "amount": some("", "1", "2.50"), "is_excluded": some("", "false", "false", "true"),
        })  # fmt: skip
        streams["parcels"].append({
            "shop_id": some(*SHOPS), "parcel_id": f"P{rng.randrange(rows // 2)}",
            "order_id": some(*orders), "handed_over_at": time(empty=0.3),
            "carrier": some("", "swift", "oldroad"), "weight": some("", *"12345"),
            "insured": some("", "true", "false"),
            "updated_at": f"2024-03-09 00:{number // 60:02}:{number % 60:02}",
        })  # fmt: skip
        streams["scans"].append({
            "shop_id": some(*SHOPS), "scan_id": f"S{number}", "parcel_id": some(*parcels),
            "scanned_at": time(), "good": some("", "true", "false"),
        })  # fmt: skip
        streams["claims"].append({
            "shop_id": some(*SHOPS), "claim_id": f"C{number}", "order_id": some(*orders),
            "parcel_id": some(*parcels), "claimed_at": time(), "amount": some("", "0.50", "2"),
        })  # fmt: skip
    for found in streams.values():
        rng.shuffle(found)
    return streams


# ------------------------------------------------------------------------------ by plain Python


def latest(streams: Streams) -> list[Row]:
    """The newest row of each parcel of a shop."""
    newest: dict[tuple[str, str], Row] = {}
    for row in streams["parcels"]:
        key = row["shop_id"], row["parcel_id"]
        if key not in newest or row["updated_at"] > newest[key]["updated_at"]:
            newest[key] = row
    return [*newest.values()]


def parcel_of(streams: Streams, row: Row) -> Row | None:
    """The parcel of the same shop that a row names."""
    key = row["shop_id"], row["parcel_id"]
    every = (one for one in latest(streams) if (one["shop_id"], one["parcel_id"]) == key)
    return next(every, None)


#: What a tally counts, by hand: the shop, the time and the value of each row.
Counted = list[tuple[str, int | None, int | None]]


def _number(text: str) -> int | None:
    return int(text) if text else None


def _cents(text: str) -> int | None:
    return round(float(text) * 100) if text else None


def fast_scans(streams: Streams) -> Counted:
    """Good scans of parcels of one carrier, on the day of the hand-over or their own."""
    found: Counted = []
    for scan in streams["scans"]:
        parcel = parcel_of(streams, scan)
        if parcel and parcel["carrier"] == "swift" and scan["good"] != "false":
            day = parcel["handed_over_at"] or scan["scanned_at"]
            found.append((scan["shop_id"], seconds(day), 1))
    return found


def scanned_weight(streams: Streams) -> Counted:
    """The weight of scanned parcels."""
    every = ((scan, parcel_of(streams, scan)) for scan in streams["scans"])
    return [(s["shop_id"], seconds(s["scanned_at"]), _number(p["weight"])) for s, p in every if p]


def uninsured_scans(streams: Streams) -> Counted:
    """Scans of parcels without insurance, which an empty cell says as well: not those of no parcel."""
    every = ((scan, parcel_of(streams, scan)) for scan in streams["scans"])
    return [
        (s["shop_id"], seconds(s["scanned_at"]), 1)
        for s, p in every
        if p and p["insured"] != "true"
    ]


def claimed(streams: Streams) -> Counted:
    """Amounts of claims of heavy parcels, or of orders that nobody paid or nobody knows."""
    found: Counted = []
    for claim in streams["claims"]:
        order, parcel = order_of(streams, claim), parcel_of(streams, claim)
        heavy = parcel is not None and (_number(parcel["weight"]) or 0) > 3
        if (heavy or not order["paid_at"]) and not is_excluded(order):
            found.append((claim["shop_id"], seconds(claim["claimed_at"]), _cents(claim["amount"])))
    return found


def claimed_parcels(streams: Streams) -> Counted:
    """Parcels with a claim of a unit or more and no bad scan, on the day of the hand-over."""
    found: Counted = []
    for parcel in latest(streams):
        claims = [c for c in streams["claims"] if parcel_of(streams, c) is parcel]
        scans = [s for s in streams["scans"] if parcel_of(streams, s) is parcel]
        large = any((_cents(c["amount"]) or 0) >= 100 for c in claims)
        if large and all(s["good"] != "false" for s in scans):
            found.append((parcel["shop_id"], seconds(parcel["handed_over_at"]), 1))
    return found


def first_scans(streams: Streams) -> Counted:
    """The first scan of each parcel by its carrier and day; those of no carrier all count."""
    rivals: dict[tuple[str, str], list[int]] = {}
    found: Counted = []
    for scan in streams["scans"]:
        parcel, at = parcel_of(streams, scan), seconds(scan["scanned_at"])
        if parcel is None or not parcel["carrier"] or at is None:
            found.append((scan["shop_id"], at, 1))
        else:
            rivals.setdefault((scan["shop_id"], parcel["carrier"]), []).append(at)
    for (shop, _), times in rivals.items():
        found += [(shop, at, 1) for at in times if at == min(times)]
    return found


def orders_of_heavy_parcels(streams: Streams) -> Counted:
    """Paid orders of which a parcel is heavy."""
    return [
        (order["shop_id"], seconds(order["paid_at"]), 1)
        for order in streams["orders"]
        if not is_excluded(order)
        and any(
            order_of(streams, p) is order and (_number(p["weight"]) or 0) >= 3
            for p in latest(streams)
        )
    ]


heavy: Expr = col.weight >= 3
#: Tallies of linked rows, and the same by hand.
LINKED = (
    (
        Tally(
            "scans",
            day=first_of(col.parcel.handed_over_at, col.scanned_at),
            where=(col.parcel.carrier == "swift") & col.good,
        ),
        fast_scans,
    ),
    (Tally("scans", day=col.scanned_at, value=col.parcel.weight), scanned_weight),
    (Tally("scans", day=col.scanned_at, where=~col.parcel.insured), uninsured_scans),
    (
        Tally(
            "claims",
            day=col.claimed_at,
            where=(col.parcel.weight > 3) | col.order.paid_at.is_null(),
            value=col.amount,
        ),
        claimed,
    ),
    (
        Tally(
            "parcels",
            day=col.handed_over_at,
            where=has_row("claims", col.amount >= 100) & ~has_row("scans", ~col.good),
        ),
        claimed_parcels,
    ),
    (
        Tally(
            "scans", day=col.scanned_at, once=Once(per=(col.parcel.carrier,), by=(col.scanned_at,))
        ),
        first_scans,
    ),
    (Tally("orders", day=col.paid_at, where=has_row("parcels", heavy)), orders_of_heavy_parcels),
)
