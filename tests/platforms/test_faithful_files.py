"""Faithful files of every export, in every encoding, give the canonical rows written by hand."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

import shopscore as ss
from support.exports.export_files import (
    FILES,
    WRITERS,
    as_text,
    needs_excel,
    read,
    rows_of,
    write_workbook,
)
from support.exports.faithful_export import Faithful

each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)


def check(events: ss.Events, file: Faithful) -> None:
    """Rows, books and what could not be used, as written by hand."""
    assert rows_of(events, file) == list(file.rows)
    books = events.report.books[file.stream]
    assert books.balanced
    assert books.rows_in == len(file.cells)
    assert books.set_aside == len(file.set_aside)
    assert books.repaired == len(file.repaired)
    assert books.accepted + books.replaced == len(file.cells) - len(file.set_aside)
    if len(file.rows) + file.replaced == len(file.cells) - len(file.set_aside):  # no sub-orders
        assert books.replaced == file.replaced
    aside, mended = events.report.set_aside, events.report.repaired
    assert sorted(aside["column"], key=str) == sorted(file.set_aside, key=str)
    assert sorted(mended["column"]) == sorted(file.repaired)
    assert events.shops.select("shop_id", "industry").rows() == [("S1", "women")]


@each_file
@pytest.mark.parametrize("encoding", WRITERS)
def test_reads_to_the_rows_written_by_hand(file, encoding, tmp_path):
    check(read(WRITERS[encoding](file, tmp_path), file), file)


@each_file
def test_a_folder_with_files_of_any_name_is_read_alike(file, tmp_path):
    written = WRITERS["gb18030"](file, tmp_path)
    written.rename(tmp_path / "下载 (3).CSV")
    check(read(tmp_path, file), file)


@each_file
def test_neither_the_order_of_columns_nor_unknown_ones_matter(file, tmp_path):
    shuffled = list(range(len(file.headers)))
    random.Random(5).shuffle(shuffled)
    records = [[record[i] for i in shuffled] for record in file.records]
    wider = [["新增的列", *records[0]], *(["某些字", *record] for record in records[1:])]
    path = tmp_path / "export.csv"
    path.write_text(as_text(wider), encoding="utf-8-sig")
    check(read(path, file), file)


@each_file
def test_the_order_of_rows_does_not_matter(file, tmp_path):
    header, *body = file.records
    first = body[:1] if file.variant == "explained" else []  # which stands under the header
    rest = body[len(first) :]
    random.Random(7).shuffle(rest)
    path = tmp_path / "export.csv"
    path.write_text(as_text([header, *first, *rest]), encoding="utf-8")
    check(read(path, file), file)


@each_file
def test_the_same_file_twice_changes_no_row(file, tmp_path):
    for encoding in ("utf-8-sig", "tsv"):
        WRITERS[encoding](file, tmp_path)
    events = read(tmp_path, file)
    assert rows_of(events, file) == list(file.rows)
    books = events.report.books[file.stream]
    assert books.balanced
    assert (books.rows_in, books.set_aside) == (2 * len(file.cells), 2 * len(file.set_aside))


@each_file
def test_the_folder_of_a_shop_names_it(file, tmp_path):
    for shop in ("门店甲", "门店乙"):
        (tmp_path / shop).mkdir()
        WRITERS["gb18030"](file, tmp_path / shop)
    events = read(tmp_path, file, shop_id=None)
    assert events.shops["shop_id"].to_list() == sorted(("门店甲", "门店乙"))
    assert len(events.frames[file.stream]) == 2 * len(file.rows)
    assert events.report.books[file.stream].balanced


@each_file
def test_whoever_names_no_shop_is_asked_for_it(file, tmp_path):
    path = WRITERS["utf-8"](file, tmp_path)
    with pytest.raises(ss.InputError, match="shop_id="):
        read(path, file, shop_id=None)


@each_file
def test_strict_refuses_what_would_be_set_aside(file, tmp_path):
    path = WRITERS["utf-8"](file, tmp_path)
    if file.set_aside:
        with pytest.raises(ss.StrictError):
            read(path, file, strict=True)
    else:
        check(read(path, file, strict=True), file)


@pytest.mark.parametrize("name", ["tmall-workbook-qianniu", "pinduoduo-orders-paid"])
def test_a_workbook_of_real_dates_and_numbers_gives_the_same_rows(name, tmp_path):
    needs_excel()
    (file,) = (f for f in FILES if f.name == name)
    back = {"order_id": str, "product_id": str, "amount": _yuan}
    titles = _titles(file)
    head = [titles[column] for column in file.rows[0]]
    others = [h for h in file.headers if h not in head]
    body = [
        [*(_typed(row[c], c, back) for c in file.rows[0]), *("" for _ in others)]
        for row in file.rows
    ]
    write_workbook(tmp_path / "typed.xlsx", [[*head, *others], *body])
    assert rows_of(read(tmp_path / "typed.xlsx", file), file) == list(file.rows)


def _titles(file: Faithful) -> dict[str, str]:
    """The header of each canonical column in the two files, by hand."""
    names = {
        "order_id": ("订单编号", "订单号"),
        "created_at": ("订单创建时间",),
        "paid_at": ("订单付款时间", "支付时间 "),
        "confirmed_at": ("确认收货时间",),
        "amount": ("总金额 ", "用户实付金额（元）"),
        "province": ("省",),
        "carrier": ("快递公司",),
        "product_id": ("商品id",),
    }
    return {
        column: next(h for h in candidates if h in file.headers)
        for column, candidates in names.items()
        if column in file.rows[0]
    }


def _yuan(fen: int) -> float:
    return fen / 100


def _typed(value: Any, column: str, back: dict[str, Any]) -> Any:
    if value is None:
        return None
    if column.endswith("_at"):
        return datetime(1970, 1, 1) + timedelta(seconds=value)
    return back.get(column, str)(value)
