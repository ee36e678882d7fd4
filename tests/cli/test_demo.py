"""``shopscore demo``: one word, something to look at, and nothing left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command_line import ESCAPE, Answer, process, shopscore


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Answer, Path, Path]:
    cwd, temporary = tmp_path_factory.mktemp("cwd"), tmp_path_factory.mktemp("tmp")
    answer = process("shopscore", "demo", cwd=cwd, TMPDIR=str(temporary), HOME=str(cwd))
    return answer, cwd, temporary


def test_runs_without_arguments(ran: tuple[Answer, Path, Path]) -> None:
    ran[0].done()


def test_leaves_nothing_behind(ran: tuple[Answer, Path, Path]) -> None:
    _, cwd, temporary = ran
    assert not list(cwd.rglob("*"))
    assert not list(temporary.rglob("*"))


def test_shows_scores_and_the_numbers_behind_them(ran: tuple[Answer, Path, Path]) -> None:
    out = ran[0].out
    assert out.count("scored") >= 12
    assert "percentile" in out
    assert ESCAPE not in out + ran[0].err


def test_the_best_comes_first(ran: tuple[Answer, Path, Path]) -> None:
    lines = [line.split() for line in ran[0].out.splitlines()]
    scores = [float(line[3]) for line in lines if len(line) > 3 and line[2] == "scored"]
    assert len(scores) == 12
    assert scores == sorted(scores, reverse=True)


def test_says_how_to_go_on(ran: tuple[Answer, Path, Path]) -> None:
    err = ran[0].err
    for command in ("shopscore sample", "shopscore score", "--shop", "shopscore-plugins rules"):
        assert command in err


def test_the_commands_it_names_work(
    ran: tuple[Answer, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [line.strip() for line in ran[0].err.splitlines() if line.startswith("  shopscore ")]
    assert len(lines) >= 3
    for line in lines:
        words = line.partition("#")[0].split()
        shopscore(*words[1:]).done()


def test_chinese() -> None:
    assert "店铺" in shopscore("demo", "--lang", "zh").done().out


def test_without_a_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = process("shopscore", "demo", SHOPSCORE_PLUGINS="")
    answer.failed(4, "shopscore-plugins list")
