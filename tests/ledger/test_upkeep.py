"""Verify, compact, forget and export: what is left is what one run over the same files knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import shopscore as ss
from shopscore.ledger.commits import read_head
from shopscore.ledger.ledger import Ledger
from shopscore.ledger.stored_cells import CELLS
from support.ledger_samples import AS_OF, both, opened

Batches = tuple[Path, Path]


@pytest.fixture
def whole(ledger: Ledger, batches: Batches) -> ss.Events:
    """All events, which the ledger has too."""
    ledger.ingest(batches[1], known_at="2025-04-02")
    return both(*batches, ledger.root.with_name("all"))


def same_score(ledger: Ledger, events: ss.Events, known_at: str | None = None) -> bool:
    found = ledger.score(AS_OF, known_at=known_at).to_polars()
    return found.equals(ss.score(events, platform=ledger.platforms[0], as_of=AS_OF).to_polars())


def test_a_good_ledger_is_verified(ledger: Ledger, whole: ss.Events) -> None:
    found = ledger.verify()
    assert found.is_good
    assert found.cells > 100
    assert found.files > 5
    assert not found.unchecked
    assert same_score(ledger, whole)


def test_damage_is_named(ledger: Ledger) -> None:
    file = next((ledger.root / "events" / "orders").rglob("*.parquet"))
    there = file.stat()
    file.write_bytes(file.read_bytes()[:-9] + b"123456789")
    import os

    os.utime(file, ns=(there.st_atime_ns, there.st_mtime_ns))  # as where a disk rots
    (problem,) = ledger.verify().problems
    assert file.name in problem


def test_cells_that_do_not_add_up_are_named(ledger: Ledger, whole: ss.Events) -> None:
    """Files are whole, and one says something else than the rows: compacting counts anew."""
    from shopscore.ledger.tables import Draft

    head = read_head(ledger.root)
    draft = Draft(ledger.root, head)
    file = next(iter(head.tables[CELLS].named()))
    cells = pl.read_parquet(ledger.root / file).head(1)
    draft.append(CELLS, cells)
    draft.commit("count")
    (problem,) = ledger.verify().problems
    assert "what its rows add up to" in problem
    ledger.compact()
    assert ledger.verify().is_good
    assert same_score(ledger, whole)


def test_compacting_changes_nothing_that_is_known(
    ledger: Ledger, whole: ss.Events, batches: Batches
) -> None:
    before = read_head(ledger.root).tables
    early = ss.read_events(batches[0], platform=ledger.platforms[0])
    ledger.compact()
    after = read_head(ledger.root).tables
    assert sum(len(t.files) for t in after.values()) < sum(len(t.files) for t in before.values())
    assert not any(
        (ledger.root / table.path).exists()
        for table in before.values()
        if table not in after.values()
    )
    for known_at, events in ((None, whole), ("2025-03-25", early)):
        assert ledger.events(known_at).digest == events.digest
        assert same_score(ledger, events, known_at)
    assert ledger.ingest(batches[1], known_at="2025-04-03").seq is None
    assert ledger.verify().is_good
    assert same_score(opened(ledger.root), whole)


def every_text(root: Path) -> Iterator[str]:
    """All that the files of a ledger say."""
    for file in root.rglob("*"):
        if file.suffix == ".parquet":
            yield pl.read_parquet(file).write_csv()
        elif file.is_file() and file.name != ".lock":
            yield file.read_text("utf-8")


def test_a_forgotten_shop_leaves_no_trace(
    ledger: Ledger, whole: ss.Events, batches: Batches, tmp_path: Path
) -> None:
    """Of others nothing changes; what is known of the shop may be ingested again."""
    orders = whole.frames["orders"]
    gone = whole.shops["shop_id"].to_list().index("S0002")
    order_ids = orders.filter(pl.col("shop") == gone)["order_id"].to_list()
    assert any("S0002" in text for text in every_text(ledger.root))
    found = ledger.forget("S0002")
    assert found.shops == 1
    assert found.rows["orders"] >= len(order_ids)
    left = list(every_text(ledger.root))
    assert not any("S0002" in text or order_ids[0] in text for text in left)
    for batch in batches:
        for file in batch.glob("*.csv"):
            rows = pl.read_csv(file, infer_schema_length=0).filter(pl.col("shop_id") != "S0002")
            (tmp_path / "left" / file.stem).mkdir(parents=True, exist_ok=True)
            rows.write_csv(tmp_path / "left" / file.stem / f"{batch.name}.csv")
    others = ss.read_events(tmp_path / "left", platform=ledger.platforms[0])
    assert ledger.events().digest == others.digest
    assert same_score(ledger, others)
    assert ledger.verify().is_good
    assert ledger.forget("S0002").rows == {}
    ledger.ingest(batches[0], known_at="2025-04-04")
    ledger.ingest(batches[1], known_at="2025-04-05")
    assert ledger.events().digest == whole.digest
    assert same_score(ledger, whole)


def test_what_happened_before_a_day_is_forgotten(ledger: Ledger, whole: ss.Events) -> None:
    """By orders with all that name them: one that is still returned is kept from its beginning."""
    day = datetime(2025, 3, 10, tzinfo=UTC).timestamp()
    last = {}
    for name in ("orders", "reviews", "conversations"):
        frame, stream = whole.frames[name], whole.streams[name]
        times = [c.name for c in stream.columns if c.kind == "time" and not c.ahead]
        for row in frame.iter_rows(named=True):
            own = (name, row["shop"], row[stream.key[0]])
            unit = ("orders", row["shop"], row["order_id"]) if row.get("order_id") else own
            moments = [row[t] for t in times if row.get(t) is not None]
            last[unit] = max([last.get(unit, 0), *moments])
    stays = {unit for unit, moment in last.items() if moment >= day}
    ledger.forget(before="2025-03-10")
    events = ledger.events()
    for name in ("orders", "reviews", "conversations"):
        key = whole.streams[name].key[0]
        expected = {
            (row["shop"], row[key])
            for row in whole.frames[name].iter_rows(named=True)
            if (
                ("orders", row["shop"], row["order_id"])
                if row.get("order_id")
                else (name, row["shop"], row[key])
            )
            in stays
        }
        assert {*events.frames[name].select("shop", key).rows()} == expected
        assert 0 < len(expected) < len(whole.frames[name])
    assert ledger.verify().is_good
    assert same_score(ledger, events)


def test_one_thing_is_forgotten_at_a_time(ledger: Ledger) -> None:
    with pytest.raises(ss.UsageError, match="what is to be forgotten"):
        ledger.forget()
    with pytest.raises(ss.UsageError, match="what is to be forgotten"):
        ledger.forget("S0001", before="2025-01-01")


def test_an_export_is_read_as_the_same_events(
    ledger: Ledger, whole: ss.Events, tmp_path: Path
) -> None:
    streams = ledger.export(tmp_path / "out")
    assert {*streams} == {"shops", "orders", "reviews", "conversations"}
    again = ss.read_events(tmp_path / "out", platform=ledger.platforms[0], strict=True)
    assert again.digest == whole.digest
    with pytest.raises(ss.InputError, match="not empty"):
        ledger.export(tmp_path / "out")


def test_an_export_where_clocks_change(tmp_path: Path) -> None:
    """Two hours of the wall are one, and times stay what they were; amounts and days too."""
    orders = pl.DataFrame(
        {
            "shop_id": "S1",
            "order_id": ["1", "2", "3"],
            "amount": ["0.05", "129.90", None],
            "paid_at": ["2025-11-02T05:30:00Z", "2025-11-02T06:30:00Z", "2025-07-01T00:00:00Z"],
        }
    )
    facts = pl.DataFrame(
        {"shop_id": "S1", "date": ["2025-11-02"], "name": "x", "value": ["-0.000001"]}
    )
    source = {"orders": orders, "shop_facts": facts}
    ledger = Ledger.create(tmp_path / "ledger", platform="etsy")
    ledger.ingest(source)
    ledger.export(tmp_path / "out")
    before = ss.read_events(source, platform="etsy")
    assert ledger.events().digest == before.digest
    assert ss.read_events(tmp_path / "out", platform="etsy", strict=True).digest == before.digest


def test_status_says_what_there_is(ledger: Ledger, whole: ss.Events) -> None:
    status = ledger.status()
    assert status.ingests == 2
    assert status.shops == len(whole.shops)
    assert status.rows["orders"] >= len(whole.frames["orders"])
    assert status.known is not None
    assert [str(moment.date()) for moment in status.known] == ["2025-03-20", "2025-04-02"]
    assert status.behind == 0
    assert ledger.ingests()["source"].to_list() == ["early", "late"]
