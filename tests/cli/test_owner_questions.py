"""The owner's five questions, each answered by a command: in Chinese, within eighty columns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

import shopscore as ss
from support.command_line import shopscore

DOUYIN = ("--platform", "douyin", "--ruleset", "2022", "--as-of", "2022-07-01", "--shop", "S0001")
#: What a page of another day shows: its windows end two days earlier.
PAGE = {
    "timestamp": "2022-06-30", "mallStarTomms": 4.0, "mallStarToc": 4.0, "scoreRk": 41.25,
    "ptHelpRate1m": 0.0204, "aprsIn3minRplyUsrRto1m": 0.8592, "rfSignTime1m": 20.41,
    "rfProcTime1m": 46.73, "posTypeRto1m": 0.6964, "adjNfkAvgCfmSignTime1m": 4.7,
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example of the README, and a page of a console."""
    folder = tmp_path_factory.mktemp("owner")
    shopscore("sample", folder / "events").done()
    (folder / "pages" / "S0001").mkdir(parents=True)
    (folder / "pages" / "S0001" / "page.json").write_text(json.dumps(PAGE), "utf-8")
    return folder


def asked(monkeypatch: pytest.MonkeyPatch, *words: object) -> list[str]:
    """The lines of an answer, with single blanks."""
    monkeypatch.setenv("COLUMNS", "80")
    answer = shopscore(*words, "--lang", "zh").done()
    lines = answer.out.splitlines()
    assert max(map(cell_len, lines)) <= 80
    return [" ".join(line.split()) for line in lines]


@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize(
    "question",
    [("explain",), ("gap", "-t", "3.6"), ("simulate", "--set", "im_3min_reply_rate=98%")],
    ids=lambda question: question[0],
)
def test_notes_stand_beside_a_document(question: tuple[str, ...], form: str, folder: Path) -> None:
    command, *more = question
    answer = shopscore(command, folder / "events", *DOUYIN, *more, "--format", form).done()
    assert "Note: ranked among few shops, as few as 6" in answer.err
    assert "Note:" not in answer.out
    quiet = shopscore(command, folder / "events", *DOUYIN, *more, "-f", form, "-q").done()
    assert (quiet.err, quiet.out) == ("", answer.out)


@pytest.mark.parametrize("question", [("explain",), ("gap", "-t", "bad_review_rate=2%")])
def test_of_one_shop_nothing_is_said_of_all(question: tuple[str, ...], tmp_path: Path) -> None:
    typed = tmp_path / "values.csv"
    typed.write_text("shop_id,metric,value,n\nS1,bad_review_rate,4%,100\n", "utf-8")
    command, *more = question
    answer = shopscore(command, "--values", typed, *DOUYIN[:6], *more).done()
    assert "partial" in answer.out
    assert "No shop has a score" not in answer.err


def test_which_metric_costs_most(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = asked(monkeypatch, "explain", folder / "events", *DOUYIN)
    assert lines[3] == "商品差评率 3.3333 25.0% 0.8333 0.4167"
    costs = [float(line.split()[-1]) for line in lines[3:12]]
    assert costs == sorted(costs, reverse=True)
    shop = ss.score(folder / "events", platform="douyin", as_of="2022-07-01")["S0001"]
    assert sum(float(line.split()[-2]) for line in lines[3:12]) == pytest.approx(
        float(shop.score or 0), abs=0.01
    )


def test_how_many_until_the_next_band_and_the_target(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = asked(monkeypatch, "gap", folder / "events", *DOUYIN, "--target", "3.6")
    assert "商品差评率 4.13% 3.57% 65 orders 3.5967" in lines
    band = ("--target", "im_3min_reply_rate=4 points")
    lines = asked(monkeypatch, "gap", folder / "events", *DOUYIN, *band)
    assert "IM3分钟平均回复率 85.93% 86.12% 3 conversations 3.5367" in lines


def test_all_chats_in_three_minutes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lever = ("--lever", "answer_within_three_minutes")
    lines = asked(monkeypatch, "simulate", folder / "events", *DOUYIN, *lever)
    assert lines[0] == "S0001 · home · 3.51 → 3.61"
    assert "IM3分钟平均回复率 85.93% → 100.00% 3.67 → 5.00 变好" in lines


def test_what_falls_out_of_the_window_until_next_week(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = asked(monkeypatch, "gap", folder / "events", *DOUYIN)
    days = [line for line in lines if line.startswith("2022-07-0")]
    assert days[0] == "2022-07-03 3.54 +0.0250 订单配送时长 51.8 小时 → 51.7 小时"
    assert [day.split()[0] for day in days] == sorted(day.split()[0] for day in days)


def test_why_the_console_shows_another_number(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    which = ("--platform", "pinduoduo", "--scorecard", "pilot", "--shop", "S0001")
    lines = asked(monkeypatch, "reconcile", folder / "events", folder / "pages", *which)
    assert any("最先不一致的是近30天平台求助率的值" in line for line in lines)
    first = lines[next(i for i, line in enumerate(lines) if line.startswith("怎样会更吻合")) + 2]
    assert first == "统计窗口早 2 天结束：所有指标 0.0000 0"
