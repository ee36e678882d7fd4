"""Missing columns: what a metric needs, and the events do not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..messages import message
from ..model.expressions import ColumnRef, Expr, FirstOf, columns_of
from ..model.joined import HasRow, joined_of
from ..model.links import Link
from ..model.streams import PART_ONLY, Stream
from ..model.tallies import Tally
from ..plugins.bound_rules import BoundMetric
from ..value_classes import frozen

#: What stands before the name of a stream that is missing, or is there only in part.
_ALL, _REST = "stream ", "rest of stream "


def missing_columns_of(
    metric: BoundMetric, streams: Mapping[str, Stream], present: frozenset[tuple[str, str]]
) -> tuple[str, ...]:
    """Return what a metric needs and the events do not have.

    That is ``stream.column``, ``stream NAME``, or ``rest of stream NAME`` where only files were
    read that do not hold all of its rows. A metric needs the columns of its conditions and values
    that have no default (of ``first_of`` those of one alternative), and at least one column for the
    day. Of a linked row it needs what its conditions and values read, and not the days, which have
    alternatives.
    """
    missing: dict[str, None] = {}
    for tally in metric.tallies:
        stream = streams[tally.stream]
        missing |= dict.fromkeys(_missing_rows(stream.name, present))
        if not _is_there(stream.name, present):
            continue
        needs = _Needs(stream, streams, present)
        for expr in _list_decisive(tally):
            missing |= dict.fromkeys(needs.missing(expr))
        days = [ref for ref in columns_of(tally.day) if not ref.linked]
        if days and not any((stream.name, ref.name) in present for ref in days):
            missing[" or ".join(f"{stream.name}.{ref.name}" for ref in days)] = None
    return tuple(missing)


def in_words(name: str) -> str:
    """Return what a metric lacks as a message: a column, a stream, or one of several columns.

    >>> from shopscore.messages import in_language
    >>> in_language(in_words("orders.signed_at or orders.confirmed_at"), "zh")
    'orders.signed_at 或 orders.confirmed_at'
    """
    first, found, rest = name.partition(" or ")
    if found:
        return message("{one} or {other}", one=in_words(first), other=in_words(rest))
    first, found, rest = name.partition(" and ")
    if found:
        return message("{one} and {other}", one=in_words(first), other=in_words(rest))
    if name.startswith(_ALL):
        return message("stream {stream}", stream=stream_of(name))
    if name.startswith(_REST):
        return message("the rest of stream {stream}", stream=stream_of(name))
    return name


def stream_of(name: str) -> str:
    """Return the stream of which something is missing.

    >>> stream_of("rest of stream reviews"), stream_of("orders.signed_at or orders.confirmed_at")
    ('reviews', 'orders')
    """
    return name.removeprefix(_REST).removeprefix(_ALL).partition(".")[0]


def _is_there(stream: str, present: frozenset[tuple[str, str]]) -> bool:
    return any(name == stream for name, _ in present)


def _missing_rows(stream: str, present: frozenset[tuple[str, str]]) -> tuple[str, ...]:
    """Return which rows of a stream are missing: all of them, or those that its files do not hold."""
    if not _is_there(stream, present):
        return (f"{_ALL}{stream}",)
    return (f"{_REST}{stream}",) if (stream, PART_ONLY) in present else ()


def _list_decisive(tally: Tally) -> Iterator[Expr]:
    """Yield the expressions that decide whether a row counts, and how much, besides its day."""
    if tally.where is not None:
        yield tally.where
    yield tally.value
    if tally.once is not None:  # without a part of ``per`` each row counts by itself
        elsewhere = {ref.path for ref in columns_of(tally.day, *tally.once.per)}
        yield from (ref for ref in columns_of(*tally.once.by) if ref.path not in elsewhere)
        if tally.once.among is not None:
            yield tally.once.among
    if tally.distinct is not None:  # a row without a part of it belongs to no key
        yield from tally.distinct.per


@frozen
class _Needs:
    """The missing columns of one stream that expressions need."""

    stream: Stream
    streams: Mapping[str, Stream]
    present: frozenset[tuple[str, str]]

    def missing(self, expr: Expr) -> tuple[str, ...]:
        match expr:
            case ColumnRef(name, link):
                if link:
                    return self._missing_of_linked(name, self.stream.link(link))
                known = self.stream.column(name).default is not None
                known = known or (self.stream.name, name) in self.present
                return () if known else (f"{self.stream.name}.{name}",)
            case FirstOf(operands):
                reading = [o for o in operands if columns_of(o) or joined_of(o)]  # not constants
                alternatives = [self.missing(operand) for operand in reading]
                if not all(alternatives) or not alternatives:
                    return ()
                return (" or ".join(" and ".join(names) for names in alternatives),)
            case HasRow(name, where):
                return self._missing_of_naming(self.streams[name], where)
        return tuple(name for child in expr.children() for name in self.missing(child))

    def _missing_of_linked(self, name: str, link: Link) -> tuple[str, ...]:
        """Return what is missing to read a column of the row that a row names."""
        rows = _missing_rows(link.stream, self.present)
        if not _is_there(link.stream, self.present):
            return rows
        naming, column = (self.stream.name, link.column), (link.stream, name)
        has_default = self.streams[link.stream].column(name).default is not None
        needed = (naming,) if has_default else (naming, column)
        return (*rows, *(f"{s}.{n}" for s, n in needed if (s, n) not in self.present))

    def _missing_of_naming(self, stream: Stream, where: Expr) -> tuple[str, ...]:
        """Return what is missing to find out whether a row of a stream names the row."""
        rows = _missing_rows(stream.name, self.present)
        if not _is_there(stream.name, self.present):
            return rows
        link = stream.link_to(self.stream.name)
        links = () if link is None else (link.column,)
        missing = (f"{stream.name}.{c}" for c in links if (stream.name, c) not in self.present)
        return (*rows, *missing, *_Needs(stream, self.streams, self.present).missing(where))
