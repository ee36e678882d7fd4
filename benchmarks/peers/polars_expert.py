"""Douyin rule set 2022 for every shop, as an expert in polars writes it: fast, nothing checked.

    python benchmarks/peers/polars_expert.py FOLDER --as-of 2024-06-30 -o OUT.parquet

FOLDER holds ``orders.parquet`` and so on, ``orders.csv`` of known columns, or a folder ``orders``
of Parquet parts. Takes for granted that the events are clean: unique keys, no null flags, ends after beginnings; and
that order ids are 19-digit numbers, unique over all shops: integers join faster than text.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import polars as pl

SHOP = "shop_id"
ORDER = pl.col("order_id").cast(pl.Int64)
LOWER, HIGHER = True, False
BETTER = {
    "bad_review_rate": LOWER,
    "quality_return_rate": LOWER,
    "pickup_rate": HIGHER,
    "delivery_hours": LOWER,
    "complaint_rate": LOWER,
    "dispute_liability_rate": LOWER,
    "im_3min_reply_rate": HIGHER,
    "refund_only_hours": LOWER,
    "return_refund_hours": LOWER,
}
DIMENSIONS = {
    "goods": (0.50, ["bad_review_rate", "quality_return_rate"]),
    "logistics": (0.15, ["pickup_rate", "delivery_hours"]),
    "service": (
        0.35,
        [
            "complaint_rate",
            "dispute_liability_rate",
            "im_3min_reply_rate",
            "refund_only_hours",
            "return_refund_hours",
        ],
    ),
}
MIN_ORDERS = 30
HOUR = 3_600_000_000
TEXT, ID, TIME, FLAG, STARS, MONEY = (
    pl.String(),
    pl.Int64(),
    pl.Datetime("us"),
    pl.Boolean(),
    pl.Int8(),
    pl.Float64(),
)


def columns(kind: pl.DataType, *names: str) -> dict[str, pl.DataType]:
    return dict.fromkeys(names, kind)


#: The columns of CSV files, in their order: nothing is guessed.
STREAMS = {
    "shops": columns(TEXT, SHOP, "industry", "shop_type", "name") | columns(TIME, "opened_at"),
    "orders": columns(TEXT, SHOP)
    | columns(ID, "order_id")
    | columns(TIME, "created_at", "paid_at")
    | columns(MONEY, "amount")
    | columns(TIME, "picked_up_at", "signed_at", "confirmed_at")
    | columns(FLAG, "is_presale", "needs_shipping", "is_excluded"),
    "aftersales": columns(TEXT, SHOP)
    | columns(ID, "ticket_id", "order_id")
    | columns(TIME, "applied_at")
    | columns(TEXT, "kind", "reason")
    | columns(MONEY, "refund_amount")
    | columns(TIME, "approved_at", "return_signed_at", "refunded_at", "closed_at")
    | columns(TEXT, "outcome")
    | columns(FLAG, "platform_intervened")
    | columns(TEXT, "liability"),
    "conversations": columns(TEXT, SHOP)
    | columns(ID, "session_id")
    | columns(TIME, "started_at", "first_reply_at")
    | columns(FLAG, "to_human")
    | columns(STARS, "satisfaction"),
    "reviews": columns(TEXT, SHOP)
    | columns(ID, "review_id", "order_id")
    | columns(TIME, "reviewed_at")
    | columns(STARS, "rating", "service_rating", "logistics_rating")
    | columns(FLAG, "is_first"),
    "complaints": columns(TEXT, SHOP)
    | columns(ID, "complaint_id", "order_id")
    | columns(TIME, "complained_at")
    | columns(FLAG, "upheld"),
}
Events = Mapping[str, pl.LazyFrame]


def scan(folder: Path) -> Events:
    """Every stream, whatever it is written as."""
    return {stream: scan_stream(folder, stream) for stream in STREAMS}


def scan_stream(folder: Path, stream: str) -> pl.LazyFrame:
    if (folder / stream).is_dir():
        return pl.scan_parquet(folder / stream / "*.parquet")
    if (as_csv := folder / f"{stream}.csv").exists():
        return pl.scan_csv(as_csv, schema=STREAMS[stream])
    return pl.scan_parquet(folder / f"{stream}.parquet")


class Windows:
    """Conditions on the age of a time; age 1 is the day before as_of."""

    def __init__(self, as_of: dt.date) -> None:
        self.midnight = dt.datetime.combine(as_of, dt.time())

    def ages(self, time: pl.Expr, first: int, last: int) -> pl.Expr:
        start = self.midnight - dt.timedelta(last)
        end = self.midnight - dt.timedelta(first - 1)
        return (time >= start) & (time < end)

    def recent(self, time: pl.Expr) -> pl.Expr:
        return self.ages(time, 1, 90)

    def settled(self, time: pl.Expr) -> pl.Expr:
        return self.ages(time, 15, 104)


def microseconds(end: str, begin: str) -> pl.Expr:
    return pl.col(end).to_physical() - pl.col(begin).to_physical()


def order_sums(orders: pl.LazyFrame, windows: Windows) -> pl.LazyFrame:
    paid, picked, signed = pl.col("paid_at"), pl.col("picked_up_at"), pl.col("signed_at")
    wait = microseconds("picked_up_at", "paid_at")
    sold = ~pl.col("is_presale")
    picked_up = windows.recent(picked) & paid.is_not_null() & sold & pl.col("needs_shipping")
    delivered = windows.recent(signed) & picked.is_not_null() & sold
    grade = (
        pl.when(wait < 24 * HOUR)
        .then(10)
        .when(wait < 36 * HOUR)
        .then(7)
        .when(wait < 48 * HOUR)
        .then(4)
        .otherwise(0)
    )
    return (
        orders.filter(~pl.col("is_excluded"))
        .select(
            SHOP,
            paid_recent=windows.recent(paid),
            paid_settled=windows.settled(paid),
            received=windows.recent(pl.coalesce(signed, "confirmed_at")),
            picked_up=picked_up,
            grades=pl.when(picked_up).then(grade),
            delivered=delivered,
            delivery_time=pl.when(delivered).then(microseconds("signed_at", "picked_up_at")),
        )
        .group_by(SHOP)
        .agg(pl.all().sum())
    )


def ticket_sums(tickets: pl.LazyFrame, excluded: pl.LazyFrame, windows: Windows) -> pl.LazyFrame:
    """Sums over closed tickets; those of excluded orders count nowhere."""
    refund_only = pl.col("kind") == "refund_only"
    handled = pl.col("approved_at").is_not_null() & ~pl.col("platform_intervened")
    refunds, returns = handled & refund_only, handled & ~refund_only
    agreeing = microseconds("approved_at", "applied_at")
    checking = microseconds("refunded_at", "return_signed_at").fill_null(0)
    return (
        tickets.filter(windows.recent(pl.col("closed_at")))
        .with_columns(ORDER)
        .join(excluded, on="order_id", how="anti")
        .select(
            SHOP,
            closed=True,
            liable=pl.col("liability") == "merchant",
            refunds=refunds,
            refund_time=pl.when(refunds).then(agreeing),
            returns=returns,
            return_time=pl.when(returns).then(agreeing + checking),
        )
        .group_by(SHOP)
        .agg(pl.all().sum())
    )


def session_sums(conversations: pl.LazyFrame, windows: Windows) -> pl.LazyFrame:
    started = pl.col("started_at")
    hour = (started.to_physical() % (24 * HOUR)) // HOUR
    answered = microseconds("first_reply_at", "started_at") <= 180_000_000
    return (
        conversations.filter(windows.recent(started), pl.col("to_human"), hour.is_between(8, 22))
        .select(SHOP, sessions=True, answered=answered)
        .group_by(SHOP)
        .agg(pl.all().sum())
    )


def linked_counts(given: Events, windows: Windows) -> list[pl.LazyFrame]:
    """Bad reviews, quality returns and upheld complaints, on a day of the order they name."""
    tickets = given["aftersales"].filter(
        pl.col("kind").is_in(["refund_only", "return_refund"]),
        pl.col("reason").is_in(["quality", "logistics"]),
    )
    reviews = given["reviews"].filter(pl.col("is_first"), pl.col("rating") <= 2)
    complaints = given["complaints"].filter("upheld")
    events = pl.collect_all(
        [
            reviews.select(SHOP, ORDER, own_day="reviewed_at"),
            tickets.select(SHOP, ORDER, own_day="applied_at"),
            complaints.select(SHOP, ORDER, own_day="complained_at"),
        ],
        engine="streaming",
    )
    named = pl.concat([rows.select("order_id") for rows in events]).lazy()
    received = pl.coalesce("signed_at", "confirmed_at")
    facts = (
        given["orders"]
        .select(ORDER, "paid_at", "is_excluded", received_at=received)
        .join(named, on="order_id", how="semi")
        .collect(engine="streaming")
    )
    bad, quality, upheld = (
        rows.lazy()
        .join(facts.lazy(), on="order_id", how="left")
        .filter(~pl.col("is_excluded").fill_null(False))
        for rows in events
    )
    nameless = quality.filter(pl.col("order_id").is_null())
    once = (
        quality.filter(pl.col("order_id").is_not_null())
        .group_by("order_id")
        .agg(pl.col(SHOP, "paid_at").first(), pl.col("own_day").min())
    )
    quality = pl.concat([f.select(SHOP, "paid_at", "own_day") for f in (nameless, once)])
    bad_day = pl.coalesce("received_at", "own_day")
    paid_day = pl.coalesce("paid_at", "own_day")
    return [
        bad.filter(windows.recent(bad_day)).group_by(SHOP).agg(bad=pl.len()),
        quality.filter(windows.settled(paid_day)).group_by(SHOP).agg(quality=pl.len()),
        upheld.filter(windows.settled(paid_day)).group_by(SHOP).agg(upheld=pl.len()),
    ]


def sums(given: Events, windows: Windows) -> pl.DataFrame:
    """Every sum the metrics need, one row per shop."""
    orders = given["orders"]
    excluded = orders.filter("is_excluded").select(ORDER)
    frames = pl.collect_all(
        [
            given["shops"].select(SHOP, "industry"),
            order_sums(orders, windows),
            ticket_sums(given["aftersales"], excluded, windows),
            session_sums(given["conversations"], windows),
            *linked_counts(given, windows),
        ],
        engine="streaming",
    )
    table = frames[0]
    for frame in frames[1:]:
        table = table.join(frame, on=SHOP, how="left")
    return table.with_columns(pl.exclude(SHOP, "industry").fill_null(0))


def metrics() -> dict[str, tuple[pl.Expr, pl.Expr, pl.Expr]]:
    """Numerator, denominator and n; whole numbers, so that equal fractions are equal floats."""

    def rate(part: str, whole: str) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
        return pl.col(part), pl.col(whole), pl.col(whole)

    def hours(total: str, count: str) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
        return pl.col(total) // 1_000_000, pl.col(count) * 3600, pl.col(count)

    return {
        "bad_review_rate": rate("bad", "received"),
        "quality_return_rate": rate("quality", "paid_settled"),
        "pickup_rate": (pl.col("grades"), pl.col("picked_up") * 10, pl.col("picked_up")),
        "delivery_hours": hours("delivery_time", "delivered"),
        "complaint_rate": rate("upheld", "paid_settled"),
        "dispute_liability_rate": rate("liable", "closed"),
        "im_3min_reply_rate": rate("answered", "sessions"),
        "refund_only_hours": hours("refund_time", "refunds"),
        "return_refund_hours": hours("return_time", "returns"),
    }


def percentile(metric: str, lower_is_better: bool) -> pl.Expr:
    value = pl.col(f"{metric}.value")
    rank = value.rank("average", descending=lower_is_better).over("industry")
    peers = value.count().over("industry")
    return pl.when(peers > 1).then((rank - 1) / (peers - 1))


def score() -> pl.Expr:
    """Weighted mean of the dimensions, each the mean of its metrics, as far as there are any."""
    parts = {
        name: (weight, pl.mean_horizontal([f"{metric}.points" for metric in names]))
        for name, (weight, names) in DIMENSIONS.items()
    }
    total = pl.sum_horizontal(points * weight for weight, points in parts.values())
    weights = pl.sum_horizontal(
        pl.when(points.is_not_null()).then(weight) for weight, points in parts.values()
    )
    enough = (pl.col("paid_recent") >= MIN_ORDERS) & (weights > 0)
    return pl.when(enough).then(total / weights).round(2, mode="half_away_from_zero")


def scores(table: pl.DataFrame) -> pl.DataFrame:
    fractions = metrics()
    results = (
        table.lazy()
        .with_columns(
            **{
                f"{m}.value": pl.when(n > 0).then(num / den)
                for m, (num, den, n) in fractions.items()
            },
            **{f"{m}.n": n.cast(pl.Int64) for m, (_, _, n) in fractions.items()},
        )
        .with_columns(**{f"{m}.percentile": percentile(m, lower) for m, lower in BETTER.items()})
        .with_columns(**{f"{m}.points": 3 + 2 * pl.col(f"{m}.percentile") for m in BETTER})
        .with_columns(score=score())
    )
    columns = [f"{m}.{part}" for m in BETTER for part in ("value", "n", "percentile", "points")]
    return results.select(SHOP, "industry", "score", *columns).sort(SHOP).collect()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--as-of", type=dt.date.fromisoformat, required=True)
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    scores(sums(scan(args.folder), Windows(args.as_of))).write_parquet(args.out)


if __name__ == "__main__":
    main()
