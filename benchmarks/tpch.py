"""TPC-H as a typed table of lines: shopscore and a small plugin beside DuckDB.

    python benchmarks/tpch.py [--scale 1] [--rounds 5] [--work DIR]

Suppliers are shops, nations are industries; the lines are made by tpchgen-cli, and renamed. Each
contender is a fresh process, another one first in every round; a first round is not counted. It
ends with 1 where the numbers differ.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from statistics import median

from run import measure

HERE = Path(__file__).resolve().parent
CONTENDERS = {
    "duckdb": ("duckdb_lines.py",),
    "duckdb, keys looked at": ("duckdb_lines.py", "--keys"),
    "shopscore": ("shopscore_lines.py",),
}
REFERENCE = "duckdb, keys looked at"

RENAME = """
import sys, polars as pl
raw, out = sys.argv[1:]
lines = pl.scan_parquet(f"{raw}/lineitem.parquet").select(
    shop_id="l_suppkey", line_order_id="l_orderkey", line_number="l_linenumber",
    quantity=pl.col("l_quantity").cast(pl.Float64), shipped_on="l_shipdate",
    promised_on="l_commitdate", received_on="l_receiptdate", returned="l_returnflag",
)
lines.sink_parquet(f"{out}/lines.parquet", row_group_size=131_072)
nations = pl.scan_parquet(f"{raw}/nation.parquet").select(s_nationkey="n_nationkey", industry="n_name")
shops = pl.scan_parquet(f"{raw}/supplier.parquet").join(nations, on="s_nationkey")
shops.select(shop_id="s_suppkey", industry="industry").sink_parquet(f"{out}/shops.parquet")
"""
AGREE = """
import sys, polars as pl
ours, theirs = (pl.read_parquet(p) for p in sys.argv[1:])
both = ours.with_columns(pl.col("shop_id").cast(pl.Int64)).join(theirs, on="shop_id", how="full")
off = both.filter(
    ((pl.col("late_rate") - pl.col("late_rate_right")).abs() > 1e-9)
    | ((pl.col("travel_days") - pl.col("travel_days_right")).abs() > 1e-9)
    | ((pl.col("score") - pl.col("total")).abs() > 0.005 + 1e-9)
    | (pl.col("score").is_null() != pl.col("total").is_null())
)
print(f"{len(both):,} suppliers, {len(off)} differ")
sys.exit(len(off) > 0 or len(both) != len(ours) or len(both) != len(theirs))
"""


def make(scale: float, work: Path) -> Path:
    """The lines and suppliers as streams, made where they are missing."""
    folder, raw = work / f"tpch-{scale:g}", work / f"tpch-{scale:g}-raw"
    if not (folder / "shops.parquet").exists():
        tables = ("--tables", "lineitem,supplier,nation", "--output-dir", str(raw))
        subprocess.run(["tpchgen-cli", "parquet", "-s", f"{scale:g}", *tables], check=True)
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-c", RENAME, raw, folder], check=True)
    return folder


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=HERE / "work")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    folder = make(args.scale, args.work)
    outs = {name: folder / f"out-{i}.pq" for i, name in enumerate(CONTENDERS)}
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in CONTENDERS}
    for number in range(args.rounds + 1):
        names = [*CONTENDERS][number % 3 :] + [*CONTENDERS][: number % 3]
        for name in names:
            script, *options = CONTENDERS[name]
            command = [sys.executable, HERE / "tpch" / script, folder, *options, "-o", outs[name]]
            run = measure(*command)
            if number:
                runs[name].append((run.cpu_s, run.rss_mb))
    for name, measured in runs.items():
        pairs = zip(measured, runs[REFERENCE], strict=True)
        ratios = sorted(mine[0] / theirs[0] for mine, theirs in pairs)
        cpu, rss = (median(column) for column in zip(*measured, strict=True))
        spread = f"{median(ratios):.2f} [{ratios[0]:.2f}-{ratios[-1]:.2f}]"
        print(f"{name:24}{cpu:7.2f} s CPU {rss:7.0f} MB  {spread}")
    same = subprocess.run(
        [sys.executable, "-c", AGREE, outs["shopscore"], outs["duckdb"]], check=False
    )
    sys.exit(same.returncode)


if __name__ == "__main__":
    main()
