"""Leaving: what the days to come do to a score when no new event comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import numpy as np

from ...composing.publication import rounded
from ...counting.daily import count_by_day
from ...counting.many_days import SumsOfDays
from ...counting.selection import day_number
from ...counting.sums import Wanted
from ...exact.columns import ExactColumn
from ...grading.weighing import combine
from ...model.rulesets import Criterion
from ...results.result import Result
from ...value_classes import frozen
from ..reasons.row_sums import RowSums
from .found import LeavingDay, LeavingMetric
from .goals import Wish, Wished
from .wishes import Wishing

#: The days to come that are looked at, at most.
MOST_DAYS = 90


@frozen(eq=False)
class Leaving:
    """The days to come of one shop: its own rows grow older, and the other shops stay as they are."""

    wishing: Wishing
    sums: RowSums

    @property
    def days_ahead(self) -> int:
        """How many days there are until the longest window has let go of all rows, at most 90."""
        result, metrics = self.wishing.supposing.result, self.wishing.supposing.metrics
        ages = [one.last_age(result.as_of) for one in metrics.values()]
        return min(max(ages, default=0), MOST_DAYS)

    def days(self) -> list[LeavingDay]:
        """Return the days on which the score, or whether there is one, changes."""
        result = self.wishing.supposing.result
        days = [result.as_of + timedelta(days=n) for n in range(self.days_ahead + 1)]
        wishes = self.wishes(days)
        moved = [n for n in range(1, len(days)) if wishes[n] != wishes[n - 1]]
        graded = self.wishing.results([wishes[n] for n in (0, *moved)])
        seen = [_Seen(*one) for one in graded]
        steps = zip([days[n] for n in moved], pairwise(seen), strict=True)
        found = (_changed(day, before, after) for day, (before, after) in steps)
        return [*_until_unscored(one for one in found if one is not None)]

    def wishes(self, days: Sequence[date]) -> list[Wish]:
        """Return what the metrics of the shop are on each day, from the rows until the first.

        The marks of numbers that may be too low are those of each day.
        """
        result = self.wishing.supposing.result
        rules, today = result.rules, day_number(result.as_of)
        ids = list(self.wishing.supposing.metrics)
        runs = count_by_day(self.sums.resolved)
        past = {name: [run.before(today) for run in own] for name, own in runs.items()}
        moving = SumsOfDays(past, 1)
        wishes: list[Wish] = []
        for day in days:
            metrics = rules.projected(day).metrics
            wanted: list[Wanted] = [
                *dict.fromkeys(w for id in ids for w in metrics[id].wanted(day))
            ]
            sums = dict(zip(wanted, moving.window_sums(wanted, day), strict=True))
            found = {
                id: combine(metrics[id], [sums[one] for one in metrics[id].wanted(day)])
                for id in ids
            }
            marked = self.wishing.incomplete(day).mark(found)
            wishes.append({id: Wished.counted(values)[0] for id, values in marked.items()})
        return wishes


@frozen(eq=False)
class _Seen:
    """A shop in a result."""

    result: Result
    row: int

    @property
    def score(self) -> Fraction | None:
        """The exact score; None where there is none."""
        column: ExactColumn = self.result.composed.score.only(self.result.published.total)
        return column.take([self.row]).fractions()[0]

    @property
    def published(self) -> Fraction | None:
        """The rounded score."""
        score = ExactColumn.of([self.score])
        return rounded(score, self.result.rules.exact.decimals).fractions()[0]

    @property
    def status(self) -> str:
        """The word for it."""
        return str(self.result.published.status[self.row])

    @property
    def levels(self) -> tuple[int, int] | None:
        """The level for certain and the highest that is possible, as positions."""
        found = self.result.levels
        if found is None:
            return None
        return int(found.certain[self.row]), int(found.possible[self.row])

    @property
    def level(self) -> str | None:
        """The id of the level; None where there is none, or it is not known."""
        found = self.result.levels
        if found is None or not found.known[self.row]:
            return None
        place = int(found.certain[self.row])
        return found.levels[place].id if place < len(found.levels) else None

    @property
    def criteria(self) -> dict[Criterion[Fraction], tuple[bool, bool]]:
        """Which criteria are met, and which certainly are not."""
        checks = () if self.result.levels is None else self.result.levels.checks
        return {
            one.criterion: (bool(one.verdict.met[self.row]), bool(one.verdict.failed[self.row]))
            for one in checks
        }

    def of(self, metric: str) -> tuple[Fraction | None, Fraction | None]:
        """Return the value and the points of a metric."""
        at = np.array([self.row])
        value = self.result.measured[metric].column.take(at).fractions()[0]
        return value, self.result.graded[metric].points.take(at).fractions()[0]


def _changed(day: date, before: _Seen, after: _Seen) -> LeavingDay | None:
    """Return a day on which something changes for the score; None for another."""
    old, new = before.score, after.score
    if (old, before.status, before.levels) == (new, after.status, after.levels):
        return None
    deciding = {
        id
        for one, met in after.criteria.items()
        if met != before.criteria[one]
        for id in one.condition.metrics
    }
    metrics = []
    for id in after.result.graded:
        (value_before, points_before), (value, points) = before.of(id), after.of(id)
        if (value_before, points_before) != (value, points):
            decides = points != points_before or id in deciding
            metrics.append(LeavingMetric(id, decides, value_before, value, points_before, points))
    metrics.sort(key=lambda one: not one.decides)
    change = None if old is None or new is None else new - old
    return LeavingDay(day, after.published, new, change, after.status, after.level, tuple(metrics))


def _until_unscored(days: Iterator[LeavingDay]) -> Iterator[LeavingDay]:
    """Yield days up to the first one on which there is no score any more."""
    scored = False
    for day in days:
        yield day
        if scored and day.score is None:
            return
        scored = day.score is not None
