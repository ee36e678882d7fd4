"""Douyin rule set 2022 for every shop, as an expert in DuckDB writes it: fast, nothing checked.

    python benchmarks/peers/duckdb_expert.py FOLDER --as-of 2024-06-30 -o OUT.parquet

Takes for granted that the events are clean: unique keys, no null flags, ends after beginnings; and
that order ids are 19-digit numbers, unique over all shops: integers join faster than text.
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

import duckdb

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
# total, n, how many units of the total are one of the value; whole numbers are divided
FRACTIONS = {
    "bad_review_rate": ("bad", "received", 1),
    "quality_return_rate": ("quality", "paid_settled", 1),
    "pickup_rate": ("grades", "picked_up", 10),
    "delivery_hours": ("delivery_time", "delivered", 3600),
    "complaint_rate": ("upheld", "paid_settled", 1),
    "dispute_liability_rate": ("liable", "closed", 1),
    "im_3min_reply_rate": ("answered", "sessions", 1),
    "refund_only_hours": ("refund_time", "refunds", 3600),
    "return_refund_hours": ("return_time", "returns", 3600),
}
MIN_ORDERS = 30

COUNTS = """
WITH order_counts AS (
    SELECT
        shop_id,
        count(*) FILTER (paid_at >= $d90 AND paid_at < $d0) AS paid_recent,
        count(*) FILTER (paid_at >= $d104 AND paid_at < $d14) AS paid_settled,
        count(*) FILTER (received_at >= $d90 AND received_at < $d0) AS received,
        count(*) FILTER (picked_up) AS picked_up,
        sum(CASE WHEN waited < 86400 THEN 10 WHEN waited < 129600 THEN 7
            WHEN waited < 172800 THEN 4 ELSE 0 END) FILTER (picked_up) AS grades,
        count(*) FILTER (delivered) AS delivered,
        sum(epoch_us(signed_at) - epoch_us(picked_up_at)) FILTER (delivered)
            // 1000000 AS delivery_time
    FROM (
        SELECT
            shop_id, paid_at, picked_up_at, signed_at,
            coalesce(signed_at, confirmed_at) AS received_at,
            picked_up_at >= $d90 AND picked_up_at < $d0 AND paid_at IS NOT NULL
                AND NOT is_presale AND needs_shipping AS picked_up,
            signed_at >= $d90 AND signed_at < $d0 AND picked_up_at IS NOT NULL
                AND NOT is_presale AS delivered,
            (epoch_us(picked_up_at) - epoch_us(paid_at)) // 1000000 AS waited
        FROM orders
        WHERE NOT is_excluded
    )
    GROUP BY shop_id
),
excluded AS MATERIALIZED (SELECT order_id::BIGINT AS order_id FROM orders WHERE is_excluded),
closed_counts AS (
    SELECT
        shop_id,
        count(*) AS closed,
        count(*) FILTER (liability = 'merchant') AS liable,
        count(*) FILTER (handled AND kind = 'refund_only') AS refunds,
        sum(agreeing) FILTER (handled AND kind = 'refund_only') // 1000000 AS refund_time,
        count(*) FILTER (handled AND kind <> 'refund_only') AS returns,
        sum(agreeing + coalesce(checking, 0)) FILTER (handled AND kind <> 'refund_only')
            // 1000000 AS return_time
    FROM (
        SELECT
            shop_id, kind, liability,
            approved_at IS NOT NULL AND NOT platform_intervened AS handled,
            epoch_us(approved_at) - epoch_us(applied_at) AS agreeing,
            epoch_us(refunded_at) - epoch_us(return_signed_at) AS checking
        FROM aftersales a ANTI JOIN excluded e ON a.order_id::BIGINT = e.order_id
        WHERE closed_at >= $d90 AND closed_at < $d0
    )
    GROUP BY shop_id
),
session_counts AS (
    SELECT
        shop_id,
        count(*) AS sessions,
        count(*) FILTER (epoch_us(first_reply_at) - epoch_us(started_at) <= 180000000) AS answered
    FROM conversations
    WHERE to_human AND started_at >= $d90 AND started_at < $d0 AND hour(started_at) BETWEEN 8 AND 22
    GROUP BY shop_id
),
quality_once AS (
    SELECT any_value(shop_id) AS shop_id, order_id, min(applied_at) AS own_day
    FROM aftersales
    WHERE kind IN ('refund_only', 'return_refund') AND reason IN ('quality', 'logistics')
    GROUP BY order_id, CASE WHEN order_id IS NULL THEN ticket_id END
),
events AS MATERIALIZED (
    SELECT 0 AS what, shop_id, order_id::BIGINT AS order_id, reviewed_at AS own_day
    FROM reviews WHERE is_first AND rating <= 2
    UNION ALL
    SELECT 1, shop_id, order_id::BIGINT, own_day FROM quality_once
    UNION ALL
    SELECT 2, shop_id, order_id::BIGINT, complained_at FROM complaints WHERE upheld
),
linked_counts AS (
    SELECT
        shop_id,
        count(*) FILTER (what = 0 AND bad_day >= $d90 AND bad_day < $d0) AS bad,
        count(*) FILTER (what = 1 AND paid_day >= $d104 AND paid_day < $d14) AS quality,
        count(*) FILTER (what = 2 AND paid_day >= $d104 AND paid_day < $d14) AS upheld
    FROM (
        SELECT
            e.shop_id, what,
            coalesce(o.signed_at, o.confirmed_at, own_day) AS bad_day,
            coalesce(o.paid_at, own_day) AS paid_day
        FROM events e LEFT JOIN orders o ON e.order_id = o.order_id::BIGINT
        WHERE o.is_excluded IS NOT TRUE
    )
    GROUP BY shop_id
)
SELECT shop_id, industry, COLUMNS(* EXCLUDE (shop_id, industry))
FROM shops
LEFT JOIN order_counts USING (shop_id)
LEFT JOIN closed_counts USING (shop_id)
LEFT JOIN session_counts USING (shop_id)
LEFT JOIN linked_counts USING (shop_id)
"""
RANKS = """
ranked AS (
    SELECT
        shop_id, metric,
        -- the average rank from the worst (0) to the best (1)
        (rank() OVER ranking - 1 + (count(*) OVER ties - 1) / 2)
            / nullif(count(*) OVER (PARTITION BY industry, metric) - 1, 0) AS percentile
    FROM long
    WINDOW
        ranking AS (PARTITION BY industry, metric ORDER BY good),
        ties AS (
            PARTITION BY industry, metric ORDER BY good
            RANGE BETWEEN CURRENT ROW AND CURRENT ROW
        )
)
"""


def score() -> str:
    """Weighted mean of the dimensions, each the mean of its metrics, as far as there are any."""
    means = {
        name: (weight, "list_avg([" + ", ".join(f'"{m}.points"' for m in names) + "])")
        for name, (weight, names) in DIMENSIONS.items()
    }
    total = " + ".join(f"coalesce({weight} * {mean}, 0)" for weight, mean in means.values())
    weights = " + ".join(
        f"CASE WHEN {mean} IS NULL THEN 0 ELSE {weight} END" for weight, mean in means.values()
    )
    exact = f"({total}) / nullif({weights}, 0)"
    return f"CASE WHEN paid_recent >= {MIN_ORDERS} THEN round({exact}, 2) END AS score"


def query() -> str:
    values, long, percentiles, points, columns = [], [], [], [], []
    for number, (metric, (total, n, unit)) in enumerate(FRACTIONS.items()):
        value, sign = f'"{metric}.value"', "" if metric in HIGHER_IS_BETTER else "-"
        values.append(f"coalesce({total}, 0)::DOUBLE / nullif({n} * {unit}, 0) AS {value}")
        values.append(f'coalesce({n}, 0)::BIGINT AS "{metric}.n"')
        long.append(
            f"SELECT shop_id, industry, {number} AS metric, {sign}{value} AS good "
            f"FROM valued WHERE {value} IS NOT NULL"
        )
        percentiles.append(f'max(percentile) FILTER (metric = {number}) AS "{metric}.percentile"')
        points.append(f'3 + 2 * "{metric}.percentile" AS "{metric}.points"')
        columns += [f'"{metric}.{part}"' for part in ("value", "n", "percentile", "points")]
    return f"""
        WITH counts AS ({COUNTS}),
        valued AS MATERIALIZED (
            SELECT shop_id, industry, paid_recent, {", ".join(values)} FROM counts
        ),
        long AS ({" UNION ALL ".join(long)}),
        {RANKS},
        wide AS (SELECT shop_id, {", ".join(percentiles)} FROM ranked GROUP BY shop_id),
        pointed AS (SELECT *, {", ".join(points)} FROM valued LEFT JOIN wide USING (shop_id))
        SELECT shop_id, industry, {score()}, {", ".join(columns)} FROM pointed ORDER BY shop_id
    """


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--as-of", type=dt.date.fromisoformat, required=True)
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    for stream in ("shops", "orders", "aftersales", "conversations", "reviews", "complaints"):
        connection.read_parquet(str(args.folder / f"{stream}.parquet")).create_view(stream)
    midnight = dt.datetime.combine(args.as_of, dt.time())
    days = {f"d{n}": midnight - dt.timedelta(n) for n in (0, 14, 90, 104)}
    connection.execute(f"COPY ({query()}) TO '{args.out}' (FORMAT parquet)", days)


if __name__ == "__main__":
    main()
