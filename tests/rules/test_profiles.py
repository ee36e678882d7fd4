"""Profiles: numbers of a rule set in place of missing ones, used only where they are named."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.rules.numbers_toml import FilledRuleSet
from shopscore.rules.profiles import add_profile
from shopscore.rules.ruleset_toml import parse_ruleset
from support.three_dimensions import IDS, PLATFORM

TOP = """
schema = 1
platform = "three"
scorecard = "whole"
version = "1"
status = "seed"
zh = "总"
en = "Whole"
scale = { low = 0, high = 10, decimals = 2, source = "page" }
sources.page = { title = "A page", confidence = "O" }
sources.seen = { title = "A console", confidence = "P" }
scorers.same = { kind = "linear", line = [[0, 0], [10, 10]], source = "page" }
scorers.unknown = { kind = "bands", missing = "nobody says" }
"""
WEIGHT = """
[[assumptions]]
id = "{id}"
kind = "decimal"
nullable = true
low = 0
high = 1
reason = "not published"
"""
DIMENSION = """
[[dimensions]]
id = "{id}"
zh = "维"
en = "Dimension"
weight = {weight}
source = "page"
metrics = [{{ id = "{id}_value", scorer = "{scorer}", weight = 1, source = "page" }}]
"""
SEEN = """
[profiles.seen]
zh = "见到的"
en = "Seen"
[[profiles.seen.dimensions]]
id = "goods"
weight = 0.5
source = "seen"
[[profiles.seen.dimensions]]
id = "speed"
weight = 0.3
source = "seen"
[[profiles.seen.dimensions]]
id = "service"
weight = { assume = "left" }
[profiles.seen.scorers.unknown]
kind = "bands"
bands = [[1, 2], [5, 8]]
source = "seen"
"""
LEFT = '[[assumptions]]\nid = "left"\nkind = "decimal"\nvalue = 0.2\nlow = 0\nhigh = 1\nreason = "it is what is left"\n'


def text(profiles: str = SEEN) -> str:
    """Weights of three dimensions and the bands of the last are not published."""
    scorers = {"service": "unknown"}
    dimensions = "".join(
        DIMENSION.format(id=id, weight=f'{{ assume = "{id}" }}', scorer=scorers.get(id, "same"))
        for id in IDS
    )
    return TOP + dimensions + profiles + "".join(WEIGHT.format(id=id) for id in IDS) + LEFT


def rules_of(profiles: str = SEEN) -> ss.RuleSet:
    return parse_ruleset(text(profiles), "three.toml")


def score(profile: str | None = "seen", profiles: str = SEEN, **more: Any) -> ss.Result:
    """Two shops, of which every dimension has 6; the bands of service give 8 for it."""
    rows = [(shop, f"{id}_value", "6", shop) for shop in ("a", "b") for id in IDS]
    frame = pl.DataFrame(rows, schema=["shop_id", "metric", "value", "industry"], orient="row")
    return ss.score_values(frame, platform=PLATFORM, ruleset=rules_of(profiles),
                           as_of="2026-01-02", profile=profile, **more)  # fmt: skip


def totals(result: ss.Result) -> dict[str, str | None]:
    return {shop.shop_id: shop.score_exact for shop in result}


# ------------------------------------------------------------------------------------ in scores


def test_it_supplies_what_is_missing() -> None:
    result = score()
    exact = F("0.5") * 6 + F("0.3") * 6 + F("0.2") * 8
    assert totals(result) == dict.fromkeys("ab", str(exact))
    assert result.missing_numbers == ()
    document = result.to_dict()
    assert document["profile"] == "seen"
    assert {a["id"]: a["value"] for a in document["assumptions"]}["three.1.left"] == 0.2


def test_nothing_of_it_is_used_where_it_is_not_named() -> None:
    result = score(None)
    assert totals(result) == {"a": None, "b": None}
    assert {m.number for m in result.missing_numbers} == {
        *(f"dimensions.{id}.weight" for id in IDS), "scorers.unknown",
    }  # fmt: skip
    assert "three.1.left" not in {a["id"] for a in result.to_dict()["assumptions"]}


def test_its_assumptions_may_be_others() -> None:
    exact = (F("0.5") * 6 + F("0.3") * 6 + F("0.4") * 8) / F("1.2")  # rescaled, and said
    result = score(assume={"left": "0.4"})
    assert totals(result)["a"] == str(exact)
    assert "weights_rescaled" in {notice.code for notice in result.notices}


def test_what_a_user_supplies_goes_before_it() -> None:
    """Weights of a file for all, bands of a file for some, and an assumption of the user's."""
    every = {"dimensions": [{"id": "goods", "weight": 0.2}]}
    some = {"industries": ["b"], "scorers": {"unknown": {"bands": [[0, 1]]}}}
    result = score(numbers=[every, some], assume={"speed": "0.6"})
    assert totals(result) == {
        "a": str(F("0.2") * 6 + F("0.6") * 6 + F("0.2") * 8),
        "b": str(F("0.2") * 6 + F("0.6") * 6 + F("0.2") * 1),
    }


def test_a_weight_may_be_a_share_of_the_rest() -> None:
    shares = """
[profiles.shares]
zh = "见到的"
en = "Seen"
[[profiles.shares.dimensions]]
id = "service"
metrics = [{ id = "service_value", share_of_rest = 3, source = "seen" }]
"""
    with pytest.raises(ss.RuleSetError, match="share_of_rest is published"):
        score("shares", shares)


# ----------------------------------------------------------------------------- what is refused


def refused(profiles: str, *words: str) -> None:
    """Refused where the rule set is read."""
    with pytest.raises(ss.RuleSetError) as caught:
        rules_of(profiles)
    for word in words:
        assert word in str(caught.value)


def changed(old: str, new: str) -> str:
    assert old in SEEN
    return SEEN.replace(old, new, 1)


def test_a_number_without_a_source() -> None:
    refused(changed('weight = 0.5\nsource = "seen"\n', "weight = 0.5\n"),
            "profiles.seen.dimensions[goods]", "weight = 0.5 needs a source")  # fmt: skip
    refused(changed('8]]\nsource = "seen"\n', "8]]\n"), "profiles.seen.scorers.unknown", "source")


def test_a_source_that_nobody_tells_of() -> None:
    refused(
        changed('weight = 0.5\nsource = "seen"', 'weight = 0.5\nsource = "sen"'),
        "source sen is not",
    )


def test_a_profile_without_a_name() -> None:
    refused(changed('en = "Seen"\n', ""), "profiles.seen", "key en is missing")
    refused(SEEN.replace("profiles.seen", 'profiles."not an id"'), "profile", "is not an id")
    refused(changed('en = "Seen"\n', 'en = "Seen"\nweight = 1\n'), "unknown key weight")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "goods"', 'id = "gods"', ("no dimension gods", "did you mean goods?")),
        ("weight = 0.5", "weight = 1.5", ("outside its bounds",)),
        ("weight = 0.5", "wait = 0.5", ("unknown key wait", "did you mean weight?")),
        (".scorers.unknown]", ".scorers.same]", ("scorer same is published",)),
        (".scorers.unknown]", ".scorers.other]", ("graded by scorer other",)),
        ('assume = "left"', 'assume = "lft"', ("no assumption lft", "did you mean left?")),
    ],
)
def test_what_the_rules_do_not_lack(old: str, new: str, words: tuple[str, ...]) -> None:
    """Refused where the profile is named."""
    ruleset = rules_of(changed(old, new))
    with pytest.raises(ss.RuleSetError) as caught:
        add_profile(FilledRuleSet(ruleset), ruleset, "seen")
    for word in words:
        assert word in str(caught.value)


def test_an_unknown_profile() -> None:
    with pytest.raises(
        ss.UsageError, match=r"three/whole/1 has no profile sen; did you mean seen\?"
    ):
        score("sen")
    with pytest.raises(ss.UsageError, match=r"three/whole/1 has no profile seen$"):
        score("seen", "")


# ------------------------------------------------------------------------ rule sets that extend


def test_a_rule_set_of_ones_own_has_those_of_its_base() -> None:
    more = 'extends = "three/whole/1"\nversion = "mine"\n'
    more += (
        '[profiles.mine]\nzh = "我的"\nen = "Mine"\ndimensions = [{ id = "goods", weight = 1 }]\n'
    )
    mine = parse_ruleset(more, "mine.toml", lambda _: (text(), "three.toml"))
    assert list(mine.profiles) == ["seen", "mine"]
    filled = add_profile(FilledRuleSet(mine), mine, "mine")
    goods = filled.ruleset.dimensions[0]
    assert (goods.weight, goods.source) == (1, "page")
    assert filled.profile == mine.profiles["mine"]
