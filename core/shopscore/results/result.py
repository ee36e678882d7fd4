"""Results: columns with every number behind a score; shops and metrics are views made on demand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from attrs import field, frozen

from .._version import version
from ..composing.comparison import Compared, show_percent
from ..composing.composition import Composed
from ..composing.eligibility import EligibilityCheck
from ..composing.publication import Published
from ..composing.standards import Attainment
from ..errors import UsageError, did_you_mean
from ..exact.columns import ExactColumn
from ..grading.points import METRIC_STATUSES, Graded
from ..grading.variants import by_variant
from ..model.rulesets import MissingNumber
from ..plugins.bound_rules import BoundRuleSet
from ..reading.events import Events
from ..reading.report import LoadReport
from ..rules.coverage import missing_numbers, why_missing
from .views import DimensionView, MetricView, ShopView

if TYPE_CHECKING:
    import pandas as pd


#: Columns that only some results have beside a metric.
BESIDE = (
    "industry_mean",
    "direction",
    "difference",
    "difference_shown",
    "standard",
    "reached",
)


@frozen(eq=False, slots=False)
class Result:
    """The scores of many shops on a day, as columns; sorted by shop id.

    Iterate it, or ask for ``result["S001"]``; take all of it with :meth:`to_polars`,
    :meth:`to_pandas`, :meth:`to_json`, or through the Arrow PyCapsule interface.
    """

    rules: BoundRuleSet
    as_of: date
    shops: pl.DataFrame
    graded: Mapping[str, Graded] = field(repr=False)
    composed: Composed = field(repr=False)
    published: Published = field(repr=False)
    checks: tuple[EligibilityCheck, ...] = field(repr=False, default=())
    compared: Mapping[str, Compared] = field(repr=False, factory=dict)
    attainments: Mapping[str, Attainment] = field(repr=False, factory=dict)
    events: Events | None = field(repr=False, default=None)
    notices: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.shops)

    def __iter__(self) -> Iterator[ShopView]:
        return (self._view(row) for row in range(len(self)))

    def __getitem__(self, shop_id: str) -> ShopView:
        """The view of one shop; raises UsageError where it is not in the result."""
        return self._view(self._row(shop_id))

    def __contains__(self, shop_id: object) -> bool:
        """Whether there is a shop of that id."""
        return isinstance(shop_id, str) and shop_id in self.shops["shop_id"]

    def _row(self, shop_id: str) -> int:
        ids = self.shops["shop_id"]
        if not isinstance(shop_id, str):
            raise UsageError(f"shops are found by their id, a text, not by {shop_id!r}")
        row = int(ids.search_sorted(shop_id)) if len(ids) else 0
        if row >= len(ids) or ids[row] != shop_id:
            raise UsageError(f"no shop {shop_id} here{did_you_mean(shop_id, ids.head(20))}")
        return row

    def only(self, shop_ids: tuple[str, ...]) -> pl.Series:
        """Rows of the given shops, in the order of the result; raises for unknown ones."""
        return pl.Series(sorted({self._row(id) for id in shop_ids}), dtype=pl.UInt32)

    @property
    def report(self) -> LoadReport | None:
        """The books of reading; None where the result was not made from events."""
        return None if self.events is None else self.events.report

    @cached_property
    def missing_numbers(self) -> tuple[MissingNumber, ...]:
        """The numbers that the rules of these shops need and nobody has given."""
        rulesets = (*(ruleset for _, ruleset in self.rules.variants), self.rules.ruleset)
        shops = by_variant(self.rules.exact, self.shops["industry"])
        used = (r for r, variant in zip(rulesets, shops, strict=True) if variant.rows.any())
        found = (m for ruleset in used for m in missing_numbers(ruleset))
        return tuple({m.number: m for m in found}.values())

    @property
    def versions(self) -> dict[str, str | None]:
        """Versions of package, plugin and rule set, and the digest of the input."""
        return {
            "shopscore": version(),
            "plugin": self.rules.plugin_version,
            "ruleset_sha256": self.rules.ruleset.sha256,
            "input_digest": None if self.events is None else self.events.digest,
        }

    def to_polars(self) -> pl.DataFrame:
        """One row per shop: status, score, each dimension's points, and each metric's columns."""
        columns = {
            "shop_id": self.shops["shop_id"],
            "industry": self.shops["industry"],
            "status": pl.Series(self.published.status, dtype=pl.String),
            "score": self.score,
            "score_exact": self.score_exact,
            **({"coverage": self.coverage} if self.coverage.is_not_null().any() else {}),
            **{f"{id}.points": points for id, points in self.dimension_points.items()},
        }
        for id, found in self.all_metric_columns.items():
            for name in ("value", "n", "percentile", "points", "weight", "status", *BESIDE):
                if name in found.columns:
                    columns[f"{id}.{name}"] = found[name]
        columns["tiers"] = self.tiers
        return pl.DataFrame([series.alias(name) for name, series in columns.items()])

    def to_pandas(self) -> pd.DataFrame:
        """The columns of :meth:`to_polars` as a pandas dataframe (extra ``pandas``)."""
        return self.to_polars().to_pandas()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_polars().__arrow_c_stream__(requested_schema)

    def to_json(self, shop_ids: tuple[str, ...] = ()) -> str:
        """The document ``shopscore.score/1``; with ``shop_ids`` only those shops are listed."""
        from .json_text import score_document

        return score_document(self, self.only(shop_ids) if shop_ids else None)

    @cached_property
    def score(self) -> pl.Series:
        """The rounded score; null where there is none."""
        return self._floats(self.published.score)

    @cached_property
    def coverage(self) -> pl.Series:
        """The share of the total whose numbers are known; null where none is missing."""
        return self._floats(self.composed.coverage)

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
    def tiers(self) -> pl.Series:
        """The tiers that each shop's score opens, in the order of the rules."""
        tiers = self.published.tiers
        if not tiers:
            return pl.Series([[]], dtype=pl.List(pl.String)).new_from_index(0, len(self))
        marks = pl.DataFrame(dict(tiers))
        words = [pl.when(pl.col(id)).then(pl.lit(id)) for id in tiers]
        return marks.select(pl.concat_list(words).list.drop_nulls()).to_series()

    def metric_columns(self, id: str) -> pl.DataFrame:
        """Status, value, n, percentile, points, weight, from_table and reason of one metric.

        Also what stands beside it, where there is a comparison or a standard.
        """
        graded = self.graded[id]
        weights = self.composed.weights.get(id, ExactColumn.unknown(len(self)))
        ranks = graded.percentiles
        status = pl.Series(METRIC_STATUSES).gather(graded.statuses)
        why = _in_words(graded.measured.missing_columns) or graded.measured.no_value_reason
        reasons = pl.DataFrame([status.alias("status")]).select(
            pl.when(pl.col("status") == "no_data")
            .then(pl.lit(why))
            .when(pl.col("status") == "missing_number")
            .then(pl.lit(why_missing(self.rules.ruleset, id)))
        )
        nothing = pl.Series([None], dtype=pl.Float64).new_from_index(0, len(self))
        columns = {
            "status": status,
            "value": self._floats(graded.measured.column),
            "n": pl.Series(graded.measured.n, dtype=pl.Int64),
            "percentile": nothing if ranks is None else self._floats(ranks.column),
            "points": self._floats(graded.points),
            "weight": self._floats(weights),
            "from_table": pl.Series(
                np.zeros(len(self), dtype=np.bool_) if ranks is None else ranks.from_table
            ),
            "reason": reasons.to_series(),
        }
        columns |= self._comparison(id) | self._verdict(id)
        return pl.DataFrame([series.alias(name) for name, series in columns.items()])

    def _comparison(self, id: str) -> dict[str, pl.Series]:
        found, rule = self.compared.get(id), self.rules.ruleset.comparison
        if found is None or rule is None:
            return {}
        texts: list[str | None] = [None] * len(self)
        parts = found.differences
        rows = np.flatnonzero(parts.known)
        shown = show_percent(rule.kind, parts.values.take(rows))
        for row, text in zip(rows.tolist(), shown, strict=True):
            texts[row] = text
        return {
            "industry_mean": self._floats(found.means),
            "direction": pl.Series(found.directions.tolist(), dtype=pl.String),
            "difference": self._floats(parts),
            "difference_shown": pl.Series(texts, dtype=pl.String),
        }

    def _verdict(self, id: str) -> dict[str, pl.Series]:
        found = self.attainments.get(id)
        if found is None:
            return {}
        compared = found.standards.known & self.graded[id].measured.known
        return {
            "standard": self._floats(found.standards),
            "reached": pl.Series(found.reached).set(pl.Series(~compared), None),
        }

    def dimension_of(self, id: str) -> str | None:
        """The dimension that a metric is weighed in; None for informational ones."""
        return next((d.id for d, m in self.rules.ruleset.entries if m.id == id), None)

    @staticmethod
    def _floats(column: ExactColumn) -> pl.Series:
        return pl.Series(column.values.floats()).set(pl.Series(~column.known), None)

    @cached_property
    def all_metric_columns(self) -> dict[str, pl.DataFrame]:
        """:meth:`metric_columns` of every metric shown."""
        return {id: self.metric_columns(id) for id in self.graded}

    @cached_property
    def dimension_points(self) -> dict[str, pl.Series]:
        """Points of each dimension."""
        return {id: self._floats(column) for id, column in self.composed.dimensions.items()}

    @cached_property
    def dimension_weights(self) -> dict[str, pl.Series]:
        """Weights of each dimension by the rules; null where one is not known."""
        return {id: self._floats(column) for id, column in self.composed.dimension_weights.items()}

    def _view(self, row: int) -> ShopView:
        return ShopView(
            shop_id=self.shops["shop_id"][row],
            industry=self.shops["industry"][row],
            status=str(self.published.status[row]),
            score=self.score[row],
            score_exact=self.score_exact[row],
            dimensions=tuple(
                DimensionView(id, self.dimension_weights[id][row], points[row])
                for id, points in self.dimension_points.items()
            ),
            metrics=tuple(
                MetricView(id=id, dimension=self.dimension_of(id), **columns.row(row, named=True))
                for id, columns in self.all_metric_columns.items()
            ),
            tiers=tuple(self.tiers[row]),
            coverage=self.coverage[row],
        )


def _in_words(names: tuple[str, ...]) -> str:
    """Return the missing columns and streams in words; empty where nothing is missing."""
    columns = [name for name in names if not name.startswith("stream ")]
    parts = [f"column {' and '.join(columns)}"] if columns else []
    parts += [name for name in names if name not in columns]
    return f"no {' and no '.join(parts)}" if parts else ""
