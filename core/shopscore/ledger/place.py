"""The place of a ledger: a folder that is made, found again, looked at, and written by one at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..errors import InputError, StateError, UsageError
from ..messages import listed, message
from ..plugins.catalog import platform as find_platform
from ..plugins.declarations import Platform
from ..reading.files import Progress
from ..reading.rows.clocks import clock_of, find_zone
from ..value_classes import frozen
from ..writing import folders_above, refuse_filled_folder
from .commits import COMMITS, Commit, Head, read_head, write_commit
from .counting import Named
from .locking import only_writer
from .maintaining import BUILDING, RULES, SPANS, Builder, kept_tallies
from .moments import ingest_known, known_second
from .one_clock import Platforms, Together, find_platforms, zone_of
from .rewriting import Rewriter, finish_forgetting
from .snapshots import Snapshot
from .tables import Draft

logger = logging.getLogger("shopscore.ledger")

#: Seconds for which a writer waits for another.
WAIT = 60.0


@frozen(eq=False)
class Place:
    """A folder with a ledger, whose streams it keeps, and on which clock.

    ``reading`` has the streams and layouts of all its platforms; ``wait`` is for how many seconds a
    writer waits for another.
    """

    root: Path
    platforms: tuple[Platform, ...]
    zone: str
    wait: float
    reading: Platform

    @classmethod
    def create(cls, root: Path, platform: Platforms, tz: str | None, wait: float) -> Place:
        """Make a ledger in a new or empty folder.

        Raises:
            InputError: where the folder is not empty, or cannot be written.
            UsageError: for platforms of different clocks.
        """
        platforms = find_platforms(platform)
        if not platforms:
            raise UsageError(message("platform=: of which platform is the ledger?"))
        zone = zone_of(platforms, tz)
        place = cls(root, platforms, zone, wait, Together.of(platforms))
        refuse_filled_folder(root)
        with folders_above(root / COMMITS / "0"), only_writer(root, wait):
            facts = {
                "platforms": [one.id for one in platforms],
                "zone": zone,
                "clock": clock_of(find_zone(zone)).base,
                SPANS: {},
                BUILDING: None,
                RULES: [],
            }
            made = int(time.time())
            write_commit(root, Commit(number=1, kind="create", seq=0, made_at=made, facts=facts))
        return place

    @classmethod
    def open(cls, root: Path, platform: Platforms | None, wait: float) -> Place:
        """Return the ledger in a folder.

        Raises:
            InputError: where there is none.
            StateError: where it is damaged, or of a newer version.
            CoverageError: for a platform that is not installed.
        """
        facts = read_head(root).facts
        given = {one.id: one for one in find_platforms(platform or ())}
        platforms = tuple(given.get(id) or find_platform(id) for id in facts["platforms"])
        zone = facts["zone"]
        if clock_of(find_zone(zone)).base != facts["clock"]:
            said = message(
                "{ledger}: the clock of {zone} is another one in this system's table of time zones"
                " than when the ledger was made: make a new one from the files of events",
                ledger=root,
                zone=zone,
            )
            raise StateError(said)
        return cls(root, platforms, zone, wait, Together.of(platforms))

    def platform(self, named: str | Platform | None) -> Platform:
        """Return one of the ledger's platforms: the one that is named, or the only one.

        Raises:
            UsageError: where none is named and there are several, or another one is named.
        """
        known = listed(one.id for one in self.platforms)
        if named is None:
            if len(self.platforms) == 1:
                return self.platforms[0]
            said = message("whose rules? The ledger is of {platforms}: platform=", platforms=known)
            raise UsageError(said)
        asked = named if isinstance(named, Platform) else self._own(named) or find_platform(named)
        if asked.id not in [one.id for one in self.platforms]:
            said = message(
                "the ledger is of {platforms}, and may lack what the rules of {platform} look at: make"
                " one of both, and ingest into it",
                platforms=known,
                platform=asked.id,
            )
            raise UsageError(said)
        return asked

    def _own(self, name: str) -> Platform | None:
        return next((one for one in self.platforms if name in one.names), None)

    def snapshot(self, known_at: datetime | date | str | None = None) -> Snapshot:
        """Return what the ledger holds now, as it is known or was at a moment."""
        return self.snapshot_of(read_head(self.root), known_at)

    def snapshot_of(self, head: Head, known_at: datetime | date | str | None = None) -> Snapshot:
        """Return what a head names, as it is known or was at a moment."""
        everything = Snapshot(self.root, head, self.reading.all_streams, self.zone, head.seq)
        if known_at is None:
            return everything
        return everything.as_of(ingest_known(head, known_second(known_at, self.zone), self.zone))

    def asked(self, known_at: datetime | date | str | None = None) -> Snapshot:
        """Return what the ledger holds, to be asked about.

        Raises:
            InputError: where there is nothing.
        """
        snapshot = self.snapshot(known_at)
        if not snapshot.seq:
            said = message("{ledger}: nothing was ingested yet", ledger=self.root)
            raise InputError(said)
        return snapshot

    @contextmanager
    def writing(self) -> Iterator[Draft]:
        """Hold the lock, and yield what is written while it is held."""
        with only_writer(self.root, self.wait):
            yield Draft.begin(self.root, finish_forgetting(self.root, read_head(self.root)))

    @contextmanager
    def rewriting(self, say: Progress) -> Iterator[tuple[Rewriter, Named]]:
        """Hold the lock, and yield what begins tables anew, and the tallies that are counted then."""
        with self.writing() as draft:
            kept = kept_tallies(draft.head, self.platforms)
            yield Rewriter(draft, self.snapshot_of(draft.head), say), kept

    def counted(self, tallies: Named, rules: Mapping[str, Any] | None, say: Progress) -> Head:
        """Return the ledger with cells of some tallies up to date, if it can be written."""
        head = read_head(self.root)
        spans = head.spans
        known = rules is None or rules in head.facts[RULES]
        if known and all(name in spans and spans[name][1] == head.seq for name in tallies):
            return head
        try:
            with self.writing() as draft:
                return Builder(draft, self.snapshot_of(draft.head), say).build(tallies, rules)
        except (InputError, UsageError) as error:
            logger.warning("%s", error)
            return read_head(self.root)
