"""Checks of a tally: it reads only columns that its stream has, and counts integers."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import ExpressionError, did_you_mean
from ..evaluation.types import type_of
from ..model import expressions as ex
from ..model.joined import FactOn, HasRow, joined_of
from ..model.streams import Stream
from ..model.tallies import Tally


def check_tally(tally: Tally, streams: Mapping[str, Stream]) -> None:
    """Raise ExpressionError where a tally reads columns that its stream does not have."""
    if tally.stream not in streams:
        raise ExpressionError(f"no stream {tally.stream}{did_you_mean(tally.stream, streams)}")
    stream, orders = streams[tally.stream], streams["orders"]
    for expr in tally.expressions:
        _check_columns(expr, stream, orders)
        for node in expr.walk():
            if isinstance(node, HasRow):
                _check_has_row(node, stream, streams)
            elif isinstance(node, FactOn) and joined_of(node.time):
                raise ExpressionError(f"{node}: the time must be one of the row's own")
    _check_types(tally, stream, orders)


def _check_columns(expr: ex.Expr, stream: Stream, orders: Stream) -> None:
    for node in expr.walk():
        if isinstance(node, ex.ColumnRef):
            if node.linked and not stream.links_to_orders:
                raise ExpressionError(
                    f"rows of {stream.name} name no order: col.order cannot be used there"
                )
            (orders if node.linked else stream).column(node.name)
        _check_words(node, stream, orders)


def _check_has_row(node: HasRow, stream: Stream, streams: Mapping[str, Stream]) -> None:
    """Check that ``has_row`` is used on orders, with a condition on the other rows only."""
    if node.stream not in streams:
        raise ExpressionError(f"no stream {node.stream}{did_you_mean(node.stream, streams)}")
    named_by = streams[node.stream]
    if stream.name != "orders" or not named_by.links_to_orders:
        raise ExpressionError(f"{node}: has_row is for orders and streams with an order_id")
    if joined_of(node.where) or any(ref.linked for ref in ex.columns_of(node.where)):
        raise ExpressionError(f"{node}: the condition can read columns of {node.stream} only")
    _check_columns(node.where, named_by, stream)
    if (kind := type_of(node.where, named_by, stream)) not in ("truth", "null"):
        raise ExpressionError(f"{node}: the condition is of type {kind}, not truth")


def _check_types(tally: Tally, stream: Stream, orders: Stream) -> None:
    wanted: tuple[tuple[str, ex.Expr | None, str], ...] = (
        ("day", tally.day, "integer"),
        ("where", tally.where, "truth"),
        ("value", tally.value, "integer"),
        ("among", None if tally.once is None else tally.once.among, "truth"),
    )
    for part, expr, needed in wanted:
        if expr is not None and (kind := type_of(expr, stream, orders)) not in (needed, "null"):
            raise ExpressionError(
                f"tally of {tally.stream}: {part} is {expr}, which is of type {kind}, not {needed}"
            )


def _check_words(node: ex.Expr, stream: Stream, orders: Stream) -> None:
    """Raise ExpressionError for an unknown word of an enum: it would silently match nothing."""
    refs, words = _compared(node)
    columns = [(orders if ref.linked else stream).column(ref.name) for ref in refs]
    known = {value for column in columns for value in column.values}
    if not known or not all(column.values for column in columns):
        return
    for word in words:
        if word not in known:
            raise ExpressionError(f"{refs[0]} is never {word!r}{did_you_mean(word, known)}")


def _compared(node: ex.Expr) -> tuple[list[ex.ColumnRef], list[str]]:
    """Return the columns and the constant words that a node compares, or chooses between."""
    match node:
        case ex.Comparison("==" | "!=", left, right):
            parts: list[ex.Expr] = [left, right]
        case ex.IsIn(operand, values):
            parts = [operand, *map(ex.as_expr, values)]
        case ex.FirstOf(operands):
            parts = list(operands)
        case ex.When(_, then, otherwise):
            parts = [then, otherwise]
        case _:
            return [], []
    refs, words = [], []
    for part in parts:
        if isinstance(part, ex.ColumnRef):
            refs.append(part)
        elif isinstance(part, ex.Constant) and isinstance(part.value, str):
            words.append(part.value)
        elif isinstance(part, ex.FirstOf | ex.When):
            more_refs, more_words = _compared(part)
            refs += more_refs
            words += more_words
    return refs, words
