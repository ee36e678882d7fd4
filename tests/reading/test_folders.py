"""Folders: keys in their names, links that lead nowhere, what is no file, files that change."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.reading.quarantine import write_quarantine
from support.command_line import shopscore
from support.event_rows import books, one, rows, seconds

ORDERS = "shop_id,order_id\nS1,1\n"


def write(path: Path, text: str = ORDERS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def refused(source: Path, *words: str, **more: Any) -> None:
    with pytest.raises(ss.InputError) as error:
        ss.read_events(source, **more)
    assert not [word for word in words if word not in str(error.value)], str(error.value)


def skipped(events: ss.Events) -> list[str]:
    return [str(n) for n in events.report.notices if n.code == "file_skipped"]


class TestKeys:
    def test_of_no_stream_are_named_as_not_used(self, tmp_path: Path) -> None:
        for day in (1, 2):
            path = tmp_path / "orders" / f"dt=2026-05-0{day}" / "part-0.parquet"
            path.parent.mkdir(parents=True)
            pl.DataFrame({"shop_id": ["S1"], "order_id": [day]}).write_parquet(path)
        events = ss.read_events(tmp_path)
        assert [r["order_id"] for r in rows(events, "orders")] == ["1", "2"]
        assert events.report.ignored == {"orders": ("dt",)}
        assert events.origin("orders", [1]) == [("orders/dt=2026-05-02/part-0.parquet", 1)]

    def test_become_columns(self, tmp_path: Path) -> None:
        folder = tmp_path / "shop_facts" / "shop_id=%E7%94%B2" / "date=2026-05-01"
        write(folder / "name=x" / "part.csv", "value\n1.5\n")
        row = one(ss.read_events(tmp_path), "shop_facts")
        assert (row["shop_id"], row["name"]) == ("甲", "x")
        assert (row["date"], row["value"]) == (seconds("2026-05-01 00:00:00"), 1_500_000)

    @pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are of Unicode")
    @pytest.mark.parametrize("name", ["shop_id=甲/orders.csv", "orders/shop_id=甲/a.csv"])
    def test_in_another_encoding_than_the_systems(self, name: str, tmp_path: Path) -> None:
        path = tmp_path / os.fsdecode(name.encode("gb18030"))
        write(path, "order_id\n1\n")
        (path.parent / "_temporary").mkdir()
        assert one(ss.read_events(tmp_path))["shop_id"] == "甲"

    def test_above_the_files_of_all_streams(self, tmp_path: Path) -> None:
        write(tmp_path / "shop_id=S7" / "dt=1" / "orders.csv", "order_id\n1\n")
        write(tmp_path / "shop_id=S7" / "dt=2" / "orders.csv", "order_id\n2\n")
        write(tmp_path / "dt=3" / "S8" / "orders.csv", "order_id\n3\n")
        found = [(r["shop_id"], r["order_id"]) for r in rows(ss.read_events(tmp_path), "orders")]
        assert found == [("S7", "1"), ("S7", "2"), ("S8", "3")]

    def test_a_column_of_the_file_wins(self, tmp_path: Path) -> None:
        write(tmp_path / "orders" / "shop_id=S9" / "x.csv")
        assert one(ss.read_events(tmp_path))["shop_id"] == "S1"

    @pytest.mark.parametrize("empty", ["", "__HIVE_DEFAULT_PARTITION__"])
    def test_an_empty_one(self, empty: str, tmp_path: Path) -> None:
        write(tmp_path / "orders" / f"carrier={empty}" / "x.csv")
        assert one(ss.read_events(tmp_path))["carrier"] is None
        write(tmp_path / "orders" / f"shop_id={empty}" / "x.csv", "order_id\n2\n")
        assert books(ss.read_events(tmp_path)) == {"in": 2, "accepted": 1, "set_aside": 1}

    def test_rows_set_aside_keep_their_folders(self, tmp_path: Path) -> None:
        write(
            tmp_path / "in" / "orders" / "shop_id=S9" / "x.csv", "order_id,paid_at\n1,never\n2,\n"
        )
        report = ss.read_events(tmp_path / "in").report
        (written,) = write_quarantine(report, tmp_path / "aside")
        assert written == tmp_path / "aside" / "orders" / "shop_id=S9" / "x.csv"
        written.write_text(written.read_text("utf-8").replace("never", ""), "utf-8")
        assert one(ss.read_events(tmp_path / "aside"))["shop_id"] == "S9"

    def test_exports_in_them(self, tmp_path: Path) -> None:
        text = "主订单编号,子订单编号,订单提交时间,支付完成时间\n1,1,2022-05-01 10:00,2022-05-01 10:01\n"
        write(tmp_path / "dt=1" / "shop_id=甲" / "a.csv", text)
        assert one(ss.read_events(tmp_path, platform="douyin"))["shop_id"] == "甲"

    def test_parts_however_deep_but_no_drafts(self, tmp_path: Path) -> None:
        write(tmp_path / "orders" / "2026" / "05" / "01.csv")
        write(tmp_path / "orders" / "_temporary" / "0.csv", "shop_id,order_id\nS1,9\n")
        events = ss.read_events(tmp_path)
        assert one(events)["order_id"] == "1"
        assert any("_temporary" in said for said in skipped(events))


class TestNoFiles:
    @pytest.mark.parametrize("platform", [None, "douyin"])
    @pytest.mark.parametrize("name", ["reviews.csv", "orders/b.parquet", "reviews", "shops.json"])
    @pytest.mark.parametrize("target", ["none", "/none/such", "loop"])
    def test_a_link_that_leads_nowhere(
        self, target: str, name: str, platform: str | None, tmp_path: Path
    ) -> None:
        write(tmp_path / "orders" / "a.csv")
        link = tmp_path / name
        link.symlink_to(link.name if target == "loop" else target)
        refused(tmp_path, Path(name).name, "leads nowhere", platform=platform)
        refused(link, "leads nowhere", platform=platform)
        link.unlink()
        assert books(ss.read_events(tmp_path, platform=platform)) == {"in": 1, "accepted": 1}

    def test_one_of_no_stream_is_said(self, tmp_path: Path) -> None:
        write(tmp_path / "orders.csv")
        (tmp_path / "六月.xlsx").symlink_to("none")
        events = ss.read_events(tmp_path, platform="douyin")
        assert skipped(events) == ["六月.xlsx: a link that leads nowhere: not followed"]

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    @pytest.mark.parametrize(
        "name", ["orders.csv", "orders/a.parquet", "orders/a.csv", "orders.parquet"]
    )
    def test_a_pipe(self, name: str, tmp_path: Path) -> None:
        write(tmp_path / "reviews.csv", "shop_id,review_id,reviewed_at,rating\n")
        (tmp_path / name).parent.mkdir(exist_ok=True)
        os.mkfifo(tmp_path / name)
        for platform in (None, "douyin"):
            refused(tmp_path, name, "no file that can be read", platform=platform)
            refused(tmp_path / name, name, platform=platform)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    def test_a_pipe_of_no_stream_is_said(self, tmp_path: Path) -> None:
        write(tmp_path / "orders.csv")
        os.mkfifo(tmp_path / "b.csv")
        assert skipped(ss.read_events(tmp_path)) == ["b.csv: no file that can be read: not used"]

    def test_a_folder_where_a_file_is_expected(self, tmp_path: Path) -> None:
        (tmp_path / "reviews.parquet").mkdir()
        write(tmp_path / "orders.csv")
        refused(tmp_path, "reviews.parquet", "no .csv or .parquet file in this folder")

    def test_the_exit_code(self, tmp_path: Path) -> None:
        write(tmp_path / "orders.csv")
        (tmp_path / "reviews.csv").symlink_to("none")
        answer = shopscore("validate", tmp_path)
        assert answer.code == 3
        assert "reviews.csv: a link that leads nowhere" in answer.err


class TestFilesThatChange:
    TEXT = "shop_id,order_id,paid_at\nS1,1,never\nS1,2,2024-06-01 10:00\n"

    def spoil(self, path: Path, how: str) -> None:
        if how == "gone":
            path.unlink()
        elif how == "cut":
            path.write_bytes(path.read_bytes()[:20])
        else:
            path.write_text("shop_id,order_id,paid_at\n" + "S1,9,\n" * 50)

    @pytest.mark.parametrize("how", ["gone", "cut", "replaced"])
    @pytest.mark.parametrize("suffix", ["csv", "parquet"])
    def test_before_their_rows_are_written_to_a_quarantine(
        self, suffix: str, how: str, tmp_path: Path
    ) -> None:
        path = write(tmp_path / "in" / f"orders.{suffix}", self.TEXT)
        if suffix == "parquet":
            pl.read_csv(path, infer_schema=False).write_parquet(path)
        report = ss.read_events(path).report
        self.spoil(path, how)
        with pytest.raises(ss.InputError, match=rf"orders\.{suffix}.*changed while it was read"):
            write_quarantine(report, tmp_path / "aside")

    @pytest.mark.parametrize("how", ["gone", "cut", "replaced"])
    def test_while_they_are_read(self, how: str, tmp_path: Path) -> None:
        path = write(tmp_path / "orders.csv", self.TEXT)
        with pytest.raises(ss.InputError, match=r"orders\.csv.*changed while it was read"):
            ss.read_events(
                tmp_path,
                progress=lambda stage: self.spoil(path, how) if "orders" in stage else None,
            )

    def test_an_export(self, tmp_path: Path) -> None:
        head = "主订单编号,子订单编号,订单提交时间,支付完成时间\n"
        path = write(tmp_path / "a.csv", f"{head}1,1,2022-05-01 10:00,2022-05-01 10:01\n")
        with pytest.raises(ss.InputError, match=r"a\.csv.*changed while it was read"):
            ss.read_events(
                path,
                platform="douyin",
                shop_id="S1",
                progress=lambda stage: (
                    path.write_text(head, "utf-8") if "orders" in stage else None
                ),
            )

    def test_what_is_known_is_told_without_the_file(self, tmp_path: Path) -> None:
        path = write(tmp_path / "orders.csv", "shop_id,order_id\nS1,1\nS1,2\n")
        events = ss.read_events(path)
        path.unlink()
        assert events.origin("orders", [1]) == [("orders.csv", 3)]

    def test_what_is_not_known_is_not_made_up(self, tmp_path: Path) -> None:
        path = write(tmp_path / "orders.csv", 'shop_id,order_id,carrier\nS1,1,"a\nb"\nS1,2,\n')
        events = ss.read_events(path)
        assert events.origin("orders", [1]) == [("orders.csv", 4)]
        write(path, "shop_id,order_id,carrier\nS1,2,\nS1,1,\nS1,3,\n")
        with pytest.raises(ss.InputError, match="changed while it was read"):
            events.origin("orders", [1])


class TestTablesWithALog:
    """A table of Delta, Iceberg or Hudi has files whose rows were taken away: its log says which."""

    @pytest.mark.parametrize(
        ("log", "kind", "reader"),
        [
            ("_delta_log/00000000000000000000.json", "Delta", "polars.read_delta("),
            ("metadata/v1.metadata.json", "Iceberg", "polars.scan_iceberg("),
            (".hoodie/hoodie.properties", "Hudi", "spark.read"),
        ],
    )
    @pytest.mark.parametrize(
        "folder", ["orders", "orders/dt=2026-05-01", "甲店/orders", "甲店", "."]
    )
    def test_are_refused(
        self, log: str, kind: str, reader: str, folder: str, tmp_path: Path
    ) -> None:
        write(tmp_path / folder / log, "{}")
        for part in (0, 1):
            path = tmp_path / folder / f"part-{part}.parquet"
            pl.DataFrame({"shop_id": ["S1"], "order_id": [str(part)]}).write_parquet(path)
        refused(tmp_path, f"{tmp_path / folder}: a {kind} table", reader)

    def test_say_in_chinese_what_to_do(self, tmp_path: Path) -> None:
        write(tmp_path / "orders" / "_delta_log" / "0.json", "{}")
        with pytest.raises(ss.InputError) as error:
            ss.read_events(tmp_path)
        assert "Delta 表" in error.value.text("zh")

    def test_other_folders_of_logs_are_not_used(self, tmp_path: Path) -> None:
        write(tmp_path / "orders" / "part.csv")
        write(tmp_path / "orders" / "_temporary" / "part.csv")
        write(tmp_path / "metadata" / "notes.json", "{}")
        assert books(ss.read_events(tmp_path)) == {"in": 1, "accepted": 1}
