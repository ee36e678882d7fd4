"""Refusals: what cannot be told, or would count twice, where something was counted elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import polars as pl

from ..counting.cells import fingerprint
from ..counting.state import Tallies
from ..errors import StateError
from ..messages import Message, listed, message
from ..model.streams import SHOPS as SHOPS_STREAM
from ..model.tallies import Tally
from ..reading.fingerprints import Prints
from .counted_parts import ROW_SCHEMA, ROWS, UNIT_SCHEMA, UNITS
from .snapshots import Snapshot
from .stored_rows import UNIT, half_marks, unit_marks

#: So many names are told in an error.
NAMED = 3


def refuse_rows(snapshot: Snapshot, state: Tallies) -> None:
    """Raise where the ledger has rows of units that a state counts: they would count twice.

    Raises:
        StateError: naming shops.
    """
    marks, by_shop = np.unique(state.scope.marks), state.has_whole_shops
    own = snapshot.shops.filter(pl.col("shop_id").is_in(state.shop_ids.implode()))
    near = pl.col("shop").is_in(own["code"].implode())
    if not by_shop:
        near &= pl.col(UNIT).is_in(half_marks(marks).implode())
    for name in _streams(snapshot):
        rows = snapshot.rows(name, near)
        found = unit_marks(snapshot.streams[name], snapshot.shops, rows, by_shop=by_shop)
        counted = rows.filter(pl.Series(np.isin(found, marks)))
        if len(counted):
            shops = own.filter(pl.col("code").is_in(counted["shop"].implode()))["shop_id"]
            said = message(
                "the ledger has rows of stream {stream}, of shops {shops}, that the state counts as"
                " well: they would count twice. Tally the events without these rows",
                stream=name,
                shops=listed(shops.sort().to_list()[:NAMED]),
            )
            raise StateError(said)


def refuse_counted(
    snapshot: Snapshot, rows: Mapping[str, pl.DataFrame], shops: pl.DataFrame
) -> None:
    """Raise where rows are of units that were counted elsewhere: what they change cannot be told.

    Raises:
        StateError: naming the stream, a shop and an order.
    """
    for by_shop in sorted({part["by_shop"] for part in snapshot.parts}):
        for name in _streams(snapshot, rows):
            own = rows[name]
            marks = unit_marks(snapshot.streams[name], shops, own, by_shop=by_shop)
            counted = own.filter(pl.Series(np.isin(marks, _there(snapshot, marks))))
            if len(counted):
                raise StateError(_was_counted(name, counted, shops))


def _there(snapshot: Snapshot, marks: Prints) -> Prints:
    """Return those of some marks that are of units of parts."""
    asked = pl.Series(np.unique(marks).view(np.int64))
    units = snapshot.scan(UNITS, UNIT_SCHEMA).filter(pl.col("unit").is_in(asked.implode()))
    found = snapshot.collect(units.group_by("unit").agg(pl.col("sign").sum()))
    return found.filter(pl.col("sign") > 0)["unit"].to_numpy().view(np.uint64)


def _was_counted(stream: str, rows: pl.DataFrame, shops: pl.DataFrame) -> Message:
    first = rows.row(0, named=True)
    return message(
        "stream {stream}: order {order} of shop {shop} ({n} such rows) was counted elsewhere and added"
        " without its rows, so that what these rows change cannot be told. Leave them out, count"
        " their orders again where they were counted, and add the difference, new − old",
        stream=stream,
        order=first.get("order_id") or "–",
        shop=shops.filter(pl.col("code") == first["shop"])["shop_id"].item(),
        n=len(rows),
    )


def _streams(snapshot: Snapshot, names: Iterable[str] | None = None) -> list[str]:
    """Return the streams whose rows are of units: shops alone are of none."""
    known = snapshot.known_streams if names is None else names
    return [name for name in known if name != SHOPS_STREAM.name]


def refuse_without_rows(snapshot: Snapshot) -> None:
    """Raise for a question about rows where some were counted elsewhere.

    Raises:
        StateError: naming the ingests.
    """
    if snapshot.parts:
        said = message(
            "what was counted elsewhere (ingests {ingests}) has no rows here: only scores can be"
            " asked. Ask this of the events themselves",
            ingests=listed(str(part["seq"]) for part in snapshot.parts),
        )
        raise StateError(said)


def check_parts(snapshot: Snapshot, tallies: Iterable[Tally]) -> None:
    """Raise where a part does not count what is needed, since there are no rows to count it from.

    Raises:
        StateError: naming the part and the tally.
    """
    for part in snapshot.parts:
        lacking = [tally for tally in tallies if fingerprint(tally) not in part["tallies"]]
        if lacking:
            said = message(
                "what was added as counted by ingest {n} does not count {tally}, which the rules"
                " need, and its rows are not here: tally those events by these rules, and make a"
                " ledger with that state",
                n=part["seq"],
                tally=lacking[0].key,
            )
            raise StateError(said)


def refuse_forgetting(snapshot: Snapshot, ids: Collection[str] | None) -> None:
    """Raise where something is to be forgotten that was counted elsewhere.

    Raises:
        StateError: for shops that parts have rows of; for a day, where there are parts.
    """
    if not snapshot.parts:
        return
    if ids is None:
        raise StateError(
            message(
                "what was counted elsewhere has no rows here, and cannot be told apart by when they"
                " happened: make another ledger, from states without what is to be forgotten"
            )
        )
    codes = snapshot.collect(snapshot.scan(ROWS, ROW_SCHEMA).select("shop").unique())["shop"]
    own = snapshot.shops.filter(pl.col("code").is_in(codes.implode()))["shop_id"]
    if len(shared := own.filter(own.is_in([*ids]))):
        said = message(
            "shops {shops} are in what was counted elsewhere, which cannot be cut: make another"
            " ledger, from states without them",
            shops=listed(shared.sort().to_list()[:NAMED]),
        )
        raise StateError(said)
