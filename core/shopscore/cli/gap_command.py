"""``shopscore gap``: what one shop needs to reach a target."""

from __future__ import annotations

from functools import partial

import click

from ..messages import message
from . import options, voice
from .help_pages import Command
from .option_values import OutputOptions
from .progress import Stages
from .scored_input import NamedInput, scored_input


@click.command(cls=Command)
@click.option("--shop", metavar="ID", help="Which shop; needed where there are several.")
@click.option(
    "--target",
    "-t",
    "targets",
    multiple=True,
    metavar="WHAT",
    help="`4.5` (a total), `METRIC=95%`, `METRIC='4 points'`, `METRIC='0.8 percentile'`,"
    " `METRIC=band`, `tier=ID`, `level=ID`; default what comes next.",
)
@click.option(
    "--cost",
    "costs",
    multiple=True,
    metavar="METRIC=N",
    help="What one good event costs: then the cheapest mix for a total.",
)
@click.option(
    "--each",
    multiple=True,
    metavar="METRIC=N",
    help="The value of one good event, where values are averaged (hours, ratings).",
)
@scored_input
@voice.speaking
@options.output("table", "json", "csv")
@options.timings
def gap(
    named: NamedInput,
    shop: str | None,
    targets: tuple[str, ...],
    costs: tuple[str, ...],
    each: tuple[str, ...],
    output: OutputOptions,
    timings: bool,
) -> None:
    """Find what one shop of EVENTS needs to reach a target, and what leaves its windows.

    Each metric by itself, while the others and the other shops stay as they are: the value that is
    needed, how many more good events reach it (one less does not), how much less every duration.
    Below that, each day to come on which the score changes if no new event comes.
    """
    from ..analysis.gaps.finding import gaps_of_result
    from ..analysis.gaps.targets import parse_numbers, parse_targets
    from .answers import write_answer
    from .gap_pages import show_gaps
    from .score_pages import say_besides, say_each

    with Stages(timings=timings) as stages:
        result = named.score(stages, rows_again=True)
        found = gaps_of_result(
            result,
            shop,
            parse_targets(targets, result.rules),
            parse_numbers(costs, result.rules, "--cost"),
            parse_numbers(each, result.rules, "--each"),
            progress=stages,
        )
        stages(message("writing"))
        write_answer(found, output, partial(show_gaps, found))
    if output.form != "table":
        say_each(found.notices)
    say_besides(result)
