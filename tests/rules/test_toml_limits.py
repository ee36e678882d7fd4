"""TOML of users within limits: what is too large, too deep or too long is refused at once.

Each of the four kinds of file is read by the same reader: rule sets, numbers, layouts, assumptions.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import shopscore as ss
from shopscore.plugins.layout_toml import read_layout
from shopscore.plugins.selection import read_ruleset
from shopscore.rules import toml_text
from shopscore.rules.assumption_file import read_assumptions
from shopscore.rules.numbers_toml import fill_numbers
from shopscore.rules.toml_text import MOST_BYTES, check_numbers, parse_toml, read_text
from shopscore.testing.toy import PLATFORM

CARD = PLATFORM.scorecard()
RULES = CARD.ruleset("2025-01-01")
READERS: dict[str, Callable[[Path], object]] = {
    "rules": lambda file: read_ruleset(file, CARD),
    "numbers": lambda file: fill_numbers(RULES, file),
    "layout": read_layout,
    "assumptions": read_assumptions,
}
each_reader = pytest.mark.parametrize("read", READERS.values(), ids=READERS)
#: A document, and what is said about it. Those of the reliability run, and others.
REFUSED: dict[str, tuple[str, str]] = {
    "deep array": (f"a = 1\nx = {'[' * 2000}{']' * 2000}\n", "line 2: arrays and tables are nested"),
    "deep tables": (f"x = {'{a=' * 2000}1{'}' * 2000}\n", "line 1: arrays and tables are nested"),
    "behind five quotes": (f'x = ["""a"""", {"[" * 2000}{"]" * 2000}]\n', "line 1: arrays and"),
    "behind single quotes": (f"x = ['''a'''', {'[' * 2000}{']' * 2000}]\n", "line 1: arrays and"),
    "dotted key": (f"\n\nx{'.a' * 50_000} = 1\n", "line 3: a key has more than 16 parts"),
    "dotted key with blanks": (f"x{' . a' * 50_000} = 1\n", "a key has more than 16 parts"),
    "dotted key in quotes": ("x" + '."a"' * 50_000 + " = 1\n", "a key has more than 16 parts"),
    "dotted header": (f"[x{'.a' * 50_000}]\n", "line 1: a key has more than 16 parts"),
    "long integer": (f"x = {'1' * 5000}\n", "line 1: a number or key of 5000 characters"),
    "long hexadecimal": (f"x = 0x{'f' * 5000}\n", "a number or key of 5002 characters"),
    "great integer": (f"x = 1{'0' * 31}\n", f"1{'0' * 31} is not a number that can be used"),
    "great hexadecimal": (f"x = 0x{'f' * 100}\n", f"{16**100 - 1} is not a number"),
    "great exponent": ("x = 1e999999999\n", "1e999999999 is not a number that can be used"),
    "exponent beyond decimals": ("x = 1e9999999999999999999\n", "is not a number that can be used"),
    "small exponent": ("x = 1e-999999999\n", "1e-999999999 is not a number that can be used"),
    "in a list of tables": ("[[x]]\ny = [1, {z = 1e40}]\n", "1e40 is not a number that can be used"),
    "infinite": ("x = -inf\n", "-inf is not a number that can be used"),
    "not a number": ("x = nan\n", "nan is not a number that can be used"),
    "no such day": ("x = 2024-02-30\n", "not valid TOML"),
    "never closed": ('x = """' + '\\"""' * 50_000, "not valid TOML"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
@each_reader
def test_refused(read: Callable[[Path], object], text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises((ss.RuleSetError, ss.InputError)) as caught:
        read(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert said in str(caught.value)
    assert str(file) in caught.value.text("zh")
    assert caught.value.text("zh") != str(caught.value)


def place(path: Path, kind: str) -> Path:
    """Something that is no file of a few lines, though it can be opened."""
    file = path / "mine.toml"
    match kind:
        case "pipe":
            os.mkfifo(file)
        case "device":
            file.symlink_to("/dev/zero")
        case "folder":
            file.mkdir()
        case "link to nothing":
            file.symlink_to(path / "gone")
        case "link to itself":
            file.symlink_to(file)
        case "five gigabytes of nothing":
            with file.open("wb") as sparse:
                sparse.truncate(5 * 2**30)
    return file


SAID = {
    "pipe": "is not a regular file",
    "device": "is not a regular file",
    "folder": "Is a directory",
    "link to nothing": "No such file",
    "link to itself": "symbolic links",
    "five gigabytes of nothing": "is larger than 1,048,576 bytes",
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes among the files of this system")
@pytest.mark.parametrize("kind", SAID)
@each_reader
def test_only_regular_files(read: Callable[[Path], object], kind: str, tmp_path: Path) -> None:
    file = place(tmp_path, kind)
    with pytest.raises(ss.InputError) as caught:
        read(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert SAID[kind] in str(caught.value)


def test_a_null_character_in_a_name() -> None:
    with pytest.raises(ss.InputError, match="null"):
        read_text(Path("a\0b.toml"))


def test_the_border_of_the_size(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"#" * MOST_BYTES)
    assert parse_toml(read_text(file), "a") == {}
    file.write_bytes(b"#" * (MOST_BYTES + 1))
    with pytest.raises(ss.InputError, match="larger than"):
        read_text(file)


@pytest.mark.parametrize(
    ("just", "over"),
    [
        ("x = " + "[" * 32 + "]" * 32, "x = " + "[" * 33 + "]" * 33),
        ("x" + ".a" * 15 + " = 1", "x" + ".a" * 16 + " = 1"),
        ("[x" + ".a" * 15 + "]", "[x" + ".a" * 16 + "]"),
        ("a" * 200 + " = 1", "a" * 201 + " = 1"),
        (f"x = {10**30}", f"x = {10**31}"),
        (f"x = {-(10**30)}", f"x = {-(10**31)}"),
        ("x = 1e30", "x = 1e31"),
        ("x = 1e-30", "x = 1e-31"),
    ],
)
def test_the_other_borders(just: str, over: str) -> None:
    assert parse_toml(just, "a") == tomllib.loads(just, parse_float=Decimal)
    with pytest.raises(ss.RuleSetError):
        parse_toml(over, "a")


@pytest.mark.parametrize(
    "text",
    [
        f'x = "{"[" * 100}"',
        f"x = '{'{' * 100}'",
        f'x = """\n{"[" * 100}\n"""',
        f"x = '''\n{'a.' * 100}\n'''",
        f"x = 1 # {'[' * 100}",
        f'x = "\\"{"[" * 100}"',
        f'x = """\\"""{"[" * 100}"""',
        f'"{"a.b" * 100}" = 1',
        f"x = '{'1' * 5000}'",
        "x = [" + "[0.25, 1.5], " * 1000 + "]",
        "\n".join(f"a.b{i} = [1]" for i in range(1000)),
        "x = 2024-06-01 10:00:00.5+08:00",
    ],
)
def test_what_is_no_nesting_number_or_key_is_not_taken_for_it(text: str) -> None:
    assert parse_toml(text, "a") == tomllib.loads(text, parse_float=Decimal)


#: Texts that hold what could be taken for the structure around them.
words = st.text(alphabet="[]{}.=,#'\" \\a1", max_size=6)
nested = st.recursive(
    st.one_of(st.integers(-5, 5), st.booleans(), words),
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(words, below, max_size=3)),
    max_leaves=12,
)


def depth(value: object) -> int:
    """How deep arrays and tables nest."""
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


def quoted(text: str, style: int) -> str:
    """A text as TOML writes it: between one or three quotes of either kind, where that can be."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if style == 1 and "'" not in text:
        return f"'{text}'"
    if style == 2 and "'''" not in text and not text.endswith("'"):
        return f"'''{text}'''"
    if style == 3:
        plain = text.replace("\\", "\\\\")
        if '"""' not in plain and not plain.endswith('"'):
            return f'"""{plain}"""'
    return f'"{escaped}"'


def written(value: object, style: int) -> str:
    """A value as TOML on one line, by rules of its own."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return quoted(value, style)
        case list():
            return "[" + ", ".join(written(v, style) for v in value) + "]"
        case dict():
            pairs = (f"{quoted(k, style % 2)} = {written(v, style)}" for k, v in value.items())
            return "{" + ", ".join(pairs) + "}"
    return str(value)


@given(nested, st.integers(0, 3), st.integers(1, 4))
def test_exactly_what_nests_too_deep_is_refused(value: object, style: int, most: int) -> None:
    text = f"x = {written(value, style)}\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(toml_text, "MOST_DEPTH", most)
        if depth(value) <= most:
            assert parse_toml(text, "a") == {"x": value}
        else:
            with pytest.raises(ss.RuleSetError, match="nested deeper"):
                parse_toml(text, "a")


class TestAssumptions:
    def test_tables_are_parts_of_an_id(self, tmp_path: Path) -> None:
        file = tmp_path / "a.toml"
        file.write_text(
            "goods = 3\n[douyin.2022]\ndecay.half_life_days = 2.50\nonly = true\n", encoding="utf-8"
        )
        assert read_assumptions(file) == {
            "goods": 3,
            "douyin.2022.decay.half_life_days": Decimal("2.50"),
            "douyin.2022.only": "true",
        }

    @pytest.mark.parametrize(
        ("text", "key"),
        [("x = {}\n", "x"), ("a = 1\n[douyin.2022]\n", "douyin.2022"), ("x = {y = {}}\n", "x.y")],
    )
    def test_an_empty_table_is_not_passed_over(self, text: str, key: str, tmp_path: Path) -> None:
        file = tmp_path / "a.toml"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ss.InputError, match=rf"a\.toml: {key} is an empty table"):
            read_assumptions(file)

    def test_a_file_of_comments_gives_none(self, tmp_path: Path) -> None:
        (tmp_path / "a.toml").write_text("# goods = 3\n", encoding="utf-8")
        assert read_assumptions(tmp_path / "a.toml") == {}


class TestTablesOfPython:
    """Numbers that are given as dictionaries have the same limits."""

    @pytest.mark.parametrize(
        "number", [1e300, 1e-300, float("inf"), float("nan"), 10**31, -(10**31), Decimal("1e31")]
    )
    def test_numbers_that_cannot_be_used(self, number: object) -> None:
        tables = {"dimensions": [{"id": "goods", "points": number}]}
        with pytest.raises(ss.InputError, match="is not a number that can be used"):
            fill_numbers(RULES, tables)

    def test_words_and_truths_are_no_numbers(self) -> None:
        check_numbers({"a": ["x" * 500, True, ("y", None)]}, "a")
