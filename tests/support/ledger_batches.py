"""Events cut into batches that arrive one after the other, and what reading them all at once gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from polars.testing import assert_frame_equal

import shopscore as ss
from oracle.random_events import Events, write_folder
from shopscore.ledger.ledger import Ledger

#: The batches in the order in which they arrive; each is a folder with a file for each stream.
Batches = Sequence[Path]


def write_batches(events: Events, folder: Path, seed: int, most: int = 5) -> list[Path]:
    """Cut rows into batches at random, in any order; some rows are in several of them."""
    rng = Random(seed)
    count = rng.randint(1, most)
    batches = []
    for number in range(count):
        batch: dict[str, list[dict[str, str]]] = {}
        for stream, rows in events.items():
            own = [
                row for row in rows if rng.random() < (1.4 if number + 1 == count else 1) / count
            ]
            rng.shuffle(own)
            if own:
                batch[f"{stream}/part-{number}"] = own
        path = folder / f"batch-{number}"
        for name in batch:
            (path / name).parent.mkdir(parents=True, exist_ok=True)
        if batch:
            write_folder(batch, path)
            batches.append(path)
    return batches


def all_in_one(batches: Batches, folder: Path) -> Path:
    """Return one folder with the files of all batches."""
    for batch in batches:
        for file in batch.rglob("*.csv"):
            target = folder / file.relative_to(batch)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    return folder


def assert_as_recomputed(
    ledger: Ledger,
    events: ss.Events,
    cards: Sequence[Mapping[str, Any]],
    known_at: str | None = None,
) -> None:
    """Events and every score are those of reading all files, to the bit."""
    kept = ledger.events(known_at)
    assert kept.digest == events.digest
    assert kept.columns_present() == events.columns_present()
    for card in cards:
        found = ledger.score(**card, known_at=known_at).to_polars()
        assert_frame_equal(found, ss.score(events, **card).to_polars(), check_exact=True)
