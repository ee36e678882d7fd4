"""Building source trees as wheels, installing them apart, and running commands with them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

#: Builds one wheel per folder in one process: starting a builder costs more than building.
_BUILD = """
import os, sys
from hatchling.build import build_wheel
for folder in sys.argv[2:]:
    os.chdir(folder)
    build_wheel(sys.argv[1])
"""


def install(sources: Sequence[Path], place: Path) -> Path:
    """Build every source tree as a wheel, and install all of them into a folder of their own."""
    wheels, site = place / "wheels", place / "site"
    wheels.mkdir()
    _quietly([sys.executable, "-c", _BUILD, str(wheels), *map(str, sources)])
    built = sorted(map(str, wheels.glob("*.whl")))
    assert len(built) == len(sources), built
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _quietly([*pip, "--no-index", "--no-deps", "--target", str(site), *built])
    return site


def _quietly(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


class Done(NamedTuple):
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


class Environment:
    """A folder of installed packages beside shopscore and what it needs."""

    def __init__(self, site: Path, place: Path) -> None:
        """Commands run in ``place``, where nothing can be imported by accident."""
        self.site, self.place = site, place

    def python(self, *arguments: str, **environ: str) -> Done:
        """Run the interpreter of the tests."""
        return self._run([sys.executable, *arguments], environ)

    def command(self, name: str, *arguments: str, **environ: str) -> Done:
        """Run a command that shopscore installs."""
        return self._run([str(Path(sys.executable).with_name(name)), *arguments], environ)

    def _run(self, command: list[str], environ: dict[str, str]) -> Done:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SHOPSCORE_", "PYTHON"))}
        done = subprocess.run(
            command,
            cwd=self.place,
            env={**kept, "PYTHONPATH": str(self.site), **environ},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)
