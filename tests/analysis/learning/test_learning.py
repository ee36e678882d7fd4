"""Weights and bands hidden in the consoles of many shops and days, and found again."""

from __future__ import annotations

import json
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from shopscore import Platform, Scorecard, ValueMetric
from shopscore.analysis.learning.learned import learn_numbers
from shopscore.analysis.learning.numbers_file import numbers_file
from shopscore.errors import InputError
from shopscore.model.mappings import Cell
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.reading.documents.documents import Document, Documents
from shopscore.reading.documents.extraction import extract
from shopscore.reading.documents.outer_forms import answers_of
from shopscore.reading.documents.recognition import recognise
from shopscore.rules.numbers_toml import fill_numbers
from shopscore.rules.ruleset_toml import parse_ruleset
from support.consoles import MAPPING, pages, shown

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


def documents(files, mapping=MAPPING):
    read = []
    for name, text in files.items():
        for answer in answers_of(text.encode(), name):
            found = recognise(answer, [mapping])
            read.append(Document(name, mapping, extract(found, ZoneInfo("Asia/Shanghai")), "shops"))
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


def written(files, rules, **options):
    """Return the numbers file of each industry, in English."""
    return [numbers_file(one) for one in learn_numbers(documents(files, **options), rules)]


def halves(files):
    """Return each page as two documents: one has the points of dimensions, one all else."""
    made = {}
    for name, text in files.items():
        page = json.loads(text)
        made[f"a-{name}"] = json.dumps({k: v for k, v in page.items() if k not in WEIGHTS})
        kept = ("page", "shop", "day", *WEIGHTS)
        made[f"b-{name}"] = json.dumps({k: v for k, v in page.items() if k in kept})
    return made


PAGES = pages(WEIGHTS, shops=3, days=3, decimals=1, bands=BANDS)


@settings(max_examples=8)
@given(st.data())
def test_no_order_of_documents_changes_what_is_learned(rules, data):
    """Also of documents that complete each other, that repeat and that contradict each other."""
    files = halves(PAGES)
    names = sorted(files)
    for place in data.draw(
        st.lists(st.integers(0, len(names) - 1), min_size=2, max_size=4, unique=True)
    ):
        page = json.loads(files[names[place]])
        page["total"] = data.draw(st.sampled_from((70, "80.5", page.get("total", 75))))
        page["industry"] = data.draw(st.sampled_from(("toys", "food")))
        beside = f"{place}-more.json"
        files[data.draw(st.sampled_from((beside, names[place])))] = json.dumps(page)
    shuffled = data.draw(st.permutations([*files]))
    assert written({name: files[name] for name in shuffled}, rules) == written(files, rules)


def test_documents_of_one_day_complete_each_other(rules):
    (whole,), (split,) = (learn_numbers(documents(f), rules) for f in (PAGES, halves(PAGES)))
    assert (split.weights, split.contradictions) == (whole.weights, ())


@pytest.mark.parametrize("cells", [{"total": 60}, {"deduction": 1}])
def test_what_two_documents_of_a_day_tell_otherwise_is_named_and_not_used(rules, cells):
    """The weights are those that all other pages leave, whichever of the two is right."""
    name = "S001-2026-08-02.json"
    more = json.dumps({**json.loads(PAGES[name]), **cells})
    (learned,) = learn_numbers(documents({**PAGES, "other.json": more}), rules)
    (without,) = learn_numbers(documents({n: t for n, t in PAGES.items() if n != name}), rules)
    assert [(w.id, w.low, w.high) for w in learned.weights] == [
        (w.id, w.low, w.high) for w in without.weights
    ]
    (against,) = learned.contradictions
    assert {against.first.label, against.second.label} == {name, "other.json"}
    assert name in str(against.said)
    assert "other.json" in str(against.said)
    assert "S001, 2026-08-02" in str(against.said)
    assert f"# Not used: {against.said}" in numbers_file(learned)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("87", "87.0", True),
        ("87", "87.4", True),
        ("87", "87.5", True),
        ("87", "87.6", False),
        ("87", "88", False),
        ("87.4", "87.5", False),
    ],
)
def test_a_figure_may_be_rounded_more_in_one_document(rules, one, other, agree):
    page = json.loads(PAGES["S000-2026-08-01.json"])
    files = {f"{total}.json": json.dumps({**page, "total": total}) for total in (one, other)}
    (learned,) = learn_numbers(documents(files), rules)
    assert bool(learned.contradictions) is not agree
    (finer,) = learn_numbers(documents({"x.json": files[f"{other}.json"]}), rules)
    ends = [[(w.low, w.high) for w in found.weights] for found in (learned, finer)]
    assert (ends[0] == ends[1]) is agree


def test_evaluations_of_a_day_are_told_apart(rules):
    """What holds now and what is projected are two observations, and no contradiction."""
    mapping = evolve(MAPPING, shop={**MAPPING.shop, "cycle": Cell("cycle", "text")})
    page = json.loads(PAGES["S000-2026-08-01.json"])
    now = {**page, "cycle": "CURRENT"}
    later = {**page, "cycle": "PROJECTED", **{id: {"points": 50} for id in WEIGHTS}}
    later |= {"total": 50, "deduction": 0}
    files = {"now.json": json.dumps(now), "later.json": json.dumps(later)}
    (learned,) = learn_numbers(documents(files, mapping=mapping), rules)
    assert not learned.contradictions
    later["total"] = 40
    files["later.json"] = json.dumps(later)
    (learned,) = learn_numbers(documents(files, mapping=mapping), rules)
    (against,) = learned.contradictions
    assert "projected" in str(against.said)


def test_a_shop_of_two_industries_is_of_neither(rules):
    files = {}
    for name, industry in (("a.json", "toys"), ("b.json", "food"), ("c.json", None)):
        page = json.loads(PAGES["S000-2026-08-01.json"])
        page["day"] = f"2026-08-0{len(files) + 1}"
        files[name] = json.dumps({**page, "industry": industry})
    food, toys = learn_numbers(documents(files), rules)
    assert (food.documents, toys.documents) == (1, 1)
    for learned in (food, toys):
        (against,) = learned.contradictions
        assert {against.first.label, against.second.label} == {"a.json", "b.json"}
    del files["b.json"]
    (toys,) = learn_numbers(documents(files), rules)
    assert (toys.industry, toys.documents, toys.contradictions) == ("toys", 2, ())


def filled(text, tmp_path):
    """Return the weights of dimensions as they are read back: both ends of each."""
    file = tmp_path / "numbers.toml"
    file.write_text(text, encoding="utf-8")
    read = fill_numbers(parse_ruleset(RULES, "test"), file)
    ruleset = read.variants[0][1] if read.variants else read.ruleset
    return {
        d.id: tuple(F(str(end)) for end in (d.between or (d.weight, d.weight)))
        for d in ruleset.dimensions
    }


@given(st.lists(st.integers(1, 99), min_size=3, max_size=3), st.booleans())
def test_weights_that_stand_in_documents_are_read_back(rules, tmp_path_factory, shares, named):
    """Exactly where a decimal number is equal to them, else between two ends near them."""
    page = json.loads(PAGES["S000-2026-08-01.json"])
    whole = sum(shares)
    true = [F(share, whole) for share in shares]
    # as many digits as a document may have; they are made to add up to 1
    for id, share in zip(WEIGHTS, true, strict=True):
        page[id]["weight"] = shown(share, 25)
    page["industry"] = "toys" if named else None
    (learned,) = learn_numbers(documents({"x.json": json.dumps(page)}), rules)
    found = filled(numbers_file(learned), tmp_path_factory.mktemp("numbers"))
    for weight in learned.weights:
        low, high = found[weight.id]
        assert low <= weight.low == weight.high <= high
        assert high - low <= F(1, 10**12)
        decimal = 10**30 % weight.low.denominator == 0
        assert (low == high) is decimal


def test_thirds_have_two_ends(rules, tmp_path):
    page = json.loads(PAGES["S000-2026-08-01.json"])
    for id in WEIGHTS:
        page[id]["weight"] = "33.3"
    (learned,) = learn_numbers(documents({"x.json": json.dumps(page)}), rules)
    text = numbers_file(learned)
    assert text.count("weight_low = 0.333333333333\nweight_high = 0.333333333334\n") == 3
    for low, high in filled(text, tmp_path).values():
        assert low < F(1, 3) < high


def test_a_file_without_numbers_says_why(rules):
    page = {**json.loads(PAGES["S000-2026-08-01.json"]), "total": None}
    del page["good_rate"]
    (text,) = written({"x.json": json.dumps(page)}, rules)
    assert text.startswith("# What 1 page of a console proves of toy/service/1.\n")
    assert "# Nothing is proved of the numbers missing in toy/service/1." in text
    known = RULES.replace('{ assume = "weight" }', '"X"').replace('missing = "the limits are not published"', 'bands = [[0, 1]]\nsource = "page"')  # fmt: skip
    for share in ("0.4", "0.4", "0.2"):
        known = known.replace('"X"', f'{share}\nsource = "page"', 1)
    known = BoundRuleSet.bind(PLATFORM, PLATFORM.scorecards[0], parse_ruleset(known, "test"))
    (text,) = written({"x.json": json.dumps(page)}, known)
    assert "# No number is missing in toy/service/1: there is nothing to fill in." in text
