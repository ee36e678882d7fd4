"""Expressions evaluated on one row, in plain Python: slow, and easy to trust."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import ExpressionError
from ..messages import message
from ..model import expressions as ex
from ..model.joined import Joined
from .operators import OPERATORS, month_of_day


def evaluate(expr: ex.Expr, row: Mapping[str, Any]) -> Any:
    """Return the value of an expression for one row, computed in plain Python.

    Args:
        expr: an expression, such as the ``where`` of a tally.
        row: the row by column: ``"rating"``, and ``"order.paid_at"`` for the linked order's. Times
            are seconds since 1970-01-01 00:00 on the platform's clock, days are days since then,
            money is in minor units. A column that is None or not there is null. What
            ``fact_on`` and ``has_row`` bring from other rows stands under the ``key`` of that
            expression.

    Returns:
        An integer, a truth value or a word; None for null.

    Raises:
        ExpressionError: for an expression with an assumption, whose number only a rule set knows.

    >>> from shopscore import col, evaluate, first_of
    >>> late = col.picked_up_at - col.paid_at > 24 * 3600
    >>> evaluate(late, {"paid_at": 1_717_200_000, "picked_up_at": 1_717_300_000})
    True
    >>> evaluate(late, {"paid_at": 1_717_200_000}) is None
    True
    >>> evaluate(first_of(col.order.paid_at, col.applied_at), {"order.paid_at": 5, "applied_at": 7})
    5
    """
    if not isinstance(expr, ex.Expr):
        said = message("evaluate needs an expression, not {kind}", kind=type(expr).__name__)
        raise ExpressionError(said)
    return _value(expr, row)


def _value(expr: ex.Expr, row: Mapping[str, Any]) -> Any:
    match expr:
        case ex.ColumnRef():
            return row.get(expr.path)
        case ex.Constant(value):
            return value
        case ex.Arithmetic(op, left, right) | ex.Comparison(op, left, right):
            return _binary(op, _value(left, row), _value(right, row))
        case ex.And(left, right):
            return _and(_value(left, row), _value(right, row))
        case ex.Or(left, right):
            return _not(_and(_not(_value(left, row)), _not(_value(right, row))))
        case ex.Not(operand):
            return _not(_value(operand, row))
        case ex.IsIn(operand, values):
            value = _value(operand, row)
            return None if value is None else value in values
        case ex.IsNull(operand):
            return _value(operand, row) is None
        case ex.FirstOf(operands):
            return next((v for o in operands if (v := _value(o, row)) is not None), None)
        case ex.When(condition, then, otherwise):
            return _value(then if _value(condition, row) is True else otherwise, row)
        case ex.Day(operand):
            return _binary("//", _value(operand, row), ex.DAY_SECONDS)
        case ex.TimeOfDay(operand):
            time = _value(operand, row)
            return None if time is None else time % ex.DAY_SECONDS
        case ex.Month(operand):
            time = _value(operand, row)
            return None if time is None else month_of_day(time // ex.DAY_SECONDS)
        case Joined():
            return row.get(expr.key)
        case ex.Assumed(id):
            raise ExpressionError(
                message("assumption {assumption} has no number yet", assumption=id)
            )
    raise ExpressionError(message("no evaluator for {kind}", kind=type(expr).__name__))


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
