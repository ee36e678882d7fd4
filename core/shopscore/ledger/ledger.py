"""The ledger: events on disk, scored without reading them all again, as known now or on a day."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from ..counting.state import Tallies
from ..errors import UsageError
from ..messages import message
from ..model.layouts import Layout
from ..plugins.declarations import Platform
from ..plugins.selection import RuleSetName, publication_day, select_rules
from ..reading.events import Events
from ..reading.files import Progress, stages
from ..reading.loading import EventSource
from ..reading.named_paths import Paths
from ..reading.openers import ShopDefaults
from ..results.result import Result
from ..rules.numbers_toml import NumbersSource
from ..scoring import score
from ..value_classes import evolve, frozen
from .adding_counted import AddedCounted, add_state
from .commits import read_head
from .counted_parts import count_for, require_rows
from .exporting import export_events
from .ingesting import Ingest, Ingested
from .maintaining import kept_tallies, recorded, tallies_of
from .moments import check_grows, ingest_second, known_second
from .one_clock import Platforms
from .place import WAIT, Place
from .revisions import Revision, revision_of
from .rewriting import Forgotten
from .status import Status, ingest_lines, notices_of, status_of
from .stored_tallies import StoredTallies
from .verifying import Verification, verify_ledger

if TYPE_CHECKING:
    from ..analysis.open_tasks.listing import Todo
    from ..analysis.reasons.explanation import Explanation
    from ..analysis.tracking.tracks import Track

logger = logging.getLogger("shopscore.ledger")


@frozen(eq=False, repr=False)
class Ledger:
    """Events that are kept on disk, with what they add up to, day by day.

    Made by :meth:`create`, found again by :meth:`open`. What is ingested is kept as it came, and a
    score is made of daily sums and numbers: a day costs a day, a correction what it touches, and any
    past day can be asked as it was known then.

    >>> import tempfile
    >>> from shopscore.samples import generate
    >>> from shopscore.testing.toy import PLATFORM
    >>> folder = tempfile.mkdtemp()
    >>> ledger = Ledger.create(f"{folder}/ledger", platform=PLATFORM)
    >>> sample = generate(shops=12, orders=900, end=date(2025, 3, 31))
    >>> ledger.ingest(sample).added["orders"]
    900
    >>> ledger.ingest(sample).seq is None  # nothing is new
    True
    >>> ledger.score("2025-03-31")["S0001"].score
    0.0
    """

    _place: Place

    @classmethod
    def create(
        cls,
        path: str | Path,
        *,
        platform: Platforms,
        tz: str | None = None,
        wait: float = WAIT,
    ) -> Ledger:
        """Make a ledger in a new or empty folder.

        Args:
            path: the folder.
            platform: whose streams are kept, by which clock; several of one clock may share events.
            tz: the zone of the events' clock, where it is not the platform's.
            wait: seconds for which a writer waits for another.

        Raises:
            InputError: where the folder is not empty, or cannot be written.
            UsageError: for platforms of different clocks.
        """
        return cls(Place.create(Path(path), platform, tz, wait))

    @classmethod
    def open(
        cls, path: str | Path, *, platform: Platforms | None = None, wait: float = WAIT
    ) -> Ledger:
        """Return the ledger in a folder.

        Args:
            path: the folder.
            platform: the ledger's platforms themselves, where they are not installed.
            wait: seconds for which a writer waits for another.

        Raises:
            InputError: where there is none.
            StateError: where it is damaged, or of a newer version.
            CoverageError: for a platform that is not installed.
        """
        return cls(Place.open(Path(path), platform, wait))

    @property
    def root(self) -> Path:
        """The folder."""
        return self._place.root

    @property
    def platforms(self) -> tuple[Platform, ...]:
        """Whose streams are kept."""
        return self._place.platforms

    @property
    def zone(self) -> str:
        """The zone of the events' clock."""
        return self._place.zone

    def __repr__(self) -> str:
        names = ", ".join(one.id for one in self.platforms)
        return f"<Ledger {self.root}: {names}>"

    def require(self, platform: str | Platform) -> None:
        """Raise where the ledger is not of a platform: its events may lack what the rules look at.

        Raises:
            UsageError: where it is of others.
            CoverageError: for a platform that is not installed.
        """
        self._place.platform(platform)

    def ingest(
        self,
        source: Paths | Mapping[str, Any],
        *,
        known_at: datetime | date | str | None = None,
        strict: bool = False,
        shop_id: str | None = None,
        industry: str | None = None,
        shop_type: str | None = None,
        layouts: Iterable[Layout | str | Path] = (),
        progress: Progress | None = None,
    ) -> Ingested:
        """Add what is new in files, folders or a mapping of dataframes; what is known changes nothing.

        Rows may come in any order and split: of one key the newest state counts, whenever it comes.
        It is all there when this returns, or nothing is.

        Args:
            source: what :func:`shopscore.read_events` takes.
            known_at: when the source was known, a day or a time; by default now.

        The other arguments are those of :func:`shopscore.read_events`.

        Raises:
            InputError: for input that cannot be used; where another process writes for too long.
            StrictError: for rows set aside, where ``strict``.
            UsageError: where something later is known already.
            StateError: where a file of the ledger is damaged.
        """
        if isinstance(source, Events):
            said = message(
                "a ledger keeps rows as they come: give the folder, file or dataframes that events"
                " are read from"
            )
            raise UsageError(said)
        say = stages(progress, logger)
        defaults = ShopDefaults(shop_id, industry, shop_type)
        events = EventSource(source, self._place.reading, self.zone, defaults, tuple(layouts))
        with self._place.writing() as draft:
            snapshot = self._place.snapshot_of(draft.head)
            known = ingest_second(known_at, self.zone)
            check_grows(draft.head, known, self.zone)
            ingest = Ingest(draft, snapshot, events, known, say)
            read = ingest.read(progress, strict=strict)
            return ingest.add(read, kept_tallies(draft.head, self.platforms))

    def add_counted(
        self,
        state: Tallies | str | Path,
        *,
        known_at: datetime | date | str | None = None,
        progress: Progress | None = None,
    ) -> AddedCounted:
        """Add what was counted elsewhere, such as on Spark: its cells, and no rows.

        What the ledger has rows of, or was added before, is refused: it would count twice. Rows that
        come later, of orders (or shops, where these are the units) that were added so, are refused
        too. What changed comes as the difference of two states, ``new - old``. The same state twice
        changes nothing. Industries of shops come with an ingest of the stream ``shops``.

        Args:
            state: the state, or the path of one that :meth:`Tallies.write_parquet` wrote.
            known_at: when it was known, a day or a time; by default now.

        Raises:
            InputError: for a file that is no state; where another process writes for too long.
            UsageError: where something later is known already.
            StateError: where it cannot be added to what is there.
        """
        return add_state(self._place, state, known_at, stages(progress, logger))

    def score(
        self,
        as_of: date | str | None = None,
        *,
        known_at: datetime | date | str | None = None,
        platform: str | Platform | None = None,
        scorecard: str | None = None,
        ruleset: RuleSetName = None,
        assume: Mapping[str, object] | None = None,
        numbers: NumbersSource = None,
        profile: str | None = None,
        progress: Progress | None = None,
        **more: Any,
    ) -> Result:
        """Score every shop as published on a day, as it is known now or was on another day.

        The first score by some rules counts what they need, which ingests keep up to date from then
        on. A ledger that cannot be written is scored all the same.

        Args:
            as_of: the day of publication; by default today on the platform's clock.
            known_at: a day, to its end, or a time: only what had been ingested by then counts.
            platform: whose rules; needed where the ledger is of several.

        The other arguments, and what is raised, are those of :func:`shopscore.score`.
        """
        rules: dict[str, Any] = {
            "platform": self._place.platform(platform),
            "scorecard": scorecard,
            "ruleset": ruleset,
            "assume": assume,
            "numbers": numbers,
            "profile": profile,
        }
        selection = select_rules(as_of=as_of, **rules)
        tallies = tallies_of(selection.rules)
        say = stages(progress, logger)
        count_for(self._place.asked(known_at), tallies, selection.rules)  # before it is counted
        head = self._place.counted(tallies, recorded(selection.rules, ruleset, assume), say)
        snapshot = self._place.snapshot_of(head, known_at)
        say(message("reading what was counted"))
        state = StoredTallies.read(snapshot, tallies)
        shops = snapshot.events([name for name in snapshot.known_streams if name == "shops"])
        terms = {**rules, **more, "progress": progress}
        result = score(state, as_of=selection.day, shops=shops, **terms)
        said = notices_of(snapshot, asked=known_at is not None)
        return evolve(result, notices=(*result.notices, *said)) if said else result

    def events(
        self, known_at: datetime | date | str | None = None, *, rows_only: bool = False
    ) -> Events:
        """Return all that is kept, or was known on a day, as :func:`shopscore.read_events` does.

        Args:
            known_at: a day, to its end, or a time.
            rows_only: return the rows where other things came as counted, without rows.

        Raises:
            StateError: where a file of the ledger is damaged, or something came without rows.
        """
        snapshot = self._place.asked(known_at)
        if not rows_only:
            require_rows(snapshot)
        return snapshot.events()

    def track(
        self,
        *,
        known_at: datetime | date | str | None = None,
        platform: str | Platform | None = None,
        **more: Any,
    ) -> Track:
        """Return the score of each day of a range, as :func:`shopscore.track` does."""
        from ..analysis.tracking.following import track

        return track(self.events(known_at), platform=self._place.platform(platform), **more)

    def explain(
        self,
        shop: str | None = None,
        *,
        row: str | None = None,
        known_at: datetime | date | str | None = None,
        platform: str | Platform | None = None,
        **more: Any,
    ) -> Explanation:
        """Explain the score of a shop, or trace one of its rows, as :func:`shopscore.explain` does."""
        from ..analysis.reasons.explaining import explain

        events = self.events(known_at)
        return explain(events, shop=shop, row=row, platform=self._place.platform(platform), **more)

    def todo(
        self,
        *,
        known_at: datetime | date | str | None = None,
        platform: str | Platform | None = None,
        **more: Any,
    ) -> Todo:
        """List what is open at a moment, as :func:`shopscore.todo` does."""
        from ..analysis.open_tasks.asking import todo

        return todo(self.events(known_at), platform=self._place.platform(platform), **more)

    def revision(
        self,
        as_of: date | str | None = None,
        *,
        known_at: datetime | date | str,
        platform: str | Platform | None = None,
        **more: Any,
    ) -> Revision:
        """Return the scores of a day as they were known on another, beside those of now.

        Late rows and corrections are listed with the metrics that they moved. The other arguments
        are those of :meth:`score`.
        """
        whose = self._place.platform(platform)
        now = self.score(as_of, platform=whose, **more)
        then = self.score(now.as_of, known_at=known_at, platform=whose, **more)
        return revision_of(self._place.snapshot(), then, now, known_second(known_at, self.zone))

    def status(self) -> Status:
        """Return how much the ledger holds, since when, and what it counts."""
        return status_of(self._place.snapshot())

    def ingests(self) -> pl.DataFrame:
        """Return a line for each ingest: when it was known, from where, and how many rows were new."""
        return ingest_lines(read_head(self.root).ingests, self.zone)

    def verify(self, *, progress: Progress | None = None) -> Verification:
        """Look at every byte of every file again, and count every cell again from the rows."""
        snapshot = self._place.snapshot()
        tallies = kept_tallies(snapshot.head, self.platforms)
        return verify_ledger(snapshot, tallies, stages(progress, logger))

    def compact(self, *, progress: Progress | None = None) -> None:
        """Put rows together in few files, in the order of time, and count all cells anew.

        That takes as long as reading everything once. What was known on any day is still known.

        Raises:
            InputError: where the ledger cannot be written.
        """
        with self._place.rewriting(stages(progress, logger)) as (rewriter, kept):
            rewriter.compact(kept)

    def forget(
        self,
        shop_id: str | Iterable[str] | None = None,
        *,
        before: date | str | None = None,
        progress: Progress | None = None,
    ) -> Forgotten:
        """Take away all that is known of shops, or what happened before a day, from every file.

        Before a day means orders, with all rows that name them, and rows that name none, of which
        nothing happened on that day or later. No file has a trace of them any more: what was known on
        a day is from now on what was known then of the others.

        Raises:
            UsageError: unless either shops or a day are named.
            StateError: for a day, where something came as counted, without rows.
            InputError: where the ledger cannot be written.
        """
        if (shop_id is None) == (before is None):
            raise UsageError(message("what is to be forgotten? Give shop_id= or before="))
        ids = [shop_id] if isinstance(shop_id, str) else [*(shop_id or ())]
        with self._place.rewriting(stages(progress, logger)) as (rewriter, kept):
            if before is not None:
                return rewriter.forget_before(publication_day(before, self.zone), kept)
            return rewriter.forget_shops(ids, kept)

    def export(
        self,
        folder: str | Path,
        *,
        known_at: datetime | date | str | None = None,
        rows_only: bool = False,
    ) -> tuple[str, ...]:
        """Write the newest states of all rows as a folder of events; return the streams.

        Reading the folder gives what :meth:`events` does, whose arguments these are.

        Raises:
            InputError: where files lie in the folder already, or none can be written.
            StateError: where something came as counted, without rows.
        """
        return export_events(self.events(known_at, rows_only=rows_only), Path(folder))
