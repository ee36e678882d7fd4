"""Options that recur, declared once: a command gets those that belong together as one object."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from attrs import fields

from ..errors import UsageError
from ..messages import message
from .option_values import OutputOptions, ReadOptions, RuleOptions
from .output_checks import check_form, form_of_file, refuse_named_inputs

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


def _rules(day: str) -> Decorator[Any]:
    """Return the options of rules for one day, which ``day`` tells about."""
    as_of = click.option("--as-of", metavar="DATE", help=day)
    return _gather("rules", RuleOptions, *_which_rules, as_of, *_numbers_of_rules)


#: By which rules to score: a RuleOptions named ``rules``.
rules = _rules("Day of publication (default today); itself never counted.")

#: The same, where what a console showed says the day.
rules_of_documents = _rules("Day of publication; default the newest that DOCS are of.")

#: The same, where a moment says the day.
rules_at_moment = _rules("Day of publication of the score at risk; default that of --now.")

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

_set_aside = (
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

#: How events are read: a ReadOptions named ``reading``.
reading = _gather(
    "reading", ReadOptions, _shop_id, _industry, _shop_type, _layouts, _tz, *_set_aside
)

#: How events are read where their clock is known: a ReadOptions named ``reading``.
reading_without_tz = _gather(
    "reading", ReadOptions, _shop_id, _industry, _shop_type, _layouts, *_set_aside
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
