"""Layouts from TOML files: schema 1, no unknown keys, columns that the stream has."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve

from ..errors import ExpressionError, InputError, RuleSetError
from ..messages import message
from ..model.layouts import Layout, SubOrders
from ..model.streams import CANONICAL, Stream, merge_streams
from ..rules.toml_tables import Table, parse_toml, read_text

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
        encoding=_encoding(table),
        source=source.as_source("export") if source.data else None,
        notes=table.texts("notes"),
        origin=origin,
    )
    table.done()
    _check(layout, table, streams or merge_streams(CANONICAL))
    return layout


def read_layout(path: Path) -> Layout:
    """Read a user's own layout; raise InputError where the file cannot be read or is invalid."""
    try:
        return parse_layout(read_text(path), str(path))
    except RuleSetError as error:
        raise InputError(str(error)) from None


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


def _encoding(table: Table) -> str | None:
    """Return the name of an encoding of text that Python knows."""
    name = table.text("encoding", None)
    if name is None:
        return None
    try:
        "".encode(name)  # also refuses codecs that are no encodings of text
        return codecs.lookup(name).name
    except LookupError:
        raise table.fail(
            message("encoding: no encoding of text is called {name}", name=repr(name))
        ) from None


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
    for name, words in layout.words.items():
        if name not in layout.columns:
            raise table.fail(f"words.{name}: [columns] names no header for {name}")
        _check_words(stream.column(name).values, words.values(), f"words.{name}", table)
    for name, value in layout.constants.items():
        _check_words(stream.column(name).values, [value], f"constants.{name}", table)


def _check_words(known: Sequence[str], words: Iterable[str], where: str, table: Table) -> None:
    for word in words:
        if known and word and word not in known:
            raise table.fail(f"{where}: {word!r} is not one of {', '.join(known)}")
