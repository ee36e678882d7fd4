"""What was counted of a tally, in the order of its days: a window is a slice of it."""

from __future__ import annotations

from datetime import date
from functools import cached_property

import numpy as np

from ..exact.integers import SAFE, Integers, magnitude, sorted_order
from ..model.windows import DayWeights
from ..value_classes import evolve, frozen
from .cells import Cells, Ints
from .selection import day_number
from .sums import Codes, weighted_sum, weights_of

#: A part of something in order: its first position, and the one after its last.
Slice = tuple[int, int]

#: Rows are added up to cells where so many fall on a shop and day.
_FULL = 4


@frozen(eq=False, slots=False)
class ByDay:
    """Cells of one tally in the order of their days, or rows that are not worth adding up.

    ``days`` are distinct and ascending; what counts on ``days[i]`` stands from ``starts[i]`` to
    ``starts[i + 1]``. Without ``counts`` each counts once; without ``sums`` these are the counts.
    """

    days: Ints
    starts: Ints
    shops: Ints
    counts: Ints | None
    sums: Ints | None

    @classmethod
    def of_cells(cls, cells: Cells) -> ByDay:
        """Return cells in the order of their days."""
        order, days, starts = _in_order(cells.days)
        sums = None if cells.sums is None else cells.sums[order]
        return cls(days, starts, cells.shops[order], cells.counts[order], sums)

    @classmethod
    def of_rows(cls, shop: Codes, day: Ints, values: Ints | None) -> ByDay:
        """Return rows in the order of their days, or their cells where these are far fewer."""
        if len(day):
            width, first = int(shop.max()) + 1, int(day.min())
            full = (int(day.max()) - first + 1) * width * _FULL <= len(day)
            if full and (values is None or magnitude(values) * len(day) < SAFE):
                return _added(shop, day, values, width, first)
        order, days, starts = _in_order(day)
        sums = None if values is None else values[order]
        return cls(days, starts, shop[order].astype(np.int64), None, sums)

    def before(self, day: int) -> ByDay:
        """Return what counts before a day."""
        place = int(np.searchsorted(self.days, day))
        end = int(self.starts[place]) if len(self.days) else 0
        counts, sums = (None if own is None else own[:end] for own in (self.counts, self.sums))
        return ByDay(self.days[:place], self.starts[: place + 1], self.shops[:end], counts, sums)

    @property
    def values(self) -> Ints | None:
        """What is summed of each cell; None where that is 1."""
        return self.counts if self.sums is None else self.sums

    @cached_property
    def of_rows_alone(self) -> ByDay:
        """The same cells, of which nothing but the rows is summed."""
        return evolve(self, sums=None)

    @cached_property
    def most(self) -> int:
        """The greatest number of cells, or rows, of one shop."""
        return int(np.bincount(self.shops).max(initial=0))

    @cached_property
    def largest(self) -> int:
        """The greatest of what is summed, whatever its sign."""
        return 1 if self.values is None else magnitude(self.values)

    def days_in(self, weights: DayWeights, as_of: date) -> Slice:
        """Return which of the days lie in a window."""
        today = day_number(as_of)
        ends = [today - weights.last_age, today - weights.first_age + 1]
        first, after = np.searchsorted(self.days, ends).tolist()
        return first, after

    def cells_in(self, weights: DayWeights, as_of: date) -> Slice:
        """Return which of the cells lie in a window."""
        first, after = self.days_in(weights, as_of)
        return int(self.starts[first]), int(self.starts[after])

    def weighted(self, weights: DayWeights, as_of: date, shops: int) -> Integers:
        """Return Σ value · weight per shop over a window."""
        first, after = self.days_in(weights, as_of)
        cells = slice(self.starts[first], self.starts[after])
        by_day = weights_of(weights, day_number(as_of) - self.days[first:after])
        by_cell = np.repeat(by_day, np.diff(self.starts[first : after + 1]))
        shop, values = self.shops[cells], None if self.values is None else self.values[cells]
        if self.largest * max(weights.ints) * self.most >= SAFE:
            every = np.ones(len(shop), dtype=np.int64) if values is None else values
            return weighted_sum(shop, every, by_cell, shops, self.most)
        total = np.zeros(shops, dtype=np.int64)
        np.add.at(total, shop, by_cell if values is None else values * by_cell)
        return total


def _added(shop: Codes, day: Ints, values: Ints | None, width: int, first: int) -> ByDay:
    """Return the cells of rows, of which there are many for each shop and day."""
    places = (day - first) * width + shop
    counts = np.bincount(places)
    there = np.flatnonzero(counts)
    sums = None
    if values is not None:
        total = np.zeros(len(counts), dtype=np.int64)
        np.add.at(total, places, values)
        sums = total[there]
    _, days, starts = _in_order(there // width)
    return ByDay(days + first, starts, there % width, counts[there], sums)


def _in_order(days: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the positions that bring days in order, the distinct ones, and where each begins.

    Equal days stay in their order. Behind the places where days begin stands where all end.
    """
    first = int(days.min()) if len(days) else 0
    since = days - first
    if int(since.max(initial=0)) < 1 << 16:  # numpy sorts these without comparing
        short = since.astype(np.uint16)
        order, numbers = np.argsort(short, kind="stable"), np.bincount(short)
        there = np.flatnonzero(numbers)
        numbers = numbers[there]
    else:
        order = sorted_order(since.view(np.uint64))
        there, numbers = np.unique(since, return_counts=True)
    return order, there + first, np.append(0, np.cumsum(numbers))
