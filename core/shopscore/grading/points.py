"""Grading: values become points, ranked among peers, by a benchmark table, or on their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt
import polars as pl

from ..errors import PluginError
from ..exact.columns import ExactColumn
from ..exact.rationals import Mask, Rationals
from ..messages import listed, message
from ..model.conditions import Adjustment
from ..model.rulesets import MetricEntry
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.isolation import isolated, shortened
from ..rules.exact_rules import Weight
from ..rules.scorer_kinds import KINDS
from ..rules.scorers import Context, Percentiles, Points, Reach, Scorer
from ..value_classes import frozen
from .percentiles import Ranker
from .variants import VariantShops, by_variant, coded
from .weighing import MetricValues

if TYPE_CHECKING:
    from .benchmarks import Benchmark
    from .instead import Instead

MetricStatus = Literal[
    "ok", "no_data", "no_peers", "below_min_n", "missing_number", "informational", "criterion"
]
METRIC_STATUSES: tuple[str, ...] = get_args(MetricStatus)

Statuses = npt.NDArray[np.int8]

#: Whether a value with each status could have points.
_UNGRADED = np.array(
    [word in ("missing_number", "informational", "no_peers") for word in METRIC_STATUSES]
)


@frozen(eq=False)
class Graded:
    """One metric of every shop: values, points and statuses.

    ``statuses`` are positions in :data:`METRIC_STATUSES`. ``missing`` marks shops that could have
    points if the missing input were there, among peers who may be missing as well. ``least`` and
    ``most`` are the points that a shop has or could have, among any peers where it has a value and
    none to be ranked among; unknown where it can have none. ``supplied`` marks points that a user
    supplied, which were not computed; ``set_by_rule`` those that a rule sets, and ``undecided``
    shops of which nobody can tell whether one does.
    """

    measured: MetricValues
    statuses: Statuses
    points: ExactColumn
    missing: Mask
    least: ExactColumn
    most: ExactColumn
    percentiles: Percentiles | None = None
    supplied: Mask | None = None
    set_by_rule: Mask | None = None
    undecided: Mask | None = None

    @property
    def unranked(self) -> Mask:
        """Which shops have a value, and too few peers to be ranked among."""
        return np.asarray(self.statuses == _code("no_peers"), dtype=np.bool_)


@frozen(eq=False)
class Supplied:
    """Percentiles and points that a user supplied with the values.

    They replace computed ones; where they only ``fill``, they stand in for those that cannot be
    computed.
    """

    percentiles: Mapping[str, ExactColumn]
    points: Mapping[str, ExactColumn]
    fill: bool = False

    def of(self, metric: str) -> tuple[ExactColumn | None, ExactColumn | None]:
        """Return the percentiles and the points of a metric."""
        return self.percentiles.get(metric), self.points.get(metric)

    def take(self, rows: npt.NDArray[np.int64]) -> Supplied:
        """Return those of some shops."""
        return Supplied(
            {id: column.take(rows) for id, column in self.percentiles.items()},
            {id: column.take(rows) for id, column in self.points.items()},
            self.fill,
        )


NOTHING_SUPPLIED = Supplied({}, {})


def grade(
    rules: BoundRuleSet,
    measured: Mapping[str, MetricValues],
    shops: pl.DataFrame,
    *,
    benchmark: Benchmark | None = None,
    peers: Mask | None = None,
    supplied: Supplied = NOTHING_SUPPLIED,
    instead: Instead | None = None,
) -> dict[str, Graded]:
    """Grade every metric that a result shows, in the order of the rules.

    Args:
        rules: which scorer grades which metric.
        measured: the values.
        shops: one row per shop, with ``industry`` and perhaps ``shop_type``.
        benchmark: a table that replaces the ranking where it has rows.
        peers: shops that are ranked among each other; by default all.
        supplied: percentiles and points that a user supplied.
        instead: where rows are shops as they might be, which shop each stands for.
    """
    exact = rules.exact
    types = shops["shop_type"] if "shop_type" in shops.columns else None
    variants = by_variant(exact, shops["industry"], types, shops["shop_id"])
    entries = {entry.id for _, entry in exact.entries}
    judged = {id for criterion in exact.criteria for id in criterion.condition.metrics}
    graded = {}
    for id, context in _build_contexts(rules, measured, shops, benchmark, peers, supplied, instead):
        if id in entries:
            graded[id] = _grade_weighted(context, measured[id], supplied, variants)
        else:
            ranks = context.percentiles if rules.ruleset.ranks and not exact.dimensions else None
            graded[id] = _grade_informational(measured[id], ranks, judged=id in judged)
    for adjustment in exact.adjustments:
        graded[adjustment.metric] = _grade_adjustment(measured[adjustment.metric], adjustment)
    return {id: graded[id] for id in rules.ruleset.metric_ids}


def _build_contexts(
    rules: BoundRuleSet,
    measured: Mapping[str, MetricValues],
    shops: pl.DataFrame,
    benchmark: Benchmark | None,
    peers: Mask | None,
    supplied: Supplied,
    instead: Instead | None,
) -> Iterator[tuple[str, Context]]:
    """Build the context of each metric that is weighted or informational."""
    size, exact = len(shops), rules.exact
    types = shops["shop_type"] if "shop_type" in shops.columns else [None] * size
    is_peer = np.ones(size, dtype=np.bool_) if peers is None else peers
    industries = shops["industry"]
    codes = coded(industries)[1]
    for id in (*(entry.id for _, entry in exact.entries), *exact.informational):
        metric, values = rules.metrics[id].metric, measured[id]
        asked = values.column.only(values.enough(metric.min_n))
        percentiles, _ = supplied.of(id)
        rank = Ranker(
            id,
            metric.better,
            exact.ranking,
            exact.min_peers,
            asked,
            is_peer,
            industries,
            codes,
            benchmark,
            percentiles,
            supplied.fill,
            instead,
        )
        yield (
            id,
            Context(
                metric=id,
                better=metric.better,
                values=asked.values,
                has_value=asked.known,
                is_peer=is_peer if instead is None else is_peer & instead.real,
                n=values.n,
                industries=industries,
                shop_types=types,
                low=exact.low,
                high=exact.high,
                rank=rank,
            ),
        )


def _grade_weighted(
    context: Context,
    measured: MetricValues,
    supplied: Supplied,
    variants: Sequence[VariantShops],
) -> Graded:
    """Grade by the scorer of each variant; without a scorer or a number the status says why."""
    size = len(context.has_value)
    points, percentiles = ExactColumn.unknown(size), None
    statuses = np.full(size, _code("no_data"), dtype=np.int8)
    unweighed = unweighed_shops(variants, context.metric)
    made: dict[int, Points] = {}  # variants that differ in weights alone share a scorer
    for variant in variants:
        entry, why = variant.entry(context.metric), variant.dimension(context.metric).missing
        if entry.scorer not in variant.rules.scorers:
            reason = "missing_number" if entry.scorer or why else "informational"
            statuses[variant.rows] = _code(reason)
            ranked = not entry.scorer and not why
            percentiles = percentiles or (context.percentiles if ranked else None)
            continue
        scorer = variant.rules.scorers[entry.scorer]
        if id(scorer) not in made:
            made[id(scorer)] = _points(scorer, context)
        scored = made[id(scorer)]
        points = ExactColumn(scored.values, scored.known).where(variant.rows, points)
        statuses[variant.rows] = _code(scored.reason)
        percentiles = scored.percentiles or percentiles
    columns = [column for column in supplied.of(context.metric) if column is not None]
    allowed = np.logical_or.reduce([context.has_value, *(column.known for column in columns)])
    from_user: Mask | None = None
    if (own := supplied.points.get(context.metric)) is not None:
        from_user = own.known & ~points.known if supplied.fill else own.known
        points = own.where(from_user, points)
    points = points.only(allowed)
    statuses[points.known] = _code("ok")
    statuses[points.known & unweighed] = _code("missing_number")
    statuses[measured.known & ~context.has_value & ~points.known] = _code("below_min_n")
    unknown = "missing_number" if measured.without_number else "no_data"
    statuses[~measured.known & ~points.known] = _code(unknown)
    missing = measured.missing & ~points.known
    open_ = missing | (_UNGRADED[statuses] & context.has_value)
    least, most = _find_reach(variants, context, open_)
    return Graded(
        measured,
        statuses,
        points,
        missing & least.known,
        points.or_else(least),
        points.or_else(most),
        percentiles,
        from_user,
    )


def _points(scorer: Scorer, context: Context) -> Points:
    with isolated(f"scorer of metric {context.metric}"):
        scored = scorer.points(context.values, context)
    if type(scorer) not in KINDS.values():
        check_points(scored, context)
    return scored


def unweighed_shops(variants: Sequence[VariantShops], metric: str) -> Mask:
    """Return the shops by whose rules it is not known what a metric weighs."""
    rows = [variant.rows for variant in variants if variant.entry(metric).weight is None]
    found: Mask = np.logical_or.reduce([np.zeros_like(variants[-1].rows), *rows])
    return found


def check_points(found: object, context: Context) -> None:
    """Check what a plugin's own scorer returns: points of each shop, on the scale.

    Raises:
        PluginError: naming the metric, and what is wrong.
    """
    size = len(context.has_value)
    if not isinstance(found, Points):
        said = message("Points are needed, not {found}", found=shortened(repr(found)))
    elif not isinstance(found.values, Rationals) or len(found.values) != size:
        said = message("points of each of {n} shops are needed, as Rationals", n=size)
    elif getattr(found.known, "dtype", None) != np.bool_ or found.known.shape != (size,):
        said = message("known must say of each of {n} shops whether it has points", n=size)
    else:
        low, high = (Rationals.constant(end, size) for end in (context.low, context.high))
        off = found.known & (found.values.above(high) | low.above(found.values))
        if not off.any():
            return
        points = found.values.take(np.flatnonzero(off)[:1]).fractions()[0]
        said = message(
            "{points:g} points are outside the scale, {low:g} to {high:g}",
            points=float(points),
            low=float(context.low),
            high=float(context.high),
        )
    raise PluginError(
        message("scorer of metric {metric}: {said}", metric=context.metric, said=said)
    )


def _find_reach(
    variants: Sequence[VariantShops], context: Context, asked: Mask
) -> tuple[ExactColumn, ExactColumn]:
    """Return the least and the most points that the asked shops could have; unknown of others."""
    least = most = ExactColumn.unknown(len(asked))
    for variant in variants:
        if (rows := variant.rows & asked).any():
            reach = _reach(variant, variant.entry(context.metric), context)
            least = ExactColumn(reach.lowest, reach.possible).where(rows, least)
            most = ExactColumn(reach.highest, reach.possible).where(rows, most)
    return least, most


def _reach(variant: VariantShops, entry: MetricEntry[Weight], context: Context) -> Reach:
    """Return the points that each shop could have; any where it is not known how they are made."""
    if entry.scorer not in variant.rules.scorers:
        return Reach.everywhere(context.low, context.high, len(context.has_value))
    with isolated(f"scorer of metric {context.metric}"):
        return variant.rules.scorers[entry.scorer].reach(context)


def _grade_adjustment(measured: MetricValues, adjustment: Adjustment[Fraction]) -> Graded:
    """Grade a bonus or a deduction, up to its cap; without the points of each unit it has none."""
    known, each = measured.known, adjustment.points
    statuses = np.where(known, _code("ok"), _code("no_data")).astype(np.int8)
    missing = measured.missing & ~known
    points = measured.column
    if each is None:
        statuses[known] = _code("missing_number")
        points, missing = ExactColumn.unknown(len(known)), np.zeros_like(missing)
    elif each != 1:
        points = ExactColumn(points.values.scaled(each), known)
    if adjustment.cap is not None:
        most = Rationals.constant(adjustment.cap, len(points))
        points = ExactColumn(points.values.least(most), points.known)
    return Graded(measured, statuses, points, missing, points, points)


def _grade_informational(
    measured: MetricValues, percentiles: Percentiles | None, *, judged: bool
) -> Graded:
    """Grade a metric without a weight: it is what a criterion looks at, or only shown."""
    status = _code("criterion" if judged else "informational")
    statuses = np.where(measured.known, status, _code("no_data")).astype(np.int8)
    none = ExactColumn.unknown(len(statuses))
    return Graded(measured, statuses, none, measured.missing, none, none, percentiles)


def _code(status: str) -> int:
    try:
        return METRIC_STATUSES.index(status)
    except ValueError:
        said = message(
            "a scorer returned the reason {status!r}; known: {words}",
            status=status,
            words=listed(METRIC_STATUSES),
        )
        raise PluginError(said) from None
