"""What the score of one shop costs in a running process: 1,000 orders and what goes with them.

    python benchmarks/one_shop.py [--rounds 9]

Each round calls every contender ten times, after a first one that is not counted. A shop alone has
no peers, so nothing is ranked among others. The expert's functions get the same dataframes in
memory, and check nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from agree import METRICS, differences
from make_events import SHARES, write_events
from measuring import AS_OF, Figure, Limits, arguments, calls, finish, in_turn, ratio, taken
from peers.polars_expert import Windows, scores, sums

import shopscore as ss

ORDERS, TIMES = 1_000, 10
RULES: dict[str, Any] = {"platform": "douyin", "ruleset": "2022", "as_of": AS_OF}
#: What our contenders are given, and whether it is a figure that must reach something.
INPUTS = {
    "dataframes": ("`score(frames)`: all validated in every call", Limits(8, 5)),
    "a CSV folder": ("`score(folder)`: read and validated in every call", None),
    "a console's values": ("`score_values(frame)`: nine values and percentiles, no events", None),
    "events that were read": ("`score(events)`: validated before", None),
}
EXPERT = "expert on the same dataframes"


def console(result: pl.DataFrame) -> pl.DataFrame:
    """What a console would show of the shop: its values, and where it stands."""
    values = [result[f"{metric}.value"].item() for metric in METRICS]
    return pl.DataFrame(
        {"shop_id": result["shop_id"].item(), "metric": METRICS, "value": values, "percentile": 0.5}
    )


def figures(rounds: int, folder: Path) -> Iterator[Figure]:
    """Three inputs of one shop, and the expert."""
    write_events(folder, round(ORDERS / SHARES["orders"]), 1, 0, dt.date.fromisoformat(AS_OF))
    frames = {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}
    as_csv = folder / "csv"
    as_csv.mkdir()
    for name, frame in frames.items():
        frame.write_csv(as_csv / f"{name}.csv", datetime_format="%Y-%m-%d %H:%M:%S")
    lazy, windows = (
        {name: f.lazy() for name, f in frames.items()},
        Windows(dt.date.fromisoformat(AS_OF)),
    )
    events = ss.read_events(frames, platform="douyin")
    by_frames = ss.score(frames, **RULES).to_polars()
    values = console(by_frames)
    contenders: dict[str, Callable[[], Any]] = {
        "dataframes": lambda: ss.score(frames, **RULES),
        "a CSV folder": lambda: ss.score(as_csv, **RULES),
        "a console's values": lambda: ss.score_values(values, **RULES),
        "events that were read": lambda: ss.score(events, **RULES),
        EXPERT: lambda: scores(sums(lazy, windows)),
    }
    same = {
        "dataframes": not differences(contenders[EXPERT](), by_frames),
        "a CSV folder": by_frames.equals(ss.score(as_csv, **RULES).to_polars()),
        "events that were read": by_frames.equals(ss.score(events, **RULES).to_polars()),
        "a console's values": values.drop("percentile").equals(
            console(ss.score_values(values, **RULES).to_polars()).drop("percentile")
        ),
    }
    runs = in_turn({name: calls(call, TIMES) for name, call in contenders.items()}, rounds)
    name = f"one shop, {ORDERS:,} orders"
    for given, (does, limits) in INPUTS.items():
        seconds = [run.cpu_s for run in runs[given]]
        yield taken(f"{name}, {given}", does, seconds, "ms", limits, same[given])
    does = "polars functions in a running process: nothing checked"
    yield ratio(
        f"{name}, dataframes / {EXPERT}",
        does,
        runs,
        ("dataframes", EXPERT),
        None,
        same["dataframes"],
    )


def main() -> None:
    args = arguments(__doc__, rounds=9).parse_args()
    with TemporaryDirectory() as folder:
        finish([*figures(args.rounds, Path(folder))], args.json)


if __name__ == "__main__":
    main()
