"""Values that are typed in: a shop has one industry, and a number of rows is one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest

import shopscore as ss
from shopscore.grading.benchmarks import reach_of_table

WHICH = {"platform": "tmall", "scorecard": "dsr", "as_of": "2022-07-01"}


def values(**columns: list[Any]) -> pl.DataFrame:
    rows = len(next(iter(columns.values())))
    return pl.DataFrame(
        {"shop_id": ["S"] * rows, "metric": ["dsr_description", "dsr_service"][:rows], **columns}
    )


def test_a_shop_has_one_industry() -> None:
    same = values(value=[4.8, 4.7], n=[9, 9], industry=["food", "food"])
    assert ss.score_values(same, **WHICH).shops["industry"].to_list() == ["food"]
    once = values(value=[4.8, 4.7], n=[9, 9], industry=["food", None])
    assert ss.score_values(once, **WHICH).shops["industry"].to_list() == ["food"]
    two = values(value=[4.8, 4.7], n=[9, 9], industry=["food", "toys"])
    with pytest.raises(ss.InputError, match="shop S has two industries, food and toys"):
        ss.score_values(two, **WHICH)


def test_the_border_of_a_number_of_rows() -> None:
    most = ss.score_values(values(value=[4.8], n=[10**15]), **WHICH)
    assert next(m.n for m in most["S"].metrics if m.id == "dsr_description") == 10**15
    for n in (10**15 + 1, -1):
        with pytest.raises(ss.InputError, match=str(n)):
            ss.score_values(values(value=[4.8], n=[n]), **WHICH)


def test_no_value_has_no_percentile() -> None:
    """Beside values that have one: by hand, on a line from 0 at 1 to 1 at 3."""
    table = ss.Benchmark.from_rows([("*", "rate", "0", "1"), ("*", "rate", "1", "3")])
    nan = float("nan")
    found = ss.ranking.benchmark_percentile([nan, 2.0, 1.0, nan], table, "rate", ["food"] * 4)
    assert found.tolist()[1:3] == [0.5, 0.0]
    assert np.isnan(found).tolist() == [True, False, False, True]
    with pytest.raises(ss.UsageError, match="finite"):
        ss.ranking.benchmark_percentile([1.0, float("inf")], table, "rate", ["food"] * 2)


@pytest.mark.parametrize("shop", ["", "  ", None])
def test_a_value_belongs_to_a_shop(shop: str | None) -> None:
    nobody = values(value=[4.8], n=[9]).with_columns(shop_id=pl.lit(shop, dtype=pl.String))
    with pytest.raises(ss.InputError, match="shop_id"):
        ss.score_values(nobody, **WHICH)


def test_a_value_belongs_to_a_metric() -> None:
    unknown = values(value=[4.8], n=[9]).with_columns(metric=pl.lit("dsr_servise"))
    with pytest.raises(ss.InputError, match="did you mean dsr_service"):
        ss.score_values(unknown, **WHICH)


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_a_table_of_percentiles_runs_in_one_direction(better: Any) -> None:
    """A single value fits both; several must run from the worst to the best."""
    ends = ("1", "3") if better == "higher" else ("3", "1")
    rows = [("*", "rate", "0", ends[0]), ("*", "rate", "1", ends[1])]
    table = ss.Benchmark.from_rows(rows)
    assert ss.ranking.benchmark_percentile([2.0], table, "rate", ["f"], better=better) == [0.5]
    other = {"higher": "lower", "lower": "higher"}[better]
    with pytest.raises(ss.InputError, match="run from worst"):
        ss.ranking.benchmark_percentile([2.0], table, "rate", ["f"], better=other)
    single = ss.Benchmark.from_rows([("*", "rate", "0.2", "2"), ("*", "rate", "0.6", "2")])
    found = ss.ranking.benchmark_percentile(
        [1.0, 2.0, 3.0], single, "rate", ["f"] * 3, better=better
    )
    assert found.tolist() == ([0.2, 0.4, 0.6] if better == "higher" else [0.6, 0.4, 0.2])


def test_the_percentiles_that_a_table_can_give() -> None:
    """From the least to the greatest of an industry's own rows, or of those for all."""
    rows = [("toys", "rate", p, v) for p, v in (("0.2", "1"), ("0.5", "2"), ("0.9", "3"))]
    table = ss.Benchmark.from_rows([*rows, ("*", "rate", "0.1", "1"), ("*", "rate", "1", "2")])
    reach = reach_of_table(table, "rate", ["toys", "food"])
    assert reach.lowest.fractions() == [Fraction(1, 5), Fraction(1, 10)]
    assert reach.highest.fractions() == [Fraction(9, 10), Fraction(1)]
    assert reach.possible.tolist() == [True, True]
    assert reach_of_table(table, "other", ["toys"]).possible.tolist() == [False]
