"""Grading: values become points, among peers, against a table, or by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import evolve, frozen

from ..errors import PluginError, RuleSetError
from ..exact.rationals import Mask, Rationals
from ..model.rulesets import RuleSet
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.isolation import isolated
from ..rules.scorers import Context, Percentiles, Scorer, make_scorer
from .benchmarks import Benchmark
from .variants import VariantShops, by_variant
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
class Supplied:
    """Percentiles and points that were handed in with the values, and replace what is computed."""

    percentiles: Mapping[str, tuple[Rationals, Mask]]
    points: Mapping[str, tuple[Rationals, Mask]]


def grade(
    rules: BoundRuleSet,
    measured: Mapping[str, MetricValues],
    shops: pl.DataFrame,
    *,
    benchmark: Benchmark | None = None,
    peers: Mask | None = None,
    given: Supplied | None = None,
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
    parts = [
        (part, bound_scorers(part.ruleset, rules.scorecard.scorer_kinds))
        for part in by_variant(ruleset, shops["industry"])
    ]
    entries = {entry.id for _, entry in ruleset.entries}
    graded = {}
    for id, context in _contexts(rules, measured, shops, benchmark, peers, given):
        if id in entries:
            graded[id] = _graded(context, measured[id], given, parts)
        else:
            ranks = None if ruleset.dimensions else context.percentiles
            graded[id] = _shown(measured[id], ranks)
    for bonus in ruleset.bonus:
        graded[bonus.metric] = _added(measured[bonus.metric])
    return {id: graded[id] for id in ruleset.metric_ids}


def bound_scorers(
    ruleset: RuleSet, more: Mapping[str, type[Scorer]] | None = None
) -> dict[str, Scorer]:
    """The scorers of a rule set, with its numbers."""
    scorers = {}
    for name, spec in ruleset.scorers.items():
        if spec.missing:
            continue
        try:
            scorers[name] = make_scorer(spec.kind, _numbers(spec.parameters, ruleset), more)
            _check_heights(scorers[name], ruleset)
        except RuleSetError as error:
            raise RuleSetError(f"{ruleset.name}: scorer {name}: {error}") from None
    return scorers


def _check_heights(scorer: Scorer, ruleset: RuleSet) -> None:
    low, high = ruleset.number(ruleset.low), ruleset.number(ruleset.high)
    for points in scorer.possible_points:
        if not low <= points <= high:
            raise RuleSetError(f"{float(points):g} points lie off the scale, {low} to {high}")


def _numbers(value: Any, ruleset: RuleSet) -> Any:
    if isinstance(value, Mapping):
        return {k: _numbers(v, ruleset) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(_numbers(v, ruleset) for v in value)
    return ruleset.number(value)


def _contexts(
    rules: BoundRuleSet,
    measured: Mapping[str, MetricValues],
    shops: pl.DataFrame,
    benchmark: Benchmark | None,
    peers: Mask | None,
    given: Supplied | None,
) -> Iterator[tuple[str, Context]]:
    """What may be known of each metric that is weighed or shown besides its own values."""
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
        low=Fraction(rules.ruleset.number(rules.ruleset.low)),
        benchmark=benchmark,
    )
    ids = (*(entry.id for _, entry in rules.ruleset.entries), *rules.ruleset.informational)
    for id in ids:
        metric, found = rules.metrics[id].metric, measured[id]
        yield (
            id,
            evolve(
                everybody,
                metric=id,
                better=metric.better,
                values=found.values,
                has_value=found.present & (found.n >= metric.min_n),
                n=found.n,
                given=None if given is None else given.percentiles.get(id),
            ),
        )


def _graded(
    context: Context,
    measured: MetricValues,
    given: Supplied | None,
    parts: Sequence[tuple[VariantShops, Mapping[str, Scorer]]],
) -> Graded:
    """Points by the scorer of each part; reasons where it has none, or lacks a number."""
    size = len(context.has_value)
    values, known = Rationals.constant(0, size), np.zeros(size, dtype=np.bool_)
    statuses = np.full(size, _code("no_data"), dtype=np.int8)
    weighed, percentiles = np.ones(size, dtype=np.bool_), None
    for part, scorers in parts:
        entry = part.entry(context.metric)
        if part.ruleset.number(entry.weight) is None:
            weighed = weighed & ~part.rows
        if entry.scorer not in scorers:
            statuses[part.rows] = _code("missing_number" if entry.scorer else "informational")
            percentiles = percentiles or (None if entry.scorer else context.percentiles)
            continue
        with isolated(f"scorer of metric {context.metric}"):
            found = scorers[entry.scorer].points(measured.values, context)
        values = found.values.where(part.rows, values)
        known = np.where(part.rows, found.known, known)
        statuses[part.rows] = _code(found.reason)
        percentiles = found.percentiles or percentiles
    if given is not None and context.metric in given.points:
        stated, there = given.points[context.metric]
        values, known = stated.where(there, values), known | there
    known = known & (context.has_value | _stated(context, given))
    statuses[known] = _code("ok")
    statuses[known & ~weighed] = _code("missing_number")
    statuses[measured.present & ~context.has_value & ~known] = _code("below_min_n")
    statuses[~measured.present & ~known] = _code("no_data")
    return Graded(measured, statuses, values, known, percentiles)


def _stated(context: Context, given: Supplied | None) -> Mask:
    """Shops whose points or percentile were handed in, with a value or without."""
    stated = np.zeros(len(context.has_value), dtype=np.bool_)
    if given is not None:
        for columns in (given.points, given.percentiles):
            if context.metric in columns:
                stated |= columns[context.metric][1]
    return stated


def _added(measured: MetricValues) -> Graded:
    """A bonus: its points are its value."""
    statuses = np.where(measured.present, _code("ok"), _code("no_data")).astype(np.int8)
    return Graded(measured, statuses, measured.values, measured.present)


def _shown(measured: MetricValues, percentiles: Percentiles | None) -> Graded:
    statuses = np.where(measured.present, _code("informational"), _code("no_data"))
    nothing = np.zeros(len(statuses), dtype=np.bool_)
    return Graded(
        measured,
        statuses.astype(np.int8),
        Rationals.constant(0, len(statuses)),
        nothing,
        percentiles,
    )


def _code(status: str) -> int:
    try:
        return METRIC_STATUSES.index(status)
    except ValueError:
        raise PluginError(
            f"a scorer gave the reason {status!r}; known: {', '.join(METRIC_STATUSES)}"
        ) from None
