"""Build a result from metric values: grade, compose, publish, compare."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from attrs import evolve

from ..composing.caps import cap_totals
from ..composing.comparison import Compared, compare
from ..composing.composition import Told, compose_with
from ..composing.conditions import Measures
from ..composing.eligibility import EligibilityCheck, check_eligibility, ranked_shops
from ..composing.fixed_totals import fix_totals
from ..composing.levels import find_levels
from ..composing.publication import publish
from ..composing.set_points import set_points
from ..exact.columns import ExactColumn
from ..exact.rationals import Mask, Rationals
from ..grading.console import Console
from ..grading.points import NOTHING_SUPPLIED, Supplied, grade
from ..grading.weighing import MetricValues
from ..model.expressions import DAY_SECONDS
from ..notices import Notice
from ..plugins.bound_rules import BoundRuleSet
from ..rules.exact_rules import ExactRuleSet
from .findings import find_notices
from .reference_tables import ReferenceTables
from .result import Result

if TYPE_CHECKING:
    from ..composing.standards import Attainment
    from ..grading.instead import Instead


def build_result(
    rules: BoundRuleSet,
    as_of: date,
    measured: Mapping[str, MetricValues],
    shops: pl.DataFrame,
    tables: ReferenceTables | None = None,
    *,
    supplied: Supplied = NOTHING_SUPPLIED,
    console: Console | None = None,
    judged_on: date | None = None,
    ranks: bool = True,
    notices: tuple[Notice, ...] = (),
) -> Result:
    """Build the result from metric values: grade, compose, publish, compare with the industry.

    ``console`` is what a console shows, to compare with. Days are counted to ``judged_on``, by
    default to ``as_of``. Without ``ranks`` no shop is a peer of another.
    """
    tables = tables or ReferenceTables()
    result = grade_and_publish(
        rules, as_of, measured, shops, tables,
        supplied=supplied, console=console, judged_on=judged_on, ranks=ranks,
    )  # fmt: skip
    industries, peers = shops["industry"], _peers(rules.exact, result.checks, len(shops), ranks)
    compared = evolve(
        result,
        compared=_compared(rules, measured, industries, peers),
        attainments=_attainments(rules, measured, industries, tables),
    )
    found = find_notices(compared, tables)
    return evolve(compared, notices=(*notices, *tables.notices, *found))


def grade_and_publish(
    rules: BoundRuleSet,
    as_of: date,
    measured: Mapping[str, MetricValues],
    shops: pl.DataFrame,
    tables: ReferenceTables,
    *,
    supplied: Supplied = NOTHING_SUPPLIED,
    console: Console | None = None,
    judged_on: date | None = None,
    ranks: bool = True,
    instead: Instead | None = None,
) -> Result:
    """Return the result as far as it is graded and published: compared with nothing, without notices.

    A row may stand ``instead`` of another shop; the other arguments are those of :func:`build_result`.
    """
    exact, industries = rules.exact, shops["industry"]
    types = shops["shop_type"] if "shop_type" in shops.columns else None
    days = days_of_shops(rules, shops, judged_on or as_of)
    measures = Measures(
        measured,
        industries,
        mean_kind=exact.mean_kind,
        days=days,
        shop_types=types,
        shops=shops["shop_id"],
        told_bounds={} if console is None else console.bounds,
        told_counts={} if console is None else console.counts,
        instead=instead,
    )
    checks = check_eligibility(exact, measures)
    graded = grade(
        rules,
        measured,
        shops,
        benchmark=tables.benchmarks,
        peers=_peers(exact, checks, len(shops), ranks),
        supplied=supplied,
        instead=instead,
    )
    told = _told(Console() if console is None else console)
    graded = set_points(exact, graded, measures)
    composed = compose_with(exact, graded, industries, types, told, measures.shops)
    composed = fix_totals(exact, cap_totals(exact, composed, measures), checks, measures)
    published = publish(exact, composed, checks, measures)
    known = evolve(
        measures,
        dimensions=composed.dimensions,
        total=published.score,
        ends=(published.lowest, published.highest),
    )
    return Result(
        rules=rules,
        as_of=as_of,
        shops=shops,
        measured=measured,
        graded=graded,
        composed=composed,
        published=published,
        levels=find_levels(exact, known),
        checks=checks,
        console=Console() if console is None else console,
    )


def _peers(
    exact: ExactRuleSet, checks: tuple[EligibilityCheck, ...], size: int, ranks: bool
) -> Mask | None:
    """Return which shops are peers of each other; None where all are."""
    return ranked_shops(exact, checks) if ranks else np.zeros(size, dtype=np.bool_)


def _told(console: Console) -> Told:
    """Return what a console tells in the place of what cannot be computed."""
    whole = {1: console.bonus, -1: console.deduction}
    sums = {sign: column for sign, column in whole.items() if column is not None}
    return Told(console.dimensions, console.filling, sums)


def _compared(
    rules: BoundRuleSet,
    measured: Mapping[str, MetricValues],
    industries: pl.Series,
    peers: Mask | None,
) -> dict[str, Compared]:
    """Compare each metric that is shown with its industry, where the rules do."""
    if rules.exact.comparison is None:
        return {}
    ids = rules.ruleset.metric_ids
    return {id: compare(rules.exact, measured[id], industries, peers) for id in ids}


def _attainments(
    rules: BoundRuleSet,
    measured: Mapping[str, MetricValues],
    industries: pl.Series,
    tables: ReferenceTables,
) -> dict[str, Attainment]:
    """Compare each metric that is shown with its standard, where there are some."""
    standards = tables.standards
    if standards is None:
        return {}
    from ..composing.standards import compare_with_standards

    return {
        id: compare_with_standards(
            standards, measured[id], rules.metrics[id].metric.better, industries
        )
        for id in rules.ruleset.metric_ids
    }


def days_of_shops(rules: BoundRuleSet, shops: pl.DataFrame, as_of: date) -> dict[str, ExactColumn]:
    """Return how many days ago a day of each shop was, for each day that conditions ask for."""
    measures = [condition.measure for condition in rules.ruleset.conditions]
    asked = {measure.id for measure in measures if measure.kind == "days since"}
    today = pl.lit(as_of).cast(pl.Date).dt.epoch("d").cast(pl.Int64)
    return {
        name: _exact(shops.select(today - pl.col(name) // DAY_SECONDS).to_series())
        if name in shops.columns
        else ExactColumn.unknown(len(shops))
        for name in asked
    }


def _exact(days: pl.Series) -> ExactColumn:
    whole = days.fill_null(0).to_numpy()
    return ExactColumn(Rationals.of(whole, np.ones_like(whole)), days.is_not_null().to_numpy())
