"""Results as pandas dataframes, and without the libraries that this needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import shopscore as ss

VALUES = """
import sys
for name in sys.argv[1:]:
    sys.modules[name] = None
import polars as pl, shopscore as ss
values = pl.DataFrame({"shop_id": ["S1", "S2"], "metric": ["bad_review_rate"] * 2, "value": [0.1, 0.2], "n": [9, 9]})
result = ss.score_values(values, platform="douyin", ruleset="2022", as_of="2022-07-01")
"""
TO_PANDAS = """
try:
    print(list(result.to_pandas()["shop_id"]))
except ss.UsageError as error:
    print(error)
"""
TO_ARROW = "print(pl.DataFrame(result).equals(result.to_polars()))"


def blocked(code: str, *names: str) -> str:
    """What a piece of code prints where some libraries cannot be imported."""
    done = subprocess.run(
        [sys.executable, "-c", VALUES + code, *names],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("name", ["pandas", "pyarrow"])
def test_the_error_names_the_extra(name: str) -> None:
    assert 'pip install "shopscore[pandas]"' in blocked(TO_PANDAS, name)


def test_arrow_needs_no_library() -> None:
    for names in ((), ("pyarrow",)):
        assert blocked(TO_ARROW, *names) == "True"


def test_whoever_asks_gets_the_same(results: dict[str, ss.Result]) -> None:
    pd = pytest.importorskip("pandas")
    pa = pytest.importorskip("pyarrow")
    assert blocked(TO_PANDAS) == "['S1', 'S2']"
    for result in results.values():
        frame = result.to_pandas()
        assert list(frame.columns) == result.to_polars().columns
        table = pa.table(result).to_pandas(date_as_object=False)
        pd.testing.assert_frame_equal(table, frame, check_dtype=False)
        assert [list(tiers) for tiers in frame["tiers"]] == [list(s.tiers) for s in result]
        if hasattr(pd.DataFrame, "from_arrow"):
            found = pd.DataFrame.from_arrow(result)
            assert [list(tiers) for tiers in found["tiers"]] == [list(s.tiers) for s in result]
