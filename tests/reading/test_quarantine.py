"""Quarantine: rows set aside, as files to be corrected and read again, with nothing lost."""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from attrs import frozen
from hypothesis import example, given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.reading.formulas import guard, mark, unmark
from shopscore.reading.quarantine import write_quarantine
from shopscore.writing import whole_file
from support.event_rows import books, rows, seconds
from support.exports.export_files import as_text, needs_excel, write_workbook

BECAUSE = "set_aside_because"
PAID = "支付完成时间"
#: The columns of a real export in an order of their own, with two that nobody reads.
HEAD = [
    "备注",
    "子订单编号 ",
    "主订单编号",
    "订单提交时间",
    PAID,
    "订单应付金额（元）",
    "订单应付金额",
    "省",
]
GOOD = [
    ["好", "6921738301234567001", "6921738301234567001", "2022-05-01 10:00:00", "", "x", "5.00", "浙江"],
    ["", "6921738301234567004", "6921738301234567004", "2022-05-04 10:00:00", "", "x", "8.00", "上海"],
]  # fmt: skip
BAD = [
    ["一,二", "6921738301234567002", "6921738301234567002", "2022-05-02 10:00:00", "昨天", "x", "6.00", "江苏"],
    ["第一行\n第二行", "6921738301234567003", "", "2022-05-03 10:00:00", "2022-05-03 11:00:00", "x", "7.00", "广东"],
]  # fmt: skip
#: What a person writes into the cells that were at fault.
CORRECTED = [
    ["一,二", "6921738301234567002", "6921738301234567002", "2022-05-02 10:00:00", "2022-05-02 12:00:00", "x", "6.00", "江苏"],
    ["第一行\n第二行", "6921738301234567003", "6921738301234567003", "2022-05-03 10:00:00", "2022-05-03 11:00:00", "x", "7.00", "广东"],
]  # fmt: skip
EXPORT = [HEAD, GOOD[0], BAD[0], BAD[1], GOOD[1]]
IDS = [f"692173830123456700{n}" for n in (1, 2, 3, 4)]

#: Name of the file, codec, and separator.
TEXTS = {
    "utf-8": ("订单.csv", "utf-8", ","),
    "utf-8-sig": ("订单.csv", "utf-8-sig", ","),
    "gb18030": ("订单.csv", "gb18030", ","),
    "utf-16": ("订单.csv", "utf-16", ","),
    "tabs": ("订单.tsv", "utf-8", "\t"),
    "tabs in gb18030": ("订单.txt", "gb18030", "\t"),
    "tabs in utf-16": ("订单.txt", "utf-16", "\t"),
    "semicolons": ("订单.csv", "utf-8-sig", ";"),
}
MARKS = {"utf-8-sig": b"\xef\xbb\xbf", "utf-16": b"\xff\xfe"}

each_text = pytest.mark.parametrize(("name", "codec", "separator"), TEXTS.values(), ids=TEXTS)


def read(source: Path, **more: Any) -> ss.Events:
    return ss.read_events(source, **{"platform": "douyin", "shop_id": "S1", **more})


def write(
    path: Path, records: Sequence[Sequence[str]], codec: str = "utf-8", sep: str = ","
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_text(records, sep).encode(codec))
    return path


def records(path: Path, codec: str = "utf-8", separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode(codec)), delimiter=separator))


def one_file(source: Path, folder: Path, **more: Any) -> Path:
    """The only file that a quarantine writes."""
    (found,) = write_quarantine(read(source, **more).report, folder)
    return found


class TestText:
    @each_text
    def test_own_columns_order_and_encoding(
        self, name: str, codec: str, separator: str, tmp_path: Path
    ) -> None:
        written = one_file(write(tmp_path / name, EXPORT, codec, separator), tmp_path / "aside")
        assert written == tmp_path / "aside" / name
        assert written.read_bytes().startswith(MARKS.get(codec, b""))
        head, *body = records(written, codec, separator)
        assert head == [BECAUSE, *HEAD]
        assert [row[1:] for row in body] == BAD
        assert [row[0].partition(":")[0] for row in body] == [PAID, "主订单编号"]
        assert all(row[0].partition(": ")[2] for row in body)

    @each_text
    def test_corrected_and_fed_again(
        self, name: str, codec: str, separator: str, tmp_path: Path
    ) -> None:
        first = write(tmp_path / "in" / name, EXPORT, codec, separator)
        before = books(read(first))
        assert before == {"in": 4, "accepted": 2, "set_aside": 2}
        written = one_file(first, tmp_path / "aside")
        head, *body = records(written, codec, separator)
        corrected = [[row[0], *new] for row, new in zip(body, CORRECTED, strict=True)]
        write(written, [head, *corrected], codec, separator)
        after = read(written)
        assert books(after) == {"in": 2, "accepted": 2}
        assert [r["order_id"] for r in rows(after, "orders")] == IDS[1:3]
        write(tmp_path / "in" / f"又{name}", [head, *corrected], codec, separator)
        both = read(tmp_path / "in")
        assert books(both) == {"in": 6, "accepted": 4, "set_aside": 2}
        found = [(r["order_id"], r["paid_at"], r["amount"]) for r in rows(both, "orders")]
        assert found == [
            (IDS[0], None, 500),
            (IDS[1], seconds("2022-05-02 12:00:00"), 600),
            (IDS[2], seconds("2022-05-03 11:00:00"), 700),
            (IDS[3], None, 800),
        ]

    def test_fed_again_uncorrected_it_comes_out_the_same(self, tmp_path: Path) -> None:
        first = one_file(write(tmp_path / "x.csv", EXPORT), tmp_path / "1")
        assert books(read(first)) == {"in": 2, "set_aside": 2}
        again = records(one_file(first, tmp_path / "2"))
        assert [row[-len(HEAD) :] for row in again] == [HEAD, *BAD]

    def test_a_row_that_is_too_long_keeps_what_is_too_much(self, tmp_path: Path) -> None:
        long = [*GOOD[0], "多余", "=1+1"]
        path = write(tmp_path / "x.csv", [["导出时间：昨天"], HEAD, long, GOOD[1]])
        head, row = records(one_file(path, tmp_path / "aside"))
        assert head == [BECAUSE, *HEAD]
        assert row[1:] == [*GOOD[0], "多余", "'=1+1"]

    def test_explanations_are_among_them(self, tmp_path: Path) -> None:
        explains = ["说明", "子单", "主单的编号", "", "", "", "", ""]
        path = write(tmp_path / "x.csv", [HEAD, explains, *GOOD])
        _, row = records(one_file(path, tmp_path / "aside"))
        assert row[1:] == explains

    def test_a_name_that_says_it_was_packed_ends_like_a_text(self, tmp_path: Path) -> None:
        path = tmp_path / "x.csv.gz"
        path.write_bytes(gzip.compress(as_text(EXPORT).encode("gb18030")))
        written = one_file(path, tmp_path / "aside")
        assert written.suffix == ".csv"
        assert [row[1:] for row in records(written, "gb18030")] == [HEAD, *BAD]

    def test_its_own_column_is_not_worth_a_word(self, tmp_path: Path) -> None:
        written = one_file(write(tmp_path / "x.csv", EXPORT), tmp_path / "aside")
        assert BECAUSE not in read(written).report.ignored["orders"]


class TestWorkbooks:
    def test_a_sheet_becomes_a_csv_file_for_spreadsheets(self, tmp_path: Path) -> None:
        needs_excel()
        write_workbook(tmp_path / "订单.xlsx", EXPORT)
        written = one_file(tmp_path / "订单.xlsx", tmp_path / "aside")
        assert (written.suffix, written.read_bytes()[:3]) == (".csv", MARKS["utf-8-sig"])
        head, *body = records(written, "utf-8-sig")
        assert (head, [row[1:] for row in body]) == ([BECAUSE, *HEAD], BAD)
        corrected = [["", *new] for new in CORRECTED]
        write(written, [head, *corrected], "utf-8-sig")
        assert books(read(written)) == {"in": 2, "accepted": 2}

    def test_each_sheet_of_two_has_its_file(self, tmp_path: Path) -> None:
        needs_excel()
        from openpyxl import Workbook

        book = Workbook()
        for name in ("五月", "六月"):
            sheet = book.create_sheet(name)
            for record in EXPORT:
                sheet.append(record)
        book.save(tmp_path / "x.xlsx")
        written = write_quarantine(read(tmp_path / "x.xlsx").report, tmp_path / "aside")
        assert len(set(written)) == 2
        for file in written:
            assert [row[0].partition(":")[0] for row in records(file, "utf-8-sig")[1:]] == [
                PAID,
                "主订单编号",
            ]


class TestCanonical:
    TEXT = 'shop_id,colour,paid_at,order_id\nS1,red,,1\nS1,"a,b",never,2\n,x,,3\n'

    def test_corrected_and_fed_again(self, tmp_path: Path) -> None:
        path = tmp_path / "orders.csv"
        path.write_text(self.TEXT, encoding="utf-8-sig")
        written = one_file(path, tmp_path / "aside")
        assert written == tmp_path / "aside" / "orders.csv"
        found = records(written, "utf-8-sig")
        assert [row[1:] for row in found] == [
            ["shop_id", "colour", "paid_at", "order_id"],
            ["S1", "a,b", "never", "2"],
            ["", "x", "", "3"],
        ]
        assert [row[0].partition(":")[0] for row in found] == [BECAUSE, "paid_at", "shop_id"]
        text = written.read_text().replace("never", "2022-05-01 10:00").replace(",,x", ",S1,x")
        written.write_text(text)
        assert books(read(tmp_path / "aside", shop_id=None)) == {"in": 2, "accepted": 2}

    def test_parquet(self, tmp_path: Path) -> None:
        path = parquet_orders(tmp_path)
        head, row = records(one_file(path, tmp_path / "aside"))
        assert head == [BECAUSE, "shop_id", "order_id", "paid_at", "created_at", "amount"]
        assert row[1:] == ["S1", "2", "never", "2022-05-01 10:00:00", ""]

    def test_parquet_fed_again(self, tmp_path: Path) -> None:
        written = one_file(parquet_orders(tmp_path), tmp_path / "aside")
        written.write_text(written.read_text().replace("never", "2022-05-01 11:00:00"))
        assert books(read(tmp_path / "aside")) == {"in": 1, "accepted": 1}

    def test_parquet_beside_csv_of_the_same_name(self, tmp_path: Path) -> None:
        folder = tmp_path / "in" / "orders"
        write(folder / "a.csv", [["shop_id", "order_id"], ["", "1"]])
        for name in ("a", "b"):
            frame = pl.DataFrame({"shop_id": [""], "order_id": [f"2{name}"]})
            frame.write_parquet(folder / f"{name}.parquet")
        files = write_quarantine(read(tmp_path / "in", shop_id=None).report, tmp_path / "aside")
        assert {file.name: records(file)[1][2] for file in files} == {
            "a.csv": "1",
            "a.parquet.csv": "2a",
            "b.csv": "2b",
        }
        for file in files:
            file.write_text(file.read_text().replace(",,", ",S1,"))
        assert books(read(tmp_path / "aside", shop_id=None)) == {"in": 3, "accepted": 3}

    def test_parts_fed_again(self, tmp_path: Path) -> None:
        for part in ("a1", "b1"):
            write(tmp_path / "in" / "orders" / f"{part}.csv", [["shop_id", "order_id"], ["", part]])
        files = write_quarantine(read(tmp_path / "in").report, tmp_path / "aside")
        for file in files:
            file.write_text(file.read_text().replace(",,", ",S1,"))
        assert books(read(tmp_path / "aside")) == {"in": 2, "accepted": 2}


def parquet_orders(folder: Path) -> Path:
    path = folder / "orders.parquet"
    table = {
        "shop_id": ["S1", "S1"],
        "order_id": ["1", "2"],
        "paid_at": [None, "never"],
        "created_at": ["2022-05-01 10:00:00"] * 2,
        "amount": [1.5, None],
    }
    frame = pl.DataFrame(table).with_columns(pl.col("created_at").str.to_datetime())
    frame.write_parquet(path)
    return path


class TestPlaces:
    def test_nothing_set_aside_is_nothing_written(self, tmp_path: Path) -> None:
        path = write(tmp_path / "x.csv", [HEAD, *GOOD])
        assert write_quarantine(read(path).report, tmp_path / "aside") == ()
        assert not (tmp_path / "aside").exists()

    def test_rows_of_dataframes_are_named_after_the_stream(self, tmp_path: Path) -> None:
        table = {
            "paid_at": [datetime(2022, 5, 1, 10, 0, 0, 5), None, None],
            "created_at": [date(2022, 5, 1)] * 3,
            "is_presale": [True, False, None],
            "amount": [1.5, None, -1.0],
            "shop_id": [None, "S1", "S1"],
            "order_id": [6921738301234567001, 2, 3],
            "note": ["=1", None, "'=1"],
        }
        report = ss.read_events({"orders": pl.DataFrame(table)}).report
        (written,) = write_quarantine(report, tmp_path / "aside")
        assert written == tmp_path / "aside" / "orders.csv"
        because, *rest = zip(*records(written), strict=True)
        assert because == (BECAUSE, "shop_id: required, and empty", "amount: negative")
        assert rest == [
            ("paid_at", "2022-05-01 10:00:00.000005", ""),
            ("created_at", "2022-05-01 00:00:00", "2022-05-01 00:00:00"),
            ("is_presale", "true", ""),
            ("amount", "1.5", "-1.0"),
            ("shop_id", "", "S1"),
            ("order_id", "6921738301234567001", "3"),
            ("note", "'=1", "''=1"),
        ]
        text = written.read_text().replace("1.5,,69", "1.5,S1,69").replace("-1.0", "1.0")
        written.write_text(text)
        corrected = ss.read_events(tmp_path / "aside")
        assert books(corrected) == {"in": 2, "accepted": 2}
        _, first = rows(corrected, "orders")
        assert first["paid_at"] == seconds("2022-05-01 10:00:00")
        assert first["created_at"] == seconds("2022-05-01 00:00:00")
        assert first["is_presale"] is True

    def test_dataframes_of_several_streams(self, tmp_path: Path) -> None:
        streams = {
            "orders": {"shop_id": [None, "S1"], "order_id": ["1", "2"]},
            "reviews": {"shop_id": ["S1"], "review_id": ["1"], "reviewed_at": ["x"], "rating": [1]},
            "complaints": {"shop_id": ["S1"], "complaint_id": ["1"], "complained_at": [None]},
            "violations": {"shop_id": [], "violation_id": [], "happened_at": [], "kind": []},
        }
        report = ss.read_events({k: pl.DataFrame(v) for k, v in streams.items()}).report
        files = write_quarantine(report, tmp_path / "aside")
        assert [f.name for f in files] == ["orders.csv", "reviews.csv", "complaints.csv"]
        assert [len(records(f)) for f in files] == [2, 2, 2]

    def test_a_dataframe_made_of_a_quarantine_loses_its_marks(self, tmp_path: Path) -> None:
        table = {"shop_id": ["S1"], "order_id": ["=1"], "paid_at": ["never"]}
        report = ss.read_events({"orders": pl.DataFrame(table)}).report
        (written,) = write_quarantine(report, tmp_path / "aside")
        frame = pl.read_csv(written, infer_schema=False).with_columns(paid_at=None)
        events = ss.read_events({"orders": frame})
        assert events.frames["orders"]["order_id"].to_list() == ["=1"]
        assert BECAUSE not in events.report.ignored.get("orders", ())

    @pytest.mark.parametrize("below", [False, True])
    def test_a_folder_that_cannot_be_written(self, below: bool, tmp_path: Path) -> None:
        (tmp_path / "aside").write_text("")
        folder = tmp_path / "aside" / "x" if below else tmp_path / "aside"
        report = read(write(tmp_path / "x.csv", EXPORT)).report
        with pytest.raises(ss.InputError, match=r"aside.*x\.csv: cannot be written"):
            write_quarantine(report, folder)

    def test_a_file_that_cannot_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "aside" / "x.csv").mkdir(parents=True)
        report = read(write(tmp_path / "x.csv", EXPORT)).report
        with pytest.raises(ss.InputError, match=r"x\.csv: is there already"):
            write_quarantine(report, tmp_path / "aside")

    def test_no_file_is_written_over_another(self, tmp_path: Path) -> None:
        write(tmp_path / "in" / "甲" / "x.csv", [HEAD, BAD[0]])
        write(tmp_path / "in" / "甲_x.csv", [HEAD, BAD[1]])
        files = write_quarantine(read(tmp_path / "in").report, tmp_path / "aside")
        assert sum(len(records(file)) - 1 for file in set(files)) == 2

    def test_folders_of_shops_fed_again(self, tmp_path: Path) -> None:
        for shop in ("甲", "乙"):
            write(tmp_path / "in" / shop / "x.csv", [HEAD, BAD[0]])
        report = read(tmp_path / "in", shop_id=None).report
        for file in write_quarantine(report, tmp_path / "aside"):
            file.write_text(file.read_text().replace("昨天", "2022-05-02 12:00:00"))
        again = read(tmp_path / "aside", shop_id=None)
        assert again.shops["shop_id"].to_list() == sorted(("甲", "乙"))


class TestNames:
    """Names of folders in other encodings than the system's."""

    @pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are of Unicode")
    def test_where_the_system_has_ascii_only(self, tmp_path: Path) -> None:
        write(tmp_path / "in" / "甲店" / "x.csv", [HEAD, BAD[0]])
        command = [sys.executable, "-m", "shopscore", "validate", "in", "-p", "douyin"]
        ascii = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        inherited = {k: v for k, v in os.environ.items() if k != "PYTHONIOENCODING"}
        done = subprocess.run(
            [*command, "--quarantine", "aside", "-o", "report.json"],
            cwd=tmp_path,
            env={**inherited, **ascii},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "Set aside: aside/\\u7532\\u5e97/x.csv" in done.stderr
        assert records(tmp_path / "aside" / "甲店" / "x.csv")[1][1:] == BAD[0]
        assert "甲店/x.csv" in (tmp_path / "report.json").read_text("utf-8")

    def test_of_a_file_that_the_system_cannot_have(self, tmp_path: Path) -> None:
        with (
            pytest.raises(ss.InputError, match=r"cannot be written: .*surrogates"),
            whole_file(tmp_path / "\ud800.csv"),
        ):
            pass


#: What a spreadsheet takes for a formula, and what it takes for a number.
FORMULAS = ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "--", "-", "=", "+86 138", '="007"']
NUMBERS = ["-5", "+5", "-5.25", "+0.5", "5"]
RISKY = tuple("=+-@\t\r\n＝＋－＠")
TIME = "2022-05-01 11:00:00"

each_kind = pytest.mark.parametrize("export", [False, True], ids=["canonical", "export"])


@frozen
class Aside:
    """Cells beside faults: as the quarantine has them; read corrected at once, and after it."""

    kept: list[str]
    at_once: list[Any]
    after: list[Any]


def aside(cells: Sequence[str], folder: Path, export: bool) -> Aside:
    if export:
        name, head = "x.csv", ["主订单编号", "子订单编号", "订单提交时间", PAID, "省"]
        body = [[str(i), str(i), TIME, "never", cell] for i, cell in enumerate(cells)]
    else:
        name, head = "orders.csv", ["order_id", "paid_at", "province"]
        body = [[str(i), "never", cell] for i, cell in enumerate(cells)]
    first = write(folder / "in" / name, [head, *body])
    written = one_file(first, folder / "aside")
    header, *kept = records(written)
    at = header.index(PAID if export else "paid_at")
    write(written, [header, *([*row[:at], TIME, *row[at + 1 :]] for row in kept)])
    write(first, [head, *([*row[: at - 1], TIME, *row[at:]] for row in body)])
    at_once, after = ([r["province"] for r in rows(read(f), "orders")] for f in (first, written))
    assert len(at_once) == len(cells)
    assert all(not cell.startswith(RISKY) for row in kept for cell in row[:at])
    return Aside([row[-1] for row in kept], at_once, after)


def risky(cell: str) -> bool:
    number = re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?%?", cell)
    return cell.startswith(RISKY) and not number


def looks_marked(cell: str) -> bool:
    """Whether reading would take a mark away from it."""
    return cell.startswith("'") and cell.lstrip("'").startswith(RISKY)


class TestFormulas:
    @each_kind
    def test_are_guarded(self, export: bool, tmp_path: Path) -> None:
        assert aside(FORMULAS, tmp_path, export).kept == [f"'{cell}" for cell in FORMULAS]

    @each_kind
    def test_but_not_numbers(self, export: bool, tmp_path: Path) -> None:
        assert aside(NUMBERS, tmp_path, export).kept == NUMBERS

    @each_kind
    def test_come_back_the_same(self, export: bool, tmp_path: Path) -> None:
        found = aside(FORMULAS + NUMBERS, tmp_path, export)
        assert found.after == found.at_once

    @pytest.mark.parametrize("cell", ['="6921738301234567002"', "=1+1", '\t="007"'])
    def test_of_exports_with_a_sign_of_equality_come_back_the_same(
        self, cell: str, tmp_path: Path
    ) -> None:
        found = aside([cell], tmp_path, export=True)
        assert found.after == found.at_once

    def test_headers_are_cells_too(self, tmp_path: Path) -> None:
        path = write(tmp_path / "x.csv", [["=HYPERLINK(1)", *HEAD], ["", *BAD[0]]])
        head, _ = records(one_file(path, tmp_path / "aside"))
        assert not any(cell.startswith(RISKY) for cell in head)

    @pytest.mark.slow
    @given(st.lists(st.text("=+-@＝＠\t\r'\" ,;\n1a元", max_size=6), min_size=1), st.booleans())
    @settings(max_examples=60)
    @example(["-'=", '-"', "+1,5", "@\n", "'=1", "''-", "'-5", "'"], True)
    @example(["'=1", "''=1", "'-5", "'+5%", "+5%", "'"], False)
    def test_any_cell_is_marked_and_comes_back_the_same(
        self, cells: list[str], export: bool
    ) -> None:
        with TemporaryDirectory() as folder:
            found = aside(cells, Path(folder), export)
        assert found.kept == [f"'{c}" if risky(c) or looks_marked(c) else c for c in cells]
        assert found.after == found.at_once

    @each_kind
    def test_a_mark_that_was_there_stays(self, export: bool, tmp_path: Path) -> None:
        found = aside(["'=1", "'-5", "''+x", "'007", "'"], tmp_path, export)
        assert found.kept == ["''=1", "''-5", "'" + "''+x", "'007", "'"]
        assert found.after == found.at_once

    @each_kind
    def test_a_quarantine_of_a_quarantine_has_one_mark(self, export: bool, tmp_path: Path) -> None:
        name, head = ("x.csv", HEAD) if export else ("orders.csv", ["note", "order_id", "paid_at"])
        path = write(tmp_path / name, [head, ["=1", *["昨天"] * (len(head) - 1)]])
        once = one_file(path, tmp_path / "1")
        twice = one_file(once, tmp_path / "2")
        assert records(twice) == records(once)
        assert records(once)[1][1] == "'=1"

    @given(st.text("=+-@\t\r'\" ,.%0123\n１＝a"))
    @settings(max_examples=300)
    @example("-5\n")
    @example("-5%")
    def test_marks_and_guards_are_one_rule(self, cell: str) -> None:
        """Results guard what a quarantine marks, but for cells that look marked already."""
        frame = pl.DataFrame({"a": [mark(cell)]})
        assert unmark(frame)["a"].to_list() == [cell]
        (guarded,) = pl.DataFrame({"a": [cell]}).select(guard("a"))["a"]
        assert guarded == (cell if looks_marked(cell) else mark(cell))
