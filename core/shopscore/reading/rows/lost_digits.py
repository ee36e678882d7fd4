"""Digits that ids lost without an E to show for it: every long id of a column looks rounded.

A spreadsheet keeps fifteen digits of a number and writes zeros for the others; a program that
holds ids as doubles writes the nearest double. One id may end so by chance. That every long id of
a table's columns does is told from chance by how unlikely it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

import polars as pl

#: Ids of as many digits or more are beyond what a spreadsheet keeps.
LONG = r"^[0-9]{16,}$"
_KEPT = 15
#: The least number of so many digits.
LEAST_LONG = 10**_KEPT
#: Rows that are looked at first: hardly any column goes on after them.
FIRST = 512
#: Rows that are looked at before these: mostly they do.
_FEW = 16
#: How unlikely it must be, in powers of ten; and how many rows must look so.
_EVIDENCE, _LEAST = 4.0, 2
#: Gaps between doubles from here on are evidence; small powers of two occur in numbering.
_GAP = 16
#: Ids that are counted in steps of this, or of so many gaps where these are wide, are made so; as
#: many different ones show it.
_STEP, _GAPS, _STEPPED = 4096, 4, 8


class _Sign(NamedTuple):
    """A sign of lost digits: whether an id shows it, and how unlikely that is, in powers of ten."""

    shows: Callable[[str], bool]
    weight: Callable[[str], float]


def _ends_in_zeros(id: str) -> bool:
    return not id[_KEPT:].strip("0")


def _is_double(id: str) -> bool:
    return _gap(id) >= _GAP and int(float(id)) == int(id)


def _is_shortest(id: str) -> bool:
    """Return whether it is the shortest decimal of a double, as many programs write it."""
    return _gap(id) >= _GAP and int(Decimal(repr(float(id)))) == int(id)


def _gap(id: str) -> float:
    """Return the distance between doubles where an id lies."""
    number = float(id)
    return math.ulp(number) if math.isfinite(number) else 0.0


def _in_steps(id: str) -> bool:
    """Return whether an id is one of those that are counted in steps, which every double is not."""
    return int(id) % max(_STEP, _GAPS * int(_gap(id))) == 0


def _log_gap(id: str) -> float:
    return math.log10(_gap(id))


_DOUBLE = _Sign(_is_double, _log_gap)
_SIGNS = (
    _Sign(_ends_in_zeros, lambda text: len(text) - _KEPT),
    _Sign(lambda text: text.endswith("00"), lambda _: 2.0),
    _DOUBLE,
    _Sign(_is_shortest, _log_gap),
)


def find_lost(
    columns: Mapping[str, pl.Series], rows_per_file: Sequence[int]
) -> dict[str, pl.Series]:
    """Return, for each column of text whose long ids have lost digits, which cells hold these.

    Each file is looked at by itself: one that was spoilt may lie among others that are whole.

    >>> ids = pl.Series(["6921738301234560000", "6921738309999990000", "7"])
    >>> find_lost({"a": ids}, [3])["a"].to_list()
    [True, True, False]
    """
    found: dict[str, list[pl.Series]] = {}
    for start, rows in zip(accumulate(rows_per_file, initial=0), rows_per_file, strict=False):
        own = {name: cells.slice(start, rows) for name, cells in columns.items()}
        lost = _lost_columns(own)
        for name in (name for name in columns if name in lost):
            at = found.setdefault(name, [])
            at.append(_is_long(own[name]).arg_true() + start)
    return {name: _marked(columns[name], pl.concat(at)) for name, at in found.items()}


def _lost_columns(columns: Mapping[str, pl.Series]) -> set[str]:
    """Return the columns of one file whose long ids have lost digits."""
    long = {name: ids for name, cells in columns.items() if (ids := _suspicious(cells))}
    lost: set[str] = set()
    for sign in _SIGNS:
        showing = {name: ids for name, ids in long.items() if all(map(sign.shows, ids))}
        rows = sum(int(_is_long(columns[name]).sum()) for name in showing)
        if _beyond_chance(sign, set().union(*showing.values()), rows):
            lost |= showing.keys()
    return lost


def _marked(cells: pl.Series, rows: pl.Series) -> pl.Series:
    return pl.Series(cells.name, [False]).new_from_index(0, len(cells)).scatter(rows, True)


def _is_long(cells: pl.Series) -> pl.Series:
    return cells.str.contains(LONG).fill_null(False)


def are_clear(cells: pl.Series) -> bool:
    """Return whether the first ids of a column clear it of every sign that digits were lost.

    >>> are_clear(pl.Series(["6921738301234567891"])), are_clear(pl.Series(["17"]))
    (True, False)
    """
    return any(_clear(_first_long(cells, rows)) for rows in (_FEW, FIRST))


def _clear(long: list[str]) -> bool:
    """Return whether some long ids, and so any more of them, do not all show a sign."""
    return bool(long) and not any(all(map(sign.shows, long)) for sign in _SIGNS)


def _first_long(cells: pl.Series, rows: int = FIRST) -> list[str]:
    """Return the long ids among the first cells: so few take Python a tenth of a call to polars."""
    first = [*filter(None, cells.head(rows).to_list())]
    if max(map(len, first), default=0) <= _KEPT:
        return []
    return [id for id in first if len(id) > _KEPT and id.isascii() and id.isdigit()]


def are_suspicious(cells: pl.Series) -> bool:
    """Return whether digits of a column's ids may be lost, as far as these cells show."""
    return bool(_suspicious(cells))


def _suspicious(cells: pl.Series) -> set[str]:
    """Return the different long ids of a column; none where its first rows clear it of every sign."""
    if are_clear(cells):
        return set()
    if len(cells) <= FIRST:
        return set(_first_long(cells))
    if (cells.str.len_bytes().max() or 0) <= _KEPT:  # type: ignore[operator]
        return set()
    return set(cells.filter(_is_long(cells)).unique())


def _beyond_chance(sign: _Sign, ids: set[str], rows: int) -> bool:
    """Return whether ids show a sign more often than by chance; one id in several rows is enough.

    Ids of one morning differ in their last digits only: rounded, all of them are one.
    """
    if sign is _DOUBLE and len(ids) >= _STEPPED and all(map(_in_steps, ids)):
        return False
    return rows >= _LEAST and sum(map(sign.weight, ids)) >= _EVIDENCE
