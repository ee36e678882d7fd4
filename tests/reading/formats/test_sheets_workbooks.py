"""Sheets from workbooks: cells as text, worksheets, passwords; and workbooks that mean harm."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from shopscore.errors import InputError
from shopscore.reading.formats import workbooks
from shopscore.reading.formats import xlsx_size as ooxml
from shopscore.reading.formats.sheets import open_sheets
from support.sheet_files import (
    bare_xlsx,
    changed_xlsx,
    ole,
    protected_zip,
    rows,
    sheet,
    xlsx,
    zipped,
)

pytest.importorskip("python_calamine", reason="pip install python-calamine, to read workbooks")
pytest.importorskip("openpyxl", reason="pip install openpyxl, to write .xlsx")

ID = "6920000000000000977"
HEADER = ["订单编号", "金额", "支付时间"]
TIME = dt.datetime(2024, 1, 5, 9, 59, 59)
ORDERS = [HEADER, [ID, 178.8, TIME], [None, 21.0, None], ["3", -1.5, dt.datetime(2024, 1, 5)]]
AS_TEXT = [
    (ID, "178.8", "2024-01-05 09:59:59"),
    (None, "21", None),
    ("3", "-1.5", "2024-01-05 00:00:00"),
]
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "订单.csv"  # its name means nothing


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        open_sheets(path)
    return str(caught.value)


class TestWorksheets:
    def test_one(self, path: Path) -> None:
        found = sheet(path, xlsx(ORDERS))
        assert (found.label, found.path) == ("订单.csv", path)
        assert (found.encoding, found.separator) == ("workbook", "")
        assert found.head[:2] == (tuple(HEADER), AS_TEXT[0])
        assert found.head[2] == ("", "21")
        body = found.body(0, [2, 0, 9])
        assert body.frame.columns == ["2", "0", "9"]
        assert rows(body) == [(r[2], r[0], None) for r in AS_TEXT]
        assert body.origin.lines([0, 2]) == [2, 4]
        assert body.origin.records([1, 0]) == [["", "21"], list(AS_TEXT[0])]

    def test_several(self, path: Path) -> None:
        path.write_bytes(xlsx(ORDERS, [], [["b"], ["1"]]))
        found = open_sheets(path, "S1/a.xlsx")
        assert [s.label for s in found] == ["S1/a.xlsx / Sheet1", "S1/a.xlsx / Sheet3"]
        assert rows(found[1].body(0, [0])) == [("1",)]

    def test_none(self, path: Path) -> None:
        assert refused(path, xlsx([])) == "订单.csv: no worksheet has anything in it"

    def test_blank_rows_are_no_records(self, path: Path) -> None:
        found = sheet(
            path, xlsx([[None], ["标题"], [None], ["a", "b"], [""], ["1"], [], [None, 2]])
        )
        assert found.head == (("标题",), ("a", "b"), ("1",), ("", "2"))
        body = found.body(1, [0, 1])
        assert rows(body) == [("1", None), (None, "2")]
        assert body.origin.lines([0, 1]) == [6, 8]

    def test_a_cell_beyond_the_header_refuses_no_row(self, path: Path) -> None:
        body = sheet(path, xlsx([["a"], ["1", "note"]])).body(0, [0])
        assert (rows(body), body.refused) == ([("1",)], {})
        assert body.origin.records([0]) == [["1", "note"]]

    def test_nothing_below_the_header(self, path: Path) -> None:
        body = sheet(path, xlsx([["a", "b"]])).body(0, [1, 5])
        assert (body.frame.columns, rows(body)) == (["1", "5"], [])

    def test_in_archives(self, path: Path) -> None:
        found = sheet(path, zipped({"x.bin": xlsx(ORDERS)}))
        assert found.label == "订单.csv / x.bin"
        assert rows(found.body(0, [0])) == [(r[0],) for r in AS_TEXT]
        assert sheet(path, gzip.compress(xlsx(ORDERS))).head[0] == tuple(HEADER)

    @pytest.mark.slow
    def test_many_rows(self, path: Path) -> None:
        body = sheet(path, xlsx([["a", "b"], *([str(n), n] for n in range(40_000))])).body(
            0, [0, 1]
        )
        assert rows(body) == [(str(n), str(n)) for n in range(40_000)]
        assert body.origin.lines([39_999]) == [40_001]

    def test_many_columns(self, path: Path) -> None:
        with pytest.raises(InputError, match=r"row 2: 2,001 columns; more than 2,000 are not"):
            sheet(path, xlsx([["a"], [str(n) for n in range(2_001)]]))

    def test_without_the_extra(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "python_calamine", None)
        assert 'pip install "shopscore[excel]"' in refused(path, xlsx(ORDERS))

    def test_what_the_library_does_not_survive(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import python_calamine

        class PanicException(BaseException):
            pass

        def panic(*_: Any) -> None:
            raise PanicException("index out of bounds")

        monkeypatch.setattr(python_calamine, "load_workbook", panic)
        assert "a damaged workbook (index out of bounds); open it in" in refused(path, xlsx(ORDERS))


class TestCells:
    def test_numbers(self, path: Path) -> None:
        cells = [1, 0, -7, 10**15 - 1, 10**15, int(ID), 0.1 + 0.2, 1.5, 1e-7, True, False]
        found = sheet(path, xlsx([[*map(str, range(len(cells)))], cells])).head[1]
        assert found == (
            *("1", "0", "-7", "999999999999999", "1.00E+15", "6.92E+18"),
            *("0.3", "1.5", "1e-07", "true", "false"),
        )

    def test_text_is_as_it_is(self, path: Path) -> None:
        cells = [f"{ID}\t", f'="{ID}"'.replace("=", "'="), " x ", "￥1,000.00", "a\nb", "𠀀", "1.0"]
        body = sheet(path, xlsx([["订单"], *([c] for c in cells)])).body(0, [0])
        assert rows(body) == [(c,) for c in cells]

    def test_times(self, path: Path) -> None:
        cells = [
            dt.date(2024, 1, 5),
            dt.datetime(2024, 1, 5, 10, 0, 0, 600),
            dt.datetime(2024, 1, 5, 23, 59, 59, 999_900),
            dt.time(8, 30),
            dt.timedelta(hours=30, minutes=1),
        ]
        found = sheet(path, xlsx([["a", "b", "c", "d", "e"], cells])).head[1]
        assert found == (
            *("2024-01-05 00:00:00", "2024-01-05 10:00:00", "2024-01-06 00:00:00"),
            *("08:30:00", "30:01:00"),
        )

    def test_each_second_of_a_day(self) -> None:
        """What arithmetic with fractions of a day makes of whole seconds is mended."""
        start = dt.datetime(2024, 2, 28)
        for second in range(0, 86_400, 7):
            exact = start + dt.timedelta(seconds=second)
            for error in (-3, 0, 3):
                seen = exact + dt.timedelta(microseconds=error)
                assert workbooks.cell_text(seen) == f"{exact}"
        assert workbooks.cell_text(dt.datetime.max) == "9999-12-31 23:59:59"
        assert workbooks.cell_text(dt.timedelta(minutes=-90)) == "-1:30:00"

    def test_errors_and_formulas(self, path: Path) -> None:
        def change(part: bytes) -> bytes:
            cells = b'<c r="A2" t="e"><v>#N/A</v></c><c r="B2"><f>1+1</f><v>2</v></c>'
            return part.replace(
                b"</row></sheetData>", b'</row><row r="2">' + cells + b"</row></sheetData>"
            )

        found = sheet(path, changed_xlsx(xlsx([["a", "b"]]), SHEET, change))
        assert found.head[1] == ("", "2")

    def test_huge(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workbooks, "MOST_CELL", 1_000)
        message = refused(path, xlsx([["a"], ["b"], ["c", "x" * 1_001]]))
        assert message.endswith("row 3: a cell of more than 1,000 characters; shorten it")


class TestPasswords:
    def test_of_an_xlsx(self, path: Path) -> None:
        message = refused(path, ole("EncryptionInfo", "EncryptedPackage"))
        assert message == (
            "订单.csv: the workbook is protected with a password; open it in Excel or WPS with the"
            " password, and save it without one"
        )

    def test_of_parts(self, path: Path) -> None:
        assert "protected with a password" in refused(path, protected_zip(xlsx(ORDERS)))


class TestOtherDocuments:
    def test_are_refused(self, path: Path) -> None:
        types = {"[Content_Types].xml": b"<x/>"}
        for content, what in {
            ole("WordDocument"): "an old workbook (.xls) or document; open it in Excel or WPS",
            ole("Workbook"): "an old workbook (.xls) or document; open it in Excel or WPS",
            gzip.compress(ole("Workbook")): "an old workbook (.xls) or document; open it",
            zipped({"a.xls": ole("Workbook")}): "",
            zipped({**types, "word/document.xml": b""}): "no workbook; save the table",
            zipped({**types, "xl/workbook.bin": b""}): "a binary workbook (.xlsb); save",
            zipped({"mimetype": b"", "content.xml": b""}): "an OpenDocument file; save",
        }.items():
            message = refused(path, content)
            assert f"订单.csv: {what}" in message or "订单.csv / a.xls: an old workbook" in message

    def test_the_password_of_an_old_one_is_found_wherever_it_stands(self, path: Path) -> None:
        data = ole("Workbook")
        for before in (1, (1 << 20) - 10, (1 << 20) + 5):
            name = "EncryptedPackage".encode("utf-16-le")
            assert "protected with a password" in refused(path, data + bytes(before) + name)


class TestHarm:
    """Memory stays bounded, whatever a workbook asks for."""

    def far(self, *cells: str) -> bytes:
        def change(part: bytes) -> bytes:
            more = "".join(f'<row r="3">{cell}</row>' for cell in cells).encode()
            return part.replace(b"</sheetData>", more + b"</sheetData>")

        return changed_xlsx(xlsx([["a", "b"], ["1", "2"]]), SHEET, change)

    @pytest.mark.parametrize(
        "cells",
        [
            ['<c r="XFD1048576"><v>1</v></c>'],
            ['<c r="A1048576"><v>1</v></c>', '<c r="XFD3"><v>1</v></c>'],
            ["<c\n r = 'XFD1048576' ><v>1</v></c>"],
            ['<x:c s="1" r="XFD1048576"><v>1</v></x:c>'],
            ['<c r="A40000"><v>1</v></c>', "<c><v>1</v></c>" * 5_000],
        ],
    )
    def test_cells_far_away(self, path: Path, cells: list[str]) -> None:
        assert "is there one far from all the others?" in refused(path, self.far(*cells))

    @pytest.mark.parametrize("cell", ['<c r="XFD1048576" s="0"/>', '<c r="XFD1048576" />'])
    def test_empty_cells_far_away_are_harmless(self, path: Path, cell: str) -> None:
        assert sheet(path, self.far(cell)).head == (("a", "b"), ("1", "2"))

    def test_cells_without_a_place(self, path: Path) -> None:
        found = sheet(path, bare_xlsx(b"<row><c><v>5</v></c><c><v>6</v></c></row>"))
        assert found.head == (("5", "6"),)

    def test_one_string_in_many_cells(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        cell = b'<row><c t="s"><v>%d</v></c></row>'
        texts = b"".join(b"<si><t>%s</t></si>" % (b"x" * n) for n in (1, 20_000))
        strings = b' count="9" uniqueCount="2">' + texts
        often, seldom = cell % 1 * 200, cell % 0 * 200 + cell % 1
        assert sheet(path, bare_xlsx(often, strings)).head[19] == ("x" * 20_000,)
        monkeypatch.setattr(ooxml, "MOST_TEXT", 1_000_000)
        assert "too much text in its cells" in refused(path, bare_xlsx(often, strings))
        often = often.replace(b'"', b"'").replace(b"<c ", b"<c\n")
        assert "too much text in its cells" in refused(path, bare_xlsx(often, strings))
        assert sheet(path, bare_xlsx(seldom, strings)).head[0] == ("x",)

    def test_a_promise_of_many_strings(self, path: Path) -> None:
        data = bare_xlsx(b"<row><c><v>1</v></c></row>", b' uniqueCount="99999999999">')
        assert "too much text in its cells" in refused(path, data)

    @pytest.mark.slow
    def test_a_bomb(self, path: Path) -> None:
        def change(part: bytes) -> bytes:
            return part.replace(b"</sheetData>", b"</sheetData>" + b"<x></x>" * 8_000_000)

        data = changed_xlsx(xlsx([["a"]]), SHEET, change)
        assert "times as large as it was packed" in refused(path, data)

    def test_a_huge_cell(self, path: Path) -> None:
        def change(part: bytes) -> bytes:
            return part.replace(b"<v>", b"<v>" + bytes(range(48, 58)) * 1_000_000)

        data = changed_xlsx(xlsx([[1]]), SHEET, change)
        assert "a cell of more than 1,000,000 characters" in refused(path, data)

    def test_two_parts_of_one_name(self, path: Path) -> None:
        file = io.BytesIO(xlsx([["a"]]))
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr(SHEET.upper(), b"x")
        assert "two of its parts have the same name" in refused(path, file.getvalue())

    def test_cut_off(self, path: Path) -> None:
        data = xlsx(ORDERS)
        for end in (9, 300, 600, 1_500, len(data) // 2, len(data) - 600):
            assert "damaged" in refused(path, data[:end])
