"""The how-to is true: its program gives the scores of one machine, and a plugin travels with it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.samples import generate
from support.on_spark import BAZAAR, SETTINGS, bazaar, shops_in

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/how-to/spark.md"
NAMES = ("shops", "orders", "reviews", "aftersales", "conversations", "complaints")
#: Executors have the plugin from the archive alone.
WITH_PLUGIN = f"""
sys.path.append({str(BAZAAR)!r})
from shopscore_bazaar import shopscore_platforms

some = {{name: streams[name] for name in ("shops", "orders", "reviews")}}
counted = shopscore.spark.tally(some, platform=shopscore_platforms()[0], partitions=2)
print(counted.collect().to_polars().filter(pl.col("kind") == "cell")["sum"].sum())
"""


def submitted(folder: Path, settings: dict[str, Any], *words: str) -> str:
    """Run a program by ``spark-submit`` in a folder; return what it prints."""
    confs = (word for name, value in settings.items() for word in ("--conf", f"{name}={value}"))
    done = subprocess.run(
        [Path(sys.executable).parent / "spark-submit", *confs, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYSPARK_PYTHON": sys.executable},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.skipif(not PAGE.exists(), reason="no documentation here")
def test_the_program_of_the_page_and_a_plugin_in_an_archive(tmp_path: Path) -> None:
    text = PAGE.read_text("utf-8")
    found = re.search(r":caption: (score_on_spark\.py)\n\n(.*?)```", text, re.DOTALL)
    assert found is not None
    program = f"import polars as pl\n{found[2]}{WITH_PLUGIN}"
    (tmp_path / found[1]).write_text(program, encoding="utf-8")
    sample = generate(shops=6, orders=400, seed=3, end=date(2024, 6, 29))
    for name in NAMES:
        (tmp_path / "events" / name).mkdir(parents=True)
        sample[name].write_parquet(tmp_path / "events" / name / "part-0.parquet")
    with tarfile.open(tmp_path / "scoring.tar", "w") as packed:
        packed.add(BAZAAR / "shopscore_bazaar", "site/shopscore_bazaar")
    path = [folder for folder in sys.path if folder not in ("", str(BAZAAR))]
    settings = SETTINGS | {
        "spark.executorEnv.PYTHONPATH": os.pathsep.join(["./env/site", *path]),
    }
    packed = ("--archives", f"{tmp_path}/scoring.tar#env")
    cluster = ("--master", "local-cluster[1,1,1024]", *packed)
    out = submitted(tmp_path, settings, *cluster, found[1], "events", "2024-06-30")
    events = {name: sample[name] for name in NAMES}
    whole = ss.score(events, platform="douyin", ruleset="2022", as_of="2024-06-30")
    some = {name: sample[name] for name in ("shops", "orders", "reviews")}
    cells = ss.tally(ss.resolve(some, platform=bazaar())).cells
    assert out.split()[-2:] == [str(whole["S0003"].score), str(cells["sum"].sum())]
    scores = pl.read_parquet(tmp_path / "events/scores/*.parquet").sort("shop_id")
    assert scores.equals(whole.to_polars().cast(scores.schema))  # type: ignore[arg-type]


@pytest.mark.skipif(not PAGE.exists(), reason="no documentation here")
def test_the_past_of_the_page_goes_into_a_ledger(tmp_path: Path) -> None:
    text = PAGE.read_text("utf-8")
    found = re.search(r":caption: (past_into_a_ledger\.py)\n\n(.*?)```", text, re.DOTALL)
    assert found is not None
    (tmp_path / found[1]).write_text(found[2], encoding="utf-8")
    sample = generate(shops=6, orders=400, seed=3, end=date(2024, 6, 29))
    some = {name: sample[name] for name in ("shops", "orders", "reviews")}
    for name, rows in some.items():
        (tmp_path / "events" / name).mkdir(parents=True)
        rows.write_parquet(tmp_path / "events" / name / "part-0.parquet")
    local = ("--master", "local[2]")
    out = submitted(tmp_path, SETTINGS, *local, found[1], "events", "2024-05-01", "ledger")
    past = some["orders"].filter(pl.col("created_at") < date(2024, 5, 1))
    assert out.split()[-1] == str(len(past))
    ledger = ss.Ledger.open(tmp_path / "ledger")
    scored = ledger.score("2024-06-30", ruleset="2022")
    whole = ss.score(some, platform="pinduoduo", ruleset="2022", as_of="2024-06-30")
    assert shops_in(scored) == shops_in(whole)
