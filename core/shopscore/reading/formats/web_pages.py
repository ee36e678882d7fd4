"""Web pages that back offices call .xls: their tables as worksheets, as they were laid out."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from contextlib import suppress
from email.message import Message
from html.parser import HTMLParser

import polars as pl

from ...errors import InputError
from ...messages import message
from ...model.encodings import find_encoding
from .archives import Content
from .documents import PageKind, refuse_page
from .text import MOST_COLUMNS
from .workbooks import Grid

#: The most bytes of a page, and cells of its tables.
MOST_PAGE = 64 << 20
MOST_PAGE_CELLS = 5_000_000

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
#: What pages mean by some names: more than they say, and never what its own name could not be in.
_MEANT = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "utf-16": "utf-8-sig",
    "utf-16le": "utf-8-sig",
    "utf-16be": "utf-8-sig",
}
_DECLARATION = re.compile("<![^<>]*>?")
_UNSEEN = ("script", "style", "title")
_MOST_ROWS_OF_A_CELL = 65_534  # what browsers allow


def open_pages(content: Content, kind: PageKind) -> list[tuple[str, Grid]]:
    """Return the tables of a web page that have anything in them, under their numbers.

    A cell over several rows stands in each of them; one over several columns in the first.

    Raises:
        InputError: where there is no table, or too much of it.
    """
    with content.stream() as stream:
        data = stream.read(MOST_PAGE + 1)
    if len(data) > MOST_PAGE:
        raise refuse_page(content, message("it is larger than 64 MiB"))
    found = []
    for page in [data] if kind == "html" else _pages(data, content):
        parser = _TableParser(content)
        parser.feed(_tags_and_text(_decoded(page, content)))
        parser.close()
        found += parser.finished()
    grids = [_grid(t) for t in found if sum(map(any, t.rows)) and sum(map(len, t.rows)) > 1]
    if not grids:
        raise refuse_page(content, message("no table is in it"))
    return [(f"table {number}", grid) for number, grid in enumerate(grids, start=1)]


def _pages(data: bytes, content: Content) -> Iterator[bytes]:
    """Yield the pages within an envelope of MIME."""
    for part in _parts(data, content):
        page = part.get_payload(decode=True) if part.get_content_type() == "text/html" else None
        if isinstance(page, bytes):
            yield page


def _parts(data: bytes, content: Content) -> list[Message]:
    try:
        return [*email.message_from_bytes(data).walk()]
    except RecursionError:
        raise refuse_page(content, message("its parts lie too deep within each other")) from None


def _decoded(page: bytes, content: Content) -> str:
    """Return the text of a page: in the encoding that it names, if that is true."""
    if page.startswith((b"\xff\xfe", b"\xfe\xff")):
        return page.decode("utf-16", "replace")
    named = _CHARSET.search(page[:4096])
    name = named[1].decode().lower() if named else "utf-8"
    for codec in (find_encoding(_MEANT.get(name, name)), "utf-8-sig", "gb18030"):
        with suppress(UnicodeError):
            if codec is not None:
                return page.decode(codec)
    raise refuse_page(content, message("its encoding cannot be told"))


def _tags_and_text(page: str) -> str:
    """Return a page without what is no part of a table, and is never ended in some pages.

    From each beginning of a comment, a declaration or a tag the parser looks for the end of it,
    through all of the page where there is none: for ever, where there are many.

    >>> _tags_and_text("<!DOCTYPE html><p>1<!-- <p> --><![if x]>2<![endif]></p>3 <p <p")
    ' <p>1 2 </p>3 '
    """
    plain = _DECLARATION.sub(" ", "".join(_outside_comments(page)))
    end = plain.find("<", plain.rfind(">") + 1)
    return plain if end < 0 else plain[:end]


def _outside_comments(page: str) -> Iterator[str]:
    at = 0
    while (start := page.find("<!--", at)) >= 0:
        yield page[at:start]
        end = page.find("-->", start + len("<!"))  # <!--> is a whole one
        if end < 0:
            return
        at = end + len("-->")
    yield page[at:]


def _grid(table: _Table) -> Grid:
    """Return a table as a worksheet; a row with nothing but cells from above is none, as there."""
    kept = table.own
    place = {at: position for position, at in enumerate(kept)}
    rows = [table.rows[at] for at in kept]
    columns = {
        str(column): [(row[column] or None) if column < len(row) else None for row in rows]
        for column in range(max(map(len, rows)))
    }
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    merged = {
        column: [place[at] for at in filled if at in place]
        for column, filled in table.from_above.items()
    }
    return Grid(frame, pl.Series([at + 1 for at in kept], dtype=pl.Int64), merged)


class _Table:
    """A table that is being read: its rows, and the cells that reach into rows below.

    ``from_above`` has, by column, the rows whose cell is that of a row above.
    """

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.from_above: dict[int, list[int]] = {}
        self.text: list[str] | None = None  # of the open cell
        self._spans = (1, 1)
        self._below: dict[int, tuple[int, str]] = {}

    @property
    def own(self) -> list[int]:
        """The rows with anything in them that begins there."""
        filled = {(at, column) for column, rows in self.from_above.items() for at in rows}
        return [
            at
            for at, row in enumerate(self.rows)
            if any(cell and (at, column) not in filled for column, cell in enumerate(row))
        ]

    def open_row(self) -> None:
        self.close_row()
        self.rows.append([])

    def close_row(self) -> None:
        self.close_cell()
        if self.rows:
            self._fill_down()

    def open_cell(self, rows: int, columns: int) -> None:
        self.close_cell()
        if not self.rows:
            self.rows.append([])
        self._spans, self.text = (rows, columns), []

    def close_cell(self) -> None:
        if self.text is None:
            return
        text, (rows, columns) = " ".join("".join(self.text).split()), self._spans
        self.text = None
        self._fill_down()
        row = self.rows[-1]
        for cell in (text, *[""] * (columns - 1)):
            if rows > 1:
                self._below[len(row)] = rows, cell
            row.append(cell)

    def end_row(self) -> None:
        """Count down the cells that reach into the next row."""
        self._below = {at: (n - 1, cell) for at, (n, cell) in self._below.items() if n > 1}

    def _fill_down(self) -> None:
        row = self.rows[-1]
        while (place := len(row)) in self._below:
            _, cell = self._below[place]
            if cell:
                self.from_above.setdefault(place, []).append(len(self.rows) - 1)
            row.append(cell)


class _TableParser(HTMLParser):
    """Collects the rows of every table; rows without one are a table as well."""

    def __init__(self, content: Content) -> None:
        super().__init__(convert_charrefs=True)
        self._content = content
        self._open: list[_Table] = []
        self._tables: list[_Table] = []
        self._unseen = 0
        self._cells = 0

    def finished(self) -> list[_Table]:
        """Return all tables, complete."""
        for table in self._open:
            table.close_row()
        return self._tables

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._begin()
        elif tag == "tr":
            self._open_row()
        elif tag in ("td", "th"):
            self._open_cell(dict(attrs))
        elif tag in ("br", "p", "div"):
            self.handle_data(" ")
        self._unseen += tag in _UNSEEN

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in ("td", "th", "tr", "table") and self._open:
            self._open[-1].close_cell()
            if tag == "tr":
                self._open[-1].close_row()
            elif tag == "table":
                self._open.pop().close_row()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].text is not None and not self._unseen:
            self._open[-1].text.append(data)

    def _begin(self) -> None:
        self._open.append(_Table())
        self._tables.append(self._open[-1])

    def _current(self) -> _Table:
        if not self._open:
            self._begin()
        return self._open[-1]

    def _open_row(self) -> None:
        table = self._current()
        table.close_row()
        self._cells += len(table.rows[-1]) if table.rows else 0
        if self._cells > MOST_PAGE_CELLS:
            raise self._too_large()
        table.end_row()
        table.open_row()

    def _open_cell(self, attributes: dict[str, str | None]) -> None:
        rows = min(_span(attributes.get("rowspan")), _MOST_ROWS_OF_A_CELL)
        columns = _span(attributes.get("colspan"))
        table = self._current()
        width = len(table.rows[-1]) if table.rows else 0
        if width + columns > MOST_COLUMNS:
            raise self._too_large()
        table.open_cell(rows, columns)

    def _too_large(self) -> InputError:
        return refuse_page(self._content, message("its tables are too large"))


def _span(text: str | None) -> int:
    """Return over how many rows or columns a cell reaches.

    >>> _span("3"), _span(None), _span("0"), _span("x"), _span("٣")
    (3, 1, 1, 1, 1)
    """
    return int(text) if text and re.fullmatch("[1-9][0-9]{0,8}", text.strip()) else 1
