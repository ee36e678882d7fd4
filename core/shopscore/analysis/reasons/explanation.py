"""Explanations: everything behind the score of one shop, as values and as a document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

import polars as pl
from attrs import asdict

from ...charts.drawing import Chart
from ...messages import Message, in_language
from ...notices import Notice
from ...results.documents import EXPLAIN, dumped
from ...results.result import Result
from ...rules.condition_words import condition_words
from ...value_classes import field, frozen
from .assumed_ends import AssumedEnds, Assuming
from .contributions import Contribution, Decomposition
from .contributions_chart import contributions_chart
from .distances import Distance
from .groups import Group
from .one_more import OneMore
from .tracing import RowTrace, TallyTrace


@frozen
class HeavyEvent:
    """An event that costs points: which it is, where it is from, and in which metrics it counts.

    ``costs`` is the score without it, less the score with it.
    """

    stream: str
    key: dict[str, str]
    file: str | None
    line: int | None
    costs: Fraction
    metrics: tuple[str, ...]


@frozen(repr=False, slots=False)
class Explanation:
    """Why one shop has its score.

    ``decomposition`` has the lines that add up to ``score_exact``, ``effects`` what one more event
    would change, ``events`` those that cost most, ``conditions`` how far each is from its bound. Where
    shops are not judged every day, all of that is of the projection, and ``current_conditions`` are
    those of the last evaluation, on the day ``current_as_of``. ``trace`` is there where a row was
    asked for, ``groups`` where a column was. ``remarks`` say what could not be told. Points are fractions;
    :meth:`to_dict` has them as numbers too.
    """

    platform: str
    scorecard: str
    ruleset: str
    as_of: date
    shop_id: str
    industry: str
    status: str
    score: float | None
    decomposition: Decomposition
    effects: tuple[OneMore, ...] = ()
    events: tuple[HeavyEvent, ...] = ()
    conditions: tuple[Distance, ...] = ()
    current_as_of: date | None = None
    current_conditions: tuple[Distance, ...] = ()
    trace: tuple[RowTrace, ...] | None = None
    by: str | None = None
    groups: tuple[Group, ...] = ()
    remarks: tuple[Message, ...] = ()
    notices: tuple[Notice, ...] = ()
    result: Result = field(kw_only=True, eq=False)
    _assuming: Assuming = field(kw_only=True, eq=False)

    @cached_property
    def assumptions(self) -> tuple[AssumedEnds, ...]:
        """The assumptions that the score rests on, each scored once more at its other values."""
        return tuple(self._assuming.every())

    def __repr__(self) -> str:
        return f"<Explanation of {self.shop_id}: {len(self.decomposition.lines)} lines>"

    @property
    def score_exact(self) -> Fraction | None:
        """The score before rounding: what the contributions sum to."""
        return self.decomposition.score_exact

    @property
    def contributions(self) -> tuple[Contribution, ...]:
        """The lines that add up to the exact score."""
        return self.decomposition.lines

    def plot(self, *, lang: str = "en") -> Chart:
        """Return the chart of what each part gives to the score and costs against full points.

        Raises:
            UsageError: where nothing adds up to a score.
        """
        return contributions_chart(self.shop_id, self.decomposition, self.result.rules, lang)

    def to_polars(self) -> pl.DataFrame:
        """Return the contributions, one row each; exact numbers are text."""
        notes = [None if line.note is None else str(line.note) for line in self.contributions]
        lines = zip(self.contributions, notes, strict=True)
        rows = [{**_contribution(line), "note": note} for line, note in lines]
        names = [*_contribution(Contribution("metric", "", Fraction(0)))]
        text = {"kind", "id", "note", *(name for name in names if name.endswith("_exact"))}
        schema = {name: pl.String if name in text else pl.Float64 for name in names}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def to_dict(self) -> dict[str, Any]:
        """Return the document ``shopscore.explain/1``."""
        split, last = self.decomposition, self.current_as_of
        return {
            "schema": EXPLAIN,
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
            "contributions": [_contribution(line) for line in split.lines],
            "rounding": _number(split.rounding),
            "rounding_exact": _text(split.rounding),
            "note": _said(split.note),
            "one_more": [_effect(one) for one in self.effects],
            "events": [_event(one) for one in self.events],
            "assumptions": [_assumed(one) for one in self.assumptions],
            "conditions": [_distance(one) for one in self.conditions],
            "current_as_of": None if last is None else last.isoformat(),
            "current_conditions": [_distance(one) for one in self.current_conditions],
            "trace": None if self.trace is None else [_traced(one) for one in self.trace],
            "by": self.by,
            "groups": [_group(one) for one in self.groups],
            "remarks": [_said(remark) for remark in self.remarks],
            "notices": [notice.to_dict() for notice in self.notices],
        }

    def to_json(self) -> str:
        """Return the document as text."""
        return dumped(self.to_dict())


def _number(number: Fraction | None) -> float | None:
    return None if number is None else float(number)


def _text(number: Fraction | None) -> str | None:
    return None if number is None else str(number)


def _both(name: str, number: Fraction | None) -> dict[str, Any]:
    return {name: _number(number), f"{name}_exact": _text(number)}


def _said(said: Message | None) -> dict[str, str] | None:
    return None if said is None else {"en": str(said), "zh": said.text("zh")}


def _contribution(line: Contribution) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "id": line.id or None,
        **_both("gives", line.gives),
        **_both("lost", line.lost),
        **_both("points", line.points),
        **_both("weight", line.weight),
        "declared_weight": _number(line.declared),
        "note": _said(line.note),
    }


def _effect(one: OneMore) -> dict[str, Any]:
    return {
        "metric": one.metric,
        "kind": one.kind,
        "stream": one.tally.stream,
        "where": None if one.tally.where is None else str(one.tally.where),
        "amount": one.amount,
        **_both("value_before", one.before),
        **_both("value_after", one.after),
        **_both("gives", one.gives),
    }


def _event(one: HeavyEvent) -> dict[str, Any]:
    place = {"stream": one.stream, "key": one.key, "file": one.file, "line": one.line}
    return {**place, **_both("costs", one.costs), "metrics": list(one.metrics)}


def _assumed(one: AssumedEnds) -> dict[str, Any]:
    ends = [{"value": end.value, **_both("score", end.score), "reason": _said(end.reason)}
            for end in one.ends]  # fmt: skip
    return {"id": one.id, "value": one.value, "why": str(one.why),
            "why_zh": in_language(one.why, "zh"), "ends": ends}  # fmt: skip


def _distance(one: Distance) -> dict[str, Any]:
    words = condition_words(one.condition)
    return {
        "id": one.id,
        "role": one.role,
        "condition": str(words),
        "condition_zh": words.text("zh"),
        **_both("value", one.value),
        **_both("bound", one.bound),
        **_both("distance", one.distance),
        "met": one.met,
        "rows": [{**asdict(row), **_both("value_without", value)} for row, value in one.rows],
    }


def _traced(one: RowTrace) -> dict[str, Any]:
    return {
        "stream": one.stream,
        "key": one.key,
        "file": one.file,
        "line": one.line,
        **_both("costs", one.costs),
        "reason": _said(one.reason),
        "tallies": [_tally(tally) for tally in one.tallies],
    }


def _tally(one: TallyTrace) -> dict[str, Any]:
    return {
        "metrics": list(one.metrics),
        "counts": one.counts,
        "day_of": one.day_words,
        "day": None if one.day is None else one.day.isoformat(),
        "age": one.age,
        "window": [one.first_age, one.last_age],
        "weight": one.weight / one.scale,
        "conditions": [{"words": part.words, "met": part.met} for part in one.parts],
        "value": one.value,
        "reason": _said(one.reason),
    }


def _group(one: Group) -> dict[str, Any]:
    metrics: list[Mapping[str, Any]] = [
        {"id": m.metric, **_both("value", m.value), "n": m.n} for m in one.metrics
    ]
    return {"value": one.value, **_both("costs", one.costs), "metrics": metrics}
