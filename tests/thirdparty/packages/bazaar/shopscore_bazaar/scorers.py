"""A kind of scorer of its own."""

from decimal import Decimal
from fractions import Fraction

from shopscore import Context, Points, Rationals, Scorer


class Steps(Scorer):
    """So many points for every whole step that the value climbs, up to a number of steps."""

    def __init__(self, step: int | Decimal, each: int | Decimal, most: int) -> None:
        """``step`` is a distance between values, ``each`` the points for one."""
        self.step, self.each, self.most = Fraction(step), Fraction(each), most

    def points(self, values: Rationals, context: Context) -> Points:
        """More is better; where less is, steps are counted downwards from ``most``."""
        result = Rationals.constant(0, len(values))
        for number in range(1, self.most + 1):
            reached = values.at_least(self.step * number)
            result = Rationals.constant(self.each * number, len(values)).where(reached, result)
        if context.better == "lower":
            result = Rationals.constant(self.each * self.most, len(values)) + result.scaled(-1)
        return Points(result, context.has_value)
