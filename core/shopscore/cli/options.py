"""Options that recur, declared once: a command gets those that belong together as one object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import evolve, field, fields, frozen

from ..errors import CoverageError, UsageError
from ..messages import message
from .output_checks import (
    STANDARD_OUTPUT,
    check_form,
    form_of_file,
    refuse_named_inputs,
    refuse_read_files,
)
from .run import say

if TYPE_CHECKING:
    from ..plugins.declarations import Platform, Scorecard
    from ..plugins.selection import Selection
    from ..reading.events import Events
    from ..reading.rows.taking import RowTaker
    from ..results.reference_tables import ReferenceTables
    from .progress import Stages

Command = TypeVar("Command", bound=Callable[..., Any])
Decorator = Callable[[Command], Command]
FILE = click.Path(path_type=Path)


class _Input(click.Path):
    """A file or folder that is read; standard input is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if str(value) == "-":
            raise UsageError(
                message("-: nothing is read from standard input; write it to a file, and name that")
            )
        return super().convert(value, param, ctx)


INPUT = _Input(path_type=Path)


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
        from ..reading.files import show_path
        from ..reading.loading import EventSource
        from ..reading.openers import ShopDefaults
        from ..reading.quarantine import write_quarantine

        shop = ShopDefaults(self.shop_id, self.industry, self.shop_type)
        events = EventSource(source, platform, self.tz, shop, self.layouts).read(taker, progress)
        refuse_read_files(source, events.report)
        progress.count(sum(books.rows_in for books in events.report.books.values()))
        if self.quarantine is not None:
            for file in write_quarantine(events.report, self.quarantine):
                say(message("Set aside: {file}", file=show_path(file)))
        return events

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


def _gather(name: str, kind: type, *options: Decorator[Any]) -> Decorator[Any]:
    """Return a decorator that adds options, and passes their values as one object by a name."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def gathered(**values: Any) -> Any:
            own = {f.name: values.pop(f.name) for f in fields(kind) if f.name in values}
            return command(**{name: kind(**own)}, **values)

        for option in reversed(options):
            option(gathered)
        return gathered

    return decorate


_scorecard = click.option(
    "--scorecard",
    "-c",
    metavar="C",
    help="Which of its scores; default that of FILE, or the first.",
)
_shop_id = click.option("--shop-id", metavar="ID", help="The shop of files that do not name one.")
_industry = click.option("--industry", metavar="NAME", help="Of shops without one.")
_shop_type = click.option("--shop-type", metavar="WORD", help="Of shops without one: flagship, …")
_layouts = click.option(
    "--layout",
    "layouts",
    type=INPUT,
    multiple=True,
    metavar="FILE",
    help="TOML that says how export files of your own are read.",
)
_tz = click.option("--tz", metavar="ZONE", help="Zone of the clock, if not the platform's.")

_which_rules = (
    click.option(
        "--platform",
        "-p",
        metavar="P",
        help="Whose rules (see shopscore-plugins list); a TOML file says it too.",
    ),
    _scorecard,
    click.option(
        "--ruleset",
        "-r",
        metavar="V|FILE",
        help="A version or TOML file; default the one in force.",
    ),
)
_numbers_of_rules = (
    click.option(
        "--assume", multiple=True, metavar="KEY=VALUE", help="Another value for an assumption."
    ),
    click.option(
        "--assume-file", type=INPUT, metavar="FILE", help="Values for assumptions, as TOML."
    ),
    click.option(
        "--numbers",
        type=INPUT,
        multiple=True,
        metavar="FILE",
        help="TOML with numbers that are missing in the rules.",
    ),
    click.option(
        "--profile",
        metavar="NAME",
        help="Numbers that were seen somewhere, for what is missing (see shopscore-plugins rules).",
    ),
    click.option(
        "--benchmarks", type=INPUT, metavar="FILE", help="Table of percentiles instead of peers."
    ),
    click.option(
        "--standards", type=INPUT, metavar="FILE", help="Table of what each metric must reach."
    ),
)

#: By which rules to score: a RuleOptions named ``rules``.
rules = _gather(
    "rules",
    RuleOptions,
    *_which_rules,
    click.option(
        "--as-of", metavar="DATE", help="Day of publication (default today); itself never counted."
    ),
    *_numbers_of_rules,
)

#: By which rules to score each of many days: a RuleOptions named ``rules``.
rules_of_days = _gather("rules", RuleOptions, *_which_rules, *_numbers_of_rules)

#: Which rule sets to show: a RuleOptions named ``rules``, with the platform as an argument.
shown_rules = _gather(
    "rules",
    RuleOptions,
    click.argument("platform"),
    click.option("--scorecard", "-c", metavar="C", help="Which of its scores; default all."),
    click.option(
        "--ruleset", "-r", metavar="V|FILE", help="A version or a TOML file; default all."
    ),
)

#: Under which rules values are typed in: a RuleOptions named ``rules``.
valued_rules = _gather(
    "rules",
    RuleOptions,
    click.argument("platform"),
    _scorecard,
    click.option(
        "--ruleset",
        "-r",
        metavar="V|FILE",
        help="A version or TOML file; default the one in force.",
    ),
    click.option("--as-of", metavar="DATE", help="In force on that day; default today."),
)

#: Of which scorecard rule sets are compared: a RuleOptions named ``rules``.
compared_rules = _gather(
    "rules",
    RuleOptions,
    click.argument("platform"),
    _scorecard,
    click.option("--as-of", metavar="DATE", help="With --events: day of publication."),
)

#: How events are read: a ReadOptions named ``reading``.
reading = _gather(
    "reading",
    ReadOptions,
    _shop_id,
    _industry,
    _shop_type,
    _layouts,
    _tz,
    click.option(
        "--strict",
        is_flag=True,
        envvar="SHOPSCORE_STRICT",
        help="A row set aside is an error (exit 1).",
    ),
    click.option(
        "--quarantine",
        type=FILE,
        metavar="DIR",
        help="Write rows that were set aside there, to be corrected and read again.",
    ),
)

#: How one file, or events beside the point, are read: a ReadOptions named ``reading``.
plain_reading = _gather("reading", ReadOptions, _shop_id, _layouts, _tz)


def beside(command: Command) -> Command:
    """Give a command what stands in for events, or beside them: ``values``, ``documents``, ``prefer``."""
    every: tuple[Decorator[Command], ...] = (
        click.option(
            "--values",
            type=INPUT,
            metavar="FILE",
            help="Metric values (CSV) instead of events, or beside them.",
        ),
        click.option(
            "--documents",
            type=INPUT,
            metavar="PATH",
            help="What the console answered, saved (JSON, HAR; a file or folder), beside EVENTS.",
        ),
        click.option(
            "--prefer",
            type=click.Choice(["events", "values"]),
            default="events",
            show_default=True,
            help="Which goes first where there are both.",
        ),
    )
    for option in reversed(every):
        command = option(command)
    return command


platform_optional = click.option(
    "--platform", "-p", metavar="P", help="Whose clock and streams the events follow."
)
require = click.option(
    "--require",
    metavar="WORDS",
    help="complete,fresh,window,peers=N: else exit 1, and nothing is written.",
)
timings = click.option("--timings", is_flag=True, help="Seconds per stage, as JSON on stderr.")


def output(*forms: str, toml: str = "") -> Decorator[Any]:
    """Return ``--format`` with these choices and ``-o``: an OutputOptions named ``output``.

    The first form is the default, unless the name of the file says another. ``toml`` names a flag
    with which the command writes TOML instead. Forms with CSV have ``--bom`` as well.
    """
    bom = click.option(
        "--bom",
        is_flag=True,
        is_eager=True,
        help="Begin CSV with a byte order mark, by which Excel knows that it is UTF-8.",
    )
    gather = _gather(
        "output",
        OutputOptions,
        click.option(
            "--format",
            "-f",
            "form",
            type=click.Choice(forms),
            default=lambda: form_of_file(forms, toml),
            show_default=f"by the name of -o, else {forms[0]}",
            callback=check_form,
        ),
        click.option(
            "-o",
            "--output",
            "path",
            type=FILE,
            metavar="FILE",
            is_eager=True,
            help="Write there, whole or not at all; - is standard output.",
        ),
        *([bom] if "csv" in forms else []),
    )

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def checked(**values: Any) -> Any:
            refuse_named_inputs()
            return command(**values)

        gathered: Callable[..., Any] = gather(checked)
        return gathered

    return decorate


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
