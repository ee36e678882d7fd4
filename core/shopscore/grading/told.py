"""Told: what documents of a console or an official API tell of shops, and which of them does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from attrs import frozen

from ..model.mappings import Limit
from ..reading.documents.documents import number_of
from ..reading.documents.extraction import Entry
from .cell_places import Row

#: What a figure is about and what is said of it: subject, id and role.
Key = tuple[str, str, str]


@frozen
class Told:
    """Which document tells a number, and the last day that counts in it, where that is known."""

    label: str
    day: date | None = None

    @property
    def row(self) -> Row:
        """Where the number stands, as messages name it."""
        return Row(self.label, 0)


@frozen(eq=False)
class Figures:
    """What the documents of one shop say, each figure as the newest of them tells it."""

    shop_id: str
    industry: str | None
    entries: Mapping[Key, tuple[Entry, Told]]

    def number(self, subject: str, id: str, role: str) -> Fraction | None:
        """Return a number; None where no document tells it."""
        found = self.entries.get((subject, id, role))
        return None if found is None else number_of(found[0].value)

    def bound(self, limit: Limit, label: str) -> Fraction | None:
        """Return the limit that a document states, if it is the one whose figure counts."""
        stated = self.entries.get(("metric", limit.metric, limit.role))
        if stated is None or stated[1].label != label:
            return None
        level = self.entries.get(("metric", limit.metric, "level"))
        if limit.levels and (level is None or level[0].value not in limit.levels):
            return None
        return number_of(stated[0].value)

    def told(self, subject: str, id: str) -> Told | None:
        """Return which document tells something of a subject."""
        return next(
            (t for (s, i, _), (_, t) in self.entries.items() if (s, i) == (subject, id)), None
        )
