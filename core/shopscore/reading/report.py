"""The books of reading: rows in = accepted + replaced + set aside, for every stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from attrs import asdict

from ..notices import Notice
from ..value_classes import evolve, field, frozen
from .raw_table import RawTable
from .unlisted import UnlistedWords

#: Columns of the lists of cells that were set aside or repaired.
INCIDENT_SCHEMA: dict[str, Any] = {
    "stream": pl.String,
    "file": pl.String,
    "line": pl.Int64,
    "row": pl.Int64,
    "column": pl.String,
    "value": pl.String,
    "reason": pl.String,
}


_NO_INCIDENTS = pl.DataFrame(schema=INCIDENT_SCHEMA)


@frozen
class Books:
    """Counts of one stream. ``repaired`` counts cells, the others rows.

    Of the replaced rows so many were ``repeated``: equal in every cell to another.
    """

    rows_in: int = 0
    accepted: int = 0
    replaced: int = 0
    set_aside: int = 0
    repaired: int = 0
    unlinked: int = 0
    repeated: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every row that came in is accounted for."""
        return self.rows_in == self.accepted + self.replaced + self.set_aside

    def to_dict(self) -> dict[str, int]:
        """Return the counts under the names of the JSON documents."""
        counts: dict[str, int] = asdict(self)
        del counts["repeated"]
        return {"in": counts.pop("rows_in"), **counts}

    def plus(self, other: Books) -> Books:
        """Return the counts of both.

        >>> Books(rows_in=2, accepted=2).plus(Books(rows_in=1, set_aside=1))
        Books(rows_in=3, accepted=2, replaced=0, set_aside=1, repaired=0, unlinked=0, repeated=0)
        """
        mine, theirs = asdict(self), asdict(other)
        return Books(**{name: count + theirs[name] for name, count in mine.items()})


def no_incidents() -> pl.DataFrame:
    """Return an empty list of cells."""
    return _NO_INCIDENTS.clone()  # which costs a tenth, and is asked for forty times


@frozen(eq=False)
class LoadReport:
    """What reading found: the books of each stream, and every cell it could not use.

    ``set_aside`` and ``repaired`` have the columns of :data:`INCIDENT_SCHEMA`, sorted by stream,
    file and row; ``line`` is the line as an editor counts (the header is line 1), null where the
    source has no lines; ``row`` counts data rows from 1. ``unlisted`` are words of exports that no
    list of their layout has. ``tables`` are the files that were read,
    without their cells.
    """

    books: Mapping[str, Books]
    set_aside: pl.DataFrame = field(factory=no_incidents)
    repaired: pl.DataFrame = field(factory=no_incidents)
    ignored: Mapping[str, tuple[str, ...]] = field(factory=dict)
    notices: tuple[Notice, ...] = ()
    unlisted: tuple[UnlistedWords, ...] = ()
    tables: tuple[RawTable, ...] = field(default=(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the ``load`` part of a result."""
        return {
            "streams": {name: books.to_dict() for name, books in sorted(self.books.items())},
            "unknown_words": [words.to_dict() for words in self.unlisted],
        }

    def with_notices(self, *notices: Notice) -> LoadReport:
        """Return a copy that says more."""
        return evolve(self, notices=(*self.notices, *notices))
