"""The verb: find what one shop needs to reach its targets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from ...composing.standards import Standards
from ...counting.state import Tallies
from ...errors import UsageError
from ...grading.benchmarks import Benchmark
from ...grading.value_merging import Prefer
from ...messages import Message, message
from ...model.aggregators import NotCounted
from ...plugins.bound_rules import BoundRuleSet
from ...plugins.declarations import Platform
from ...plugins.selection import RuleSetName
from ...reading.documents.documents import Documents
from ...reading.events import Events
from ...reading.files import Progress
from ...results.conclusion import stages
from ...results.result import Result
from ...rules.numbers_toml import NumbersSource
from ...value_classes import evolve, frozen
from ..reasons.explaining import find_rows
from ..reasons.row_sums import RowSums
from ..regrading.supposing import Supposing
from ..scored_source import scored
from .found import Gaps, MetricGap, TargetGap
from .leaving import Leaving
from .measuring import Measuring, MetricOfShop, wish_for
from .mixing import Mixing
from .searching import together
from .steps import Step, Steps
from .targets import Target, Written, metric_id, number_of, parse_targets
from .wishes import Wishing

#: A number per metric, as users give it.
Numbers = Mapping[str, float | int | str | Fraction]


def gap(
    source: str | Path | Mapping[str, Any] | Events | Tallies | Result,
    *,
    shop: str | None = None,
    target: Written | Iterable[Written] | None = None,
    costs: Numbers | None = None,
    each: Numbers | None = None,
    platform: str | Platform | None = None,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    as_of: date | str | None = None,
    shops: Any = None,
    values: Any = None,
    documents: Documents | str | Path | None = None,
    prefer: Prefer = "events",
    benchmarks: Benchmark | str | Path | None = None,
    standards: Standards | str | Path | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    profile: str | None = None,
    tz: str | None = None,
    progress: Progress | None = None,
) -> Gaps:
    """Find what one shop needs to reach a target, metric by metric, and what time alone does.

    Args:
        source: what :func:`shopscore.score` takes, which is scored first; or a result of it.
        shop: the id of the shop; it may be left out where there is only one.
        target: a total (``4.5``), or several targets: ``"pickup_rate=0.95"``, ``"pickup_rate=4
            points"``, ``"pickup_rate=0.8 percentile"``, ``"pickup_rate=band"``, ``"tier=ID"``,
            ``"level=ID"``. By default the next tier or level, and the next band of each metric;
            where there are none of these the next step of the total.
        costs: what one good event costs, per metric: then the cheapest mix that reaches a total.
        each: the value of one good event, per metric, where values are averaged or summed; by
            default one of which a quarter of the shop's own are as good.

    The other arguments are those of :func:`shopscore.score`; they do not go with a result.

    Returns:
        For each target and metric the value that is needed, and how many more good events reach
        it while one less does not: real service on the newest day that counts. Whatever might be is
        graded by the same stages, while the other shops stay as they are.

    Raises:
        UsageError: for an unknown shop, metric or target; also as :func:`shopscore.score`.

    >>> from shopscore.samples import generate
    >>> from shopscore.testing.toy import PLATFORM
    >>> events = generate(shops=12, orders=900, end=date(2025, 3, 31))
    >>> asked = {"shop": "S0001", "target": "fast_replies=band"}
    >>> found = gap(events, platform=PLATFORM, as_of="2025-03-28", **asked)
    >>> [(one.metric, str(one.needed), one.events) for one in found.targets[0].metrics]
    [('fast_replies', '4/5', 43)]
    """
    result = scored(
        source, platform=platform, scorecard=scorecard, ruleset=ruleset, as_of=as_of, shops=shops,
        values=values, documents=documents, prefer=prefer, benchmarks=benchmarks,
        standards=standards, assume=assume, numbers=numbers, profile=profile, tz=tz,
        progress=progress,
    )  # fmt: skip
    targets = parse_targets(target, result.rules)
    known = (_numbers(given, result.rules, said) for given, said in
             ((costs, "costs"), (each, "each")))  # fmt: skip
    return gaps_of_result(result, shop, targets, *known, progress=progress)


def _numbers(given: Numbers | None, rules: BoundRuleSet, argument: str) -> dict[str, Fraction]:
    found = {}
    if not isinstance(given, Mapping | None):
        said = message(
            "{argument}={given!r}: write a number for each metric: {{METRIC: 1.5}}",
            argument=argument,
            given=given,
        )
        raise UsageError(said)
    for name, number in (given or {}).items():
        exact = number_of(number)
        if exact is None:
            place = f"{argument} {name}"
            said = message(
                "{place}: {value!r} is not a number that can be used", place=place, value=number
            )
            raise UsageError(said)
        found[metric_id(name, rules)] = exact
    return found


def gaps_of_result(
    result: Result,
    shop: str | None,
    targets: tuple[Target, ...],
    costs: Mapping[str, Fraction],
    each: Mapping[str, Fraction],
    *,
    progress: Progress | None = None,
) -> Gaps:
    """Find what one shop of a result needs.

    Raises:
        UsageError: for an unknown shop, and a cost below 0.
    """
    odd = [id for id, cost in costs.items() if cost < 0]
    if odd:
        raise UsageError(message("a cost of {metric} below 0 means nothing", metric=odd[0]))
    stages(progress)(message("finding gaps"))
    view = result.named_or_only(shop)
    place = result.row(view.shop_id)
    wishing = Wishing(Supposing(result, place))
    rows = find_rows(result, view.shop_id)
    sums = None if rows is None else RowSums.of(rows, result.rules)
    finder = Finder(wishing, Steps(result, place), sums, costs, each)
    targets = targets or finder.steps.usual()
    leaving = None if sums is None else Leaving(wishing, sums)
    return Gaps(
        platform=result.platform,
        scorecard=result.scorecard,
        ruleset=result.ruleset,
        as_of=result.as_of,
        shop_id=view.shop_id,
        industry=view.industry,
        status=view.status,
        score=view.score,
        score_exact=wishing.now,
        targets=finder.find(targets),
        leaving=() if leaving is None else tuple(leaving.days()),
        days_ahead=0 if leaving is None else leaving.days_ahead,
        remarks=tuple(
            _remarks(finder, targets, has_score=view.score is not None, has_rows=rows is not None)
        ),
        notices=tuple(n for n in result.notices if n.concerns((view.shop_id,))),
        result=result,
    )


@frozen(eq=False)
class Finder:
    """Finds what reaches the targets of one shop."""

    wishing: Wishing
    steps: Steps
    sums: RowSums | None
    costs: Mapping[str, Fraction]
    each: Mapping[str, Fraction]

    def find(self, targets: Iterable[Target]) -> tuple[TargetGap, ...]:
        """Return what each target needs; what all of them ask is graded together."""
        asked = [(target, self.steps.of(target)) for target in targets]
        ids = [id for _, steps in asked for step in steps for id in step.metrics]
        metrics = {id: self._metric(id) for id in dict.fromkeys(ids)}
        open_ = [(place, step, id)
                 for place, (_, steps) in enumerate(asked) for step in steps
                 if not self.steps.is_reached(step.goal) for id in step.metrics]  # fmt: skip
        searches = [Measuring(step.goal, metrics[id], step.criterion).search()
                    for _, step, id in open_]  # fmt: skip
        found = self._with_scores(together(searches, self.wishing.reach), metrics)
        return tuple(
            self._target(
                target,
                steps,
                [gap for (p, _, _), gap in zip(open_, found, strict=True) if p == place],
                metrics,
            )
            for place, (target, steps) in enumerate(asked)
        )

    def _metric(self, id: str) -> MetricOfShop:
        return MetricOfShop(id, self.wishing, self.sums, self.each.get(id))

    def _with_scores(
        self, found: list[MetricGap], metrics: Mapping[str, MetricOfShop]
    ) -> list[MetricGap]:
        """Return gaps with the exact score that their good events make."""
        places = [place for place, gap in enumerate(found) if gap.events is not None]
        wishes = [wish_for(found[p], metrics[found[p].metric], found[p].events or 0)
                  for p in places]  # fmt: skip
        scores = dict(zip(places, self.wishing.scores(wishes), strict=True))
        return [evolve(gap, score_then=scores.get(place)) for place, gap in enumerate(found)]

    def _target(
        self,
        target: Target,
        steps: tuple[Step, ...],
        found: list[MetricGap],
        metrics: Mapping[str, MetricOfShop],
    ) -> TargetGap:
        reached = all(self.steps.is_reached(step.goal) for step in steps)
        mix = None
        if self.costs and not reached and mixes(target, steps):
            own = {id: metrics[id] for id in steps[0].metrics}
            mix = Mixing(self.wishing, steps[0].goal, self.costs, own).cheapest()
        return TargetGap(target, reached, tuple(found), mix)


def mixes(target: Target, steps: tuple[Step, ...]) -> bool:
    """Return whether a mix of several metrics is looked for: one thing is asked, of the total."""
    return target.kind in ("total", "tier") and len(steps) == 1


def _remarks(
    finder: Finder, targets: tuple[Target, ...], *, has_score: bool, has_rows: bool
) -> Iterator[Message]:
    """Yield what the answers rest on, and what they cannot tell."""
    supposing = finder.wishing.supposing
    result, ruleset = supposing.result, supposing.result.rules.ruleset
    if not targets:
        yield _nothing_next(finder.steps, has_score=has_score)
    if finder.costs and not all(mixes(one, finder.steps.of(one)) for one in targets):
        yield message("a mix by costs is looked for only where a total, or one tier, is the target")
    if supposing.told:
        yield message(
            "percentiles and points that were typed in, or that documents tell, are not those of"
            " other values: where a value changes, they are left out"
        )
    if not has_rows:
        yield message("there are no events of this shop here: what leaves the windows is not known")
    if ruleset.ranks and supposing.regrading.grounds.ranks:
        yield message("the other shops stay as they are, whatever this one would have")
    if result.current is not None:
        yield message("this is the projection; what the last evaluation found stays as it is")
    if any(isinstance(one.aggregator, NotCounted) for one in result.rules.metrics.values()):
        yield message("some metrics are taken as values only: no event feeds them")


def _nothing_next(steps: Steps, *, has_score: bool) -> Message:
    """Return why no target comes by itself."""
    if steps.has_best_level:
        return message("the shop has the best level already")
    if has_score:
        return message("nothing comes next by these rules: name a target")
    if not steps.result.rules.exact.dimensions:
        return message("these rules make no total: name a level, or a value of a metric")
    return message("there is no score to begin with: name a value of a metric as the target")
