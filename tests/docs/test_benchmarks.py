"""The benchmarks still run, and their contenders agree: one round, with small data."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.mark.slow
@pytest.mark.skipif(not BENCHMARKS.exists(), reason="not part of the source distribution")
def test_all_of_them_with_small_data(tmp_path: Path) -> None:
    for package in ("deltalake", "duckdb", "pandas", "pyarrow"):
        pytest.importorskip(package, reason=f"pip install {package}, to run the benchmarks")
    command = [BENCHMARKS / "run.py", "--all", "--scale", "small", "--rounds", "1"]
    done = subprocess.run(
        [sys.executable, *command, "--work", tmp_path], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    table = done.stdout[done.stdout.index("| figure |") :]
    for figure in ("events /", "in parts /", "as CSV /", "one shop", "40 shops", "four parts",
                   "small CSV files", "export", "ranking"):  # fmt: skip
        assert figure in table, table
    assert "DIFFER" not in table
