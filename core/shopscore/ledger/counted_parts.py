"""Counted parts: what came to a ledger as a state, without rows: cells, and a mark of each unit.

States that count the same tallies are of one *count*, which has tables of its own: another rule set
needs another count of the same units. Cells of rows and those of counted parts add up, since no unit
is in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
import polars as pl

from ..counting.cells import fingerprint
from ..counting.scope import Scope
from ..counting.state import some_of
from ..errors import StateError
from ..messages import Message, message, numbered
from ..plugins.bound_rules import BoundRuleSet
from ..value_classes import frozen
from .commits import Head
from .counting import Named, name_of_days
from .snapshots import Snapshot
from .stored_cells import CELL_SCHEMA, number_of
from .stored_rows import SEQ

#: The name of the fact, and of the folder with the tables.
COUNTED = "counted"
#: A unit by its mark, as a signed number, with its check sum; −1 takes one away.
UNIT_SCHEMA: dict[str, Any] = {
    "unit": pl.Int64,
    "check": pl.Int64,
    "sign": pl.Int32,
    SEQ: pl.Int32,
}
#: How many rows of a shop were counted, and the last day on which any counts.
SHOP_ROWS: dict[str, Any] = {
    "shop": pl.Int32,
    "rows": pl.Int64,
    "last": pl.Int32,
    SEQ: pl.Int32,
}
_MARKS = 2**64
_CHECKS = 2**32


@frozen
class Part:
    """One state that was added, or taken away: how many more units, and check sums."""

    seq: int
    count: str
    units: int
    marks: int
    check: int


@frozen
class Count:
    """What is known by some tallies: their texts by fingerprint, and the names of its tables."""

    name: str
    tallies: Mapping[str, str]

    @classmethod
    def of(cls, tallies: Mapping[str, str]) -> Count:
        """Return the count of all states with these tallies."""
        text = " ".join(sorted(tallies))
        return cls(blake2b(text.encode(), digest_size=8).hexdigest(), dict(tallies))

    @property
    def cells(self) -> str:
        """The table of cells."""
        return f"{COUNTED}/{self.name}/cells"

    @property
    def units(self) -> str:
        """The table of units."""
        return f"{COUNTED}/{self.name}/units"

    @property
    def shops(self) -> str:
        """The table of shops."""
        return f"{COUNTED}/{self.name}/shops"


@frozen
class CountedParts:
    """All that came to a ledger as counted.

    ``by_shop`` says whether units are shops, with all their rows, rather than orders.
    """

    by_shop: bool
    counts: Mapping[str, Count]
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, head: Head, seq: int | None = None) -> CountedParts:
        """Return what had come by an ingest, by default all."""
        fact = head.facts.get(COUNTED) or {"by_shop": False, "counts": {}, "parts": []}
        upto = head.seq if seq is None else seq
        parts = tuple(Part(*one) for one in fact["parts"] if one[0] <= upto)
        there = {one.count for one in parts}
        counts = {n: Count(n, t) for n, t in fact["counts"].items() if n in there}
        return cls(fact["by_shop"], counts, parts)

    def with_part(self, part: Part, count: Count, *, by_shop: bool) -> CountedParts:
        """Return these and one more."""
        return CountedParts(by_shop, {**self.counts, count.name: count}, (*self.parts, part))

    def less(self, taken: Mapping[tuple[str, int], Part]) -> CountedParts:
        """Return these without what was taken out of them, by count and ingest."""
        found, left = [], dict(taken)
        for part in self.parts:
            away = left.pop((part.count, part.seq), Part(0, part.count, 0, 0, 0))
            units, marks, check = (
                part.units - away.units,
                part.marks - away.marks,
                part.check - away.check,
            )
            found.append(Part(part.seq, part.count, units, marks % _MARKS, check % _CHECKS))
        return CountedParts(self.by_shop, self.counts, tuple(found))

    def to_fact(self) -> dict[str, Any]:
        """Return what a commit keeps of it."""
        return {
            "by_shop": self.by_shop,
            "counts": {name: dict(one.tallies) for name, one in self.counts.items()},
            "parts": [[p.seq, p.count, p.units, p.marks, p.check] for p in self.parts],
        }

    def units(self, count: str) -> tuple[int, int]:
        """Return how many units a count has, and the sum of their marks."""
        own = [one for one in self.parts if one.count == count]
        return sum(one.units for one in own), sum(one.marks for one in own) % _MARKS

    def check(self, count: str) -> int:
        """Return the check sum of the cells of a count."""
        return sum(one.check for one in self.parts if one.count == count) % _CHECKS

    @property
    def most_units(self) -> int:
        """How many units the count with most of them has."""
        return max((self.units(name)[0] for name in self.counts), default=0)


def count_for(
    snapshot: Snapshot, tallies: Named, rules: BoundRuleSet | None = None
) -> Count | None:
    """Return the count that has some tallies of everything that was counted; None where nothing was.

    ``rules`` say whose tallies they are.

    Raises:
        StateError: where nothing that came counts them, or not all of it does.
    """
    parts = CountedParts.of(snapshot.head, snapshot.seq)
    if not parts.most_units:
        return None
    wanted = {fingerprint(tally): tally.key for tally in tallies.values()}
    able = [one for one in parts.counts.values() if wanted.keys() <= one.tallies.keys()]
    if not able:
        raise StateError(_not_counted(parts, wanted, rules))
    missing = {
        one.name: _missing(snapshot, parts, one) + _stale(snapshot, parts, one) for one in able
    }
    best = min(able, key=lambda one: missing[one.name])
    if missing[best.name]:
        said = message(
            "{count} of the {all} that came to this ledger as counted were not counted for these"
            " rules, or not since they were corrected: count them by this rule set too, and add that"
            " state, or its difference",
            count=missing[best.name],
            all=units_said(parts.most_units, by_shop=parts.by_shop),
        )
        raise StateError(said)
    return best


def _not_counted(
    parts: CountedParts, wanted: Mapping[str, str], rules: BoundRuleSet | None
) -> Message:
    """Return what is lacking: metrics, or tallies where none is of one metric alone."""
    known = {name for one in parts.counts.values() for name in one.tallies}
    lacking = sorted(text for name, text in wanted.items() if name not in known)
    metrics = [
        id
        for id, metric in (rules.metrics if rules else {}).items()
        if any(fingerprint(tally) not in known for tally in metric.tallies)
    ]
    return message(
        "{units} came to this ledger as counted, without rows, and what these rules need was not"
        " counted of them: {what}. Count these events by this rule set, with the same"
        " assumptions, and add that state too",
        units=units_said(parts.most_units, by_shop=parts.by_shop),
        what=some_of(metrics or lacking or sorted(wanted.values())),
    )


def units_said(number: int, *, by_shop: bool) -> Message:
    """Return words for a number of units."""
    if by_shop:
        return numbered("{n} shop", "{n} shops", number)
    return numbered("{n} order or single row", "{n} orders and single rows", number)


def _missing(snapshot: Snapshot, parts: CountedParts, count: Count) -> int:
    """Return how many units other counts have, and this one does not."""
    totals = parts.units(count.name)
    others = [one for one in parts.counts.values() if parts.units(one.name) != totals]
    if not others:
        return 0
    own = _there(snapshot, count)
    lacking = [_there(snapshot, one).join(own, on="unit", how="anti") for one in others]
    return len(snapshot.collect(pl.concat(lacking).unique()))


def _stale(snapshot: Snapshot, parts: CountedParts, count: Count) -> int:
    """Return how many units others have corrected since this count has them, and this one has not."""
    others = [one for one in parts.counts.values() if one.name != count.name]
    if not others:
        return 0
    taken = pl.col("sign") < 0
    own = stored_units(snapshot, count).group_by("unit")
    known = own.agg(pl.col(SEQ).filter(~taken).min().alias("since"), taken.sum().alias("corrected"))
    behind = []
    for other in others:
        corrected = stored_units(snapshot, other).filter(taken).join(known, on="unit")
        since = corrected.filter(pl.col(SEQ) > pl.col("since")).group_by("unit", "corrected")
        behind.append(since.len().filter(pl.col("len") > pl.col("corrected")).select("unit"))
    return len(snapshot.collect(pl.concat(behind).unique()))


def _there(snapshot: Snapshot, count: Count, *which: pl.Expr) -> pl.LazyFrame:
    """Return the marks of the units of a count, all or some."""
    rows = stored_units(snapshot, count).filter(*which)
    return rows.group_by("unit").agg(pl.col("sign").sum()).filter(pl.col("sign") > 0).select("unit")


def stored_units(snapshot: Snapshot, count: Count) -> pl.LazyFrame:
    """Return the units of a count, as they came."""
    return snapshot.scan(count.units, UNIT_SCHEMA).filter(pl.col(SEQ) <= snapshot.seq)


def scope_of(snapshot: Snapshot, count: Count, marks: pl.Series) -> Scope:
    """Return those of some units, by their marks, that a count has, with their check sums."""
    own = stored_units(snapshot, count).filter(pl.col("unit").is_in(marks.implode()))
    left = own.group_by("unit", "check").agg(pl.col("sign").sum()).filter(pl.col("sign") != 0)
    found = snapshot.collect(left).with_columns(pl.col("unit").reinterpret(signed=False))
    found = found.sort("unit", "check")
    return Scope(
        found["unit"].to_numpy(),
        found["check"].to_numpy().astype(np.uint32),
        found["sign"].to_numpy().astype(np.int8),
    )


def counted_among(snapshot: Snapshot, marks: pl.Series) -> pl.Series:
    """Return which marks of units, as signed numbers, any count has."""
    asked = pl.col("unit").is_in(marks.implode())
    found = [
        snapshot.collect(_there(snapshot, count, asked))
        for count in CountedParts.of(snapshot.head, snapshot.seq).counts.values()
    ]
    return pl.concat([pl.DataFrame(schema={"unit": pl.Int64}), *found])["unit"].unique()


def shops_counted(snapshot: Snapshot) -> pl.DataFrame:
    """Return the shops that any count has rows of, with the last day on which one counts."""
    found = [
        snapshot.collect(
            snapshot.scan(count.shops, SHOP_ROWS)
            .filter(pl.col(SEQ) <= snapshot.seq)
            .group_by("shop")
            .agg(pl.col("rows").sum(), pl.col("last").max())
            .filter(pl.col("rows") != 0)
        )
        for count in CountedParts.of(snapshot.head, snapshot.seq).counts.values()
    ]
    schema = {"shop": pl.Int32, "last": pl.Int32}
    every = pl.concat([pl.DataFrame(schema=schema), *(one.select(*schema) for one in found)])
    return every.group_by("shop").agg(pl.col("last").max())


def require_rows(snapshot: Snapshot) -> None:
    """Raise where something came as counted, which has no rows to look at.

    Raises:
        StateError: saying how much did, and what sees it.
    """
    parts = CountedParts.of(snapshot.head, snapshot.seq)
    if parts.most_units:
        said = message(
            "{units} came to this ledger as counted, without rows: what looks at rows does not see"
            " them, and its numbers would be wrong. Scores and revisions count them. Ask the rows"
            " alone: shopscore ledger export --rows-only, in Python rows_only=True",
            units=units_said(parts.most_units, by_shop=parts.by_shop),
        )
        raise StateError(said)


def sums_of_marks(units: pl.DataFrame) -> tuple[int, int]:
    """Return how many units some rows have, and the sum of their marks."""
    signs = units["sign"].to_numpy().astype(np.int64)
    marks = units["unit"].to_numpy().view(np.uint64) * signs.view(np.uint64)
    return int(signs.sum()), int(marks.sum()) % _MARKS


def with_days(cells: pl.DataFrame, tallies: Mapping[str, str]) -> pl.DataFrame:
    """Return cells with those of all shops together, of which a score asks the days.

    Which tallies are asked for their days, no state says: these cells are few.
    """
    days = {number_of(name): number_of(name_of_days(key)) for name, key in tallies.items()}
    own = cells.filter(pl.col("tally").is_in([*days]))
    of_all = own.group_by("tally", "day", SEQ).agg(pl.col("count").sum())
    of_days = of_all.filter(pl.col("count") != 0).select(
        pl.col("tally").replace_strict(days, return_dtype=pl.Int64),
        pl.lit(0, pl.Int32).alias("shop"),
        "day",
        SEQ,
        pl.lit(None, pl.Int64).alias("sum"),
        "count",
    )
    every = pl.concat([own.select(*CELL_SCHEMA), of_days.select(*CELL_SCHEMA)])
    return every.sort("tally", "day", maintain_order=True)


def came_after(head: Head, seq: int) -> list[int]:
    """Return the ingests after one that brought something that was counted."""
    return sorted({one.seq for one in CountedParts.of(head).parts if one.seq > seq})
