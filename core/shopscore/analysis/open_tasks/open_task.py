"""One open task: what waits, until when, and what it may cost."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from attrs import asdict

from ...messages import Message
from ...model.tasks import Task
from ...value_classes import frozen


@frozen
class Effect:
    """The value of a metric if a task is done in time, and if it counts as bad."""

    metric: str
    value_good: float | None
    value_bad: float | None


@frozen
class OpenTask:
    """One thing that waits: which row of which shop, since when, until when, and what it may cost.

    ``left_seconds`` is how long is left, and below zero how long it is late; None without a
    deadline. ``decided_at`` is when the platform decides in the merchant's place. ``points_at_risk``
    is exact; where it is None, ``reason`` says why.
    """

    shop_id: str
    task: Task
    id: str
    order_id: str | None
    since: datetime
    deadline: datetime | None
    left_seconds: int | None
    decided_at: datetime | None
    points_at_risk: Fraction | None
    reason: Message | None
    effects: tuple[Effect, ...]

    @property
    def late(self) -> bool:
        """Whether the deadline has passed."""
        return self.left_seconds is not None and self.left_seconds < 0

    def to_dict(self) -> dict[str, Any]:
        """Return the open task as it is listed in :meth:`Todo.to_dict`."""
        points = self.points_at_risk
        return {
            "shop_id": self.shop_id,
            "task": self.task.id,
            "id": self.id,
            "order_id": self.order_id,
            "since": self.since.isoformat(sep=" "),
            "deadline": _said(self.deadline),
            "left_seconds": self.left_seconds,
            "late": self.late,
            "decided_at": _said(self.decided_at),
            "points_at_risk": None if points is None else float(points),
            "points_at_risk_exact": None if points is None else str(points),
            "reason": None if self.reason is None else str(self.reason),
            "reason_zh": None if self.reason is None else self.reason.text("zh"),
            "effects": [asdict(effect) for effect in self.effects],
        }


def _said(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat(sep=" ")
