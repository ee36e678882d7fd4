"""Kind I: another document under the name of a table (case 21)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import shopscore as ss
from support.event_rows import books, one, rows, seconds

CASE = Path(__file__).parent / "21-xls-that-is-a-web-page"
PAGES = ("html", "table", "div", "comment", "rows", "mht")
TIMES = "<td>2022-05-01 10:00:00</td><td>2022-05-01 10:00:05</td>"
HEAD = "<tr><th>主订单编号</th><th>子订单编号</th><th>订单提交时间</th><th>支付完成时间</th></tr>"


def read(path: Path, **more: Any) -> ss.Events:
    return ss.read_events(path, **{"platform": "douyin", "shop_id": "S1", **more})


def refused(path: Path, *words: str, **more: Any) -> ss.InputError:
    with pytest.raises(ss.InputError) as error:
        read(path, **more)
    assert not [word for word in words if word not in str(error.value)], str(error.value)
    return error.value


class TestTheCase:
    @pytest.mark.parametrize("name", [*PAGES, "tsv", "utf16"])
    def test_is_read(self, name: str) -> None:
        row = one(read(CASE / f"{name}.xls", platform="pinduoduo"))
        assert (row["shop_id"], row["order_id"], row["amount"]) == ("S1", "220520-1", 500)

    def test_a_workbook_in_xml_says_what_to_do(self) -> None:
        error = refused(
            CASE / "spreadsheetml.xls", "an XML workbook", "whatever its name", "save it as .xlsx"
        )
        assert "另存为 .xlsx 或 CSV" in error.text("zh")


class TestPages:
    def test_rows_know_where_they_stand_and_are_set_aside(self, tmp_path: Path) -> None:
        page = f"<table>{HEAD}<tr><td>1</td><td>1</td>{TIMES}</tr><tr></tr>" + (
            "<tr><td>2</td><td>2</td><td>2022-05-01 10:00:00</td><td>gone</td></tr></table>"
        )
        (tmp_path / "订单.xls").write_text(page, "utf-8")
        report = read(tmp_path / "订单.xls").report
        books = report.books["orders"]
        assert (books.rows_in, books.accepted, books.set_aside) == (2, 1, 1)
        assert report.set_aside.select("file", "line", "column", "value").rows() == [
            ("订单.xls", 4, "支付完成时间", "gone")
        ]

    def test_a_cell_over_several_rows_stands_in_each(self, tmp_path: Path) -> None:
        page = (
            f"<TABLE>{HEAD}<TR><TD rowspan=2>7<TD>71{TIMES}<TR><TD>72{TIMES}"
            f"<TR><TD>8<TD>81{TIMES}</TABLE>"
        )
        (tmp_path / "a.xls").write_text(page, "utf-8")
        events = read(tmp_path / "a.xls")
        assert [r["order_id"] for r in rows(events, "orders")] == ["7", "8"]
        assert events.report.books["orders"].accepted == 3

    MERGED = (
        "<tr><th>主订单编号<th>子订单编号<th>订单应付金额<th>订单提交时间<th>支付完成时间"
        f"<tr><td rowspan=2>7<td>71<td rowspan=2>200.00{TIMES}<tr><td>72{TIMES}"
        f"<tr><td>8<td>81<td>59.00{TIMES}"
    )

    def test_an_amount_over_the_rows_of_an_order_counts_once(self, tmp_path: Path) -> None:
        """As in a workbook whose cells are merged (case 33)."""
        (tmp_path / "订单.xls").write_text(f"<table>{self.MERGED}</table>", "utf-8")
        found = rows(read(tmp_path / "订单.xls"), "orders")
        assert [(r["order_id"], r["amount"]) for r in found] == [("7", 20000), ("8", 5900)]

    def test_one_over_two_orders_is_that_of_each(self, tmp_path: Path) -> None:
        page = self.MERGED.replace("<td rowspan=2>7<td>71", "<td>7<td>71").replace(
            "<tr><td>72", "<tr><td>9<td>72"
        )
        (tmp_path / "订单.xls").write_text(f"<table>{page}</table>", "utf-8")
        found = rows(read(tmp_path / "订单.xls"), "orders")
        assert [(r["order_id"], r["amount"]) for r in found] == [
            ("7", 20000),
            ("8", 5900),
            ("9", 20000),
        ]

    def test_one_over_several_orders_below_rows_of_nothing(self, tmp_path: Path) -> None:
        """Blank rows, and those with nothing but cells from above, are none, as in a workbook."""
        page = self.MERGED.replace("<tr><th>主", "<tr><td><td><tr><th>主").replace(
            "rowspan=2", "rowspan=4"
        )
        page = page.replace("<tr><td>72", "<tr></tr><tr><td></tr><tr><td>72")
        (tmp_path / "订单.xls").write_text(f"<table>{page}</table>", "utf-8")
        events = read(tmp_path / "订单.xls")
        found = rows(events, "orders")
        assert [(r["order_id"], r["amount"]) for r in found] == [("7", 20000), ("8", 5900)]
        assert books(events) == {"in": 3, "accepted": 3}
        assert events.origin("orders", [0, 1]) == [("订单.xls", 3), ("订单.xls", 7)]

    def test_one_over_several_columns_in_the_first(self, tmp_path: Path) -> None:
        page = (
            f"<table><tr><td colspan=4>五月</td></tr>{HEAD}<tr><td>1</td><td>1</td>{TIMES}</table>"
        )
        (tmp_path / "a.csv").write_text(page, "gb18030")
        assert one(read(tmp_path / "a.csv"))["paid_at"] == seconds("2022-05-01 10:00:05")

    def test_entities_breaks_styles_and_inner_tables(self, tmp_path: Path) -> None:
        page = (
            "<html><head><meta charset=gbk><style>td{color:red}</style></head>"
            f"<body><table><tr><td>菜单<table>{HEAD}<tr><td>1&nbsp;<script>x</script></td>"
            "<td>&#49;</td><td>2022-05-01<br>10:00:00</td><td></td></tr></table></td></tr></table>"
        )
        (tmp_path / "a.xls").write_bytes(page.encode("gb18030"))
        row = one(read(tmp_path / "a.xls"))
        assert (row["order_id"], row["created_at"], row["paid_at"]) == (
            "1",
            seconds("2022-05-01 10:00:00"),
            None,
        )

    def test_a_lie_about_the_encoding(self, tmp_path: Path) -> None:
        page = f"<meta charset=utf-8><table>{HEAD}<tr><td>1</td><td>1</td>{TIMES}</table>"
        (tmp_path / "a.xls").write_bytes(page.encode("gb18030"))
        assert one(read(tmp_path / "a.xls"))["order_id"] == "1"

    @pytest.mark.parametrize(
        "name", ["undefined", "idna", "utf-7", "unicode_escape", "hex", "klingon", "utf-16"]
    )
    def test_encodings_that_no_page_can_be_in(self, name: str, tmp_path: Path) -> None:
        page = f"<meta charset={name}><table>{HEAD}<tr><td>1</td><td>甲1</td>{TIMES}</table>"
        (tmp_path / "a.xls").write_text(page, "utf-8")
        assert one(read(tmp_path / "a.xls"))["order_id"] == "1"

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("<!-- <table> -->", ""),
            ("<!--[if !mso]><!-->", "<!--<![endif]-->"),
            ("<![if !supportMisc]>", "<![endif]>"),
            ("<!-->", "<!--->"),
            ("<?xml:namespace prefix = o />", "<![CDATA[ x ]]>"),
            ("<![unknown[", ""),
        ],
    )
    def test_comments_and_declarations_are_no_cells(
        self, before: str, after: str, tmp_path: Path
    ) -> None:
        page = f"<table>{HEAD}{before}<tr><td>1</td><td>{before}1{after}</td>{TIMES}</tr>{after}"
        (tmp_path / "a.xls").write_text(page, "utf-8")
        assert one(read(tmp_path / "a.xls"))["paid_at"] == seconds("2022-05-01 10:00:05")

    def test_one_that_ends_in_its_last_cell(self, tmp_path: Path) -> None:
        page = f"<table>{HEAD}<tr><td>1<td>1<td>2022-05-01 10:00:00"
        (tmp_path / "a.xls").write_text(page, "utf-8")
        (row,) = rows(read(tmp_path / "a.xls"), "orders")
        assert row["created_at"] == seconds("2022-05-01 10:00:00")

    @pytest.mark.parametrize("name", ["订单.html", "订单.mht", "订单"])
    def test_under_any_name(self, name: str, tmp_path: Path) -> None:
        page = f"<table>{HEAD}<tr><td>1</td><td>1</td>{TIMES}</table>"
        (tmp_path / name).write_text(page, "utf-8")
        assert one(read(tmp_path / name))["order_id"] == "1"

    def test_canonical_rows(self, tmp_path: Path) -> None:
        page = "<!-- x --><table><tr><td>order_id<td>shop_id<tr><td>1<td>S9</table>"
        (tmp_path / "orders.csv").write_text(page, "utf-8")
        assert one(ss.read_events(tmp_path))["shop_id"] == "S9"

    @pytest.mark.parametrize("name", ["a.xls", "a.csv", "orders.csv"])
    @pytest.mark.parametrize("page", ["<html>请登录</html>", "<!DOCTYPE html><p>404"])
    def test_one_without_a_table(self, name: str, page: str, tmp_path: Path) -> None:
        (tmp_path / name).write_text(page, "utf-8")
        refused(tmp_path / name, "a web page (HTML)", "no table is in it", "Excel or WPS")

    def test_spans_without_end_are_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.xls").write_text("<table><tr><td colspan=999999999>1<td>2", "utf-8")
        refused(tmp_path / "a.xls", "too large")


class TestOthers:
    @pytest.mark.parametrize(
        "text",
        [
            '[{"order_id": "1"}]',
            '{"data": [1]}',
            '\n [\n {"a": 1},',
            '{"a": 1}\n{"a": 2}\n',
            "[]",
            '[["a", 1]]',
            '["order_id","paid_at"]\n["1","2"]\n',
            '["order_id"]\n["1"]\n',
            '[\n "a", "b"]',
        ],
    )
    @pytest.mark.parametrize("name", ["orders.csv", "订单.xls", "订单.txt"])
    @pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
    def test_json(self, name: str, text: str, codec: str, tmp_path: Path) -> None:
        (tmp_path / name).write_text(text, codec)
        refused(tmp_path / name, name, "JSON", "make it CSV")

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ('[{"a": 1},\n{"a": 2}]', "dtype=str).to_csv(target, index=False)"),
            ('{"a": 1}\n{"a": 2}\n', "dtype=str, lines=True).to_csv(target, index=False)"),
            ('{"a": [1]} \r\n\n{"a": 2}', "dtype=str, lines=True).to_csv(target, index=False)"),
            (
                '["order_id","paid_at"]\n["1","2"]\n',
                "dtype=str, lines=True).to_csv(target, index=False, header=False)",
            ),
            (
                '[["order_id", "paid_at"],\n["1", "2"]]',
                "dtype=str).to_csv(target, index=False, header=False)",
            ),
        ],
    )
    def test_json_with_the_conversion(self, text: str, code: str, tmp_path: Path) -> None:
        (tmp_path / "c.csv").write_text(text, "utf-8")
        refused(tmp_path / "c.csv", "c.csv: JSON", f"pd.read_json(file, {code}")

    @pytest.mark.parametrize("text", ['{"a": 1}\n{"a": 2}\n', '["a"]\n["1"]\n', '[["a"],["1"]]'])
    def test_the_conversion_makes_a_table(self, text: str, tmp_path: Path) -> None:
        pd = pytest.importorskip("pandas")
        (tmp_path / "c.csv").write_text(text, "utf-8")
        with pytest.raises(ss.InputError) as error:
            read(tmp_path / "c.csv")
        code = str(error.value).partition("with pandas: ")[2]
        eval(code, {"pd": pd, "file": tmp_path / "c.csv", "target": tmp_path / "d.csv"})
        assert (tmp_path / "d.csv").read_text().splitlines()[:2] == ["a", "1"]

    @pytest.mark.parametrize("platform", ["douyin", None])
    @pytest.mark.parametrize("name", ["orders.json", "订单.jsonl", "x", "orders.dat"])
    def test_json_under_any_name(self, name: str, platform: str | None, tmp_path: Path) -> None:
        (tmp_path / name).write_text('{"order_id": "1"}\n', "utf-8")
        refused(tmp_path / name, name, "JSON", "make it CSV", platform=platform)

    def test_brackets_are_no_json(self, tmp_path: Path) -> None:
        (tmp_path / "orders.csv").write_text("[x],order_id,shop_id\n{1},1,S1\n", "utf-8")
        assert one(read(tmp_path, platform=None))["order_id"] == "1"

    def test_json_by_its_name_is_said_not_to_be_used(self, tmp_path: Path) -> None:
        (tmp_path / "orders.csv").write_text("order_id,shop_id\n1,S1\n", "utf-8")
        (tmp_path / "reviews.json").write_text("[]", "utf-8")
        notices = read(tmp_path, platform=None).report.notices
        (said,) = [n for n in notices if n.code == "file_skipped"]
        assert "reviews.json: not used" in str(said)

    def test_xml(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text('<?xml version="1.0"?><rss/>', "utf-8")
        refused(tmp_path / "a.csv", "an XML file, whatever its name says")
