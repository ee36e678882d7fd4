"""The columns of a result: every number behind a score, for all shops at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ..composing.comparison import DIRECTIONS, Compared
from ..composing.composition import Composed
from ..composing.displays import figures
from ..composing.eligibility import EligibilityCheck
from ..composing.levels import Levels
from ..composing.patterns import Patterns
from ..composing.publication import Published
from ..exact.columns import ExactColumn
from ..exact.rationals import Mask
from ..grading.console import Console
from ..grading.points import METRIC_STATUSES, Graded
from ..grading.variants import coded
from ..model.rulesets import RuleSet
from ..plugins.bound_rules import BoundRuleSet
from ..rules.scorers import Percentiles
from ..value_classes import frozen
from . import sources
from .criteria import OF_CONSOLE, OF_LAST, criterion_columns, level_columns
from .filling import (
    coded_floats,
    floats,
    fraction_texts,
    masked,
    repeat,
    shown_in_percent,
    words,
)
from .holds import cap_columns, clamp_columns
from .reasons import Reasons, metric_reasons, shop_reasons

if TYPE_CHECKING:
    from ..composing.standards import Attainment

#: Columns of a metric that every frame has.
_OF_METRIC = ("value", "n", "percentile", "peers", "points", "weight", "status", "reason", "source")
#: Columns of a metric that only some results have: with typed-in values, a comparison, standards.
OPTIONAL = (
    "percentile_source",
    "points_source",
    "document",
    "document_day",
    "industry_mean",
    "direction",
    "difference",
    "difference_shown",
    "standard",
    "reached",
)


@frozen(eq=False, slots=False)
class Columns:
    """The outcome of each stage as polars columns, made when they are first asked for.

    Every column has one row per shop, in the order of ``shops``.
    """

    rules: BoundRuleSet
    shops: pl.DataFrame
    graded: Mapping[str, Graded]
    composed: Composed
    published: Published
    checks: tuple[EligibilityCheck, ...]
    compared: Mapping[str, Compared]
    attainments: Mapping[str, Attainment]
    console: Console
    found_levels: Levels | None = None
    current: Columns | None = None

    def __len__(self) -> int:
        return len(self.shops)

    @cached_property
    def status(self) -> pl.Series:
        """Whether each shop has a score, or why not."""
        return words(self.published.words, self.published.statuses)

    @cached_property
    def score(self) -> pl.Series:
        """The rounded score; null where there is none."""
        return floats(self.published.score)

    @cached_property
    def score_exact(self) -> pl.Series:
        """The unrounded score as a fraction in lowest terms; null where there is none."""
        return fraction_texts(self.composed.score.only(self.published.total))

    @cached_property
    def coverage(self) -> pl.Series:
        """The share of the total that is known; null where the scorecard has no total."""
        if not self.ruleset.dimensions:
            return pl.Series([None], dtype=pl.Float64).new_from_index(0, len(self))
        return coded_floats(self.composed.known_shares).fill_null(1.0)

    @cached_property
    def score_low(self) -> pl.Series:
        """The lowest that the rounded score can be; null where there can be none."""
        return floats(self.published.lowest)

    @cached_property
    def score_high(self) -> pl.Series:
        """The highest that the rounded score can be; null where there can be none."""
        return floats(self.published.highest)

    @cached_property
    def tiers(self) -> pl.Series:
        """The tiers that each shop has for certain, in the order of the rules."""
        return _marked(self.published.tiers, len(self))

    @cached_property
    def possible_tiers(self) -> pl.Series:
        """The tiers that a shop has for some of the scores that it can have."""
        return _marked(self.published.possible, len(self))

    @cached_property
    def not_checked(self) -> pl.Series:
        """The conditions of a score that could not be checked, in the order of the rules."""
        return _marked({c.eligibility.id: ~c.verdict.told for c in self.checks}, len(self))

    @cached_property
    def reasons(self) -> Reasons:
        """Why each shop has no score."""
        metrics = [(graded, self.metric_reasons[id]) for id, graded in self.graded.items()]
        return shop_reasons(
            self.rules,
            self.shops,
            self.composed,
            self.published,
            self.checks,
            metrics,
            self.console,
        )

    @cached_property
    def metric_reasons(self) -> dict[str, Reasons]:
        """Why each metric has no value or no points."""
        _, industries = coded(self.shops["industry"])
        return {
            id: metric_reasons(self.rules, graded, self.shops, industries, self.checks)
            for id, graded in self.graded.items()
        }

    @cached_property
    def of_shops(self) -> dict[str, pl.Series]:
        """What each shop has once."""
        return {
            "shop_id": self.shops["shop_id"],
            "industry": self.shops["industry"],
            "status": self.status,
            "reason": self.reasons.column(),
            "score": self.score,
            "score_exact": self.score_exact,
            "coverage": self.coverage,
            "score_low": self.score_low,
            "score_high": self.score_high,
            "score_low_exact": self._end_exact(self.composed.ends.lowest),
            "score_high_exact": self._end_exact(self.composed.ends.highest),
            **self.displays,
            **self.levels,
            **self.total_console,
        }

    @property
    def total_console(self) -> dict[str, pl.Series]:
        """The totals that a console shows, and how far they are below the scores; none: empty."""
        return _console(self.console.total, self.published.score)

    def dimension_console(self, id: str) -> dict[str, pl.Series]:
        """Return the same of a dimension."""
        return _console(self.console.dimensions.get(id), self.composed.dimensions[id])

    @property
    def ruleset(self) -> RuleSet:
        """The rule set, as it is declared."""
        return self.rules.ruleset

    def _end_exact(self, end: ExactColumn) -> pl.Series:
        """Return the exact texts of one end of the totals, which mostly is the score itself."""
        score, shown = self.composed.score, end.only(self.published.lowest.known)
        known = score.only(self.published.total).known
        if shown.values is score.values and np.array_equal(shown.known, known):
            return self.score_exact
        return fraction_texts(shown)

    @cached_property
    def dimension_points(self) -> dict[str, pl.Series]:
        """Points of each dimension."""
        return {id: floats(column) for id, column in self.composed.dimensions.items()}

    @cached_property
    def dimension_weights(self) -> dict[str, pl.Series]:
        """Weights of each dimension by the rules; null where one is not known."""
        weights = self.composed.weights_of_dimensions
        return {id: coded_floats(column) for id, column in weights.items()}

    @cached_property
    def metrics(self) -> dict[str, pl.DataFrame]:
        """Status, value, n, percentile, points, weight, from_table, peers, reason and source of each.

        Those of :data:`OPTIONAL` follow where there is a comparison or a standard.
        """
        return {id: self._metric(id, graded) for id, graded in self.graded.items()}

    @cached_property
    def eligibility(self) -> list[dict[str, pl.Series]]:
        """Id, metric, value, condition, bound of each condition of a score, and who meets it."""
        return [
            {
                "id": repeat(check.eligibility.id, len(self)),
                "metric": repeat(check.eligibility.condition.measure.metric, len(self)),
                "value": floats(check.values),
                "condition": repeat(check.eligibility.condition.operator, len(self)),
                "bound": repeat(float(check.eligibility.condition.bound or 0), len(self)),
                "met": masked(check.verdict.met, check.verdict.told),
            }
            for check in self.checks
        ]

    @cached_property
    def displays(self) -> dict[str, pl.Series]:
        """What is shown for the total, such as stars; null below the first step, and not of a fixed one."""
        score = self.published.score.only(~self.composed.fixed_shops)
        return {
            f"shown_{one.id}": floats(figures(one.steps, score))
            for one in self.rules.exact.displays
        }

    @cached_property
    def cap(self) -> dict[str, pl.Series]:
        """The cap that holds each total, and what is known of it; empty where the rules have none."""
        return cap_columns(self.rules.exact, self.composed.capped, self.published)

    @cached_property
    def clamp(self) -> dict[str, pl.Series]:
        """The end of the scale that holds each total; empty where none is held."""
        return clamp_columns(self.composed.clamped, self.published)

    @cached_property
    def levels(self) -> dict[str, pl.Series]:
        """The level of each shop, and the ends between which it lies; empty where there are none.

        Where shops are not judged every day, what they have since the last evaluation follows.
        """
        ids, found = self.shops["shop_id"], self.found_levels
        levels = {} if found is None else level_columns(found, self.console, ids)
        return levels if self.current is None else levels | self.current.as_current

    @cached_property
    def criteria(self) -> dict[str, dict[str, pl.Series]]:
        """What each criterion measures, its bound and relief, and who meets it; null: not known."""
        checks = () if self.found_levels is None else self.found_levels.checks
        ids, console = self.shops["shop_id"], self.console
        found = {one.criterion.id: criterion_columns(one, console, ids) for one in checks}
        if self.current is not None:
            for id, last in self.current.criteria.items():
                shown = (name for name in OF_LAST if name in last)
                found[id] |= {f"current_{name}": last[name] for name in shown}
        return found

    @property
    def as_current(self) -> dict[str, pl.Series]:
        """What each shop has since the last evaluation, beside what is projected."""
        total = {"score": self.score} if self.ruleset.dimensions else {}
        found = {"status": self.status, **total, **self.levels}
        return {f"current_{name}": column for name, column in found.items()}

    @cached_property
    def typed(self) -> bool:
        """Whether a user typed in anything, be it used or not."""
        return any(map(sources.has_typed, self.graded.values()))

    @cached_property
    def documented(self) -> bool:
        """Whether documents tell anything of a metric."""
        return any(graded.measured.documents for graded in self.graded.values())

    @property
    def mixed(self) -> bool:
        """Whether some numbers may be from events, and some typed in."""
        return self.typed and any(graded.measured.sums for graded in self.graded.values())

    def dimension_of(self, id: str) -> str | None:
        """Return the dimension that a metric is weighed in; None for informational ones."""
        return next((d.id for d, m in self.ruleset.entries if m.id == id), None)

    def frame(self, head: Mapping[str, object], lang: str) -> pl.DataFrame:
        """Return one row per shop; the values of ``head`` are the same in each, and come first.

        Reasons are in a language; all other words are for programs.
        """
        columns = {name: repeat(value, len(self)) for name, value in head.items()}
        columns |= self.of_shops | _told(self.reasons, lang) | self._holds()
        for id, points in self.dimension_points.items():
            columns[f"{id}.points"] = points
            columns |= {f"{id}.{name}": c for name, c in self.dimension_console(id).items()}
        for id, metric in self.metrics.items():
            for name in (*_OF_METRIC, *OPTIONAL):
                if name in metric.columns:
                    columns[f"{id}.{name}"] = metric[name]
            told = _told(self.metric_reasons[id], lang)
            columns |= {f"{id}.{name}": column for name, column in told.items()}
        columns["tiers"] = self.tiers
        columns["possible_tiers"] = self.possible_tiers
        columns["not_checked"] = self.not_checked
        for id, criterion in self.criteria.items():
            shown = ("bound", "met", *OF_CONSOLE, *(f"current_{name}" for name in OF_LAST))
            columns |= {f"{id}.{name}": criterion[name] for name in shown if name in criterion}
        return pl.DataFrame([series.alias(name) for name, series in columns.items()])

    def _holds(self) -> dict[str, pl.Series]:
        """Return what holds totals, as columns of a frame."""
        found: dict[str, pl.Series] = {}
        for what, name, columns in (("cap", "id", self.cap), ("clamp", "end", self.clamp)):
            shown = (name, "ceiling", "total_before")
            found |= {f"{what}_{key}": columns[key] for key in shown if key in columns}
        return found

    def _metric(self, id: str, graded: Graded) -> pl.DataFrame:
        unknown = ExactColumn.unknown(len(self))
        ranks = graded.percentiles
        share = self.composed.shares_of_metrics.get(id)
        columns = {
            "status": words(METRIC_STATUSES, graded.statuses),
            "value": floats(graded.measured.column),
            "n": _row_counts(graded),
            "percentile": floats(unknown if ranks is None else ranks.column),
            "points": floats(graded.points),
            "weight": floats(unknown) if share is None else coded_floats(share),
            "from_table": pl.Series(unknown.known if ranks is None else ranks.from_table),
            "peers": _peers(ranks, len(self)),
            "reason": self.metric_reasons[id].column(),
            "source": sources.of_value(graded),
        }
        if self.typed:
            columns["percentile_source"] = sources.of_percentile(graded)
            columns["points_source"] = sources.of_points(graded)
        if self.documented:
            columns |= sources.of_documents(graded)
        columns |= self._comparison(id) | self._attainment(id)
        return pl.DataFrame([series.alias(name) for name, series in columns.items()])

    def _comparison(self, id: str) -> dict[str, pl.Series]:
        compared, rule = self.compared.get(id), self.ruleset.comparison
        if compared is None or rule is None:
            return {}
        directions = np.where(compared.means.known, compared.signs, len(DIRECTIONS))
        return {
            "industry_mean": floats(compared.means),
            "direction": words([*DIRECTIONS, None], np.where(directions < 0, 2, directions)),
            "difference": floats(compared.differences),
            "difference_shown": shown_in_percent(rule.kind, compared.differences),
        }

    def _attainment(self, id: str) -> dict[str, pl.Series]:
        attained = self.attainments.get(id)
        if attained is None:
            return {}
        comparable = attained.standards.known & self.graded[id].measured.known
        return {
            "standard": floats(attained.standards),
            "reached": masked(attained.reached, comparable),
        }


def _row_counts(graded: Graded) -> pl.Series:
    """Return on how many rows each value rests; null where that is not known."""
    counts = pl.Series(graded.measured.n, dtype=pl.Int64)
    unknown = graded.measured.n_unknown
    return counts if unknown is None else counts.set(pl.Series(unknown), None)


def _told(reasons: Reasons, lang: str) -> dict[str, pl.Series]:
    """Return the reasons in place of those in English."""
    return {"reason": reasons.column(lang)} if lang == "zh" else {}


def _console(shown: ExactColumn | None, computed: ExactColumn) -> dict[str, pl.Series]:
    """Return what a console shows, and by how much what is computed is above it."""
    if shown is None:
        return {}
    ahead = computed.values + shown.values.scaled(-1)
    return {
        "console": floats(shown),
        "console_difference": floats(ExactColumn(ahead, computed.known & shown.known)),
    }


def _peers(ranks: Percentiles | None, size: int) -> pl.Series:
    """Return among how many shops each was ranked; null where it was not."""
    if ranks is None:
        return repeat(None, size, pl.Int64)
    return masked(ranks.peers, ranks.peers > 0)


def _marked(marks: Mapping[str, Mask], size: int) -> pl.Series:
    """Return the ids whose mask is set, as a list per shop."""
    patterns = Patterns.of([marks], size)
    lists = [[id for id in marks if id in found] for (found,) in patterns.sets]
    return words(lists, patterns.codes, pl.List(pl.String))
