"""A window that looks at the calendar, and one that fades."""

from datetime import date, timedelta

from attrs import frozen

from shopscore import DayWeights, Expr, Window


@frozen
class Weekends(Window):
    """Saturdays and Sundays among the last days."""

    days: int

    def weights(self, as_of: date) -> DayWeights:
        """One for a weekend's day, else nothing."""
        ages = range(1, self.days + 1)
        weekend = [(as_of - timedelta(days=age)).weekday() >= 5 for age in ages]
        return DayWeights(1, tuple(int(there) for there in weekend))


@frozen
class Fading(Window):
    """Yesterday weighs most, each day before it one step less; ``days`` may be an assumption."""

    days: int | Expr

    def weights(self, as_of: date) -> DayWeights:
        """From ``days`` down to 1."""
        if not isinstance(self.days, int):
            raise TypeError(f"{self.days} has no number yet")
        return DayWeights(1, tuple(range(self.days, 0, -1)), self.days)
