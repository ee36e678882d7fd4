"""Layouts: how the rows of a platform's export file become rows of a canonical stream."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import field, frozen

from .frozen import FrozenDict
from .labels import Labelled
from .rulesets import Source

#: Stands for every word of a column that a layout does not list.
ANY_WORD = "*"


def plain_header(header: str) -> str:
    """A header as layouts compare it: no blanks, brackets and colons of one width, no BOM.

    >>> plain_header(" 应付金额 （元） ")
    '应付金额(元)'
    """
    narrow = header.translate(_NARROW)
    return re.sub(r"[\s\u200b\ufeff\"']+", "", narrow).lower()


_NARROW = str.maketrans("（）：，／－", "():,/-")


@frozen
class SubOrders:
    """Several rows of a file make one row of the stream: those that share its key.

    ``id`` is the header that tells the rows apart; a row that is there twice counts once. Times in
    ``earliest`` and ``latest`` and money in ``total`` are put together so (of truth values the
    earliest is true where all are); of other columns the
    value of the row with the smallest id is taken, where it has one.
    """

    id: tuple[str, ...]
    earliest: tuple[str, ...] = ()
    latest: tuple[str, ...] = ()
    total: tuple[str, ...] = ()


@frozen
class Layout(Labelled):
    """One kind of export file: the headers that identify it, and where its columns go.

    ``columns`` maps a canonical column to the headers that may hold it, the first one that the
    file has; ``words`` maps the words of a cell to canonical values; ``constants`` are columns
    that are the same in every row. ``state`` names the time columns whose latest tells which of
    two exports is newer.
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
    source: Source | None = None
    notes: tuple[str, ...] = ()
    platform: str = ""
    origin: str = ""

    @property
    def name(self) -> str:
        """``platform/id``, or the file of a user's own layout."""
        return f"{self.platform}/{self.id}" if self.platform else self.origin

    def fits(self, headers: Sequence[str]) -> bool:
        """Whether a file with these headers is of this kind."""
        there = {plain_header(h) for h in headers}
        return not self.missing_headers(headers) and not any(
            plain_header(h) in there for h in self.without
        )

    def missing_headers(self, headers: Sequence[str]) -> tuple[str, ...]:
        """The identifying headers that a file does not have."""
        there = {plain_header(h) for h in headers}
        return tuple(h for h in self.headers if plain_header(h) not in there)

    def places(self, headers: Sequence[str]) -> dict[str, int]:
        """The position of each canonical column among the headers of a file."""
        at: dict[str, int] = {}
        for position, header in enumerate(headers):
            at.setdefault(plain_header(header), position)
        found = {}
        for column, names in self.columns.items():
            place: Any = next((at[p] for n in names if (p := plain_header(n)) in at), None)
            if place is not None:
                found[column] = place
        return found
