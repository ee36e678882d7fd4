"""``shopscore run``: score every shop of a workspace, and write one sheet of all."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from ..messages import message, numbered
from . import options, voice
from .help_pages import Command
from .progress import Stages
from .run import say, write, write_cells

#: Which workspace is meant.
WORKSPACE = click.option(
    "--workspace",
    "-w",
    "file",
    type=options.INPUT,
    default="shopscore.toml",
    show_default=True,
    metavar="FILE",
    help="The file that says where everything lies, or its folder.",
)


@click.command("run", cls=Command)
@WORKSPACE
@click.option(
    "--as-of", metavar="DATE", help="Day of publication (default today); itself never counted."
)
@click.option(
    "--require",
    metavar="WORDS",
    help="complete,fresh,window,peers=N of every shop, in place of what the file says.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="In how many processes; default one per core, fewer where there is little to read.",
)
@click.option("--fresh", is_flag=True, help="Take nothing from the results that are kept.")
@click.option(
    "-o",
    "--output",
    "folder",
    type=options.FILE,
    metavar="DIR",
    help="Write there; default the folder that the file names, or shopscore-out.",
)
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="What is printed; all forms are written.",
)
@options.timings
@voice.speaking
def run_command(
    file: Path,
    as_of: str | None,
    require: str | None,
    jobs: int | None,
    fresh: bool,
    folder: Path | None,
    form: str,
    timings: bool,
) -> None:
    """Score every shop of a workspace on its platform, and write one sheet of all of them.

    shopscore.toml says where files of each shop lie. Each source is read once. Written are shops.csv
    and metrics.csv, the same as .parquet, as JSON and in a workbook, and a manifest. A shop that
    cannot be scored is a row with its reason, and the exit code is 1.
    """
    from ..results.csv_text import csv_text
    from ..workspace.running import run_workspace
    from ..workspace.settings import read_workspace
    from .run_pages import show_sheet

    workspace = read_workspace(file)
    voice.prefer(workspace.lang)
    lang, place = voice.lang(), folder or workspace.output
    with Stages(timings=timings) as stages:
        stages(message("scoring"))
        sheet = run_workspace(
            file, as_of=as_of, require=require, jobs=jobs, fresh=fresh, progress=stages
        )
        stages(message("writing"))
        written = sheet.write(place, lang=lang)
    if form == "json":
        write(sheet.to_json(), None)
    elif form == "csv":
        write_cells(csv_text(sheet.to_polars(lang=lang)), None)
    else:
        show_sheet(sheet)
    here = place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place
    say(message("Written: {folder}", folder=here))
    if "sheet.xlsx" not in written:
        say(message('Note: a workbook needs xlsxwriter: pip install "shopscore[excel]"'))
    if sheet.failed:
        n = len(sheet.failed)
        said = numbered("{n} shop has no result", "{n} shops have no result", n)
        say(said, level=logging.ERROR)
        raise click.exceptions.Exit(1)
