"""The shop of each row as a code: ids are looked at once each, not once a row."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import frozen

from ..marks import without_nothing
from .cells import trim
from .ids import bare_ids, rounded, totals


@frozen(eq=False)
class ShopCodes:
    """A code for the shop of each row, and the id that each code in use stands for.

    An id that is empty, or stands for nothing, is null.
    """

    codes: npt.NDArray[np.uint32]
    used: npt.NDArray[np.int64]
    ids: pl.Series

    @classmethod
    def of(cls, shop_ids: pl.Series) -> ShopCodes:
        """Return the codes of a column of text."""
        filled = shop_ids.fill_null("") if shop_ids.null_count() else shop_ids
        codes = filled.cast(pl.Categorical).to_physical().to_numpy()
        row_of_code = np.full(int(codes.max()) + 1 if len(codes) else 0, -1, dtype=np.int64)
        row_of_code[codes] = np.arange(len(codes))
        used = np.flatnonzero(row_of_code >= 0)
        ids = bare_ids(trim(filled[row_of_code[used]]))
        return cls(codes, used, without_nothing(ids))

    def missing(self) -> pl.Series | None:
        """Return which rows have no shop; None where every row has one."""
        return self._rows_of(self.ids.is_null()) if self.ids.null_count() else None

    def rounded(self) -> pl.Series | None:
        """Return which rows have a shop whose digits a spreadsheet lost; None where none has."""
        return self._rows_of(rounded(self.ids))

    def totals(self) -> pl.Series | None:
        """Return which rows have a word before sums in the place of a shop; None where none has."""
        return self._rows_of(totals(self.ids))

    def _rows_of(self, ids: pl.Series) -> pl.Series | None:
        """Return which rows have one of some ids; None where no row has."""
        if not ids.any():
            return None
        marked = np.zeros(int(self.used[-1]) + 1, dtype=np.bool_)
        marked[self.used] = ids.to_numpy()
        return pl.Series(marked[self.codes])

    def only(self, keep: pl.Series) -> ShopCodes:
        """Return the codes of the rows to keep."""
        codes = self.codes[keep.to_numpy()]
        there = np.isin(self.used, np.unique(codes))
        return ShopCodes(codes, self.used[there], self.ids.filter(pl.Series(there)))

    def among(self, every: pl.Series) -> pl.Series:
        """Return each row's position in the sorted ids of all streams."""
        final = np.zeros(int(self.used[-1]) + 1 if len(self.used) else 0, dtype=np.uint32)
        final[self.used] = every.search_sorted(self.ids).to_numpy()
        return pl.Series("shop", final[self.codes])
