"""Columns and streams without which a metric says nothing: they are named, and are no zero."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore import Once, Tally, col, fact_on, first_of, has_row, number, when
from shopscore.grading.missing_columns import missing_columns_of
from shopscore.model.expressions import Expr
from shopscore.testing.toy import PLATFORM
from support.linked_events import frames_of, measured, random_streams, rules_with

ORDERS = ("orders.order_id", "orders.paid_at")


def lacking(tally: Tally, *columns: str) -> tuple[str, ...]:
    rules = rules_with(tally)
    there = frozenset((name.split(".")[0], name.split(".")[1]) for name in columns)
    return missing_columns_of(rules.metrics["m0"], rules.streams, there)


def orders(where: Expr | None = None, **more: Any) -> Tally:
    return Tally("orders", day=col.paid_at, where=where, **more)


# ------------------------------------------------------------------------------------ other rows

rude = orders(has_row("reviews", (col.service_rating < 3) & col.is_first))
first_dear = orders(once=Once((col.order_id,), (col.paid_at,), 1, col.amount > 1))


@pytest.mark.parametrize(
    ("tally", "there", "names"),
    [
        (rude, (*ORDERS, "reviews.order_id", "reviews.service_rating"), ()),
        (rude, ORDERS, ("stream reviews",)),
        (rude, (*ORDERS, "reviews.order_id"), ("reviews.service_rating",)),
        (rude, (*ORDERS, "reviews.service_rating"), ("reviews.order_id",)),
        (rude, (*ORDERS, "reviews.rating"), ("reviews.order_id", "reviews.service_rating")),
        # no fact says nothing, and that is known
        (orders(fact_on("disaster", col.paid_at) == number(1)), ORDERS, ()),
        # files that do not hold all rows of a stream say nothing about those that they lack
        (
            rude,
            (*ORDERS, "reviews.order_id", "reviews.service_rating", "reviews._part_only"),
            ("rest of stream reviews",),
        ),
        (
            rude,
            (*ORDERS, "orders._part_only", "reviews.order_id"),
            ("rest of stream orders", "reviews.service_rating"),
        ),
        (
            Tally("reviews", day=col.reviewed_at, where=col.order.amount > 1),
            (*ORDERS, "orders._part_only", "reviews.reviewed_at", "reviews.order_id"),
            ("rest of stream orders", "orders.amount"),
        ),
        (first_dear, ORDERS, ("orders.amount",)),
        (first_dear, (*ORDERS, "orders.amount"), ()),
    ],
    ids=str,
)
def test_streams_and_columns_that_lack_are_named(
    tally: Tally, there: tuple[str, ...], names: tuple[str, ...]
) -> None:
    assert lacking(tally, *there) == names


def test_a_column_that_lacks_is_no_zero() -> None:
    streams = random_streams(5)
    cut = [{k: v for k, v in r.items() if k != "service_rating"} for r in streams["reviews"]]
    rules = rules_with(rude)
    for frames, why in (
        (frames_of({**streams, "reviews": cut}), ("reviews.service_rating",)),
        (frames_of({**streams, "reviews": []}), ("stream reviews",)),
        (frames_of(streams), ()),
    ):
        events = ss.read_events(frames, platform=PLATFORM)
        found = measured(events, rules)["m0"]
        assert found.missing_columns == why
        assert found.known.any() == (not why)


# ---------------------------------------------------------------------------------- alternatives

either = first_of(col.signed_at, col.picked_up_at)
both_or = first_of(col.signed_at - col.picked_up_at, col.confirmed_at)
rated = has_row("reviews", first_of(col.service_rating, col.logistics_rating) <= 2)
NAMED = (*ORDERS, "reviews.order_id")


@pytest.mark.parametrize(
    ("tally", "there", "names"),
    [
        (orders(value=either - col.paid_at), ORDERS, ("orders.signed_at or orders.picked_up_at",)),
        (orders(value=either - col.paid_at), (*ORDERS, "orders.signed_at"), ()),
        (orders(value=either - col.paid_at), (*ORDERS, "orders.picked_up_at"), ()),
        (orders(value=either), ("orders.signed_at",), ("orders.paid_at",)),
        (orders(either > col.paid_at), (*ORDERS, "orders.picked_up_at"), ()),
        (orders(either > col.created_at), (*ORDERS, "orders.picked_up_at"), ("orders.created_at",)),
        # an alternative of two columns needs both
        (orders(value=both_or), ORDERS,
         ("orders.signed_at and orders.picked_up_at or orders.confirmed_at",)),
        (orders(value=both_or), (*ORDERS, "orders.signed_at"),
         ("orders.picked_up_at or orders.confirmed_at",)),
        (orders(value=both_or), (*ORDERS, "orders.signed_at", "orders.picked_up_at"), ()),
        (orders(value=both_or), (*ORDERS, "orders.confirmed_at"), ()),
        # what has a default, or stands in the linked order, never lacks
        (orders(value=first_of(col.amount, when(col.is_presale, 1, 2))), ORDERS, ()),
        (Tally("reviews", day=col.reviewed_at, value=first_of(col.order.amount, col.rating)),
         ("reviews.reviewed_at",), ("stream orders or reviews.rating",)),
        (Tally("reviews", day=col.reviewed_at, value=first_of(col.order.amount, col.rating)),
         ("reviews.reviewed_at", "reviews.rating"), ()),
        # among rows that name the order, and among those that compete
        (orders(rated), NAMED, ("reviews.service_rating or reviews.logistics_rating",)),
        (orders(rated), (*NAMED, "reviews.logistics_rating"), ()),
        (orders(once=Once((col.buyer_id,), (col.paid_at,), 1, either > 0)), ORDERS,
         ("orders.signed_at or orders.picked_up_at",)),
        (orders(once=Once((col.buyer_id,), (col.paid_at,), 1, either > 0)),
         (*ORDERS, "orders.signed_at"), ()),
        # of the day one column was always enough
        (Tally("orders", day=either), ("orders.order_id",), ("orders.signed_at or orders.picked_up_at",)),
        (Tally("orders", day=either, value=both_or), ("orders.signed_at", "orders.confirmed_at"), ()),
    ],
    ids=str,
)  # fmt: skip
def test_of_alternatives_one_is_enough(
    tally: Tally, there: tuple[str, ...], names: tuple[str, ...]
) -> None:
    assert lacking(tally, *there) == names


# ------------------------------------------------------------------------------- of the platforms

Frames = Mapping[str, Mapping[str, list[Any]]]


def of_platform(
    card: str, metric: str, frames: Frames
) -> tuple[Fraction | None, int, tuple[str, ...]]:
    """Value, rows, and what lacks, of a metric of one shop; the shop is told what lacks."""
    platform, scorecard, version = card.split("/")
    result = ss.score(
        {name: pl.DataFrame({"shop_id": ["S"] * len(next(iter(columns.values()))), **columns})
         for name, columns in frames.items()},
        platform=platform, scorecard=scorecard, ruleset=version, as_of="2026-06-30",
    )  # fmt: skip
    measured_ = result.graded[metric].measured
    shown = next(m for m in result["S"].metrics if m.id == metric)
    (value,) = measured_.column.fractions()
    if measured_.missing_columns:
        assert shown.status == "no_data"
        assert shown.reason == f"no column {' and '.join(measured_.missing_columns)}"
    return value, int(measured_.n[0]), measured_.missing_columns


PICKUPS: dict[str, list[Any]] = {
    "order_id": ["1", "2", "3", "4"],
    "paid_at": [f"2026-06-{day} 10:00:00" for day in ("10", "11", "12", "13")],
    # after 48 h to the second, after 50 h, after an hour, never
    "picked_up_at": ["2026-06-12 10:00:00", "2026-06-13 12:00:00", "2026-06-12 11:00:00", ""],
}


def test_tmall_pickups_without_a_due_time() -> None:
    """48 hours where the column is not there, as where its cell is empty."""
    card, metric = "tmall/experience/2026-03-16", "pickup_48h_rate"
    promised = ["", "2026-06-14 10:00:00", "2026-06-12 10:30:00", ""]
    for due, kept in (({}, 2), ({"pickup_due_at": [""] * 4}, 2), ({"pickup_due_at": promised}, 2)):
        found = of_platform(card, metric, {"orders": {**PICKUPS, **due}})
        assert found == (Fraction(kept, 4), 4, ())
    promised[2] = "2026-06-12 11:00:00"
    found = of_platform(card, metric, {"orders": {**PICKUPS, "pickup_due_at": promised}})
    assert found == (Fraction(3, 4), 4, ())
    unknown = {name: cells for name, cells in PICKUPS.items() if name != "picked_up_at"}
    assert of_platform(card, metric, {"orders": unknown}) == (
        None,
        0,
        ("orders.picked_up_at",),
    )


REVIEWS: dict[str, list[Any]] = {
    "review_id": ["1", "2", "3"],
    "reviewed_at": [f"2026-06-{day} 10:00:00" for day in (10, 11, 12)],
    "rating": [5, 4, 1],
}


def test_kuaishou_ratings_without_those_of_the_service() -> None:
    """Then that of the goods stands in, as it does where the cell is empty."""
    card, metric = "kuaishou/aftersales/aftersales-unofficial", "service_rating_mean"
    for more, total in (
        ({}, 10), ({"service_rating": [None, None, None]}, 10), ({"service_rating": [2, None, 3]}, 9),
    ):  # fmt: skip
        reviews: dict[str, list[Any]] = {**REVIEWS, **more}
        assert of_platform(card, metric, {"reviews": reviews}) == (Fraction(total, 3), 3, ())


def test_tmall_ratings_without_orders() -> None:
    """Of no order there is nothing to count up to three: every review counts."""
    card = "tmall/dsr/dsr"
    for more in ({}, {"buyer_id": ["B"] * 3}, {"buyer_id": ["B"] * 3, "order_id": [""] * 3}):
        reviews: dict[str, list[Any]] = {**REVIEWS, **more}
        assert of_platform(card, "dsr_description", {"reviews": reviews}) == (
            Fraction(10, 3),
            3,
            (),
        )
        assert of_platform(card, "dsr_service", {"reviews": reviews}) == (
            None,
            0,
            ("reviews.service_rating",),
        )


@pytest.mark.parametrize("gone", ["refunded_at", "return_signed_at"])
def test_tmall_refunds_without_a_time(gone: str) -> None:
    """That half of it takes no time is nothing that a column says which is not there."""
    card, metric = "tmall/experience/2026-03-16", "refund_handling_hours"
    times = {
        "applied_at": 10, "approved_at": 12, "return_signed_at": 13, "refunded_at": 20, "closed_at": 21,
    }  # fmt: skip
    tickets: dict[str, list[Any]] = {"ticket_id": ["1"], "kind": ["return_refund"]}
    tickets |= {name: [f"2026-06-10 {hour}:00:00"] for name, hour in times.items()}
    assert of_platform(card, metric, {"aftersales": tickets}) == (Fraction(9), 1, ())
    del tickets[gone]
    assert of_platform(card, metric, {"aftersales": tickets}) == (None, 0, (f"aftersales.{gone}",))
