"""Gaps that were found: what reaches each target, as values and as a document."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from ...messages import Message, Translated
from ...notices import Notice
from ...results.documents import GAP, dumped
from ...results.result import Result
from ...value_classes import field, frozen
from .good_events import GoodEvent
from .targets import Target, target_words


@frozen
class MetricGap:
    """What one metric alone needs, so that a target is reached while all others stay as they are.

    ``needed`` is the value, on the steps that values are shown in; ``less_each`` is by how much
    every event must be shorter, of durations. ``events`` is how many more good events reach the
    target, of the kind ``event``, while one less does not; None where ``reason`` says why.
    ``steady`` is false where still more of them may lose it again. ``score_then`` is the exact
    score with these events. ``criterion`` is what of the target it is about.
    """

    metric: str
    value: Fraction | None
    criterion: str | None = None
    needed: Fraction | None = None
    less_each: Fraction | None = None
    events: int | None = None
    event: GoodEvent | None = None
    steady: bool = True
    value_then: Fraction | None = None
    score_then: Fraction | None = None
    value_reason: Message | None = None
    reason: Message | None = None


@frozen
class MixPart:
    """So many good events in one metric, and what they cost."""

    metric: str
    events: int
    cost: Fraction


@frozen
class Mix:
    """The cheapest mix of good events in several metrics that reaches a target; None: ``reason``."""

    parts: tuple[MixPart, ...]
    cost: Fraction | None
    score_then: Fraction | None = None
    reason: Message | None = None


@frozen
class TargetGap:
    """A target, whether it is reached already, and what each metric alone needs for it."""

    target: Target
    reached: bool
    metrics: tuple[MetricGap, ...] = ()
    mix: Mix | None = None


@frozen
class LeavingMetric:
    """A metric whose value changes since rows leave its window, and its points.

    ``decides`` says that its points change, or whether a criterion of it is met.
    """

    metric: str
    decides: bool
    value_before: Fraction | None
    value: Fraction | None
    points_before: Fraction | None
    points: Fraction | None


@frozen
class LeavingDay:
    """A day to come, and what it does to the score without any new event.

    ``change`` is the exact score of the day less that of the day before; None where one has none.
    ``level`` is the id of the level; None where there is none, or it is not known.
    """

    day: date
    score: Fraction | None
    score_exact: Fraction | None
    change: Fraction | None
    status: str
    level: str | None
    metrics: tuple[LeavingMetric, ...]


@frozen(repr=False)
class Gaps:
    """What one shop needs to reach its targets, and what time alone does.

    ``targets`` are in the order in which they were asked. ``leaving`` has the days to come on which
    something changes while no new event comes, ``days_ahead`` says how many were looked at.
    """

    platform: str
    scorecard: str
    ruleset: str
    as_of: date
    shop_id: str
    industry: str
    status: str
    score: float | None
    score_exact: Fraction | None
    targets: tuple[TargetGap, ...]
    leaving: tuple[LeavingDay, ...] = ()
    days_ahead: int = 0
    remarks: tuple[Message, ...] = ()
    notices: tuple[Notice, ...] = ()
    result: Result = field(kw_only=True, eq=False)

    def __repr__(self) -> str:
        count = len(self.targets)
        return f"<Gaps of {self.shop_id}: {count} target{'s' * (count != 1)}>"

    def to_polars(self) -> pl.DataFrame:
        """Return a row for each target and metric; exact numbers are text."""
        rows = [
            {"target": self._words(one.target).text("en"), "reached": one.reached, **_plain(gap)}
            for one in self.targets
            for gap in one.metrics
        ]
        names = ["target", "reached", *_metric(MetricGap("", None))]
        numbers = {"events": pl.Int64, "reached": pl.Boolean, "steady": pl.Boolean,
                   "amount": pl.Int64}  # fmt: skip
        exact = {name.removesuffix("_exact") for name in names if name.endswith("_exact")}
        schema = {n: numbers.get(n, pl.Float64 if n in exact else pl.String) for n in names}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _words(self, target: Target) -> Translated:
        return target_words(target, self.result.rules)

    def to_dict(self) -> dict[str, Any]:
        """Return the document ``shopscore.gap/1``."""
        return {
            "schema": GAP,
            "platform": self.platform,
            "scorecard": self.scorecard,
            "ruleset": self.ruleset,
            "as_of": self.as_of.isoformat(),
            "versions": self.result.versions,
            "shop_id": self.shop_id,
            "industry": self.industry,
            "status": self.status,
            "score": self.score,
            "score_exact": _text(self.score_exact),
            "targets": [self._target(one) for one in self.targets],
            "days_ahead": self.days_ahead,
            "leaving": [_day(one) for one in self.leaving],
            "remarks": [_said(remark) for remark in self.remarks],
            "notices": [notice.to_dict() for notice in self.notices],
        }

    def to_json(self) -> str:
        """Return the document as text."""
        return dumped(self.to_dict())

    def _target(self, one: TargetGap) -> dict[str, Any]:
        target, words = one.target, self._words(one.target)
        return {
            "kind": target.kind,
            "id": target.id or None,
            **_both("number", target.number),
            "words": words.text("en"),
            "words_zh": words.text("zh"),
            "reached": one.reached,
            "metrics": [_metric(gap) for gap in one.metrics],
            "mix": None if one.mix is None else _mix(one.mix),
        }


def _text(number: Fraction | None) -> str | None:
    return None if number is None else str(number)


def _both(name: str, number: Fraction | None) -> dict[str, Any]:
    return {name: None if number is None else float(number), f"{name}_exact": _text(number)}


def _said(said: Message | None) -> dict[str, str] | None:
    return None if said is None else {"en": str(said), "zh": said.text("zh")}


def _metric(gap: MetricGap) -> dict[str, Any]:
    event = gap.event
    where = None if event is None else event.tally.where
    return {
        "metric": gap.metric,
        "criterion": gap.criterion,
        **_both("value", gap.value),
        **_both("needed", gap.needed),
        **_both("less_each", gap.less_each),
        "events": gap.events,
        "stream": None if event is None else event.tally.stream,
        "where": None if where is None else str(where),
        "amount": None if event is None else event.amount,
        **_both("each", None if event is None else event.each),
        "steady": gap.steady,
        **_both("value_then", gap.value_then),
        **_both("score_then", gap.score_then),
        "value_reason": _said(gap.value_reason),
        "reason": _said(gap.reason),
    }


def _plain(gap: MetricGap) -> dict[str, Any]:
    """Return the same with reasons as text, as cells of a table have them."""
    why = {"value_reason": gap.value_reason, "reason": gap.reason}
    texts = {name: None if said is None else str(said) for name, said in why.items()}
    return {**_metric(gap), **texts}


def _mix(mix: Mix) -> dict[str, Any]:
    parts = [{"metric": p.metric, "events": p.events, **_both("cost", p.cost)} for p in mix.parts]
    return {
        "parts": parts,
        **_both("cost", mix.cost),
        **_both("score_then", mix.score_then),
        "reason": _said(mix.reason),
    }


def _day(one: LeavingDay) -> dict[str, Any]:
    return {
        "day": one.day.isoformat(),
        "status": one.status,
        "level": one.level,
        "score": None if one.score is None else float(one.score),
        "score_exact": _text(one.score_exact),
        **_both("change", one.change),
        "metrics": [
            {
                "metric": m.metric,
                "decides": m.decides,
                **_both("value_before", m.value_before),
                **_both("value", m.value),
                **_both("points_before", m.points_before),
                **_both("points", m.points),
            }
            for m in one.metrics
        ],
    }
