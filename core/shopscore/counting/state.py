"""The state: daily tallies, integers that add up. Merge is ``+``, correction is ``−``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import evolve, field, frozen

from ..errors import StateError
from ..reading.fingerprints import Prints
from .sums import Sums, Wanted, daily_cells, day_number, summed, weighted_sum

if TYPE_CHECKING:
    from ..plugins.bound_rules import BoundRuleSet
    from .resolution import Resolved


@frozen(eq=False)
class Tallies:
    """Sums and counts per tally, shop and day, and the scope that they were counted over.

    ``cells`` (tally, shop, day, sum, count) are sorted, without zeros; ``shop`` is a row of
    ``shop_ids``, which are sorted. ``rows`` counts the accepted rows of each shop.

    The scope is a set of marks, one for each row's key and each unit: what two states share must
    not be added, since a unit would be cut or counted twice. Each mark knows the content that was
    put in, and the content that was taken away and is still to be found: a difference takes away
    what a state must hold whole, to the last row of the unit.

    Made by :func:`shopscore.tally`; equal states compare equal.
    """

    rules: BoundRuleSet = field(repr=False)
    shop_ids: pl.Series
    cells: pl.DataFrame
    rows: npt.NDArray[np.int64]
    marks: Prints = field(repr=False)
    signs: npt.NDArray[np.int8] = field(repr=False)
    contents: Prints = field(repr=False)
    taken: Prints = field(repr=False)
    columns: frozenset[tuple[str, str]] = field(repr=False)

    @classmethod
    def of(cls, resolved: Resolved) -> Tallies:
        """The tallies of resolved rows."""
        rows = resolved.rows_per_shop
        there = np.flatnonzero(rows)
        compact = np.zeros(len(rows), dtype=np.uint32)
        compact[there] = np.arange(len(there), dtype=np.uint32)
        cells = daily_cells(resolved)
        marks, contents = resolved.marks
        return cls(
            rules=resolved.rules,
            shop_ids=resolved.events.shops["shop_id"].gather(there),
            cells=cells.with_columns(pl.Series("shop", compact[cells["shop"].to_numpy()])),
            rows=rows[there],
            marks=marks,
            signs=np.ones(len(marks), dtype=np.int8),
            contents=contents,
            taken=np.zeros_like(contents),
            columns=resolved.events.columns_present(),
        )

    def __add__(self, other: Tallies) -> Tallies:
        """Both together; raises StateError where they share a unit or count other things."""
        if not isinstance(other, Tallies):
            return NotImplemented
        return self._merged(other, 1)

    def __radd__(self, other: object) -> Tallies:
        """So that ``sum(parts)`` works."""
        return self if other == 0 else NotImplemented

    def __sub__(self, other: Tallies) -> Tallies:
        """This without the other, or the difference that corrects a state."""
        if not isinstance(other, Tallies):
            return NotImplemented
        return self._merged(other, -1)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tallies):
            return NotImplemented
        return (
            self.rules.identity == other.rules.identity
            and self.shop_ids.equals(other.shop_ids)
            and self.cells.equals(other.cells)
            and np.array_equal(self.rows, other.rows)
            and np.array_equal(self.marks, other.marks)
            and np.array_equal(self.signs, other.signs)
            and np.array_equal(self.contents, other.contents)
            and np.array_equal(self.taken, other.taken)
            and self.columns == other.columns
        )

    __hash__ = None  # type: ignore[assignment]

    def _merged(self, other: Tallies, sign: int) -> Tallies:
        if self.rules.identity != other.rules.identity:
            raise StateError(
                f"these tallies follow different rules: {self.rules.ruleset.name} and"
                f" {other.rules.ruleset.name}; tally both by one rule set, with the same assumptions"
            )
        marks, signs, contents, taken = _merged_marks(self, other, sign)
        ids = pl.concat([self.shop_ids, other.shop_ids]).unique().sort()
        cells, rows = [], np.zeros(len(ids), dtype=np.int64)
        for state, factor in ((self, 1), (other, sign)):
            at = ids.search_sorted(state.shop_ids).to_numpy().astype(np.uint32)
            codes = pl.Series("shop", at[state.cells["shop"].to_numpy()])
            signed = (pl.col("sum") * factor, pl.col("count") * factor)
            cells.append(state.cells.with_columns(codes, *signed))
            rows[at] += factor * state.rows
        merged = evolve(
            self,
            shop_ids=ids,
            cells=summed(pl.concat(cells)),
            rows=rows,
            marks=marks,
            signs=signs,
            contents=contents,
            taken=taken,
            columns=self.columns | other.columns,
        )
        return merged._without_empty_shops()

    def _without_empty_shops(self) -> Tallies:
        """A shop without rows and cells is not here, as if it had never been."""
        keep = self.rows != 0
        keep[self.cells["shop"].to_numpy()] = True
        if keep.all():
            return self
        at = (np.cumsum(keep) - 1).astype(np.uint32)
        codes = pl.Series("shop", at[self.cells["shop"].to_numpy()])
        return evolve(
            self,
            shop_ids=self.shop_ids.filter(pl.Series(keep)),
            rows=self.rows[keep],
            cells=self.cells.with_columns(codes),
        )

    def with_shops(self, shop_ids: pl.Series) -> Tallies:
        """A copy that lists more shops, which have no rows."""
        ids = pl.concat([self.shop_ids, shop_ids.cast(pl.String)]).unique().sort()
        at = ids.search_sorted(self.shop_ids).to_numpy().astype(np.uint32)
        rows = np.zeros(len(ids), dtype=np.int64)
        rows[at] = self.rows
        codes = pl.Series("shop", at[self.cells["shop"].to_numpy()])
        cells = self.cells.with_columns(codes)
        return evolve(self, shop_ids=ids, rows=rows, cells=cells)

    def window_sums(self, wanted: Sequence[Wanted], as_of: date) -> list[Sums]:
        """Sums of each tally over its window, per shop of ``shop_ids``.

        Raises:
            StateError: for a difference, which describes no shop.
        """
        if (self.signs < 1).any() or self.taken.any():
            raise StateError("this is a difference of tallies: add it to a state, then score that")
        position = {key: i for i, key in enumerate(self.rules.key)}
        today, size = day_number(as_of), len(self.shop_ids)
        found = []
        for tally, weights in wanted:
            age = today - pl.col("day")
            mine = self.cells.filter(
                pl.col("tally") == position[tally.key],
                age.is_between(weights.first_age, weights.last_age),
            )
            codes = mine["shop"].to_numpy()
            ages = today - mine["day"].to_numpy().astype(np.int64)
            by_day = np.array(weights.ints, dtype=np.int64)[ages - weights.first_age]
            counts = weighted_sum(codes, mine["count"].to_numpy(), None, size)
            sums = weighted_sum(codes, mine["sum"].to_numpy(), by_day, size)
            found.append((sums, counts))
        return found


def _merged_marks(
    a: Tallies, b: Tallies, sign: int
) -> tuple[Prints, npt.NDArray[np.int8], Prints, Prints]:
    """Marks of both: signs added up, and contents that are taken away again gone."""
    marks = np.unique(np.concatenate([a.marks, b.marks]))
    signs = _spread(a.signs, a, marks) + sign * _spread(b.signs, b, marks)
    shared = int((np.abs(signs) > 1).sum())
    if shared:
        what = "added" if sign > 0 else "taken away"
        raise StateError(
            f"these tallies share rows or orders ({shared} of them), and must not be {what}:"
            " resolve the events together, or split resolved rows"
        )
    mine, mine_taken = _spread(a.contents, a, marks), _spread(a.taken, a, marks)
    put, take = (b.contents, b.taken) if sign > 0 else (b.taken, b.contents)
    theirs, theirs_taken = _spread(put, b, marks), _spread(take, b, marks)
    found = (mine == theirs_taken) & (theirs_taken != 0)
    found_back = (theirs == mine_taken) & (mine_taken != 0)
    zero = np.uint64(0)
    contents = np.where(found, zero, mine) + np.where(found_back, zero, theirs)
    taken = np.where(found_back, zero, mine_taken) + np.where(found, zero, theirs_taken)
    left = (signs != 0) | (contents != 0) | (taken != 0)
    return marks[left], signs[left].astype(np.int8), contents[left], taken[left]


def _spread(values: npt.NDArray[Any], state: Tallies, marks: Prints) -> npt.NDArray[Any]:
    """The values of a state's marks among those of several; 0 where it has none."""
    spread = np.zeros(len(marks), dtype=np.int64 if values.dtype == np.int8 else values.dtype)
    spread[np.searchsorted(marks, state.marks)] = values
    return spread
