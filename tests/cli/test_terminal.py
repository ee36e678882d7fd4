"""Nothing that comes from an input steers a terminal: it is shown as an escape, on one line."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopscore.cli.escaping import shown, shown_document
from support.command_line import SCRIPTS, Answer, environment, plugins, shopscore
from support.exports.export_files import needs_excel
from support.unknown_export import LAYOUT

#: A colour, a C1 control, a right-to-left mark, two ends of lines, and the bell.
HOSTILE = "\x1b[31mA\x9b2JB\u202eC\nFAKE\u2028FAKE\x07"
EXPORT = (
    "主订单编号,子订单编号,订单提交时间,支付完成时间,订单应付金额\n1,1,2022-06-01 10:00:00,,5\n"
)
#: The same without what TOML forbids in a text: a document writes that as an escape.
IN_TOML = r"\u001b[31mA\u009b2JB\u202eC\nFAKE\u2028FAKE\u0007"
WHICH = ("-p", "douyin", "-r", "2022", "--as-of", "2022-07-01")
VALUES = ("shop_id", "metric", "value", "n")
SEEN = re.compile(r"\\x1b|\\u001b|\\\\x1b")
#: By hand, from the lists of Unicode: controls, marks of direction, separators of lines.
STEERING = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)

unix = pytest.mark.skipif(sys.platform == "win32", reason="such names of files are for Unix")


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(name: str, *records: tuple[object, ...]) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    with Path(name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(records)
    return name


def events(shop: str = "S1", industry: str = "home", head: str = "note", cell: str = "1") -> str:
    table("in/shops.csv", ("shop_id", "industry"), (shop, industry))
    table("in/orders.csv", ("shop_id", "order_id", "paid_at", head), (shop, "1", cell, "x"))
    return "in"


def values(**cells: object) -> str:
    row = {"shop_id": "S1", "metric": "bad_review_rate", "value": 0.5, "n": 9} | cells
    return table("values.csv", VALUES, tuple(row[name] for name in VALUES))


def file(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def zipped(member: str) -> str:
    with zipfile.ZipFile("x.zip", "w") as archive:
        archive.writestr(member, "甲,乙\n1,2\n")
    return "x.zip"


def workbook(title: str) -> str:
    """A sheet whose title is put into the file afterwards: no program writes such a one."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "TITLE"
    for sheet in (book.active, book.create_sheet("other")):
        sheet.append(["甲", "乙"])
    book.save("plain.xlsx")
    escaped = "".join(f"&#{ord(c)};" if ord(c) > 31 or c == "\n" else "" for c in title)
    with zipfile.ZipFile("plain.xlsx") as old, zipfile.ZipFile("x.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"TITLE", escaped.encode()))
    return "x.xlsx"


def layout(**changes: str) -> str:
    text = LAYOUT
    for old, new in changes.items():
        text = text.replace(*{"label": ('"mine"', f'"{new}"'), "key": ("paid_at", f'"{new}"')}[old])
    return file("own.toml", text)


def score(*args: object) -> Answer:
    return shopscore("score", *args, *WHICH)


def by_values(*args: object) -> Answer:
    return score("--values", *args)


def own_rules(text: str) -> Answer:
    rules = file("own.toml", f'extends = "douyin/experience/2022"\nversion = "mine"\n{text}')
    return shopscore("score", "--values", values(), "-p", "douyin", "-r", rules)


def named(name: str, text: str = "甲,乙\n1,2\n") -> str:
    Path("in").mkdir(exist_ok=True)
    return file(f"in/{name}", text)


#: Every way from an input to the terminal, and the exit code where only one is right.
WAYS: dict[str, Callable[[], Answer]] = {
    "a shop": lambda: score(events(shop=HOSTILE)),
    "an industry": lambda: score(events(industry=HOSTILE)),
    "the title of a shop": lambda: score(events(shop=HOSTILE), "--shop", HOSTILE),
    "the industry of a shop": lambda: score(events(industry=HOSTILE), "--shop", "S1"),
    "an unknown shop": lambda: score(events(), "--shop", HOSTILE),
    "shops that are known": lambda: score(events(shop=HOSTILE), "--shop", "zzz"),
    "--shop-id": lambda: score(file("x.csv", EXPORT), "--shop-id", HOSTILE),
    "--shop-type": lambda: score(events(), "--shop-type", HOSTILE),
    "a time": lambda: shopscore("validate", events(cell=HOSTILE)),
    "a time of a strict run": lambda: score(events(cell=HOSTILE), "--strict"),
    "a header": lambda: shopscore("validate", events(head=HOSTILE)),
    "a header that is looked at": lambda: shopscore("inspect", file("x.csv", f'"{HOSTILE}",b\n1,2\n')),
    "headers of a draft": lambda: shopscore("inspect", file("x.csv", f'"{HOSTILE}",b\n1,2\n'), "--draft"),
    "a shop of values": lambda: by_values(values(shop_id=HOSTILE)),
    "a metric of values": lambda: by_values(values(metric=HOSTILE)),
    "a value": lambda: by_values(values(value=HOSTILE)),
    "a count": lambda: by_values(values(n=HOSTILE)),
    "a metric of benchmarks": lambda: by_values(
        values(), "--benchmarks", table("b.csv", ("industry", "metric", "value", "percentile"), ("*", HOSTILE, 1, 1))
    ),
    "a metric of standards": lambda: by_values(
        values(), "--standards", table("s.csv", ("industry", "metric", "standard"), ("*", HOSTILE, 1))
    ),
    "a key of rules": lambda: own_rules(f'"{IN_TOML}" = 1\n'),
    "a word of rules": lambda: own_rules(f'status = "{IN_TOML}"\n'),
    "a key of numbers": lambda: by_values(values(), "--numbers", file("n.toml", f'"{IN_TOML}" = 1\n')),
    "a key of assumptions": lambda: by_values(
        values(), "--assume-file", file("a.toml", f'"{IN_TOML}" = 1\n')
    ),
    "a value of an assumption": lambda: by_values(values(), "--assume", f"decay.half_life_days={HOSTILE}"),
    "an unknown assumption": lambda: by_values(values(), "--assume", f"{HOSTILE}=1"),
    "an assumption without a value": lambda: by_values(values(), "--assume", HOSTILE),
    "a key of a layout": lambda: shopscore("validate", named("x.csv"), "--layout", layout(key=IN_TOML)),
    "the label of a layout": lambda: shopscore(
        "inspect", file("x.csv", "流水号,付款时刻,怎么取消\n1,,\n"), "--layout", layout(label=IN_TOML)
    ),
    "a zone": lambda: score(events(), "--tz", HOSTILE),
    "a day": lambda: shopscore("score", events(), "-p", "douyin", "--as-of", HOSTILE),
    "a day of rules": lambda: plugins("rules", "douyin", "--on", HOSTILE),
    "a platform": lambda: shopscore("score", events(), "-p", HOSTILE),
    "a platform of rules": lambda: plugins("rules", HOSTILE),
    "a scorecard": lambda: shopscore("score", events(), "-p", "douyin", "-c", HOSTILE),
    "a rule set": lambda: shopscore("score", events(), "-p", "douyin", "-r", HOSTILE),
    "a plugin": lambda: plugins("show", HOSTILE),
    "a plugin to check": lambda: plugins("check", HOSTILE),
    "a new plugin": lambda: plugins("new", HOSTILE),
    "a command": lambda: shopscore(HOSTILE),
    "an option": lambda: shopscore("score", f"--{HOSTILE}"),
    "a number": lambda: shopscore("sample", "out", "--orders", HOSTILE),
    "a form": lambda: score(events(), "-f", HOSTILE),
    "the end of a sample": lambda: shopscore("sample", "out", "--end", HOSTILE),
    "an absent input": lambda: score(HOSTILE),
    "an absent file of values": lambda: by_values(HOSTILE),
    "an absent layout": lambda: score(events(), "--layout", HOSTILE),
    "JSON": lambda: score(events(shop=HOSTILE), "-f", "json"),
    "JSON of the books": lambda: shopscore("validate", events(cell=HOSTILE), "-f", "json"),
}  # fmt: skip
#: Those with names of files or their parts.
NAMES: dict[str, Callable[[], Answer]] = {
    "a file beside": lambda: (events(), named(HOSTILE + ".csv"), score("in"))[-1],
    "a canonical file": lambda: shopscore("validate", named(HOSTILE + ".csv", "shop_id\n")),
    "a folder": lambda: score((events(), table(f"in/{HOSTILE}/y.csv", ("x",), ("1",)), "in")[-1]),
    "a member of an archive": lambda: shopscore("inspect", zipped(HOSTILE + ".csv")),
    "the title of a worksheet": lambda: shopscore("inspect", workbook(HOSTILE)),
    "-o that cannot be written": lambda: by_values(values(), "-f", "json", "-o", f"none/{HOSTILE}"),
    "-o of no known form": lambda: by_values(values(), "-o", f"x.{HOSTILE}"),
    "-o that is an input": lambda: by_values(Path(values()).rename(HOSTILE), "-f", "csv", "-o", HOSTILE),
    "a quarantine": lambda: score(events(cell="yesterday"), "--quarantine", HOSTILE),
    "a sample": lambda: shopscore("sample", HOSTILE, "--orders", 40),
    "a file of numbers": lambda: by_values(values(), "--numbers", HOSTILE),
    "a file of rules": lambda: shopscore("score", events(), "-p", "douyin", "-r", file(HOSTILE + ".toml", "x")),
}  # fmt: skip


def is_harmless(text: str) -> None:
    assert not STEERING.search(text), ascii(text)
    assert not [line for line in text.splitlines() if line.strip(" │|").startswith("FAKE")]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_read_or_typed(way: str) -> None:
    answer = WAYS[way]()
    assert answer.code in (0, 1, 2, 3, 4), answer.err
    is_harmless(answer.out + answer.err)
    assert SEEN.search(answer.out + answer.err), "it is shown at all"


@unix
@pytest.mark.parametrize("way", NAMES)
def test_names_of_files(way: str) -> None:
    if "worksheet" in way:
        needs_excel()
    answer = NAMES[way]()
    assert answer.code in (0, 1, 2, 3, 4), answer.err
    is_harmless(answer.out + answer.err)
    seen = r"\\u202e" if "worksheet" in way else SEEN  # XML has no escape
    assert re.search(seen, answer.out + answer.err), "it is shown at all"


def test_an_industry_of_the_reported_folder() -> None:
    """The files of a reliability run: an industry that turned a terminal red."""
    source = Path("/work/shared/data/faults/06-terminal-escapes/ind")
    text = 'shop_id,industry,shop_type\nS1,"\x1b]0;owned\x07\x1b[31mred",normal\n'
    folder = source if source.exists() else Path(named("shops.csv", text)).parent
    answer = shopscore("score", folder, *WHICH).done()
    is_harmless(answer.out + answer.err)
    assert r"\x1b" in answer.out


def test_json_says_the_same_as_before() -> None:
    answer = score(events(shop=HOSTILE, industry="甲\x85😀"), "-f", "json").done()
    (shop,) = answer.document["shops"]
    assert (shop["shop_id"], shop["industry"]) == (HOSTILE, "甲\x85😀")
    assert "甲\\u0085😀" in answer.out, "what can be seen is not escaped"


def test_csv_holds_what_was_read() -> None:
    answer = score(events(shop="S\x1b[31m\n\u202e1"), "-f", "csv", "-o", "x.csv").done()
    is_harmless(answer.err)
    (row,) = csv.DictReader(io.StringIO(Path("x.csv").read_text("utf-8"), newline=""))
    assert row["shop_id"] == "S\x1b[31m\n\u202e1"


@unix
@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "table", "json"])
def test_at_a_terminal(form: str) -> None:
    """Csv as well: only a pipe or a file gets it as it is."""
    import pty

    person, terminal = pty.openpty()
    running = subprocess.Popen(
        [SCRIPTS / "shopscore", "score", events(shop="S\x1b[31m\x9b\u202e1"), *WHICH, "-f", form],
        stdout=terminal,
        stderr=subprocess.DEVNULL,
        env=environment(TERM="dumb"),
    )
    os.close(terminal)
    seen = b""
    try:
        while block := os.read(person, 4096):
            seen += block
    except OSError:  # the end of a terminal is an error on Linux
        pass
    os.close(person)
    assert running.wait(timeout=60) == 0
    is_harmless(seen.decode().replace("\r\n", "\n"))
    assert SEEN.search(seen.decode())


@given(st.text())
def test_shown_is_one_line_of_signs_that_can_be_seen(text: str) -> None:
    assert not STEERING.search(shown(text))
    assert len(shown(text).splitlines()) <= 1
    shown(text).encode()


@given(st.dictionaries(st.text(), st.text(st.characters(exclude_categories=()))))
def test_a_document_keeps_its_content(content: dict[str, str]) -> None:
    text = shown_document(json.dumps(content, ensure_ascii=False, indent=2))
    assert json.loads(text) == content
    assert not STEERING.search(text)
    text.encode()


def test_what_people_write_stays() -> None:
    for text in ("店铺 体验分 4.5 – “好” … ×", "Ünïcödé", "😀", r"C:\new\x", "ไทย"):
        assert shown(text) == text
        assert pl.Series([shown(text)])[0] == text
