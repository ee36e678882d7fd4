"""Numbers out of documents: the weights that a console shows, where the rules lack them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from attrs import field, frozen

from ..messages import message
from ..notices import Notice
from ..plugins.bound_rules import BoundRuleSet
from ..reading.documents.shares import shares_of
from ..reading.events import UNKNOWN_INDUSTRY
from ..rules.exact_rules import ExactRuleSet
from ..rules.numbers_toml import NumbersTables
from .told import Figures, Told

#: Digits of a weight that is no decimal number, such as a third.
_DIGITS = 28
#: The place of the weights of dimensions among those of metrics in a dimension.
_TOTAL = ""


@frozen(eq=False)
class DocumentNumbers:
    """Weights that documents tell, as tables of numbers for the shops of each industry."""

    tables: tuple[NumbersTables, ...] = ()
    notices: tuple[Notice, ...] = ()


def numbers_of_documents(
    figures: Sequence[Figures], rules: BoundRuleSet, industry: str = UNKNOWN_INDUSTRY
) -> DocumentNumbers:
    """Return the weights that documents tell where some rules, with a user's numbers, lack them.

    They hold for the shops of an industry; ``industry`` is that of shops whose documents tell none.
    Where documents of shops of one industry differ, none of the two is used, and that is told; so
    it is of weights that do not make up a whole.
    """
    collected = _Weights()
    for shop in figures:
        own_industry = shop.industry or industry
        own = _exact_of(rules.exact, own_industry)
        for place, ids in _open_weights(own):
            subject = "metric" if place else "dimension"
            entries = [shop.entries.get((subject, id, "weight")) for id in ids]
            weights = {
                id: None if entry is None else entry[0].value
                for id, entry in zip(ids, entries, strict=True)
            }
            shares = shares_of(weights)
            told = next((entry[1] for entry in entries if entry is not None), None)
            if told is not None and len(shares) == len(ids) and sum(shares.values()) == 1:
                collected.add(own_industry, place, shares, told)
            elif told is not None:
                collected.not_whole.append((place, told))
    return DocumentNumbers(tuple(collected.tables()), tuple(collected.notices()))


def _exact_of(exact: ExactRuleSet, industry: str) -> ExactRuleSet:
    """Return the rules of an industry, whatever the type of the shop is."""
    own = (variant for names, variant in exact.variants if industry in names)
    return next(own, exact)


def _open_weights(exact: ExactRuleSet) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the siblings of which a weight is not known: dimensions, and metrics of each of them."""
    if any(dimension.weight is None for dimension in exact.dimensions):
        yield _TOTAL, tuple(dimension.id for dimension in exact.dimensions)
    for dimension in exact.dimensions:
        if any(entry.weight is None for entry in dimension.metrics):
            yield dimension.id, tuple(entry.id for entry in dimension.metrics)


@frozen(eq=False)
class _Weights:
    """Weights of each industry while documents are gone through."""

    found: dict[tuple[str, str], tuple[dict[str, Fraction], Told]] = field(factory=dict)
    against: dict[tuple[str, str], tuple[Told, Told]] = field(factory=dict)
    not_whole: list[tuple[str, Told]] = field(factory=list)

    def add(self, industry: str, place: str, shares: dict[str, Fraction], told: Told) -> None:
        known = self.found.setdefault((industry, place), (shares, told))
        if known[0] != shares:
            self.against.setdefault((industry, place), (known[1], told))

    def tables(self) -> Iterator[NumbersTables]:
        """Yield a table of numbers for each industry."""
        industries = dict.fromkeys(industry for industry, _ in self.found)
        for industry in industries:
            own = {
                place: (shares, told)
                for (name, place), (shares, told) in self.found.items()
                if name == industry and (name, place) not in self.against
            }
            if own:
                labels = dict.fromkeys(told.label for _, told in own.values())
                yield NumbersTables(
                    _as_tables(industry, {place: shares for place, (shares, _) in own.items()}),
                    ", ".join(labels),
                )

    def notices(self) -> Iterator[Notice]:
        """Yield what to know of weights that are not used."""
        for place, told in self.not_whole:
            said = message(
                "{file}: the weights of {place} that it shows do not make up a whole: none is used",
                file=told.label,
                place=place or message("the dimensions"),
            )
            yield Notice("document_cell_unused", said)
        for (industry, place), (one, other) in self.against.items():
            said = message(
                "industry {industry}: {first} and {second} show other weights of {place}: none is used",
                industry=industry,
                first=one.label,
                second=other.label,
                place=place or message("the dimensions"),
            )
            yield Notice("documents_disagree", said)


def _as_tables(industry: str, weights: Mapping[str, Mapping[str, Fraction]]) -> dict[str, Any]:
    """Return weights as the tables of a numbers file."""
    of_dimensions = _decimals(weights.get(_TOTAL, {}))
    ids = dict.fromkeys([*of_dimensions, *filter(None, weights)])
    rows: list[dict[str, Any]] = []
    for id in ids:
        row: dict[str, Any] = {"id": id}
        if id in of_dimensions:
            row["weight"] = of_dimensions[id]
        if id in weights:
            metrics = _decimals(weights[id])
            row["metrics"] = [{"id": m, "weight": weight} for m, weight in metrics.items()]
        rows.append(row)
    return {"schema": 1, "industries": [industry], "dimensions": rows}


def _decimals(shares: Mapping[str, Fraction]) -> dict[str, Decimal]:
    """Return shares as decimal numbers that add up to 1, as the shares do."""
    with localcontext() as context:
        context.prec = _DIGITS
        found = {id: Decimal(s.numerator) / Decimal(s.denominator) for id, s in shares.items()}
        if found:
            last = next(reversed(found))
            others = (weight for id, weight in found.items() if id != last)
            found[last] = Decimal(1) - sum(others, Decimal(0))
    return found
