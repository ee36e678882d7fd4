"""Read a GB18030 order export by the package, and the same rows in UTF-8 by polars alone.

    python benchmarks/export_reading.py [--rows 1000000] [--rounds 5] [--work DIR]

polars cannot read that encoding; it gets the same rows in UTF-8, and reads every cell as text.
"cells" are the same raw cells, read by the package; for "all of it" it also recognises the file,
cleans, types and checks cells, looks for the latest states, and balances the books.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
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
    "books = events.report.books['orders']; assert books.accepted == books.rows_in;"
    "print(books.rows_in)"
)


def make_export(rows: int, work: Path) -> None:
    """The same order list in GB18030 and in UTF-8."""
    draw = random.Random(rows)
    in_gb, in_utf8 = work / "gb18030.csv", work / "utf8.csv"
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


def figures(rows: int, rounds: int, work: Path) -> Iterator[Figure]:
    """Cells, and all of it, beside polars alone."""
    folder = cached(work / f"export-{rows}", partial(make_export, rows))
    in_gb, in_utf8 = folder / "gb18030.csv", folder / "utf8.csv"
    contenders = {"polars": (POLARS, in_utf8), "cells": (CELLS, in_gb), "events": (PACKAGE, in_gb)}
    runs = in_turn({name: python("-c", *what) for name, what in contenders.items()}, rounds)
    name, same = f"GB18030 export of {rows:,} rows", say_the_same(runs)
    does = "every cell of 17 columns as text, UTF-8"
    beside = "polars reading UTF-8"
    yield ratio(
        f"{name}, all of it / {beside}", does, runs, ("events", "polars"), Limits(2.0, 1.7), same
    )
    yield ratio(
        f"{name}, cells of ten columns / {beside}", does, runs, ("cells", "polars"), None, same
    )


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    args = parser.parse_args()
    finish([*figures(args.rows, args.rounds, args.work)], args.json)


if __name__ == "__main__":
    main()
