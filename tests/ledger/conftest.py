"""A small ledger, made once and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from shopscore.ledger.ledger import Ledger
from support.ledger_samples import opened, sample_batches, small_ledger


@pytest.fixture(scope="session")
def batches(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """What comes early, and what comes late."""
    return sample_batches(tmp_path_factory.mktemp("batches"))


@pytest.fixture(scope="session")
def template(batches: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with what comes early, which nobody writes to."""
    return small_ledger(tmp_path_factory.mktemp("template") / "ledger", batches[0]).root


@pytest.fixture
def ledger(template: Path, tmp_path: Path) -> Ledger:
    """A ledger with what comes early."""
    return opened(Path(shutil.copytree(template, tmp_path / "ledger")))
