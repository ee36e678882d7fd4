"""The cells of a state that metrics count, without those that say how far its rows reach."""

from __future__ import annotations

import polars as pl

import shopscore as ss
from shopscore.counting.cells import fingerprint
from shopscore.plugins.bound_rules import BoundRuleSet


def cells_of_metrics(state: ss.Tallies, rules: BoundRuleSet) -> pl.DataFrame:
    return state.cells.filter(pl.col("tally").is_in([fingerprint(t) for t in rules.tallies]))
