"""Typed values: metric values that a user copied from a console, for some shops."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask
from ..messages import message
from ..notices import Notice
from ..plugins.bound_rules import BoundMetric, BoundRuleSet
from ..value_classes import field, frozen
from .console import Console
from .points import Supplied
from .stated import NOTHING_STATED, Stated, shop_days
from .told import Figures, Told
from .typed_rows import TypedRow, read_rows
from .weighing import MetricValues

#: Rows of shops by their id.
Places = Mapping[str, int]


@frozen(eq=False, slots=False)
class TypedValues:
    """What a user typed in, by shop: values, percentiles and points, and what a console shows.

    A row with ``-`` in the place of a number says that a console shows none, but not where only
    ``conditions`` measure the metric: a number of things that a console does not show is not zero.
    An empty row says nothing, as one that is not there. ``more_shops`` are shops without a row.
    ``adjusted`` are the bonus and the deduction of shops, as documents tell them, ``figures`` all
    that these say, and ``stated`` what they state besides.
    """

    rows: Sequence[TypedRow]
    industries: Mapping[str, str]
    notices: tuple[Notice, ...] = ()
    conditions: frozenset[str] = frozenset()
    more_shops: tuple[str, ...] = ()
    adjusted: Mapping[str, tuple[Fraction | None, Fraction | None]] = field(factory=dict)
    figures: Sequence[Figures] = ()
    stated: Stated = NOTHING_STATED

    @property
    def told_by_documents(self) -> bool:
        """Whether documents tell anything of it: their shops are no peers of each other."""
        return any(row.document is not None for row in self.rows)

    @property
    def shop_ids(self) -> list[str]:
        """Every shop of the table, sorted."""
        return sorted({*(row.shop_id for row in self.rows), *self.more_shops})

    def shops(self, unknown: str) -> pl.DataFrame:
        """Return one row per shop; ``unknown`` is the industry of those without one."""
        ids = self.shop_ids
        shops = pl.DataFrame(
            {"shop_id": ids, "industry": [self.industries.get(id, unknown) for id in ids]},
            schema={"shop_id": pl.String, "industry": pl.String},
        )
        return self.with_days(shops)

    def with_days(self, shops: pl.DataFrame) -> pl.DataFrame:
        """Return a table of shops with the days that documents state where it has none."""
        for name, days in shop_days(self.stated, shops["shop_id"]):
            told = pl.Series(name, days, dtype=pl.Int64)
            known = shops[name].fill_null(told) if name in shops.columns else told
            shops = shops.with_columns(known.alias(name))
        return shops

    def measured(self, metric: BoundMetric, places: Places) -> MetricValues:
        """Return the values of one metric.

        Input is missing where no row of the shop tells a value, or that there is none.
        """
        size, rows = len(places), self._of(metric.id)
        cells: list[Fraction | None] = [None] * size
        n = np.zeros(size, dtype=np.int64)
        unknown, stands_in = np.zeros((2, size), dtype=np.bool_)
        for row in rows:
            at = places[row.shop_id]
            if row.value is not None and row.n != 0:
                cells[at], n[at], unknown[at] = row.value, row.n or 0, row.n is None
            stands_in[at] |= row.document is not None and row.document.stands_in
        column = ExactColumn.of(cells)
        missing = ~column.known
        missing[[places[row.shop_id] for row in rows if self._says_none(row)]] = False
        return MetricValues(
            metric.id,
            column,
            n,
            no_value_reason=message("no value was supplied, or none with n above 0"),
            typed=column.known,
            documents=_documents(rows, places),
            typed_besides=_typed_besides(rows, places),
            n_unknown=unknown,
            unpooled=unknown,
            stands_in=stands_in if stands_in.any() else None,
            metric=metric,
            missing=missing,
            missing_reason=message("no value was supplied"),
        )

    def _says_none(self, row: TypedRow) -> bool:
        return row.says_none and (row.n == 0 or row.name.id not in self.conditions)

    def supplied(self, places: Places) -> Supplied:
        """Return the percentiles and points among the input."""
        metrics = [id for kind, id in self._by_name if kind == "metric"]
        return Supplied(
            self._columns(metrics, places, lambda row: row.percentile),
            self._columns(metrics, places, lambda row: row.points),
        )

    def console(self, places: Places) -> Console:
        """Return the total and the points of dimensions that the console shows."""
        columns = {
            (kind, id): column
            for (kind, id), rows in self._by_name.items()
            if kind != "metric"
            and (column := _column(rows, places, lambda row: row.points)) is not None
        }
        dimensions = {id: column for (kind, id), column in columns.items() if kind == "dimension"}
        told = {id: _column(self._told_of(id), places, lambda row: row.points) for id in dimensions}
        bonus, deduction = (
            _by_shop({id: pair[place] for id, pair in self.adjusted.items()}, places)
            for place in (0, 1)
        )
        return Console(
            columns.get(("total", "total")),
            dimensions,
            {id: column for id, column in told.items() if column is not None},
            bonus,
            deduction,
            self.figures,
            _of_criteria(self.stated.bounds, places),
            _of_criteria(self.stated.counts, places),
            self.stated,
        )

    def _told_of(self, dimension: str) -> list[TypedRow]:
        """Return the rows of a dimension that documents tell."""
        rows = self._by_name.get(("dimension", dimension), [])
        return [row for row in rows if row.document is not None]

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], list[TypedRow]]:
        by_name: dict[tuple[str, str], list[TypedRow]] = {}
        for row in self.rows:
            by_name.setdefault((row.name.kind, row.name.id), []).append(row)
        return by_name

    def _of(self, metric: str) -> list[TypedRow]:
        return self._by_name.get(("metric", metric), [])

    def _columns(
        self, metrics: Sequence[str], places: Places, number: Callable[[TypedRow], Fraction | None]
    ) -> dict[str, ExactColumn]:
        columns = {id: _column(self._of(id), places, number) for id in metrics}
        return {id: column for id, column in columns.items() if column is not None}


def _column(
    rows: Sequence[TypedRow], places: Places, number: Callable[[TypedRow], Fraction | None]
) -> ExactColumn | None:
    """Return one number of some rows as a column; None where no row has it."""
    numbers = ((row.shop_id, number(row)) for row in rows)
    return _by_shop({id: told for id, told in numbers if told is not None}, places)


def _by_shop(numbers: Mapping[str, Fraction | None], places: Places) -> ExactColumn | None:
    """Return numbers of shops as a column; None where there is none."""
    cells: list[Fraction | None] = [None] * len(places)
    for id, number in numbers.items():
        cells[places[id]] = number
    return None if all(cell is None for cell in cells) else ExactColumn.of(cells)


def _of_criteria(
    stated: Mapping[str, Mapping[str, Fraction]], places: Places
) -> dict[str, ExactColumn]:
    """Return the numbers that documents state of criteria as columns."""
    columns = {id: _by_shop(own, places) for id, own in stated.items()}
    return {id: column for id, column in columns.items() if column is not None}


def _documents(rows: Sequence[TypedRow], places: Places) -> tuple[Told | None, ...] | None:
    """Return which document tells each row; None where all were typed in."""
    told: list[Told | None] = [None] * len(places)
    for row in rows:
        if row.document is not None:
            told[places[row.shop_id]] = row.document
    return tuple(told) if any(told) else None


def _typed_besides(rows: Sequence[TypedRow], places: Places) -> Mask | None:
    """Return the shops that have a row of a document, and one that a user typed in; None: none."""
    told = {row.shop_id for row in rows if row.document is not None}
    both = [places[row.shop_id] for row in rows if row.document is None and row.shop_id in told]
    if not both:
        return None
    found = np.zeros(len(places), dtype=np.bool_)
    found[both] = True
    return found


def read_values(values: Any, rules: BoundRuleSet) -> TypedValues:
    """Read metric values from a CSV file or a dataframe.

    Raises:
        InputError: for a cell that cannot be used, naming file, line, column and value.
    """
    rows, notices = read_rows(values, rules)
    industries: dict[str, str] = {}
    for row in rows:
        if row.industry and industries.setdefault(row.shop_id, row.industry) != row.industry:
            raise row.other_industry(industries[row.shop_id])
    return TypedValues(rows, industries, notices, conditions_alone(rules))


def conditions_alone(rules: BoundRuleSet) -> frozenset[str]:
    """Return the metrics that conditions of a score ask for, and that have no weight."""
    weighted = {entry.id for _, entry in rules.exact.entries}
    asked = {each.condition.measure.metric for each in rules.exact.eligibility}
    return frozenset(asked - weighted)
