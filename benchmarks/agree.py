"""Do two results hold the same numbers?

    python benchmarks/agree.py A.parquet B.parquet …

Values, percentiles and points must be within 1e-9 and n the same. A score may differ by a cent
where it is exactly on half a cent: floats round that either way.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import polars as pl

DIMENSIONS = {
    0.50: ("bad_review_rate", "quality_return_rate"),
    0.15: ("pickup_rate", "delivery_hours"),
    0.35: (
        "complaint_rate",
        "dispute_liability_rate",
        "im_3min_reply_rate",
        "refund_only_hours",
        "return_refund_hours",
    ),
}
METRICS = [metric for metrics in DIMENSIONS.values() for metric in metrics]
TOLERANCE = 1e-9


def off(column: str, tolerance: float = TOLERANCE) -> pl.Expr:
    """Rows where a column is null on one side only, or differs by more."""
    left, right = pl.col(column), pl.col(f"{column}_right")
    return (left.is_null() != right.is_null()) | ((left - right).abs() > tolerance).fill_null(False)


def on_half_cent() -> pl.Expr:
    """Rows whose score before rounding lies on half a cent."""
    points = {
        weight: pl.mean_horizontal(f"{metric}.points" for metric in metrics)
        for weight, metrics in DIMENSIONS.items()
    }
    total = pl.sum_horizontal(weight * mean for weight, mean in points.items())
    weights = pl.sum_horizontal(weight * mean.is_not_null() for weight, mean in points.items())
    cents = 100 * total / weights
    return (cents - cents.floor() - 0.5).abs() < 100 * TOLERANCE


def differences(left: pl.DataFrame, right: pl.DataFrame) -> list[str]:
    """What is not the same, a line each; nothing where all is."""
    if not left["shop_id"].sort().equals(right["shop_id"].sort()):
        return ["not the same shops"]
    both = left.join(right, on="shop_id", how="left")
    checks = {
        f"{metric}.{part}": off(f"{metric}.{part}", 0.0 if part == "n" else TOLERANCE)
        for metric in METRICS
        for part in ("value", "n", "percentile", "points")
    }
    checks["industry"] = pl.col("industry").ne_missing(pl.col("industry_right"))
    cent = ~off("score", 0.01 + TOLERANCE) & on_half_cent()
    checks["score"] = off("score") & ~cent
    wrong = both.select(**{name: check.sum() for name, check in checks.items()}).row(0, named=True)
    return [f"{column}: {rows} shops" for column, rows in wrong.items() if rows]


def half_cents(left: pl.DataFrame, right: pl.DataFrame) -> int:
    """How many scores are not the same."""
    return int(left.join(right, on="shop_id", how="left").select(off("score").sum()).item())


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare results with the first one.")
    parser.add_argument("results", type=Path, nargs="+")
    first, *others = parser.parse_args().results
    reference, failed = pl.read_parquet(first), False
    for path in others:
        result = pl.read_parquet(path)
        lines = differences(reference, result)
        same = f"the same, {half_cents(reference, result)} scores on half a cent apart"
        print(f"{path}: {'; '.join(lines) or same}")
        failed |= bool(lines)
    sys.exit(failed)


if __name__ == "__main__":
    main()
