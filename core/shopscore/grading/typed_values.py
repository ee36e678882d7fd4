"""Typed values: metric values that a user copied from a console, for shops without events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from attrs import frozen

from ..errors import InputError, did_you_mean
from ..exact.columns import ExactColumn
from ..exact.decimals import exact_decimal
from ..exact.rationals import Rationals
from ..messages import message
from ..plugins.bound_rules import BoundRuleSet
from ..reading.files import from_dataframe, read_file
from .points import Supplied
from .weighing import MetricValues

COLUMNS = ("shop_id", "metric", "value", "n")
OPTIONAL = ("industry", "percentile", "points")
#: The greatest plausible number of rows.
MOST_ROWS = 10**15


@frozen
class _Cell:
    """One row of the input, with exact numbers."""

    shop_id: str
    metric: str
    value: Fraction | None
    n: int
    industry: str | None
    percentile: Fraction | None
    points: Fraction | None


@frozen(eq=False)
class TypedValues:
    """Metric values that a user supplied: one row per shop in ``shops``, and a cell per metric."""

    shops: pl.DataFrame
    cells: Sequence[_Cell]

    def measured(self, metric: str) -> MetricValues:
        """Return the values of one metric, as sums over ``n`` rows so that they can be pooled."""
        rows = self._rows
        n = np.zeros(len(rows), dtype=np.int64)
        own = [(c, c.value) for c in self.cells if c.metric == metric and c.value is not None]
        own = [(c, value) for c, value in own if c.n > 0]
        common = lcm(*(value.denominator for _, value in own))
        num, den = [0] * len(rows), [1] * len(rows)
        known = np.zeros(len(rows), dtype=np.bool_)
        for cell, value in own:
            row = rows[cell.shop_id]
            num[row], den[row] = int(value * common) * cell.n, common * cell.n
            n[row], known[row] = cell.n, True
        lacking = np.ones(len(rows), dtype=np.bool_)
        lacking[[rows[c.shop_id] for c in self.cells if c.metric == metric]] = False
        return MetricValues(
            metric,
            ExactColumn(Rationals.of(num, den), known),
            n,
            no_value_reason=message("no value was supplied, or none with n above 0"),
            lacking=lacking,
        )

    def supplied(self) -> Supplied:
        """Return the percentiles and points among the input."""
        return Supplied(self._columns("percentile"), self._columns("points"))

    def _columns(self, name: str) -> dict[str, ExactColumn]:
        rows = self._rows
        cells: dict[str, list[Fraction | None]] = {}
        for cell in self.cells:
            number = getattr(cell, name)
            if number is not None:
                column = cells.setdefault(cell.metric, [None] * len(rows))
                column[rows[cell.shop_id]] = number
        return {metric: ExactColumn.of(column) for metric, column in cells.items()}

    @property
    def _rows(self) -> dict[str, int]:
        return {id: position for position, id in enumerate(self.shops["shop_id"])}


def read_values(values: Any, rules: BoundRuleSet, industry: str) -> TypedValues:
    """Read metric values from a CSV file or a dataframe; ``industry`` is for shops without one.

    Raises:
        InputError: for a cell that cannot be used, naming file, line, column and value.
    """
    cells = _read(values, rules)
    ids = sorted({c.shop_id for c in cells})
    declared: dict[str, str] = {}
    for cell in cells:
        if cell.industry:
            known = declared.setdefault(cell.shop_id, cell.industry)
            if known != cell.industry:
                raise InputError(
                    f"shop {cell.shop_id} has two industries, {known} and {cell.industry}"
                )
    shops = pl.DataFrame(
        {"shop_id": ids, "industry": [declared.get(id, industry) for id in ids]},
        schema={"shop_id": pl.String, "industry": pl.String},
    )
    return TypedValues(shops, cells)


def _read(values: Any, rules: BoundRuleSet) -> list[_Cell]:
    if isinstance(values, str | Path):
        path = Path(values)
        if not path.is_file():
            raise InputError(message("{file}: no such file", file=path))
        table = read_file(path, (*COLUMNS, *OPTIONAL))
    else:
        table = from_dataframe("values", values)
    table.refuse_long_rows()
    where = table.label or "values"
    missing = [name for name in COLUMNS if name not in table.frame.columns]
    if missing:
        raise InputError(f"{where}: no column {', '.join(missing)}; needed: {', '.join(COLUMNS)}")
    lines = table.lines(range(len(table.frame)))
    cells, seen = [], set()
    for position, row in enumerate(table.frame.iter_rows(named=True)):
        line = lines[position]
        place = f"{where}, " + (f"line {line}" if line is not None else f"row {position + 1}")
        cell = _cell(row, place, rules)
        if (cell.shop_id, cell.metric) in seen:
            raise InputError(f"{place}: metric {cell.metric} of shop {cell.shop_id} comes twice")
        seen.add((cell.shop_id, cell.metric))
        cells.append(cell)
    return cells


def _cell(row: Mapping[str, Any], place: str, rules: BoundRuleSet) -> _Cell:
    def text(name: str) -> str:
        value = row.get(name)
        return "" if value is None else str(value).strip()

    if not text("shop_id"):
        raise InputError(f"{place}, column shop_id: empty")
    shown = rules.ruleset.metric_ids
    if text("metric") not in shown:
        raise InputError(
            f"{place}, column metric: no metric {text('metric')!r} in {rules.ruleset.name}"
            f"{did_you_mean(text('metric'), shown)}"
        )
    n = _number(text("n"), f"{place}, column n")
    if n is not None and not (0 <= n <= MOST_ROWS and n.denominator == 1):
        raise InputError(f"{place}, column n: {text('n')!r} is not a number of rows")
    percentile = _number(text("percentile"), f"{place}, column percentile")
    if percentile is not None and not 0 <= percentile <= 1:
        raise InputError(f"{place}, column percentile: {text('percentile')!r} is not within 0 to 1")
    points = _number(text("points"), f"{place}, column points")
    low, high = rules.exact.low, rules.exact.high
    if points is not None and not low <= points <= high:
        raise InputError(
            f"{place}, column points: {text('points')!r} is not within the scale,"
            f" {float(low):g} to {float(high):g}"
        )
    return _Cell(
        text("shop_id"),
        text("metric"),
        _number(text("value"), f"{place}, column value"),
        _row_count(n, rules, text("metric")),
        text("industry") or None,
        percentile,
        points,
    )


def _row_count(n: Fraction | None, rules: BoundRuleSet, metric: str) -> int:
    """Return the number of rows; by default 0, or 1 for a metric that events cannot feed."""
    if n is not None:
        return int(n)
    return 0 if rules.metrics[metric].aggregator.tallies else 1


def _number(text: str, place: str) -> Fraction | None:
    if not text or text.lower() == "nan":
        return None
    number = exact_decimal(text)
    if number is None:
        raise InputError(f"{place}: {text!r} is not a number that can be used")
    return Fraction(number)
