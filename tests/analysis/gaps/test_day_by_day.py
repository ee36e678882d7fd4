"""What leaves the windows: today regraded is today, and what is not known stays so."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

import shopscore as ss
from shopscore.analysis.gaps.leaving import Leaving
from shopscore.analysis.gaps.wishes import Wishing
from shopscore.analysis.reasons.explaining import find_rows
from shopscore.analysis.reasons.row_sums import RowSums
from shopscore.analysis.regrading.supposing import Supposing
from shopscore.samples import generate
from support.gap_shops import BANDED, review, scored

#: A platform, the last day of the sample, and days of publication: within it, and beyond it.
CASES = [
    ("pinduoduo", date(2022, 4, 30), date(2022, 4, 15)),
    ("pinduoduo", date(2022, 4, 30), date(2022, 5, 10)),
    ("ebay", date(2022, 6, 30), date(2022, 6, 27)),
    ("ebay", date(2022, 6, 30), date(2022, 7, 5)),
    ("etsy", date(2022, 7, 1), date(2022, 6, 20)),
    ("douyin", date(2026, 6, 30), date(2026, 6, 20)),
]


def leaving_of(result: ss.Result, row: int) -> Leaving:
    rows = find_rows(result, str(result.shops["shop_id"][row]))
    assert rows is not None
    return Leaving(Wishing(Supposing(result, row)), RowSums.of(rows, result.rules))


def seen(result: ss.Result, row: int) -> dict[str, Any]:
    """All that is found of a shop, exactly."""
    at = np.array([row])
    levels = result.levels
    checks = () if levels is None else levels.checks
    return {
        "score": result.composed.score.only(result.published.total).take(at).fractions(),
        "status": str(result.published.status[row]),
        "levels": None if levels is None else (levels.certain[row], levels.possible[row]),
        "criteria": [(c.verdict.met[row], c.verdict.failed[row]) for c in checks],
        "conditions": [(c.verdict.met[row], c.verdict.failed[row]) for c in result.checks],
        "values": {id: v.column.take(at).fractions() for id, v in result.measured.items()},
        "points": {id: one.points.take(at).fractions() for id, one in result.graded.items()},
    }


@pytest.mark.parametrize(("platform", "end", "as_of"), CASES)
def test_today_regraded_is_today(platform: str, end: date, as_of: date) -> None:
    frames = generate(shops=6, orders=700, seed=3, end=end)
    result = ss.score(frames, platform=platform, as_of=as_of)
    for row in range(len(result)):
        leaving = leaving_of(result, row)
        ((again, place),) = leaving.wishing.results(leaving.wishes([as_of]))
        assert seen(again, place) == seen(result, row)


def test_rows_after_the_day_are_not_known_yet() -> None:
    rows = [review(age, 1 + age % 5) for age in range(1, 21)]
    later = [review(-days, 5) for days in range(8)]
    alone, with_later = (scored(own, "reviews", BANDED) for own in (rows, rows + later))
    assert with_later["A"].score_exact == alone["A"].score_exact
    assert with_later.gap(target=4).leaving == alone.gap(target=4).leaving != ()


def test_that_no_row_comes_is_known_of_days_to_come() -> None:
    """Rows that reach to the day before are not stale when all that follows is known to be none."""
    frames = generate(shops=6, orders=700, seed=3, end=date(2022, 6, 30))
    result = ss.score(frames, platform="ebay", as_of=date(2022, 7, 1))
    wishing = leaving_of(result, 0).wishing
    basis = result.basis
    assert basis is not None
    assert basis.days is not None
    now = wishing.incomplete(result.as_of)
    soon = wishing.incomplete(result.as_of + timedelta(days=9))
    # what begins too late only covers more of the windows as these move on
    assert soon.in_part <= now.in_part
    assert soon.unseen <= now.unseen
    tally = next(one for one, days in basis.days.looked_at.items() if len(days))
    days = basis.days.with_silence(result.as_of, result.as_of + timedelta(days=9))
    before, after = basis.days.looked_at[tally], days.looked_at[tally]
    assert (int(after[0]), int(after[-1]) - int(before[-1])) == (int(before[0]), 9)
