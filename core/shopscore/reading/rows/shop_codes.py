"""The shop of each row as a code: ids are looked at once each, not once a row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from ...value_classes import define, field, frozen
from ..marks import without_nothing
from .cells import trim
from .ids import bare_ids, rounded, totals

#: Places of a table that texts are found with: 16 MB at most.
_MOST_BITS = 22
_ODD = np.uint64(0x9E3779B97F4A7C15)

Codes = npt.NDArray[np.uint32]
Mask = npt.NDArray[np.bool_]


@define(eq=False)
class Texts:
    """A number for each distinct text, the same for all pieces that are read.

    A hash finds a number, and its text decides; rows of which another text has the place go round
    again, with other places. Of 90,000 shops it takes 61 to 77 ns a row, where a cast to an enum of
    all of them takes 172, and has to know them before.

    >>> import polars as pl
    >>> texts = Texts()
    >>> codes = texts.codes(pl.Series(["b", "a", "b"]))
    >>> texts.known.gather(codes).to_list()
    ['b', 'a', 'b']
    >>> texts.known.gather(texts.codes(pl.Series(["a"]))).to_list(), len(texts.known)
    (['a'], 2)
    """

    known: pl.Series = field(factory=lambda: pl.Series([], dtype=pl.String))
    _places: list[npt.NDArray[np.int32]] = field(factory=list)
    _bits: int = 0

    def codes(self, cells: pl.Series) -> Codes:
        """Return the number of each text; no cell is null."""
        codes = np.empty(len(cells), dtype=np.uint32)
        rows = np.arange(len(cells))
        self._make_room(len(cells))
        hashes, number = cells.hash().to_numpy(), 0
        while rows.size:
            if number == len(self._places):
                self._places.append(np.full(1 << self._bits, -1, dtype=np.int32))
            at = self._places[number]
            places = (hashes >> np.uint64(64 - self._bits)).view(np.int64)
            own = at[places]
            if (new := np.flatnonzero(own < 0)).size:
                own[new] = self._learn(at, places[new], cells[new])
            codes[rows] = own
            left = np.flatnonzero((self.known[own] != cells).to_numpy())
            rows = rows[left]
            cells, hashes, number = cells[left], hashes[left] * _ODD, number + 1
        return codes

    def _learn(
        self, at: npt.NDArray[np.int32], places: npt.NDArray[np.int64], cells: pl.Series
    ) -> npt.NDArray[np.int32]:
        """Give a number to one text for each place; return the number that each place has now."""
        at[places] = np.arange(len(places), dtype=np.int32)  # the last one of each place stays
        first = np.flatnonzero(at[places] == np.arange(len(places), dtype=np.int32))
        before = len(self.known)
        self.known = pl.concat([self.known, cells[first]], rechunk=True)
        at[places[first]] = np.arange(before, len(self.known), dtype=np.int32)
        return at[places]

    def _make_room(self, more: int) -> None:
        """Make tables that are no more than half full after so many new texts, as far as they go."""
        bits = min((2 * max(more, len(self.known))).bit_length(), _MOST_BITS)
        if bits > self._bits:
            known, self._bits = self.known, bits
            self.known, self._places = known.clear(), []
            if len(known):  # each is given the number that it had: they are taken in order
                self._renumber(known)

    def _renumber(self, known: pl.Series) -> None:
        hashes, numbers = known.hash().to_numpy(), np.arange(len(known), dtype=np.int32)
        self.known = known
        while len(numbers):
            at = np.full(1 << self._bits, -1, dtype=np.int32)
            places = (hashes >> np.uint64(64 - self._bits)).view(np.int64)
            at[places] = numbers
            self._places.append(at)
            left = at[places] != numbers
            hashes, numbers = hashes[left] * _ODD, numbers[left]


@define(eq=False)
class ShopCodes:
    """The shops of all rows that are read: a code for each text that stands for one.

    An id that is empty, or stands for nothing, is null. ``used`` marks the codes of usable rows,
    ``faults`` those with which something is wrong.
    """

    texts: Texts = field(factory=Texts)
    ids: pl.Series = field(factory=lambda: pl.Series("shop_id", [], dtype=pl.String))
    used: Mask = field(factory=lambda: np.empty(0, dtype=np.bool_))
    faults: dict[str, Mask] = field(factory=dict)
    _named: dict[tuple[str, ...], tuple[int, list[int]]] = field(factory=dict)

    def of(self, shop_ids: pl.Series) -> RowShops:
        """Return the shops of a column of text."""
        codes = self.texts.codes(shop_ids.fill_null("") if shop_ids.null_count() else shop_ids)
        if len(self.texts.known) > len(self.ids):
            self._look_at(self.texts.known.slice(len(self.ids)))
        return RowShops(codes, self)

    def _look_at(self, texts: pl.Series) -> None:
        """Find the ids that new texts stand for, and what is wrong with them."""
        ids = without_nothing(bare_ids(trim(texts)))
        self.ids = pl.concat([self.ids, ids.alias("shop_id")], rechunk=True)
        self.used = np.append(self.used, np.zeros(len(ids), dtype=np.bool_))
        for fault, found in (
            ("missing", ids.is_null()),
            ("rounded", rounded(ids)),
            ("totals", totals(ids)),
        ):
            before = self.faults.get(fault, self.used[:0])
            self.faults[fault] = np.append(before, found.to_numpy())

    def named(self, names: tuple[str, ...]) -> list[int]:
        """Return the codes of texts that are one of some words; each text is looked at once."""
        before, found = self._named.get(names, (0, []))
        codes = [*found, *(self.texts.known.slice(before).is_in([*names]).arg_true() + before)]
        self._named[names] = len(self.texts.known), codes
        return codes

    def use(self, codes: pl.Series) -> None:
        """Note that the shops of some rows are used."""
        self.used[codes.to_numpy()] = True


@frozen(eq=False)
class ShopPlaces:
    """The shops of usable rows in order of their ids, and where each code's is among them.

    ``of_codes`` may be any number for a code that is not used; ``codes`` has one for each shop.
    """

    ids: pl.Series
    of_codes: Codes
    codes: Codes

    @classmethod
    def of(cls, shops: ShopCodes) -> ShopPlaces:
        """Return the places of all shops that are used."""
        ids = shops.ids.filter(pl.Series(shops.used)).unique().sort()
        of_codes = ids.search_sorted(shops.ids).to_numpy().astype(np.uint32)
        used = np.flatnonzero(shops.used).astype(np.uint32)
        codes = np.zeros(len(ids), dtype=np.uint32)
        codes[of_codes[used]] = used
        return cls(ids, of_codes, codes)


@frozen(eq=False)
class RowShops:
    """The shop of each row of a piece."""

    codes: Codes
    shops: ShopCodes

    def rows_with(self, fault: str) -> pl.Series | None:
        """Return which rows have a shop with a fault; None where none has.

        One is ``missing``; of one that is ``rounded`` a spreadsheet lost digits; ``totals`` are
        words before sums in its place.
        """
        marked = self.shops.faults.get(fault)
        if marked is None or not marked.any() or not (found := marked[self.codes]).any():
            return None
        return pl.Series(found)

    def named(self, names: Sequence[str]) -> list[int]:
        """Return the rows whose shop is one of some words."""
        codes = self.shops.named(tuple(names))
        return np.flatnonzero(np.isin(self.codes, codes)).tolist() if codes else []
