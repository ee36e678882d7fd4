"""Standards: what metrics must reach, from a user's table, and which shops reach it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from ..errors import InputError
from ..exact.columns import ExactColumn
from ..exact.rationals import Mask
from ..grading.amounts import Amount, Possible, read_amount
from ..grading.cell_places import Row
from ..grading.names import Names
from ..grading.variants import coded
from ..grading.weighing import MetricValues
from ..messages import message
from ..model.conditions import Operator
from ..model.metrics import Better, Unit
from ..notices import Notice
from ..reading.files import read_file
from ..value_classes import evolve, frozen
from .conditions import reaches

COLUMNS = ("industry", "metric", "standard")
EVERY = "*"


@frozen
class _Row:
    """One row of a table: what a metric must reach, as it was typed in."""

    row: Row
    industry: str
    metric: str
    standard: Amount


@frozen(slots=False, eq=False)
class Standards:
    """A standard per industry and metric; those of industry ``*`` are for all without their own.

    A value that equals its standard reaches it; whether the platforms agree is not published.
    Until the table is bound to the names and units of some rules, metrics are called as the table
    calls them, and standards are plain numbers.

    >>> table = Standards.from_rows([("*", "reply_rate", "0.8")])
    >>> table.of("women", "reply_rate")
    Fraction(4, 5)
    """

    rows: tuple[_Row, ...]
    names: Names | None = None
    notices: tuple[Notice, ...] = ()

    @cached_property
    def table(self) -> Mapping[tuple[str, str], Fraction]:
        """The standard of each industry and metric.

        Raises:
            InputError: for a metric with two standards, or one that no value of it can reach.
        """
        table: dict[tuple[str, str], Fraction] = {}
        for one in self.rows:
            named = self.names
            name = None if named is None else named.find(one.metric, one.row.cell("metric"))
            metric, possible = (one.metric, None) if name is None else (name.id, name.possible)
            if (one.industry, metric) in table:
                raise InputError(
                    message(
                        "{place}: metric {metric} has two standards",
                        place=one.row.cell("metric"),
                        metric=metric,
                    )
                )
            unit: Unit = "index" if one.standard.plain else "ratio"  # as far as one can tell
            number = one.standard.within(possible or Possible(unit), one.row.cell("standard"))
            table[one.industry, metric] = number
        return table

    def bound(self, names: Names) -> Standards:
        """Return the table in the names and units of some rules.

        Raises:
            InputError: naming file and line of a standard that no value of its metric can be.
        """
        bound = evolve(self, names=names.metrics)
        bound.table  # noqa: B018 - what cannot be used is said at once
        return bound

    @classmethod
    def from_rows(
        cls, rows: Sequence[tuple[Any, Any, Any]], places: Sequence[Row] = ()
    ) -> Standards:
        """Build a table from rows of industry, metric and standard.

        ``places`` are where the rows stand, for messages.

        Raises:
            InputError: for a cell that cannot be used.
        """
        made = []
        for position, (industry, metric, standard) in enumerate(rows):
            row = places[position] if places else Row("standards", position)
            amount = read_amount(_text(standard), row.cell("standard"))
            if not _text(metric):
                raise InputError(message("{place}: no metric", place=row.cell("metric")))
            made.append(_Row(row, _text(industry) or EVERY, _text(metric), amount))
        table = cls(tuple(made))
        if all(one.standard.plain for one in made):  # else the units are needed
            table.table  # noqa: B018 - what cannot be used is said at once
        return table

    @classmethod
    def read(cls, path: Path) -> Standards:
        """Read a CSV file with the columns ``industry, metric, standard``."""
        table = read_file(path, COLUMNS)
        table.refuse_unusable_rows()
        table.require_columns(COLUMNS, path)
        lines = enumerate(table.lines(range(len(table.frame))))
        places = [Row(str(path), position, line) for position, line in lines]
        made = cls.from_rows(table.frame.select(COLUMNS).rows(), places)
        return evolve(made, notices=table.notices)

    @property
    def metrics(self) -> frozenset[str]:
        """Every metric that has a standard."""
        return frozenset(metric for _, metric in self.table)

    def of(self, industry: str, metric: str) -> Fraction | None:
        """Return the standard of a metric in an industry, if there is one."""
        own = self.table.get((industry, metric))
        return self.table.get((EVERY, metric)) if own is None else own


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


@frozen(eq=False)
class Attainment:
    """One metric of every shop compared with its standard: which shops reach it."""

    standards: ExactColumn
    reached: Mask


def compare_with_standards(
    standards: Standards,
    measured: MetricValues,
    better: Better,
    industries: Sequence[str] | pl.Series,
) -> Attainment:
    """Compare each shop's value with the standard of its industry."""
    names, codes = coded(industries)
    column = ExactColumn.of([standards.of(name, measured.id) for name in names]).take(codes)
    operator: Operator = "at least" if better == "higher" else "at most"
    return Attainment(column, reaches(measured.column, operator, column))
