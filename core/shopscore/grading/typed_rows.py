"""Typed rows: a user's table of values, one row per shop and metric, read and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl

from ..errors import InputError
from ..messages import message
from ..notices import Notice
from ..plugins.bound_rules import BoundRuleSet
from ..reading.files import from_dataframe, read_file
from ..reading.raw_table import RawTable
from ..reading.rows.ids import LOST_DIGITS, bare_ids, rounded
from ..value_classes import evolve, field, frozen
from .amounts import NONE, NOTHING, Amount, Possible, read_amount, read_percentile
from .cell_places import Row
from .names import Name, Names
from .told import Told

COLUMNS = ("shop_id", "metric", "value")
OPTIONAL = ("n", "industry", "percentile", "points")
#: The greatest plausible number of rows.
MOST_ROWS = 10**15


@frozen
class TypedRow:
    """One row of the table, with exact numbers in the unit of its metric.

    ``n`` is None where it is not known on how many rows the value rests. ``none`` is true where a
    word in the place of the value says that a console shows none. A row about a dimension or the
    total has ``points`` only. ``document`` is the one that tells it, where nobody typed it in.
    """

    row: Row
    shop_id: str
    name: Name
    industry: str | None = None
    value: Fraction | None = None
    n: int | None = None
    percentile: Fraction | None = None
    points: Fraction | None = None
    none: bool = False
    document: Told | None = None

    @property
    def has_number(self) -> bool:
        """Whether the row tells a value, a percentile or points."""
        shown = self.value, self.percentile, self.points
        return any(number is not None for number in shown)

    @property
    def says_none(self) -> bool:
        """Whether the row says that a console shows nothing; an empty row says nothing."""
        return self.n == 0 or (self.none and not self.has_number)

    def other_industry(self, known: str) -> InputError:
        """Return the error of a shop that is of another industry already."""
        return InputError(
            message(
                "{place}: shop {shop} has two industries, {one} and {other}",
                place=self.row.cell("industry"),
                shop=self.shop_id,
                one=known,
                other=self.industry,
            )
        )


def read_rows(values: Any, rules: BoundRuleSet) -> tuple[list[TypedRow], tuple[Notice, ...]]:
    """Read the rows of a CSV file or a dataframe, and what to know of the file.

    Raises:
        InputError: for a cell that cannot be used, naming file, line, column and value.
    """
    table = _open(values)
    table.refuse_unusable_rows()
    source = table.label or "values"
    table.require_columns(COLUMNS, source)
    if not len(table.frame):
        raise InputError(message("{file}: no row with a value", file=source))
    scale = Possible.of("points", rules.exact.low, rules.exact.high)
    rows = list(_read(table, source, _Reader(rules, Names.of(rules), scale)))
    if rows and not any(row.has_number or row.says_none for row in rows):
        raise InputError(
            message(
                "{file}: no value is filled in; write - where the console shows none", file=source
            )
        )
    return rows, table.notices


def _open(values: Any) -> RawTable:
    if not isinstance(values, str | Path):
        return from_dataframe("values", values)
    return read_file(Path(values), (*COLUMNS, *OPTIONAL))


def _read(table: RawTable, source: str, reader: _Reader) -> Iterator[TypedRow]:
    lines = table.lines(range(len(table.frame)))
    seen: dict[tuple[str, str, str], Row] = {}
    shop_ids = _shop_ids(table)
    lost = rounded(shop_ids)
    for position, cells in enumerate(table.frame.iter_rows(named=True)):
        row, shop_id = Row(source, position, lines[position]), shop_ids[position]
        if lost[position]:
            raise InputError(
                message(
                    "{place}: {value!r}: {reason}",
                    place=row.cell("shop_id"),
                    value=shop_id,
                    reason=LOST_DIGITS,
                )
            )
        read = reader.row({**cells, "shop_id": shop_id}, row)
        key = read.shop_id, read.name.kind, read.name.id
        if key in seen:
            raise InputError(
                message(
                    "{place}: metric {metric} of shop {shop} comes twice",
                    place=read.row,
                    metric=read.name.id,
                    shop=read.shop_id,
                )
            )
        seen[key] = read.row
        yield read


def _shop_ids(table: RawTable) -> pl.Series:
    """Return the shops of the rows, without the marks that event files lose too."""
    texts = [_bare({"shop_id": cell}, "shop_id") for cell in table.frame["shop_id"]]
    return bare_ids(pl.Series(texts, dtype=pl.String))


@frozen
class _Reader:
    """Reads rows under some rules."""

    rules: BoundRuleSet
    names: Names
    scale: Possible
    known: dict[str, Name] = field(factory=dict)

    def row(self, cells: Mapping[str, Any], row: Row) -> TypedRow:
        shop_id = _text(cells, "shop_id")
        if not shop_id:
            raise InputError(message("{place}: empty", place=row.cell("shop_id")))
        name = self._name(_text(cells, "metric"), row)
        industry = _text(cells, "industry") or None
        if name.kind != "metric":
            return TypedRow(
                row, shop_id, name, industry, points=_of_console(cells, row, name.possible)
            )
        percentile = _text(cells, "percentile")
        read = TypedRow(
            row,
            shop_id,
            name,
            industry,
            _number(cells, "value", row, name.possible),
            _row_count(cells, row),
            read_percentile(percentile, row.cell("percentile")) if percentile else None,
            _number(cells, "points", row, self.scale),
            _bare(cells, "value").lower() in NONE,
        )
        counted = bool(self.rules.metrics[name.id].tallies)
        if read.value is not None and read.n is None and not counted:
            return evolve(read, n=1)  # no rows: one number
        return read

    def _name(self, text: str, row: Row) -> Name:
        name = self.known.get(text) or self.names.find(text, row.cell("metric"))
        if name is None:
            raise InputError(
                message(
                    "{place}: no metric {metric!r} in {ruleset}{guess}",
                    place=row.cell("metric"),
                    metric=text,
                    ruleset=self.rules.ruleset.name,
                    guess=self.names.guess(text),
                )
            )
        self.known[text] = name
        return name


def _text(cells: Mapping[str, Any], column: str) -> str:
    """Return the text of a cell; empty where nothing stands there, or what means nothing."""
    text = _bare(cells, column)
    return "" if text.lower() in NOTHING and column not in ("shop_id", "metric") else text


def _bare(cells: Mapping[str, Any], column: str) -> str:
    value = cells.get(column)
    return "" if value is None else str(value).strip()


def _amount(cells: Mapping[str, Any], column: str, row: Row) -> Amount | None:
    text = _text(cells, column)
    return read_amount(text, row.cell(column)) if text else None


def _number(cells: Mapping[str, Any], column: str, row: Row, possible: Possible) -> Fraction | None:
    amount = _amount(cells, column, row)
    return None if amount is None else amount.within(possible, row.cell(column))


def _row_count(cells: Mapping[str, Any], row: Row) -> int | None:
    amount = _amount(cells, "n", row)
    if amount is None:
        return None
    number = amount.in_unit("count")
    if number is None or not (0 <= number <= MOST_ROWS and number.denominator == 1):
        raise InputError(
            message(
                "{place}: {value!r} is not a number of rows", place=row.cell("n"), value=amount.text
            )
        )
    return int(number)


def _of_console(cells: Mapping[str, Any], row: Row, possible: Possible) -> Fraction | None:
    """Return the points of a dimension or total, which stand as points or as a value."""
    value, points = (_number(cells, name, row, possible) for name in ("value", "points"))
    if value is not None and points is not None and value != points:
        raise InputError(
            message(
                "{place}: {points} points, and the value {value}: leave one of them empty",
                place=row,
                points=_text(cells, "points"),
                value=_text(cells, "value"),
            )
        )
    return value if points is None else points
