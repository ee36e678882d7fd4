"""Layouts from TOML files: schema 1, no unknown keys, columns that the stream has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve

from ..errors import ExpressionError, InputError, RuleSetError
from ..messages import listed, message
from ..model.encodings import find_encoding
from ..model.layouts import (
    ANY_TIME,
    COUNTED_TIMES,
    DECIMAL_MARKS,
    TIME_DIRECTIVES,
    UNITS,
    Layout,
    SubOrders,
)
from ..model.merging import merge_streams
from ..model.streams import CANONICAL, Kind, Stream
from ..rules.toml_tables import Table
from ..rules.toml_text import parse_toml, read_text

SCHEMA = 1


def parse_layout(text: str, origin: str, streams: Mapping[str, Stream] | None = None) -> Layout:
    """Parse and check a layout.

    Raises:
        RuleSetError: for anything unknown, missing or invalid; names file and place.
    """
    table = Table(parse_toml(text, origin), origin)
    if table.take("schema", int) != SCHEMA:
        raise table.fail(f"this version reads schema = {SCHEMA}")
    source = table.table("source")
    layout = Layout(
        id=table.id("id", "layout"),
        zh=table.text("zh"),
        en=table.text("en"),
        stream=table.text("stream"),
        headers=table.texts("headers"),
        without=table.texts("without"),
        columns=_columns(table.table("columns")),
        words={name: _words(t) for name, t in table.named_tables("words")},
        constants=_words(table.table("constants")),
        state=table.texts("state"),
        suborders=_suborders(table.table("suborders")),
        time_format=_by_column(table.table("time_format")),
        unit=_by_column(table.table("unit")),
        decimal=_by_column(table.table("decimal")),
        encoding=_encoding(table, "encoding"),
        fallback_encoding=_encoding(table, "fallback_encoding"),
        incomplete=table.take("incomplete", bool, False),
        source=source.as_source("export") if source.data else None,
        notes=table.all_told("notes"),
        origin=origin,
    )
    table.done()
    _check(layout, table, streams or merge_streams(CANONICAL))
    return layout


def read_layout(path: Path, streams: Mapping[str, Stream] | None = None) -> Layout:
    """Read a user's own layout; raise InputError where the file cannot be read or is invalid."""
    try:
        return parse_layout(read_text(path), str(path), streams)
    except RuleSetError as error:
        raise InputError(error.args[0]) from None


def layout_of_platform(
    text: str, origin: str, platform: str, streams: Mapping[str, Stream]
) -> Layout:
    """Parse a layout of a plugin, which must have a source."""
    layout = parse_layout(text, origin, streams)
    if layout.source is None:
        raise RuleSetError(f"{origin}: a layout of a plugin needs a [source]")
    return evolve(layout, platform=platform)


def _columns(table: Table) -> dict[str, tuple[str, ...]]:
    """Return the headers of each column: one, or several of which a file's first is taken."""
    headers = {}
    for name in table.data:
        one_or_more = table.take(name, (str, list))
        headers[name] = (one_or_more,) if isinstance(one_or_more, str) else table.texts(name)
    return headers


def _words(table: Table) -> dict[str, str]:
    """Return words as text; true and false as TOML writes them."""
    words = {}
    for name in table.data:
        value: Any = table.take(name, object)
        if not isinstance(value, str | bool | int):
            raise table.fail(f"{name} = {value!r} is not a word")
        words[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return words


def _by_column(table: Table) -> dict[str, str]:
    return {name: table.text(name) for name in table.data}


def _encoding(table: Table, key: str) -> str | None:
    """Return the codec of the encoding that is named."""
    name = table.text(key, None)
    codec = None if name is None else find_encoding(name)
    if name is not None and codec is None:
        said = message("{key}: no encoding of text is called {name}", key=key, name=repr(name))
        raise table.fail(said)
    return codec


def _suborders(table: Table) -> SubOrders | None:
    if not table.data:
        return None
    one_or_more = table.take("id", (str, list))
    suborders = SubOrders(
        id=(one_or_more,) if isinstance(one_or_more, str) else table.texts("id"),
        earliest=table.texts("earliest"),
        latest=table.texts("latest"),
        total=table.texts("total"),
    )
    table.done()
    return suborders


def _check(layout: Layout, table: Table, streams: Mapping[str, Stream]) -> None:
    """Check that the stream has every column, with the kind that the layout needs."""
    stream = streams.get(layout.stream)
    if stream is None:
        raise table.fail(f"no stream {layout.stream}; known: {', '.join(streams)}")
    if not layout.headers:
        raise table.fail("headers: at least one is needed to identify the file")
    merged = layout.suborders
    groups = {
        "columns": tuple(layout.columns),
        "words": tuple(layout.words),
        "constants": tuple(layout.constants),
        "state": layout.state,
        "suborders": (*merged.earliest, *merged.latest, *merged.total) if merged else (),
    }
    for group, names in groups.items():
        for name in names:
            try:
                column = stream.column(name)
            except ExpressionError as error:
                raise table.fail(f"{group}: {error}") from None
            if group == "state" and column.kind != "time":
                raise table.fail(f"state: {name} is not a time column")
    for name in merged.total if merged else ():
        if stream.column(name).kind not in ("money", "int", "number"):
            raise table.fail(f"suborders: total: {name} is not a column of numbers")
    for name in (*merged.earliest, *merged.latest) if merged else ():
        if stream.column(name).kind not in ("time", "day", "bool"):
            raise table.fail(f"suborders: {name} is not a time column")
    _check_forms(layout, table, stream)
    for name, words in layout.words.items():
        if name not in layout.columns:
            raise table.fail(f"words.{name}: [columns] names no header for {name}")
        if ANY_TIME in words and stream.column(name).kind != "bool":
            raise table.fail(
                message(
                    '"{word}" is for columns of yes or no, which {column} is not',
                    word=ANY_TIME,
                    column=name,
                )
            )
        _check_words(stream.column(name).values, words.values(), f"words.{name}", table)
    for name, value in layout.constants.items():
        _check_words(stream.column(name).values, [value], f"constants.{name}", table)


def _check_forms(layout: Layout, table: Table, stream: Stream) -> None:
    """Check that what is said of how cells are written goes with their columns."""
    groups: tuple[tuple[str, Mapping[str, str], Sequence[Kind]], ...] = (
        ("time_format", layout.time_format, ("time", "day", "bool")),
        ("unit", layout.unit, ("money",)),
        ("decimal", layout.decimal, ("money", "number", "int")),
    )
    for group, stated, kinds in groups:
        for name, value in stated.items():
            where = f"{group}.{name}"
            try:
                kind = stream.column(name).kind
            except ExpressionError as error:
                raise table.fail(message("{where}: {error}", where=where, error=error)) from None
            if kind not in kinds:
                raise table.fail(
                    message(
                        "{where}: {column} is a column of {kind}",
                        where=where,
                        column=name,
                        kind=kind,
                    )
                )
            if name not in layout.columns:
                raise table.fail(
                    message(
                        "{where}: [columns] names no header for {column}", where=where, column=name
                    )
                )
            _check_form(group, value, where, table)


def _check_form(group: str, value: str, where: str, table: Table) -> None:
    if group == "time_format":
        _check_time_format(value, where, table)
        return
    known = tuple(UNITS) if group == "unit" else DECIMAL_MARKS
    if value not in known:
        raise table.fail(
            message(
                "{where}: {value} is not one of {known}",
                where=where,
                value=repr(value),
                known=listed(known),
            )
        )


def _check_time_format(form: str, where: str, table: Table) -> None:
    """Check that a form tells the day of a time, and of an hour by twelve the half of the day."""
    if form in COUNTED_TIMES:
        return
    parts = re.findall("%.?", form)
    unknown = [part for part in parts if part not in TIME_DIRECTIVES]
    if unknown:
        raise table.fail(
            message(
                "{where}: {part} cannot be read; known: {known}",
                where=where,
                part=unknown[0],
                known=listed((*COUNTED_TIMES, *TIME_DIRECTIVES)),
            )
        )
    there = set(parts)
    whole = there & {"%Y", "%y"} and there & {"%m", "%b", "%B"} and "%d" in there
    if not whole or ("%I" in there) != ("%p" in there) or {"%I", "%H"} <= there:
        raise table.fail(
            message(
                "{where}: {form} does not say year, month and day, and the hour by %H, or by %I"
                " and %p (or it is one of {known})",
                where=where,
                form=repr(form),
                known=listed(COUNTED_TIMES),
            )
        )
    if len(parts) - parts.count("%%") != len(there - {"%%"}) or {"%Y", "%y"} <= there:
        raise table.fail(
            message("{where}: {form} says something twice", where=where, form=repr(form))
        )


def _check_words(known: Sequence[str], words: Iterable[str], where: str, table: Table) -> None:
    for word in words:
        if known and word and word not in known:
            raise table.fail(f"{where}: {word!r} is not one of {', '.join(known)}")
