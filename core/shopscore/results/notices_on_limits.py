"""Notices on limits: where documents state other bounds of criteria, or counts, than the rules."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from ..exact.columns import ExactColumn
from ..messages import listed, message
from ..notices import Notice

if TYPE_CHECKING:
    from .result import Result


def notices_on_limits(result: Result) -> Iterator[Notice]:
    """Yield for each criterion the shops whose document states another bound, or another count."""
    ids = result.shops["shop_id"]
    for criterion in result.rules.exact.criteria:
        label, relief = criterion.label or criterion.id, criterion.condition.relief
        own, told = criterion.condition.bound, result.console.bounds.get(criterion.id)
        for other, apart in _others(told, own):
            said = message(
                "{criterion}: documents state the bound {told}, and the rules {own}: that of the documents is used",
                criterion=label,
                told=listed(f"{float(one):g}" for one in other),
                own=f"{float(own or 0):g}",
            )
            yield Notice("document_differs", said).about(ids, apart)
        own = None if relief is None else relief.count_at_most
        for other, apart in _others(result.console.counts.get(criterion.id), own):
            said = message(
                "{criterion}: documents state that a count of at most {told} is enough, and the rules"
                " {own}: that of the documents is used",
                criterion=label,
                told=listed(f"{float(one):g}" for one in other),
                own=f"{float(own or 0):g}",
            )
            yield Notice("document_differs", said).about(ids, apart)


def _others(
    told: ExactColumn | None, own: Fraction | None
) -> Iterator[tuple[list[Fraction], np.ndarray[tuple[int], np.dtype[np.bool_]]]]:
    """Yield the numbers that are not those of the rules, and the shops that have one."""
    if told is None or own is None:
        return
    numbers = told.fractions()
    other = {number for number in numbers if number is not None} - {own}
    if other:
        yield sorted(other), np.array([number in other for number in numbers], dtype=np.bool_)
