"""Variants: where numbers differ by industry, some shops have rules of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import frozen

from ..exact.rationals import Mask
from ..model.rulesets import MetricEntry
from ..rules.exact_rules import ExactRuleSet, Weight

#: Words that Python codes sooner than polars begins to.
_FEW = 256


@frozen(eq=False)
class VariantShops:
    """The rules of some shops, and the mask of these shops."""

    rules: ExactRuleSet
    rows: Mask

    def entry(self, id: str) -> MetricEntry[Weight]:
        """Return the entry of a metric in the dimensions."""
        return next(entry for _, entry in self.rules.entries if entry.id == id)


def by_variant(rules: ExactRuleSet, industries: pl.Series) -> tuple[VariantShops, ...]:
    """Return every shop once: with the variant of its industry, else with the general rules."""
    variants, rest = [], np.ones(len(industries), dtype=np.bool_)
    for names, variant in rules.variants:
        rows = industries.is_in(sorted(names)).to_numpy() & rest
        rest = rest & ~rows
        variants.append(VariantShops(variant, rows))
    return (*variants, VariantShops(rules, rest))


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
