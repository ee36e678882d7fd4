"""Messages name what the caller used: arguments in Python, options in commands."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.cli.main import cli
from shopscore.cli.run import name_options
from support.command_line import plugins, shopscore

CORE = Path(ss.__file__).parent
WHICH = ("-p", "douyin", "-r", "2022", "--as-of", "2022-07-01")
EXPORT = (
    "主订单编号,子订单编号,订单提交时间,支付完成时间,订单应付金额\n1,1,2022-06-01 10:00:00,,5\n"
)
LAYOUT = """schema = 1
id = "mine"
zh = "我的"
en = "mine"
stream = "orders"
headers = ["流水号"]
[columns]
order_id = "流水号"
"""
OFFSET = "shop_id,order_id,paid_at\nS1,1,2022-06-01T10:00:00Z\n"
PUBLISHED = '[[dimensions]]\nid = "service"\nweight = 1\n'
VALUES = "shop_id,metric,value,n\nS,im_3min_reply_rate,0.9,10\n"


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that lead to each message, in the folder in which everything runs."""
    monkeypatch.chdir(tmp_path)
    texts = {
        "offset/orders.csv": OFFSET,
        "export/x.csv": EXPORT,
        "own/x.csv": "流水号\n1\n",
        "mine.toml": LAYOUT,
        "published.toml": PUBLISHED,
        "values.csv": VALUES,
    }
    for name, text in texts.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    Path("instants").mkdir()
    instants = {"shop_id": ["S1"], "order_id": ["1"], "paid_at": [datetime(2022, 6, 1, tzinfo=UTC)]}
    pl.DataFrame(instants).write_parquet("instants/orders.parquet")


#: What is done in Python, the same as a command, what the messages name, and the exit code.
CASES: dict[str, tuple[Callable[[], Any], tuple[str, ...], tuple[str, ...], int]] = {
    "a time with an offset": (
        lambda: ss.read_events("offset"),
        ("validate", "offset"),
        ("platform=", "tz="),
        3,
    ),
    "an instant": (
        lambda: ss.read_events("instants"),
        ("validate", "instants"),
        ("platform=", "tz="),
        3,
    ),
    "a file without a shop": (
        lambda: ss.score("export", platform="douyin", ruleset="2022", as_of="2022-07-01"),
        ("score", "export", *WHICH),
        ("shop_id=",),
        3,
    ),
    "two layouts": (
        lambda: ss.read_events("own", shop_id="S", layouts=["mine.toml", "mine.toml"]),
        ("validate", "own", "--shop-id", "S", "--layout", "mine.toml", "--layout", "mine.toml"),
        ("platform=", "layouts="),
        3,
    ),
    "no rule set in force": (
        lambda: ss.score("offset", platform="douyin", as_of="2025-01-01"),
        ("score", "offset", "-p", "douyin", "--as-of", "2025-01-01"),
        ("ruleset=",),
        4,
    ),
    "a number that is published": (
        lambda: ss.score_values(
            "values.csv", platform="kuaishou", ruleset="2023", numbers="published.toml"
        ),
        ("score", "--values", "values.csv", "-p", "kuaishou", "-r", "2023", "--numbers", "published.toml"),
        ("ruleset=",),
        3,
    ),
}  # fmt: skip
OPTIONS = {
    "platform=": "--platform",
    "tz=": "--tz",
    "shop_id=": "--shop-id",
    "jobs=": "--jobs",
    "layouts=": "--layout",
    "ruleset=": "--ruleset",
    "numbers=": "--numbers",
    "wait=": "--wait",
}


@pytest.mark.parametrize("case", CASES)
def test_error(case: str) -> None:
    python, command, names, code = CASES[case]
    with pytest.raises(ss.ShopscoreError) as raised:
        python()
    message = str(raised.value)
    assert "--" not in message
    line = shopscore(*command).failed(code, *(OPTIONS[name] for name in names))
    for name in names:
        assert f"({name})" in message
        assert name not in line
        message = message.replace(name, OPTIONS[name])
    assert line == f"Error: {message}"


KUAISHOU: dict[str, Any] = {"platform": "kuaishou", "ruleset": "2023", "as_of": "2022-07-01"}


def test_notice() -> None:
    result = ss.score_values("values.csv", **KUAISHOU)
    (notice,) = (n for n in map(str, result.notices) if "--missing" in n)
    assert notice.endswith("for numbers=")
    out = shopscore("score", "--values", "values.csv", "-p", "kuaishou", "-r", "2023").done().out
    assert f"Note: {notice.replace('numbers=', '--numbers')}\n" in out


class TestNamesOfOptions:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("give tz=", "give --tz"),
            ("(shop_id=), or", "(--shop-id), or"),
            ("layouts=; x", "--layout; x"),
            ("shop_id=S1/orders.csv", "shop_id=S1/orders.csv"),
            ("tz='UTC'", "tz='UTC'"),
            ("draws=-1: at least one", "draws=-1: at least one"),
            ("extends = …", "extends = …"),
            ("colour= x", "colour= x"),
            ("KEY=VALUE", "KEY=VALUE"),
        ],
    )
    def test_only_arguments_without_a_value(self, text: str, shown: str) -> None:
        assert name_options(text, cli) == shown

    def test_every_argument_that_core_names_is_an_option(self) -> None:
        arguments = {
            word
            for _, text in messages()
            for word in re.findall(r"\(([a-z_]+=)\)|for ([a-z_]+=)$", text)
            for word in word
            if word
        }
        assert arguments >= {"tz=", "platform=", "shop_id=", "layouts=", "ruleset="}
        for argument in arguments:
            assert name_options(f"({argument})", cli) == f"({OPTIONS[argument]})"


#: Texts that are no messages: of a file that a command prints, of a document that both faces give.
KNOWN = {
    "analysis/inspection.py": ["--layout"],
    "charts/colours.py": ["--chart-"] * 3,  # names of style sheets
    "grading/weighing.py": ["--values"],
    "spark/failures.py": ["--archives"],  # of spark-submit
}


@cache
def messages() -> tuple[tuple[str, str], ...]:
    return tuple(_messages())


def _messages() -> Iterator[tuple[str, str]]:
    """The texts of core outside the commands, with their file; not docstrings."""
    for path in sorted(CORE.rglob("*.py")):
        name = path.relative_to(CORE).as_posix()
        if name.startswith("cli/"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        within = {id(v) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for v in n.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                yield name, "".join(map(_text, node.values))
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in docstrings | within
            ):
                yield name, node.value.replace("{command}", "shopscore …")


def _text(part: ast.expr) -> str:
    """A part of an f-string: itself, a command where a function makes one, or an ellipsis."""
    if isinstance(part, ast.Constant):
        return str(part.value)
    return "shopscore …" if "_command(" in ast.unparse(part) else "…"


def test_options_stand_in_whole_commands_only() -> None:
    found: dict[str, list[str]] = {}
    for name, text in messages():
        rest = re.sub(r"shopscore(-plugins)? [^;,]*", "", text)
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", rest):
            found.setdefault(name, []).append(option)
    assert found == KNOWN


class TestCommands:
    """A command that a message names works as it is written."""

    @pytest.mark.parametrize(
        "name", [f"{c.name}/{v}" for p in ss.platforms() for c in p.scorecards for v in c.versions]
    )
    def test_of_every_rule_set(self, name: str) -> None:
        platform, card, version = name.split("/")
        ruleset = ss.platform(platform).scorecard(card).ruleset(version)
        self._works(ruleset.metric_ids[0], platform, card, version)

    def test_of_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "my rules.toml"
        file.write_text('extends = "kuaishou/experience/2023"\nversion = "mine"\n', "utf-8")
        self._works("im_3min_reply_rate", "kuaishou", "experience", str(file))

    def _works(self, metric: str, platform: str, card: str, version: str) -> None:
        values = pl.DataFrame({"shop_id": ["S"], "metric": [metric], "value": [1], "n": [9]})
        values.write_csv("one.csv")
        score = ("score", "--values", "one.csv", "-p", platform, "-c", card, "-r", version)
        answer = shopscore(*score)
        named = re.findall(r"shopscore-plugins (rules .*?)(?: prints|$)", answer.done().out)
        assert bool(named) == ("are not published" in answer.out)
        for command in named:
            out = plugins(*shlex.split(command)).done().out
            if "--missing" in command:
                assert tomllib.loads(out)["platform"] == platform
                Path("numbers.toml").write_text(out, encoding="utf-8")
                shopscore(*score, "--numbers", "numbers.toml").done()
