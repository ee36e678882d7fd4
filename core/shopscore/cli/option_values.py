"""What recurring options ask for: by which rules, how events are read, and where data is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import CoverageError, UsageError
from ..messages import message
from ..value_classes import evolve, field, frozen
from .output_checks import STANDARD_OUTPUT, refuse_read_files
from .run import say

if TYPE_CHECKING:
    from ..plugins.declarations import Platform, Scorecard
    from ..plugins.selection import Selection
    from ..reading.events import Events
    from ..reading.report import LoadReport
    from ..reading.rows.taking import RowTaker
    from ..results.reference_tables import ReferenceTables
    from .progress import Stages


@frozen
class RuleOptions:
    """By which rules a command works: those that it does not offer are None or empty."""

    platform: str | None
    scorecard: str | None = None
    ruleset: str | None = None
    as_of: str | None = None
    assume: tuple[str, ...] = ()
    assume_file: Path | None = None
    numbers: tuple[Path, ...] = ()
    profile: str | None = None
    benchmarks: Path | None = None
    standards: Path | None = None

    def find_scorecard(self) -> tuple[Platform, Scorecard]:
        """Return the platform and the scorecard whose rules these are."""
        from ..plugins.selection import find_scorecard, names_of

        if self.platform is None and names_of(self.ruleset).platform is None:
            raise click.MissingParameter(param_hint="'--platform' / '-p'", param_type="option")
        return find_scorecard(self.platform, self.scorecard, self.ruleset)

    def select(self) -> Selection:
        """Select and bind the rules, before anything is read."""
        from ..plugins.selection import select_rules

        self.find_scorecard()
        return select_rules(
            self.platform,
            self.scorecard,
            self.ruleset,
            self.as_of,
            assumptions(self.assume, self.assume_file),
            self.numbers,
            self.profile,
        )

    def select_days(self, days: Sequence[date]) -> list[Selection]:
        """Select and bind the rules of each of many days."""
        from ..plugins.selection import select_rules_of_days

        self.find_scorecard()
        return select_rules_of_days(
            self.platform,
            days,
            self.scorecard,
            self.ruleset,
            assumptions(self.assume, self.assume_file),
            self.numbers,
            self.profile,
        )

    def zone(self) -> str:
        """Return the zone of the platform's clock."""
        return self.find_scorecard()[0].zone

    def select_for_template(self) -> Selection:
        """Select the rules for something to fill in: where none are in force today, the newest.

        Nothing is scored by them, so that an old template does no harm; which it is, is said.
        """
        from ..plugins.catalog import platform

        try:
            return self.select()
        except CoverageError:
            if self.ruleset is not None or self.as_of is not None:
                raise
            newest = platform(str(self.platform)).scorecard(self.scorecard).newest()
        said = message(
            "Note: no rule set is in force today; this is for the newest, {ruleset} ({span})."
            " Name another with --ruleset",
            ruleset=newest.name,
            span=newest.span,
        )
        say(said)
        return self.with_ruleset(newest.version).select()

    def with_ruleset(self, version: str) -> RuleOptions:
        """Return these options for another rule set."""
        return evolve(self, ruleset=version)

    def with_scorecard_of(self, *rulesets: str) -> RuleOptions:
        """Return these options for the scorecard that a file among some rule sets is for."""
        from ..plugins.selection import find_scorecard, is_file

        for file in filter(is_file, rulesets):
            card = find_scorecard(self.platform, self.scorecard, file)[1]
            return evolve(self, scorecard=card.id)
        return self

    def read_tables(self) -> ReferenceTables:
        """Read the tables of percentiles and standards."""
        from ..results.reference_tables import ReferenceTables

        return ReferenceTables(self.benchmarks, self.standards)


@frozen
class ReadOptions:
    """How files of events are read: those that a command does not offer are None or empty."""

    shop_id: str | None = None
    industry: str | None = None
    shop_type: str | None = None
    layouts: tuple[Path, ...] = ()
    tz: str | None = None
    strict: bool = False
    quarantine: Path | None = None

    def read(
        self,
        source: Path,
        platform: str | Platform | None,
        progress: Stages,
        taker: RowTaker | None = None,
    ) -> Events:
        """Read events, and write what was set aside into the quarantine; strictness comes later.

        Where somebody takes the rows as they are read, they need not be kept.
        """
        from ..reading.loading import EventSource
        from ..reading.openers import ShopDefaults

        shop = ShopDefaults(self.shop_id, self.industry, self.shop_type)
        events = EventSource(source, platform, self.tz, shop, self.layouts).read(taker, progress)
        refuse_read_files(source, events.report)
        progress.count(sum(books.rows_in for books in events.report.books.values()))
        self.write_quarantine(events.report)
        return events

    def write_quarantine(self, report: LoadReport) -> None:
        """Write what was set aside into the quarantine, where one is named."""
        if self.quarantine is None:
            return
        from ..reading.files import show_path
        from ..reading.quarantine import write_quarantine

        for file in write_quarantine(report, self.quarantine):
            say(message("Set aside: {file}", file=show_path(file)))

    def check(self, events: Events) -> Events:
        """Return the events; raise StrictError for rows set aside, where strictness is asked for."""
        from ..reading.loading import check_strictness

        return check_strictness(events) if self.strict else events


def _unless_standard(path: Path | None) -> Path | None:
    return None if path == STANDARD_OUTPUT else path


@frozen
class OutputOptions:
    """In which form data is written, and where: to a file, or to standard output (None)."""

    form: str
    path: Path | None = field(converter=_unless_standard)
    bom: bool = False


def assumptions(pairs: tuple[str, ...], file: Path | None) -> dict[str, object]:
    """Return the values of ``--assume-file`` and, stronger, of ``--assume``."""
    from ..rules.assumption_file import read_assumptions

    values = read_assumptions(file) if file else {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise UsageError(message("--assume {pair!r}: write KEY=VALUE", pair=pair))
        values[key.strip()] = value.strip()
    return values
