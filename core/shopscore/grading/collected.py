"""Collected: which of several documents' figures count, by their days and not by their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from ..messages import Message, listed, message, numbered
from ..notices import FRESH_DAYS, Notice
from ..reading.documents.documents import Document
from ..reading.documents.extraction import Entry, ShopOfDocument
from ..value_classes import evolve, field, frozen
from .document_windows import Windows
from .told import Figures, Key, Told, of_one_day

#: Which of its evaluations a document tells, where it tells one: the last, or as things stand.
Cycle = Literal["current", "projected"]


@frozen
class _Candidate:
    """A figure as one document tells it; the greatest rank counts, then the first label."""

    rank: tuple[bool, date]
    entry: Entry
    told: Told


@frozen(eq=False)
class Collected:
    """Figures of shops while documents are gone through, in whatever order."""

    as_of: date
    #: Which of its evaluations is asked for; None where shops are judged every day.
    cycle: Cycle | None
    #: The first day of what is current; what was found at an evaluation before says nothing of it.
    since: date | None = None
    found: dict[str, dict[Key, list[_Candidate]]] = field(factory=dict)
    industries: dict[str, set[tuple[date, str, str]]] = field(factory=dict)
    later: dict[str, date] = field(factory=dict)
    stale: dict[str, date] = field(factory=dict)

    def add(self, document: Document, shop: ShopOfDocument) -> None:
        """Take in what a document says of a shop, if it is of days and of a cycle that count.

        What tells no day is of the last day of its window, or else of the newest in the document.
        """
        windows = Windows.of(document, shop)
        for entry in shop.entries:
            day = entry.day or shop.day or windows.last_day(entry)
            self._add(document, shop, entry, windows.told(document.label, entry, day))

    def _add(self, document: Document, shop: ShopOfDocument, entry: Entry, told: Told) -> None:
        id, day = str(shop.shop_id), told.day
        if day is not None and day >= self.as_of:
            self.later[document.label] = min(day, self.later.get(document.label, day))
            return
        made = shop.header.get("updated_at")
        if day is None and isinstance(made, date) and made > self.as_of:
            self.later[document.label] = made
            return
        told_cycle = str(shop.header.get("cycle", "projected")).lower()
        fits = self.cycle in (None, told_cycle)
        if not fits and self.cycle == "current":
            return
        if self.since is not None and day is not None and day < self.since:
            self.stale[document.label] = day
            return
        if industry := shop.header.get("industry"):
            own = self.industries.setdefault(id, set())
            own.add((day or date.min, document.label, str(industry)))
        told = evolve(told, stands_in=not fits)
        key = entry.subject, entry.id, entry.role
        same = self.found.setdefault(id, {}).setdefault(key, [])
        same.append(_Candidate((fits, day or date.min), entry, told))

    def figures(self) -> Iterator[Figures]:
        """Yield the figures of each shop, by its id."""
        for id in sorted(self.found):
            first = {key: _newest(same)[0] for key, same in self.found[id].items()}
            entries = of_one_day({key: (one.entry, one.told) for key, one in first.items()})
            yield Figures(id, self._industry(id), entries)

    def _industry(self, id: str) -> str | None:
        """Return the industry of a shop that the newest documents tell, the first by its label."""
        said = _newest_industries(self.industries.get(id, ()))
        return said[0][1] if said else None

    def notices(self) -> Iterator[Notice]:
        """Yield what to know of documents that were left out, or contradict each other."""
        if self.later:
            said = numbered(
                "{n} document is of {day} or later, and not used for {as_of}: {files}",
                "{n} documents are of {day} or later, and not used for {as_of}: {files}",
                len(self.later),
                day=min(self.later.values()),
                as_of=self.as_of,
                files=_first(self.later),
            )
            yield Notice("document_unused", said)
        if self.stale:
            said = message(
                "of an evaluation before the last one, {since}, and not used for it: {files}",
                since=self.since,
                files=_first(self.stale),
            )
            yield Notice("document_unused", said)
        if self.cycle != "current":
            yield from self._old()
        for said in dict.fromkeys([*self._against(), *self._of_another_cycle()]):
            yield Notice("documents_disagree", said)

    def _old(self) -> Iterator[Notice]:
        """Yield a notice on documents whose figures are used, and are of days long ago."""
        day_of: dict[str, date] = {}
        for first in (_newest(same)[0] for own in self.found.values() for same in own.values()):
            label, day = first.told.label, first.told.day
            if day is not None:
                day_of[label] = max(day, day_of.get(label, day))
        old = {label: day for label, day in day_of.items() if (self.as_of - day).days > FRESH_DAYS}
        if old:
            said = numbered(
                "{n} document ends on {day}, {days} days before {as_of}: {files}",
                "{n} documents end on {day} or later, {days} days before {as_of}: {files}",
                len(old),
                day=min(old.values()),
                days=(self.as_of - min(old.values())).days,
                as_of=self.as_of,
                files=_first(old),
            )
            yield Notice("stale_document", said)

    def _against(self) -> Iterator[Message]:
        """Yield which documents of one day tell different things."""
        for id in sorted(self.found):
            for (subject, of, role), same in self.found[id].items():
                first, *others = _newest(same)
                if subject == "fact":  # of its own document, and of no metric
                    continue
                for other in others:
                    if other.entry.value != first.entry.value:
                        yield _differ(id, (of, role), first, other)
            industries = _newest_industries(self.industries.get(id, ()))
            for label, industry in industries[1:]:
                if industry != industries[0][1]:
                    yield message(
                        "shop {shop}: its industry is {one} in {first} and {other} in {second};"
                        " the first is used",
                        shop=id,
                        one=industries[0][1],
                        first=industries[0][0],
                        other=industry,
                        second=label,
                    )

    def _of_another_cycle(self) -> Iterator[Message]:
        """Yield which documents tell the last evaluation, where no projection is newer."""
        for own in self.found.values():
            for (subject, _, _), same in own.items():
                first, last = _newest(same)[0], max(same, key=lambda one: one.rank[1])
                if subject == "fact":
                    continue
                if not first.rank[0]:
                    yield message(
                        "{file} tells figures of the last evaluation that no document tells of a"
                        " projection: they are shown, and what is projected does not rest on them",
                        file=first.told.label,
                    )
                elif last.rank[1] > first.rank[1]:
                    yield message(
                        "{file} tells a projection that is older than the evaluation in {other}",
                        file=first.told.label,
                        other=last.told.label,
                    )


def _newest(same: Iterable[_Candidate]) -> list[_Candidate]:
    """Return the candidates that count most, by their labels."""
    every = list(same)
    rank = max(one.rank for one in every)
    return sorted((o for o in every if o.rank == rank), key=lambda one: one.told.label)


def _newest_industries(said: Iterable[tuple[date, str, str]]) -> list[tuple[str, str]]:
    """Return labels and industries of the newest day on which documents tell one."""
    every = sorted(said)
    return [(label, industry) for day, label, industry in every if day == every[-1][0]]


def _differ(id: str, key: tuple[str, str], first: _Candidate, other: _Candidate) -> Message:
    """Return that two documents of one day say different things of a shop."""
    return message(
        "shop {shop}: {id} {role} is {one} in {first} and {other} in {second}; the first is used",
        shop=id,
        id=key[0],
        role=key[1],
        one=first.entry.text,
        first=first.told.label,
        other=other.entry.text,
        second=other.told.label,
    )


def _first(names: Iterable[str]) -> object:
    every: Sequence[str] = sorted(names)
    return listed(every, most=3)
