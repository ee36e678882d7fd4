"""Canonical events from CSV: read → set aside → latest state → repair, and the books.

Slow and plain on purpose: every step is a loop over dicts, in the words and the order of the page
`events.md`, so that it can be checked by reading.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from oracle.canonical_streams import STREAMS, Stream
from oracle.cell_meanings import Forbidden, Unreadable, Value, canonical, read_cell

Row = dict[str, Value]
Cells = dict[str, str]

EXTRA_CELLS = "(cells beyond the header)"
"""In a mapping of rows: the key of a cell that is written after the last column."""


class Unusable(ValueError):
    """The input as a whole cannot be used: a required column does not exist."""


@dataclass(frozen=True)
class Entry:
    """A cell that set its row aside, or that was repaired."""

    stream: str
    line: int
    column: str  # empty for a row with too many cells
    value: str
    reason: str


@dataclass
class Books:
    """What became of the rows of one stream; `repaired` counts cells, not rows."""

    rows_in: int = 0
    accepted: int = 0
    replaced: int = 0
    set_aside: int = 0
    repaired: int = 0
    unlinked: int = 0

    def as_dict(self) -> dict[str, int]:
        """With the names of the page; `in` is a word that Python keeps for itself."""
        numbers = dict(vars(self))
        return {"in": numbers.pop("rows_in"), **numbers}


@dataclass
class Loaded:
    """The accepted rows, after repair, and what happened on the way.

    Every row has all known columns of its stream (null or the default where the file has none);
    `columns` says which of them the file has. A stream without a file has no rows and no columns.
    """

    rows: dict[str, list[Row]] = field(default_factory=dict)
    columns: dict[str, set[str]] = field(default_factory=dict)
    ignored_columns: dict[str, list[str]] = field(default_factory=dict)
    books: dict[str, Books] = field(default_factory=dict)
    set_aside: list[Entry] = field(default_factory=list)
    repaired: list[Entry] = field(default_factory=list)


@dataclass
class _State:
    """One row of the file that was not set aside: a state of the thing its key names."""

    line: int
    cells: Cells
    row: Row
    unreadable: list[str]


def load(
    source: Path | Mapping[str, list[dict[str, str]]], zone: str | None = "Asia/Shanghai"
) -> Loaded:
    """The events of a folder of CSV files, or of rows of text cells by stream."""
    loaded = Loaded()
    for stream in STREAMS.values():
        text = _text_of(source, stream)
        loaded.rows[stream.name] = []
        loaded.columns[stream.name] = set()
        if text is not None:
            loaded.books[stream.name] = Books()
            _load_stream(loaded, stream, text, zone)
    for stream in STREAMS.values():
        if stream.links_to_orders and stream.name in loaded.books:
            loaded.books[stream.name].unlinked = _count_unlinked(loaded, stream)
    return loaded


def as_csv(stream: str, rows: list[dict[str, str]]) -> str:
    """The rows as the text of a CSV file; without rows, the header of all known columns."""
    names = list(dict.fromkeys(name for row in rows for name in row if name != EXTRA_CELLS))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names if rows else STREAMS[stream].columns)
    for row in rows:
        extra = [row[EXTRA_CELLS]] if EXTRA_CELLS in row else []
        writer.writerow([row.get(name, "") for name in names] + extra)
    return out.getvalue()


def _text_of(source: Path | Mapping[str, list[dict[str, str]]], stream: Stream) -> str | None:
    if isinstance(source, Path):
        file = source / f"{stream.name}.csv"
        # bytes: reading as text would change the line ends inside quoted cells
        return file.read_bytes().decode("utf-8-sig") if file.exists() else None
    return as_csv(stream.name, source[stream.name]) if stream.name in source else None


def _load_stream(loaded: Loaded, stream: Stream, text: str, zone: str | None) -> None:
    books = loaded.books[stream.name]
    lines = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip() for name in next(lines, [])]
    _look_at_header(loaded, stream, header)

    states: dict[tuple[str, ...], list[_State]] = {}
    rows = list(_read(lines))
    width = _width([cells for _, cells in rows], len(header))
    for line, cells in rows:
        books.rows_in += 1
        state = _accept(loaded, stream, header, width, line, cells, zone)
        if state is None:
            books.set_aside += 1
            continue
        key = tuple(canonical(state.row[name]) for name in stream.key)
        states.setdefault(key, []).append(state)

    for same_key in states.values():
        latest = _latest(same_key, loaded.columns[stream.name])
        books.accepted += 1
        books.replaced += len(same_key) - 1
        books.repaired += _repair(loaded, stream, latest)
        loaded.rows[stream.name].append(latest.row)


def _look_at_header(loaded: Loaded, stream: Stream, header: list[str]) -> None:
    missing = [name for name in stream.required if name not in header]
    if missing:
        raise Unusable(f"{stream.name}: no column {', '.join(missing)}")
    loaded.columns[stream.name] = {name for name in header if name in stream.columns}
    loaded.ignored_columns[stream.name] = [name for name in header if name not in stream.columns]


def _read(lines: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) for every row; the line is the one on which the row begins."""
    while True:
        line = lines.line_num + 1  # type: ignore[attr-defined]  # of csv.reader
        cells = next(lines, None)
        if cells is None:
            return
        if cells:  # a fully blank line is no row
            yield line, cells


def _width(rows: list[list[str]], header: int) -> int:
    """How many cells a row has: as many as the header, unless all rows agree on others."""
    widths = {len(cells) for cells in rows}
    if header > 1 and widths - {1}:
        widths -= {1}  # lines of a single cell have no say
    beyond = any(cell.strip() for cells in rows for cell in cells[header:])
    return min(widths) if len(widths) == 1 and not beyond else header


def _accept(
    loaded: Loaded,
    stream: Stream,
    header: list[str],
    width: int,
    line: int,
    raw: list[str],
    zone: str | None,
) -> _State | None:
    """The row with typed cells, or None where it is set aside (for the first reason found)."""

    def set_aside(column: str, value: str, reason: str) -> None:
        loaded.set_aside.append(Entry(stream.name, line, column, value.strip(), reason))

    if len(raw) != width:
        if len(raw) > len(header):
            set_aside("", raw[len(header)], "too many cells")
        else:
            set_aside("", "", "too few cells")
        return None
    # zip stops at the shorter of the two: where all rows are short, the last cells are empty
    cells = {name: cell for name, cell in zip(header, raw, strict=False) if name in stream.columns}
    state = _State(line, cells, {}, [])
    for name, column in stream.columns.items():
        text = cells.get(name, "")
        try:
            state.row[name] = read_cell(text, column, zone)
        except Forbidden as error:
            set_aside(name, text, str(error))
            return None
        except Unreadable:
            # an unreadable paid_at would turn a paid order into an unpaid one
            if name in stream.required or (stream.name, name) == ("orders", "paid_at"):
                set_aside(name, text, "unreadable")
                return None
            state.row[name] = column.default
            state.unreadable.append(name)
        if name in stream.required and state.row[name] is None:
            set_aside(name, text, "empty")
            return None
    return state


def _latest(states: list[_State], columns: set[str]) -> _State:
    """The greatest updated_at (null is oldest), then the greatest canonical text."""

    def age(state: _State) -> tuple[bool, int, str]:
        updated = state.row["updated_at"]
        text = "\x1f".join(canonical(state.row[name]) for name in sorted(columns))
        return (updated is not None, updated if isinstance(updated, int) else 0, text)

    return max(states, key=age)


def _repair(loaded: Loaded, stream: Stream, state: _State) -> int:
    """Null the cells that cannot be; returns how many.

    Only a row that stays is repaired: the unreadable cells of a replaced state are counted nowhere.
    """
    broken = [(name, "unreadable") for name in state.unreadable]
    for earlier, later in stream.ordered:
        first, second = state.row[earlier], state.row[later]
        if isinstance(first, int) and isinstance(second, int) and second < first:
            state.row[later] = None  # at once: the next pair compares what is left
            broken.append((later, f"before {earlier}"))
    for name, reason in broken:
        value = state.cells.get(name, "").strip()
        loaded.repaired.append(Entry(stream.name, state.line, name, value, reason))
    return len(broken)


def _count_unlinked(loaded: Loaded, stream: Stream) -> int:
    """Accepted rows that name an order which the same shop does not have."""
    known = {(order["shop_id"], order["order_id"]) for order in loaded.rows["orders"]}
    unlinked = 0
    for row in loaded.rows[stream.name]:
        if row["order_id"] is not None and (row["shop_id"], row["order_id"]) not in known:
            unlinked += 1
    return unlinked
