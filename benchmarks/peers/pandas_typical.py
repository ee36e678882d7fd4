"""Douyin rule set 2022 for every shop, as an analyst in pandas would typically write it.

python benchmarks/peers/pandas_typical.py FOLDER --as-of 2024-06-30 -o OUT.parquet
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

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
HIGHER_IS_BETTER = {"pickup_rate", "im_3min_reply_rate"}
MIN_ORDERS = 30


def ages(times: pd.Series, as_of: pd.Timestamp, first: int, last: int) -> pd.Series:
    """Whether a time is first..last days old; age 1 is the day before as_of."""
    start = as_of - pd.Timedelta(days=last)
    end = as_of - pd.Timedelta(days=first - 1)
    return (times >= start) & (times < end)


def seconds(end: pd.Series, begin: pd.Series) -> pd.Series:
    return (end - begin).dt.total_seconds()


def count(rows: pd.DataFrame) -> pd.Series:
    return rows.groupby("shop_id").size()


def with_order(rows: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """The rows with their order's times, without those of excluded orders."""
    facts = orders[["shop_id", "order_id", "paid_at", "received_at", "is_excluded"]]
    linked = rows.merge(facts, on=["shop_id", "order_id"], how="left")
    return linked[linked["is_excluded"].ne(True)]


def order_counts(orders: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, pd.Series]:
    orders = orders[~orders["is_excluded"]]
    sold = ~orders["is_presale"]
    picked_up = orders[
        ages(orders["picked_up_at"], as_of, 1, 90)
        & orders["paid_at"].notna()
        & sold
        & orders["needs_shipping"]
    ].copy()
    hours = seconds(picked_up["picked_up_at"], picked_up["paid_at"]) / 3600
    picked_up["grade"] = pd.cut(hours, [0, 24, 36, 48, float("inf")], right=False, labels=False)
    picked_up["grade"] = picked_up["grade"].map({0: 10, 1: 7, 2: 4, 3: 0})
    delivered = orders[
        ages(orders["signed_at"], as_of, 1, 90) & orders["picked_up_at"].notna() & sold
    ].copy()
    delivered["seconds"] = seconds(delivered["signed_at"], delivered["picked_up_at"])
    return {
        "paid_recent": count(orders[ages(orders["paid_at"], as_of, 1, 90)]),
        "paid_settled": count(orders[ages(orders["paid_at"], as_of, 15, 104)]),
        "received": count(orders[ages(orders["received_at"], as_of, 1, 90)]),
        "picked_up": count(picked_up),
        "grades": picked_up.groupby("shop_id")["grade"].sum(),
        "delivered": count(delivered),
        "delivery_time": delivered.groupby("shop_id")["seconds"].sum(),
    }


def review_counts(reviews: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, pd.Series]:
    bad = reviews[reviews["is_first"] & (reviews["rating"] <= 2)]
    day = bad["received_at"].fillna(bad["reviewed_at"])
    return {"bad": count(bad[ages(day, as_of, 1, 90)])}


def ticket_counts(tickets: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, pd.Series]:
    quality = tickets[
        tickets["kind"].isin(["refund_only", "return_refund"])
        & tickets["reason"].isin(["quality", "logistics"])
    ].sort_values(["applied_at", "ticket_id"])
    repeated = quality["order_id"].notna() & quality.duplicated(["shop_id", "order_id"])
    quality = quality[~repeated]
    day = quality["paid_at"].fillna(quality["applied_at"])

    closed = tickets[ages(tickets["closed_at"], as_of, 1, 90)]
    handled = closed[closed["approved_at"].notna() & ~closed["platform_intervened"]].copy()
    agreeing = seconds(handled["approved_at"], handled["applied_at"])
    checking = seconds(handled["refunded_at"], handled["return_signed_at"]).fillna(0)
    refund_only = handled["kind"] == "refund_only"
    handled["seconds"] = agreeing.where(refund_only, agreeing + checking)
    refunds, returns = handled[refund_only], handled[~refund_only]
    return {
        "quality": count(quality[ages(day, as_of, 15, 104)]),
        "closed": count(closed),
        "liable": count(closed[closed["liability"] == "merchant"]),
        "refunds": count(refunds),
        "refund_time": refunds.groupby("shop_id")["seconds"].sum(),
        "returns": count(returns),
        "return_time": returns.groupby("shop_id")["seconds"].sum(),
    }


def complaint_counts(complaints: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, pd.Series]:
    upheld = complaints[complaints["upheld"]]
    day = upheld["paid_at"].fillna(upheld["complained_at"])
    return {"upheld": count(upheld[ages(day, as_of, 15, 104)])}


def session_counts(sessions: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, pd.Series]:
    hour = sessions["started_at"].dt.hour
    counted = sessions[
        sessions["to_human"]
        & ages(sessions["started_at"], as_of, 1, 90)
        & (hour >= 8)
        & (hour <= 22)
    ]
    in_time = seconds(counted["first_reply_at"], counted["started_at"]) <= 180
    return {"sessions": count(counted), "answered": count(counted[in_time])}


def load(folder: Path, as_of: pd.Timestamp) -> pd.DataFrame:
    """Every count and sum the metrics need, one row per shop."""

    def read(stream: str) -> pd.DataFrame:
        return pd.read_parquet(folder / f"{stream}.parquet")

    orders = read("orders")
    orders["received_at"] = orders["signed_at"].fillna(orders["confirmed_at"])
    counts = {
        **order_counts(orders, as_of),
        **review_counts(with_order(read("reviews"), orders), as_of),
        **ticket_counts(with_order(read("aftersales"), orders), as_of),
        **complaint_counts(with_order(read("complaints"), orders), as_of),
        **session_counts(read("conversations"), as_of),
    }
    shops = read("shops")[["shop_id", "industry"]].set_index("shop_id")
    return shops.join(pd.DataFrame(counts).reindex(shops.index).fillna(0))


def metrics(table: pd.DataFrame) -> pd.DataFrame:
    """value and n of every metric; whole numbers are divided, so equal fractions are equal."""
    fractions = {
        "bad_review_rate": (table["bad"], table["received"], 1),
        "quality_return_rate": (table["quality"], table["paid_settled"], 1),
        "pickup_rate": (table["grades"], table["picked_up"], 10),
        "delivery_hours": (table["delivery_time"], table["delivered"], 3600),
        "complaint_rate": (table["upheld"], table["paid_settled"], 1),
        "dispute_liability_rate": (table["liable"], table["closed"], 1),
        "im_3min_reply_rate": (table["answered"], table["sessions"], 1),
        "refund_only_hours": (table["refund_time"], table["refunds"], 3600),
        "return_refund_hours": (table["return_time"], table["returns"], 3600),
    }
    result = table[["industry"]].copy()
    for metric, (total, n, unit) in fractions.items():
        result[f"{metric}.value"] = (total / (n * unit)).where(n > 0)
        result[f"{metric}.n"] = n.astype("int64")
    return result


def score(result: pd.DataFrame, enough: pd.Series) -> pd.DataFrame:
    dimensions = {}
    for name, (_, names) in DIMENSIONS.items():
        for metric in names:
            peers = result.groupby("industry")[f"{metric}.value"]
            rank = peers.rank(method="average", ascending=metric in HIGHER_IS_BETTER)
            others = peers.transform("count") - 1
            result[f"{metric}.percentile"] = ((rank - 1) / others).where(others > 0)
            result[f"{metric}.points"] = 3 + 2 * result[f"{metric}.percentile"]
        dimensions[name] = result[[f"{metric}.points" for metric in names]].mean(axis=1)
    points = pd.DataFrame(dimensions)
    weights = pd.Series({name: weight for name, (weight, _) in DIMENSIONS.items()})
    total = (points * weights).sum(axis=1) / points.notna().mul(weights).sum(axis=1)
    result.insert(1, "score", total.where(enough).round(2))
    return result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--as-of", type=pd.Timestamp, required=True)
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    table = load(args.folder, args.as_of)
    result = score(metrics(table), table["paid_recent"] >= MIN_ORDERS)
    result.sort_index().reset_index().to_parquet(args.out, index=False)


if __name__ == "__main__":
    main()
