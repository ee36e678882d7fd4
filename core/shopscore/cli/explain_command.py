"""``shopscore explain``: why one shop has its score."""

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
@scored_input
@voice.speaking
@options.output("table", "json", "csv")
@options.timings
def explain(
    named: NamedInput,
    shop: str | None,
    row: str | None,
    by: str | None,
    most: int | None,
    output: OutputOptions,
    timings: bool,
) -> None:
    """Explain the score of one shop of EVENTS: what each metric, event and assumption costs.

    The lines of the first table add up to the exact score. What one more event would change, and
    what the score would be without an event, is graded by the same rules while the other shops stay
    as they are. CSV has the first table only.
    """
    from ..analysis.reasons.explaining import MOST, explain_result
    from .answers import write_answer
    from .explain_pages import show_explanation
    from .score_pages import say_besides, say_each

    with Stages(timings=timings) as stages:
        result = named.score(stages, rows_again=True)
        found = explain_result(result, shop, row=row, by=by, most=most, progress=stages)
        stages(message("writing"))
        named_at_most = MOST if most is None else most
        write_answer(found, output, partial(show_explanation, found, named_at_most))
    if output.form != "table":
        say_each(found.notices)
    say_besides(result)
