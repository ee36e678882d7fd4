"""Pages of ``shopscore ledger``: what an ingest added, what there is, and what moved a score."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from attrs import asdict

from ..ledger.adding_counted import AddedCounted
from ..ledger.counted_parts import units_said
from ..ledger.ingesting import Ingested
from ..ledger.revisions import Revision
from ..ledger.status import Status
from ..ledger.verifying import Verification
from ..messages import listed, message
from ..model.labels import Label
from ..results.csv_text import csv_text
from . import tables, voice
from .option_values import OutputOptions
from .run import say, write, write_cells
from .score_pages import say_each, show_books
from .tables import Table, decimals, in_unit, table, word


def show_ingested(found: Ingested) -> None:
    """Show the books of a source, and say what was new."""
    show_books(found.report, None)
    if found.seq is None:
        say(message("nothing is new: the ledger is as it was"))
        return
    added = listed(f"{name} {count}" for name, count in found.added.items())
    said = message(
        "ingest {n}, known at {moment}: new are {added}",
        n=found.seq,
        moment=_minute(found.known_at),
        added=added or message("no rows"),
    )
    say(said)


def show_added(found: AddedCounted) -> None:
    """Say what a state brought."""
    if found.seq is None:
        say(message("nothing is new: the ledger is as it was"))
        return
    said = message(
        "ingest {n}, known at {moment}: {units}, {cells} sums of a day",
        n=found.seq,
        moment=_minute(found.known_at),
        units=units_said(found.units, by_shop=found.by_shop),
        cells=found.cells,
    )
    say(said)
    say_each(found.notices)


def _minute(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="minutes")


def write_status(found: Status, ingests: pl.DataFrame, output: OutputOptions) -> None:
    """Write how much a ledger holds."""
    if output.form == "json":
        known = None if found.known is None else [one.isoformat() for one in found.known]
        document = {**asdict(found), "known": known, "history": ingests.to_dicts()}
        write(json.dumps(document, ensure_ascii=False, indent=2, default=str), output.path)
        return
    tables.show(_size_table(found), _ingests_table(ingests), output=output.path)


def _size_table(found: Status) -> Table:
    rows: list[tuple[object, object]] = [
        (message("platforms"), listed(found.platforms)),
        (message("zone"), found.zone),
        (message("ids of shops"), f"{found.shops:,}"),
        *(
            (message("states of {stream}", stream=name), f"{count:,}")
            for name, count in found.rows.items()
            if count and name != "shops"
        ),
        (message("tallies"), f"{found.tallies:,}"),
        (message("files"), f"{found.files:,}"),
        (message("megabytes"), f"{found.size / 1e6:,.1f}"),
    ]
    if found.counted:
        units = message("shops") if found.counted_by_shop else message("orders and single rows")
        rows.append((message("counted, without rows: {units}", units=units), f"{found.counted:,}"))
    if found.behind:
        said = message("of which are counted anew when they are asked for")
        rows.append((said, f"{found.behind:,}"))
    return table(("", message("how many")), rows, right=(message("how many"),))


def _ingests_table(ingests: pl.DataFrame) -> Table:
    heads = [message("ingest"), message("known at"), message("source"), message("new rows")]
    if ingests["counted"].sum():
        heads.append(message("counted"))
    newest = ingests.tail(tables.MOST_CELLS).rows()
    rows = (
        (n, _minute(at), source or "–", *(f"{count:,}" for count in counts))[: len(heads)]
        for n, at, source, *counts in newest
    )
    return table(heads, rows, right=(heads[0], *heads[3:]))


def show_verification(found: Verification) -> None:
    """Show what is wrong, or say that nothing is."""
    for problem in found.problems:
        say(problem)
    if found.unchecked:
        said = message(
            "{n} tallies are of no installed rule set, and were not counted again",
            n=found.unchecked,
        )
        say(said)
    if found.counted:
        said = message(
            "{n} cells came as counted: held against their check sums, and not counted again, since"
            " their rows are not here",
            n=found.counted,
        )
        say(said)
    if found.is_good:
        said = message(
            "all is well: {files} files, {cells} cells", files=found.files, cells=found.cells
        )
        say(said)


def write_revision(found: Revision, output: OutputOptions) -> None:
    """Write what moved scores since they were known."""
    if output.form == "json":
        ruleset = found.now.rules.ruleset
        document = {
            "platform": found.now.rules.platform.id,
            "scorecard": found.now.rules.scorecard.id,
            "ruleset": ruleset.version,
            "as_of": found.as_of.isoformat(),
            "known_at": found.known_at.isoformat(),
            "scores": found.scores.to_dicts(),
            "metrics": found.metrics.to_dicts(),
            "rows": found.rows.to_dicts(),
            "notices": [one.to_dict() for one in found.notices],
        }
        write(json.dumps(document, ensure_ascii=False, indent=2, default=str), output.path)
    elif output.form == "csv":
        write_cells(csv_text(found.metrics), output.path, mark=output.bom)
    else:
        _show_revision(found, output.path)


def _show_revision(found: Revision, path: Path | None) -> None:
    head = message(
        "{as_of}, as it was known at {moment} and is now",
        as_of=found.as_of,
        moment=_minute(found.known_at),
    )
    if not len(found.metrics) and not len(found.rows):
        tables.show(head, message("nothing that was shown has changed"), output=path)
        return
    tables.show(head, _scores_table(found), _metrics_table(found), _rows_table(found), output=path)


def _scores_table(found: Revision) -> Table:
    heads = (message("shop"), message("known then"), message("now"))
    labels = {level.id: level.label for level in found.now.rules.ruleset.levels}
    rows = [
        (row["shop_id"], *(_score(row, when, labels) for when in ("then", "now")))
        for row in found.scores.head(tables.MANY).to_dicts()
    ]
    return table(heads, rows, right=heads[1:])


def _score(row: dict[str, Any], when: str, labels: Mapping[str, Label]) -> str:
    levels = [row.get(f"{name}_{when}") for name in ("current_level", "level")]
    if any(levels):
        return " → ".join(voice.text(labels[id]) for id in levels if id)
    score = row.get(f"score_{when}")
    return word(row[f"status_{when}"]) if score is None else decimals(score)


def _metrics_table(found: Revision) -> Table:
    heads = (
        message("shop"),
        message("metric"),
        message("known then"),
        message("now"),
        message("rows then"),
        message("rows now"),
        message("points then"),
        message("points now"),
    )
    rows = list(_moved(found))
    return table(heads, rows, right=heads[2:], keys=2)


def _moved(found: Revision) -> Iterator[tuple[object, ...]]:
    for row in found.metrics.head(tables.MANY).to_dicts():
        metric = found.now.rules.metrics[row["metric"]].metric
        values = (in_unit(row[f"value_{when}"], metric.unit) for when in ("then", "now"))
        counts = (row[f"n_{when}"] for when in ("then", "now"))
        points = (row.get(f"points_{when}") for when in ("then", "now"))
        yield (
            row["shop_id"],
            metric.label,
            *values,
            *("–" if n is None else f"{n}" for n in counts),
            *("–" if p is None else decimals(p) for p in points),
        )


def _rows_table(found: Revision) -> Table:
    heads = (
        message("stream"),
        message("shop"),
        message("id"),
        message("what"),
        message("known at"),
        message("metrics moved"),
    )
    labels = {id: metric.metric.label for id, metric in found.now.rules.metrics.items()}
    rows = [
        (
            row["stream"],
            row["shop_id"],
            row["id"],
            word(row["kind"]),
            _minute(row["known_at"]),
            listed(labels[id] for id in row["metrics"]),
        )
        for row in found.rows.head(tables.MANY).to_dicts()
    ]
    return table(heads, rows, keys=3)
