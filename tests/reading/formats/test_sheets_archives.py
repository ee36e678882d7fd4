"""Sheets from a zip or gzip with one file in it; and archives that mean harm."""

from __future__ import annotations

import bz2
import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from shopscore.errors import InputError
from shopscore.reading.formats import archives
from support.sheet_files import ENCODINGS, lying_zip, protected_zip, rows, sheet, zipped

ORDERS = "订单编号,店铺\n1,甲店\n2,乙店\n"
BOMB = b"order,shop\n" * 6_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.zip"


def refused(path: Path, content: bytes) -> str:
    with pytest.raises(InputError) as caught:
        sheet(path, content).body(0, [0])
    return str(caught.value)


class TestZip:
    @pytest.mark.parametrize("encoding", ENCODINGS)
    @pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    def test_one_file(self, path: Path, encoding: str, kind: int) -> None:
        found = sheet(path, zipped({"export/订单.csv": ORDERS.encode(encoding)}, kind))
        assert (found.label, found.path) == ("orders.zip / export/订单.csv", path)
        assert found.encoding == encoding
        body = found.body(0, [1])
        assert rows(body) == [("甲店",), ("乙店",)]
        assert (body.origin.lines([1]), body.origin.records([1])) == ([3], [["2", "乙店"]])

    def test_whatever_its_name(self, tmp_path: Path) -> None:
        data = zipped({"a.csv": ORDERS.encode()})
        assert sheet(tmp_path / "orders.csv", data).label == "orders.csv / a.csv"

    def test_clutter_does_not_count(self, path: Path) -> None:
        data = {"a/": b"", "a/.DS_Store": b"x", "__MACOSX/a/._b.csv": b"x", "a/Thumbs.db": b"x"}
        found = sheet(path, zipped({**data, "a/b.csv": ORDERS.encode()}))
        assert found.label == "orders.zip / a/b.csv"

    def test_a_name_in_gbk(self, path: Path) -> None:
        name = "订单.csv".encode("gb18030").decode("cp437")
        data = zipped({name: ORDERS.encode()})
        for place in (data.index(b"PK\3\4") + 7, data.index(b"PK\1\2") + 9):
            assert data[place] & 8  # says that names are UTF-8
        raw = name.encode()
        short = "订单.csv".encode("gb18030").ljust(len(raw), b"v")
        data = bytearray(data.replace(raw, short))
        data[data.index(b"PK\3\4") + 7] = data[data.index(b"PK\1\2") + 9] = 0
        assert sheet(path, bytes(data)).label.startswith("orders.zip / 订单.csv")

    def test_several_files(self, path: Path) -> None:
        message = refused(path, zipped({f"{n}.csv": b"x" for n in "gfedcba"}))
        assert message == (
            "orders.zip: the zip holds 7 files (a.csv, b.csv, c.csv, d.csv, e.csv, …); it must"
            " hold one: unpack it, and read its folder"
        )

    def test_no_file(self, path: Path) -> None:
        for data in (zipped({}), zipped({"a/": b"", "__MACOSX/x": b""})):
            assert refused(path, data).startswith("orders.zip: the zip holds no file; it must")

    def test_with_a_password(self, path: Path) -> None:
        message = refused(path, protected_zip(zipped({"a.csv": ORDERS.encode()})))
        assert message.startswith("orders.zip / a.csv: the zip is protected with a password")

    @pytest.mark.parametrize("name", ["../a.csv", "/a.csv", "x/../../a.csv", "C:\\a.csv"])
    def test_names_outside(self, path: Path, name: str) -> None:
        message = refused(path, zipped({name: ORDERS.encode()}))
        assert "would lie outside the archive" in message
        assert [p.name for p in path.parent.iterdir()] == ["orders.zip"]

    def test_damaged(self, path: Path) -> None:
        good = zipped({"a.csv": ORDERS.encode() * 100})
        for data in (good[:-30], good[:40] + b"\xff\xff" + good[42:], good[:20]):
            assert "a damaged archive" in refused(path, data)

    def test_packed_unusually(self, path: Path) -> None:
        data = zipped({"a.csv": ORDERS.encode()}, zipfile.ZIP_LZMA)
        assert "packed in an unusual way" in refused(path, data)

    def test_an_empty_member(self, path: Path) -> None:
        assert refused(path, zipped({"a.csv": b""})) == "orders.zip / a.csv: the file is empty"


class TestGzip:
    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_one_file(self, tmp_path: Path, encoding: str) -> None:
        found = sheet(tmp_path / "orders.csv.gz", gzip.compress(ORDERS.encode(encoding)))
        assert (found.label, found.encoding) == ("orders.csv.gz", encoding)
        assert rows(found.body(0, [0])) == [("1",), ("2",)]

    def test_in_parts(self, path: Path) -> None:
        data = gzip.compress("订单,b\n".encode()) + gzip.compress(b"1,2\n")
        assert rows(sheet(path, data).body(0, [1])) == [("2",)]

    def test_damaged(self, path: Path) -> None:
        good = gzip.compress(ORDERS.encode() * 50)
        for data in (good[:-9], good[:30], good[:15] + b"\0\0" + good[17:], good[:-6] + b"123456"):
            assert "orders.zip: a damaged archive" in refused(path, data)


class TestNested:
    def test_archives_are_refused(self, path: Path) -> None:
        inner = zipped({"a.csv": ORDERS.encode()})
        tar = io.BytesIO()
        with tarfile.open(fileobj=tar, mode="w") as archive:
            archive.addfile(tarfile.TarInfo("a.csv"))
        for content in (inner, gzip.compress(ORDERS.encode()), tar.getvalue(), zipped({})):
            for data in (zipped({"b.zip": content}), gzip.compress(content)):
                assert "an archive within an archive; unpack the outer one" in refused(path, data)
        assert "a bzip2 archive" in refused(path, zipped({"x": bz2.compress(b"a,b\n")}))


class TestBombs:
    def test_of_a_large_ratio(self, path: Path) -> None:
        for data in (zipped({"a.csv": BOMB}), gzip.compress(BOMB)):
            assert "times as large as it was packed (the most is 200 times" in refused(path, data)

    def test_that_lie_about_their_size(self, path: Path) -> None:
        data = lying_zip(zipped({"a.csv": BOMB}), 1_000)
        assert "a damaged archive" in refused(path, data)
        data = lying_zip(zipped({"a.csv": ORDERS.encode()}), 2_000_000_000)
        assert "more than 1 GiB when unpacked" in refused(path, data)

    def test_of_a_large_size(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(archives, "MOST_UNPACKED", 1 << 20)
        content = ORDERS.encode() * 50_000
        for data in (zipped({"a.csv": content}, zipfile.ZIP_STORED), gzip.compress(content)):
            assert "GiB when unpacked" in refused(path, data)

    def test_small_things_may_be_packed_well(self, path: Path) -> None:
        content = "订单,b\n".encode() + b"1,2\n" * 1_000_000
        assert len(sheet(path, zipped({"a.csv": content})).body(0, [0]).frame) == 1_000_000
