"""What all benchmarks share: fresh processes or calls in turn, round by round, and their figures.

Nothing large is imported here, nor by what starts processes: a child's peak memory begins at what
its parent had when it was started.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
AS_OF = "2024-06-30"
MEBIBYTE = 1024**2 if sys.platform == "darwin" else 1024  # of ru_maxrss: bytes there, KiB elsewhere


@dataclass(frozen=True)
class Run:
    """What one process or call took; a call has no memory of its own."""

    cpu_s: float
    wall_s: float
    rss_mb: float = 0.0
    said: str = ""


Rounds = Mapping[str, Sequence[Run]]
Contender = Callable[[], Run]


class Limits(NamedTuple):
    """What a figure must reach at least, and what it should."""

    least: float
    goal: float


@dataclass(frozen=True)
class Figure:
    """One number of the table: a value for each round, and what was compared."""

    name: str
    does: str
    values: Sequence[float]
    unit: str = ""
    each: str = ""
    memory: str = ""
    limits: Limits | None = None
    same: bool = True

    @property
    def middle(self) -> float:
        return median(self.values)

    @property
    def spread(self) -> str:
        """The median, with the lowest and highest of the rounds."""
        middle, low, high = (
            f"{v:,.{self.decimals}f}" for v in (self.middle, min(self.values), max(self.values))
        )
        return f"{middle} [{low}–{high}]{self.unit and ' ' + self.unit}"

    @property
    def decimals(self) -> int:
        return {"": 2, "s": 2, "ms": 1}.get(self.unit, 0)

    @property
    def verdict(self) -> str:
        if not self.same:
            return "RESULTS DIFFER"
        if self.limits is None:
            return ""
        least, goal = self.limits
        return "goal" if self.middle <= goal else "at least" if self.middle <= least else "no"


def measure(*command: str | Path) -> Run:
    """CPU (user and system), wall time and peak memory of a fresh process, and what it printed.

    What it says of errors is shown where it fails: a terminal would be drawn upon, which costs.
    """
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with TemporaryFile("w+") as errors:
        begin = time.perf_counter()
        child = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, env=environ, text=True
        )
        assert child.stdout is not None
        said = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            errors.seek(0)
            sys.exit(f"{errors.read()}failed: {' '.join(map(str, command))}")
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / MEBIBYTE, said)


def process(*command: str | Path) -> Contender:
    """A fresh process as a contender."""
    return partial(measure, *command)


def python(*command: str | Path) -> Contender:
    """A fresh interpreter as a contender."""
    return process(sys.executable, *command)


def calls(call: Callable[[], object], times: int = 1) -> Contender:
    """Calls within this process as a contender: the mean of some, CPU of all threads."""

    def run() -> Run:
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(times):
            call()
        return Run((time.process_time() - cpu) / times, (time.perf_counter() - wall) / times)

    return run


def in_turn(contenders: Mapping[str, Contender], rounds: int) -> Rounds:
    """All contenders in every round, each time another one first; a first round is not counted."""
    names = [*contenders]
    runs: dict[str, list[Run]] = {name: [] for name in names}
    for number in range(rounds + 1):
        first = number % len(names)
        for name in [*names[first:], *names[:first]]:
            runs[name].append(contenders[name]())
    return {name: counted for name, (_, *counted) in runs.items()}


def say_the_same(runs: Rounds) -> bool:
    """Whether all processes printed the same."""
    return len({run.said for own in runs.values() for run in own}) == 1


def _each(runs: Rounds, names: Iterable[str], field: str, form: str) -> str:
    medians = [median(getattr(run, field) for run in runs[name]) for name in names]
    return " / ".join(format(m, form) for m in medians) if any(medians) else ""


def ratio(
    name: str,
    does: str,
    runs: Rounds,
    pair: tuple[str, str],
    limits: Limits | None = None,
    same: bool = True,
) -> Figure:
    """How many times the CPU of the second of a pair the first one took, within each round."""
    own, other = (runs[contender] for contender in pair)
    values = [a.cpu_s / b.cpu_s for a, b in zip(own, other, strict=True)]
    each, memory = _each(runs, pair, "cpu_s", ".3g"), _each(runs, pair, "rss_mb", ",.0f")
    return Figure(name, does, values, "", f"{each} s", memory and f"{memory} MB", limits, same)


def peak(name: str, runs: Rounds, contender: str, limits: Limits | None = None) -> Figure:
    """The peak memory of a contender."""
    values = [run.rss_mb for run in runs[contender]]
    return Figure(name, "of the whole process", values, "MB", limits=limits)


def taken(
    name: str,
    does: str,
    seconds: Iterable[float],
    unit: str = "s",
    limits: Limits | None = None,
    same: bool = True,
) -> Figure:
    """What something took in each round, in seconds or milliseconds."""
    factor = 1000 if unit == "ms" else 1
    return Figure(name, does, [s * factor for s in seconds], unit, limits=limits, same=same)


def cached(folder: Path, make: Callable[[Path], object]) -> Path:
    """A folder of data, made where it is missing: half made ones keep another name."""
    if not folder.exists():
        half_made = folder.with_name(f"{folder.name}.part")
        half_made.mkdir(parents=True, exist_ok=True)
        make(half_made)
        half_made.rename(folder)
    return folder


def arguments(doc: str | None, rounds: int = 5) -> argparse.ArgumentParser:
    """The options that all benchmarks have."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--rounds", type=int, default=rounds, help="that count; default: %(default)s"
    )
    parser.add_argument("--work", type=Path, default=HERE / "work", help="where the data go")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as data")
    return parser


def finish(figures: Sequence[Figure], to: Path | None) -> None:
    """Print the figures, or write them as data; ends with 1 where results differ."""
    if to is not None:
        to.write_text(json.dumps([asdict(f) for f in figures]), encoding="utf-8")
    for f in figures:
        least = f"at least {f.limits.least:g}, goal {f.limits.goal:g}: " if f.limits else ""
        print(f"{f.name:60} {f.spread:26} {f.each:20} {f.memory:20} {least}{f.verdict}".rstrip())
    sys.exit(not all(f.same for f in figures))


def from_data(path: Path) -> list[Figure]:
    """The figures that a benchmark has written."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [Figure(**row | {"limits": row["limits"] and Limits(*row["limits"])}) for row in rows]
