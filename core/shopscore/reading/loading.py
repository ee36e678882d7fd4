"""Loading: events are read from a folder, a file, or dataframes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl

from ..errors import InputError, StrictError, UsageError, did_you_mean
from ..messages import Message, listed, message, recalled
from ..model.layouts import Layout
from ..model.merging import merge_streams
from ..model.streams import CANONICAL, PART_ONLY, SHOPS, Stream
from ..value_classes import evolve, field, frozen
from . import batches
from .assembling import assemble
from .events import Events
from .files import Progress, from_dataframe, stages
from .findings import on_folders, on_rows
from .joining import join_small
from .named_paths import Paths, named_paths
from .openers import Opener, ShopDefaults, open_tables
from .report import LoadReport
from .rows.checks import RowChecks
from .rows.clocks import find_zone
from .rows.consolidation import ConsolidatedRows, TypedRows, consolidate, type_rows
from .rows.ids import LOST_DIGITS, bare_ids, rounded
from .rows.shop_codes import ShopCodes, ShopPlaces
from .rows.taking import RowTaker
from .several_sources import find_all_sources
from .sources import Sources, streams_in_part

if TYPE_CHECKING:
    from ..plugins.declarations import Platform

logger = logging.getLogger("shopscore.reading")


def read_events(
    source: Paths | Mapping[str, Any] | Events,
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
    """Read events from a folder, one file, several of both, or a mapping of dataframes.

    Args:
        source: a folder with one file (or folder of files) per stream, ``orders.csv`` or
            ``orders.parquet``; export files of the platform's back office under any name,
            recognised by their headers, with a folder for each of several shops; one such file;
            a list of files and folders, which are read as if they lay together; or ``{"orders": dataframe, …}`` with anything that offers the Arrow PyCapsule
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
        return check_strictness(source) if strict else source
    shop = ShopDefaults(shop_id, industry, shop_type)
    events = EventSource(source, platform, tz, shop, tuple(layouts)).read(progress=progress)
    return check_strictness(events) if strict else events


@frozen(eq=False)
class EventSource:
    """Where events are read from, and how; ``shop`` is what files of one shop do not say.

    Raises:
        UsageError: for a type of shop that there is not, and for an id that lost digits.
    """

    source: Paths | Mapping[str, Any]
    platform: str | Platform | None = None
    tz: str | None = None
    shop: ShopDefaults = field(factory=ShopDefaults)
    layouts: tuple[Layout | str | Path, ...] = ()

    def __attrs_post_init__(self) -> None:
        _check_shop_id(self.shop)

    @property
    def is_large(self) -> bool:
        """Whether rows are better counted as they are read: Parquet files with very many of them."""
        sizes = (
            file.stat().st_size
            for path in named_paths(self.source)
            for file in _parquet_files(path)
            if file.is_file()
        )
        return batches.are_many(sum(sizes))

    def read(self, taker: RowTaker | None = None, progress: Progress | None = None) -> Events:
        """Read all events; where somebody takes their rows, keep the columns that are wanted later.

        Raises:
            InputError: for input that cannot be used, naming file, line, column and value.
        """
        say = stages(progress, logger)
        typed = self.read_typed(taker, progress)
        events = typed.into_events(taker, say)
        if taker is None:
            return events
        again = None
        if paths := named_paths(self.source):
            here = evolve(self, source=[path.absolute() for path in paths])
            again = partial(here._read_whole, events.report)
        return evolve(events, frames=_wanted_frames(events, taker), read_whole=again)

    def read_typed(
        self, taker: RowTaker | None = None, progress: Progress | None = None
    ) -> TypedEvents:
        """Read and check the rows of all streams, before any state of a row replaces another.

        Raises:
            InputError: for input that cannot be used, naming file, line, column and value.
        """
        zone, declared = _clock(self.platform, self.tz)
        streams = merge_streams(CANONICAL) if declared is None else declared.all_streams
        _check_shop_type(self.shop, streams[SHOPS.name])
        say = stages(progress, logger)
        sources = _sources(self.source, streams, _layouts(declared, self.layouts))
        named = {link.stream for name in sources.tables for link in streams[name].links}
        shops, typed = ShopCodes(), {}
        for name, openers in sources.tables.items():
            say(message("reading {stream}", stream=name))
            tables = open_tables(openers, self.shop, streams[name])
            checks = RowChecks(streams[name], zone, shops, taker, named=name in named)
            typed[name] = type_rows(checks, join_small(tables))
        return TypedEvents(typed, shops, sources, streams, zone, self.shop)

    def _read_whole(self, known: LoadReport) -> Events:
        """Read the same events with all their columns; raise where a file is another one now."""
        events = self.read()
        before, now = (_versions(report) for report in (known, events.report))
        if before != now:
            said = message(
                "{source}: files were added, taken away or written to since they were scored: score"
                " them again",
                source=self.source,
            )
            raise InputError(said)
        return events


def _parquet_files(path: Path) -> Iterable[Path]:
    if path.suffix == ".parquet" and path.is_file():
        return (path,)
    return path.rglob("*.parquet")


@frozen(eq=False)
class TypedEvents:
    """The usable rows of every stream as the sources have them, and where they are from."""

    typed: dict[str, TypedRows]
    shops: ShopCodes
    sources: Sources
    streams: Mapping[str, Stream]
    zone: ZoneInfo | None
    shop: ShopDefaults

    def into_events(self, taker: RowTaker | None, say: Progress) -> Events:
        """Return the events that the rows become; none of the rows is held here any more."""
        say(message("looking for the latest states"))
        places = ShopPlaces.of(self.shops)
        ids, typed = places.ids, self.typed
        # each stream's rows are let go as soon as its latest states are known
        consolidated = {name: consolidate(typed.pop(name), places) for name in [*typed]}
        if taker is not None:
            taker.finish(places.of_codes, self.shops.used, len(ids))
        say(message("linking"))
        zone = self.zone.key if self.zone else None
        defaults = self.shop.of_shops(len(ids))
        events = assemble(ids, consolidated, self.streams, zone, defaults)
        report = _with_findings(events.report, self.sources, consolidated)
        _log(report)
        in_part = frozenset((name, PART_ONLY) for name in streams_in_part(self.sources.holdings()))
        return evolve(events, report=report, present=events.present | in_part)


def _wanted_frames(events: Events, taker: RowTaker) -> dict[str, pl.DataFrame]:
    """Return the columns that somebody asks for once rows are linked; keys were kept for links."""
    frames = {}
    for name, rows in events.frames.items():
        stream = events.streams[name]
        asked = {*rows.columns}
        if (wanted := taker.wanted(stream)) is not None:
            asked = {"shop", *(link.place for link in stream.links)}
            asked |= wanted.columns | wanted.compared
        frames[name] = rows[[column for column in rows.columns if column in asked]]
    return frames


def _versions(report: LoadReport) -> list[tuple[object, ...]]:
    """Return what tells files apart that were read, wherever they are looked at from."""
    return [(table.label, *(table.version or ())[1:]) for table in report.tables]


def _with_findings(
    report: LoadReport, sources: Sources, consolidated: dict[str, ConsolidatedRows]
) -> LoadReport:
    """Return the report with what there is to know about files and rows."""
    joined = [table for stream in consolidated.values() for table in stream.places.tables]
    members = tuple(member for table in joined for member in table.members)
    on_files = (notice for table in members for notice in table.notices)
    found = (*on_folders(sources.tables), *on_rows(consolidated))
    return evolve(report.with_notices(*sources.notices, *on_files, *found), tables=members)


def _log(report: LoadReport) -> None:
    for notice in report.notices:
        logger.info("%s", notice, extra={"notice": notice})
    for name, books in report.books.items():
        logger.debug("%s: %s", name, books)


def check_strictness(events: Events) -> Events:
    """Return the events; raise StrictError where rows were set aside."""
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


def _check_shop_type(shop: ShopDefaults, stream: Stream) -> None:
    known = stream.column("shop_type").values
    if shop.shop_type is not None and shop.shop_type not in known:
        raise UsageError(
            message(
                "{name} is no type of shop{hint}",
                name=repr(shop.shop_type),
                hint=did_you_mean(shop.shop_type, known),
            )
        )


def _check_shop_id(shop: ShopDefaults) -> None:
    if shop.shop_id is None:
        return
    if rounded(bare_ids(pl.Series([shop.shop_id], dtype=pl.String))).any():
        said = message("shop_id= {id}: {reason}", id=repr(shop.shop_id), reason=LOST_DIGITS)
        raise UsageError(said)


def _layouts(
    platform: Platform | None, own: Sequence[Layout | str | Path]
) -> tuple[tuple[Layout, ...], ...]:
    """Return the user's layouts, and then those of the platform."""
    from ..plugins.layout_toml import read_layout

    streams = None if platform is None else platform.all_streams
    mine = (one if isinstance(one, Layout) else read_layout(Path(one), streams) for one in own)
    return tuple(mine), () if platform is None else platform.layouts


def _sources(
    source: Paths | Mapping[str, Any],
    streams: Mapping[str, Stream],
    layouts: tuple[tuple[Layout, ...], ...],
) -> Sources:
    if paths := named_paths(source):
        return find_all_sources(paths, streams, layouts)
    if not isinstance(source, Mapping):
        raise UsageError(
            message(
                "events are a folder, a file or a mapping of dataframes, not {type};"
                " one dataframe is {example}",
                type=type(source).__name__,
                example='{"orders": dataframe}',
            )
        )
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
