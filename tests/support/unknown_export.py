"""An export that no layout knows, a layout that a user writes for it, and workbooks of sheets."""

from __future__ import annotations

from pathlib import Path

#: Headers that no layout fits, one of them known from others.
UNKNOWN = "流水号,付款时刻,省,怎么取消\n1,2022-05-01 10:00:00,浙江,买家取消\n2,,上海,\n"
LAYOUT = """schema = 1
id = "my_layout"
zh = "我的"
en = "mine"
stream = "orders"
headers = ["流水号", "付款时刻"]
[columns]
order_id = "流水号"
paid_at = "付款时刻"
cancelled_by = "怎么取消"
[words.cancelled_by]
"买家取消" = "buyer"
"""


def write_sheets(path: Path, **sheets: str) -> None:
    """A workbook of several sheets, each given as CSV."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, text in sheets.items():
        sheet = book.create_sheet(name)
        for line in text.splitlines():
            sheet.append(line.split(","))
    book.save(path)
