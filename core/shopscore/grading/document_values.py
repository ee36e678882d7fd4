"""Values out of documents: for every figure of a shop the newest document that tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Literal

from attrs import evolve, field, frozen

from ..messages import Message, listed, message, numbered
from ..notices import Notice
from ..plugins.bound_rules import BoundRuleSet
from ..reading.documents.documents import Document, Documents
from ..reading.documents.extraction import Entry, ShopOfDocument
from .amounts import Possible
from .names import Name, Names
from .told import Figures, Key, Told
from .typed_rows import TypedRow
from .typed_values import TypedValues, conditions_alone


@frozen(eq=False)
class DocumentValues:
    """What documents say, as values for some rules, and by shop for whoever wants more."""

    typed: TypedValues
    figures: tuple[Figures, ...]
    notices: tuple[Notice, ...] = ()


#: Which of its evaluations a document tells, where it tells one: the last, or as things stand.
Cycle = Literal["current", "projected"]


def values_of_documents(
    documents: Documents, rules: BoundRuleSet, as_of: date, cycle: Cycle = "projected"
) -> DocumentValues:
    """Return the values that documents tell of metrics, dimensions and the total of some rules.

    Of several documents the one with the newest day before ``as_of`` is taken, whatever its name
    is; one that does not tell its day is taken where no other has the figure. What is projected
    goes before what was true at the last evaluation; for ``current`` only that is taken. A
    numerator and a denominator that agree with the value that is shown are the exact value.
    """
    own = documents.of_platform(rules.platform.id)
    collected = _Collected(as_of, cycle)
    for document, shop, entry in own.entries():
        collected.add(document, shop, entry)
    figures = tuple(collected.figures())
    names: dict[tuple[str, str], Name] = {(n.kind, n.id): n for n in Names.of(rules).every}
    reader = _Reader(names, rules)
    rows = [row for shop in figures for row in reader.rows(shop)]
    industries = {f.shop_id: f.industry for f in figures if f.industry}
    adjusted = {
        f.shop_id: (f.number("total", "total", "bonus"), f.number("total", "total", "deduction"))
        for f in figures
    }
    typed = TypedValues(
        rows,
        industries,
        conditions=conditions_alone(rules),
        more_shops=tuple(f.shop_id for f in figures),
        adjusted=adjusted,
        figures=figures,
        bounds=_bounds(own, {f.shop_id: f for f in figures}, rules),
    )
    notices = (
        *_on_files(own),
        *collected.notices(),
        *reader.notices(),
    )
    return DocumentValues(typed, figures, notices)


def _bounds(
    documents: Documents, figures: Mapping[str, Figures], rules: BoundRuleSet
) -> dict[str, dict[str, Fraction]]:
    """Return the bounds of criteria that documents state for shops, by the id of the criterion."""
    known = {criterion.id for criterion in rules.ruleset.criteria}
    found: dict[str, dict[str, Fraction]] = {}
    for document in documents:
        for limit in document.mapping.limits:
            if limit.bound != "limit" or limit.criterion not in known:
                continue
            for shop in document.shops:
                own = figures.get(str(shop.shop_id))
                bound = None if own is None else own.bound(limit, document.label)
                if bound is not None:
                    found.setdefault(limit.criterion, {})[str(shop.shop_id)] = bound
    return found


@frozen(eq=False)
class _Collected:
    """Figures of shops while documents are gone through."""

    as_of: date
    cycle: Cycle
    entries: dict[str, dict[Key, tuple[Entry, Told]]] = field(factory=dict)
    ranks: dict[tuple[str, Key], tuple[bool, date]] = field(factory=dict)
    industries: dict[str, tuple[date, str]] = field(factory=dict)
    later: dict[str, date] = field(factory=dict)
    against: list[Message] = field(factory=list)

    def add(self, document: Document, shop: ShopOfDocument, entry: Entry) -> None:
        """Take in what a document says, where it is newer than what is known."""
        id, day = str(shop.shop_id), entry.day or shop.day
        if day is not None and day >= self.as_of:
            self.later[document.label] = day
            return
        fits = str(shop.header.get("cycle", "projected")).lower() == self.cycle
        if not fits and self.cycle == "current":
            return
        if industry := shop.header.get("industry"):
            known = self.industries.get(id)
            if known is None or known[0] < (day or date.min):
                self.industries[id] = day or date.min, str(industry)
        own = self.entries.setdefault(id, {})
        key, told = (entry.subject, entry.id, entry.role), Told(document.label, day)
        before, rank = own.get(key), (fits, day or date.min)
        if before is None or self.ranks[id, key] < rank:
            own[key], self.ranks[id, key] = (entry, told), rank
        elif self.ranks[id, key] == rank and before[0].value != entry.value:
            self.against.append(
                message(
                    "shop {shop}: {id} {role} is {one} in {first} and {other} in {second};"
                    " the first is used",
                    shop=id,
                    id=entry.id,
                    role=entry.role,
                    one=before[0].text,
                    first=before[1].label,
                    other=entry.text,
                    second=document.label,
                )
            )

    def figures(self) -> Iterator[Figures]:
        """Yield the figures of each shop, by its id."""
        for id in sorted(self.entries):
            industry = self.industries.get(id)
            yield Figures(id, industry[1] if industry else None, self.entries[id])

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
        for said in dict.fromkeys(self.against):
            yield Notice("documents_disagree", said)


@frozen(eq=False)
class _Reader:
    """Turns the figures of a shop into rows of values."""

    names: Mapping[tuple[str, str], Name]
    rules: BoundRuleSet
    impossible: list[Message] = field(factory=list)
    inexact: list[Message] = field(factory=list)

    def rows(self, shop: Figures) -> Iterator[TypedRow]:
        """Yield a row for every metric, dimension and total of the rules that documents tell."""
        subjects = dict.fromkeys((subject, id) for subject, id, _ in shop.entries)
        for subject, id in subjects:
            name, told = self.names.get((subject, id)), shop.told(subject, id)
            if name is None or told is None:
                continue
            row = TypedRow(told.row, shop.shop_id, name, shop.industry, document=told)
            if subject == "metric":
                row = self._metric(row, shop)
            else:
                points = self._possible(shop, subject, id, "points", name.possible)
                row = evolve(row, points=points)
            if row.has_number or row.none:
                yield row

    def _metric(self, row: TypedRow, shop: Figures) -> TypedRow:
        id, exact = row.name.id, self.rules.exact
        scale = Possible.of("points", exact.low, exact.high)
        value = self._possible(shop, "metric", id, "value", row.name.possible)
        num, den = (shop.number("metric", id, role) for role in ("num", "den"))
        if num is not None and den is not None and den > 0:
            value = self._exact(row, shop, value, num / den)
        n = shop.number("metric", id, "n") if den is None else den
        counted = bool(self.rules.metrics[id].tallies)
        return evolve(
            row,
            value=value,
            n=int(n) if n is not None and n.denominator == 1 else (None if counted else 1),
            percentile=self._possible(
                shop, "metric", id, "rank", Possible("ratio", Fraction(0), Fraction(1))
            ),
            points=self._possible(shop, "metric", id, "points", scale),
            none=den == 0 and value is None,
        )

    def _exact(
        self, row: TypedRow, shop: Figures, shown: Fraction | None, exact: Fraction
    ) -> Fraction | None:
        """Return numerator by denominator, if it is what is shown but for rounding."""
        if shown is None:
            return exact if row.name.possible.allows(exact) else None
        entry, _ = shop.entries["metric", row.name.id, "value"]
        if abs(exact - shown) <= entry.rounding:
            return exact
        self.inexact.append(
            message(
                "shop {shop}: {metric} shows {value}, and its numerator by its denominator is"
                " {exact:.6g}: what is shown is used",
                shop=shop.shop_id,
                metric=row.name.label,
                value=entry.text,
                exact=float(exact),
            )
        )
        return shown

    def _possible(
        self, shop: Figures, subject: str, id: str, role: str, possible: Possible
    ) -> Fraction | None:
        """Return a number; one that the metric cannot have is told, and not used."""
        number = shop.number(subject, id, role)
        if number is None or possible.allows(number):
            return number
        entry, told = shop.entries[subject, id, role]
        self.impossible.append(
            message(
                "{file}: {id} {role} {value!r} cannot be, and is not used",
                file=told.label,
                id=id,
                role=role,
                value=entry.text,
            )
        )
        return None

    def notices(self) -> Iterator[Notice]:
        """Yield what to know of numbers that were not taken as they stand."""
        for said in self.impossible:
            yield Notice("document_cell_unused", said)
        for said in self.inexact:
            yield Notice("document_differs", said)


def _on_files(documents: Documents) -> Iterator[Notice]:
    """Yield what to know of files and cells that hold no values."""
    for other in documents.others:
        said = message("{file}: {said}", file=other.label, said=other.reason)
        yield Notice("document_unused", said)
    unreadable = [
        message(
            "{file}: {id} {role}: {value!r} {reason}",
            file=d.label,
            id=c.id,
            role=c.role,
            value=c.text,
            reason=c.reason,
        )
        for d in documents
        for shop in d.shops
        for c in shop.unreadable
    ]
    for said in unreadable:
        yield Notice("document_cell_unused", said)


def _first(names: Iterable[str]) -> object:
    every: Sequence[str] = sorted(names)
    return listed([*every[:3], *(["…"] if len(every) > 3 else [])])
