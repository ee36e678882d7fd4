"""A small ledger for tests of safety: what it holds, and what comes next."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

import shopscore as ss
from shopscore.ledger.ledger import Ledger
from shopscore.samples import generate, write_csv
from shopscore.testing.toy import PLATFORM

AS_OF = "2025-03-31"
_TIMES = {"orders": "created_at", "reviews": "reviewed_at", "conversations": "started_at"}


def sample_batches(folder: Path) -> tuple[Path, Path]:
    """Write two folders of events: of which the second brings new rows, and corrects old ones."""
    frames = generate(shops=6, orders=240, end=date(2025, 3, 31))
    frames = {name: frames[name] for name in ("shops", *_TIMES)}
    early = {
        name: rows.filter(pl.col(_TIMES[name]) < pl.datetime(2025, 3, 20))
        if name in _TIMES
        else rows
        for name, rows in frames.items()
    }
    late = {
        name: rows.filter(pl.col(_TIMES[name]) >= pl.datetime(2025, 3, 18))
        if name in _TIMES
        else rows
        for name, rows in frames.items()
    }
    late["reviews"] = late["reviews"].with_columns(
        rating=pl.lit(1, pl.Int64), updated_at=pl.datetime(2025, 4, 1)
    )
    write_csv(early, folder / "early")
    write_csv(late, folder / "late")
    return folder / "early", folder / "late"


def small_ledger(path: Path, *batches: Path) -> Ledger:
    """Make a ledger of the toy platform, with cells of its newest rules."""
    ledger = Ledger.create(path, platform=PLATFORM, wait=0.3)
    for batch in batches:
        ledger.ingest(batch, known_at="2025-03-20")
    ledger.score(AS_OF)
    return ledger


def opened(path: Path) -> Ledger:
    """Open a ledger of the toy platform, which is not installed."""
    return Ledger.open(path, platform=PLATFORM, wait=0.3)


def both(early: Path, late: Path, folder: Path) -> ss.Events:
    """All rows of both, read at once."""
    for batch in (early, late):
        for file in batch.glob("*.csv"):
            target = folder / file.stem / f"{batch.name}.csv"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    return ss.read_events(folder, platform=PLATFORM)
