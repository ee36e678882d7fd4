"""Stated: what documents state of shops besides figures: limits, verdicts, the day of opening."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from ..model.expressions import DAY_SECONDS
from ..reading.documents.documents import Document, number_of
from ..value_classes import field, frozen

if TYPE_CHECKING:
    from ..model.mappings import DocumentMapping, OwnVerdict
    from ..plugins.bound_rules import BoundRuleSet
    from ..reading.documents.extraction import Entry
    from .told import Figures


@frozen
class OwnWord:
    """A verdict in the source's own word; ``met`` is None where nobody knows what it means."""

    word: str
    met: bool | None = None


@frozen
class OwnLevelWord:
    """A level in the source's own word, and the id that it has in the rules, where it is known."""

    word: str
    id: str | None = None


@frozen(eq=False)
class Stated:
    """What documents state, by shop; of criteria by their ids before that.

    ``bounds`` and ``counts`` go before those of the rules; ``verdicts`` and ``levels`` stand beside
    those that are computed. ``days`` are those of columns of the stream of shops.
    """

    bounds: Mapping[str, Mapping[str, Fraction]] = field(factory=dict)
    counts: Mapping[str, Mapping[str, Fraction]] = field(factory=dict)
    verdicts: Mapping[str, Mapping[str, OwnWord]] = field(factory=dict)
    levels: Mapping[str, OwnLevelWord] = field(factory=dict)
    days: Mapping[str, Mapping[str, date]] = field(factory=dict)


#: Documents that state nothing.
NOTHING_STATED = Stated()


def stated_of(
    documents: Iterable[Document], figures: Iterable[Figures], rules: BoundRuleSet
) -> Stated:
    """Return what documents state of shops, where their figures are the ones that count."""
    by_id = {shop.shop_id: shop for shop in figures}
    told = [
        (document, by_id[id])
        for document in documents
        for id in dict.fromkeys(str(shop.shop_id) for shop in document.shops)
        if id in by_id
    ]
    reading = _Reading(rules)
    for document, shop in told:
        reading.add(document, shop)
    return reading.found


@frozen(eq=False)
class _Reading:
    rules: BoundRuleSet
    bounds: dict[str, dict[str, Fraction]] = field(factory=dict)
    counts: dict[str, dict[str, Fraction]] = field(factory=dict)
    verdicts: dict[str, dict[str, OwnWord]] = field(factory=dict)
    levels: dict[str, OwnLevelWord] = field(factory=dict)
    days: dict[str, dict[str, date]] = field(factory=dict)

    @property
    def found(self) -> Stated:
        return Stated(self.bounds, self.counts, self.verdicts, self.levels, self.days)

    def add(self, document: Document, shop: Figures) -> None:
        """Take in what a document states of a shop."""
        mapping, label = document.mapping, document.label
        self._add_limits(mapping, label, shop)
        known = {criterion.id for criterion in self.rules.ruleset.criteria}
        for verdict in (one for one in mapping.verdicts if one.criterion in known):
            if (word := _level_of(shop, verdict.metric, label)) is not None:
                own = OwnWord(word, _met(verdict, word))
                self.verdicts.setdefault(verdict.criterion, {})[shop.shop_id] = own
        if self.rules.ruleset.levels and (level := _of_shop(mapping, shop, label)) is not None:
            self.levels[shop.shop_id] = level
        for column, fact in mapping.days_since.items():
            day = _day_before(shop, fact, label)
            if day is not None:
                self.days.setdefault(column, {})[shop.shop_id] = day

    def _add_limits(self, mapping: DocumentMapping, label: str, shop: Figures) -> None:
        conditions = {c.id: c.condition for c in self.rules.ruleset.criteria}
        for limit in mapping.limits:
            condition = conditions.get(limit.criterion)
            number = None if condition is None else shop.bound(limit, label)
            if condition is None or number is None:
                continue
            if limit.bound == "limit":
                self.bounds.setdefault(limit.criterion, {})[shop.shop_id] = number
            elif condition.relief is not None and condition.relief.count_at_most is not None:
                self.counts.setdefault(limit.criterion, {})[shop.shop_id] = number


def _met(verdict: OwnVerdict, word: str) -> bool | None:
    if word in verdict.met:
        return True
    return False if word in verdict.failed else None


def _level_of(shop: Figures, id: str, label: str) -> str | None:
    """Return the word that a document has for a figure, if its figure is the one that counts."""
    for subject in ("metric", "fact"):
        own = shop.told(subject, id)
        level = shop.entries.get((subject, id, "level"))
        if level is not None and own is not None and level[1].label == own.label == label:
            if level[1].stands_in or level[1].day != own.day:
                return None
            return _word(level[0])
    return None


def _of_shop(mapping: DocumentMapping, shop: Figures, label: str) -> OwnLevelWord | None:
    """Return the level that a document has for a shop; with the number that stands beside it."""
    fact = mapping.level.fact
    if fact:
        word, number = _level_of(shop, fact, label), shop.entries.get(("fact", fact, "value"))
        if word is None:
            return None
        shown = word if number is None else f"{word} ({number[0].text})"
        return OwnLevelWord(shown, mapping.level.ids.get(word))
    level = shop.entries.get(("total", "total", "level"))
    if level is None or level[1].label != label or level[1].stands_in:
        return None
    word = _word(level[0])
    return OwnLevelWord(word, mapping.level.ids.get(word))


def _word(entry: Entry) -> str:
    return str(entry.value).lower() if isinstance(entry.value, bool) else str(entry.value)


def _day_before(shop: Figures, fact: str, label: str) -> date | None:
    """Return the day that was so many days before the day of a document as a fact says."""
    found = shop.entries.get(("fact", fact, "value"))
    if found is None or found[1].label != label or found[1].day is None:
        return None
    number = number_of(found[0].value)
    if number is None or number.denominator != 1 or not 0 <= number < found[1].day.toordinal():
        return None
    return found[1].day - timedelta(days=int(number))


def shop_days(stated: Stated, ids: Iterable[str]) -> Iterator[tuple[str, list[int | None]]]:
    """Yield columns of days of shops, in seconds as the stream of shops has them."""
    every = list(ids)
    for column, days in stated.days.items():
        found = [days.get(id) for id in every]
        yield column, [None if day is None else _seconds(day) for day in found]


def _seconds(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY_SECONDS
