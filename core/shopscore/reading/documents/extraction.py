"""Extraction: the figures of a document, each with the text that it was read from and its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from ...messages import Message, message
from ...model.frozen import FrozenDict
from ...model.mappings import ASKED_FOR, Cells, DocumentMapping, Rows, Subject
from ...value_classes import evolve, field, frozen
from .cells import UnreadableError, Value, is_missing, read_cell, rounding_of, shown
from .recognition import Recognised
from .searching import FAILED, search
from .shares import shares_of
from .unread import unread_places


@frozen
class Entry:
    """One thing that a document says: the role of a subject, its value, and where it stands.

    ``text`` is the cell as it stands there; ``at`` the expression that finds it. ``rounding`` is by
    how much a number may be off that was rounded to its digits. ``day`` is its own day where a
    document tells of several.
    """

    subject: Subject
    id: str
    role: str
    value: Value
    text: str
    at: str
    day: date | None = None
    rounding: Fraction = Fraction(0)


@frozen
class UnreadCell:
    """A cell that is not what its mapping says, and why."""

    subject: str
    id: str
    role: str
    text: str
    at: str
    reason: Message


@frozen
class ShopOfDocument:
    """What a document says of one shop."""

    header: Mapping[str, Value] = field(converter=FrozenDict)
    entries: tuple[Entry, ...]
    unreadable: tuple[UnreadCell, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def shop_id(self) -> str | None:
        """The id of the shop, where the document names one."""
        id = self.header.get("shop_id")
        return str(id) if id is not None else None

    def called(self, shop_id: str) -> ShopOfDocument:
        """Return the same of a shop that the document does not name."""
        return evolve(self, header={**self.header, "shop_id": shop_id})

    @property
    def day(self) -> date | None:
        """The last day that counts in the values, where the document tells it."""
        day = self.header.get("date")
        return day if isinstance(day, date) else None


def extract(found: Recognised, zone: ZoneInfo) -> tuple[ShopOfDocument, ...]:
    """Return what a document says of each of its shops."""
    mapping = found.mapping
    elements = search(mapping.each, found.content) if mapping.each else [found.content]
    if not isinstance(elements, list):
        return ()
    return tuple(
        _Extraction(found, zone, element).shop()
        for element in elements
        if isinstance(element, dict | list)
    )


@frozen(eq=False)
class _Extraction:
    """Reads one shop's part of a document."""

    found: Recognised
    zone: ZoneInfo
    content: Any
    unreadable: list[UnreadCell] = field(factory=list)
    unknown: list[str] = field(factory=list)

    def shop(self) -> ShopOfDocument:
        mapping = self.found.mapping
        header = {e.role: e.value for e in self._cells("fact", "", mapping.shop, self.content)}
        entries = [*self._figures(mapping), *self._rows(mapping)]
        if (asked := mapping.asked) is not None and self.found.answer.asked is not None:
            said = self._cells("fact", "", asked.cells, self.found.answer.asked)
            header = {**{e.role: e.value for e in said}, **header}
        entries = list(self._with_shares([*self._told_once(self._named(entries))]))
        unknown = dict.fromkeys((*self.unknown, *unread_places(self.content, mapping)))
        return ShopOfDocument(header, tuple(entries), tuple(self.unreadable), tuple(unknown))

    def _named(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Yield entries; those about the metric that only the request names, with its id."""
        for entry in entries:
            if entry.id != ASKED_FOR:
                yield entry
            elif (id := self._asked_metric()) is not None:
                yield evolve(entry, id=id)
            else:
                self._note(
                    entry,
                    message("of which metric it is only the request or the file's name tells"),
                )
                yield evolve(entry, subject="fact")

    def _asked_metric(self) -> str | None:
        """Return the metric that was asked for: by the request, else by the file's name."""
        asked, answer = self.found.mapping.asked, self.found.answer
        if asked is None:
            return None
        if answer.asked is not None:
            word = search(asked.metric, answer.asked)
            return asked.ids.get(word) if isinstance(word, str) else None
        words = re.split(r"[^a-z0-9]+", answer.label.lower())
        named = {id for word, id in asked.ids.items() if word.lower() in words}
        return named.pop() if len(named) == 1 else None

    def _told_once(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Yield entries, but for what a document says twice, and not the same."""
        found: dict[tuple[str, str, str, date | None], list[Entry]] = {}
        for entry in entries:
            found.setdefault((entry.subject, entry.id, entry.role, entry.day), []).append(entry)
        for first, *others in found.values():
            texts = [first.text, *(other.text for other in others if other.value != first.value)]
            if len(texts) == 1:
                yield first
                continue
            said = message("stands there more than once, and not the same")
            self._note(first, said, " / ".join(texts))

    def _with_shares(self, entries: Sequence[Entry]) -> Iterator[Entry]:
        """Yield entries; the weights of dimensions as shares, where they add up to 1 or to 100.

        Weights of metrics stay as they are written: which of them are siblings, the rules say.
        """
        weights: dict[str, Value | None] = {e.id: None for e in entries if _of_dimension(e)}
        shares = shares_of(weights | {e.id: e.value for e in entries if _weighs_dimension(e)})
        for entry in entries:
            if not _weighs_dimension(entry):
                yield entry
            elif entry.id in shares:
                yield evolve(entry, value=shares[entry.id])
            else:
                self._note(entry, message("weights that add up neither to 1 nor to 100"))

    def _note(self, entry: Entry, reason: Message, text: str = "") -> None:
        """Note that what an entry says cannot be used."""
        self.unreadable.append(
            UnreadCell(entry.subject, entry.id, entry.role, text or entry.text, entry.at, reason)
        )

    def _figures(self, mapping: DocumentMapping) -> Iterator[Entry]:
        for figure in mapping.figures:
            yield from self._cells(figure.subject, figure.id, figure.cells, self.content)

    def _rows(self, mapping: DocumentMapping) -> Iterator[Entry]:
        for rows in mapping.rows:
            elements = search(rows.at, self.content)
            for element in elements if isinstance(elements, list) else ():
                id = self._id_of(rows, element)
                if id is None:
                    continue
                subject, day = rows.subject_of(id), None
                if rows.day is not None:
                    days = self._cells(subject, id, {"day": rows.day}, element)
                    day = next((e.value for e in days), None)
                    if day is None:
                        continue  # of which day it is, nobody can tell
                yield from self._cells(subject, id, rows.cells, element, day)

    def _id_of(self, rows: Rows, element: Any) -> str | None:
        """Return the id that an element is about; a word that nobody knows is noted."""
        if not rows.key:
            return rows.id
        word = search(rows.key, element)
        if word is FAILED or is_missing(word):
            return None
        name = shown(word).strip()
        if isinstance(word, str | int) and not rows.ids:
            return f"{rows.id}:{name}"
        if name not in rows.ids:
            self.unknown.append(f"{rows.at} · {name}")
        return rows.ids.get(name)

    def _cells(
        self, subject: Subject, id: str, cells: Cells, content: Any, day: Any = None
    ) -> Iterator[Entry]:
        for role, cell in cells.items():
            found = search(cell.at, content)
            try:
                value = read_cell(found, cell.reading, self.zone)
            except UnreadableError as error:
                unread = UnreadCell(subject, id, role, _text(found), cell.at, error.said)
                self.unreadable.append(unread)
                continue
            if value is not None:
                rounding = rounding_of(found, cell.reading)
                yield Entry(subject, id, role, value, _text(found), cell.at, day, rounding)


def _text(found: Any) -> str:
    return "" if found is FAILED else shown(found)


def _of_dimension(entry: Entry) -> bool:
    return entry.subject == "dimension"


def _weighs_dimension(entry: Entry) -> bool:
    return entry.role == "weight" and _of_dimension(entry)
