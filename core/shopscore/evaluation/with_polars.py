"""Expressions evaluated over columns, by polars: the fast evaluator."""

from __future__ import annotations

import operator
from functools import reduce

import polars as pl

from ..errors import ExpressionError
from ..messages import message
from ..model import expressions as ex
from ..model.joined import Joined
from .operators import OPERATORS, month_of_day


def to_polars(expr: ex.Expr) -> pl.Expr:
    """Return the polars expression, over columns named as :attr:`ColumnRef.path`.

    >>> import polars as pl
    >>> from shopscore import col
    >>> rows = pl.DataFrame({"rating": [1, 5, None]})
    >>> rows.select(to_polars(col.rating <= 2)).to_series().to_list()
    [True, False, None]
    """
    match expr:
        case ex.ColumnRef():
            return pl.col(expr.path)
        case ex.Constant(value):
            return pl.lit(value, dtype=pl.Int64 if type(value) is int else None)
        case ex.Arithmetic(op, left, right):
            number: pl.Expr = OPERATORS[op](_typed(left), _typed(right))
            return number
        case ex.Comparison(op, left, right):
            truth: pl.Expr = OPERATORS[op](to_polars(left), to_polars(right))
            return truth.cast(pl.Boolean)
        case ex.And(left, right):
            return _typed(left, pl.Boolean) & _typed(right, pl.Boolean)
        case ex.Or(left, right):
            return _typed(left, pl.Boolean) | _typed(right, pl.Boolean)
        case ex.Not(operand):
            return ~_typed(operand, pl.Boolean)
        case ex.IsIn(operand, words):
            column = to_polars(operand)
            known = [column == pl.lit(word) for word in words if word is not None]
            return reduce(operator.or_, known, column.is_null() & pl.lit(None, dtype=pl.Boolean))
        case ex.IsNull(operand):
            return to_polars(operand).is_null()
        case ex.FirstOf(operands):
            return pl.coalesce([to_polars(o) for o in operands])
        case ex.When(condition, then, otherwise):
            met = _typed(condition, pl.Boolean)
            return pl.when(met).then(to_polars(then)).otherwise(to_polars(otherwise))
        case ex.Day(operand):
            return _typed(operand) // ex.DAY_SECONDS
        case ex.TimeOfDay(operand):
            return _typed(operand) % ex.DAY_SECONDS
        case ex.Month(operand):
            month: pl.Expr = month_of_day(_typed(operand) // ex.DAY_SECONDS)
            return month
        case Joined():
            return pl.col(expr.key)
    raise unknown_node(expr)


def _typed(expr: ex.Expr, dtype: type[pl.DataType] = pl.Int64) -> pl.Expr:
    """Return an operand of arithmetic, or of logic; polars must be told the type of a bare null."""
    operand = to_polars(expr)
    return operand.cast(dtype) if _is_bare_null(expr) else operand


def _is_bare_null(expr: ex.Expr) -> bool:
    match expr:
        case ex.Constant(value):
            return value is None
        case ex.FirstOf(operands):
            return all(_is_bare_null(o) for o in operands)
        case ex.When(_, then, otherwise):
            return _is_bare_null(then) and _is_bare_null(otherwise)
    return False


def unknown_node(expr: ex.Expr) -> ExpressionError:
    """Return the error for an expression that no evaluator knows, or that has no number yet."""
    if isinstance(expr, ex.Assumed):
        said = message(
            "assumption {assumption} has no number yet: bind the metric to a rule set first",
            assumption=expr.id,
        )
        return ExpressionError(said)
    return ExpressionError(message("no evaluator for {kind}", kind=type(expr).__name__))
