"""Levers on rows written by hand: which rows they touch, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest

import shopscore as ss
from shopscore import Lever
from shopscore.evaluation.with_python import evaluate

HOUR, DAY = 3600, 86_400
NIGHT = 19_877 * DAY  # 2024-06-03 00:00:00
PAID = NIGHT + 9 * HOUR
YUAN = 100
#: Nobody knows it yet.
UNKNOWN = None
KUAISHOU = ss.platform("kuaishou").all_levers
Row = dict[str, Any]


def touched(lever: Lever, row: Row, **chosen: object) -> bool:
    """Whether a row counts as touched; where a condition is not known, it does not."""
    return evaluate(lever.rows(**chosen), row) is True


def after(lever: Lever, row: Row, **chosen: object) -> Row:
    """What becomes of the cells of a touched row."""
    return {name: evaluate(expr, row) for name, expr in lever.changes(**chosen).items()}


def ticket(**cells: Any) -> Row:
    """Small, asked for two hours after payment, not shipped; agreed to 3 h later, closed after 5."""
    applied = PAID + 2 * HOUR
    plain = {
        "kind": "refund_only",
        "reason": "other",
        "refund_amount": 100 * YUAN,
        "order_amount": 900 * YUAN,
        "order.paid_at": PAID,
        "applied_at": applied,
        "approved_at": applied + 3 * HOUR,
        "refunded_at": UNKNOWN,
        "return_signed_at": UNKNOWN,
        "closed_at": applied + 5 * HOUR,
        "outcome": "closed",
        "shipped": False,
        "is_custom": False,
        "product_id": "P1",
    }
    assert not set(cells) - set(plain)
    return {**plain, **cells}


# ------------------------------------------------------------------------- Kuaishou's assistant

FAST = KUAISHOU["atom_fast_refund"]
UNSHIPPED = KUAISHOU["atom_unshipped_refund"]
SEVEN_DAYS = KUAISHOU["atom_7day_return"]
SHIPPED = KUAISHOU["atom_shipped_return"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, True),
        ({"refund_amount": 299_99}, True),
        ({"refund_amount": 300_00}, False),
        ({"refund_amount": 0}, True),
        ({"refund_amount": UNKNOWN, "order_amount": 299_99}, True),
        ({"refund_amount": UNKNOWN, "order_amount": 300_00}, False),
        ({"refund_amount": UNKNOWN, "order_amount": UNKNOWN}, False),
        ({"refund_amount": 299_99, "order_amount": 300_00}, True),  # what is asked for decides
        ({"applied_at": PAID + 6 * HOUR - 1}, True),  # 5:59:59
        ({"applied_at": PAID + 6 * HOUR}, False),  # 6:00:00
        ({"applied_at": PAID}, True),
        ({"order.paid_at": UNKNOWN}, False),  # of an order that nobody knows
        ({"shipped": True}, False),
        ({"is_custom": True}, False),
        ({"kind": "return_refund"}, False),
        ({"kind": "exchange"}, False),
        ({"approved_at": UNKNOWN, "closed_at": UNKNOWN, "outcome": UNKNOWN}, True),
    ],
    ids=str,
)
def test_fast_refund_touches(cells: Row, expected: bool) -> None:
    assert touched(FAST, ticket(**cells)) is expected
    assert touched(FAST, ticket(**cells), on=False) is False


def test_fast_refund_of_shipped_goods_is_an_assumption() -> None:
    """The source names amount and time alone."""
    shipped = ticket(shipped=True)
    assert touched(FAST, shipped, only_unshipped=False)
    assert not touched(FAST, shipped, only_unshipped=True)
    assert touched(FAST, ticket(), only_unshipped=False)
    assert not touched(FAST, ticket(shipped=True, is_custom=True), only_unshipped=False)


@pytest.mark.parametrize("lever", [FAST, UNSHIPPED], ids=lambda lever: lever.id)
@pytest.mark.parametrize(
    ("cells", "refunded", "closed"),
    [
        # asked for at 2 h, agreed to 3 h later, closed at 7 h
        ({}, PAID + 2 * HOUR, PAID + 4 * HOUR),
        ({"outcome": "refunded"}, PAID + 2 * HOUR, PAID + 4 * HOUR),
        ({"refunded_at": PAID + 6 * HOUR}, PAID + 3 * HOUR, PAID + 4 * HOUR),
        # agreed to at once already
        ({"approved_at": PAID + 2 * HOUR}, PAID + 2 * HOUR, PAID + 7 * HOUR),
        ({"closed_at": UNKNOWN}, PAID + 2 * HOUR, UNKNOWN),
        # nobody agreed: it ends at once
        ({"approved_at": UNKNOWN}, PAID + 2 * HOUR, PAID + 2 * HOUR),
        ({"approved_at": UNKNOWN, "closed_at": UNKNOWN}, PAID + 2 * HOUR, PAID + 2 * HOUR),
        pytest.param(
            {"approved_at": UNKNOWN, "refunded_at": PAID + 6 * HOUR},
            PAID + 2 * HOUR,
            PAID + 2 * HOUR,
        ),
    ],
    ids=str,
)
def test_refunds_at_once(lever: Lever, cells: Row, refunded: int, closed: int | None) -> None:
    assert touched(lever, ticket(**cells))
    assert after(lever, ticket(**cells)) == {
        "approved_at": PAID + 2 * HOUR,
        "refunded_at": refunded,
        "closed_at": closed,
        "outcome": "refunded",
    }


@pytest.mark.parametrize(
    ("cells", "hours", "expected"),
    [
        ({}, None, True),
        ({"refund_amount": 5000 * YUAN, "applied_at": PAID + 90 * DAY}, None, True),
        ({"shipped": True}, None, False),
        ({"is_custom": True}, None, False),
        ({"kind": "return_refund"}, None, False),
        ({"order.paid_at": UNKNOWN}, None, True),
        ({"order.paid_at": UNKNOWN}, 5, False),
        ({"applied_at": PAID + 5 * HOUR - 1}, 5, True),
        ({"applied_at": PAID + 5 * HOUR}, 5, False),
        ({"applied_at": PAID}, 1, True),
    ],
    ids=str,
)
def test_refunds_before_shipping_touch(cells: Row, hours: int | None, expected: bool) -> None:
    assert touched(UNSHIPPED, ticket(**cells), within_hours=hours) is expected


@pytest.mark.parametrize(
    ("cells", "hours", "expected"),
    [
        ({"order.paid_at": UNKNOWN}, None, True),
        ({"order.paid_at": UNKNOWN}, 5, False),
        ({"applied_at": PAID + 5 * HOUR - 1}, 5, True),
        ({"applied_at": PAID + 5 * HOUR}, 5, False),
    ],
    ids=str,
)
def test_hours_since_payment_of_returns(cells: Row, hours: int | None, expected: bool) -> None:
    row = ticket(kind="return_refund", shipped=True, **cells)
    assert touched(SHIPPED, row, within_hours=hours) is expected


@pytest.mark.parametrize(
    ("cells", "seven_days", "shipped"),
    [
        ({}, True, True),
        ({"reason": "size"}, False, True),
        ({"reason": UNKNOWN}, False, True),
        ({"shipped": False}, True, False),
        ({"is_custom": True}, False, False),
        ({"kind": "refund_only"}, False, False),
        ({"kind": "exchange"}, False, False),
        ({"refund_amount": 9000 * YUAN, "applied_at": PAID + 30 * DAY}, True, True),
        ({"order.paid_at": UNKNOWN}, True, True),
    ],
    ids=str,
)
def test_returns_touch(cells: Row, seven_days: bool, shipped: bool) -> None:
    row = ticket(**{"kind": "return_refund", "reason": "no_reason", "shipped": True, **cells})
    assert touched(SEVEN_DAYS, row) is seven_days
    assert touched(SHIPPED, row) is shipped


@pytest.mark.parametrize("approved", [PAID + 5 * HOUR, PAID + 2 * HOUR, UNKNOWN])
def test_returns_are_agreed_to_and_nothing_else(approved: int | None) -> None:
    """What comes after it, the parcel and the refund, takes its own time."""
    row = ticket(kind="return_refund", reason="no_reason", shipped=True, approved_at=approved)
    for lever in (SEVEN_DAYS, SHIPPED):
        assert touched(lever, row)
        assert after(lever, row) == {"approved_at": PAID + 2 * HOUR}


def test_what_the_platform_claims_is_no_number_of_ours() -> None:
    assert {id: lever.claimed_hours for id, lever in KUAISHOU.items() if lever.claimed_hours} == {
        "atom_fast_refund": FAST.claimed_hours,
        "atom_7day_return": SEVEN_DAYS.claimed_hours,
    }
    assert (str(FAST.claimed_hours), str(SEVEN_DAYS.claimed_hours)) == ("2.1", "2.9")
    assert {s.id for lever in (FAST, SEVEN_DAYS, UNSHIPPED, SHIPPED) for s in lever.sources} == {
        "s000"
    }


# --------------------------------------------------------------------- settings of every lever


@pytest.mark.parametrize(
    ("first", "last", "clocks"),
    [
        (0, 86_399, {0, 6, 12, 22, 23.75}),
        (8 * HOUR, 12 * HOUR, {12}),
        (8 * HOUR, 12 * HOUR - 1, set()),
        (22 * HOUR, 6 * HOUR, {0, 6, 22, 23.75}),  # through midnight
        (22 * HOUR + 1, 6 * HOUR - 1, {0, 23.75}),
        (6 * HOUR, 6 * HOUR, {6}),
        (0, 0, {0}),
        (86_399, 0, {0}),
    ],
)
def test_hours_of_the_day(first: int, last: int, clocks: set[float]) -> None:
    found = set()
    for clock in (0, 6, 12, 22, 23.75):
        time = NIGHT + int(clock * HOUR)
        row = ticket(applied_at=time, **{"order.paid_at": time - HOUR})
        if touched(FAST, row, from_second=first, to_second=last):
            found.add(clock)
    assert found == clocks


def test_products() -> None:
    assert touched(FAST, ticket(), products=())
    assert touched(FAST, ticket(product_id=UNKNOWN))
    assert touched(FAST, ticket(), products=("P0", "P1"))
    assert touched(FAST, ticket(), products="P0, P1")  # as it is typed
    assert not touched(FAST, ticket(), products=("P2",))
    assert not touched(FAST, ticket(product_id=UNKNOWN), products=("P1",))
    assert touched(FAST, ticket(), products=["P0", "P1"])  # as TOML and JSON give it
    assert FAST.rows(products=["P1"]).key == FAST.rows(products=("P1",)).key


@pytest.mark.parametrize(
    ("cells", "below", "expected"),
    [
        ({}, None, True),
        ({}, 100_01, True),
        ({}, 100_00, False),
        ({}, "10001", True),
        ({}, 0, False),
        ({"refund_amount": UNKNOWN}, 900_01, True),
        ({"refund_amount": UNKNOWN}, 900_00, False),
        ({"refund_amount": UNKNOWN, "order_amount": UNKNOWN}, 10**9, False),
        ({"refund_amount": 400_00}, None, True),
    ],
    ids=str,
)
def test_amounts(cells: Row, below: object, expected: bool) -> None:
    """In minor units, of what is asked for, else of the order."""
    assert touched(UNSHIPPED, ticket(**cells), amount_below=below) is expected


def test_all_settings_hold_at_once() -> None:
    chosen = {"products": ("P1",), "amount_below": 200_00, "from_second": PAID % DAY}
    assert touched(UNSHIPPED, ticket(), **chosen, within_hours=3)
    for other in (
        {"products": ("P2",)}, {"amount_below": 1}, {"from_second": 12 * HOUR},
        {"within_hours": 2}, {"on": False},
    ):  # fmt: skip
        assert not touched(UNSHIPPED, ticket(), **{**chosen, **other})


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"prodcts": ("P1",)}, ["atom_fast_refund has no setting prodcts", "did you mean products?"]),
        ({"within_hours": 3}, ["no setting within_hours"]),
        ({"zzz": 1}, ["no setting zzz", "known: amount_below, from_second, on,"]),
        ({"share": 50}, ["no setting share"]),
        ({"from_second": 86_400}, ["from_second", "86400", "outside its bounds 0 to 86399"]),
        ({"from_second": "50%"}, ["from_second", "50%"]),
        ({"from_second": 50.5}, ["from_second", "50.5", "not of kind integer"]),
        ({"from_second": None}, ["from_second of lever atom_fast_refund needs a value"]),
        ({"to_second": -1}, ["to_second"]),
        ({"amount_below": -1}, ["amount_below"]),
        ({"on": 1}, ["on", "not of kind boolean"]),
        ({"on": "perhaps"}, ["perhaps", "neither true nor false"]),
        ({"only_unshipped": "x"}, ["only_unshipped"]),
        ({"products": 5}, ["products", "not of kind words"]),
        ({"products": (5,)}, ["products", "not of kind words"]),
        ({"products": ["P1", 5]}, ["products", "not of kind words"]),
        ({"from_second": [50]}, ["from_second", "not of kind integer"]),
    ],
    ids=str,
)  # fmt: skip
def test_settings_are_refused(chosen: Row, words: list[str]) -> None:
    for method in (FAST.rows, FAST.changes):
        with pytest.raises(ss.UsageError) as refused:
            method(**chosen)
        (name,) = chosen
        starts = (
            f"setting {name} of lever atom_fast_refund",
            f"lever atom_fast_refund has no setting {name}",
        )
        assert str(refused.value).startswith(starts)
        for word in words:
            assert word in str(refused.value)


def test_settings_as_they_are_typed() -> None:
    assert touched(FAST, ticket(shipped=True), only_unshipped="false", on="true", from_second="0")
    assert not touched(FAST, ticket(), on="false")
    assert touched(UNSHIPPED, ticket(), within_hours="none", amount_below="", products="")
    assert not touched(UNSHIPPED, ticket(), within_hours="2")


@pytest.mark.parametrize("wrong", [0, -3])
def test_bounds_of_own_settings(wrong: int) -> None:
    with pytest.raises(ss.UsageError, match="within_hours"):
        UNSHIPPED.rows(within_hours=wrong)


def test_a_lever_says_what_it_is() -> None:
    plain: Row = {
        "zh": "中", "en": "e", "stream": "orders", "time": ss.col.paid_at,
        "where": ss.col.is_presale, "cells": {"amount": 0}, "assumes": ("nothing",), "sources": (),
    }  # fmt: skip
    assert [s.id for s in Lever("x", **plain).settings] == [
        "on",
        "from_second",
        "to_second",
    ]
    for lacking in ({"zh": ""}, {"en": ""}, {"cells": {}}, {"assumes": ()}):
        with pytest.raises(ss.DeclarationError, match="lever x"):
            Lever("x", **{**plain, **lacking})
    with pytest.raises(ss.DeclarationError, match="no-id"):
        Lever("no-id", **plain)
