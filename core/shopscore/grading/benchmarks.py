"""Benchmark tables: value → percentile per industry and metric, for users without peers' data."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import count
from pathlib import Path

import polars as pl
from attrs import frozen

from ..errors import InputError
from ..exact.columns import ExactColumn
from ..exact.decimals import exact_decimal
from ..model.metrics import Better
from ..reading.files import read_file
from ..rules.scorers import Reach

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
        raise InputError(f"percentiles must run from worst (0) to best (1): {better} is better")

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


@frozen
class Benchmark:
    """A table of curves; rows for industry ``*`` are for industries without their own."""

    curves: Mapping[tuple[str, str], Curve]
    origin: str = ""

    def curve(self, industry: str, metric: str) -> Curve | None:
        """Return the curve for an industry, or None."""
        return self.curves.get((industry, metric)) or self.curves.get((ANY_INDUSTRY, metric))

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
        points: dict[tuple[str, str], list[Point]] = defaultdict(list)
        for line, cells in zip(count(2) if lines is None else lines, rows, strict=False):
            industry, metric, percentile, value = (cell.strip() for cell in cells)
            where = f"{origin}, line {line}"
            rank = _number(percentile, f"{where}, column percentile")
            if not 0 <= rank <= 1:
                raise InputError(f"{where}, column percentile: {percentile!r} is not within 0 to 1")
            if not industry or not metric:
                raise InputError(f"{where}: industry and metric are needed (industry * is for all)")
            points[industry, metric].append((_number(value, f"{where}, column value"), rank))
        curves = {key: _build_curve(key, pairs, origin) for key, pairs in points.items()}
        return cls(curves, origin)

    @classmethod
    def read(cls, path: Path) -> Benchmark:
        """Read a CSV file with the columns industry, metric, percentile, value."""
        table = read_file(path, COLUMNS)
        missing = [c for c in COLUMNS if c not in table.frame.columns]
        if missing:
            raise InputError(
                f"{path}: no column {', '.join(missing)}; needed: {', '.join(COLUMNS)}"
            )
        table.refuse_long_rows()
        cells = table.frame.select(pl.col(COLUMNS).cast(pl.String).fill_null(""))
        lines = table.lines(range(len(cells)))
        return cls.from_rows(cells.iter_rows(), str(path), lines)


def _number(text: str, where: str) -> Fraction:
    number = exact_decimal(text)
    if number is None:
        raise InputError(f"{where}: {text!r} is not a number that can be used")
    return Fraction(number)


def _build_curve(key: tuple[str, str], points: list[Point], origin: str) -> Curve:
    """Build the curve through the points; a falling one has its ties in falling order."""
    for falling in (False, True):
        ordered = sorted(points, key=lambda point: (point[0], -point[1] if falling else point[1]))
        percentiles = [percentile for _, percentile in ordered]
        if percentiles == sorted(percentiles, reverse=falling):
            return Curve(tuple(value for value, _ in ordered), tuple(percentiles))
    raise InputError(
        f"{origin}: industry {key[0]}, metric {key[1]}: percentiles must rise or fall steadily with"
        " the value"
    )


def percentiles_from_table(
    benchmark: Benchmark,
    metric: str,
    industries: Sequence[str],
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


def reach_of_table(benchmark: Benchmark, metric: str, industries: Sequence[str]) -> Reach:
    """Return the percentiles that values could have by the table; possible where it has rows."""
    lowest, highest = [], []
    for industry in industries:
        curve = benchmark.curve(industry, metric)
        lowest.append(min(curve.percentiles) if curve else None)
        highest.append(max(curve.percentiles) if curve else None)
    low, high = ExactColumn.of(lowest), ExactColumn.of(highest)
    return Reach(low.values, high.values, low.known)


def _find_curve(benchmark: Benchmark, industry: str, metric: str, better: Better) -> Curve | None:
    curve = benchmark.curve(industry, metric)
    try:
        return curve and curve.towards(better)
    except InputError as error:
        raise InputError(f"{benchmark.origin}: metric {metric}: {error}") from None
