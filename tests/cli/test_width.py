"""What a person sees fits the width that there is, and no number is broken for it."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import shopscore as ss
from shopscore.cli.fitting import Column, fit, indented, lines_of, wrap
from support.command_line import Answer, plugins, process, shopscore

DAY = ("--as-of", "2022-07-01")
WHICH = ("-p", "douyin", "-r", "2022", *DAY)
NAMES = [f"{c.name}/{v}" for p in ss.platforms() for c in p.scorecards for v in c.versions]
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?%?")


def widest(out: str) -> int:
    return max(cell_len(line) for line in out.splitlines())


@pytest.fixture(params=["en", "zh"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["60", "80", "132"])
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("COLUMNS", request.param)
    return int(request.param)


@pytest.fixture
def eighty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("eighty")
class TestEveryRuleSet:
    def test_scores(self, name: str, lang: str, events: Path) -> None:
        platform, card, version = name.split("/")
        score = ("score", events, "-p", platform, "-c", card, "-r", version, *DAY, "--lang", lang)
        for more in ((), ("--shop", "S0001")):
            out = shopscore(*score, *more).done().out
            assert widest(out) <= 80
            assert "S0001" in out

    def test_rules(self, name: str, lang: str) -> None:
        platform, card, version = name.split("/")
        out = plugins("rules", platform, "-c", card, "-r", version, "--lang", lang).done().out
        assert widest(out) <= 80


class TestPages:
    def test_of_files(self, lang: str, width: int, events: Path) -> None:
        for command in ("validate", "inspect"):
            assert widest(shopscore(command, events, "--lang", lang).done().out) <= width

    def test_of_plugins(self, lang: str, width: int) -> None:
        pages = (
            ("list",),
            ("show", "tmall"),
            ("diff", "tmall", "2025-06-30", "2026-03-16"),
        )
        for page in pages:
            assert widest(plugins(*page, "--lang", lang).done().out) <= width

    def test_of_moves(self, lang: str, width: int, events: Path) -> None:
        page = ("diff", "kuaishou", "2023", "2025-inferred", "--events", events, *DAY)
        assert widest(plugins(*page, "--lang", lang).done().out) <= width


@pytest.mark.slow
@pytest.mark.parametrize("env", [{}, {"COLUMNS": "80"}])
def test_of_a_pipe_is_80(env: dict[str, str]) -> None:
    for tongue in ("en", "zh"):
        answer: Answer = process("shopscore", "demo", "--lang", tongue, **env).done()
        assert widest(answer.out + answer.err) <= 80


def test_of_a_file_is_that_of_the_page(events: Path, tmp_path: Path) -> None:
    page = ("score", events, *WHICH, "--shop", "S0001")
    shopscore(*page, "-o", tmp_path / "x").done()
    assert (tmp_path / "x").read_text("utf-8") == shopscore(*page).done().out


def test_numbers_are_whole_in_every_width(events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for columns in ("400", "60", "45"):
        monkeypatch.setenv("COLUMNS", columns)
        out = shopscore("score", events, *WHICH).done().out
        rows = [line for line in out.splitlines() if line.startswith("S0")]
        assert [row.split()[0] for row in rows[:12]] == [f"S{n:04}" for n in range(1, 13)]
        found.append(sorted(w for row in rows for w in NUMBER.findall(row[6:]) if "." in w))
    assert found[0] == found[1] == found[2]


def test_columns_that_say_nothing_are_left_out(tmp_path: Path, events: Path) -> None:
    """In 60 cells there is no room for percentiles and weights that no metric has."""
    page = ("score", events, "-p", "tmall", "-r", "2025-06-30", *DAY, "--shop", "S0001")
    narrow = process("shopscore", *page, COLUMNS="60").done().out
    wide = process("shopscore", *page, COLUMNS="200").done().out
    assert "percentile" in wide
    assert "percentile" not in narrow
    assert "value" in narrow


def test_every_block_says_which_metric(events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The weights of a narrow table stand beside the names of dimension and metric."""
    monkeypatch.setenv("COLUMNS", "60")
    out = shopscore("score", events, *WHICH, "--shop", "S0003").done().out
    second = out[out.index("weight") :].split("\n\n")[0]
    for line in ("goods      Bad review rate ", "logistics  Pick-up in time "):
        assert f"\n{line}" in second


def test_the_reason_of_a_shop_stands_first_and_alone(tmp_path: Path) -> None:
    """Nobody is there to be ranked among: that is said of the shop, and of the metric."""
    rows = "".join(f"S1,{m},{v},9\n" for m, v in (("bad_review_rate", 0.1), ("pickup_rate", "-")))
    others = "quality_return_rate", "delivery_hours", "complaint_rate", "dispute_liability_rate"
    others = (*others, "im_3min_reply_rate", "refund_only_hours", "return_refund_hours")
    rows += "".join(f"S1,{m},-,\n" for m in others)
    (tmp_path / "v.csv").write_text(f"shop_id,metric,value,n\n{rows}", "utf-8")
    out = shopscore("score", "--values", tmp_path / "v.csv", *WHICH).done().out
    alone = "no other shop in its industry"
    notes = [line for line in out.splitlines() if line.endswith(alone)]
    assert notes == [f"not_computable: {alone}", f"Bad review rate: {alone}"]


def test_reasons_stand_below(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(
        "shop_id,order_id,paid_at\nS1,1,2022-06-01 10:00:00\n", "utf-8"
    )
    out = shopscore("score", tmp_path, *WHICH, "--shop", "S1").done().out
    table, notes = out.split("Bad review rate", 2)[1:]
    assert "no column" not in table
    either = "no column orders.signed_at or orders.confirmed_at"
    assert notes.startswith(f": {either} and no stream reviews\n")


def test_what_several_say_is_said_once() -> None:
    out = plugins("rules", "douyin").done().out
    assert out.count("Weights within a dimension are not published; a share relative") == 1


class TestWrapping:
    def test_between_words(self) -> None:
        assert wrap("one two three", 8) == ["one two", "three"]

    def test_chinese_does_not_begin_a_line_with_a_comma(self) -> None:
        assert wrap("可加入精选联盟，确认收货", 14) == ["可加入精选联", "盟，确认收货"]

    def test_a_number_is_a_word(self) -> None:
        assert wrap("from 1,234.50 to 2,000.00", 12) == ["from", "1,234.50 to", "2,000.00"]

    def test_a_long_id_breaks_where_it_may(self) -> None:
        assert wrap("douyin.2022.weight.bad_review", 16) == [
            "douyin.2022.",
            "weight.bad_",
            "review",
        ]

    def test_a_line_keeps_its_distance_from_the_edge(self) -> None:
        assert indented("  one two three", 9) == ["  one two", "  three"]

    @given(st.text(alphabet="ab1 ,。差评（）_.", max_size=60), st.integers(2, 30))
    def test_loses_nothing_and_fits(self, text: str, width: int) -> None:
        lines = wrap(text, width)
        assert all(cell_len(line) <= width for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")

    CELLS = st.lists(
        st.sampled_from(["", "–", "12.50%", "1,234", "差评率", "a long cell of words"]),
        min_size=3,
        max_size=3,
    )

    @given(
        st.lists(st.tuples(CELLS, st.booleans()), min_size=1, max_size=9),
        st.integers(40, 120),
        st.integers(1, 3),
    )
    def test_tables_fit(self, cells: list[tuple[list[str], bool]], width: int, keys: int) -> None:
        columns = [Column(f"head {n}", tuple(c), number) for n, (c, number) in enumerate(cells)]
        blocks = fit(columns, width, keys)
        for block in blocks:
            assert [column.head for column, _ in block][:keys] == [c.head for c in columns[:keys]]
            lines = ["  ".join(line) for row in lines_of(block) for line in row]
            assert all(cell_len(line) <= width for line in lines)
            assert len({cell_len(line) for line in lines}) == 1
        shown = {column.head for block in blocks for column, _ in block}
        left_out = [c for c in columns if c.head not in shown]
        assert all(set(c.cells) <= {"", "–"} for c in left_out)

    @given(st.integers(40, 120), st.integers(1, 12))
    def test_more_width_never_makes_more_lines(self, width: int, count: int) -> None:
        columns = [Column(f"name {n}", ("some words of prose",) * 2) for n in range(count)]
        heights = [
            sum(len(row) for block in fit(columns, w) for row in lines_of(block))
            for w in (width, width + 40)
        ]
        assert all(a >= b for a, b in pairwise(heights))


@pytest.mark.usefixtures("eighty")
def test_eighty_cells_have_room_for_the_points_lost(events: Path, lang: str) -> None:
    """In English statuses give way to them, where all of these are as they should be."""
    answer = shopscore("score", events, *WHICH, "--shop", "S0001", "--lang", lang).done()
    assert widest(answer.out) <= 80
    lines = answer.out.splitlines()
    heading = lines[next(at for at, line in enumerate(lines) if line.startswith("──")) - 1]
    assert heading.split()[-1] == {"en": "lost", "zh": "状态"}[lang]


def test_what_is_usual_goes_before_a_second_block() -> None:
    usual = Column("status", ("ok", "ok"), usual=("ok",))
    numbers = [Column(f"number{n}", ("1234567890", "1"), number=True) for n in range(3)]
    name = Column("name", ("first", "second"))
    (block,) = fit([name, *numbers, usual], 46, 1)
    assert [c.head for c, _ in block] == ["name", "number0", "number1", "number2"]
    (block,) = fit([name, *numbers, usual], 60, 1)
    assert [c.head for c, _ in block][-1] == "status"
