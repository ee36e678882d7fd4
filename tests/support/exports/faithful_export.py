"""Faithful files: what an export looks like, and the canonical rows that must come out of it.

Both sides are written by hand from section 9 of the notes: the cells as consoles and spreadsheets
leave them, the rows as a reader of the canonical streams expects them. No layout is used here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

#: What identifies a row, of other streams than orders.
KEYS = {"aftersales": "ticket_id", "reviews": "review_id", "defects": "defect_id"}

Cells = Mapping[str, str]
Row = dict[str, Any]


def at(text: str) -> int:
    """The second of a time on the platform's clock.

    >>> at("1970-01-02 00:00:01")
    86401
    """
    return int((datetime.fromisoformat(text) - datetime(1970, 1, 1)).total_seconds())


@frozen
class Faithful:
    """A file of an export, row by row, and what it must become.

    ``headers`` are as the file has them; a row gives the cells that hold something, ``common``
    those that are the same in every row. ``rows`` are canonical, in order of their ids: their
    keys are all the columns that come out. ``set_aside`` and ``repaired`` list the columns (in
    the file's own words; None for a whole row) of what cannot be used; ``replaced`` counts rows
    of an earlier state.
    """

    layout: str
    variant: str
    headers: tuple[str, ...]
    cells: tuple[Cells, ...]
    rows: tuple[Row, ...]
    stream: str = "orders"
    common: Cells = field(factory=dict)
    set_aside: tuple[str | None, ...] = ()
    repaired: tuple[str, ...] = ()
    replaced: int = 0

    @property
    def platform(self) -> str:
        return self.layout.partition("/")[0]

    @property
    def key(self) -> str:
        return KEYS.get(self.stream, "order_id")

    @property
    def name(self) -> str:
        """A name for the test and, with an ending, for the file."""
        return f"{self.layout.replace('/', '-')}-{self.variant}"

    @property
    def records(self) -> list[list[str]]:
        """The header and the rows of the file as lists of cells."""
        for row in (self.common, *self.cells):
            unknown = set(row) - set(self.headers)
            assert not unknown, f"{self.name}: no header {unknown}"
        every = [{**self.common, **row} for row in self.cells]
        return [list(self.headers), *([row.get(h, "") for h in self.headers] for row in every)]


def with_titles(headers: tuple[str, ...], titles: Mapping[str, str]) -> tuple[str, ...]:
    """Headers as a file writes them: stray blanks, brackets of another width."""
    assert set(titles) <= set(headers), set(titles) - set(headers)
    return tuple(titles.get(h, h) for h in headers)
