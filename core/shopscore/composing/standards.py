"""Standards: what metrics must reach, from a user's table, and which shops reach it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from attrs import field, frozen

from ..errors import InputError
from ..exact.columns import ExactColumn
from ..exact.decimals import exact_decimal
from ..exact.rationals import Mask
from ..grading.weighing import MetricValues
from ..model.conditions import Operator
from ..model.frozen import FrozenDict
from ..model.metrics import Better
from ..reading.files import read_file
from .conditions import reaches

COLUMNS = ("industry", "metric", "standard")
EVERY = "*"


@frozen(eq=False)
class Standards:
    """A standard per industry and metric; those of industry ``*`` are for all without their own.

    A value that equals its standard reaches it; whether the platforms agree is not published.

    >>> table = Standards.from_rows([("*", "reply_rate", "0.8")])
    >>> table.of("women", "reply_rate")
    Fraction(4, 5)
    """

    table: Mapping[tuple[str, str], Fraction] = field(converter=FrozenDict)

    @classmethod
    def from_rows(
        cls, rows: Sequence[tuple[Any, Any, Any]], places: Sequence[str] = ()
    ) -> Standards:
        """Build a table from rows of industry, metric and standard.

        ``places`` are the places of the rows, for messages.

        Raises:
            InputError: for a cell that cannot be used.
        """
        table: dict[tuple[str, str], Fraction] = {}
        for position, (industry, metric, standard) in enumerate(rows):
            place = places[position] if places else f"standards, row {position + 1}"
            text = "" if standard is None else str(standard).strip()
            number = exact_decimal(text)
            key = (str(industry or "").strip() or EVERY, str(metric or "").strip())
            if number is None:
                raise InputError(f"{place}, column standard: {text!r} is not a number")
            if not key[1] or key in table:
                problem = f"metric {key[1]} has two standards" if key[1] else "no metric"
                raise InputError(f"{place}, column metric: {problem}")
            table[key] = Fraction(number)
        return cls(table)

    @classmethod
    def read(cls, path: Path) -> Standards:
        """Read a CSV file with the columns ``industry, metric, standard``."""
        if not path.is_file():
            raise InputError(f"{path}: no such file")
        table = read_file(path, COLUMNS)
        table.refuse_long_rows()
        missing = [name for name in COLUMNS if name not in table.frame.columns]
        if missing:
            raise InputError(
                f"{path}: no column {', '.join(missing)}; needed: {', '.join(COLUMNS)}"
            )
        lines = table.lines(range(len(table.frame)))
        places = [f"{path}, line {line}" for line in lines]
        return cls.from_rows(table.frame.select(COLUMNS).rows(), places)

    @property
    def metrics(self) -> frozenset[str]:
        """Every metric that has a standard."""
        return frozenset(metric for _, metric in self.table)

    def of(self, industry: str, metric: str) -> Fraction | None:
        """Return the standard of a metric in an industry, if there is one."""
        own = self.table.get((industry, metric))
        return self.table.get((EVERY, metric)) if own is None else own


@frozen(eq=False)
class Attainment:
    """One metric of every shop compared with its standard: which shops reach it."""

    standards: ExactColumn
    reached: Mask


def compare_with_standards(
    standards: Standards, measured: MetricValues, better: Better, industries: Sequence[str]
) -> Attainment:
    """Compare each shop's value with the standard of its industry."""
    column = ExactColumn.of([standards.of(industry, measured.id) for industry in industries])
    operator: Operator = "at least" if better == "higher" else "at most"
    return Attainment(column, reaches(measured.column, operator, column))
