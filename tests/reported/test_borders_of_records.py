"""Reported: records that begin or end elsewhere than their rows do (kind C; cases 05 and 07)."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

import shopscore as ss
from support.event_rows import incidents
from support.sheet_files import zipped

HERE = Path(__file__).parent
FAULTS = HERE / "faults" / "01-rows-swallowed"
FEWER, MORE = "fewer cells than the header has", "more cells than the header has"
HEAD = "shop_id,order_id,paid_at,province\n"


def orders_of(path: Path, platform: str | None = "kuaishou") -> ss.Events:
    return ss.read_events(path, platform=platform, shop_id="S1")


def ids(events: ss.Events, stream: str = "orders", column: str = "order_id") -> list[str]:
    return events.frames[stream][column].to_list()


def paid(events: ss.Events) -> dict[str, str | None]:
    frame = events.frames["orders"]
    times = pl.from_epoch(frame["paid_at"]).dt.strftime("%m-%d %H:%M")
    return dict(zip(frame["order_id"], times, strict=True))


def set_aside(events: ss.Events) -> list[tuple[int, str | None, str]]:
    return events.report.set_aside.select("line", "value", "reason").rows()


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


class TestCase05:
    """A quote opens a text in one row and is closed by that of a later row."""

    FOLDER = HERE / "05-open-quote-swallows-rows"

    def test_six_orders(self) -> None:
        events = orders_of(self.FOLDER / "订单.csv")
        books = events.report.books["orders"]
        assert (books.rows_in, books.accepted, books.set_aside) == (6, 6, 0)
        assert paid(events) == {f"220000000000000000{n}": f"05-{19 + n} 12:00" for n in range(1, 7)}
        assert events.frames["orders"]["amount"].to_list() == [5900] * 6

    def test_a_notice_names_the_lines(self) -> None:
        events = orders_of(self.FOLDER / "订单.csv")
        (notice,) = (n for n in events.report.notices if n.code == "quote_in_text")
        assert str(notice).startswith("订单.csv, lines 3 to 6: read as a row each")
        assert notice.text("zh").startswith("订单.csv 第 3 至 6 行：")

    def test_one_quote_is_refused_with_its_line(self) -> None:
        with pytest.raises(ss.InputError, match="line 3: a quote is opened and never closed"):
            orders_of(self.FOLDER / "one-quote" / "订单.csv")

    @pytest.mark.parametrize("name", ["orders.csv", "b/orders.csv"])
    def test_quotes_of_one_line_swallow_nothing(self, name: str) -> None:
        events = orders_of(FAULTS / name, None)
        bad = [(6, "yesterday", "not readable as time")] if name.startswith("b") else []
        assert events.report.books["orders"].rows_in == 5
        assert [(line, value) for line, value, _ in set_aside(events)] == [b[:2] for b in bad]

    def test_nor_in_an_export(self) -> None:
        events = ss.read_events(FAULTS / "x" / "exp.csv", platform="douyin", shop_id="S1")
        assert events.report.books["orders"].accepted == 5

    def test_nor_in_values(self) -> None:
        result = ss.score_values(
            FAULTS / "values.txt", platform="douyin", ruleset="2022", as_of="2022-07-01"
        )
        assert result.shops["shop_id"].to_list() == ["S1", "S2", "S3", "S4"]


class TestSwallowedRows:
    """The same in other columns, platforms and kinds of files."""

    ROWS = "S1,{0},2022-06-0{0} 10:00:00,{1}\n"

    def text(self, *provinces: str) -> str:
        rows = (self.ROWS.format(n, p) for n, p in enumerate(provinces, start=1))
        return HEAD + "".join(rows)

    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    @pytest.mark.parametrize("name", ["orders.csv", "a.csv.gz", "a.zip"])
    def test_in_canonical_files(self, tmp_path: Path, name: str, end: str) -> None:
        text = self.text("x", '"浙江', "y", '6"', "z").replace("\n", end).encode()
        if name != "orders.csv":
            folder = tmp_path / "orders"
            folder.mkdir()
            pytest.importorskip("polars")
            packed = gzip.compress(text) if name.endswith("gz") else zipped({"orders.csv": text})
            (folder / "orders.csv").write_bytes(packed)
        else:
            (tmp_path / name).write_bytes(text)
        events = ss.read_events(tmp_path, platform="douyin")
        assert ids(events) == ["1", "2", "3", "4", "5"]
        assert events.frames["orders"]["province"].to_list() == ["x", '"浙江', "y", '6"', "z"]

    def test_where_the_next_quote_ends_its_cell(self, tmp_path: Path) -> None:
        """By the letter of RFC 4180 this is one record of four lines."""
        path = written(tmp_path / "orders.csv", self.text("a", '"大号', "b", "c", 'd"', "e"))
        events = ss.read_events(path, platform="douyin")
        assert ids(events) == ["1", "2", "3", "4", "5", "6"]

    def test_twice_in_a_file(self, tmp_path: Path) -> None:
        path = written(
            tmp_path / "orders.csv", self.text('"a', "b", 'c"', "d", '"e', "f", 'g"', "h")
        )
        events = ss.read_events(path, platform="douyin")
        assert ids(events) == [str(n) for n in range(1, 9)]
        assert [n.code for n in events.report.notices].count("quote_in_text") == 2

    def test_with_tabs_and_an_id_in_the_middle(self, tmp_path: Path) -> None:
        lines = ["review_id\tshop_id\treviewed_at\trating\tproduct_id"]
        texts = ["p", '"big', "p", 'p" box', "p"]
        lines += [f"R{n}\tS1\t2022-06-0{n} 10:00:00\t5\t{t}" for n, t in enumerate(texts, 1)]
        path = written(tmp_path / "reviews.csv", "\n".join(lines) + "\n")
        events = ss.read_events(path, platform="douyin")
        assert ids(events, "reviews", "review_id") == ["R1", "R2", "R3", "R4", "R5"]

    def test_many_rows_between_the_quotes(self, tmp_path: Path) -> None:
        rows = [f"S1,{n},2022-06-01 10:00:00,x\n" for n in range(3_000)]
        rows[5], rows[2_900] = rows[5].replace("x", '"x'), rows[2_900].replace("x", 'x"')
        path = written(tmp_path / "orders.csv", HEAD + "".join(rows))
        assert ss.read_events(path, platform="douyin").report.books["orders"].accepted == 3_000

    def test_only_some_lines_look_like_rows(self, tmp_path: Path) -> None:
        text = f'{HEAD}S1,1,,x\nS1,2,,"see:\nS1,9,,old row\nthat is all"\nS1,3,,y\n'
        events = ss.read_events(written(tmp_path / "orders.csv", text), platform="douyin")
        assert ids(events) == ["1", "3"]
        ((line, value, reason),) = set_aside(events)
        assert (line, value) == (3, "S1")
        assert reason.startswith("its lines look like rows")
        assert events.report.books["orders"].balanced

    @pytest.mark.parametrize(
        "remark",
        [
            "请尽快发货\n谢谢",
            "尺码 5, 颜色 3\n电话 13800000000, 周末\n1, 2",
            "one, two, three, four\nfive, six, seven, eight",
            "\n\n",
            '说 ""好""\n再说',
        ],
    )
    @pytest.mark.parametrize("first", [True, False])
    def test_a_genuine_remark_stays_one_cell(
        self, tmp_path: Path, remark: str, first: bool
    ) -> None:
        cells = ["S1", "1", "2022-06-01 10:00:00", f'"{remark}"']
        head = ["shop_id", "order_id", "paid_at", "province"]
        plain = ["S1", "2", "2022-06-02 10:00:00", "x"]
        rows = [row[::-1] if first else row for row in (head, cells, plain)]
        path = written(tmp_path / "orders.csv", "\n".join(map(",".join, rows)) + "\n")
        events = ss.read_events(path, platform="douyin")
        assert ids(events) == ["1", "2"]
        assert events.frames["orders"]["province"][0] == (remark.replace('""', '"').strip() or None)
        assert not [n for n in events.report.notices if n.code == "quote_in_text"]


class TestCase07:
    """A comma that nobody quoted makes one cell more, and the last one is blank."""

    FOLDER = HERE / "07-comma-in-address-last-cell-blank"

    def test_both_are_set_aside(self) -> None:
        events = orders_of(self.FOLDER / "订单.csv")
        assert paid(events) == {"2200000000000000001": "05-20 12:00"}
        assert set_aside(events) == [(3, ",", MORE), (4, "加急", MORE)]
        assert events.report.books["orders"].repaired == 0

    def test_where_nothing_looked_odd(self) -> None:
        events = orders_of(self.FOLDER / "silent" / "订单.csv")
        assert paid(events) == {"2200000000000000001": "05-20 12:00"}
        assert set_aside(events) == [(3, ",", MORE)]


class TestUnevenRows:
    """The same in other columns, platforms and kinds of files."""

    ROW = "S1,{},2022-06-01 10:00:00,x"

    def read(self, tmp_path: Path, *rows: str, encoding: str = "utf-8") -> ss.Events:
        path = written(tmp_path / "orders.csv", HEAD + "\n".join(rows) + "\n", encoding)
        return ss.read_events(path, platform="douyin")

    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
    @pytest.mark.parametrize("oddity", ["", "\n", 'S1,8,,"a\nb"\n'])
    def test_in_canonical_files(self, tmp_path: Path, encoding: str, oddity: str) -> None:
        rows = [self.ROW.format(1), "S1,2,浙江,2022-06-01 10:00:00,", "S1,3", oddity + "S1,4,,"]
        events = self.read(tmp_path, *rows, encoding=encoding)
        assert {"1", "4"} <= set(ids(events)) <= {"1", "4", "8"}
        assert [(v, r) for _, v, r in set_aside(events)] == [(",", MORE), (None, FEWER)]

    @pytest.mark.parametrize("more", ["", ",", ",,,"])
    def test_what_every_row_has_is_no_fault(self, tmp_path: Path, more: str) -> None:
        rows = [self.ROW.format(n) + more for n in range(1, 4)]
        assert ids(self.read(tmp_path, *rows)) == ["1", "2", "3"]
        assert ids(self.read(tmp_path, *rows, "以上共 3 条")) == ["1", "2", "3"]

    def test_unless_one_of_them_has_a_text_there(self, tmp_path: Path) -> None:
        """Then all are shifted, and the last cell is a remark."""
        rows = ["S1,1,浙,江,", "S1,2,浙,江,急"]
        assert [r for *_, r in set_aside(self.read(tmp_path, *rows))] == [MORE, MORE]

    def test_where_most_rows_are_shifted_the_header_tells(self, tmp_path: Path) -> None:
        rows = ["S1,1,a,b,", "S1,2,a,b,", "S1,3,a,b,", self.ROW.format(4)]
        assert ids(self.read(tmp_path, *rows)) == ["4"]

    def test_far_down_in_a_large_file(self, tmp_path: Path) -> None:
        rows = [self.ROW.format(n) for n in range(60_000)]
        rows[50_000] += ","
        rows[55_000] = "S1,55000"
        found = set_aside(self.read(tmp_path, *rows))
        assert found == [(50_002, ",", MORE), (55_002, None, FEWER)]

    def test_in_values(self, tmp_path: Path) -> None:
        text = "shop_id,metric,value,n\nS1,pickup_rate,0.5,10\nS2,pickup_rate,0.6,10,\n"
        path = written(tmp_path / "v.csv", text)
        with pytest.raises(ss.InputError, match=rf"v\.csv, line 3: {MORE}") as caught:
            ss.score_values(path, platform="douyin", ruleset="2022", as_of="2022-07-01")
        assert "单元格比表头多" in caught.value.text("zh")


class TestHeadersWithin:
    """One file put below another."""

    def test_the_same_header_is_no_row_of_a_parquet_file(self, tmp_path: Path) -> None:
        """Also where not all of its columns are read, and they stand elsewhere."""
        rows = [["x", "S1", "food"], ["note", "shop_id", "industry"], ["y", "S2", "food"]]
        frame = pl.DataFrame(rows, schema=["note", "shop_id", "industry"], orient="row")
        frame.write_parquet(tmp_path / "shops.parquet")
        pl.DataFrame({"shop_id": ["S1", "S2"], "order_id": ["1", "1"]}).write_parquet(
            tmp_path / "orders.parquet"
        )
        events = ss.read_events(tmp_path)
        assert events.shops.rows() == [("S1", "food"), ("S2", "food")]
        assert incidents(events.report.set_aside, "row", "column", "value", "reason") == [
            (2, None, "note", "the header again, and no row")
        ]

    def test_another_header_in_a_parquet_file_is_refused(self, tmp_path: Path) -> None:
        rows = [["S1", "food"], ["industry", "shop_id"], ["food", "S2"]]
        frame = pl.DataFrame(rows, schema=["shop_id", "industry"], orient="row")
        frame.write_parquet(tmp_path / "shops.parquet")
        with pytest.raises(ss.InputError, match=r"shops\.parquet, line 2: another header"):
            ss.read_events(tmp_path)

    def test_the_same_header_is_no_row(self, tmp_path: Path) -> None:
        text = f"{HEAD}S1,1,,x\n{HEAD}S1,2,,y\n"
        events = ss.read_events(written(tmp_path / "orders.csv", text), platform="douyin")
        assert ids(events) == ["1", "2"]
        assert [(line, reason) for line, _, reason in set_aside(events)] == [
            (3, "the header again, and no row")
        ]

    @pytest.mark.parametrize(
        "other",
        [
            "order_id,shop_id,paid_at,province\n",
            "shop_id,order_id,carrier,paid_at,province\n",
            "province,paid_at,shop_id,order_id\n",
        ],
    )
    def test_another_one_is_refused(self, tmp_path: Path, other: str) -> None:
        text = f"{HEAD}S1,1,,x\n{other}S1,2,,y\n"
        with pytest.raises(ss.InputError, match=r"orders\.csv, line 3: another header"):
            ss.read_events(written(tmp_path / "orders.csv", text), platform="douyin")

    def test_in_an_export(self, tmp_path: Path) -> None:
        text = (HERE / "07-comma-in-address-last-cell-blank" / "订单.csv").read_text("gb18030")
        head, first, *_ = text.splitlines(keepends=True)
        path = written(tmp_path / "订单.csv", head + first + head + first, "gb18030")
        events = orders_of(path)
        assert events.report.books["orders"].set_aside == 1
        swapped = head.replace("收货地址,订单创建时间", "订单创建时间,收货地址")
        assert swapped != head
        path = written(tmp_path / "订单.csv", head + first + swapped + first, "gb18030")
        with pytest.raises(ss.InputError, match=r"订单\.csv, line 3: another header"):
            orders_of(path)

    def test_a_cell_that_is_called_like_its_column_is_a_cell(self, tmp_path: Path) -> None:
        text = f"{HEAD}S1,1,,province\n"
        events = ss.read_events(written(tmp_path / "orders.csv", text), platform="douyin")
        assert events.frames["orders"]["province"].to_list() == ["province"]

    def test_in_a_workbook(self, tmp_path: Path) -> None:
        pytest.importorskip("openpyxl", reason="pip install openpyxl, to write .xlsx")
        from support.sheet_files import xlsx

        head = ["订单号", "订单创建时间", "订单支付时间", "实付款"]
        rows = [[f"220000000000000000{n}", "2022-05-20 09:00:00", "", "5"] for n in (1, 2)]
        (tmp_path / "订单.xlsx").write_bytes(xlsx([head, rows[0], head, rows[1]]))
        events = orders_of(tmp_path / "订单.xlsx")
        assert (events.report.books["orders"].accepted, len(set_aside(events))) == (2, 1)

    def test_in_a_dataframe(self) -> None:
        names = ["shop_id", "order_id", "province"]
        frame = pl.DataFrame([["S1", "1", "x"], names, ["S1", "2", "y"]], names, orient="row")
        events = ss.read_events({"orders": frame}, platform="douyin")
        assert ids(events) == ["1", "2"]
        swapped = pl.DataFrame([["S1", "1", "x"], names[::-1]], names, orient="row")
        with pytest.raises(ss.InputError, match="another header"):
            ss.read_events({"orders": swapped}, platform="douyin")
