"""Values out of documents: for every figure of a shop the newest document that tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property

from ..messages import Message, listed, message, numbered
from ..notices import Notice
from ..plugins.bound_rules import BoundRuleSet
from ..reading.documents.documents import Documents, number_of
from ..reading.documents.extraction import Entry
from ..value_classes import evolve, field, frozen
from .amounts import Possible
from .collected import Collected, Cycle
from .names import Name, Names
from .stated import stated_of
from .told import Figures, Told
from .typed_rows import MOST_ROWS, TypedRow
from .typed_values import TypedValues, conditions_alone


@frozen(eq=False)
class DocumentValues:
    """What documents say, as values for some rules, and by shop for whoever wants more."""

    typed: TypedValues
    figures: tuple[Figures, ...]
    notices: tuple[Notice, ...] = ()


#: How many rows a metric can have.
_ROWS = Possible("index", Fraction(0), Fraction(MOST_ROWS))


def values_of_documents(
    documents: Documents, rules: BoundRuleSet, as_of: date, cycle: Cycle = "projected"
) -> DocumentValues:
    """Return the values that documents tell of metrics, dimensions and the total of some rules.

    Of several documents the one with the newest day before ``as_of`` is taken, whatever its name
    is; one that does not tell its day is taken where no other has the figure. What is projected
    goes before what was true at the last evaluation, which only stands in for it; for ``current``
    only that is taken. A
    numerator and a denominator that agree with the value that is shown are the exact value.
    """
    own = documents.of_platform(rules.platform.id)
    evaluation = rules.ruleset.evaluation
    since = evaluation.last(as_of) if evaluation is not None and cycle == "current" else None
    collected = Collected(as_of, None if evaluation is None else cycle, since)
    for document in own:
        for shop in document.shops:
            collected.add(document, shop)
    figures = tuple(shop for shop in collected.figures() if shop.tells_of_rules)
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
        stated=stated_of(own, figures, rules),
    )
    notices = (
        *_on_files(own),
        *_on_others(documents, own),
        *collected.notices(),
        *reader.notices(),
    )
    return DocumentValues(typed, figures, notices)


@frozen(eq=False)
class _Reader:
    """Turns the figures of a shop into rows of values."""

    names: Mapping[tuple[str, str], Name]
    rules: BoundRuleSet
    impossible: list[Message] = field(factory=list)
    inexact: list[Message] = field(factory=list)
    unused: dict[str, list[str]] = field(factory=dict)

    @cached_property
    def adjusted(self) -> frozenset[str]:
        """The metrics of a bonus or a deduction: their worth follows from the value, on no scale."""
        return frozenset(adjustment.metric for adjustment in self.rules.exact.adjustments)

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
        n = self._possible(shop, "metric", id, "n" if den is None else "den", _ROWS)
        adjusts = id in self.adjusted
        points = shop.entries.get(("metric", id, "points"))
        if adjusts and points is not None and not number_of(points[0].value) == value == 0:
            self.unused.setdefault(points[1].label, []).append(id)
        if num is not None and den is not None and den > 0 and n is not None:
            value = self._exact(row, shop, value, num / den)
        return evolve(
            row,
            value=value,
            n=int(n) if n is not None and n.denominator == 1 else None,
            percentile=self._possible(
                shop, "metric", id, "rank", Possible("ratio", Fraction(0), Fraction(1))
            ),
            points=None if adjusts else self._possible(shop, "metric", id, "points", scale),
            none=den == 0 and value is None,
        )

    def _exact(
        self, row: TypedRow, shop: Figures, shown: Fraction | None, exact: Fraction
    ) -> Fraction | None:
        """Return numerator by denominator, if it is what is shown but for rounding."""
        possible = row.name.possible.allows(exact)
        if shown is None and not possible:
            entry, told = shop.entries["metric", row.name.id, "num"]
            self._cannot_be(told, row.name.id, "num", entry)
        if shown is None:
            return exact if possible else None
        entry, _ = shop.entries["metric", row.name.id, "value"]
        if possible and abs(exact - shown) <= entry.rounding:
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
        self._cannot_be(told, id, role, entry)
        return None

    def _cannot_be(self, told: Told, id: str, role: str, entry: Entry) -> None:
        self.impossible.append(
            message(
                "{file}: {id} {role} {value!r} cannot be, and is not used",
                file=told.label,
                id=id,
                role=role,
                value=entry.text,
            )
        )

    def notices(self) -> Iterator[Notice]:
        """Yield what to know of numbers that were not taken as they stand."""
        for said in self.impossible:
            yield Notice("document_cell_unused", said)
        for label, ids in sorted(self.unused.items()):
            said = message(
                "{file}: the points of {metrics} that it shows are not used: what a bonus or a deduction"
                " is worth follows from its value",
                file=label,
                metrics=listed(dict.fromkeys(ids)),
            )
            yield Notice("document_cell_unused", said)
        for said in self.inexact:
            yield Notice("document_differs", said)


def _on_others(documents: Documents, own: Documents) -> Iterator[Notice]:
    """Yield which documents are of other platforms."""
    if others := sorted({d.label for d in documents} - {d.label for d in own}):
        said = numbered(
            "{n} document is of another platform, and not used: {files}",
            "{n} documents are of other platforms, and not used: {files}",
            len(others),
            files=listed(others, most=3),
        )
        yield Notice("document_unused", said)


def _on_files(documents: Documents) -> Iterator[Notice]:
    """Yield what to know of files and cells that hold no values."""
    for other in documents.others:
        yield Notice("document_unused", other.said)
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
