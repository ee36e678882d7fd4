"""What commands say of themselves, and of a command line that they cannot use, in Chinese."""

from __future__ import annotations

import re

import click
import pytest

from shopscore.cli.help_pages import WORDS, paragraphs
from shopscore.cli.main import cli
from shopscore.cli.plugins import cli as plugin_cli
from shopscore.messages import translate
from support.command_line import Answer, every_command, plugins, process, shopscore

RUNS = {"shopscore": shopscore, "shopscore-plugins": plugins}
GROUPS: dict[str, click.Group] = {"shopscore": cli, "shopscore-plugins": plugin_cli}
COMMANDS = {name: every_command(group) for name, group in GROUPS.items()}
PAGES = [(name, words) for name, commands in COMMANDS.items() for words in commands]
#: Words of a page that are names: of formats, of standards, and what is typed as it stands.
NAMES = {"complete", "fresh", "window", "peers", "flagship", "events", "table", "csv", "toml", "list", "zh",
         "shopscore", "plugins", "Excel"}  # fmt: skip


def run(name: str, *args: str) -> Answer:
    return RUNS[name](*args)


def english_words(page: str) -> set[str]:
    """The words of a page but options, commands in quotes, file names, and what is in capitals."""
    rest = re.sub(r"`[^`]*`|--?[a-z][a-z-]*|\[[a-z|]+\]|[\w-]+\.(?:csv|toml)|\.parquet", " ", page)
    return {w for w in re.findall(r"[A-Za-z]{2,}", rest) if not w.isupper()} - NAMES


@pytest.mark.parametrize(("name", "command"), PAGES, ids=str)
def test_every_page_of_help_is_chinese(
    name: str, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPSCORE_LANG", "zh")
    page = run(name, *command, "--help").done().out
    assert page.startswith(f"用法：{' '.join((name, *command))} ")
    typed = {word for words in COMMANDS[name] for word in words}
    assert english_words(page) - typed == set()
    assert page.count("\n选项：\n") == 1


@pytest.mark.parametrize(("name", "command"), PAGES, ids=str)
def test_english_is_as_click_writes_it(name: str, command: tuple[str, ...]) -> None:
    page = run(name, *command, "--help").done().out
    assert page.startswith("Usage: ")
    assert "\nOptions:\n" in page
    assert not set(re.findall(r"[一-鿿]", page)) - set("店铺体验分")


@pytest.mark.parametrize(
    ("command", "day"),
    [("score", "today"), ("reconcile", "the newest that DOCS are of"), ("todo", "that of --now")],
)
def test_as_of_says_which_day_it_is_by_default(command: str, day: str) -> None:
    page = " ".join(shopscore(command, "--help").done().out.split())
    (said,) = re.findall(r"--as-of DATE Day of publication.*?default ([^;.)]*)", page)
    assert said == day


def test_every_text_of_help_is_in_the_catalogue() -> None:
    texts = [*WORDS]
    for group in GROUPS.values():
        for command in every_command(group).values():
            texts += paragraphs(command.help)
            texts += [p.help for p in command.params if isinstance(p, click.Option) and p.help]
    assert [text for text in texts if translate(text, "zh") == text] == []


def test_a_page_fits_eighty_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPSCORE_LANG", "zh")
    for line in shopscore("score", "--help").done().out.splitlines():
        assert sum(1 + (ord(char) > 0x2E80) for char in line) <= 80


def test_the_language_may_come_behind_what_asks_for_help() -> None:
    assert shopscore("sample", "--help", "--lang", "zh").done().out.startswith("用法：")
    assert shopscore("sample", "--help", "--lang=en").done().out.startswith("Usage: ")


def test_defaults_are_words_to_type() -> None:
    page = shopscore("score", "--help", "--lang", "zh").done().out
    assert "[默认：events]" in page
    assert "[默认：按 -o 的文件名，否则 table]" in page


@pytest.mark.skipif(
    not hasattr(click.exceptions, "NoSuchCommand"), reason="click before 8.4 has other words"
)
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("score", "--nope"), "没有选项 '--nope'。"),
        (("score", "--timing"), "没有选项 '--timing'。是不是 '--timings'？"),
        (("score", "--shp", "x"), "没有选项 '--shp'。是不是其中之一："),
        (("scor",), "没有命令 'scor'。是不是 'score'？"),
        (("zzz",), "没有命令 'zzz'。"),
        (("sample",), "缺少参数 'OUT'。"),
        (("score", "e"), "缺少选项 '--platform' / '-p'。"),
        (("sample", "a", "b"), "多余的参数（b）"),
        (("sample", "a", "--shops", "x"), "'--shops' 的值无效：'x' 不是整数。"),
        (
            ("score", "e", "--prefer", "x"),
            "'--prefer' 的值无效：'x' 不在 'events', 'values' 之中。",
        ),
        (("values", "douyin", "-f", "x"), "'x' 不是 'csv'。"),
        (("sample", "a", "--shops"), "选项 '--shops' 需要一个值。"),
        (("demo", "--quiet=1"), "选项 '--quiet' 不带值。"),
    ],
    ids=str,
)
def test_errors_of_usage(args: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    english = shopscore(*args)
    assert english.code == 2
    monkeypatch.setenv("SHOPSCORE_LANG", "zh")
    answer = shopscore(*args)
    assert answer.code == 2
    (line,) = [line for line in answer.err.splitlines() if line.startswith("错误：")]
    assert said in line
    assert english_words(re.sub(r"'[^']*'", "", line)) == set()


def test_nothing_asked_for_shows_the_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPSCORE_LANG", "zh")
    assert "店铺体验分，以及背后的每一个数字。" in shopscore().err


@pytest.mark.slow
def test_in_a_process_of_its_own() -> None:
    answer = process("shopscore", "sample", SHOPSCORE_LANG="zh")
    assert "缺少参数 'OUT'。" in answer.err
