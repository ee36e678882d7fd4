"""Exports: the rows of a recognised sheet as raw cells of a canonical stream."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import NamedTuple

import polars as pl
from attrs import evolve

from ...errors import InputError
from ...messages import message
from ...model.layouts import ANY_WORD, Layout, plain_header
from ...model.streams import Stream
from ..formats.body import Body, Refusal, Refusals
from ..formulas import REASON
from ..raw_table import SUBORDER, RawTable
from .cleaning import clean, mark_times, translate, unlisted
from .recognition import RecognisedSheet

#: In the place of an id: words that explain a column, under its header.
_EXPLAINS = r"[\u4e00-\u9fff]"


def pick_columns(found: RecognisedSheet, stream: Stream) -> RawTable:
    """Return the cells of a sheet under canonical names, cleaned; nothing is typed yet.

    Raises:
        InputError: where the file does not have what identifies a row.
    """
    sheet, layout, places = found.sheet, found.layout, found.places
    missing = [name for name in stream.key if name not in places and name not in layout.constants]
    if missing:
        raise _no_key(found, missing[0])
    sub = _suborder_place(layout, found.headers)
    positions = sorted({*places.values(), *(() if sub is None else (sub,))})
    body = sheet.body(found.header, positions)
    body = _count_merged_once(body, layout, places, stream)
    uncleaned = {name: body.frame[str(place)] for name, place in places.items()}
    cleaned = [_clean_column(cells, stream, layout, n) for n, cells in uncleaned.items()]
    frame = pl.DataFrame([column.cells for column in cleaned]).with_columns(
        pl.lit(value).alias(name) for name, value in layout.constants.items() if name not in places
    )
    titles = {name: found.headers[place].strip() for name, place in places.items()}
    if layout.suborders is not None:
        ids = _suborder_ids(body.frame, sub)
        frame = frame.with_columns(clean(ids, "text").alias(SUBORDER))
        uncleaned[SUBORDER] = ids
        titles[SUBORDER] = "" if sub is None else found.headers[sub].strip()
    rest = [h for i, h in enumerate(found.headers) if i not in positions]
    return RawTable(
        frame=frame,
        label=sheet.label,
        origin=body.origin,
        unread=tuple(dict.fromkeys(h for h in rest if h.strip() not in ("", REASON))),
        refused={**body.refused, **_find_explanations(frame, stream)},
        notices=body.notices,
        layout=layout,
        titles=titles,
        uncleaned=uncleaned,
        unlisted={c.cells.name: c.unlisted for c in cleaned if c.unlisted is not None},
    )


def _count_merged_once(
    body: Body, layout: Layout, places: Mapping[str, int], stream: Stream
) -> Body:
    """Return a body in which an amount that is merged over the rows of an order stands once."""
    totals = layout.suborders.total if layout.suborders else ()
    key = next((places[name] for name in stream.key if name in places and name != "shop_id"), None)
    changed = []
    for place in {places[name] for name in totals if name in places} & {*body.merged}:
        if key is None:
            break
        rows = pl.Series(body.merged[place], dtype=pl.UInt32)
        ids = body.frame[str(key)]
        same = (ids.gather(rows) == ids.gather(rows - 1)).fill_null(False)
        changed.append(body.frame[str(place)].scatter(rows.filter(same), None))
    return evolve(body, frame=body.frame.with_columns(changed))


def _no_key(found: RecognisedSheet, name: str) -> InputError:
    headers = found.layout.columns.get(name)
    if headers is None:
        return InputError(
            message(
                "{layout}: [columns] names no header for {column}",
                layout=found.layout.origin,
                column=name,
            )
        )
    return InputError(
        message(
            "{file}: taken for {layout}, and has no column {headers}",
            file=found.sheet.label,
            layout=found.layout.name,
            headers=reduce(_or, headers),
        )
    )


def _or(one: str, other: str) -> str:
    return message("{one} or {other}", one=one, other=other)


class _Cleaned(NamedTuple):
    """A column without what spreadsheets glue to it, and its words that no list has."""

    cells: pl.Series
    unlisted: pl.Series | None = None


def _clean_column(cells: pl.Series, stream: Stream, layout: Layout, name: str) -> _Cleaned:
    kind, decimal = stream.column(name).kind, layout.decimal.get(name)
    words = layout.words.get(name)
    if words is None:
        return _Cleaned(clean(cells, kind, decimal).alias(name))
    text = clean(cells, "text", words=words)
    if kind == "bool":
        text = mark_times(text, words, layout.form(name).time)
    known = translate(text, words).alias(name)
    if kind not in ("text", "enum", "bool"):
        known = clean(known, kind, decimal)
    # Whether a cell is there at all is what some columns of yes and no ask: any word answers it.
    asked = kind != "bool" or not words.get(ANY_WORD)
    return _Cleaned(known, unlisted(text, words) if asked else None)


def _suborder_place(layout: Layout, headers: tuple[str, ...]) -> int | None:
    """Return where the ids of sub-orders stand, if the file has them."""
    if layout.suborders is None:
        return None
    at = {plain_header(h): i for i, h in reversed(list(enumerate(headers)))}
    return next((at[p] for n in layout.suborders.id if (p := plain_header(n)) in at), None)


def _suborder_ids(cells: pl.DataFrame, place: int | None) -> pl.Series:
    """Return what tells the rows of one order apart: null where nothing does."""
    if place is None:
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(cells))
    return cells[str(place)]


def _find_explanations(frame: pl.DataFrame, stream: Stream) -> Refusals:
    """Return rows right under the header that say in words what the columns mean."""
    found: dict[int, Refusal] = {}
    key = next((name for name in stream.key if name in frame.columns), None)
    if key is None:
        return found
    for row, cell in enumerate(frame[key].head(5)):
        if cell is None or not pl.Series([cell]).str.contains(_EXPLAINS).item():
            break
        found[row] = (cell, message("an explanation under the header, and no row"))
    return found
