"""Ingesting: what is new in a source is added to a ledger, and to the cells of what it counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import polars as pl

from ..messages import message, numbered
from ..model.streams import PART_ONLY
from ..notices import Notice
from ..reading.files import Progress, show_path
from ..reading.loading import EventSource, TypedEvents, check_strictness
from ..reading.named_paths import named_paths
from ..reading.report import LoadReport
from ..reading.sources import Holding
from ..value_classes import evolve, field, frozen
from .commits import Head
from .counted_rows import may_be_counted, refuse_counted
from .counting import Named, units_of, with_states
from .maintaining import SPANS, append_changes
from .moments import as_moment
from .shop_codes import with_new_shops
from .snapshots import SHOPS, Snapshot, table_of
from .stored_rows import KEY, PARTS, SEQ, UNIT, count_undecided, kept_rows, new_states
from .tables import Draft

_NOTHING = pl.DataFrame(schema={KEY: pl.Int32})
#: What is said of events that are all there are: what a source lacks, a ledger may know.
_OF_EVENTS = ("industry_unknown", "no_links", "no_file_of_shop")


@frozen(eq=False)
class Ingested:
    """What an ingest found and did.

    ``seq`` is its number, None where nothing was new; ``added`` counts the rows of each stream that
    were. ``report`` has the books of the source, as reading it has.
    """

    seq: int | None
    known_at: datetime
    added: Mapping[str, int]
    report: LoadReport = field(repr=False)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What there is to know about the source."""
        return self.report.notices


@frozen(eq=False)
class Read:
    """A source that was read: its rows as they stand, its report, and the columns that it has."""

    typed: TypedEvents
    report: LoadReport
    columns: dict[str, set[str]]


@frozen(eq=False)
class Ingest:
    """Adds one source to a ledger; the lock is held."""

    draft: Draft
    snapshot: Snapshot
    source: EventSource
    known_at: int
    say: Progress

    def read(self, progress: Progress | None, *, strict: bool) -> Read:
        """Read the source.

        Raises:
            InputError: for input that cannot be used, naming file, line, column and value.
            StrictError: for rows set aside, where ``strict``.
        """
        typed = self.source.read_typed(progress=progress)
        events = evolve(typed, typed=dict(typed.typed)).into_events(None, self.say)
        if strict:
            check_strictness(events)
        columns: dict[str, set[str]] = {}
        for stream, column in events.columns_present():
            columns.setdefault(stream, set()).add(column)
        for stream, rows in typed.typed.items():
            own = (name for name in typed.streams[stream].names if name in rows.rows.columns)
            columns.setdefault(stream, set()).update(own)
        notices = (one for one in events.report.notices if one.code not in _OF_EVENTS)
        return Read(typed, evolve(events.report, notices=tuple(notices)), columns)

    def add(self, read: Read, kept: Named) -> Ingested:
        """Add what is new, and commit it where anything is; ``kept`` are counted with it.

        Raises:
            StateError: for rows of what came as counted, without rows.
            InputError: where the ledger cannot be written.
        """
        typed, report, columns, draft = read.typed, read.report, read.columns, self.draft
        head = draft.head
        seq = head.seq + 1
        shop, used = self.source.shop, typed.shops.ids.filter(pl.Series(typed.shops.used))
        shops = with_new_shops(self.snapshot, used, seq, shop.industry, shop.shop_type)
        codes = dict(zip(shops["shop_id"], shops["code"], strict=True))
        self.say(message("comparing with what is known"))
        rows = kept_rows(typed, codes)
        known = self._known(rows)
        added: dict[str, pl.DataFrame] = {}
        undecided: dict[str, int] = {}
        for name, own in rows.items():
            columns.setdefault(name, set()).update(set(PARTS) & {*own.columns})
            same_keys = known[name].filter(pl.col(KEY).is_in(own[KEY].unique().implode()))
            new = new_states(self.snapshot.streams[name], own, same_keys)
            undecided[name] = count_undecided(self.snapshot.streams[name], own, same_keys)
            if len(new):
                added[name] = self._in_order(name, new, seq)
        refuse_counted(self.snapshot, added, shops)
        said = (*may_be_counted(self.snapshot, added, known), *_on_undecided(undecided))
        report = report.with_notices(*said)
        for name, new in added.items():
            draft.append(table_of(name), new)
        changed = shops.filter(pl.col(SEQ) == seq)
        if len(changed):
            draft.append(SHOPS, changed)
        more = _more_columns(head, columns)
        holdings = self._holdings(typed) - head.holdings(head.seq)
        moment = as_moment(self.known_at, self.snapshot.zone)
        if not added and not len(changed) and not more and not holdings:
            return Ingested(None, moment, {}, report)
        counts = {name: len(own) for name, own in added.items()}
        self.say(message("counting"))
        brought = {"columns": more, "holdings": frozenset(holdings)}
        coming = self.snapshot.at(draft.coming(seq, **brought))
        of_orders = {
            name: coming.rows_with(name, own, added.get(name, _NOTHING))
            for name, own in known.items()
        }
        spans = append_changes(draft, coming, kept, of_orders)
        self.say(message("writing"))
        draft.commit(
            "ingest",
            seq=seq,
            facts={SPANS: spans},
            known_at=self.known_at,
            **brought,
            told=self._told(report, counts),
        )
        return Ingested(seq, moment, counts, report)

    def _known(self, rows: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        """Return all rows of the orders that some rows are of, or were: also those of the same keys."""
        streams = dict.fromkeys((*rows, *self.snapshot.known_streams))
        found = [units_of(self.snapshot, name, own) for name, own in rows.items()]
        own = pl.col(UNIT).is_in(pl.concat(found).unique().implode())
        return {name: with_states(self.snapshot, name, own) for name in streams}

    def _in_order(self, stream: str, rows: pl.DataFrame, seq: int) -> pl.DataFrame:
        """Return rows in the order of their first time, so that those of a day lie together."""
        times = [c.name for c in self.snapshot.streams[stream].columns if c.kind in ("time", "day")]
        there = [name for name in times if name in rows.columns]
        ordered = rows.sort(pl.coalesce(there), nulls_last=True) if there else rows
        return ordered.with_columns(pl.lit(seq, pl.Int32).alias(SEQ))

    def _holdings(self, typed: TypedEvents) -> frozenset[Holding]:
        """Return of which shops there are files; those of one shop are of the one that is told."""
        own = self.source.shop.shop_id
        return frozenset(
            one._replace(shop_id=own) if one.shop_id is None else one
            for one in typed.sources.holdings()
        )

    def _told(self, report: LoadReport, added: Mapping[str, int]) -> dict[str, Any]:
        names = [show_path(path.name) for path in named_paths(self.source.source)]
        return {
            "source": ", ".join(names) or None,
            "books": report.to_dict()["streams"],
            "added": dict(added),
        }


def _more_columns(head: Head, columns: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    """Return the columns that had not come before."""
    known = head.columns(head.seq)
    more = {
        stream: tuple(
            sorted(name for name in names if (stream, name) not in known and name != PART_ONLY)
        )
        for stream, names in columns.items()
    }
    return {stream: names for stream, names in more.items() if names}


def _on_undecided(counts: Mapping[str, int]) -> Iterator[Notice]:
    """Yield what there is to know of states of which none is the newer one."""
    for stream, count in counts.items():
        if count:
            said = numbered(
                "stream {stream}: {n} row differs from what was known of it, and no updated_at says"
                " which is newer: the state whose text is greater counts, whichever came first",
                "stream {stream}: {n} rows differ from what was known of them, and no updated_at says"
                " which is newer: of each the state whose text is greater counts, whichever came"
                " first",
                count,
                stream=stream,
            )
            yield Notice("states_undecided", said, stream=stream)
