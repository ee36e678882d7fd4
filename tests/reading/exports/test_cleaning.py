"""Cleaning: what spreadsheets glue to cells goes, and every digit of an id stays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.model.merging import merge_streams
from shopscore.model.streams import CANONICAL
from shopscore.plugins.layout_toml import parse_layout
from shopscore.reading.exports.cleaning import clean, translate
from shopscore.reading.rows.cells import parse
from support.event_rows import books, incidents, rows, seconds
from support.exports.export_files import as_text, needs_excel, write_workbook

ID = "6921738301234567097"
ROUNDED = "digits of this id are lost"
LAYOUT = """schema = 1
id = "own"
zh = "我的"
en = "own"
stream = "orders"
headers = ["订单号"]
[columns]
order_id = "订单号"
paid_at = "付款"
amount = "金额"
province = "省"
buyer_id = "买家"
is_presale = "预售"
cancelled_by = "谁取消"
[words.cancelled_by]
"买家" = "buyer"
"卖家" = "merchant"
"系统" = ""
"""


def text(cell: str | None, kind: Any = "text") -> str | None:
    (found,) = clean(pl.Series([cell], dtype=pl.String), kind).to_list()
    return found


def table(column: str, cells: Sequence[str], layout: str = LAYOUT) -> list[list[str]]:
    """An export of one row for each cell of a column; the others are in order."""
    titles = {n: h[0] for n, h in parse_layout(layout, "own").columns.items()}
    body = [
        {titles["order_id"]: str(i), titles.get("paid_at", "付款"): "", titles[column]: cell}
        for i, cell in enumerate(cells)
    ]
    head = [*titles.values()]
    return [head, *([row.get(h, "") for h in head] for row in body)]


def read(folder: Path, records: Sequence[Sequence[str]], layout: str = LAYOUT) -> ss.Events:
    path = folder / "导出.csv"
    path.write_text(as_text(records), encoding="gb18030")
    return ss.read_events(
        path, tz="Asia/Shanghai", shop_id="S1", layouts=[parse_layout(layout, "own")]
    )


def values(folder: Path, column: str, cells: Sequence[str], layout: str = LAYOUT) -> list[Any]:
    """What the cells of a column become; all of their rows are accepted."""
    events = read(folder, table(column, cells, layout), layout)
    assert books(events)["accepted"] == len(cells)
    frame = events.frames["orders"].sort(pl.col("order_id").str.len_chars(), "order_id")
    return frame[column].to_list()


def test_what_stands_for_nothing_is_empty_unless_the_layout_lists_it(tmp_path: Path) -> None:
    nothing = ["无", "暂无", "-", "/", "NULL", "NaT", "***"]
    assert values(tmp_path, "province", nothing) == [None] * 7
    listed = LAYOUT.replace('"系统" = ""', '"系统" = ""\n"无" = "buyer"')
    assert values(tmp_path, "cancelled_by", ["无", "暂无"], listed) == ["buyer", None]


class TestText:
    @pytest.mark.parametrize(
        "cell",
        [
            ID,
            f'="{ID}"',
            f'="{ID}\t"',
            f'\t="{ID}"',
            f"'{ID}",
            f"''{ID}",
            f"\t{ID}",
            f"{ID}\t\t",
            f"{ID}\r",
            f"{ID}.0",
            f"\u3000{ID}\u00a0",
            f"\ufeff{ID}\u200b",
            f" {ID} ",
            f'="{ID}.0"',
            f"={ID}",
            pytest.param(f'"{ID}"'),
        ],
    )
    def test_of_an_id_every_digit_stays(self, cell: str, tmp_path: Path) -> None:
        assert text(cell) == ID
        assert values(tmp_path, "buyer_id", [cell]) == [ID]

    @pytest.mark.parametrize(
        ("cell", "found"),
        [
            ("007", "007"),
            ("6921.10", "6921.10"),
            ("A.0", "A.0"),
            ("1,234", "1,234"),
            ("138****1234", "138****1234"),
            ("张*", "张*"),
            ("5元", "5元"),
            ("浙江 省", "浙江 省"),
            ("-1", "-1"),
            ("a'b\"c", "a'b\"c"),
            ("O=1", "O=1"),
        ],
    )
    def test_what_is_part_of_it_stays(self, cell: str, found: str) -> None:
        assert text(cell) == found

    @pytest.mark.parametrize("kind", ["text", "time", "money", "enum", "bool", "int", "number"])
    @pytest.mark.parametrize(
        "cell",
        ["-", "--", "—", "———", "/", "***", "\t-\t", "\u3000", "'", '=""', "'--", "null", "nan"],
    )
    def test_nothing_is_nothing_in_every_column(self, cell: str, kind: str) -> None:
        assert text(cell, kind) is None
        assert text(None, kind) is None

    @given(st.from_regex(r"[0-9]{17,19}", fullmatch=True), st.data())
    @settings(max_examples=60)
    def test_any_id_in_any_wrapping(self, id: str, data: st.DataObject) -> None:
        blanks = st.text(" \t\u3000\u00a0\ufeff\r", max_size=3)
        wrap = data.draw(st.sampled_from(["{}", '="{}"', "'{}", "={}", "{}.0", '="{}\t"']))
        assert text(f"{data.draw(blanks)}{wrap.format(id)}{data.draw(blanks)}") == id

    @given(st.lists(st.none() | st.text("=\"'-* \t.0169,元￥e/\u3000", max_size=7)))
    def test_a_cell_is_cleaned_alike_wherever_it_stands(self, cells: list[str | None]) -> None:
        for kind in ("text", "money"):
            column = clean(pl.Series(cells, dtype=pl.String), kind).to_list()
            assert column == [text(cell, kind) for cell in cells]


class TestNumbers:
    @pytest.mark.parametrize(
        ("cell", "fen"),
        [
            ("￥1,234.50元", 123450),
            ("¥1,234.5", 123450),
            ("1，234", 123400),
            ("1 234.50 元", 123450),
            ("1,234,567.89", 123456789),
            ("'5.00", 500),
            ('="5.00"', 500),
            ("5.0000", 500),
            ("0.500", 50),
            ("1234.500", 123450),
            ("70,48", 7048),
            ("1.234,50", 123450),
            ("4,2", 420),
            ("1.234.567", 123456700),
            ("+5", 500),
            ("0", 0),
            ("\t0.10\t", 10),
            ("元", None),
        ],
    )
    def test_amounts(self, cell: str, fen: int | None, tmp_path: Path) -> None:
        assert values(tmp_path, "amount", [cell]) == [fen]

    @pytest.mark.parametrize(
        "cell",
        [
            "5.005",
            "5.000",
            "59.900",
            "$5",
            "免费",
            "(5)",
            "1e3",
            "1.234.50",
            "12,34,567",
            "1234,567",
            "￥1,2.3.4元",
            "'5x",
            '="abc"',
        ],
    )
    def test_what_is_no_amount_is_emptied_and_said(self, cell: str, tmp_path: Path) -> None:
        events = read(tmp_path, table("amount", [cell]))
        assert books(events) == {"in": 1, "accepted": 1, "repaired": 1}
        assert incidents(events.report.repaired, "column", "value") == [("金额", cell)]

    @pytest.mark.parametrize("cell", ["-5", "￥-5.00元", "-1,000"])
    def test_negative_money_sets_the_row_aside(self, cell: str, tmp_path: Path) -> None:
        assert books(read(tmp_path, table("amount", [cell]))) == {"in": 1, "set_aside": 1}

    @given(
        st.integers(0, 10**12), st.sampled_from(["{}", "￥{}", "¥{}元", " {} 元", "'{}", '="{}"'])
    )
    @example(100_000, "￥{}")
    def test_any_amount_as_people_write_it(self, fen: int, wrap: str) -> None:
        cell = wrap.format(f"{fen // 100:,}.{fen % 100:02}")
        column = merge_streams(CANONICAL)["orders"].column("amount")
        assert parse(clean(pl.Series([cell]), "money"), column, None).values.to_list() == [fen]


class TestTimes:
    NOON = seconds("2023-01-05 12:00:00")

    @pytest.mark.parametrize(
        "cell",
        [
            "2023-01-05 12:00:00",
            "2023/1/5 12:00",
            "2023/01/05 12:00:00",
            "2023-1-5 12:00",
            "\t2023/1/5 12:00\t",
            '="2023-01-05 12:00:00"',
            "'2023/1/5 12:00",
            "2023-01-05T12:00",
            "2023-01-05 12:00:00.0",
            "2023-01-05T12:00:00+08:00",
            "2023-01-05T04:00:00Z",
        ],
    )
    def test_one_moment(self, cell: str, tmp_path: Path) -> None:
        assert values(tmp_path, "paid_at", [cell]) == [self.NOON]

    def test_single_digits(self, tmp_path: Path) -> None:
        assert values(tmp_path, "paid_at", ["2023/1/5 9:05"]) == [seconds("2023-01-05 09:05:00")]

    @pytest.mark.parametrize("cell", ["昨天", "2023/2/29 10:00", "1/5/2023", "44931.5"])
    def test_no_moment_sets_the_row_aside(self, cell: str, tmp_path: Path) -> None:
        events = read(tmp_path, table("paid_at", [cell]))
        assert books(events) == {"in": 1, "set_aside": 1}
        assert incidents(events.report.set_aside, "column", "value") == [("付款", cell)]


class TestRoundedIds:
    CELLS = ("6.92E+18", "6.92173830123457e18", "6.92E18", "\t6.92E+18", '="6.92E+18"', "7E+018")

    @pytest.mark.parametrize("cell", CELLS)
    def test_of_a_key_set_the_row_aside(self, cell: str, tmp_path: Path) -> None:
        events = read(tmp_path, [["订单号", "付款"], [cell, ""], ["1", ""]])
        assert books(events) == {"in": 2, "accepted": 1, "set_aside": 1}
        ((column, reason),) = incidents(events.report.set_aside, "column", "reason")
        assert (column, ROUNDED in reason) == ("订单号", True)

    @pytest.mark.parametrize("cell", CELLS)
    def test_of_another_thing_are_emptied(self, cell: str, tmp_path: Path) -> None:
        events = read(tmp_path, table("buyer_id", [cell]))
        assert books(events) == {"in": 1, "accepted": 1, "repaired": 1}
        assert events.frames["orders"]["buyer_id"].to_list() == [None]
        ((column, reason),) = incidents(events.report.repaired, "column", "reason")
        assert (column, ROUNDED in reason) == ("买家", True)

    @pytest.mark.parametrize("cell", ["E123", "12E45", "1E-5", "6.92", "69217e", "A8e12"])
    def test_ids_that_only_look_like_it(self, cell: str, tmp_path: Path) -> None:
        assert values(tmp_path, "buyer_id", [cell]) == [cell]

    def test_other_text_may_look_like_it(self, tmp_path: Path) -> None:
        assert values(tmp_path, "province", ["6.92E+18"]) == ["6.92E+18"]

    def test_in_a_workbook(self, tmp_path: Path) -> None:
        needs_excel()
        path = tmp_path / "x.xlsx"
        write_workbook(path, [["订单号", "买家"], [int(ID), ID], [5, int(ID)], [ID, 21.0]])
        events = ss.read_events(path, shop_id="S1", layouts=[parse_layout(LAYOUT, "own")])
        assert books(events) == {"in": 3, "accepted": 2, "set_aside": 1, "repaired": 1}
        found = [(r["order_id"], r["buyer_id"]) for r in rows(events, "orders")]
        assert found == [("5", None), (ID, "21")]


class TestWords:
    def test_of_a_column(self, tmp_path: Path) -> None:
        cells = ["买家", "卖家\t", "系统", "", "-", "'买家"]
        found = values(tmp_path, "cancelled_by", cells)
        assert found == ["buyer", "merchant", None, None, None, "buyer"]

    def test_an_unknown_one_sets_the_row_aside(self, tmp_path: Path) -> None:
        events = read(tmp_path, table("cancelled_by", ["买家", "邻居"]))
        assert books(events) == {"in": 2, "accepted": 1, "set_aside": 1}
        assert incidents(events.report.set_aside, "column", "value") == [("谁取消", "邻居")]

    @pytest.mark.parametrize(
        ("rest", "found"),
        [("platform", ["buyer", None, "platform", None]), ("", ["buyer", None, None, None])],
    )
    def test_every_other_one(self, rest: str, found: list[str | None], tmp_path: Path) -> None:
        layout = f'{LAYOUT}"*" = "{rest}"\n'
        assert values(tmp_path, "cancelled_by", ["买家", "系统", "邻居", ""], layout) == found

    def test_every_one_alike(self, tmp_path: Path) -> None:
        layout = f'{LAYOUT}[words.is_presale]\n"*" = true\n'
        assert values(tmp_path, "is_presale", ["2022-05-01", "x", "--"], layout) == [
            True,
            True,
            False,
        ]

    def test_an_empty_cell(self, tmp_path: Path) -> None:
        layout = f'{LAYOUT}[words.needs_shipping]\n"有" = true\n"?" = ""\n'
        layout = layout.replace('is_presale = "预售"', 'needs_shipping = "预售"')
        cells = ["有", "", "--", "?", "x"]
        assert values(tmp_path, "needs_shipping", cells, layout) == [True] * 5
        told = f'{layout}"" = false\n'
        # what the list makes empty, and what it does not know, is the default as before
        assert values(tmp_path, "needs_shipping", cells, told) == [True, False, False, True, True]
        assert values(tmp_path, "needs_shipping", cells, f'{told}"*" = true\n') == [
            *(True, False, False, True, True)
        ]

    def test_an_empty_cell_of_a_column_that_must_have_one(self, tmp_path: Path) -> None:
        layout = f'{LAYOUT}"" = "platform"\n'
        assert values(tmp_path, "cancelled_by", ["买家", "", "系统"], layout) == [
            *("buyer", "platform", None)
        ]
        with pytest.raises(ss.RuleSetError, match="'nobody' is not one of"):
            parse_layout(f'{LAYOUT}"" = "nobody"\n', "own")

    def test_truth_values_and_numbers_without_quotes(self, tmp_path: Path) -> None:
        layout = f'{LAYOUT}[words.is_presale]\n"有" = true\n"无" = false\n"未知" = ""\n'
        assert values(tmp_path, "is_presale", ["有", "无", "未知"], layout) == [True, False, False]
        layout = f'{LAYOUT}[words.province]\n"浙" = 33\n'
        assert values(tmp_path, "province", ["浙", "沪"], layout) == ["33", "沪"]

    def test_amounts_beside_words_are_cleaned_all_the_same(self, tmp_path: Path) -> None:
        layout = f'{LAYOUT}[words.amount]\n"免费" = "0"\n'
        assert values(tmp_path, "amount", ["免费", "5"], layout) == [0, 500]
        assert values(tmp_path, "amount", ["￥1,000.00"], layout) == [100_000]

    def test_an_empty_list_changes_nothing(self) -> None:
        assert translate(pl.Series(["a", None]), {}).to_list() == ["a", None]

    def test_all_to_nothing(self) -> None:
        assert translate(pl.Series(["a", "b", None]), {"a": ""}).to_list() == [None, "b", None]
        assert translate(pl.Series(["a", None]), {"*": ""}).to_list() == [None, None]
