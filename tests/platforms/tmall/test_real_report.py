"""A real export of 28,010 orders, made by nobody here: the layout reads it as plain Python does."""

from __future__ import annotations

import csv
import os
from decimal import Decimal
from pathlib import Path

import pytest

import shopscore as ss
from support.exports.faithful_export import at

REAL = Path(__file__).parents[4] / "shared" / "data" / "tmall_order_report.csv"


@pytest.fixture(scope="module")
def events() -> ss.Events:
    if not REAL.exists() and os.environ.get("CI") != "true":
        pytest.skip(f"{REAL} is not here")
    return ss.read_events(REAL, platform="tmall", shop_id="S1", industry="women")


def test_every_row_is_accepted(events):
    books = events.report.books["orders"]
    assert (books.rows_in, books.accepted, books.set_aside) == (28_010, 28_010, 0)
    assert (books.replaced, books.repaired) == (0, 0)
    assert any("tmall/report" in note for note in map(str, events.report.notices))


def test_paid_orders_are_those_with_a_time_of_payment(events):
    paid = events.frames["orders"]["paid_at"]
    assert (len(paid) - paid.null_count(), paid.null_count()) == (24_087, 3_923)


def test_every_cell_is_what_plain_python_reads(events):
    with REAL.open(encoding="utf-8", newline="") as text:
        plain = {
            row["订单编号"]: (
                at(row["订单创建时间"]),
                at(row["订单付款时间 "]) if row["订单付款时间 "] else None,
                int(Decimal(row["总金额"]) * 100),
                row["收货地址 "],
            )
            for row in csv.DictReader(text)
        }
    columns = ("order_id", "created_at", "paid_at", "amount", "province")
    found = {id: tuple(rest) for id, *rest in events.frames["orders"].select(columns).iter_rows()}
    assert set(found) == {str(i) for i in range(1, 28_011)}
    assert found == plain
