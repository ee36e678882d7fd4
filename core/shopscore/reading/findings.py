"""What reading found in the rows of all files, as notices: repeated rows, words, lost links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from ..messages import message, numbered
from ..notices import FIRST, Notice
from .rows.consolidation import ConsolidatedRows
from .rows.links import ORDER, Linked


def on_rows(consolidated: Mapping[str, ConsolidatedRows]) -> Iterator[Notice]:
    """Yield where files overlapped and what was made of it, and words that no list has."""
    for name, stream in consolidated.items():
        if stream.repeated:
            said = numbered(
                "{stream}: {n} row is repeated, equal in every cell that is read: it counts once",
                "{stream}: {n} rows are repeated, equal in every cell that is read: they count once",
                stream.repeated,
                stream=name,
            )
            yield Notice("rows_repeated", said, stream=name)
        states = stream.books.replaced - stream.repeated
        if states and any(t.layout for t in stream.places.tables):
            said = numbered(
                "{stream}: {n} row was there in a later state too, which wins"
                " (the later of their latest times)",
                "{stream}: {n} rows were there in a later state too, which wins"
                " (the later of their latest times)",
                states,
                stream=name,
            )
            yield Notice("states_replaced", said, stream=name)
        orders = stream.books.accepted - len(stream.rows)
        if orders:
            said = message(
                "{stream}: {rows} rows of sub-orders are {orders} orders",
                stream=name,
                rows=stream.books.accepted,
                orders=len(stream.rows),
            )
            yield Notice("suborders_merged", said, stream=name)
        yield from (words.notice() for words in stream.unlisted)


def on_links(stream: str, linked: Linked, shop_ids: pl.Series, orders: pl.DataFrame) -> Notice:
    """Return that rows of some shops name orders of which none is there, with an id of each file."""
    shops = pl.Series(linked.lost, dtype=pl.UInt32).implode()
    rows = linked.rows.filter(
        pl.col("shop").is_in(shops), pl.col("order_id").is_not_null(), pl.col(ORDER).is_null()
    )
    there = orders.filter(pl.col("shop").is_in(shops))
    if len(there):
        said = numbered(
            "{stream}: {n} row names an order, which is not among the orders of its shop:"
            " compare the ids, such as {named!r} here and {known!r} there",
            "{stream}: {n} rows name orders, and none of these is among the orders of their shops:"
            " compare the ids, such as {named!r} here and {known!r} there",
            len(rows),
            stream=stream,
            named=rows["order_id"].min(),
            known=there["order_id"].min(),
        )
    else:
        said = numbered(
            "{stream}: {n} row names an order, and its shop has none: compare the ids of the"
            " shops, such as {named!r} here and {known!r} in orders",
            "{stream}: {n} rows name orders, and their shops have none: compare the ids of the"
            " shops, such as {named!r} here and {known!r} in orders",
            len(rows),
            stream=stream,
            named=shop_ids[linked.lost[0]],
            known=shop_ids[int(orders["shop"].min())],  # type: ignore[arg-type]
        )
    first = tuple(shop_ids.gather(list(linked.lost[:FIRST])))
    return Notice("no_links", said, stream=stream, shops=len(linked.lost), shop_ids=first)
