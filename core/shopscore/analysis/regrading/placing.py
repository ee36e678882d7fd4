"""Placing: other sums or values of a metric in the place of those that shops have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from attrs import evolve

from ...counting.sums import Sums
from ...exact.columns import ExactColumn
from ...exact.rationals import Mask
from ...grading.weighing import MetricValues, combine

Rows = npt.NDArray[np.int64]


def repeated(values: MetricValues, row: int, size: int) -> MetricValues:
    """Return the values of one shop, so many times."""
    return values.take(np.full(size, row, dtype=np.int64))


def with_sums(values: MetricValues, sums: Sequence[Sums]) -> MetricValues:
    """Return what a metric would be with other sums; whether these may be too low stays."""
    assert values.metric is not None  # else nothing was summed
    made = combine(values.metric, sums, values.missing_columns)
    return evolve(values, column=made.column, n=made.n, sums=made.sums, missing=made.missing)


def with_values(values: MetricValues, column: ExactColumn, here: Mask) -> MetricValues:
    """Return values of which some are just supposed, as if a user had typed them in."""
    told = values.documents
    return evolve(
        values,
        column=column.where(here, values.column),
        documents=told and tuple(None if h else one for one, h in zip(told, here, strict=True)),
        typed=_mask(values.typed, here) | here,
        n_unknown=_mask(values.n_unknown, here) | (here & (values.n == 0)),
        unpooled=_mask(values.unpooled, here) | here,
        missing=values.missing & ~here,
        cut=None if values.cut is None else values.cut & ~here,
    )


def put(values: MetricValues, places: Rows, own: MetricValues) -> MetricValues:
    """Return values of which those at some places are others, one for each place.

    Who told what stays; no more of it is read than whether it was typed in.
    """
    if not len(places):
        return values
    here = np.zeros(len(values.column), dtype=np.bool_)
    here[places] = True
    at = np.zeros(len(here), dtype=np.int64)
    at[places] = np.arange(len(places))
    new = own.take(at)

    def either(mine: Mask | None, theirs: Mask | None) -> Mask | None:
        if mine is None and theirs is None:
            return None
        return np.where(here, _mask(mine, here), _mask(theirs, here))

    pairs = zip(new.sums, values.sums, strict=True)
    return evolve(
        values,
        column=new.column.where(here, values.column),
        n=np.where(here, new.n, values.n),
        sums=tuple((np.where(here, a, b), np.where(here, n, m)) for (a, n), (b, m) in pairs),
        missing=np.where(here, new.missing, values.missing),
        missing_reason=values.missing_reason or new.missing_reason,
        typed=either(new.typed, values.typed),
        n_unknown=either(new.n_unknown, values.n_unknown),
        unpooled=either(new.unpooled, values.unpooled),
        cut=either(new.cut, values.cut),
        cut_reason=new.cut_reason if values.cut is None else values.cut_reason,
    )


def _mask(mask: Mask | None, like: Mask) -> Mask:
    return np.zeros_like(like) if mask is None else mask
