"""Sums of the rows of one shop by anything: by row, by group, or without some of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from ...counting.resolution import Resolved, resolve_events
from ...counting.sums import Sums, Wanted, window_sums
from ...model.tallies import Tally
from ...plugins.bound_rules import BoundRuleSet
from ...value_classes import evolve, frozen
from .shop_rows import ShopRows

Rows = npt.NDArray[np.int64]
#: A number for each row of the stream of a tally; −1 leaves it out.
Codes = Callable[[Tally], Rows]


@frozen(eq=False)
class RowSums:
    """The resolved rows of one shop: of rivals it is settled which counts."""

    resolved: Resolved

    @classmethod
    def of(cls, rows: ShopRows, rules: BoundRuleSet) -> RowSums:
        """Resolve the rows of a shop."""
        return cls(resolve_events(rows.events, rules))

    def by(self, codes: Codes, size: int, wanted: Sequence[Wanted], as_of: date) -> list[Sums]:
        """Return the sums of the rows of each code, for every tally."""
        found: list[Sums | None] = [None] * len(wanted)
        of_tally = [codes(tally) for tally, _ in wanted]
        kinds: dict[tuple[str, bytes], list[int]] = {}
        for place, ((tally, _), own) in enumerate(zip(wanted, of_tally, strict=True)):
            kinds.setdefault((tally.stream, own.tobytes()), []).append(place)
        for places in kinds.values():
            stream, own = wanted[places[0]][0].stream, of_tally[places[0]]
            part = self._coded(stream, own, size)
            sums = window_sums(part, [wanted[place] for place in places], as_of)
            for place, one in zip(places, sums, strict=True):
                found[place] = one
        return [one for one in found if one is not None]

    def _coded(self, stream: str, codes: Rows, size: int) -> Resolved:
        """Return the rows of a stream as those of shops that are codes."""
        frames = {}
        if stream in self.resolved.frames:
            frame, here = self.resolved.frames[stream], codes >= 0
            shop = pl.Series("shop", codes[here], dtype=pl.UInt32)
            frames[stream] = frame.filter(pl.Series(here)).with_columns(shop)
        events = self.resolved.events
        shops = events.shops[np.zeros(size, dtype=np.int64)]
        return evolve(self.resolved, events=evolve(events, shops=shops), frames=frames)

    def length(self, stream: str) -> int:
        """Return how many rows of a stream there are."""
        return len(self.resolved.frames[stream]) if stream in self.resolved.frames else 0
