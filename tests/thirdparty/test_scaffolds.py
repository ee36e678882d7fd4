"""What ``shopscore-plugins new`` makes, as wheels: every check, and the strictest readers of code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from shopscore.cli.scaffolding import make_package
from shopscore.testing import CHECKS
from support.wheel_installs import Environment, install

pytestmark = pytest.mark.skipif(
    os.environ.get("SHOPSCORE_THIRDPARTY") != "1",
    reason="builds wheels: run tox -e thirdparty, or set SHOPSCORE_THIRDPARTY=1",
)

#: A small one, and full ones with names short and long.
PACKAGES = {"mine": False, "zz": True, "a_market_with_quite_a_long_name": True}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sources")
    return {name: make_package(name, folder, full=full) for name, full in PACKAGES.items()}


@pytest.fixture(scope="module")
def everything(sources: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """One environment with all of them."""
    site = install([*sources.values()], tmp_path_factory.mktemp("everything"))
    return Environment(site, tmp_path_factory.mktemp("nothing"))


@pytest.mark.parametrize("name", PACKAGES)
def test_every_check_passes(everything: Environment, name: str) -> None:
    done = everything.command("shopscore-plugins", "check", name, "--format", "json")
    assert done.code == 0, done.out + done.err
    checks = json.loads(done.out)["checks"]
    others = {check["id"] for check in checks if check["status"] != "passed"}
    lacking = {"levers", "tasks", "layouts", "documents", "examples", "compositions"}
    assert others == {"additions", *(() if PACKAGES[name] else lacking)}
    assert {check["id"] for check in checks} == set(CHECKS)


@pytest.mark.parametrize("name", [name for name, full in PACKAGES.items() if full])
def test_a_sample_is_scored(everything: Environment, name: str, tmp_path: Path) -> None:
    rules = ("--platform", name, "--as-of", "2022-07-01", "--format", "json")
    size = ("--shops", "6", "--orders", "600", "--end", "2022-06-30")
    made = everything.command(
        "shopscore", "sample", str(tmp_path / "in"), "--platform", name, *size
    )
    assert made.code == 0, made.err
    scored = everything.command("shopscore", "score", str(tmp_path / "in"), *rules)
    assert scored.code == 0, scored.err
    shops = json.loads(scored.out)["shops"]
    assert {shop["status"] for shop in shops} == {"scored"}
    assert {"gold", "silver"} & {shop["level"] for shop in shops}


@pytest.mark.parametrize("arguments", ["ruff check", "ruff format --check", "mypy"])
@pytest.mark.parametrize("name", PACKAGES)
def test_strict_readers_find_nothing(
    everything: Environment, sources: dict[str, Path], name: str, arguments: str
) -> None:
    tool, *rest = arguments.split()
    if find_spec(tool) is None:
        pytest.skip(f"{tool} is not installed")
    # As of an installed package, mypy tells nothing of shopscore's own files, or what they import.
    over = ["--follow-imports=silent"] if tool == "mypy" else ["."]
    command = [sys.executable, "-m", tool, *rest, *over]
    places = {"MYPYPATH": str(Path(__file__).parents[2] / "core")}
    done = subprocess.run(
        command, cwd=sources[name], env={**os.environ, **places}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
