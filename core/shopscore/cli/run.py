"""Running a command: errors become one line and an exit code, warnings one line each.

Messages of the package name arguments as Python has them, ``tz=``. A command names its options
instead, ``--tz``: everything that is said on standard error goes through :func:`name_options`.
"""

from __future__ import annotations

import atexit
import gc
import logging
import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import click

from ..errors import InputError, ShopscoreError
from ..messages import message
from ..plugins.isolation import describe_error, divert_prints
from ..writing import whole_file
from . import streams, voice
from .help_pages import Group, translated

INTERRUPTED = 130
BUG = 70

#: An argument that a message names, without a value behind it: ``tz=``.
_ARGUMENT = re.compile(r"\b([a-z_]+)=(?![\w\"'/=]|-\d)")


def run(commands: Group) -> None:
    """Run a command and leave the process with its exit code; no traceback for what is foreseen."""
    _tune_process()
    voice.begin(sys.argv[1:])
    warnings.showwarning = _show_warning
    divert_prints()
    streams.open_streams()
    code = _answer(commands)
    streams.close_streams()
    sys.exit(code)


def _tune_process() -> None:
    """Prepare the process for a single answer: what it makes mostly lives until the end.

    Of the score of 40 shops, looking for garbage once is a tenth (most is modules, which stay; that
    of a million events is too little to look for), and at the end of the process, when all of it
    goes anyway, a sixth; threads for linear algebra, of which there is none, are a thirtieth.
    """
    gc.set_threshold(1_000_000, 50, 100)
    atexit.register(gc.freeze)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _answer(commands: Group) -> int:
    """Run a command; return its exit code, and say in one line what went wrong."""
    try:
        return _main(commands)
    except (click.Abort, KeyboardInterrupt):
        say(message("Interrupted"))
        return INTERRUPTED
    except click.ClickException as error:
        _say_usage(error)
        return error.exit_code
    except ShopscoreError as error:
        _say_error(name_options(error.text(voice.lang()), commands))
        return error.exit_code
    except SystemExit as leaving:  # so click ends where the reader of a pipe has seen enough
        pacified = type(sys.stdout).__name__.endswith("PacifyFlushWrapper")
        return 0 if pacified or not isinstance(leaving.code, int) else leaving.code
    except BrokenPipeError:  # the same, while the last of it is written
        return 0
    except OSError as error:
        _say_error(streams.output_failure(error))
        return InputError.exit_code
    except MemoryError:
        _say_error(message("not enough memory for this input"))
        return InputError.exit_code
    except Exception as error:
        if os.environ.get("SHOPSCORE_DEBUG"):
            raise
        _say_error(describe_error(error))
        say(
            message(
                "This is a fault of shopscore: please report it with what SHOPSCORE_DEBUG=1 shows."
            )
        )
        return BUG


def _main(commands: Group) -> int:
    try:
        code = commands.main(prog_name=commands.name, standalone_mode=False)
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    sys.stdout.flush()
    return code if isinstance(code, int) else 0


def _say_error(said: object) -> None:
    voice.tell(said, logging.ERROR)


def _say_usage(error: click.ClickException) -> None:
    """Say what is wrong with a command line, as click does, with nothing that steers a terminal."""
    context, text = getattr(error, "ctx", None), error.format_message()
    if isinstance(context, click.Context):
        if text == context.get_help():  # nothing was asked for
            say(*text.splitlines())
            return
        say(*context.get_usage().splitlines())
        option = max(context.help_option_names, key=len)
        say(message("Try '{command}' for help.", command=f"{context.command_path} {option}"), "")
    _say_error(translated(text))


def name_options(message: str, commands: Group) -> str:
    """Return a message with the options of some commands in place of arguments of Python."""
    if not _ARGUMENT.search(message):
        return message
    names = {
        parameter.name: max(parameter.opts, key=len)
        for command in _each_of(commands)
        for parameter in command.params
        if isinstance(parameter, click.Option)
    }
    return _ARGUMENT.sub(lambda found: names.get(found[1], found[0]), message)


def _each_of(commands: Group) -> Iterator[click.Command]:
    """Yield commands, those of groups within before the others: what is said twice is theirs last."""
    for command in commands.every().values():
        if isinstance(command, Group):
            yield from _each_of(command)
    yield from commands.every().values()


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    said = message.args[0] if isinstance(message, Warning) and message.args else message
    say(said, level=logging.WARNING)


def say(*lines: object, level: int = logging.INFO) -> None:
    """Say lines on standard error, in the language of the run and with the names of options."""
    for line in lines:
        voice.tell(spoken(line), level)


def spoken(said: object) -> str:
    """Return what is said in the language of the run, with the names of options."""
    context = click.get_current_context(silent=True)
    commands = context.find_root().command if context else None
    text = voice.text(said)
    return name_options(text, commands) if isinstance(commands, Group) else text


def write(text: str | Iterable[str], output: Path | None) -> None:
    """Write a document, JSON or TOML, as one text or in pieces, to standard output or a file."""
    pieces = chain((text,) if isinstance(text, str) else text, "\n")
    if output is None:
        streams.print_document("".join(pieces))
        return
    with whole_file(output) as file, file.open("wb") as sink:
        sink.writelines(piece.encode("utf-8", "surrogatepass") for piece in pieces)


def write_cells(text: str, output: Path | None, *, mark: bool = False) -> None:
    """Write CSV; with ``mark`` it begins with a byte order mark, by which Excel knows UTF-8."""
    marked = f"\ufeff{text}" if mark else text
    if output is not None:
        write_bytes(marked.encode(), output)
    elif not streams.print_cells(marked):
        say(
            message(
                "Note: standard output is {encoding}, and characters that it lacks are escaped;"
                " -o FILE writes UTF-8",
                encoding=sys.stdout.encoding,
            )
        )


def write_bytes(data: bytes, output: Path | None) -> None:
    """Write bytes to standard output or a file, which appears whole or not at all."""
    if output is None:
        streams.print_bytes(data)
        return
    with whole_file(output) as file:
        file.write_bytes(data)
