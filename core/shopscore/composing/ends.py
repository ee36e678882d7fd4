"""Ends: the lowest and the highest total that a shop can have, where something is missing.

A metric whose input is missing may turn out to have any points that its scorer can give, or no row
that counts, and then the others share its weight. One that has a value and no peers may have any
points, but it has some. A total is therefore a weighted mean of known points and of optional ones.
Its lowest value takes each optional metric at its worst, and leaves out those that would raise it;
the highest likewise. Both are exact, and both can come true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from fractions import Fraction
from itertools import permutations

from ..exact.columns import ColumnBuilder, ExactColumn
from ..exact.rationals import Mask, Rationals
from ..grading.points import Graded
from ..grading.variants import VariantShops
from ..model.rulesets import Dimension
from ..rules.coverage import weights_within
from ..rules.exact_rules import ExactRuleSet, Weight
from ..value_classes import evolve, frozen
from .dimension_changes import NO_CHANGES, DimensionChanges
from .patterns import Rows, find_patterns

#: Of more weights than these it is not looked at between which ends each lies.
_MOST_ENCLOSED = 5


@frozen(eq=False)
class Ends:
    """The lowest and the highest total of every shop; unknown where there can be none."""

    lowest: ExactColumn
    highest: ExactColumn

    def changed(self, change: Callable[[ExactColumn], ExactColumn]) -> Ends:
        """Return the ends after the same change of both."""
        return Ends(change(self.lowest), change(self.highest))


@frozen(eq=False)
class _Part:
    """A part of a weighted mean: its worst value, its weight, and whether it may be left out.

    ``weight`` is None where the rules do not say it; it may lie ``between`` two numbers then.
    """

    value: Rationals
    weight: Weight
    optional: bool
    between: tuple[Weight, Weight] | None = None


def find_ends(
    rules: ExactRuleSet,
    graded: Mapping[str, Graded],
    variants: Sequence[VariantShops],
    among: Mask,
    changes: DimensionChanges = NO_CHANGES,
) -> Ends:
    """Return the lowest and the highest total that some shops can have, before adjustments."""
    size = len(among)
    builders = ColumnBuilder(size), ColumnBuilder(size)
    ids = [entry.id for _, entry in rules.entries]
    possible = {id: graded[id].least.known for id in ids}
    missing = {id: graded[id].missing for id in ids}
    having = {id: column.known for id, column in changes.given.items()}
    for variant in variants:
        marks = possible, missing, having
        for (present, optional, given), rows in find_patterns(marks, variant.rows & among):
            for sign, builder in zip((1, -1), builders, strict=True):
                values = {
                    id: (graded[id].least if sign == 1 else graded[id].most).values.take(rows)
                    for id in present
                }
                worst = {id: value.scaled(sign) for id, value in values.items()}
                shops = _Shops(rows, sign, changes, given)
                total = _lowest_total(variant.rules, worst, optional, shops)
                if total is not None:
                    builder.put(rows, total.scaled(sign))
    return Ends(*(builder.build() for builder in builders))


@frozen(eq=False)
class _Shops:
    """Some shops, which end is asked for, and what changes of their dimensions."""

    rows: Rows
    sign: int
    changes: DimensionChanges
    given: Set[str]

    def stated(self, rules: ExactRuleSet, dimension: Dimension[Weight]) -> Rationals | None:
        """Return the points of a dimension that its metrics do not make; None where they do."""
        if dimension.id in self.given:
            return self.changes.given[dimension.id].values.take(self.rows).scaled(self.sign)
        if dimension.metrics and dimension.points is None and not dimension.missing:
            return None
        worst = rules.low if self.sign == 1 else rules.high  # where nobody gave its points
        points = worst if dimension.points is None else dimension.points
        return Rationals.constant(points * self.sign, len(self.rows))


def _lowest_total(
    rules: ExactRuleSet, worst: Mapping[str, Rationals], optional: Set[str], shops: _Shops
) -> Rationals | None:
    """Return the lowest total, given the worst points of the metrics that can have some."""
    known: list[_Part] = []
    unknown: list[_Part] = []
    for dimension in rules.dimensions:
        if (stated := shops.stated(rules, dimension)) is not None:
            part: _Part | None = _Part(
                stated, dimension.weight, optional=False, between=dimension.between
            )
        else:
            part = _lowest_dimension(rules, dimension, worst, optional)
        if part is not None and stated is None:
            value = shops.changes.end(rules, dimension.id, part.value, shops.rows, shops.sign)
            part = evolve(part, value=value, between=dimension.between)
        if part is not None and part.weight != 0:
            (unknown if part.weight is None else known).append(part)
    if unknown:  # whatever their weights are, together they have the rest
        rest = max(1 - sum((p.weight or Fraction(0) for p in known), Fraction(0)), Fraction(0))
        if len(known) + len(unknown) < len(rules.dimensions):  # the others share what one had
            unknown = [evolve(part, between=None) for part in unknown]
        known.append(_together(unknown, rest))
    return _lowest_mean(known)


def _together(parts: Sequence[_Part], rest: Fraction) -> _Part:
    """Return parts whose weights are not known as one, which has the rest of the weight.

    Where it is known between which ends each weight lies, as much as can be goes to the part with
    the lowest value, then to the next one: one of the orders of the parts is that of a shop.
    """
    optional = all(part.optional for part in parts)
    weights = (
        {tuple(_filled(parts, order, rest)) for order in permutations(range(len(parts)))}
        if _is_enclosed(parts, rest)
        else set()
    )
    if not weights:
        return _Part(_least([part.value for part in parts]), rest, optional)
    means = [
        _sum([part.value.scaled(w / rest) for part, w in zip(parts, own, strict=True)])
        for own in weights
    ]
    return _Part(_least(means), rest, optional)


def _is_enclosed(parts: Sequence[_Part], rest: Fraction) -> bool:
    """Return whether the ends of the weights allow them to add up to the rest."""
    ends = [part.between for part in parts if not part.optional]
    if rest <= 0 or len(parts) > _MOST_ENCLOSED or len(ends) < len(parts) or None in ends:
        return False
    low, high = (
        sum((end[place] or Fraction(0) for end in ends if end), Fraction(0)) for place in (0, 1)
    )
    return low <= rest <= high


def _filled(parts: Sequence[_Part], order: Sequence[int], rest: Fraction) -> list[Fraction]:
    """Return weights that add up to the rest: the lowest ones, and more for the first in an order."""
    ends = [part.between or (Fraction(0), Fraction(1)) for part in parts]
    weights = [low or Fraction(0) for low, _ in ends]
    left = rest - sum(weights, Fraction(0))
    for place in order:
        more = min((ends[place][1] or Fraction(0)) - weights[place], left)
        weights[place] += more
        left -= more
    return weights


def _lowest_dimension(
    rules: ExactRuleSet,
    dimension: Dimension[Weight],
    worst: Mapping[str, Rationals],
    optional: Set[str],
) -> _Part | None:
    """Return a dimension as a part of the total; None where it cannot have points."""
    ids = [entry.id for entry in dimension.metrics if entry.id in worst]
    if not ids or (rules.policy == "require" and len(ids) < len(dimension.metrics)):
        return None
    weights = weights_within(dimension)
    if not weights:  # whatever they are, no mean is below its lowest part
        entries = {entry.id: entry for entry in dimension.metrics}
        whole = len(ids) == len(entries)  # else the others share the weight of one
        parts = [
            _Part(worst[id], None, id in optional, entries[id].between if whole else None)
            for id in ids
        ]
        return evolve(_together(parts, Fraction(1)), weight=dimension.weight)
    if rules.policy == "require":
        parts = [_Part(worst[id], weights[id], optional=False) for id in ids]
        may_lack = any(id in optional for id in ids)
    else:
        parts = [_Part(worst[id], weights[id], id in optional) for id in ids]
        may_lack = all(id in optional or not weights[id] for id in ids)
    mean = _lowest_mean([part for part in parts if part.weight])
    return None if mean is None else _Part(mean, dimension.weight, may_lack)


def _lowest_mean(parts: Sequence[_Part]) -> Rationals | None:
    """Return the lowest weighted mean of all fixed parts and any of the optional ones.

    An optional part lowers the mean exactly where its value is below it. So parts are taken in
    until none is left that would; each round lowers the mean, and takes in at least one.
    """
    fixed = [part for part in parts if not part.optional and part.weight]
    optional = [part for part in parts if part.optional and part.weight]
    if not fixed:
        return _least([part.value for part in optional]) if optional else None
    weight = sum((part.weight or Fraction(0) for part in fixed), Fraction(0))
    total = _sum([part.value.scaled(part.weight or 0) for part in fixed])
    mean = total.scaled(1 / weight)
    for _ in optional:
        taken = [mean.above(part.value) for part in optional]
        mean = _mean_with(total, weight, optional, taken)
    return mean


def _mean_with(
    total: Rationals, weight: Fraction, optional: Sequence[_Part], taken: Sequence[Mask]
) -> Rationals:
    """Return the mean of a total and those optional parts that each shop takes in."""
    size = len(total)
    weights = Rationals.constant(weight, size)
    nothing = Rationals.constant(0, size)
    for part, mask in zip(optional, taken, strict=True):
        own = Rationals.constant(part.weight or 0, size)
        total = total + (part.value * own).where(mask, nothing)
        weights = weights + own.where(mask, nothing)
    num, den = weights.lowest_terms()
    return total * Rationals(den, num)


def _sum(values: Sequence[Rationals]) -> Rationals:
    first, *rest = values
    for value in rest:
        first = first + value
    return first


def _least(values: Sequence[Rationals]) -> Rationals:
    first, *rest = values
    for value in rest:
        first = first.least(value)
    return first
