"""Sheets: tables of text as merchants have them, whatever kind of file they come in.

A sheet is a text (CSV, TSV, …), a worksheet of a workbook or a table of a web page, perhaps within
a zip or gzip. What a file is, its content says, not its name. The first records are read at once,
so that the header can be found among them; the columns below that header are read when they are
asked for.

``archives`` unpacks, ``decoding`` finds the encoding, ``text`` and ``columns`` split text into
cells, ``workbooks`` reads worksheets once ``xlsx_size`` lets them pass, ``web_pages`` the tables
of what ``documents`` takes for a web page. ``frames`` has the tables that need none of this:
Parquet files and dataframes.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import InputError
from ...messages import message
from ...value_classes import evolve, frozen
from ..formulas import REASON, unmark
from .archives import Content, look_into, plain_content, unpack
from .body import Body
from .columns import Columns
from .documents import PageKind, recognise_page
from .headers import check_headers
from .separators import HEAD, FindSeparator, separator_by_widths
from .text import MOST_COLUMNS, Delimited, open_delimited
from .together import SmallText

if TYPE_CHECKING:
    from .workbooks import Grid


@frozen(eq=False)
class Sheet:
    """A table of text: where it is from, and its first records.

    ``encoding`` is ``utf-8``, ``utf-8-sig``, ``gb18030``, ``utf-16``, one that was stated, or
    ``workbook``, which has no ``separator``.
    """

    label: str
    path: Path
    encoding: str
    separator: str
    head: tuple[tuple[str, ...], ...]
    _table: Delimited | Grid

    @property
    def is_doubtful(self) -> bool:
        """Whether its bytes are hardly text of the encoding that was found out."""
        return isinstance(self._table, Delimited) and self._table.encoding.doubtful

    def body(self, header: int, positions: Sequence[int], columns: Columns | None = None) -> Body:
        """Return the cells of some columns below the header, which is a record of ``head``.

        These ``columns`` may have been split already, together with those of other sheets.

        Raises:
            InputError: naming file and line where the file cannot be read.
        """
        wanted = list(dict.fromkeys(positions))
        if columns is not None and isinstance(self._table, Delimited):
            body = self._table.body_of(header, columns)
        else:
            body = self._table.body(header, wanted)
        marked = any(name.strip() == REASON for name in self.head[header])
        if marked:
            body = evolve(body, frame=unmark(body.frame))
        return check_headers(body, self.label, self.head[header])

    def small_text(self, header: int) -> SmallText | None:
        """Return all that is below a record of ``head`` in a small text; None for other sheets.

        Raises:
            InputError: where the file cannot be read.
        """
        return self._table.small_text(header) if isinstance(self._table, Delimited) else None

    def like(self, small: SmallText, path: Path, label: str) -> tuple[Sheet, SmallText] | None:
        """Open a small text that begins with the same header as this one, its first record.

        Its bytes show that it is no other kind of file. None is returned where any may be one, or
        where it must be looked at as every file is.
        """
        content = plain_content(path, label)
        at_hand = content.at_hand()
        if at_hand is content or not isinstance(self._table, Delimited):
            return None
        with suppress(InputError):  # whoever opens it by itself says what is wrong with it
            if look_into(at_hand) != (at_hand, "text") or recognise_page(at_hand) is not None:
                return None
            if (found := self._table.like(small, at_hand)) is not None:
                text = evolve(found[0], content=content)
                return evolve(self, label=label, path=path, head=self.head[:1], table=text), found[
                    1
                ]
        return None

    def decoded(self, encoding: str) -> Sheet:
        """Return the same table in an encoding that is stated; worksheets have none.

        Raises:
            InputError: where there is no such encoding.
        """
        table = self._table
        if not isinstance(table, Delimited) or encoding == self.encoding:
            return self
        text = open_delimited(table.content, separator_by_widths, encoding)
        return _text_sheet(self.path, text)


def open_sheets(
    path: Path,
    label: str | None = None,
    find_separator: FindSeparator = separator_by_widths,
    encodings: Sequence[str] = (),
) -> list[Sheet]:
    r"""Open the sheets of a file: the worksheets of a workbook with anything in them, else one.

    A text that cannot be read in the encoding that it seems to have is read in one of those that
    are stated.

    Raises:
        InputError: where nothing can be read, or not safely; it says what to do.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "orders.csv")
    ...     _ = path.write_bytes("店铺\n订单号;金额\n6920000000000000977;'5\n".encode("gb18030"))
    ...     (sheet,) = open_sheets(path)
    ...     body = sheet.body(1, [0])
    ...     sheet.encoding, sheet.separator, sheet.head[1]
    ...     body.frame.rows(), body.origin.lines([0]), body.origin.records([0])
    ('gb18030', ';', ('订单号', '金额'))
    ([('6920000000000000977',)], [3], [['6920000000000000977', "'5"]])
    """
    content, kind = unpack(path, label or path.name)
    at_hand = content.at_hand() if kind == "text" else content
    page = recognise_page(at_hand) if kind == "text" else None
    if kind == "text" and page is None:
        text = _open_text(at_hand, find_separator, encodings)
        return [_text_sheet(path, evolve(text, content=content))]
    grids = _open_grids(content, page)
    return [
        _worksheet(f"{content.label} / {name}" if len(grids) > 1 else content.label, path, grid)
        for name, grid in grids
    ]


def _open_grids(content: Content, page: PageKind | None) -> list[tuple[str, Grid]]:
    """Open a workbook or a page; what reads them is loaded where there is one (20 ms)."""
    if page is None:
        from .workbooks import open_grids

        return open_grids(content)
    from .web_pages import open_pages

    return open_pages(content, page)


def _open_text(
    content: Content, find_separator: FindSeparator, encodings: Sequence[str]
) -> Delimited:
    try:
        return open_delimited(content, find_separator)
    except InputError as error:
        for encoding in encodings:
            with suppress(InputError):
                return open_delimited(content, find_separator, encoding)
        raise error from None


def _text_sheet(path: Path, text: Delimited) -> Sheet:
    head = tuple(tuple(text.texts(record)) for record in text.head)
    return Sheet(text.content.label, path, text.encoding.name, text.separator, head, text)


def _worksheet(label: str, path: Path, grid: Grid) -> Sheet:
    head = tuple(tuple(grid.row(at)) for at in range(min(HEAD, len(grid.numbers))))
    for at, record in enumerate(head):
        if len(record) > MOST_COLUMNS:
            raise InputError(
                message(
                    "{file}, row {row}: {columns:,} columns; more than {most:,} are not read",
                    file=label,
                    row=grid.numbers[at],
                    columns=len(record),
                    most=MOST_COLUMNS,
                )
            )
    return Sheet(label, path, "workbook", "", head, grid)
