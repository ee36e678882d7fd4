"""Observations: what documents say of totals, points and weights, as exact intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from ...messages import Message
from ...model.frozen import FrozenDict
from ...reading.documents.documents import number_of
from ...reading.documents.extraction import Entry
from ...reading.documents.shares import shares_of
from ...value_classes import field, frozen

#: What a figure is about and what is said of it: subject, id and role.
Key = tuple[str, str, str]


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
    """Where something was said: the document, the shop, and the day and the cycle where known."""

    label: str
    shop_id: str
    day: date | None
    cycle: str = ""

    def __str__(self) -> str:
        known = (self.shop_id, str(self.day or ""), self.cycle)
        return f"{self.label} ({', '.join(filter(None, known))})"


@frozen
class Contradiction:
    """Two documents that cannot both be right."""

    about: str
    said: Message
    first: Place
    second: Place


@frozen
class Figure:
    """A figure, and the documents that tell it."""

    entry: Entry
    labels: tuple[str, ...]


@frozen
class Observation:
    """What documents say of one shop on one day, at one of its evaluations.

    Figures that two documents tell otherwise are among the ``disputed``, and nowhere else.
    """

    shop_id: str
    day: date | None
    cycle: str
    industry: str
    figures: Mapping[Key, Figure] = field(converter=FrozenDict)
    disputed: frozenset[Key] = frozenset()

    @property
    def labels(self) -> frozenset[str]:
        """The documents that are used."""
        return frozenset(label for figure in self.figures.values() for label in figure.labels)

    def place(self, keys: Iterable[Key]) -> Place:
        """Return where some figures were told."""
        told = (self.figures[key].labels[0] for key in keys if key in self.figures)
        return Place(", ".join(sorted({*told})), self.shop_id, self.day, self.cycle)

    def number(self, subject: str, id: str, role: str) -> Fraction | None:
        """Return a number as it stands; None where there is none."""
        figure = self.figures.get((subject, id, role))
        return None if figure is None else number_of(figure.entry.value)

    def interval(self, subject: str, id: str, role: str) -> Interval | None:
        """Return what a number can have been before it was rounded."""
        figure = self.figures.get((subject, id, role))
        return None if figure is None else Interval.of(figure.entry)

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
        figures = ((id, self.figures.get((subject, id, "weight"))) for id in ids)
        return shares_of({id: figure.entry.value for id, figure in figures if figure is not None})
