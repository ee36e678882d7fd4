"""Build a result from metric values: grade, compose, publish, compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from attrs import evolve, field, frozen

from ..composing.comparison import compare
from ..composing.composition import compose
from ..composing.conditions import Measures
from ..composing.eligibility import check_eligibility, take_as_met
from ..composing.publication import publish
from ..composing.standards import Standards, compare_with_standards
from ..exact.rationals import Mask
from ..grading.benchmarks import Benchmark
from ..grading.names import Names
from ..grading.points import NOTHING_SUPPLIED, Supplied, grade
from ..grading.typed_values import Console
from ..grading.weighing import MetricValues
from ..messages import listed, message
from ..notices import Notice
from ..plugins.bound_rules import BoundRuleSet
from .hints import rules_command
from .notices_on_values import notices_on_values
from .result import Result


def _read_benchmarks(table: Benchmark | str | Path | None) -> Benchmark | None:
    return Benchmark.read(Path(table)) if isinstance(table, str | Path) else table


def _read_standards(table: Standards | str | Path | None) -> Standards | None:
    return Standards.read(Path(table)) if isinstance(table, str | Path) else table


@frozen
class ReferenceTables:
    """What a user knows besides events: percentiles, and standards; as tables or their files."""

    benchmarks: Benchmark | None = field(default=None, converter=_read_benchmarks)
    standards: Standards | None = field(default=None, converter=_read_standards)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What to know of the files of the tables."""
        tables = (table for table in (self.benchmarks, self.standards) if table is not None)
        return tuple(notice for table in tables for notice in table.notices)

    def bound(self, rules: BoundRuleSet) -> ReferenceTables:
        """Return the tables in the names and units of some rules.

        Raises:
            InputError: naming file and line of a number that no value of its metric can be.
        """
        names = Names.of(rules)
        return ReferenceTables(
            self.benchmarks and self.benchmarks.bound(names),
            self.standards and self.standards.bound(names),
        )


def build_result(
    rules: BoundRuleSet,
    as_of: date,
    measured: Mapping[str, MetricValues],
    shops: pl.DataFrame,
    tables: ReferenceTables | None = None,
    *,
    supplied: Supplied = NOTHING_SUPPLIED,
    console: Console | None = None,
    unchecked: Mapping[str, Mask] | None = None,
    notices: tuple[Notice, ...] = (),
) -> Result:
    """Build the result from metric values: grade, compose, publish, compare with the industry.

    ``unchecked`` marks, by condition of eligibility, the shops that are taken to meet it, since
    nobody can tell. ``console`` is what a console shows, to compare with.
    """
    tables = tables or ReferenceTables()
    exact, industries = rules.exact, shops["industry"].to_list()
    measures = Measures(measured, industries, mean_kind=exact.mean_kind)
    checks = take_as_met(check_eligibility(exact, measures), unchecked or {}, measures)
    peers: Mask | None = None
    if exact.peers_need_eligibility and checks:
        peers = np.logical_and.reduce([check.met for check in checks])
    graded = grade(
        rules, measured, shops, benchmark=tables.benchmarks, peers=peers, supplied=supplied
    )
    composed = compose(exact, graded, shops["industry"])
    shown = rules.ruleset.metric_ids
    result = Result(
        rules=rules,
        as_of=as_of,
        shops=shops,
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
        notices=(*notices, *tables.notices, *_unused(tables, shown)),
    )
    more = (*_from_table(result), *notices_on_values(result), *_missing_numbers(result))
    return evolve(result, notices=(*result.notices, *more))


def _unused(tables: ReferenceTables, shown: Sequence[str]) -> Iterator[Notice]:
    """Yield notices on rows of a user's tables that are about no metric of the rule set."""
    if tables.benchmarks is not None:
        for metric in sorted({m for _, m in tables.benchmarks.curves} - set(shown)):
            said = message(
                "benchmark rows of metric {metric} are not used by this rule set", metric=metric
            )
            yield Notice("benchmark_unused", said, metrics=(metric,))
    if tables.standards is not None:
        for metric in sorted(tables.standards.metrics - set(shown)):
            said = message(
                "standards of metric {metric} are not used by this rule set", metric=metric
            )
            yield Notice("standards_unused", said, metrics=(metric,))


def _from_table(result: Result) -> Iterator[Notice]:
    """Yield a notice on metrics whose percentiles are not ranks among these shops."""
    found = [
        id
        for id, graded in result.graded.items()
        if graded.percentiles is not None and graded.percentiles.from_table.any()
    ]
    if found:
        said = message(
            "percentiles from the benchmark table (marked *): {metrics}", metrics=listed(found)
        )
        yield Notice("benchmark_used", said, metrics=tuple(found))


def _missing_numbers(result: Result) -> Iterator[Notice]:
    """Yield a notice on numbers that are missing, and how to supply them."""
    rules, missing = result.rules, [m.number for m in result.missing_numbers]
    if missing:
        said = message(
            "numbers of {ruleset} are not published and were not supplied: {count} ({first});"
            " {command} --missing prints a file to fill in, for numbers=",
            ruleset=rules.ruleset.name,
            count=len(missing),
            first=listed([*missing[:3], *(["…"] if len(missing) > 3 else [])]),
            command=rules_command(rules),
        )
        yield Notice("numbers_missing", said)
