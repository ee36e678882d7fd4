"""Tests on Spark: `tox -e spark` runs them, with a JVM and real worker processes."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent

if find_spec("pyspark") is None:
    collect_ignore_glob = ["test_*.py"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.spark)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def streams(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Random events with defects, re-sent rows and rare spellings, as frames of text."""
    from support.on_spark import random_streams

    return random_streams(7)


@pytest.fixture(scope="session")
def paths(streams: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The same as Parquet files."""
    folder = tmp_path_factory.mktemp("streams")
    for name, frame in streams.items():
        frame.write_parquet(folder / f"{name}.parquet")
    return {name: str(folder / f"{name}.parquet") for name in streams}


@pytest.fixture(scope="module")
def spark(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A session on the cluster that the module names."""
    from support.on_spark import started

    session = started(request.module.MASTER)
    yield session
    session.stop()


@pytest.fixture(scope="module")
def rows(spark: Any, paths: dict[str, str]) -> dict[str, Any]:
    """The files as dataframes of Spark, which know where their rows stand."""
    return {name: spark.read.parquet(path) for name, path in paths.items()}
