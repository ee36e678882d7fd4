"""What a user knows besides events: percentiles, and standards; as tables or their files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..grading.names import Names
from ..notices import Notice
from ..plugins.bound_rules import BoundRuleSet
from ..value_classes import field, frozen

if TYPE_CHECKING:
    from ..composing.standards import Standards
    from ..grading.benchmarks import Benchmark


def _read_benchmarks(table: Benchmark | str | Path | None) -> Benchmark | None:
    if not isinstance(table, str | Path):
        return table
    from ..grading.benchmarks import Benchmark

    return Benchmark.read(Path(table))


def _read_standards(table: Standards | str | Path | None) -> Standards | None:
    if not isinstance(table, str | Path):
        return table
    from ..composing.standards import Standards

    return Standards.read(Path(table))


@frozen
class ReferenceTables:
    """What a user knows besides events; files are read at once."""

    benchmarks: Benchmark | None = field(default=None, converter=_read_benchmarks)
    standards: Standards | None = field(default=None, converter=_read_standards)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What to know of the files of the tables."""
        tables = (table for table in (self.benchmarks, self.standards) if table is not None)
        return tuple(notice for table in tables for notice in table.notices)

    def bound(self, rules: BoundRuleSet) -> ReferenceTables:
        """Return the tables in the names and units of some rules.

        Raises:
            InputError: naming file and line of a number that no value of its metric can be.
        """
        names = Names.of(rules)
        return ReferenceTables(
            self.benchmarks and self.benchmarks.bound(names),
            self.standards and self.standards.bound(names),
        )
