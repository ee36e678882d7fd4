"""Counting on Spark beside hand-written Spark SQL sums of the same integers, in one session.

    python benchmarks/spark.py FOLDER [--rounds 3] [--partitions 8] [--master local[2]]

FOLDER is what ``make_events.py`` wrote. Both count what the platform ``toy`` counts. The package
reads and checks every cell, keeps the latest state of each row and its books; the SQL trusts the
files, or, as ``latest states``, keeps one row per key as well. Their cells must be equal. Starting
the session and the first round, in which Spark compiles, are told apart. Needs Linux and pyspark.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
STREAMS = ("orders", "reviews", "conversations")
LATEST = (
    "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY shop_id, {key} ORDER BY 1) AS n"
    " FROM {stream}) WHERE n = 1"
)
KEYS = {"orders": "order_id", "reviews": "review_id", "conversations": "session_id"}
COUNTS = "NOT coalesce(is_excluded, false)"
#: Day, value and condition of each sum, in the order of the tallies of the package.
SUMS = {
    "conversations": [
        ("started_at", "1", "timestampdiff(SECOND, started_at, first_reply_at) <= 180"),
        ("started_at", "1", "true"),
    ],
    "orders": [
        ("paid_at", "1", COUNTS),
        ("picked_up_at", "1", f"paid_at IS NOT NULL AND {COUNTS}"),
        ("picked_up_at", "timestampdiff(SECOND, paid_at, picked_up_at)", COUNTS),
    ],
    "reviews": [
        ("coalesce(signed_at, reviewed_at)", "1", f"rating <= 2 AND {COUNTS}"),
        ("coalesce(signed_at, reviewed_at)", "1", COUNTS),
        ("reviewed_at", "1", "true"),
    ],
}
#: The same by the texts of the package's tallies; those of whole rows are the same numbers here.
TEXTS = {
    "conversations": [
        "(tally conversations started_at (<= (- first_reply_at started_at) 180) 1)",
        "(tally conversations started_at all 1)",
    ],
    "orders": [
        "(tally orders paid_at all 1)",
        "(tally orders picked_up_at (not (null? (- picked_up_at paid_at))) 1)",
        "(tally orders picked_up_at all (- picked_up_at paid_at))",
    ],
    "reviews": [
        "(tally reviews (first order.signed_at reviewed_at) (<= rating 2) 1)",
        "(tally reviews (first order.signed_at reviewed_at) all 1)",
        "(tally reviews reviewed_at all 1 with-excluded)",
    ],
}


def sql(latest: bool) -> str:
    """The sums of all streams, one below the other: tally, shop, day and sum."""
    rows = {s: f"({LATEST.format(stream=s, key=KEYS[s])})" if latest else s for s in STREAMS}
    rows["reviews"] = (
        f"(SELECT r.*, o.signed_at, o.is_excluded FROM {rows['reviews']} r LEFT JOIN {rows['orders']} o"
        " ON r.shop_id = o.shop_id AND r.order_id = o.order_id)"
    )
    parts = [
        f"SELECT '{text}' AS tally, shop_id, CAST({day} AS DATE) AS day, sum({value}) AS sum"
        f" FROM {rows[stream]} WHERE {day} IS NOT NULL AND {where} GROUP BY ALL"
        for stream, sums in SUMS.items()
        for text, (day, value, where) in zip(TEXTS[stream], sums, strict=True)
    ]
    return " UNION ALL ".join(parts)


class Watch:
    """What all processes of the session take: CPU, and the most memory of a Python worker."""

    def __init__(self) -> None:
        self.worker_mb = 0.0
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while True:
            for pid, name in below(os.getpid()):
                if "python" in name:
                    self.worker_mb = max(self.worker_mb, resident(pid))
            time.sleep(0.2)

    def cpu(self) -> float:
        return sum(cpu_of(pid) for pid, _ in below(os.getpid())) + cpu_of(os.getpid())


def below(root: int) -> Iterator[tuple[int, str]]:
    """The processes that a process started, and those that these started."""
    parents: dict[int, list[tuple[int, str]]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            name, _, rest = (entry / "stat").read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue
        parents.setdefault(int(rest.split()[1]), []).append((int(entry.name), name))
    found = [*parents.get(root, [])]
    for pid, _ in found:
        found.extend(parents.get(pid, []))
    yield from found


def cpu_of(pid: int) -> float:
    try:
        cells = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, cells[11:15])) / TICKS  # and those of children that have ended


def resident(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def shuffled(log: Path) -> int:
    """The bytes that stages wrote for others, of all jobs in the log of events."""
    total = 0
    for file in log.rglob("*"):
        for line in file.read_text(errors="replace").splitlines() if file.is_file() else ():
            if '"SparkListenerTaskEnd"' in line:
                metrics = json.loads(line).get("Task Metrics") or {}
                total += metrics.get("Shuffle Write Metrics", {}).get("Shuffle Bytes Written", 0)
    return total


def started(master: str, log: Path) -> Any:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(master)
    for name, value in {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "4g",
        "spark.eventLog.dir": f"file://{log}",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
        "spark.executorEnv.PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--partitions", type=int, default=8)
    parser.add_argument("--master", default="local[2]")
    asked = parser.parse_args()
    log = Path(tempfile.mkdtemp(prefix="spark-events-"))
    begun = time.perf_counter()
    spark, watch = started(asked.master, log), Watch()
    print(f"start of the session: {time.perf_counter() - begun:.1f} s")
    import shopscore.spark
    from shopscore.testing.toy import PLATFORM

    rows = {name: spark.read.parquet(str(asked.folder / f"{name}.parquet")) for name in STREAMS}
    for name, frame in rows.items():
        frame.createOrReplaceTempView(name)
    events = sum(frame.count() for frame in rows.values())
    print(
        f"{events:,} events of {', '.join(STREAMS)}; {asked.master}, {asked.partitions} partitions"
    )
    spark.conf.set("spark.sql.shuffle.partitions", asked.partitions)

    def ours() -> Any:
        return shopscore.spark.tally(rows, platform=PLATFORM, ruleset="2025-01-01",
                                     partitions=asked.partitions).table  # fmt: skip

    contenders: dict[str, Callable[[], Any]] = {
        "shopscore.spark.tally": ours,
        "Spark SQL, sums only": lambda: spark.sql(sql(latest=False)),
        "Spark SQL, latest states": lambda: spark.sql(sql(latest=True)),
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    written = {}
    for _ in range(asked.rounds + 1):
        for name, make in contenders.items():
            wall, cpu, bytes_before = time.perf_counter(), watch.cpu(), shuffled(log)
            table = make()
            table.write.format("noop").mode("overwrite").save()
            taken[name].append((time.perf_counter() - wall, watch.cpu() - cpu))
            table.unpersist(blocking=True)
            written[name] = shuffled(log) - bytes_before
    for name, runs in taken.items():
        (first, first_cpu), *warm = runs
        walls, cpus = ([run[place] for run in warm] for place in (0, 1))
        print(f"{name}: first {first:.1f} s ({first_cpu:.1f} CPU); then {median(walls):.1f}"
              f" [{min(walls):.1f}–{max(walls):.1f}] s, {median(cpus):.1f} CPU s;"
              f" shuffled {written[name] / events:.0f} bytes an event")  # fmt: skip
    ratios = {
        name: median(
            a[1] / b[1] for a, b in zip(taken["shopscore.spark.tally"][1:], runs[1:], strict=True)
        )
        for name, runs in taken.items()
    }
    print("CPU of shopscore.spark.tally, beside each:", {k: round(v, 2) for k, v in ratios.items()})
    print(f"a Python worker: at most {watch.worker_mb:.0f} MB")
    return compare(ours, spark)


def compare(ours: Callable[[], Any], spark: Any) -> int:
    """Say whether the sums are the same integers."""
    import polars as pl

    from shopscore.counting.cells import fingerprint_of_key

    own = pl.DataFrame(
        ours().where("kind = 'cell'").select("tally", "shop_id", "day", "sum").toArrow()
    )
    theirs = pl.DataFrame(spark.sql(sql(latest=False)).toArrow())
    names = {text: fingerprint_of_key(text) for texts in TEXTS.values() for text in texts}
    theirs = theirs.with_columns(pl.col("tally").replace(names)).filter(pl.col("sum") != 0)
    own = own.filter(pl.col("tally").is_in([*names.values()]) & (pl.col("sum") != 0))
    by = ["tally", "shop_id", "day"]
    same = own.sort(by).equals(theirs.select(own.columns).cast(own.schema).sort(by))
    print(f"{len(own):,} cells: {'equal' if same else 'DIFFER'}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
