"""Rules: a rule set with the metrics it names, every assumption bound to its number."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from attrs import field, frozen

from ..errors import RuleSetError, did_you_mean
from ..model.aggregators import Aggregator
from ..model.assumptions import Assumption
from ..model.binding import assumed_ids, bind
from ..model.metrics import Metric
from ..model.rulesets import RuleSet
from ..model.streams import CANONICAL, Stream, merge_streams
from ..model.tallies import Tally
from ..model.windows import Window
from ..rules.coverage import missing_numbers
from ..rules.tally_checks import check_tally
from .declarations import Platform, Scorecard


@frozen
class BoundMetric:
    """A metric whose aggregator and window know their numbers."""

    metric: Metric
    aggregator: Aggregator
    window: Window

    @property
    def id(self) -> str:
        """The id of the metric."""
        return self.metric.id


@frozen(slots=False, eq=False)
class BoundRuleSet:
    """Everything that decides a score besides the events: made once, used for any date.

    ``named`` says whether the rule set was named, and so applies to any day. Two rules with one :attr:`key` count the same tallies; with one :attr:`identity` they score alike.
    """

    platform: Platform
    scorecard: Scorecard
    ruleset: RuleSet
    metrics: Mapping[str, BoundMetric]
    plugin_version: str
    named: bool
    streams: Mapping[str, Stream] = field(repr=False)

    @classmethod
    def bind(
        cls,
        platform: Platform,
        scorecard: Scorecard,
        ruleset: RuleSet,
        plugin_version: str = "unknown",
        *,
        named: bool = True,
    ) -> BoundRuleSet:
        """Bind the metrics that a rule set names.

        Raises:
            RuleSetError: for a metric or assumption that does not exist.
            ExpressionError: for a metric that reads a column that does not exist.
        """
        numbers = ruleset.numbers
        streams = merge_streams(CANONICAL, platform.streams)
        known = scorecard.all_metrics
        metrics = {}
        for id in ruleset.needed_metric_ids:
            if id not in known:
                raise RuleSetError(
                    f"{ruleset.origin or ruleset.name}: no metric {id} in {scorecard.metrics}"
                    f"{did_you_mean(id, known)}"
                )
            metric = known[id]
            _check_role(ruleset, metric)
            metrics[id] = BoundMetric(
                metric, bind(metric.aggregator, numbers), bind(metric.window, numbers)
            )
            for tally in metrics[id].aggregator.tallies:
                check_tally(tally, streams)
        return cls(platform, scorecard, ruleset, metrics, plugin_version, named, streams)

    @cached_property
    def tallies(self) -> tuple[Tally, ...]:
        """Every distinct tally, in order of its key."""
        found = {t.key: t for m in self.metrics.values() for t in m.aggregator.tallies}
        return tuple(found[key] for key in sorted(found))

    @cached_property
    def key(self) -> tuple[str, ...]:
        """What is counted, as text."""
        return tuple(t.key for t in self.tallies)

    @cached_property
    def identity(self) -> tuple[object, ...]:
        """What two states must share to be added: the rule set and every number it assumes."""
        numbers = tuple((a.id, a.value) for a in self.assumptions)
        files = tuple((used.sha256, used.industries) for used in self.ruleset.numbers_used)
        return (self.ruleset.name, self.ruleset.sha256, files, numbers, self.key)

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """The assumptions that a result by these rules rests on, by id.

        What stands for a number that nobody has given is missing, and no assumption.
        """
        used = self.ruleset.assumed_by_rules()
        for id in self.ruleset.needed_metric_ids:
            metric = self.metrics[id].metric
            used.update(assumed_ids(metric.aggregator), assumed_ids(metric.window))
        known = self.ruleset.assumptions
        missing = {m.assumption for m in missing_numbers(self.ruleset)}
        return tuple(known[id] for id in sorted(used) if self.ruleset.full_id(id) not in missing)


def _check_role(ruleset: RuleSet, metric: Metric) -> None:
    if metric.id in {b.metric for b in ruleset.bonus} and metric.role != "bonus":
        raise RuleSetError(
            f"{ruleset.name}: metric {metric.id} has the role {metric.role}, not bonus"
        )
    weighed = any(entry.id == metric.id for _, entry in ruleset.entries)
    if weighed and metric.role != "scored":
        raise RuleSetError(
            f"{ruleset.name}: metric {metric.id} has the role {metric.role}, and cannot be weighed"
        )
