"""Events: the streams of many shops, typed, whole and linked; and how they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl
from attrs import evolve, frozen

from ..errors import InputError, StrictError, UsageError, did_you_mean
from ..model.layouts import Layout
from ..model.streams import CANONICAL, SHOPS, Stream, merge_streams
from .files import Progress, from_dataframe
from .fingerprints import Digest, cell_prints
from .report import INCIDENT_SCHEMA, LoadReport, no_incidents
from .rows.consolidation import ConsolidatedRows, settled, typed
from .rows.links import ORDER, link
from .sources import ShopDefaults, Sources, find_sources, opened

if TYPE_CHECKING:
    from ..plugins.declarations import Platform

UNKNOWN_INDUSTRY = "unknown"
#: Rows whose fingerprints are made at a time.
_DIGEST_ROWS = 1 << 17


@frozen(eq=False, slots=False)
class Events:
    """Typed, checked events of many shops: one row per key, its latest state, links made.

    ``shops`` has one row per shop, sorted by ``shop_id``; the column ``shop`` of every frame in
    ``frames`` is a row of it. Times are int64 seconds of the platform's clock, money is in minor
    units. Made by :func:`shopscore.read_events`; not checked again wherever it goes.
    """

    shops: pl.DataFrame
    frames: Mapping[str, pl.DataFrame]
    streams: Mapping[str, Stream]
    report: LoadReport
    zone: str | None = None

    @cached_property
    def digest(self) -> str:
        """A digest of all rows, which does not depend on their order or on the kind of file."""
        digest = Digest()
        digest.add("shops", {c.name: cell_prints(c) for c in self.shops})
        shop_prints = cell_prints(self.shops["shop_id"])
        for name, frame in self.frames.items():
            own = frame.drop(ORDER, strict=False)
            for start in range(0, max(len(own), 1), _DIGEST_ROWS):
                columns = {c.name: c for c in own.slice(start, _DIGEST_ROWS)}
                shop = shop_prints[columns.pop("shop").to_numpy()]
                prints = {c: cell_prints(cells) for c, cells in columns.items()}
                digest.add(name, {**prints, "shop_id": shop})
        return digest.hexdigest()

    def columns_present(self) -> frozenset[tuple[str, str]]:
        """Which columns of which streams were in the input, empty ones included."""
        return frozenset((s, c) for s, frame in self.frames.items() for c in frame.columns)


def read_events(
    source: str | Path | Mapping[str, Any] | Events,
    *,
    platform: str | Platform | None = None,
    tz: str | None = None,
    strict: bool = False,
    shop_id: str | None = None,
    industry: str | None = None,
    shop_type: str | None = None,
    layouts: Sequence[Layout | str | Path] = (),
    progress: Progress | None = None,
) -> Events:
    """Read events from a folder, one file, or a mapping of dataframes.

    Args:
        source: a folder with one file (or folder of files) per stream, ``orders.csv`` or
            ``orders.parquet``; export files of the platform's back office under any name,
            recognised by their headers, with a folder for each of several shops; one such file; or ``{"orders": dataframe, …}`` with anything that
            offers the Arrow PyCapsule interface (polars, pandas, pyarrow, DuckDB).
        platform: whose clock times are on, and whose own streams are read as well.
        tz: the zone of the clock, where it is not the platform's.
        strict: raise where a row would be set aside.
        shop_id: the shop of files that do not name one.
        industry: of the shops without one; by default ``unknown``.
        shop_type: of the shops without one.
        layouts: layouts of the user's own export files, or their TOML files.
        progress: called with a line of text for each step.

    Raises:
        InputError: for input that cannot be used, naming file, line, column and value.
        StrictError: for rows set aside, where ``strict``.

    >>> import polars as pl
    >>> import shopscore as ss
    >>> orders = pl.DataFrame({"shop_id": ["S1"], "order_id": ["1"], "paid_at": ["2024-06-01 09:30"]})
    >>> events = ss.read_events({"orders": orders})
    >>> events.report.books["orders"].accepted
    1
    """
    if isinstance(source, Events):
        return _strictly(source) if strict else source
    if not isinstance(source, str | Path | Mapping):
        raise UsageError(
            f"events are a folder, a file or a mapping of dataframes, not {type(source).__name__};"
            ' one dataframe is {"orders": dataframe}'
        )
    zone, declared = _clock(platform, tz)
    streams = merge_streams(CANONICAL, declared.streams if declared else ())
    gaps = _gaps(shop_id, industry, shop_type)
    say = progress or (lambda _: None)
    sources = _sources(source, streams, _layouts(declared, layouts))
    found = {}
    for name, tables in sources.tables.items():
        say(f"reading {name}")
        found[name] = typed(streams[name], opened(tables, gaps), zone)
    say("looking for the latest states")
    ids = pl.concat([pl.Series([], dtype=pl.String), *(t.shop_ids for t in found.values())])
    ids = ids.unique().sort().alias("shop_id")
    done = {name: settled(t, ids) for name, t in found.items()}
    say("linking")
    events = _assembled(ids, done, streams, zone.key if zone else None, gaps)
    notes = (*sources.notes, *_on_states(done))
    report = evolve(
        events.report.with_notes(*notes),
        tables=tuple(t for f in found.values() for t, _ in f.parts),
    )
    events = evolve(events, report=report)
    return _strictly(events) if strict else events


def _strictly(events: Events) -> Events:
    if len(events.report.set_aside):
        raise StrictError(_first_of(events.report.set_aside))
    return events


def _clock(
    platform: str | Platform | None, tz: str | None
) -> tuple[ZoneInfo | None, Platform | None]:
    from ..plugins.catalog import platform as find

    declared = find(platform) if isinstance(platform, str) else platform
    name = tz or (declared.zone if declared else None)
    try:
        zone = ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            f"{name!r} is not a time zone; give a name such as Asia/Shanghai"
        ) from None
    return zone, declared


def _gaps(shop_id: str | None, industry: str | None, shop_type: str | None) -> ShopDefaults:
    known = SHOPS.column("shop_type").values
    if shop_type is not None and shop_type not in known:
        raise UsageError(f"{shop_type!r} is no type of shop{did_you_mean(shop_type, known)}")
    return ShopDefaults(shop_id, industry, shop_type)


def _layouts(
    platform: Platform | None, own: Sequence[Layout | str | Path]
) -> tuple[tuple[Layout, ...], ...]:
    """The user's layouts, and then those of the platform."""
    from ..plugins.layout_toml import read_layout

    mine = (one if isinstance(one, Layout) else read_layout(Path(one)) for one in own)
    return tuple(mine), () if platform is None else platform.layouts


def _sources(
    source: str | Path | Mapping[str, Any],
    streams: Mapping[str, Stream],
    layouts: tuple[tuple[Layout, ...], ...],
) -> Sources:
    if not isinstance(source, Mapping):
        return find_sources(Path(source), streams, layouts)
    unknown = [name for name in source if name not in streams]
    if unknown:
        raise InputError(f"unknown stream {unknown[0]}{did_you_mean(unknown[0], streams)}")
    found = {s: [partial(from_dataframe, s, source[s])] for s in streams if s in source}
    return Sources(found)


def _on_states(done: Mapping[str, ConsolidatedRows]) -> Iterator[str]:
    """Where exports overlapped, and what was made of it."""
    for name, stream in done.items():
        if stream.from_exports and stream.books.replaced:
            yield (
                f"{name}: {stream.books.replaced} rows were there in a later state too, which wins"
                " (the later of their latest times)"
            )
        orders = stream.books.accepted - len(stream.rows)
        if orders:
            yield f"{name}: {stream.books.accepted} rows of sub-orders are {len(stream.rows)} orders"


def _assembled(
    ids: pl.Series,
    done: dict[str, ConsolidatedRows],
    streams: Mapping[str, Stream],
    zone: str | None,
    gaps: ShopDefaults,
) -> Events:
    frames: dict[str, pl.DataFrame] = {}
    books = {}
    orders = None
    if "orders" in done:
        keys = done["orders"].rows.select("shop", "order_id").rechunk()  # looked up over and over
        orders = keys, done["orders"].index
    for name, stream in done.items():
        rows, unlinked = stream.rows, 0
        if streams[name].links_to_orders:
            rows, unlinked = link(rows, orders)
        frames[name] = rows
        books[name] = evolve(stream.books, unlinked=unlinked)
    report = LoadReport(
        books,
        _joined(s.set_aside for s in done.values()),
        _joined(s.repaired for s in done.values()),
        {name: s.ignored for name, s in done.items() if s.ignored},
    )
    shops, notes = _shop_table(ids, frames.pop("shops", None), streams["shops"], gaps)
    return Events(shops, frames, streams, report.with_notes(*notes), zone)


def _joined(lists: Iterable[pl.DataFrame]) -> pl.DataFrame:
    return (
        pl.concat([no_incidents(), *lists])
        .select(*INCIDENT_SCHEMA)
        .sort("stream", "file", "row", "column")
    )


def _shop_table(
    ids: pl.Series, declared: pl.DataFrame | None, stream: Stream, gaps: ShopDefaults
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """One row per shop in order of the ids; a shop without a row gets industry ``unknown``."""
    base = pl.DataFrame([ids]).with_row_index("shop")
    columns = [c for c in stream.columns if c.name not in ("shop_id", "updated_at")]
    if declared is None:
        declared = pl.DataFrame(schema={"shop": pl.UInt32, "industry": pl.String})
    table = base.join(declared, on="shop", how="left", maintain_order="left")
    if gaps.industry is not None:
        table = table.with_columns(pl.col("industry").fill_null(gaps.industry))
    if gaps.shop_type is not None:
        kind = pl.col("shop_type") if "shop_type" in table.columns else pl.lit(None, pl.String)
        filled = kind.cast(pl.String).fill_null(gaps.shop_type)
        table = table.with_columns(
            shop_type=filled.cast(pl.Enum(stream.column("shop_type").values))
        )
    missing = table["industry"].null_count()
    notes: tuple[str, ...] = ()
    if missing:
        notes = (f"{missing} of {len(table)} shops have no industry: taken as {UNKNOWN_INDUSTRY}",)
    present = [c.name for c in columns if c.name in table.columns]
    return table.select("shop_id", *present).with_columns(
        pl.col("industry").fill_null(UNKNOWN_INDUSTRY)
    ), notes


def _first_of(set_aside: pl.DataFrame) -> str:
    first = set_aside.row(0, named=True)
    line = first["line"] or first["row"]
    place = ", ".join(
        str(p) for p in (first["file"] or first["stream"], f"line {line}", first["column"]) if p
    )
    more = f" (and {len(set_aside) - 1} more)" if len(set_aside) > 1 else ""
    return f"{place}: {first['value']!r} {first['reason']}{more}"
