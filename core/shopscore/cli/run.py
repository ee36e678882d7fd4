"""Running a command: errors become one line and an exit code, warnings one line each."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ..errors import InputError, ShopscoreError
from ..plugins.isolation import divert_prints

INTERRUPTED = 130
BUG = 70


def run(command: click.Command) -> None:
    """Run a command and leave the process with its exit code; no traceback for what is foreseen."""
    warnings.showwarning = _one_line
    divert_prints()
    try:
        code = command.main(standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except click.Abort:
        code = INTERRUPTED
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except ShopscoreError as error:
        click.echo(f"Error: {error}", err=True)
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
        click.echo(f"Error: {error.strerror or error}", err=True)
        code = InputError.exit_code
    except MemoryError:
        click.echo("Error: not enough memory for this input", err=True)
        code = InputError.exit_code
    except Exception as error:
        if os.environ.get("SHOPSCORE_DEBUG"):
            raise
        click.echo(
            f"Error: {type(error).__name__}: {error}\n"
            "This is a fault of shopscore: please report it with what SHOPSCORE_DEBUG=1 shows.",
            err=True,
        )
        code = BUG
    sys.exit(code if isinstance(code, int) else 0)


def _one_line(message: Warning | str, *_: Any, **__: Any) -> None:
    click.echo(f"Warning: {message}", err=True)


def say(*lines: str) -> None:
    """Remarks for a person, on standard error."""
    for line in lines:
        click.echo(line, err=True)


def write(text: str, output: Path | None) -> None:
    """Data, to standard output or a file."""
    if output is None:
        click.echo(text)
        return
    with writing(output):
        output.write_text(text + "\n", encoding="utf-8")


@contextmanager
def writing(output: Path) -> Iterator[None]:
    """Say plainly where a file could not be written."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{output}: cannot be written: {error.strerror or error}") from None
