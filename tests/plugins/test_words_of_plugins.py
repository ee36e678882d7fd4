"""Types and statuses of shops that a plugin adds, and additions that lean on each other."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import polars as pl
import pytest
from attrs import evolve

import shopscore as ss
from shopscore import Addition, Column, Link, Platform, ShopStatus, Stream
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.plugins.conflicts import mark_conflicts, platforms_of
from shopscore.plugins.records import PluginRecord
from shopscore.rules.ruleset_toml import parse_ruleset
from shopscore.testing import declarations
from shopscore.testing.subject import Subject
from shopscore.testing.toy import PLATFORM as TOY
from support.fake_distributions import Site
from support.json_schemas import valid

SHOP = Column("shop_id", "text", required=True)
TENTS = Stream("shops", (), (SHOP, Column("shop_type", "enum", values=("tent",))))
TRIAL = ShopStatus("trial", zh="试营业", en="On trial")


def added(*additions: Addition, name: str = "more") -> dict[str, PluginRecord]:
    toy = PluginRecord("toy", "toy", "shopscore-toy", "1", "active", (TOY,))
    more = PluginRecord(name, name, f"shopscore-{name}", "1", "active", additions=additions)
    return {r.name: r for r in mark_conflicts([toy, more])}


def merged(*additions: Addition) -> Platform:
    found = added(*additions)
    assert found["more"].status == "active", found["more"].error
    (platform,) = platforms_of(found.values())
    return platform


def rules(platform: Platform, more: str) -> BoundRuleSet:
    """The toy's rules with some tables of a user's file."""
    text = f'extends = "toy/service/2025-01-01"\nversion = "mine"\n{more}'
    card = platform.scorecard()
    return BoundRuleSet.bind(platform, card, parse_ruleset(text, "mine.toml", card.look_up))


# --------------------------------------------------------------------------------- types of shops

CRITERION = """
[[criteria]]
id = "busy"
metric = "paid_orders"
at_least = 3
source = "page"
[[criteria.elsewhere]]
shop_types = ["{word}"]
at_least = 1
source = "page"
[[levels]]
id = "open"
zh = "营业"
en = "Open"
all_of = ["busy"]
source = "page"
"""
WEIGHTS = """
[[weights]]
ids = ["goods", "service"]
rows = [["", "{word}", 1, 0]]
source = "page"
"""
FIXED = """
[[fixed_totals]]
status = "insufficient_orders"
total = 3
shop_types = ["{word}"]
source = "page"
"""
PLACES = {
    CRITERION: "criteria[busy].elsewhere",
    WEIGHTS: "weights",
    FIXED: "fixed_totals[insufficient_orders]",
}


@pytest.mark.parametrize("table", PLACES)
def test_rules_may_name_a_type_of_shop_that_was_added(table: str) -> None:
    assert rules(merged(Addition("toy", streams=(TENTS,))), table.format(word="tent"))
    for platform, word in ((TOY, "tent"), (TOY, "personnal"), (TOY, "flagshop")):
        with pytest.raises(ss.RuleSetError) as caught:
            rules(platform, table.format(word=word))
        assert str(caught.value).startswith(f"mine.toml: {PLACES[table]}: no type of shop '{word}'")
    assert "did you mean flagship?" in str(caught.value)
    assert "没有" in caught.value.args[0].text("zh")


def frames(count: int) -> dict[str, pl.DataFrame]:
    """Shop A, a tent, and B, no tent, with so many orders each, and one long before."""
    names = [(shop, f"{shop}{n}") for shop in "AB" for n in range(count + 1)]
    days = ["2025-01-02" if id.endswith("0") else "2025-06-29" for _, id in names]
    return {
        "shops": pl.DataFrame(
            {"shop_id": ["A", "B"], "industry": ["tea"] * 2, "shop_type": ["tent", None]}
        ),
        "orders": pl.DataFrame(
            {
                "shop_id": [shop for shop, _ in names],
                "order_id": [id for _, id in names],
                "paid_at": [f"{day} 10:00:00" for day in days],
            }
        ),
    }


def test_the_bound_of_a_type_that_was_added_is_that_of_its_shops() -> None:
    """Two orders are enough for a tent, of which one is asked, and not for others."""
    platform = merged(Addition("toy", streams=(TENTS,)))
    bound = rules(platform, CRITERION.format(word="tent"))
    result = ss.score(frames(2), platform=platform, ruleset=bound.ruleset, as_of="2025-06-30")
    assert {shop.shop_id: shop.level for shop in result} == {"A": "open", "B": None}


UNKNOWN = """
[[assumptions]]
id = "goods.share"
kind = "decimal"
nullable = true
reason = "Nobody says."
"""


def test_numbers_of_a_user_may_be_for_a_type_that_was_added() -> None:
    """Of A, a tent, the weight of goods is supplied; of B it stays unknown."""
    platform = merged(Addition("toy", streams=(TENTS,)))
    text, _ = TOY.scorecard().text("2025-01-01")
    text = text.replace("weight = 0.5\n", 'weight = { assume = "goods.share" }\n', 1) + UNKNOWN
    mine = parse_ruleset(text, "mine.toml")
    numbers = {"shop_types": ["tent"], "dimensions": [{"id": "goods", "weight": 0.5}]}
    asked = {"ruleset": mine, "as_of": "2025-06-30", "numbers": numbers}
    result = ss.score(frames(5), platform=platform, **asked)
    weights = {shop.shop_id: shop.dimension("goods").weight for shop in result}
    assert weights == {"A": 0.5, "B": None}
    with pytest.raises(ss.InputError, match=r"numbers\[1\]: top level: no type of shop 'tent'"):
        ss.score(frames(5), platform=TOY, **asked)


# ------------------------------------------------------------------------------------- statuses

STATUS = """
[[eligibility]]
id = "enough_orders"
status = "{word}"
"""


def test_a_status_that_was_added_is_that_of_shops() -> None:
    platform = merged(Addition("toy", statuses=(TRIAL, evolve(TRIAL, id="not_named"))))
    bound = rules(platform, STATUS.format(word="trial"))
    result = ss.score(frames(1), platform=platform, ruleset=bound.ruleset, as_of="2025-06-30")
    assert [shop.status for shop in result] == ["trial", "trial"]
    assert result.to_polars()["status"].to_list() == ["trial", "trial"]
    document = json.loads(result.to_json())
    valid("score", document)
    assert document["statuses"] == [{"id": "trial", "zh": "试营业", "en": "On trial"}]
    assert {shop["status"] for shop in document["shops"]} == {"trial"}
    plain = ss.score(frames(1), platform=TOY, ruleset="2025-01-01", as_of="2025-06-30")
    assert "statuses" not in json.loads(plain.to_json())


def test_a_fixed_total_of_a_status_that_was_added() -> None:
    platform = merged(Addition("toy", statuses=(TRIAL,)))
    fixed = '[[fixed_totals]]\nstatus = "trial"\ntotal = 3\nsource = "page"\n'
    bound = rules(platform, STATUS.format(word="trial") + fixed)
    result = ss.score(frames(1), platform=platform, ruleset=bound.ruleset, as_of="2025-06-30")
    assert [(shop.status, shop.score) for shop in result] == [("trial", 3.0)] * 2


def test_a_status_that_nobody_declares_is_refused_where_rules_are_bound() -> None:
    platform = merged(Addition("toy", statuses=(TRIAL,)))
    for word, guess in (("trail", "trial"), ("grwoth", "growth"), ("scored", "growth")):
        with pytest.raises(ss.RuleSetError) as caught:
            rules(platform, STATUS.format(word=word))
        said = str(caught.value)
        assert said.startswith(
            f"mine.toml: eligibility[enough_orders]: no status of shops '{word}'"
        )
        assert guess in said


def test_the_kit_tells_of_words_that_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, _ = TOY.scorecard().text("2025-01-01")
    text = text.replace('"insufficient_orders"', '"trial"').replace('"2025-01-01"', '"trial"')
    folder = tmp_path / "rules_on_trial" / "rulesets"
    folder.mkdir(parents=True)
    (folder / "service-trial.toml").write_text(text, encoding="utf-8")
    (folder.parent / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    card = evolve(TOY.scorecard(), rulesets="rules_on_trial:rulesets")
    for statuses, status in (((), "failed"), ((TRIAL,), "passed")):
        platform = evolve(TOY, scorecards=(card,), statuses=statuses)
        record = PluginRecord("toy", "toy", "shopscore-toy", "1", "active", (platform,))
        (check,) = declarations.rulesets_parse(Subject(record, (platform,)))
        assert (check.subject, check.status) == ("toy/service/trial", status), check.message


@pytest.mark.parametrize(
    ("id", "zh", "en", "said"),
    [
        ("scored", "有", "Has one", "'scored' is a status of the package"),
        ("Trial", "试", "Trial", "is not an id"),
        ("trial", "", "Trial", "status of shops trial needs zh and en"),
        ("trial", "试", " ", "status of shops trial needs zh and en"),
    ],
)
def test_statuses_that_cannot_be(id: str, zh: str, en: str, said: str) -> None:
    with pytest.raises(ss.DeclarationError, match=said):
        ShopStatus(id, zh=zh, en=en)


def test_statuses_declared_differently_are_a_conflict() -> None:
    other = evolve(TRIAL, en="Trial")
    with pytest.raises(ss.DeclarationError, match="status of shops trial is already declared"):
        evolve(TOY, statuses=(TRIAL, other))
    declares = evolve(TOY, statuses=(TRIAL,))
    toy = PluginRecord("toy", "toy", "shopscore-toy", "1", "active", (declares,))
    more = PluginRecord(
        "more", "more", "d", "1", "active", additions=(Addition("toy", statuses=(other,)),)
    )
    assert [r.status for r in mark_conflicts([toy, more])] == ["active", "conflict"]


# ------------------------------------------------------------------- additions of one plugin

PARCELS = Stream("parcels", ("parcel_id",), (Column("parcel_id", "text", required=True), SHOP))
SCANS = Stream(
    "scans",
    ("scan_id",),
    (Column("scan_id", "text", required=True), SHOP, Column("parcel_id", "text")),
    links=(Link("parcel_id", "parcels"),),
)


def orders(*columns: Column) -> Stream:
    id = Column("order_id", "text", required=True)
    return Stream("orders", ("order_id",), (id, SHOP, *columns))


def test_one_addition_may_link_to_the_stream_of_another() -> None:
    for some in permutations([Addition("toy", streams=(s,)) for s in (PARCELS, SCANS, TENTS)]):
        assert merged(*some).all_streams["scans"].link("parcel").stream == "parcels"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (Addition("toy", streams=(evolve(PARCELS, key=("shop_code",), columns=(Column("shop_code", "text"), SHOP)),)), "stream parcels is already declared with another key"),
        (Addition("toy", statuses=(evolve(TRIAL, en="Trial"),)), "status of shops trial is already declared differently"),
    ],
)  # fmt: skip
def test_a_plugin_that_contradicts_itself_is_invalid(other: Addition, said: str) -> None:
    found = added(Addition("toy", streams=(PARCELS,), statuses=(TRIAL,)), other)
    assert (found["toy"].status, found["more"].status) == ("active", "invalid")
    assert said in str(found["more"].error)


PLUGIN = """
from shopscore import Addition, Column, Link, ShopStatus, Stream, hookimpl
PLUGIN_API = 1
SHOP = Column("shop_id", "text", required=True)
PARCEL = Column("parcel_id", "text", required=True)
SCANS = Stream("scans", ("scan_id",), (Column("scan_id", "text", required=True), SHOP,
    Column("parcel_id", "text")), links=(Link("parcel_id", "parcels"),))
@hookimpl
def shopscore_additions():
    return [
        Addition("base", streams=(SCANS,)),
        Addition("base", streams=(Stream("parcels", ("parcel_id",), (PARCEL, SHOP)),)),
        Addition("base", statuses=(ShopStatus("trial", zh="试营业", en="On trial"),)),
    ]
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("site"))
    site.add_platform("base", "base")
    site.add("p-more", PLUGIN)
    return site


def test_an_installed_plugin_with_several_additions_to_a_platform(site: Site) -> None:
    found = site.list()
    assert found["p-more:p_more"]["status"] == "active", found["p-more:p_more"]["error"]
    assert found["p-more:p_more"]["adds_to"] == ["base"]


def test_commands_tell_of_a_status_by_its_name(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        f'schema = 1\nextends = "base/service/2025-01-01"\nversion = "mine"\n{STATUS.format(word="trial")}',
        encoding="utf-8",
    )
    facts = site.run("shopscore-plugins", "rules", "base", "--ruleset", file, "--format", "json")
    valid("rules", json.loads(facts.out))
    for name, frame in frames(1).items():
        frame.drop("shop_type", strict=False).write_csv(tmp_path / f"{name}.csv")
    asked = ("score", tmp_path, "--platform", "base", "--ruleset", file, "--as-of", "2025-06-30")
    for lang, name in (("en", "On trial"), ("zh", "试营业")):
        told = site.run("shopscore", *asked, "--lang", lang)
        assert name in told.out, told.err
        told = site.run("shopscore", *asked, "--lang", lang, "--shop", "A")
        assert name in told.out, told.err
        told = site.run("shopscore-plugins", "rules", "base", "--ruleset", file, "--lang", lang)
        assert name in told.out, told.err
