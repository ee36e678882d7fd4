"""Which rows can be used: the others are set aside, each with column, value and reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

import polars as pl

from ...errors import InputError, did_you_write
from ...messages import listed, message
from ...model.layouts import AS_WRITTEN
from ...model.streams import Column, Stream
from ...value_classes import evolve, frozen
from .. import batches
from ..formats.headers import may_hold, refuse_headers
from ..raw_table import ROW, SUBORDER, RawTable
from ..report import INCIDENT_SCHEMA, no_incidents
from .cells import Cells, NoZoneError, parse
from .faults import Fault, find_empty, find_faults
from .ids import Ids, as_integers, is_id, keep_their_digits, read_ids
from .narrowing import narrowed
from .proofs import prove
from .repairs import is_out_of_order, none_emptied
from .settling import settle, with_both_clocks
from .shop_codes import RowShops, ShopCodes
from .taking import RowTaker
from .times import narrow
from .wanted import Wanted, identifying

_SUBORDER = Column(SUBORDER, "text")


@frozen(eq=False)
class Checked:
    """The usable rows of one source, typed, and what was found on the way.

    ``rows`` have the code of their shop in ``shop``, and of the columns those that were wanted.
    ``unreadable`` lists optional cells that became null; they are reported if their row stays.
    ``unlisted`` are the words of usable rows that no list of the layout has. ``out_of_order`` says
    that a time is before one that it cannot be before; ``emptied`` are the times for which that
    was repaired. ``in_pieces`` says that its ids were checked piece by piece.
    """

    rows: tuple[pl.DataFrame, ...]
    columns: tuple[str, ...]
    rows_in: int
    set_aside: pl.DataFrame
    unreadable: pl.DataFrame
    unlisted: Mapping[str, pl.Series]
    ignored: tuple[str, ...]
    out_of_order: bool
    emptied: pl.DataFrame
    in_pieces: bool


@frozen(eq=False)
class RowChecks:
    """How the rows of a stream are checked.

    The keys of rows that are ``named`` by other streams are looked up. Where a ``taker`` looks at
    usable rows, only those columns are kept that it asks for later. ``only`` are the positions in
    their table of the rows that are kept; where the ids of a table were checked ``in_pieces``
    before, no piece need be read but those of these rows.
    """

    stream: Stream
    zone: ZoneInfo | None
    shops: ShopCodes
    taker: RowTaker | None = None
    named: bool = False
    only: pl.Series | None = None
    in_pieces: bool = False

    @property
    def wanted(self) -> Wanted | None:
        """The columns of usable rows that are kept; None: all."""
        return None if self.taker is None else self.taker.wanted(self.stream)

    @property
    def needed(self) -> frozenset[str] | None:
        """The columns whose cells somebody looks at once they are checked; None: all."""
        if self.taker is None or (wanted := self.wanted) is None:
            return None
        times = (name for pair in self.stream.ordered for name in pair)
        return self.taker.looks_at(self.stream) | wanted.kept(self.stream) | {*times}

    def check(self, table: RawTable) -> Checked:
        """Type the known columns of a source and set aside the rows that cannot be used.

        Raises:
            InputError: where a required column is missing; for times with an offset and no known
                zone.
        """
        if self.taker is not None and not table.has_cells_again:
            return evolve(self, taker=None).check(table)
        if self.only is None:  # else it was looked at before, and holds no column now
            _refuse_missing_columns(table, self.stream)
        forget = None
        if self.taker is not None and sum(table.rows_per_file) > batches.BATCH_ROWS:
            forget = self.taker.mark()
        found = self._check_pieces(table)
        if found is None:
            if forget is not None:
                forget()
            alone = self._check_piece(table.whole(), None)
            assert alone is not None  # all ids can be checked beside all others
            found = [alone]
        for piece in found:
            self.shops.use(piece.rows[0]["shop"])
        return _joined(found)

    def _check_pieces(self, table: RawTable) -> list[Checked] | None:
        """Return what is in each piece; None where some ids can only be checked beside all others."""
        clear = {column.name for column in self.stream.columns if self.in_pieces}
        clear |= table.beside.clear if table.beside else set()
        found: list[Checked] = []
        for piece in table.pieces():
            if found and self.only is not None:
                end = piece.start + len(piece.frame)
                if not self.only.is_between(piece.start, end, closed="left").any():
                    continue  # nobody asks for any of its rows
            is_all = len(piece.frame) == sum(table.rows_per_file)
            checked = self._check_piece(piece, None if is_all else clear)
            if checked is None:
                return None
            found.append(checked)
        return found

    def _check_piece(self, piece: RawTable, clear: set[str] | None) -> Checked | None:
        """Return what is in some rows; None where their ids cannot be checked by themselves.

        ``clear`` are columns of ids whose digits are not lost; None: these are all rows.
        """
        stream = self.stream
        shops = self.shops.of(piece.frame["shop_id"].cast(pl.String))
        integers = self._integers(piece, clear)
        piece = _without_headers(piece, stream, shops, integers)
        typed = self._type(piece, integers, clear)
        if typed is None:
            return None
        cells, ids = typed
        found, bad = _set_aside(piece, stream, find_faults(piece, stream, cells, ids, shops))
        emptied = _emptied(piece, stream, find_empty(piece, stream, cells, ids), bad)
        set_aside, unreadable = _locate(piece, found, emptied)
        rows = _with_state(cells, piece).hstack([pl.Series("shop", shops.codes)])
        rows = rows.filter(~bad) if bad.any() else rows
        columns, odd, repaired = {*rows.columns}, is_out_of_order(rows, stream), none_emptied()
        if self.taker is not None:
            rows, repaired = settle(rows, stream, self.zone, out_of_order=odd)
            self.taker.take(stream, with_both_clocks(rows, stream, self.zone))
            odd = False
        unknown = [name for name in piece.frame.columns if name not in {*stream.names, *cells}]
        return Checked(
            rows=(self._kept(rows),),
            columns=tuple(name for name in stream.names if name in columns),
            rows_in=len(piece.frame),
            set_aside=set_aside,
            unreadable=unreadable,
            unlisted={name: words.filter(~bad) for name, words in piece.unlisted.items()},
            ignored=(*unknown, *piece.unread),
            out_of_order=odd,
            emptied=repaired,
            in_pieces=clear is not None,
        )

    def _kept(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the columns to keep."""
        if self.only is not None:
            rows = rows.filter(pl.col(ROW).is_in(self.only.cast(pl.UInt32).implode()))
        wanted = self.wanted
        if wanted is None:
            return rows
        kept = {ROW, "shop", *wanted.kept(self.stream)}
        rows = rows[[name for name in rows.columns if name in kept]]
        keys = identifying(self.stream)  # which are compared with those of other streams
        wide = [c.name for c in rows if c.dtype == pl.Int64 and c.name not in keys]
        return narrowed(rows, wide)

    def _type(
        self, piece: RawTable, integers: dict[str, Cells], clear: set[str] | None
    ) -> tuple[dict[str, Cells], Ids] | None:
        """Return the known columns of some rows but their shops, typed; and their ids."""
        names = piece.frame.columns
        own = [c for c in self.stream.columns if c.name in names and c.name != "shop_id"]
        own += [_SUBORDER] if piece.layout and piece.layout.suborders else []
        proved = integers
        if piece.layout is None:
            left = [c for c in own if c.name not in integers]
            proved = integers | prove(piece.frame, left, self.zone, self.needed)
        cells = {c.name: proved.get(c.name) or _parse(piece, c, self) for c in own}
        given = {c.name: cells[c.name].values for c in own if is_id(c) and c.name not in integers}
        ids = read_ids(given, self.stream, piece.rows_per_file, clear, piece.beside)
        if ids is None:
            return None
        return cells | {name: Cells(values, None) for name, values in ids.values.items()}, ids

    def _integers(self, piece: RawTable, clear: set[str] | None) -> dict[str, Cells]:
        """Return the columns of ids that are written as integers, which nothing is wrong with.

        They are kept as integers where nobody asks for their text.
        """
        wanted, found = self.wanted, {}
        kept = frozenset[str]()
        if self.taker is not None and wanted is not None:
            kept = wanted.integers(self.stream) - self.taker.looks_at(self.stream)
        for name in (c.name for c in self.stream.columns if is_id(c) and c.name != "shop_id"):
            if name not in piece.frame.columns or piece.layout is not None:
                continue
            text = piece.frame[name]
            ids = as_integers(text)
            if ids is not None and keep_their_digits(name, ids, piece.rows_per_file, clear):
                found[name] = Cells(ids if name in kept else text.cast(pl.String), None)
        return found


def _without_headers(
    piece: RawTable, stream: Stream, shops: RowShops, integers: Collection[str]
) -> RawTable:
    """Return a typed piece that refuses the rows that are its header once more.

    Such rows have the name of a column in one of the first two of text; integers are no names.
    """
    if not piece.origin.is_typed:
        return piece
    headers = piece.origin.headers
    suspects: set[int] = set()
    for column in [c for c in piece.frame.get_columns() if c.dtype == pl.String][:2]:
        if not may_hold(column, headers):
            continue
        if column.name == "shop_id":
            suspects.update(shops.named(headers))
        elif column.name not in integers:
            suspects.update(column.is_in([*headers]).arg_true())
    if not suspects:
        return piece
    found = refuse_headers(suspects, piece.origin, _where(piece, stream), headers, piece.start)
    return evolve(piece, refused={**piece.refused, **found})


def _joined(pieces: Sequence[Checked]) -> Checked:
    """Return what was found in pieces of one source, one after the other."""
    first, *others = pieces
    if not others:
        return first
    return Checked(
        rows=tuple(rows for piece in pieces for rows in piece.rows),
        columns=tuple(dict.fromkeys(name for piece in pieces for name in piece.columns)),
        rows_in=sum(piece.rows_in for piece in pieces),
        set_aside=pl.concat(piece.set_aside for piece in pieces),
        unreadable=pl.concat(piece.unreadable for piece in pieces),
        unlisted={
            name: pl.concat(piece.unlisted[name] for piece in pieces) for name in first.unlisted
        },
        ignored=first.ignored,
        out_of_order=any(piece.out_of_order for piece in pieces),
        emptied=pl.concat(piece.emptied for piece in pieces),
        in_pieces=True,
    )


def _where(table: RawTable, stream: Stream) -> str:
    return table.label or f"stream {stream.name}"


def _refuse_missing_columns(table: RawTable, stream: Stream) -> None:
    names = table.frame.columns
    missing = [c.name for c in stream.columns if c.required and c.name not in names]
    if missing:
        every = (*names, *table.unread)
        present = [name if name.isprintable() else repr(name) for name in every]
        raise InputError(
            message(
                "{where}: no column {missing}; there are: {present}{guess}",
                where=_where(table, stream),
                missing=listed(missing),
                present=listed(present[:12]),
                guess=did_you_write(missing, (n for n in present if n not in stream.names)),
            )
        )


def _with_state(cells: Mapping[str, Cells], table: RawTable) -> pl.DataFrame:
    """Return typed rows; where only its layout says how new a row is, with the time of that."""
    columns = pl.DataFrame([c.values.alias(name) for name, c in cells.items()])
    rows, layout = columns.with_row_index(ROW, table.start), table.layout
    state = [name for name in layout.state if name in rows.columns] if layout else []
    if not state or "updated_at" in rows.columns:
        return rows
    return rows.with_columns(updated_at=pl.max_horizontal(state))


def _set_aside(
    table: RawTable, stream: Stream, faults: Iterable[Fault]
) -> tuple[pl.DataFrame, pl.Series]:
    """Return the cells for which rows are set aside, the first one of each row; and these rows."""
    found = [no_incidents()]
    bad = pl.Series([False]).new_from_index(0, len(table.frame))
    if refused := sorted(table.refused):
        values, reasons = zip(*(table.refused[row] for row in refused), strict=True)
        found.append(_incidents(table, stream, None, refused, values, reasons))
        bad = bad.scatter(refused, True)
    for column, mask, reason in faults:
        fresh = mask & ~bad
        if fresh.any():
            found.append(_cells(table, stream, column, fresh, reason))
            bad = bad | fresh
    return pl.concat(found), bad


def _emptied(
    table: RawTable, stream: Stream, faults: Iterable[Fault], bad: pl.Series
) -> pl.DataFrame:
    """Return the optional cells of usable rows that are taken as empty."""
    found = [no_incidents()]
    for column, mask, reason in faults:
        if (left := mask & ~bad).any():
            emptied = message("{reason}: taken as empty", reason=reason)
            found.append(_cells(table, stream, column, left, emptied))
    return pl.concat(found)


def _parse(table: RawTable, column: Column, checks: RowChecks) -> Cells:
    series = table.frame[column.name]
    form = AS_WRITTEN if table.layout is None else table.layout.form(column.name)
    try:
        return parse(series, column, checks.zone, form)
    except NoZoneError as error:
        raise _no_zone(table, column, _where(table, checks.stream), error) from None


def _no_zone(table: RawTable, column: Column, where: str, error: NoZoneError) -> InputError:
    """Return the error for a time with an offset, at the first row that may have one."""
    cells = table.frame[column.name]
    written = cells.dtype == pl.String
    found = narrow(cells).str.contains(_HAS_OFFSET) if written else cells.is_not_null()
    row = int(found.arg_true()[0]) if found.any() else 0
    (at,), (value,) = table.sources([row]), table.values(column.name, [row])
    where = at.file or where
    place = {"where": where, "column": column.name, "value": repr(value), "error": error.args[0]}
    if at.line is None:
        return InputError(
            message("{where}, row {row}, column {column}: {value}: {error}", row=at.row, **place)
        )
    return InputError(
        message("{where}, line {line}, column {column}: {value}: {error}", line=at.line, **place)
    )


#: The end of a time that says how far its clock is ahead of UTC.
_HAS_OFFSET = (
    r":[0-9]{2}(?:[.,][0-9]*)?\s*(?:[AaPp]\.?[Mm]\.?\s*)?(?:Z|z|[+-][0-9]{2}:?(?:[0-9]{2})?)\s*$"
)


def _cells(
    table: RawTable, stream: Stream, column: str, mask: pl.Series, reason: str
) -> pl.DataFrame:
    """List cells of a column, for one reason."""
    rows = mask.arg_true().to_list()
    title = table.titles.get(column, column)
    return _incidents(table, stream, title, rows, table.values(column, rows), [reason] * len(rows))


def _incidents(
    table: RawTable,
    stream: Stream,
    column: str | None,
    rows: Sequence[int],
    values: Sequence[str | None],
    reasons: Sequence[str],
) -> pl.DataFrame:
    """List cells, without their lines: these are looked up for all at once."""
    return pl.DataFrame(
        {
            "stream": [stream.name] * len(rows),
            "file": [table.label] * len(rows),
            "line": [None] * len(rows),
            "row": [table.start + row + 1 for row in rows],
            "column": [column] * len(rows),
            "value": values,
            "reason": reasons,
        },
        schema=INCIDENT_SCHEMA,
    )


def _locate(table: RawTable, *lists: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield lists of cells with the lines on which their rows begin."""
    rows = sorted({int(row) for found in lists for row in found["row"]})
    lines = dict(zip(rows, table.lines([row - 1 - table.start for row in rows]), strict=True))
    for found in lists:
        if not len(found):  # a call to polars for each stream of a small input
            yield found
            continue
        yield found.with_columns(pl.Series("line", [lines[row] for row in found["row"]], pl.Int64))
