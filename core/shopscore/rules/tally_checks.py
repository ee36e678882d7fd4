"""Checks of a tally: it reads only columns that its stream has, and counts integers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from ..errors import DeclarationError, ExpressionError, did_you_mean
from ..evaluation.types import type_of
from ..messages import Message, message
from ..model import expressions as ex
from ..model.joined import FactOn, HasRow, joined_of
from ..model.merging import stream_of
from ..model.streams import Stream
from ..model.tallies import Tally
from ..model.windows import Window


def check_tally(tally: Tally, streams: Mapping[str, Stream]) -> None:
    """Raise ExpressionError where a tally reads columns that its stream does not have.

    Raises:
        DeclarationError: for distinct keys over a window whose days do not come and go in turn.
    """
    if tally.stream not in streams:
        raise ExpressionError(_no_stream(tally.stream, streams))
    stream = streams[tally.stream]
    for expr in tally.expressions:
        _check_columns(expr, stream, streams)
        for node in expr.walk():
            if isinstance(node, HasRow):
                _check_has_row(node, stream, streams)
            elif isinstance(node, FactOn) and joined_of(node.time):
                said = message("{node}: the time must be one of the row's own", node=str(node))
                raise ExpressionError(said)
    _check_types(tally, stream, streams)
    _check_day(tally, stream, streams)
    if tally.distinct is not None and tally.distinct.window is not None:
        _check_stays(tally.distinct.window)


#: Ends of months, a leap day, the end of a year, and days between.
_SOME_DAYS = (
    date(2023, 12, 30),
    date(2023, 12, 31),
    date(2024, 2, 29),
    date(2024, 4, 16),
    date(2024, 6, 30),
)
_DAY = timedelta(1)


def _check_stays(window: Window) -> None:
    """Check that a window says of some days when they count, and in words that are always the same."""
    if type(window).__repr__ is object.__repr__:
        said = message(
            "{window}: a window that distinct keys are counted over is named in states by its repr,"
            " which says nothing: make it a class of attrs.frozen",
            window=type(window).__name__,
        )
        raise DeclarationError(said)
    for day in _SOME_DAYS:
        first, after = window.stay(day)
        for as_of in (first - _DAY, first, after - _DAY, after):
            ages = _ages(window, as_of)
            if (first <= as_of < after) is not ((as_of - day).days in ages):
                said = message(
                    "{window}: by stay({day}) that day counts from {first} on and no longer from"
                    " {after} on, and by weights({as_of}) it is otherwise",
                    window=repr(window),
                    day=day,
                    first=first,
                    after=after,
                    as_of=as_of,
                )
                raise DeclarationError(said)


def _ages(window: Window, as_of: date) -> range:
    """Return the ages that count on a day of publication.

    Raises:
        DeclarationError: where there is a gap between them, or they do not weigh the same.
    """
    weights = window.weights(as_of)
    here = [age for age, weight in enumerate(weights.ints, weights.first_age) if weight]
    ages = range(here[0], here[-1] + 1) if here else range(0)
    if len(ages) > len(here) or sum(weights.ints) != len(here) * weights.scale:
        said = message(
            "{window}: there is a gap between its days, or they do not weigh the same: distinct"
            " keys cannot be counted over it",
            window=repr(window),
        )
        raise DeclarationError(said)
    return ages


def _check_day(tally: Tally, stream: Stream, streams: Mapping[str, Stream]) -> None:
    """Check that the day of a tally is a time, and no other number."""
    for ref in _branches(tally.day):
        if isinstance(ref, ex.ColumnRef):
            column = stream_of(ref, stream, streams).column(ref.name)
            if column.kind not in ("time", "day"):
                said = message(
                    "tally of {stream}: its day is {column}, a column of kind {kind}: a time is needed",
                    stream=tally.stream,
                    column=ref.path,
                    kind=column.kind,
                )
                raise ExpressionError(said)


def _branches(expr: ex.Expr) -> Iterator[ex.Expr]:
    """Yield the expressions of which one gives the value."""
    match expr:
        case ex.FirstOf(operands):
            for operand in operands:
                yield from _branches(operand)
        case ex.When(_, then, otherwise):
            yield from _branches(then)
            yield from _branches(otherwise)
        case _:
            yield expr


def _check_nulls(node: ex.Expr) -> None:
    """Refuse a comparison with null, which is never true."""
    match node:
        case ex.Comparison("==" | "!=" as op, left, right):
            for value, other in ((left, right), (right, left)):
                if isinstance(value, ex.Constant) and value.value is None:
                    method = "is_null()" if op == "==" else "is_not_null()"
                    said = message(
                        "{expression} is never true: write {column}.{method}",
                        expression=str(node),
                        column=str(other),
                        method=method,
                    )
                    raise ExpressionError(said)


def _no_stream(name: str, streams: Mapping[str, Stream]) -> Message:
    return message("no stream {stream}{guess}", stream=name, guess=did_you_mean(name, streams))


def _check_columns(expr: ex.Expr, stream: Stream, streams: Mapping[str, Stream]) -> None:
    for node in expr.walk():
        if isinstance(node, ex.ColumnRef):
            stream_of(node, stream, streams).column(node.name)
        _check_nulls(node)
        _check_words(node, stream, streams)


def _check_has_row(node: HasRow, stream: Stream, streams: Mapping[str, Stream]) -> None:
    """Check that rows of the other stream can name this one, with a condition on these rows only."""
    if node.stream not in streams:
        raise ExpressionError(_no_stream(node.stream, streams))
    named_by = streams[node.stream]
    if named_by.link_to(stream.name) is None:
        said = message(
            "{node}: has_row needs rows that name those of {stream}, which those of {other} do not",
            node=str(node),
            stream=stream.name,
            other=node.stream,
        )
        raise ExpressionError(said)
    if joined_of(node.where) or any(ref.linked for ref in ex.columns_of(node.where)):
        said = message(
            "{node}: the condition can read columns of {stream} only",
            node=str(node),
            stream=node.stream,
        )
        raise ExpressionError(said)
    _check_columns(node.where, named_by, streams)
    if (kind := type_of(node.where, named_by, streams)) not in ("truth", "null"):
        said = message(
            "{node}: the condition is of type {kind}, not truth", node=str(node), kind=kind
        )
        raise ExpressionError(said)


def _check_types(tally: Tally, stream: Stream, streams: Mapping[str, Stream]) -> None:
    wanted: tuple[tuple[str, ex.Expr | None, str], ...] = (
        ("day", tally.day, "integer"),
        ("where", tally.where, "truth"),
        ("value", tally.value, "integer"),
        ("among", None if tally.once is None else tally.once.among, "truth"),
    )
    for part, expr, needed in wanted:
        if expr is not None and (kind := type_of(expr, stream, streams)) not in (needed, "null"):
            said = message(
                "tally of {stream}: {part} is {expression}, which is of type {kind}, not {needed}",
                stream=tally.stream,
                part=part,
                expression=str(expr),
                kind=kind,
                needed=needed,
            )
            raise ExpressionError(said)


def _check_words(node: ex.Expr, stream: Stream, streams: Mapping[str, Stream]) -> None:
    """Raise ExpressionError for an unknown word of an enum: it would silently match nothing."""
    refs, words = _compared(node)
    columns = [stream_of(ref, stream, streams).column(ref.name) for ref in refs]
    known = {value for column in columns for value in column.values}
    if not known or not all(column.values for column in columns):
        return
    for word in words:
        if word not in known:
            said = message(
                "{column} is never {word!r}{guess}",
                column=str(refs[0]),
                word=word,
                guess=did_you_mean(word, known),
            )
            raise ExpressionError(said)


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
