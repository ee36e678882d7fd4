"""The columns of a result: every number behind a score, for all shops at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import polars as pl
from attrs import frozen

from ..composing.comparison import Compared, show_percent
from ..composing.composition import Composed
from ..composing.eligibility import EligibilityCheck
from ..composing.publication import Published
from ..composing.standards import Attainment
from ..exact.columns import ExactColumn
from ..grading.points import METRIC_STATUSES, Graded
from ..grading.typed_values import Console
from ..model.rulesets import RuleSet
from ..rules.coverage import why_missing
from . import sources

#: Columns of a metric that only some results have: with typed-in values, a comparison, standards.
OPTIONAL = (
    "percentile_source",
    "points_source",
    "industry_mean",
    "direction",
    "difference",
    "difference_shown",
    "standard",
    "reached",
)
_OF_EVERY_METRIC = ("value", "n", "percentile", "points", "weight", "status", "source")


@frozen(eq=False, slots=False)
class Columns:
    """The outcome of each stage as polars columns, made when they are first asked for.

    Every column has one row per shop, in the order of ``shops``.
    """

    ruleset: RuleSet
    shops: pl.DataFrame
    graded: Mapping[str, Graded]
    composed: Composed
    published: Published
    checks: tuple[EligibilityCheck, ...]
    compared: Mapping[str, Compared]
    attainments: Mapping[str, Attainment]
    console: Console

    def __len__(self) -> int:
        return len(self.shops)

    @cached_property
    def status(self) -> pl.Series:
        """Whether each shop has a score, or why not."""
        return pl.Series(self.published.status, dtype=pl.String)

    @cached_property
    def score(self) -> pl.Series:
        """The rounded score; null where there is none."""
        return _floats(self.published.score)

    @cached_property
    def score_exact(self) -> pl.Series:
        """The unrounded score as a fraction in lowest terms; null where there is none."""
        rows = np.flatnonzero(self.published.total)
        num, den = self.composed.score.values.take(rows).lowest_terms()
        texts: list[str | None] = [None] * len(self)
        for row, above, below in zip(rows.tolist(), num.tolist(), den.tolist(), strict=True):
            texts[row] = str(above) if below == 1 else f"{above}/{below}"
        return pl.Series(texts, dtype=pl.String)

    @cached_property
    def coverage(self) -> pl.Series:
        """The share of the total whose numbers are known; null where none is missing."""
        return _floats(self.composed.coverage)

    @cached_property
    def tiers(self) -> pl.Series:
        """The tiers that each shop's score opens, in the order of the rules."""
        tiers = self.published.tiers
        if not tiers:
            return pl.Series([[]], dtype=pl.List(pl.String)).new_from_index(0, len(self))
        marks = pl.DataFrame(dict(tiers))
        words = [pl.when(pl.col(id)).then(pl.lit(id)) for id in tiers]
        return marks.select(pl.concat_list(words).list.drop_nulls()).to_series()

    @cached_property
    def of_shops(self) -> dict[str, pl.Series]:
        """What each shop has once; ``coverage`` only where a number is missing."""
        columns = {
            "shop_id": self.shops["shop_id"],
            "industry": self.shops["industry"],
            "status": self.status,
            "score": self.score,
            "score_exact": self.score_exact,
        }
        if self.coverage.is_not_null().any():
            columns["coverage"] = self.coverage
        return columns | self.total_console

    @property
    def total_console(self) -> dict[str, pl.Series]:
        """The totals that a console shows, and how far they are below the scores; none: empty."""
        return _console(self.console.total, self.published.score)

    def dimension_console(self, id: str) -> dict[str, pl.Series]:
        """Return the same of a dimension."""
        return _console(self.console.dimensions.get(id), self.composed.dimensions[id])

    @cached_property
    def dimension_points(self) -> dict[str, pl.Series]:
        """Points of each dimension."""
        return {id: _floats(column) for id, column in self.composed.dimensions.items()}

    @cached_property
    def dimension_weights(self) -> dict[str, pl.Series]:
        """Weights of each dimension by the rules; null where one is not known."""
        return {id: _floats(column) for id, column in self.composed.dimension_weights.items()}

    @cached_property
    def metrics(self) -> dict[str, pl.DataFrame]:
        """Status, value, n, percentile, points, weight, from_table, reason, source of each metric.

        Those of :data:`OPTIONAL` follow where there is a comparison or a standard.
        """
        return {id: self._metric(id, graded) for id, graded in self.graded.items()}

    @cached_property
    def typed(self) -> bool:
        """Whether a user typed in anything, be it used or not."""
        return any(map(sources.has_typed, self.graded.values()))

    @property
    def mixed(self) -> bool:
        """Whether some numbers may be from events, and some typed in."""
        return self.typed and any(graded.measured.sums for graded in self.graded.values())

    def dimension_of(self, id: str) -> str | None:
        """Return the dimension that a metric is weighed in; None for informational ones."""
        return next((d.id for d, m in self.ruleset.entries if m.id == id), None)

    def frame(self, head: Mapping[str, object]) -> pl.DataFrame:
        """Return one row per shop; the values of ``head`` are the same in each, and come first."""
        columns = {name: repeat(value, len(self)) for name, value in head.items()}
        columns |= self.of_shops
        for id, points in self.dimension_points.items():
            columns[f"{id}.points"] = points
            columns |= {f"{id}.{name}": c for name, c in self.dimension_console(id).items()}
        for id, metric in self.metrics.items():
            for name in (*_OF_EVERY_METRIC, *OPTIONAL):
                if name in metric.columns:
                    columns[f"{id}.{name}"] = metric[name]
        columns["tiers"] = self.tiers
        return pl.DataFrame([series.alias(name) for name, series in columns.items()])

    def _metric(self, id: str, graded: Graded) -> pl.DataFrame:
        unknown = ExactColumn.unknown(len(self))
        ranks = graded.percentiles
        status = pl.Series(METRIC_STATUSES).gather(graded.statuses)
        columns = {
            "status": status,
            "value": _floats(graded.measured.column),
            "n": _row_counts(graded),
            "percentile": _floats(unknown if ranks is None else ranks.column),
            "points": _floats(graded.points),
            "weight": _floats(self.composed.weights.get(id, unknown)),
            "from_table": pl.Series(unknown.known if ranks is None else ranks.from_table),
            "reason": self._reasons(id, graded, status),
            "source": sources.of_value(graded),
        }
        if self.typed:
            columns["percentile_source"] = sources.of_percentile(graded)
            columns["points_source"] = sources.of_points(graded)
        columns |= self._comparison(id) | self._attainment(id)
        return pl.DataFrame([series.alias(name) for name, series in columns.items()])

    def _reasons(self, id: str, graded: Graded, status: pl.Series) -> pl.Series:
        """Return why a metric has no value, or which of its numbers are missing."""
        why = _in_words(graded.measured.missing_columns) or graded.measured.no_value_reason
        numbers = why_missing(self.ruleset, id)
        reasons = pl.DataFrame([status.alias("status")]).select(
            pl.when(pl.col("status") == "no_data")
            .then(pl.lit(why))
            .when(pl.col("status") == "missing_number")
            .then(pl.lit(numbers))
        )
        return reasons.to_series()

    def _comparison(self, id: str) -> dict[str, pl.Series]:
        compared, rule = self.compared.get(id), self.ruleset.comparison
        if compared is None or rule is None:
            return {}
        texts: list[str | None] = [None] * len(self)
        rows = np.flatnonzero(compared.differences.known)
        shown = show_percent(rule.kind, compared.differences.values.take(rows))
        for row, text in zip(rows.tolist(), shown, strict=True):
            texts[row] = text
        return {
            "industry_mean": _floats(compared.means),
            "direction": pl.Series(compared.directions.tolist(), dtype=pl.String),
            "difference": _floats(compared.differences),
            "difference_shown": pl.Series(texts, dtype=pl.String),
        }

    def _attainment(self, id: str) -> dict[str, pl.Series]:
        attained = self.attainments.get(id)
        if attained is None:
            return {}
        comparable = attained.standards.known & self.graded[id].measured.known
        return {
            "standard": _floats(attained.standards),
            "reached": pl.Series(attained.reached).set(pl.Series(~comparable), None),
        }


def repeat(
    value: object, length: int, dtype: pl.DataType | type[pl.DataType] | None = None
) -> pl.Series:
    """Return a column that has one value in every row."""
    return pl.Series([value], dtype=dtype).new_from_index(0, length)


def _floats(column: ExactColumn) -> pl.Series:
    return pl.Series(column.values.floats()).set(pl.Series(~column.known), None)


def _row_counts(graded: Graded) -> pl.Series:
    """Return on how many rows each value rests; null where that is not known."""
    counts = pl.Series(graded.measured.n, dtype=pl.Int64)
    unknown = graded.measured.n_unknown
    return counts if unknown is None else counts.set(pl.Series(unknown), None)


def _console(shown: ExactColumn | None, computed: ExactColumn) -> dict[str, pl.Series]:
    """Return what a console shows, and by how much what is computed is above it."""
    if shown is None:
        return {}
    ahead = computed.values + shown.values.scaled(-1)
    return {
        "console": _floats(shown),
        "console_difference": _floats(ExactColumn(ahead, computed.known & shown.known)),
    }


def _in_words(names: tuple[str, ...]) -> str:
    """Return the missing columns and streams in words; empty where nothing is missing."""
    columns = [name for name in names if not name.startswith("stream ")]
    parts = [f"column {' and '.join(columns)}"] if columns else []
    parts += [name for name in names if name not in columns]
    return f"no {' and no '.join(parts)}" if parts else ""
