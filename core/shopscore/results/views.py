"""Views of one shop, its dimensions and metrics, made on demand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from ..errors import UsageError, did_you_mean
from ..messages import Message, message
from ..value_classes import field, frozen
from .figures import decimals, in_unit, score_or_ends

if TYPE_CHECKING:
    from ..analysis.gaps.found import Gaps
    from ..analysis.open_tasks.listing import Todo
    from ..analysis.reasons.explanation import Explanation
    from ..analysis.reconciling.reconciliation import Reconciliation
    from ..analysis.simulation.simulated import Simulation
    from ..analysis.tracking.tracks import Track
    from ..charts.drawing import Chart


@frozen(repr=False)
class MetricView:
    """One metric of one shop.

    ``value`` is a fraction for rates and hours for durations; ``percentile`` runs from 0 (worst)
    to 1 (best), ``from_table`` says that it comes from a benchmark table. ``weight`` is the share
    of the total after rescaling, None where the status is not ``ok``. ``industry_mean``,
    ``direction`` and ``difference`` are there where the rules compare, ``standard`` and
    ``reached`` where standards were supplied. ``peers`` is among how many shops it was ranked.
    ``n`` is None where it is not known.

    ``source`` says where the value is from: ``events``, or ``values`` that were typed in. Where
    something was typed in, ``percentile_source`` is ``peers``, ``benchmarks`` or ``values``, and
    ``points_source`` is ``rules``, by which they were computed, or ``values``; each may be
    ``documents`` as well. ``document`` is the file that tells it, ``document_day`` the last day that
    counts there.
    """

    id: str
    dimension: str | None
    status: str
    value: float | None
    n: int | None
    percentile: float | None
    points: float | None
    weight: float | None
    from_table: bool
    peers: int | None
    reason: Message | None
    source: str | None = None
    percentile_source: str | None = None
    points_source: str | None = None
    document: str | None = None
    document_day: date | None = None
    industry_mean: float | None = None
    direction: str | None = None
    difference: float | None = None
    difference_shown: str | None = None
    standard: float | None = None
    reached: bool | None = None

    def __repr__(self) -> str:
        points = "" if self.points is None else f", points {self.points:.4g}"
        n = "unknown" if self.n is None else self.n
        value = "" if self.value is None else f", value {self.value:.4g}, n {n}"
        return f"<MetricView {self.id}: {self.status}{value}{points}>"


@frozen
class DimensionView:
    """One dimension of one shop; ``weight`` is that of the rules, None where it is not known.

    ``console`` are the points that a console shows, ``console_difference`` how far they are below
    those computed here.
    """

    id: str
    weight: float | None
    points: float | None
    console: float | None = None
    console_difference: float | None = None


@frozen
class CheckView:
    """One condition that a shop must meet for a score; ``met`` is None where it is not checked.

    ``value`` is what the metric has, None where its input is missing; the condition is met where
    ``value condition bound`` holds.
    """

    id: str
    metric: str
    value: float | None
    condition: str
    bound: float
    met: bool | None


@frozen
class CriterionView:
    """One criterion of levels: it is met where ``value condition bound`` holds, or by its relief.

    ``of`` is the metric or dimension that it measures; ``met`` is None where nobody can tell.
    ``current_…`` are those of the last evaluation, where shops are not judged every day. ``console`` is
    the word of a console for it, and ``console_met`` whether that means that it is met.
    """

    id: str
    measure: str
    of: str | None
    value: float | None
    condition: str
    bound: float | None
    relief: str | None
    met: bool | None
    current_value: float | None = None
    current_bound: float | None = None
    current_met: bool | None = None
    console: str | None = None
    console_met: bool | None = None
    current_console: str | None = None
    current_console_met: bool | None = None


@frozen
class CapView:
    """A cap that holds the total of a shop: it is at most ``ceiling``, since a criterion is met.

    ``id`` is that of the criterion, ``condition`` says in words what is met, and ``total_before`` is
    what the score would be without the cap; None where that is not known.
    """

    id: str
    ceiling: float
    condition: str
    condition_zh: str
    total_before: float | None


@frozen
class ClampView:
    """An end of the scale that holds the total of a shop, and what the score would be without it."""

    end: str
    total_before: float | None


@frozen(repr=False)
class ShopView:
    """One shop: its status, its score, and the dimensions and metrics behind it.

    ``shop["pickup_rate"]`` is a metric, ``shop.dimension("goods")`` a dimension; iterating gives
    the metrics, ``shop.to_dict()`` the shop's entry of the JSON document. ``coverage`` is the
    share of the total that is known; where it is less than 1, the score lies between ``score_low``
    and ``score_high``, ``tiers`` hold whatever it is, and ``possible_tiers`` for some of it.
    ``reason`` says why there is no score, ``eligibility`` which conditions of one are met.
    ``platform``, ``scorecard``, ``ruleset`` (its version) and ``as_of`` say which score it is.
    ``shown`` are the figures that the platform shows for the total, by the id of the display.
    ``cap`` is the cap that holds the total, ``clamp`` the end of the scale that does; mostly None.
    ``levels`` are the columns of the result on levels, empty where the rules have none: ``level``,
    which is None where it is not known, then between ``level_certain`` and ``level_possible``; with
    ``current_`` before them those of the last evaluation, and ``level_console`` the word that a console
    shows. ``criteria`` are what levels ask for.
    ``console`` is the total that a console shows, ``console_difference`` how far it is below
    ``score``.
    """

    platform: str
    scorecard: str
    ruleset: str
    as_of: date
    shop_id: str
    industry: str
    status: str
    score: float | None
    score_exact: str | None
    dimensions: tuple[DimensionView, ...]
    metrics: tuple[MetricView, ...]
    tiers: tuple[str, ...]
    possible_tiers: tuple[str, ...]
    coverage: float | None
    score_low: float | None
    score_high: float | None
    reason: Message | None
    eligibility: tuple[CheckView, ...]
    _json_line: Callable[[], str] = field(eq=False)
    shown: Mapping[str, float | None] = field(factory=dict)
    levels: Mapping[str, str | float | None] = field(factory=dict)
    criteria: tuple[CriterionView, ...] = ()
    cap: CapView | None = None
    clamp: ClampView | None = None
    console: float | None = None
    console_difference: float | None = None
    _result: Any = field(default=None, eq=False)

    @property
    def level(self) -> str | None:
        """The id of the level; None where there is none, or it is not known."""
        level = self.levels.get("level")
        return None if level is None else str(level)

    def __repr__(self) -> str:
        score = "" if self.score is None else f" {self.score:g}"
        return f"<ShopView {self.shop_id}: {self.status}{score}>"

    def _repr_html_(self) -> str:
        from .notebook import html_table

        shop, industry, status, score, *_ = self.summary
        title = " · ".join(str(one) for one in (shop, industry, status, score) if one)
        heads = ("metric", "value", "n", "percentile", "points", "weight", "status")
        return html_table(title, heads, map(self._cells, self.metrics), str(self.reason or ""))

    @property
    def summary(self) -> tuple[object, ...]:
        """The shop, its industry, status, score, coverage, tiers and level, as a table has them."""
        places = 2 if self._result is None else int(self._result.rules.exact.decimals)
        score = score_or_ends(self.score, self.score_low, self.score_high, places)
        coverage = None if self.coverage is None else f"{self.coverage:.0%}"
        tiers = ", ".join(self.tiers)
        return (self.shop_id, self.industry, self.status, score, coverage, tiers, self.level)

    def _cells(self, metric: MetricView) -> tuple[object, ...]:
        name: object = metric.id
        value: object = metric.value
        if self._result is not None:
            declared = self._result.rules.metrics[metric.id].metric
            name, value = declared.en, in_unit(metric.value, declared.unit)
        ranked, points = decimals(metric.percentile, 3), decimals(metric.points)
        return (name, value, metric.n, ranked, points, decimals(metric.weight, 3), metric.status)

    def __getitem__(self, metric_id: str) -> MetricView:
        """Return the metric of that id; raise UsageError where the shop has none."""
        for metric in self.metrics:
            if metric.id == metric_id:
                return metric
        if any(d.id == metric_id for d in self.dimensions):
            raise UsageError(
                message("{id} is a dimension, not a metric: shop.dimension({id!r})", id=metric_id)
            )
        known = (metric.id for metric in self.metrics)
        guess = did_you_mean(str(metric_id), known)
        raise UsageError(message("no metric {id}{guess}", id=metric_id, guess=guess))

    def __contains__(self, metric_id: object) -> bool:
        """Return whether there is a metric of that id."""
        return any(metric.id == metric_id for metric in self.metrics)

    def __iter__(self) -> Iterator[MetricView]:
        return iter(self.metrics)

    def dimension(self, id: str) -> DimensionView:
        """Return the dimension of that id.

        Raises:
            UsageError: where the rules have none.
        """
        for dimension in self.dimensions:
            if dimension.id == id:
                return dimension
        guess = did_you_mean(id, (d.id for d in self.dimensions))
        raise UsageError(message("no dimension {id}{guess}", id=id, guess=guess))

    def reconcile(self, documents: Any, **asked: Any) -> Reconciliation:
        """Return the shop's numbers beside those of its documents.

        The arguments are those of :func:`shopscore.reconcile` that are no rules.

        Raises:
            UsageError: for a view that belongs to no result, and where that was not made from
                events.
        """
        found: Reconciliation = self._of_result.reconcile(documents, self.shop_id, **asked)
        return found

    def simulate(self, **asked: Any) -> Simulation:
        """Return what levers, or other values, would make of the shop.

        The arguments are those of :func:`shopscore.simulate` that are no rules and no input.

        Raises:
            UsageError: for a view that belongs to no result.
        """
        found: Simulation = self._of_result.simulate(self.shop_id, **asked)
        return found

    def todo(self, **asked: Any) -> Todo:
        """List what is open of this shop, as :func:`shopscore.todo` does.

        Raises:
            UsageError: for a view that belongs to no result, and where that was not made from
                events.
        """
        found: Todo = self._of_result.todo(shop=self.shop_id, **asked)
        return found

    def track(self, **asked: Any) -> Track:
        """Return the scores of the shop on many days, as :meth:`Result.track` does.

        Raises:
            UsageError: for a view that belongs to no result, and where that was not made from
                events.
        """
        found: Track = self._of_result.track(shop=self.shop_id, **asked)
        return found

    @property
    def _of_result(self) -> Any:
        if self._result is None:
            raise UsageError(message("this view belongs to no result: ask the result itself"))
        return self._result

    def explain(
        self, *, row: str | None = None, by: str | None = None, most: int | None = None
    ) -> Explanation:
        """Explain the score; the arguments are those of :func:`shopscore.explain`.

        Raises:
            UsageError: for a view that belongs to no result.
        """
        found: Explanation = self._of_result.explain(self.shop_id, row=row, by=by, most=most)
        return found

    def gap(self, **asked: Any) -> Gaps:
        """Find what the shop needs to reach a target, as :meth:`Result.gap` does.

        Raises:
            UsageError: for a view that belongs to no result.
        """
        found: Gaps = self._of_result.gap(self.shop_id, **asked)
        return found

    def plot(self, *, lang: str = "en") -> Chart:
        """Return the chart of what each part gives to the score, and what it costs.

        Notebooks show it, and its method ``save`` writes it.

        Raises:
            UsageError: for a view that belongs to no result, where nothing adds up to a score, and
                where the extra ``report`` is not installed.
        """
        return self.explain(most=0).plot(lang=lang)

    def to_dict(self) -> dict[str, Any]:
        """Return the shop as it is listed in :meth:`Result.to_dict`.

        For many shops :meth:`Result.to_dict` is much quicker.
        """
        entry: dict[str, Any] = json.loads(self._json_line())
        return entry
