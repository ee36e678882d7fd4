"""What a lever saves: how much earlier times are, and money that is refunded earlier."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import polars as pl

from ...model.streams import MONEY_SCALE
from ...value_classes import frozen
from .applying import Touched

_HOUR = 3600
#: The column of the time at which money is paid back.
REFUNDED_AT = "refunded_at"


@frozen
class Saving:
    """How much earlier a time is: ``hours`` together, over ``rows`` that have one before and after.

    ``moved`` are those of them where it is another time, ``new`` the rows that have a time only after.
    """

    column: str
    rows: int
    moved: int
    new: int
    hours: Fraction

    @property
    def hours_per_row(self) -> Fraction | None:
        """The mean over the rows that have one before and after; None without any."""
        return self.hours / self.rows if self.rows else None


@frozen
class Refunds:
    """Money that is refunded at another time, in units of the currency.

    ``amount`` is that of ``rows``, which are refunded ``hours`` earlier together; a time that is
    later counts as less. ``new_amount`` is that of ``new_rows``, which were not refunded before.
    Of ``unknown`` rows among both nobody knows the amount: they are in none.
    """

    rows: int
    amount: Fraction
    hours: Fraction
    new_rows: int
    new_amount: Fraction
    unknown: int


def savings_of(touched: Touched) -> tuple[Saving, ...]:
    """Return how much earlier each time is that a lever sets."""
    return tuple(_savings(touched))


def _savings(touched: Touched) -> Iterator[Saving]:
    for column in touched.earlier:
        known = column.drop_nulls()
        yield Saving(
            column.name,
            len(known),
            int((known != 0).sum()),
            int(_is_new(touched, column.name).sum()),
            Fraction(int(known.sum()), _HOUR),
        )


def refunds_of(touched: Touched) -> Refunds | None:
    """Return the money that is refunded earlier; None where the lever moves no refund."""
    if REFUNDED_AT not in touched.earlier.columns:
        return None
    earlier, new = touched.earlier[REFUNDED_AT], _is_new(touched, REFUNDED_AT)
    moved = (earlier != 0).fill_null(False)
    unknown = int((touched.amounts.is_null() & (moved | new)).sum())
    return Refunds(
        int(moved.sum()),
        _money(touched.amounts.filter(moved)),
        Fraction(int(earlier.filter(moved).sum()), _HOUR),
        int(new.sum()),
        _money(touched.amounts.filter(new)),
        unknown,
    )


def _is_new(touched: Touched, column: str) -> pl.Series:
    return touched.before[column].is_null() & touched.after[column].is_not_null()


def _money(amounts: pl.Series) -> Fraction:
    return Fraction(int(amounts.sum()), MONEY_SCALE)
