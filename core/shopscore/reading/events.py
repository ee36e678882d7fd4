"""Events: the streams of many shops, typed, whole and linked; and how they are read."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl
from attrs import evolve, field, frozen

from ..errors import InputError, StrictError, UsageError, did_you_mean
from ..messages import Message, listed, message, recalled
from ..model.layouts import Layout
from ..model.streams import CANONICAL, SHOPS, Stream, merge_streams
from ..notices import FIRST, Notice
from .files import Progress, from_dataframe
from .findings import on_folders, on_links, on_rows
from .fingerprints import Digest, cell_prints
from .joining import join_small
from .openers import Opener, ShopDefaults, open_tables
from .report import INCIDENT_SCHEMA, LoadReport, no_incidents
from .rows.clocks import find_zone
from .rows.consolidation import ConsolidatedRows, consolidate, type_rows
from .rows.ids import LOST_DIGITS, bare_ids, rounded
from .rows.links import ORDER, Linked, link
from .rows.places import Places
from .sources import Sources, find_sources

if TYPE_CHECKING:
    from ..plugins.declarations import Platform

logger = logging.getLogger("shopscore.reading")

UNKNOWN_INDUSTRY = "unknown"
#: Rows whose fingerprints are made at a time.
_DIGEST_ROWS = 1 << 17


@frozen(eq=False, slots=False)
class Events:
    """Typed, checked events of many shops: one row per key, its latest state, links made.

    ``shops`` has one row per shop, sorted by ``shop_id``; the column ``shop`` of every frame in
    ``frames`` is a row of it. Times are int64 seconds of the platform's clock, money is in minor
    units. Where that clock was changed, ``instants`` has the times of a stream in seconds of a
    clock that never is: durations are between these. Made by :func:`shopscore.read_events`; not
    checked again wherever it goes.
    """

    shops: pl.DataFrame
    frames: Mapping[str, pl.DataFrame]
    streams: Mapping[str, Stream]
    report: LoadReport
    zone: str | None = None
    places: Mapping[str, Places] = field(factory=dict, repr=False)
    instants: Mapping[str, pl.DataFrame] = field(factory=dict, repr=False)

    def origin(self, stream: str, positions: Iterable[int]) -> list[tuple[str | None, int] | None]:
        """Return where rows of a stream are from: the file, and the line as an editor counts.

        Rows of a Parquet file or a dataframe, which has no name, are counted from 1. A row made
        of several sub-orders is where the first of them stands. Of ``shops`` the positions are
        those in ``shops``; a shop that no file declares is from none.

        Raises:
            UsageError: for a stream that was not read.
        """
        places = self.places.get(stream)
        if places is None:
            known = [*self.places]
            raise UsageError(
                message(
                    "no stream {stream} was read{hint}",
                    stream=stream,
                    hint=did_you_mean(stream, known),
                )
            )
        found = places.find(positions)
        return [one and (one.file, one.line or one.row) for one in found]

    @cached_property
    def digest(self) -> str:
        """A digest of all rows, which does not depend on their order or on the kind of file."""
        digest = Digest()
        digest.add("shops", {c.name: cell_prints(c) for c in self.shops})
        shop_prints = cell_prints(self.shops["shop_id"])
        for name, frame in self.frames.items():
            own = frame.drop(ORDER, strict=False)
            if name in self.instants:
                own = own.hstack(self.instants[name].select(pl.all().name.prefix("instant of ")))
            for start in range(0, max(len(own), 1), _DIGEST_ROWS):
                columns = {c.name: c for c in own.slice(start, _DIGEST_ROWS)}
                shop = shop_prints[columns.pop("shop").to_numpy()]
                prints = {c: cell_prints(cells) for c, cells in columns.items()}
                digest.add(name, {**prints, "shop_id": shop})
        return digest.hexdigest()

    def columns_present(self) -> frozenset[tuple[str, str]]:
        """Return which columns of which streams were in the input, empty ones included."""
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
            recognised by their headers, with a folder for each of several shops; one such file;
            or ``{"orders": dataframe, …}`` with anything that offers the Arrow PyCapsule
            interface (polars, pandas, pyarrow, DuckDB). A folder ``dt=2026-05-01`` says so of
            every row in it, where the file has no such column.
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
            message(
                "events are a folder, a file or a mapping of dataframes, not {type};"
                " one dataframe is {example}",
                type=type(source).__name__,
                example='{"orders": dataframe}',
            )
        )
    zone, declared = _clock(platform, tz)
    streams = merge_streams(CANONICAL, declared.streams if declared else ())
    defaults = _shop_defaults(shop_id, industry, shop_type)

    def say(stage: str) -> None:
        logger.info("%s", stage)
        if progress is not None:
            progress(stage)

    sources = _sources(source, streams, _layouts(declared, layouts))
    typed = {}
    for name, openers in sources.tables.items():
        say(message("reading {stream}", stream=name))
        tables = open_tables(openers, defaults, streams[name])
        typed[name] = type_rows(streams[name], join_small(tables), zone)
    say(message("looking for the latest states"))
    ids = pl.concat([pl.Series([], dtype=pl.String), *(t.shop_ids for t in typed.values())])
    ids = ids.unique().sort().alias("shop_id")
    # each stream's rows are let go as soon as its latest states are known
    consolidated = {name: consolidate(typed.pop(name), ids, zone) for name in [*typed]}
    say(message("linking"))
    events = _assemble(ids, consolidated, streams, zone.key if zone else None, defaults)
    joined = [table for stream in consolidated.values() for table in stream.places.tables]
    members = tuple(member for table in joined for member in table.members)
    on_files = (notice for table in members for notice in table.notices)
    found = (*on_folders(sources.tables), *on_rows(consolidated))
    notices = (*sources.notices, *on_files, *found)
    report = evolve(events.report.with_notices(*notices), tables=members)
    _log(report)
    events = evolve(events, report=report)
    return _strictly(events) if strict else events


def _log(report: LoadReport) -> None:
    for notice in report.notices:
        logger.info("%s", notice, extra={"notice": notice})
    for name, books in report.books.items():
        logger.debug("%s: %s", name, books)


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
    return find_zone(name) if name else None, declared


def _shop_defaults(
    shop_id: str | None, industry: str | None, shop_type: str | None
) -> ShopDefaults:
    known = SHOPS.column("shop_type").values
    if shop_type is not None and shop_type not in known:
        raise UsageError(
            message(
                "{name} is no type of shop{hint}",
                name=repr(shop_type),
                hint=did_you_mean(shop_type, known),
            )
        )
    if shop_id is not None and rounded(bare_ids(pl.Series([shop_id], dtype=pl.String))).any():
        raise UsageError(message("shop_id= {id}: {reason}", id=repr(shop_id), reason=LOST_DIGITS))
    return ShopDefaults(shop_id, industry, shop_type)


def _layouts(
    platform: Platform | None, own: Sequence[Layout | str | Path]
) -> tuple[tuple[Layout, ...], ...]:
    """Return the user's layouts, and then those of the platform."""
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
        raise InputError(
            message(
                "unknown stream {stream}{hint}",
                stream=unknown[0],
                hint=did_you_mean(unknown[0], streams),
            )
        )
    return Sources(
        {
            name: [Opener(partial(from_dataframe, name, source[name], stream.names))]
            for name, stream in streams.items()
            if name in source
        }
    )


def _assemble(
    ids: pl.Series,
    consolidated: Mapping[str, ConsolidatedRows],
    streams: Mapping[str, Stream],
    zone: str | None,
    defaults: ShopDefaults,
) -> Events:
    frames: dict[str, pl.DataFrame] = {}
    books = {}
    found: list[Notice] = []
    orders = None
    if "orders" in consolidated:
        keys = consolidated["orders"].rows.select("shop", "order_id")
        orders = keys, consolidated["orders"].index
    for name, stream in consolidated.items():
        linked = Linked(stream.rows)
        if streams[name].links_to_orders:
            linked = link(stream.rows, orders)
        frames[name] = linked.rows
        books[name] = evolve(stream.books, unlinked=linked.unlinked)
        if linked.lost:
            found.append(on_links(name, linked, ids, consolidated["orders"].rows))
    report = LoadReport(
        books,
        _join(s.set_aside for s in consolidated.values()),
        _join(s.repaired for s in consolidated.values()),
        {name: s.ignored for name, s in consolidated.items() if s.ignored},
        tuple(found),
        tuple(words for s in consolidated.values() for words in s.unlisted),
    )
    places = {name: stream.places for name, stream in consolidated.items()}
    declared = frames.pop("shops", None)
    if declared is not None:
        places["shops"] = places["shops"].spread(declared["shop"], len(ids))
    shops, notices = _shop_table(ids, declared, streams["shops"], defaults)
    instants = {n: s.instants for n, s in consolidated.items() if s.instants is not None}
    return Events(shops, frames, streams, report.with_notices(*notices), zone, places, instants)


def _join(lists: Iterable[pl.DataFrame]) -> pl.DataFrame:
    return (
        pl.concat([no_incidents(), *lists])
        .select(*INCIDENT_SCHEMA)
        .sort("stream", "file", "row", "column")
    )


def _shop_table(
    ids: pl.Series, declared: pl.DataFrame | None, stream: Stream, defaults: ShopDefaults
) -> tuple[pl.DataFrame, tuple[Notice, ...]]:
    """Return one row per shop in order of the ids; a shop without a row gets industry ``unknown``."""
    base = pl.DataFrame([ids]).with_row_index("shop")
    columns = [c for c in stream.columns if c.name not in ("shop_id", "updated_at")]
    if declared is None:
        declared = pl.DataFrame(schema={"shop": pl.UInt32, "industry": pl.String})
    table = base.join(declared, on="shop", how="left", maintain_order="left")
    if defaults.industry is not None:
        table = table.with_columns(pl.col("industry").fill_null(defaults.industry))
    if defaults.shop_type is not None:
        kind = pl.col("shop_type") if "shop_type" in table.columns else pl.lit(None, pl.String)
        filled = kind.cast(pl.String).fill_null(defaults.shop_type)
        table = table.with_columns(
            shop_type=filled.cast(pl.Enum(stream.column("shop_type").values))
        )
    missing = table["industry"].null_count()
    notices: tuple[Notice, ...] = ()
    if missing:
        said = message(
            "{missing} of {shops} shops have no industry: taken as {industry}",
            missing=missing,
            shops=len(table),
            industry=UNKNOWN_INDUSTRY,
        )
        first = table.filter(pl.col("industry").is_null())["shop_id"].head(FIRST).to_list()
        notices = (
            Notice("industry_unknown", said, stream="shops", shops=missing, shop_ids=tuple(first)),
        )
    present = [c.name for c in columns if c.name in table.columns]
    return table.select("shop_id", *present).with_columns(
        pl.col("industry").fill_null(UNKNOWN_INDUSTRY)
    ), notices


def _first_of(set_aside: pl.DataFrame) -> Message:
    first = set_aside.row(0, named=True)
    line = message("line {line}", line=first["line"] or first["row"])
    parts = [first["file"] or first["stream"], line, first["column"]]
    others = len(set_aside) - 1
    return message(
        "{place}: {value} {reason}{more}",
        place=listed(part for part in parts if part),
        value=repr(first["value"]),
        reason=recalled(first["reason"]),
        more=message(" (and {n} more)", n=others) if others else "",
    )
