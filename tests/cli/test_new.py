"""``shopscore-plugins new``: packages that work, beside each other too."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from support.command_line import plugins
from support.fake_distributions import on_path

NAMES = {"mine": (), "other_one": ("--full",)}


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """A small package and a full one in one folder."""
    monkeypatch.chdir(tmp_path)
    for name, options in NAMES.items():
        said = plugins("new", name, *options).done().err
        assert f"shopscore-{name} is ready" in said
    return {name: tmp_path / f"shopscore-{name}" for name in NAMES}


def files(package: Path) -> dict[str, str]:
    return {
        str(path.relative_to(package)): path.read_text("utf-8")
        for path in package.rglob("*")
        if path.is_file()
    }


def test_every_mark_is_filled_in(packages: dict[str, Path]) -> None:
    for name, package in packages.items():
        found = files(package)
        assert not [path for path, text in found.items() if re.search(r"@[A-Z]+@", path + text)]
        project = tomllib.loads(found["pyproject.toml"])["project"]
        assert project["name"] == f"shopscore-{name}"
        assert project["entry-points"]["shopscore.plugins"] == {name: f"shopscore_{name}"}


def test_tests_are_called_like_no_others(packages: dict[str, Path]) -> None:
    """In folders that are no packages, pytest by default takes files of one name for the same."""
    found = [path.name for package in packages.values() for path in package.glob("tests/**/*.py")]
    assert sorted(found) == ["test_shopscore_mine.py", "test_shopscore_other_one.py"]


def test_a_full_package_shows_each_extension_point(packages: dict[str, Path]) -> None:
    small, full = (files(package) for package in packages.values())
    more = {path.rpartition("/")[2] for path in full} - {path.rpartition("/")[2] for path in small}
    assert more == {
        "aggregators.py", "windows.py", "scorers.py", "compositions.py", "levers.py", "tasks.py", "sample.py",
        "visits.toml", "score.toml", "score.example.json", "test_shopscore_other_one.py",
    }  # fmt: skip
    code = "\n".join(text for path, text in full.items() if path.endswith(".py"))
    for base in ("Aggregator", "Window", "Scorer", "Composition"):
        assert re.search(rf"^class \w+\({base}\):$", code, flags=re.MULTILINE)
    for made in ("Stream(", "Lever(", "Ratio("):
        assert re.search(rf"= ?{re.escape(made)}", code)
    rules = tomllib.loads(full["src/shopscore_other_one/rulesets/main-1.toml"])
    assert {"criteria", "levels", "composition", "dimensions", "eligibility"} <= set(rules)
    assert "attrs" not in small["pyproject.toml"]
    assert "attrs" in full["pyproject.toml"]


def make_visible(package: Path, site: Path) -> list[str]:
    """What ``pip install -e`` does, without the time that it takes."""
    project = tomllib.loads((package / "pyproject.toml").read_text("utf-8"))["project"]
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(head, encoding="utf-8")
    entries = project["entry-points"]["shopscore.plugins"]
    lines = "".join(f"{name} = {module}\n" for name, module in entries.items())
    (info / "entry_points.txt").write_text(f"[shopscore.plugins]\n{lines}", encoding="utf-8")
    return [str(site), str(package / "src")]


@pytest.mark.slow
def test_their_tests_pass_in_one_run(
    packages: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With pytest as it comes, in a folder that holds both."""
    places = [p for package in packages.values() for p in make_visible(package, tmp_path / "site")]
    monkeypatch.setenv("PYTHONPATH", on_path(*places))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\d{2} passed in", done.stdout, flags=re.MULTILINE), done.stdout
