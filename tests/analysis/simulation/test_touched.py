"""Which rows a lever touches, on tickets at the bounds of what the page says, and any others."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from support.levers_by_hand import apply_by_hand, rows_of
from support.tickets_at_bounds import KUAISHOU, events, ticket

AT_THE_BOUNDS = [
    ticket("299.99", refund_amount="299.99"),
    ticket("300", refund_amount="300"),
    ticket("asked_299.99", refund_amount="", order_amount="299.99"),
    ticket("5:59:59", applied_at="2024-06-10 14:59:59", approved_at="2024-06-10 15:30:00"),
    ticket("6:00:00", applied_at="2024-06-10 15:00:00", approved_at="2024-06-10 15:30:00"),
    ticket("made_to_order", is_custom="true"),
    ticket("shipped", shipped="true"),
    ticket("of_no_order", order_id=""),
    ticket("return", kind="return_refund", reason="no_reason", shipped="true"),
    ticket("return_size", kind="return_refund", reason="size", shipped="true"),
]


@pytest.mark.parametrize(
    ("lever", "expected"),
    [
        ("atom_fast_refund", ["299.99", "asked_299.99", "5:59:59"]),
        ("atom_fast_refund:only_unshipped=false", ["299.99", "asked_299.99", "5:59:59", "shipped"]),
        ("atom_fast_refund:amount=299.99", ["5:59:59"]),
        ("atom_fast_refund:amount=100", ["asked_299.99"]),
        ("atom_fast_refund:amount_below=30000,to=11:00", ["299.99", "asked_299.99"]),
        ("atom_fast_refund:from=14:59:59", ["5:59:59"]),
        ("atom_fast_refund:on=false", []),
        ("atom_7day_return", ["return"]),
        ("atom_shipped_return", ["return", "return_size"]),
        (
            "atom_unshipped_refund",
            ["299.99", "300", "asked_299.99", "5:59:59", "6:00:00", "of_no_order"],
        ),
        (
            "atom_unshipped_refund:within_hours=6",
            ["299.99", "300", "asked_299.99", "5:59:59"],
        ),
    ],
)
def test_the_touched_ids_are_those_of_the_page(lever: str, expected: list[str]) -> None:
    tickets = AT_THE_BOUNDS
    if "amount=100" in lever:  # of all others a hundred is asked for, which is not below it
        tickets = [
            *AT_THE_BOUNDS[:2],
            {**AT_THE_BOUNDS[2], "order_amount": "99.99"},
            *AT_THE_BOUNDS[3:],
        ]
    found = ss.simulate(events(*tickets), shop="S1", levers=lever, **KUAISHOU)
    assert list(found.touched["id"].unique(maintain_order=True)) == expected
    assert found.levers[0].matched == len(found.levers[0].rows) == len(expected)


def test_a_table_of_touched_cells(tmp_path: Any) -> None:
    for name, frame in events(*AT_THE_BOUNDS[:2]).items():
        frame.write_csv(tmp_path / f"{name}.csv")
    found = ss.simulate(tmp_path, shop="S1", levers="atom_fast_refund", **KUAISHOU)
    assert found.touched.rows() == [
        ("atom_fast_refund", "aftersales", "299.99", "aftersales.csv", 2, column, before, after)
        for column, before, after in (
            ("approved_at", "2024-06-10 14:00:00", "2024-06-10 11:00:00"),
            ("refunded_at", "2024-06-10 15:00:00", "2024-06-10 12:00:00"),
            ("closed_at", "2024-06-10 16:00:00", "2024-06-10 13:00:00"),
            ("outcome", "refunded", "refunded"),
        )
    ]
    assert found.levers[0].changed == 1


WORDS = {
    "kind": ["refund_only", "return_refund", "exchange"],
    "reason": ["", "no_reason", "price_difference"],
    "order_id": ["", "O1", "O2", "O7"],
    "refund_amount": ["", "0", "299.99", "300"],
    "order_amount": ["", "299.99", "300"],
    "applied_at": ["2024-06-10 10:00:00", "2024-06-10 14:59:59", "2024-06-10 15:00:00"],
    "approved_at": ["", "2024-06-10 15:00:00", "2024-06-11 15:00:00"],
    "return_signed_at": ["", "2024-06-12 15:00:00"],
    "refunded_at": ["", "2024-06-11 15:30:00", "2024-06-13 15:30:00"],
    "closed_at": ["", "2024-06-12 01:00:00", "2024-06-14 01:00:00"],
    "outcome": ["", "refunded", "closed"],
    "shipped": ["", "true", "false"],
    "is_custom": ["", "true", "false"],
    "product_id": ["", "P1", "P2"],
}
OF_TICKETS = [
    lever for lever in ss.platform("kuaishou").all_levers.values() if lever.stream == "aftersales"
]


@settings(max_examples=10)
@given(
    st.lists(st.fixed_dictionaries({k: st.sampled_from(v) for k, v in WORDS.items()}), max_size=8),
    st.lists(st.sampled_from(OF_TICKETS), min_size=1, max_size=3, unique=True),
)
def test_any_tickets_as_in_plain_python(
    cells: list[dict[str, str]], chosen: list[ss.Lever]
) -> None:
    rows = [{**ticket(f"T{i}"), **own} for i, own in enumerate(cells)]
    read = ss.read_events(events(*rows), platform="kuaishou")
    found = ss.simulate(read, shop="S1", levers=[one.id for one in chosen], **KUAISHOU)
    by_hand = rows_of(read, "S1")
    uses = sorted(((one, {}) for one in chosen), key=lambda u: list(LEVERS).index(u[0].id))
    touched = apply_by_hand(by_hand, uses)
    own = found.touched
    for (lever, _), ids in zip(uses, touched, strict=True):
        mine = own.filter(pl.col("lever") == lever.id)["id"].unique(maintain_order=True)
        assert list(mine) == ids
    order = ["approved_at", "refunded_at", "closed_at", "outcome"]
    last = {(row["id"], row["column"]): row["after"] for row in own.iter_rows(named=True)}
    for (id, column), after in last.items():
        assert column in order
        cell = by_hand["aftersales"][id][column]
        known = "" if cell is None else cell if column == "outcome" else _clock(cell)
        if after != known:  # a refund before the parcel is back is taken as empty, as in reading
            signed = by_hand["aftersales"][id]["return_signed_at"]
            applied = by_hand["aftersales"][id]["applied_at"]
            assert after == ""
            assert cell < (signed if column == "refunded_at" else applied)


LEVERS = ss.platform("kuaishou").all_levers


def _clock(seconds: int) -> str:
    return str(pl.select(pl.from_epoch(pl.lit(seconds))).item())


def test_money_and_hours() -> None:
    """By hand: two refunds, three hours earlier each, 299.99 and an amount that nobody knows."""
    never = ticket("never", approved_at="", refunded_at="", closed_at="", outcome="")
    unknown = ticket("unknown", refund_amount="", order_amount="299")
    rows = [
        ticket("one", refund_amount="299.99"),
        unknown,
        never,
        ticket("at_once", approved_at="2024-06-10 11:00:00", refunded_at="2024-06-10 11:00:00"),
    ]
    found = ss.simulate(events(*rows), shop="S1", levers="atom_fast_refund", **KUAISHOU)
    (lever,) = found.to_dict()["levers"]
    earlier = {each["column"]: each for each in lever["earlier"]}
    assert earlier["approved_at"] == {
        "column": "approved_at", "rows": 3, "moved": 2, "new": 1, "hours": 6, "hours_per_row": 2,
    }  # fmt: skip
    assert lever["claimed_hours"] == 2.1
    assert lever["refunds"] == {
        "currency": "CNY", "rows": 2, "amount": 598.99, "hours": 6, "new_rows": 1,
        "new_amount": 100, "unknown": 0,
    }  # fmt: skip
    assert (lever["matched"], lever["touched"], lever["changed"]) == (4, 4, 3)
    hours = found["refund_only_hours"]
    # before: 3 h, 3 h and 0 h; the one that nobody agreed to was not closed
    assert (hours.before.value, hours.before.n) == (Fraction(2), 3)
    assert (hours.after.value, hours.after.n) == (Fraction(0), 4)
    assert hours.effect == "better"


def test_an_amount_that_nobody_knows_is_in_no_sum() -> None:
    row = {**ticket("T1", refund_amount="", kind="return_refund"), "order_amount": ""}
    signed = {
        **row,
        "return_signed_at": "2024-06-10 14:30:00",
        "refunded_at": "2024-06-10 16:30:00",
    }
    frames = {**events(), "aftersales": pl.DataFrame([signed])}
    lever = "act_when_return_is_signed:hours=1"
    found = ss.simulate(frames, shop="S1", levers=lever, **KUAISHOU)
    refunds = found.to_dict()["levers"][0]["refunds"]
    assert (refunds["rows"], refunds["amount"], refunds["hours"]) == (1, 0, 1)
    assert refunds["unknown"] == 1
