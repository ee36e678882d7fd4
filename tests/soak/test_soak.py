"""Thousands of spoilt files: a message or balanced books, never a traceback, memory bounded.

``SHOPSCORE_SOAK`` says how many; ``tox -e slow`` takes 500, ``tox -e soak`` 5,000.
"""

from __future__ import annotations

import csv
import os
import resource
import sys
import warnings
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

import pytest

import shopscore as ss
from shopscore.samples import generate, write_csv
from support.spoilt_files import Rows, mutated

pytestmark = pytest.mark.soak

FILES = int(os.environ.get("SHOPSCORE_SOAK", "60"))
#: Files per test, so that a failure is found again soon.
BATCH = 50
MORE_MEMORY_MB = 400

TMALL: Rows = [
    [
        "订单编号",
        "总金额",
        "买家实际支付金额",
        "收货地址 ",
        "订单创建时间",
        "订单付款时间 ",
        "退款金额",
    ],
    *(
        [
            f"\t{6_900_000_000_000_000_000 + n}",
            f"￥{n}.50",
            f"{n}.5",
            "浙江省",
            f"2020-02-{n % 28 + 1:02} 10:00:0{n % 10}",
            "" if n % 5 == 0 else f"2020/2/{n % 28 + 1} 10:01",
            "无退款申请",
        ]
        for n in range(1, 30)
    ),
]


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """Whole files to spoil: canonical streams, and an export."""
    folder = tmp_path_factory.mktemp("bases")
    write_csv(generate(shops=3, orders=40, seed=1, end=date(2022, 6, 30)), folder)
    found = {"export": TMALL}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = list(csv.reader(file))[:40]
    return found


@pytest.mark.parametrize("batch", range(-(-FILES // BATCH)))
def test_spoilt_files(batch: int, bases: dict[str, Rows], tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ends = Counter[str]()
    for number in range(batch * BATCH, min((batch + 1) * BATCH, FILES)):
        draw = Random(number)
        name = draw.choice(list(bases))
        path = tmp_path / f"{name}-{number}" / f"{name}.csv"
        path.parent.mkdir()
        path.write_bytes(mutated(bases[name], draw))
        ends[_read(path, number)] += 1
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown / (1024**2 if sys.platform == "darwin" else 1024) < MORE_MEMORY_MB
    assert sum(ends.values()) == min((batch + 1) * BATCH, FILES) - batch * BATCH


def _read(path: Path, number: int) -> str:
    """How the reading of a file ends: with events, or with a message of one line."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            events = ss.read_events(path, platform="tmall", shop_id="S1")
        except ss.ShopscoreError as error:
            return (
                type(error).__name__
                if str(error).strip()
                else pytest.fail(f"file {number}: no words")
            )
        except Exception as error:  # what this test is for
            pytest.fail(f"file {number} ({path}): {type(error).__name__}: {error}")
    for stream, books in events.report.books.items():
        assert books.balanced, (number, stream, books)
        aside = events.report.set_aside.filter(events.report.set_aside["stream"] == stream)
        assert books.set_aside == len(aside), (number, stream)
    return "read"
