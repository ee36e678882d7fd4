"""``shopscore``: score events, look at what was read, make samples."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError, UsageError
from . import options
from .progress import Stages
from .run import run, say, write, writing

if TYPE_CHECKING:
    from ..reading.report import LoadReport
    from ..results.result import Result

SAMPLE_END = "2022-06-30"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shopscore")
def cli() -> None:
    """Shop experience scores (店铺体验分), with every number behind them.

    Try `shopscore demo` first. `shopscore-plugins list` shows which platforms are there.
    """


@cli.command()
@click.argument("events", type=options.FILE, required=False)
@click.option(
    "--values", type=options.FILE, metavar="FILE", help="Metric values (CSV) instead of events."
)
@options.platform_required
@options.rules
@click.option("--shop", "shops", multiple=True, metavar="ID", help="Show only these shops.")
@options.gaps
@options.zone
@options.strict
@options.quarantine
@options.language
@options.formats("table", "json", "csv", "parquet")
@options.output
@options.timings
def score(
    events: Path | None,
    values: Path | None,
    platform: str,
    scorecard: str | None,
    ruleset: str | None,
    as_of: str | None,
    assume: tuple[str, ...],
    assume_file: Path | None,
    numbers: tuple[Path, ...],
    benchmarks: Path | None,
    standards: Path | None,
    shops: tuple[str, ...],
    shop_id: str | None,
    industry: str | None,
    shop_type: str | None,
    layouts: tuple[Path, ...],
    tz: str | None,
    strict: bool,
    quarantine: Path | None,
    lang: str,
    form: str,
    output: Path | None,
    timings: bool,
) -> None:
    """Score every shop of EVENTS: orders.csv, reviews.csv, … (or .parquet), or the platform's exports.

    Export files of the back office are recognised by their headers; files of several shops lie in
    a folder for each. Shops are ranked among all shops of their industry in EVENTS, also those not
    shown.
    """
    if (events is None) == (values is None):
        raise UsageError("give either EVENTS or --values FILE")
    if form == "parquet" and output is None:
        raise UsageError("--format parquet needs -o FILE")
    from .. import read_events, score_values
    from .. import score as score_events
    from ..plugins.selection import select_rules

    rules: dict[str, Any] = {
        "platform": platform,
        "scorecard": scorecard,
        "ruleset": ruleset,
        "as_of": as_of,
        "assume": options.assumptions(assume, assume_file),
        "numbers": numbers,
        "benchmarks": benchmarks,
        "standards": standards,
    }
    with Stages(timings=timings) as stages:
        if values is not None:
            result = score_values(values, industry=industry, **rules)
        else:
            select_rules(
                *(
                    rules[k]
                    for k in ("platform", "scorecard", "ruleset", "as_of", "assume", "numbers")
                )
            )
            read = read_events(
                events or "",
                platform=platform,
                tz=tz,
                shop_id=shop_id,
                industry=industry,
                shop_type=shop_type,
                layouts=layouts,
                progress=stages,
            )
            _set_apart(read.report, quarantine)
            result = score_events(read, strict=strict, progress=stages, **rules)
        stages("writing")
        _write_result(result, shops, form, lang, output)
    _say_notices(result)


def _set_apart(report: LoadReport, folder: Path | None) -> None:
    """Write the rows that were set aside, where that was asked for."""
    if folder is not None:
        from ..reading.quarantine import write_quarantine

        for file in write_quarantine(report, folder):
            say(f"Set aside: {file}")


def _write_result(
    result: Result, shops: tuple[str, ...], form: str, lang: str, output: Path | None
) -> None:
    rows = result.only(shops) if shops else None
    if form == "json":
        write(result.to_json(shops), output)
    elif form == "table":
        _show_result(result, shops, lang, output)
    else:
        frame = result.to_polars() if rows is None else result.to_polars()[rows]
        if form == "csv":
            from ..results.csv_text import csv_text

            write(csv_text(frame).rstrip("\n"), output)
        elif output is not None:
            with writing(output):
                frame.write_parquet(output)


def _show_result(result: Result, shops: tuple[str, ...], lang: str, output: Path | None) -> None:
    from . import tables

    if shops:
        views = [result[id] for id in dict.fromkeys(shops)]
        tables.show(*(tables.shop_table(result, view, lang) for view in views), output=output)
        return
    listed = [view for view, _ in zip(result, range(tables.MANY), strict=False)]
    tables.show(tables.shops_table(result, listed, lang), output=output)
    if len(result) > len(listed):
        say(f"{len(result) - len(listed)} more shops: name some with --shop, or take --format csv")


def _say_notices(result: Result) -> None:
    """What a person should know of a result, on standard error."""
    ruleset = result.rules.ruleset
    say(*(f"Note: {notice}" for notice in result.notices))
    if result.report is not None:
        _say_notices_of_reading(result.report)
    changed = [a for a in result.rules.assumptions if a.overridden]
    say(
        f"Rule set {ruleset.name} ({ruleset.status}) rests on {len(result.rules.assumptions)}"
        f" assumptions; shopscore-plugins rules {ruleset.platform} -c {ruleset.scorecard}"
        f" -r {result.rules.reference} lists them."
    )
    say(*(f"Assumed: {ruleset.full_id(a.id)} = {a.value}" for a in changed))
    if ruleset.dimensions and not result.published.total.any():
        say(*_without_data(result), "No shop has a score; --format json gives the reason for each.")


def _without_data(result: Result) -> Iterator[str]:
    """Metrics that no shop can have, since columns are missing."""
    for id, graded in result.graded.items():
        if graded.measured.missing_columns:
            yield f"No data: {id} needs {', '.join(graded.measured.missing_columns)}"


def _say_notices_of_reading(report: LoadReport, why: str = "; shopscore validate says why") -> None:
    say(*(f"Note: {note}" for note in report.notes))
    for name, columns in sorted(report.ignored.items()):
        say(f"Note: {name}: columns that are not used: {', '.join(columns)}")
    if len(report.set_aside):
        say(f"Note: {len(report.set_aside)} rows were set aside{why}")


@cli.command()
@click.argument("events", type=options.FILE)
@options.platform_optional
@options.gaps
@options.zone
@options.strict
@options.quarantine
@options.formats("table", "json")
@options.output
def validate(
    events: Path,
    platform: str | None,
    shop_id: str | None,
    industry: str | None,
    shop_type: str | None,
    layouts: tuple[Path, ...],
    tz: str | None,
    strict: bool,
    quarantine: Path | None,
    form: str,
    output: Path | None,
) -> None:
    """Read EVENTS and show the books: what was accepted, replaced, set aside, repaired, and why."""
    from .. import read_events
    from ..results.json_text import validate_document

    with Stages() as stages:
        report = read_events(
            events,
            platform=platform,
            tz=tz,
            shop_id=shop_id,
            industry=industry,
            shop_type=shop_type,
            layouts=layouts,
            progress=stages,
        ).report
    _set_apart(report, quarantine)
    if form == "json":
        write(validate_document(report), output)
    else:
        from . import tables

        incidents = tables.incidents_table(report)
        shown = [tables.books_table(report), *([] if incidents is None else [incidents])]
        tables.show(*shown, output=output)
        _say_notices_of_reading(report, why="")
    if strict and len(report.set_aside):
        say(f"Error: {len(report.set_aside)} rows were set aside")
        raise click.exceptions.Exit(1)


@cli.command()
@click.argument("file", type=options.FILE)
@click.option("--platform", "-p", metavar="P", help="Whose layouts and metrics; default all.")
@click.option("--shop-id", metavar="ID", help="The shop of a file that does not name one.")
@click.option(
    "--layout",
    "layouts",
    type=options.FILE,
    multiple=True,
    metavar="FILE",
    help="TOML that says how export files of your own are read.",
)
@click.option("--draft", is_flag=True, help="Write a layout to fill in, for --layout.")
@options.zone
@options.language
@options.formats("table", "json")
@options.output
def inspect(
    file: Path,
    platform: str | None,
    shop_id: str | None,
    layouts: tuple[Path, ...],
    draft: bool,
    tz: str | None,
    lang: str,
    form: str,
    output: Path | None,
) -> None:
    """What FILE was taken for and why, which columns are used, and which metrics it can feed."""
    from ..analysis.inspection import draft_layout, inspect_file
    from ..plugins.catalog import platforms
    from .inspect_pages import inspect_document, show_inspection

    with Stages() as stages:
        stages("looking")
        found = inspect_file(file, platform=platform, layouts=layouts, shop_id=shop_id, tz=tz)
    if draft:
        every = [layout for one in platforms() for layout in one.layouts]
        write(draft_layout(found, every), output)
    elif form == "json":
        write(inspect_document(found), output)
    else:
        show_inspection(found, lang, output)


def _sampling(command: options.Command) -> options.Command:
    for option in (
        click.option("--seed", default=0, show_default=True, help="Another seed, other events."),
        click.option("--orders", default=6000, show_default=True, help="Orders in all."),
        click.option("--shops", default=40, show_default=True, help="Number of shops."),
    ):
        command = option(command)
    return command


@cli.command()
@click.argument("out", type=options.FILE)
@_sampling
@click.option("--end", default=SAMPLE_END, show_default=True, metavar="DATE", help="The last day.")
def sample(out: Path, shops: int, orders: int, seed: int, end: str) -> None:
    """Write believable events of made-up shops to OUT: 120 days, one CSV file per stream."""
    make_sample(out, shops, orders, seed, end)
    say(f"{orders} orders of {shops} shops, 120 days to {end}: {out}")


def make_sample(out: Path, shops: int, orders: int, seed: int, end: str) -> None:
    """Generate and write events; raises UsageError for numbers that cannot be."""
    from ..plugins.catalog import platforms
    from ..samples import generate, write_csv

    facts = {
        fact.name: (fact.sample_share, fact.sample_value) for p in platforms() for fact in p.facts
    }
    try:
        frames = generate(
            shops=shops, orders=orders, seed=seed, end=date.fromisoformat(end), facts=facts
        )
    except (ValueError, OverflowError) as error:
        raise UsageError(f"no such sample: {error}") from None
    try:
        write_csv(frames, out)
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror or error}") from None


@cli.command()
@options.language
def demo(lang: str) -> None:
    """Make sample events, score them, and show a best and a worst shop; leaves nothing behind."""
    from .demo import show_demo

    show_demo(lang, SAMPLE_END)


def main() -> None:
    """The entry point of ``shopscore``."""
    run(cli)
