"""Files that could cost any time or memory are looked at before they are read."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import polars as pl
import pytest

import shopscore as ss
from shopscore.reading.files import read_file
from shopscore.reading.formats import archives, frames, workbooks
from shopscore.reading.formats.sheets import open_sheets
from shopscore.reading.quarantine import write_quarantine
from support.sheet_files import OLE, ole, rows, sheet, xlsx

ORDERS = "订单编号,店铺\n1,甲店\n2,乙店\n"
HUGE = 1 << 43  # eight terabytes: reading them is no matter of seconds


def sparse(path: Path, start: bytes, size: int = HUGE) -> Path:
    """A file that begins so and has nothing but a hole behind it."""
    path.write_bytes(start)
    try:
        os.truncate(path, size)
    except OSError:
        os.truncate(path, 1 << 40)
    return path


def refused(path: Path) -> str:
    with pytest.raises(ss.InputError) as caught:
        read(path)
    return str(caught.value)


def read(path: Path) -> None:
    for found in open_sheets(path):
        found.body(0, [0])


class TestSparseFiles:
    @pytest.mark.parametrize("start", [b"", b"a,b\n1,2\n", "订单,b\n1,2\n".encode()])
    def test_of_text(self, tmp_path: Path, start: bytes) -> None:
        found = refused(sparse(tmp_path / "orders.csv", start))
        assert "a NUL byte; this is no text" in found

    def test_of_canonical_text(self, tmp_path: Path) -> None:
        path = sparse(tmp_path / "orders.csv", b"shop_id,order_id\nS1,1\n")
        with pytest.raises(ss.InputError, match=r"orders\.csv, line 3: a NUL byte"):
            ss.read_events(path)

    def test_an_old_workbook(self, tmp_path: Path) -> None:
        assert "an old workbook (.xls)" in refused(sparse(tmp_path / "a.xls", OLE))
        assert "an old workbook (.xls)" in refused(sparse(tmp_path / "a.xls", ole("Workbook")))

    def test_gzip_that_zeros_follow(self, tmp_path: Path) -> None:
        path = sparse(tmp_path / "a.csv.gz", gzip.compress(ORDERS.encode()))
        assert "a damaged archive: something else follows it" in refused(path)


class TestGzip:
    def test_some_zeros_are_padding(self, tmp_path: Path) -> None:
        data = gzip.compress(ORDERS.encode())
        for padding in (b"\0", bytes(10_240), bytes(1 << 20)):
            found = sheet(tmp_path / "a.gz", data + padding)
            assert rows(found.body(0, [1])) == [("甲店",), ("乙店",)]
        for padding in (bytes(3 << 20), b"\0\0x"):
            (tmp_path / "a.gz").write_bytes(data + padding)
            assert "a damaged archive" in refused(tmp_path / "a.gz")

    def test_of_zeros(self, tmp_path: Path) -> None:
        (tmp_path / "a.gz").write_bytes(gzip.compress(bytes(40 << 20)))
        assert "a NUL byte" in refused(tmp_path / "a.gz")

    @pytest.mark.parametrize("size", [1, 7, 1 << 16, (1 << 20) + 3])
    def test_in_parts_of_any_size(self, tmp_path: Path, size: int) -> None:
        text = ("订单,b\n" + "1,甲店铺\n" * 200_000).encode()
        parts = [text[at : at + size] for at in range(0, len(text), size)] if size > 9 else []
        whole = b"".join(map(gzip.compress, parts)) or gzip.compress(text[:1_000_004][:-1])
        found = sheet(tmp_path / "a.gz", whole)
        assert found.head[1] == ("1", "甲店铺")
        with found._table.content.stream() as stream:  # type: ignore[union-attr]
            assert stream.read() == (text if parts else text[:1_000_004][:-1])

    def test_more_parts_than_any(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(archives, "_MOST_PARTS", 50)
        (tmp_path / "a.gz").write_bytes(gzip.compress(b"") * 100)
        assert "a damaged archive: more than 50 parts" in refused(tmp_path / "a.gz")


class TestWorkbooks:
    def test_its_parts_are_looked_at_before_it_is_loaded(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pytest.importorskip("openpyxl", reason="pip install openpyxl, to write .xlsx")
        path = tmp_path / "a.xlsx"
        path.write_bytes(xlsx([["a"], ["1"]]))
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/media/x.bin", bytes(90 << 20))

        def load(*_: object) -> bytes:
            raise AssertionError("loaded")

        monkeypatch.setattr(archives.Content, "load", load)
        assert "times as large as it was packed" in refused(path)

    def test_a_large_file_is_not_loaded_whole(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pytest.importorskip("openpyxl", reason="pip install openpyxl, to write .xlsx")
        path = tmp_path / "a.xlsx"
        path.write_bytes(xlsx([["a"], ["1"]]))
        monkeypatch.setattr(workbooks, "MOST_UNPACKED", 1_000)
        assert "a workbook of more than 1 GiB" in refused(path)
        content, _ = archives.unpack(path, "a.xlsx")
        assert len(content.load(1_000)) == 1_001


OPEN = """
import sys
from pathlib import Path
from shopscore.errors import InputError
from shopscore.reading.formats.sheets import open_sheets
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        print(open_sheets(path)[0].encoding)
    except InputError as error:
        print(error)
"""


def said_of(folder: Path) -> list[str]:
    """What is said of the files of a folder, in a process that ends by itself or is ended."""
    command = [sys.executable, "-c", OPEN, str(folder)]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert not done.returncode, done.stderr.decode()
    return done.stdout.decode().splitlines()


class TestPages:
    def test_comments_before_what_is_no_page(self, tmp_path: Path) -> None:
        (tmp_path / "a.xls").write_text("<!--a-->" * 40 + "<b>x")
        (tmp_path / "b.xls").write_text(" <!--a-->\n" * 40 + "<p>x")
        text, page = said_of(tmp_path)
        assert text == "utf-8"
        assert "no table is in it" in page

    def test_tags_and_comments_that_nobody_ends(self, tmp_path: Path) -> None:
        starts = ("<a", "<a ", "</", "<!--a>", "<![if>", "<![x", "<?a", "<!a")
        for at, start in enumerate(starts):
            (tmp_path / f"{at}.xls").write_text("<table><tr><td>" + start * 200_000)
        assert ["no table is in it" in said for said in said_of(tmp_path)] == [True] * len(starts)

    def test_parts_within_parts(self, tmp_path: Path) -> None:
        part = "Content-Type: multipart/mixed; boundary=b{}\n\n--b{}\n"
        nested = "".join(part.format(n, n) for n in range(2_000))
        (tmp_path / "a.xls").write_text(f"MIME-Version: 1.0\n{nested}")
        assert "its parts lie too deep" in refused(tmp_path / "a.xls")


class TestParquet:
    def test_equal_rows_without_number(self, tmp_path: Path) -> None:
        """A file of some kilobytes, that would need gigabytes of memory."""
        arrow = pytest.importorskip("pyarrow", reason="pip install pyarrow, to write row groups")
        parquet = pytest.importorskip("pyarrow.parquet")
        empty = arrow.nulls(101_000_000)
        rows = arrow.table({"shop_id": empty, "order_id": empty, "paid_at": empty, "x": empty})
        parquet.write_table(rows, tmp_path / "orders.parquet")
        assert (tmp_path / "orders.parquet").stat().st_size < 4 << 20
        with pytest.raises(ss.InputError) as caught:
            ss.read_events(tmp_path)
        assert "101,000,000 rows of 3 columns that are read" in str(caught.value)

    def test_as_many_cells_as_are_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        frame = pl.DataFrame(
            {"shop_id": ["S1"] * 4, "order_id": ["1", "2", "3", "4"], "x": [0] * 4}
        )
        frame.write_parquet(tmp_path / "orders.parquet")
        monkeypatch.setattr(frames, "MOST_PARQUET_CELLS", 8)
        assert ss.read_events(tmp_path).report.books["orders"].accepted == 4
        monkeypatch.setattr(frames, "MOST_PARQUET_CELLS", 7)
        with pytest.raises(ss.InputError, match="more than 7 cells; make several files"):
            ss.read_events(tmp_path)

    def test_some_rows_are_read_again_without_the_others(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "orders.parquet"
        names = ("order_id", "order_id_", "_")
        frame = pl.DataFrame({name: [f"{name}{n}" for n in range(1_000)] for name in names})
        frame.write_parquet(path, row_group_size=100)
        origin = frames.open_parquet(path, "orders.parquet", ["order_id"]).origin
        monkeypatch.delattr(pl, "read_parquet")
        assert origin.records([998, 3, 3, 500]) == [
            [f"order_id{n}", f"order_id_{n}", f"_{n}"] for n in (998, 3, 3, 500)
        ]
        assert origin.records([]) == []


class TestWhatIsNoFile:
    def test_pipes_are_never_opened(self, tmp_path: Path) -> None:
        for name in ("v.csv", "v.parquet"):
            os.mkfifo(tmp_path / name)
            with pytest.raises(ss.InputError, match=rf"{name}: is a pipe or device"):
                read_file(tmp_path / name, ["a"])
        assert "no such file" in refused(tmp_path / "v.csv")

    @pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero here")
    def test_nor_are_devices(self) -> None:
        assert "no such file" in refused(Path("/dev/zero"))


class TestCells:
    """Long cells, and bytes that are of no encoding behind a stray quote."""

    def test_a_long_cell_and_a_row_set_aside(self, tmp_path: Path) -> None:
        lines = ["review_id,shop_id,reviewed_at,rating,product_id"]
        lines += [f"R{n},S1,2022-03-06 10:58:35,5,p" for n in range(100)]
        lines[1] = lines[1][:-1] + "x" * 200_000
        lines[3] = lines[3].replace(",5,", ",9,")
        (tmp_path / "reviews.csv").write_text("\n".join(lines))
        report = ss.read_events(tmp_path, platform="douyin").report
        assert report.set_aside.select("line", "value").rows() == [(4, "9")]
        write_quarantine(report, tmp_path / "aside")

    @pytest.mark.parametrize("many", [10, 200_000])
    def test_a_stray_quote_and_wrong_bytes_later(self, tmp_path: Path, many: int) -> None:
        start = b'order_id,shop_id,province\n1,S1,"a"b\n' + b"2,S1,ok\n" * many
        (tmp_path / "orders.csv").write_bytes(start + b"3,S1,\xff\n")
        place = rf"orders\.csv, line {many + 3}, column province"
        with pytest.raises(ss.InputError, match=place):
            ss.read_events(tmp_path)

    def test_a_header_of_100_000_columns(self, tmp_path: Path) -> None:
        wide = ",".join(f"c{n}" for n in range(100_000))
        (tmp_path / "orders.csv").write_text(f"shop_id,order_id,{wide}\nS1,1{',' * 100_000}\n")
        with pytest.raises(ss.InputError, match="line 1: 100,002 columns; more than 2,000"):
            ss.read_events(tmp_path)
