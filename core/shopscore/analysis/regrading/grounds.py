"""Grounds: what the shops of a result were graded with, besides their values."""

from __future__ import annotations

from datetime import date

from ...errors import UsageError
from ...exact.rationals import Mask
from ...grading.points import Supplied
from ...messages import message
from ...results.basis import Basis
from ...results.conclusion import start_of
from ...results.reference_tables import ReferenceTables
from ...results.result import Result
from ...value_classes import frozen
from .forgetting import told_of


@frozen(eq=False)
class Grounds:
    """What shops are graded with once more, where their values are other ones.

    ``told`` marks those of which anything was told beside their values.
    """

    tables: ReferenceTables
    supplied: Supplied
    ranks: bool
    judged_on: date
    told: Mask

    @classmethod
    def of(cls, result: Result) -> Grounds:
        """Return the grounds of a result.

        Raises:
            UsageError: for a result that does not know what it was made of.
        """
        basis = basis_of(result)
        start, selection = start_of(basis), basis.selection
        judged_on = selection.rules.ruleset.judged_on(selection.day)
        told = told_of(start.supplied, result.console, len(result))
        return cls(basis.tables, start.supplied, start.ranks, judged_on, told)


def basis_of(result: Result) -> Basis:
    """Return what a result was made of.

    Raises:
        UsageError: for a result that does not know it.
    """
    if result.basis is None:
        said = message("of this result it is not known what it was made of: score again")
        raise UsageError(said)
    return result.basis
