"""Rows keep their identity: the file and line that are named for a row really hold it."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from support.exports.export_files import as_text, needs_excel, write_workbook

HEAD = ["主订单编号", "子订单编号", "订单提交时间", "支付完成时间"]
TIME = "2022-05-01 10:00:00"


def origins(events: ss.Events, stream: str = "orders") -> dict[tuple[str, str], Any]:
    """Where every row of a stream is from, by shop and key."""
    frame = events.frames[stream]
    shops = events.shops["shop_id"].gather(frame["shop"])
    (key,) = events.streams[stream].key
    found = events.origin(stream, range(len(frame)))
    assert len(found) == len(frame)
    return dict(zip(zip(shops, frame[key], strict=True), found, strict=True))


def line(path: Path, number: int, codec: str = "utf-8") -> str:
    """A line as an editor counts."""
    with path.open(encoding=codec, newline="") as file:
        return file.read().splitlines()[number - 1]


def put(path: Path, text: str, codec: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(codec))
    return path


class TestText:
    @pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_a_file_as_it_stands_needs_no_memory(self, codec: str, tmp_path: Path) -> None:
        text = "shop_id,order_id,province\nS1,1,浙江\nS2,2,x\nS1,3,\n"
        events = ss.read_events(put(tmp_path / "orders.csv", text, codec))
        assert events.places["orders"].sources is None
        assert events.origin("orders", [2, 0, 2]) == [
            ("orders.csv", 4),
            ("orders.csv", 2),
            ("orders.csv", 4),
        ]
        assert events.origin("orders", []) == []

    def test_rows_that_were_left_out_cost_four_bytes_for_each_other(self, tmp_path: Path) -> None:
        body = "".join(f"S1,{i},{'never' if i % 7 == 0 else ''}\n" for i in range(1000))
        events = ss.read_events(put(tmp_path / "orders.csv", f"shop_id,order_id,paid_at\n{body}"))
        sources = events.places["orders"].sources
        assert sources is not None
        assert sources.dtype == pl.UInt32
        assert all(at == ("orders.csv", int(id) + 2) for (_, id), at in origins(events).items())

    @given(st.data())
    @settings(max_examples=40)
    def test_cells_of_several_lines(self, tmp_path_factory: Any, data: st.DataObject) -> None:
        folder = tmp_path_factory.mktemp("x")
        cells = st.sampled_from(["", "a", "two\nlines", "\n\n", 'say "hi"', "a,b", "x\r\ny"])
        times = st.sampled_from(["", TIME, "never"])
        ids = st.integers(1, 12)
        rows = data.draw(st.lists(st.tuples(ids, cells, times), min_size=1, max_size=20))
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator=data.draw(st.sampled_from(["\n", "\r\n"])))
        writer.writerow(["province", "order_id", "shop_id", "paid_at"])
        writer.writerows([cell, f"id{id}", "S1", time] for id, cell, time in rows)
        path = put(folder / "orders.csv", text.getvalue())
        events = ss.read_events(folder)
        lines = text.getvalue().splitlines(keepends=True)
        for (_, id), (file, number) in origins(events).items():
            assert file == "orders.csv"
            record = next(csv.reader(lines[number - 1 :]))
            assert record[1:3] == [id, "S1"]
            assert record[3] != "never"
        assert path.exists()

    def test_the_latest_state_is_named(self, tmp_path: Path) -> None:
        head = "shop_id,order_id,updated_at\n"
        put(tmp_path / "orders" / "a.csv", f"{head}S1,1,2024-01-02 10:00\nS1,2,2024-01-01 10:00\n")
        put(tmp_path / "orders" / "b.csv", f"{head}S1,2,2024-01-03 10:00\nS1,1,2024-01-01 10:00\n")
        assert origins(ss.read_events(tmp_path)) == {
            ("S1", "1"): ("orders/a.csv", 2),
            ("S1", "2"): ("orders/b.csv", 2),
        }

    def test_repaired_and_linked_rows(self, tmp_path: Path) -> None:
        put(
            tmp_path / "orders.csv",
            "shop_id,order_id,paid_at,picked_up_at\nS1,1,2024-01-02 10:00,2024-01-01 10:00\n",
        )
        put(
            tmp_path / "reviews.csv",
            f"shop_id,review_id,reviewed_at,rating,order_id\nS1,1,x,1,1\nS1,2,{TIME},5,1\n",
        )
        events = ss.read_events(tmp_path)
        assert origins(events) == {("S1", "1"): ("orders.csv", 2)}
        assert origins(events, "reviews") == {("S1", "2"): ("reviews.csv", 3)}


class TestExports:
    def rows(self, *ids: tuple[str, str], time: str = TIME) -> list[list[str]]:
        return [[main, sub, time, time] for main, sub in ids]

    def test_a_title_above_and_another_encoding(self, tmp_path: Path) -> None:
        records = [["导出"], HEAD, *self.rows(("1", "1"), ("2", "2"))]
        path = put(tmp_path / "甲" / "x.csv", as_text(records), "gb18030")
        found = origins(ss.read_events(tmp_path, platform="douyin"))
        assert found == {("甲", "1"): ("甲/x.csv", 3), ("甲", "2"): ("甲/x.csv", 4)}
        for (_, id), (_, number) in found.items():
            assert line(path, number, "gb18030").startswith(f"{id},")

    def test_an_order_of_several_rows_is_where_its_first_stands(self, tmp_path: Path) -> None:
        put(tmp_path / "a.csv", as_text([HEAD, *self.rows(("1", "12"), ("2", "21"))]))
        put(tmp_path / "b.csv", as_text([HEAD, *self.rows(("3", "3"), ("2", "20"), ("1", "11"))]))
        events = ss.read_events(tmp_path, platform="douyin", shop_id="S")
        assert origins(events) == {
            ("S", "1"): ("a.csv", 2),
            ("S", "2"): ("a.csv", 3),
            ("S", "3"): ("b.csv", 2),
        }

    def test_of_a_sub_order_that_is_there_twice_the_later_state_counts(
        self, tmp_path: Path
    ) -> None:
        put(tmp_path / "a.csv", as_text([HEAD, *self.rows(("1", "1"))]))
        later = self.rows(("1", "1"), time="2022-05-02 10:00:00")
        put(tmp_path / "b.csv", as_text([HEAD, *later]))
        events = ss.read_events(tmp_path, platform="douyin", shop_id="S")
        assert origins(events) == {("S", "1"): ("b.csv", 2)}

    def test_worksheets(self, tmp_path: Path) -> None:
        needs_excel()
        blank: list[list[str]] = [["标题"], [], HEAD, *self.rows(("1", "1")), []]
        write_workbook(tmp_path / "x.xlsx", [*blank, *self.rows(("2", "2"))])
        events = ss.read_events(tmp_path, platform="douyin", shop_id="S")
        assert origins(events) == {("S", "1"): ("x.xlsx", 4), ("S", "2"): ("x.xlsx", 6)}

    def test_beside_canonical_files(self, tmp_path: Path) -> None:
        put(tmp_path / "orders.csv", "shop_id,order_id\nS,9\n")
        put(tmp_path / "x.csv", as_text([HEAD, *self.rows(("1", "1"), ("2", "2"))]))
        events = ss.read_events(tmp_path, platform="douyin", shop_id="S")
        found = origins(events)
        assert found == {
            ("S", "9"): ("orders.csv", 2),
            ("S", "1"): ("x.csv", 2),
            ("S", "2"): ("x.csv", 3),
        }


class TestTables:
    FRAME = pl.DataFrame({"shop_id": ["S1", None, "S2"], "order_id": ["1", "2", "3"]})

    def test_dataframes(self) -> None:
        events = ss.read_events({"orders": self.FRAME})
        assert origins(events) == {("S1", "1"): (None, 1), ("S2", "3"): (None, 3)}

    def test_parquet(self, tmp_path: Path) -> None:
        (tmp_path / "orders").mkdir()
        self.FRAME.write_parquet(tmp_path / "orders" / "a.parquet")
        self.FRAME.with_columns(order_id=pl.col("order_id") + "0").write_parquet(
            tmp_path / "orders" / "b.parquet"
        )
        found = origins(ss.read_events(tmp_path))
        assert found == {
            ("S1", "1"): ("orders/a.parquet", 1),
            ("S2", "3"): ("orders/a.parquet", 3),
            ("S1", "10"): ("orders/b.parquet", 1),
            ("S2", "30"): ("orders/b.parquet", 3),
        }

    def test_many_parts_of_every_kind(self, tmp_path: Path) -> None:
        draw = random.Random(5)
        where: dict[str, tuple[str, int]] = {}
        for part in range(12):
            ids = [f"{part}-{i}" for i in range(draw.randrange(1, 9))]
            shops = [draw.choice(["S1", "S2", ""]) for _ in ids]
            name = f"orders/{part:02}.{'csv' if part % 2 else 'parquet'}"
            frame = pl.DataFrame({"shop_id": shops, "order_id": ids})
            if part % 2:
                put(tmp_path / name, frame.write_csv())
            else:
                (tmp_path / name).parent.mkdir(exist_ok=True)
                frame.write_parquet(tmp_path / name)
            first = 2 if part % 2 else 1
            where |= {i: (name, first + at) for at, i in enumerate(ids) if shops[at]}
        assert {id: at for (_, id), at in origins(ss.read_events(tmp_path)).items()} == where


class TestShops:
    def origins(self, events: ss.Events) -> list[Any]:
        return list(zip(events.shops["shop_id"], shop_origins(events), strict=True))

    def test_are_those_of_the_table(self, tmp_path: Path) -> None:
        put(tmp_path / "shops.csv", "shop_id,industry\nS3,kids\nS1,men\n,x\n")
        put(tmp_path / "orders.csv", "shop_id,order_id\nS2,1\n")
        assert self.origins(ss.read_events(tmp_path)) == [
            ("S1", ("shops.csv", 3)),
            ("S2", None),
            ("S3", ("shops.csv", 2)),
        ]

    def test_without_a_table_of_them(self) -> None:
        events = ss.read_events({"orders": TestTables.FRAME})
        with pytest.raises(ss.UsageError, match=r"no stream shops was read.*orders"):
            shop_origins(events)


def shop_origins(events: ss.Events) -> Iterable[Any]:
    return events.origin("shops", range(len(events.shops)))


def test_a_stream_that_was_not_read() -> None:
    events = ss.read_events({"orders": TestTables.FRAME})
    with pytest.raises(ss.UsageError, match=r"no stream order was read; did you mean orders\?"):
        events.origin("order", [0])
