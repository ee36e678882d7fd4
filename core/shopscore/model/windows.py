"""Windows: integer weights for the days before the day of publication."""

from __future__ import annotations

import decimal
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from attrs import validators

from ..errors import DeclarationError
from ..messages import Message, message, numbered
from ..value_classes import field, frozen
from .expressions import Assumed

#: With a decay, weights are integers over this scale.
DECAY_SCALE = 2**20
#: Rule sets have few windows, and ask for their weights on every day, several times.
_KEPT = 64


@frozen
class DayWeights:
    """Integer weights over ``scale`` for ages from ``first_age`` on, one for each age.

    Age 1 is the day before ``as_of``; the day of publication itself (age 0) never counts.
    """

    first_age: int
    ints: tuple[int, ...]
    scale: int = 1

    def __attrs_post_init__(self) -> None:
        whole = {type(number) for number in (self.first_age, self.scale, *self.ints)}
        if whole != {int}:
            odd = next(iter(whole - {int})).__name__
            said = message("the ages and weights of days are whole numbers, not {kind}", kind=odd)
            raise DeclarationError(said)
        if self.first_age < 1:
            said = message("a window must begin at age 1 or later: as_of never counts")
            raise DeclarationError(said)
        if not self.ints or min(self.ints) < 0 or max(self.ints) > self.scale:
            said = message("day weights must be between 0 and scale, one for each age")
            raise DeclarationError(said)

    @property
    def last_age(self) -> int:
        """The greatest age that has a weight."""
        return self.first_age + len(self.ints) - 1

    @property
    def uniform(self) -> bool:
        """Whether every day of the window weighs the same."""
        return self.scale == 1 and min(self.ints) == 1

    @property
    def has_gaps(self) -> bool:
        """Whether some days of the window weigh nothing: their rows do not count."""
        return min(self.ints) == 0

    def moved(self, days: int) -> DayWeights:
        """Return the same days as they are seen so many days later, or earlier.

        Days that are yet to come then are left out.
        """
        first = self.first_age + days
        left = self.ints[max(0, 1 - first) :]
        return DayWeights(max(first, 1), left or (0,), self.scale)

    @property
    def days(self) -> DayWeights:
        """The same days, each of which weighs 1 or nothing."""
        return DayWeights(self.first_age, tuple(int(weight > 0) for weight in self.ints))


@frozen
class EveryDay(DayWeights):
    """Every day from an age on, without end: for what changes from day to day and is added up.

    >>> EveryDay(1).uniform, EveryDay(1).last_age > 9999 * 366
    (True, True)
    """

    ints: tuple[int, ...] = field(default=(1,), init=False)
    scale: int = field(default=1, init=False)

    @property
    def last_age(self) -> int:
        """More than the calendar has."""
        return 1 << 22


class Window(ABC):
    """Which days count for a metric, and how much."""

    @abstractmethod
    def weights(self, as_of: date) -> DayWeights:
        """Return the weights of the days before ``as_of``."""

    def stay(self, day: date) -> tuple[date, date]:  # noqa: ARG002 - windows that can say it do
        """Return from which day of publication on a day counts, and from which on no longer.

        Nothing but distinct keys asks for it, which need windows whose days weigh 1, have no gap,
        and neither come back nor overtake another. ``date.max`` stands for never.
        """
        said = message(
            "{window}: distinct keys are counted over Days(first, last), Calendar(…) or"
            " SinceStartOf(…), or over a window of your own that says with stay(day) from which"
            " day on a day counts, and until when",
            window=repr(self),
        )
        raise DeclarationError(said)

    @property
    def words(self) -> Message:
        """The window in words, for the pages of rules."""
        return message("{window}", window=repr(self))


def _decimal(value: object) -> Decimal | Assumed | None:
    if value is None or isinstance(value, Assumed | Decimal):
        return value
    if isinstance(value, int | str | float) and not isinstance(value, bool):
        return Decimal(str(value))
    said = message("half_life must be a number of days, not {value}", value=repr(value))
    raise DeclarationError(said)


@frozen
class Days(Window):
    """Ages ``first`` to ``last``, both included; newer days weigh more with a half life.

    Each may be an assumption of the rule set, ``assumed("window.days")``.

    With ``half_life`` (days) the weight of an age is round(2^20 · 2^(−(age − first)/half_life)),
    computed in decimal arithmetic, which is the same on every machine.

    >>> from datetime import date, timedelta
    >>> Days(1, 3).weights(date(2024, 6, 30))
    DayWeights(first_age=1, ints=(1, 1, 1), scale=1)
    >>> Days(1, 3, half_life=1).weights(date(2024, 6, 30)).ints
    (1048576, 524288, 262144)
    """

    first: int | Assumed
    last: int | Assumed
    half_life: Decimal | Assumed | None = field(default=None, converter=_decimal)

    def __attrs_post_init__(self) -> None:
        numbers = [n for n in (self.first, self.last) if not isinstance(n, Assumed)]
        if not all(n >= 1 for n in numbers) or (len(numbers) == 2 and numbers[0] > numbers[1]):
            said = message(
                "Days({first}, {last}): 1 ≤ first ≤ last is needed",
                first=str(self.first),
                last=str(self.last),
            )
            raise DeclarationError(said)
        if isinstance(self.half_life, Decimal) and not 0 < self.half_life < 100_000:
            said = message(
                "half_life {value} must be above 0 and below 100,000", value=self.half_life
            )
            raise DeclarationError(said)

    @property
    def words(self) -> Message:
        """The ages, and the half life."""
        ages = {"first": str(self.first), "last": str(self.last)}
        if self.half_life is None:
            return message("ages {first} to {last}", **ages)
        return message(
            "ages {first} to {last}; newer days weigh more where there is a half life: {days}",
            **ages,
            days=str(self.half_life),
        )

    def weights(self, as_of: date) -> DayWeights:  # noqa: ARG002 - the same on every day
        """Return the weights of the days before ``as_of``; raise if an assumption is not bound."""
        first, last = self._ages()
        length = last - first + 1
        if self.half_life is None:
            return DayWeights(first, (1,) * length)
        if isinstance(self.half_life, Assumed):
            said = message(
                "assumption {assumption} has no number yet", assumption=self.half_life.id
            )
            raise DeclarationError(said)
        return DayWeights(first, _decaying(length, self.half_life), DECAY_SCALE)

    def stay(self, day: date) -> tuple[date, date]:
        """Return from which day of publication on a day counts, and from which on no longer."""
        first, last = self._ages()
        if self.half_life is not None:
            said = message(
                "{window}: a key is counted or not, and weighs neither more nor less: leave out"
                " half_life for distinct keys",
                window=repr(self),
            )
            raise DeclarationError(said)
        return _later(day, first), _later(day, last + 1)

    def _ages(self) -> tuple[int, int]:
        if isinstance(self.first, Assumed) or isinstance(self.last, Assumed):
            raise DeclarationError(message("an assumption of a window has no number yet"))
        return self.first, self.last


@lru_cache(maxsize=_KEPT)
def _decaying(length: int, half_life: Decimal) -> tuple[int, ...]:
    """Return the weights of so many days; made once, since ninety take ten milliseconds."""
    return tuple(_decayed(age, half_life) for age in range(length))


def _decayed(age: int, half_life: Decimal) -> int:
    with decimal.localcontext(prec=50, rounding=decimal.ROUND_HALF_EVEN):
        weight = DECAY_SCALE * Decimal(2) ** (-age / half_life)
        return int(weight.to_integral_value(decimal.ROUND_HALF_EVEN))


#: How many months a part of the calendar has.
Part = Literal["month", "quarter", "year"]
_MONTHS: Mapping[Part, int] = {"month": 1, "quarter": 3, "year": 12}


@frozen
class Calendar(Window):
    """Whole months, quarters or years of the calendar, before the one that ``as_of`` lies in.

    ``count`` is how many; ``skip`` leaves out so many of the latest. On the first day of a month
    the month before it is whole.

    >>> from datetime import date, timedelta
    >>> february_to_april = Calendar("month", 3).weights(date(2026, 5, 1))
    >>> february_to_april.first_age, february_to_april.last_age
    (1, 89)
    """

    part: Part = field(validator=validators.in_(tuple(_MONTHS)))
    count: int = 1
    skip: int = 0

    def __attrs_post_init__(self) -> None:
        if not (type(self.count) is type(self.skip) is int and self.count >= 1 and self.skip >= 0):
            said = message(
                "{window}: count of at least 1 is needed, and skip of at least 0", window=repr(self)
            )
            raise DeclarationError(said)

    @property
    def words(self) -> Message:
        """The months, quarters or years, in words."""
        match self.part:
            case "month":
                span = numbered("the whole month before", "the {n} whole months before", self.count)
            case "quarter":
                span = numbered(
                    "the whole quarter before", "the {n} whole quarters before", self.count
                )
            case _:
                span = numbered("the whole year before", "the {n} whole years before", self.count)
        return (
            message("{span}, without the last {skip}", span=span, skip=self.skip)
            if self.skip
            else span
        )

    def weights(self, as_of: date) -> DayWeights:
        """Return the weights of the days of these months, quarters or years."""
        months = _MONTHS[self.part]
        end = start_of(self.part, as_of, -self.skip * months)
        start = start_of(self.part, as_of, -(self.skip + self.count) * months)
        return DayWeights((as_of - end).days + 1, (1,) * (end - start).days)

    def stay(self, day: date) -> tuple[date, date]:
        """Return from which day of publication on a day counts, and from which on no longer."""
        months = _MONTHS[self.part]
        first = (self.skip + 1) * months
        return (
            _start_or_never(self.part, day, first),
            _start_or_never(self.part, day, first + self.count * months),
        )


@frozen
class SinceStartOf(Window):
    """The days from the start of this month, quarter or year on; on its first day there is none.

    >>> from datetime import date, timedelta
    >>> SinceStartOf("year").weights(date(2026, 1, 4)).ints
    (1, 1, 1)
    """

    part: Part = field(validator=validators.in_(tuple(_MONTHS)))

    @property
    def words(self) -> Message:
        """The days, in words."""
        match self.part:
            case "month":
                return message("since the first of the month")
            case "quarter":
                return message("since the first day of the quarter")
        return message("since 1 January")

    def weights(self, as_of: date) -> DayWeights:
        """Return the weights of the days so far."""
        days = (as_of - start_of(self.part, as_of)).days
        return DayWeights(1, (1,) * days if days else (0,))

    def stay(self, day: date) -> tuple[date, date]:
        """Return from which day of publication on a day counts, and from which on no longer."""
        return _later(day, 1), _start_or_never(self.part, day, _MONTHS[self.part])


def start_of(part: Part, day: date, months: int = 0) -> date:
    """Return the first day of the month, quarter or year of a day, moved by so many months.

    >>> from datetime import date, timedelta
    >>> start_of("quarter", date(2026, 5, 20)), start_of("month", date(2026, 1, 31), -2)
    (datetime.date(2026, 4, 1), datetime.date(2025, 11, 1))
    """
    month = _month(day, _MONTHS[part]) + months
    return date(month // 12, month % 12 + 1, 1)


def _start_or_never(part: Part, day: date, months: int) -> date:
    """Return :func:`start_of`; ``date.max`` where the calendar has no such day."""
    there = _month(day, _MONTHS[part]) + months < (date.max.year + 1) * 12
    return start_of(part, day, months) if there else date.max


def _month(day: date, length: int) -> int:
    """Return the first month of the part of the year that a day lies in, since the year 0."""
    return day.year * 12 + (day.month - 1) // length * length


def _later(day: date, days: int) -> date:
    """Return a day so many days later; ``date.max`` where the calendar has no such day."""
    return day + timedelta(days) if days <= (date.max - day).days else date.max
