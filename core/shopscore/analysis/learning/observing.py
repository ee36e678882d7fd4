"""Observing: the figures of documents put together by shop, day and evaluation, in any order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction

from ...messages import message
from ...reading.documents.cells import Percent, Value
from ...reading.documents.documents import Document, Documents
from ...reading.documents.extraction import Entry, ShopOfDocument
from ...reading.documents.role_words import role_word
from ...reading.events import UNKNOWN_INDUSTRY
from ...value_classes import field, frozen
from .observations import Contradiction, Figure, Key, Observation, Place

#: What numbers are learned from.
_SUBJECTS = ("total", "dimension", "metric")
_ROLES = ("value", "num", "den", "points", "weight", "bonus", "deduction")


@frozen
class Observed:
    """Observations, sorted, and contradictions of documents by the industry that they are about."""

    observations: tuple[Observation, ...]
    contradictions: tuple[tuple[str, Contradiction], ...]

    @property
    def industries(self) -> tuple[str, ...]:
        """The industries of which something is said, sorted."""
        told = (each.industry for each in self.observations)
        return tuple(sorted({*told, *(industry for industry, _ in self.contradictions)}))

    def of(self, industry: str) -> tuple[list[Observation], list[Contradiction]]:
        """Return what is said of the shops of an industry."""
        own = [each for each in self.observations if each.industry == industry]
        return own, [against for name, against in self.contradictions if name == industry]


def observe(documents: Documents, platform: str) -> Observed:
    """Return what the documents of a platform say of each shop, day and evaluation.

    Documents of one shop, of one known day and of one evaluation are taken together; one without a
    day stands alone. Nothing depends on the order of the documents. Where two tell a figure
    otherwise, neither is used; nor is what is of no certain industry.
    """
    gathered = _Gathered()
    for number, document in enumerate(documents.of_platform(platform)):
        for shop in document.shops:
            gathered.add(number, document, shop)
    return gathered.observed()


@frozen
class _Group:
    """What is taken together; ``alone`` is the number of the document that tells no day."""

    shop_id: str
    day: date | None
    cycle: str
    alone: int | None

    def place(self, label: str) -> Place:
        return Place(label, self.shop_id, self.day, self.cycle)


@frozen
class _Said:
    """A figure as one document tells it."""

    entry: Entry
    label: str

    @property
    def rank(self) -> tuple[Fraction, str, str]:
        """The finest comes first, and then the first by its document."""
        return self.entry.rounding, self.label, self.entry.text


@frozen(eq=False)
class _Gathered:
    """Figures and industries while documents are gone through."""

    figures: dict[_Group, dict[Key, list[_Said]]] = field(factory=dict)
    industries: dict[_Group, set[tuple[str, str]]] = field(factory=dict)

    def add(self, number: int, document: Document, shop: ShopOfDocument) -> None:
        industry = shop.header.get("industry")
        cycle = str(shop.header.get("cycle", "")).lower()
        for entry in shop.entries:
            day = entry.day or shop.day
            group = _Group(str(shop.shop_id), day, cycle, number if day is None else None)
            if industry:
                self.industries.setdefault(group, set()).add((str(industry), document.label))
            if entry.subject in _SUBJECTS and entry.role in _ROLES:
                key = (entry.subject, entry.id, entry.role)
                same = self.figures.setdefault(group, {}).setdefault(key, [])
                same.append(_Said(entry, document.label))

    def observed(self) -> Observed:
        observations: list[Observation] = []
        contradictions: list[tuple[str, Contradiction]] = []
        for group, figures in self.figures.items():
            industries = self._industries(group)
            if len({name for name, _ in industries}) > 1:
                against = _of_two_industries(group, industries)
                contradictions += [(name, against) for name in sorted({n for n, _ in industries})]
                continue
            industry = industries[0][0] if industries else UNKNOWN_INDUSTRY
            observation, found = _observation(group, industry, figures)
            observations.append(observation)
            contradictions += [(industry, against) for against in found]
        return Observed(
            tuple(sorted(observations, key=_order)),
            tuple(
                sorted(dict.fromkeys(contradictions), key=lambda one: (one[0], str(one[1].said)))
            ),
        )

    def _industries(self, group: _Group) -> list[tuple[str, str]]:
        """Return the industries that a shop is in, with a document that tells each.

        Those of the same day and evaluation go before what other documents of the shop tell.
        """
        own = self.industries.get(group)
        every = (
            said
            for other, names in self.industries.items()
            if other.shop_id == group.shop_id
            for said in names
        )
        first: dict[str, str] = {}
        for name, label in sorted(own or every):
            first.setdefault(name, label)
        return [*first.items()]


def _observation(
    group: _Group, industry: str, figures: dict[Key, list[_Said]]
) -> tuple[Observation, list[Contradiction]]:
    """Return what is said at once, without what is said twice and not the same."""
    agreed: dict[Key, Figure] = {}
    against: dict[Key, Contradiction] = {}
    for key in sorted(figures):
        finest, *others = sorted(figures[key], key=lambda said: said.rank)
        other = next((one for one in others if not _agree(finest, one)), None)
        if other is None:
            labels = sorted({finest.label, *(one.label for one in others)})
            agreed[key] = Figure(finest.entry, tuple(labels))
        else:
            against[key] = _contradiction(group, key, finest, other)
    observation = Observation(
        group.shop_id, group.day, group.cycle, industry, agreed, frozenset(against)
    )
    return observation, [*against.values()]


def _agree(fine: _Said, coarse: _Said) -> bool:
    """Return whether two documents can both be right: one may have rounded more than the other.

    Weights agree where they are the same: they were made to add up, and are no longer as written.
    """
    one, other, rounding = fine.entry.value, coarse.entry.value, coarse.entry.rounding
    if not isinstance(one, Fraction) or not isinstance(other, Fraction):
        return one == other or _same_share(one, other) or _same_share(other, one)
    if fine.entry.role == "weight" or rounding == fine.entry.rounding:
        return one == other
    return abs(one - other) <= rounding


def _same_share(one: Value, other: Value) -> bool:
    """Return whether a weight with % is the same as one without."""
    return isinstance(one, Percent) and other in (one.share, 100 * one.share)


def _contradiction(group: _Group, key: Key, one: _Said, other: _Said) -> Contradiction:
    first, second = sorted((one, other), key=lambda said: (said.label, said.entry.text))
    places = group.place(first.label), group.place(second.label)
    said = message(
        "{id} {role}: {one} in {first}, {other} in {second}",
        id=key[1],
        role=role_word(key[2]),
        one=first.entry.text,
        first=places[0],
        other=second.entry.text,
        second=places[1],
    )
    return Contradiction(key[1], said, *places)


def _of_two_industries(group: _Group, industries: Sequence[tuple[str, str]]) -> Contradiction:
    (one, first), (other, second), *_ = industries
    places = Place(first, group.shop_id, None), Place(second, group.shop_id, None)
    said = message(
        "shop {shop}: its industry is {one} in {first} and {other} in {second}: documents of it that"
        " do not settle that are not used",
        shop=group.shop_id,
        one=one,
        first=first,
        other=other,
        second=second,
    )
    return Contradiction("industry", said, *places)


def _order(observation: Observation) -> tuple[object, ...]:
    return (
        observation.shop_id,
        observation.day or date.min,
        observation.cycle,
        sorted(observation.labels),
        sorted(_texts(observation.figures.items())),
    )


def _texts(figures: Iterable[tuple[Key, Figure]]) -> Iterator[tuple[Key, str]]:
    return ((key, figure.entry.text) for key, figure in figures)
