"""Run all benchmarks and print one table, or compare the contenders on events alone.

    python benchmarks/run.py --all [--rounds 5] [--work DIR] [--scale small]
    python benchmarks/run.py [--events 1000000 10000000] [--rounds 5] [--work DIR] [--only NAME …]

Ends with 1 where results differ or a benchmark fails, not where a goal is missed. This process
imports nothing large: a child's peak memory begins at what its parent had when it was started.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

import events
from measuring import BIN, HERE, Figure, from_data

PACKAGES = ("polars", "numpy", "duckdb", "pandas", "pyarrow", "tpchgen-cli")
HEADER = (
    "figure",
    "beside what",
    "median [lowest–highest]",
    "CPU of each",
    "memory",
    "at least",
    "goal",
    "met",
)


@dataclass(frozen=True)
class Benchmark:
    """A script, its options for the table and for a quick try, and what it cannot run without.

    Each is a process of its own: where one fails, the others have their figures.
    """

    script: str
    full: str = ""
    small: str = ""
    more_rounds: int = 1  # short runs scatter: so many times the rounds
    needs: str = ""

    def options(self, scale: str) -> str:
        return self.small if scale == "small" else self.full


BENCHMARKS = (
    Benchmark("events.py", "--events 1000000", "--events 100000"),
    Benchmark("events.py", "--events 10000000"),
    Benchmark("events.py", "--in-parts 50000000", "--in-parts 100000"),
    Benchmark("events.py", "--csv 1000000", "--csv 100000"),
    Benchmark("tpch.py", "--scale 1", "--scale 0.1", needs="tpchgen-cli"),
    Benchmark("one_shop.py", more_rounds=2),
    Benchmark("start_up.py", more_rounds=3),
    Benchmark("state_in_parts.py", small="--events 100000 --shops 1000"),
    Benchmark("many_days.py", small="--events 100000"),
    Benchmark("ledger.py", "--events 10000000", "--events 20000"),
    Benchmark("questions.py", small="--events 20000 --shops 50"),
    Benchmark("small_files.py", small="--files 30"),
    Benchmark("export_reading.py", small="--rows 3000"),
    Benchmark("ranking.py", small="--shops 10000", more_rounds=3),
)


def run(benchmark: Benchmark, args: argparse.Namespace) -> list[Figure] | str:
    """The figures of a benchmark, or why there are none."""
    path = HERE / benchmark.script
    if not path.exists():
        return "not there"
    if benchmark.needs and not (BIN / benchmark.needs).exists():
        return f"{benchmark.needs} is not installed"
    options = benchmark.options(args.scale).split()
    rounds = args.rounds if args.scale == "small" else args.rounds * benchmark.more_rounds
    with TemporaryDirectory() as folder:
        out = Path(folder, "figures.json")
        common = ["--rounds", str(rounds), "--work", str(args.work), "--json", str(out)]
        done = subprocess.run([sys.executable, path, *options, *common], check=False)
        # a script that ends with 1 has written its figures where it is results that differ
        return from_data(out) if out.exists() else f"failed with {done.returncode}"


def row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def rows(figures: Sequence[Figure], scale: str) -> Iterator[str]:
    """The table; the limits are those of the full sizes."""
    yield row(HEADER)
    yield row(["---"] * len(HEADER))
    for f in figures:
        limits = [f"{limit:g}" for limit in f.limits] if f.limits and scale == "full" else ["", ""]
        met = f.verdict if limits[0] or not f.same else ""
        yield row([f.name, f.does, f.spread, f.each, f.memory, *limits, met])


def said(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def packages() -> list[Path]:
    """The folders of the packages that are measured."""
    where = (
        "import shopscore, shopscore_douyin as d; print(shopscore.__file__, d.__file__, sep='\\n')"
    )
    return [Path(line).parent for line in said(sys.executable, "-c", where).splitlines()]


def measured() -> str:
    """Which code was measured: where it is imported from, and its commit."""
    told = []
    for folder in sorted({package.parents[1] for package in packages()}):
        commit = said("git", "-C", folder, "rev-parse", "--short", "HEAD") or "no commit"
        changed = said("git", "-C", folder, "status", "--porcelain", "core", "plugins")
        told.append(f"{commit}{' (changed)' * bool(changed)}")
    return f"shopscore at {' and '.join(dict.fromkeys(told))}"


def machine() -> str:
    """Processor, cores and memory, and how busy the machine is."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        )
        if Path("/proc/cpuinfo").exists()
        else iter(()),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}; load {load:.1f}"


def versions() -> str:
    found = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"no {package}")
    return ", ".join(found)


def run_all(args: argparse.Namespace) -> int:
    """Run everything, print the table, and keep it in ``results``."""
    begin = dt.datetime.now()
    # as where it is installed: a checkout may have no bytecode, which costs a quarter of a second
    every = {one for package in packages() for one in package.parent.glob("shopscore*")}
    subprocess.run([sys.executable, "-m", "compileall", "-q", *every], check=False)
    head = [
        f"{begin:%Y-%m-%d}, {args.rounds} rounds, {args.scale} sizes. {measured()}; {versions()}.",
        f"{machine()} at the start.",
    ]
    figures: list[Figure] = []
    missing: list[str] = []
    for benchmark in BENCHMARKS:
        if args.scale == "small" and benchmark.full and not benchmark.small:
            continue  # the same script has another line
        what = f"{benchmark.script} {benchmark.options(args.scale)}".strip()
        print(f"\n{what} …", flush=True)
        match run(benchmark, args):
            case str() as reason:
                missing.append(f"Not measured: {what}: {reason}.")
            case found:
                figures += found
    text = "\n".join([" ".join(head), "", *rows(figures, args.scale), "", *missing])
    results = args.work / "results"
    results.mkdir(parents=True, exist_ok=True)
    kept = results / f"{begin:%Y-%m-%d-%H%M}-{args.scale}.md"
    kept.write_text(text + "\n", encoding="utf-8")
    data = json.dumps([asdict(f) for f in figures], indent=1)
    kept.with_suffix(".json").write_text(data, encoding="utf-8")
    print(f"\n{text}\n\nwritten to {kept}; {(dt.datetime.now() - begin).seconds // 60} minutes")
    return int(any("failed" in m for m in missing) or not all(f.same for f in figures))


def main() -> None:
    if "--all" not in sys.argv:
        events.main()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--all", action="store_true", help="every benchmark, one table")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=HERE / "work", help="where the data go")
    parser.add_argument("--scale", choices=("full", "small"), default="full")
    sys.exit(run_all(parser.parse_args()))


if __name__ == "__main__":
    main()
