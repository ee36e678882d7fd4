"""Rows and counted parts: no unit may be in both, since what is counted cannot be taken back in part.

Here marks of units are whole prints: halves, which rows have, would accuse too many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl

from ..errors import StateError
from ..messages import Message, message, numbered
from ..model.expressions import DAY_SECONDS
from ..model.links import ORDER
from ..model.streams import SHOPS, Stream
from ..notices import Notice
from ..reading.fingerprints import Prints
from .counted_parts import CountedParts, counted_among, shops_counted
from .snapshots import Snapshot
from .stored_rows import KEY, UNIT, full_marks, half_marks

#: The marks of the unit and of the key of a row, as signed numbers.
_UNIT_MARK, _KEY_MARK = "_unit_mark", "_key_mark"


def refuse_counted(
    snapshot: Snapshot, rows: Mapping[str, pl.DataFrame], shops: pl.DataFrame
) -> None:
    """Raise where new rows are of units that came as counted.

    ``shops`` are the codes and ids of all shops, also of new ones.

    Raises:
        StateError: naming a row, and what to do.
    """
    parts = CountedParts.of(snapshot.head, snapshot.seq)
    own = {name: new for name, new in rows.items() if name != SHOPS.name and len(new)}
    if not parts.most_units or not own:
        return
    if parts.by_shop:
        known = shops_counted(snapshot)["shop"].implode()
        found = {name: new.filter(pl.col("shop").is_in(known)) for name, new in own.items()}
    else:
        marked = {
            name: _marked(snapshot.streams[name], new, shops).select("shop", _UNIT_MARK, _KEY_MARK)
            for name, new in own.items()
        }
        marks = pl.concat(
            [m[column] for m in marked.values() for column in (_UNIT_MARK, _KEY_MARK)]
        )
        known = counted_among(snapshot, marks.unique()).implode()
        among = pl.col(_UNIT_MARK).is_in(known) | pl.col(_KEY_MARK).is_in(known)
        which = {name: m.select(found=among)["found"] for name, m in marked.items()}
        found = {name: new.filter(which[name]) for name, new in own.items()}
    count = sum(map(len, found.values()))
    if count:
        raise StateError(_refused(snapshot, found, shops, count, by_shop=parts.by_shop))


def _refused(
    snapshot: Snapshot,
    found: Mapping[str, pl.DataFrame],
    shops: pl.DataFrame,
    count: int,
    *,
    by_shop: bool,
) -> Message:
    example = next(
        _told(snapshot.streams[n], rows, shops) for n, rows in found.items() if len(rows)
    )
    if by_shop:
        return message(
            "{rows}, such as {example}: that shop came to this ledger as counted, without rows, and"
            " all its rows are one unit, so what new ones change cannot be told. Count the shop"
            " again with them, and add the difference of both states (new - old); or count by"
            " orders, where the rules allow it",
            rows=_rows_said(count),
            example=example,
        )
    return message(
        "{rows} of orders that came to this ledger as counted, without rows, such as {example}:"
        " what they change cannot be told without the others. Leave them out here; count these"
        " orders again with them, and add the difference of both states (new - old)",
        rows=_rows_said(count),
        example=example,
    )


def _rows_said(count: int) -> Message:
    return numbered("{n} row", "{n} rows", count)


def _told(stream: Stream, rows: pl.DataFrame, shops: pl.DataFrame) -> Message:
    """Return words for the first of some rows."""
    first = rows.row(0, named=True)
    shop = shops.filter(pl.col("code") == first["shop"])["shop_id"].item()
    key = " ".join(str(first[name]) for name in stream.key if name in first and name != "shop_id")
    if stream.name == ORDER.stream or first.get("order_id") is None:
        said = message("{stream} {key} of shop {shop}", stream=stream.name, key=key, shop=shop)
    else:
        said = message(
            "{stream} {key}, order {order}, of shop {shop}",
            stream=stream.name,
            key=key,
            order=first["order_id"],
            shop=shop,
        )
    return said


def _marked(stream: Stream, rows: pl.DataFrame, shops: pl.DataFrame) -> pl.DataFrame:
    """Return rows with the marks of their units and keys."""
    units, keys = full_marks(stream, shops, rows)
    return rows.with_columns(_signed(_KEY_MARK, keys), _signed(_UNIT_MARK, units))


def _signed(name: str, marks: Prints) -> pl.Series:
    return pl.Series(name, marks.view(np.int64))


def rows_of_units(
    snapshot: Snapshot, marks: Prints, shop_ids: pl.Series, *, by_shop: bool
) -> Iterator[tuple[int, Message]]:
    """Yield how many rows of each stream are of some units, and one of them in words."""
    shops = snapshot.shops
    codes = shops.filter(pl.col("shop_id").is_in(shop_ids.implode()))["code"].implode()
    halves = half_marks(marks).implode()
    signed = pl.Series(marks.view(np.int64)).implode()
    for name in snapshot.known_streams:
        if name == SHOPS.name:
            continue
        stream = snapshot.streams[name]
        if by_shop:
            found = snapshot.rows(name, pl.col("shop").is_in(codes))
        else:
            own = pl.col(UNIT).is_in(halves) | pl.col(KEY).is_in(halves)
            marked = _marked(stream, snapshot.rows(name, own), shops)
            found = marked.filter(
                pl.col(_UNIT_MARK).is_in(signed) | pl.col(_KEY_MARK).is_in(signed)
            )
        if len(found):
            yield len(found), _told(stream, found, shops)


#: Days by which a row may be later than the day of its order, on which it counts: a guess, which
#: decides of nothing but a notice.
_LATE = 90


def may_be_counted(
    snapshot: Snapshot, rows: Mapping[str, pl.DataFrame], known: Mapping[str, pl.DataFrame]
) -> tuple[Notice, ...]:
    """Return what is to be said of new rows that may have been counted as rows of another order.

    Marks are those of orders: that a row named another order when it was counted is seen by none.
    Only what happened while its shop was counted can have been. ``known`` are rows that were here.
    """
    parts = CountedParts.of(snapshot.head, snapshot.seq)
    if parts.by_shop or not parts.most_units:
        return ()
    counted = shops_counted(snapshot)
    found = []
    for name, new in rows.items():
        stream = snapshot.streams[name]
        times = [c.name for c in stream.columns if c.kind in ("time", "day") and not c.ahead]
        there = [time for time in times if time in new.columns and time != "updated_at"]
        if name == ORDER.stream or not there or ORDER.column not in stream.names:
            continue
        again = pl.col(KEY).is_in(known[name][KEY].unique().implode())
        day = pl.min_horizontal(there) // DAY_SECONDS
        early = new.filter(~again).join(counted, on="shop")
        count = len(early.filter(day <= pl.col("last") + _LATE))
        if count:
            said = message(
                "{stream}: {rows} happened on days on which their shops were counted without rows,"
                " and are of no order that was. If they were counted as rows of other orders, they"
                " count twice now: count those orders again, and add the difference",
                stream=name,
                rows=_rows_said(count),
            )
            found.append(Notice("may_be_counted", said, stream=name))
    return tuple(found)
