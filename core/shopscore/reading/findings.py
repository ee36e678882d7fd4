"""What reading found in the rows of all files, as notices: repeated rows, words, losses, lost links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from attrs import evolve

from ..messages import Message, Translated, listed, message, numbered, recalled
from ..model.links import ORDER, Link
from ..model.streams import SHOPS
from ..notices import FIRST, Notice
from .openers import Opener
from .report import Books
from .rows.consolidation import ConsolidatedRows
from .unlisted import count_words

#: Reasons, or shops, that the text of a notice names.
_NAMED = 3


def on_rows(consolidated: Mapping[str, ConsolidatedRows]) -> Iterator[Notice]:
    """Yield where files overlapped and what was made of it, and what of them does not count."""
    for name, stream in consolidated.items():
        yield from on_repeated(name, stream.books.repeated)
        states = stream.books.replaced - stream.books.repeated
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
            said = numbered(
                "{stream}: {rows} rows of sub-orders are {n} order",
                "{stream}: {rows} rows of sub-orders are {n} orders",
                len(stream.rows),
                stream=name,
                rows=stream.books.accepted,
            )
            yield Notice("suborders_merged", said, stream=name)
        yield from (words.notice() for words in stream.unlisted)
        yield from on_losses(name, stream.books, stream.set_aside, stream.repaired)
        if stream.ignored:
            yield _unused(name, stream.ignored)


def on_folders(tables: Mapping[str, Sequence[Opener]]) -> Iterator[Notice]:
    """Yield streams of which only some of the shops that have folders of their own have a file."""
    of_shops = {
        name: {opener.keys.get("shop_id") for opener in openers}
        for name, openers in tables.items()
        if name != SHOPS.name
    }
    shops = sorted({shop for having in of_shops.values() for shop in having if shop})
    for name, having in of_shops.items():
        without = [shop for shop in shops if shop not in having]
        if without and None not in having:
            said = numbered(
                "{stream}: {n} shop has no file of it, and others have: what no file says counts as"
                " if it had not happened ({shops})",
                "{stream}: {n} shops have no file of it, and others have: what no file says counts"
                " as if it had not happened ({shops})",
                len(without),
                stream=name,
                shops=listed(without, most=_NAMED),
            )
            notice = Notice("no_file_of_shop", said, stream=name, shops=len(without))
            every = pl.Series(without, dtype=pl.String)
            yield evolve(notice, shop_ids=tuple(without[:FIRST]), every_shop=every)


def on_repeated(stream: str, rows: int) -> Iterator[Notice]:
    """Yield that rows of a stream are repeated, where some are."""
    if rows:
        said = numbered(
            "{stream}: {n} row is repeated, equal in every cell that is read: it counts once",
            "{stream}: {n} rows are repeated, equal in every cell that is read: they count once",
            rows,
            stream=stream,
        )
        yield Notice("rows_repeated", said, stream=stream)


def on_losses(
    stream: str, books: Books, set_aside: pl.DataFrame, repaired: pl.DataFrame
) -> Iterator[Notice]:
    """Yield which rows and cells of a stream do not count."""
    if n := books.set_aside:
        said = numbered(
            "{stream}: {n} row was set aside, of {rows}: {reasons}",
            "{stream}: {n} rows were set aside, of {rows}: {reasons}",
            n,
            stream=stream,
            rows=books.rows_in,
            reasons=_reasons(set_aside["reason"]),
        )
        yield Notice("rows_set_aside", said, stream=stream)
    if n := books.repaired:
        said = numbered(
            "{stream}: {n} cell counts as empty, in {columns}: {reason}",
            "{stream}: {n} cells count as empty, in {columns}; one reason: {reason}",
            n,
            stream=stream,
            columns=listed(count_words(repaired["column"])),
            reason=recalled(str(repaired["reason"].min())),
        )
        yield Notice("cells_emptied", said, stream=stream)


def _unused(stream: str, columns: Sequence[str]) -> Notice:
    said = message(
        "{stream}: columns that are not used: {columns}",
        stream=stream,
        columns=listed(sorted(columns)),
    )
    return Notice("columns_unused", said, stream=stream)


def _reasons(reasons: pl.Series) -> Translated:
    """Return why rows could not be used, the most frequent reasons first."""
    counted = count_words(reasons).items()
    named = (message("{word} ({rows})", word=recalled(one), rows=rows) for one, rows in counted)
    return listed(named, most=_NAMED)


def on_links(
    stream: str,
    link: Link,
    lost: Sequence[int],
    rows: pl.DataFrame,
    shop_ids: pl.Series,
    keys: pl.DataFrame,
) -> Notice:
    """Return that rows of some shops name others of which none is there, with an id of each file.

    ``keys`` has shop and key of all rows that the link can name.
    """
    is_lost = np.zeros(len(shop_ids), dtype=np.bool_)
    is_lost[list(lost)] = True
    of_lost, of_lost_named = (pl.Series(is_lost[one["shop"].to_numpy()]) for one in (rows, keys))
    # the ids alone: rows are wide, and nearly all of them are of other shops
    naming = rows[link.column].filter(of_lost & rows[link.place].is_null()).drop_nulls()
    naming = naming.cast(pl.String)  # integers would have another least one
    there = keys.get_columns()[1].filter(of_lost_named).cast(pl.String)
    least = str(shop_ids[int(keys["shop"].min())])  # type: ignore[arg-type]
    ids = shop_ids.gather(list(lost)).to_list()
    return no_links(stream, link, len(naming), ids, (naming.min(), there.min()), least)


def no_links(
    stream: str,
    link: Link,
    rows: int,
    shop_ids: Sequence[str],
    ids: tuple[Any, Any],
    least_shop: str,
) -> Notice:
    """Return that so many rows name others, and find none.

    Args:
        stream: whose rows they are.
        link: what they name.
        rows: how many they are.
        shop_ids: their shops, which ascend.
        ids: the least id that they name, and the least one that there is in their shops, if any.
        least_shop: the first shop that has any of the rows that can be named.
    """
    named, known = ids
    facts: dict[str, Any] = {"stream": stream, "others": link.stream}
    if known is not None:
        said = _not_among(link, rows, facts | {"named": named, "known": known})
    else:
        said = _shops_without(link, rows, facts | {"named": shop_ids[0], "known": least_shop})
    return Notice(
        "no_links",
        said,
        stream=stream,
        column=link.column,
        shops=len(shop_ids),
        shop_ids=tuple(shop_ids[:FIRST]),
    )


def _not_among(link: Link, n: int, facts: Mapping[str, Any]) -> Message:
    if link == ORDER:
        return numbered(
            "{stream}: {n} row names an order, which is not among the orders of its shop:"
            " compare the ids, such as {named!r} here and {known!r} there",
            "{stream}: {n} rows name orders, and none of these is among the orders of their shops:"
            " compare the ids, such as {named!r} here and {known!r} there",
            n,
            **facts,
        )
    return numbered(
        "{stream}: {n} row names one of {others}, which is not among those of its shop:"
        " compare the ids, such as {named!r} here and {known!r} there",
        "{stream}: {n} rows name {others}, and none of these is among those of their shops:"
        " compare the ids, such as {named!r} here and {known!r} there",
        n,
        **facts,
    )


def _shops_without(link: Link, n: int, facts: Mapping[str, Any]) -> Message:
    if link == ORDER:
        return numbered(
            "{stream}: {n} row names an order, and its shop has none: compare the ids of the"
            " shops, such as {named!r} here and {known!r} in orders",
            "{stream}: {n} rows name orders, and their shops have none: compare the ids of the"
            " shops, such as {named!r} here and {known!r} in orders",
            n,
            **facts,
        )
    return numbered(
        "{stream}: {n} row names one of {others}, and its shop has none: compare the ids of the"
        " shops, such as {named!r} here and {known!r} in {others}",
        "{stream}: {n} rows name {others}, and their shops have none: compare the ids of the"
        " shops, such as {named!r} here and {known!r} in {others}",
        n,
        **facts,
    )
