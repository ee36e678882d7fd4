"""The commands, within this process or as a process of their own."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import sysconfig
import warnings
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
from attrs import frozen

from shopscore.cli.help_pages import Group

SCRIPTS = Path(sysconfig.get_path("scripts"))
MODULES = {"shopscore": "shopscore.cli.main", "shopscore-plugins": "shopscore.cli.plugins"}
#: What begins every sequence that colours or styles a terminal.
ESCAPE = "\x1b"


@frozen
class Answer:
    """What a command left behind: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """Standard output as JSON; constants that JSON does not know are refused."""
        document: dict[str, Any] = json.loads(self.out, parse_constant=_refuse)
        return document

    @property
    def errors(self) -> list[str]:
        """The lines of standard error that tell of an error."""
        return [line for line in self.err.splitlines() if line.startswith("Error:")]

    def done(self) -> Answer:
        """This answer, if the command did what it was asked for."""
        assert self.code == 0, self.err
        assert not self.errors
        return self

    def failed(self, code: int, *words: str) -> str:
        """The one line of the error, if the command ended as expected."""
        assert "Traceback" not in self.err
        assert "fault of shopscore" not in self.err
        assert self.code == code, f"exit code {self.code}: {self.err}{self.out}"
        assert len(self.errors) == 1, self.err
        (line,) = self.errors
        for word in words:
            assert word in line
        return line


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def shopscore(*args: object) -> Answer:
    """``shopscore …`` within this process, which is fifty times faster than a new one."""
    return _within("shopscore", *args)


def plugins(*args: object) -> Answer:
    """``shopscore-plugins …`` within this process."""
    return _within("shopscore-plugins", *args)


def _within(name: str, *args: object) -> Answer:
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        warnings.catch_warnings(),
        patch.object(sys, "argv", [name, *map(str, args)]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        warnings.simplefilter("default")
        try:
            import_module(MODULES[name]).main()
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1
    return Answer(code, out.getvalue(), err.getvalue())


#: tox says how streams are encoded, which tests of encodings say themselves.
_NOT_INHERITED = r"SHOPSCORE_|NO_COLOR|FORCE_COLOR|TTY_|COLUMNS|PYTHONWARNINGS|PYTHONIOENCODING"


def environment(**more: str) -> dict[str, str]:
    """The environment of a command: nothing of ours, no colours forced or forbidden."""
    kept = {k: v for k, v in os.environ.items() if not re.match(_NOT_INHERITED, k)}
    return {**kept, "PYTHONUTF8": "1", **more}


def process(
    name: str, *args: object, cwd: Path | None = None, timeout: float = 60, **env: str
) -> Answer:
    """A command as a user runs it, in a process of its own."""
    done = subprocess.run(
        [SCRIPTS / name, *map(str, args)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env=environment(**env),
        timeout=timeout,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def python(code: str, *args: object, **env: str) -> Answer:
    """A piece of Python in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, args)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(**env),
        timeout=60,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def every_command(group: Group, *above: str) -> dict[tuple[str, ...], click.Command]:
    """The group itself, its commands, and those of groups within, each by what is typed for it."""
    found: dict[tuple[str, ...], click.Command] = {above: group}
    for name, command in group.every().items():
        words = (*above, name)
        found |= every_command(command, *words) if isinstance(command, Group) else {words: command}
    return found
