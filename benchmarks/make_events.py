"""Write synthetic, clean events of many shops as canonical Parquet.

    python benchmarks/make_events.py OUT --events 1000000 --shops 10000 --seed 0 --as-of 2024-06-30

There is one file per stream; with ``--parts 50`` a folder of so many files, each a span of time.
The export is taken on the publication day at 12:00: what would happen later is null or not there.
Events are made and written in slices of time, so memory does not grow with their number.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from draws import NEVER, Array, Draws, World

INDUSTRIES = 50
EVENTS_PER_SLICE = 1_000_000
ROWS_PER_GROUP = 131_072
SHARES = {
    "orders": 0.60,
    "aftersales": 0.15,
    "conversations": 0.15,
    "reviews": 0.08,
    "complaints": 0.02,
}
REASONS: dict[str | None, float] = {
    "quality": 0.12,
    "logistics": 0.08,
    "damage": 0.05,
    "not_as_described": 0.10,
    "not_received": 0.10,
    "no_reason": 0.30,
    "size": 0.15,
    "price_difference": 0.05,
    "other": 0.05,
}

Columns = Mapping[str, Array | pl.Series]


class Slice(Draws):
    """The streams of one span of time; tickets, reviews and complaints name orders of that span."""

    def streams(self, events: int) -> dict[str, Columns]:
        """This slice's part of so many events, by stream."""
        n = {
            stream: round(events * share * (self.part + 1) / self.parts)
            - round(events * share * self.part / self.parts)
            for stream, share in SHARES.items()
        }
        orders = self.orders(n["orders"])
        return {
            "orders": orders,
            "aftersales": self.aftersales(n["aftersales"], orders),
            "conversations": self.conversations(n["conversations"]),
            "reviews": self.reviews(n["reviews"], orders),
            "complaints": self.complaints(n["complaints"], orders),
        }

    def orders(self, n: int) -> dict[str, Array]:
        shop = self.shops(n)
        slow, created = self.world.slowness[shop], self.moments(n)
        paid = self.known(created + self.hours(n, 0.05, spread=1.0), self.chance(n, 0.94))
        presale, ships = self.chance(n, 0.01), self.chance(n, 0.98)
        waits = np.where(presale, self.rng.integers(3, 15, n), 0) * np.timedelta64(1, "D")
        picked = self.known(paid + waits + self.hours(n, 18, slow), ships & self.chance(n, 0.97))
        arrived = picked + self.hours(n, 50, slow, 0.4)
        signed = self.known(arrived, self.chance(n, 0.98))
        reached = np.where(ships, arrived, paid)
        confirmed = self.known(reached + self.hours(n, 96), self.chance(n, 0.4))
        return {
            "shop": shop,
            "order_id": self.ids(69, n),
            "created_at": created,
            "paid_at": paid,
            "amount": self.money(n),
            "picked_up_at": picked,
            "signed_at": signed,
            "confirmed_at": confirmed,
            "is_presale": presale,
            "needs_shipping": ships,
            "is_excluded": self.chance(n, 0.005),
        }

    def links(
        self, orders: dict[str, Array], pool: Array, n: int
    ) -> tuple[Array, Array, pl.Series]:
        """Rows that name orders: 95 % from the pool, 1 % any order, 2 % unknown ones, 2 % none."""
        anything = self.rng.integers(0, len(orders["shop"]), n)
        order = np.where(self.chance(n, 0.99), self.rng.choice(pool, n), anything)
        kind = self.rng.choice(3, n, p=[0.96, 0.02, 0.02])  # known, unknown, none
        unknown = self.rng.integers(0, max(n // 75, 1), n)  # on average 1.5 rows name the same
        unknown_shops = self.shops(max(n // 75, 1))
        shop = np.choose(kind, [orders["shop"][order], unknown_shops[unknown], self.shops(n)])
        unknown_ids = self.ids(68, max(n // 75, 1))
        ids = np.where(kind == 0, orders["order_id"][order], unknown_ids[unknown])
        named = pl.Series(ids).set(pl.Series(kind == 2), None)
        return np.where(kind == 0, order, -1), shop, named

    def begin(self, order: Array, times: Array, fallback: Array) -> Array:
        """The time of the linked order, else (no order, no such time) a fallback."""
        linked = np.where(order >= 0, times[order], NEVER)
        return np.where(np.isnat(linked), fallback, linked)

    def aftersales(self, n: int, orders: dict[str, Array]) -> Columns:
        order, shop, named = self.links(orders, np.flatnonzero(~np.isnat(orders["paid_at"])), n)
        slow, faults = self.world.slowness[shop], self.world.faults[shop]
        begin = self.begin(order, orders["paid_at"], self.moments(n))
        applied = self.after(begin, self.hours(n, 90))
        kind = self.words({"refund_only": 0.45, "return_refund": 0.45, "exchange": 0.10}, n)
        returns = (kind != "refund_only").to_numpy()
        approved = self.known(applied + self.hours(n, 10, slow), self.chance(n, 0.92))
        returned = self.known(approved + self.hours(n, 90), returns & self.chance(n, 0.85))
        refunded = self.known(returned + self.hours(n, 20, slow), self.chance(n, 0.9))
        refunded = np.where(returns, refunded, self.known(approved + self.hours(n, 0.5)))
        last = np.fmax(np.fmax(applied, approved), returned)
        last = np.where(np.isnat(refunded), last + self.hours(n, 240), refunded)
        closed = self.known(last + self.hours(n, 1))
        liable = self.chance(n, np.minimum(0.03 * faults, 0.5))
        liability = self.words({None: 0.8, "buyer": 0.1, "none": 0.1}, n)
        return {
            "shop": shop,
            "ticket_id": self.ids(71, n),
            "order_id": named,
            "applied_at": applied,
            "kind": kind,
            "reason": self.words(REASONS, n),
            "refund_amount": self.money(n),
            "approved_at": approved,
            "return_signed_at": returned,
            "refunded_at": refunded,
            "closed_at": closed,
            "outcome": self.words({"refunded": 0.9, "closed": 0.1}, n).set(
                pl.Series(np.isnat(closed)), None
            ),
            "platform_intervened": self.chance(n, 0.03),
            "liability": liability.set(pl.Series(liable), "merchant"),
        }

    def conversations(self, n: int) -> Columns:
        shop, started = self.shops(n), self.moments(n)
        waited = self.hours(n, 50 / 3600, self.world.slowness[shop], 1.2)
        return {
            "shop": shop,
            "session_id": self.ids(72, n),
            "started_at": started,
            "first_reply_at": self.known(started + waited, self.chance(n, 0.95)),
            "to_human": self.chance(n, 0.85),
            "satisfaction": self.maybe(self.stars(self.world.faults[shop]), 0.2),
        }

    def reviews(self, n: int, orders: dict[str, Array]) -> Columns:
        received = np.where(
            np.isnat(orders["signed_at"]), orders["confirmed_at"], orders["signed_at"]
        )
        order, shop, named = self.links(orders, np.flatnonzero(~np.isnat(received)), n)
        faults = self.world.faults[shop]
        reviewed = self.after(self.begin(order, received, self.moments(n)), self.hours(n, 60))
        by_time = np.argsort(reviewed, kind="stable")
        first = order < 0  # of the reviews of one order the earliest is the first one
        first[by_time[np.unique(order[by_time], return_index=True)[1]]] = True
        return {
            "shop": shop,
            "review_id": self.ids(73, n),
            "order_id": named,
            "reviewed_at": reviewed,
            "rating": self.stars(faults).astype(np.int8),
            "service_rating": self.maybe(self.stars(faults), 0.8),
            "logistics_rating": self.maybe(self.stars(faults), 0.8),
            "is_first": first,
        }

    def complaints(self, n: int, orders: dict[str, Array]) -> Columns:
        order, shop, named = self.links(orders, np.flatnonzero(~np.isnat(orders["paid_at"])), n)
        begin = self.begin(order, orders["paid_at"], self.moments(n))
        return {
            "shop": shop,
            "complaint_id": self.ids(74, n),
            "order_id": named,
            "complained_at": self.after(begin, self.hours(n, 120)),
            "upheld": self.chance(n, 0.6),
        }


def table(columns: Columns, shop_ids: pl.Series) -> pa.Table:
    """Shop numbers and ids as text, times as microseconds; sorted by the stream's first time."""
    frame = pl.DataFrame(
        {
            name: values.astype("datetime64[us]")
            if isinstance(values, np.ndarray) and values.dtype.kind == "M"
            else values
            for name, values in columns.items()
        }
    )
    first_time = next(name for name in frame.columns if name.endswith("_at"))
    texts = [pl.col(name).cast(pl.String) for name in frame.columns if name.endswith("_id")]
    frame = frame.sort(first_time, maintain_order=True).with_columns(texts)
    shop_id = shop_ids.gather(frame["shop"]).alias("shop_id")
    frame = frame.drop("shop").insert_column(0, shop_id)
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def write_shops(out: Path, world: World, rng: np.random.Generator) -> None:
    n = len(world.shop_ids)
    types = pl.Series(["flagship", "specialty", "enterprise", "individual_business", "personal"])
    opened = world.start - rng.integers(1, 2000, n) * np.timedelta64(1, "D")
    pl.DataFrame(
        {
            "shop_id": world.shop_ids,
            "industry": [f"industry {i:02d}" for i in rng.integers(0, INDUSTRIES, n)],
            "shop_type": types.gather(rng.integers(0, len(types), n)),
            "name": "shop " + world.shop_ids,
            "opened_at": opened.astype("datetime64[us]"),
        }
    ).write_parquet(out / "shops.parquet")


def write_events(
    out: Path, events: int, shops: int, seed: int, as_of: dt.date, files: int | None = None
) -> None:
    """One Parquet file per stream, or a folder of them; the same arguments give the same rows."""
    out.mkdir(parents=True, exist_ok=True)
    parts = files or max(1, round(events / EVENTS_PER_SLICE))
    first, *seeds = np.random.SeedSequence(seed).spawn(parts + 1)
    rng = np.random.default_rng(first)
    world = World.make(shops, as_of, rng)
    write_shops(out, world, rng)
    with ExitStack() as stack:
        writers: dict[Path, pq.ParquetWriter] = {}
        for part, part_seed in enumerate(seeds):
            piece = Slice(world, part, parts, np.random.default_rng(part_seed))
            for stream, columns in piece.streams(events).items():
                rows = table(columns, world.shop_ids)
                path = out / stream / f"{part:05}.parquet" if files else out / f"{stream}.parquet"
                if path not in writers:
                    path.parent.mkdir(exist_ok=True)
                    writers[path] = stack.enter_context(pq.ParquetWriter(path, rows.schema))
                writers[path].write_table(rows, row_group_size=ROWS_PER_GROUP)
                if files:
                    writers[path].close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Write synthetic events of many shops.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--shops", type=int, help="default: one for a hundred events")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.date(2024, 6, 30))
    parser.add_argument("--parts", type=int, help="files of each stream; default: one, no folder")
    args = parser.parse_args()
    shops = args.shops or max(1, args.events // 100)
    write_events(args.out, args.events, shops, args.seed, args.as_of, args.parts)


if __name__ == "__main__":
    main()
