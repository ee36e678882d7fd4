"""What a ledger has counted, as a state that is scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import chain

import numpy as np
import numpy.typing as npt
import polars as pl

from ..counting.cells import Cells, Ints, fingerprint, sums_within
from ..counting.scope import Scope
from ..counting.selection import day_number
from ..counting.state import Tallies
from ..counting.sums import Sums, Wanted, plus
from ..value_classes import evolve, frozen
from .counted_parts import count_for
from .counting import Named, is_of_days, kept_and_beside
from .snapshots import Snapshot
from .stored_cells import Run, read_cells, read_runs

#: Cells, whose shops are codes.
_Part = Cells | Run


@frozen(eq=False, repr=False)
class StoredTallies(Tallies):
    """What a ledger has counted: cells are read for the windows that are asked for, and summed.

    That is all that it can do: it knows no units, and of ``daily`` only on which days there are
    rows. ``kept`` says by which ingest the cells of each tally are kept, ``beside`` what those lack,
    ``counted`` in which table those are that came as counted, if any, and ``codes`` what stands for
    each of the ``shop_ids``, −1 where nothing does.
    """

    snapshot: Snapshot
    kept: Mapping[str, int]
    beside: Mapping[str, Cells]
    counted: str | None
    codes: npt.NDArray[np.int64]

    @classmethod
    def read(cls, snapshot: Snapshot, tallies: Named) -> StoredTallies:
        """Return what tallies count of what had come by a snapshot.

        Raises:
            StateError: where something that came as counted was not counted by these.
        """
        count = count_for(snapshot, tallies)
        kept, beside = kept_and_beside(snapshot, tallies)
        of_days = {name for name, tally in tallies.items() if is_of_days(name, tally)}
        days = read_cells(snapshot, {name: kept[name] for name in of_days if name in kept})
        counted: dict[str, Cells] = {}
        if count is not None:
            counted = read_cells(snapshot, dict.fromkeys(of_days, snapshot.seq), count.cells)
        ids = snapshot.shops["shop_id"]
        nothing = np.empty(0, np.uint64)
        return cls(
            tallies={fingerprint(tally): tally.key for tally in tallies.values()},
            shop_ids=ids,
            rows=np.zeros(len(ids), dtype=np.int64),
            daily={
                fingerprint(tallies[name]): Cells.added(
                    [part[name] for part in (days, beside, counted) if name in part]
                )
                for name in of_days
            },
            scope=Scope.of(nothing, nothing),
            columns=snapshot.columns,
            zone=snapshot.zone,
            snapshot=snapshot,
            kept={name: seq for name, seq in kept.items() if name not in of_days},
            beside={name: cells for name, cells in beside.items() if name not in of_days},
            counted=None if count is None else count.cells,
            codes=snapshot.shops["code"].to_numpy().astype(np.int64),
        )

    def window_sums(self, wanted: Sequence[Wanted], as_of: date) -> list[Sums]:
        """Return the sums of each tally over its window, per shop of ``shop_ids``."""
        codes = self.snapshot.at(self.snapshot.head).shops["code"].to_numpy()  # also of later shops
        size = int(codes.max(initial=-1)) + 2  # the last is that of no code, and stays nothing
        nothing = np.zeros(size, dtype=np.int64)
        found: list[Sums] = [(nothing, nothing) for _ in wanted]
        names = [fingerprint(tally) for tally, _ in wanted]
        kept = {name: self.kept[name] for name in names if name in self.kept}
        today = day_number(as_of)
        last = today - min((weights.first_age for _, weights in wanted), default=0)
        first = today - max((weights.last_age for _, weights in wanted), default=0)
        runs: Iterator[Mapping[str, _Part]] = read_runs(self.snapshot, kept, (first, last))
        more: Iterator[Mapping[str, _Part]] = iter(())
        if self.counted is not None:
            upto = dict.fromkeys(names, self.snapshot.seq)
            more = read_runs(self.snapshot, upto, (first, last), self.counted)
        for parts in chain([self.beside], runs, more):
            for i, (name, (_, weights)) in enumerate(zip(names, wanted, strict=True)):
                if name in parts:
                    part = parts[name]
                    cells = part.shops, part.days, part.counts, part.sums
                    sums, counts = sums_within(*cells, weights, as_of, size)
                    found[i] = plus(found[i][0], sums), plus(found[i][1], counts)
        return [(sums[self.codes], counts[self.codes]) for sums, counts in found]

    def _renumbered(self, shop_ids: pl.Series, rows: Ints, numbers: Ints) -> Tallies:
        codes = np.full(len(shop_ids), -1, dtype=np.int64)
        codes[numbers] = self.codes
        return evolve(self, shop_ids=shop_ids, rows=rows, codes=codes)
