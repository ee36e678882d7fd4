"""Fingerprints are constants: the same on every machine and with every version."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopscore.reading.fingerprints import Digest, cell_prints, combined, mixed, salt
from support.event_rows import read


def prints(values: list[Any], dtype: Any = None) -> list[str]:
    return [f"{p:016x}" for p in cell_prints(pl.Series(values, dtype=dtype)).tolist()]


class TestGolden:
    """Values that must never change: states and ledgers are kept by them."""

    def test_mixed(self) -> None:
        found = mixed(np.array([0, 1, 2**64 - 1], dtype=np.uint64))
        assert [f"{p:016x}" for p in found.tolist()] == MIXED

    def test_salt(self) -> None:
        assert [f"{int(salt(w)):016x}" for w in ("orders", "", "店")] == SALTS

    def test_text(self) -> None:
        assert prints(["", "1", "12345678", "123456789", "店铺", "a" * 100]) == TEXTS

    def test_integers(self) -> None:
        assert prints([0, 1, -1, 2**62, -(2**62)]) == INTEGERS

    def test_booleans_and_null(self) -> None:
        assert prints([True, False, None]) == [INTEGERS[1], INTEGERS[0], NULL]
        assert prints([None], pl.String) == prints([None], pl.Int64) == [NULL]

    def test_rows(self) -> None:
        columns = {"a": cell_prints(pl.Series(["x", "y"])), "b": cell_prints(pl.Series([1, None]))}
        assert [f"{p:016x}" for p in combined(columns).tolist()] == ROWS

    def test_events(self) -> None:
        events = read(
            shops=[{"shop_id": "S1", "industry": "food"}],
            orders=[
                {"order_id": "1", "paid_at": "2024-06-01 10:00:00", "amount": "12.30"},
                {"order_id": "2", "paid_at": "", "is_presale": "是", "cancelled_by": "buyer"},
                {"shop_id": "店", "order_id": "1"},
            ],
        )
        assert events.digest == DIGEST


MIXED = [
    "e220a8397b1dcdaf",
    "910a2dec89025cc1",
    "e4d971771b652c20",
]
SALTS = [
    "d5acebe867b47f4d",
    "e4a6a0577479b2b4",
    "d605fa8bac2d3ad1",
]
TEXTS = [
    "0000000000000000",
    "24844f016721d1f5",
    "a70b49e53c262b68",
    "deaef2a648e237f0",
    "a8110264ef25d8d3",
    "daa3036b83845837",
]
INTEGERS = [
    "0000000000000000",
    "0000000000000001",
    "ffffffffffffffff",
    "4000000000000000",
    "c000000000000000",
]
NULL = "a0761d6478bd642f"
ROWS = [
    "910f94e4219ac126",
    "847be03da0ac9043",
]
DIGEST = "7286fb9dfde4efacb65e5e838e4bfc350882b1c473c7f3091dc2c5d7f77532a5"


class TestCells:
    def test_types_of_text_do_not_matter(self) -> None:
        words = ["b", "a", None, "b"]
        plain = prints(words)
        assert prints(words, pl.Categorical) == plain
        assert prints(words, pl.Enum(["a", "b"])) == plain

    def test_neighbours_do_not_matter(self) -> None:
        words = ["a", "bb", "店", "", None, "a" * 9, "a" * 8, "ab"]
        together = prints(words)
        assert together == [prints([w], pl.String)[0] for w in words]
        assert len(set(together)) == len(words)
        assert prints(words[::-1]) == together[::-1]

    def test_pieces_do_not_matter(self) -> None:
        words = pl.Series([str(i) for i in range(30)])
        pieces = pl.concat([words[:3], words[3:20], words[20:]], rechunk=False)
        assert cell_prints(pieces).tolist() == cell_prints(words).tolist()
        assert cell_prints(words[5:9]).tolist() == cell_prints(words).tolist()[5:9]

    @given(st.lists(st.text(max_size=12), unique=True, max_size=40))
    @settings(max_examples=40)
    def test_other_texts_have_other_prints(self, words: list[str]) -> None:
        assert len(set(prints(words, pl.String))) == len(words)

    @pytest.mark.slow
    @given(st.lists(st.integers(-(2**63), 2**63 - 1), unique=True, max_size=40))
    @settings(max_examples=40)
    def test_other_integers_have_other_prints(self, numbers: list[int]) -> None:
        assert len(set(prints(numbers, pl.Int64))) == len(numbers)


class TestDigest:
    ROW: ClassVar = {"order_id": "1", "paid_at": "2024-06-01 10:00:00", "carrier": "a"}

    def of(self, *rows: dict[str, Any], **more: Any) -> str:
        return read(orders=list(rows), **more).digest

    def test_order_of_rows_and_columns_does_not_matter(self) -> None:
        other = {**self.ROW, "order_id": "2", "carrier": "b"}
        turned = dict(reversed(list(self.ROW.items())))
        assert self.of(self.ROW, other) == self.of(other, self.ROW) == self.of(other, turned)

    def test_spelling_does_not_matter(self) -> None:
        same = {"order_id": " 1", "paid_at": "2024/6/1 10:00", "carrier": "a  "}
        assert self.of(self.ROW) == self.of(same)

    def test_replaced_rows_do_not_matter(self) -> None:
        assert self.of({**self.ROW, "carrier": "A"}, self.ROW) == self.of(self.ROW, self.ROW)

    @pytest.mark.parametrize(
        "change",
        [
            {"order_id": "3"},
            {"paid_at": "2024-06-01 10:00:01"},
            {"paid_at": ""},
            {"carrier": "b"},
            {"carrier": ""},
            {"shop_id": "S2"},
        ],
    )
    def test_every_cell_matters(self, change: dict[str, str]) -> None:
        other = {**self.ROW, "order_id": "2"}
        assert self.of({**self.ROW, **change}, other) != self.of(self.ROW, other)

    def test_cells_do_not_change_places(self) -> None:
        a, b = {**self.ROW, "carrier": "x"}, {**self.ROW, "order_id": "2", "carrier": "y"}
        assert self.of(a, b) != self.of({**a, "carrier": "y"}, {**b, "carrier": "x"})
        swapped = {**self.ROW, "carrier": "p", "province": "q"}
        assert self.of(swapped) != self.of({**swapped, "carrier": "q", "province": "p"})

    def test_the_shops_attributes_matter(self) -> None:
        assert self.of(self.ROW, shops=[{"industry": "a"}]) != self.of(
            self.ROW, shops=[{"industry": "b"}]
        )

    def test_an_empty_column_is_not_a_missing_one(self) -> None:
        assert self.of(self.ROW) != self.of({**self.ROW, "province": ""})

    def test_pieces_do_not_matter(self) -> None:
        columns = {
            "a": cell_prints(pl.Series(["x", "y", "z"])),
            "b": cell_prints(pl.Series([1, 2, 3])),
        }
        whole, pieces = Digest(), Digest()
        whole.add("orders", columns)
        for start in (2, 0, 1):
            pieces.add("orders", {n: prints[start : start + 1] for n, prints in columns.items()})
        assert whole.hexdigest() == pieces.hexdigest()

    def test_tables_are_told_apart(self) -> None:
        columns = {"a": cell_prints(pl.Series(["x"]))}
        found = set()
        for tables in ((), ("orders",), ("reviews",), ("orders", "reviews"), ("orders", "orders")):
            digest = Digest()
            for table in tables:
                digest.add(table, columns)
            found.add(digest.hexdigest())
        assert len(found) == 5
