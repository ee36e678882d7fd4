"""``shopscore explain``: why one shop has its score."""

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
@click.option("--row", metavar="ID", help="Trace an order, ticket, session or review by its id.")
@click.option(
    "--by",
    metavar="NAME",
    help="What each group costs: `carrier`, `province`, `reason`, … `hour`, `weekday`.",
)
@click.option(
    "--most",
    type=int,
    help="So many events at most are named; by default 10, and 3 for each condition.",
)
@options.beside
@options.rules
@options.reading
@voice.speaking
@options.output("table", "json", "csv")
@options.timings
def explain(
    events: Path | None,
    shop: str | None,
    row: str | None,
    by: str | None,
    most: int | None,
    values: Path | None,
    documents: Path | None,
    prefer: Prefer,
    rules: RuleOptions,
    reading: ReadOptions,
    output: OutputOptions,
    timings: bool,
) -> None:
    """Explain the score of one shop of EVENTS: what each metric, event and assumption costs.

    The lines of the first table add up to the exact score. What one more event would change, and
    what the score would be without an event, is graded by the same rules while the other shops stay
    as they are. CSV has the first table only.
    """
    named = NamedInput(events, values, documents, prefer, rules, reading)
    named.check()
    from ..analysis.reasons.explaining import MOST, explain_result
    from ..results.csv_text import csv_text
    from .explain_pages import show_explanation
    from .score_pages import say_notices

    with Stages(timings=timings) as stages:
        result = named.score(stages, rows_again=True)
        found = explain_result(result, shop, row=row, by=by, most=most, progress=stages)
        stages(message("writing"))
        if output.form == "json":
            write(found.to_json(), output.path)
        elif output.form == "csv":
            write_cells(csv_text(found.to_polars()), output.path, mark=output.bom)
        else:
            show_explanation(found, MOST if most is None else most, output.path)
    say_notices(result, "table")
