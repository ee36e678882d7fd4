"""On executors, after the exchange: the shops of a partition are read, resolved and counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import numpy as np
import polars as pl
from attrs import asdict

from .._version import version
from ..counting.check_sums import checks_of_shops
from ..counting.resolution import resolve_events
from ..counting.state import Tallies
from ..counting.state_table import tables_of_cells
from ..counting.units import marks_of_shops
from ..errors import StateError
from ..messages import message
from ..plugins.bound_rules import BoundRuleSet
from ..reading.events import Events
from ..reading.ids_beside import IdsBeside
from ..reading.loading import read_events
from ..reading.part_tables import PartOfTable
from . import tables
from .failures import naming_metric_and_shop
from .lost_links import links_of
from .packing import Batches, ids_said

#: What is counted as a whole: a shop with all its rows, or an order with those that name it.
Unit = Literal["shop", "order"]


def counting(
    rules: BoundRuleSet, tz: str | None, columns: Mapping[str, bytes], driver: str, unit: Unit
) -> Callable[[Batches], Batches]:
    """Return what counts the shops of a partition.

    ``columns`` is a packet without rows for each stream, so that all partitions have the same
    columns, whatever rows they have; ``driver`` is the version of the package there.
    """

    def count(batches: Batches) -> Batches:
        _check_version(driver)
        streams, beside = _unpacked(batches, columns)
        if not any(map(len, streams.values())):
            return
        own = {name: rows.drop(tables.FILE, tables.ROW) for name, rows in streams.items()}
        parts = {name: PartOfTable.of(name, rows, beside[name]) for name, rows in own.items()}
        events = read_events(parts, platform=rules.platform, tz=tz)
        del parts, own
        resolved = resolve_events(events, rules)
        if unit == "shop":
            resolved = resolved.with_shops_as_units()
        with naming_metric_and_shop(resolved):
            state = Tallies.of(resolved)
        del resolved
        for frame in _frames(events, state, streams):
            yield from tables.to_arrow(tables.as_counted(frame)).to_batches()

    return count


def _check_version(driver: str) -> None:
    """Raise StateError where this is not the version that the driver has: it may count otherwise."""
    if version() != driver:
        said = message(
            "an executor has shopscore {here}, and the driver {there}: install the same on both, or"
            " send one environment along",
            here=version(),
            there=driver,
        )
        raise StateError(said)


def _unpacked(
    batches: Batches, columns: Mapping[str, bytes]
) -> tuple[dict[str, pl.DataFrame], dict[str, IdsBeside]]:
    """Return the rows of each stream, and what the ids of all its rows say."""
    runs = {name: [tables.from_packet(data)] for name, data in columns.items()}
    beside = dict.fromkeys(columns, IdsBeside())
    for batch in batches:
        for stream, data in zip(batch["stream"], batch["data"], strict=True):
            name, packet = stream.as_py(), data.as_py()
            if name:
                runs[name].append(tables.from_packet(packet))
            else:
                of, said = ids_said(packet)
                beside[of] = beside[of].plus(said)
    frames = {}
    for name in columns:
        frames[name] = pl.concat(runs.pop(name), rechunk=True)
    return frames, beside


def _frames(
    events: Events, state: Tallies, streams: Mapping[str, pl.DataFrame]
) -> Iterator[pl.DataFrame]:
    """Yield what was counted, and what was found on the way."""
    yield _shops(events, state)
    if not state.has_whole_shops:
        yield _units(state)
    industries = events.shops.select("shop_id", "industry")
    for found in tables_of_cells(state):  # one after the other: as texts they need much memory
        yield found.collect().join(industries, on="shop_id", how="left")
    report = events.report
    yield pl.DataFrame(
        [
            {"kind": "books", "stream": name, "text": json.dumps(asdict(books))}
            for name, books in report.books.items()
        ]
    )
    for kind, cells in (("set_aside", report.set_aside), ("repaired", report.repaired)):
        if len(cells):
            yield _found(kind, cells, streams, events)
    links = [{"kind": "links", "text": json.dumps(asdict(one))} for one in links_of(events)]
    if links:
        yield pl.DataFrame(links)


def _shops(events: Events, state: Tallies) -> pl.DataFrame:
    """Return a row for each shop: those that have rows are a unit, whatever those of the state are."""
    marks = marks_of_shops(state.shop_ids)
    if state.has_whole_shops:
        units = pl.DataFrame({"unit": state.scope.marks, "check": state.scope.checks})
    else:
        checks = checks_of_shops(state.shop_ids, state.rows, state.daily).astype(np.uint32)
        units = pl.DataFrame({"unit": marks, "check": checks})
    rows = {"shop_id": state.shop_ids, "count": state.rows, "unit": marks}
    counted = pl.DataFrame(rows).join(units, on="unit", how="left")
    shops = events.shops.with_columns(
        pl.struct(pl.exclude("shop_id")).struct.json_encode().alias("text")
    )
    return (
        shops.select("shop_id", "industry", "text")
        .join(counted, on="shop_id", how="left")
        .select(
            pl.lit("shop").alias("kind"),
            "shop_id",
            "industry",
            "text",
            pl.col("count").fill_null(0),
            pl.col("unit").reinterpret(signed=True),
            pl.col("check").cast(pl.Int64),
        )
    )


def _units(state: Tallies) -> pl.DataFrame:
    """Return a row for each order, and for each row that names none."""
    units = pl.DataFrame({"unit": state.scope.marks, "check": state.scope.checks})
    return units.select(
        pl.lit("unit").alias("kind"),
        pl.col("unit").reinterpret(signed=True),
        pl.col("check").cast(pl.Int64),
    )


def _found(
    kind: str, cells: pl.DataFrame, streams: Mapping[str, pl.DataFrame], events: Events
) -> pl.DataFrame:
    """Return cells that could not be used, with the place and the key of their rows."""
    found = []
    for (name,), own in cells.group_by("stream"):
        stream, at = str(name), own["row"] - 1
        rows = streams[stream][at]
        known = [c for c in events.streams[stream].key if c in rows.columns]
        found.append(
            own.select("stream", "column", "value", pl.col("reason").alias("text")).with_columns(
                kind=pl.lit(kind),
                file=rows[tables.FILE],
                row=rows[tables.ROW],
                shop_id=rows["shop_id"].cast(pl.String),
                key=rows.select(pl.struct(pl.col(known)).struct.json_encode()).to_series(),
            )
        )
    return pl.concat(found)
