"""What the metrics of a rule set look at: rows, the orders they name, days and their weights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from oracle.cell_meanings import SECONDS_PER_DAY
from oracle.event_loading import Loaded, Row

LEFT_OUT_WITH_THEIR_ORDER = ("reviews", "aftersales", "complaints", "escalations")
"""Streams whose rows are left out where the order they name is excluded; conversations stay."""

FULL_WEIGHT = 2**20


def whole(row: Row, column: str) -> int | None:
    """The cell as a whole number (a time, money, a rating), or null."""
    value = row[column]
    return value if isinstance(value, int) else None


def is_true(row: Row, column: str) -> bool:
    """Whether a boolean cell is true; it has its default already."""
    return row[column] is True


def text(row: Row, column: str) -> str:
    """The cell as text; a null is empty."""
    value = row[column]
    return value if isinstance(value, str) else ""


def first_of(*values: int | None) -> int | None:
    """The first value that is not null."""
    for value in values:
        if value is not None:
            return value
    return None


def received(order: Row | None) -> int | None:
    """When the buyer had the goods: signed_at, or confirmed_at where there is no signed_at."""
    if order is None:
        return None
    return first_of(whole(order, "signed_at"), whole(order, "confirmed_at"))


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


class Facts:
    """The accepted rows as the metrics see them, on the day of publication."""

    def __init__(self, loaded: Loaded, as_of: date, assumptions: Mapping[str, object]) -> None:
        """Index the orders by shop and id: the same id in two shops is two orders."""
        self.loaded = loaded
        self.as_of = day_number(as_of)
        self.assumptions = assumptions
        self._orders: dict[tuple[str, str], Row] = {
            (text(order, "shop_id"), text(order, "order_id")): order
            for order in loaded.rows["orders"]
        }

    def order_of(self, row: Row) -> Row | None:
        """The order of the same shop that the row names; None where there is none (unlinked)."""
        return self._orders.get((text(row, "shop_id"), text(row, "order_id")))

    def rows(self, stream: str) -> Iterator[Row]:
        """The rows that count: no excluded orders, nor what is linked to one."""
        for row in self.loaded.rows[stream]:
            if stream == "orders" and is_true(row, "is_excluded"):
                continue
            if stream in LEFT_OUT_WITH_THEIR_ORDER:
                order = self.order_of(row)
                if order is not None and is_true(order, "is_excluded"):
                    continue
            yield row

    def age(self, seconds: int) -> int:
        """Days from the day of this time to as_of; age 1 is the day before as_of."""
        return self.as_of - seconds // SECONDS_PER_DAY

    def number(self, name: str) -> Fraction:
        """An assumption that is a number, exactly: 0.7 is 7/10."""
        return Fraction(str(self.assumptions[name]))

    def half_life(self) -> Fraction | None:
        """The half life of the day weights in days; None: all days weigh the same."""
        name = "decay.half_life_days"
        return None if self.assumptions[name] is None else self.number(name)


def day_weight(steps: int, half_life: Fraction | None) -> int:
    """round(2^20 · 2^(−steps / half_life)) without a float; 1 where there is no half life.

    The weight is the greatest w whose lower rounding border w − 1/2 lies under 2^(a/p), that is
    (2w − 1)^p < 2^(a + p). (Exactly on the border, 1/2, Python's `round` gives 0, and so does <.)
    """
    if half_life is None:
        return 1
    exponent = 20 - Fraction(steps) / half_life
    a, p = exponent.numerator, exponent.denominator
    low, high = 0, FULL_WEIGHT
    while low < high:
        w = (low + high + 1) // 2
        if (2 * w - 1) ** p * 2 ** max(0, -(a + p)) < 2 ** max(0, a + p):
            low = w
        else:
            high = w - 1
    return low


@dataclass(frozen=True)
class Value:
    """A metric of one shop: value is null where nothing counts (n = 0)."""

    value: Fraction | None
    n: int


class Counts:
    """Numerator and denominator of one metric, shop by shop, over a window of ages."""

    def __init__(self, facts: Facts, first_age: int, last_age: int) -> None:
        """Ages first..last count, both inclusive, each with its day weight."""
        self._facts = facts
        self._weights = {
            age: day_weight(age - first_age, facts.half_life())
            for age in range(first_age, last_age + 1)
        }
        self._above: dict[str, Fraction] = defaultdict(Fraction)
        self._below: dict[str, Fraction] = defaultdict(Fraction)
        self._n: dict[str, int] = defaultdict(int)

    def _weight(self, when: int | None) -> int | None:
        return None if when is None else self._weights.get(self._facts.age(when))

    def above(self, row: Row, when: int | None, amount: Fraction | int = 1) -> None:
        """Add to the numerator of the row's shop, on the day of `when`."""
        weight = self._weight(when)
        if weight is not None:
            self._above[text(row, "shop_id")] += weight * amount

    def below(self, row: Row, when: int | None) -> None:
        """Count in the denominator of the row's shop, on the day of `when`."""
        weight = self._weight(when)
        if weight is not None:
            self._below[text(row, "shop_id")] += weight
            self._n[text(row, "shop_id")] += 1  # n is never weighted

    def of(self, shop: str) -> Value:
        """The value of a shop: one exact division."""
        if self._below[shop] == 0:
            return Value(None, self._n[shop])
        return Value(self._above[shop] / self._below[shop], self._n[shop])
