"""Streams merged by name: what the package and plugins declare of them, and where links lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..errors import DeclarationError, did_you_mean
from ..messages import message
from .expressions import ColumnRef
from .links import Link
from .streams import Stream


def merge_streams(*groups: Iterable[Stream]) -> Mapping[str, Stream]:
    """Merge streams by name; a stream declared twice has what both declarations say.

    Raises:
        DeclarationError: where they contradict each other, or a link leads nowhere.

    >>> from .streams import CANONICAL
    >>> sorted(merge_streams(CANONICAL))[:3]
    ['aftersales', 'complaints', 'conversations']
    """
    merged: dict[str, Stream] = {}
    for stream in (s for group in groups for s in group):
        known = merged.get(stream.name)
        merged[stream.name] = stream if known is None else known.merged_with(stream)
    for stream in merged.values():
        for link in stream.links:
            _check_link(stream, link, merged)
    return merged


def _check_link(stream: Stream, link: Link, streams: Mapping[str, Stream]) -> None:
    """Raise DeclarationError where a link names rows that cannot be found by it, or be read."""
    named = streams.get(link.stream)
    if named is None:
        said = message(
            "stream {stream}: {column} is the key of no stream {named}{guess}",
            stream=stream.name,
            column=link.column,
            named=link.stream,
            guess=did_you_mean(link.stream, streams),
        )
        raise DeclarationError(said)
    ids = [stream.column(link.column), *(named.column(name) for name in named.key)]
    if len(ids) != 2 or any(c.kind != "text" or not c.name.endswith("_id") for c in ids):
        said = message(
            "stream {stream}: {column} cannot name a row of {named}: both need one column of text"
            " whose name ends in _id",
            stream=stream.name,
            column=link.column,
            named=named.name,
        )
        raise DeclarationError(said)
    if unreadable := [name for name in named.names if hasattr(ColumnRef, name)]:
        said = message(
            "stream {stream}: rows of others name its rows, and col.{link}.{column} is something"
            " else in Python: the column needs another name",
            stream=named.name,
            link=link.name,
            column=unreadable[0],
        )
        raise DeclarationError(said)


def stream_of(ref: ColumnRef, stream: Stream, streams: Mapping[str, Stream]) -> Stream:
    """Return the stream that a column is read from: that of the row, or of the row that it names.

    Raises:
        ExpressionError: where rows of the stream name no such row.
    """
    return streams[stream.link(ref.link).stream] if ref.link else stream
