"""Mappings in TOML: what each key becomes, and that nothing wrong in them goes unnoticed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shopscore.errors import RuleSetError
from shopscore.model.mappings import HEADERS, ROLES, Cell, DocumentMapping, Limit, Refusal
from shopscore.plugins.mapping_toml import mapping_of_platform, parse_mapping

TEXT = """\
schema = 1
id = "score"
zh = "体验分"
en = "Score"
scorecards = ["experience"]
identified_by = "data.score && `true`"
good = "code == `0`"
each = "data.shops"
unread = ["secret", "data.trace"]
uncertain = "The scale."
uncertain_zh = "分制。"
notes = ["A note."]
notes_zh = ["说明。"]

[[refusals]]
when = "code == `5`"
zh = "忙"
en = "busy"

[source]
title = "A page"
confidence = "P"

[shop]
shop_id = "id"
updated_at = { at = "at", as = "epoch_ms" }

[total]
points = "score"

[dimensions.goods]
weight = "goods.weight"

[metrics.rate]
value = { at = "rate", as = "percent" }

[facts.rank]
value = "rank"

[[rows]]
about = "dimension"
at = "days[]"
id = "goods"
day = "day"
points = "points"

[[rows]]
at = "metrics[1:]"
key = "name"
ids = { one = "rate", two = "other" }
facts = ["other"]
value = "max_by(values, &day).value"

[asked]
metric = "path[-2]"
ids = { otd = "on_time" }
date = { at = "query.date", as = "day_digits" }

[[limits]]
criterion = "rate"
metric = "rate"
bound = "count"
role = "target_high"
levels = ["TOP"]
"""


def parse(text: str) -> DocumentMapping:
    return parse_mapping(text, "score.toml")


def test_what_each_key_becomes():
    mapping = parse(TEXT)
    assert mapping.id == "score"
    assert (mapping.label.zh, mapping.label.en) == ("体验分", "Score")
    assert mapping.scorecards == ("experience",)
    assert mapping.unread == ("secret", "data.trace")
    assert mapping.refusals[0].when == "code == `5`"
    assert isinstance(mapping.refusals[0], Refusal)
    assert mapping.shop == {"shop_id": Cell("id", "text"), "updated_at": Cell("at", "epoch_ms")}
    assert [(f.subject, f.id, dict(f.cells)) for f in mapping.figures] == [
        ("total", "total", {"points": Cell("score", "number")}),
        ("dimension", "goods", {"weight": Cell("goods.weight", "weight")}),
        ("metric", "rate", {"value": Cell("rate", "percent")}),
        ("fact", "rank", {"value": Cell("rank", "number")}),
    ]
    days, metrics = mapping.rows
    assert (days.subject, days.id, days.day) == ("dimension", "goods", Cell("day", "day"))
    assert [metrics.subject_of(id) for id in ("rate", "other")] == ["metric", "fact"]
    assert mapping.asked is not None
    assert mapping.asked.cells == {"date": Cell("query.date", "day_digits")}
    assert mapping.limits == (Limit("rate", "rate", "target_high", "count", ("TOP",)),)
    assert "max_by(values, &day).value" in mapping.expressions


@pytest.mark.parametrize("role", ROLES)
def test_every_role_of_a_figure(role: str):
    cells = parse(TEXT + f'[metrics.another]\n{role} = "x"\n').figures[3].cells
    assert cells == {role: Cell("x", ROLES[role])}


@pytest.mark.parametrize("word", HEADERS)
def test_every_word_of_a_shop(word: str):
    text = TEXT.replace(
        'shop_id = "id"\nupdated_at = { at = "at", as = "epoch_ms" }', f'{word} = "x"'
    )
    assert parse(text).shop == {word: Cell("x", HEADERS[word])}


def changed(old: str, new: str) -> Callable[[], str]:
    assert old in TEXT
    return lambda: TEXT.replace(old, new, 1)


WRONG = {
    "this version reads schema = 1": changed("schema = 1", "schema = 2"),
    "key id is missing": changed('id = "score"\n', ""),
    "is not an id": changed('id = "score"', 'id = "The score"'),
    "key en is missing": changed('en = "Score"\n', ""),
    "key identified_by is missing": changed("identified_by", "notes_in"),
    "unknown key identified": changed("good =", "identified = true\ngood ="),
    "did you mean unread": changed("unread =", "unred ="),
    "unread is not a list of strings": changed('["secret", "data.trace"]', "[5]"),
    "notes_zh has 1 texts, notes has 2": changed('["A note."]', '["A note.", "Another."]'),
    "good: ": changed("code == `0`", "code == ["),
    "each: ": changed('"data.shops"', '"data..shops"'),
    "identified_by: no function lenght; did you mean length": changed(
        "data.score && `true`", "lenght(data)"
    ),
    "value: no function last": changed("max_by(values, &day).value", "values[?last(@)]"),
    "refusals[1]: key when is missing": changed('when = "code == `5`"\n', ""),
    "as = 'percents'; did you mean percent": changed('as = "percent"', 'as = "percents"'),
    "metrics.rate.value: key at is missing": changed('at = "rate", ', ""),
    "metrics.rate.value: unknown key unit": changed('as = "percent"', 'as = "percent", unit = "x"'),
    "metrics.rate: value = 5 is of the wrong type": changed('{ at = "rate", as = "percent" }', "5"),
    "dimensions.goods: unknown key wieght": changed("weight = ", "wieght = "),
    "shop: unknown key shop": changed("shop_id", "shop"),
    "about = 'total'": changed('about = "dimension"', 'about = "total"'),
    "rows[goods]: key at is missing": changed('at = "days[]"\n', ""),
    "rows need an id, or a key": changed('id = "goods"\n', ""),
    "rows[2]: rows need an id": changed(
        'ids = { one = "rate", two = "other" }\nfacts = ["other"]\n', ""
    ),
    "facts: another is not among the ids": changed('["other"]', '["another"]'),
    "rows[2].ids: one = 5": changed('one = "rate"', "one = 5"),
    "rows[2]: unknown key vlaue": changed('value = "max_by', 'vlaue = "max_by'),
    "asked: unknown key shop_name": changed("date = {", "shop_name = {"),
    "limits[1]: key criterion is missing": changed('criterion = "rate"\n', ""),
    "role = 'points'": changed('role = "target_high"', 'role = "points"'),
    "bound = 'n'": changed('bound = "count"', 'bound = "n"'),
    "source: key confidence is missing": changed('confidence = "P"\n', ""),
}


@pytest.mark.parametrize("said", WRONG)
def test_what_is_wrong_is_named_with_file_and_place(said: str):
    with pytest.raises(RuleSetError, match=r"score\.toml") as refused:
        parse(WRONG[said]())
    assert said in str(refused.value)


def test_a_mapping_of_a_plugin_needs_a_source():
    text = TEXT.replace('[source]\ntitle = "A page"\nconfidence = "P"\n', "")
    assert parse(text).source is None
    with pytest.raises(RuleSetError, match=r"needs a \[source\]"):
        mapping_of_platform(text, "score.toml", "x")
    assert mapping_of_platform(TEXT, "score.toml", "x").name == "x/score"


def test_facts_have_names():
    mapping = parse_mapping(f'{TEXT}\n[names]\nrank = {{ zh = "排名", en = "Rank" }}\n', "a.toml")
    assert {id: (name.zh, name.en) for id, name in mapping.names.items()} == {
        "rank": ("排名", "Rank")
    }
    with pytest.raises(RuleSetError, match=r"names.rank: key zh is missing"):
        parse_mapping(f'{TEXT}\n[names]\nrank = {{ en = "Rank" }}\n', "a.toml")
