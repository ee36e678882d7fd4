"""The four metrics of suppliers, ranks and scores in SQL; with --keys duplicate keys are looked for.

python benchmarks/tpch/duckdb_lines.py FOLDER [--keys] -o OUT.parquet
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import duckdb

DUPLICATES = """
SELECT count(*) FROM (
    SELECT 1 FROM lines GROUP BY shop_id, line_order_id, line_number HAVING count(*) > 1
)
"""
SCORES = """
COPY (
    WITH sums AS (
        SELECT
            shop_id,
            count(*) FILTER (received) AS received,
            count(*) FILTER (received AND received_on > promised_on) AS late,
            sum(received_on - shipped_on) FILTER (received) AS days,
            count(*) FILTER (shipped) AS shipped,
            count(*) FILTER (shipped AND returned = 'R') AS returned,
            count(*) FILTER (shipped AND quantity >= 25) AS large
        FROM (
            SELECT
                *,
                received_on BETWEEN DATE '1996-01-02' AND DATE '1996-12-31' AS received,
                shipped_on BETWEEN DATE '1996-01-02' AND DATE '1996-12-31' AS shipped
            FROM lines
        )
        GROUP BY shop_id
    ),
    metrics AS (
        SELECT
            s.shop_id,
            industry,
            late / nullif(received, 0) AS late_rate,
            sums.returned / nullif(sums.shipped, 0) AS return_rate,
            days / nullif(received, 0) AS travel_days,
            large / nullif(sums.shipped, 0) AS large_rate
        FROM shops s LEFT JOIN sums USING (shop_id)
    ),
    long AS (
        UNPIVOT metrics ON late_rate, return_rate, travel_days, large_rate
        INTO NAME metric VALUE value
    ),
    ranked AS (
        SELECT
            shop_id,
            metric,
            value,
            CASE metric WHEN 'large_rate' THEN value ELSE -value END AS good,
            rank() OVER w AS first,
            count(*) OVER (PARTITION BY industry, metric, value) AS equal,
            count(*) OVER (PARTITION BY industry, metric) AS peers
        FROM long
        WINDOW w AS (
            PARTITION BY industry, metric
            ORDER BY CASE metric WHEN 'large_rate' THEN value ELSE -value END
        )
    )
    SELECT
        shop_id,
        avg(5 * (2 * (first - 1) + equal - 1) / (2 * (peers - 1))) AS total,
        max(value) FILTER (metric = 'late_rate') AS late_rate,
        max(value) FILTER (metric = 'travel_days') AS travel_days
    FROM ranked
    GROUP BY shop_id
    ORDER BY shop_id
) TO '{out}' (FORMAT parquet)
"""


def main() -> None:
    """Count, rank and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keys", action="store_true")
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    db = duckdb.connect()
    for stream in ("lines", "shops"):
        db.execute(f"CREATE VIEW {stream} AS SELECT * FROM '{args.folder / stream}.parquet'")
    if args.keys:
        found = db.execute(DUPLICATES).fetchone()
        if found != (0,):
            sys.exit(f"duplicate keys: {found}")
    db.execute(SCORES.replace("{out}", str(args.out)))


if __name__ == "__main__":
    main()
