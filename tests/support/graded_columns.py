"""Rule sets and graded columns made by hand, as composition takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from shopscore import Rationals, RuleSet
from shopscore.composing.composition import Composed, compose
from shopscore.composing.conditions import Measures
from shopscore.composing.eligibility import EligibilityCheck, check_eligibility
from shopscore.composing.publication import Published, publish
from shopscore.exact.columns import ExactColumn
from shopscore.grading.points import Graded
from shopscore.grading.weighing import MetricValues
from shopscore.model.conditions import Condition, Measure, Operator
from shopscore.model.labels import Label
from shopscore.model.rulesets import Dimension, Eligibility, MetricEntry, ScorerSpec, Tier
from shopscore.rules.exact_rules import exact_rules

F = Fraction


def rationals(values: Sequence[F | None]) -> Rationals:
    return ExactColumn.of(values).values


def rules(weights: Sequence[tuple[Any, Sequence[Any]]], **more: Any) -> RuleSet:
    """A rule set with these (weight of the dimension, weights of its metrics)."""
    dimensions = tuple(
        Dimension(
            f"d{i}", Label("维度", "Dimension"), weight,
            tuple(MetricEntry(f"m{i}{j}", inner, "any") for j, inner in enumerate(metrics)),
        )
        for i, (weight, metrics) in enumerate(weights)
    )  # fmt: skip
    base: dict[str, Any] = {
        "platform": "toy", "scorecard": "service", "version": "1", "status": "seed",
        "label": Label("玩具", "Toy"), "low": 0, "high": 5, "decimals": 2,
        "ranking": "mid_percent_rank", "missing": "rescale", "dimensions": dimensions,
        "scorers": {"any": ScorerSpec("any", "linear", {"line": ((0, 0), (5, 5))})},
    }  # fmt: skip
    return RuleSet(**{**base, **more})


def graded(id: str, points: Sequence[F | None]) -> Graded:
    return graded_with_reach(id, points, [None] * len(points))


def graded_with_reach(
    id: str, points: Sequence[F | None], reach: Sequence[tuple[F, F] | None]
) -> Graded:
    """A metric whose input is missing for the shops that have a reach, the points it could give."""
    column = ExactColumn.of(points)
    lacking = np.array([ends is not None for ends in reach], dtype=np.bool_)
    measured = MetricValues(id, column, column.known.astype(np.int64), missing=lacking)
    least = ExactColumn.of([ends and ends[0] for ends in reach])
    most = ExactColumn.of([ends and ends[1] for ends in reach])
    statuses = np.zeros(len(points), dtype=np.int8)
    return Graded(measured, statuses, column, lacking, column.or_else(least), column.or_else(most))


def cell(columns: Mapping[str, ExactColumn], shop: int) -> dict[str, F | None]:
    return {id: column.fractions()[shop] for id, column in columns.items()}


def measured(**columns: Sequence[F | None]) -> dict[str, MetricValues]:
    return {id: graded(id, column).measured for id, column in columns.items()}


def composed(
    ruleset: RuleSet, columns: Mapping[str, Graded], industries: Sequence[str] = ()
) -> Composed:
    """Composed for shops of these industries; by default all of one."""
    size = len(next(iter(columns.values())).points)
    series = pl.Series(industries or ["food"] * size, dtype=pl.String)
    return compose(exact_rules(ruleset), columns, series)


def condition(
    id: str, status: Any, metric: str, operator: Operator, limit: Any
) -> Eligibility[Any]:
    """A condition for a published score, on the value of a metric."""
    checked = Condition(Measure("value", metric), operator, limit)
    return Eligibility(id, Label("条", "Condition"), checked, status)


def tier(id: str, operator: Operator, limit: Any) -> Tier[Any]:
    """A tier of the total."""
    return Tier(id, Label("档", "Tier"), Condition(Measure("total"), operator, limit))


def measures(values: Mapping[str, MetricValues]) -> Measures:
    """The values of shops that are all of one industry."""
    size = len(next(iter(values.values())).n)
    return Measures(values, ["food"] * size)


def checked(ruleset: RuleSet, values: Mapping[str, MetricValues]) -> tuple[EligibilityCheck, ...]:
    return check_eligibility(exact_rules(ruleset), measures(values))


def published(
    ruleset: RuleSet,
    columns: Mapping[str, Graded],
    checks: tuple[EligibilityCheck, ...] = (),
) -> Published:
    """Published for shops that are all of one industry."""
    values = measures({id: column.measured for id, column in columns.items()})
    return publish(exact_rules(ruleset), composed(ruleset, columns), checks, values)
