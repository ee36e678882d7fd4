"""An aggregator of this plugin: the latest value of several days, which core has none for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from shopscore import Aggregator, Days, Over, Tally


@frozen
class Latest(Aggregator):
    """The value of the latest of so many days that has one, in units of ``per``.

    Each day is a window of its own; a day with several values has their mean. ``n`` is the number
    of rows of that day.
    """

    of: Tally
    days: int
    per: int = 1

    @property
    def tallies(self) -> tuple[Over, ...]:
        """The same tally over each day, the oldest first."""
        return tuple(Over(self.of, Days(age, age)) for age in range(self.days, 0, -1))

    def combine(self, sums: Sequence[Any], counts: Sequence[Any]) -> tuple[Any, Any, Any]:
        """Return the sum and the number of rows of the latest day with a row."""
        value, n = sums[0], counts[0]
        for newer, rows in zip(sums[1:], counts[1:], strict=True):
            some = (rows > 0) * 1
            value, n = newer * some + value * (1 - some), rows * some + n * (1 - some)
        return value, n * self.per, n
