"""Any table of text comes back from CSV, in any encoding and by any way of reading."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopscore.errors import InputError
from shopscore.reading.formats import columns
from shopscore.reading.formats import text as delimited
from shopscore.reading.formats.sheets import Sheet, open_sheets
from support.sheet_files import ENCODINGS

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
ODD = st.text(st.sampled_from("ab1\",;\t\n\r ='订单乗\\😀\u3000\ufffd"), max_size=5)
CELL = st.one_of(ODD, TEXT, st.sampled_from(["", "1", "订单编号", "6920000000000000977"]))


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(1, 5))
    header = [f"列{n}" for n in range(width)]
    cells = st.lists(CELL.filter(is_no_table), min_size=width, max_size=width)
    return [header, *draw(st.lists(cells, max_size=8))]


def is_no_table(cell: str) -> bool:
    """No line of a cell looks like a row: it has no cells of its own."""
    return not (set("\r\n") & set(cell) and set(",;\t") & set(cell))


class Read(NamedTuple):
    """All that a sheet says about what is below its first record."""

    sheet: Sheet
    frame: dict[str, list[str | None]]
    refused: dict[int, tuple[str | None, str]]
    lines: list[int | None]
    records: list[list[str]]


def read(path: Path, positions: list[int]) -> Read | str:
    try:
        (sheet,) = open_sheets(path)
        body = sheet.body(0, positions)
    except InputError as error:
        return str(error)
    rows = range(len(body.frame))
    frame = body.frame.to_dict(as_series=False)
    return Read(
        sheet, frame, dict(body.refused), body.origin.lines(rows), body.origin.records(rows)
    )


def read_alike(data: bytes, positions: list[int]) -> Read | str:
    """A file read at once, in small pieces and carefully: always the same."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table")
        path.write_bytes(data)
        fast = read(path, positions)
        with mock.patch.object(columns, "_PIECE", 48):
            pieces = read(path, positions)
        with mock.patch.object(delimited, "parse", return_value=None):
            careful = read(path, positions)
    assert fast[1:] == pieces[1:] == careful[1:]
    return fast


@pytest.mark.slow
@given(
    table=tables(),
    encoding=st.sampled_from(ENCODINGS),
    separator=st.sampled_from(",\t;"),
    end=st.sampled_from(["\n", "\r\n"]),
    data=st.data(),
)
@settings(max_examples=250)
def test_what_is_written_is_read(
    table: list[list[str]], encoding: str, separator: str, end: str, data: st.DataObject
) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(
        table
    )
    positions = data.draw(st.permutations(range(len(table[0]))))
    found = read_alike(file.getvalue().encode(encoding), positions)
    assert isinstance(found, Read)
    assert found.sheet.encoding == encoding
    assert found.sheet.separator == (separator if len(positions) > 1 else ",")
    assert found.sheet.head == tuple(map(tuple, table))
    assert found.frame == {str(p): [row[p] or None for row in table[1:]] for p in positions}
    assert found.records == table[1:]


@pytest.mark.slow
@given(
    text=st.lists(ODD, max_size=30).map("".join),
    encoding=st.sampled_from(ENCODINGS),
    noise=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 255)), max_size=3),
)
@settings(max_examples=250)
def test_whatever_is_read_is_read_alike(
    text: str, encoding: str, noise: list[tuple[int, int]]
) -> None:
    """Text without any form, and with wrong bytes in it; or it is refused alike."""
    data = bytearray(f"订单,b\n{text}".encode(encoding))
    for at, byte in noise:
        data[at % len(data)] = byte
    read_alike(bytes(data), [1, 0])
