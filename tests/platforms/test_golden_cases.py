"""The golden cases of the built-in plugins: one of the kit's checks, run without the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from shopscore.testing.golden_cases import golden_cases
from shopscore.testing.subject import find_subject

PLUGINS = sorted((Path(__file__).parents[2] / "plugins").glob("shopscore_*"))


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda folder: folder.name)
def test_golden_cases_are_reproduced(folder: Path) -> None:
    checks = list(golden_cases(find_subject(folder.name.removeprefix("shopscore_"))))
    assert [f"{c.subject}: {c.message}" for c in checks if c.status != "passed"] == []
    assert len(checks) == len(list(folder.glob("cases/**/*.toml"))) > 0
