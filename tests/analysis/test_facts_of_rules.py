"""Facts of rules: plain data in which every number of the TOML stands, beside its source."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import shopscore as ss
from shopscore.analysis.rule_diff import list_changes
from shopscore.analysis.rule_facts import list_facts
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.results.documents import dumped
from shopscore.rules.ruleset_toml import parse_ruleset
from shopscore.testing.toy import PLATFORM as TOY

ROOT = Path(__file__).parents[2]
INSTALLED = [
    (platform, card, version)
    for platform in (*ss.platforms(), TOY)
    for card in platform.scorecards
    for version in card.versions
]
IDS = [f"{card.name}/{version}" for _, card, version in INSTALLED]
Tables = dict[str, Any]

#: What the three keys of a bound are called among the facts.
LIMITS = {
    "at_least": "at least",
    "at_most": "at most",
    "below": "below",
    "above": "above",
    "equals": "equal to",
    "times_industry_mean": "at most",
}
#: The keys of a relief, and what they are called among the facts.
RELIEFS = {
    "from_base": "from_base",
    "count_at_most": "count_at_most",
    "or_count_below": "count_below",
    "bound_below_base": "bound",
}


@pytest.fixture(params=INSTALLED, ids=IDS)
def installed(request: pytest.FixtureRequest) -> tuple[BoundRuleSet, Tables]:
    platform, card, version = request.param
    text, _ = card.text(version)
    rules = BoundRuleSet.bind(platform, card, card.ruleset(version))
    return rules, tomllib.loads(text, parse_float=Decimal)


# ------------------------------------------------------------------------------ every number

Number = tuple[str, Any, Any, Any]
"""A place, what the TOML has there, the table of the facts, and the key there."""


def by_id(rows: list[Any]) -> dict[str, Any]:
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["id"]: row for row in rows}


def pairs(document: Tables, facts: Mapping[str, Any]) -> Iterator[Number]:
    """Every number of the TOML that has a key of its own, with where the facts must say it."""
    for key in ("low", "high", "decimals"):
        yield f"scale.{key}", document["scale"][key], facts, key
    for dimension in document.get("dimensions", []):
        there = by_id(facts["dimensions"])[dimension["id"]]
        place = f"dimensions.{dimension['id']}"
        for key in ("weight", "points"):
            if key in dimension:
                yield f"{place}.{key}", dimension[key], there, key
        for entry in dimension.get("metrics", []):
            if "missing" in dimension:  # its points are given: nothing is weighed
                continue
            key = "weight" if "weight" in entry else "share_of_rest"
            metric = by_id(there["metrics"])[entry["id"]]
            assert metric["of_rest"] == (key == "share_of_rest")
            yield f"{place}.{entry['id']}.{key}", entry[key], metric, "weight"
    for name in ("eligibility", "tiers"):
        for table in document.get(name, []):
            there = by_id(facts[name])[table["id"]]
            (key,) = (key for key in LIMITS if key in table)
            assert there["operator"] == LIMITS[key]
            assert there["times_industry_mean"] == (key == "times_industry_mean")
            assert there["metric"] == table.get("metric")
            yield f"{name}.{table['id']}.{key}", table[key], there, "bound"
            if "or_count_below" in table:
                yield f"{name}.{table['id']}", table["or_count_below"], there, "or_count_below"
    yield from pairs_of_criteria(document, facts)
    for key, name in (("bonus", "bonus"), ("deduction", "deductions")):
        assert [t["metric"] for t in document.get(key, [])] == [m["id"] for m in facts[name]]
        for table in document.get(key, []):
            if "cap" in table:
                yield (
                    f"{key}.{table['metric']}.cap",
                    table["cap"],
                    by_id(facts[name])[table["metric"]],
                    "cap",
                )
            if "worth" in table:
                there = by_id(facts[name])[table["metric"]]
                yield f"{key}.{table['metric']}.worth", table["worth"], there, "worth"
    for name, number in (("set_points", "points"), ("fixed_totals", "total")):
        assert len(document.get(name, [])) == len(facts[name])
        for at, (table, there) in enumerate(zip(document.get(name, []), facts[name], strict=True)):
            if number in table:
                yield f"{name}.{at}.{number}", table[number], there, number


def pairs_of_criteria(document: Tables, facts: Mapping[str, Any]) -> Iterator[Number]:
    """Every bound of the criteria, and what relieves them."""
    assert [table["id"] for table in document.get("criteria", [])] == [*by_id(facts["criteria"])]
    for table in document.get("criteria", []):
        there = by_id(facts["criteria"])[table["id"]]
        (key,) = (key for key in LIMITS if key in table)
        assert there["operator"] == LIMITS[key]
        assert there["without_rows"] == table.get("without_rows", False)
        yield f"criteria.{table['id']}.{key}", table[key], there, "bound"
        elsewhere = [(key, n) for t in table.get("elsewhere", []) for key, n in bounds_of(t)]
        assert [n for _, n in elsewhere] == [other["bound"] for other in there["elsewhere"]]
        assert {key for key, _ in elsewhere} <= {key}, "the same operator everywhere"
        assert (there["relief"] is not None) == any(k in table for k in RELIEFS)
        for key in RELIEFS.keys() & table.keys():
            yield f"criteria.{table['id']}.{key}", table[key], there["relief"], RELIEFS[key]
        if there["relief"] is not None:
            assert there["relief"]["count_of"] == table.get("count_of")


def bounds_of(table: Tables) -> list[tuple[str, Any]]:
    return [(key, table[key]) for key in LIMITS if key in table]


def value_of(number: Any, document: Tables) -> Any:
    """A number as it is, or the value of the assumption in its place."""
    if not isinstance(number, dict):
        return number
    value = by_id(document["assumptions"])[number["assume"]].get("value")
    return number[value] if len(number) > 1 else value


def nested(value: Any, document: Tables) -> Any:
    """The parameters of a scorer, with every assumption replaced."""
    if isinstance(value, list):
        return [nested(item, document) for item in value]
    if isinstance(value, dict) and "assume" not in value:
        return {key: nested(item, document) for key, item in value.items()}
    return value_of(value, document)


def check_every_number(facts: Mapping[str, Any], document: Tables) -> int:
    """Compare number by number; return how many there are."""
    seen = 0
    for place, number, there, key in pairs(document, facts):
        seen += 1
        assert there[key] == value_of(number, document), place
        assert type(there[key]) is type(value_of(number, document)), place
        said = there[f"{key}_source"]
        if not isinstance(number, dict):
            assert said, f"{place}: a number without a source"
            assert said in by_id(facts["sources"]), place
            assert f"{key}_choices" not in there
        elif len(number) == 1:
            assert said == f"assumption {number['assume']}", place
        else:
            assert said.endswith(f", by assumption {number['assume']}"), place
            words = {word: n for word, n in number.items() if word != "assume"}
            assert there[f"{key}_choices"] == words, place
    for name, table in document.get("scorers", {}).items():
        there = by_id(facts["scorers"])[name]
        parameters = {
            k: v for k, v in table.items() if k not in ("kind", "source", "missing", "missing_zh")
        }
        for key, value in parameters.items():
            seen += 1
            assert there[key] == nested(value, document), f"scorers.{name}.{key}"
        assert (there["kind"], there["source"]) == (table["kind"], table.get("source"))
        assert set(there.get("declared", {})) == set(parameters)
        assert there.get("missing") == table.get("missing")
    for table, there in zip(document.get("weights", []), facts["weight_tables"], strict=True):
        width = len(table["ids"])
        assert there["columns"] == table["ids"]
        assert [row["weights"] for row in there["rows"]] == [row[-width:] for row in table["rows"]]
        seen += width * len(table["rows"])
    used = [m["scorer"] for d in facts["dimensions"] for m in d["metrics"] if m["scorer"]]
    assert all(scorer == by_id(facts["scorers"])[scorer["id"]] for scorer in used)
    for table in document.get("assumptions", []):
        _, _, version = facts["name"].split("/")
        there = by_id(facts["assumptions"])[f"{document['platform']}.{version}.{table['id']}"]
        for key in ("value", "low", "high", "reason", "kind"):
            seen += 1
            assert there[key] == table.get(key), f"assumptions.{table['id']}.{key}"
        assert there["choices"] == table.get("choices", [])
        assert there["nullable"] == table.get("nullable", False)
    own = [a for a in facts["assumptions"] if not a["id"].endswith(".ranking.min_peers")]
    assert len(own) == len(document.get("assumptions", []))
    return seen


def test_every_number_of_an_installed_rule_set(installed: tuple[BoundRuleSet, Tables]) -> None:
    rules, document = installed
    assert check_every_number(list_facts(rules), document) > 3


def test_facts_are_plain_data(installed: tuple[BoundRuleSet, Tables]) -> None:
    rules, _ = installed
    facts = list_facts(rules)
    again = json.loads(dumped(facts))
    assert again["name"] == rules.ruleset.name
    assert set(again) == set(facts)
    assert list(leaves(facts)), "nothing else than what JSON has, and dates and decimals"


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        assert all(isinstance(key, str) for key in value)
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        from datetime import date

        assert value is None or isinstance(value, str | int | float | bool | Decimal | date), value
        yield value


def test_every_metric_stands_in_one_place(installed: tuple[BoundRuleSet, Tables]) -> None:
    """Weighed, adjusting, shown, or used by conditions only."""
    rules, _ = installed
    facts = list_facts(rules)
    ids = [m["id"] for d in facts["dimensions"] for m in d["metrics"]]
    for group in ("bonus", "deductions", "informational", "conditions_only"):
        ids += [m["id"] for m in facts[group]]
    assert sorted(ids) == sorted(rules.ruleset.needed_metric_ids)


# ------------------------------------------------------------ what no installed rule set has yet

FULL = """
schema = 1
platform = "full"
scorecard = "values"
version = "1"
status = "seed"
zh = "全"
en = "Full"
ranking = { assume = "rank" }
peers = { need_eligibility = { assume = "peers" } }
scale = { low = 0, high = 5, decimals = { assume = "places" }, source = "page" }
sources.page = { title = "A page", confidence = "I" }
[scorers.line]
kind = "linear"
line = [[0, { assume = "least" }], [5, 5]]
source = "page"
[[dimensions]]
id = "a"
zh = "甲"
en = "A"
weight = { assume = "share", half = 0.5, most = 0.8 }
source = "page"
metrics = [
    { id = "up", scorer = "line", weight = 0.4, source = "page" },
    { id = "down", scorer = "line", share_of_rest = { assume = "rest" } },
]
[[dimensions]]
id = "b"
zh = "乙"
en = "B"
weight = 0.2
points = { assume = "points" }
source = "page"
[[bonus]]
metric = "extra"
cap = 0.5
source = "page"
[[deduction]]
metric = "fine"
cap = { assume = "share", half = 1, most = 2 }
source = "page"
[[deduction]]
metric = "blame"
cap = { assume = "most_blame" }
[[deduction]]
metric = "rest"
[comparison]
kind = "difference"
mean = { assume = "mean" }
source = "page"
[[eligibility]]
id = "few"
zh = "少"
en = "Few"
metric = "seen"
at_most = { assume = "few" }
status = "suppressed"
[[tiers]]
id = "calm"
zh = "静"
en = "Calm"
metric = "down"
times_industry_mean = 3
or_count_below = { assume = "few" }
source = "page"
[[tiers]]
id = "good"
zh = "好"
en = "Good"
below = 2
source = "page"
[[criteria]]
id = "quiet"
metric = "down"
at_most = { assume = "few" }
from_base = { assume = "few" }
count_at_most = 4
count_of = "seen"
without_rows = true
source = "page"
[[criteria]]
id = "rising"
metric = "up"
above = 1
from_base = 9
bound_below_base = 0.5
source = "page"
[[criteria]]
id = "near"
metric = "down"
times_industry_mean = 2
or_count_below = { assume = "few" }
source = "page"
[[criteria]]
id = "old"
days_since = "opened_at"
equals = 7
zh = "七天"
en = "A week"
source = "page"
[[criteria]]
id = "high"
total = true
at_least = 3
zh = "高"
en = "High"
source = "page"
[[levels]]
id = "top"
zh = "顶"
en = "Top"
all_of = ["quiet", ["rising", "near"], "high"]
source = "page"
[[levels]]
id = "low"
zh = "低"
en = "Low"
any_of = [["old", "near"], "rising"]
[[levels]]
id = "last"
zh = "末"
en = "Last"
[evaluation]
quarterly = 5
projected = "next"
source = "page"
"""
ASSUMED: dict[str, Tables] = {
    "rank": {"kind": "choice", "value": "cume_dist", "choices": ["cume_dist", "mean"]},
    "peers": {"kind": "boolean", "value": True},
    "places": {"kind": "integer", "value": 1},
    "least": {"kind": "decimal", "value": Decimal("0.5")},
    "share": {"kind": "choice", "value": "most", "choices": ["half", "most"]},
    "rest": {"kind": "decimal", "value": 2},
    "points": {"kind": "decimal", "nullable": True},
    "most_blame": {"kind": "decimal", "value": Decimal("0.75")},
    "mean": {"kind": "choice", "value": "shops", "choices": ["shops", "pooled"]},
    "few": {"kind": "integer", "value": 3},
}


def metric(id: str, role: Any = "scored") -> ss.ValueMetric:
    better: Any = "lower" if role == "deduction" or id == "down" else "higher"
    return ss.ValueMetric(id, zh="值", en="Value", better=better, why="a test says it", role=role)


UP, DOWN, SEEN, EXTRA = metric("up"), metric("down"), metric("seen"), metric("extra", "bonus")
FINE, BLAME, REST = (metric(id, "deduction") for id in ("fine", "blame", "rest"))
PLATFORM = ss.Platform(
    id="full", zh="全", en="Full", zone="Asia/Shanghai", currency="CNY",
    scorecards=(ss.Scorecard("values", zh="值", en="Values", metrics=__name__, rulesets="full:no"),),
)  # fmt: skip


def assumptions(changes: Mapping[str, Any] = {}) -> str:
    def text(value: Any) -> str:
        return str(value) if isinstance(value, Decimal) else json.dumps(value)

    tables = []
    for id, table in ASSUMED.items():
        cells = {"id": id, "reason": f"nobody says {id}", **table, **changes.get(id, {})}
        tables.append("[[assumptions]]\n" + "".join(f"{k} = {text(v)}\n" for k, v in cells.items()))
    return "".join(tables)


def bound(text: str = FULL + assumptions()) -> BoundRuleSet:
    ruleset = parse_ruleset(text, "full.toml")
    return BoundRuleSet.bind(PLATFORM, PLATFORM.scorecard(), ruleset)


def test_every_number_where_all_that_can_be_said_is_said() -> None:
    text = FULL + assumptions()
    facts = list_facts(bound(text))
    assert check_every_number(facts, tomllib.loads(text, parse_float=Decimal)) > 60
    assert [m["id"] for m in facts["conditions_only"]] == ["seen"]
    said = {
        key: (facts[key], facts[f"{key}_source"]) for key in ("ranking", "peers_need_eligibility")
    }
    assert said == {
        "ranking": ("cume_dist", "assumption rank"),
        "peers_need_eligibility": (True, "assumption peers"),
    }
    assert facts["comparison"] == {
        "kind": "difference", "kind_source": "page", "mean": "shops", "mean_source": "assumption mean",
    }  # fmt: skip
    assert facts["scorers"][0]["declared"] == {"line": "((0, [least]), (5, 5))"}


def test_where_there_is_no_number_there_is_no_source() -> None:
    facts = list_facts(bound())
    first, second = facts["dimensions"]
    assert (first["points"], first["points_source"], first["states_points"]) == (None, None, False)
    assert (second["points"], second["points_source"]) == (None, "assumption points")
    assert second["states_points"] is True
    (calm, good) = facts["tiers"]
    assert (good["or_count_below"], good["or_count_below_source"]) == (None, None)
    assert calm["or_count_below_source"] == "assumption few"
    caps = {m["id"]: (m["cap"], m["cap_source"]) for m in facts["deductions"]}
    assert caps == {
        "fine": (2, "page, by assumption share"),
        "blame": (Decimal("0.75"), "assumption most_blame"),
        "rest": (None, None),
    }


def test_facts_are_what_the_schema_says() -> None:
    """All of it is described, also what no installed rule set has."""
    jsonschema = pytest.importorskip("jsonschema")
    from importlib import resources

    file = resources.files("shopscore") / "schemas" / "rules.schema.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    document = json.loads(
        dumped({"schema": "shopscore.rules/1", "rulesets": [list_facts(bound())]})
    )
    jsonschema.Draft202012Validator(schema).validate(document)
    known = {name: set(properties(table, schema)) for name, table in schema["$defs"].items()}
    (facts,) = document["rulesets"]
    groups = [("ruleset", facts), ("eligibility", facts["eligibility"][0])]
    groups += [("tier", tier) for tier in facts["tiers"]]
    groups += [("dimension", dimension) for dimension in facts["dimensions"]]
    groups += [("weighted", m) for d in facts["dimensions"] for m in d["metrics"]]
    groups += [("adjusting", m) for m in (*facts["bonus"], *facts["deductions"])]
    groups += [("metric", m) for m in facts["conditions_only"]]
    groups += [("criterion", c) for c in facts["criteria"]]
    groups += [("level", level) for level in facts["levels"]]
    for name, table in groups:
        assert set(table) <= known[name], name


def properties(node: Any, schema: Any) -> dict[str, Any]:
    if "$ref" in node:
        return properties(schema["$defs"][node["$ref"].rpartition("/")[2]], schema)
    found = dict(node.get("properties", {}))
    for part in node.get("allOf", []):
        found |= properties(part, schema)
    return found


# ------------------------------------------------------------------------------------- changes


def test_a_rule_set_does_not_change_from_itself(installed: tuple[BoundRuleSet, Tables]) -> None:
    rules, _ = installed
    assert list_changes(rules, rules) == []
    other = evolve(rules, ruleset=evolve(rules.ruleset, version="renamed"))
    assert list_changes(rules, other) == [], "its name is no rule"


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("weight = 0.2", "weight = 0.3", ("dimensions[b].weight", Decimal("0.2"), Decimal("0.3"))),
        ("weight = 0.4", "weight = 0.3", ("dimensions[a].metrics[up].weight", Decimal("0.4"), Decimal("0.3"))),
        ("cap = 0.5", "cap = 0.6", ("bonus[extra].cap", Decimal("0.5"), Decimal("0.6"))),
        ("half = 1,", "half = 3,", ("deductions[fine].cap_choices.half", 1, 3)),
        ("times_industry_mean = 3", "times_industry_mean = 4", ("tiers[calm].bound", 3, 4)),
        ("below = 2", "at_least = 2", ("tiers[good].operator", "below", "at least")),
        ('"difference"', '"spread"', ("comparison.kind", "difference", "spread")),
        ('status = "suppressed"', 'status = "growth"', ("eligibility[few].status", "suppressed", "growth")),
        ("high = 5,", "high = 6,", ("high", 5, 6)),
        ('title = "A page"', 'title = "Another"', ("sources[page].title", "A page", "Another")),
        ('en = "Calm"', 'en = "Quiet"', ("tiers[calm].en", "Calm", "Quiet")),
    ],
)  # fmt: skip
def test_one_change_is_one_line(old: str, new: str, change: tuple[str, Any, Any]) -> None:
    text = FULL + assumptions()
    assert text.count(old) == 1
    assert list_changes(bound(text), bound(text.replace(old, new))) == [change]
    place, before, after = change
    assert list_changes(bound(text.replace(old, new)), bound(text)) == [(place, after, before)]


def test_an_assumption_that_has_another_value() -> None:
    """Where it stands for a number, and in its own place."""
    before, after = bound(), bound(FULL + assumptions({"few": {"value": 4}}))
    assert list_changes(before, after) == [
        ("eligibility[few].bound", 3, 4),
        ("tiers[calm].or_count_below", 3, 4),
        ("criteria[quiet].bound", 3, 4),
        ("criteria[quiet].relief.from_base", 3, 4),
        ("criteria[near].relief.count_below", 3, 4),
        ("assumptions[few].value", 3, 4),
    ]


def test_what_is_new_was_nothing() -> None:
    more = '[[tiers]]\nid = "new"\nzh = "新"\nen = "New"\nat_least = 4\nsource = "page"\n'
    found = list_changes(bound(), bound(FULL + more + assumptions()))
    assert found
    assert all(place.startswith("tiers[new].") and old is None for place, old, _ in found)
    assert ("tiers[new].bound", None, 4) in found


# --------------------------------------------------------------------------- pages of the rules


@pytest.fixture(scope="module")
def pages() -> Iterator[Any]:
    """The module that writes the pages of the documentation."""
    folder = str(ROOT / "docs/_ext")
    sys.path.insert(0, folder)
    try:
        import pages_of_rulesets

        yield pages_of_rulesets
    finally:
        sys.path.remove(folder)


def named(text: str) -> tuple[str, str]:
    """What stands above the table of assumptions, and from there on."""
    above, _, below = text.partition("\n## Assumptions\n")
    return above, below


def test_a_page_names_every_assumption(installed: tuple[BoundRuleSet, Tables], pages: Any) -> None:
    """With its reason in the table at the end; and where it stands for a number, in brackets."""
    rules, _ = installed
    above, below = named(pages.page(rules.platform, list_facts(rules)))
    ruleset = rules.ruleset
    for id, assumption in ruleset.assumptions.items():
        assert f"`{ruleset.full_id(id)}`" in below, id
        assert assumption.reason.replace("|", "\\|") in below, id
    everywhere = ruleset.assumptions_named | {a.id for a in rules.assumptions}
    for id in everywhere - said_in_the_head_only(ruleset):
        assert f"[{id}]" in above, f"{id} stands for something, and the page does not say where"


def said_in_the_head_only(ruleset: ss.RuleSet) -> set[str]:
    """A ranking is only told where shops are ranked, a policy only where there is a total."""
    from shopscore.model.binding import assumed_ids

    said = (ruleset.ranking, ruleset.min_peers, ruleset.missing, ruleset.peers_need_eligibility)
    return set(assumed_ids(said))


def test_a_page_of_all_that_can_be_said(pages: Any) -> None:
    above, below = named(pages.page(PLATFORM, list_facts(bound())))
    for id in ASSUMED:
        assert f"`full.1.{id}`" in below
    for id in ASSUMED.keys() - {"rank"}:  # nothing is ranked
        assert f"[{id}]" in above, f"{id} stands for something, and the page does not say where"
    for number in ("0.5", "0.8", "0.75"):
        assert number in above + below


def test_the_helper_finds_a_number_that_is_not_said() -> None:
    """The walk through the TOML above would see a fact that is wrong, or is missing."""
    text = FULL + assumptions()
    document = tomllib.loads(text, parse_float=Decimal)
    facts = list_facts(bound(text))
    for place, _, _, _ in list(pairs(document, facts)):
        spoilt = deepcopy(facts)
        ((there, key),) = ((t, k) for p, _, t, k in pairs(document, spoilt) if p == place)
        there[key] = -99
        with pytest.raises(AssertionError):
            check_every_number(spoilt, document)
