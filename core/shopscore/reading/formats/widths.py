"""Widths: a row with another number of cells than the file's rows have may be shifted.

An unquoted separator in a text makes one cell more, a lost one makes one less: the cells after it
stand under other headers. Whether the last cell is blank does not matter; whether the other rows
are like it does.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ...messages import message
from .body import Refusals

MORE = message("more cells than the header has")
FEWER = message("fewer cells than the header has")

Counts = npt.NDArray[np.int32]


def refuse_uneven(widths: Counts, header: int, surplus: Mapping[int, str]) -> Refusals:
    """Return the rows that have another number of cells than the file, with what is too much.

    ``widths`` are the numbers of cells of all rows, ``header`` that of the header; ``surplus`` has
    what rows hold beyond the header, where that is not blank.

    >>> refuse_uneven(np.array([3, 4, 3, 2]), 3, {})
    {1: (',', 'more cells than the header has'), 3: (None, 'fewer cells than the header has')}
    >>> refuse_uneven(np.array([4, 4, 4]), 3, {})
    {}
    """
    uneven = np.flatnonzero(widths != _usual(widths, header, surplus))
    beyond = {row: int(widths[row]) - header for row in uneven.tolist()}
    return {
        row: (surplus.get(row) or "," * more, MORE) if more > 0 else (None, FEWER)
        for row, more in beyond.items()
    }


def _usual(widths: Counts, header: int, surplus: Mapping[int, str]) -> int:
    """Return how many cells a row has: as many as the header, unless all rows agree on others.

    Lines of a single cell, such as a remark at the end, have no say. What stands beyond the header
    is nothing in every row of such a file; a text in one of them shows that all are shifted.
    """
    rows = widths[widths > 1] if header > 1 else widths
    rows = rows if len(rows) else widths
    if not len(rows) or (rows != rows[0]).any():
        return header
    width = int(rows[0])
    return header if width > header and surplus else width
