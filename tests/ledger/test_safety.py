"""Whatever happens to a ledger: what is told is right, or a message says what is wrong."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import polars as pl
import pytest

import shopscore as ss
from shopscore.ledger.ledger import Ledger
from shopscore.ledger.locking import only_writer
from support.ledger_samples import AS_OF, both, opened

Batches = tuple[Path, Path]


def told(ledger: Ledger) -> tuple[str, str]:
    """Everything that a ledger tells: its events, and its scores."""
    return ledger.events().digest, ledger.score(AS_OF).to_polars().write_json()


def test_a_killed_writer_leaves_nothing(ledger: Ledger, batches: Batches) -> None:
    """Tables that were written, and never committed, are not seen, and not built upon."""
    before = told(ledger)
    other = Path(shutil.copytree(ledger.root, ledger.root.with_name("other")))
    opened(other).ingest(batches[1])
    committed = sorted((other / "commits").iterdir())
    committed[-1].unlink()
    shutil.rmtree(ledger.root)
    other.rename(ledger.root)
    assert told(ledger) == before
    ledger.ingest(batches[1])
    whole = both(*batches, ledger.root.with_name("all"))
    assert ledger.events().digest == whole.digest
    assert (
        ledger.score(AS_OF)
        .to_polars()
        .equals(ss.score(whole, platform=ledger.platforms[0], as_of=AS_OF).to_polars())
    )
    named = {name for table in _tables(ledger) for name in table}
    there = {str(file.relative_to(ledger.root)) for file in ledger.root.rglob("*.parquet")}
    assert there == named


def _tables(ledger: Ledger) -> Iterator[dict[str, object]]:
    from shopscore.ledger.commits import read_head

    return (table.named() for table in read_head(ledger.root).tables.values())


def test_one_writer_at_a_time(ledger: Ledger, batches: Batches) -> None:
    script = textwrap.dedent(
        f"""
        import sys, time
        from pathlib import Path
        from shopscore.ledger.locking import only_writer
        with only_writer(Path({str(ledger.root)!r}), 0):
            print("held", flush=True)
            sys.stdin.read()
        """
    )
    held = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert held.stdout is not None
    assert held.stdout.readline() == "held\n"
    with pytest.raises(ss.InputError, match="another process writes to this ledger"):
        ledger.ingest(batches[1])
    assert ledger.score(AS_OF)["S0001"]  # who reads does not wait
    held.kill()
    held.communicate()
    assert ledger.ingest(batches[1]).seq == 2


def test_a_writer_waits_for_another(ledger: Ledger, batches: Batches) -> None:
    """Two processes ingest the same at once: it is there once."""
    script = textwrap.dedent(
        f"""
        from pathlib import Path
        from shopscore.ledger.ledger import Ledger
        from shopscore.testing.toy import PLATFORM
        ledger = Ledger.open({str(ledger.root)!r}, platform=PLATFORM)
        print(ledger.ingest({str(batches[1])!r}).seq)
        """
    )
    both_at_once = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = sorted(one.communicate()[0].strip() for one in both_at_once)
    assert said == ["2", "None"]
    assert ledger.events().digest == both(*batches, ledger.root.with_name("all")).digest


@pytest.mark.slow
def test_a_flipped_byte_is_never_a_wrong_number(ledger: Ledger, batches: Batches) -> None:
    """In whatever file; logs of Delta are for others, and nothing here is read from them."""
    ledger.ingest(batches[1])
    good, rng = told(ledger), Random(1)
    files = [f for f in ledger.root.rglob("*") if f.is_file() and f.suffix in (".json", ".parquet")]
    assert {".parquet", ".json"} <= {f.suffix for f in files}
    refused = 0
    for file in files:
        whole = file.read_bytes()
        for _ in range(3):
            at = rng.randrange(len(whole))
            file.write_bytes(
                whole[:at] + bytes([whole[at] ^ (1 << rng.randrange(8))]) + whole[at + 1 :]
            )
            try:
                assert told(opened(ledger.root)) == good
            except ss.StateError:
                refused += 1
        file.write_bytes(whole)
    assert refused > len(files)
    assert told(opened(ledger.root)) == good


def test_a_missing_file_and_a_missing_commit(ledger: Ledger, batches: Batches) -> None:
    ledger.ingest(batches[1])
    file = next((ledger.root / "cells").rglob("*.parquet"))
    kept = file.read_bytes()
    file.unlink()
    with pytest.raises(ss.StateError, match="a copy that was made while it was written"):
        ledger.score(AS_OF)
    file.write_bytes(kept)
    (ledger.root / "commits" / "00000002.json").unlink()
    with pytest.raises(ss.StateError, match=r"00000002\.json is missing"):
        opened(ledger.root)


def test_a_newer_ledger_is_refused(ledger: Ledger) -> None:
    file = ledger.root / "commits" / "00000001.json"
    body = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**body, "schema": "shopscore.ledger/9"}), "utf-8")
    with pytest.raises(ss.StateError, match=r"another version \(shopscore.ledger/9\)"):
        opened(ledger.root)


@contextmanager
def _no_file_beyond(size: int) -> Iterator[None]:
    """As on a disk that is full: no file may grow beyond some bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [0, 700, 2500, 6000])
def test_a_full_disk(size: int, ledger: Ledger, batches: Batches) -> None:
    """The message names a file; everything is as before, and later it can be ingested."""
    before = told(ledger)
    with _no_file_beyond(size), pytest.raises(ss.InputError, match="cannot be written"):
        ledger.ingest(batches[1])
    assert told(ledger) == before
    assert ledger.ingest(batches[1]).seq == 2
    assert ledger.events().digest == both(*batches, ledger.root.with_name("all")).digest


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes all")
def test_a_folder_that_cannot_be_written(ledger: Ledger, batches: Batches) -> None:
    before = told(ledger)
    folders = [ledger.root, *(p for p in ledger.root.rglob("*") if p.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        with pytest.raises(ss.InputError, match="cannot be written"):
            ledger.ingest(batches[1])
        assert told(ledger) == before
    finally:
        for folder in folders:
            folder.chmod(0o755)


def test_what_cannot_be_written_is_counted_all_the_same(
    ledger: Ledger, batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By rules that the ledger does not count yet, while another process writes."""
    fresh = Ledger.create(ledger.root.with_name("fresh"), platform=ledger.platforms[0], wait=0.1)
    fresh.ingest(batches[0])
    with only_writer(fresh.root, 0):
        found = fresh.score(AS_OF)
    assert found.to_polars().equals(ledger.score(AS_OF).to_polars())


def test_a_folder_that_is_copied_while_it_is_written(ledger: Ledger, batches: Batches) -> None:
    """Files that were copied before, and commits after: what is missing is said."""
    copy = ledger.root.with_name("copy")
    shutil.copytree(ledger.root, copy)
    ledger.ingest(batches[1])
    for file in (ledger.root / "commits").iterdir():
        shutil.copy(file, copy / "commits")
    with pytest.raises(ss.StateError, match="that was made while it was written"):
        told(opened(copy))


def test_no_ledger_and_no_empty_folder(tmp_path: Path, ledger: Ledger) -> None:
    with pytest.raises(ss.InputError, match="no ledger here"):
        opened(tmp_path)
    with pytest.raises(ss.InputError, match="exists already"):
        Ledger.create(ledger.root, platform=ledger.platforms[0])


def test_words_that_no_plugin_knows_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are not taken as empty, which would be another number."""
    from attrs import evolve

    ledger = Ledger.create(tmp_path / "ledger", platform="douyin")
    orders = pl.DataFrame({"shop_id": ["S1"], "order_id": ["1"], "cancelled_by": ["buyer"]})
    ledger.ingest({"orders": orders})
    stream = ledger.platforms[0].all_streams["orders"]
    fewer = [
        evolve(column, values=("merchant",)) if column.name == "cancelled_by" else column
        for column in stream.columns
    ]
    known = {**ledger.platforms[0].all_streams, "orders": evolve(stream, columns=tuple(fewer))}
    monkeypatch.setitem(ledger._place.reading.__dict__, "all_streams", known)
    with pytest.raises(ss.StateError, match="words that the installed plugins do not know"):
        ledger.events()


@contextmanager
def _as_nobody() -> Iterator[None]:
    """As a user who may read what others wrote, and write nothing."""
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root is others")
def test_another_user_may_read_and_not_write(ledger: Ledger, batches: Batches) -> None:
    before = told(ledger)
    for folder in (*ledger.root.parents, *batches[1].parents):
        if "pytest-" in str(folder):
            folder.chmod(0o755)
    with _as_nobody():
        assert told(ledger) == before
        with pytest.raises(ss.InputError, match="cannot be written: Permission denied"):
            ledger.ingest(batches[1])
    assert told(ledger) == before
