"""Variants: where numbers differ by industry, some shops have rules of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from ..exact.rationals import Mask
from ..model.rulesets import Dimension, MetricEntry
from ..model.shop_groups import ShopGroup
from ..rules.exact_rules import ExactRuleSet, Weight
from ..value_classes import frozen

#: Words that Python codes sooner than polars begins to.
_FEW = 256


@frozen(eq=False)
class VariantShops:
    """The rules of some shops, the mask of these shops, and the place of the variant.

    The general rules stand last: their place is the number of variants.
    """

    rules: ExactRuleSet
    rows: Mask
    place: int

    def entry(self, id: str) -> MetricEntry[Weight]:
        """Return the entry of a metric in the dimensions."""
        return next(entry for _, entry in self.rules.entries if entry.id == id)

    def dimension(self, metric: str) -> Dimension[Weight]:
        """Return the dimension of a metric."""
        return next(dimension for dimension, entry in self.rules.entries if entry.id == metric)


def by_variant(
    rules: ExactRuleSet,
    industries: pl.Series,
    shop_types: pl.Series | None = None,
    shops: pl.Series | None = None,
) -> tuple[VariantShops, ...]:
    """Return every shop once: with the first variant for its kind, else with the general rules.

    Variants without a shop are left out; the general rules stand last in any case.
    """
    groups = [
        ShopGroup(names, variant.shop_types, variant.shops) for names, variant in rules.variants
    ]
    places = first_group(groups, industries, shop_types, shops)
    found = np.unique(places[places < len(groups)]).tolist()
    variants = [VariantShops(rules.variants[p][1], places == p, p) for p in found]
    return (*variants, VariantShops(rules, places == len(groups), len(groups)))


def first_group(
    groups: Sequence[ShopGroup],
    industries: Sequence[str] | pl.Series,
    shop_types: Sequence[str | None] | pl.Series | None = None,
    shops: Sequence[str] | pl.Series | None = None,
) -> npt.NDArray[np.int64]:
    """Return the place of the first group that each shop is in; their number stands for none.

    >>> toys, flagships = ShopGroup(frozenset({"toys"})), ShopGroup(shop_types=frozenset({"flagship"}))
    >>> first_group([toys, flagships], ["toys", "food", "food"], [None, "flagship", None]).tolist()
    [0, 1, 2]
    """
    if not groups:
        return np.zeros(len(industries), dtype=np.int64)
    words, codes = coded(industries)
    kinds: list[str | None] = [None]
    if shop_types is not None and any(group.shop_types for group in groups):
        types, own = coded(["" if one is None else one for one in shop_types])
        kinds, codes = [*types], codes * len(types) + own
    ids: list[str] = [""]
    if shops is not None and (named := {id for group in groups for id in group.shops}):
        ids, own = coded([id if id in named else "" for id in shops])
        codes = codes * len(ids) + own
    each, codes = np.unique(codes, return_inverse=True)
    first = []
    for code in each.tolist():
        kind, id = divmod(code, len(ids))
        industry, shop_type = divmod(kind, len(kinds))
        first.append(_first(groups, words[industry], kinds[shop_type], ids[id]))
    return np.array(first, dtype=np.int64)[codes]


def _first(groups: Sequence[ShopGroup], industry: str, shop_type: str | None, shop: str) -> int:
    """Return the place of the first group for a kind of shop; its number where there is none."""
    found = (place for place, group in enumerate(groups) if group.has(industry, shop_type, shop))
    return next(found, len(groups))


def coded(words: Sequence[str] | pl.Series) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Return the different words, sorted, and the place of each word among them.

    >>> coded(["toys", "food", "toys"])[0]
    ['food', 'toys']
    """
    if len(words) <= _FEW:
        few = list(words)
        known = {word: place for place, word in enumerate(sorted({*few}))}
        return [*known], np.array([known[word] for word in few], dtype=np.int64)
    column = pl.Series(words, dtype=pl.String)
    different = column.unique().sort()
    places = column.cast(pl.Enum(different)).to_physical()
    return different.to_list(), places.to_numpy().astype(np.int64)
