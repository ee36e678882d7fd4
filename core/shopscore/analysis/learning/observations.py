"""Observations: what documents say of totals, points and weights, as exact intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

from attrs import field, frozen

from ...model.frozen import FrozenDict
from ...plugins.bound_rules import BoundRuleSet
from ...reading.documents.documents import Documents, number_of
from ...reading.documents.extraction import Entry
from ...reading.documents.shares import shares_of

#: The industry of shops whose documents name none.
UNKNOWN = ""


@frozen
class Interval:
    """A number that was rounded: it lies between two ends, themselves included."""

    low: Fraction
    high: Fraction

    @classmethod
    def of(cls, entry: Entry) -> Interval | None:
        """Return what a figure can have been before it was rounded; None where it is no number."""
        number = number_of(entry.value)
        if number is None:
            return None
        return cls(number - entry.rounding, number + entry.rounding)


@frozen
class Place:
    """Where something was said: the document, the shop, and the day where it is known."""

    label: str
    shop_id: str
    day: date | None

    def __str__(self) -> str:
        day = f", {self.day}" if self.day else ""
        return f"{self.label} ({self.shop_id}{day})"


@frozen
class Told:
    """Everything that documents say of one shop on one day, by subject, id and role."""

    place: Place
    industry: str
    entries: Mapping[tuple[str, str, str], Entry] = field(converter=FrozenDict)

    def number(self, subject: str, id: str, role: str) -> Fraction | None:
        """Return a number as it stands; None where there is none."""
        entry = self.entries.get((subject, id, role))
        return None if entry is None else number_of(entry.value)

    def interval(self, subject: str, id: str, role: str) -> Interval | None:
        """Return what a number can have been before it was rounded."""
        entry = self.entries.get((subject, id, role))
        return None if entry is None else Interval.of(entry)

    def value_of(self, metric: str) -> Interval | None:
        """Return what the value of a metric is: exact by numerator and denominator that agree."""
        shown = self.interval("metric", metric, "value")
        num, den = (self.number("metric", metric, role) for role in ("num", "den"))
        if num is None or den is None or den <= 0 or shown is None:
            return shown
        exact = num / den
        return Interval(exact, exact) if shown.low <= exact <= shown.high else shown

    def shares(self, subject: str, ids: tuple[str, ...]) -> dict[str, Fraction]:
        """Return the weights of siblings, as shares."""
        entries = ((id, self.entries.get((subject, id, "weight"))) for id in ids)
        return shares_of({id: entry.value for id, entry in entries if entry is not None})


def observe(documents: Documents, rules: BoundRuleSet) -> Iterator[Told]:
    """Yield what documents say of each shop and day under some rules.

    Documents of one shop and one known day are taken together; one without a day stands alone.
    """
    platform = rules.platform.id
    together: dict[tuple[str, date | str], dict[tuple[str, str, str], Entry]] = {}
    industries: dict[str, str] = {}
    places: dict[tuple[str, date | str], Place] = {}
    for document, shop, entry in documents.of_platform(platform).entries():
        id = str(shop.shop_id)
        day = entry.day or shop.day
        key = (id, day or document.label)
        together.setdefault(key, {}).setdefault((entry.subject, entry.id, entry.role), entry)
        places.setdefault(key, Place(document.label, id, day))
        if industry := shop.header.get("industry"):
            industries.setdefault(id, str(industry))
    for key, entries in together.items():
        yield Told(places[key], industries.get(key[0], UNKNOWN), entries)
