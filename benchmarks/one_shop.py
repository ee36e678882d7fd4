"""How long the score of one shop takes in a running process: 1,000 orders and what goes with them.

    python benchmarks/one_shop.py [--calls 50]

A shop alone has no peers, so nothing is ranked among others: reading, counting and composing only.
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

import shopscore as ss

AS_OF = dt.date(2024, 6, 30)
ORDERS = 1_000


def one_shop() -> dict[str, pl.DataFrame]:
    """The streams of one shop, in memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_events(folder, round(ORDERS / SHARES["orders"]), shops=1, seed=0, as_of=AS_OF)
        return {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


def milliseconds(call: Callable[[], object], calls: int) -> list[float]:
    """Of each of so many calls, after a first one that is not counted."""
    call()
    times = []
    for _ in range(calls):
        begin = time.perf_counter()
        call()
        times.append((time.perf_counter() - begin) * 1000)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the score of one shop.")
    parser.add_argument("--calls", type=int, default=50)
    calls = parser.parse_args().calls
    frames = one_shop()
    events = ss.read_events(frames, platform="douyin")

    def score() -> object:
        return ss.score(events, platform="douyin", ruleset="2022", as_of=AS_OF.isoformat())

    def read_and_score() -> object:
        fresh = ss.read_events(frames, platform="douyin")
        return ss.score(fresh, platform="douyin", ruleset="2022", as_of=AS_OF.isoformat())

    for label, call in (("score", score), ("read_events + score", read_and_score)):
        times = milliseconds(call, calls)
        print(f"{label:20} {median(times):7.1f} ms  [{min(times):.1f}-{max(times):.1f}]")


if __name__ == "__main__":
    main()
