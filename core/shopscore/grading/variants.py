"""Parts: the shops that one variant of the rules is for, since numbers may differ by industry."""

from __future__ import annotations

import numpy as np
import polars as pl
from attrs import frozen

from ..exact.rationals import Mask
from ..model.rulesets import MetricEntry, RuleSet


@frozen(eq=False)
class VariantShops:
    """Some shops, as a mask over all, and the rule set with the numbers that hold for them."""

    ruleset: RuleSet
    rows: Mask

    def entry(self, id: str) -> MetricEntry:
        """The place of a metric in the dimensions."""
        return next(entry for _, entry in self.ruleset.entries if entry.id == id)


def by_variant(ruleset: RuleSet, industries: pl.Series) -> tuple[VariantShops, ...]:
    """Every shop in one part: that of its industry, or the one of the rules as they are."""
    parts, rest = [], np.ones(len(industries), dtype=np.bool_)
    for names, variant in ruleset.variants:
        rows = industries.is_in(sorted(names)).to_numpy() & rest
        rest = rest & ~rows
        parts.append(VariantShops(variant, rows))
    return (*parts, VariantShops(ruleset, rest))
