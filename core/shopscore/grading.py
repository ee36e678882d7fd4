"""Grading: values become points, among peers, against a table, or by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import evolve, frozen

from .benchmarks import Benchmark
from .errors import PluginError
from .model.rulesets import MetricEntry, RuleSet
from .plugins.containment import contained
from .rationals import Mask, Rationals
from .rules import Rules
from .scorers import Context, Percentiles, Points, Scorer, make_scorer
from .weighing import MetricValues

MetricStatus = Literal[
    "ok", "no_data", "no_peers", "below_min_n", "missing_number", "informational"
]
METRIC_STATUSES: tuple[str, ...] = get_args(MetricStatus)

Statuses = npt.NDArray[np.int8]


@frozen(eq=False)
class Graded:
    """One metric of every shop: value, points, and the status that says how it stands.

    ``statuses`` are positions in :data:`METRIC_STATUSES`.
    """

    measured: MetricValues
    statuses: Statuses
    points: Rationals
    known: Mask
    percentiles: Percentiles | None = None


@frozen(eq=False)
class Given:
    """Percentiles and points that were handed in with the values, and replace what is computed."""

    percentiles: Mapping[str, tuple[Rationals, Mask]]
    points: Mapping[str, tuple[Rationals, Mask]]


def grade(
    rules: Rules,
    measured: Mapping[str, MetricValues],
    shops: pl.DataFrame,
    *,
    benchmark: Benchmark | None = None,
    peers: Mask | None = None,
    given: Given | None = None,
) -> dict[str, Graded]:
    """Points of every metric that a result shows, in the order of the rules.

    Args:
        rules: which scorer grades which metric.
        measured: the values.
        shops: one row per shop, with ``industry`` and perhaps ``shop_type``.
        benchmark: replaces the ranking where it has rows.
        peers: shops that are ranked among each other; by default all.
        given: percentiles and points that the user knows already.
    """
    ruleset = rules.ruleset
    scorers = bound_scorers(ruleset, rules.scorecard.scorer_kinds)
    graded = {}
    for entry, context in _contexts(rules, measured, shops, benchmark, peers, given):
        graded[entry.id] = _graded(scorers[entry.scorer], context, measured[entry.id], given)
    for id in ruleset.informational:
        graded[id] = _shown(measured[id])
    return graded


def bound_scorers(
    ruleset: RuleSet, more: Mapping[str, type[Scorer]] | None = None
) -> dict[str, Scorer]:
    """The scorers of a rule set, with its numbers."""
    return {
        name: make_scorer(spec.kind, _numbers(spec.parameters, ruleset), more)
        for name, spec in ruleset.scorers.items()
    }


def _numbers(value: Any, ruleset: RuleSet) -> Any:
    if isinstance(value, Mapping):
        return {k: _numbers(v, ruleset) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(_numbers(v, ruleset) for v in value)
    return ruleset.number(value)


def _contexts(
    rules: Rules,
    measured: Mapping[str, MetricValues],
    shops: pl.DataFrame,
    benchmark: Benchmark | None,
    peers: Mask | None,
    given: Given | None,
) -> Iterator[tuple[MetricEntry, Context]]:
    """What the scorer of each weighed metric may know."""
    size = len(shops)
    types = shops["shop_type"].to_list() if "shop_type" in shops.columns else [None] * size
    everybody = Context(
        metric="",
        better="higher",
        values=Rationals.constant(0, size),
        has_value=np.zeros(size, dtype=np.bool_),
        is_peer=np.ones(size, dtype=np.bool_) if peers is None else peers,
        n=np.zeros(size, dtype=np.int64),
        industries=shops["industry"].to_list(),
        industry_codes=shops["industry"].rank("dense").to_numpy(),
        shop_types=types,
        ranking=rules.ruleset.number(rules.ruleset.ranking),
        benchmark=benchmark,
    )
    for _, entry in rules.ruleset.entries:
        metric, found = rules.metrics[entry.id].metric, measured[entry.id]
        yield (
            entry,
            evolve(
                everybody,
                metric=entry.id,
                better=metric.better,
                values=found.values,
                has_value=found.present & (found.n >= metric.min_n),
                n=found.n,
                given=None if given is None else given.percentiles.get(entry.id),
            ),
        )


def _graded(
    scorer: Scorer, context: Context, measured: MetricValues, given: Given | None
) -> Graded:
    with contained(f"scorer of metric {context.metric}"):
        points = scorer.points(measured.values, context)
    if given is not None and context.metric in given.points:
        values, known = given.points[context.metric]
        points = Points(
            values.where(known, points.values),
            known | points.known,
            points.reason,
            points.percentiles,
        )
    known = points.known & context.has_value
    statuses = np.full(len(known), _code(points.reason), dtype=np.int8)
    statuses[known] = _code("ok")
    statuses[measured.present & ~context.has_value] = _code("below_min_n")
    statuses[~measured.present] = _code("no_data")
    return Graded(measured, statuses, points.values, known, points.percentiles)


def _shown(measured: MetricValues) -> Graded:
    statuses = np.where(measured.present, _code("informational"), _code("no_data"))
    nothing = np.zeros(len(statuses), dtype=np.bool_)
    return Graded(measured, statuses.astype(np.int8), Rationals.constant(0, len(statuses)), nothing)


def _code(status: str) -> int:
    try:
        return METRIC_STATUSES.index(status)
    except ValueError:
        raise PluginError(
            f"a scorer gave the reason {status!r}; known: {', '.join(METRIC_STATUSES)}"
        ) from None
