"""Rule sets and graded columns made by hand, as composition takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from shopscore import Rationals, RuleSet
from shopscore.composing.composition import Composed, compose
from shopscore.grading.points import Graded
from shopscore.grading.weighing import MetricValues
from shopscore.model.rulesets import Dimension, MetricEntry, ScorerSpec

F = Fraction


def rationals(values: Sequence[F | None]) -> Rationals:
    exact = [v or F(0) for v in values]
    return Rationals.of([v.numerator for v in exact], [v.denominator for v in exact])


def rules(weights: Sequence[tuple[Any, Sequence[Any]]], **more: Any) -> RuleSet:
    """A rule set with these (weight of the dimension, weights of its metrics)."""
    dimensions = tuple(
        Dimension(
            f"d{i}", "维度", "Dimension", weight,
            tuple(MetricEntry(f"m{i}{j}", inner, "any") for j, inner in enumerate(metrics)),
        )
        for i, (weight, metrics) in enumerate(weights)
    )  # fmt: skip
    base: dict[str, Any] = {
        "platform": "toy", "scorecard": "service", "version": "1", "status": "seed",
        "zh": "玩具", "en": "Toy", "low": 0, "high": 5, "decimals": 2,
        "ranking": "mid_percent_rank", "missing": "rescale", "dimensions": dimensions,
        "scorers": {"any": ScorerSpec("any", "linear", {"line": ((0, 0), (5, 5))})},
    }  # fmt: skip
    return RuleSet(**{**base, **more})


def graded(id: str, points: Sequence[F | None]) -> Graded:
    known = np.array([p is not None for p in points], dtype=np.bool_)
    exact = rationals(points)
    measured = MetricValues(id, exact, known, known.astype(np.int64))
    return Graded(measured, np.zeros(len(points), dtype=np.int8), exact, known)


def cell(columns: Any, shop: int) -> dict[str, F | None]:
    return {id: v.fractions()[shop] if known[shop] else None for id, (v, known) in columns.items()}


def measured(**columns: Sequence[F | None]) -> dict[str, MetricValues]:
    return {id: graded(id, column).measured for id, column in columns.items()}


def composed(
    ruleset: RuleSet, columns: Mapping[str, Graded], industries: Sequence[str] = ()
) -> Composed:
    """Composed for shops of these industries; by default all of one."""
    size = len(next(iter(columns.values())).points)
    return compose(ruleset, columns, pl.Series(industries or ["food"] * size, dtype=pl.String))
