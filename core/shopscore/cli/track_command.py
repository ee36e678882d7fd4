"""``shopscore track``: the score of each day of a range."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from . import options, voice
from .help_pages import Command
from .option_values import OutputOptions, ReadOptions, RuleOptions
from .progress import Stages


@click.command(cls=Command)
@click.argument("events", type=options.INPUT)
@click.option("--from", "start", metavar="DATE", help="The first day; default 30 days in all.")
@click.option("--to", "end", metavar="DATE", help="The last day; default today.")
@click.option(
    "--documents",
    type=options.INPUT,
    metavar="PATH",
    help="What the console answered on some of the days, saved; it stands beside each day.",
)
@options.rules_of_days
@click.option("--shop", "shops", multiple=True, metavar="ID", help="Keep only these shops.")
@options.reading
@voice.speaking
@options.output("table", "json", "csv")
def track(
    events: Path,
    start: str | None,
    end: str | None,
    documents: Path | None,
    rules: RuleOptions,
    shops: tuple[str, ...],
    reading: ReadOptions,
    output: OutputOptions,
) -> None:
    """Score every shop of EVENTS on each day of a range, by the rules in force on that day.

    Events are read and counted once. EVENTS may be documents of many days instead: then each day is
    scored from what the console showed. On the day of a change of rules both scores are told.
    """
    from ..analysis.tracking.following import Follower, days_to_follow
    from ..reading.documents.loading import find_documents
    from .answers import write_answer
    from .score_pages import say_each
    from .track_pages import show_track

    with Stages() as stages:
        declared, _ = rules.find_scorecard()
        beside, with_events = find_documents(
            events, documents, declared, reading.tz, reading.shop_id
        )
        days = days_to_follow(beside, declared, start, end, with_events=with_events)
        selections = rules.select_days(days)
        follower = Follower(selections, rules.read_tables(), beside, shops, progress=stages)
        read = reading.check(reading.read(events, declared, stages)) if with_events else None
        found = follower.follow(read)
    write_answer(found, output, partial(show_track, found))
    if output.form != "table":
        say_each(found.notices)
