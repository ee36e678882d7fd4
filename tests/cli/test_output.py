"""Where data goes: ``-o``, ``--format`` and ``--bom``; nothing of the user's is written over."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import shopscore as ss
from shopscore.results.documents import dumped
from shopscore.results.workbooks import MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, workbook
from support.command_line import SCRIPTS, Answer, environment, plugins, python, shopscore
from support.exports.export_files import needs_excel
from support.unknown_export import LAYOUT, UNKNOWN

Folder = Callable[..., Path]
WHICH = ("-p", "douyin", "-r", "2022", "--as-of", "2022-07-01")
NAMES = {"platform": "douyin", "scorecard": "experience", "ruleset": "2022"}
ORDERS = "shop_id,order_id,paid_at\nS1,1,2022-06-01 10:00:00\nS1,2,never\n"
VALUES = "shop_id,metric,value,n\nS1,bad_review_rate,0.1,9\n"
unix = pytest.mark.skipif(sys.platform == "win32", reason="links and devices of Unix")


@pytest.fixture(scope="module")
def result(events: Path) -> ss.Result:
    return ss.score(events, platform="douyin", ruleset="2022", as_of="2022-07-01")


def score(*args: object) -> Answer:
    return shopscore("score", *args, *WHICH)


def cells(path: Path) -> list[list[Any]]:
    from openpyxl import load_workbook

    sheet = load_workbook(path)["scores"]
    return [[cell.value for cell in row] for row in sheet.rows]


class TestEndings:
    @pytest.mark.parametrize(
        ("name", "start"),
        [
            ("x.json", b"{"),
            ("x.JSON", b"{"),
            ("x.csv", b"platform,"),
            ("x.Csv", b"platform,"),
            ("x.parquet", b"PAR1"),
            ("x.xlsx", b"PK"),
            ("x.txt", b"shop "),
            ("x", b"shop "),
            ("x.2022", b""),
        ],
    )
    def test_say_the_form(self, events: Path, tmp_path: Path, name: str, start: bytes) -> None:
        answer = score(events, "-o", tmp_path / name)
        if not start:
            answer.failed(2, ".2022", "--format", "csv", "xlsx")
            return
        assert answer.done().out == ""
        assert (tmp_path / name).read_bytes().startswith(start)

    @pytest.mark.parametrize("name", ["x.xls", "x.html", "x.csv.gz", "x.toml", "x.jsn", "x.pdf"])
    def test_unknown_ones_are_refused(self, events: Path, tmp_path: Path, name: str) -> None:
        ending = name.rpartition(".")[2]
        score(events, "-o", tmp_path / name).failed(2, name, f".{ending};", "--format")
        assert not [*tmp_path.iterdir()]

    def test_that_are_named_by_a_format(self, events: Path, tmp_path: Path) -> None:
        score(events, "-f", "csv", "-o", tmp_path / "x.dat").done()
        assert (tmp_path / "x.dat").read_text("utf-8").startswith("platform,")

    @pytest.mark.parametrize("name", ["x.csv", "x.parquet", "x.xlsx"])
    def test_of_commands_with_fewer_forms(self, events: Path, tmp_path: Path, name: str) -> None:
        for answer in (
            shopscore("validate", events, "-o", tmp_path / name),
            plugins("list", "-o", tmp_path / name),
            plugins("rules", "douyin", "-o", tmp_path / name),
        ):
            answer.failed(2, name, "table, json")
        assert not [*tmp_path.iterdir()]

    def test_toml_where_toml_is_written(self, folder: Folder, tmp_path: Path) -> None:
        path = folder(**{"x.csv": UNKNOWN}) / "x.csv"
        shopscore("inspect", path, "-o", tmp_path / "x.toml").failed(2, ".toml")
        shopscore("inspect", path, "--draft", "-o", tmp_path / "x.toml").done()
        rules = ("rules", "kuaishou", "-c", "experience", "-r", "2023")
        plugins(*rules, "-o", tmp_path / "y.toml").failed(2, ".toml")
        plugins(*rules, "--missing", "-o", tmp_path / "y.toml").done()
        assert {p.name for p in tmp_path.glob("*.toml")} == {"x.toml", "y.toml"}


class TestStandardOutput:
    @pytest.mark.parametrize("form", ["table", "json", "csv"])
    def test_by_name(self, events: Path, form: str) -> None:
        assert score(events, "-f", form, "-o", "-") == score(events, "-f", form).done()
        assert not Path("-").exists()

    @pytest.mark.slow
    @pytest.mark.parametrize("form", ["parquet", "xlsx"])
    def test_of_bytes(self, events: Path, form: str, result: ss.Result) -> None:
        done = subprocess.run(
            [SCRIPTS / "shopscore", "score", events, *WHICH, "-f", form, "-o", "-"],
            stdout=subprocess.PIPE,
            env=environment(),
            timeout=60,
            check=True,
        )
        if form == "parquet":
            assert_frame_equal(pl.read_parquet(io.BytesIO(done.stdout)), result.to_polars())
        else:
            assert zipfile.ZipFile(io.BytesIO(done.stdout)).testzip() is None

    @pytest.mark.parametrize("form", ["parquet", "xlsx"])
    def test_bytes_are_not_written_there_unasked(self, events: Path, form: str) -> None:
        assert score(events, "-f", form).failed(2, f"--format {form} needs -o FILE")

    @unix
    def test_a_device(self, events: Path) -> None:
        score(events, "-f", "json", "-o", "/dev/null").done()
        assert Path("/dev/null").is_char_device()


class TestInputs:
    """``-o`` refuses what is read, by whatever name."""

    def kept(self, target: Path, run: Callable[[], Answer], said: str = "is an input") -> None:
        before = target.read_bytes()
        run().failed(2, str(target), said)
        assert target.read_bytes() == before

    def test_values(self, folder: Folder) -> None:
        path = folder(**{"v.csv": VALUES}) / "v.csv"
        self.kept(path, lambda: score("--values", path, "-o", path))

    @pytest.mark.parametrize("form", ["table", "json", "csv", "parquet", "xlsx"])
    def test_a_file_of_a_folder(self, folder: Folder, form: str) -> None:
        path = folder(**{"orders.csv": ORDERS})
        target = path / "orders.csv"
        said = "is an input" if form == "csv" else f"another form than --format {form}"
        self.kept(target, lambda: score(path, "-f", form, "-o", target), said)

    @pytest.mark.parametrize("form", ["table", "json"])
    def test_of_validate(self, folder: Folder, form: str) -> None:
        path = folder(**{"orders/a.csv": ORDERS, "orders/b.csv": ORDERS})
        target = path / "orders" / "b.csv"
        self.kept(target, lambda: shopscore("validate", path, "-f", form, "-o", target))

    def test_of_inspect(self, folder: Folder) -> None:
        path = folder(**{"x.csv": UNKNOWN}) / "x.csv"
        self.kept(path, lambda: shopscore("inspect", path, "-f", "json", "-o", path))
        self.kept(path, lambda: shopscore("inspect", path, "--draft", "-f", "table", "-o", path))

    def test_an_export_in_the_folder_of_its_shop(self, folder: Folder) -> None:
        export = "主订单编号,子订单编号,订单提交时间,支付完成时间,订单应付金额\n1,1,,,5\n"
        path = folder(**{"甲/订单.csv": export})
        target = path / "甲" / "订单.csv"
        self.kept(target, lambda: score(path, "-o", target))

    @pytest.mark.parametrize("option", ["--layout", "--numbers", "--benchmarks", "--standards", "--assume-file", "-r"])  # fmt: skip
    def test_files_of_options(self, folder: Folder, option: str) -> None:
        path = folder(**{"orders.csv": ORDERS, "other": LAYOUT})
        target = path / "other"
        which = [w for w in WHICH if option != "-r" or w not in ("-r", "2022")]
        args = ("score", path, *which, option, target, "-f", "json", "-o", target)
        self.kept(target, lambda: shopscore(*args))

    def test_files_of_diff(self, folder: Folder) -> None:
        rules = 'extends = "douyin/experience/2022"\nversion = "mine"\n'
        path = folder(**{"own.toml": rules}) / "own.toml"
        self.kept(path, lambda: plugins("diff", "douyin", "2022", path, "-f", "json", "-o", path))

    @unix
    def test_by_another_name(
        self, folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = folder(**{"orders.csv": ORDERS, "v.csv": VALUES})
        (tmp_path / "link.csv").symlink_to(path / "orders.csv")
        self.kept(tmp_path / "link.csv", lambda: score(path, "-o", tmp_path / "link.csv"))
        monkeypatch.chdir(path)
        dotted = Path("..") / "in" / "v.csv"
        self.kept(dotted, lambda: score("--values", "v.csv", "-o", dotted))

    def test_an_old_result_beside_the_inputs_is_none(self, folder: Folder) -> None:
        path = folder(**{"orders.csv": ORDERS})
        for _ in range(2):
            score(path, "-o", path / "scores.json").done()

    def test_a_word_that_is_also_a_file_is_none(
        self, folder: Folder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(folder(**{"orders.csv": ORDERS, "S1": "mine"}))
        score(".", "--shop", "S1", "-f", "json", "-o", "S1").done()


class TestPlaces:
    def test_a_sample_leaves_files_alone(self, folder: Folder) -> None:
        path = folder(**{"orders.csv": ORDERS})
        shopscore("sample", path, "--orders", 40).failed(3, str(path), "not empty")
        assert [p.read_text("utf-8") for p in path.iterdir()] == [ORDERS]

    def test_a_sample_says_so_before_it_is_made(self, folder: Folder) -> None:
        path = folder(x="")
        shopscore("sample", path, "--orders", "-1").failed(3, "not empty")

    def test_a_new_package(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        plugins("new", "mine").done()
        module = tmp_path / "shopscore-mine" / "src" / "shopscore_mine" / "__init__.py"
        module.write_text("# my work\n", encoding="utf-8")
        plugins("new", "mine").failed(3, "shopscore-mine", "not empty")
        assert module.read_text("utf-8") == "# my work\n"
        (tmp_path / "shopscore-other").mkdir()
        plugins("new", "other").done()
        assert (tmp_path / "shopscore-other" / "pyproject.toml").exists()

    @pytest.mark.skipif(not Path("/sys/kernel").exists(), reason="a folder of the kernel")
    def test_that_take_nothing(self, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
        path = folder(**{"orders.csv": ORDERS})
        score(path, "-o", "/sys/x.json").failed(3, "/sys/x.json: cannot be written")
        score(path, "--quarantine", "/sys/x").failed(3, "/sys/x/orders.csv: cannot be written")
        shopscore("sample", "/sys/x", "--orders", 40).failed(3, "/sys/x: cannot be written")
        monkeypatch.chdir("/sys")
        plugins("new", "mine").failed(3, "shopscore-mine: cannot be written")


#: No bytecode is kept under the limit: Python 3.11 would keep the half of it that has room.
LIMITED = """
import resource, sys
sys.dont_write_bytecode = True
sys.argv = ["shopscore", *sys.argv[1:]]
from shopscore.cli.main import main
import shopscore.cli.plugins
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
main()
"""


@unix
class TestFullDisk:
    """A process that may write little: the old file stays, and nothing is left half written."""

    @pytest.mark.parametrize(
        "form",
        [
            "json",
            "xlsx",
            *(pytest.param(f, marks=pytest.mark.slow) for f in ("table", "csv", "parquet")),
        ],
    )
    def test_an_old_result_survives(self, events: Path, tmp_path: Path, form: str) -> None:
        target = tmp_path / "x"
        target.write_text("old")
        answer = python(
            LIMITED.format(limit=700), "score", events, *WHICH, "-f", form, "-o", target
        )
        answer.failed(3, f"{target}: cannot be written: File too large")
        assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]

    def test_a_quarantine_is_written_whole(self, folder: Folder) -> None:
        """Of two files one has room: neither is written, and the next attempt finds no half."""
        many = "".join(f"S1,{n},never\n" for n in range(99))
        path = folder(**{"orders.csv": ORDERS, "complaints.csv": f"shop_id,complaint_id,complained_at\n{many}"})  # fmt: skip
        aside = path.parent / "new" / "aside"
        args = ("score", path, *WHICH, "--quarantine", aside)
        python(LIMITED.format(limit=700), *args).failed(3, "complaints.csv: cannot be written")
        assert [p.name for p in path.parent.iterdir()] == ["in"]
        shopscore(*args).done()
        assert {p.name for p in aside.iterdir()} == {"orders.csv", "complaints.csv"}

    def test_a_sample(self, tmp_path: Path) -> None:
        args = ("sample", tmp_path / "a" / "b", "--orders", 400)
        python(LIMITED.format(limit=9000), *args).failed(3, "b: cannot be written")
        assert not [*tmp_path.iterdir()]
        shopscore(*args).done()

    def test_a_package(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        code = LIMITED.format(limit=900).replace("main()", "shopscore.cli.plugins.main()")
        python(code, "new", "mine").failed(3, "shopscore-mine: cannot be written")
        assert not [*tmp_path.iterdir()]
        plugins("new", "mine").done()


class TestCsv:
    def test_a_mark_for_excel(self, events: Path, tmp_path: Path) -> None:
        plain = score(events, "-f", "csv").done().out
        assert score(events, "-f", "csv", "--bom").done().out == f"\ufeff{plain}"
        score(events, "-o", tmp_path / "x.csv", "--bom").done()
        assert (tmp_path / "x.csv").read_bytes() == b"\xef\xbb\xbf" + plain.encode()

    @pytest.mark.parametrize("form", ["table", "json", "parquet", "xlsx"])
    def test_a_mark_is_for_csv(self, events: Path, tmp_path: Path, form: str) -> None:
        score(events, "--bom", "-f", form, "-o", tmp_path / "x").failed(2, "--bom", form)

    def test_a_score_is_no_date(self, events: Path, result: ss.Result) -> None:
        """Neither 9/2 nor 527/150 (in 1 to 5 parts of a day or year): no cell is ``N/N``."""
        rows = list(csv.DictReader(io.StringIO(score(events, "-f", "csv").done().out)))
        assert not [c for row in rows for c in row.values() if re.match(r"\s*\d+/\d+", c)]
        exact = {s.shop_id: s.score_exact for s in result}
        assert any("/" in (text or "") for text in exact.values())
        for row in rows:
            assert row["score_exact"].removeprefix("'") == (exact[row["shop_id"]] or "")

    def test_python_has_fractions(self, result: ss.Result) -> None:
        for texts in (
            result.to_polars()["score_exact"],
            result.score_exact,
            [s["score_exact"] for s in result.to_dict()["shops"]],
            [s.score_exact for s in result],
        ):
            assert [Fraction(t) for t in texts if t] == [Fraction(t) for t in result.score_exact if t]  # fmt: skip


class TestRowsSayWhatTheyAre:
    @pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
    def test_in_every_file(self, events: Path, tmp_path: Path, form: str) -> None:
        target = tmp_path / f"x.{form}"
        score(events, "-o", target, "--shop", "S0002", "--shop", "S0001").done()
        if form == "csv":
            head, *rows = csv.reader(io.StringIO(target.read_text("utf-8")))
            day: Any = "2022-07-01"
        elif form == "xlsx":
            needs_excel()
            (head, *rows), day = cells(target), datetime(2022, 7, 1)
        else:
            frame, day = pl.read_parquet(target), date(2022, 7, 1)
            head, rows = frame.columns, [list(row) for row in frame.rows()]
        assert head[:5] == ["platform", "scorecard", "ruleset", "as_of", "shop_id"]
        known = ["douyin", "experience", "2022", day]
        assert [row[:5] for row in rows] == [[*known, "S0001"], [*known, "S0002"]]


class TestWorkbook:
    def test_holds_the_frame(self, events: Path, tmp_path: Path, result: ss.Result) -> None:
        needs_excel()
        score(events, "-o", tmp_path / "x.xlsx").done()
        head, *rows = cells(tmp_path / "x.xlsx")
        frame = result.to_polars()
        assert head == frame.columns
        for name in ("score_exact", "status", "pickup_rate.n", "score"):
            place = head.index(name)
            assert [row[place] for row in rows] == frame[name].to_list()
        place = head.index("bad_review_rate.value")  # of which sixteen digits are written
        assert [row[place] for row in rows] == pytest.approx(
            frame["bad_review_rate.value"].to_list(), rel=1e-15
        )
        place = head.index("tiers")
        assert [row[place] or "" for row in rows] == [";".join(t) for t in frame["tiers"]]

    def test_says_what_to_know(self, events: Path, tmp_path: Path, result: ss.Result) -> None:
        needs_excel()
        from openpyxl import load_workbook

        score(events, "-o", tmp_path / "x.xlsx").done()
        head, *rows = load_workbook(tmp_path / "x.xlsx")["notices"].values
        assert head == ("code", "stream", "metrics", "shops", "shop_ids", "en", "zh")
        assert [(row[0], row[5], row[6]) for row in rows] == [
            (n.code, n.text("en"), n.text("zh")) for n in result.notices
        ]

    def test_texts_stay_texts(self, tmp_path: Path) -> None:
        """No formula, no number, no link, no date; spreadsheets need no mark in a workbook."""
        needs_excel()
        from openpyxl import load_workbook

        ids = ["=1+1", "＝1", "-1", "9/2", "6921738301234567001", "http://x.example", "007", "1e5"]
        frame = pl.DataFrame({"shop_id": ids, "n": range(len(ids))})
        (tmp_path / "x.xlsx").write_bytes(workbook(frame, ()))
        sheet, _ = load_workbook(tmp_path / "x.xlsx").worksheets
        found = [row[0] for row in sheet.iter_rows(min_row=2)]
        assert [cell.value for cell in found] == ids
        assert {cell.data_type for cell in found} == {"s"}
        assert not [cell for cell in found if cell.hyperlink]

    def test_is_read_by_what_reads_exports(self, tmp_path: Path) -> None:
        needs_excel()
        from python_calamine import CalamineWorkbook

        frame = pl.DataFrame({"as_of": [date(2022, 7, 1)], "x": [0.1], "t": ["甲"], "e": [None]})
        (tmp_path / "x.xlsx").write_bytes(workbook(frame, ()))
        sheet = CalamineWorkbook.from_path(tmp_path / "x.xlsx").get_sheet_by_index(0)
        assert sheet.to_python() == [["as_of", "x", "t", "e"], [date(2022, 7, 1), 0.1, "甲", ""]]

    def test_no_shop_at_all(self) -> None:
        assert workbook(pl.DataFrame(schema={"shop_id": pl.String, "score": pl.Float64}), ())

    def test_what_it_cannot_hold_is_refused(self) -> None:
        long = pl.DataFrame({"a": ["x" * (MOST_CHARACTERS + 1)]})
        high = pl.DataFrame({"a": pl.repeat(1, MOST_ROWS, eager=True)})
        wide = pl.DataFrame({str(n): [1] for n in range(MOST_COLUMNS + 1)})
        for frame, words in ((long, "32768 characters"), (high, "1048576 rows"), (wide, "16385")):
            with pytest.raises(ss.InputError, match=f"{words}.*take CSV or Parquet"):
                workbook(frame, ())

    def test_without_its_package(self, events: Path, tmp_path: Path) -> None:
        code = "import sys; sys.modules['xlsxwriter'] = None\nfrom shopscore.cli.main import main; main()"
        answer = python(code, "score", events, *WHICH, "-o", tmp_path / "x.xlsx")
        answer.failed(2, 'pip install "shopscore[excel]"')
        assert not [*tmp_path.iterdir()]


def test_json_has_no_nan() -> None:
    nan, infinite = float("nan"), float("inf")
    text = dumped({"a": nan, "b": [infinite, {"c": -infinite}], "d": (1.5, "NaN"), "e": None})
    assert text.split() == ['{', '"a":', 'null,', '"b":', '[', 'null,', '{', '"c":', 'null', '}', '],', '"d":', '[', '1.5,', '"NaN"', '],', '"e":', 'null', '}']  # fmt: skip
