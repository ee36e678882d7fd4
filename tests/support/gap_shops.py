"""Shops whose rows are drawn, rules that grade reviews by bands, and rows that are one more event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import polars as pl

import shopscore as ss
from shopscore.analysis.gaps.good_events import GoodEvent
from shopscore.rules.ruleset_toml import parse_ruleset
from support import one_more_row, pooled_platform

AS_OF = date(2024, 6, 30)
Row = dict[str, Any]

#: Reviews graded by bands: nothing is compared with other shops.
BANDED = parse_ruleset(
    """
schema = 1
platform = "one_more"
scorecard = "reviews"
version = "bands"
status = "seed"
zh = "再"
en = "One more"
scale = { low = 0, high = 5, decimals = 2, source = "page" }
sources.page = { title = "A page", confidence = "I" }
scorers.bad = { kind = "bands", bands = [[0.5, 1], [0.3, 3], [0.1, 5]], source = "page" }
scorers.stars = { kind = "linear", line = [[0.25, 0], [1.25, 5]], source = "page" }
scorers.graded = { kind = "bands", bands = [[0.3, 2], [0.6, 4], [0.9, 5]], source = "page" }
[[dimensions]]
id = "all"
zh = "全"
en = "All"
weight = 1
source = "page"
metrics = [
    { id = "bad", scorer = "bad", weight = 0.5, source = "page" },
    { id = "stars", scorer = "stars", weight = 0.3, source = "page" },
    { id = "graded", scorer = "graded", weight = 0.2, source = "page" },
]
[[tiers]]
id = "fine"
zh = "良"
en = "Fine"
at_least = 4
source = "page"
[[assumptions]]
id = "half_life"
kind = "decimal"
nullable = true
low = 1
high = 90
reason = "a test says it"
""",
    "bands.toml",
)


def review(age: int, rating: int, service: int | None = None) -> Row:
    return {"at": age, "rating": rating, "service_rating": service}


def order(age: int, late: bool, hours: int | None, amount: int = 500) -> Row:
    """An order; the amount is in the minor unit."""
    return {"at": age, "is_presale": late, "hours": hours, "amount": amount}


def frames_of(shops: Mapping[str, Sequence[Row]], stream: str) -> dict[str, pl.DataFrame]:
    """The rows of each shop."""
    rows = [(shop, row) for shop, own in shops.items() for row in own]
    made = {"reviews": _reviews, "orders": _orders}[stream](rows)
    known = pl.DataFrame({"shop_id": [*shops], "industry": ["food"] * len(shops)})
    return {stream: made, "shops": known, **({} if stream == "reviews" else _refunds([*shops]))}


def _refunds(shops: Sequence[str]) -> dict[str, pl.DataFrame]:
    """A ticket of each shop."""
    many = len(shops)
    cells = {
        "shop_id": [*shops],
        "ticket_id": [f"T{n}" for n in range(many)],
        "kind": ["refund_only"] * many,
        "applied_at": [f"{AS_OF - timedelta(days=2)} 12:00:00"] * many,
        "refund_amount": ["9.00"] * many,
    }
    return {"aftersales": pl.DataFrame(cells)}


def _time(row: Row, hours: int = 0) -> str:
    day = AS_OF - timedelta(days=row["at"] - hours // 24)
    return f"{day} {hours % 24:02}:00:00"


def _reviews(rows: Sequence[tuple[str, Row]]) -> pl.DataFrame:
    cells = [
        [shop, str(n), _time(r), r["rating"], r["service_rating"]]
        for n, (shop, r) in enumerate(rows)
    ]
    schema = {"shop_id": pl.String, "review_id": pl.String, "reviewed_at": pl.String,
              "rating": pl.Int64, "service_rating": pl.Int64}  # fmt: skip
    return pl.DataFrame(cells, schema=schema, orient="row")


def _orders(rows: Sequence[tuple[str, Row]]) -> pl.DataFrame:
    cells = [
        [shop, str(n), _time(r), None if r["hours"] is None else _time(r, r["hours"]),
         r["is_presale"], f"{r['amount'] / 100:.2f}"]
        for n, (shop, r) in enumerate(rows)
    ]  # fmt: skip
    schema = {"shop_id": pl.String, "order_id": pl.String, "paid_at": pl.String,
              "signed_at": pl.String, "is_presale": pl.Boolean, "amount": pl.String}  # fmt: skip
    return pl.DataFrame(cells, schema=schema, orient="row")


def scored_shops(
    shops: Mapping[str, Sequence[Row]], stream: str, rules: Any, **more: Any
) -> ss.Result:
    platform = {"reviews": one_more_row, "orders": pooled_platform}[stream].PLATFORM
    found = frames_of(shops, stream)
    return ss.score(found, platform=platform, ruleset=rules, **{"as_of": AS_OF, **more})


def scored(rows: Sequence[Row], stream: str, rules: Any, **more: Any) -> ss.Result:
    return scored_shops({"A": rows}, stream, rules, **more)


def value_in(result: ss.Result, shop: str, metric: str) -> Fraction | None:
    place = result.shops["shop_id"].to_list().index(shop)
    return result.measured[metric].column.fractions()[place]


def sums_of(result: ss.Result, shop: str, metric: str) -> list[tuple[int, int]]:
    at = result.shops["shop_id"].to_list().index(shop)
    return [(int(own[at]), int(count[at])) for own, count in result.measured[metric].sums]


def candidates(stream: str, event: GoodEvent) -> Iterator[Row]:
    """Rows that may be the event."""
    if stream == "reviews":
        for age in (1, 3):
            for rating in range(1, 6):
                yield from (review(age, rating, service) for service in (None, *range(1, 6)))
        return
    amount = event.amount or 500
    for hours in (None, 1, 2, 3, 4, 5, 9):
        yield from (order(1, late, hours, amount) for late in (False, True))


def rows_of(
    rows: Sequence[Row],
    stream: str,
    rules: Any,
    events: Sequence[tuple[str, GoodEvent]],
    **more: Any,
) -> list[Row]:
    """For each event of a metric the row that adds to its tallies what the event does."""
    amounts = {event.amount: event for _, event in events}
    every = [row for event in amounts.values() for row in candidates(stream, event)]
    shops = {"A": rows, **{f"C{n}": [*rows, row] for n, row in enumerate(every)}}
    result = scored_shops(shops, stream, rules, **more)
    found = []
    for metric, event in events:
        before = sums_of(result, "A", metric)
        fits = (
            row
            for n, row in enumerate(every)
            if _added(before, sums_of(result, f"C{n}", metric)) == list(event.added)
        )
        row = next(fits, None)
        assert row is not None, f"no row adds {event.added} to {metric}"
        found.append(row)
    return found


def _added(
    before: Sequence[tuple[int, int]], after: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    return [(a - b, n - m) for (a, n), (b, m) in zip(after, before, strict=True)]


def values_of(
    found: Mapping[str, Any], platform: Any, ruleset: Any, as_of: str = "2024-06-30"
) -> ss.Result:
    """The result of values that somebody typed in: value and, perhaps, n by metric."""
    rows = [
        {"shop_id": "A", "metric": id, "value": value, "n": n} for id, (value, n) in found.items()
    ]
    schema = {"shop_id": pl.String, "metric": pl.String, "value": pl.String, "n": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return ss.score_values(frame, platform=platform, ruleset=ruleset, as_of=as_of)
