"""This month's and last month's exports together: the later state of an order wins, in any order."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.exports import (
    douyin_aftersales,
    douyin_orders,
    kuaishou_orders,
    pinduoduo_orders,
    tmall_items_and_reports,
    tmall_orders,
    xiaohongshu_orders,
)
from support.exports.export_files import as_text, read, rows_of
from support.exports.faithful_export import Faithful

#: The rows of one order, and the cells that were still empty in the earlier export: by hand.
EARLIER = [
    (douyin_orders.ORDERS, (0, 1), ("订单完成时间",)),
    (douyin_orders.ORDERS, (0, 1), ("订单完成时间", "支付完成时间 ")),
    (kuaishou_orders.ORDERS, (0,), ("订单支付时间",)),
    (pinduoduo_orders.ORDERS, (0,), ("确认收货时间",)),
    (pinduoduo_orders.PAID, (0,), ("确认收货时间", "支付时间 ")),
    (tmall_orders.ORDERS, (0,), ("订单付款时间 ",)),
    (tmall_orders.LATER, (0,), ("确认收货时间",)),
    (tmall_orders.LATER, (0,), ("确认收货时间", "订单付款时间 ")),
    (tmall_items_and_reports.ITEMS, (0, 1), ("订单付款时间 ",)),
    (tmall_items_and_reports.WORKBOOK, (0,), ("订单付款时间",)),
    (tmall_items_and_reports.REPORT, (1,), ("订单付款时间 ",)),
    (xiaohongshu_orders.ORDERS, (0, 1), ("订单完成时间",)),
    (xiaohongshu_orders.ORDERS, (0, 1), ("订单完成时间", "支付时间 ")),
    (douyin_aftersales.AFTERSALES, (1,), ("售后完结时间",)),
    (douyin_aftersales.AFTERSALES, (1,), ("售后完结时间", "商家退款时间")),
    (douyin_aftersales.AFTERSALES, (1,), ("售后完结时间", "商家退款时间", "同意售后申请时间")),
]
#: An amount that would win if the texts of the rows decided, as they do between equal states.
AMOUNTS = {
    "douyin/orders": " 订单应付金额 ",
    "douyin/aftersales": "应付金额 (元)",
    "kuaishou/orders": "实付款",
    "pinduoduo/orders": "用户实付金额",
    "tmall/orders": "总金额",
    "tmall/items": "买家应付货款",
    "tmall/workbook": "总金额 ",
    "tmall/report": "总金额",
    "xiaohongshu/orders": "用户应付金额（元）",
}


def write_earlier(
    path: Path, file: Faithful, rows: tuple[int, ...], empty: tuple[str, ...]
) -> None:
    """The export of the month before: one order alone, as it stood then."""
    amount = next(h for h in file.headers if h.startswith(AMOUNTS[file.layout]))
    before = [{**file.common, **file.cells[i], **dict.fromkeys(empty, "")} for i in rows]
    changed = [{**row, amount: "999999.99"} for row in before]
    records = [file.headers, *([row.get(h, "") for h in file.headers] for row in changed)]
    path.write_text(as_text(records), encoding="gb18030")


@pytest.mark.parametrize("name", ["a.csv", "z.csv"], ids=["read-first", "read-last"])
@pytest.mark.parametrize(
    ("file", "rows", "empty"),
    EARLIER,
    ids=[f"{file.name} without {len(empty)}" for file, _, empty in EARLIER],
)
def test_the_later_state_of_an_order_wins(file, rows, empty, name, tmp_path):
    write_earlier(tmp_path / name, file, rows, empty)
    (tmp_path / "m.csv").write_text(as_text(file.records), encoding="utf-8-sig")
    events = read(tmp_path, file)
    assert rows_of(events, file) == list(file.rows)
    books = events.report.books[file.stream]
    assert books.balanced
    assert books.rows_in == len(file.cells) + len(rows)
    assert books.replaced == file.replaced + len(rows)
