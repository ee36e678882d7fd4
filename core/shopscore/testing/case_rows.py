"""Rows like those of a scorecard's golden cases: mixed among each other, and changed a little.

A plugin's author puts into cases what the rules turn on. Drawn rows seldom meet it.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from random import Random
from typing import Any

import polars as pl

from ..errors import PluginError
from ..model.streams import MONEY_SCALE, NUMBER_SCALE, SHOPS, Column, Stream
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.declarations import Scorecard
from ..plugins.folders import toml_texts
from ..plugins.isolation import isolated
from ..value_classes import frozen

#: So many shops are made of those of the cases.
_SHOPS = 12
#: One row in so many is left out, one cell in so many is that of another row, or is changed.
_LEFT_OUT, _MIXED, _CHANGED = 12, 5, 8

#: A row without the id of its shop, by column.
Row = Mapping[str, Any]
#: The rows of a shop, by stream.
CaseShop = Mapping[str, list[Row]]


def with_case_rows(
    rules: BoundRuleSet, frames: Mapping[str, pl.DataFrame], as_of: date
) -> dict[str, pl.DataFrame]:
    """Return events with shops like those of the scorecard's cases, moved to a day of publication.

    Each has the rows of one shop of a case, or in some streams those of another one. Keys and links
    stay, so that rows still name each other; other cells are now and then those of other rows, or
    one more, a second later, another word, none.
    """
    shops = list(_case_shops(rules, as_of))
    if not shops:
        return dict(frames)
    rng = Random(11)  # noqa: S311 - nothing is kept secret
    rng.shuffle(shops)
    mix = _Mix(shops, frames[SHOPS.name]["industry"].to_list(), rng)
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for number in range(_SHOPS):
        shop = f"C{number:04}"
        for name, made in mix.shop(rules.streams, shops[number % len(shops)]):
            rows[name] += ({**row, "shop_id": shop} for row in made)
    return {**frames, **dict(_joined(rules.streams, frames, rows))}


def _case_shops(rules: BoundRuleSet, as_of: date) -> Iterator[CaseShop]:
    """Yield every shop of the cases; the check of cases tells what is wrong with one."""
    for case in _cases(rules.scorecard):
        try:
            later = as_of - date.fromisoformat(str(case["as_of"]))
            shops: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
            for name, rows in case["events"].items():
                stream = rules.streams[name]
                for row in rows:
                    shops[row["shop_id"]][name].append(_typed(stream, row, later))
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
            continue
        yield from shops.values()


def _cases(card: Scorecard) -> Iterator[Mapping[str, Any]]:
    """Yield the cases of a scorecard that can be read."""
    texts: Mapping[str, str] = {}
    if card.cases:
        with suppress(PluginError), isolated(card.cases):
            texts = toml_texts(card.cases)
    for _, text in sorted(texts.items()):
        with suppress(tomllib.TOMLDecodeError):
            yield tomllib.loads(text)


def _typed(stream: Stream, row: Row, later: timedelta) -> Row:
    """Return the cells of a row that the stream has, with times so much later."""
    return {
        column.name: _cell(column, row[column.name], later)
        for column in stream.columns
        if column.name != "shop_id" and row.get(column.name) is not None
    }


def _cell(column: Column, value: Any, later: timedelta) -> Any:
    """Return a cell of a case as a column holds it; None where it cannot be read."""
    try:
        match column.kind:
            case "time":
                when = datetime.fromisoformat(str(value)).replace(tzinfo=None, microsecond=0)
                return when + later
            case "day":
                return date.fromisoformat(str(value)[:10]) + later
            case "int":
                return int(value)
            case "money":
                return Decimal(str(value))
            case "number":
                return float(value)
            case "bool":
                return value if isinstance(value, bool) else None
    except (InvalidOperation, TypeError, ValueError):
        return None
    return str(value)


@frozen(eq=False)
class _Mix:
    """Mixes the rows of some shops; ``industries`` are those that other shops have."""

    shops: list[CaseShop]
    industries: list[str]
    rng: Random

    def shop(
        self, streams: Mapping[str, Stream], of: CaseShop
    ) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Yield the rows of a shop that is like one of them, by stream."""
        other = self.rng.choice(self.shops)
        for name in sorted({SHOPS.name, *of, *other}):
            if name == SHOPS.name:
                own = of.get(name) or [{}]
                yield name, [self._place(streams[name], row) for row in own[:1]]
                continue
            rows = (other if not self.rng.randrange(4) else of).get(name, ())
            kept = [row for row in rows if self.rng.randrange(_LEFT_OUT)]
            yield name, [self._row(streams[name], row) for row in kept]

    def _place(self, stream: Stream, row: Row) -> dict[str, Any]:
        """Return the row of a shop itself, half of the time in an industry that others are in."""
        made = self._row(stream, row)
        if "industry" not in made or self.rng.randrange(2):
            made["industry"] = self.rng.choice(self.industries)
        return made

    def _row(self, stream: Stream, row: Row) -> dict[str, Any]:
        """Return a row of which some cells are those of other rows, or changed."""
        others = [one for shop in self.shops for one in shop.get(stream.name, ())] or [row]
        fixed = {"shop_id", *stream.key, *(link.column for link in stream.links)}
        made = dict(row)
        for column in stream.columns:
            if column.name in fixed:
                continue
            cell = row.get(column.name)
            if not self.rng.randrange(_MIXED):
                cell = self.rng.choice(others).get(column.name)
            elif cell is not None and not self.rng.randrange(_CHANGED):
                cell = self._changed(column, cell)
            if cell is not None or not column.required:
                made[column.name] = cell
        return made

    def _changed(self, column: Column, cell: Any) -> Any:
        """Return another cell, near to this one; none where the column may be empty, at times."""
        rng = self.rng
        if not column.required and not rng.randrange(4):
            return None
        match column.kind:
            case "time":
                days, seconds = rng.choice(((0, 1), (0, -1), (1, 0), (-1, 0), (-30, 0)))
                return cell + timedelta(days, seconds)
            case "day":
                return cell + timedelta(rng.choice((1, -1)))
            case "int":
                return int(_within(column, Decimal(cell + rng.choice((1, -1))), 1))
            case "money":
                cent = Decimal(rng.choice((1, -1))) / MONEY_SCALE
                return _within(column, cell + cent, MONEY_SCALE)
            case "number":
                least = Decimal(rng.choice((1, -1))) / NUMBER_SCALE
                return float(_within(column, Decimal(str(cell)) + least, NUMBER_SCALE))
            case "bool":
                return not cell
            case "enum":
                return rng.choice(column.values)
        return cell


def _within(column: Column, value: Decimal, scale: int) -> Decimal:
    """Return a value inside the bounds of a column, which are in units of its own."""
    low = value if column.low is None else Decimal(column.low) / scale
    high = value if column.high is None else Decimal(column.high) / scale
    return min(max(value, low), high)


def _joined(
    streams: Mapping[str, Stream],
    frames: Mapping[str, pl.DataFrame],
    rows: Mapping[str, list[dict[str, Any]]],
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the streams of which there are such rows, behind those that were there."""
    for name, made in rows.items():
        if not made:
            continue
        known = frames.get(name)
        types = {} if known is None else known.schema
        columns = [c for c in streams[name].names if any(c in row for row in made)]
        frame = pl.DataFrame(
            [
                _series(column, types.get(column), [row.get(column) for row in made])
                for column in columns
            ]
        )
        joined = [frame] if known is None else [known, frame]
        yield name, pl.concat(joined, how="diagonal_relaxed")


def _series(name: str, kind: pl.DataType | None, cells: list[Any]) -> pl.Series:
    """Return cells as a column of a type; of any where the stream does not have it yet."""
    if kind == pl.String:
        cells = [None if cell is None else str(cell) for cell in cells]
    return pl.Series(name, cells, kind, strict=False)
