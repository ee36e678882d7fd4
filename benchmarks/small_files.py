"""What many small files cost beside one file of the same rows.

    python benchmarks/small_files.py [--files 1400] [--rows 150] [--rounds 5] [--work DIR]

Canonical orders as CSV: a file for each day of four years, and all of it in one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from measuring import (
    Figure,
    Limits,
    arguments,
    cached,
    finish,
    in_turn,
    python,
    ratio,
    say_the_same,
)

HEADER = "shop_id,order_id,paid_at,amount,shipped_at,is_presale\n"
READ = (
    "import shopscore as ss, sys;"
    "events = ss.read_events(sys.argv[1], platform='douyin');"
    "print(events.digest, events.report.books['orders'].rows_in)"
)


def make(files: int, rows: int, folder: Path) -> None:
    """The same orders as one file, and as a file for each day."""
    draw = random.Random(files)
    one, many = folder / "one", folder / "many"
    (many / "orders").mkdir(parents=True, exist_ok=True)
    one.mkdir(exist_ok=True)
    whole = [HEADER]
    for number in range(files):
        day = date(2021, 1, 1) + timedelta(days=number % 1461)
        lines = [
            f"S{draw.randrange(50)},{10**18 + number * rows + row},{day} 10:{row % 60:02}:00,"
            f"{draw.randrange(100, 100_000) / 100},{day} 20:{row % 60:02}:30,{row % 2}\n"
            for row in range(rows)
        ]
        whole += lines
        (many / "orders" / f"{number:05}.csv").write_text(HEADER + "".join(lines))
    (one / "orders.csv").write_text("".join(whole))


def figures(files: int, rows: int, rounds: int, work: Path) -> Iterator[Figure]:
    """Many files beside one."""
    folder = cached(work / f"small-files-{files}-{rows}", partial(make, files, rows))
    runs = in_turn({name: python("-c", READ, folder / name) for name in ("many", "one")}, rounds)
    name, does = f"{files:,} small CSV files / one merged", f"shopscore too, {files * rows:,} rows"
    yield ratio(name, does, runs, ("many", "one"), Limits(3, 1.5), say_the_same(runs))


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--files", type=int, default=1400)
    parser.add_argument("--rows", type=int, default=150, help="of each file")
    args = parser.parse_args()
    finish([*figures(args.files, args.rows, args.rounds, args.work)], args.json)


if __name__ == "__main__":
    main()
