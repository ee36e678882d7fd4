"""Douyin rule set 2022 for every shop as an expert in polars writes it who trusts nothing: the
numbers of polars_expert.py, after everything was checked that shopscore checks on the way.

    python benchmarks/peers/polars_validating.py FOLDER --as-of 2024-06-30 -o OUT.parquet

Looked at are duplicate keys of all streams, missing cells and flags, words of enums, ranges, times
in order, whether the order that a row names exists in its shop, and whether the shop of a row is
listed. It prints the books, and stops where something is wrong: to set rows aside, to repair them,
and to say file and line, is left out. Takes for granted that ids are 19-digit numbers, unique over
all shops, and that times and texts are written in one way.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path

import polars as pl
from polars_expert import ORDER, SHOP, Events, Windows, scan, scores, sums

#: Columns of each stream that must not be null, besides its shop and key; flags among them.
REQUIRED = {
    "shops": ("industry",),
    "orders": ("is_presale", "needs_shipping", "is_excluded"),
    "reviews": ("reviewed_at", "rating", "is_first"),
    "aftersales": ("applied_at", "kind", "platform_intervened"),
    "conversations": ("started_at", "to_human"),
    "complaints": ("complained_at", "upheld"),
}
KEYS = {
    "shops": SHOP,
    "orders": "order_id",
    "reviews": "review_id",
    "aftersales": "ticket_id",
    "conversations": "session_id",
    "complaints": "complaint_id",
}
WORDS = {
    ("shops", "shop_type"): [
        "flagship",
        "specialty",
        "franchise",
        "enterprise",
        "individual_business",
        "personal",
    ],
    ("aftersales", "kind"): ["refund_only", "return_refund", "exchange"],
    ("aftersales", "reason"): [
        "quality",
        "logistics",
        "damage",
        "not_as_described",
        "not_received",
        "no_reason",
        "size",
        "price_difference",
        "empty_parcel",
        "other",
    ],
    ("aftersales", "outcome"): ["refunded", "closed"],
    ("aftersales", "liability"): ["merchant", "buyer", "none"],
}
STARS = [
    ("reviews", "rating"),
    ("reviews", "service_rating"),
    ("reviews", "logistics_rating"),
    ("conversations", "satisfaction"),
]
MOST = 10**12  # of money: a number that is none is above it
MONEY = [("orders", "amount"), ("aftersales", "refund_amount")]
IN_ORDER = [
    ("orders", "paid_at", "picked_up_at"),
    ("orders", "picked_up_at", "signed_at"),
    ("aftersales", "applied_at", "approved_at"),
    ("aftersales", "return_signed_at", "refunded_at"),
    ("conversations", "started_at", "first_reply_at"),
]


def faults(stream: str) -> dict[str, pl.Expr]:
    """How many rows of a stream have each fault."""
    key = pl.col(SHOP) if stream == "shops" else pl.col(KEYS[stream]).cast(pl.Int64)
    found = {
        "rows": pl.len(),
        "duplicates": pl.len() - key.n_unique(),
        **{
            f"no {c}": pl.col(c).null_count()
            for c in dict.fromkeys((SHOP, KEYS[stream], *REQUIRED[stream]))
        },
    }
    for (of, column), words in WORDS.items():
        if of == stream:
            known = pl.col(column).is_in(words) | pl.col(column).is_null()
            found[f"unknown {column}"] = (~known).sum()
    for of, column in STARS:
        if of == stream:
            found[f"{column} not 1 to 5"] = (~pl.col(column).is_between(1, 5)).sum()
    for of, column in MONEY:
        if of == stream:
            found[f"{column} not in range"] = (~pl.col(column).is_between(0, MOST)).sum()
    for of, first, then in IN_ORDER:
        if of == stream:
            found[f"{then} before {first}"] = (pl.col(then) < pl.col(first)).sum()
    return found


def unlinked(rows: pl.LazyFrame, orders: pl.DataFrame) -> pl.LazyFrame:
    """How many rows name an order that their shop does not have."""
    named = rows.select(SHOP, ORDER).drop_nulls("order_id")
    own = named.join(orders.lazy(), on="order_id", how="left", suffix="_of_order")
    return own.select(pl.col("shop_id_of_order").ne_missing(pl.col(SHOP)).sum())


def check(given: Events) -> None:
    """Print the books; stop where something is wrong."""
    linked = ("reviews", "aftersales", "complaints")
    named = pl.concat([given[s].select(ORDER) for s in linked]).unique()
    orders = (
        given["orders"]
        .select(ORDER, SHOP)
        .join(named, on="order_id", how="semi")
        .collect(engine="streaming")
    )
    counts = pl.collect_all(
        [rows.select(**faults(stream)) for stream, rows in given.items()], engine="streaming"
    )
    shops = [rows.select(SHOP).unique() for rows in given.values()]
    unknown = pl.collect_all(
        [own.join(given["shops"], on=SHOP, how="anti").select(pl.len()) for own in shops],
        engine="streaming",
    )
    links = pl.collect_all([unlinked(given[s], orders) for s in linked], engine="streaming")
    wrong = 0
    for stream, row, strangers in zip(given, counts, unknown, strict=True):
        told = row.row(0, named=True)
        print(f"{stream}: {told.pop('rows'):,} rows")
        for fault, rows in {**told, "shops that are not listed": strangers.item()}.items():
            if rows:
                print(f"  {fault}: {rows:,}")
                wrong += rows
    for stream, row in zip(linked, links, strict=True):
        print(f"{stream}: {row.item():,} name an order that is not there")
    if wrong:
        sys.exit("the events are not clean")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--as-of", type=dt.date.fromisoformat, required=True)
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    given = scan(args.folder)
    check(given)
    scores(sums(given, Windows(args.as_of))).write_parquet(args.out)


if __name__ == "__main__":
    main()
