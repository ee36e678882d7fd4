"""Small texts that stand one after the other are read as if each were alone, whatever is in them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.errors import InputError
from shopscore.model.merging import merge_streams
from shopscore.model.streams import CANONICAL
from shopscore.reading import openers
from shopscore.reading.openers import Opener, ShopDefaults, open_tables
from shopscore.reading.raw_table import RawTable
from shopscore.reading.sources import find_sources

STREAMS = merge_streams(CANONICAL, ())
HEAD = "shop_id,order_id,paid_at,province\n"
PLAIN = HEAD + "S1,1,2024-06-01 10:00:00,a\nS2,2,2024-06-01 11:00:00,b\n"
FILES = {
    "plain": PLAIN.encode(),
    "other rows": (HEAD + "S1,3,,\n").encode(),
    "no last line end": PLAIN.encode()[:-1],
    "blank lines at the end": PLAIN.encode() + b"\n\r\n\n",
    "CRLF": PLAIN.replace("\n", "\r\n").encode(),
    "CRLF below": (HEAD + "S1,1,,a\r\nS1,2,,b\r\n").encode(),
    "CR": PLAIN.replace("\n", "\r").encode(),
    "header alone": HEAD.encode(),
    "header without its end": HEAD.strip().encode(),
    "blank line": (HEAD + "S1,1,,a\n\nS1,2,,b\n").encode(),
    "blank line first": (HEAD + "\nS1,1,,a\n").encode(),
    "quotes": (HEAD + 'S1,"1",,"a,b"\nS1,2,,"a ""b"""\n').encode(),
    "quoted lines": (HEAD + 'S1,1,,"a\nb"\nS1,2,,c\n').encode(),
    "torn": (HEAD + 'S1,1,,"a\nS1,2,,b\nS1,3,,c"\n').encode(),
    "open quote": (HEAD + 'S1,1,,"a\nS1,2,,b\n').encode(),
    "quote within": (HEAD + 'S1,1,,6" nail\nS1,2,,b\n').encode(),
    "quoted header": ('"shop_id","order_id","paid_at","province"\n' + "S1,1,,a\n").encode(),
    "more cells": (HEAD + "S1,1,,a,more\nS1,2,,b\n").encode(),
    "a comma more": (HEAD + "S1,1,,a,\nS1,2,,b,\n").encode(),
    "fewer cells": (HEAD + "S1,1\nS1,2,,b\n").encode(),
    "very wide": (HEAD + "S1,1,,a" + "," * 3_000 + "\nS1,2,,b\n").encode(),
    "wide": (HEAD + "S1,1,,a" + "," * 50 + "x\nS1,2,,b\n").encode(),
    "Chinese": (HEAD + "S1,1,,浙江\nS1,2,,上海\n").encode(),
    "GB18030": (HEAD + "S1,1,,浙江省\nS1,2,,上海\n").encode("gb18030"),
    "UTF-16": (HEAD + "S1,1,,浙江省\n").encode("utf-16"),
    "mark": (HEAD + "S1,1,,浙江省\n").encode("utf-8-sig"),
    "broken": (HEAD + "S1,1,," + "浙江省" * 9 + "\nS1,2,,").encode() + b"\xff\n",
    "broken GB18030": (HEAD + "S1,1,," + "浙江省" * 9).encode("gb18030") + b"\nS1,2,,\xff\n",
    "NUL": (HEAD + "S1,1,,a\0\n").encode(),
    "header again": (PLAIN + PLAIN).encode(),
    "other header": (PLAIN + "order_id,shop_id,paid_at\n1,S1,\n").encode(),
    "other columns": b"order_id,shop_id,x\n1,S1,2\n",
    "semicolons": PLAIN.replace(",", ";").encode(),
    "quarantined": b"set_aside_because," + HEAD.encode() + b"x,S1,1,,'=1\n",
    "tar": (HEAD + "x" * (257 - len(HEAD)) + "ustar,1\n").encode(),
    "mail": (HEAD + "MIME-Version: 1.0\nContent-Type: text/html\n").encode(),
    "large": (HEAD + "S1,1,,a\n" * 40_000).encode(),
    "empty": b"",
}


class Read(NamedTuple):
    """All that a table says."""

    label: str | None
    rows: dict[str, list[str | None]]
    unread: tuple[str, ...]
    refused: dict[int, tuple[str | None, str]]
    notices: tuple[str, ...]
    lines: list[int | None]
    records: list[list[str]]
    headers: tuple[str, ...]
    encoding: str
    lines_known: bool


def all_of(table: RawTable) -> Read:
    rows = range(min(len(table.frame), 5))
    return Read(
        table.label,
        table.frame.to_dict(as_series=False),
        table.unread,
        dict(table.refused),
        tuple(map(str, table.notices)),
        table.lines(rows),
        table.records(rows),
        table.origin.headers,
        table.origin.encoding,
        table.origin.lines_known,
    )


def read(found: list[Opener]) -> list[Read | str]:
    """What is read until something is refused."""
    tables: list[Read | str] = []
    try:
        tables.extend(map(all_of, open_tables(found, ShopDefaults(), STREAMS["orders"])))
    except InputError as error:
        tables.append(str(error))
    return tables


def read_alone(found: list[Opener]) -> list[Read | str]:
    tables: list[Read | str] = []
    for opener in found:
        tables += read([opener])
        if isinstance(tables[-1], str):
            break
    return tables


def sources(folder: Path, files: list[bytes]) -> list[Opener]:
    (folder / "orders").mkdir()
    for number, data in enumerate(files):
        (folder / "orders" / f"{number}.csv").write_bytes(data)
    return list(find_sources(folder, STREAMS, ()).tables["orders"])


@pytest.mark.parametrize("name", FILES)
def test_any_file_between_plain_ones(tmp_path: Path, name: str) -> None:
    plain = FILES["plain"]
    found = sources(tmp_path, [plain, FILES["other rows"], FILES[name], FILES[name], plain, plain])
    assert read(found) == read_alone(found)


@given(st.lists(st.sampled_from(sorted(FILES)), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_any_files_in_any_order(names: list[str]) -> None:
    with TemporaryDirectory() as folder:
        found = sources(Path(folder), [FILES[name] for name in names])
        assert read(found) == read_alone(found)


def test_more_texts_than_are_split_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openers, "_TOGETHER", 200)
    found = sources(tmp_path, [FILES["plain"], FILES["other rows"]] * 9)
    assert read(found) == read_alone(found)


def test_a_file_that_changes_before_it_is_read(tmp_path: Path) -> None:
    found = sources(tmp_path, [FILES["plain"]] * 4)
    changed = tmp_path / "orders" / "2.csv"
    changed.write_bytes(FILES["other rows"])
    *before, error = read(found)
    assert len(before) == 2
    assert "2.csv: the file changed while it was read" in str(error)


def test_texts_of_a_kind_are_split_in_one_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is odd in one of them costs a few calls more, and not a call for each."""
    from shopscore.reading.formats import together

    calls = 0

    def counted(*args: object) -> object:
        nonlocal calls
        calls += 1
        return parse(*args)  # type: ignore[arg-type]

    parse = together.parse
    monkeypatch.setattr(together, "parse", counted)
    sources(tmp_path, [FILES["plain"]] * 40)
    ss.read_events(tmp_path)
    assert calls == 1
    (tmp_path / "orders" / "7.csv").write_bytes(FILES["blank line"])
    ss.read_events(tmp_path)
    assert calls < 16
