"""What a state in four parts costs beside a whole recompute: making, adding, keeping and scoring it.

    python benchmarks/state_in_parts.py [--events 5000000] [--shops 20000] [--rounds 5] [--work DIR]

Each step is a fresh process that says what its laps took; adding runs in one that holds no events.
The shops of both scores must be the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from events import make_events
from measuring import AS_OF, Figure, Limits, Run, arguments, finish, in_turn, python, ratio, taken

RULES: dict[str, Any] = {"platform": "douyin", "ruleset": "2022"}
PARTS = 4
Lap = Callable[[str], None]


def recompute(folder: Path, lap: Lap) -> str:
    """Everything at once."""
    import shopscore as ss

    result = ss.score(folder, **RULES, as_of=AS_OF)
    lap("score")
    return result.to_json()


def make_parts(folder: Path, lap: Lap) -> str:
    """Four parts of the state, each in a file of its own."""
    import shopscore as ss

    resolved = ss.resolve(folder, **RULES)
    lap("read and resolve")
    states = [ss.tally(part) for part in resolved.split(PARTS)]
    lap("split and tally")
    for number, state in enumerate(states):
        state.write_parquet(part_file(folder, number))
    lap("write")
    return ""


def add_parts(folder: Path, lap: Lap) -> str:
    """What a machine does that holds no events: read the parts, add and keep them, score."""
    import polars as pl

    import shopscore as ss

    parts = [ss.Tallies.read_parquet(part_file(folder, number)) for number in range(PARTS)]
    lap("read")
    state = sum(parts[1:], start=parts[0])
    lap("add")
    state.write_parquet(part_file(folder, "whole"))
    lap("write")
    shops = pl.read_parquet(folder / "shops.parquet")
    result = ss.score(state, **RULES, as_of=AS_OF, shops=shops)
    lap("score")
    return result.to_json()


STEPS = {"recompute": recompute, "parts": make_parts, "add": add_parts}


def part_file(folder: Path, name: object) -> Path:
    return folder.with_name(f"{folder.name}-state-{name}.parquet")


def run_step(name: str, folder: Path) -> None:
    """Run one step in this process, and print what its laps took, the start of Python in the first."""
    laps, last = {}, 0.0

    def lap(label: str) -> None:
        nonlocal last
        now = time.process_time()
        laps[label] = now - last
        last = time.process_time()

    shops = STEPS[name](folder, lap).partition('"shops": [')[2]
    digest = hashlib.sha256(shops.encode()).hexdigest()
    print(json.dumps({"laps": laps, "shops": digest}))


def only(run: Run, *labels: str) -> Run:
    """A run, of which some laps count; without labels all do, but not the printing of shops."""
    laps = json.loads(run.said)["laps"]
    return Run(sum(laps[label] for label in labels or laps), run.wall_s, run.rss_mb)


def figures(folder: Path, rounds: int) -> Iterator[Figure]:
    """Making and adding parts, beside one recompute."""
    step = {name: python(__file__, "--step", name, "--folder", folder) for name in STEPS}
    runs = in_turn(step, rounds)
    digests = {json.loads(run.said)["shops"] for name in ("recompute", "add") for run in runs[name]}
    same = len(digests) == 1
    laps = {
        "made": [only(run, "read and resolve", "split and tally") for run in runs["parts"]],
        "written": [only(run) for run in runs["parts"]],
        "recompute": [only(run) for run in runs["recompute"]],
    }
    name, does = "four parts of a state", "shopscore too: files read and scored"
    pairs = ("made", "recompute"), ("written", "recompute")
    yield ratio(f"{name} made / one recompute", does, laps, pairs[0], Limits(1.5, 1.2), same)
    yield ratio(f"{name} made and written / one recompute", does, laps, pairs[1], None, same)
    for lap, did, limits in (
        ("read", "four files", None),
        ("add", "four states in memory", Limits(1.0, 0.3)),
        ("write", "the sum, to one file", None),
        ("score", "from the sum, without events", None),
    ):
        seconds = [only(run, lap).cpu_s for run in runs["add"]]
        yield taken(f"{name}: {lap}", did, seconds, "s", limits, same)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--shops", type=int, default=20_000)
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step:
        run_step(args.step, args.folder)
        return
    folder = make_events(args.work, args.events, "--shops", str(args.shops))
    finish([*figures(folder, args.rounds)], args.json)


if __name__ == "__main__":
    main()
