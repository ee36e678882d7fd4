"""The file of a workspace: what it says, and what is refused in it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import shopscore as ss
from shopscore.workspace.settings import ShopSettings, read_workspace

FULL = """
schema = 1
output = "out"
keep = ".kept"
lang = "zh"
require = "complete"

[[shops]]
id = "S0001"
name = "花间女装旗舰店"
platform = "toy"
scorecard = "experience"
sources = ["toy/events", "toy/*.xlsx"]
values = "toy/values.csv"
industry = "women"
shop_type = "flagship"
tz = "Asia/Shanghai"
currency = "CNY"
ruleset = "2026-09-08"
layouts = ["own.toml"]
numbers = ["numbers/toy.toml"]
profile = "small"
benchmarks = "benchmarks.csv"
standards = "standards.csv"
prefer = "values"
target = 4.6
require = "fresh"
[shops.assume]
"toy.2026-09-08.x" = 30
half.life = true

[[shops]]
platform = "nobody_knows_it"
sources = ["other"]
"""


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str, name: str = "shopscore.toml") -> Path:
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_every_key_is_read_and_paths_begin_at_the_file(write, tmp_path):
    workspace = read_workspace(write(FULL))
    assert workspace.file == tmp_path / "shopscore.toml"
    assert workspace.folder == tmp_path
    assert workspace.output == tmp_path / "out"
    assert workspace.keep == tmp_path / ".kept"
    assert workspace.lang == "zh"
    first, second = workspace.shops
    assert first == ShopSettings(
        place="shops[S0001]",
        platform="toy",
        sources=("toy/events", "toy/*.xlsx"),
        id="S0001",
        name="花间女装旗舰店",
        scorecard="experience",
        industry="women",
        shop_type="flagship",
        tz="Asia/Shanghai",
        currency="CNY",
        ruleset="2026-09-08",
        values=tmp_path / "toy/values.csv",
        layouts=(tmp_path / "own.toml",),
        numbers=(tmp_path / "numbers/toy.toml",),
        profile="small",
        benchmarks=tmp_path / "benchmarks.csv",
        standards=tmp_path / "standards.csv",
        assume={"toy.2026-09-08.x": 30, "half.life": "true"},
        prefer="values",
        target=Fraction("4.6"),
        require="fresh",
    )
    assert second == ShopSettings(
        place="shops[2]", platform="nobody_knows_it", sources=("other",), require="complete"
    )


def test_what_is_not_said_has_its_default(write, tmp_path):
    workspace = read_workspace(write('schema = 1\n[[shops]]\nplatform = "toy"\nsources = ["x"]'))
    assert workspace.output == tmp_path / "shopscore-out"
    assert (workspace.keep, workspace.lang) == (None, None)


def test_a_folder_stands_for_its_file(write, tmp_path):
    write(FULL)
    assert read_workspace(tmp_path) == read_workspace(tmp_path / "shopscore.toml")
    assert ss.read_workspace(tmp_path) == read_workspace(tmp_path)


def test_a_rule_set_in_a_file_is_known_from_everywhere(write, tmp_path):
    text = 'schema = 1\n[[shops]]\nplatform = "toy"\nsources = ["x"]\nruleset = "rules/own.toml"'
    (shop,) = read_workspace(write(text)).shops
    assert shop.ruleset == str(tmp_path / "rules/own.toml")


def test_values_alone_are_enough(write, tmp_path):
    text = 'schema = 1\n[[shops]]\nplatform = "toy"\nvalues = "values.csv"'
    (shop,) = read_workspace(write(text)).shops
    assert (shop.sources, shop.values) == ((), tmp_path / "values.csv")


def test_a_ledger_stands_in_the_place_of_sources(write, tmp_path):
    text = 'schema = 1\n[[shops]]\nplatform = "toy"\nledger = "toy.ledger"\nvalues = "values.csv"'
    (shop,) = read_workspace(write(text)).shops
    assert (shop.sources, shop.ledger) == ((), tmp_path / "toy.ledger")
    assert shop.values == tmp_path / "values.csv"


def test_a_target_may_be_a_tier_or_a_whole_number(write):
    text = 'schema = 1\n[[shops]]\nplatform = "toy"\nsources = ["x"]\ntarget = '
    assert read_workspace(write(text + '"gold"')).shops[0].target == "gold"
    assert read_workspace(write(text + "4")).shops[0].target == Fraction(4)


SHOP = '[[shops]]\nplatform = "toy"\nsources = ["x"]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schema = 2\n" + SHOP, "top level: schema = 2: this version reads schema = 1"),
        (SHOP, "top level: key schema is missing"),
        ("schema = 1\n", "top level: no [[shops]]: a workspace has one at least"),
        ('schema = 1\noutputs = "x"\n' + SHOP, "unknown key outputs; did you mean output?"),
        ("schema = 1\noutput = 3\n" + SHOP, "top level: output = 3 is of the wrong type"),
        ('schema = 1\nlang = "zn"\n' + SHOP, "top level: lang = 'zn'; known: en, zh"),
        ('schema = 1\nrequire = "complet"\n' + SHOP, "unknown requirement complet; did you mean"),
        ("schema = 1\n" + SHOP + 'require = "frsh"', "shops[1]: unknown requirement frsh"),
        (
            "schema = 1\n" + SHOP + 'ledger = "toy.ledger"',
            "shops[1]: sources, ledger contradict each other: only one of sources, ledger can be",
        ),
        (
            'schema = 1\n[[shops]]\nplatform = "toy"\nledger = "toy.ledger"\ntz = "UTC"',
            "shops[1]: tz is said when files are read, and a ledger has read its own",
        ),
        ("schema = 1\n" + SHOP + 'scorcard = "x"', "shops[1]: unknown key scorcard; did you mean"),
        ("schema = 1\n" + SHOP + 'id = "A"\nnaem = "x"', "shops[A]: unknown key naem"),
        ("schema = 1\n" + SHOP + 'prefer = "event"', "shops[1]: prefer = 'event'; did you mean"),
        ("schema = 1\n" + SHOP + "target = true", "shops[1]: target = True is of the wrong type"),
        ("schema = 1\n" + SHOP + "[shops.assume.half]", "shops[1].assume: half is an empty table"),
        ('schema = 1\n[[shops]]\nsources = ["x"]', "shops[1]: key platform is missing"),
        (
            'schema = 1\n[[shops]]\nplatform = "toy"',
            "shops[1]: one of sources, ledger, values is needed",
        ),
        (
            'schema = 1\n[[shops]]\nplatform = "toy"\nsources = []',
            "shops[1]: sources names nothing",
        ),
        ('schema = 1\n[[shops]]\nplatform = "toy"\nsource = ["x"]', "unknown key source; did you"),
        ('schema = 1\n[[shops]]\nplatform = "toy"\nsources = "x"', "sources = 'x' is of the wrong"),
        (
            'schema = 1\n[[shops]]\nplatform = "toy"\nsources = [1]',
            "sources is not a list of strin",
        ),
        ("schema = 1\n[shops]\n", "top level: shops = {} is of the wrong type"),
        ("schema = 1\n[[shops]", "not valid TOML at line 2"),
    ],
)
def test_what_cannot_be_used_is_refused_with_file_and_place(write, text, said):
    with pytest.raises(ss.InputError) as raised:
        read_workspace(write(text))
    assert "shopscore.toml: " in str(raised.value)
    assert said in str(raised.value)


def test_a_workspace_without_a_file_is_refused_with_a_hint(tmp_path):
    (tmp_path / "toy").mkdir()
    for path in (tmp_path, tmp_path / "shopscore.toml"):
        with pytest.raises(ss.InputError, match=r"shopscore\.toml: no such file; shopscore init"):
            read_workspace(path)
