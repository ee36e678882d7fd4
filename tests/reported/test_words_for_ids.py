"""Kind D: a word where an id belongs, as in a row of totals, wherever the row stands."""

from __future__ import annotations

from pathlib import Path

import pytest

import shopscore as ss
from support.event_rows import books, incidents, read, rows
from support.exports.export_files import as_text, needs_excel, write_workbook
from support.reported_cases import read_case

WORDS = ("总计", "合计", "小计", "Total", "SUM", "合计：", "本页合计", "共计(元)", "无")


class TestReported:
    def test_09(self) -> None:
        events = read_case("09-total-row-at-the-end/订单明细.csv", platform="pinduoduo")
        assert books(events) == {"in": 3, "accepted": 2, "set_aside": 1}
        assert [(r["order_id"], r["amount"]) for r in rows(events, "orders")] == [
            ("220517-607198974342268", 1780),
            ("220518-607198974342269", 2020),
        ]
        ((line, column, value, reason),) = incidents(
            events.report.set_aside, "line", "column", "value", "reason"
        )
        assert (line, column, value) == (4, "订单号", "总计")
        assert "no id" in reason


class TestOrders:
    @pytest.mark.parametrize("word", [*WORDS, "总计 3 单", "合计：38.00", "Total: 2", "小计2"])
    @pytest.mark.parametrize("place", [0, 7, 9])
    def test_in_a_canonical_file(self, word: str, place: int, tmp_path: Path) -> None:
        ids = [str(1001 + i) for i in range(9)]
        ids.insert(place, word)
        text = "shop_id,order_id,amount\n" + "".join(f"S1,{id},1\n" for id in ids)
        (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
        events = ss.read_events(tmp_path)
        assert books(events) == {"in": 10, "accepted": 9, "set_aside": 1}
        assert incidents(events.report.set_aside, "line", "value") == [(place + 2, word)]

    def test_in_a_workbook(self, tmp_path: Path) -> None:
        needs_excel()
        head = ["主订单编号", "子订单编号", "订单应付金额", "订单提交时间", "支付完成时间"]
        day = "2022-05-20 09:00:00"
        body = [["'1001", "'1001", 10, day, day], ["合计", None, 10, None, None]]
        write_workbook(tmp_path / "x.xlsx", [head, *body])
        events = ss.read_events(tmp_path, platform="douyin", shop_id="S1")
        assert books(events) == {"in": 2, "accepted": 1, "set_aside": 1}

    def test_in_a_dataframe(self) -> None:
        events = read(orders=[{"order_id": "1"}, {"order_id": "小计"}])
        assert books(events) == {"in": 2, "accepted": 1, "set_aside": 1}

    @pytest.mark.parametrize("id", ["A-1", "TotalTools-1", "SUM1", "订单1001", "sub-total9"])
    def test_ids_with_a_digit_stay(self, id: str) -> None:
        assert books(read(orders=[{"order_id": id}])) == {"in": 1, "accepted": 1}


class TestFooters:
    """Kind D goes on: what stands below the rows of a file may have digits."""

    FOOTERS = (
        "共6条记录",
        "共 6 条",
        "第1页",
        "第1页/共2页",
        "导出时间：2022-07-01 10:00:00",
        "导出时间2022-07-01",
        "Page 1 of 2",
        "Exported 2022-07-01",
        "2022年7月1日",
        "制表人：张三1",
    )

    @pytest.mark.parametrize("footer", FOOTERS)
    def test_in_a_canonical_file(self, footer: str) -> None:
        events = read(orders=[{"order_id": id} for id in ("1001", "DY-1002", "1003", footer)])
        assert books(events) == {"in": 4, "accepted": 3, "set_aside": 1}
        assert incidents(events.report.set_aside, "column", "value", "reason") == [
            ("order_id", footer, "a word, and no id")
        ]

    def test_in_a_workbook(self, tmp_path: Path) -> None:
        needs_excel()
        head = ["主订单编号", "子订单编号", "订单应付金额", "订单提交时间", "支付完成时间"]
        day = "2022-05-20 09:00:00"
        below = [[footer, *[None] * 4] for footer in self.FOOTERS[:6]]
        write_workbook(tmp_path / "x.xlsx", [head, ["1001", "1001", 10, day, day], *below])
        events = ss.read_events(tmp_path, platform="douyin", shop_id="S1")
        assert books(events) == {"in": 7, "accepted": 1, "set_aside": 6}

    def test_a_word_before_the_number_of_most_orders_is_part_of_them(self) -> None:
        ids = ["订单1001", "订单1002", "补单-A1003", "1004", "共4条记录"]
        events = read(orders=[{"order_id": id} for id in ids])
        assert books(events) == {"in": 5, "accepted": 4, "set_aside": 1}
        assert incidents(events.report.set_aside, "value") == [("共4条记录",)]

    @pytest.mark.parametrize("id", ["１００１", "ＤＹ－１００１", "１，００１"])
    def test_digits_of_full_width_are_digits(self, id: str) -> None:
        plain = {"１００１": "1001", "ＤＹ－１００１": "DY-1001", "１，００１": "1001"}[id]
        review = {"review_id": "1", "reviewed_at": "2022-06-01 10:00:00", "rating": "5"}
        events = read(
            orders=[{"order_id": id}, {"order_id": "1"}], reviews=[{**review, "order_id": plain}]
        )
        assert books(events) == {"in": 2, "accepted": 2}
        assert books(events, "reviews") == {"in": 1, "accepted": 1}


class TestOtherStreams:
    @pytest.mark.parametrize(
        ("stream", "key", "time"),
        [
            ("reviews", "review_id", "reviewed_at"),
            ("complaints", "complaint_id", "complained_at"),
            ("conversations", "session_id", "started_at"),
        ],
    )
    def test_totals(self, stream: str, key: str, time: str) -> None:
        rest = {time: "2022-06-01 10:00:00"} | ({"rating": "5"} if stream == "reviews" else {})
        every = [{key: id, **rest} for id in ("7001", "total", "合计")]
        events = read(**{stream: every})
        assert books(events, stream) == {"in": 3, "accepted": 1, "set_aside": 2}

    def test_a_row_of_totals_in_an_export(self, tmp_path: Path) -> None:
        head = ["售后单号", "订单号", "商品单号", "售后类型", "售后申请时间", "退商品金额（元）"]
        body = [
            ["7001", "'6921738301234567001", "x", "仅退款", "2022-05-26 10:00:00", "10.00"],
            ["合计", "-", "-", "仅退款", "2022-05-26 10:00:00", "10.00"],
        ]
        path = tmp_path / "售后.csv"
        path.write_text(as_text([head, *body]), encoding="gb18030")
        events = ss.read_events(path, platform="douyin", shop_id="S1")
        assert books(events, "aftersales") == {
            "in": 2,
            "accepted": 1,
            "set_aside": 1,
            "unlinked": 1,
        }

    def test_keys_without_digits_stay(self) -> None:
        """Whoever writes canonical files numbers reviews as they like."""
        review = {"reviewed_at": "2022-06-01 10:00:00", "rating": "5"}
        events = read(reviews=[{"review_id": id, **review} for id in ("a", "b", "summer")])
        assert books(events, "reviews") == {"in": 3, "accepted": 3}

    def test_a_word_for_an_order_links_to_none(self) -> None:
        review = {"review_id": "1", "reviewed_at": "2022-06-01 10:00:00", "rating": "5"}
        events = read(orders=[{"order_id": "1"}], reviews=[{**review, "order_id": "无订单"}])
        assert books(events, "reviews") == {"in": 1, "accepted": 1, "unlinked": 1}


class TestShops:
    """What stands for nothing, and what stands before sums, is no shop, and no peer of others."""

    NOTHING = ("nan", "-", "--", "NULL", "None", "<NA>", "无", "/")
    SUMS = ("合计", "合计：", "总计 3 家", "小计2", "本页合计", "Total", "Grand total: 2")

    @pytest.mark.parametrize(
        ("cell", "reason"),
        [
            *((cell, "required, and empty") for cell in NOTHING),
            *((cell, "a word, and no id") for cell in SUMS),
        ],
    )
    def test_are_set_aside(self, cell: str, reason: str) -> None:
        events = read(
            orders=[{"order_id": "1"}, {"order_id": "2", "shop_id": cell}],
            shops=[{"shop_id": "S1", "industry": "x"}, {"shop_id": cell, "industry": "x"}],
        )
        assert events.shops["shop_id"].to_list() == ["S1"]
        for stream in ("orders", "shops"):
            assert books(events, stream) == {"in": 2, "accepted": 1, "set_aside": 1}
        assert set(incidents(events.report.set_aside, "column", "value", "reason")) == {
            ("shop_id", cell, reason)
        }

    @pytest.mark.parametrize(
        "shop", ["小计算器旗舰店", "汇总达专营店", "TotalTools", "总店", "n-a"]
    )
    def test_names_of_shops_stay(self, shop: str) -> None:
        assert read(orders=[{"order_id": "1", "shop_id": shop}]).shops["shop_id"][0] == shop
