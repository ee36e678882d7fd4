"""What numbers of the rules are missing, and for which shops."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from ..composing.composition import Composed
from ..exact.rationals import Mask
from ..grading.console import Console
from ..grading.variants import by_variant
from ..model.rulesets import MissingNumber, RuleSet
from ..plugins.bound_rules import BoundRuleSet
from ..rules.coverage import missing_numbers


def types_of(shops: pl.DataFrame) -> pl.Series | None:
    """Return the types of shops; None where no column says them."""
    return shops["shop_type"] if "shop_type" in shops.columns else None


def rulesets_of(rules: BoundRuleSet, shops: pl.DataFrame) -> Iterator[tuple[RuleSet, Mask]]:
    """Yield the rule sets, the general one and variants, by which there are shops, with these."""
    every = (*(ruleset for _, ruleset in rules.variants), rules.ruleset)
    found = by_variant(rules.exact, shops["industry"], types_of(shops), shops["shop_id"])
    for variant in found:
        if variant.rows.any():
            yield every[variant.place], variant.rows


def lacking_numbers(
    rules: BoundRuleSet, shops: pl.DataFrame, composed: Composed
) -> Iterator[tuple[tuple[MissingNumber, ...], Mask]]:
    """Yield missing numbers, and the shops whose score they leave open.

    Limits of criteria are missed only where they leave open which total is fixed.
    """
    undecided = np.asarray(
        composed.fixed_shops & composed.ends.lowest.known & ~composed.score.known, dtype=np.bool_
    )
    for ruleset, rows in rulesets_of(rules, shops):
        every = missing_numbers(ruleset)
        limits = tuple(m for m in every if m.number.startswith("criteria."))
        others = tuple(m for m in every if m not in limits)
        if others:
            yield others, rows
        if limits and (rows & undecided).any():
            yield limits, rows & undecided


def without_numbers(rules: BoundRuleSet, shops: pl.DataFrame, composed: Composed) -> Mask:
    """Return the shops whose score is left open by a number that is missing."""
    masks = (rows for _, rows in lacking_numbers(rules, shops, composed))
    found: Mask = np.logical_or.reduce([np.zeros(len(shops), dtype=np.bool_), *masks])
    return found


def told_besides(rules: BoundRuleSet, composed: Composed, console: Console, metric: str) -> Mask:
    """Return the shops that need no input of a metric: documents tell what it goes into.

    That are the points of its dimension, or the whole bonus or deduction.
    """
    nobody = np.zeros(len(composed.open), dtype=np.bool_)
    for dimension, entry in rules.exact.entries:
        if entry.id == metric:
            return composed.dimensions[dimension.id].known
    for adjustment in rules.exact.adjustments:
        whole = console.bonus if adjustment.sign > 0 else console.deduction
        if adjustment.metric == metric and whole is not None and not adjustment.dimension:
            return whole.known
    return nobody
