"""The job of every day: its script, its units and its programs, as they stand on the page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/how-to/every-day.md"
FILE = re.compile(
    r"^```\{code-block\} \w+\n:caption: (\S+)\n\n(.*?)^```$", re.MULTILINE | re.DOTALL
)

pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="not part of the source distribution")


def files() -> dict[str, str]:
    return dict(FILE.findall(PAGE.read_text("utf-8")))


def written(folder: Path) -> Path:
    for name, text in files().items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """With a command `shopscore` that is the package under test."""
    bin = folder / "bin"
    bin.mkdir(exist_ok=True)
    own = bin / "shopscore"
    own.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m shopscore "$@"\n', encoding="utf-8")
    own.chmod(0o755)
    places = {"PATH": f"{bin}{os.pathsep}{os.environ['PATH']}", "SHOPSCORE_LANG": "en"}
    environ = {**os.environ, **places}
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("sh") is None, reason="a script of the shell")
def test_the_script_publishes_what_is_complete_and_nothing_else(tmp_path: Path) -> None:
    folder = written(tmp_path)
    sample = "sample events --platform douyin --shops 6 --orders 3000 --end 2022-06-30"
    assert run(folder, "shopscore", *sample.split()).returncode == 0
    done = run(folder, "sh", "noon.sh", "--as-of", "2022-07-01")
    assert done.returncode == 0, done.stderr
    day = folder / "published/2022-07-01"
    assert (day / "manifest.json").read_bytes() == (folder / "out/manifest.json").read_bytes()
    assert len((day / "shops.csv").read_text("utf-8").splitlines()) == 7
    again = run(folder, "sh", "noon.sh", "--as-of", "2022-07-01")
    assert again.returncode == 0
    late = run(folder, "sh", "noon.sh", "--as-of", "2022-07-09")
    assert late.returncode == 1
    assert "fresh" in late.stderr
    assert sorted(p.name for p in (folder / "published").iterdir()) == ["2022-07-01"]
    assert run(folder, "sh", "noon.sh", "--as-of", "July").returncode == 2
    (folder / "shopscore.toml").write_text("schema = 7\n", encoding="utf-8")
    assert run(folder, "sh", "noon.sh").returncode > 1


def test_the_line_of_the_crontab() -> None:
    """Five fields, and a command that runs the script once at a time."""
    *settings, job = files()["crontab"].split("\n")[:-1]
    assert all(re.fullmatch(r"[A-Z_]+=\S+", line) for line in settings)
    minute, hour, *others, command = job.split(maxsplit=5)
    assert (minute, hour, others) == ("5,35", "12-14", ["*", "*", "*"])
    assert command.endswith("flock -n .lock sh noon.sh")
    assert "%" not in command.replace("\\%", "")  # which cron takes for the end of a line
    checked = subprocess.run(["sh", "-n", "-c", command.replace("\\%", "%")], check=False)
    assert checked.returncode == 0


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    folder = written(tmp_path)
    units = [str(folder / name) for name in ("shopscore.service", "shopscore.timer")]
    checked = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False
    )
    own = [line for line in checked.stderr.splitlines() if "shopscore." in line]
    assert not own, checked.stderr
    when = re.search(r"OnCalendar=(.*)", files()["shopscore.timer"])
    assert when is not None
    asked = subprocess.run(
        ["systemd-analyze", "calendar", when[1]], check=False, capture_output=True
    )
    assert asked.returncode == 0


@pytest.mark.parametrize("name", ["dags/shopscore_noon.py", "shopscore_asset.py"])
def test_the_programs_compile(name: str) -> None:
    compile(files()[name], name, "exec")
