"""The scores of all shops from files: shopscore beside what one would write by hand.

    python benchmarks/events.py [--events 1000000 10000000] [--in-parts 50000000] [--csv 1000000]

Every contender reads the same folder and writes the same table, as a fresh process; ``agree.py``
compares the numbers. ``--in-parts`` are folders of many files per stream, ``--csv`` files of text.
"""

from __future__ import annotations

import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from measuring import (
    AS_OF,
    HERE,
    Figure,
    Limits,
    arguments,
    cached,
    finish,
    in_turn,
    measure,
    peak,
    python,
    ratio,
)

MILLION = 1_000_000
OURS = "shopscore_sdk"
#: Every peer: its name in the table, and what it does; shopscore checks everything.
PEERS = {
    "polars_expert": ("expert that checks nothing", "polars script tuned for these data, floats"),
    "polars_validating": (
        "validating expert",
        "the same, having looked at keys, links, shops, words, ranges, times; stops at a fault",
    ),
    "duckdb_expert": ("DuckDB that checks nothing", "SQL tuned for these data, floats"),
    "pandas_typical": ("typical pandas script", "checks nothing, not tuned"),
}
CONTENDERS = (*PEERS, OURS)
IN_PARTS = ("polars_expert", OURS)
AS_CSV = ("polars_expert", "polars_validating", OURS)
LIMITS = {
    MILLION: {"polars_expert": Limits(2.3, 1.8)},
    10 * MILLION: {"polars_expert": Limits(1.7, 1.35), "polars_validating": Limits(1.0, 0.8)},
    50 * MILLION: {"polars_expert": Limits(1.4, 1.15)},
}
MEMORY = {10 * MILLION: Limits(700, 450), 50 * MILLION: Limits(1900, 1000)}
TO_CSV = """
import sys, polars as pl; from pathlib import Path
for path in Path(sys.argv[1]).glob("*.parquet"):
    out = Path(sys.argv[2], path.stem + ".csv")
    pl.scan_parquet(path).sink_csv(out, datetime_format="%Y-%m-%d %H:%M:%S")
"""


@dataclass(frozen=True)
class Case:
    """Events that some contenders score, and what is asked of it."""

    label: str
    folder: Path
    names: Sequence[str]
    limits: Mapping[str, Limits] = field(default_factory=dict)
    memory: Limits | None = None


def make_events(work: Path, events: int, *more: str) -> Path:
    """The folder with so many events, made where it is missing."""
    make: list[str | Path] = [
        sys.executable,
        HERE / "make_events.py",
        "--events",
        str(events),
        "--as-of",
        AS_OF,
    ]
    name = "-".join(["events", str(events), *(m.strip("-") for m in more)])
    return cached(work / name, lambda folder: measure(*make, *more, folder))


def make_csv(work: Path, events: int) -> Path:
    """The same as CSV."""
    given, code = make_events(work, events), TO_CSV
    return cached(
        work / f"{given.name}-csv", lambda to: measure(sys.executable, "-c", code, given, to)
    )


def short(events: int) -> str:
    return f"{events // MILLION} M" if events >= MILLION else f"{events:,}"


def cases(args: Namespace) -> Iterator[Case]:
    """What is measured, with its data made where they are missing."""
    for events in args.events:
        folder, limits = make_events(args.work, events), LIMITS.get(events, {})
        # pandas would take gigabytes and minutes for more
        names = [n for n in CONTENDERS if n != "pandas_typical" or events <= MILLION]
        yield Case(f"{short(events)} events", folder, names, limits, MEMORY.get(events))
    for events in args.in_parts:
        folder = make_events(args.work, events, "--parts", str(max(3, events // MILLION)))
        label, limits = f"{short(events)} events in parts", LIMITS.get(events, {})
        yield Case(label, folder, IN_PARTS, limits, MEMORY.get(events))
    for events in args.csv:
        yield Case(f"{short(events)} events as CSV", make_csv(args.work, events), AS_CSV)


def compare(case: Case, only: Sequence[str], rounds: int) -> Iterator[Figure]:
    """Shopscore beside each of its peers; without it, the others beside the first."""
    names = [name for name in case.names if name in only]
    outs = {name: case.folder.with_name(f"{case.folder.name}-{name}.parquet") for name in names}
    runs = in_turn(
        {
            name: python(HERE / "peers" / f"{name}.py", case.folder, "--as-of", AS_OF, "-o", out)
            for name, out in outs.items()
        },
        rounds,
    )
    agree: list[str | Path] = [sys.executable, HERE / "agree.py", *outs.values()]
    same = subprocess.run(agree, check=False).returncode == 0
    for peer in names:
        called, does = PEERS.get(peer, ("", ""))
        if peer != OURS and OURS in names:
            name = f"{case.label} / {called}"
            yield ratio(name, does, runs, (OURS, peer), case.limits.get(peer), same)
        elif peer != OURS and peer != names[0]:
            yield ratio(
                f"{case.label}: {peer} / {names[0]}", does, runs, (peer, names[0]), same=same
            )
    if OURS in names:
        yield peak(f"peak memory, {case.label}", runs, OURS, case.memory)


def main() -> None:
    parser = arguments(__doc__)
    for option, what in (("--events", "file"), ("--in-parts", "folder"), ("--csv", "CSV file")):
        text = f"sizes with one {what} per stream"
        parser.add_argument(option, type=int, nargs="+", metavar="N", default=[], help=text)
    parser.add_argument("--only", choices=CONTENDERS, nargs="+", default=CONTENDERS)
    args = parser.parse_args()
    if not (args.events or args.in_parts or args.csv):
        args.events = [MILLION, 10 * MILLION]
    figures = [f for case in cases(args) for f in compare(case, args.only, args.rounds)]
    finish(figures, args.json)


if __name__ == "__main__":
    main()
