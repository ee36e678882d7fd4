"""What many small files cost beside one file of the same rows.

    python benchmarks/small_files.py [--files 1400] [--rows 150] [--rounds 5] [--work DIR]

Canonical orders as CSV: a file for each day of four years, and all of it in one. Each is read in a
fresh process, one after the other in every round; printed are the processor times of both, and the
ratio with the lowest and highest of the rounds. It ends with 1 where the rows differ, or where the
small files cost more than three times as much.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from run import measure

HERE = Path(__file__).resolve().parent
HEADER = "shop_id,order_id,paid_at,amount,shipped_at,is_presale\n"
MOST = 3

READ = (
    "import shopscore as ss, sys;"
    "events = ss.read_events(sys.argv[1], platform='douyin');"
    "print(events.digest, events.report.books['orders'].rows_in)"
)


def make(files: int, rows: int, work: Path) -> tuple[Path, Path]:
    """The same orders as one file, and as a file for each day."""
    draw = random.Random(files)
    one, many = work / f"one-{files}-{rows}", work / f"many-{files}-{rows}"
    if (one / "orders.csv").exists():
        return one, many
    (many / "orders").mkdir(parents=True, exist_ok=True)
    one.mkdir(parents=True, exist_ok=True)
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
    return one, many


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1400)
    parser.add_argument("--rows", type=int, default=150, help="of each file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=HERE / "work", help="where the files go")
    options = parser.parse_args()
    one, many = make(options.files, options.rows, options.work)
    said = [
        subprocess.run([sys.executable, "-c", READ, path], check=True, capture_output=True).stdout
        for path in (one, many)
    ]
    if said[0] != said[1]:
        sys.exit("the rows differ")
    times: dict[Path, list[float]] = {one: [], many: []}
    for _ in range(options.rounds):
        for path, seconds in times.items():
            seconds.append(measure(sys.executable, "-c", READ, path).cpu_s)
    ratios = sorted(m / o for o, m in zip(times[one], times[many], strict=True))
    print(f"one file           {median(times[one]):6.2f} s CPU")
    print(f"{options.files:,} small files {median(times[many]):6.2f} s CPU")
    print(f"ratio {median(ratios):.2f} [{ratios[0]:.2f}-{ratios[-1]:.2f}]")
    sys.exit(median(ratios) > MOST)


if __name__ == "__main__":
    main()
