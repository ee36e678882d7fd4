"""Douyin rule set 2022 for every shop with shopscore itself, through its public API.

python benchmarks/peers/shopscore_sdk.py FOLDER --as-of 2024-06-30 -o OUT.parquet
"""

from __future__ import annotations

import argparse
from pathlib import Path

import shopscore as ss


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--as-of", required=True)
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    result = ss.score(args.folder, platform="douyin", ruleset="2022", as_of=args.as_of)
    result.to_polars().write_parquet(args.out)


if __name__ == "__main__":
    main()
