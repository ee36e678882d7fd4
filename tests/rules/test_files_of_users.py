"""TOML files of users: what an editor leaves at their beginning, and what is no text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import shopscore as ss
from shopscore.cli.option_values import assumptions
from shopscore.plugins.layout_toml import read_layout
from shopscore.plugins.selection import read_ruleset
from shopscore.rules.coverage import missing_numbers
from shopscore.rules.numbers_toml import fill_numbers
from shopscore.testing.toy import PLATFORM

RULES, _ = PLATFORM.scorecard().text("2025-01-01")
KUAISHOU = ss.platform("kuaishou").scorecard().ruleset("2023")
NUMBERS = '[[dimensions]]\nid = "goods"\npoints = 4\n'
LAYOUT = """schema = 1
id = "mine"
zh = "我的"
en = "mine"
stream = "orders"
headers = ["流水号"]
[columns]
order_id = "流水号"
"""

Read = Callable[[Path], object]
FILES: list[tuple[str, Read]] = [
    (RULES, lambda file: read_ruleset(file, PLATFORM.scorecard()).dimensions),
    (NUMBERS, lambda file: missing_numbers(fill_numbers(KUAISHOU, file).ruleset)),
    (LAYOUT, lambda file: read_layout(file).columns),
    ("goods = 3\n", lambda file: assumptions((), file)),
]
each_file = pytest.mark.parametrize(
    ("text", "read"), FILES, ids=["rules", "numbers", "layout", "assumptions"]
)


@each_file
def test_a_byte_order_mark_changes_nothing(text: str, read: Read, tmp_path: Path) -> None:
    plain, marked = tmp_path / "plain.toml", tmp_path / "marked.toml"
    plain.write_text(text, encoding="utf-8")
    marked.write_text(text, encoding="utf-8-sig")
    assert read(plain)
    assert read(marked) == read(plain)


@each_file
def test_what_is_no_text_is_named(text: str, read: Read, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(f"# 店\n{text}", encoding="gb18030")
    with pytest.raises(ss.InputError, match=r"other\.toml: cannot be read as UTF-8 text"):
        read(tmp_path / "other.toml")
    with pytest.raises(ss.InputError, match=r"none\.toml: No such file"):
        read(tmp_path / "none.toml")
