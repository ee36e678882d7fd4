"""Build a result from metric values: grade, compose, publish, compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from attrs import evolve, field, frozen

from ..composing.comparison import compare
from ..composing.composition import compose
from ..composing.eligibility import eligibility
from ..composing.publication import publish
from ..composing.standards import Standards, judge
from ..composing.tiers import tiers_on_metrics
from ..exact.rationals import Mask
from ..grading.benchmarks import Benchmark
from ..grading.points import Supplied, grade
from ..grading.weighing import MetricValues
from ..plugins.bound_rules import BoundRuleSet
from .result import Result


def _read_benchmarks(given: Benchmark | str | Path | None) -> Benchmark | None:
    return Benchmark.read(Path(given)) if isinstance(given, str | Path) else given


def _read_standards(given: Standards | str | Path | None) -> Standards | None:
    return Standards.read(Path(given)) if isinstance(given, str | Path) else given


@frozen
class ReferenceTables:
    """What a user knows besides events: percentiles, and standards; as tables or their files."""

    benchmarks: Benchmark | None = field(default=None, converter=_read_benchmarks)
    standards: Standards | None = field(default=None, converter=_read_standards)


def build_result(
    rules: BoundRuleSet,
    as_of: date,
    measured: Mapping[str, MetricValues],
    shops: pl.DataFrame,
    tables: ReferenceTables | None = None,
    *,
    given: Supplied | None = None,
    eligible: bool = False,
    notices: tuple[str, ...] = (),
) -> Result:
    """From metric values to the result: grade, compose, publish, and hold against the industry.

    ``eligible`` takes the conditions for a published score as met, where they cannot be checked.
    """
    tables = tables or ReferenceTables()
    benchmarks, standards = tables.benchmarks, tables.standards
    shown = rules.ruleset.metric_ids
    if benchmarks is not None:
        unknown = sorted({m for _, m in benchmarks.curves} - set(shown))
        notices = (*notices, *(f"benchmark rows of metric {m} serve nothing" for m in unknown))
    if standards is not None:
        unknown = sorted(standards.metrics - set(shown))
        notices = (*notices, *(f"standards of metric {m} serve nothing" for m in unknown))
    verdicts = () if eligible else eligibility(rules.ruleset, measured)
    peers: Mask | None = None
    if rules.ruleset.number(rules.ruleset.peers_need_eligibility):
        peers = np.logical_and.reduce([v.met for v in verdicts]) if verdicts else None
    graded = grade(rules, measured, shops, benchmark=benchmarks, peers=peers, given=given)
    industries = shops["industry"].to_list()
    composed = compose(rules.ruleset, graded, shops["industry"])
    on_metrics = tiers_on_metrics(rules.ruleset, measured, industries)
    published = publish(rules.ruleset, composed, verdicts, graded, on_metrics)
    compared = {
        id: compare(rules.ruleset, measured[id], industries, peers)
        for id in (shown if rules.ruleset.comparison else ())
    }
    judged = {
        id: judge(standards, measured[id], rules.metrics[id].metric.better, industries)
        for id in shown
        if standards is not None
    }
    result = Result(
        rules=rules,
        as_of=as_of,
        shops=shops,
        graded=graded,
        composed=composed,
        published=published,
        verdicts=verdicts,
        compared=compared,
        judged=judged,
        notices=notices,
    )
    return evolve(result, notices=(*notices, *_from_table(result), *_missing_numbers(result)))


def _from_table(result: Result) -> Iterator[str]:
    """Which metrics have percentiles that are not ranks among these shops."""
    found = [
        id
        for id, graded in result.graded.items()
        if graded.percentiles is not None and graded.percentiles.from_table.any()
    ]
    if found:
        yield f"percentiles from the benchmark table (marked *): {', '.join(found)}"


def _missing_numbers(result: Result) -> Iterator[str]:
    """That numbers are missing, and how to give them."""
    found, missing = result.rules.ruleset, [m.number for m in result.missing_numbers]
    if missing:
        first = f"{', '.join(missing[:3])}{', …' if len(missing) > 3 else ''}"
        yield (
            f"numbers of {found.name} are not published, and nobody gave them: {len(missing)}"
            f" ({first}); shopscore-plugins rules {found.platform} -c {found.scorecard}"
            f" -r {found.version} --missing prints a file to fill in, for --numbers"
        )
