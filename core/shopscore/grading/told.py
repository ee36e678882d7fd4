"""Told: what documents of a console or an official API tell of shops, and which of them does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from ..reading.documents.documents import number_of
from ..value_classes import frozen
from .cell_places import Row

if TYPE_CHECKING:
    from ..model.mappings import Limit
    from ..reading.documents.extraction import Entry

#: What a figure is about and what is said of it: subject, id and role.
Key = tuple[str, str, str]


@frozen
class Told:
    """Which document tells a number, and the last day that counts in it, where that is known.

    ``stands_in`` says that it is of the last evaluation, where a projection is asked for. ``days`` is
    the length of its window, which ends with the day ``last``, where these are known.
    """

    label: str
    day: date | None = None
    stands_in: bool = False
    days: int | None = None
    last: date | None = None

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

    @property
    def tells_of_rules(self) -> bool:
        """Whether anything is said of what rules know, and not only facts that stand beside."""
        return any(subject != "fact" for subject, *_ in self.entries)

    def number(self, subject: str, id: str, role: str) -> Fraction | None:
        """Return a number; None where no document tells it."""
        found = self.entries.get((subject, id, role))
        return None if found is None else number_of(found[0].value)

    def bound(self, limit: Limit, label: str) -> Fraction | None:
        """Return the limit that a document states, if it is the one whose figure counts."""
        subject = "metric" if ("metric", limit.metric, limit.role) in self.entries else "fact"
        stated = self.entries.get((subject, limit.metric, limit.role))
        if stated is None or stated[1].label != label:
            return None
        level = self.entries.get((subject, limit.metric, "level"))
        if limit.levels and (level is None or level[1] != stated[1]):
            return None
        if limit.levels and level is not None and level[0].value not in limit.levels:
            return None
        return number_of(stated[0].value)

    def told(self, subject: str, id: str) -> Told | None:
        """Return which document tells a subject: the one of its value, or else the newest."""
        value = self.entries.get((subject, id, "value"))
        if value is not None:
            return value[1]
        every = [told for (s, i, _), (_, told) in self.entries.items() if (s, i) == (subject, id)]
        return max(every, key=lambda told: (told.day or date.min, told.label), default=None)


#: What is said of how a metric did; a weight or a target may be of another day.
_MEASURED = ("value", "num", "den", "n", "points", "rank")


def of_one_day(
    entries: Mapping[Key, tuple[Entry, Told]],
) -> dict[Key, tuple[Entry, Told]]:
    """Return figures without those of a metric's earlier days beside newer ones.

    A numerator and a count of rows stand beside the value of their own day only: those of two days
    make a ratio that no document shows. One without a day goes with those of its own document.
    """
    newest: dict[str, date] = {}
    for (subject, id, role), (_, told) in entries.items():
        if subject == "metric" and role in _MEASURED and told.day is not None:
            newest[id] = max(told.day, newest.get(id, told.day))
    kept = {
        (subject, id, role): (entry, told)
        for (subject, id, role), (entry, told) in entries.items()
        if subject != "metric" or role not in _MEASURED or told.day in (None, newest.get(id))
    }
    return {
        key: (entry, told)
        for key, (entry, told) in kept.items()
        if key[0] != "metric"
        or key[2] not in ("num", "den", "n")
        or _goes_with(told, _leading(kept, key[1]))
    }


def _leading(entries: Mapping[Key, tuple[Entry, Told]], id: str) -> Told:
    """Return which document tells the value of a metric, or else its numerator, or else its n."""
    roles = ("value", "num", "den", "n")
    return next(entries["metric", id, role][1] for role in roles if ("metric", id, role) in entries)


def _goes_with(one: Told, other: Told) -> bool:
    """Return whether two numbers are of one day, so that they may be taken together."""
    if one.stands_in != other.stands_in or _differ(one.days, other.days):
        return False
    return one.day == other.day and (one.day is not None or one.label == other.label)


def _differ(one: int | None, other: int | None) -> bool:
    """Return whether two lengths are known, and not the same."""
    return one is not None and other is not None and one != other
