"""Windows of documents: over which days each of their figures was counted, where they tell it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ..reading.documents.documents import Document, number_of
from ..reading.documents.extraction import Entry, ShopOfDocument
from ..value_classes import frozen
from .told import Told

#: What an entry is about.
About = tuple[str, str]


@frozen(eq=False)
class Windows:
    """The windows of one shop in one document: of each subject, and of those that have none."""

    first: Mapping[About, date]
    last: Mapping[About, date]
    whole: tuple[date | None, date | None]
    days: int | None

    @classmethod
    def of(cls, document: Document, shop: ShopOfDocument) -> Windows:
        """Return the windows that a document tells."""
        header = shop.header
        first, last = (header.get("from"), header.get("to") or header.get("date"))
        stated = (
            number_of(entry.value)
            for entry in shop.entries
            if (entry.subject, entry.role) == ("fact", "value")
            and entry.id == document.mapping.window_days
        )
        days = next(stated, None)
        return cls(
            _days(shop, "from"),
            _days(shop, "to"),
            (first if isinstance(first, date) else None, last if isinstance(last, date) else None),
            int(days) if days is not None and days.denominator == 1 and days > 0 else None,
        )

    def last_day(self, entry: Entry) -> date | None:
        """Return the last day of the window of a figure, or else of the newest in the document."""
        newest = max(self.last.values(), default=None)
        return self.last.get((entry.subject, entry.id), newest)

    def told(self, label: str, entry: Entry, day: date | None) -> Told:
        """Return which document tells a figure, with the length of its window."""
        about = entry.subject, entry.id
        first, last = self.first.get(about), self.last.get(about)
        if first is None and last is None:
            first, last = self.whole
        if first is None or last is None or first > last:
            return Told(label, day, days=self.days)
        return Told(label, day, days=(last - first).days + 1, last=last)


def _days(shop: ShopOfDocument, role: str) -> dict[About, date]:
    found = ((e.subject, e.id, e.value) for e in shop.entries if e.role == role)
    return {(subject, id): value for subject, id, value in found if isinstance(value, date)}
