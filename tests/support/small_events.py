"""Few events of two shops whose rows name each other's orders, drawn so that they often meet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random

import polars as pl
from attrs import evolve
from hypothesis import strategies as st

import shopscore as ss
from shopscore import Count, Distinct, Once, Tally, col, fact_on, first_of, has_row, number
from shopscore.counting.resolution import resolve_events
from shopscore.model.expressions import Day
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.rules.tally_checks import check_tally
from shopscore.testing.toy import PLATFORM

Row = dict[str, str]
#: Rows by stream.
Streams = dict[str, list[Row]]
#: A row and its stream.
Placed = tuple[str, Row]

KEYS = {
    "orders": ("order_id",),
    "reviews": ("review_id",),
    "aftersales": ("ticket_id",),
    "violations": ("violation_id",),
    "shop_facts": ("date", "name"),
}
TIMES = ["", "2024-02-27 23:59:59", "2024-02-28 00:00:00", "2024-03-01 10:00:00"]
SET = [time for time in TIMES if time]
BUYERS = ["", "b1", "b2"]
#: What a cell may say; ids and names of orders never change.
CELLS: dict[str, dict[str, list[str]]] = {
    "orders": {
        "paid_at": TIMES, "picked_up_at": TIMES, "signed_at": TIMES, "amount": ["", "1", "2.50"],
        "buyer_id": BUYERS, "is_excluded": ["", "false", "true"],
    },
    "reviews": {"reviewed_at": SET, "rating": ["1", "2", "5"], "buyer_id": BUYERS},
    "aftersales": {"applied_at": SET, "kind": ["exchange", "refund_only"]},
    "violations": {"happened_at": SET, "kind": ["x"]},
}  # fmt: skip
NAMED = ["", "GONE", "O0", "O1", "O2", "O3"]


def streams() -> st.SearchStrategy[Streams]:
    """Rows of every kind: linked, naming an unknown order, naming none, counted by no metric."""
    return st.fixed_dictionaries({stream: _rows(stream) for stream in CELLS})


def _rows(stream: str) -> st.SearchStrategy[list[Row]]:
    cells = {"shop_id": ["A", "B"], **CELLS[stream]}
    if stream in ("reviews", "aftersales"):
        cells["order_id"] = NAMED
    row = st.fixed_dictionaries({name: st.sampled_from(words) for name, words in cells.items()})

    def numbered(rows: list[Row]) -> list[Row]:
        return [{KEYS[stream][0]: f"{stream[0].upper()}{n}", **row} for n, row in enumerate(rows)]

    return st.lists(row, max_size=6).map(numbered)


def changed(events: Streams, rng: Random) -> Streams:
    """The same units later: cells have changed, and some rows of a unit are gone."""
    rows = []
    for unit in units_of(events):
        for place, (stream, row) in enumerate(unit):
            if place and rng.random() < 0.2:
                continue
            cells = {n: rng.choice(w) for n, w in CELLS[stream].items() if rng.random() < 0.3}
            rows.append((stream, {**row, **cells}))
    return by_stream(rows)


FACTS = [
    {"shop_id": shop, "date": time[:10], "name": "disaster", "value": value}
    for shop, time, value in (("A", SET[0], "1"), ("A", SET[2], "0"), ("B", SET[1], "1"))
]

PAID = Tally("orders", day=col.paid_at)
WITHIN_ORDERS = (
    PAID,
    Tally("orders", day=col.paid_at, value=col.amount, with_excluded=True),
    Tally("orders", day=col.picked_up_at, value=col.picked_up_at - col.paid_at),
    Tally("orders", day=col.paid_at, where=has_row("reviews", col.rating <= 2)),
    Tally("reviews", day=first_of(col.order.signed_at, col.reviewed_at), where=col.rating <= 2),
    Tally("reviews", day=col.reviewed_at, value=col.rating),
    Tally("aftersales", day=first_of(col.order.paid_at, col.applied_at),
          once=Once.per_order(earliest=(col.applied_at, col.ticket_id))),
    Tally("aftersales", day=first_of(col.order.paid_at, col.applied_at),
          distinct=Distinct((col.order_id,), 2)),
)  # fmt: skip
BEYOND_ORDERS = (
    *WITHIN_ORDERS,
    Tally("orders", day=col.paid_at, where=fact_on("disaster", col.paid_at) == number(1)),
    Tally("reviews", day=col.reviewed_at, once=Once((col.buyer_id,), (col.reviewed_at,), 1)),
    Tally("orders", day=col.paid_at, distinct=Distinct((col.buyer_id,))),
    Tally("orders", day=col.paid_at, where=has_row("reviews", col.rating <= 2),
          distinct=Distinct((col.buyer_id, Day(col.paid_at)), 2), with_excluded=True),
    Tally("reviews", day=col.reviewed_at, distinct=Distinct((first_of(col.buyer_id, col.order.buyer_id),)),
          once=Once((col.order_id,), (col.reviewed_at,))),
)  # fmt: skip


def rules_with(*tallies: Tally) -> BoundRuleSet:
    """The toy's rules, which count these tallies and no others."""
    card = PLATFORM.scorecard()
    rules = BoundRuleSet.bind(PLATFORM, card, card.ruleset("2024-01-01"))
    for tally in tallies:
        check_tally(tally, rules.streams)
    like = rules.metrics["paid_orders"]
    return evolve(
        rules, metrics={f"m{i}": evolve(like, aggregator=Count(t)) for i, t in enumerate(tallies)}
    )


NARROW, WIDE = rules_with(*WITHIN_ORDERS), rules_with(*BEYOND_ORDERS)


def frames_of(streams: Mapping[str, list[Row]]) -> dict[str, pl.DataFrame]:
    """Frames of text; a stream without rows is not there."""
    return {
        name: pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))
        for name, rows in streams.items()
        if rows
    }


def frames_with_columns(streams: Mapping[str, list[Row]]) -> dict[str, pl.DataFrame]:
    """Frames of text with every column, whether or not there is a row."""
    named = {"reviews": ["order_id"], "aftersales": ["order_id"]}
    return {
        name: pl.DataFrame(
            streams.get(name, []),
            schema=dict.fromkeys(
                ["shop_id", *KEYS[name], *CELLS[name], *named.get(name, [])], pl.String
            ),
        )
        for name in CELLS
    }


def resolved(streams: Mapping[str, list[Row]], rules: BoundRuleSet = NARROW) -> ss.Resolved:
    return resolve_events(ss.read_events(frames_of(streams), platform=PLATFORM), rules)


def tallied(streams: Mapping[str, list[Row]], rules: BoundRuleSet = NARROW) -> ss.Tallies:
    return ss.tally(resolved(streams, rules))


def by_stream(rows: Iterable[Placed]) -> Streams:
    found: Streams = {}
    for stream, row in rows:
        found.setdefault(stream, []).append(row)
    return found


def units_of(streams: Mapping[str, list[Row]]) -> list[list[Placed]]:
    """Rows that belong together: those of one order of a shop, or a row that names none."""
    units: dict[tuple[str, ...], list[Placed]] = {}
    for stream, rows in streams.items():
        for row in rows:
            order, own = row.get("order_id"), tuple(row[name] for name in KEYS[stream])
            key = ("orders", row["shop_id"], order) if order else (stream, row["shop_id"], *own)
            units.setdefault(key, []).append((stream, row))
    return list(units.values())


def shared_out(units: list[list[Placed]], machines: int, rng: Random) -> list[Streams]:
    """Each unit on one of several machines."""
    rows: list[list[Placed]] = [[] for _ in range(machines)]
    for unit in units:
        rng.choice(rows).extend(unit)
    return [by_stream(found) for found in rows]


def added(states: Iterable[ss.Tallies], rng: Random) -> ss.Tallies:
    """All of them, two at a time, in any order and any brackets."""
    left = list(states)
    while len(left) > 1:
        rng.shuffle(left)
        left.append(left.pop() + left.pop())
    return left[0]


def integers_of(state: ss.Tallies) -> tuple[object, ...]:
    """Everything but the columns that were there, which a frame of no rows does not have."""
    return state.shop_ids.to_list(), state.rows.tolist(), state.daily, state.scope


def shops_of(result: ss.Result) -> str:
    """The shops of the JSON document, as they are written there."""
    _, found, shops = result.to_json().partition('"shops": [\n')
    assert found
    return shops
