"""Writers that are killed: before or after, never between, and ingesting again makes it whole.

``SHOPSCORE_KILLS`` says how many are killed at random; ``tox -e crash`` kills 200.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.samples import generate
from shopscore.testing.toy import PLATFORM
from support.ledger_samples import AS_OF, both, opened, sample_batches, small_ledger

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("SHOPSCORE_KILLS", "5"))
SCRIPT = Path(__file__).with_name("ingest_and_stop.py")


class Case:
    """A ledger as it is before an ingest, and what is known before and after it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.early, self.late = sample_batches(folder)
        self.template = small_ledger(folder / "template", self.early).root
        platform = opened(self.template).platforms[0]
        self.whole = both(self.early, self.late, folder / "all")
        early = ss.read_events(self.early, platform=platform)
        self.before, self.after = early.digest, self.whole.digest
        self.scores = {
            events.digest: ss.score(events, platform=platform, as_of=AS_OF).to_polars()
            for events in (early, self.whole)
        }

    def copy(self, name: str) -> Path:
        """Return a ledger of its own, as it is before."""
        return Path(shutil.copytree(self.template, self.folder / name))

    def start(self, root: Path, *step: str) -> subprocess.Popen[str]:
        """Start a process that ingests."""
        command = [sys.executable, str(SCRIPT), str(root), str(self.late), *step]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def check(self, root: Path) -> bool:
        """Nothing is lost or doubled, and what is missing can be ingested; was it there already?"""
        found = opened(root)
        digest = found.events().digest
        assert digest in (self.before, self.after)
        assert found.score(AS_OF).to_polars().equals(self.scores[digest])
        again = found.ingest(self.late)
        assert (again.seq is None) == (digest == self.after)
        assert found.events().digest == self.after
        assert found.score(AS_OF).to_polars().equals(self.scores[self.after])
        shutil.rmtree(root)
        return digest == self.after


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return Case(tmp_path_factory.mktemp("kills"))


def test_a_stop_before_each_step(case: Case) -> None:
    """What is written last makes it all count: before it nothing does."""
    whole = case.start(case.copy("whole"), "0")
    steps = int(whole.communicate()[0].split()[-1])
    assert steps >= 7
    there = []
    for step in range(1, steps + 1):
        root = case.copy(f"step-{step}")
        stopped = case.start(root, str(step))
        stopped.communicate()
        assert stopped.returncode == -signal.SIGKILL
        there.append(case.check(root))
    assert there == sorted(there)
    assert not there[0]


def test_a_stop_before_each_step_of_adding(tmp_path: Path) -> None:
    """What was counted elsewhere is all there, or nothing of it, and can be added again."""
    sample = generate(shops=6, orders=200, end=date(2025, 3, 31))
    rules: dict[str, Any] = {"platform": PLATFORM, "as_of": AS_OF}
    whole = ss.score(sample, **rules).to_polars()
    ledger = ss.Ledger.create(tmp_path / "template", platform=PLATFORM)
    ledger.ingest({"shops": pl.DataFrame(sample["shops"])})
    state = ss.tally(ss.resolve(sample, **rules))
    state.write_parquet(tmp_path / "state.parquet")

    def stopped_at(step: int) -> tuple[Path, subprocess.Popen[str]]:
        root = Path(shutil.copytree(ledger.root, tmp_path / f"step-{step}"))
        command = [sys.executable, str(SCRIPT), str(root), str(tmp_path / "state.parquet")]
        return root, subprocess.Popen([*command, str(step)], stdout=subprocess.PIPE, text=True)

    _, done = stopped_at(0)
    steps = int(done.communicate()[0].split()[-1])
    there = []
    for step in range(1, steps + 1):
        root, stopped = stopped_at(step)
        stopped.communicate()
        assert stopped.returncode == -signal.SIGKILL
        found = opened(root)
        there.append(found.add_counted(state).seq is None)
        assert found.score(AS_OF).to_polars().equals(whole)
        assert found.verify().is_good
    assert there == sorted(there)
    assert not there[0]


def test_a_stop_before_each_step_of_forgetting(case: Case) -> None:
    """Whatever was done: after the next writer the shop is there as before, or no file names it."""
    command = [sys.executable, str(SCRIPT)]
    done = subprocess.run(
        [*command, str(case.copy("forgets")), "forget:S0002", "0"],
        capture_output=True,
        text=True,
        check=True,
    )
    steps, gone = int(done.stdout.split()[-1]), []
    for step in range(1, steps + 1):
        root = case.copy(f"forget-{step}")
        stopped = subprocess.run([*command, str(root), "forget:S0002", str(step)], check=False)
        assert stopped.returncode == -signal.SIGKILL
        found = opened(root)
        found.ingest({"shops": pl.DataFrame({"shop_id": ["S9999"], "industry": ["home"]})})
        gone.append("S0002" not in {*found.events().shops["shop_id"]})
        assert found.verify().is_good
        if gone[-1]:
            texts = [file.read_bytes() for file in root.rglob("*") if file.is_file()]
            assert not any(b"S0002" in text for text in texts)
        shutil.rmtree(root)
    assert gone == sorted(gone)
    assert not gone[0]
    assert gone[-1]


def test_kills_at_random_moments_of_writing(case: Case) -> None:
    timed = case.start(case.copy("timed"))
    assert timed.stdout is not None
    timed.stdout.readline()
    begin = time.monotonic()
    timed.communicate()
    takes, rng = time.monotonic() - begin, Random(KILLS)
    for number in range(KILLS):
        root = case.copy(f"kill-{number}")
        running = case.start(root)
        assert running.stdout is not None
        assert running.stdout.readline() == "writing\n"
        time.sleep(rng.random() * takes)
        running.kill()
        running.communicate()
        case.check(root)
