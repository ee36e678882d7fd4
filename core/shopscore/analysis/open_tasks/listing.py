"""The list of open tasks: what waits, until when, and the points at risk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any

import polars as pl
from attrs import asdict

from ...messages import Message, in_language
from ...model.assumptions import AssumptionValue
from ...model.labels import Label
from ...model.tasks import Task
from ...notices import Notice
from ...results.documents import dumped
from ...value_classes import field, frozen
from .calendar_text import calendar_text
from .open_task import OpenTask

TODO = "shopscore.todo/1"
_HOUR = 3600


@frozen(repr=False, eq=False, slots=False)
class Todo:
    """What is open at a moment, sorted by deadline, then by the points at risk.

    Iterate it, or take all of it with :meth:`to_polars`, :meth:`to_json`, :meth:`to_dict` or
    :meth:`to_ics`. ``asked`` are the tasks that were looked for, with the settings that were taken;
    ``not_asked`` those of which nobody can tell, with the reason. ``labels`` names metrics. ``now`` is a time on the clock of
    ``zone``.
    """

    platform: str
    scorecard: str
    ruleset: str
    as_of: date
    now: datetime
    zone: str
    open: tuple[OpenTask, ...]
    asked: Mapping[Task, Mapping[str, AssumptionValue]] = field(repr=False)
    not_asked: Mapping[Task, Message] = field(repr=False)
    labels: Mapping[str, Label] = field(factory=dict, repr=False)
    notices: tuple[Notice, ...] = ()

    def __repr__(self) -> str:
        late = sum(one.late for one in self.open)
        return f"<Todo {self.platform} at {self.now}: {len(self.open)} open, {late} late>"

    def __len__(self) -> int:
        return len(self.open)

    def __iter__(self) -> Iterator[OpenTask]:
        return iter(self.open)

    def to_polars(self, *, lang: str = "en") -> pl.DataFrame:
        """Return one row per open task; labels and reasons are in a language, ``zh`` or English."""
        return pl.DataFrame([self._row(one, lang) for one in self.open], _SCHEMA, orient="row")

    def _row(self, one: OpenTask, lang: str) -> tuple[object, ...]:
        left = one.left_seconds
        points = one.points_at_risk
        return (
            self.platform,
            one.shop_id,
            one.task.id,
            one.task.label.text(lang),
            one.id,
            one.order_id,
            one.since,
            one.deadline,
            None if left is None else left / _HOUR,
            one.late,
            one.decided_at,
            None if points is None else float(points),
            None if points is None else str(points),
            "" if one.reason is None else one.reason.text(lang),
            [effect.metric for effect in one.effects],
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the document ``shopscore.todo/1`` as dictionaries, lists and plain values."""
        return {
            "schema": TODO,
            "platform": self.platform,
            "scorecard": self.scorecard,
            "ruleset": self.ruleset,
            "as_of": self.as_of.isoformat(),
            "now": self.now.isoformat(sep=" "),
            "zone": self.zone,
            "tasks": [_told(task, chosen) for task, chosen in self.asked.items()],
            "not_asked": [
                {"task": task.id, "reason": str(why), "reason_zh": why.text("zh")}
                for task, why in self.not_asked.items()
            ],
            "open": [one.to_dict() for one in self.open],
            "notices": [notice.to_dict() for notice in self.notices],
        }

    def to_json(self) -> str:
        """Return the document ``shopscore.todo/1``."""
        return dumped(self.to_dict())

    def to_ics(self, *, lang: str = "en") -> str:
        """Return a calendar (RFC 5545) with an event at each deadline; what has none is left out."""
        return calendar_text(self.open, self.platform, self.zone, self.now, lang)

    @cached_property
    def assumptions(self) -> dict[str, AssumptionValue]:
        """The settings that were taken, as ``task:setting``."""
        return {
            f"{task.id}:{id}": value
            for task, chosen in self.asked.items()
            for id, value in chosen.items()
            if id != "on"
        }


_TIME = pl.Datetime("us")
_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "platform": pl.String,
    "shop_id": pl.String,
    "task": pl.String,
    "label": pl.String,
    "id": pl.String,
    "order_id": pl.String,
    "since": _TIME,
    "deadline": _TIME,
    "hours_left": pl.Float64,
    "late": pl.Boolean,
    "decided_at": _TIME,
    "points_at_risk": pl.Float64,
    "points_at_risk_exact": pl.String,
    "reason": pl.String,
    "metrics": pl.List(pl.String),
}


def _told(task: Task, chosen: Mapping[str, AssumptionValue]) -> dict[str, Any]:
    """Return what a task declares, with the settings that were taken."""
    return {
        "id": task.id,
        "zh": task.zh,
        "en": task.en,
        "stream": task.stream,
        "clears": task.clears,
        "settings": [
            {
                "id": setting.id,
                "value": chosen[setting.id],
                "unit": setting.unit or None,
                "reason": str(setting.reason),
                "reason_zh": in_language(setting.reason, "zh"),
            }
            for setting in task.settings
        ],
        "assumes": [str(one) for one in task.assumes],
        "assumes_zh": [in_language(one, "zh") for one in task.assumes],
        "sources": [asdict(source) for source in task.sources],
    }
