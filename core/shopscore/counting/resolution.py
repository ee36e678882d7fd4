"""Resolved rows: each stands alone, knowing its shop, its days, and the facts of its order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import evolve, frozen

from ..errors import UsageError
from ..model.expressions import columns_of
from ..model.joined import FactOn, joined_of
from ..model.streams import Stream
from ..model.tallies import Tally
from ..plugins.bound_rules import BoundRuleSet
from ..reading.events import Events
from ..reading.fingerprints import Prints, cell_prints, mixed
from ..reading.rows.links import ORDER
from .joining import column_of, joined_column, stream_rows
from .once import _winners, once_column
from .units import _content_prints, _row_prints, _unit_prints


@frozen(slots=False, eq=False)
class Resolved:
    """Rows of every stream that the rules count, made whole.

    ``frames`` hold the columns that tallies read (``order.x`` for those of the linked order),
    ``shop`` as a row of ``shops``, ``_excluded``, and a flag for each distinct ``Once``. Rows
    stand in the order of ``events``; ``picked`` says which of them are here, for a part.
    """

    events: Events
    rules: BoundRuleSet
    frames: Mapping[str, pl.DataFrame]
    picked: Mapping[str, npt.NDArray[np.bool_]] | None = None

    def split(self, parts: int) -> tuple[Resolved, ...]:
        """Any number of parts that share no unit; their tallies add up to those of the whole.

        A unit is an order with every row of its shop that names it, or a row that names none;
        where a ``Once`` or a fact reaches beyond the order, all rows of a shop.
        """
        if parts < 1:
            raise UsageError(f"split({parts}): at least one part is needed")
        shares = {
            name: (units % np.uint64(parts)).astype(np.int64)
            for name, units in self._units(by_shop=self._wide).items()
        }
        found = []
        for part in range(parts):
            picked = {name: share == part for name, share in shares.items()}
            frames = {
                name: frame.filter(pl.Series(picked[name][self._rows(name)]))
                if name in picked
                else frame
                for name, frame in self.frames.items()
            }
            mine = {name: mask & self._picked(name) for name, mask in picked.items()}
            found.append(evolve(self, frames=frames, picked=mine))
        return tuple(found)

    @cached_property
    def marks(self) -> tuple[Prints, Prints]:
        """What no other part may share, and what it says.

        A print of every row's key, of every unit, and of every shop where a ``Once`` reaches
        beyond the order; and for each the sum of the prints of the rows that it stands for.
        """
        shop = cell_prints(self.events.shops["shop_id"])
        units = self._units(by_shop=False)
        keys, contents = [], []
        for name, frame in self.events.frames.items():
            rows = frame.filter(pl.Series(self._picked(name)))
            stream, content = self.events.streams[name], _content_prints(rows, shop)
            own, unit = _row_prints(stream, rows, shop), units[name][self._rows(name)]
            apart = own != unit  # a row that is a unit itself has one mark, not two
            for marks, rows_of in ((own[apart], content[apart]), (unit, content)):
                keys.append(marks)
                contents.append(rows_of)
            if self._wide:
                keys.append(mixed(shop[rows["shop"].to_numpy()]))
                contents.append(content)
        if not keys:
            return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.uint64)
        marks, at = np.unique(np.concatenate(keys), return_inverse=True)
        sums = np.zeros(len(marks), dtype=np.uint64)
        np.add.at(sums, at, np.concatenate(contents))
        return marks, sums

    @cached_property
    def rows_per_shop(self) -> npt.NDArray[np.int64]:
        """How many accepted rows each shop has here."""
        total = np.zeros(len(self.events.shops), dtype=np.int64)
        for name, frame in self.events.frames.items():
            codes = frame["shop"].to_numpy()[self._picked(name)]
            total += np.bincount(codes, minlength=len(total))
        return total

    def _picked(self, name: str) -> npt.NDArray[np.bool_]:
        if self.picked is not None:
            return self.picked[name]
        return np.ones(len(self.events.frames[name]), dtype=np.bool_)

    def _rows(self, name: str) -> npt.NDArray[np.int64]:
        return np.flatnonzero(self._picked(name))

    @cached_property
    def _wide(self) -> bool:
        """Whether a ``Once``, or a fact of the shop, reaches beyond the order."""
        return any(
            (t.once and not t.once.stays_within_orders)
            or any(isinstance(j, FactOn) for j in joined_of(*t.expressions))
            for t in self.rules.tallies
        )

    def _units(self, *, by_shop: bool) -> dict[str, Prints]:
        """The unit that each row of the events belongs to, as a print."""
        shop = cell_prints(self.events.shops["shop_id"])
        units = {}
        for name, frame in self.events.frames.items():
            if by_shop:
                units[name] = mixed(shop[frame["shop"].to_numpy()])
            else:
                units[name] = _unit_prints(self.events.streams[name], frame, shop)
        return units


def resolve_events(events: Events, rules: BoundRuleSet) -> Resolved:
    """Join the facts of the order, mark excluded rows, and decide which rows count once."""
    frames = {}
    for name in dict.fromkeys(t.stream for t in rules.tallies):
        tallies = [t for t in rules.tallies if t.stream == name]
        frames[name] = _resolved_stream(events, rules.streams[name], tallies)
    return Resolved(events, rules, frames)


def _resolved_stream(events: Events, stream: Stream, tallies: list[Tally]) -> pl.DataFrame:
    rows = stream_rows(events, stream.name)
    orders = events.frames.get("orders")
    columns = [rows["shop"]]
    refs = columns_of(*(e for t in tallies for e in t.expressions))
    columns.extend(column_of(ref, events, stream) for ref in refs)
    excluded = _excluded(stream, rows, orders)
    if excluded is not None:
        columns.append(excluded)
    frame = pl.DataFrame(columns)
    joined = joined_of(*(e for t in tallies for e in t.expressions))
    frame = frame.with_columns(joined_column(node, events, frame) for node in joined)
    for once, tally in {once_column(t): t for t in tallies if t.once}.items():
        frame = frame.with_columns(pl.Series(once, _winners(frame, tally)))
    return frame


def _excluded(stream: Stream, rows: pl.DataFrame, orders: pl.DataFrame | None) -> pl.Series | None:
    """Rows of excluded orders; None where there are none."""
    if orders is None or not stream.follows_order or "is_excluded" not in orders.columns:
        return None
    marked = orders["is_excluded"]
    if not marked.any():
        return None
    if stream.name != "orders":
        if ORDER not in rows.columns:
            return None
        marked = marked.gather(rows[ORDER]).fill_null(False)
    return marked.alias("_excluded")
