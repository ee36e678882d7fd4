"""Options that recur, declared once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from ..errors import InputError, UsageError

Command = TypeVar("Command", bound=Callable[..., Any])
FILE = click.Path(path_type=Path)


def _together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


platform_required = click.option(
    "--platform", "-p", required=True, metavar="P", help="Whose rules (see shopscore-plugins list)."
)
platform_optional = click.option(
    "--platform", "-p", metavar="P", help="Whose clock and streams the events follow."
)
zone = click.option("--tz", metavar="ZONE", help="Zone of the clock, if not the platform's.")
strict = click.option(
    "--strict",
    is_flag=True,
    envvar="SHOPSCORE_STRICT",
    help="A row set aside is an error (exit 1).",
)
language = click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default="en",
    envvar="SHOPSCORE_LANG",
    help="Language of labels.",
)
output = click.option(
    "-o", "--output", type=FILE, metavar="FILE", is_eager=True, help="Write there."
)
timings = click.option("--timings", is_flag=True, help="Seconds per stage, as JSON on stderr.")

rules = _together(
    click.option("--scorecard", "-c", metavar="C", help="Which of its scores; default the first."),
    click.option(
        "--ruleset",
        "-r",
        metavar="V|FILE",
        help="A version or TOML file; default the one in force.",
    ),
    click.option(
        "--as-of", metavar="DATE", help="Day of publication (default today); itself never counted."
    ),
    click.option(
        "--assume", multiple=True, metavar="KEY=VALUE", help="Another value for an assumption."
    ),
    click.option(
        "--assume-file", type=FILE, metavar="FILE", help="Values for assumptions, as TOML."
    ),
    click.option(
        "--numbers",
        type=FILE,
        multiple=True,
        metavar="FILE",
        help="TOML with numbers that the rules lack.",
    ),
    click.option(
        "--benchmarks", type=FILE, metavar="FILE", help="Table of percentiles instead of peers."
    ),
    click.option(
        "--standards", type=FILE, metavar="FILE", help="Table of what each metric must reach."
    ),
)


gaps = _together(
    click.option("--shop-id", metavar="ID", help="The shop of files that do not name one."),
    click.option("--industry", metavar="NAME", help="Of shops without one."),
    click.option("--shop-type", metavar="WORD", help="Of shops without one: flagship, …"),
    click.option(
        "--layout",
        "layouts",
        type=FILE,
        multiple=True,
        metavar="FILE",
        help="TOML that says how export files of your own are read.",
    ),
)
quarantine = click.option(
    "--quarantine",
    type=FILE,
    metavar="DIR",
    help="Write rows that were set aside there, to be corrected and read again.",
)


def formats(*names: str) -> Callable[[Command], Command]:
    """``--format`` with these choices; the first is the default."""
    return click.option(
        "--format",
        "-f",
        "form",
        type=click.Choice(names),
        default=lambda: _by_suffix(names),
        show_default=f"by the name of -o, else {names[0]}",
    )


def _by_suffix(names: tuple[str, ...]) -> str:
    """The format that the name of ``-o FILE`` asks for, else the first."""
    output = click.get_current_context().params.get("output")
    suffix = output.suffix.removeprefix(".") if isinstance(output, Path) else ""
    return suffix if suffix in names else names[0]


def assumptions(pairs: tuple[str, ...], file: Path | None) -> dict[str, object]:
    """Overrides from ``--assume-file`` and, stronger, ``--assume``."""
    found: dict[str, object] = dict(_from_file(file)) if file else {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"--assume {pair!r}: write KEY=VALUE")
        found[key.strip()] = value.strip()
    return found


def _from_file(file: Path) -> Iterator[tuple[str, object]]:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=str)
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{file}: cannot be read as TOML: {error}") from None
    yield from _flat(document, "")


def _flat(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value).lower() if isinstance(value, bool) else value
