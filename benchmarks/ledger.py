"""What a day costs in a ledger: an ingest of it, and a score, beside reading everything again.

    python benchmarks/ledger.py [--events 1000000] [--rounds 3] [--work DIR]

A day has 0.9 % of the rows, of more than ten million as many as of these; a fifth of it are
corrections of older rows. Each step runs in a fresh process, another one first in each round; a
round to warm up is not counted. It ends with 1 where the ledger does not score the shops as reading
everything does.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

from measuring import (
    AS_OF,
    HERE,
    Figure,
    Limits,
    Run,
    arguments,
    cached,
    finish,
    in_turn,
    measure,
    peak,
    ratio,
)

RULES = {"platform": "douyin", "ruleset": "2022", "as_of": AS_OF}
DAY_SHARE, CORRECTED = 0.009, 0.2
PIECE = 10_000_000  # events that are ingested at a time before the day: they are held in memory
TIMES = {
    "orders": "created_at",
    "aftersales": "applied_at",
    "conversations": "started_at",
    "reviews": "reviewed_at",
    "complaints": "complained_at",
}


def make(folder: Path, events: int) -> None:
    """Events, and the same cut into what was known before a day, in pieces, and what comes on it."""
    import polars as pl

    size = ["--events", str(events), "--shops", str(max(events // 100, 100)), "--as-of", AS_OF]
    subprocess.run([sys.executable, HERE / "make_events.py", folder / "made", *size], check=True)
    for stream, time in TIMES.items():
        rows = pl.read_parquet(folder / "made" / f"{stream}.parquet").sort(time)
        count = int(len(rows) * DAY_SHARE * min(1, PIECE / events))
        before, new = rows.head(-count), rows.tail(int(count * (1 - CORRECTED)))
        old = before.sample(count - len(new), seed=1)
        now = pl.datetime(2024, 6, 30, 11).cast(pl.Datetime("ms"))
        corrected = old.with_columns(updated_at=now)
        if stream == "reviews":
            corrected = corrected.with_columns(rating=pl.lit(1).cast(corrected["rating"].dtype))
        pieces = -(-events // PIECE)
        for piece in range(pieces):
            start, end = (len(before) * at // pieces for at in (piece, piece + 1))
            file = folder / "before" / f"{piece}" / f"{stream}.parquet"
            _write(file, before[start:end])
            _copy(file, folder / "whole" / stream / f"before-{piece}.parquet")
        _write(folder / "day" / f"{stream}.parquet", pl.concat([new, corrected], how="diagonal"))
        _copy(folder / "day" / f"{stream}.parquet", folder / "whole" / stream / "day.parquet")
    for name in ("shops", "shop_facts"):
        made = folder / "made" / f"{name}.parquet"
        if made.exists():
            for part in ("before/0", "whole"):
                shutil.copy(made, folder / part / made.name)
    run_step("create", folder, "known")
    shutil.copytree(folder / "known", folder / "both")
    run_step("ingest", folder, "both")


def make_apart(folder: Path, events: int) -> None:
    """Make the data in a process of its own: a step's peak memory begins at that of this one."""
    command = [sys.executable, __file__, "--make", folder, "--events", str(events)]
    subprocess.run(command, check=True)


def _write(file: Path, rows: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    rows.write_parquet(file, row_group_size=131_072)  # type: ignore[attr-defined]


def step(name: str, folder: Path, ledger: Path) -> None:
    """One step, in a process of its own; scores are printed as a digest."""
    import hashlib

    import shopscore as ss

    match name:
        case "create":
            made = ss.Ledger.create(ledger, platform="douyin")
            for piece in sorted((folder / "before").iterdir()):
                made.ingest(piece, known_at="2024-06-29")
            made.score(**RULES)
        case "ingest":
            ss.Ledger.open(ledger).ingest(folder / "day", known_at=AS_OF)
        case "score":
            print(_digest(ss.Ledger.open(ledger).score(**RULES), hashlib.sha256()))
        case "recompute":
            print(_digest(ss.score(folder / "whole", **RULES), hashlib.sha256()))


def _digest(result: object, sha: object) -> str:
    sha.update(repr(result.to_polars().hash_rows().to_list()).encode())  # type: ignore[attr-defined]
    return sha.hexdigest()  # type: ignore[attr-defined, no-any-return]


def _copy(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, to)


def run_step(name: str, folder: Path, ledger: str) -> Run:
    command = [sys.executable, __file__, "--step", name, "--folder", folder]
    return measure(*command, "--ledger", folder / ledger)


def ingest(folder: Path) -> Run:
    """An ingest into a copy of what is known before; copying is not measured."""
    shutil.rmtree(folder / "copy", ignore_errors=True)
    shutil.copytree(folder / "known", folder / "copy")
    return run_step("ingest", folder, "copy")


def size(folder: Path, kind: str = "*") -> int:
    return sum(f.stat().st_size for f in folder.rglob(kind) if f.is_file())


def main() -> None:
    parser = arguments(__doc__, rounds=3)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--ledger", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.make:
        make(args.make, args.events)
        return
    if args.step:
        step(args.step, args.folder, args.ledger)
        return
    args.work.mkdir(parents=True, exist_ok=True)
    folder = cached(args.work / f"ledger-{args.events}", partial(make_apart, events=args.events))
    contenders = {
        "recompute": partial(run_step, "recompute", folder, "both"),
        "ingest": partial(ingest, folder),
        "score": partial(run_step, "score", folder, "both"),
    }
    runs = in_turn(contenders, args.rounds)
    said = {run.said for name in ("recompute", "score") for run in runs[name]}
    same = len(said) == 1
    what = f"{args.events:,} events"
    ends = "beside reading and scoring everything"
    disk = size(folder / "both") / size(folder / "whole", "*.parquet")
    figures = [
        ratio(
            f"ledger: ingest of a day, {what}",
            ends,
            runs,
            ("ingest", "recompute"),
            Limits(0.5, 0.3),
        ),
        ratio(
            f"ledger: score, {what}", ends, runs, ("score", "recompute"), Limits(0.3, 0.15), same
        ),
        peak(f"ledger: peak memory of an ingest, {what}", runs, "ingest", Limits(500, 500)),
        Figure(
            f"ledger: on disk, {what}",
            "beside the Parquet of the events",
            [disk],
            limits=Limits(1.5, 1.5),
        ),
    ]
    finish(figures, args.json)


if __name__ == "__main__":
    main()
