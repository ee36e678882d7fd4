"""``shopscore todo``: what is open at a moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from attrs import evolve

from ..errors import UsageError
from ..messages import message
from . import options, voice
from .help_pages import Command
from .option_values import OutputOptions, ReadOptions, RuleOptions
from .progress import Stages


def _refuse(_: click.Context, option: click.Parameter, given: str | None) -> None:
    """Say that what other commands take is of no use here."""
    if given is not None:
        said = message(
            "events alone tell what is open: nothing heeds {options}", options=option.opts[0]
        )
        raise UsageError(said)


def _not_taken(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(name, hidden=True, expose_value=False, callback=_refuse)


@click.command(cls=Command)
@click.argument("events", type=options.INPUT)
@click.option(
    "--now",
    metavar="TIME",
    help="The moment, on the platform's clock (2024-06-30 15:00); default now.",
)
@click.option("--shop", "shops", multiple=True, metavar="ID", help="List only these shops.")
@click.option(
    "--set",
    "chosen",
    multiple=True,
    metavar="TASK:SETTING=VALUE",
    help="Another value for a setting of a task.",
)
@_not_taken("--values")
@_not_taken("--documents")
@options.rules_at_moment
@options.reading
@voice.speaking
@options.output("table", "json", "csv", "ics")
@options.timings
def todo(
    events: Path,
    now: str | None,
    shops: tuple[str, ...],
    chosen: tuple[str, ...],
    rules: RuleOptions,
    reading: ReadOptions,
    output: OutputOptions,
    timings: bool,
) -> None:
    """List what is open in EVENTS at a moment: until when, and the points at risk.

    Tickets that wait for the merchant, returns that wait for the refund, sessions without an
    answer, parcels that were not picked up, bad reviews that could be appealed: what is open, and
    until when, the platform's tasks declare. A time after the moment has not happened yet. The
    points at risk are what the shop's score loses if one counts as bad, peers as they are.
    """
    from ..analysis.open_tasks.asking import todo_of_events
    from ..analysis.open_tasks.moment import parse_moment
    from ..reading.rows.clocks import find_zone
    from .todo_pages import write_todo

    settings = _settings(chosen)
    moment = parse_moment(now, find_zone(reading.tz or rules.zone()))
    if rules.as_of is None:
        rules = evolve(rules, as_of=moment.date().isoformat())
    with Stages(timings=timings) as stages:
        selection = rules.select()
        tables = rules.read_tables().bound(selection.rules)
        found = todo_of_events(
            reading.check(reading.read(events, selection.rules.platform, stages)),
            selection,
            tables,
            moment,
            shops,
            settings,
            stages,
        )
        stages(message("writing"))
        write_todo(found, output)


def _settings(chosen: tuple[str, ...]) -> dict[str, dict[str, object]]:
    """Return the settings that were chosen, by the id of the task."""
    settings: dict[str, dict[str, object]] = {}
    for one in chosen:
        key, equals, value = one.partition("=")
        task, colon, setting = key.partition(":")
        if not equals or not colon or not task.strip() or not setting.strip():
            raise UsageError(message("--set {one!r}: write TASK:SETTING=VALUE", one=one))
        settings.setdefault(task.strip(), {})[setting.strip()] = value.strip()
    return settings
