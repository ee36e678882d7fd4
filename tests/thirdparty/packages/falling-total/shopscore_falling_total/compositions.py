"""A composition whose totals fall although the points of a dimension rise."""

from collections.abc import Mapping

from shopscore import Composition, Rationals


class UpsideDown(Composition):
    """What the first dimension lacks."""

    def total(self, dimensions: Mapping[str, Rationals]) -> Rationals:
        """Return five less the points of the first dimension."""
        first = next(iter(dimensions.values()))
        return first.scaled(-1).plus(5)
