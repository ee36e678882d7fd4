"""Kind A: ids whose last digits a spreadsheet or a double took, with no E to show for it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shopscore as ss
from shopscore.reading.rows.lost_digits import find_lost
from support.event_rows import books, incidents, read
from support.exports.export_files import as_text, needs_excel, write_workbook
from support.reported_cases import metric, read_case

LOST = "digits of this id are lost"
#: Ids as a console writes them: nothing is wrong with these.
TRUE = (
    "6921738301234561234",
    "6921738301234562345",
    "6921738301234563456",
    "6921738309999991111",
    "6921738309999992222",
)


def zeroed(id: str) -> str:
    """What is left of an id in a spreadsheet, which keeps fifteen digits."""
    return id[:15] + "0" * (len(id) - 15)


def doubled(id: str) -> str:
    """The double that is nearest to an id."""
    return str(int(float(id)))


def in_javascript(id: str) -> str:
    """The shortest decimal of the double: 17 digits and zeros."""
    digits, exponent = f"{float(id)!r}".split("e+")
    return digits.replace(".", "").ljust(int(exponent) + 1, "0")


def marked(cells: Sequence[str]) -> list[bool]:
    """Which cells of one column are found to be lost."""
    found = find_lost({"order_id": pl.Series(cells)}, [len(cells)])
    return found["order_id"].to_list() if found else [False] * len(cells)


class TestReported:
    def test_01_as_downloaded(self) -> None:
        events = read_case("01-excel-zeroed-ids/as-downloaded")
        assert books(events) == {"in": 6, "accepted": 6}
        assert metric(events, "quality_return_rate").value == pytest.approx(2 / 6)

    def test_01_saved_in_excel(self) -> None:
        events = read_case("01-excel-zeroed-ids/saved-in-excel")
        assert books(events) == {"in": 6, "set_aside": 6}
        found = incidents(events.report.set_aside, "line", "column", "value", "reason")
        assert [row[:3] for row in found[::5]] == [
            (2, "主订单编号", "6921738301234560000"),
            (7, "主订单编号", "6921738309999990000"),
        ]
        assert all(LOST in row[3] for row in found)
        assert metric(events, "quality_return_rate").value is None


class TestColumns:
    """Other columns, streams and kinds of input."""

    @pytest.mark.parametrize("damage", [zeroed, doubled, in_javascript])
    @pytest.mark.parametrize("column", ["order_id", "ticket_id", "product_id"])
    def test_of_tickets_in_a_dataframe(self, column: str, damage: Any) -> None:
        tickets = [
            {
                "ticket_id": f"T{i}",
                "order_id": f"O{i}",
                "product_id": f"P{i}",
                "applied_at": "2022-06-01 10:00:00",
                "kind": "refund_only",
                column: damage(id),
            }
            for i, id in enumerate(TRUE)
        ]
        events = read(aftersales=tickets)
        assert books(events, "aftersales") == {"in": 5, "set_aside": 5}
        assert set(events.report.set_aside["column"]) == {column}

    def test_of_integers_in_parquet(self, tmp_path: Path) -> None:
        ids = [int(doubled(id)) for id in TRUE]
        frame = pl.DataFrame({"shop_id": "S1", "order_id": ids})
        frame.write_parquet(tmp_path / "orders.parquet")
        assert books(ss.read_events(tmp_path)) == {"in": 5, "set_aside": 5}

    def test_of_numbers_in_a_workbook(self, tmp_path: Path) -> None:
        needs_excel()
        head = ["订单号", "用户实付金额(元)", "商家实收金额(元)"]
        rows = [[int(zeroed(id)), 1, 1] for id in TRUE]
        write_workbook(tmp_path / "x.xlsx", [head, *rows])
        events = ss.read_events(tmp_path, platform="pinduoduo", shop_id="S1")
        assert books(events) == {"in": 5, "set_aside": 5}

    @pytest.mark.parametrize("cell", ["6921738301234560000.0", "`6921738301234560000"])
    def test_below_a_mark(self, cell: str) -> None:
        other = cell.replace("830123456", "830999999")
        events = read(orders=[{"order_id": cell}, {"order_id": other}])
        assert books(events) == {"in": 2, "set_aside": 2}

    @pytest.mark.parametrize("digits", [20, 21])
    @pytest.mark.parametrize("count", [7, 8, 100])
    def test_of_more_digits_than_any_step(self, digits: int, count: int) -> None:
        """Every double of twenty digits is a multiple of 4096: that is no step."""
        draw = random.Random(digits)
        whole = [str(draw.randrange(2 * 10 ** (digits - 1), 10**digits - 1)) for _ in range(count)]
        lost, kept = (
            books(read(orders=[{"order_id": id} for id in ids]))
            for ids in (map(doubled, whole), whole)
        )
        assert lost == {"in": count, "set_aside": count}
        assert kept == {"in": count, "accepted": count}

    def test_of_suborders_sets_the_row_aside(self, tmp_path: Path) -> None:
        head = ["主订单编号", "子订单编号", "订单应付金额", "订单提交时间", "支付完成时间"]
        rows = [[id, zeroed(id), "1.00", "2022/5/20 9:00", ""] for id in TRUE]
        path = tmp_path / "订单.csv"
        path.write_text(as_text([head, *rows]), encoding="gb18030")
        events = ss.read_events(path, platform="douyin", shop_id="S1")
        assert books(events) == {"in": 5, "set_aside": 5}
        assert incidents(events.report.set_aside, "column", "value")[0] == (
            "子订单编号",
            "6921738301234560000",
        )

    def test_of_products_that_are_few_since_orders_show_it(self) -> None:
        """One product alone could end in zeros; in the same file as these orders it does not."""
        rows = [{"order_id": zeroed(id), "product_id": "3540123456789010000"} for id in TRUE]
        found = find_lost(
            {name: pl.Series([row[name] for row in rows]) for name in ("order_id", "product_id")},
            [len(rows)],
        )
        assert {name: mask.all() for name, mask in found.items()} == {
            "order_id": True,
            "product_id": True,
        }

    def test_of_buyers_empties_the_cell(self) -> None:
        events = read(
            orders=[{"order_id": f"1{i}", "buyer_id": zeroed(id)} for i, id in enumerate(TRUE)]
        )
        assert books(events) == {"in": 5, "accepted": 5, "repaired": 5}

    def test_one_file_of_two(self, tmp_path: Path) -> None:
        for name, ids in (("a", TRUE), ("b", [zeroed(id) for id in TRUE])):
            path = tmp_path / "orders" / f"{name}.csv"
            path.parent.mkdir(exist_ok=True)
            path.write_text("shop_id,order_id\n" + "".join(f"S1,{id}\n" for id in ids))
        events = ss.read_events(tmp_path)
        assert books(events) == {"in": 10, "accepted": 5, "set_aside": 5}
        assert set(events.report.set_aside["file"]) == {"orders/b.csv"}


class TestWhatStays:
    def test_one_among_others(self) -> None:
        assert marked([*TRUE, "6921738301234560000"]) == [False] * 6

    def test_one_in_a_single_row(self) -> None:
        """By chance one of ten thousand ids ends like this. Of a morning, rounded, all do."""
        assert marked(["6921738301234560000"]) == [False]
        assert marked(["6921738301234560000"] * 2) == [True] * 2

    def test_short_ids(self) -> None:
        assert marked(["100", "200", "300000000000000", "4000000"]) == [False] * 4

    def test_short_ids_beside_lost_ones(self) -> None:
        assert marked(["7", zeroed(TRUE[0]), zeroed(TRUE[4])]) == [False, True, True]

    def test_ids_with_letters(self) -> None:
        assert marked(["A6921738301234560000", "220517-607198974340000"]) == [False] * 2

    def test_sixteen_digits_need_more_of_them(self) -> None:
        """Three of ten digits may be zero by a chance of one in a thousand, four in ten thousand."""
        ids = ["2212345678901230", "2212345678901340", "2212345678901450", "2212345678901560"]
        assert marked(ids[:3]) == [False] * 3
        assert marked(ids) == [True] * 4

    def test_ids_that_a_computer_counts_in_steps(self) -> None:
        """A counter of 12 bits that seldom counts: every id is a multiple of 4096, and true."""
        ids = [str((1683000000123 + 7919 * i) << 22) for i in range(20)]
        assert not any(id.endswith("00") for id in ids[:3])
        assert marked(ids) == [False] * 20

    def test_ids_of_twenty_digits_in_steps(self) -> None:
        """Above 2**64 doubles lie 4096 apart; these ids lie 16384 apart, and are true."""
        ids = [str(2**64 + (7919 * i << 14)) for i in range(1, 21)]
        assert marked(ids) == [False] * 20

    @given(st.lists(st.integers(10**18, 2**63 - 1), min_size=3, max_size=20, unique=True))
    def test_law_of_ids_as_they_come(self, numbers: list[int]) -> None:
        """Either some id is no rounded one, or all are: then, and only then, they are lost."""
        ids = [str(n) for n in numbers]
        if all(id != damage(id) for id in ids for damage in (zeroed, doubled, in_javascript)):
            assert not any(marked([id[:-1] + "7" for id in ids]))
        assert all(marked([zeroed(id) for id in ids])) or len({zeroed(id) for id in ids}) < 2

    @given(st.lists(st.integers(10**18, 2**63 - 1), min_size=8, max_size=20, unique=True))
    def test_law_of_doubles(self, numbers: list[int]) -> None:
        ids = {doubled(str(n)) for n in numbers}
        expected = len(ids) >= 8 and any(int(id) % 4096 for id in ids)
        if expected:
            assert all(marked(sorted(ids)))


class TestExponents:
    """A mantissa and an E, in every form in which spreadsheets of the world show them."""

    FORMS = (
        "6.92E+18",
        "6,92E+18",
        "6,92e+18",
        "6,92E18",
        "6.92 E+18",
        "6.92E +18",
        "692.2E+16",
        "6.92E＋18",
        "６．９２Ｅ＋１８",
        "６，９２Ｅ＋１８",
        "'6,92E+18",
    )

    @pytest.mark.parametrize("cell", FORMS)
    @pytest.mark.parametrize("column", ["order_id", "shop_id"])
    def test_are_no_ids(self, cell: str, column: str) -> None:
        events = read(orders=[{"order_id": "1", column: cell}, {"order_id": "2"}])
        assert books(events) == {"in": 2, "accepted": 1, "set_aside": 1}
        ((found, value, reason),) = incidents(events.report.set_aside, "column", "value", "reason")
        assert (found, value, LOST in reason) == (column, cell, True)

    def test_with_a_decimal_comma_in_a_file(self, tmp_path: Path) -> None:
        rows = ("6,92E+18", "6,92E+18", "6,93E+18")
        text = "shop_id;order_id;paid_at\n" + "".join(f"S1;{id};\n" for id in rows)
        (tmp_path / "orders.csv").write_text(text)
        assert books(ss.read_events(tmp_path)) == {"in": 3, "set_aside": 3}

    @pytest.mark.parametrize("id", ["1E5", "1E12", "2E", "A1E+5", "6-92E18"])
    def test_other_ids_stay(self, id: str) -> None:
        events = read(orders=[{"order_id": id}, {"order_id": "2"}])
        assert books(events) == {"in": 2, "accepted": 2}


class TestShops:
    def test_an_id_with_an_e_sets_the_row_aside(self) -> None:
        events = read(orders=[{"order_id": "1", "shop_id": "7.1E+18"}, {"order_id": "2"}])
        assert books(events) == {"in": 2, "accepted": 1, "set_aside": 1}
        ((column, reason),) = incidents(events.report.set_aside, "column", "reason")
        assert (column, LOST in reason) == ("shop_id", True)
