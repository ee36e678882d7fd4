"""Many small files are as good as one: the same rows, books, incidents and places."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.reading.quarantine import write_quarantine
from support.event_rows import books

HEAD = "shop_id,order_id,paid_at,amount"
CELLS = st.tuples(
    st.sampled_from(["S1", "S2", ""]),
    st.integers(1, 12),
    st.sampled_from(["2024-06-01 10:00:00", "2024-06-02 11:00", "", "never"]),
    st.sampled_from(["1", "2.50", "-1", "x", ""]),
    st.booleans(),
)


def line(row: tuple[str, int, str, str, bool]) -> str:
    shop, number, paid, amount, long = row
    return f"{shop},{number},{paid},{amount}{',more' if long else ''}"


@given(st.lists(st.lists(CELLS, max_size=4), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_any_split_of_the_rows_into_files(
    files: list[list[tuple[str, int, str, str, bool]]],
) -> None:
    """Incidents name the file, its line and its row; everything else is as in one file."""
    with TemporaryDirectory() as name:
        one, many = Path(name, "one"), Path(name, "many")
        (many / "orders").mkdir(parents=True)
        one.mkdir()
        lines = [[line(row) for row in rows] for rows in files]
        (one / "orders.csv").write_text(
            "\n".join([HEAD, *(row for own in lines for row in own)]) + "\n"
        )
        for number, own in enumerate(lines):
            (many / "orders" / f"{number}.csv").write_text("\n".join([HEAD, *own]) + "\n")
        merged, split = ss.read_events(one), ss.read_events(many)
        assert split.digest == merged.digest
        assert split.report.books == merged.report.books
        places = [
            (f"orders/{number}.csv", row + 2, row + 1)
            for number, own in enumerate(lines)
            for row in range(len(own))
        ]
        for found, wanted in (
            (split.report.set_aside, merged.report.set_aside),
            (split.report.repaired, merged.report.repaired),
        ):
            rest = ("column", "value", "reason")
            assert found.select(rest).rows() == wanted.select(rest).rows()
            at = [places[row - 1] for row in wanted["row"]]
            assert found.select("file", "line", "row").rows() == at
        every = range(len(merged.frames["orders"]))
        rows_of_one = [place[1] - 2 for place in merged.origin("orders", every) if place]
        assert split.origin("orders", every) == [places[row][:2] for row in rows_of_one]
        written = write_quarantine(split.report, many / "aside")
        assert {path.relative_to(many / "aside").as_posix() for path in written} == set(
            split.report.set_aside["file"]
        )


def test_the_file_is_named_where_a_time_needs_a_zone(tmp_path: Path) -> None:
    (tmp_path / "orders").mkdir()
    for number, time in enumerate(["2024-06-01 10:00", "2024-06-01 10:00:00Z"]):
        (tmp_path / "orders" / f"{number}.csv").write_text(f"{HEAD}\nS1,{number},{time},1\n")
    with pytest.raises(ss.InputError, match=r"orders/1\.csv, line 2, column paid_at"):
        ss.read_events(tmp_path)


def test_files_of_other_columns_orders_of_columns_and_types(tmp_path: Path) -> None:
    folder = tmp_path / "orders"
    folder.mkdir()
    (folder / "1.csv").write_text(f"{HEAD}\nS1,1,2024-06-01 10:00,1\n")
    (folder / "2.csv").write_text("order_id,shop_id,amount,paid_at\n2,S1,2,2024-06-01 10:00\n")
    (folder / "3.csv").write_text("order_id,shop_id,other\n3,S1,x\n")
    pl.DataFrame({"shop_id": ["S1"], "order_id": [4], "amount": [4.0]}).write_parquet(
        folder / "4.parquet"
    )
    pl.DataFrame({"shop_id": ["S1"], "order_id": [5], "amount": [5]}).write_parquet(
        folder / "5.parquet"
    )
    (folder / "6.csv").write_text(f"{HEAD}\nS1,6,2024-06-01 10:00,x\n")
    events = ss.read_events(tmp_path)
    assert books(events) == {"in": 6, "accepted": 6, "repaired": 1}
    assert dict(events.frames["orders"].select("order_id", "amount").rows()) == {
        "1": 100, "2": 200, "3": None, "4": 400, "5": 500, "6": None,
    }  # fmt: skip
    assert events.report.ignored == {"orders": ("other",)}
    assert events.report.repaired.select("file", "line", "row").rows() == [("orders/6.csv", 2, 1)]
    assert [place and place[0] for place in events.origin("orders", [1, 4])] == [
        "orders/2.csv",
        "orders/5.parquet",
    ]


def test_a_required_column_that_one_file_lacks_is_said_of_that_file(tmp_path: Path) -> None:
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "1.csv").write_text(f"{HEAD}\nS1,1,,\n")
    (tmp_path / "orders" / "2.csv").write_text("shop_id,amount\nS1,1\n")
    with pytest.raises(ss.InputError, match=r"orders/2\.csv: no column order_id"):
        ss.read_events(tmp_path)


def test_exports_of_each_day(tmp_path: Path) -> None:
    head = "主订单编号,子订单编号,订单提交时间,支付完成时间"
    for day in range(1, 6):
        rows = (
            f"{day},{day},2022-05-0{day} 10:00:00,2022-05-0{day} 10:00:05\n{day}9,{day}9,,never\n"
        )
        (tmp_path / f"5月{day}日.csv").write_text(f"{head}\n{rows}", "gb18030")
    events = ss.read_events(tmp_path, platform="douyin", shop_id="S1")
    assert books(events) == {"in": 10, "accepted": 5, "set_aside": 5}
    assert events.report.set_aside.select("file", "line", "column", "value").rows() == [
        (f"5月{day}日.csv", 3, "支付完成时间", "never") for day in range(1, 6)
    ]
