"""All faithful files, the platforms they belong to, and how they are written in each encoding."""

from __future__ import annotations

import csv
import gzip
import io
import os
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module, util
from pathlib import Path
from typing import Any

import pytest

import shopscore as ss
from support.exports import (
    amazon_flat_files,
    douyin_aftersales,
    douyin_orders,
    ebay_orders,
    etsy_orders,
    kuaishou_orders,
    pinduoduo_orders,
    tmall_items_and_reports,
    tmall_orders,
    xiaohongshu_orders,
)
from support.exports.faithful_export import Faithful, Row

FILES: tuple[Faithful, ...] = (
    douyin_orders.ORDERS,
    douyin_aftersales.AFTERSALES,
    kuaishou_orders.ORDERS,
    pinduoduo_orders.ORDERS,
    pinduoduo_orders.PAID,
    tmall_orders.ORDERS,
    tmall_orders.LATER,
    tmall_items_and_reports.ITEMS,
    tmall_items_and_reports.ITEMS_NEWER,
    tmall_items_and_reports.WORKBOOK,
    tmall_items_and_reports.REPORT,
    xiaohongshu_orders.ORDERS,
    amazon_flat_files.ALL_ORDERS,
    amazon_flat_files.UNSHIPPED,
    amazon_flat_files.RETURNS,
    amazon_flat_files.FEEDBACK,
    ebay_orders.ORDERS,
    etsy_orders.ORDERS,
    etsy_orders.ORDERS_UK,
    etsy_orders.ITEMS,
)

BUILT_IN = ("amazon", "douyin", "ebay", "etsy", "kuaishou", "pinduoduo", "tmall")


@cache
def platform(id: str) -> ss.Platform:
    """A platform, the one of the outside package too, whether it is installed or not."""
    if id in BUILT_IN:
        return ss.platform(id)
    (found,) = import_module("shopscore_xiaohongshu").shopscore_platforms()
    assert found.id == id
    return found


def as_text(records: Sequence[Sequence[str]], separator: str = ",", **how: Any) -> str:
    """Records as CSV, or with another separator."""
    file = io.StringIO()
    csv.writer(file, delimiter=separator, **how).writerows(records)
    return file.getvalue()


def needs_excel() -> None:
    """Skip where workbooks cannot be written or read; never where ``CI=true``."""
    lacking = [name for name in ("openpyxl", "python_calamine") if util.find_spec(name) is None]
    if lacking and os.environ.get("CI") != "true":
        pytest.skip(f"{' and '.join(lacking)} not installed: no workbooks")


def write_workbook(path: Path, records: Sequence[Sequence[object]]) -> None:
    """A workbook; what begins with ``=`` is text and no formula."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    for i, record in enumerate(records, start=1):
        for j, value in enumerate(record, start=1):
            if value not in ("", None):
                cell = sheet.cell(i, j, value)
                if isinstance(value, str):
                    cell.data_type = "s"
    book.save(path)


def _text(encoding: str, suffix: str = "csv", separator: str = ",") -> Callable[..., Path]:
    def write(file: Faithful, folder: Path) -> Path:
        path = folder / f"{file.name}.{suffix}"
        path.write_bytes(as_text(file.records, separator).encode(encoding))
        return path

    return write


def _workbook(file: Faithful, folder: Path) -> Path:
    needs_excel()
    path = folder / f"{file.name}.xlsx"
    write_workbook(path, [[c.strip("\r") for c in record] for record in file.records])
    return path


def _zip(file: Faithful, folder: Path) -> Path:
    path = folder / f"{file.name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("导出的订单.csv", as_text(file.records).encode("gb18030"))
    return path


def _gzip(file: Faithful, folder: Path) -> Path:
    path = folder / f"{file.name}.csv.gz"
    text = as_text(file.records, quoting=csv.QUOTE_ALL, lineterminator="\n")
    path.write_bytes(gzip.compress(text.encode("utf-8-sig")))
    return path


#: What writes a faithful file into a folder, by the name of the encoding.
WRITERS: dict[str, Callable[[Faithful, Path], Path]] = {
    "utf-8": _text("utf-8"),
    "utf-8-sig": _text("utf-8-sig"),
    "gb18030": _text("gb18030"),
    "utf-16": _text("utf-16"),
    "tsv": _text("utf-8", "tsv", "\t"),
    "xlsx": _workbook,
    "zip": _zip,
    "gzip": _gzip,
}

#: What reading adds to the columns of a stream.
ADDED = {"shop", "updated_at", "_order"}


def read(path: Path, file: Faithful, **options: Any) -> ss.Events:
    given = {"shop_id": "S1", "industry": "women", **options}
    return ss.read_events(path, platform=platform(file.platform), **given)


def rows_of(events: ss.Events, file: Faithful) -> list[Row]:
    """The accepted rows with every column that came out, in order of their ids."""
    frame = events.frames[file.stream]
    names = [name for name in frame.columns if name not in ADDED]
    return sorted(frame.select(names).to_dicts(), key=lambda row: row[file.key])
