"""Rows as a ledger keeps them: typed, not yet merged or repaired, each with marks to find it by.

A row has the code of its shop, ``_key``, a mark of its key, ``_unit``, one of its unit (but for
orders, of which both are one), and ``_seq``, the ingest that it came with. Times are steady seconds (see ``reading.rows.clocks``). Marks
are halves of prints: what is found by one is compared, and nobody minds a unit too many.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import asdict
from polars.exceptions import PolarsError

from ..counting.units import key_prints, unit_prints
from ..errors import StateError
from ..messages import message
from ..model.layouts import SubOrders
from ..model.links import ORDER
from ..model.streams import Column, Stream
from ..reading.fingerprints import Prints, cell_prints
from ..reading.loading import TypedEvents
from ..reading.raw_table import ROW, SUBORDER
from ..reading.rows.consolidation import TypedRows
from ..reading.rows.latest_state import SEPARATOR, canonical_text
from ..reading.rows.shop_codes import ShopPlaces
from ..reading.rows.suborders import RULE

KEY, UNIT, SEQ = "_key", "_unit", "_seq"
#: Of a part of an order: by which rule it is put together with others, and a digest of its cells.
PART_RULE, RECORD = "_part_rule", "_record"
_MARKS: dict[str, Any] = {"shop": pl.Int32, KEY: pl.Int32, UNIT: pl.Int32, SEQ: pl.Int32}
PARTS: dict[str, Any] = {SUBORDER: pl.String, PART_RULE: pl.String, RECORD: pl.String}


def stored_schema(stream: Stream) -> dict[str, Any]:
    """Return the columns that the table of a stream may have, and their types."""
    own = {column.name: _dtype(column) for column in stream.columns if column.name != "shop_id"}
    marks = {name: kind for name, kind in _MARKS.items() if name != UNIT or has_unit(stream)}
    return {**marks, **own, **PARTS}


def has_unit(stream: Stream) -> bool:
    """Return whether rows have a unit that is not told by their key: that of an order is."""
    return stream.name != ORDER.stream


def _dtype(column: Column) -> Any:
    if column.kind in ("text", "enum"):
        return pl.String
    return pl.Boolean if column.kind == "bool" else pl.Int64


def kept_rows(typed: TypedEvents, codes: Mapping[str, int]) -> dict[str, pl.DataFrame]:
    """Return the rows of every stream as they are kept, without the ingest that they come with.

    ``codes`` has the code of every shop of the rows.
    """
    places = ShopPlaces.of(typed.shops)
    own = np.array([codes[id] for id in places.ids], dtype=np.int32)
    prints = cell_prints(places.ids)
    return {
        name: _kept(rows, places.of_codes[rows.rows["shop"].to_numpy()], own, prints)
        for name, rows in typed.typed.items()
    }


def _kept(
    typed: TypedRows, places: npt.NDArray[np.uint32], codes: npt.NDArray[np.int32], prints: Prints
) -> pl.DataFrame:
    stream, rows = typed.stream, typed.rows
    schema = stored_schema(stream)
    known = rows.select(
        pl.col(name).cast(dtype)
        for name, dtype in schema.items()
        if name in stream.names and name in rows.columns
    )
    if RULE in rows.columns:
        known = known.hstack(_parts(typed).get_columns())
    placed = known.with_columns(pl.Series("shop", places))
    marks = {"shop": codes[places], KEY: _mark(key_prints(stream, prints, placed))}
    if has_unit(stream):
        marks[UNIT] = _mark(unit_prints(stream, prints, placed))
    return pl.DataFrame(marks).hstack(known.get_columns())


def _parts(typed: TypedRows) -> pl.DataFrame:
    """Return what tells the parts of orders apart; a part without an id by a digest of all its cells."""
    rows = typed.rows
    rules = pl.Series([json.dumps(asdict(rule)) for rule in typed.suborders], dtype=pl.String)
    records = pl.Series(RECORD, [None], dtype=pl.String).new_from_index(0, len(rows))
    alone = (rows[RULE].is_not_null() & rows[SUBORDER].is_null()).arg_true()
    if len(alone):
        cells_of = (SEPARATOR.join(cells) for cells in typed.records(rows[ROW][alone]))
        texts = [blake2b(text.encode(), digest_size=16).hexdigest() for text in cells_of]
        records = records.scatter(alone, texts)
    return pl.DataFrame(
        [rows[SUBORDER], rules.gather(rows[RULE].cast(pl.UInt32)).alias(PART_RULE), records]
    )


def _mark(prints: Prints) -> npt.NDArray[np.int32]:
    """Return the upper half of prints: half of the room, and one row in 4 billion too many."""
    return (prints >> np.uint64(32)).astype(np.uint32).view(np.int32)


def full_marks(stream: Stream, shops: pl.DataFrame, rows: pl.DataFrame) -> tuple[Prints, Prints]:
    """Return the marks, in full, of the orders that kept rows are of, and of their keys.

    ``shops`` have the codes and ids of all shops of the rows.
    """
    codes = shops["code"].to_numpy()
    prints = np.zeros(int(codes.max(initial=-1)) + 1, dtype=np.uint64)
    prints[codes] = cell_prints(shops["shop_id"])
    return unit_prints(stream, prints, rows), key_prints(stream, prints, rows)


def half_marks(marks: Prints) -> pl.Series:
    """Return marks as rows have them, each once."""
    return pl.Series(_mark(marks)).unique()


def told_apart_by(stream: Stream, rows: pl.DataFrame) -> list[str]:
    """Return what rows share of which one replaces the others: a key, or a part of an order."""
    return ["shop", *stream.key, *(name for name in PARTS if name in rows.columns)]


def new_states(stream: Stream, rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return those of some rows that are newer states than others of their key, here and among known.

    Equal states, and older ones, tell nothing. ``known`` are all rows that share a mark with one.
    """
    if known.is_empty() and not rows[KEY].is_duplicated().any():
        return rows
    both = pl.concat([known.drop(SEQ), rows], how="diagonal").with_columns(
        _new=pl.Series(np.arange(len(known) + len(rows)) >= len(known))
    )
    rivals = both.filter(pl.col(KEY).is_duplicated() | pl.col("_new"))
    latest = newest_states(stream, rivals, ~pl.col("_new"))
    return latest.filter("_new").select(rows.columns)


def newest_states(stream: Stream, rows: pl.DataFrame, *ties: pl.Expr) -> pl.DataFrame:
    """Return the newest state of each row, or of each part of an order; of equal ones by ``ties``."""
    newest = [pl.col("updated_at")] if "updated_at" in rows.columns else []
    found = rows.with_columns(canonical_text(stream, rows.columns)).sort(
        *newest, "_text", *ties, nulls_last=False, maintain_order=True
    )
    latest = found.unique(told_apart_by(stream, found), keep="last", maintain_order=True)
    return latest.drop("_text")


def count_undecided(stream: Stream, rows: pl.DataFrame, known: pl.DataFrame) -> int:
    """Return how many rows differ from known states of their keys that are just as new.

    Which of such states counts is told by their texts, since files may come in any order.
    """
    again = rows.filter(pl.col(KEY).is_in(known[KEY].unique().implode()))
    if again.is_empty():
        return 0
    both = pl.concat([known.drop(SEQ), again], how="diagonal")
    texts = both.with_columns(canonical_text(stream, both.columns))
    old, new = texts.head(len(known)), texts.tail(len(again))
    keys = told_apart_by(stream, texts)
    same = [*keys, *(["updated_at"] if "updated_at" in texts.columns else [])]
    fresh = new.join(old, on=[*keys, "_text"], how="anti", nulls_equal=True)
    return len(fresh.join(old.select(same), on=same, how="semi", nulls_equal=True))


def rules_of(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[SubOrders]]:
    """Return kept rows with the positions of the rules for parts of orders, and these rules."""
    if PART_RULE not in rows.columns:
        return rows, []
    texts = rows[PART_RULE].drop_nulls().unique().sort()
    numbers = pl.Series(range(len(texts)), dtype=pl.Int32)
    number = pl.col(PART_RULE).replace_strict(texts, numbers, default=None, return_dtype=pl.Int32)
    rules = [
        SubOrders(**{name: tuple(words) for name, words in json.loads(text).items()})
        for text in texts
    ]
    return rows.with_columns(number.alias(RULE)), rules


def typed_again(stream: Stream, rows: pl.DataFrame) -> pl.DataFrame:
    """Return kept rows with the types that rows have once they are read.

    Raises:
        StateError: for words that the installed plugins do not know any more.
    """
    enums = [c for c in stream.columns if c.kind == "enum" and c.name in rows.columns]
    try:
        return rows.with_columns(pl.col(c.name).cast(pl.Enum(c.values)) for c in enums)
    except PolarsError:
        said = message(
            "stream {stream}: the ledger holds words that the installed plugins do not know: install"
            " the versions with which it was written, or newer ones",
            stream=stream.name,
        )
        raise StateError(said) from None
