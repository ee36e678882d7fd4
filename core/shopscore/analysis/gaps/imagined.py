"""Imagined rows: what a row can add to tallies, as their conditions alone tell it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...model.expressions import Comparison, Constant, Expr
from ...model.tallies import Tally
from ..reasons.one_more import conjuncts, within

#: What a row adds to each tally: to what is summed, and to the count of rows.
Added = tuple[tuple[int, int], ...]


def imagined_rows(tallies: Sequence[Tally]) -> Iterator[Added]:
    """Yield what rows add of which each counts for one tally, and for all that ask for less.

    Only for tallies that count rows, and where of every other tally of the stream it can be read
    off whether such a row counts: it asks for less, it asks for more, or it excludes the first.
    """
    for tally in tallies:
        alike = [other for other in tallies if other.stream == tally.stream]
        own = [other for other in alike if within(tally, other)]
        others = (other for other in alike if other not in own)
        told = all(within(other, tally) or exclude(tally, other) for other in others)
        if told and all(other.counts_rows for other in own):
            yield tuple(_one(other) if other in own else (0, 0) for other in tallies)


def _one(tally: Tally) -> tuple[int, int]:
    """Return what one row adds to a count; of distinct keys the second number is of unknown ones."""
    return 1, int(tally.distinct is None)


def exclude(one: Tally, other: Tally) -> bool:
    """Return whether certainly no row counts for both of two tallies of a stream, as read off."""
    pairs = ((a, b) for a in conjuncts(one.where) for b in conjuncts(other.where))
    return any(_exclude(a, b) for a, b in pairs)


def _exclude(a: Expr, b: Expr) -> bool:
    """Return whether two comparisons of one thing with whole numbers never hold together."""
    match a, b:
        case Comparison(op, left, Constant(int() as x)), Comparison(
            other, same, Constant(int() as y)
        ) if left.key == same.key:
            (low, high), (least, most) = _ends(op, x), _ends(other, y)
            return max(low, least) > min(high, most)
    return False


def _ends(op: str, bound: int) -> tuple[float, float]:
    """Return the least and the greatest whole number for which a comparison holds."""
    least, most = float("-inf"), float("inf")
    match op:
        case "==":
            return bound, bound
        case "<" | "<=":
            return least, bound - (op == "<")
        case ">" | ">=":
            return bound + (op == ">"), most
    return least, most
