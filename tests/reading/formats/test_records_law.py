"""Random CSV text, with quotes within cells, surplus cells and all line ends: no row is lost.

What is read equals what a slow reader of the rules says, or is refused with the line, or is set
aside. Where a record of several lines was read as a row per line, each of its lines is one.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopscore.errors import InputError
from shopscore.reading.files import read_canonical
from shopscore.reading.formats import columns
from shopscore.reading.formats import text as delimited
from support.slow_csv import CODE, NeverClosedError, Slow, records

HEADER = ["order_id", "shop_id", "province"]
TEXTS = ["x", "", '"x"', '"6" nail"', 'a"b', '"6""', '"大号 盒', '盒 12"', '"a,b"', '"a\nb"', '""']
TORN = "its lines look like rows: a quote is opened that belongs to the text"
ROW = st.tuples(
    st.sampled_from(TEXTS),
    st.sampled_from(["", "", "", "", ",", ",,", ",more", "short"]),
    st.sampled_from(["\n", "\n", "\n", "\r\n", "\n\n", "\r"]),
)


def as_text(rows: list[tuple[str, str, str]]) -> str:
    lines = []
    for number, (text, more, end) in enumerate(rows, start=1):
        more = "" if "\n" in text else more  # what is below such a quote would be a whole row
        lines.append(f"{number},S1{'' if more == 'short' else f',{text}{more}'}{end}")
    return ",".join(HEADER) + "\n" + "".join(lines)


class Read(NamedTuple):
    """What is said about the rows of a file."""

    rows: list[tuple[str | None, ...]]
    refused: dict[int, tuple[str | None, str]]
    lines: list[int | None]


def read(path: Path) -> Read | str:
    try:
        table = read_canonical(path, "orders.csv", HEADER)
    except InputError as error:
        return str(error)
    rows = table.frame.rows()
    return Read(rows, dict(table.refused), table.lines(range(len(rows))))


def read_in_every_way(text: str) -> Read | str:
    """A file read at once, in small pieces and carefully: always the same."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "orders.csv")
        path.write_bytes(text.encode())
        found = read(path)
        with mock.patch.object(columns, "_PIECE", 48):
            pieces = read(path)
        with mock.patch.object(delimited, "parse", return_value=None):
            careful = read(path)
    assert found == pieces == careful
    return found


def looks_like_rows(record: Slow, widths: set[int]) -> bool:
    """Every line begins with an id and a shop, and has as many cells as a row, or more."""
    filled = [cells_of(line) for line in record.lines if line.strip("\r\n")]
    return all(
        CODE.fullmatch(cells[0])
        and cells[1:2] == ["S1"]
        and (len(cells) in widths or len(cells) > len(HEADER))
        for cells in filled
    )


def expected_rows(text: str) -> list[tuple[int, list[str], bool]]:
    """Line and cells of every row, and whether it is one line of a record of several."""
    found: list[tuple[int, list[str], bool]] = []
    widths = {len(HEADER)}
    for record in records(text)[1:]:
        if len(record.lines) == 1:
            widths.add(len(record.cells))
        if len(record.lines) > 1 and looks_like_rows(record, widths):
            for line, one in enumerate(record.lines, start=record.line):
                if one.strip("\r\n"):
                    found.append((line, cells_of(one), True))
        else:
            found.append((record.line, record.cells, False))
    return found


def cells_of(line: str) -> list[str]:
    """The cells of one line; where its quotes are not in order they are characters."""
    try:
        ((_, _, cells, sound),) = records(line)
    except NeverClosedError:
        sound = False
    return cells if sound else line.strip("\r\n").split(",")


@pytest.mark.slow
@given(rows=st.lists(ROW, min_size=1, max_size=9))
@settings(max_examples=300)
def test_no_row_is_lost(rows: list[tuple[str, str, str]]) -> None:
    text = as_text(rows)
    found = read_in_every_way(text)
    if isinstance(found, str):
        assert found.startswith("orders.csv, line")
        assert "quote" in found
        return
    try:
        expected = expected_rows(text)
    except NeverClosedError as error:
        raise AssertionError(f"line {error} opens a quote, and the file was read") from None
    assert found.lines == [line for line, *_ in expected]
    for row, (_, cells, apart) in zip(found.rows, expected, strict=True):
        if not apart:
            assert [cell or "" for cell in row] == (cells + [""] * 3)[:3]
    widths = {len(cells) for _, cells, _ in expected if len(cells) > 1}
    surplus = any(cell.strip() for _, cells, _ in expected for cell in cells[3:])
    usual = min(widths) if len(widths) == 1 and not surplus else len(HEADER)
    assert {*found.refused} == {
        at for at, (_, cells, _) in enumerate(expected) if len(cells) != usual
    } | {at for at, (_, reason) in found.refused.items() if reason == TORN}


@pytest.mark.slow
@given(rows=st.lists(ROW, min_size=1, max_size=9))
@settings(max_examples=300)
def test_no_row_holds_the_text_of_others(rows: list[tuple[str, str, str]]) -> None:
    """Rows are numbered: those that are used have each its own id, and no shop in their text."""
    found = read_in_every_way(as_text(rows))
    if isinstance(found, str):
        return
    used = [row for at, row in enumerate(found.rows) if at not in found.refused]
    ids = [int(row[0] or 0) for row in used]
    assert ids == sorted(set(ids))
    assert all("S1" not in (row[2] or "") for row in used)
    assert len(found.rows) >= len(rows) or TORN in {reason for _, reason in found.refused.values()}
