"""A state as one table, to be kept as Parquet or sent through Arrow, and read by anybody.

The column ``kind`` says what a row is; a cell that means nothing for its kind is null:

| kind | tally | shop_id | day | sum | count | unit | check | text |
|---|---|---|---|---|---|---|---|---|
| state | | | | | | | | schema, zone, sizes and check sum, as JSON |
| tally | fingerprint | | | | | | | what is counted |
| column | | | | | | | | a column that was there, ``stream.column`` |
| shop | | id | | | accepted rows | | | |
| cell | fingerprint | id | day | sum of values | rows that count | | | |
| unit | | | | | 1; −1 where taken away | mark | check sum | |

Cells of distinct keys are changes: sum and count say by how many more keys there are from the day
after on, and by how many more rows whose key is not known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import numpy as np
import polars as pl
from polars.exceptions import PolarsError

from ..errors import InputError, StateError
from ..messages import Message, listed, message
from ..value_classes import frozen
from .cells import COUNTING, Cells, Ints, cell_days, cell_shops, fingerprint_of_key
from .check_sums import check_sum
from .scope import Scope

SCHEMA_NAME = "shopscore.state/2"
SCHEMA = pl.Schema(
    {
        "kind": pl.String(),
        "tally": pl.String(),
        "shop_id": pl.String(),
        "day": pl.Date(),
        "sum": pl.Int64(),
        "count": pl.Int64(),
        "unit": pl.UInt64(),
        "check": pl.UInt32(),
        "text": pl.String(),
    }
)


@frozen(eq=False, kw_only=True)
class Pieces:
    """What a state consists of, and its table holds."""

    tallies: Mapping[str, str]
    shop_ids: pl.Series
    rows: Ints
    daily: Mapping[str, Cells]
    scope: Scope
    columns: frozenset[tuple[str, str]]
    zone: str | None


State = TypeVar("State", bound=Pieces)

#: The kinds of rows that parts of a state have of their own; the others they share.
OWN_KINDS = ("shop", "cell", "unit")


def to_table(state: Pieces) -> pl.LazyFrame:
    """Return the table of a state; texts are made batch by batch, when it is written."""
    columns = [f"{stream}.{column}" for stream, column in sorted(state.columns)]
    scope = state.scope
    parts = [
        _rows("state", text=pl.Series([json.dumps(_header(state))])),
        _rows("tally", tally=_text(state.tallies), text=_text(state.tallies.values())),
        _rows("column", text=_text(columns)),
        _rows("shop", shop_id=state.shop_ids, count=pl.Series(state.rows)),
        *tables_of_cells(state),
        _rows(
            "unit",
            count=pl.Series(scope.signs, dtype=pl.Int64),
            unit=pl.Series(scope.marks),
            check=pl.Series(scope.checks),
        ),
    ]
    return pl.concat(parts, how="diagonal").select(*SCHEMA)


def tables_of_cells(state: Pieces) -> Iterator[pl.LazyFrame]:
    """Yield the cells of each tally."""
    for name, cells in state.daily.items():
        yield _cells(name, cells, state.shop_ids)


def joined_table(counted: Pieces, parts: pl.LazyFrame) -> pl.LazyFrame:
    """Return the table of a state that counts the same as another, of the own rows of its parts.

    Raises:
        StateError: where a shop is in more than one part.
    """
    shops = _of_kind(parts, "shop", "shop_id")["shop_id"]
    if shops.is_duplicated().any():
        raise _damaged(message("the state"), message("a shop is in two parts of it"))
    size = parts.select(
        *((pl.col("kind") == kind).sum().alias(f"{kind}s") for kind in OWN_KINDS),
        (pl.col("check").cast(pl.Int64) * pl.col("count"))
        .filter(pl.col("kind") == "unit")
        .sum()
        .alias("check"),
    ).collect()
    found = size.row(0, named=True)
    header = _header_of(counted.zone, **{**found, "check": found["check"] % 2**32})
    shared = to_table(counted).filter(pl.col("kind").is_in(["tally", "column"]))
    first = _rows("state", text=pl.Series([json.dumps(header)]))
    return pl.concat([first, shared, parts], how="diagonal").select(*SCHEMA)


def from_table(kind: type[State], table: pl.LazyFrame, name: object) -> State:
    """Return the state that a table holds, as a ``kind``; its rows may stand in any order.

    Raises:
        InputError: for what is not a state.
        StateError: for a state that is damaged, or of another version.
    """
    try:
        there = set(table.collect_schema().names())
        missing = [column for column in SCHEMA if column not in there]
        if missing:
            said = message(
                "{file} is not a state: it has no column {columns}; a state is what"
                " Tallies.write_parquet writes",
                file=name,
                columns=listed(missing),
            )
            raise InputError(said)
        typed = table.select(pl.col(column).cast(dtype) for column, dtype in SCHEMA.items())
        return _checked(kind, typed, name)
    except PolarsError as error:
        said = message("{file} cannot be read as a state: {why}", file=name, why=str(error))
        raise InputError(said) from None


def _checked(kind: type[State], table: pl.LazyFrame, name: object) -> State:
    said = _read_header(_of_kind(table, "state", "text")["text"].to_list(), name)
    tallies = _of_kind(table, "tally", "tally", "text").sort("tally")
    shops = _of_kind(table, "shop", "shop_id", "count").sort("shop_id")
    units = _of_kind(table, "unit", "unit", "check", "count").sort("unit", "check")
    columns = _of_kind(table, "column", "text")["text"].to_list()
    if any(frame.null_count().sum_horizontal().item() for frame in (tallies, shops, units)):
        raise _damaged(name, message("a row has no value where one is needed"))
    keys = dict(tallies.iter_rows())
    if any(fingerprint_of_key(key) != found for found, key in keys.items()):
        raise _damaged(name, message("the fingerprint of a tally is not that of its text"))
    found = kind(
        tallies=keys,
        shop_ids=shops["shop_id"],
        rows=shops["count"].to_numpy(),
        daily=_daily(table, list(keys), shops["shop_id"], name),
        scope=Scope(
            units["unit"].to_numpy(),
            units["check"].to_numpy(),
            units["count"].to_numpy().astype(np.int8),
        ),
        columns=frozenset((s, c) for s, _, c in (text.partition(".") for text in columns)),
        zone=said.get("zone"),
    )
    if _header(found) != said:
        why = message(
            "it holds {found}, and its first row says {said}",
            found=str(_header(found)),
            said=str(said),
        )
        raise _damaged(name, why)
    if check_sum(found.shop_ids, found.rows, found.daily) != found.scope.total:
        raise _damaged(name, message("its cells do not have the check sum of its units"))
    return found


def _header(state: Pieces) -> dict[str, Any]:
    """What the first row of the table says of the others."""
    return _header_of(
        state.zone,
        shops=len(state.shop_ids),
        cells=sum(map(len, state.daily.values())),
        units=len(state.scope.marks),
        check=state.scope.total,
    )


def _header_of(zone: str | None, **sizes: int) -> dict[str, Any]:
    return {"schema": SCHEMA_NAME, "counting": COUNTING, "zone": zone, **sizes}


def _read_header(texts: list[str | None], name: object) -> dict[str, Any]:
    if len(texts) != 1:
        why = message("it has {count} rows of kind state, not one", count=len(texts))
        raise _damaged(name, why)
    try:
        said = json.loads(texts[0] or "")
        schema, counting = said["schema"], said["counting"]
    except (ValueError, KeyError, TypeError):
        raise _damaged(name, message("its first row says {text!r}", text=texts[0])) from None
    if (schema, counting) != (SCHEMA_NAME, COUNTING):
        other = message(
            "{file} holds a state of another version ({schema}, counting {counting}), and this"
            " one reads {own_schema}, counting {own_counting}: tally the events again",
            file=name,
            schema=schema,
            counting=counting,
            own_schema=SCHEMA_NAME,
            own_counting=COUNTING,
        )
        raise StateError(other)
    return dict(said)


def _damaged(name: object, why: Message) -> StateError:
    return StateError(
        message(
            "{file} is damaged: {why}. Take another copy, or tally the events again",
            file=name,
            why=why,
        )
    )


def _of_kind(table: pl.LazyFrame, kind: str, *columns: str) -> pl.DataFrame:
    return table.filter(pl.col("kind") == kind).select(columns).collect()


def _daily(
    table: pl.LazyFrame, fingerprints: list[str], shop_ids: pl.Series, name: object
) -> dict[str, Cells]:
    """Return the cells of each tally; texts become numbers batch by batch, while they are read."""
    cells = (
        table.filter(pl.col("kind") == "cell")
        .select(
            _number("tally", _text(fingerprints)),
            _number("shop_id", shop_ids),
            pl.col("day").cast(pl.Int32),
            "sum",
            "count",
        )
        .collect(engine="streaming")
    )
    if cells.null_count().sum_horizontal().item():
        raise _damaged(name, message("a cell has no tally, shop, day, sum or count that is known"))
    if not cells["tally"].is_sorted():
        cells = cells.sort("tally")
    starts = np.searchsorted(cells["tally"].to_numpy(), np.arange(len(fingerprints) + 1)).tolist()
    found = {}
    for fingerprint, start, end in zip(fingerprints, starts, starts[1:], strict=False):
        own = cells.slice(start, end - start)
        found[fingerprint] = Cells.of(
            own["shop_id"].to_numpy(),
            own["day"].to_numpy().astype(np.int64),
            own["count"].to_numpy(),
            own["sum"].to_numpy(),
        )
    return found


def _number(column: str, words: pl.Series) -> pl.Expr:
    """The place of each text among ascending words, null where it is none of them.

    Equal neighbours are looked up once.
    """

    def numbers(texts: pl.Series) -> pl.Series:
        runs = texts.rle().struct
        found, times = runs.field("value"), runs.field("len").to_numpy()
        place = words.search_sorted(found.fill_null("")).clip(0, max(len(words) - 1, 0))
        known = words.gather(place) == found if len(words) else found.is_in([])
        place = place.cast(pl.Int64).set(~known.fill_null(False), None)
        return place.gather(np.repeat(np.arange(len(place)), times))

    return pl.col(column).map_batches(numbers, return_dtype=pl.Int64, is_elementwise=True)


def _rows(kind: str, **columns: pl.Series) -> pl.LazyFrame:
    return pl.LazyFrame(columns).with_columns(kind=pl.lit(kind))


def _text(values: Any) -> pl.Series:
    return pl.Series(list(values), dtype=pl.String)


def _cells(fingerprint: str, cells: Cells, shop_ids: pl.Series) -> pl.LazyFrame:
    def ids(keys: pl.Series) -> pl.Series:
        return shop_ids.gather(cell_shops(keys.to_numpy()))

    def days(keys: pl.Series) -> pl.Series:
        return pl.Series(cell_days(keys.to_numpy()), dtype=pl.Int32)

    key = pl.col("key")
    frame = pl.LazyFrame({"key": cells.keys, "sum": cells.values, "count": cells.counts})
    return frame.select(
        pl.lit("cell").alias("kind"),
        pl.lit(fingerprint).alias("tally"),
        key.map_batches(ids, return_dtype=pl.String, is_elementwise=True).alias("shop_id"),
        key.map_batches(days, return_dtype=pl.Int32, is_elementwise=True)
        .cast(pl.Date)
        .alias("day"),
        "sum",
        "count",
    )
