"""The type of an expression, integer, truth value or word; and whether its operands fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ..errors import ExpressionError
from ..messages import Message, message
from ..model import expressions as ex
from ..model.joined import FactOn, HasRow
from ..model.merging import stream_of
from ..model.streams import Stream

#: ``null`` is the type of a bare null, which fits everywhere.
Type = Literal["integer", "truth", "word", "null"]


def type_of(expr: ex.Expr, stream: Stream, streams: Mapping[str, Stream]) -> Type:
    """Return the type of an expression over rows of a stream.

    Raises:
        ExpressionError: where operands do not fit, such as a sum of words.

    >>> from shopscore import col
    >>> from shopscore.model.streams import ORDERS
    >>> type_of(col.signed_at - col.paid_at, ORDERS, {"orders": ORDERS})
    'integer'
    """
    below = tuple(type_of(child, stream, streams) for child in expr.children())
    match expr:
        case ex.ColumnRef():
            kind = stream_of(expr, stream, streams).column(expr.name).kind
            return _KINDS.get(kind, "integer")
        case ex.Constant(value):
            return _of_value(value)
        case ex.Assumed():
            return "null"
        case HasRow():
            return "truth"
        case ex.Arithmetic() | ex.Day() | ex.TimeOfDay() | ex.Month() | FactOn():
            return _all(expr, below, "integer", "integer")
        case ex.And() | ex.Or() | ex.Not():
            return _all(expr, below, "truth", "truth")
        case ex.Comparison():
            _same(expr, below)
            return "truth"
        case ex.IsIn(_, values):
            _same(expr, (*below, *(_of_value(v) for v in values)))
            return "truth"
        case ex.IsNull():
            return "truth"
        case ex.FirstOf():
            return _same(expr, below)
        case ex.When():
            _all(expr, below[:1], "truth", "truth")
            return _same(expr, below[1:])
    said = message(
        "{expression}: {kind} is not a kind of expression",
        expression=str(expr),
        kind=type(expr).__name__,
    )
    raise ExpressionError(said)


_KINDS: Mapping[str, Type] = {"text": "word", "enum": "word", "bool": "truth"}


def _of_value(value: ex.Scalar | ex.Assumed) -> Type:
    match value:
        case None | ex.Assumed():
            return "null"
        case bool():
            return "truth"
        case int():
            return "integer"
    return "word"


def _all(expr: ex.Expr, types: tuple[Type, ...], wanted: Type, result: Type) -> Type:
    for type_ in types:
        if type_ not in (wanted, "null"):
            said = message(
                "{expression}: needs {wanted}, not {found}",
                expression=str(expr),
                wanted=_plural(wanted),
                found=_plural(type_),
            )
            raise ExpressionError(said)
    return result


def _same(expr: ex.Expr, types: tuple[Type, ...]) -> Type:
    known = {type_ for type_ in types if type_ != "null"}
    if len(known) > 1:
        one, *others = sorted(map(_plural, known))
        for other in others:
            one = message("{one} and {other}", one=one, other=other)
        raise ExpressionError(
            message("{expression}: mixes {kinds}", expression=str(expr), kinds=one)
        )
    return known.pop() if known else "null"


def _plural(type_: Type) -> Message:
    match type_:
        case "integer":
            return message("integers")
        case "truth":
            return message("truth values")
        case "word":
            return message("words")
    return message("nulls")
