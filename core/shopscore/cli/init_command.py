"""``shopscore init``: write the file of a workspace from what lies in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import InputError
from ..messages import Message, listed, message, numbered
from . import options, voice
from .help_pages import Command
from .progress import Stages
from .run import say, write

if TYPE_CHECKING:
    from ..workspace.finding import Findings, FoundSource, LeftOut

#: How the file of a workspace is called.
FILE_NAME = "shopscore.toml"
#: So many files that are of no use are named.
_MOST_NAMED = 20


@click.command("init", cls=Command)
@click.argument("folder", type=options.INPUT, default=Path())
@click.option(
    "-o",
    "path",
    type=options.FILE,
    metavar="FILE",
    help="Write it there; default shopscore.toml in FOLDER.",
)
@voice.speaking
def init(folder: Path, path: Path | None) -> None:
    """Write shopscore.toml from what lies in FOLDER: shops, their platforms and their files.

    Exports of back offices and documents of consoles are recognised by their content. Of which
    platform events are says a folder above them that is named like it; where none is, the file
    says what to fill in. A file that is there already is not written over.
    """
    from ..workspace.finding import look_through
    from ..workspace.written import workspace_text

    target = folder / FILE_NAME if path is None else path
    _refuse_existing(target)
    with Stages() as stages:
        stages(message("looking through the folder"))
        findings = look_through(folder)
    say(*_lines(findings))
    if not findings.sources:
        raise InputError(
            message("{folder}: nothing here is events, an export or a document", folder=folder)
        )
    write(workspace_text(findings, target.parent, voice.lang()).rstrip("\n"), target)
    say(message("{file}: written; look through it before shopscore run", file=target))


def _refuse_existing(target: Path) -> None:
    """Raise where something is there already: somebody may have written it."""
    if os.path.lexists(target):
        raise InputError(
            message("{file}: is there already, and is not written over; name another", file=target)
        )


def _lines(findings: Findings) -> Iterator[Message]:
    for source in findings.sources:
        yield _found(source, findings.root)
    for one in findings.left_out[:_MOST_NAMED]:
        yield _left_out(one, findings.root)
    if (n := len(findings.left_out) - _MOST_NAMED) > 0:
        yield numbered("{n} more file is of no use", "{n} more files are of no use", n)


def _found(source: FoundSource, root: Path) -> Message:
    kinds = {
        "ledger": message("a ledger"),
        "events": message("events"),
        "exports": message("exports"),
        "documents": message("documents"),
    }
    places = [_shown(path, root) for path in source.paths]
    unnamed = "?" if source.is_nameless else message("as the files name them")
    shops = [*source.shops[:5], *(["…"] if len(source.shops) > 5 else [])]
    return message(
        "{place}: {kind}, platform {platform}, shops {shops}",
        place=listed(places, most=3),
        kind=kinds[source.kind],
        platform=listed(source.platforms) if source.platforms else "?",
        shops=listed(shops) if shops else unnamed,
    )


def _left_out(one: LeftOut, root: Path) -> Message:
    return message("{file}: not used: {reason}", file=_shown(one.path, root), reason=one.reason)


def _shown(path: Path, root: Path) -> str:
    from ..reading.files import show_path

    return show_path(path.relative_to(root))
