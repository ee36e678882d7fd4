"""Distinct keys: by how much their number changes from one day of publication to the next.

Sorted by day, the rows of a key come into a window and leave it in turn. So the latest row decides
for each day of publication: the key counts while the row that came so many before it has not left.
What begins and ends with that are changes of one, and the sum of all changes up to a day is the
number of keys on it. Changes add up over shops like everything else in a state.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from ..errors import PluginError, UsageError
from ..evaluation.with_numpy import Columns
from ..evaluation.with_polars import to_polars
from ..messages import message
from ..model.expressions import Expr
from ..model.instants import with_instants
from ..model.tallies import Tally
from ..model.windows import Window
from ..plugins.isolation import isolated
from ..reading.rows.narrowing import all_widened
from ..value_classes import frozen
from .selection import counted, day_number

Ints = npt.NDArray[np.int64]

_EPOCH = date(1970, 1, 1)
#: Where nothing comes or leaves any more.
_NEVER = day_number(date.max)


@frozen(eq=False)
class Changes:
    """Changes of the number of keys, each because of one row.

    ``days`` are the last days before the change is seen: what changes on a day of publication
    counts from age 1 on, as rows do. ``keys`` are changes of keys, ``unknown`` those of rows whose
    key is not known: 1 or −1, and 0 where it is the other. No row is there twice.
    """

    rows: Ints
    shops: Ints
    days: Ints
    keys: Ints
    unknown: Ints


@frozen(eq=False)
class _Rows:
    """Rows that count: positions in their stream, shops, and from and to when their day counts."""

    rows: Ints
    shops: Ints
    days: Ints
    enters: Ints
    leaves: Ints

    def only(self, which: npt.NDArray[np.generic]) -> _Rows:
        """Return some of the rows."""
        return _Rows(
            self.rows[which],
            self.shops[which],
            self.days[which],
            self.enters[which],
            self.leaves[which],
        )


def changes_of(frame: pl.DataFrame, tally: Tally) -> tuple[Changes, Changes]:
    """Return what comes, and what leaves, of the rows of a resolved stream."""
    distinct = tally.distinct
    if distinct is None or distinct.window is None or not isinstance(distinct.at_least, int):
        raise UsageError(message("the tally counts no keys over a window"))
    found = _with_stays(_counted(frame, tally), distinct.window)
    keys = _keys(frame, with_instants(tally, frame.columns), found)
    unknown = keys.select(pl.any_horizontal(pl.exclude("at", "shop", "day").is_null()))
    nobodys = unknown.to_series().to_numpy()
    known, ends = _of_keys(keys.filter(~pl.Series(nobodys)), found, distinct.at_least)
    loose = found.only(nobodys)
    there = loose.enters < loose.leaves
    loose = loose.only(there)
    return (
        _changes(1, (known, known.enters), (loose, loose.enters)),
        _changes(-1, (known, ends), (loose, loose.leaves)),
    )


def _changes(sign: int, keys: tuple[_Rows, Ints], unknown: tuple[_Rows, Ints]) -> Changes:
    """Return changes on some days of publication, of keys and of rows without one."""
    (of_keys, on), (loose, then) = keys, unknown
    days = np.concatenate([on, then])
    ones = np.full(len(days), sign, dtype=np.int64)
    is_key = np.arange(len(days)) < len(on)
    rows = np.concatenate([of_keys.rows, loose.rows])
    shops = np.concatenate([of_keys.shops, loose.shops])
    there = days < _NEVER
    return Changes(
        rows[there],
        shops[there],
        days[there] - 1,
        (ones * is_key)[there],
        (ones * ~is_key)[there],
    )


def _of_keys(keys: pl.DataFrame, found: _Rows, at_least: int) -> tuple[_Rows, Ints]:
    """Return the rows with which a key begins to count, from when they enter, and until when.

    A row hands over to the next one of its key. Before the first ``at_least`` there are too few.
    """
    group = pl.exclude("at", "day")
    ordered = keys.sort(group, "day").select("at", group=pl.struct(group).rle_id())
    at, groups = ordered["at"].to_numpy(), ordered["group"].to_numpy()
    size = len(at)
    here = np.arange(size)
    first = np.searchsorted(groups, groups)
    earliest = np.maximum(here - at_least + 1, 0)
    enters, leaves = found.enters[at], found.leaves[at]
    ends = leaves[earliest]
    followed = np.append(groups[1:] == groups[:-1], False)[:size]
    following = np.append(enters[1:], _NEVER)[:size]
    ends = np.where(followed, np.minimum(ends, following), ends)
    counts = (here - first >= at_least - 1) & (enters < ends)
    return found.only(at[counts]), ends[counts]


def _counted(frame: pl.DataFrame, tally: Tally) -> tuple[Ints, Ints, Ints]:
    """Return positions, shops and days of the rows that count."""
    none = np.empty(0, dtype=np.int64)
    chunks = [rows for (rows,) in counted(Columns(frame), [tally], [None], [True])]
    return (
        np.concatenate([none, *(rows.rows for rows in chunks)]),
        np.concatenate([none, *(rows.shop for rows in chunks)]),
        np.concatenate([none, *(rows.days() for rows in chunks)]),
    )


def _keys(frame: pl.DataFrame, tally: Tally, found: _Rows) -> pl.DataFrame:
    """Return what rows share, beside their shop and day, and their place among those that count."""
    assert tally.distinct is not None
    per: Iterable[Expr] = tally.distinct.per
    shared = all_widened(frame).select(to_polars(e).alias(f"per{i}") for i, e in enumerate(per))
    return shared.collect()[found.rows].with_columns(
        at=pl.Series(np.arange(len(found.rows))),
        shop=pl.Series(found.shops),
        day=pl.Series(found.days),
    )


def _with_stays(found: tuple[Ints, Ints, Ints], window: Window) -> _Rows:
    """Return rows with the days of publication between which they count, if there are any."""
    rows, shops, days = found
    distinct, place = np.unique(days, return_inverse=True)
    enters, leaves = _stays(window, distinct)
    every = _Rows(rows, shops, days, enters[place], leaves[place])
    return every.only(every.enters < _NEVER)


def _stays(window: Window, days: Ints) -> tuple[Ints, Ints]:
    """Return from when to when ascending days count; days beyond the calendar never do.

    Raises:
        PluginError: where a later day comes or leaves before an earlier one.
    """
    stays = np.full((len(days), 2), _NEVER, dtype=np.int64)
    first, after = np.searchsorted(days, [day_number(date.min), _NEVER]).tolist()
    with isolated(repr(window)):
        for place in range(first, after):
            stay = window.stay(_EPOCH + timedelta(int(days[place])))
            stays[place] = [day_number(end) for end in stay]
    if (np.diff(stays[first:], axis=0) < 0).any():
        said = message(
            "{window}: a later day comes or leaves before an earlier one: distinct keys cannot be"
            " counted over it",
            window=repr(window),
        )
        raise PluginError(said)
    return stays[:, 0], stays[:, 1]
