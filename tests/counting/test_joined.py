"""What other rows say of a row: facts of its day, rows that name it, rivals; against plain Python."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore import (
    Once,
    Tally,
    assumed,
    col,
    fact_on,
    first_of,
    has_row,
    lit,
    month,
    number,
    when,
)
from shopscore.evaluation.with_polars import to_polars
from shopscore.evaluation.with_python import evaluate
from shopscore.model.binding import assumed_ids, bind
from shopscore.model.expressions import Expr, columns_of
from support.linked_events import (
    Row,
    Streams,
    cells_of,
    fact,
    is_excluded,
    order_of,
    random_streams,
    resolved,
    rules_with,
    seconds,
    summed,
)

seeds = pytest.mark.parametrize("seed", range(8))
STREAMS = rules_with().streams

# -------------------------------------------------------------------------------------- month


@pytest.mark.slow
@given(st.lists(st.datetimes(), min_size=1, max_size=20))
@settings(max_examples=200)
def test_months_are_those_of_the_calendar(times: list[datetime]) -> None:
    stamps = [int((t - datetime(1970, 1, 1)).total_seconds() // 1) for t in times]
    expected = [t.year * 12 + t.month - 1 for t in times]
    assert [evaluate(month(col.t), {"t": stamp}) for stamp in stamps] == expected
    assert pl.DataFrame({"t": stamps}).select(to_polars(month(col.t))).to_series().to_list() == (
        expected
    )


@pytest.mark.parametrize("year", [1900, 1970, 2000, 2023, 2024, 2100])
def test_the_last_second_of_a_month_is_in_it(year: int) -> None:
    for number_ in range(1, 13):
        after = datetime(year + number_ // 12, number_ % 12 + 1, 1, tzinfo=UTC)
        stamp = int(after.timestamp())
        assert evaluate(month(col.t), {"t": stamp}) == after.year * 12 + after.month - 1
        assert evaluate(month(col.t), {"t": stamp - 1}) == year * 12 + number_ - 1


# ------------------------------------------------------------------------------------ has_row


def has_bad(streams: Streams, order: Row) -> bool:
    names = (order["shop_id"], order["order_id"])
    return any(
        (r["shop_id"], r["order_id"]) == names and r["rating"] in "12" for r in streams["reviews"]
    )


bad_review = has_row("reviews", col.rating <= 2)


@seeds
def test_rows_that_name_an_order(seed: int) -> None:
    streams = random_streams(seed)
    paid = [(o["shop_id"], seconds(o["paid_at"]), o) for o in streams["orders"]]
    kept = [(shop, at, o) for shop, at, o in paid if not is_excluded(o)]
    expected: list[tuple[Tally, Any]] = [
        (Tally("orders", day=col.paid_at, where=bad_review),
         [(s, t, 1) for s, t, o in kept if has_bad(streams, o)]),
        (Tally("orders", day=col.paid_at, where=~bad_review),
         [(s, t, 1) for s, t, o in kept if not has_bad(streams, o)]),
        (Tally("orders", day=col.paid_at, where=bad_review, with_excluded=True),
         [(s, t, 1) for s, t, o in paid if has_bad(streams, o)]),
        (Tally("orders", day=col.paid_at, value=when(bad_review, 7, 2)),
         [(s, t, 7 if has_bad(streams, o) else 2) for s, t, o in kept]),
    ]  # fmt: skip
    state = ss.tally(resolved(streams, *(tally for tally, _ in expected)))
    for tally, rows in expected:
        assert cells_of(state, tally) == summed(rows)
    assert all(rows for _, rows in expected), "every case has rows"


@seeds
def test_several_streams_and_conditions_at_once(seed: int) -> None:
    """An empty cell of a column with a default has it; of one without, it meets nothing."""
    streams = random_streams(seed)
    rude = has_row("reviews", (col.service_rating < 3) & col.is_first)
    exchanged = has_row("aftersales", col.kind == "exchange")
    tally = Tally("orders", day=col.paid_at, where=rude | exchanged)

    def counts(order: Row) -> bool:
        def mine(stream: str) -> list[Row]:
            return [r for r in streams[stream] if order_of(streams, r) is order]

        first = any(
            r["service_rating"] in ("1", "2") and r["is_first"] != "false" for r in mine("reviews")
        )
        return first or any(r["kind"] == "exchange" for r in mine("aftersales"))

    rows = [
        (o["shop_id"], seconds(o["paid_at"]), 1)
        for o in streams["orders"]
        if counts(o) and not is_excluded(o)
    ]
    assert cells_of(ss.tally(resolved(streams, tally)), tally) == summed(rows)


def test_the_latest_state_of_a_row_decides() -> None:
    order = {"shop_id": "A", "order_id": "O1", "paid_at": "2024-03-01 10:00:00"}
    review = {
        "shop_id": "A",
        "review_id": "R1",
        "order_id": "O1",
        "reviewed_at": "2024-03-02 10:00:00",
    }
    tally = Tally("orders", day=col.paid_at, where=bad_review)
    for ratings, counted in (("15", 0), ("51", 1)):
        reviews = [
            {**review, "rating": rating, "updated_at": f"2024-03-0{day} 12:00:00"}
            for day, rating in enumerate(ratings, start=2)
        ]
        state = ss.tally(resolved({"orders": [order], "reviews": reviews}, tally))
        assert len(cells_of(state, tally)) == counted


def test_without_the_stream_no_row_names_an_order() -> None:
    streams = random_streams(1)
    tallies = [Tally("orders", day=col.paid_at, where=w) for w in (bad_review, ~bad_review)]
    for without in (
        {k: v for k, v in streams.items() if k != "reviews"},
        {**streams, "reviews": [{**r, "order_id": ""} for r in streams["reviews"]]},
    ):
        state = ss.tally(resolved(without, *tallies))
        kept = [
            (o["shop_id"], seconds(o["paid_at"]), 1)
            for o in streams["orders"]
            if not is_excluded(o)
        ]
        assert [cells_of(state, tally) for tally in tallies] == [{}, summed(kept)]


# ------------------------------------------------------------------------------------ fact_on

disaster = fact_on("disaster", col.paid_at)


@seeds
def test_facts_of_the_day_of_an_order(seed: int) -> None:
    streams = random_streams(seed)
    kept = [
        (o["shop_id"], seconds(o["paid_at"]), fact(streams, "disaster", o["shop_id"], o["paid_at"]))
        for o in streams["orders"]
        if not is_excluded(o)
    ]
    million = 1_000_000
    expected: list[tuple[Tally, Any]] = [
        (Tally("orders", day=col.paid_at, where=disaster == number(1)),
         [(s, t, 1) for s, t, says in kept if says == million]),
        (Tally("orders", day=col.paid_at, where=first_of(disaster, 0) != number(1)),
         [(s, t, 1) for s, t, says in kept if says != million]),
        (Tally("orders", day=col.paid_at, where=disaster.is_null()),
         [(s, t, 1) for s, t, says in kept if says is None]),
        (Tally("orders", day=col.paid_at, value=disaster), kept),
    ]  # fmt: skip
    state = ss.tally(resolved(streams, *(tally for tally, _ in expected)))
    for tally, rows in expected:
        assert cells_of(state, tally) == summed(rows)
        assert rows


@seeds
def test_facts_of_the_day_of_the_linked_order(seed: int) -> None:
    """Another day than that of the review, and none where it names no order of its shop."""
    streams = random_streams(seed)
    tally = Tally(
        "reviews", day=col.reviewed_at, where=fact_on("holiday", col.order.paid_at) == number(1)
    )
    rows = []
    for review in streams["reviews"]:
        order = order_of(streams, review)
        says = fact(streams, "holiday", review["shop_id"], order["paid_at"])
        if says == 1_000_000 and not is_excluded(order):
            rows.append((review["shop_id"], seconds(review["reviewed_at"]), 1))
    assert cells_of(ss.tally(resolved(streams, tally)), tally) == summed(rows)


def test_a_fact_holds_from_midnight_to_midnight() -> None:
    times = [
        "2024-02-28 23:59:59",
        "2024-02-29 00:00:00",
        "2024-02-29 23:59:59",
        "2024-03-01 00:00:00",
    ]
    orders = [
        {"shop_id": "A", "order_id": f"O{n}", "paid_at": time} for n, time in enumerate(times)
    ]
    facts = [{"shop_id": "A", "date": "2024-02-29", "name": "disaster", "value": "1"}]
    tally = Tally("orders", day=col.paid_at, where=disaster == number(1))
    state = ss.tally(resolved({"orders": orders, "shop_facts": facts}, tally))
    assert cells_of(state, tally) == summed([("A", seconds(time), 1) for time in times[1:3]])


def test_without_facts_nothing_is_said() -> None:
    streams = {**random_streams(2), "shop_facts": []}
    tally = Tally("orders", day=col.paid_at, where=disaster.is_null())
    kept = [
        (o["shop_id"], seconds(o["paid_at"]), 1) for o in streams["orders"] if not is_excluded(o)
    ]
    assert cells_of(ss.tally(resolved(streams, tally)), tally) == summed(kept)


# ------------------------------------------------------------- both evaluators, keys and words


@seeds
def test_the_evaluators_agree_on_what_was_joined(seed: int) -> None:
    exprs = (
        bad_review, ~bad_review & (disaster == number(1)), disaster + 1, first_of(disaster, 0),
        when(bad_review, disaster, month(col.paid_at)), disaster.is_null() | bad_review,
    )  # fmt: skip
    tallies = [Tally("orders", day=col.paid_at, value=when(e.is_null(), 0, 1)) for e in exprs]
    frame = resolved(random_streams(seed), *tallies).frames["orders"]
    for expr in exprs:
        found = frame.select(to_polars(expr)).to_series().to_list()
        assert found == [evaluate(expr, row) for row in frame.iter_rows(named=True)]
        assert len(set(found)) > 1


def test_what_is_joined_is_known_by_its_key_and_told_in_words() -> None:
    different = [
        bad_review, has_row("aftersales", col.rating <= 2), has_row("reviews", col.rating <= 3),
        disaster, fact_on("holiday", col.paid_at), fact_on("disaster", col.order.paid_at),
    ]  # fmt: skip
    assert len({e.key for e in different}) == len({str(e) for e in different}) == len(different)
    assert has_row("reviews", col.rating <= 2).key == bad_review.key
    assert hash(has_row("reviews", col.rating <= 2)) == hash(bad_review)
    assert str(bad_review) == "there are reviews with (rating ≤ 2)"
    assert str(disaster == number(1)) == "disaster on the day of paid_at = 1000000"
    assert [ref.path for ref in columns_of(bad_review, different[-1])] == ["order.paid_at"]


def test_assumptions_reach_what_is_joined() -> None:
    worst = has_row("reviews", col.rating <= assumed("worst"))
    assert list(assumed_ids(worst)) == ["worst"]
    assert bind(worst, {"worst": 2}).key == bad_review.key
    once = Once((col.buyer_id,), (col.paid_at,), among=col.amount >= assumed("least"))
    assert bind(once, {"least": 100}) == evolve(once, among=col.amount >= 100)


# --------------------------------------------------------------------------------- Once.among

buyer = first_of(col.buyer_id, col.order.buyer_id)


def first_two(streams: Streams, among: Any) -> list[Row]:
    """Of reviews of one buyer, month and shop that meet `among`: those of the first two times."""
    groups: dict[Any, list[Row]] = {}
    alone = []
    for review in streams["reviews"]:
        order = order_of(streams, review)
        if is_excluded(order) or not among(review):
            continue
        buyer = review["buyer_id"] or order["buyer_id"]
        if not buyer:
            alone.append(review)
        else:
            groups.setdefault((review["shop_id"], buyer, review["reviewed_at"][:7]), []).append(
                review
            )
    found = list(alone)
    for rivals in groups.values():
        times = sorted({r["reviewed_at"] for r in rivals})[:2]
        found += [r for r in rivals if r["reviewed_at"] in times]
    return found


@seeds
def test_who_competes_is_told_apart_from_who_counts(seed: int) -> None:
    """By default those compete that the tally would count; with `among`, those that meet it."""
    streams = random_streams(seed, orders=60)
    per, by = (buyer, month(col.reviewed_at)), (col.reviewed_at,)
    bad = col.rating <= 2

    def tally(where: Expr | None, among: Expr | None) -> Tally:
        return Tally("reviews", day=col.reviewed_at, where=where, once=Once(per, by, 2, among))

    everybody = lit(True)
    expected: list[tuple[Tally, Any, Any]] = [
        (tally(None, None), lambda r: True, lambda r: True),
        (tally(bad, None), lambda r: r["rating"] in "12", lambda r: True),
        (tally(bad, everybody), lambda r: True, lambda r: r["rating"] in "12"),
        (tally(None, bad), lambda r: r["rating"] in "12", lambda r: True),
        (tally(bad, col.is_first), lambda r: r["is_first"] != "false", lambda r: r["rating"] in "12"),
    ]  # fmt: skip
    state = ss.tally(resolved(streams, *(t for t, _, _ in expected)))
    sizes = set()
    for one, among, where in expected:
        rows = [r for r in first_two(streams, among) if where(r)]
        counted = [(r["shop_id"], seconds(r["reviewed_at"]), 1) for r in rows]
        assert cells_of(state, one) == summed(counted)
        sizes.add(len(rows))
    assert len(sizes) > 3, "the choices are different ones"


@seeds
def test_numerator_and_denominator_of_a_mean_are_of_the_same_rows(seed: int) -> None:
    """Rows that give no rating take a place all the same, and are not averaged."""
    streams = random_streams(seed, orders=60)
    once = Once((buyer, month(col.reviewed_at)), (col.reviewed_at,), 2, col.rating.is_not_null())
    mean = ss.Mean(Tally("reviews", day=col.reviewed_at, value=col.service_rating, once=once))
    above, below = mean.tallies
    state = ss.tally(resolved(streams, above, below))
    rows = [
        (r["shop_id"], seconds(r["reviewed_at"]), int(r["service_rating"]))
        for r in first_two(streams, lambda r: True)
        if r["service_rating"]
    ]
    assert cells_of(state, above) == summed(rows)
    assert cells_of(state, below) == summed([(shop, at, 1) for shop, at, _ in rows])
