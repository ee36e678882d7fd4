"""What a state in four parts costs beside a whole recompute: making, adding, keeping and scoring it.

    python benchmarks/state_in_parts.py [--events 5000000] [--shops 20000] [--rounds 3] [--work DIR]

Each step runs in a fresh process, another one first in each round; a round to warm up is not
counted. CPU seconds are user plus system time. Ratios are taken within a round.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
AS_OF = "2024-06-30"
RULES = {"platform": "douyin", "ruleset": "2022"}
PARTS = 4

Steps = dict[str, float]


class Clock:
    """CPU seconds of each step of this process, and its memory after it."""

    def __init__(self) -> None:
        self.steps: Steps = {}
        self.last = time.process_time()

    def lap(self, name: str) -> None:
        now = time.process_time()
        self.steps[name] = now - self.last
        unit = 1024**2 if sys.platform == "darwin" else 1024
        self.steps[f"{name} MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
        self.last = time.process_time()


def recompute(folder: Path, clock: Clock) -> str:
    """Everything at once: read the events, and score them."""
    import shopscore as ss

    events = ss.read_events(folder, platform="douyin")
    clock.lap("read events")
    result = ss.score(events, **RULES, as_of=AS_OF)
    clock.lap("score events")
    return result.to_json()


def make_parts(folder: Path, clock: Clock) -> str:
    """Four parts of the state, each in a file of its own."""
    import shopscore as ss

    events = ss.read_events(folder, platform="douyin")
    clock.lap("read events")
    resolved = ss.resolve(events, **RULES)
    clock.lap("resolve")
    states = [ss.tally(part) for part in resolved.split(PARTS)]
    clock.lap("split and tally")
    for number, state in enumerate(states):
        state.write_parquet(_file(folder, number))
    clock.lap("write parts")
    return ""


def add_parts(folder: Path, clock: Clock) -> str:
    """What a machine does that holds no events: read the parts, add and keep them, score."""
    import polars as pl

    import shopscore as ss

    parts = [ss.Tallies.read_parquet(_file(folder, number)) for number in range(PARTS)]
    clock.lap("read parts")
    state = sum(parts[1:], start=parts[0])
    clock.lap("add")
    state.write_parquet(_file(folder, "whole"))
    clock.lap("write state")
    shops = pl.read_parquet(folder / "shops.parquet")
    result = ss.score(state, **RULES, as_of=AS_OF, shops=shops)
    clock.lap("score state")
    return result.to_json()


STEPS: dict[str, Callable[[Path, Clock], str]] = {
    "recompute": recompute,
    "parts": make_parts,
    "add": add_parts,
}


def _file(folder: Path, name: object) -> Path:
    return folder.with_name(f"{folder.name}-state-{name}.parquet")


def run_step(name: str, folder: Path) -> None:
    """Run one step in this process, and print what it took."""
    clock = Clock()
    shops = STEPS[name](folder, clock).partition('"shops": [')[2]
    folder.with_name(f"{folder.name}-{name}.json").write_text(shops, encoding="utf-8")
    print(json.dumps(clock.steps))


def measure(name: str, folder: Path) -> Steps:
    """One step in a fresh process."""
    command = [sys.executable, __file__, "--step", name, "--folder", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def make_data(work: Path, events: int, shops: int) -> Path:
    """The folder with so many events of so many shops, made where it is missing."""
    folder = work / f"events-{events}-of-{shops}"
    if not folder.exists():
        size = ["--events", str(events), "--shops", str(shops), "--as-of", AS_OF]
        half_made = folder.with_suffix(".part")
        subprocess.run([sys.executable, HERE / "make_events.py", half_made, *size], check=True)
        half_made.rename(folder)
    return folder


def show(label: str, values: Sequence[float], unit: str = "") -> None:
    print(f"{label:46}{median(values):9.2f}{unit}  [{min(values):.2f}-{max(values):.2f}]")


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare a state in parts with a whole recompute.")
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--shops", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, default=HERE / "work", help="where the events go")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step:
        return run_step(args.step, args.folder)
    args.work.mkdir(parents=True, exist_ok=True)
    folder = make_data(args.work, args.events, args.shops)
    rounds: list[dict[str, Steps]] = []
    for number in range(args.rounds + 1):
        # parts are there when they are added: the first two change places, adding comes last
        first = ["recompute", "parts"] if number % 2 else ["parts", "recompute"]
        rounds.append({name: measure(name, folder) for name in [*first, "add"]})
    rounds = rounds[1:]

    print(f"\n{args.events:,} events of {args.shops:,} shops, {args.rounds} rounds: median [range]")
    for name in STEPS:
        for step in [s for s in rounds[0][name] if not s.endswith(" MB")]:
            show(f"{name}: {step}", [r[name][step] for r in rounds], " s")
            show("", [r[name][f"{step} MB"] for r in rounds], " MB")
    making = [r["parts"]["resolve"] + r["parts"]["split and tally"] for r in rounds]
    scoring = [r["recompute"]["score events"] for r in rounds]
    reading = [r["recompute"]["read events"] for r in rounds]
    kept = [r["parts"]["read events"] for r in rounds]
    pairs = list(zip(making, scoring, reading, kept, strict=True))
    show("resolve, split, tally / score events", [m / s for m, s, _, _ in pairs])
    show("the same with reading / score from files", [(m + k) / (s + r) for m, s, r, k in pairs])
    events = sum(path.stat().st_size for path in folder.iterdir())
    state = _file(folder, "whole").stat().st_size
    print(f"state {state / 1e6:.0f} MB, events {events / 1e6:.0f} MB as Parquet")
    results = [
        folder.with_name(f"{folder.name}-{n}.json").read_bytes() for n in ("recompute", "add")
    ]
    print("shops are the same bytes" if results[0] == results[1] else "SHOPS DIFFER")
    sys.exit(results[0] != results[1])


if __name__ == "__main__":
    main()
