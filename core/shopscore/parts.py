"""Parts: the shops that one variant of the rules is for, since numbers may differ by industry."""

from __future__ import annotations

import numpy as np
import polars as pl
from attrs import frozen

from .model.rulesets import MetricEntry, RuleSet
from .rationals import Mask


@frozen(eq=False)
class Part:
    """Some shops, as a mask over all, and the rule set with the numbers that hold for them."""

    ruleset: RuleSet
    rows: Mask

    def entry(self, id: str) -> MetricEntry:
        """The place of a metric in the dimensions."""
        return next(entry for _, entry in self.ruleset.entries if entry.id == id)


def parts_of(ruleset: RuleSet, industries: pl.Series) -> tuple[Part, ...]:
    """Every shop in one part: that of its industry, or the one of the rules as they are."""
    parts, rest = [], np.ones(len(industries), dtype=np.bool_)
    for names, variant in ruleset.variants:
        rows = industries.is_in(sorted(names)).to_numpy() & rest
        rest = rest & ~rows
        parts.append(Part(variant, rows))
    return (*parts, Part(ruleset, rest))
