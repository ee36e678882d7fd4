"""What documents tell beside values belongs to these values: of others it is not known."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import pytest

import shopscore as ss
from shopscore.analysis.gaps.goals import Wished
from shopscore.analysis.gaps.wishes import Wishing
from shopscore.analysis.regrading.supposing import Supposing

EXAMPLES = Path(__file__).parents[2] / "reading/documents/examples"
FILES = ("douyin_overview", "douyin_sub_score_new", "douyin_analysis_score")


@pytest.fixture
def result(tmp_path: Path) -> ss.Result:
    for name in FILES:
        shutil.copy(EXAMPLES / f"{name}.json", tmp_path)
    return ss.score(tmp_path, platform="douyin", as_of="2026-09-30")


@pytest.mark.parametrize("metric", ["goods_rating", "quality_return_rate", "im_response_seconds"])
def test_as_simulate_has_it(result: ss.Result, metric: str) -> None:
    """The total is as open as where the same value is set in a simulation."""
    value = Fraction(1, 2) if metric.endswith("rate") else Fraction(4)
    shop = str(result.shops["shop_id"][0])
    ((then, row),) = Wishing(Supposing(result, 0)).results([{metric: Wished(value)}])
    view = ss.simulate(result, shop=shop, set={metric: value}).after
    ends = [
        None if cell is None else float(cell)
        for column in (then.published.lowest, then.published.highest)
        for cell in column.take([row]).fractions()
    ]
    assert ends == [view.score_low, view.score_high]
    before = result[shop]
    assert ends != [before.score_low, before.score_high]
    assert str(then.published.status[row]) == view.status


def test_the_same_value_forgets_nothing(result: ss.Result) -> None:
    value = result.measured["goods_rating"].column.fractions()[0]
    ((then, row),) = Wishing(Supposing(result, 0)).results([{"goods_rating": Wished(value)}])
    low = result.published.lowest.fractions()[0]
    assert then.published.lowest.take([row]).fractions() == [low]


def test_that_it_is_left_out_is_said(result: ss.Result) -> None:
    found = ss.gap(result, target=90)
    assert any("where a value changes, they are left out" in str(one) for one in found.remarks)
    reasons = [str(one.value_reason) for one in found.targets[0].metrics]
    assert any("for certain" in one for one in reasons)
