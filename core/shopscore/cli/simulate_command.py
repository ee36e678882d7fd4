"""``shopscore simulate``: what levers, or other values, would make of the score of one shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from ..messages import message
from . import options, voice
from .help_pages import Command
from .idle_options import OF_EVENTS, refuse_idle
from .option_values import OutputOptions, ReadOptions, RuleOptions
from .progress import Stages

if TYPE_CHECKING:
    from ..grading.value_merging import Prefer
    from ..results.result import Result


@click.command("simulate", cls=Command)
@click.argument("events", type=options.INPUT, required=False)
@click.option("--shop", metavar="ID", help="Which shop; only needed where there are several.")
@click.option(
    "--lever",
    "levers",
    multiple=True,
    metavar="ID[:KEY=VALUE,…]",
    help="A lever of the platform, and its settings: `chase_pickup:hours=20,share=0.8`.",
)
@click.option(
    "--levers",
    "levers_file",
    type=options.INPUT,
    metavar="FILE",
    help="TOML with a table `[[levers]]` for each.",
)
@click.option(
    "--set",
    "supposed",
    multiple=True,
    metavar="METRIC=VALUE",
    help="Suppose that a metric has another value: 0.98, 98%, 2h.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Draws the rows of a share.")
@click.option(
    "--draws",
    type=int,
    default=1,
    show_default=True,
    help="Draw the rows of shares so often, and show between what the figures are.",
)
@click.option(
    "--touched",
    type=options.FILE,
    metavar="FILE",
    help="Write the cells of the rows that levers touched there, as CSV.",
)
@options.beside
@options.rules
@options.reading
@voice.speaking
@options.output("table", "json", "csv")
def simulate_command(
    events: Path | None,
    shop: str | None,
    levers: tuple[str, ...],
    levers_file: Path | None,
    supposed: tuple[str, ...],
    seed: int,
    draws: int,
    touched: Path | None,
    values: Path | None,
    documents: Path | None,
    prefer: Prefer,
    rules: RuleOptions,
    reading: ReadOptions,
    output: OutputOptions,
) -> None:
    """Show what levers, or other values, would make of the score of one shop of EVENTS.

    A lever is something a merchant can do, as `shopscore-plugins show P` lists them: the events of the
    shop are changed by it, and scored again. All other shops stay as they are. It can make things
    worse, and then that is shown.
    """
    from ..analysis.simulation.lever_uses import read_levers
    from ..analysis.simulation.running import Asked, simulate_result
    from .simulate_pages import write_simulation

    if events is None and values is None and documents is None:
        raise UsageError(message("give EVENTS, --documents PATH or --values FILE, or several"))
    if events is None:
        refuse_idle(*OF_EVENTS)
    asked = Asked(
        shop,
        [*(read_levers(levers_file) if levers_file else ()), *levers],
        dict(_pairs(supposed)),
        seed,
        draws,
    )
    with Stages(timings=False) as stages:
        result = _score(events, values, documents, prefer, rules, reading, stages)
        found = simulate_result(result, asked, stages)
        stages(message("writing"))
        write_simulation(found, output, touched)


def _score(
    events: Path | None,
    values: Path | None,
    documents: Path | None,
    prefer: Prefer,
    rules: RuleOptions,
    reading: ReadOptions,
    stages: Stages,
) -> Result:
    """Return the result that is simulated; its events are kept, since they are changed."""
    from ..grading.supplements import supplement
    from ..reading.documents.loading import find_documents
    from ..scoring import score_events, score_supplement

    selection = rules.select()
    platform = selection.rules.platform
    found, with_events = find_documents(events, documents, platform, reading.tz, reading.shop_id)
    selection, beside = supplement(selection, found, values, prefer, reading.industry)
    tables = rules.read_tables().bound(selection.rules)
    if events is None or (beside is not None and not with_events):
        assert beside is not None  # values or documents were named
        return score_supplement(beside, selection, tables)
    read = reading.check(reading.read(events, platform, stages))
    return score_events(read, selection, tables, stages, beside)


def _pairs(supposed: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    seen = set[str]()
    for pair in supposed:
        metric, equals, value = pair.partition("=")
        if not equals or not metric.strip() or metric.strip() in seen:
            raise UsageError(
                message("--set {pair!r}: write METRIC=VALUE, each metric once", pair=pair)
            )
        seen.add(metric.strip())
        yield metric.strip(), value.strip()
