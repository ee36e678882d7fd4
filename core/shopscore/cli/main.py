"""``shopscore``: score events, look at what was read, make samples."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from ..errors import InputError
from ..messages import message, numbered
from . import options, voice
from .help_pages import Group
from .idle_options import refuse_beside
from .option_values import OutputOptions, ReadOptions, RuleOptions
from .output_checks import refuse_existing
from .progress import Stages
from .run import run, say, write, write_cells
from .scored_input import NamedInput, scored_input

SAMPLE_END = "2022-06-30"


#: The commands that have a module of their own.
ELSEWHERE = {
    "explain": ".explain_command:explain",
    "gap": ".gap_command:gap",
    "init": ".init_command:init",
    "ledger": ".ledger_command:ledger",
    "reconcile": ".reconcile_command:reconcile",
    "report": ".report_command:report_command",
    "run": ".run_command:run_command",
    "simulate": ".simulate_command:simulate_command",
    "todo": ".todo_command:todo",
    "track": ".track_command:track",
}


@click.group(
    "shopscore",
    cls=Group,
    elsewhere=ELSEWHERE,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="shopscore")
def cli() -> None:
    """Shop experience scores (店铺体验分), with every number behind them.

    Try `shopscore demo` first. `shopscore-plugins list` shows which platforms are installed.
    """


@cli.command()
@click.option("--shop", "shops", multiple=True, metavar="ID", help="Show only these shops.")
@click.option(
    "--explain-plan",
    is_flag=True,
    help="Read nothing: say what would be counted when, and which columns kept.",
)
@scored_input
@options.require
@voice.speaking
@options.output("table", "json", "csv", "parquet", "xlsx")
@options.timings
def score(
    named: NamedInput,
    shops: tuple[str, ...],
    explain_plan: bool,
    require: str | None,
    output: OutputOptions,
    timings: bool,
) -> None:
    """Score every shop of EVENTS: orders.csv, reviews.csv, … (or .parquet), or the platform's exports.

    EVENTS may be documents too: what the platform's console or official API answered, saved as JSON
    or HAR.

    Export files of the back office are recognised by their headers; files of several shops lie in
    a folder for each. Shops are ranked among all shops of their industry in EVENTS, also those not
    shown. The table of a single shop has every number behind its score, as with --shop.
    """
    if explain_plan:
        from .plan_pages import explain_plan as show_plan

        named.refuse_idle()
        show_plan(named.rules.select(), output)
        return
    from ..results.requirements import Requirements
    from .score_pages import say_notices, write_result

    required = Requirements.parse(require)
    with Stages(timings=timings) as stages:
        # a document has the digest of all that was read
        result = named.score(stages, rows_again=output.form == "json")
        required.check(result, shops)
        stages(message("writing"))
        write_result(result, shops, output)
    say_notices(result, output.form)


@cli.command()
@options.valued_rules
@voice.speaking
@options.output("csv")
def values(rules: RuleOptions, output: OutputOptions) -> None:
    """Write a table to fill in with what the console of PLATFORM shows, for `score --values`.

    A row for every metric, with its label, its unit and an example. A row that is left empty is
    missing input; write - where the console shows none. A file begins with a byte
    order mark; one that is there already is not written over.
    """
    from ..analysis.values_template import values_template

    refuse_existing(output.path)
    text = values_template(rules.select_for_template().rules, voice.lang())
    write_cells(text, output.path, mark=output.bom or output.path is not None)


@cli.command()
@click.argument("events", type=options.INPUT)
@options.platform_optional
@options.reading
@voice.speaking
@options.output("table", "json")
def validate(
    events: Path,
    platform: str | None,
    reading: ReadOptions,
    output: OutputOptions,
) -> None:
    """Read EVENTS and show the books: what was accepted, replaced, set aside, repaired, and why."""
    from ..results.json_text import validate_document
    from .score_pages import show_books

    with Stages() as stages:
        report = reading.read(events, platform, stages).report
    if output.form == "json":
        write(validate_document(report), output.path)
    else:
        show_books(report, output.path)
    if reading.strict and len(report.set_aside):
        n = len(report.set_aside)
        say(numbered("{n} row was set aside", "{n} rows were set aside", n), level=logging.ERROR)
        raise click.exceptions.Exit(1)


@cli.command()
@click.argument("file", type=options.INPUT)
@click.option("--platform", "-p", metavar="P", help="Whose layouts and metrics; default all.")
@options.plain_reading
@click.option("--draft", is_flag=True, help="Write a layout to fill in, for --layout.")
@voice.speaking
@options.output("table", "json", toml="draft")
def inspect(
    file: Path,
    platform: str | None,
    reading: ReadOptions,
    draft: bool,
    output: OutputOptions,
) -> None:
    """Show what FILE was taken for and why, which columns are used, and which metrics it can feed."""
    from ..analysis.inspection import draft_layout, inspect_file
    from ..plugins.catalog import platforms
    from .inspect_pages import inspect_document, show_inspection

    with Stages() as stages:
        stages(message("inspecting"))
        inspection = inspect_file(
            file,
            platform=platform,
            layouts=reading.layouts,
            shop_id=reading.shop_id,
            tz=reading.tz,
        )
    if draft:
        every = [layout for one in platforms() for layout in one.layouts]
        write(draft_layout(inspection, every), output.path)
    elif output.form == "json":
        write(inspect_document(inspection), output.path)
    else:
        show_inspection(inspection, output.path)
    if inspection.is_refused and not draft:
        raise click.exceptions.Exit(InputError.exit_code)


@cli.command()
@click.argument("out", type=options.FILE)
@click.option("--shops", default=40, show_default=True, help="Number of shops.")
@click.option("--orders", default=6000, show_default=True, help="Orders in all.")
@click.option("--seed", default=0, show_default=True, help="Another seed, other events.")
@click.option(
    "--end",
    metavar="DATE",
    help="The last day; by default 2022-06-30, with --platform a day of its newest rules.",
)
@click.option(
    "--platform", "-p", metavar="P", help="Also what the rules of this platform read besides."
)
@click.option(
    "--agency",
    is_flag=True,
    help="Shops on every platform: events, exports and documents, up to yesterday.",
)
@voice.speaking
def sample(
    out: Path,
    shops: int,
    orders: int,
    seed: int,
    end: str | None,
    platform: str | None,
    agency: bool,
) -> None:
    """Write believable events of made-up shops to OUT: 120 days, one CSV file per stream."""
    from .demo import last_day, make_agency, make_sample

    if agency:
        refuse_beside("--agency", "shops", "orders", "platform")
        make_agency(out, seed, end)
        return
    end = end or last_day(platform, SAMPLE_END)
    make_sample(out, shops, orders, seed, end, platform)
    say(
        numbered(
            "{orders} orders of {n} shop, 120 days to {end}: {folder}",
            "{orders} orders of {n} shops, 120 days to {end}: {folder}",
            shops,
            orders=orders,
            end=end,
            folder=out,
        )
    )


@cli.command()
@voice.speaking
def demo() -> None:
    """Make sample events, score them, and show a best and a worst shop; leaves nothing behind."""
    from .demo import show_demo

    show_demo(SAMPLE_END)


def main() -> None:
    """Run ``shopscore``."""
    run(cli)
