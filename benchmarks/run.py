"""Run every contender on the same events and compare time, memory and results.

    python benchmarks/run.py [--events 1000000 10000000] [--rounds 5] [--work DIR] [--only NAME …]

Each run is a fresh process; the order rotates from round to round. This process imports nothing
large: a child's peak memory starts at what its parent had when it was started.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
CONTENDERS = (
    "polars_expert",
    "polars_validating",
    "duckdb_expert",
    "pandas_typical",
    "shopscore_sdk",
)
REFERENCE = "polars_expert"
PACKAGES = ("shopscore", "polars", "duckdb", "pandas", "numpy", "pyarrow")
AS_OF = "2024-06-30"


@dataclass(frozen=True)
class Run:
    cpu_s: float
    wall_s: float
    rss_mb: float


Rounds = dict[str, list[Run]]


def measure(*command: str | Path) -> Run:
    """CPU (user and system), wall time and peak memory of a fresh process."""
    begin = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"failed: {' '.join(map(str, command))}")
    unit = 1024**2 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / unit)


def make_data(work: Path, events: int) -> Path:
    """The folder with so many events, made where it is missing."""
    folder = work / f"events-{events}"
    if not folder.exists():
        half_made = folder.with_suffix(".part")
        script = HERE / "make_events.py"
        measure(sys.executable, script, half_made, "--events", str(events), "--as-of", AS_OF)
        half_made.rename(folder)
    return folder


def output(folder: Path, name: str) -> Path:
    return folder.with_name(f"{folder.name}-{name}.parquet")


def run_all(folder: Path, names: Sequence[str], rounds: int) -> Rounds:
    """All contenders in every round, each time another one first; a first round is not counted."""
    runs: Rounds = {name: [] for name in names}
    for number in range(rounds + 1):
        first = number % len(names)
        for name in [*names[first:], *names[:first]]:
            script, out = HERE / "peers" / f"{name}.py", output(folder, name)
            runs[name].append(measure(sys.executable, script, folder, "--as-of", AS_OF, "-o", out))
    return {name: counted for name, (_, *counted) in runs.items()}


def agree(folder: Path, names: Sequence[str]) -> bool:
    """Whether all outputs hold the same numbers; says what does not."""
    outputs = [output(folder, name) for name in names]
    return (
        subprocess.run([sys.executable, HERE / "agree.py", *outputs], check=False).returncode == 0
    )


def ratios(runs: Rounds, name: str, field: str) -> list[float]:
    """Per round, how many times what the reference took."""
    pairs = zip(runs[name], runs[REFERENCE], strict=True)
    return [getattr(run, field) / getattr(reference, field) for run, reference in pairs]


def summary(runs: Rounds) -> dict[str, dict[str, float | list[float]]]:
    """Medians and the range of the ratios, by contender."""
    table: dict[str, dict[str, float | list[float]]] = {}
    for name, rounds in runs.items():
        row: dict[str, float | list[float]] = {
            field: median(getattr(run, field) for run in rounds)
            for field in ("cpu_s", "wall_s", "rss_mb")
        }
        if REFERENCE in runs:
            for field in ("cpu_s", "wall_s"):
                per_round = ratios(runs, name, field)
                row[f"{field}_ratio"] = [median(per_round), min(per_round), max(per_round)]
        table[name] = row
    return table


def show(table: Mapping[str, Mapping[str, float | list[float]]], events: int, rounds: int) -> None:
    print(f"\n{events:,} events, medians of {rounds} rounds; ratios to {REFERENCE}: median [range]")
    print(f"{'':18}{'CPU s':>8}{'wall s':>8}{'RSS MB':>8}  {'CPU ratio':20}{'wall ratio':20}")
    for name, row in table.items():
        line = f"{name:18}{row['cpu_s']:8.2f}{row['wall_s']:8.2f}{row['rss_mb']:8.0f}  "
        for field in ("cpu_s_ratio", "wall_s_ratio"):
            if isinstance(ratio := row.get(field), list):
                line += f"{ratio[0]:.2f} [{ratio[1]:.2f}-{ratio[2]:.2f}]".ljust(20)
        print(line.rstrip())


def installed() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def write(runs: Rounds, events: int, same: bool) -> Path:
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    path = results / f"{dt.date.today()}-{events}.json"
    document = {
        "events": events,
        "machine": {"system": platform.system(), "cpus": os.cpu_count()},
        "versions": installed(),
        "results_agree": same,
        "summary": summary(runs),
        "runs": {name: [asdict(run) for run in rounds] for name, rounds in runs.items()},
    }
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare shopscore with its peers.")
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=HERE / "work", help="where the events go")
    parser.add_argument("--only", choices=CONTENDERS, nargs="+", default=CONTENDERS)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    all_same = True
    for events in args.events:
        folder = make_data(args.work, events)
        runs = run_all(folder, args.only, args.rounds)
        show(summary(runs), events, args.rounds)
        same = agree(folder, args.only)
        all_same &= same
        print(f"written to {write(runs, events, same).relative_to(HERE)}")
    sys.exit(not all_same)


if __name__ == "__main__":
    main()
