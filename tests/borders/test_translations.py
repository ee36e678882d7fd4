"""The catalogue of messages: everything that is said has a Chinese text, and nothing is left over."""

from __future__ import annotations

import ast
import io
import pickle
import re
import string
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import shopscore
from shopscore.cli.help_pages import paragraphs
from shopscore.cli.main import cli
from shopscore.cli.plugins import cli as plugin_cli
from shopscore.composing.comparison import Direction
from shopscore.grading.points import METRIC_STATUSES
from shopscore.messages import in_language, listed, message, numbered, translate
from shopscore.model.labels import Label
from shopscore.model.shop_statuses import SHOP_STATUSES
from shopscore.notices import CODES, Notice
from support.command_line import every_command

CORE = Path(shopscore.__file__).parent
LOCALE = CORE / "locale" / "zh" / "LC_MESSAGES"
CATALOGUE = read_po(io.BytesIO((LOCALE / "shopscore.po").read_bytes()), locale="zh")
ENTRIES = {
    entry.id if isinstance(entry.id, str) else entry.id[0]: entry for entry in CATALOGUE if entry.id
}
#: Words that are told, but stand as values in the code rather than in calls of ``message``.
WORDS = {*SHOP_STATUSES, *METRIC_STATUSES, *get_args(Direction)}


def said(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    """Yield the templates of every message that a module builds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            number = {"message": 1, "numbered": 2}.get(node.func.id, 0)
            if number:
                templates = node.args[:number]
                assert all(isinstance(t, ast.Constant) for t in templates), ast.unparse(node)
                yield tuple(t.value for t in templates if isinstance(t, ast.Constant))


TREES = {path: ast.parse(path.read_text("utf-8")) for path in sorted(CORE.rglob("*.py"))}
SAID = {templates for tree in TREES.values() for templates in said(tree) if templates[0]}
#: Every text in the code, among them words that are translated one by one.
TEXTS = {
    node.value
    for tree in TREES.values()
    for node in ast.walk(tree)
    if isinstance(node, ast.Constant) and isinstance(node.value, str)
}


def fields_of(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("templates", sorted(SAID), ids=lambda t: t[0][:40])
def test_every_message_has_a_chinese_text(templates: tuple[str, ...]) -> None:
    assert templates[0] in ENTRIES, "add it to locale/zh, then tox -e messages"
    entry = ENTRIES[templates[0]]
    text = entry.string if isinstance(entry.string, str) else entry.string[0]
    assert text
    assert not entry.fuzzy
    assert fields_of(text) == set.union(*map(fields_of, templates))
    assert isinstance(entry.id, str) == (len(templates) == 1)


def test_every_status_and_direction_has_one() -> None:
    assert set(ENTRIES) >= WORDS


def test_nothing_is_left_over() -> None:
    commands = [c for group in (cli, plugin_cli) for c in every_command(group).values()]
    helps = {part for command in commands for part in paragraphs(command.help)}
    assert set(ENTRIES) - {t[0] for t in SAID} - WORDS - helps <= TEXTS


def test_every_entry_has_one_text_and_a_blank_line_before_it() -> None:
    """What a merge would leave: two texts of one message, or two messages without a border."""
    _, *entries = (LOCALE / "shopscore.po").read_text("utf-8").strip().split("\n\n")
    for entry in entries:
        kinds = [line.split(" ", 1)[0] for line in entry.splitlines() if line[:3] == "msg"]
        assert kinds in (["msgid", "msgstr"], ["msgid", "msgid_plural", "msgstr[0]"]), entry
    ids = [entry.partition("msgstr")[0] for entry in entries]
    assert len(ids) == len({*ids})


def test_the_compiled_catalogue_is_that_of_the_text() -> None:
    with (LOCALE / "shopscore.mo").open("rb") as file:
        compiled = read_mo(file)
    found, wanted = (
        {(_forms(entry.id), _forms(entry.string)) for entry in catalogue if entry.id}
        for catalogue in (compiled, CATALOGUE)
    )
    assert found == wanted, "tox -e messages compiles it"


def _forms(text: str | Sequence[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_a_message_is_its_english_text() -> None:
    made = message("{file}: no such file", file="a.csv")
    assert made == "a.csv: no such file"
    assert made.text("zh") == "a.csv：没有这个文件"
    assert made.text("en") == made


def test_values_are_translated_too() -> None:
    inner = message("{file}: no such file", file=Label("订单", "orders"))
    outer = message("{file}: no such file", file=inner)
    assert outer == "orders: no such file: no such file"
    assert outer.text("zh") == "订单：没有这个文件：没有这个文件"
    assert message("; known: {words}", words=listed(["a", "b"])).text("zh") == "；已知的有：a、b"


def test_braces_in_values_stay() -> None:
    assert message("{file}: no such file", file="{x}").text("zh") == "{x}：没有这个文件"


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("1,000 rows", "1,000 行"),
        ("x: '6' is not within the scale, 3 to 5", "x：'6' 不在分值范围 3 到 5 之内"),
        ("decimals = few: a whole number from 0 to 9 is needed", None),
    ],
)
def test_numbers_and_quotes_of_a_text_stay_as_they_are(text: str, chinese: str | None) -> None:
    """A text that is recognised has numbers and quotes as its message wrote them."""
    told = translate(text, "zh")
    assert told == chinese if chinese else told != text


@pytest.mark.parametrize("value", ["7", "x", "'6'", "{", "1,5 %"])
def test_no_text_is_too_strange_to_be_translated(value: str) -> None:
    for template in ENTRIES:
        translate(re.sub(r"\{[^}]*\}", lambda _: value, template), "zh")


def test_plurals() -> None:
    assert [numbered("{n} shop", "{n} shops", n) for n in (0, 1, 2)] == [
        "0 shops",
        "1 shop",
        "2 shops",
    ]


def test_messages_survive_pickling() -> None:
    made = message("{file}: no such file", file="a")
    copy = pickle.loads(pickle.dumps(made))
    assert (copy, copy.text("zh")) == (made, made.text("zh"))


def test_words() -> None:
    assert translate("scored", "zh") == "已评分"
    assert translate("scored", "en") == "scored"
    assert translate("", "zh") == ""
    assert translate("S001", "zh") == "S001"
    assert in_language(7, "zh") == "7"


def test_a_notice_has_a_code_of_the_list() -> None:
    with pytest.raises(ValueError, match="CODES"):
        Notice("never_heard_of", message("x"))
    used = {
        code.value
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Notice"
        for code in ast.walk(node.args[0])
        if isinstance(code, ast.Constant)
    }
    assert set(CODES) == used
