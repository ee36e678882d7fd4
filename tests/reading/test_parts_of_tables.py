"""Some rows of a stream are judged as beside all of them, wherever the others are."""

from __future__ import annotations

from functools import reduce

import polars as pl
import pytest

import shopscore as ss
from shopscore.model.streams import ORDERS
from shopscore.reading.ids_beside import IdsBeside
from shopscore.reading.part_tables import PartOfTable
from shopscore.reading.rows.ids import look_beside

ROUND = ["6921738301234560000", "6921738309999990000"]
WHOLE = ["6921738301234567891", "6921738301234567899"]
SENTENCE = "共6条记录"


def orders(ids: list[str]) -> pl.DataFrame:
    shops = [f"S{number % 3}" for number in range(len(ids))]
    return pl.DataFrame({"shop_id": shops, "order_id": ids, "paid_at": "2025-03-01 10:00:00"})


@pytest.mark.parametrize(
    "ids",
    [
        ["1", "2", "3"],
        [*ROUND, *WHOLE],
        [*ROUND, "7", *WHOLE, "8"],
        ["1", SENTENCE, "2", "合计", "3"],
        ["单号1", "单号2", "3", SENTENCE],
        ["单号1", "2", "3", SENTENCE],
        ["alpha", "beta", SENTENCE, "one two"],
        ["alpha", "beta7", SENTENCE, "one two", ""],
        ['="1001"', "-", "", "１００３", "`7"],
    ],
)
def test_each_row_alone_is_used_or_set_aside_as_among_all(ids: list[str]) -> None:
    rows = orders(ids)
    together = ss.read_events({"orders": rows})
    beside = reduce(
        IdsBeside.plus, (look_beside(rows[at : at + 1], ORDERS) for at in range(len(ids)))
    )
    alone = [
        ss.read_events({"orders": PartOfTable.of("orders", rows[at : at + 1], beside)})
        for at in range(len(ids))
    ]
    taken = [id for part in alone for id in part.frames["orders"]["order_id"]]
    assert sorted(taken) == sorted(together.frames["orders"]["order_id"])
    found = [row for part in alone for row in part.report.set_aside["reason"]]
    assert sorted(found) == sorted(together.report.set_aside["reason"])


def test_ids_of_integers_are_looked_at_too() -> None:
    rows = orders(["1", "2"]).with_columns(order_id=pl.Series([2024063000000123, None]))
    assert look_beside(rows, ORDERS) == IdsBeside(frozenset({"order_id"}), 1, 0, True)


def test_what_only_all_rows_can_tell_is_refused() -> None:
    """Every long id of the stream ends in zeros."""
    rows = orders(ROUND)
    assert ss.read_events({"orders": rows}).report.books["orders"].set_aside == 2
    beside = look_beside(rows, ORDERS)
    assert beside.clear == frozenset()
    with pytest.raises(ss.InputError, match="stream orders: long ids look as if a spreadsheet"):
        ss.read_events({"orders": PartOfTable.of("orders", rows, beside)})
