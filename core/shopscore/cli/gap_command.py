"""``shopscore gap``: what one shop needs to reach a target."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..messages import message
from . import options, voice
from .help_pages import Command
from .option_values import OutputOptions, ReadOptions, RuleOptions
from .progress import Stages
from .run import write, write_cells
from .scored_input import NamedInput

if TYPE_CHECKING:
    from ..grading.value_merging import Prefer


@click.command(cls=Command)
@click.argument("events", type=options.INPUT, required=False)
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
@options.beside
@options.rules
@options.reading
@voice.speaking
@options.output("table", "json", "csv")
@options.timings
def gap(
    events: Path | None,
    shop: str | None,
    targets: tuple[str, ...],
    costs: tuple[str, ...],
    each: tuple[str, ...],
    values: Path | None,
    documents: Path | None,
    prefer: Prefer,
    rules: RuleOptions,
    reading: ReadOptions,
    output: OutputOptions,
    timings: bool,
) -> None:
    """Find what one shop of EVENTS needs to reach a target, and what leaves its windows.

    Each metric by itself, while the others and the other shops stay as they are: the value that is
    needed, how many more good events reach it (one less does not), how much less every duration.
    Below that, each day to come on which the score changes if no new event comes.
    """
    named = NamedInput(events, values, documents, prefer, rules, reading)
    named.check()
    from ..analysis.gaps.finding import gaps_of_result
    from ..analysis.gaps.targets import parse_numbers, parse_targets
    from ..results.csv_text import csv_text
    from .gap_pages import show_gaps
    from .score_pages import say_notices

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
        if output.form == "json":
            write(found.to_json(), output.path)
        elif output.form == "csv":
            write_cells(csv_text(found.to_polars()), output.path, mark=output.bom)
        else:
            show_gaps(found, output.path)
    say_notices(result, "table")
