"""Sources: which files are read, as what, for which shop; and that nothing else is opened."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from support.event_rows import books, rows
from support.exports.export_files import as_text, platform

HEAD = "主订单编号,子订单编号,订单提交时间,支付完成时间"
TICKETS = "售后单号,订单号,商品单号,售后类型,售后申请时间\n9,1,1,仅退款,2022-05-02 10:00:00\n"
UNKNOWN = "流水号,付款时刻\n1,2022-05-01 10:00:00\n"


def export(*ids: object) -> str:
    """An order export without a column for the shop."""
    times = "2022-05-01 10:00:00,2022-05-01 10:00:05"
    return "\n".join([HEAD, *(f"{id},{id},{times}" for id in ids), ""])


def canonical(*ids: object, shop: str | None = "C") -> str:
    """Canonical orders, with or without a column for the shop."""
    head, cell = ("", "") if shop is None else ("shop_id,", f"{shop},")
    return "\n".join([f"{head}order_id", *(f"{cell}{id}" for id in ids), ""])


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def read(source: Path, **more: Any) -> ss.Events:
    return ss.read_events(source, **{"platform": "douyin", **more})


def orders(source: Path, **more: Any) -> list[tuple[str, str]]:
    """Shop and id of every order, in order."""
    return [(r["shop_id"], r["order_id"]) for r in rows(read(source, **more), "orders")]


def refused(source: Path, *words: str, **more: Any) -> None:
    """An error in one line that has all the words."""
    with pytest.raises(ss.InputError) as error:
        read(source, **more)
    assert not [word for word in words if word not in str(error.value)], str(error.value)


class TestShops:
    def test_a_folder_for_each(self, tmp_path: Path) -> None:
        files = {"乙店/a.csv": export(1), "甲店/b.txt": export(1, 2), "甲店/c.csv": TICKETS}
        events = read(write(tmp_path, files))
        found = [(r["shop_id"], r["order_id"]) for r in rows(events, "orders")]
        assert found == [("乙店", "1"), ("甲店", "1"), ("甲店", "2")]
        assert [r["shop_id"] for r in rows(events, "aftersales")] == ["甲店"]
        assert events.report.books["aftersales"].unlinked == 0

    def test_the_folder_wins_over_the_option(self, tmp_path: Path) -> None:
        files = {
            "甲/a.csv": export(1),
            "b.csv": export(2),
            "乙/orders.csv": canonical(3, shop=None),
        }
        found = orders(write(tmp_path, files), shop_id="S1")
        assert found == [("S1", "2"), ("乙", "3"), ("甲", "1")]

    def test_a_column_wins_over_folder_and_option(self, tmp_path: Path) -> None:
        files = {"甲/orders.csv": canonical(1), "orders.csv": canonical(2, shop="D")}
        assert orders(write(tmp_path, files), shop_id="S1") == [("C", "1"), ("D", "2")]

    def test_a_column_of_ones_own_layout_wins(self, tmp_path: Path) -> None:
        layout = (
            'schema = 1\nid = "own"\nzh = "我"\nen = "own"\nstream = "orders"\n'
            'headers = ["流水号"]\n[columns]\norder_id = "流水号"\nshop_id = "店铺"\n'
        )
        write(tmp_path, {"in/甲/x.csv": "店铺,流水号\n丙,1\n,2\n", "own.toml": layout})
        events = read(tmp_path / "in", shop_id="S1", layouts=[tmp_path / "own.toml"])
        assert [r["shop_id"] for r in rows(events, "orders")] == ["丙"]
        assert books(events) == {"in": 2, "accepted": 1, "set_aside": 1}

    def test_canonical_without_the_column(self, tmp_path: Path) -> None:
        write(tmp_path, {"orders.csv": canonical(1, shop=None)})
        for source in (tmp_path, tmp_path / "orders.csv"):
            assert orders(source, shop_id="S1") == [("S1", "1")]
            refused(source, "orders.csv", "shop_id")

    def test_parquet_without_the_column(self, tmp_path: Path) -> None:
        pl.DataFrame({"order_id": ["1"]}).write_parquet(tmp_path / "orders.parquet")
        assert orders(tmp_path, shop_id="S1") == [("S1", "1")]

    def test_nobody_names_it(self, tmp_path: Path) -> None:
        write(tmp_path, {"甲/a.csv": export(1), "b.csv": export(2)})
        refused(tmp_path, "b.csv", "shop_id=", "folder")


class TestGaps:
    def shops(self, events: ss.Events) -> list[tuple[Any, ...]]:
        return events.shops.select("shop_id", "industry", "shop_type").rows()

    def test_are_filled_and_nothing_else(self, tmp_path: Path) -> None:
        table = "shop_id,industry,shop_type\nA,men,personal\nB,kids,\n"
        files = {"shops.csv": table, **{f"{s}/x.csv": export(1) for s in "ABC"}}
        events = read(write(tmp_path, files), industry="women", shop_type="flagship")
        assert self.shops(events) == [
            ("A", "men", "personal"),
            ("B", "kids", "flagship"),
            ("C", "women", "flagship"),
        ]
        assert not any("no industry" in note for note in map(str, events.report.notices))

    def test_without_a_table(self, tmp_path: Path) -> None:
        write(tmp_path, {"x.csv": export(1)})
        events = read(tmp_path, shop_id="S1", industry="women", shop_type="flagship")
        assert self.shops(events) == [("S1", "women", "flagship")]

    def test_what_nobody_says_is_unknown_and_said(self, tmp_path: Path) -> None:
        events = read(write(tmp_path, {"x.csv": export(1)}), shop_id="S1")
        assert events.shops.rows() == [("S1", "unknown")]
        assert any("no industry" in note for note in map(str, events.report.notices))

    def test_an_unknown_type_of_shop(self, tmp_path: Path) -> None:
        with pytest.raises(ss.UsageError, match=r"flagshp.*flagship"):
            read(write(tmp_path, {"x.csv": export(1)}), shop_id="S1", shop_type="flagshp")


class TestFiles:
    def test_exports_beside_canonical_files_of_one_stream(self, tmp_path: Path) -> None:
        files = {"orders.csv": canonical(1, 2, shop="S1"), "六月.csv": export(2, 3)}
        events = read(write(tmp_path, files), shop_id="S1")
        assert [r["order_id"] for r in rows(events, "orders")] == ["1", "2", "3"]
        assert books(events) == {"in": 4, "accepted": 3, "replaced": 1}

    @pytest.mark.parametrize(
        "codec",
        [
            "utf-8",
            "utf-8-sig",
            "gb18030",
            "utf-16",
        ],
    )
    def test_an_export_that_is_named_like_a_stream(self, codec: str, tmp_path: Path) -> None:
        write(tmp_path, {"orders.csv": export(1).encode(codec)})
        for source in (tmp_path, tmp_path / "orders.csv"):
            assert orders(source, shop_id="S1") == [("S1", "1")]

    def test_is_what_its_headers_say_and_not_its_name(self, tmp_path: Path) -> None:
        events = read(write(tmp_path, {"reviews.csv": export(1)}), shop_id="S1")
        assert list(events.frames) == ["orders"]

    def test_a_folder_named_after_a_stream_holds_parts(self, tmp_path: Path) -> None:
        files = {"甲/orders/1.csv": canonical(1, shop=None), "orders/1.csv": canonical(1)}
        write(tmp_path, {**files, "orders/2.csv": canonical(2), "orders/说明.txt": "x"})
        assert orders(tmp_path) == [("C", "1"), ("C", "2"), ("甲", "1")]

    def test_the_parts_may_be_exports(self, tmp_path: Path) -> None:
        write(tmp_path, {"orders/五月.csv": export(1), "orders/六月.csv": export(2)})
        assert orders(tmp_path, shop_id="S1") == [("S1", "1"), ("S1", "2")]

    def test_parts_of_both_kinds(self, tmp_path: Path) -> None:
        files = {
            "orders/1.csv": canonical(1),
            "orders/五月.csv": export(2),
            "甲/orders/x.csv": export(3),
        }
        found = orders(write(tmp_path, files), shop_id="S1")
        assert found == [("C", "1"), ("S1", "2"), ("甲", "3")]

    def test_a_part_is_what_its_headers_say(self, tmp_path: Path) -> None:
        events = read(
            write(tmp_path, {"orders/x.csv": export(1), "orders/y.csv": TICKETS}), shop_id="S"
        )
        assert {name: len(frame) for name, frame in events.frames.items()} == {
            "orders": 1,
            "aftersales": 1,
        }

    def test_an_unknown_part_is_read_so_that_it_is_said_what_is_wrong(self, tmp_path: Path) -> None:
        write(tmp_path, {"orders/1.csv": canonical(1), "orders/2.csv": UNKNOWN})
        refused(tmp_path, "orders/2.csv", "no column order_id", "流水号")

    def test_a_folder_named_like_a_file(self, tmp_path: Path) -> None:
        write(tmp_path, {"orders.csv/part-0.csv": canonical(1), "orders.csv/_SUCCESS": ""})
        assert orders(tmp_path) == [("C", "1")]

    def test_exports_in_its_folder_beside_a_canonical_file(self, tmp_path: Path) -> None:
        write(tmp_path, {"orders.csv": canonical(1), "orders/五月.csv": export(2)})
        assert orders(tmp_path, shop_id="S1") == [("C", "1"), ("S1", "2")]

    def test_a_stream_there_twice(self, tmp_path: Path) -> None:
        write(tmp_path, {"orders.csv": canonical(1), "orders/1.csv": canonical(2)})
        refused(tmp_path, "orders.csv", "more than once")

    def test_what_it_was_taken_for_is_said(self, tmp_path: Path) -> None:
        notes = read(write(tmp_path, {"甲/下载.csv": export(1)})).report.notices
        assert any("甲/下载.csv" in str(n) and "douyin/orders" in str(n) for n in notes)

    def test_unknown_files_are_said_and_not_used(self, tmp_path: Path) -> None:
        files = {"甲/x.csv": export(1), "甲/y.csv": UNKNOWN, "z.txt": UNKNOWN}
        events = read(write(tmp_path, files))
        assert books(events) == {"in": 1, "accepted": 1}
        for name in ("甲/y.csv", "z.txt"):
            (note,) = [n for n in map(str, events.report.notices) if name in n]
            assert "not recognised" in note
            assert "shopscore inspect" in note

    def test_nothing_but_unknown_files(self, tmp_path: Path) -> None:
        write(tmp_path, {"z.txt": UNKNOWN, "甲/x.csv": UNKNOWN})
        refused(tmp_path, "z.txt", "甲/x.csv", "inspect", "orders.csv")

    def test_nothing_but_a_misspelt_name(self, tmp_path: Path) -> None:
        refused(write(tmp_path, {"order.csv": UNKNOWN}), "order.csv", "did you mean orders?")

    def test_other_kinds_of_files_are_left_alone(self, tmp_path: Path) -> None:
        odd = {"x.pdf": b"%PDF-", "x.md": "#", "x.bak": export(7), "README": "x", "x.toml": "="}
        assert orders(write(tmp_path, {"a.csv": export(1), **odd}), shop_id="S") == [("S", "1")]

    def test_hidden_ones_too(self, tmp_path: Path) -> None:
        hidden = {".x.csv": export(2), ".甲/x.csv": export(3), "甲/.x.csv": export(4)}
        write(tmp_path, {"a.csv": export(1), **hidden})
        assert orders(tmp_path, shop_id="S1") == [("S1", "1")]

    def test_lock_files_too(self, tmp_path: Path) -> None:
        lock = b"\x05admin" + b" \0" * 80
        write(tmp_path, {"a.csv": export(1), "~$a.xlsx": lock})
        assert orders(tmp_path, shop_id="S1") == [("S1", "1")]

    def test_folders_that_are_not_looked_into_are_said(self, tmp_path: Path) -> None:
        events = read(write(tmp_path, {"甲/x.csv": export(1), "甲/旧/x.csv": export(2)}))
        assert len(events.frames["orders"]) == 2 or any(
            "旧" in n for n in map(str, events.report.notices)
        )

    def test_nothing_in_a_folder(self, tmp_path: Path) -> None:
        refused(tmp_path, str(tmp_path), "orders.csv")

    def test_without_a_platform_there_are_no_exports(self, tmp_path: Path) -> None:
        write(tmp_path, {"x.csv": export(1), "orders.csv": canonical(2)})
        assert orders(tmp_path, platform=None) == [("C", "2")]
        refused(tmp_path / "x.csv", "x.csv", platform=None)

    def test_two_platforms_have_their_own(self, tmp_path: Path) -> None:
        write(tmp_path, {"x.csv": export(1)})
        refused(tmp_path / "x.csv", "x.csv", "no layout", platform=platform("tmall"))


#: Prints what is opened below a folder while its part "in" is read.
WATCH = """
import sys
from pathlib import Path
import shopscore as ss
ss.platform("douyin").layouts
folder, opened = Path(sys.argv[1]), set()
def watch(event, args):
    if event == "open" and str(args[0]).startswith(f"{folder}/"):
        opened.add(Path(args[0]).relative_to(folder).as_posix())
sys.addaudithook(watch)
ss.read_events(folder / "in", platform="douyin")
print(*sorted(opened))
"""


class TestNothingElseIsOpened:
    @pytest.mark.parametrize("name", ["../x.csv", "/x.csv", "a/../../x.csv", "C:/x.csv"])
    def test_names_in_a_zip_that_lead_out_of_it(self, name: str, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
            archive.writestr(name, export(1))
        refused(tmp_path / "x.zip", "x.zip", "outside", shop_id="S1")

    def test_a_zip_leaves_nothing_behind_and_follows_no_link(self, tmp_path: Path) -> None:
        write(tmp_path, {"secret/x.csv": export(7)})
        link = zipfile.ZipInfo("x.csv")
        link.external_attr = 0o120777 << 16
        (tmp_path / "in").mkdir()
        with zipfile.ZipFile(tmp_path / "in" / "x.zip", "w") as archive:
            archive.writestr(link, str(tmp_path / "secret" / "x.csv"))
        refused(tmp_path / "in" / "x.zip", "no layout", shop_id="S1")
        with zipfile.ZipFile(tmp_path / "in" / "x.zip", "w") as archive:
            archive.writestr("folder/x.csv", export(1))
        assert orders(tmp_path / "in" / "x.zip", shop_id="S1") == [("S1", "1")]
        assert [p.name for p in (tmp_path / "in").iterdir()] == ["x.zip"]

    @pytest.mark.slow
    def test_only_named_files_are_opened(self, tmp_path: Path) -> None:
        write(tmp_path, {"in/甲/a.csv": export(1), "in/.b.csv": export(2), "out/c.csv": export(3)})
        done = subprocess.run(
            [sys.executable, "-c", WATCH, tmp_path],
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1"},
            check=True,
        )
        assert done.stdout.split() == ["in/甲/a.csv"]

    def test_links_that_lead_out_of_the_folder(self, tmp_path: Path) -> None:
        write(tmp_path, {"in/a.csv": export(1), "out/b.csv": export(2)})
        (tmp_path / "in" / "b.csv").symlink_to(tmp_path / "out" / "b.csv")
        (tmp_path / "in" / "乙").symlink_to(tmp_path / "out", target_is_directory=True)
        events = read(tmp_path / "in", shop_id="S1")
        assert [r["order_id"] for r in rows(events, "orders")] == ["1"]
        notes = [note for note in map(str, events.report.notices) if "not followed" in note]
        assert [note.partition(":")[0] for note in notes] == ["b.csv", "乙"]
        assert all("out of the folder" in note for note in notes)

    def test_links_within_the_folder_are_followed(self, tmp_path: Path) -> None:
        write(tmp_path, {"..data/orders.csv": canonical(1), "..data/甲/x.csv": export(2)})
        (tmp_path / "orders.csv").symlink_to(Path("..data", "orders.csv"))
        (tmp_path / "甲").symlink_to(tmp_path / "..data" / "甲", target_is_directory=True)
        assert orders(tmp_path) == [("C", "1"), ("甲", "2")]

    def test_the_folder_may_be_a_link_itself(self, tmp_path: Path) -> None:
        write(tmp_path, {"in/a.csv": export(1)})
        (tmp_path / "link").symlink_to(tmp_path / "in", target_is_directory=True)
        (tmp_path / "link.csv").symlink_to(tmp_path / "in" / "a.csv")
        for source in (tmp_path / "link", tmp_path / "link.csv"):
            assert orders(source, shop_id="S1") == [("S1", "1")]

    def test_parts_of_a_stream_that_are_links(self, tmp_path: Path) -> None:
        write(tmp_path, {"in/orders/1.csv": canonical(1), "out/2.csv": canonical(2)})
        (tmp_path / "in" / "orders" / "2.csv").symlink_to(tmp_path / "out" / "2.csv")
        for platform_ in ("douyin", None):
            events = read(tmp_path / "in", platform=platform_)
            assert books(events) == {"in": 1, "accepted": 1}
            assert any("orders/2.csv: a link" in note for note in map(str, events.report.notices))

    def test_a_link_that_leads_round_and_round(self, tmp_path: Path) -> None:
        write(tmp_path, {"a.csv": export(1)})
        (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
        (tmp_path / "甲").mkdir()
        (tmp_path / "甲" / "up.csv").symlink_to(tmp_path, target_is_directory=True)
        events = read(tmp_path, shop_id="S1")
        assert [r["shop_id"] for r in rows(events, "orders")] == ["S1"]
        notes = [note for note in map(str, events.report.notices) if "not followed" in note]
        assert [note.partition(":")[0] for note in notes] == ["loop", "甲/up.csv"]

    def test_links_that_lead_to_each_other(self, tmp_path: Path) -> None:
        write(tmp_path, {"a.csv": export(1)})
        (tmp_path / "b.csv").symlink_to(tmp_path / "c.csv")
        (tmp_path / "c.csv").symlink_to(tmp_path / "b.csv")
        assert orders(tmp_path, shop_id="S1") == [("S1", "1")]

    @pytest.mark.parametrize("layouts", ["douyin", None])
    def test_a_stream_that_is_no_file_is_said(self, layouts: str | None, tmp_path: Path) -> None:
        write(tmp_path, {"orders.csv": canonical(1)})
        (tmp_path / "reviews.csv").symlink_to(tmp_path / "none.csv")
        refused(tmp_path, "reviews.csv", platform=layouts)

    def test_a_broken_link_is_no_file(self, tmp_path: Path) -> None:
        write(tmp_path, {"a.csv": export(1)})
        (tmp_path / "b.csv").symlink_to(tmp_path / "none.csv")
        assert orders(tmp_path, shop_id="S1") == [("S1", "1")]

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    def test_a_pipe_is_no_file(self, tmp_path: Path) -> None:
        write(tmp_path, {"a.csv": export(1)})
        os.mkfifo(tmp_path / "b.csv")
        assert orders(tmp_path, shop_id="S1") == [("S1", "1")]


class TestUnreadable:
    @pytest.mark.parametrize("shut", [".", "甲"])
    def test_a_folder(self, shut: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path, {"甲/a.csv": export(1)})
        listed = Path.iterdir

        def iterdir(path: Path) -> Any:
            if path == tmp_path / shut:
                raise PermissionError(13, "Permission denied")
            return listed(path)

        monkeypatch.setattr(Path, "iterdir", iterdir)
        refused(tmp_path, str(tmp_path / shut), "Permission denied")

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
    def test_a_file(self, tmp_path: Path) -> None:
        write(tmp_path, {"甲/a.csv": export(1)})
        (tmp_path / "甲" / "a.csv").chmod(0)
        refused(tmp_path, "a.csv", "Permission denied")

    def test_one_broken_file_is_named(self, tmp_path: Path) -> None:
        write(tmp_path, {"甲/a.csv": export(1), "乙/b.zip": b"PK\x03\x04 and no more"})
        refused(tmp_path, "乙/b.zip")

    def test_quotes_in_names_of_shops_and_files(self, tmp_path: Path) -> None:
        files = {"a 'b\"/c,d;.csv": as_text([HEAD.split(","), ["1", "1", "", ""]])}
        assert orders(write(tmp_path, files)) == [("a 'b\"", "1")]
