"""Evaluation days: when a platform judges shops, where that is not every day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from ..errors import RuleSetError
from ..messages import Message, message
from ..value_classes import frozen
from .windows import DayWeights, Window, start_of

Every = Literal["week", "month", "quarter"]
#: What a projection is made for: today, or the next day of evaluation.
ProjectedTo = Literal["today", "next"]

#: The names of the days of the week, as rule sets write them.
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMES = (
    message("Monday"),
    message("Tuesday"),
    message("Wednesday"),
    message("Thursday"),
    message("Friday"),
    message("Saturday"),
    message("Sunday"),
)
#: The last day that every month has.
_LAST_DAY = 28
_WEEK = 7


@frozen
class Evaluation:
    """Shops are judged once a week, month or quarter, and keep that result until the next time.

    ``on`` is the day of the month or quarter, from 1 to 28, or the day of the week, Monday being 0.
    The result of the last evaluation is the current one. A projection is what shops would get
    today; or, with ``projected_to = "next"``, what they will get at the next evaluation if nothing
    more happens.

    >>> twentieth = Evaluation("month", 20)
    >>> twentieth.last(date(2026, 5, 19)), twentieth.last(date(2026, 5, 20))
    (datetime.date(2026, 4, 20), datetime.date(2026, 5, 20))
    """

    every: Every
    on: int = 1
    projected_to: ProjectedTo = "today"
    source: str = ""

    def __attrs_post_init__(self) -> None:
        low, high = (0, _WEEK - 1) if self.every == "week" else (1, _LAST_DAY)
        if type(self.on) is not int or not low <= self.on <= high:
            said = message(
                "the day of an evaluation is from {low} to {high}, not {day}",
                low=low,
                high=high,
                day=self.on,
            )
            raise RuleSetError(said)

    def last(self, day: date) -> date:
        """Return the last day of evaluation, which may be the day itself."""
        if self.every == "week":
            return day - timedelta((day.weekday() - self.on) % _WEEK)
        this = self._within(day)
        return this if this <= day else self._within(start_of(self.every, day) - timedelta(1))

    def next(self, day: date) -> date:
        """Return the first day of evaluation after a day."""
        if self.every == "week":
            return self.last(day) + timedelta(_WEEK)
        this = self._within(day)
        months = 1 if self.every == "month" else 3
        return this if this > day else self._within(start_of(self.every, day, months))

    @property
    def words(self) -> Message:
        """When shops are judged, in words."""
        match self.every:
            case "week":
                return message("every {weekday}", weekday=_NAMES[self.on])
            case "month":
                return message("on day {day} of every month", day=self.on)
        return message("on day {day} of every quarter", day=self.on)

    def _within(self, day: date) -> date:
        """Return the evaluation of the month or quarter that a day lies in."""
        assert self.every != "week"
        return start_of(self.every, day) + timedelta(self.on - 1)


@frozen
class AtNext(Window):
    """A window as it lies at the next evaluation, as far as its days have passed.

    >>> from .windows import Calendar
    >>> ahead = AtNext(Calendar("month"), Evaluation("month", 1))
    >>> ahead.weights(date(2026, 5, 4)).ints, ahead.stay(date(2026, 5, 3))
    ((1, 1, 1), (datetime.date(2026, 5, 4), datetime.date(2026, 6, 1)))
    """

    window: Window
    evaluation: Evaluation

    def weights(self, as_of: date) -> DayWeights:
        """Return the weights of the days that have passed."""
        judged = self.evaluation.next(as_of)
        return self.window.weights(judged).moved((as_of - judged).days)

    def stay(self, day: date) -> tuple[date, date]:
        """Return from which day on a day counts for the next evaluation, and from which on not."""
        enters, leaves = self.window.stay(day)
        first = max(day + timedelta(1), self._from(enters))
        return first, max(first, self._from(leaves))

    def _from(self, day: date) -> date:
        """Return the first day whose next evaluation is on a day or after it."""
        return day if day == date.max else self.evaluation.last(day - timedelta(1))
