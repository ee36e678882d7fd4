"""The state: daily tallies, integers that add up. Merge is ``+``, correction is ``−``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from polars.exceptions import PolarsError

from ..errors import InputError, StateError
from ..messages import Translated, listed, message
from ..value_classes import evolve, frozen
from ..writing import cannot_be_written, whole_file
from .cells import Cells, Ints, fingerprint
from .resolution import Resolved
from .state_table import Pieces, from_table, to_table
from .sums import Sums, Wanted
from .units import marks_of_shops
from .whole_rows import counted_by_state


@frozen(eq=False, repr=False)
class Tallies(Pieces):
    """Sums and counts per tally, shop and day, and the scope that they were counted over.

    A state holds no rules: ``tallies`` says what was counted, as canonical text by fingerprint,
    and any rule set that counts the same can score it. ``rows`` is the number of accepted rows
    of each of the ``shop_ids``, which ascend; ``columns`` were there in the events, and
    ``zone`` is the clock of their days.

    The scope has a mark for each unit: what two states share must not be added, since it would be
    counted twice. Each mark knows a check sum of what the unit has counted, so that a difference
    takes away only what a state holds.

    Made by :func:`shopscore.tally`; equal states compare equal.
    """

    @classmethod
    def of(cls, resolved: Resolved) -> Tallies:
        """Return the tallies of resolved rows."""
        from .daily import count_days

        daily, scope = count_days(resolved)
        keys = {fingerprint(t): t.key for t in counted_by_state(resolved.rules.tallies)}
        state = cls(
            tallies={name: keys[name] for name in daily},
            shop_ids=resolved.events.shops["shop_id"],
            rows=resolved.rows_per_shop,
            daily=daily,
            scope=scope,
            columns=resolved.events.columns_present(),
            zone=resolved.events.zone,
        )
        return state._without_empty_shops()

    def __repr__(self) -> str:
        cells = sum(map(len, self.daily.values()))
        kind = "Tallies" if self.scope.is_whole else "Difference of tallies"
        return f"<{kind}: {len(self.tallies)} tallies, {len(self.shop_ids)} shops, {cells} cells>"

    def __add__(self, other: Tallies) -> Tallies:
        """Return both together.

        Raises:
            StateError: where they share a unit, count different things, or do not fit in int64.
        """
        if not isinstance(other, Tallies):
            return NotImplemented
        self._check_same_tallies(other)
        self._check_same_units(other)
        a, b = self.with_shops(other.shop_ids), other.with_shops(self.shop_ids)
        both = evolve(
            a,
            rows=a.rows + b.rows,
            scope=a.scope.plus(b.scope),
            daily={name: Cells.added([a.daily[name], b.daily[name]]) for name in a.daily},
            columns=a.columns | b.columns,
        )
        return both._without_empty_shops()

    def __radd__(self, other: object) -> Tallies:
        """Return this state, so that ``sum(parts)`` works."""
        return self if other == 0 else NotImplemented

    def __neg__(self) -> Tallies:
        """Return the difference that takes this state away."""
        return evolve(
            self,
            rows=-self.rows,
            scope=self.scope.negative(),
            daily={name: cells.negative() for name, cells in self.daily.items()},
        )

    def __sub__(self, other: Tallies) -> Tallies:
        """Return this without the other, or the difference that corrects a state."""
        return self + -other if isinstance(other, Tallies) else NotImplemented

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tallies):
            return NotImplemented
        return (
            self.tallies == other.tallies
            and self.shop_ids.equals(other.shop_ids)
            and np.array_equal(self.rows, other.rows)
            and self.daily == other.daily
            and self.scope == other.scope
            and self.columns == other.columns
            and self.zone == other.zone
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def cells(self) -> pl.DataFrame:
        """Sum and number of rows per tally (its fingerprint), shop and day, in that order."""
        cells = to_table(self).filter(pl.col("kind") == "cell")
        return cells.select("tally", "shop_id", "day", "sum", "count").collect()

    def to_polars(self) -> pl.DataFrame:
        """Return the whole state as one table, which :meth:`from_dataframe` reads."""
        return to_table(self).collect()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_polars().__arrow_c_stream__(requested_schema)

    @classmethod
    def from_dataframe(cls, table: Any) -> Tallies:
        """Return the state that a table holds: any dataframe with the Arrow PyCapsule interface.

        Raises:
            InputError: for what is not a state.
            StateError: for a state that is damaged, or of another version.
        """
        if isinstance(table, pl.LazyFrame):
            return from_table(cls, table, message("the table"))
        try:
            frame = pl.DataFrame(table)
        except (TypeError, ValueError, PolarsError) as error:
            said = message(
                "{kind} is no dataframe: {why}", kind=type(table).__name__, why=str(error)
            )
            raise InputError(said) from None
        return from_table(cls, frame.lazy(), type(table).__name__)

    def write_parquet(self, path: str | Path) -> None:
        """Write the whole state to one Parquet file, which replaces what was there when complete.

        Raises:
            InputError: where the file cannot be written.
        """
        target = Path(path)
        with whole_file(target) as file:
            try:
                to_table(self).sink_parquet(file)
            except PolarsError as error:
                raise cannot_be_written(target, error) from None

    @classmethod
    def read_parquet(cls, path: str | Path) -> Tallies:
        """Return the state that :meth:`write_parquet` wrote.

        Raises:
            InputError: for a file that cannot be read, or is not a state.
            StateError: for a state that is damaged, or of another version.
        """
        file = Path(path)  # never a pattern or an address
        if not file.is_file():
            raise InputError(message("{file}: no such file", file=path))
        try:
            return from_table(cls, pl.scan_parquet(file, glob=False), str(path))
        except OSError as error:
            said = message("{file} cannot be read as a state: {why}", file=path, why=str(error))
            raise InputError(said) from None

    def _check_same_tallies(self, other: Tallies) -> None:
        if self.zone != other.zone:
            said = message(
                "the days of these tallies are of different clocks, {left} and {right}:"
                " read both for one platform, or with one tz=",
                left=self.zone,
                right=other.zone,
            )
            raise StateError(said)
        differ = []
        if missing := sorted(v for k, v in other.tallies.items() if k not in self.tallies):
            differ.append(
                message("the left one does not count {tallies}", tallies=some_of(missing))
            )
        if missing := sorted(v for k, v in self.tallies.items() if k not in other.tallies):
            differ.append(
                message("the right one does not count {tallies}", tallies=some_of(missing))
            )
        if differ:
            both = message("{one}; {other}", one=differ[0], other=differ[-1])
            said = message(
                "these tallies count different things: {differences}."
                " Tally both by one rule set, with the same assumptions",
                differences=both if len(differ) > 1 else differ[0],
            )
            raise StateError(said)

    def _check_same_units(self, other: Tallies) -> None:
        """Raise where shops are whole units of one state, and cut into orders in the other."""
        if self.has_whole_shops == other.has_whole_shops:
            return
        shared = self.shop_ids.filter(self.shop_ids.is_in(other.shop_ids.implode()))
        if len(shared):
            said = message(
                "these tallies share shops ({shops}), which one of them was counted of as a whole:"
                " what they share cannot be told. Resolve the events together",
                shops=some_of(shared.to_list()),
            )
            raise StateError(said)

    @property
    def has_whole_shops(self) -> bool:
        """Whether shops are the units, each with all its rows, and not orders."""
        marks = self.scope.units
        return len(marks) <= len(self.shop_ids) and bool(
            np.isin(marks, marks_of_shops(self.shop_ids)).all()
        )

    def _without_empty_shops(self) -> Tallies:
        """Return the state as if a shop without rows and cells had never been there."""
        keep = self.rows != 0
        for cells in self.daily.values():
            if not keep.all():
                keep[cells.shops] = True
        if keep.all():
            return self
        return self._renumbered(
            self.shop_ids.filter(pl.Series(keep)), self.rows[keep], np.cumsum(keep) - 1
        )

    def with_shops(self, shop_ids: pl.Series) -> Tallies:
        """Return a copy that lists more shops, which have no rows."""
        if shop_ids.equals(self.shop_ids):
            return self
        ids = pl.concat([self.shop_ids, shop_ids.cast(pl.String)]).unique().sort()
        if len(ids) == len(self.shop_ids):
            return self
        at = ids.search_sorted(self.shop_ids).to_numpy().astype(np.int64)
        rows = np.zeros(len(ids), dtype=np.int64)
        rows[at] = self.rows
        return self._renumbered(ids, rows, at)

    def _renumbered(self, shop_ids: pl.Series, rows: Ints, numbers: Ints) -> Tallies:
        daily = {name: cells.renumbered(numbers) for name, cells in self.daily.items()}
        return evolve(self, shop_ids=shop_ids, rows=rows, daily=daily)

    def window_sums(self, wanted: Sequence[Wanted], as_of: date) -> list[Sums]:
        """Return the sums of each tally over its window, per shop of ``shop_ids``.

        Raises:
            StateError: for a difference, which describes no shop.
        """
        self.check_whole()
        return [
            self.daily[fingerprint(tally)].window_sums(weights, as_of, len(self.shop_ids))
            for tally, weights in wanted
        ]

    def check_whole(self) -> None:
        """Raise where this is a difference, which describes no shop.

        Raises:
            StateError: for a difference.
        """
        if not self.scope.is_whole:
            said = message("this is a difference of tallies: add it to a state, then score that")
            raise StateError(said)


def some_of(texts: Sequence[str]) -> Translated:
    """Return the first three of some texts, and how many more there are."""
    first = listed(texts[:3])
    more = len(texts) - 3
    return message("{words} and {count} more", words=first, count=more) if more > 0 else first
