from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from shopscore.cli.demo import make_sample
from support.workspaces import END, PLATFORMS


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of sample events for each platform, 120 days to 2022-06-30."""
    folder = tmp_path_factory.mktemp("agency")
    for platform in PLATFORMS:
        make_sample(folder / platform, 7, 500, 5, END, platform)
    return folder


@pytest.fixture
def workspace(tmp_path: Path, samples: Path) -> Callable[..., Path]:
    """Writes a workspace with the samples of some platforms in it, and returns its folder."""

    def write(text: str, *platforms: str, name: str = "workspace") -> Path:
        folder = tmp_path / name
        for platform in platforms:
            shutil.copytree(samples / platform, folder / platform, dirs_exist_ok=True)
        folder.mkdir(exist_ok=True)
        (folder / "shopscore.toml").write_text(f"schema = 1\n{text}", encoding="utf-8")
        return folder

    return write
