"""The contracts of import-linter in ``pyproject.toml``: they hold, and what breaks them is named."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import NamedTuple

import pytest

pytest.importorskip("importlinter", reason="pip install import-linter, to check the contracts")

ROOT = Path(__file__).resolve().parents[2]
COMMAND = Path(sysconfig.get_path("scripts")) / "lint-imports"


class Findings(NamedTuple):
    """How ``lint-imports`` ended, and what it printed."""

    code: int
    text: str


def check_contracts(core: Path) -> Findings:
    """Run all contracts of the repository on the package in this folder."""
    done = subprocess.run(
        [COMMAND, "--no-cache", ROOT / "pyproject.toml"],
        cwd=core,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(core), "PYTHONUTF8": "1", "NO_COLOR": "1"},
        timeout=120,
        check=False,
    )
    return Findings(done.returncode, done.stdout + done.stderr)


@pytest.fixture(scope="module")
def unchanged() -> Findings:
    """What is found in the package as it stands."""
    return check_contracts(ROOT / "core")


def test_the_contracts_hold(unchanged: Findings) -> None:
    assert unchanged.code == 0, unchanged.text
    assert "0 broken" in unchanged.text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "added", "found"),
    [
        pytest.param(
            "exact/decimals.py",
            "from shopscore.reading import events",
            "shopscore.exact.decimals -> shopscore.reading.events",
            id="upward",
        ),
        pytest.param(
            "exact/decimals.py",
            "if TYPE_CHECKING:\n    from shopscore.model import frozen",
            "shopscore.exact.decimals -> shopscore.model.frozen",
            id="upward-for-types",
        ),
        pytest.param(
            "model/frozen.py",
            "def late():\n    import shopscore.cli.main",
            "shopscore.model.frozen -> shopscore.cli.main",
            id="upward-within-a-function",
        ),
        pytest.param(
            "scoring.py",
            "import shopscore_douyin",
            "shopscore.scoring -> shopscore_douyin",
            id="plugin",
        ),
        pytest.param(
            "exact/integers.py",
            "from shopscore.exact import rationals",
            "No cycles are allowed in shopscore.exact.",
            id="circle",
        ),
    ],
)
def test_a_forbidden_import_is_named(
    unchanged: Findings, tmp_path: Path, module: str, added: str, found: str
) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "core/shopscore", tmp_path / "shopscore", ignore=ignored)
    with (tmp_path / "shopscore" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{added}\n")
    findings = check_contracts(tmp_path)
    assert findings.code == 1, findings.text
    assert found in findings.text
    assert found not in unchanged.text
