"""Benchmark tables: value → percentile per industry and metric, for users without peers' data."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import count
from pathlib import Path

import polars as pl

from ..errors import InputError
from ..exact.columns import ExactColumn
from ..messages import Message, Translated, message
from ..model.metrics import Better
from ..notices import Notice
from ..reading.files import read_file
from ..rules.scorers import Reach
from ..value_classes import evolve, frozen
from .amounts import Amount, Possible, read_amount, read_percentile
from .cell_places import Row
from .names import Name, Names
from .variants import coded

COLUMNS = ("industry", "metric", "percentile", "value")
ANY_INDUSTRY = "*"

#: A value and its percentile.
Point = tuple[Fraction, Fraction]


@frozen
class Curve:
    """Percentiles by value for one industry and metric: linear between points, flat outside.

    Values rise. Where several points share a value (many shops at zero), that value gets their
    mean percentile, as tied shops do.
    """

    values: tuple[Fraction, ...]
    percentiles: tuple[Fraction, ...]

    def towards(self, better: str) -> Curve:
        """Return the curve for a direction; a curve of a single value fits both directions.

        Raises:
            InputError: where the percentiles run against the direction.
        """
        first, last = self.percentiles[0], self.percentiles[-1]
        if first == last or (first < last) == (better == "higher"):
            return self
        if self.values[0] == self.values[-1]:
            return Curve(self.values, self.percentiles[::-1])
        raise InputError(_against(better))

    def percentile(self, value: Fraction) -> Fraction:
        """Return the percentile of a value, from 0 (worst) to 1 (best)."""
        left, right = bisect_left(self.values, value), bisect_right(self.values, value)
        if left < right:
            return (self.percentiles[left] + self.percentiles[right - 1]) / 2
        if left in (0, len(self.values)):
            return self.percentiles[0 if left == 0 else -1]
        low, high = self.values[left - 1], self.values[left]
        start, end = self.percentiles[left - 1], self.percentiles[left]
        return start + (end - start) * (value - low) / (high - low)


def _against(better: str) -> Message:
    if better == "lower":
        return message("percentiles must run from worst (0) to best (1): lower is better")
    return message("percentiles must run from worst (0) to best (1): higher is better")


@frozen
class _Row:
    """One row of a table: a value as it was typed in, and its percentile."""

    row: Row
    industry: str
    metric: str
    percentile: Fraction
    value: Amount


@frozen(slots=False, eq=False)
class Benchmark:
    """A table of curves; rows for industry ``*`` are for industries without their own.

    Until the table is bound to the names and units of some rules, metrics are called as the table
    calls them, and values are plain numbers.
    """

    rows: tuple[_Row, ...]
    origin: str = ""
    names: Names | None = None
    notices: tuple[Notice, ...] = ()

    @cached_property
    def curves(self) -> Mapping[tuple[str, str], Curve]:
        """The curve of each industry and metric.

        Raises:
            InputError: where percentiles do not rise or fall steadily with the value.
        """
        points: dict[tuple[str, str], list[Point]] = defaultdict(list)
        for one in self.rows:
            name = self._find(one)
            metric, possible = (one.metric, None) if name is None else (name.id, name.possible)
            value = _number(one.value, possible, one.row.cell("value"))
            points[one.industry, metric].append((value, one.percentile))
        return {key: _build_curve(key, pairs, self.origin) for key, pairs in points.items()}

    def _find(self, one: _Row) -> Name | None:
        if self.names is None:
            return None
        return self.names.find(one.metric, one.row.cell("metric"))

    def curve(self, industry: str, metric: str) -> Curve | None:
        """Return the curve for an industry, or None."""
        return self.curves.get((industry, metric)) or self.curves.get((ANY_INDUSTRY, metric))

    def bound(self, names: Names) -> Benchmark:
        """Return the table in the names and units of some rules.

        Raises:
            InputError: naming file and line of a value that a metric cannot have.
        """
        table = evolve(self, names=names.metrics)
        table.curves  # noqa: B018 - what cannot be used is said at once
        return table

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[tuple[str, str, str, str]],
        origin: str = "benchmark",
        lines: Iterable[int | None] | None = None,
    ) -> Benchmark:
        """Build a table from rows of text: industry, metric, percentile, value.

        ``lines`` are the line numbers of the rows, for messages; by default from 2 on.

        Raises:
            InputError: for a cell that is not a number, or a percentile that is not within 0 to 1.
        """
        made = []
        numbered = zip(count(2) if lines is None else lines, rows, strict=False)
        for position, (line, cells) in enumerate(numbered):
            industry, metric, percentile, value = (cell.strip() for cell in cells)
            row = Row(origin, position, line)
            rank = read_percentile(percentile, row.cell("percentile"))
            if not industry or not metric:
                raise InputError(
                    message(
                        "{row}: industry and metric are needed (industry * is for all)",
                        row=row,
                    )
                )
            amount = read_amount(value, row.cell("value"))
            made.append(_Row(row, industry, metric, rank, amount))
        table = cls(tuple(made), origin)
        if all(one.value.plain for one in made):  # else the units are needed to compare them
            table.curves  # noqa: B018 - what cannot be used is said at once
        return table

    @classmethod
    def read(cls, path: Path) -> Benchmark:
        """Read a CSV file with the columns industry, metric, percentile, value."""
        table = read_file(path, COLUMNS)
        table.require_columns(COLUMNS, path)
        table.refuse_unusable_rows()
        cells = table.frame.select(pl.col(COLUMNS).cast(pl.String).fill_null(""))
        lines = table.lines(range(len(cells)))
        return evolve(cls.from_rows(cells.iter_rows(), str(path), lines), notices=table.notices)


def _number(value: Amount, possible: Possible | None, place: Translated) -> Fraction:
    """Return a value in the unit of its metric; without one as a plain number or a rate."""
    if possible is not None:
        return value.within(possible, place)
    return value.within(Possible("index" if value.plain else "ratio"), place)


def _build_curve(key: tuple[str, str], points: list[Point], origin: str) -> Curve:
    """Build the curve through the points; a falling one has its ties in falling order."""
    for falling in (False, True):
        ordered = sorted(points, key=lambda point: (point[0], -point[1] if falling else point[1]))
        percentiles = [percentile for _, percentile in ordered]
        if percentiles == sorted(percentiles, reverse=falling):
            return Curve(tuple(value for value, _ in ordered), tuple(percentiles))
    raise InputError(
        message(
            "{file}: industry {industry}, metric {metric}: percentiles must rise or fall steadily"
            " with the value",
            file=origin,
            industry=key[0],
            metric=key[1],
        )
    )


def percentiles_from_table(
    benchmark: Benchmark,
    metric: str,
    industries: Sequence[str] | pl.Series,
    values: ExactColumn,
    better: Better,
) -> ExactColumn:
    """Return the percentiles of the values whose industry has rows in the table."""
    curves = {i: _find_curve(benchmark, i, metric, better) for i in set(industries)}
    percentiles: dict[tuple[str, Fraction], Fraction] = {}  # values often repeat
    cells: list[Fraction | None] = []
    for industry, value in zip(industries, values.fractions(), strict=True):
        curve = curves[industry]
        if curve is None or value is None:
            cells.append(None)
            continue
        if (industry, value) not in percentiles:
            percentiles[industry, value] = curve.percentile(value)
        cells.append(percentiles[industry, value])
    return ExactColumn.of(cells)


def reach_of_table(
    benchmark: Benchmark, metric: str, industries: Sequence[str] | pl.Series
) -> Reach:
    """Return the percentiles that values could have by the table; possible where it has rows."""
    names, codes = coded(industries)
    curves = [benchmark.curve(name, metric) for name in names]
    low, high = (
        ExactColumn.of([end(curve.percentiles) if curve else None for curve in curves]).take(codes)
        for end in (min, max)
    )
    return Reach(low.values, high.values, low.known)


def _find_curve(benchmark: Benchmark, industry: str, metric: str, better: Better) -> Curve | None:
    curve = benchmark.curve(industry, metric)
    try:
        return curve and curve.towards(better)
    except InputError as error:
        raise InputError(
            message(
                "{file}: metric {metric}: {problem}",
                file=benchmark.origin,
                metric=metric,
                problem=error,
            )
        ) from None
