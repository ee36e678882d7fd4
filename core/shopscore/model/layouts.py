"""Layouts: how the rows of a platform's export file become rows of a canonical stream."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..value_classes import field, frozen
from .frozen import FrozenDict
from .labels import Labelled
from .rulesets import Source
from .streams import MONEY_SCALE

#: Stands for every word of a column that a layout does not list.
ANY_WORD = "*"
#: Stands for every cell that holds a time: yes or no is whether something has happened.
ANY_TIME = "*time*"
#: Stands for every cell without a word.
NO_WORD = ""

#: Ways of counting that ``time_format`` may state, and the parts of a form of ``strptime``.
COUNTED_TIMES = ("epoch_s", "epoch_ms", "serial")
TIME_DIRECTIVES = (
    *("%Y", "%y", "%m", "%b", "%B", "%d"),
    *("%H", "%I", "%M", "%S", "%f", "%p", "%z", "%%"),
)
#: What an amount is counted in, and the minor units of one.
UNITS: Mapping[str, int] = {"yuan": MONEY_SCALE, "fen": 1}
DECIMAL_MARKS = (".", ",")


def plain_header(header: str) -> str:
    """Normalize a header as layouts compare it: no blanks and quotes, half-width brackets, no BOM.

    >>> plain_header(" 应付金额 （元） ")
    '应付金额(元)'
    """
    narrow = header.translate(_NARROW)
    return re.sub(r"[\s\u200b\ufeff\"']+", "", narrow).lower()


_NARROW = str.maketrans("（）：，／－", "():,/-")


@frozen
class CellForm:
    """How the cells of a column are written, where a layout says so: times, and what amounts count."""

    time: str | None = None
    unit: str | None = None


#: A form that nobody states.
AS_WRITTEN = CellForm()


@frozen
class SubOrders:
    """How several rows of a file, those with the same key, become one row of the stream.

    ``id`` is the header that tells the rows apart; a row that comes twice counts once. Of times,
    ``earliest`` takes the earliest and ``latest`` the latest (of truth values ``earliest`` is true
    where all are true); ``total`` adds up money. Of other columns the value of the row with the
    smallest id is taken, where it has one.
    """

    id: tuple[str, ...]
    earliest: tuple[str, ...] = ()
    latest: tuple[str, ...] = ()
    total: tuple[str, ...] = ()


@frozen
class Layout(Labelled):
    """One kind of export file: the headers that identify it, and where its columns go.

    ``columns`` maps a canonical column to the headers that may hold it; the first one that the
    file has is used. ``words`` maps the words of a cell to canonical values; ``constants`` are
    columns with the same value in every row. ``state`` names time columns: of two exports the one
    with the latest of these times is newer. By column, ``time_format`` says how times are written,
    ``unit`` what amounts are counted in, and ``decimal`` which mark stands before their decimals;
    ``encoding`` is that of the text, where it is not to be found out, and ``fallback_encoding`` that
    of a text whose bytes tell none. An ``incomplete`` file does not hold all rows of its stream,
    whatever its dates are.
    """

    id: str
    zh: str
    en: str
    stream: str
    headers: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]] = field(converter=FrozenDict)
    without: tuple[str, ...] = ()
    words: Mapping[str, Mapping[str, str]] = field(factory=dict, converter=FrozenDict)
    constants: Mapping[str, str] = field(factory=dict, converter=FrozenDict)
    state: tuple[str, ...] = ()
    suborders: SubOrders | None = None
    time_format: Mapping[str, str] = field(factory=dict, converter=FrozenDict)
    unit: Mapping[str, str] = field(factory=dict, converter=FrozenDict)
    decimal: Mapping[str, str] = field(factory=dict, converter=FrozenDict)
    encoding: str | None = None
    fallback_encoding: str | None = None
    incomplete: bool = False
    source: Source | None = None
    notes: tuple[str, ...] = ()
    platform: str = ""
    origin: str = ""

    @property
    def name(self) -> str:
        """``platform/id``, or the file of a user's own layout."""
        return f"{self.platform}/{self.id}" if self.platform else self.origin

    def form(self, column: str) -> CellForm:
        """Return how the cells of a canonical column are written."""
        return CellForm(self.time_format.get(column), self.unit.get(column))

    def encoding_of(self, *, doubtful: bool) -> str | None:
        """Return the encoding in which a text is read; None: the one that it seems to have."""
        return self.encoding or (self.fallback_encoding if doubtful else None)

    def fits(self, headers: Sequence[str]) -> bool:
        """Return whether a file with these headers is of this kind."""
        present = {plain_header(h) for h in headers}
        return not self.missing_headers(headers) and not any(
            plain_header(h) in present for h in self.without
        )

    def missing_headers(self, headers: Sequence[str]) -> tuple[str, ...]:
        """Return the identifying headers that a file does not have."""
        present = {plain_header(h) for h in headers}
        return tuple(h for h in self.headers if plain_header(h) not in present)

    def places(self, headers: Sequence[str]) -> dict[str, int]:
        """Return the position of each canonical column among the headers of a file."""
        positions: dict[str, int] = {}
        for position, header in enumerate(headers):
            positions.setdefault(plain_header(header), position)
        places = {}
        for column, names in self.columns.items():
            candidates = (positions.get(plain_header(name)) for name in names)
            place: Any = next((p for p in candidates if p is not None), None)
            if place is not None:
                places[column] = place
        return places
