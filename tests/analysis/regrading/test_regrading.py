"""Suppositions of many shops at once: each is what a whole score with that value alone says."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest

import shopscore as ss
from shopscore.analysis.regrading.placing import with_values
from shopscore.analysis.regrading.regrading import Regrading
from shopscore.exact.columns import ExactColumn
from shopscore.samples import generate
from support import podium_platform

F = Fraction
#: A card with a tier by a multiple of the industry's mean, one of ranks, and one of bands and ranks.
CARDS: list[tuple[str, str | None, str]] = [
    ("tmall", "aftersales", "2022-07-01"),
    ("pinduoduo", None, "2022-07-01"),
    ("douyin", None, "2022-07-01"),
]


def check(result: ss.Result, metrics: list[str], seed: int) -> None:
    """Suppose a value of a metric for every shop twice over, all at once."""
    random = Random(seed)
    shops = np.array([random.randrange(len(result)) for _ in range(2 * len(result))])
    for id in metrics:
        cells = [F(random.randrange(11), 10) for _ in shops]
        base = result.measured[id].take(shops)
        everyone = np.ones(len(shops), dtype=np.bool_)
        own = with_values(base, ExactColumn.of(list(cells)), everyone)
        seen = 0
        for part in Regrading(result).results(shops, {id: own}):
            for row, which in zip(part.rows.tolist(), part.which.tolist(), strict=True):
                shop = str(result.shops["shop_id"][int(shops[which])])
                view = ss.simulate(result, shop=shop, set={id: cells[which]}).after
                found = part.result._view(row)
                assert (found.shop_id, found.status) == (shop, view.status)
                assert (found.score_exact, found.score_low, found.score_high) == (
                    view.score_exact, view.score_low, view.score_high,
                )  # fmt: skip
                assert found.tiers == view.tiers
                mine, theirs = found[id], view[id]
                assert (mine.percentile, mine.points) == (theirs.percentile, theirs.points)
                seen += 1
        assert seen == len(shops)


@pytest.mark.parametrize(("platform", "card", "day"), CARDS)
def test_each_as_a_score_of_its_own(platform: str, card: str | None, day: str) -> None:
    frames = generate(shops=9, orders=900, seed=6, end=date(2022, 6, 30))
    result = ss.score(frames, platform=platform, scorecard=card, as_of=day)
    check(result, list(result.measured)[:1], seed=1)


def test_where_a_scorer_looks_at_whole_industries() -> None:
    """No two suppositions of one industry are graded together then."""
    rows = [
        {
            "shop_id": f"S{n}",
            "metric": metric,
            "value": str(value),
            "n": "5",
            "industry": "ab"[n % 2],
        }
        for n in range(5)
        for metric, value in (("rating", 1 + n % 4), ("orders", 5))
    ]
    asked: dict[str, Any] = {"platform": podium_platform.PLATFORM, "ruleset": podium_platform.RULES}
    result = ss.score_values(pl.DataFrame(rows), as_of="2024-06-30", **asked)
    assert Regrading(result).one_by_one
    check(result, ["rating"], seed=2)
