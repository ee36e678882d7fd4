"""Sheets from text: encodings, separators, quotes, line ends, blank lines, long and short rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shopscore.errors import InputError
from shopscore.reading.formats import columns, records, separators
from shopscore.reading.formats import text as delimited
from shopscore.reading.formats.sheets import open_sheets
from support.sheet_files import ENCODINGS, rows, sheet

MORE, FEWER = "more cells than the header has", "fewer cells than the header has"
ORDERS = "订单编号,店铺名称,金额\n6920000000000000977,甲店,178.8\n2,,0.0\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.csv"


@pytest.fixture(params=["fast", "in small pieces", "careful"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way of reading the records; all must agree."""
    if request.param == "in small pieces":
        monkeypatch.setattr(columns, "_PIECE", 64)
    if request.param == "careful":
        monkeypatch.setattr(delimited, "parse", lambda *_: None)


class TestEncodings:
    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_of_a_file(self, path: Path, encoding: str, way: None) -> None:
        found = sheet(path, ORDERS, encoding)
        assert (found.encoding, found.separator) == (encoding, ",")
        assert (found.label, found.path) == ("orders.csv", path)
        assert found.head == (
            ("订单编号", "店铺名称", "金额"),
            ("6920000000000000977", "甲店", "178.8"),
            ("2", "", "0.0"),
        )
        body = found.body(0, [1, 0])
        assert body.frame.columns == ["1", "0"]
        assert rows(body) == [("甲店", "6920000000000000977"), (None, "2")]
        assert body.origin.lines([0, 1]) == [2, 3]
        assert body.origin.records([1, 0]) == [
            ["2", "", "0.0"],
            ["6920000000000000977", "甲店", "178.8"],
        ]

    @pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
    def test_both_orders_of_utf16(self, path: Path, mark: bytes) -> None:
        name = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
        found = sheet(path, mark + ORDERS.encode(name))
        assert (found.encoding, found.head[1][1]) == ("utf-16", "甲店")

    def test_gb18030_with_a_mark(self, path: Path) -> None:
        assert sheet(path, "\ufeff" + ORDERS, "gb18030").head[0][0] == "订单编号"

    def test_all_of_gb18030(self, path: Path, way: None) -> None:
        """Trail bytes that look like letters and backslashes, and characters of four bytes."""
        cells = ["乗", "淺", "丂", "镕", "㐀", "𠀀", "€", "ä", "塡|", "[嶾]", "~", "珷"]
        found = sheet(path, "编号,x\n" + "".join(f"{c},{c}{c}\n" for c in cells), "gb18030")
        assert found.encoding == "gb18030"
        assert rows(found.body(0, [0, 1])) == [(c, c * 2) for c in cells]

    @pytest.mark.slow
    def test_ascii_at_first_and_gb18030_later(self, path: Path, way: None) -> None:
        text = "id,shop\n" + "1,none\n" * 20_000 + "2,甲店\n"
        found = sheet(path, text, "gb18030")
        assert found.encoding == "gb18030"
        assert rows(found.body(0, [1]))[-1] == ("甲店",)

    def test_ascii_at_first_and_utf8_later(self, path: Path) -> None:
        found = sheet(path, "id,shop\n" + "1,none\n" * 200_000 + "2,甲店\n")
        assert found.encoding == "utf-8"
        assert rows(found.body(0, [1]))[-1] == ("甲店",)

    @pytest.mark.parametrize("padding", range(4))
    def test_characters_across_the_border_of_what_is_looked_at(
        self, path: Path, padding: int
    ) -> None:
        text = "订单" + "a" * padding + ",x\n" + "甲乙丙丁,1\n" * 20_000
        assert sheet(path, text).encoding == "utf-8"
        assert sheet(path, text, "gb18030").encoding == "gb18030"

    def test_utf8_with_a_broken_byte_stays_utf8(self, path: Path, way: None) -> None:
        data = "订单编号,店铺\n1,甲店铺\n2,乙店铺\n".encode().replace(b"\xe4\xb9\x99", b"\xe4\xb9")
        found = sheet(path, data)
        assert found.encoding == "utf-8"
        body = found.body(0, [0, 1])
        assert rows(body) == [("1", "甲店铺"), ("2", "\ufffd店铺")]
        assert body.origin.records([1]) == [["2", "\ufffd店铺"]]

    def test_broken_bytes_in_gb18030(self, path: Path, way: None) -> None:
        data = ORDERS.encode("gb18030").replace("甲店".encode("gb18030"), b"\xff\xbc\xd7\xb5")
        body = sheet(path, data).body(0, [0, 1, 2])
        assert rows(body)[0] == ("6920000000000000977", "\ufffd甲\ufffd", "178.8")

    def test_a_character_cut_off_never_swallows_a_separator(self, path: Path, way: None) -> None:
        for end in (b"\xb6", b"\x81\x30", b"\x81\x30\x81"):
            body = sheet(path, "订单,单\n".encode("gb18030") + end + b",1\n2," + end + b"\n").body(
                0, [0, 1]
            )
            (first, one), (two, last) = rows(body)
            assert (one, two) == ("1", "2")
            assert "\ufffd" in str(first)
            assert "\ufffd" in str(last)

    def test_utf32_is_refused(self, path: Path) -> None:
        with pytest.raises(InputError, match=r"orders\.csv: UTF-32 text; save it as UTF-8"):
            sheet(path, ORDERS, "utf-32")

    @pytest.mark.parametrize(
        ("data", "line", "hint"),
        [
            (b"a,b\n1,\0\n", 2, "this is no text"),
            (ORDERS.encode("utf-16-le"), 1, "must begin with a byte order mark"),
            (b"a,b\n" + b"1,2\n" * 300_000 + b"1,\0\n", 300_002, "this is no text"),
            ("\ufeffa,b\n1,\0\n".encode("utf-16-le"), 2, "this is no text"),
        ],
    )
    def test_nul_bytes(self, path: Path, data: bytes, line: int, hint: str) -> None:
        with pytest.raises(InputError, match=rf"orders\.csv, line {line}: a NUL byte; .*{hint}"):
            sheet(path, data).body(0, [0])


class TestSeparators:
    @pytest.mark.parametrize("separator", [",", "\t", ";"])
    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_is_found(self, path: Path, separator: str, encoding: str, way: None) -> None:
        found = sheet(path, ORDERS.replace(",", separator), encoding)
        assert found.separator == separator
        assert rows(found.body(0, [0, 2])) == [("6920000000000000977", "178.8"), ("2", "0.0")]

    @pytest.mark.parametrize(
        ("text", "separator"),
        [
            ("订单;金额\n1;1,5\n2;2,5\n", ";"),  # decimal commas
            ("订单,备注\n1,a;b;c\n2,\n3,d;e\n", ","),
            ("订单号,金额\n1\t,2\t\n3\t,4\t\n", ","),  # tabs glued to cells
            ("单号,时间,金额\n1\t,2\t,3\n3\t,4\t,5,6\n7\t,8\t,9,9,9\n1\t,2\t,\n", ","),
            ('"a, b"\t"c, d"\n"1"\t"2"\n', "\t"),
            ("导出,共 3 条\n订单\t金额\t店铺\n1\t2\t3\n4\t5\t6\n", "\t"),
            ("订单号\n1\n2\n", ","),
            ("a\tb\t\n1\t\t\n\t\t3\n", "\t"),
        ],
    )
    def test_among_others(self, path: Path, text: str, separator: str) -> None:
        assert sheet(path, text).separator == separator

    def test_what_is_glued_to_cells_stays(self, path: Path, way: None) -> None:
        found = sheet(path, "订单号 ,金额\n'69\t, ￥1\n\t=70, \n")
        assert found.head[0] == ("订单号 ", "金额")
        assert rows(found.body(0, [0, 1])) == [("'69\t", " ￥1"), ("\t=70", " ")]


class TestRecords:
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    @pytest.mark.parametrize("last", [True, False])
    def test_line_ends(self, path: Path, end: str, last: bool, way: None) -> None:
        text = end.join(("店铺,b", "1,2", "3,")) + (end if last else "")
        body = sheet(path, text).body(0, [0, 1])
        assert rows(body) == [("1", "2"), ("3", None)]
        assert body.origin.lines([1]) == [3]

    def test_a_separator_at_the_very_end(self, path: Path, way: None) -> None:
        assert rows(sheet(path, "a,b\n1,").body(0, [0, 1])) == [("1", None)]

    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_blank_lines_are_no_records(self, path: Path, end: str, way: None) -> None:
        text = "\n\n标题\n\na,b\n\n1,2\n\n\n,\n3,4\n\n\n".replace("\n", end)
        found = sheet(path, text)
        assert found.head == (("标题",), ("a", "b"), ("1", "2"), ("", ""), ("3", "4"))
        body = found.body(1, [0, 1])
        assert rows(body) == [("1", "2"), (None, None), ("3", "4")]
        assert body.origin.lines([0, 1, 2]) == [7, 10, 11]

    def test_nothing_below_the_header(self, path: Path, way: None) -> None:
        for text in ("a,b", "a,b\n", "a,b\n\n\n"):
            body = sheet(path, text).body(0, [1, 0])
            assert (body.frame.columns, rows(body), body.origin.lines([])) == (["1", "0"], [], [])

    def test_quotes(self, path: Path, way: None) -> None:
        text = 'id,"no,te\n2"\n"1","say ""hi"""\n"2","a\r\n\nb,c"\n"",""\n3,"x"\n'
        found = sheet(path, text)
        assert found.head[0] == ("id", "no,te\n2")
        body = found.body(0, [0, 1])
        assert rows(body) == [("1", 'say "hi"'), ("2", "a\r\n\nb,c"), (None, None), ("3", "x")]
        assert body.origin.lines([0, 1, 2, 3]) == [3, 4, 7, 8]
        assert body.origin.records([1]) == [["2", "a\r\n\nb,c"]]

    def test_quotes_within_cells(self, path: Path, way: None) -> None:
        text = 'id,尺寸\n1,5" 屏\n2,"6" 屏\n3, "7"\n4,="8"\n'
        body = sheet(path, text).body(0, [0, 1])
        assert [r[1] for r in rows(body)] == ['5" 屏', "6 屏", ' "7"', '="8"']

    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_a_quote_never_closed(self, path: Path, encoding: str, way: None) -> None:
        text = "订单,b\n1,2\n" + "3,4\n" * 30 + '5,"6\n7,8\n'
        with pytest.raises(InputError, match=r"csv, line 33: a quote is opened and never closed"):
            sheet(path, text, encoding).body(0, [0])
        with pytest.raises(InputError, match=r"csv, line 1: a quote is opened and never closed"):
            sheet(path, '"')

    def test_short_rows(self, path: Path, way: None) -> None:
        body = sheet(path, "订单,b,c\n1\n2,3\n4,5,6\n").body(0, [2, 1, 0])
        assert rows(body) == [(None, None, "1"), (None, "3", "2"), ("6", "5", "4")]
        assert body.refused == {0: (None, FEWER), 1: (None, FEWER)}

    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_long_rows(self, path: Path, encoding: str, way: None) -> None:
        text = "订单,b\n1,2,,\n3,4,多, ,余\n5,6\n7,8, \n" + "0,0\n" * 40 + "9,9,9\n"
        body = sheet(path, text, encoding).body(0, [1, 0])
        assert rows(body)[:4] == [("2", "1"), ("4", "3"), ("6", "5"), ("8", "7")]
        assert body.refused == {
            0: (",,", MORE),
            1: ("多,余", MORE),
            3: (",", MORE),
            44: ("9", MORE),
        }
        assert body.origin.records([1]) == [["3", "4", "多", " ", "余"]]

    def test_more_cells_than_anyone_expects(self, path: Path, way: None) -> None:
        body = sheet(path, "订单,b\n1,2\n" + "," * 300 + "x\n3,4\n").body(0, [0])
        assert rows(body) == [("1",), (None,), ("3",)]
        assert body.refused == {1: ("x", MORE)}

    def test_columns_that_are_not_there(self, path: Path, way: None) -> None:
        assert rows(sheet(path, "a,b\n1,2\n3,4\n").body(0, [7])) == [(None,), (None,)]

    def test_a_header_further_down(self, path: Path, way: None) -> None:
        text = 'from,to\n"说\n明"\n订单,b,c\n平台计算说明,x\n1,2,3\n'
        found = sheet(path, text)
        body = found.body(2, [0, 2])
        assert rows(body) == [("平台计算说明", None), ("1", "3")]
        assert body.origin.lines([0, 1]) == [5, 6]

    def test_lines_of_many_rows(self, path: Path, way: None) -> None:
        body = sheet(path, "订单,b\n" + "1,2\n" * 500).body(0, [0])
        assert body.origin.lines(range(499, 490, -3)) == [501, 498, 495]

    def test_only_so_many_records_are_the_head(self, path: Path) -> None:
        assert len(sheet(path, "1,2\n" * 50).head) == separators.HEAD


class TestLimits:
    def test_many_columns(self, path: Path) -> None:
        header = ",".join(f"c{n}" for n in range(2_000))
        assert len(sheet(path, f"{header}\n").head[0]) == 2_000
        with pytest.raises(InputError, match=r"csv, line 2: 2,001 columns; more than 2,000 are"):
            sheet(path, f"a\n{header},one\n")

    @pytest.mark.parametrize("encoding", ENCODINGS)
    @pytest.mark.parametrize("form", ["1,{}\n", '1,"{}"\n', '1,"\n{}"\n'])
    def test_large_cells(self, path: Path, encoding: str, form: str, way: None) -> None:
        most = columns.MOST_CELL
        text = "订单,b\n" + "1,2\n" * 30
        body = sheet(path, text + form.format("单" * (most - 1)), encoding).body(0, [0, 1])
        assert len((rows(body)[-1][1] or "").strip()) == most - 1
        text += form.format("单" * (most + 1))
        with pytest.raises(InputError, match=r"line 32: a cell of more than 1,000,000 characters"):
            sheet(path, text, encoding).body(0, [0, 1])

    def test_a_line_without_end(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(records, "_MOST_LINE", 1 << 20)
        with pytest.raises(InputError, match=r"line 1: a line of more than 1 MiB"):
            sheet(path, "a," * (1 << 20))

    def test_the_limit_of_the_csv_module_is_left_alone(self, path: Path) -> None:
        import csv

        before = csv.field_size_limit()
        sheet(path, ORDERS).body(0, [0]).origin.lines([0])
        with pytest.raises(InputError):
            sheet(path, '"')
        assert csv.field_size_limit() == before


class TestOtherFiles:
    @pytest.mark.parametrize("content", [b"", b"\n\n\r\n", b"\xef\xbb\xbf", b"\xff\xfe"])
    def test_empty(self, path: Path, content: bytes) -> None:
        with pytest.raises(InputError, match=r"orders\.csv: the file (is empty|has no line)"):
            sheet(path, content)

    @pytest.mark.parametrize("encoding", ENCODINGS)
    @pytest.mark.parametrize(
        "start", ["<html>", "\n<!DOCTYPE HTML>", "<table border=1>", "<meta x"]
    )
    def test_a_web_page_named_xls(self, tmp_path: Path, start: str, encoding: str) -> None:
        text = f"{start}<td>订单编号</td></table>"
        with pytest.raises(InputError, match=r"a\.xls: a web page \(HTML\), whatever its name"):
            sheet(tmp_path / "a.xls", text, encoding)

    def test_an_xml_spreadsheet(self, path: Path) -> None:
        with pytest.raises(InputError, match=r"an XML file, whatever its name says; open it in"):
            sheet(path, '<?xml version="1.0"?><Workbook></Workbook>')

    def test_text_named_xls(self, tmp_path: Path) -> None:
        found = sheet(tmp_path / "订单.xls", ORDERS.replace(",", "\t"), "gb18030")
        assert (found.encoding, found.separator, found.label) == ("gb18030", "\t", "订单.xls")

    @pytest.mark.parametrize(
        ("start", "what"),
        [
            (b"%PDF-1.4", "a PDF"),
            (b"Rar!\x1a\x07\x01", "a RAR archive: unpack it"),
            (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
            (b"PAR1", "a Parquet file"),
            (b"\x89PNG\r\n", "a picture"),
            (bytes(257) + b"ustar\0", "a tar archive"),
        ],
    )
    def test_of_another_kind(self, path: Path, start: bytes, what: str) -> None:
        with pytest.raises(InputError, match=rf"orders\.csv: {what}"):
            sheet(path, start + b"\0" * 500)

    def test_not_there(self, tmp_path: Path) -> None:
        for place in (tmp_path / "none.csv", tmp_path):
            with pytest.raises(InputError, match="no such file"):
                open_sheets(place)

    def test_gone_meanwhile(self, path: Path) -> None:
        found = sheet(path, ORDERS)
        path.unlink()
        with pytest.raises(InputError, match=r"orders\.csv: No such file"):
            found.body(0, [0])

    def test_a_label_of_ones_own(self, path: Path) -> None:
        path.write_bytes(b'"')
        with pytest.raises(InputError, match=r"^S1/orders\.csv, line 1: a quote"):
            open_sheets(path, "S1/orders.csv")


def test_nothing_is_written(tmp_path: Path) -> None:
    found: Any = sheet(tmp_path / "a.csv", ORDERS)
    found.body(0, [0]).origin.records([0])
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]
