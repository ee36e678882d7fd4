"""Rules: a rule set with the metrics it names, every assumption bound to its number."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from attrs import field, frozen

from .coverage import missing_numbers
from .errors import ExpressionError, RuleSetError, did_you_mean
from .evaluation.types import type_of
from .model import expressions as ex
from .model.aggregators import Aggregator
from .model.assumptions import Assumption
from .model.binding import assumed_ids, bound
from .model.counting import Tally
from .model.joined import FactOn, HasRow, joined_of
from .model.metrics import Metric
from .model.platforms import Platform, Scorecard
from .model.rulesets import RuleSet
from .model.streams import CANONICAL, Stream, merge_streams
from .model.windows import Window


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
class Rules:
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
    ) -> Rules:
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
                metric, bound(metric.aggregator, numbers), bound(metric.window, numbers)
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
        known, lacking = self.ruleset.assumptions, missing_numbers(self.ruleset)
        missing = {m.assumption for m in lacking}
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


def check_tally(tally: Tally, streams: Mapping[str, Stream]) -> None:
    """Raise ExpressionError where a tally reads what its stream does not have."""
    if tally.stream not in streams:
        raise ExpressionError(f"no stream {tally.stream}{did_you_mean(tally.stream, streams)}")
    stream, orders = streams[tally.stream], streams["orders"]
    for expr in tally.expressions:
        _check_columns(expr, stream, orders)
        for node in expr.walk():
            if isinstance(node, HasRow):
                _check_has_row(node, stream, streams)
            elif isinstance(node, FactOn) and joined_of(node.time):
                raise ExpressionError(f"{node}: its time is one of the row's own")
    _check_types(tally, stream, orders)


def _check_columns(expr: ex.Expr, stream: Stream, orders: Stream) -> None:
    for node in expr.walk():
        if isinstance(node, ex.ColumnRef):
            if node.linked and not stream.links_to_orders:
                raise ExpressionError(
                    f"rows of {stream.name} name no order: col.order means nothing there"
                )
            (orders if node.linked else stream).column(node.name)
        _check_words(node, stream, orders)


def _check_has_row(node: HasRow, stream: Stream, streams: Mapping[str, Stream]) -> None:
    """Only orders are named by rows, and the condition is about those rows alone."""
    if node.stream not in streams:
        raise ExpressionError(f"no stream {node.stream}{did_you_mean(node.stream, streams)}")
    named_by = streams[node.stream]
    if stream.name != "orders" or not named_by.links_to_orders:
        raise ExpressionError(f"{node}: only orders are named, by rows that have an order_id")
    if joined_of(node.where) or any(ref.linked for ref in ex.columns_of(node.where)):
        raise ExpressionError(f"{node}: the condition reads columns of {node.stream} only")
    _check_columns(node.where, named_by, stream)
    if (found := type_of(node.where, named_by, stream)) not in ("truth", "null"):
        raise ExpressionError(f"{node}: the condition is of type {found}, not truth")


def _check_types(tally: Tally, stream: Stream, orders: Stream) -> None:
    wanted: tuple[tuple[str, ex.Expr | None, str], ...] = (
        ("day", tally.day, "integer"),
        ("where", tally.where, "truth"),
        ("value", tally.value, "integer"),
        ("among", None if tally.once is None else tally.once.among, "truth"),
    )
    for part, expr, kind in wanted:
        if expr is not None and (found := type_of(expr, stream, orders)) not in (kind, "null"):
            raise ExpressionError(
                f"tally of {tally.stream}: {part} is {expr}, which is of type {found}, not {kind}"
            )


def _check_words(node: ex.Expr, stream: Stream, orders: Stream) -> None:
    """A word that no enum has is misspelt: it would be equal to nothing, without a sound."""
    refs, words = _words(node)
    columns = [(orders if ref.linked else stream).column(ref.name) for ref in refs]
    known = {value for column in columns for value in column.values}
    if not known or not all(column.values for column in columns):
        return
    for word in words:
        if word not in known:
            raise ExpressionError(f"{refs[0]} is never {word!r}{did_you_mean(word, known)}")


def _words(node: ex.Expr) -> tuple[list[ex.ColumnRef], list[str]]:
    """The columns and the constant words that a node holds against each other."""
    match node:
        case ex.Comparison("==" | "!=", left, right):
            parts: list[ex.Expr] = [left, right]
        case ex.IsIn(operand, values):
            parts = [operand, *map(ex.as_expr, values)]
        case ex.FirstOf(operands):
            parts = list(operands)
        case ex.When(_, then, otherwise):
            parts = [then, otherwise]
        case _:
            return [], []
    refs, words = [], []
    for part in parts:
        if isinstance(part, ex.ColumnRef):
            refs.append(part)
        elif isinstance(part, ex.Constant) and isinstance(part.value, str):
            words.append(part.value)
        elif isinstance(part, ex.FirstOf | ex.When):
            more = _words(part)
            refs += more[0]
            words += more[1]
    return refs, words
