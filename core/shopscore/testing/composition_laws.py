"""The check of compositions: the total of a shop rests on its own dimensions, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from ..composing.other_totals import check_total
from ..exact.columns import ExactColumn
from ..exact.rationals import Rationals
from ..plugins.isolation import describe_error
from ..rules.compositions import Composition
from ..rules.exact_rules import ExactRuleSet
from .report import Check
from .subject import Subject, conclude, skipped

#: Where on the scale the points of shops are.
_PLACES = [
    Fraction(*one)
    for one in ((1, 2), (1, 3), (2, 3), (1, 7), (6, 7), (9, 10), (99, 100), (0, 1), (3, 4), (1, 1))
]
#: A denominator that only a float has: points have small ones, and so have numbers of rules.
_OF_FLOATS = 2**30

#: The points of dimensions of some shops.
_Points = Mapping[str, Rationals]


def compositions(subject: Subject) -> Iterator[Check]:
    """Check the totals that a rule set's composition makes of points that are made up.

    Each shop has one on the scale, without a float, the same alone and in any order, and each time
    it is asked; it does not fall where points rise, and the points themselves stay as they are.
    """
    found = [r for r in subject.rules if r.exact.composition is not None and r.exact.dimensions]
    for rules in found:
        complaints: list[str] = []
        for ids in _asked(rules.exact):
            try:
                complaints += (
                    f"of {', '.join(ids)}: {complaint}"
                    for complaint in _of_points(rules.exact, ids)
                )
            except Exception as error:  # any error here would reach a user
                complaints.append(f"of {', '.join(ids)}: {describe_error(error)}")
        yield conclude("compositions", rules.ruleset.name, complaints)
    if not found:
        why = "no rule set has a total that is no weighted mean"
        yield skipped("compositions", subject.record.origin, why)


def _asked(rules: ExactRuleSet) -> Iterator[tuple[str, ...]]:
    """Yield the dimensions that shops may have: all, and where others are left out, fewer."""
    ids = tuple(dimension.id for dimension in rules.dimensions)
    yield ids
    if rules.policy != "require" and len(ids) > 1:
        yield from (tuple(id for id in ids if id != one) for one in ids)
        if len(ids) > 2:
            yield from ((id,) for id in ids)


def _of_points(rules: ExactRuleSet, ids: tuple[str, ...]) -> Iterator[str]:
    """Yield which laws the totals of shops with some dimensions break."""
    points = _made_up(rules, ids)
    size = len(points[ids[0]])
    kept = {id: column.fractions() for id, column in points.items()}
    totals = _totals(rules, points)
    if any(total.denominator % _OF_FLOATS == 0 for total in totals):
        yield "a total comes of a float, and is not exact"
    if any(column.fractions() != kept[id] for id, column in points.items()):
        yield "the points of a dimension are changed"
        return
    if totals != _totals(rules, points):
        yield "the same points have another total each time"
        return
    backwards = slice(None, None, -1)
    if totals != _totals(rules, _taken(points, backwards))[::-1]:
        yield "the order of shops changes their totals"
    alone = [_totals(rules, _taken(points, slice(at, at + 1)))[0] for at in range(size)]
    if totals != alone:
        yield "a shop has another total alone than among others"
    yield from _falls(rules, points, totals)


def _falls(rules: ExactRuleSet, points: _Points, totals: list[Fraction]) -> Iterator[str]:
    """Yield of which dimension better points make a total fall."""
    high = Rationals.constant(rules.high, len(totals))
    for id, column in points.items():
        more = (column + high).scaled(Fraction(1, 2))
        risen = _totals(rules, {**points, id: more})
        if any(then < before for before, then in zip(totals, risen, strict=True)):
            yield f"totals fall where the points of {id} rise"


def _made_up(rules: ExactRuleSet, ids: tuple[str, ...]) -> dict[str, Rationals]:
    """Return points of shops all over the scale; two have only the lowest, and the highest."""
    length = rules.high - rules.low
    made = {}
    for turn, id in enumerate(ids):
        moved = _PLACES[3 * turn % len(_PLACES) :] + _PLACES[: 3 * turn % len(_PLACES)]
        places = [Fraction(0), *moved, Fraction(1)]
        made[id] = ExactColumn.of([rules.low + place * length for place in places]).values
    return made


def _taken(points: _Points, rows: slice) -> dict[str, Rationals]:
    return {id: column.take(rows) for id, column in points.items()}


def _totals(rules: ExactRuleSet, points: _Points) -> list[Fraction]:
    """Return the totals of shops, checked as a score checks them."""
    composition: Composition = rules.composition  # type: ignore[assignment]
    size = len(next(iter(points.values())))
    return check_total(rules, composition.total(dict(points)), size).fractions()
