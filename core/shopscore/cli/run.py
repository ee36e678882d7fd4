"""Running a command: errors become one line and an exit code, warnings one line each.

Messages of the package name arguments as Python has them, ``tz=``. A command names its options
instead, ``--tz``: everything that is said on standard error goes through :func:`name_options`.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ..errors import InputError, ShopscoreError
from ..messages import message
from ..plugins.isolation import divert_prints
from . import voice

INTERRUPTED = 130
BUG = 70

#: An argument that a message names, without a value behind it: ``tz=``.
_ARGUMENT = re.compile(r"\b([a-z_]+)=(?![\w\"'/=])")


def run(commands: click.Group) -> None:
    """Run a command and leave the process with its exit code; no traceback for what is foreseen."""
    voice.begin()
    warnings.showwarning = _show_warning
    divert_prints()
    try:
        code = commands.main(prog_name=commands.name, standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except click.Abort:
        code = INTERRUPTED
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except ShopscoreError as error:
        voice.tell(name_options(error.text(voice.lang()), commands), logging.ERROR)
        code = error.exit_code
    except KeyboardInterrupt:
        code = INTERRUPTED
    except SystemExit as leaving:  # so click ends where the reader of a pipe has seen enough
        pacified = type(sys.stdout).__name__.endswith("PacifyFlushWrapper")
        code = 0 if pacified else leaving.code
    except BrokenPipeError:  # the same, while the last of it is written
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:  # standard output that is full or gone
        voice.tell(error.strerror or error, logging.ERROR)
        code = InputError.exit_code
    except MemoryError:
        voice.tell(message("not enough memory for this input"), logging.ERROR)
        code = InputError.exit_code
    except Exception as error:
        if os.environ.get("SHOPSCORE_DEBUG"):
            raise
        voice.tell(f"{type(error).__name__}: {error}", logging.ERROR)
        hint = message(
            "This is a fault of shopscore: please report it with what SHOPSCORE_DEBUG=1 shows."
        )
        voice.tell(hint, logging.CRITICAL)
        code = BUG
    sys.exit(code if isinstance(code, int) else 0)


def name_options(message: str, commands: click.Group) -> str:
    """Return a message with the options of some commands in place of arguments of Python."""
    names = {
        parameter.name: max(parameter.opts, key=len)
        for command in commands.commands.values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
    }
    return _ARGUMENT.sub(lambda found: names.get(found[1], found[0]), message)


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    said = message.args[0] if isinstance(message, Warning) and message.args else message
    say(said, level=logging.WARNING)


def say(*lines: object, level: int = logging.INFO) -> None:
    """Say lines on standard error, in the language of the run and with the names of options."""
    context = click.get_current_context(silent=True)
    commands = context.find_root().command if context else None
    for line in lines:
        text = voice.text(line)
        named = name_options(text, commands) if isinstance(commands, click.Group) else text
        voice.tell(named, level)


def write(text: str, output: Path | None) -> None:
    """Write data to standard output or a file."""
    if output is None:
        click.echo(text)
        return
    with writing(output):
        output.write_text(text + "\n", encoding="utf-8")


@contextmanager
def writing(output: Path) -> Iterator[None]:
    """Raise an InputError that names the file where it cannot be written."""
    try:
        yield
    except OSError as error:
        why = error.strerror or error
        said = message("{file}: cannot be written: {why}", file=output, why=why)
        raise InputError(said) from None
