"""Weights and bands hidden in the consoles of many shops and days, and found again."""

from __future__ import annotations

import json
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from shopscore import Platform, Scorecard, ValueMetric
from shopscore.analysis.learning.learned import learn_numbers
from shopscore.errors import InputError
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.reading.documents.documents import Document, Documents
from shopscore.reading.documents.extraction import extract
from shopscore.reading.documents.outer_forms import answers_of
from shopscore.reading.documents.recognition import recognise
from shopscore.rules.ruleset_toml import parse_ruleset
from support.consoles import MAPPING, pages

F = Fraction
WEIGHTS = {"goods": F(41, 100), "logistics": F(22, 100), "service": F(37, 100)}
BANDS = ((F(70, 100), 60), (F(85, 100), 80), (F(95, 100), 100))

good_rate = ValueMetric(
    "good_rate", zh="好评率", en="Good", better="higher", why="a test", unit="ratio"
)
speed = ValueMetric("speed", zh="速", en="Speed", better="higher", why="a test")
answers = ValueMetric("answers", zh="答", en="Answers", better="higher", why="a test")

PLATFORM = Platform(
    id="toy", zh="玩", en="Toy", zone="Asia/Shanghai", currency="CNY",
    scorecards=(Scorecard("service", zh="分", en="Score", metrics=__name__, rulesets="support:none"),),
)  # fmt: skip

RULES = """
schema = 1
platform = "toy"
scorecard = "service"
version = "1"
status = "inferred"
zh = "分"
en = "Score"
scale = { low = 0, high = 100, decimals = 0, source = "page" }
sources.page = { title = "A page", confidence = "I" }
[[assumptions]]
id = "weight"
kind = "decimal"
nullable = true
low = 0
high = 1
reason = "not published"
[scorers.bands]
kind = "bands"
missing = "the limits are not published"
[[dimensions]]
id = "goods"
zh = "货"
en = "Goods"
weight = { assume = "weight" }
metrics = [{ id = "good_rate", scorer = "bands", weight = 1, source = "page" }]
[[dimensions]]
id = "logistics"
zh = "流"
en = "Logistics"
weight = { assume = "weight" }
metrics = [{ id = "speed", scorer = "bands", weight = 1, source = "page" }]
[[dimensions]]
id = "service"
zh = "服"
en = "Service"
weight = { assume = "weight" }
metrics = [{ id = "answers", scorer = "bands", weight = 1, source = "page" }]
"""


@pytest.fixture(scope="module")
def rules():
    card = PLATFORM.scorecards[0]
    return BoundRuleSet.bind(PLATFORM, card, parse_ruleset(RULES, "test"))


def documents(files):
    read = []
    for name, text in files.items():
        for answer in answers_of(text.encode(), name):
            found = recognise(answer, [MAPPING])
            read.append(Document(name, MAPPING, extract(found, ZoneInfo("Asia/Shanghai")), "shops"))
    return Documents(tuple(read))


def changed(files, name, **cells):
    return {**files, name: json.dumps({**json.loads(files[name]), **cells})}


@pytest.mark.parametrize(("decimals", "width"), [(0, F(3, 100)), (1, F(5, 1000))])
def test_hidden_weights_are_enclosed(rules, decimals, width):
    shown = documents(pages(WEIGHTS, shops=40, days=30, decimals=decimals))
    (learned,) = learn_numbers(shown, rules)
    found = {w.id: (w.low, w.high) for w in learned.weights}
    assert not learned.contradictions
    assert found.keys() == WEIGHTS.keys()
    for id, (low, high) in found.items():
        assert low <= WEIGHTS[id] <= high
        assert high - low < width


def test_hidden_bands_are_enclosed(rules):
    shown = documents(pages(WEIGHTS, shops=40, days=30, decimals=1, bands=BANDS))
    (learned,) = learn_numbers(shown, rules)
    found = {b.points: (b.missed, b.reached) for b in learned.bands if b.missed is not None}
    assert found.keys() == {F(p) for _, p in BANDS}
    for limit, points in BANDS:
        missed, reached = found[F(points)]
        assert missed < limit <= reached
        assert reached - missed < F(2, 100)


def test_weights_that_stand_in_documents_are_taken_as_they_are(rules):
    files = pages(WEIGHTS, shops=1, days=1, decimals=0)
    (name,) = files
    page = json.loads(files[name])
    for id, weight in {"goods": "40%", "logistics": 20, "service": 40}.items():
        page[id]["weight"] = weight
    (learned,) = learn_numbers(documents({name: json.dumps(page)}), rules)
    assert {w.id: (w.low, w.high, w.stated) for w in learned.weights} == {
        "goods": (F(2, 5), F(2, 5), True),
        "logistics": (F(1, 5), F(1, 5), True),
        "service": (F(2, 5), F(2, 5), True),
    }


def test_documents_that_contradict_each_other_are_named(rules):
    files = pages(WEIGHTS, shops=3, days=4, decimals=1)
    wrong = "S001-2026-08-03.json"
    points = json.loads(files[wrong])
    least = min(float(points[id]["points"]) for id in WEIGHTS)
    (learned,) = learn_numbers(documents(changed(files, wrong, total=least - 20)), rules)
    assert not learned.weights
    (against,) = learned.contradictions
    assert wrong in str(against.said)
    assert against.second.label == wrong


def test_bands_that_contradict_each_other_are_named(rules):
    files = pages(WEIGHTS, shops=1, days=2, decimals=1, bands=BANDS)
    one, two = files
    files = changed(files, one, good_rate={"value": "0.9000", "points": 60})
    files = changed(files, two, good_rate={"value": "0.8000", "points": 80})
    (learned,) = learn_numbers(documents(files), rules)
    assert not learned.bands
    assert {p for c in learned.contradictions for p in (c.first.label, c.second.label)} == {
        one,
        two,
    }


def test_each_industry_is_learned_alone(rules):
    other = {"goods": F(1, 2), "logistics": F(1, 4), "service": F(1, 4)}
    files = pages(WEIGHTS, shops=5, days=20, decimals=1)
    more = pages(other, shops=5, days=20, decimals=1, seed=2, industry="food")
    files |= {f"food-{name}": text.replace('"S', '"F') for name, text in more.items()}
    food, toys = learn_numbers(documents(files), rules)
    assert (food.industry, toys.industry) == ("food", "toys")
    for learned, weights in ((food, other), (toys, WEIGHTS)):
        for weight in learned.weights:
            assert weight.low <= weights[weight.id] <= weight.high


def test_what_nothing_proves_is_not_written(rules):
    files = pages(WEIGHTS, shops=1, days=1, decimals=0)
    (name,) = files
    (learned,) = learn_numbers(documents(changed(files, name, total=None)), rules)
    assert not learned


def test_totals_at_the_end_of_the_scale_tell_one_side(rules):
    files = pages(WEIGHTS, shops=1, days=1, decimals=0)
    (name,) = files
    points = {id: {"points": 100} for id in WEIGHTS}
    top = changed(files, name, total=100, **points)
    (learned,) = learn_numbers(documents(changed(top, name, deduction=0)), rules)
    assert not learned.contradictions


def test_no_documents_are_an_error(rules):
    with pytest.raises(InputError, match="no document of toy"):
        learn_numbers(Documents(()), rules)


def test_a_numbers_file_scores_between_ends_that_hold_the_truth(rules, tmp_path):
    """What was learned goes into a file, and by it every shop's true total lies between its ends."""
    import polars as pl

    import shopscore as ss
    from shopscore.analysis.learning.numbers_file import numbers_file

    files = pages(WEIGHTS, shops=20, days=10, decimals=1, bands=BANDS)
    (learned,) = learn_numbers(documents(files), rules)
    written = tmp_path / "numbers.toml"
    written.write_text(numbers_file(learned), encoding="utf-8")
    points = {"speed": F(80), "answers": F(60)}
    for good, of_goods in ((F("0.3"), 50), (F("0.75"), 60), (F("0.9"), 80), (F("0.99"), 100)):
        values = pl.DataFrame({
            "shop_id": "S", "industry": "toys",
            "metric": ["good_rate", "speed", "answers"],
            "value": [str(float(good)), "1", "1"],
            "points": ["", *(str(int(p)) for p in points.values())],
        })  # fmt: skip
        shop = ss.score_values(
            values, platform=PLATFORM, ruleset=parse_ruleset(RULES, "test"),
            as_of="2026-09-01", numbers=written,
        )["S"]  # fmt: skip
        true = WEIGHTS["goods"] * of_goods + WEIGHTS["logistics"] * 80 + WEIGHTS["service"] * 60
        assert shop["good_rate"].points == of_goods
        assert shop.score_low - F(1, 2) <= true <= shop.score_high + F(1, 2)
        assert shop.score_high - shop.score_low <= 2
