"""Exports: the rows of a recognised sheet as raw cells of a canonical stream."""

from __future__ import annotations

import polars as pl
from attrs import evolve

from ...errors import InputError
from ...model.layouts import Layout, plain_header
from ...model.streams import Stream
from ..files import RawTable, SubOrderRows
from ..report import GUARD, REASON
from ..rows.cells import ROUNDED
from .cleaning import cleaned, translated
from .recognition import Recognised

#: In the place of an id: words that explain a column, under its header.
_EXPLAINS = r"[\u4e00-\u9fff]"


def export_table(found: Recognised, stream: Stream) -> RawTable:
    """The cells of a sheet under canonical names, cleaned; nothing is typed yet.

    Raises:
        InputError: where the file does not have what identifies a row.
    """
    layout, places = found.layout, found.places
    missing = [name for name in stream.key if name not in places and name not in layout.constants]
    if missing:
        names = layout.columns.get(missing[0])
        if names is None:
            raise InputError(f"{layout.origin}: [columns] names no header for {missing[0]}")
        wanted = " or ".join(names)
        raise InputError(
            f"{found.sheet.label}: taken for {layout.name}, and has no column {wanted}"
        )
    sub = _sub_place(layout, found.headers)
    positions = sorted({*places.values(), *(() if sub is None else (sub,))})
    body = found.sheet.body(found.header, positions)
    if REASON in (header.strip() for header in found.headers):
        body = evolve(body, frame=body.frame.with_columns(pl.all().str.replace(GUARD, "$1")))
    columns = [
        _cells(body.frame[str(place)], stream, layout, name).alias(name)
        for name, place in places.items()
    ]
    frame = pl.DataFrame(columns).with_columns(
        pl.lit(value).alias(name) for name, value in layout.constants.items() if name not in places
    )
    rest = [
        h
        for i, h in enumerate(found.headers)
        if i not in positions and h.strip() not in ("", REASON)
    ]
    return RawTable(
        frame=frame,
        label=found.sheet.label,
        path=found.sheet.path,
        too_long=body.too_long,
        refused=_explanations(frame, stream),
        unread=tuple(dict.fromkeys(rest)),
        titles={name: found.headers[place].strip() for name, place in places.items()},
        body=body,
        found=found,
        state=layout.state,
        suborders=_suborders(layout, body.frame, sub),
    )


def _cells(cells: pl.Series, stream: Stream, layout: Layout, name: str) -> pl.Series:
    kind = stream.column(name).kind
    words = layout.words.get(name)
    if words is None:
        return cleaned(cells, kind)
    known = translated(cleaned(cells, "text"), words)
    return known if kind in ("text", "enum", "bool") else cleaned(known, kind)


def _sub_place(layout: Layout, headers: tuple[str, ...]) -> int | None:
    """Where the ids of sub-orders stand, if the file has them."""
    if layout.suborders is None:
        return None
    at = {plain_header(h): i for i, h in reversed(list(enumerate(headers)))}
    return next((at[p] for n in layout.suborders.id if (p := plain_header(n)) in at), None)


def _suborders(layout: Layout, cells: pl.DataFrame, place: int | None) -> SubOrderRows | None:
    if layout.suborders is None:
        return None
    none = pl.Series([None], dtype=pl.String).new_from_index(0, len(cells))
    ids = none if place is None else cleaned(cells[str(place)], "text")
    ids = ids.set(ids.str.contains(ROUNDED).fill_null(False), None)  # these tell no rows apart
    return SubOrderRows(layout.suborders, ids)


def _explanations(frame: pl.DataFrame, stream: Stream) -> dict[int, tuple[str, str]]:
    """Rows right under the header that say in words what the columns mean."""
    found: dict[int, tuple[str, str]] = {}
    key = next((name for name in stream.key if name in frame.columns), None)
    if key is None:
        return found
    for row, cell in enumerate(frame[key].head(5)):
        if cell is None or not pl.Series([cell]).str.contains(_EXPLAINS).item():
            break
        found[row] = (cell, "an explanation under the header, and no row")
    return found
