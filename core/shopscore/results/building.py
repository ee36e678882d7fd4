"""Build a result from metric values: grade, compose, publish, compare."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl
from attrs import evolve

from ..composing.comparison import compare
from ..composing.composition import compose
from ..composing.conditions import Measures
from ..composing.eligibility import check_eligibility, ranked_shops
from ..composing.publication import publish
from ..composing.standards import compare_with_standards
from ..grading.points import NOTHING_SUPPLIED, Supplied, grade
from ..grading.typed_values import Console
from ..grading.weighing import MetricValues
from ..notices import Notice
from ..plugins.bound_rules import BoundRuleSet
from .findings import find_notices
from .reference_tables import ReferenceTables
from .result import Result


def build_result(
    rules: BoundRuleSet,
    as_of: date,
    measured: Mapping[str, MetricValues],
    shops: pl.DataFrame,
    tables: ReferenceTables | None = None,
    *,
    supplied: Supplied = NOTHING_SUPPLIED,
    console: Console | None = None,
    notices: tuple[Notice, ...] = (),
) -> Result:
    """Build the result from metric values: grade, compose, publish, compare with the industry.

    ``console`` is what a console shows, to compare with.
    """
    tables = tables or ReferenceTables()
    exact, industries = rules.exact, shops["industry"]
    measures = Measures(measured, industries, mean_kind=exact.mean_kind)
    checks = check_eligibility(exact, measures)
    peers = ranked_shops(exact, checks)
    graded = grade(
        rules, measured, shops, benchmark=tables.benchmarks, peers=peers, supplied=supplied
    )
    composed = compose(exact, graded, industries)
    shown = rules.ruleset.metric_ids
    result = Result(
        rules=rules,
        as_of=as_of,
        shops=shops,
        measured=measured,
        graded=graded,
        composed=composed,
        published=publish(exact, composed, checks, measures),
        checks=checks,
        compared={
            id: compare(exact, measured[id], industries, peers)
            for id in (shown if exact.comparison else ())
        },
        attainments={
            id: compare_with_standards(
                tables.standards, measured[id], rules.metrics[id].metric.better, industries
            )
            for id in shown
            if tables.standards is not None
        },
        console=console or Console(),
    )
    found = find_notices(result, tables)
    return evolve(result, notices=(*notices, *tables.notices, *found))
