"""Folders, parts, CSV and Parquet files, and lines as an editor counts them."""

from __future__ import annotations

import csv
import io
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import polars as pl
import pytest

import shopscore as ss
from shopscore.reading.files import read_canonical
from shopscore.reading.formats import text as delimited
from shopscore.reading.quarantine import write_quarantine
from support.event_rows import as_csv, books, incidents, one, read, rows

HEAD = "shop_id,order_id,paid_at\n"


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path / "in"

    return write


Put = Callable[[str, str | bytes], Path]


def parquet(**columns: Any) -> bytes:
    file = io.BytesIO()
    pl.DataFrame(columns).write_parquet(file)
    return file.getvalue()


def bad_lines(events: ss.Events) -> list[tuple[Any, ...]]:
    return incidents(events.report.set_aside, "line", "row", "value")


class TestFolders:
    def test_a_file_per_stream(self, put: Put) -> None:
        put("orders.csv", f"{HEAD}S1,1,\n")
        path = put(
            "reviews.parquet",
            parquet(
                shop_id=["S1"],
                review_id=["1"],
                reviewed_at=["2024-01-01 10:00"],
                rating=[5],
                order_id=["1"],
            ),
        )
        events = read(path)
        assert books(events, "reviews") == {"in": 1, "accepted": 1}
        assert set(events.frames) == {"orders", "reviews"}

    def test_other_files_are_left_alone(self, put: Put) -> None:
        put("readme.txt", "x")
        put("notes.csv", "x")
        assert books(read(put("orders.csv", f"{HEAD}S1,1,\n"))) == {"in": 1, "accepted": 1}

    def test_parts_of_a_stream(self, put: Put) -> None:
        put("orders/2024-01.csv", "shop_id,order_id,paid_at,colour\nS1,1,2024-01-01 10:00,red\n")
        put(
            "orders/2024-02.parquet",
            parquet(order_id=[2], shop_id=["S2"], amount=[1.5], size=["L"]),
        )
        put("orders/2024-03.csv", "order_id,shop_id,signed_at,colour\n3,S1,2024-03-01 10:00,blue\n")
        path = put("orders/readme.txt", "not read")
        events = read(path)
        found = rows(events, "orders")
        assert [(r["shop_id"], r["order_id"], r["amount"]) for r in found] == [
            ("S1", "1", None),
            ("S1", "3", None),
            ("S2", "2", 150),
        ]
        assert found[1]["signed_at"] is not None

    def test_unknown_columns_of_every_kind_of_part_are_listed(self, put: Put) -> None:
        put("orders/a.csv", "shop_id,order_id,colour\nS1,1,red\n")
        path = put(
            "orders/b.parquet", parquet(order_id=["2"], shop_id=["S2"], size=["L"], colour=["x"])
        )
        assert read(path).report.ignored["orders"] == ("colour", "size")

    def test_latest_state_across_parts(self, put: Put) -> None:
        put("orders/a.csv", "shop_id,order_id,updated_at,carrier\nS1,1,2024-01-02 10:00,new\n")
        path = put(
            "orders/b.parquet",
            parquet(
                order_id=["1"], shop_id=["S1"], updated_at=["2024-01-01 10:00"], carrier=["old"]
            ),
        )
        events = read(path)
        assert one(events)["carrier"] == "new"
        assert books(events) == {"in": 2, "accepted": 1, "replaced": 1}

    def test_places_name_the_part(self, put: Put) -> None:
        put("orders/a.csv", f"{HEAD}S1,1,never\nS1,2,2024-01-02 10:00\n")
        put("orders/c.csv", "shop_id,order_id,signed_at\nS1,5,\nS1,6,soon\n")
        path = put("orders/b.parquet", parquet(order_id=["3", "4"], shop_id=["S1", None]))
        report = read(path).report
        where = ("file", "line", "row", "column")
        assert incidents(report.set_aside, *where) == [
            ("orders/a.csv", 2, 1, "paid_at"),
            ("orders/b.parquet", None, 2, "shop_id"),
        ]
        assert incidents(report.repaired, *where) == [("orders/c.csv", 3, 2, "signed_at")]

    def test_repairs_name_the_part(self, put: Put) -> None:
        broken = "2024-01-02 10:00,2024-01-01 10:00"
        put("orders/a.csv", "shop_id,order_id,paid_at,picked_up_at\nS1,1,,\n")
        path = put(
            "orders/b.csv", f"shop_id,order_id,paid_at,picked_up_at\nS1,2,,\nS1,3,{broken}\n"
        )
        report = read(path).report
        assert incidents(report.repaired, "file", "line", "row") == [("orders/b.csv", 3, 2)]

    def test_one_file(self, put: Put) -> None:
        path = put("orders.csv", f"{HEAD}S1,1,\n") / "orders.csv"
        assert books(read(path)) == {"in": 1, "accepted": 1}
        assert books(read(str(path))) == {"in": 1, "accepted": 1}

    def test_nothing_is_written(self, put: Put, tmp_path: Path) -> None:
        path = put("orders.csv", f"{HEAD}S1,1,never\n")
        read(path)
        assert [p.name for p in sorted(tmp_path.rglob("*"))] == ["in", "orders.csv"]


class TestLines:
    """The header is line 1; a row begins where an editor shows its first character."""

    def test_plain(self, put: Put) -> None:
        events = read(put("orders.csv", f"{HEAD}S1,1,\nS1,2,never\nS1,3,?\n"))
        assert bad_lines(events) == [(3, 2, "never"), (4, 3, "?")]

    def test_blank_lines_count_but_are_no_rows(self, put: Put) -> None:
        events = read(put("orders.csv", f"{HEAD}\n\nS1,1,\n\nS1,2,never\n\n"))
        assert bad_lines(events) == [(6, 2, "never")]
        assert books(events) == {"in": 2, "accepted": 1, "set_aside": 1}

    def test_blank_lines_before_the_header(self, put: Put) -> None:
        events = read(put("orders.csv", f"\n\n{HEAD}S1,2,never\n"))
        assert bad_lines(events) == [(4, 1, "never")]

    def test_newlines_within_quotes(self, put: Put) -> None:
        text = (
            'shop_id,order_id,carrier,paid_at\nS1,1,"two\nlines",\nS1,2,"a\n\nb",never\nS1,3,,?\n'
        )
        events = read(put("orders.csv", text))
        assert bad_lines(events) == [(4, 2, "never"), (7, 3, "?")]
        assert one(events)["carrier"] == "two\nlines"

    def test_newlines_within_the_header(self, put: Put) -> None:
        events = read(put("orders.csv", 'shop_id,order_id,"re\nmark",paid_at\nS1,1,,never\n'))
        assert bad_lines(events) == [(3, 1, "never")]

    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_ends_of_lines(self, put: Put, end: str) -> None:
        text = f'{HEAD}S1,1,\n\nS1,"2",never\nS1,3,?'.replace("\n", end)
        events = read(put("orders.csv", text))
        assert bad_lines(events) == [(4, 2, "never"), (5, 3, "?")]
        assert one(events)["order_id"] == "1"

    def test_lone_carriage_returns(self, put: Put) -> None:
        text = f"{HEAD}S1,1,\nS1,2,never\n".replace("\n", "\r")
        assert bad_lines(read(put("orders.csv", text))) == [(3, 2, "never")]

    def test_mixed_ends_of_lines(self, put: Put) -> None:
        events = read(put("orders.csv", f"{HEAD}S1,1,\r\nS1,2,never\nS1,3,\rS1,4,?\n"))
        assert bad_lines(events) == [(3, 2, "never"), (5, 4, "?")]

    def test_byte_order_mark(self, put: Put) -> None:
        events = read(put("orders.csv", f"\ufeff{HEAD}S1,1,\nS1,2,never\n"))
        assert bad_lines(events) == [(3, 2, "never")]
        quoted = read(put("orders.csv", '\ufeff"shop_id","order_id"\r\n"S1","1"\r\n'))
        assert one(quoted)["shop_id"] == "S1"

    def test_no_newline_at_the_end(self, put: Put) -> None:
        assert bad_lines(read(put("orders.csv", f"{HEAD}S1,2,never"))) == [(2, 1, "never")]

    def test_far_down(self, put: Put) -> None:
        text = HEAD + "".join(
            f"S1,{i},{'never' if i in (3, 9_998) else ''}\n" for i in range(10_000)
        )
        assert bad_lines(read(put("orders.csv", text))) == [
            (5, 4, "never"),
            (10_000, 9_999, "never"),
        ]

    @pytest.mark.parametrize("seed", range(20))
    def test_any_file(self, put: Put, seed: int) -> None:
        rng = random.Random(seed)
        text, expected, line = HEAD.replace("\n", ",carrier\n"), [], 2
        for row in range(1, 30):
            bad = rng.random() < 0.3
            inside = rng.choice(["", "x", '"a\nb"', '"a\r\n\nb"', '"a,""b"""', "é"])
            end = rng.choice(["\n", "\r\n"])
            if bad:
                expected.append((line, row, "never"))
            record = f"S1,{row},{'never' if bad else ''},{inside}{end}"
            blank = rng.choice(["", "", "\n", "\r\n\n"])
            text += record + blank
            line += record.count("\n") + blank.count("\n")
        assert bad_lines(read(put("orders.csv", text))) == expected


class TestCells:
    def test_header_is_trimmed(self, put: Put) -> None:
        events = read(put("orders.csv", " shop_id , order_id,paid_at \nS1,1,2024-01-01 10:00\n"))
        assert one(events)["paid_at"] is not None

    def test_columns_without_a_name(self, put: Put) -> None:
        events = read(put("orders.csv", "shop_id,order_id,,\nS1,1,x,y\n"))
        assert books(events) == {"in": 1, "accepted": 1}
        assert len(events.report.ignored["orders"]) == 2

    def test_short_rows_are_set_aside(self, put: Put) -> None:
        events = read(put("orders.csv", f"{HEAD}S1,1\nS1\nS1,2,\n"))
        assert books(events) == {"in": 3, "accepted": 1, "set_aside": 2}
        found = incidents(events.report.set_aside, "line", "column", "value", "reason")
        assert found == [(line, None, None, "fewer cells than the header has") for line in (2, 3)]

    def test_where_all_rows_are_short_the_last_columns_are_empty(self, put: Put) -> None:
        events = read(put("orders.csv", f"{HEAD}S1,1\nS1,2\n"))
        assert books(events) == {"in": 2, "accepted": 2}

    @pytest.mark.parametrize("before", ["", "\n", "S1,1,\n"])
    @pytest.mark.parametrize(
        ("more", "value"), [(",", None), (",,", None), (",x", "x"), (",x,,y", "x,y"), (", ", None)]
    )
    def test_rows_with_too_many_cells_are_set_aside(
        self, put: Put, more: str, value: str | None, before: str
    ) -> None:
        # whatever else stands in the file
        events = read(put("orders.csv", f"{HEAD}{before}S1,7,2024-01-01 10:00{more}\nS1,8,\n"))
        assert books(events)["set_aside"] == 1
        (found,) = incidents(events.report.set_aside, "column", "value", "reason")
        assert found[0] is None
        assert value is None or found[1] == value
        assert "more cells" in found[2]

    def test_quotes(self, put: Put) -> None:
        text = 'shop_id,order_id,carrier\n"S1","1","say ""hi"", then go"\nS1,2," x "\nS1,3,""\n'
        events = read(put("orders.csv", text))
        assert [r["carrier"] for r in rows(events, "orders")] == ['say "hi", then go', "x", None]

    def test_values_are_shown_as_they_stand(self, put: Put) -> None:
        events = read(put("orders.csv", f'{HEAD}S1,1," nev,er "\n'))
        assert bad_lines(events) == [(2, 1, " nev,er ")]

    def test_words_that_other_readers_take_for_null(self, put: Put) -> None:
        words = ("NA", "null", "None", "nan", "NULL", "N/A", "-")
        text = "shop_id,order_id,carrier\n" + "".join(
            f"S1,{i},{w}\n" for i, w in enumerate(sorted(words))
        )
        events = read(put("orders.csv", text))
        assert [r["carrier"] for r in rows(events, "orders")] == sorted(words)

    @pytest.mark.parametrize(
        "body",
        [
            "S1,1,a,",
            "S1,1,a,\n",
            "S1,1,a\rb\n",
            "S1,1,a\r",
            'S1,1,"a"b\n',
            "S1,1,a\r\n",
            'S1,1,"a\r\nb"\n',
            "S1\n",
            " \n",
            ",,\n",
        ],
    )
    def test_what_stands_elsewhere_does_not_matter(self, put: Put, body: str) -> None:
        """A row means the same whether or not the file has an oddity somewhere else."""
        head = "shop_id,order_id,carrier\n"
        alone = read(put("orders.csv", head + body))
        beside = read(put("orders.csv", f"{head}\n{body}"))
        assert books(beside) == books(alone)
        assert beside.digest == alone.digest

    @pytest.mark.slow
    @pytest.mark.parametrize("seed", range(12))
    def test_both_ways_agree_with_the_csv_module(
        self, put: Put, seed: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where a record is on one line, it is what the csv module says; at once or carefully."""
        rng = random.Random(seed)
        bits = ["a", "b c", " a", "", "", '"a"', '"a,b"', '""', '"say ""a"""', "\t", "é"]
        bits += ['"6" nail"', 'a"b', '"6"" nail"']
        for _ in range(60):
            body = ""
            for _ in range(rng.randrange(1, 5)):
                body += ",".join(rng.choice(bits) for _ in range(rng.choice([1, 2, 2, 2, 3])))
                body += rng.choice(["\n", "\n", "\r\n"])
            body = rng.choice([body, body.rstrip("\r\n")])
            path = put("x.csv", f"x,y\n{body}") / "x.csv"
            with monkeypatch.context() as patch:
                found = [read_canonical(path, "x.csv", ("x", "y"))]
                patch.setattr(delimited, "parse", lambda *_: None)
                found.append(read_canonical(path, "x.csv", ("x", "y")))
            expected = [r for r in csv.reader(io.StringIO(body, newline="")) if r]
            for table in found:
                assert list(table.too_long) == [i for i, r in enumerate(expected) if len(r) > 2]
                cells = [tuple(cell or "" for cell in row) for row in table.frame.rows()]
                assert cells == [(*r, "", "")[:2] for r in expected], repr(body)


#: Bits of cells as programs write them that quote without escaping.
QUOTED = ["x", '"x"', '"6" nail"', '"8"" nail"', '"a"b"', 'a"b', '"6""', '""6"', '"', '""', "a,b"]


def long_records(path: Path) -> Iterator[str]:
    """The text of the records of a file that go over several lines."""
    with path.open(newline="") as file:
        text = file.read()
    lines = text.splitlines(keepends=True)
    reader, before = csv.reader(lines), 0
    for _ in reader:
        if reader.line_num > before + 1:
            yield "".join(lines[before : reader.line_num])
        before = reader.line_num


def sound(record: str) -> bool:
    """Whether the quotes of a record are as RFC 4180 has them, told without the csv module."""
    cell = r'(?:"(?:[^"]|"")*"|[^",\r\n]*)'
    return re.fullmatch(rf"{cell}(?:,{cell})*\r?\n?", record) is not None


class TestNoRowIsSwallowed:
    """Unescaped quotes within cells: a row is read, or the file is refused with its line."""

    def test_of_one_line_each(self, put: Put) -> None:
        text = 'order_id,shop_id,province\n1,S1,"6" nail"\n2,S1,x\n3,S1,"8" nail"\n4,S1,y\n'
        events = read(put("orders.csv", text))
        assert books(events) == {"in": 4, "accepted": 4}
        assert [r["province"] for r in rows(events, "orders")] == ['6 nail"', "x", '8 nail"', "y"]

    def test_the_faulty_row_is_written_apart(self, put: Put, tmp_path: Path) -> None:
        text = 'order_id,shop_id,paid_at,province\n1,S1,,"6" nail"\n2,S1,,"8" nail"\n5,S1,never,z\n'
        report = read(put("orders.csv", text)).report
        assert incidents(report.set_aside, "line", "value") == [(4, "never")]
        (written,) = write_quarantine(report, tmp_path / "aside")
        assert written.read_text().splitlines()[1].endswith(",5,S1,never,z")

    @pytest.mark.parametrize("last", ['"8""', '"8"x', 'x"y'])
    def test_over_several_lines_they_are_characters(self, put: Put, last: str) -> None:
        text = f'shop_id,order_id,province\nS1,1,x\nS1,2,"6""\nS1,3,x\nS1,4,{last}\nS1,5,x\n'
        events = read(put("orders.csv", text))
        assert books(events) == {"in": 5, "accepted": 5}
        (notice,) = (n for n in events.report.notices if n.code == "quote_in_text")
        assert str(notice).startswith("orders.csv, lines 3 to 5: read as a row each")
        assert [r["order_id"] for r in rows(events, "orders")] == ["1", "2", "3", "4", "5"]

    def test_lines_that_are_no_rows_are_refused(self, put: Put) -> None:
        text = 'shop_id,order_id,province\nS1,1,x\nS1,2,"6""\nand more\nand "8" more\nS1,5,x\n'
        with pytest.raises(ss.InputError, match=r"orders\.csv, lines 3 to 5.*quote"):
            read(put("orders.csv", text))

    @pytest.mark.parametrize("seed", range(8))
    def test_of_any_file(self, put: Put, seed: int) -> None:
        """Rows are numbered, so that it shows where one holds the text of others."""
        rng = random.Random(seed)
        ends = Counter[str]()
        for _ in range(60):
            count = rng.randrange(2, 9)
            bits = [rng.choice(QUOTED) if rng.random() < 0.4 else "x" for _ in range(count)]
            lines = [f"S1,{i},{bit},end{i}" for i, bit in enumerate(bits)]
            path = put("orders.csv", "\n".join(["shop_id,order_id,province,carrier", *lines, ""]))
            try:
                events = read(path)
            except ss.InputError as error:
                ends["refused" if "quote" in str(error) else "wrongly refused"] += 1
                continue
            ends["read"] += 1
            found = events.report.books["orders"]
            assert found.balanced
            if found.rows_in < count:
                assert all(map(sound, long_records(path / "orders.csv")))
        assert {*ends} == {"read", "refused"}


class TestEncodings:
    TEXT = "order_id,shop_id,province,note\n1,甲店,浙江省,备注\n2,乙店,never,\n"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_are_found(self, put: Put, encoding: str, separator: str) -> None:
        text = self.TEXT.replace(",", separator)
        events = read(put("orders.csv", text.encode(encoding)))
        found = [(r["shop_id"], r["province"]) for r in rows(events, "orders")]
        assert found == [("乙店", "never"), ("甲店", "浙江省")]
        assert events.report.ignored == {"orders": ("note",)}
        guessed = [note for note in map(str, events.report.notices) if "GB18030" in note]
        assert len(guessed) == (encoding == "gb18030")

    def test_the_header_tells_the_separator_whatever_is_below(self, put: Put) -> None:
        text = "shop_id,order_id,province\n" + "S1\t1\n" * 3
        events = read(put("orders.csv", text))
        assert books(events) == {"in": 3, "set_aside": 3}

    @pytest.mark.parametrize("rows_before", [1, 20_000])
    def test_bytes_of_neither(self, put: Put, rows_before: int) -> None:
        before = "1,S1,x\n" * rows_before
        name = "名字很长很长很长的一家店"
        for text, said in ((name, "not UTF-8"), ("甲店", "neither UTF-8 nor GB18030")):
            good = (f"shop_id,order_id,province\n{text}\n" + before).encode(
                "utf-8" if said == "not UTF-8" else "gb18030"
            )
            path = put("orders.csv", good + b"2,S1,Caf\xe9\n")
            line = rows_before + 3
            with pytest.raises(ss.InputError) as error:
                read(path)
            for word in (f"orders.csv, line {line}", "province", "'Caf\ufffd'", said):
                assert word in str(error.value)

    def test_in_columns_that_are_not_read_they_do_not_matter(self, put: Put) -> None:
        events = read(put("orders.csv", "shop_id,order_id,备注\nS1,1,好".encode() + b"\xff\n"))
        assert books(events) == {"in": 1, "accepted": 1}

    def test_a_genuine_replacement_character_is_text(self, put: Put) -> None:
        events = read(put("orders.csv", "shop_id,order_id,province\nS1,1,\ufffd\n"))
        assert one(events)["province"] == "\ufffd"

    def test_a_wide_header_is_refused_at_once(self, put: Put) -> None:
        names = ",".join(f"c{n}" for n in range(100_000))
        with pytest.raises(ss.InputError, match=r"orders\.csv, line 1: 100,002 columns"):
            read(put("orders.csv", f"shop_id,order_id,{names}\nS1,1\n"))

    def test_long_cells(self, put: Put) -> None:
        text = f"shop_id,order_id,paid_at,province\nS1,1,never,{'x' * 200_000}\n"
        events = read(put("orders.csv", text))
        assert bad_lines(events) == [(2, 1, "never")]


class TestOneThingInManyForms:
    ROWS: ClassVar = [
        {"shop_id": "S1", "order_id": "2", "paid_at": "2024-01-01 10:00:00", "amount": "1.50"},
        {"shop_id": "S2", "order_id": "1", "paid_at": "", "amount": ""},
        {"shop_id": "S1", "order_id": "1", "paid_at": "2024-01-02 10:00:00", "amount": "0.00"},
    ]

    def test_csv_and_parquet_and_dataframes_are_the_same_events(self, put: Put) -> None:
        names = list(self.ROWS[0])
        typed = pl.DataFrame(self.ROWS).with_columns(
            pl.col("paid_at").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False),
            pl.col("amount").cast(pl.Float64, strict=False),
        )
        file = io.BytesIO()
        typed.write_parquet(file)
        sources: list[Any] = [
            put("a/orders.csv", as_csv(names, self.ROWS)) / "a",
            put("b/orders.csv", "\ufeff" + as_csv(names[::-1], self.ROWS[::-1], "\r\n")) / "b",
            put("c/orders.parquet", file.getvalue()) / "c",
            {"orders": typed},
            {"orders": typed.reverse().select(sorted(names)).lazy()},
            {"orders": pl.DataFrame(self.ROWS)},
        ]
        put("d/orders/1.csv", as_csv(names, self.ROWS[:1]))
        typed[1:].write_parquet(put("d/orders/x.txt", "") / "d" / "orders" / "2.parquet")
        sources.append(put("x", "") / "d")
        found = [read(source) for source in sources]
        assert {e.digest for e in found} == {found[0].digest}
        for events in found:
            assert rows(events, "orders") == rows(found[0], "orders")
