"""Changes of dimensions: points that are known of each shop by itself, and what a bonus adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask, Rationals
from ..grading.variants import VariantShops
from ..rules.exact_rules import ExactRuleSet
from ..value_classes import field, frozen


@frozen(eq=False)
class Raise:
    """What is added to the points of a dimension of each shop: the least and the most of it."""

    least: Rationals
    most: Rationals

    @property
    def known(self) -> Mask:
        """The shops of which it is known."""
        return np.asarray(~self.most.above(self.least), dtype=np.bool_)


@frozen(eq=False)
class DimensionChanges:
    """Points of dimensions for each shop, where the rules do not say how these are made, and raises.

    A raise is added to what metrics make, and ends at the top of the scale; points that somebody
    gave stay as they are.
    """

    given: Mapping[str, ExactColumn] = field(factory=dict)
    raises: Mapping[str, Raise] = field(factory=dict)

    def of_shops(
        self,
        rules: ExactRuleSet,
        dimensions: Mapping[str, ExactColumn],
        variants: Sequence[VariantShops],
    ) -> dict[str, ExactColumn]:
        """Return the dimensions that change; unknown where it is not known what is added."""
        changed: dict[str, ExactColumn] = {}
        for id in (*self.given, *self.raises):
            column = changed.get(id, dimensions[id])
            if id in self.raises:
                raised = _raised(rules, column.values, self.raises[id].least, 1)
                made = column.known & ~_stated(variants, id)
                column = ExactColumn(raised, self.raises[id].known).where(made, column)
            if id in self.given:
                column = self.given[id].or_else(column)
            changed[id] = column
        return changed

    def end(
        self, rules: ExactRuleSet, id: str, worst: Rationals, rows: Any, sign: int
    ) -> Rationals:
        """Return one end of points that metrics make with what is added; times −1 for the highest."""
        if id not in self.raises:
            return worst
        own = self.raises[id]
        added = (own.least if sign == 1 else own.most).take(rows)
        return _raised(rules, worst, added, sign)


#: As most rules are: points of dimensions are what metrics make.
NO_CHANGES = DimensionChanges()


def _raised(rules: ExactRuleSet, points: Rationals, added: Rationals, sign: int) -> Rationals:
    raised = points.scaled(sign) + added
    return raised.least(Rationals.constant(rules.high, len(raised))).scaled(sign)


def _stated(variants: Sequence[VariantShops], id: str) -> Mask:
    """Return the shops for which somebody gave the points of a dimension, in the rules or a file."""
    found = np.zeros_like(variants[-1].rows)
    for variant in variants:
        points = next(d.points for d in variant.rules.dimensions if d.id == id)
        if points is not None:
            found |= variant.rows
    return found
