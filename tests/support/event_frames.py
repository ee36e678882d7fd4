"""Events as frames of text, cut by rows, shops and units; and the lines of a result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import reduce
from operator import add
from random import Random

import polars as pl

import shopscore as ss
from oracle.canonical_streams import STREAMS, Column
from oracle.event_loading import Row
from oracle.random_events import Events

AS_OF = "2024-06-30"
Frames = dict[str, pl.DataFrame]


def frames_of(events: Events) -> Frames:
    """A frame of text per stream, with every column, without the cells beyond the header."""
    frames = {}
    for stream, rows in events.items():
        known = dict.fromkeys(STREAMS[stream].columns)
        names = [n for n in (dict.fromkeys(n for row in rows for n in row) or known) if n[0] != "("]
        columns = {name: [row.get(name, "") for row in rows] for name in names}
        frames[stream] = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    return frames


def without_extra(events: Events) -> Events:
    """Without cells beyond the header, which set a row aside in a file and no frame can have."""
    return {s: [{k: v for k, v in r.items() if k[0] != "("} for r in f] for s, f in events.items()}


def picked(events: Events, keep: Callable[[str, dict[str, str]], bool]) -> Events:
    """The rows that `keep(stream, row)` keeps."""
    return {s: [row for row in rows if keep(s, row)] for s, rows in events.items()}


def of_shop(events: Events, shop: str) -> Events:
    """The rows of one shop."""
    return picked(events, lambda _, row: row["shop_id"].strip() == shop)


def shuffled(frames: Frames, seed: int) -> Frames:
    """The same rows in another order, the columns too."""
    rng = Random(seed)
    mixed = {}
    for stream, frame in frames.items():
        rows, names = list(range(len(frame))), list(frame.columns)
        rng.shuffle(rows)
        rng.shuffle(names)
        mixed[stream] = frame[rows].select(names)
    streams = list(mixed)
    rng.shuffle(streams)
    return {stream: mixed[stream] for stream in streams}


def douyin(
    source: Frames | ss.Events | ss.Tallies, as_of: str = AS_OF, **options: object
) -> ss.Result:
    """Scored by Douyin's rules of 2022."""
    return ss.score(source, platform="douyin", ruleset="2022", as_of=as_of, **options)  # type: ignore[arg-type]


def resolved(frames: Frames | ss.Events, **options: object) -> ss.Resolved:
    """Resolved for Douyin's rules of 2022."""
    return ss.resolve(frames, platform="douyin", ruleset="2022", **options)  # type: ignore[arg-type]


def tallied(events: Events, **options: object) -> ss.Tallies:
    """The tallies of events, resolved by themselves."""
    return ss.tally(resolved(frames_of(events), **options))


def merged(states: Iterable[ss.Tallies]) -> ss.Tallies:
    """All of them added up, one after the other."""
    return reduce(add, states)


def lines(result: ss.Result) -> dict[str, str]:
    """The entry of each shop in the document, as it is written there."""
    _, found, text = result.to_json().partition('"shops": [\n    ')
    assert found
    body = text.removesuffix("\n  ]\n}").split(",\n    ")
    return dict(zip(result.shops["shop_id"].to_list(), body, strict=True))


# ---------------------------------------------------------------------------- whole units


def units_of(events: Events) -> dict[int, list[tuple[str, dict[str, str]]]]:
    """Rows that belong together: those of one key, those that name one order, and so on.

    Any set of these is a set of whole units, whichever state of a row is the latest.
    """
    parent: dict[object, object] = {}

    def root(node: object) -> object:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    rows = [(s, row) for s, found in events.items() if s != "shops" for row in found]
    for stream, row in rows:
        parent[root(_own(stream, row))] = root(_named(stream, row))
    numbers: dict[object, int] = {}
    units: dict[int, list[tuple[str, dict[str, str]]]] = {}
    for stream, row in rows:
        number = numbers.setdefault(root(_own(stream, row)), len(numbers))
        units.setdefault(number, []).append((stream, row))
    return units


def _own(stream: str, row: Mapping[str, str]) -> object:
    shop = row["shop_id"].strip()
    if stream == "shop_facts":  # a day can be spelled in many ways
        return stream, shop
    return stream, shop, *(row[name].strip() for name in STREAMS[stream].key)


def _named(stream: str, row: Mapping[str, str]) -> object:
    order = row.get("order_id", "").strip()
    if stream == "orders" or not order:
        return _own(stream, row)
    return "orders", row["shop_id"].strip(), row["shop_id"].strip(), order


def as_events(rows: Iterable[tuple[str, dict[str, str]]]) -> Events:
    """Rows by stream; every stream is there."""
    events: Events = {stream: [] for stream in STREAMS}
    for stream, row in rows:
        events[stream].append(row)
    return events


# ------------------------------------------------------------------- accepted rows as text


def as_text(stream: str, row: Row) -> dict[str, str]:
    """An accepted row of the oracle in the canonical spelling."""
    return {name: _cell(row[name], column) for name, column in STREAMS[stream].columns.items()}


def _cell(value: object, column: Column) -> str:
    if value is None:
        return ""
    if column.kind in ("time", "day"):
        stamp = datetime.fromtimestamp(int(str(value)), UTC)
        return f"{stamp:%Y-%m-%d}" if column.kind == "day" else f"{stamp:%Y-%m-%d %H:%M:%S}"
    if column.kind == "money":
        return f"{int(str(value)) // 100}.{int(str(value)) % 100:02}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
