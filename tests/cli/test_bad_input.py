"""Input that cannot be used: one line that says what, where and why, and the right exit code."""

from __future__ import annotations

import io
import os
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest

from support.command_line import Answer, process, python, shopscore

Folder = Callable[..., Path]

HEAD = "shop_id,order_id,paid_at\n"
ROW = "S1,1,2022-06-01 10:00:00\n"
WHICH = ("--platform", "douyin", "--ruleset", "2022", "--as-of", "2022-07-01")


def validate(path: Path | str, *args: object) -> Answer:
    return shopscore("validate", path, "--format", "json", *args)


def parquet(**columns: object) -> bytes:
    file = io.BytesIO()
    pl.DataFrame(columns).write_parquet(file)
    return file.getvalue()


class TestPlaces:
    def test_missing_folder(self, tmp_path: Path) -> None:
        for command in ("validate", "score"):
            args = WHICH if command == "score" else ()
            shopscore(command, tmp_path / "none", *args).failed(3, "none", "no such file or folder")

    def test_missing_file(self, tmp_path: Path) -> None:
        validate(tmp_path / "orders.csv").failed(3, "orders.csv", "no such file or folder")

    def test_folder_without_a_stream(self, tmp_path: Path) -> None:
        validate(tmp_path).failed(3, str(tmp_path), "no file of events", "orders.csv")

    def test_misspelt_stream_in_a_folder(self, folder: Folder) -> None:
        path = folder(**{"order.csv": HEAD})
        validate(path).failed(3, "order.csv", "did you mean orders?")

    def test_misspelt_stream_as_a_file(self, folder: Folder) -> None:
        path = folder(**{"reviws.csv": HEAD})
        validate(path / "reviws.csv").failed(3, "reviws.csv", "did you mean reviews?")

    def test_other_kind_of_file(self, folder: Folder) -> None:
        path = folder(**{"orders.xlsx": b"PK\x03\x04"})
        validate(path).failed(3, "no file of events")
        validate(path / "orders.xlsx").failed(3, "orders.xlsx", "orders.csv")

    def test_stream_folder_without_files(self, folder: Folder) -> None:
        path = folder(**{"orders/readme.txt": "x"})
        validate(path).failed(3, "orders", "no .csv or .parquet file")

    def test_stream_that_is_there_twice(self, folder: Folder) -> None:
        path = folder(**{"orders.csv": HEAD, "orders.parquet": b"PAR1"})
        validate(path).failed(3, "orders.csv and orders.parquet")

    def test_folder_that_bears_the_name_of_a_file(self, folder: Folder) -> None:
        path = folder(**{"orders.csv/x": HEAD})
        validate(path).failed(3, "orders.csv")

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
    def test_folder_without_rights(self, folder: Folder) -> None:
        path = folder(**{"orders.csv": HEAD + ROW})
        path.chmod(0)
        try:
            validate(path).failed(3, str(path))
        finally:
            path.chmod(0o755)

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
    def test_file_without_rights(self, folder: Folder) -> None:
        path = folder(**{"orders.csv": HEAD + ROW})
        (path / "orders.csv").chmod(0)
        validate(path).failed(3, "orders.csv", "Permission denied")

    @pytest.mark.slow
    @pytest.mark.skipif(
        not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else"
    )
    @pytest.mark.parametrize("where", ["folder", "file"])
    def test_without_rights_as_somebody_else(self, where: str) -> None:
        code = (
            "import contextlib, io, os, sys\n"
            "from shopscore.cli.main import main\n"
            "folder, sys.argv = sys.argv[1], ['shopscore', 'validate', '/nonexistent']\n"
            "with contextlib.suppress(SystemExit), contextlib.redirect_stderr(io.StringIO()):\n"
            "    main()  # while all that is imported late may still be read\n"
            "sys.argv[2] = folder\n"
            "os.seteuid(65534)\n"
            "main()"
        )
        with TemporaryDirectory() as name:
            folder, file = Path(name), Path(name) / "orders.csv"
            for parent in folder.parents:
                if not parent.stat().st_mode & 0o001:
                    pytest.skip(f"nobody else may look into {parent}")
            file.write_text(HEAD + ROW, encoding="utf-8")
            file.chmod(0)
            folder.chmod(0o755 if where == "file" else 0)
            python(code, folder).failed(3, name, "Permission denied")


class TestText:
    def test_empty_file(self, folder: Folder) -> None:
        validate(folder(**{"orders.csv": ""})).failed(3, "orders.csv", "empty")

    @pytest.mark.parametrize("text", ["\n\n", "   \n", "\ufeff", ",,,\n", "\r\n"])
    def test_no_header(self, folder: Folder, text: str) -> None:
        validate(folder(**{"orders.csv": text})).failed(3, "orders.csv", "header")

    @pytest.mark.parametrize("text", [HEAD, HEAD.rstrip(), "\ufeff" + HEAD, HEAD + "\n\n"])
    def test_header_only_is_an_empty_stream(self, folder: Folder, text: str) -> None:
        document = validate(folder(**{"orders.csv": text})).done().document
        assert document["streams"]["orders"]["in"] == 0

    def test_gb18030_is_read_and_said(self, folder: Folder) -> None:
        text = f"shop_id,order_id,paid_at,备注\n{ROW}店铺一,2,2022-06-01 10:00:00\n".encode(
            "gb18030"
        )
        document = validate(folder(**{"orders.csv": text})).done().document
        assert document["streams"]["orders"]["accepted"] == 2
        (notice,) = [n for n in document["notices"] if n["code"] == "encoding_guessed"]
        assert notice["en"] == "orders.csv: not UTF-8, so taken for GB18030"

    def test_bytes_that_are_neither(self, folder: Folder) -> None:
        text = f"{HEAD}S1,2,2022-06-01 10:00:00\nVIP店,3,\n".encode("gb18030")
        spoilt = text.replace(b"VIP", b"\x80VIP")
        line = validate(folder(**{"orders.csv": spoilt})).failed(
            3, "orders.csv, line 3", "shop_id", "VIP", "neither UTF-8 nor GB18030", "save"
        )
        assert "\ufffd" in line  # the value, as far as it can be read

    def test_latin1(self, folder: Folder) -> None:
        text = f"{HEAD}Caf\xe9,1,\n".encode("latin-1")
        validate(folder(**{"orders.csv": text})).failed(3, "line 2", "Caf", "UTF-8")

    def test_wide_encodings(self, folder: Folder) -> None:
        path = folder(**{"orders.csv": (HEAD + ROW).encode("utf-16")})
        assert validate(path).done().document["streams"]["orders"]["accepted"] == 1
        unmarked = folder(**{"orders.csv": (HEAD + ROW).encode("utf-16-le")})
        validate(unmarked).failed(3, "orders.csv", "line 1", "UTF-16", "save it as UTF-8")
        widest = folder(**{"orders.csv": (HEAD + ROW).encode("utf-32")})
        validate(widest).failed(3, "orders.csv", "UTF-32", "save it as UTF-8")

    def test_nul_byte(self, folder: Folder) -> None:
        text = f"{HEAD}{ROW}S1,2\0,2022-06-01 10:00:00\n"
        validate(folder(**{"orders.csv": text})).failed(3, "orders.csv", "line 3", "NUL")

    @pytest.mark.parametrize(
        "text",
        [
            'S1,"1,2022-06-01 10:00:00\nS1,2,2022-06-01 10:00:00\n',
            'S1,1,"2022-06-01 10:00:00\nS1,2,2022-06-01 10:00:00\n',
            'S1,1,2022-06-01 10:00:00\n"',
        ],
    )
    def test_unclosed_quote(self, folder: Folder, text: str) -> None:
        validate(folder(**{"orders.csv": HEAD + text})).failed(3, "orders.csv", "line", "quote")

    def test_unclosed_quote_in_the_header(self, folder: Folder) -> None:
        validate(folder(**{"orders.csv": f'shop_id,"order_id\n{ROW}'})).failed(3, "orders.csv")

    def test_unclosed_quote_before_much_text(self, folder: Folder) -> None:
        text = f'{HEAD}S1,"1,\n{ROW * 8000}'
        validate(folder(**{"orders.csv": text})).failed(3, "orders.csv", "quote")

    def test_duplicate_header(self, folder: Folder) -> None:
        text = f"shop_id,order_id,order_id\n{ROW}"
        validate(folder(**{"orders.csv": text})).failed(3, "orders.csv", "line 1", "order_id")

    def test_missing_required_column(self, folder: Folder) -> None:
        text = "shop_id,oder_id\nS1,1\n"
        validate(folder(**{"orders.csv": text})).failed(
            3, "orders.csv", "no column order_id", "there are: shop_id, oder_id"
        )

    @pytest.mark.parametrize(
        ("header", "guess"),
        [
            ("shop_id,orderid", "did you mean orderid for order_id?"),
            ("shop_id,Order ID", "did you mean Order ID for order_id?"),
            ("shop_id,order-id,note", "did you mean order-id for order_id?"),
            ("shop,order id", "did you mean order id for order_id, shop for shop_id?"),
            ("order_id,shop", "did you mean shop for shop_id?"),
        ],
    )
    @pytest.mark.parametrize("platform", [(), ("--platform", "amazon")])
    def test_a_name_that_is_nearly_that_of_a_column(
        self, folder: Folder, header: str, guess: str, platform: tuple[str, ...]
    ) -> None:
        path = folder(**{"orders.csv": f"{header}\nS1,1\n"})
        shopscore("validate", path, *platform).failed(3, "orders.csv", "no column", guess)

    def test_no_name_is_guessed_that_is_none(self, folder: Folder) -> None:
        path = folder(**{"orders.csv": "shop_id,total,paid_at\nS1,1,\n"})
        said = shopscore("validate", path).failed(3, "no column order_id")
        assert "did you mean" not in said

    def test_semicolons(self, folder: Folder) -> None:
        text = (HEAD + ROW).replace(",", ";")
        document = validate(folder(**{"orders.csv": text})).done().document
        assert document["streams"]["orders"]["accepted"] == 1
        other = text.replace(";", "|")
        validate(folder(**{"orders.csv": other})).failed(
            3, "no column order_id", "shop_id|order_id"
        )

    @pytest.mark.slow
    @pytest.mark.parametrize("stream", ["orders", "reviews"])
    def test_random_bytes(self, folder: Folder, stream: str) -> None:
        rng = random.Random(stream)
        for _ in range(60):
            content = rng.randbytes(rng.randrange(1, 400))
            answer = validate(folder(**{f"{stream}.csv": content}))
            answer.failed(3, f"{stream}.csv")

    @pytest.mark.slow
    def test_random_text(self, folder: Folder) -> None:
        rng = random.Random(4)
        alphabet = [
            "S1",
            "1",
            ",",
            ",",
            ",",
            "\n",
            "\n",
            "\r\n",
            "\r",
            '"',
            "'",
            " ",
            "é",
            "店",
            "\t",
        ]
        alphabet += ["2022-06-01 10:00:00", "-", "\x1f", "\x0b", "\u2028", "\x85", "￼"]
        for _ in range(250):
            body = "".join(rng.choice(alphabet) for _ in range(rng.randrange(40)))
            answer = validate(folder(**{"orders.csv": HEAD + body}))
            if answer.code:
                answer.failed(3, "orders.csv")
            else:
                balanced(answer)

    @pytest.mark.slow
    def test_random_changes(self, folder: Folder) -> None:
        rng = random.Random(9)
        text = (HEAD + ROW * 5).encode()
        for _ in range(150):
            content = bytearray(text)
            for _ in range(rng.randrange(1, 4)):
                content[rng.randrange(len(content))] = rng.randrange(256)
            answer = validate(folder(**{"orders.csv": bytes(content)}))
            if answer.code:
                answer.failed(3, "orders.csv")
            else:
                balanced(answer)


def balanced(answer: Answer) -> None:
    for books in answer.done().document["streams"].values():
        assert books["in"] == books["accepted"] + books["replaced"] + books["set_aside"]


class TestRows:
    """Rows that cannot be used are set aside, cells that can be missed are emptied."""

    def one(
        self, folder: Folder, name: str, text: str, kind: str = "set_aside"
    ) -> tuple[object, ...]:
        answer = validate(folder(**{name: text})).done()
        balanced(answer)
        (cell,) = answer.document[kind]
        assert cell["reason"]
        return tuple(cell[k] for k in ("file", "line", "column", "value"))

    def test_too_long(self, folder: Folder) -> None:
        text = f"{HEAD}S1,2,2022-06-01 10:00:00,extra\n{ROW}"
        assert self.one(folder, "orders.csv", text) == ("orders.csv", 2, None, "extra")

    def test_too_long_after_whole_rows(self, folder: Folder) -> None:
        text = f"{HEAD}{ROW}S1,2,2022-06-01 10:00:00,more, still more\n"
        assert self.one(folder, "orders.csv", text) == ("orders.csv", 3, None, "more, still more")

    def test_too_long_by_an_empty_cell(self, folder: Folder) -> None:
        text = f"{HEAD}{ROW}S1,2,2022-06-01 10:00:00,\n"
        assert self.one(folder, "orders.csv", text)[:3] == ("orders.csv", 3, None)

    def test_too_short_is_no_fault(self, folder: Folder) -> None:
        document = validate(folder(**{"orders.csv": f"{HEAD}S1,2\n"})).done().document
        assert document["streams"]["orders"]["accepted"] == 1

    @pytest.mark.parametrize("value", ["yesterday", "2022-13-01 00:00:00", "2022-06", "44713.5"])
    def test_unreadable_time_that_is_needed(self, folder: Folder, value: str) -> None:
        text = f"{HEAD}{ROW}S1,2,{value}\n"
        assert self.one(folder, "orders.csv", text) == ("orders.csv", 3, "paid_at", value)

    def test_unreadable_time_that_can_be_missed(self, folder: Folder) -> None:
        text = "shop_id,order_id,signed_at\nS1,1,soon\n"
        found = self.one(folder, "orders.csv", text, "repaired")
        assert found == ("orders.csv", 2, "signed_at", "soon")

    @pytest.mark.parametrize("value", ["yes", "2", "-1", "wahr", "t"])
    def test_bad_boolean(self, folder: Folder, value: str) -> None:
        text = f"shop_id,order_id,is_presale\nS1,1,{value}\n"
        found = self.one(folder, "orders.csv", text, "repaired")
        assert found == ("orders.csv", 2, "is_presale", value)

    @pytest.mark.parametrize("value", ["9", "0", "-1", "6", "4.5", "five"])
    def test_rating(self, folder: Folder, value: str) -> None:
        text = f"shop_id,review_id,reviewed_at,rating\nS1,1,2022-06-01 10:00:00,{value}\n"
        assert self.one(folder, "reviews.csv", text) == ("reviews.csv", 2, "rating", value)

    @pytest.mark.parametrize("column", ["service_rating", "logistics_rating"])
    def test_other_ratings(self, folder: Folder, column: str) -> None:
        text = f"shop_id,review_id,reviewed_at,rating,{column}\nS1,1,2022-06-01 10:00:00,5,6\n"
        assert self.one(folder, "reviews.csv", text) == ("reviews.csv", 2, column, "6")

    def test_satisfaction(self, folder: Folder) -> None:
        text = "shop_id,session_id,started_at,satisfaction\nS1,1,2022-06-01 10:00:00,7\n"
        found = self.one(folder, "conversations.csv", text)
        assert found == ("conversations.csv", 2, "satisfaction", "7")

    def test_unknown_enum(self, folder: Folder) -> None:
        text = "shop_id,ticket_id,applied_at,kind\nS1,1,2022-06-01 10:00:00,repair\n"
        assert self.one(folder, "aftersales.csv", text) == ("aftersales.csv", 2, "kind", "repair")

    def test_negative_money(self, folder: Folder) -> None:
        text = "shop_id,order_id,amount\nS1,1,-0.01\n"
        assert self.one(folder, "orders.csv", text) == ("orders.csv", 2, "amount", "-0.01")

    @pytest.mark.parametrize(("row", "column"), [(",1,", "shop_id"), ("S1,,", "order_id")])
    def test_no_key(self, folder: Folder, row: str, column: str) -> None:
        assert self.one(folder, "orders.csv", f"{HEAD}{row}\n") == ("orders.csv", 2, column, None)

    def test_duplicates_are_replaced(self, folder: Folder) -> None:
        document = validate(folder(**{"orders.csv": HEAD + ROW * 4})).done().document
        books = document["streams"]["orders"]
        assert (books["accepted"], books["replaced"], books["set_aside"]) == (1, 3, 0)


class TestParquet:
    def test_that_is_none(self, folder: Folder) -> None:
        validate(folder(**{"orders.parquet": "shop_id,order_id\n"})).failed(3, "orders.parquet")

    def test_empty(self, folder: Folder) -> None:
        validate(folder(**{"orders.parquet": ""})).failed(3, "orders.parquet")

    @pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9, 0.999])
    def test_truncated(self, folder: Folder, share: float) -> None:
        whole = parquet(shop_id=["S1"] * 500, order_id=[str(i) for i in range(500)])
        content = whole[: max(4, int(len(whole) * share))]
        line = validate(folder(**{"orders.parquet": content})).failed(3, "orders.parquet")
        assert "Parquet" in line

    def test_damaged(self, folder: Folder) -> None:
        whole = parquet(shop_id=["S1"] * 500, order_id=[str(i) for i in range(500)])
        rng = random.Random(11)
        for _ in range(40):
            content = bytearray(whole)
            for _ in range(8):
                content[rng.randrange(4, len(content))] = rng.randrange(256)
            answer = validate(folder(**{"orders.parquet": bytes(content)}))
            if answer.code:
                answer.failed(3, "orders.parquet")
            else:
                balanced(answer)

    def test_ids_as_floats(self, folder: Folder) -> None:
        content = parquet(shop_id=["S1"], order_id=[6.9e18])
        validate(folder(**{"orders.parquet": content})).failed(
            3, "orders.parquet", "order_id", "Float64", "text"
        )

    def test_columns_of_an_impossible_type(self, folder: Folder) -> None:
        for column, value in (
            ("paid_at", 5),
            ("amount", [1]),
            ("is_presale", [True]),
            ("buyer_id", b"x"),
        ):
            content = parquet(shop_id=["S1"], order_id=["1"], **{column: [value]})
            validate(folder(**{"orders.parquet": content})).failed(3, "orders.parquet", column)

    def test_missing_column(self, folder: Folder) -> None:
        validate(folder(**{"orders.parquet": parquet(shop_id=["S1"])})).failed(
            3, "orders.parquet", "no column order_id"
        )

    def test_instants_without_a_zone_to_show_them_in(self, folder: Folder) -> None:
        from datetime import UTC, datetime

        content = parquet(
            shop_id=["S1"], order_id=["1"], paid_at=[datetime(2022, 6, 1, tzinfo=UTC)]
        )
        path = folder(**{"orders.parquet": content})
        validate(path).failed(3, "orders.parquet", "paid_at", "zone")
        validate(path, "--platform", "douyin").done()


class TestZone:
    @pytest.mark.parametrize(
        "value", ["2022-06-01T10:00:00+08:00", "2022-06-01 10:00:00Z", "2022-06-01 10:00 +0800"]
    )
    def test_offset_without_a_known_zone(self, folder: Folder, value: str) -> None:
        path = folder(**{"orders.csv": f"{HEAD}{ROW}S1,2,{value}\n"})
        validate(path).failed(3, "orders.csv", "line 3", "paid_at", value, "--tz")

    @pytest.mark.parametrize(
        "zone", ["Shanghai", "Asia", "../../etc/passwd", "GMT+25", "/etc/hosts"]
    )
    def test_no_such_zone(self, folder: Folder, zone: str) -> None:
        path = folder(**{"orders.csv": HEAD + ROW})
        validate(path, "--tz", zone).failed(2, zone, "Asia/Shanghai")


class TestDates:
    @pytest.mark.parametrize(
        "day", ["2024-02-30", "abc", "2024-13-01", "30.06.2024", "10000-01-01"]
    )
    def test_that_are_none(self, events: Path, day: str) -> None:
        shopscore("score", events, "-p", "douyin", "--as-of", day).failed(2, day, "YYYY-MM-DD")

    @pytest.mark.parametrize("day", ["0001-01-01", "2020-12-31", "2023-01-01", "2026-01-14"])
    def test_that_no_rule_set_covers(self, events: Path, day: str) -> None:
        shopscore("score", events, "-p", "douyin", "--as-of", day).failed(
            4, day, "2022: 2021-01-01 to 2022-12-31"
        )

    def test_that_come_after_the_last_rule_set(self, events: Path) -> None:
        card = ("-p", "tmall", "-c", "aftersales")
        shopscore("score", events, *card, "--as-of", "9999-12-31").failed(4, "9999-12-31")

    @pytest.mark.parametrize("day", ["0001-01-01", "0001-04-14", "9999-12-31"])
    def test_at_the_ends_of_the_calendar(self, events: Path, day: str) -> None:
        answer = shopscore("score", events, "-p", "douyin", "-r", "2022", "--as-of", day)
        if answer.code:
            answer.failed(2, day)
        else:
            assert "No shop has a score" in answer.err


class TestNames:
    def score(self, events: Path, *args: str) -> Answer:
        return shopscore("score", events, "--as-of", "2022-07-01", *args)

    def test_platform(self, events: Path) -> None:
        self.score(events, "-p", "duoyin").failed(4, "duoyin", "did you mean douyin?")
        self.score(events, "-p", "nothing like it").failed(4, "nothing like it", "douyin")

    def test_scorecard(self, events: Path) -> None:
        self.score(events, "-p", "douyin", "-c", "experiense").failed(
            4, "experiense", "did you mean experience?"
        )

    def test_rule_set(self, events: Path) -> None:
        self.score(events, "-p", "douyin", "-r", "2021").failed(4, "2021", "did you mean 2022?")
        self.score(events, "-p", "douyin", "-r", "douyin/experience/2021").failed(4, "2021")

    def test_rule_set_file(self, events: Path, tmp_path: Path) -> None:
        self.score(events, "-p", "douyin", "-r", str(tmp_path / "no.toml")).failed(3, "no.toml")
        (tmp_path / "bad.toml").write_text("schema =\n", encoding="utf-8")
        self.score(events, "-p", "douyin", "-r", str(tmp_path / "bad.toml")).failed(
            4, "bad.toml", "TOML", "line 1"
        )
        (tmp_path / "gbk.toml").write_bytes("zh = '店'".encode("gb18030"))
        self.score(events, "-p", "douyin", "-r", str(tmp_path / "gbk.toml")).failed(3, "gbk.toml")

    @pytest.mark.slow
    def test_assumption(self, events: Path) -> None:
        self.score(events, "-p", "douyin", "--assume", "douyin.2022.decay.half_life_day=30").failed(
            2, "half_life_day", "did you mean douyin.2022.decay.half_life_days?"
        )

    def test_format(self, events: Path) -> None:
        self.score(events, "-p", "douyin", "-f", "xml").failed(2, "xml", "json")


class TestAssumptions:
    def score(self, events: Path, *args: object) -> Answer:
        return shopscore("score", events, *WHICH, *args)

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("pair", "words"),
        [
            ("bad_review.max_rating=4", ("bad_review.max_rating", "4", "1 to 3")),
            ("bad_review.max_rating=0", ("1 to 3",)),
            ("bad_review.max_rating=two", ("'two'", "not a number")),
            ("bad_review.max_rating=1.5", ("1.5", "integer")),
            ("bad_review.max_rating=", ("bad_review.max_rating",)),
            ("bad_review.max_rating=none", ("'none'", "not a number")),
            ("decay.half_life_days=6.99", ("7 to 90",)),
            ("decay.half_life_days=NaN", ("decay.half_life_days",)),
            ("decay.half_life_days=inf", ("decay.half_life_days",)),
            ("weight.pickup_rate=-0.1", ("0 to 100",)),
            ("complaint.only_upheld=maybe", ("'maybe'", "true")),
            ("missing.policy=guess", ("guess", "rescale", "require")),
            ("bad_review.max_rating", ("KEY=VALUE",)),
            ("=3", ("KEY=VALUE",)),
        ],
    )
    def test_value(self, events: Path, pair: str, words: tuple[str, ...]) -> None:
        self.score(events, "--assume", pair).failed(2, *words)

    def test_file(self, events: Path, tmp_path: Path) -> None:
        file = tmp_path / "a.toml"
        self.score(events, "--assume-file", file).failed(3, "a.toml")
        file.write_text("bad_review.max_rating = \n", encoding="utf-8")
        self.score(events, "--assume-file", file).failed(3, "a.toml", "line 1")
        file.write_bytes("x = '店'".encode("gb18030"))
        self.score(events, "--assume-file", file).failed(3, "a.toml")
        file.write_text("bad_review.max_ratin = 2\n", encoding="utf-8")
        self.score(events, "--assume-file", file).failed(2, "max_ratin", "did you mean")
        file.write_text("bad_review.max_rating = 9\n", encoding="utf-8")
        self.score(events, "--assume-file", file).failed(2, "9", "1 to 3")
        file.write_text("bad_review.max_rating = [1, 2]\n", encoding="utf-8")
        self.score(events, "--assume-file", file).failed(2, "bad_review.max_rating")


BENCH = "industry,metric,percentile,value\n"


class TestBenchmarks:
    def bench(self, events: Path, file: Path, content: str | bytes) -> Answer:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return shopscore("score", events, *WHICH, "--benchmarks", file)

    @pytest.mark.parametrize(
        ("row", "words"),
        [
            ("food,bad_review_rate,NaN,0.1", ("line 3", "percentile", "'NaN'")),
            ("food,bad_review_rate,0.5,NaN", ("line 3", "value", "'NaN'")),
            ("food,bad_review_rate,0.5,much", ("line 3", "value", "'much'")),
            ("food,bad_review_rate,half,0.1", ("line 3", "percentile", "'half'")),
            ("food,bad_review_rate,2,0.1", ("line 3", "percentile", "'2'", "0 to 1")),
            ("food,bad_review_rate,-0.01,0.1", ("line 3", "percentile", "'-0.01'")),
            ("food,bad_review_rate,0.5,", ("line 3", "value")),
            ("food,bad_review_rate,0.5", ("line 3", "fewer cells")),
            (",bad_review_rate,0.5,1", ("line 3", "industry")),
            ("food,,0.5,1", ("line 3", "metric")),
            ("food,bad_review_rate,1/0,1", ("line 3", "percentile")),
        ],
    )
    def test_cell(self, events: Path, tmp_path: Path, row: str, words: tuple[str, ...]) -> None:
        content = f"{BENCH}*,pickup_rate,0.5,0.9\n{row}\n"
        self.bench(events, tmp_path / "bench.csv", content).failed(3, "bench.csv", *words)

    def test_lines_are_those_of_an_editor(self, events: Path, tmp_path: Path) -> None:
        content = f'{BENCH}\n"*",pickup_rate,0.5,0.9\n\n"two\nlines",pickup_rate,0.5,x\n'
        self.bench(events, tmp_path / "bench.csv", content).failed(3, "line 5", "'x'")

    def test_that_goes_up_and_down(self, events: Path, tmp_path: Path) -> None:
        rows = "*,pickup_rate,0,0.1\n*,pickup_rate,0.9,0.2\n*,pickup_rate,0.5,0.3\n"
        self.bench(events, tmp_path / "bench.csv", BENCH + rows).failed(
            3, "bench.csv", "pickup_rate"
        )

    def test_without_columns(self, events: Path, tmp_path: Path) -> None:
        self.bench(events, tmp_path / "bench.csv", "").failed(3, "bench.csv", "empty")
        self.bench(events, tmp_path / "bench.csv", "\n").failed(3, "bench.csv", "header")
        self.bench(events, tmp_path / "bench.csv", "industry,metric,pct,value\n").failed(
            3, "bench.csv", "no column percentile"
        )

    def test_that_cannot_be_read(self, events: Path, tmp_path: Path) -> None:
        shopscore("score", events, *WHICH, "--benchmarks", tmp_path / "no.csv").failed(3, "no.csv")
        shopscore("score", events, *WHICH, "--benchmarks", tmp_path).failed(3, str(tmp_path))
        content = f"{BENCH}店铺,pickup_rate,0.5,\xff\n".encode("latin-1", "replace")
        self.bench(events, tmp_path / "bench.csv", content).failed(3, "bench.csv", "UTF-8")

    def test_gb18030_and_semicolons(self, events: Path, tmp_path: Path) -> None:
        content = f"{BENCH}店铺,pickup_rate,0.5,0.9\n".replace(",", ";").encode("gb18030")
        answer = self.bench(events, tmp_path / "bench.csv", content).done()
        assert "Note: bench.csv: not UTF-8, so taken for GB18030" in answer.out

    def test_random_bytes(self, events: Path, tmp_path: Path) -> None:
        rng = random.Random(21)
        path = tmp_path / "orders.csv"
        path.write_text(HEAD + ROW, encoding="utf-8")
        for _ in range(30):
            content = BENCH.encode() + rng.randbytes(rng.randrange(1, 100))
            self.bench(path, tmp_path / "bench.csv", content).failed(3, "bench.csv")


VALUES = "shop_id,metric,value,n\n"


class TestValues:
    def values(self, file: Path, content: str | bytes, *args: object) -> Answer:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return shopscore("score", "--values", file, *WHICH, *args)

    @pytest.mark.parametrize(
        ("row", "words"),
        [
            ("S1,bad_reviw_rate,0.1,10", ("metric", "did you mean bad_review_rate?")),
            ("S1,,0.1,10", ("metric",)),
            (",bad_review_rate,0.1,10", ("shop_id",)),
            ("S1,bad_review_rate,low,10", ("value", "'low'", "not a number")),
            ("S1,bad_review_rate,inf,10", ("value", "'inf'")),
            ("S1,bad_review_rate,5,10", ("value", "'5'", "0.05", "5%")),
            ("S1,bad_review_rate,0.1,ten", ("column n", "'ten'")),
            ("S1,bad_review_rate,0.1,-1", ("column n", "'-1'")),
            ("S1,bad_review_rate,0.1,1.5", ("column n", "'1.5'")),
            ("S1,bad_review_rate,0.1,1e30", ("column n", "'1e30'")),
            ("S1,bad_review_rate,1e400,10", ("value", "'1e400'")),
            ("S2,bad_review_rate,0.1,10", ("bad_review_rate", "S2", "twice")),
        ],
    )
    def test_cell(self, tmp_path: Path, row: str, words: tuple[str, ...]) -> None:
        content = f"{VALUES}S2,bad_review_rate,0.1,10\n{row}\n"
        self.values(tmp_path / "v.csv", content).failed(3, "v.csv", "line 3", *words)

    @pytest.mark.parametrize("percentile", ["2", "-0.1", "x"])
    def test_percentile(self, tmp_path: Path, percentile: str) -> None:
        content = f"shop_id,metric,value,n,percentile\nS1,pickup_rate,0.9,5,{percentile}\n"
        self.values(tmp_path / "v.csv", content).failed(
            3, "v.csv", "line 2", "percentile", f"'{percentile}'"
        )

    def test_missing_column(self, tmp_path: Path) -> None:
        self.values(tmp_path / "v.csv", "shop_id,metric,n\nS1,pickup_rate,1\n").failed(
            3, "v.csv", "no column value"
        )

    def test_row_too_long(self, tmp_path: Path) -> None:
        answer = self.values(tmp_path / "v.csv", f"{VALUES}S1,pickup_rate,0.9,5,extra\n")
        answer.failed(3, "v.csv", "line 2", "extra")

    def test_that_cannot_be_read(self, tmp_path: Path) -> None:
        shopscore("score", "--values", tmp_path / "no.csv", *WHICH).failed(3, "no.csv")
        shopscore("score", "--values", tmp_path, *WHICH).failed(3, str(tmp_path))
        self.values(tmp_path / "v.csv", "").failed(3, "v.csv", "empty")
        content = f"{VALUES}店,pickup_rate,0.9,5\n".encode("gb18030") + b"\xff,pickup_rate,1,1\n"
        self.values(tmp_path / "v.csv", content).failed(3, "v.csv", "line 3", "GB18030")

    def test_gb18030(self, tmp_path: Path) -> None:
        content = f"{VALUES}店,pickup_rate,0.9,5\n".encode("gb18030")
        answer = self.values(tmp_path / "v.csv", content, "-f", "json").done()
        assert [shop["shop_id"] for shop in answer.document["shops"]] == ["店"]
        assert "Note: v.csv: not UTF-8, so taken for GB18030" in answer.err

    def test_quotes_that_are_not_escaped_swallow_nothing(self, tmp_path: Path) -> None:
        head = VALUES.strip() + ",industry"
        body = (
            'S1,pickup_rate,0.5,10,"6" a"\nS2,pickup_rate,0.6,10,x\nS3,pickup_rate,0.7,10,"8" a"\n'
        )
        answer = self.values(tmp_path / "v.csv", f"{head}\n{body}", "-f", "json").done()
        found = {shop["shop_id"]: shop["industry"] for shop in answer.document["shops"]}
        assert found == {"S1": '6 a"', "S2": "x", "S3": '8 a"'}

    def test_without_rows(self, tmp_path: Path) -> None:
        line = self.values(tmp_path / "v.csv", VALUES, "-f", "json").failed(3)
        assert line == "Error: v.csv: no row with a value"


class TestHugeNumbers:
    """A number too large to work with must not keep anybody waiting."""

    def refused(self, code: int, *args: object) -> None:
        try:
            answer = process("shopscore", *args, *WHICH, timeout=20)
        except subprocess.TimeoutExpired:
            pytest.fail("still busy after twenty seconds", pytrace=False)
        answer.failed(code)

    @pytest.mark.parametrize(
        "pair",
        [
            "bad_review.max_rating=1e99999999",
            pytest.param("weight.pickup_rate=1e-99999999", marks=pytest.mark.slow),
        ],
    )
    def test_assumption(self, events: Path, pair: str) -> None:
        self.refused(2, "score", events, "--assume", pair)

    @pytest.mark.slow
    @pytest.mark.parametrize("value", ["1e99999999", "1e-99999999"])
    def test_benchmark(self, folder: Folder, value: str) -> None:
        row = f"*,bad_review_rate,0.5,{value}\n"
        path = folder(**{"orders.csv": HEAD + ROW, "bench.csv": BENCH + row})
        self.refused(3, "score", path / "orders.csv", "--benchmarks", path / "bench.csv")

    @pytest.mark.parametrize(
        "cells",
        [
            "1e99999999,10",
            pytest.param("1e-99999999,10", marks=pytest.mark.slow),
            pytest.param("0.1,1e99999999", marks=pytest.mark.slow),
        ],
    )
    def test_value(self, folder: Folder, cells: str) -> None:
        path = folder(**{"v.csv": f"{VALUES}S1,bad_review_rate,{cells}\n"})
        self.refused(3, "score", "--values", path / "v.csv")


#: Of the nine metrics those of which a console shows nothing.
OTHERS = ("quality_return_rate", "delivery_hours", "complaint_rate", "dispute_liability_rate",
          "im_3min_reply_rate", "refund_only_hours", "return_refund_hours")  # fmt: skip


class TestPeers:
    def test_an_industry_of_one(self, folder: Folder) -> None:
        orders = HEAD + "".join(
            f"S{s},{i},2022-06-{i % 28 + 1:02} 10:00:00\n" for s in (1, 2, 3) for i in range(40)
        )
        shops = "shop_id,industry\nS1,food\nS2,food\nS3,alone\n"
        reviews = "shop_id,review_id,reviewed_at,rating\n" + "".join(
            f"S{s},{s}{i},2022-06-02 10:00:00,{1 + (i + s) % 5}\n"
            for s in (1, 2, 3)
            for i in range(7)
        )
        path = folder(**{"orders.csv": orders, "shops.csv": shops, "reviews.csv": reviews})
        answer = shopscore("score", path, *WHICH, "-f", "json").done()
        alone = answer.document["shops"][2]
        assert (alone["status"], alone["score"]) == ("partial", None)
        assert alone["reason"] == "the input of weighted metrics is missing"
        statuses = {m["id"]: m["status"] for m in alone["metrics"]}
        assert "ok" not in statuses.values()
        assert all(d["points"] is None for d in alone["dimensions"])

    def test_one_metric_without_peers(self, tmp_path: Path) -> None:
        file = tmp_path / "v.csv"
        file.write_text(
            f"{VALUES}S1,bad_review_rate,0.1,9\nS2,bad_review_rate,0.2,9\nS1,pickup_rate,0.9,9\n"
            + "".join(f"S1,{id},-,\n" for id in OTHERS),
            encoding="utf-8",
        )
        answer = shopscore("score", "--values", file, *WHICH, "-f", "json").done()
        shop = answer.document["shops"][0]
        metrics = {m["id"]: m for m in shop["metrics"]}
        assert (metrics["pickup_rate"]["status"], metrics["pickup_rate"]["points"]) == (
            "no_peers",
            None,
        )
        assert metrics["pickup_rate"]["value"] == 0.9
        # its points are half of the total, and logistics and pick-up 0.15 of it: of two points
        # of weight 0.65 the other may be 3 to 5
        assert metrics["bad_review_rate"]["weight"] == 0.5
        assert (shop["status"], shop["coverage"]) == ("partial", 0.925)
        assert (shop["score_low_exact"], shop["score_high_exact"]) == ("59/13", "5")


class TestOutput:
    @pytest.mark.parametrize("form", ["table", "json", "csv", "parquet"])
    def test_that_cannot_be_written(self, events: Path, tmp_path: Path, form: str) -> None:
        out = tmp_path / "none" / "out"
        answer = shopscore("score", events, *WHICH, "-f", form, "-o", out)
        answer.failed(3, str(out), "cannot be written")
        answer = shopscore("score", events, *WHICH, "-f", form, "-o", tmp_path)
        answer.failed(3, str(tmp_path), "cannot be written")

    @pytest.mark.parametrize("form", ["table", "json"])
    def test_of_validate(self, events: Path, tmp_path: Path, form: str) -> None:
        out = tmp_path / "none" / "out"
        shopscore("validate", events, "-f", form, "-o", out).failed(
            3, str(out), "cannot be written"
        )

    def test_parquet_without_a_file(self, events: Path) -> None:
        shopscore("score", events, *WHICH, "--format", "parquet").failed(2, "-o FILE")


class TestProcess:
    """Some of the above as a user runs it."""

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            ("", 3),
            (f"{HEAD}S1,1\0,\n", 3),
            (f"{HEAD}店,1,\n".encode("gb18030") + b"\xff,2,\n", 3),
            (HEAD + ROW, 0),
        ],
    )
    def test_exit_code(self, folder: Folder, content: str | bytes, code: int) -> None:
        answer = process("shopscore", "validate", folder(**{"orders.csv": content}))
        assert answer.code == code
        assert "Traceback" not in answer.err
        assert len(answer.err.splitlines()) == (code != 0)
