"""Totals that are no weighted mean: the composition of the rules makes them of the dimensions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from ..errors import PluginError
from ..exact.columns import ColumnBuilder, ExactColumn
from ..exact.rationals import Mask, Rationals
from ..grading.points import Graded
from ..grading.variants import VariantShops
from ..messages import message
from ..plugins.isolation import isolated
from ..rules.compositions import Composition
from ..rules.exact_rules import ExactRuleSet
from ..value_classes import evolve, frozen
from .dimension_changes import NO_CHANGES, DimensionChanges
from .ends import Ends, find_ends


@frozen(eq=False)
class Totals:
    """The total of every shop, and the ends between which it lies where something is missing."""

    score: ExactColumn
    ends: Ends


def find_totals(
    rules: ExactRuleSet,
    composition: Composition,
    graded: Mapping[str, Graded],
    dimensions: Mapping[str, ExactColumn],
    variants: Sequence[VariantShops],
    scored: Mask,
    open_: Mask,
    changes: DimensionChanges = NO_CHANGES,
) -> Totals:
    """Return the totals that a composition makes of the points of dimensions.

    By the policy ``rescale`` a dimension without points is left out; by ``require`` all are needed.
    Of ``open_`` shops, which have no total, both ends can come true: each dimension at its worst,
    or at its best, and with or without those that may turn out to have no points.
    """
    maker = _Maker(rules, composition)
    total = maker.totals({id: column.only(scored) for id, column in dimensions.items()})
    if not open_.any():
        return Totals(total, Ends(total, total))
    there = {id: column.known & open_ for id, column in dimensions.items()}
    ends = {
        id: find_ends(_only(rules, id), graded, [_of(one, id) for one in variants], open_, changes)
        for id in dimensions
    }
    lowest = {id: own.or_else(ends[id].lowest).only(open_) for id, own in dimensions.items()}
    highest = {id: own.or_else(ends[id].highest).only(open_) for id, own in dimensions.items()}
    low, high = maker.end(lowest, there, lower=True), maker.end(highest, there, lower=False)
    return Totals(total, Ends(total.or_else(low), total.or_else(high)))


@frozen
class _Maker:
    """Makes totals of dimensions, by the composition of some rules."""

    rules: ExactRuleSet
    composition: Composition

    def totals(self, dimensions: Mapping[str, ExactColumn]) -> ExactColumn:
        """Return the totals of shops with points of dimensions; by ``require`` of all of them."""
        known = {id: column.known for id, column in dimensions.items()}
        if self.rules.policy == "require":
            every: Mask = np.logical_and.reduce(list(known.values()))
            known = dict.fromkeys(known, every)
        found = ColumnBuilder(len(next(iter(known.values()))))
        for some, rows in _having(known, known):
            found.put(rows, self._of(dimensions, some, rows))
        return found.build()

    def end(
        self, dimensions: Mapping[str, ExactColumn], there: Mapping[str, Mask], *, lower: bool
    ) -> ExactColumn:
        """Return the lower, or the higher, of the totals that can come true.

        ``there`` marks the dimensions that a shop has for certain.
        """
        may_be = {id: column.known for id, column in dimensions.items()}
        found = ExactColumn.unknown(len(next(iter(may_be.values()))))
        for some, rows in _having(there, may_be):
            if self.rules.policy != "require" or len(some) == len(dimensions):
                found = _put(found, rows, self._of(dimensions, some, rows), lower=lower)
        return found

    def _of(
        self, dimensions: Mapping[str, ExactColumn], ids: tuple[str, ...], rows: Mask
    ) -> Rationals:
        """Return what the composition makes of some dimensions of some shops."""
        name = self.rules.name
        with isolated(f"composition of {name}"):
            total = self.composition.total({id: dimensions[id].values.take(rows) for id in ids})
        return check_total(self.rules, total, int(np.count_nonzero(rows)))


def check_total(rules: ExactRuleSet, total: object, shops: int) -> Rationals:
    """Return what a composition makes of some shops: a total of each, exact, on the scale.

    Raises:
        PluginError: naming the rule set, and what is wrong.
    """
    name = rules.name
    if not isinstance(total, Rationals) or len(total) != shops:
        said = message("composition of {ruleset}: a total of each shop is needed", ruleset=name)
        raise PluginError(said)
    low, high = (Rationals.constant(end, shops) for end in (rules.low, rules.high))
    if (total.above(high) | low.above(total)).any():
        said = message("composition of {ruleset}: a total is off the scale", ruleset=name)
        raise PluginError(said)
    return total


def _only(rules: ExactRuleSet, dimension: str) -> ExactRuleSet:
    """Return the rules of one dimension."""
    return evolve(rules, dimensions=tuple(d for d in rules.dimensions if d.id == dimension))


def _of(variant: VariantShops, dimension: str) -> VariantShops:
    """Return some shops with the rules of one dimension."""
    return evolve(variant, rules=_only(variant.rules, dimension))


def _having(
    certain: Mapping[str, Mask], possible: Mapping[str, Mask]
) -> Iterator[tuple[tuple[str, ...], Mask]]:
    """Yield each set of dimensions, and the shops that have all of these, and perhaps no others."""
    ids = list(certain)
    for size in range(1, len(ids) + 1):
        for some in combinations(ids, size):
            rows = np.logical_and.reduce(
                [possible[id] if id in some else ~certain[id] for id in ids]
            )
            if rows.any():
                yield some, rows


def _put(column: ExactColumn, rows: Mask, values: Rationals, *, lower: bool) -> ExactColumn:
    """Return a column with the lower, or the higher, of what was there and other values."""
    found = ColumnBuilder(len(column))
    found.put(rows, values)
    other = found.build()
    both = column.known & other.known
    if not both.any():
        return column.or_else(other)
    chosen = column.values.least(other.values) if lower else column.values.greatest(other.values)
    return ExactColumn(chosen, both).or_else(column).or_else(other)
