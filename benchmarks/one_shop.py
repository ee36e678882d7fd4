"""What the score of one shop costs in a running process: 1,000 orders and what goes with them.

    python benchmarks/one_shop.py [--calls 50]

Processor time of each call, of all threads, after a first one that is not counted; the calls of
all contenders in turn. A shop alone has no peers, so nothing is ranked among others. The expert's
script reads the same events from Parquet in every call, checks nothing, and is the ratio's 1.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import polars as pl
from make_events import SHARES, write_events
from peers.polars_expert import Windows, scores, sums

import shopscore as ss

AS_OF = dt.date(2024, 6, 30)
ORDERS = 1_000
RULES = {"platform": "douyin", "ruleset": "2022", "as_of": AS_OF.isoformat()}


def contenders(folder: Path) -> dict[str, Callable[[], object]]:
    """What computes the same score, the reference first."""
    frames = {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}
    events = ss.read_events(frames, platform="douyin")
    return {
        "polars expert, from Parquet": lambda: scores(sums(folder, Windows(AS_OF))),
        "score(events)": lambda: ss.score(events, **RULES),
        "read_events(frames)": lambda: ss.read_events(frames, platform="douyin"),
        "score(frames)": lambda: ss.score(frames, **RULES),
    }


def milliseconds(call: Callable[[], object]) -> float:
    begin = time.process_time()
    call()
    return (time.process_time() - begin) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the score of one shop.")
    parser.add_argument("--calls", type=int, default=50)
    calls = parser.parse_args().calls
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_events(folder, round(ORDERS / SHARES["orders"]), shops=1, seed=0, as_of=AS_OF)
        rivals = contenders(folder)
        times: dict[str, list[float]] = {label: [] for label in rivals}
        for _ in range(calls + 1):
            for label, call in rivals.items():
                times[label].append(milliseconds(call))
    reference, *_ = (every[1:] for every in times.values())
    for label, (_, *own) in times.items():
        ratio = median(mine / theirs for mine, theirs in zip(own, reference, strict=True))
        spread = f"[{min(own):.1f}-{max(own):.1f}]"
        print(f"{label:28} {median(own):7.1f} ms  {spread:16} {ratio:5.2f} times the expert")


if __name__ == "__main__":
    main()
