"""The four metrics of suppliers, ranks and scores with shopscore and a plugin of its own.

python benchmarks/tpch/shopscore_lines.py FOLDER -o OUT.parquet
"""

from __future__ import annotations

import argparse
from pathlib import Path

import polars as pl
from tpch_shops import PLATFORM

import shopscore as ss


def main() -> None:
    """Read, score and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    result = ss.score(args.folder, platform=PLATFORM, as_of="1997-01-01")
    columns = {"late_rate": "late_rate.value", "travel_days": "travel_days.value"}
    frame = result.to_polars().select(
        "shop_id", "score", **{n: pl.col(c) for n, c in columns.items()}
    )
    frame.write_parquet(args.out)


if __name__ == "__main__":
    main()
