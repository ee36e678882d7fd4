"""Expressions evaluated on one row, in plain Python: slow, and easy to trust."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import ExpressionError
from ..model import expressions as ex
from ..model.joined import Joined
from .operators import OPERATORS, month_of_day


def evaluate(expr: ex.Expr, row: Mapping[str, Any]) -> Any:
    """Return the value on one row, keyed by :attr:`ColumnRef.path`; None is null.

    >>> from shopscore import col, first_of
    >>> evaluate(first_of(col.order.paid_at, col.applied_at), {"applied_at": 7})
    7
    """
    match expr:
        case ex.ColumnRef():
            return row.get(expr.path)
        case ex.Constant(value):
            return value
        case ex.Arithmetic(op, left, right) | ex.Comparison(op, left, right):
            return _binary(op, evaluate(left, row), evaluate(right, row))
        case ex.And(left, right):
            return _and(evaluate(left, row), evaluate(right, row))
        case ex.Or(left, right):
            return _not(_and(_not(evaluate(left, row)), _not(evaluate(right, row))))
        case ex.Not(operand):
            return _not(evaluate(operand, row))
        case ex.IsIn(operand, values):
            value = evaluate(operand, row)
            return None if value is None else value in values
        case ex.IsNull(operand):
            return evaluate(operand, row) is None
        case ex.FirstOf(operands):
            return next((v for o in operands if (v := evaluate(o, row)) is not None), None)
        case ex.When(condition, then, otherwise):
            return evaluate(then if evaluate(condition, row) is True else otherwise, row)
        case ex.Day(operand):
            return _binary("//", evaluate(operand, row), ex.DAY_SECONDS)
        case ex.TimeOfDay(operand):
            time = evaluate(operand, row)
            return None if time is None else time % ex.DAY_SECONDS
        case ex.Month(operand):
            time = evaluate(operand, row)
            return None if time is None else month_of_day(time // ex.DAY_SECONDS)
        case Joined():
            return row.get(expr.key)
        case ex.Assumed(id):
            raise ExpressionError(f"assumption {id} has no number yet")
    raise ExpressionError(f"no evaluator for {type(expr).__name__}")


def _binary(op: str, left: Any, right: Any) -> Any:
    if left is None or right is None or (op == "//" and right == 0):
        return None
    return OPERATORS[op](left, right)


def _and(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value
