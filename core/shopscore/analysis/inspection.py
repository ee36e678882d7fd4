"""Inspection: what a file was taken for and why, and which metrics it can feed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..grading.missing_columns import missing_columns_of
from ..messages import message
from ..model.layouts import Layout, plain_header
from ..model.merging import merge_streams
from ..model.streams import CANONICAL, Column, Stream
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.catalog import platform as find_platform
from ..plugins.catalog import platforms as all_platforms
from ..plugins.declarations import Platform
from ..plugins.layout_toml import read_layout
from ..reading.documents.documents import NONE as NO_DOCUMENTS
from ..reading.documents.documents import Documents
from ..reading.documents.loading import refuse_no_document
from ..reading.events import Events
from ..reading.exports.recognition import RecognisedSheet, recognise, stated_encodings
from ..reading.files import show_path
from ..reading.loading import read_events
from ..reading.sources import SUFFIXES, read_names
from ..value_classes import evolve, frozen
from .document_inspection import inspect_documents

#: The shop of a file that names none, while it is only looked at.
SOME_SHOP = "shop"


@frozen
class SheetMatch:
    """A sheet and the layout that fits it; or the nearest ones, with the headers that are missing."""

    label: str
    encoding: str
    headers: tuple[str, ...]
    layout: Layout | None
    near: tuple[tuple[Layout, tuple[str, ...]], ...] = ()


@frozen
class UsedColumn:
    """A canonical column, the header that it comes from, and how many accepted rows have it."""

    stream: str
    column: str
    header: str
    filled: int


@frozen
class MetricReadiness:
    """A metric of a rule set, and what is missing to compute it from these columns."""

    ruleset: str
    metric: str
    zh: str
    en: str
    missing: tuple[str, ...]


@frozen(eq=False)
class Inspection:
    """What is known of a file; ``events`` is None where no layout fits it.

    ``documents`` are those of consoles and official APIs, in the file or in the folder.
    """

    path: Path
    sheets: tuple[SheetMatch, ...]
    events: Events | None
    columns: tuple[UsedColumn, ...] = ()
    unused: tuple[str, ...] = ()
    metrics: tuple[MetricReadiness, ...] = ()
    documents: Documents = NO_DOCUMENTS

    @property
    def is_refused(self) -> bool:
        """Whether nothing can be used of it: each document that it looks like holds no values."""
        found = self.documents
        return self.events is None and bool(found.others) and not (found or found.unplaced)

    @property
    def computable(self) -> tuple[MetricReadiness, ...]:
        """The metrics of which nothing is missing."""
        return tuple(m for m in self.metrics if not m.missing)


def inspect_file(
    path: Path,
    *,
    platform: str | None = None,
    layouts: Sequence[Layout | str | Path] = (),
    shop_id: str | None = None,
    tz: str | None = None,
) -> Inspection:
    """Look at an export, a file of canonical events, a document of a console, or a folder of them.

    Args:
        path: the file or folder.
        platform: whose layouts and metrics are considered; by default those of all.
        layouts: the user's own layouts, which come first.
        shop_id: the shop of a file that names none.
        tz: the zone of its clock.

    Raises:
        InputError: where it cannot be read at all.
    """
    considered = all_platforms() if platform is None else (find_platform(platform),)
    documents = inspect_documents(path, considered, shop_id=shop_id, tz=tz)
    if documents.found_any:
        try:
            tables = _inspect_tables(path, considered, layouts, shop_id, tz)
        except InputError:  # nothing but documents
            tables = Inspection(path, (), None)
        return evolve(tables, documents=documents)
    refuse_no_document((path,), documents, considered)
    return _inspect_tables(path, considered, layouts, shop_id, tz)


def _inspect_tables(
    path: Path,
    considered: Sequence[Platform],
    layouts: Sequence[Layout | str | Path],
    shop_id: str | None,
    tz: str | None,
) -> Inspection:
    own = tuple(one if isinstance(one, Layout) else read_layout(Path(one)) for one in layouts)
    looked = path.is_file() and not (_canonical(path) and _has_key(path))
    sheets = tuple(match_sheets(path, considered, own)) if looked else ()
    found = {s.layout.platform: s.layout for s in sheets if s.layout is not None}
    named = [p for p in considered if p.id in found] or list(considered)
    if sheets and not found and not _canonical(path):
        return Inspection(path, sheets, None)
    events = read_events(
        path,
        platform=named[0] if len(named) == 1 else None,
        tz=tz or (named[0].zone if named else None),
        shop_id=shop_id or SOME_SHOP,
        layouts=own if len(named) == 1 or "" in found else _all_layouts(named),
    )
    return Inspection(
        path,
        sheets,
        events,
        tuple(_used(events)),
        tuple(dict.fromkeys(n for names in events.report.ignored.values() for n in names)),
        tuple(_feeds(named, events)),
    )


def _all_layouts(platforms: Sequence[Platform]) -> tuple[Layout, ...]:
    return tuple(layout for platform in platforms for layout in platform.layouts)


def _canonical(path: Path) -> bool:
    return path.stem in merge_streams(CANONICAL) and path.suffix in SUFFIXES


def _has_key(path: Path) -> bool:
    """Return whether the header has what identifies a row of the stream that the file is named after."""
    if path.suffix == ".parquet":
        return True
    stream = merge_streams(CANONICAL)[path.stem]
    return set(stream.key) <= set(read_names(path, stream) or ())


def match_sheets(
    path: Path, platforms: Sequence[Platform], own: Sequence[Layout] = ()
) -> Iterator[SheetMatch]:
    """Yield each sheet of a file with the layout that fits it: the user's own go before platforms'.

    Raises:
        InputError: where the file cannot be read, or a sheet fits several layouts.
    """
    from ..reading.formats.sheets import open_sheets

    if path.suffix == ".parquet":
        return
    groups = (own, tuple(layout for p in platforms for layout in p.layouts))
    encodings = stated_encodings((*groups[0], *groups[1]))
    for sheet in open_sheets(path, show_path(path.name), encodings=encodings):
        found = next((f for f in (recognise(sheet, group) for group in groups) if f), None)
        headers = _headers(found, sheet.head)
        near = () if found else tuple(_nearest(headers, [*groups[0], *groups[1]]))
        layout = None if found is None else found.layout
        encoding = (sheet if found is None else found.sheet).encoding
        yield SheetMatch(sheet.label, encoding, headers, layout, near)


def _headers(found: RecognisedSheet | None, head: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the headers; of an unknown file the first of the records with most cells."""
    if found is not None:
        return found.headers
    widths = [sum(bool(cell.strip()) for cell in record) for record in head]
    return tuple(head[widths.index(max(widths))]) if widths else ()


def _nearest(
    headers: Sequence[str], layouts: Sequence[Layout], most: int = 3
) -> Iterator[tuple[Layout, tuple[str, ...]]]:
    """Yield layouts that share identifying headers, the nearest first."""
    scored = [
        (layout, missing, len(layout.headers) - len(missing))
        for layout in layouts
        for missing in [layout.missing_headers(headers)]
    ]
    shared = sorted((s for s in scored if s[2]), key=lambda s: (len(s[1]), -s[2], s[0].name))
    return ((layout, missing) for layout, missing, _ in shared[:most])


def _used(events: Events) -> Iterator[UsedColumn]:
    titles: dict[tuple[str, str], str] = {}
    for table in events.report.tables:
        titles |= {(table.stream, name): title for name, title in table.titles.items()}
    for name, frame in events.frames.items():
        shown = [c for c in events.streams[name].names if c in frame.columns]
        for column in shown:
            filled = len(frame) - frame[column].null_count()
            yield UsedColumn(name, column, titles.get((name, column), ""), filled)


def _feeds(platforms: Sequence[Platform], events: Events) -> Iterator[MetricReadiness]:
    """Yield every metric that a rule set shows, with what is missing."""
    there = events.columns_present()
    for platform in platforms:
        for card in platform.scorecards:
            for version in card.versions:
                ruleset = card.ruleset(version)
                rules = BoundRuleSet.bind(platform, card, ruleset)
                for id in ruleset.metric_ids:
                    bound = rules.metrics[id]
                    missing = _by_stream(
                        missing_columns_of(bound, rules.streams, there), {s for s, _ in there}
                    )
                    if not bound.tallies:
                        missing = (message("its value (no event feeds it)"),)
                    yield MetricReadiness(
                        ruleset.name, id, bound.metric.zh, bound.metric.en, missing
                    )


def _by_stream(missing: Sequence[str], streams: set[str]) -> tuple[str, ...]:
    """Return what is missing; of a stream that is not there at all, only that."""
    shorter: dict[str, None] = {}
    for name in missing:
        owners = {alternative.strip().partition(".")[0] for alternative in name.split(" or ")}
        absent = "." in name and not owners & streams
        shorter[f"stream {min(owners)}" if absent else name] = None
    return tuple(shorter)


def draft_layout(inspection: Inspection, layouts: Sequence[Layout]) -> str:
    """Return a layout to fill in, as TOML, with what the headers suggest.

    Raises:
        InputError: where the file has no headers.
    """
    headers = next((s.headers for s in inspection.sheets if s.headers), ())
    names = [h.strip() for h in headers if h.strip()]
    if not names:
        said = message("{file}: no headers to draft a layout from", file=inspection.path)
        raise InputError(said)
    known = _suggestions(layouts)
    places = {h: known[p] for h in names if (p := plain_header(h)) in known}
    return "\n".join(_draft(inspection.path, _likely_stream(places), names, places))


def _likely_stream(places: Mapping[str, Mapping[str, str]]) -> str:
    """Return the stream that most headers are of; of several one whose rows they identify.

    An order number alone is thus of orders, whose key it is: tickets name an order as well. Where
    that does not decide, it is the one of which least is missing, and then the first of all.
    """
    found: dict[str, set[str]] = {}
    for suggestion in places.values():
        for stream, column in suggestion.items():
            found.setdefault(stream, set()).add(column)

    def rank(stream: Stream) -> tuple[int, bool, int]:
        columns = found.get(stream.name, set())
        missing = {c.name for c in stream.columns if c.required} - {*columns, "shop_id"}
        return len(columns), set(stream.key) <= columns, -len(missing)

    candidates = [stream for stream in CANONICAL if stream.name in found]
    return max(candidates, key=rank).name if candidates else "orders"


def _suggestions(layouts: Sequence[Layout]) -> dict[str, dict[str, str]]:
    """Return header → stream → canonical column, from the layouts that are there.

    Streams and columns that a platform adds are left out: a layout of one's own has none of them.
    """
    canonical = {stream.name: stream.names for stream in CANONICAL}
    found: dict[str, dict[str, str]] = {}
    for layout in layouts:
        known = canonical.get(layout.stream, ())
        for column, names in layout.columns.items():
            for name in names if column in known else ():
                found.setdefault(plain_header(name), {}).setdefault(layout.stream, column)
    return found


def _draft(
    path: Path, stream: str, names: Sequence[str], places: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    columns = {c.name: c for c in merge_streams(CANONICAL)[stream].columns}
    taken = {h: p[stream] for h, p in places.items() if stream in p}
    yield f"# A layout for files like {show_path(path.name)}. Look through it, fill it in, and use it with --layout."
    yield "schema = 1"
    yield 'id = "my_layout"'
    yield f'zh = "{_text(show_path(path.stem))}"\nen = "{_text(show_path(path.stem))}"'
    yield f'stream = "{stream}"  # or {", ".join(s.name for s in CANONICAL if s.name != stream)}'
    identify = [*(n for n in names if n not in places), *taken][:3]  # others know the rest
    quoted = ", ".join(f'"{_text(n)}"' for n in identify)
    yield f"headers = [{quoted}]  # a file with all of these has this layout"
    yield '# encoding = "gb18030"  # of the text, where it is read wrongly'
    yield "\n[columns]  # canonical column = header of the file"
    used: set[str] = set()
    for header, column in taken.items():
        doubt = "# " if column in used else ""
        used.add(column)
        yield f'{doubt}{column} = "{_text(header)}"'
    for name in (n for n in names if n not in taken):
        yield f'# ? = "{_text(name)}"'
    required = [n for n, c in columns.items() if c.required and n not in used and n != "shop_id"]
    if required:
        yield f"# needed, and not found yet: {', '.join(required)}"
    yield f"# columns of {stream}: {', '.join(n for n in columns if n not in used)}"
    yield from _draft_forms([c for n, c in columns.items() if n in used])
    enums = [c for n, c in columns.items() if c.values and n in used]
    for column_ in enums:
        yield f"\n[words.{column_.name}]  # word of the file = {' | '.join(column_.values)}"
        yield f'# "…" = "{column_.values[0]}"'


def _draft_forms(columns: Sequence[Column]) -> Iterator[str]:
    """Yield what a layout may say of how cells are written, as comments."""
    times = [c.name for c in columns if c.kind in ("time", "day")]
    money = [c.name for c in columns if c.kind == "money"]
    if times:
        yield f"\n# [time_format]  # where these are not written like 2024-06-30 12:00:00: {', '.join(times)}"
        yield '# ? = "%d/%m/%Y %H:%M"'
        yield '# ? = "epoch_s"  # or epoch_ms, counted since 1970; serial: days of a spreadsheet'
    if money:
        yield f"\n# [unit]  # where these are not in yuan: {', '.join(money)}"
        yield '# ? = "fen"'
        yield f"\n# [decimal]  # where a comma stands before the decimals of these: {', '.join(money)}"
        yield '# ? = ","'


def _text(value: Any) -> str:
    """Return a text as TOML writes it between quotes."""
    return json.dumps(str(value), ensure_ascii=False)[1:-1].replace("\x7f", "\\u007f")
