"""Numbers out of documents: the weights that a console shows, where the rules lack them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from ..messages import message
from ..notices import Notice
from ..plugins.bound_rules import BoundRuleSet
from ..reading.documents.shares import shares_of
from ..reading.events import UNKNOWN_INDUSTRY
from ..rules.exact_rules import ExactRuleSet
from ..rules.numbers_toml import NumbersTables
from ..value_classes import field, frozen
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
    Where documents of shops of one industry differ, each holds for its own shop, and that is told;
    so it is of weights that do not make up a whole, which are not used.
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
                collected.add(own_industry, place, _Shown(shop.shop_id, shares, told))
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


@frozen
class _Shown:
    """Weights of siblings as a document of a shop shows them."""

    shop: str
    shares: Mapping[str, Fraction]
    told: Told


@frozen(eq=False)
class _Weights:
    """Weights of the shops of each industry while documents are gone through, by their place."""

    found: dict[str, dict[str, list[_Shown]]] = field(factory=dict)
    not_whole: list[tuple[str, Told]] = field(factory=list)

    def add(self, industry: str, place: str, shown: _Shown) -> None:
        self.found.setdefault(industry, {}).setdefault(place, []).append(shown)

    def tables(self) -> Iterator[NumbersTables]:
        """Yield tables of numbers: for shops that differ from each other, then for industries."""
        for industry, places in self.found.items():
            if any(_differ(every) for every in places.values()):
                yield from _of_shops(industry, places)
            agreed = {p: every[0] for p, every in places.items() if _differ(every) is None}
            if agreed:
                yield _table(industry, agreed)

    def notices(self) -> Iterator[Notice]:
        """Yield what to know of weights that are not used, or not for other shops."""
        for place, told in self.not_whole:
            said = message(
                "{file}: the weights of {place} that it shows do not make up a whole: none is used",
                file=told.label,
                place=place or message("the dimensions"),
            )
            yield Notice("document_cell_unused", said)
        for industry, places in self.found.items():
            for place, every in places.items():
                if (other := _differ(every)) is not None:
                    said = message(
                        "industry {industry}: {first} and {second} show other weights of {place}: those"
                        " of its own document count for each shop, and for others none",
                        industry=industry,
                        first=every[0].told.label,
                        second=other.told.label,
                        place=place or message("the dimensions"),
                    )
                    yield Notice("documents_disagree", said)


def _differ(every: Sequence[_Shown]) -> _Shown | None:
    """Return the first weights that are not the same as those of the first shop."""
    return next((one for one in every if one.shares != every[0].shares), None)


def _of_shops(industry: str, places: Mapping[str, Sequence[_Shown]]) -> Iterator[NumbersTables]:
    """Yield the weights of each shop of an industry; shops with the same have a table together."""
    own: dict[str, dict[str, _Shown]] = {}
    for place, every in places.items():
        for shown in every:
            own.setdefault(shown.shop, {})[place] = shown
    together: dict[tuple[object, ...], list[str]] = {}
    for shop, shown_of in own.items():
        same = tuple((place, *one.shares.items()) for place, one in shown_of.items())
        together.setdefault(same, []).append(shop)
    agreed = {place: every[0] for place, every in places.items() if _differ(every) is None}
    for shops in together.values():
        yield _table(industry, agreed | own[shops[0]], tuple(shops))


def _table(
    industry: str, shown: Mapping[str, _Shown], shops: tuple[str, ...] = ()
) -> NumbersTables:
    labels = dict.fromkeys(one.told.label for one in shown.values())
    weights = {place: one.shares for place, one in shown.items()}
    return NumbersTables(_as_tables(industry, weights), ", ".join(labels), shops)


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
