"""What must hold of ``-o FILE``: a form is known by its name, and it is no input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from ..messages import listed, message

if TYPE_CHECKING:
    from ..reading.report import LoadReport

STANDARD_OUTPUT = Path("-")
#: Forms that are no text.
BINARY = ("parquet", "xlsx")
#: Parameters that name a file to be written, and the options that they are.
_WRITTEN = {"path": "-o", "touched": "--touched"}
#: Parameters that take the name of a file among other words.
_RULES = ("ruleset", "old", "new")


def form_of_file(forms: tuple[str, ...], toml: str) -> str:
    """Return the form that the name of ``-o FILE`` asks for, else the first.

    Raises:
        UsageError: where the name ends with anything else.
    """
    asked = click.get_current_context().params
    path = asked.get("path")
    suffix = _ending(path)
    if suffix in forms:
        return suffix
    if suffix in ("", "txt") or (suffix == "toml" and asked.get(toml)):
        return forms[0]
    raise UsageError(
        message(
            "-o {file}: no form of output is known by the ending .{ending}; name one with"
            " --format: {forms}",
            file=path,
            ending=suffix,
            forms=listed(forms),
        )
    )


def _ending(path: object) -> str:
    return path.suffix.removeprefix(".").lower() if isinstance(path, Path) else ""


def check_form(context: click.Context, option: click.Parameter, form: str) -> str:
    """Return the form, where it goes together with ``-o`` and ``--bom``."""
    path = context.params.get("path")
    ending = _ending(path)
    if ending != form and isinstance(option.type, click.Choice) and ending in option.type.choices:
        raise UsageError(
            message(
                "-o {file}: the ending is that of another form than --format {form}; leave out"
                " --format, or name another file",
                file=path,
                form=form,
            )
        )
    if form in BINARY and path is None:
        raise UsageError(message("--format {form} needs -o FILE", form=form))
    if form in BINARY and path == STANDARD_OUTPUT and sys.stdout.isatty():
        raise UsageError(message("{form} is no text, and is not shown at a terminal", form=form))
    if context.params.get("bom") and form != "csv":
        raise UsageError(message("--bom is for CSV, not for {form}", form=form))
    return form


def refuse_named_inputs() -> None:
    """Raise where ``-o`` names a file that another option or argument names."""
    asked = click.get_current_context().params
    for option, target in _targets():
        for name, value in asked.items():
            if name == option:
                continue
            for named in value if isinstance(value, tuple) else (value,):
                is_file = isinstance(named, Path) or (name in _RULES and isinstance(named, str))
                if is_file and Path(named).is_file() and target.samefile(named):
                    raise _is_input(option, target)


def _targets() -> list[tuple[str, Path]]:
    """Return the files that are there and are to be written, each with the name of its parameter."""
    asked = click.get_current_context().params
    named = [(option, asked.get(option)) for option in _WRITTEN]
    return [(option, target) for option, target in named if target and target.is_file()]


def refuse_read_files(source: Path, report: LoadReport) -> None:
    """Raise where ``-o`` names a file that was read from a folder."""
    for option, target in _targets():
        _refuse_read(option, target, source, report)


def _refuse_read(option: str, target: Path, source: Path, report: LoadReport) -> None:
    from ..reading.files import show_path

    labels = {(table.label or "").partition(" / ")[0] for table in report.tables}
    for path in source.rglob("*"):
        if show_path(path.relative_to(source)) in labels and path.samefile(target):
            raise _is_input(option, target)


def refuse_existing(target: Path | None) -> None:
    """Raise where a file that a person may have filled in is there already."""
    if target is not None and target.is_file():
        raise UsageError(
            message("-o {file}: is there already, and may be filled in; name another", file=target)
        )


def _is_input(option: str, target: Path) -> UsageError:
    return UsageError(
        message(
            "{option} {file}: is an input, and is not written over; name another",
            option=_WRITTEN[option],
            file=target,
        )
    )
