"""Encodings that a layout states, and texts that are GB18030 only because nothing else is known."""

from __future__ import annotations

from pathlib import Path

import pytest

import shopscore as ss
from shopscore.reading.formats.decoding import detect
from shopscore.reading.quarantine import write_quarantine
from support.sheet_files import sheet

LAYOUT = """
schema = 1
id = "orders"
zh = "订单"
en = "Orders"
stream = "orders"
headers = ["{key}", "{time}"]
encoding = "{encoding}"

[columns]
order_id = "{key}"
paid_at = "{time}"
province = "{place}"
"""
JAPANESE = ("注文番号", "支払日時", "都道府県", "東京都ソ連表能ポ")
CHINESE = ("訂單編號", "付款時間", "省份", "臺北市功許蓋")
KOREAN = ("주문번호", "결제시간", "지역", "서울특별시")
GERMAN = ("Bestellnr", "Zeit", "Lösung", "Größe Müller Straße")
RUSSIAN = ("заказ", "время", "область", "Московская")
STATED = [
    ("shift_jis", JAPANESE),
    ("cp932", JAPANESE),
    ("euc_jp", JAPANESE),
    ("iso2022_jp", JAPANESE),
    ("big5", CHINESE),
    ("euc_kr", KOREAN),
    ("latin-1", GERMAN),
    ("cp1251", RUSSIAN),
    ("utf-16-le", JAPANESE),
    ("gbk", CHINESE),
    ("utf-8", KOREAN),
]


def written(folder: Path, encoding: str, words: tuple[str, ...], content: bytes = b"") -> Path:
    key, time, place, province = words
    (folder / "layout.toml").write_text(
        LAYOUT.format(key=key, time=time, place=place, encoding=encoding), "utf-8"
    )
    text = f'{key},{time},{place}\n100,2022-05-20 10:00:00,"{province}"\n101,,x\n'
    path = folder / "a.csv"
    path.write_bytes(content or text.encode(encoding))
    return path


def read(path: Path) -> ss.Events:
    return ss.read_events(
        path, tz="Asia/Shanghai", shop_id="S1", layouts=[path.parent / "layout.toml"]
    )


class TestStated:
    @pytest.mark.parametrize(("encoding", "words"), STATED, ids=[e for e, _ in STATED])
    def test_is_used(self, tmp_path: Path, encoding: str, words: tuple[str, ...]) -> None:
        events = read(written(tmp_path, encoding, words))
        assert events.frames["orders"]["province"].to_list() == [words[3], "x"]
        assert not [n for n in events.report.notices if n.code.startswith("encoding")]

    def test_is_that_of_the_quarantine(self, tmp_path: Path) -> None:
        path = written(tmp_path, "shift_jis", JAPANESE)
        path.write_bytes(path.read_bytes() + "102,昨日,東京\n".encode("shift_jis"))
        (aside,) = write_quarantine(read(path).report, tmp_path / "aside")
        assert aside.read_text("shift_jis").splitlines()[1].endswith(",102,昨日,東京")

    def test_a_byte_order_mark_goes_before_it(self, tmp_path: Path) -> None:
        path = written(tmp_path, "shift_jis", JAPANESE)
        path.write_bytes(path.read_bytes().decode("shift_jis").encode("utf-8-sig"))
        assert read(path).frames["orders"]["province"][0] == JAPANESE[3]

    def test_an_unknown_one_is_refused(self, tmp_path: Path) -> None:
        path = written(tmp_path, "klingon", JAPANESE, b"x")
        with pytest.raises(ss.InputError, match="no encoding of text is called 'klingon'"):
            read(path)

    @pytest.mark.parametrize(
        "name",
        ["undefined", "idna", "punycode", "unicode_escape", "utf-7", "hex", "cp037", "a\\u0000b"],
    )
    def test_one_that_no_table_can_be_in_is_refused(self, name: str, tmp_path: Path) -> None:
        path = written(tmp_path, name, JAPANESE, b"x")
        with pytest.raises(ss.InputError, match="no encoding of text is called '"):
            read(path)

    @pytest.mark.parametrize("name", ["idna", "undefined", "utf-7"])
    def test_nor_is_a_sheet_decoded_in_it(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(ss.InputError, match=f"'{name}' is no encoding"):
            sheet(tmp_path / "a.csv", b"a,b\n1,2\n").decoded(name)

    @pytest.mark.parametrize("line_end", ["\n", "\r\n"])
    def test_lines_are_those_of_the_file(self, tmp_path: Path, line_end: str) -> None:
        path = written(tmp_path, "shift_jis", JAPANESE)
        text = path.read_bytes().decode("shift_jis") + '103,昨日,"a\nb"\n104,昨日,y\n'
        path.write_bytes(text.replace("\n", line_end).encode("shift_jis"))
        assert read(path).report.set_aside["line"].to_list() == [4, 6]


class TestFallback:
    """An encoding that is taken where the bytes are neither UTF-8 nor probable Chinese."""

    def read(self, folder: Path, encoding: str, words: tuple[str, ...]) -> ss.Events:
        path = written(folder, "cp1252", words)
        layout = folder / "layout.toml"
        text = layout.read_text("utf-8")
        layout.write_text(text.replace("\nencoding =", "\nfallback_encoding ="), "utf-8")
        text = path.read_bytes().decode("cp1252")
        path.write_bytes(text.encode(encoding))
        return read(path)

    @pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
    def test_is_used_where_nothing_else_is_known(self, tmp_path: Path, encoding: str) -> None:
        events = self.read(tmp_path, encoding, GERMAN)
        assert events.frames["orders"]["province"].to_list() == [GERMAN[3], "x"]
        assert not [n for n in events.report.notices if n.code.startswith("encoding")]

    def test_is_not_used_for_chinese(self, tmp_path: Path) -> None:
        path = written(tmp_path, "gb18030", ("id", "time", "place", "浙江省"))
        layout = tmp_path / "layout.toml"
        stated = layout.read_text("utf-8").replace('\nencoding = "gb18030"', "")
        layout.write_text(
            stated.replace("[columns]", 'fallback_encoding = "cp1252"\n[columns]'), "utf-8"
        )
        assert read(path).frames["orders"]["province"][0] == "浙江省"

    def test_yields_to_one_that_is_stated(self, tmp_path: Path) -> None:
        path = written(tmp_path, "shift_jis", JAPANESE)
        layout = tmp_path / "layout.toml"
        text = layout.read_text("utf-8")
        layout.write_text(
            text.replace("[columns]", 'fallback_encoding = "cp1252"\n[columns]'), "utf-8"
        )
        assert read(path).frames["orders"]["province"][0] == JAPANESE[3]

    def test_is_that_of_the_quarantine(self, tmp_path: Path) -> None:
        events = self.read(tmp_path, "cp1252", GERMAN)
        path = tmp_path / "a.csv"
        path.write_bytes(path.read_bytes() + "102,gestern,Köln\n".encode("cp1252"))
        events = read(path)
        (aside,) = write_quarantine(events.report, tmp_path / "aside")
        assert aside.read_text("cp1252").splitlines()[1].endswith(",102,gestern,Köln")

    def test_an_unknown_one_is_refused(self, tmp_path: Path) -> None:
        path = written(tmp_path, "klingon", JAPANESE, b"x")
        layout = tmp_path / "layout.toml"
        text = layout.read_text("utf-8")
        layout.write_text(text.replace("\nencoding =", "\nfallback_encoding ="), "utf-8")
        with pytest.raises(ss.InputError, match="fallback_encoding: no encoding of text is called"):
            read(path)


class TestDoubtful:
    @pytest.mark.parametrize(
        ("encoding", "text"),
        [
            ("shift_jis", "注文番号,支払日時ソート\n東京都のポイント,リンゴ\n"),
            ("cp932", "ラベル,カタカナ\n"),
            ("latin-1", "größe,Lösung,Müller\n"),
            ("cp1252", "prénom,créé,été\n"),
            ("cp1251", "заказ,время оплаты,область\n"),
            ("big5", "訂單編號,付款時間,買家會員\n"),
        ],
    )
    def test_others_are(self, tmp_path: Path, encoding: str, text: str) -> None:
        (tmp_path / "b").write_bytes(text.encode(encoding))
        with (tmp_path / "b").open("rb") as stream:
            found = detect(stream)
        assert (found.name, found.doubtful) == ("gb18030", True)

    @pytest.mark.parametrize(
        "text",
        [
            "订单编号,买家会员名,买家应付货款,收货地址\n",
            "shop,city\n1,喆喆的店铺在北京市朝阳区\n",
            "浙江省杭州市西湖区文三路，《重庆》【包邮】￥１２\n",
            "shop_id,order_id,province\nS1,1,甲店\n",
        ],
    )
    def test_chinese_is_not(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "b").write_bytes(text.encode("gb18030"))
        with (tmp_path / "b").open("rb") as stream:
            assert detect(stream).doubtful is False

    def test_a_notice_says_it_of_a_canonical_file(self, tmp_path: Path) -> None:
        head = b"shop_id,order_id,province\n"
        (tmp_path / "orders.csv").write_bytes(head + "S1,1,のラーメン\n".encode("shift_jis"))
        events = ss.read_events(tmp_path / "orders.csv")
        (notice,) = (n for n in events.report.notices if n.code == "encoding_doubtful")
        assert str(notice).startswith("orders.csv: read as GB18030, which it hardly is")
        (tmp_path / "orders.csv").write_bytes(head + "S1,1,浙江省\n".encode("gb18030"))
        events = ss.read_events(tmp_path / "orders.csv")
        assert not [n for n in events.report.notices if n.code == "encoding_doubtful"]

    def test_and_of_an_export(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        lines = ["id,time,note", *(f"{n},2022-05-20 10:00:00,Größe für Müller" for n in range(9))]
        path.write_bytes("\n".join(lines).encode("latin-1"))
        layout = LAYOUT.format(key="id", time="time", place="note", encoding="utf-8")
        layout = layout.replace('encoding = "utf-8"\n', "")
        (tmp_path / "layout.toml").write_text(layout, "utf-8")
        codes = [n.code for n in read(path).report.notices]
        assert "encoding_doubtful" in codes


def test_broken_utf16_is_refused_in_canonical_files(tmp_path: Path) -> None:
    data = "\ufeffshop_id,order_id,province\nS1,1,甲\n".encode("utf-16-le")
    (tmp_path / "orders.csv").write_bytes(data.replace("甲".encode("utf-16-le"), b"\x00\xd8"))
    with pytest.raises(ss.InputError, match=r"orders\.csv, line 2, column province: .*UTF-16"):
        ss.read_events(tmp_path / "orders.csv")


def test_a_sheet_in_another_encoding(tmp_path: Path) -> None:
    found = sheet(tmp_path / "a.csv", "注文;a\nポ;1\n".encode("shift_jis")).decoded("shift_jis")
    assert (found.encoding, found.separator, found.head) == (
        "shift_jis",
        ";",
        (("注文", "a"), ("ポ", "1")),
    )
    assert found.decoded("shift_jis") is found
