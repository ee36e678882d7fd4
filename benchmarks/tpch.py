"""TPC-H as a typed table of lines: shopscore and a small plugin beside DuckDB.

    python benchmarks/tpch.py [--scale 1] [--rounds 5] [--work DIR]

Suppliers are shops, nations are industries; the lines are made by tpchgen-cli, and renamed.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from measuring import BIN, HERE, Figure, Limits, arguments, cached, finish, in_turn, python, ratio

OURS = "shopscore"
CONTENDERS = {
    "DuckDB": ("duckdb_lines.py",),
    "DuckDB with key checks": ("duckdb_lines.py", "--keys"),
    OURS: ("shopscore_lines.py",),
}
DOES = {"DuckDB": "SQL, nothing checked", "DuckDB with key checks": "SQL, no key is there twice"}
LIMITS = {"DuckDB with key checks": Limits(1.5, 1.0)}

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


def make(scale: float, folder: Path) -> None:
    """The lines and suppliers as streams."""
    raw = folder / "raw"
    tables = ("--tables", "lineitem,supplier,nation", "--output-dir", raw)
    subprocess.run([BIN / "tpchgen-cli", "parquet", "-s", f"{scale:g}", *tables], check=True)
    subprocess.run([sys.executable, "-c", RENAME, raw, folder], check=True)
    for path in raw.iterdir():
        path.unlink()
    raw.rmdir()


def figures(scale: float, rounds: int, work: Path) -> Iterator[Figure]:
    """Shopscore beside DuckDB that looks for keys, and that does not."""
    folder = cached(work / f"tpch-{scale:g}", partial(make, scale))
    outs = {name: folder.with_name(f"{folder.name}-{i}.pq") for i, name in enumerate(CONTENDERS)}
    scripts = HERE / "tpch"
    runs = in_turn(
        {
            name: python(scripts / script, folder, *options, "-o", outs[name])
            for name, (script, *options) in CONTENDERS.items()
        },
        rounds,
    )
    agree: list[str | Path] = [sys.executable, "-c", AGREE, outs[OURS], outs["DuckDB"]]
    same = subprocess.run(agree, check=False).returncode == 0
    for name, does in DOES.items():
        called = f"TPC-H SF{scale:g} / {name}"
        yield ratio(called, does, runs, (OURS, name), LIMITS.get(name), same)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--scale", type=float, default=1)
    args = parser.parse_args()
    finish([*figures(args.scale, args.rounds, args.work)], args.json)


if __name__ == "__main__":
    main()
