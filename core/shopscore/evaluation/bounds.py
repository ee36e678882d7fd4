"""Bounds of an expression, from the bounds of its columns: checked before int64 could overflow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

from ..errors import ExpressionError
from ..messages import message
from ..model import expressions as ex
from ..model.joined import Joined
from .operators import month_of_day

#: Least and greatest value; None: not an integer, or always null.
Bounds = tuple[int, int] | None

SAFE = 2**62


def bounds(expr: ex.Expr, columns: Mapping[str, Bounds]) -> Bounds:
    """Return the least and greatest value that an expression can have.

    Raises:
        ExpressionError: where an intermediate value could leave the safe range of int64.

    >>> from shopscore import col
    >>> bounds(col.signed_at - col.picked_up_at, {"signed_at": (50, 90), "picked_up_at": (10, 60)})
    (-10, 80)
    """
    limits = _bounds(expr, columns)
    if limits is not None and max(-limits[0], limits[1]) >= SAFE:
        said = message(
            "{expression}: values up to {value} do not fit in int64",
            expression=str(expr),
            value=max(limits, key=abs),
        )
        raise ExpressionError(said)
    return limits


def _bounds(expr: ex.Expr, columns: Mapping[str, Bounds]) -> Bounds:
    below = [bounds(child, columns) for child in expr.children()]
    match expr:
        case ex.ColumnRef():
            return columns.get(expr.path)
        case ex.Constant(value):
            return (value, value) if type(value) is int else None
        case ex.Arithmetic(op):
            return _arithmetic(op, *below)
        case ex.FirstOf():
            return _hull(*below)
        case ex.When():
            return _hull(*below[1:])
        case ex.Day():
            return _each(below[0], lambda second: second // ex.DAY_SECONDS)
        case ex.TimeOfDay():
            return 0, ex.DAY_SECONDS - 1
        case ex.Month():
            return _each(below[0], lambda second: int(month_of_day(second // ex.DAY_SECONDS)))
        case Joined():
            return columns.get(expr.key)
    return None


def _arithmetic(op: str, left: Bounds, right: Bounds) -> Bounds:
    if left is None or right is None:
        return None
    match op:
        case "+":
            return left[0] + right[0], left[1] + right[1]
        case "-":
            return left[0] - right[1], left[1] - right[0]
        case "*":
            ends = [a * b for a, b in product(left, right)]
            return min(ends), max(ends)
    far = max(abs(left[0]), abs(left[1])) + 1  # a floor division never grows beyond its numerator
    return -far, far


def _hull(*parts: Bounds) -> Bounds:
    known = [p for p in parts if p is not None]
    return (min(p[0] for p in known), max(p[1] for p in known)) if known else None


def _each(part: Bounds, function: Callable[[int], int]) -> Bounds:
    return None if part is None else (function(part[0]), function(part[1]))
