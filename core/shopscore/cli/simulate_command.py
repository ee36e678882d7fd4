"""``shopscore simulate``: what levers, or other values, would make of the score of one shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from ..errors import UsageError
from ..messages import message
from . import options, voice
from .help_pages import Command
from .option_values import OutputOptions
from .progress import Stages
from .scored_input import NamedInput, scored_input


@click.command("simulate", cls=Command)
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
@scored_input
@voice.speaking
@options.output("table", "json", "csv")
def simulate_command(
    named: NamedInput,
    shop: str | None,
    levers: tuple[str, ...],
    levers_file: Path | None,
    supposed: tuple[str, ...],
    seed: int,
    draws: int,
    touched: Path | None,
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

    asked = Asked(
        shop,
        [*(read_levers(levers_file) if levers_file else ()), *levers],
        dict(_pairs(supposed)),
        seed,
        draws,
    )
    with Stages(timings=False) as stages:
        result = named.score(stages, rows_again=True)
        found = simulate_result(result, asked, stages)
        stages(message("writing"))
        write_simulation(found, output, touched)


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
