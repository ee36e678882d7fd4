"""Read a GB18030 order export by the package, and the same rows in UTF-8 by polars alone.

    python benchmarks/export_reading.py [--rows 1000000] [--rounds 5] [--work DIR]

All run in fresh processes, one after the other in every round; what is printed is the ratio of
their CPU times to that of polars, with the lowest and highest of the rounds. polars alone reads
every cell as text (``pl.read_csv(infer_schema=False)``). "cells" are the same raw cells, read by
the package; for "events" it also recognises the file, cleans, types, checks and settles its rows.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path
from statistics import median

from run import Run, measure

HERE = Path(__file__).resolve().parent
HEADERS = (
    "订单编号,买家会员名,买家应付货款,买家应付邮费,总金额,买家实际支付金额,订单状态,收货人姓名,"
    "收货地址 ,运送方式,订单创建时间,订单付款时间 ,宝贝标题,物流单号,物流公司,店铺Id,退款金额"
)
PROVINCES = ("浙江省", "广东省", "新疆维吾尔自治区", "上海", "北京", "四川省")
STATES = ("交易成功", "卖家已发货，等待买家确认", "交易关闭")

POLARS = "import polars as pl, sys; print(len(pl.read_csv(sys.argv[1], infer_schema=False)))"
CELLS = (
    "import sys; from pathlib import Path;"
    "from shopscore.reading.formats.sheets import open_sheets;"
    "(sheet,) = open_sheets(Path(sys.argv[1]));"
    "print(len(sheet.body(0, [0, 1, 4, 5, 8, 10, 11, 14, 15, 16]).frame))"
)
PACKAGE = (
    "import shopscore as ss, sys;"
    "events = ss.read_events(sys.argv[1], platform='tmall', shop_id='S1', industry='women');"
    "books = events.report.books['orders']; print(books.accepted, books.rows_in)"
)


def make_export(rows: int, work: Path) -> tuple[Path, Path]:
    """The same order list in GB18030 and in UTF-8."""
    draw = random.Random(rows)
    in_gb, in_utf8 = work / f"orders-{rows}-gb18030.csv", work / f"orders-{rows}-utf8.csv"
    if in_utf8.exists():
        return in_gb, in_utf8
    work.mkdir(parents=True, exist_ok=True)
    with in_gb.open("w", encoding="gb18030") as gb, in_utf8.open("w", encoding="utf-8") as utf8:
        for file in (gb, utf8):
            file.write(HEADERS + "\n")
        for number in range(rows):
            amount = draw.randrange(100, 100_000)
            second = draw.randrange(86_400)
            day = f"2022-0{draw.randrange(1, 7)}-{draw.randrange(1, 29):02}"
            clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
            paid = f"{day} {clock}" if number % 9 else ""
            line = (
                f"\t{10**18 + number}\t,买家{number % 9973},{amount / 100},0.00,{amount / 100},"
                f"{amount / 100},{draw.choice(STATES)},张*,{draw.choice(PROVINCES)},快递,{day} {clock},"
                f"{paid},夏季新款连衣裙{number % 311},SF{number:012},顺丰速运,S{number % 50},0.0\n"
            )
            gb.write(line)
            utf8.write(line)
    return in_gb, in_utf8


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=HERE / "work", help="where the files go")
    options = parser.parse_args()
    in_gb, in_utf8 = make_export(options.rows, options.work)
    contenders = {
        "polars alone, UTF-8": (POLARS, in_utf8),
        "cells, GB18030": (CELLS, in_gb),
        "events, GB18030": (PACKAGE, in_gb),
    }
    runs: dict[str, list[Run]] = {name: [] for name in contenders}
    for _ in range(options.rounds + 1):  # the first round is not counted
        for name, (code, file) in contenders.items():
            runs[name].append(measure(sys.executable, "-c", code, file))
    reference = runs["polars alone, UTF-8"][1:]
    for name, (_, *counted) in runs.items():
        cpu, rss = median(r.cpu_s for r in counted), median(r.rss_mb for r in counted)
        pairs = zip(counted, reference, strict=True)
        ratios = sorted(mine.cpu_s / theirs.cpu_s for mine, theirs in pairs)
        spread = f"[{ratios[0]:.2f}-{ratios[-1]:.2f}]"
        print(f"{name:20} {cpu:6.2f} s CPU {rss:6.0f} MB  ratio {median(ratios):.2f} {spread}")


if __name__ == "__main__":
    main()
