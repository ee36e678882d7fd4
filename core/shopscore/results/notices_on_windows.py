"""Notices on windows: where a document's value is of more or fewer days than the rules count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from ..messages import Message, message
from ..notices import Notice

if TYPE_CHECKING:
    from ..grading.told import Told
    from ..plugins.bound_rules import BoundMetric
    from .result import Result


def notices_on_windows(result: Result) -> Iterator[Notice]:
    """Yield for each metric the shops whose document counts over another window than the rules."""
    ids = result.shops["shop_id"]
    for id, measured in result.measured.items():
        if measured.documents is None or measured.typed is None or measured.metric is None:
            continue
        others: dict[tuple[int, tuple[int, ...]], list[int]] = {}
        for row in np.flatnonzero(measured.typed).tolist():
            told = measured.documents[row]
            if told is None or told.days is None:
                continue
            asked = _asked(measured.metric, told, result.as_of)
            if asked and told.days not in asked:
                others.setdefault((told.days, asked), []).append(row)
        for (days, asked), rows in others.items():
            said = message(
                "{metric}: what documents show is of {days} days, and the rules count {asked}",
                metric=result.rules.metrics[id].metric.label,
                days=days,
                asked=_either(asked),
            )
            there = np.zeros(len(result), dtype=np.bool_)
            there[rows] = True
            yield Notice("document_differs", said, metrics=(id,)).about(ids, there)


def _either(numbers: Sequence[int]) -> int | Message:
    """Return numbers with "or" between them."""
    said: int | Message = numbers[0]
    for other in numbers[1:]:
        said = message("{one} or {other}", one=said, other=other)
    return said


def _asked(metric: BoundMetric, told: Told, as_of: date) -> tuple[int, ...]:
    """Return how many days the windows of the rules have; none where nothing is counted in days.

    Months have as many days as those that the document looks at.
    """
    day = as_of if told.last is None else told.last + timedelta(days=1)
    windows = (weights for _, weights in metric.windows(day))
    return tuple(sorted({each.last_age - each.first_age + 1 for each in windows}))
