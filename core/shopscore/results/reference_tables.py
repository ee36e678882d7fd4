"""What a user knows besides events: percentiles, and standards; as tables or their files."""

from __future__ import annotations

from pathlib import Path

from attrs import field, frozen

from ..composing.standards import Standards
from ..grading.benchmarks import Benchmark


def _read_benchmarks(table: Benchmark | str | Path | None) -> Benchmark | None:
    return Benchmark.read(Path(table)) if isinstance(table, str | Path) else table


def _read_standards(table: Standards | str | Path | None) -> Standards | None:
    return Standards.read(Path(table)) if isinstance(table, str | Path) else table


@frozen
class ReferenceTables:
    """What a user knows besides events; files are read at once."""

    benchmarks: Benchmark | None = field(default=None, converter=_read_benchmarks)
    standards: Standards | None = field(default=None, converter=_read_standards)
