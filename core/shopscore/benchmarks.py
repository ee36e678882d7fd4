"""Benchmark tables: value → percentile per industry and metric, for those without peers' data."""

from __future__ import annotations

import csv
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path

from attrs import frozen

from .errors import InputError
from .rationals import Mask, Rationals

COLUMNS = ("industry", "metric", "percentile", "value")
ANY_INDUSTRY = "*"


@frozen
class Curve:
    """Points of one industry and metric by rising value; percentiles linear in between, flat outside.

    Where several points share a value (many shops at zero), that value takes their mean
    percentile, as tied shops do.
    """

    values: tuple[Fraction, ...]
    percentiles: tuple[Fraction, ...]

    def percentile(self, value: Fraction) -> Fraction:
        """The percentile of a value, from 0 (worst) to 1 (best)."""
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
    """A table of curves; rows for industry ``*`` serve industries without their own."""

    curves: Mapping[tuple[str, str], Curve]
    origin: str = ""

    def curve(self, industry: str, metric: str) -> Curve | None:
        """The curve that serves an industry, or None."""
        return self.curves.get((industry, metric)) or self.curves.get((ANY_INDUSTRY, metric))

    @classmethod
    def from_rows(
        cls, rows: Iterable[tuple[str, str, str, str]], origin: str = "benchmark"
    ) -> Benchmark:
        """From rows of text: industry, metric, percentile, value; line 2 is the first."""
        points: dict[tuple[str, str], list[tuple[Fraction, Fraction]]] = defaultdict(list)
        for line, (industry, metric, percentile, value) in enumerate(rows, start=2):
            where = f"{origin}, line {line}"
            place = _number(percentile, f"{where}, column percentile")
            if not 0 <= place <= 1:
                raise InputError(f"{where}, column percentile: {percentile!r} is not within 0 to 1")
            if not industry.strip() or not metric.strip():
                raise InputError(f"{where}: industry and metric are needed (industry * serves all)")
            key = (industry.strip(), metric.strip())
            points[key].append((_number(value, f"{where}, column value"), place))
        curves = {key: _curve(key, found, origin) for key, found in points.items()}
        return cls(curves, origin)

    @classmethod
    def read(cls, path: Path) -> Benchmark:
        """From a CSV file with the columns industry, metric, percentile, value."""
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.reader(file))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise InputError(f"{path}: cannot be read as a UTF-8 CSV file: {error}") from None
        header = [h.strip() for h in rows[0]] if rows else []
        missing = [c for c in COLUMNS if c not in header]
        if missing:
            raise InputError(
                f"{path}: no column {', '.join(missing)}; needed: {', '.join(COLUMNS)}"
            )
        places = [header.index(c) for c in COLUMNS]
        cells = ([*row, *[""] * len(header)] for row in rows[1:])
        return cls.from_rows(
            ((r[places[0]], r[places[1]], r[places[2]], r[places[3]]) for r in cells), str(path)
        )


def _number(text: str, where: str) -> Fraction:
    try:
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        raise InputError(f"{where}: {text!r} is not a number") from None


def _curve(key: tuple[str, str], points: list[tuple[Fraction, Fraction]], origin: str) -> Curve:
    points.sort()
    places = [p for _, p in points]
    if places != sorted(places):
        # For a metric where less is better, percentiles fall as values rise.
        points.sort(key=lambda point: (point[0], -point[1]))
        places = [p for _, p in points]
        if places != sorted(places, reverse=True):
            raise InputError(
                f"{origin}: industry {key[0]}, metric {key[1]}: percentiles must rise or fall"
                " steadily with the value"
            )
    return Curve(tuple(v for v, _ in points), tuple(places))


def table_percentiles(
    benchmark: Benchmark, metric: str, industries: list[str], values: Rationals, present: Mask
) -> tuple[Rationals, Mask]:
    """Percentiles of the shops whose industry the table serves, and which shops those are."""
    curves = {i: benchmark.curve(i, metric) for i in set(industries)}
    found: dict[tuple[str, Fraction], Fraction] = {}
    num, den, served = [0] * len(values), [1] * len(values), present.copy()
    for row, industry in enumerate(industries):
        curve = curves[industry]
        if curve is None or not present[row]:
            served[row] = False
            continue
        value = Fraction(int(values.num[row]), int(values.den[row]))
        place = found.get((industry, value))
        if place is None:
            place = found[industry, value] = curve.percentile(value)
        num[row], den[row] = place.numerator, place.denominator
    return Rationals.of(num, den), served
