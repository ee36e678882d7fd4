"""Rows of a plugin's own streams and columns, drawn from what it declares of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import polars as pl

from ..model.links import Link
from ..model.streams import CANONICAL, Column, Stream
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.samples import extend_sample
from ..value_classes import frozen

#: Rows of each stream that the package does not know, and the days over which they are spread.
ROWS, DAYS = 300, 120
#: One in so many cells that may be empty is.
_EMPTY = 8
#: How far an integer goes where its column says no bound.
_MOST = 20


def with_own_streams(
    rules: BoundRuleSet, frames: Mapping[str, pl.DataFrame], end: date
) -> dict[str, pl.DataFrame]:
    """Return sample events with all that a platform declares besides the streams of the package.

    What the plugin's own function for samples makes is taken; whatever it leaves out is drawn: rows
    of its streams, of which most name an order or what else they have links to, and cells of its
    columns, with every word of an enum, both ends of a range, and some that are empty. Shops lean to
    either end of what a column allows, so that their values lie apart.
    """
    made = {**frames, **extend_sample(rules.platform, frames, seed=7)}
    ready = {name: {*frame.columns} for name, frame in made.items() if len(frame)}
    rng = Random(7)  # noqa: S311 - nothing is kept secret
    shops = made["orders"]["shop_id"].to_list()
    every = sorted({*shops})
    draw = _Draw({shop: at / max(len(every) - 1, 1) for at, shop in enumerate(every)}, end, rng)
    declared = [
        rules.streams[name] for name in dict.fromkeys(s.name for s in rules.platform.streams)
    ]
    for stream in declared:
        known = made.get(stream.name)
        if known is None or known.is_empty():
            rows = [draw.row(stream, number, rng.choice(shops)) for number in range(ROWS)]
            made[stream.name] = pl.DataFrame(rows, infer_schema_length=None)
        else:
            made[stream.name] = _with_own_cells(stream, known, draw)
    for stream in declared:  # now that every row has a key
        for link in stream.links:
            if link.column not in ready.get(stream.name, ()):
                (key,) = rules.streams[link.stream].key
                keys = made[link.stream].select("shop_id", key).rows()
                made[stream.name] = _with_links(made[stream.name], stream, link, keys, rng)
    return made


def _with_own_cells(stream: Stream, known: pl.DataFrame, draw: _Draw) -> pl.DataFrame:
    """Return rows with cells of the columns, and some of the words, that are in none of them.

    Those that the package knows stay as they are in its sample.
    """
    package = {c.name: c for one in CANONICAL if one.name == stream.name for c in one.columns}
    cells: dict[str, list[Any]] = {}
    for column in stream.columns:
        own = package.get(column.name)
        there = {*known.get_column(column.name, default=pl.Series())} if own is None else own.values
        words = [word for word in column.values if word not in there]
        if own is None and column.name not in known.columns:
            cells[column.name] = [draw.cell(column, shop) for shop in known["shop_id"]]
        elif words and column.name in known.columns:
            cells[column.name] = [
                cell if draw.rng.randrange(_EMPTY) else draw.rng.choice(words)
                for cell in known[column.name]
            ]
    return known.with_columns(pl.Series(n, values, strict=False) for n, values in cells.items())


def _with_links(
    rows: pl.DataFrame, stream: Stream, link: Link, keys: list[tuple[str, str]], rng: Random
) -> pl.DataFrame:
    """Return rows of which most name one of their shop by a link; others name none, or a stranger."""
    of_shop: dict[str, list[str]] = {}
    for shop, key in keys:
        of_shop.setdefault(shop, []).append(key)
    needed = stream.column(link.column).required or link.column in stream.key
    cells: list[str | None] = []
    for shop in rows["shop_id"]:
        number = rng.randrange(2 * _EMPTY)
        if number == 0 and not needed:
            cells.append(None)
        elif number == 1 or shop not in of_shop:
            cells.append(f"{link.column}{rng.randrange(_MOST)}")
        else:
            cells.append(rng.choice(of_shop[shop]))
    return rows.with_columns(pl.Series(link.column, cells, pl.String))


@frozen(eq=False)
class _Draw:
    """Draws rows and cells; ``leanings`` say of each shop how near the upper end its cells are."""

    leanings: Mapping[str, float]
    end: date
    rng: Random

    def row(self, stream: Stream, number: int, shop: str) -> dict[str, Any]:
        """Return a row of a shop, with a key of its own."""
        row = {column.name: self.cell(column, shop) for column in stream.columns}
        links = [link.column for link in stream.links]
        texts = [n for n in stream.key if n not in links and stream.column(n).kind == "text"]
        if texts:
            row[texts[-1]] = f"{stream.name}{number}"
        return row | {"shop_id": shop}

    def cell(self, column: Column, shop: str) -> Any:
        """Return a cell that the column allows."""
        rng = self.rng
        if not column.required and not rng.randrange(_EMPTY):
            return None
        low = 0 if column.low is None else column.low
        high = low + _MOST if column.high is None else column.high
        match column.kind:
            case "time":
                last = datetime.combine(self.end, datetime.max.time()).replace(microsecond=0)
                return last - timedelta(seconds=rng.randrange(DAYS * 86_400))
            case "day":
                return self.end - timedelta(days=rng.randrange(DAYS))
            case "enum":
                return rng.choice(column.values)
            case "bool":
                return self._is_high(shop)
            case "int":
                end = high if self._is_high(shop) else low
                return end if rng.randrange(4) else rng.randint(low, high)
            case "money":
                most = low + 10_000 if column.high is None else column.high
                return Decimal(rng.randint(low, most)) / 100
            case "number":
                return rng.randint(low, high) / 1_000_000
        return f"{column.name}{rng.randrange(_MOST)}"

    def _is_high(self, shop: str) -> bool:
        """Return yes or no, of a shop that leans to an end nearly always the same."""
        return self.rng.random() < 0.05 + 0.9 * self.leanings[shop]
