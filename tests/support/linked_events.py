"""Random events of two shops whose rows name each other's orders, and tallies counted on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import product
from random import Random

import polars as pl
from attrs import evolve

import shopscore as ss
from shopscore.counting.cells import fingerprint
from shopscore.counting.resolution import resolve_events
from shopscore.counting.sums import window_sums
from shopscore.grading.weighing import MetricValues, weigh
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.rules.tally_checks import check_tally
from shopscore.testing.toy import PLATFORM

SHOPS = ("A", "B")
DAY = 86_400
FIRST = datetime(2024, 2, 24)

Row = dict[str, str]
Streams = dict[str, list[Row]]
Cells = dict[tuple[str, int], tuple[int, int]]


def random_streams(seed: int, orders: int = 40) -> Streams:
    """Few days around the end of a February, so that rows meet; every odd case is frequent."""
    rng = Random(seed)

    def time(empty: float = 0.1) -> str:
        if rng.random() < empty:
            return ""
        found = FIRST + timedelta(days=rng.randrange(12), hours=rng.choice([0, 9, 23]))
        return f"{found:%Y-%m-%d %H:%M:%S}"

    def some(*words: str) -> str:
        return rng.choice(words)

    streams: Streams = {"orders": [], "reviews": [], "aftersales": [], "shop_facts": []}
    for number in range(orders):
        streams["orders"].append({
            "shop_id": some(*SHOPS), "order_id": f"O{number}", "paid_at": time(),
            "amount": some("", "1", "2.50"), "buyer_id": some("", "b1", "b2"),
            "is_excluded": some("", "false", "false", "true"),
        })  # fmt: skip
    names = ["", "GONE", *(f"O{n}" for n in range(orders))]
    for number in range(orders):
        streams["reviews"].append({
            "shop_id": some(*SHOPS), "review_id": f"R{number}", "reviewed_at": time(empty=0),
            "rating": some(*"12345"), "service_rating": some("", *"12345"), "order_id": some(*names),
            "is_first": some("", "true", "false"), "buyer_id": some("", "b1", "b2"),
        })  # fmt: skip
        streams["aftersales"].append({
            "shop_id": some(*SHOPS), "ticket_id": f"T{number}", "applied_at": time(empty=0),
            "kind": some("exchange", "refund_only"), "order_id": some(*names),
        })  # fmt: skip
    for shop, day, name in product(SHOPS, range(12), ("disaster", "holiday")):
        if rng.random() < 0.7:
            date_ = f"{FIRST + timedelta(days=day):%Y-%m-%d}"
            value = some("", "0", "1", "1", "0.5")
            streams["shop_facts"].append(
                {"shop_id": shop, "date": date_, "name": name, "value": value}
            )
    return streams


def frames_of(streams: Mapping[str, Sequence[Row]]) -> dict[str, pl.DataFrame]:
    return {
        name: pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))
        for name, rows in streams.items()
        if rows
    }


def rules_with(*tallies: ss.Tally) -> BoundRuleSet:
    """The toy's rules, which count these tallies too."""
    card = PLATFORM.scorecard()
    rules = BoundRuleSet.bind(PLATFORM, card, card.ruleset("2024-01-01"))
    for tally in tallies:
        check_tally(tally, rules.streams)
    like = rules.metrics["paid_orders"]
    more = {f"m{i}": evolve(like, aggregator=ss.Count(t)) for i, t in enumerate(tallies)}
    return evolve(rules, metrics={**rules.metrics, **more})


def resolved(streams: Mapping[str, Sequence[Row]], *tallies: ss.Tally) -> ss.Resolved:
    events = ss.read_events(frames_of(streams), platform=PLATFORM)
    return resolve_events(events, rules_with(*tallies))


def measured(events: ss.Events, rules: BoundRuleSet) -> dict[str, MetricValues]:
    """The values of every metric on a day after all events."""
    summing = partial(window_sums, resolve_events(events, rules))
    return weigh(rules, summing, events.columns_present(), date(2024, 3, 10), len(events.shops))


def cells_of(state: ss.Tallies, tally: ss.Tally) -> Cells:
    """Sum and number of rows of a tally, per shop and day."""
    mine = state.cells.filter(pl.col("tally") == fingerprint(tally))
    number = (pl.col("day") - date(1970, 1, 1)).dt.total_days()
    rows = mine.select("shop_id", number, "sum", "count").iter_rows()
    return {(shop, day): (total, n) for shop, day, total, n in rows}


# ------------------------------------------------------------------------------ by plain Python


def seconds(text: str) -> int | None:
    """A time as seconds, None where there is none."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) if text else None


def summed(found: Sequence[tuple[str, int | None, int | None]]) -> Cells:
    """Cells of rows that count: shop, time, value."""
    cells: dict[tuple[str, int], list[int]] = {}
    for shop, at, value in found:
        if at is not None and value is not None:
            cells.setdefault((shop, at // DAY), []).append(value)
    return {key: (sum(values), len(values)) for key, values in cells.items()}


def order_of(streams: Streams, row: Row) -> Row:
    """The order of the same shop that a row names; an empty row where there is none."""
    for order in streams["orders"]:
        if (order["shop_id"], order["order_id"]) == (row["shop_id"], row["order_id"]):
            return order
    return dict.fromkeys(streams["orders"][0], "")


def is_excluded(order: Row) -> bool:
    return order["is_excluded"] == "true"


def fact(streams: Streams, name: str, shop: str, at: str) -> int | None:
    """What a fact says on the day of a time, in millionths."""
    for row in streams["shop_facts"]:
        if at and (row["shop_id"], row["name"], row["date"]) == (shop, name, at[:10]):
            return round(float(row["value"]) * 1_000_000) if row["value"] else None
    return None
