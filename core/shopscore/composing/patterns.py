"""Patterns: shops for which the same metrics are known are composed together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from ..exact.rationals import Mask

Rows = npt.NDArray[np.int64]


def find_patterns(
    marks: Sequence[Mapping[str, Mask]], among: Mask
) -> Iterator[tuple[tuple[set[str], ...], Rows]]:
    """Yield each combination of marked metrics that some shops have, with these shops.

    Each of ``marks`` says for every metric which shops have a property; a pattern holds one set of
    metrics per property.
    """
    columns = {(i, id): mask for i, masks in enumerate(marks) for id, mask in masks.items()}
    if not columns:
        yield tuple(set[str]() for _ in marks), np.flatnonzero(among)
        return
    names = {f"{i} {id}": mask for (i, id), mask in columns.items()}
    table = pl.DataFrame(names).with_row_index("row").filter(pl.Series(among))
    groups = table.group_by(*names).agg("row")
    for pattern, rows in zip(groups.select(*names).iter_rows(), groups["row"], strict=True):
        found = [key for key, marked in zip(columns, pattern, strict=True) if marked]
        sets = tuple({id for at, id in found if at == i} for i in range(len(marks)))
        yield sets, rows.to_numpy().astype(np.int64)
