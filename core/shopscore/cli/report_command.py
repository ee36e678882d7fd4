"""``shopscore report``: a page of a workspace, one file that opens from a mail."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import UsageError, did_you_mean
from ..messages import message, numbered
from . import options, voice
from .help_pages import Command
from .progress import Stages
from .run import say, write_bytes
from .run_command import WORKSPACE

if TYPE_CHECKING:
    from ..workspace.settings import Workspace
    from ..workspace.sheet import Sheet

#: Of more shops than these a page has no details unless they are named.
MOST_DETAILS = 50


@click.command("report", cls=Command)
@click.argument("shops", metavar="[SHOP]...", nargs=-1)
@WORKSPACE
@click.option(
    "--as-of", metavar="DATE", help="Day of publication (default today); itself never counted."
)
@click.option("--only", is_flag=True, help="Leave all other shops out of the page.")
@click.option("--title", metavar="TEXT", help="What stands above the page.")
@click.option(
    "-o",
    "--output",
    "path",
    type=options.FILE,
    required=True,
    metavar="FILE",
    help="Write the page there, whole or not at all.",
)
@voice.speaking
def report_command(
    shops: tuple[str, ...],
    file: Path,
    as_of: str | None,
    only: bool,
    title: str | None,
    path: Path,
) -> None:
    """Write a page of a workspace: the sheet of all shops, and the details of each SHOP.

    The page is one file of HTML in both languages. It needs no network, no server and no other
    file, and can be sent by mail. Without SHOP it has the details of all, where these are 50 at
    most.
    """
    from ..workspace.settings import read_workspace

    if only and not shops:
        raise UsageError(message("only= needs the ids of shops"))
    workspace = read_workspace(file)
    voice.prefer(workspace.lang)
    with Stages() as stages:
        stages(message("scoring"))
        sheet = _scored(workspace, as_of, shops, stages)
        _refuse_unknown(shops, sheet)
        stages(message("drawing"))
        page = sheet.to_html(title=title, only=shops if only else (), lang=voice.lang())
        stages(message("writing"))
        write_bytes(page.encode(), path)
    n = len({row["shop"] for row in sheet.shops} - {None})
    if n > MOST_DETAILS and not shops:
        say(message("Note: details of {n} shops are too much for a page: name some", n=n))
    if n := sum(not only or row["shop"] in shops for row in sheet.failed):
        said = numbered("{n} shop has no result", "{n} shops have no result", n)
        say(said, level=logging.ERROR)
        raise click.exceptions.Exit(1)


def _scored(
    workspace: Workspace, as_of: str | None, shops: tuple[str, ...], stages: Stages
) -> Sheet:
    """Return the sheet with the details of shops that are named, or of all if they are few."""
    from ..workspace.running import run_workspace

    named = {*shops} if shops else {shop.id for shop in workspace.shops}
    ids = {id for id in named if id is not None}
    if len(ids) < len(
        named
    ):  # entries that mean every shop of a source: which ones, the first run tells
        found = run_workspace(workspace.file, as_of=as_of, jobs=None, progress=stages)
        ids = {row["shop"] for row in found.shops if row["shop"] is not None}
        if len(ids) > MOST_DETAILS:
            return found
    wanted = ids if shops or len(ids) <= MOST_DETAILS else ()
    return run_workspace(workspace.file, as_of=as_of, jobs=None, details=wanted, progress=stages)


def _refuse_unknown(shops: tuple[str, ...], sheet: Sheet) -> None:
    known = {str(row["shop"]) for row in sheet.shops}
    for id in shops:
        if id not in known:
            guess = did_you_mean(id, sorted(known))
            raise UsageError(message("no shop {id} here{guess}", id=id, guess=guess))
