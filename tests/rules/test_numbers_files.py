"""A user's numbers in the places where a rule set lacks them: for all shops, or by industry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import shopscore as ss
from support.incomplete_rulesets import KUAISHOU, PILOT, PUBLISHED, TMALL, files, filled
from support.value_platform import PARTS, rules_of, table, view

# Goods alone weigh; what a value is worth is another thing for women's shops than for men's.
WEIGHTS = """
[[dimensions]]
id = "goods"
weight = 1
metrics = [{ id = "goods_negative_rate", weight = 3 }, { id = "goods_good_review_rate", weight = 1 }]
[[dimensions]]
id = "logistics"
weight = 0
[[dimensions]]
id = "service"
weight = 0
"""
WOMEN = """
industries = ["women"]
[scorers.goods_negative_rate]
bands = [[0.02, 3], [0.01, 4], [0.005, 5]]
[scorers.goods_good_review_rate]
bands = [[0.9, 3], [0.95, 5]]
"""
BANDS = WOMEN.replace('industries = ["women"]\n', "")
MEN = """
industries = ["men", "boys"]
[scorers.goods_negative_rate]
bands = [[0.009, 5]]
floor = 3.5
[scorers.goods_good_review_rate]
bands = [[0.95, 4]]
"""
VALUES = [
    ("goods_negative_rate", "0.01"),
    ("goods_good_review_rate", "0.95"),
    ("bonus_points", None),
]


def tmall(shops: Mapping[str, str], numbers: Any) -> ss.Result:
    """Shops by their industry, all with the same two values, and no bonus."""
    rows = [(s, i, id, value, 100) for s, i in shops.items() for id, value in VALUES]
    options: dict[str, Any] = {"scorecard": "experience", "ruleset": TMALL.version}
    return ss.score_values(
        table(rows), platform="tmall", as_of="2026-06-30", numbers=numbers, **options
    )


# ------------------------------------------------------------------------------- by industry

SHOPS = {"b": "boys", "m": "men", "t": "toys", "w": "women"}


def test_bands_of_an_industry_are_for_its_shops(tmp_path: Path) -> None:
    """women: (3 × 4 + 5)/4; men and boys: (3 × 3.5 + 4)/4; nothing is known of toys."""
    given = files(tmp_path, men=MEN, weights=WEIGHTS, women=WOMEN)
    result = tmall(SHOPS, given)
    assert {s.shop_id: s.score_exact for s in result} == {
        "b": "29/8", "m": "29/8", "t": None, "w": "17/4",
    }  # fmt: skip
    assert [(s.status, s.coverage) for s in result] == [
        ("scored", 1.0), ("scored", 1.0), ("partial", 0.0), ("scored", 1.0),
    ]  # fmt: skip
    points = {shop: view(result, shop, "goods_negative_rate") for shop in SHOPS}
    assert {shop: (m.status, m.points, m.weight) for shop, m in points.items()} == {
        "b": ("ok", 3.5, 0.75), "m": ("ok", 3.5, 0.75), "w": ("ok", 4.0, 0.75),
        "t": ("missing_number", None, None),
    }  # fmt: skip
    assert "stands only in the back office" in (points["t"].reason or "")
    assert view(result, "w", "arrival_hours").status == "no_data"


def test_what_lacks_is_what_the_shops_that_are_there_lack(tmp_path: Path) -> None:
    given = files(tmp_path, weights=WEIGHTS, women=WOMEN, men=MEN)
    everywhere, of_women = (
        {m.number for m in tmall(shops, given).missing_numbers}
        for shops in (SHOPS, {"w": "women", "m": "men"})
    )
    assert everywhere - of_women == {
        "scorers.goods_negative_rate", "scorers.goods_good_review_rate"
    }  # fmt: skip
    assert of_women < everywhere


def test_weights_differ_by_industry_too(tmp_path: Path) -> None:
    """goods.weight is 1 for men and unknown for the others."""
    bands = BANDS
    weights = WEIGHTS.replace("weight = 1\n", "")
    men = 'industries = ["men"]\n[[dimensions]]\nid = "goods"\nweight = 1\n'
    result = tmall({"m": "men", "w": "women"}, files(tmp_path, a=bands, b=weights, c=men))
    shops = {s.shop_id: s for s in result}
    assert (shops["m"].status, shops["m"].score_exact) == ("scored", "17/4")
    assert (shops["w"].status, shops["w"].score_exact, shops["w"].coverage) == (
        "partial",
        None,
        0.0,
    )
    goods = {shop: shops[shop].dimensions[0] for shop in shops}
    assert (goods["m"].weight, goods["m"].points) == (1.0, 4.25)
    assert (goods["w"].weight, goods["w"].points) == (None, 4.25)


def test_a_result_says_whose_numbers_it_used(tmp_path: Path) -> None:
    given = files(tmp_path, weights=WEIGHTS, women=WOMEN)
    result = tmall({"w": "women"}, given)
    document = json.loads(result.to_json())
    assert document["numbers"] == [
        {"file": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
         "industries": industries}
        for path, industries in zip(given, ([], ["women"]), strict=True)
    ]  # fmt: skip
    assert [r for r in map(str, result.notices) if "come from" in r] == [
        f"numbers missing in the rule set come from {given[0]}",
        f"numbers missing in the rule set come from {given[1]} for women",
    ]
    assert document["versions"]["ruleset_sha256"] == TMALL.sha256


def test_one_file_several_or_the_tables_themselves(tmp_path: Path) -> None:
    text = 'schema = 1\n[[dimensions]]\nid = "goods"\npoints = 4.7\n'
    (path,) = files(tmp_path, goods=text)
    tables = {"schema": 1, "dimensions": [{"id": "goods", "points": 4.7}]}
    found = [filled(KUAISHOU, one).ruleset.dimensions for one in (path, str(path), [path], tables)]
    assert {str(dimensions[0].points) for dimensions in found} == {"4.7"}, "exact"
    assert len({repr(dimensions) for dimensions in found}) == 1
    for nothing in (None, [], {}):
        assert repr(filled(KUAISHOU, nothing).ruleset.dimensions) == repr(KUAISHOU.dimensions)


# --------------------------------------------------------------------------------- refusals


def refused(ruleset: ss.RuleSet, folder: Path, text: str, *words: str) -> None:
    (path,) = files(folder, mine=text)
    with pytest.raises(ss.InputError) as caught:
        filled(ruleset, path)
    assert str(caught.value).startswith(f"{path}: ")
    for word in words:
        assert word in str(caught.value)


DIMENSION = '[[dimensions]]\nid = "goods"\n'
OF_GOODS = f"{DIMENSION}[[dimensions.metrics]]\n"
SCORER = "[scorers.goods_negative_rate]\n"


@pytest.mark.parametrize(
    ("ruleset", "text", "words"),
    [
        (KUAISHOU, '[[dimensions]]\nid = "good"\npoints = 1\n', ["no dimension good; did you mean goods?"]),
        (KUAISHOU, f'{OF_GOODS}id = "sales"\n', ["dimension goods has no metric sales"]),
        (TMALL, f'{OF_GOODS}id = "goods_negative_rat"\nweight = 1\n', ["did you mean goods_negative_rate?"]),
        (KUAISHOU, f"{DIMENSION}point = 1\n", ["dimensions[goods]", "unknown key point; did you mean points?"]),
        (KUAISHOU, "[dimension]\n", ["unknown key dimension; did you mean dimensions?"]),
        (KUAISHOU, f'{DIMENSION}points = "4"\n', ["points = '4' is of the wrong type"]),
        (KUAISHOU, f"{DIMENSION}weight = -1\n", ["dimensions[goods]: assumption goods.weight: -1 is outside its bounds 0 to 0.75"]),
        (TMALL, f'{OF_GOODS}id = "goods_negative_rate"\nweight = -1\n', ["-1 is outside its bounds"]),
        (KUAISHOU, "schema = 2\n", ["reads schema = 1"]),
        (KUAISHOU, 'platform = "tmall"\n', ["platform = 'tmall'", "not for kuaishou/experience/2023"]),
        (KUAISHOU, 'scorecard = "dsr"\n', ["scorecard = 'dsr'"]),
        (KUAISHOU, 'version = "2025-inferred"\n', ["version = '2025-inferred'"]),
        pytest.param(KUAISHOU, 'industries = "women"\n', ["industries"]),
        pytest.param(KUAISHOU, "goods = [\n", ["not valid TOML"]),
        pytest.param(KUAISHOU, f"{DIMENSION}points = nan\n", ["nan is not a number"]),
        # what is published is not missing
        (KUAISHOU, '[[dimensions]]\nid = "service"\nweight = 0.3\n', ["dimensions[service]", "weight is published (source s000)"]),
        (KUAISHOU, '[scorers.rank]\nkind = "linear"\nline = [[0, 0]]\n', ["scorers.rank", "scorer rank is published"]),
        (PUBLISHED, '[scorers.rank]\nkind = "linear"\nline = [[0, 0]]\n', ["scorer rank is published (source page)"]),
        (PUBLISHED, f"{DIMENSION}weight = 0.3\n", ["weight is published (source page)"]),
        (PUBLISHED, f'{OF_GOODS}id = "bad_reviews"\nweight = 3\n', ["metrics[bad_reviews]", "published"]),
        (PUBLISHED, f'{OF_GOODS}id = "bad_reviews"\nscorer = "reply_bands"\n', ["scorer of bad_reviews is published"]),
        (PUBLISHED, f"{DIMENSION}points = 5\n", ["how the dimension gets its points is published (source page)"]),
        (KUAISHOU, '[[dimensions]]\nid = "service"\npoints = 5\n', ["dimensions[service]: how the dimension gets its points is published"]),
        # a scorer that nobody declares, or nobody asks for
        (rules_of(PARTS), '[[dimensions]]\nid = "a"\nmetrics = [{ id = "other", scorer = "lin" }]\n', ["metric other: no scorer lin"]),
        (KUAISHOU, "[scorers.mine]\nbands = [[0, 1]]\n", ["scorers.mine", "key kind is missing"]),
        (KUAISHOU, '[scorers.mine]\nkind = "bands"\nbands = [[0, 1]]\n', ["no metric is graded by scorer mine"]),
        (TMALL, '[scorers.arrival_hour]\nkind = "bands"\nbands = [[0, 4]]\n', ["scorer arrival_hour; did you mean arrival_hours?"]),
        # what is no scorer
        (TMALL, f"{SCORER}band = [[0.02, 4]]\n", ["scorers.goods_negative_rate", "unknown key band; did you mean bands?"]),
        (TMALL, f"{SCORER}bands = [[0.02]]\n", ["scorers.goods_negative_rate", "not a pair of a value and its points"]),
        (TMALL, f"{SCORER}bands = []\n", ["scorers.goods_negative_rate", "bands needs at least one band"]),
        (TMALL, f'{SCORER}bands = [["a", 4]]\n', ["scorers.goods_negative_rate", "'a'"]),
        (TMALL, f"{SCORER}floor = 3\n", ["scorers.goods_negative_rate", "bands"]),
        (TMALL, f"{SCORER}bands = [[0.02, 9]]\n", ["scorers.goods_negative_rate", "9 points are outside the scale"]),
        (TMALL, f"{SCORER}bands = [[0.02, 4], [0.03, 5]]\n", ["scorers.goods_negative_rate", "worst to the best"]),
        (TMALL, f'{SCORER}kind = "band"\nbands = [[0.02, 4]]\n', ["scorers.goods_negative_rate", "did you mean bands?"]),
        # twice
        (KUAISHOU, f"{DIMENSION}points = 1\n{DIMENSION}points = 2\n", ["dimensions[goods]: goods is declared twice"]),
        (TMALL, f'{DIMENSION}metrics = [{{ id = "goods_negative_rate" }}, {{ id = "goods_negative_rate" }}]\n', ["goods_negative_rate is declared twice"]),
        # beyond the scale, and beyond the bounds of the assumption
        (KUAISHOU, f"{DIMENSION}points = 99\n", ["assumption goods.points: 99 is outside its bounds 0 to 5"]),
        (KUAISHOU, f"{DIMENSION}weight = 7\n", ["assumption goods.weight: 7 is outside its bounds 0 to 0.75"]),
        (TMALL, f"{DIMENSION}points = 5.5\n", ["dimensions[goods]: points = 5.5 is outside the scale, 3 to 5"]),
        (TMALL, f"{DIMENSION}points = -1\n", ["points = -1 is outside the scale, 3 to 5"]),
        (PILOT, f"{DIMENSION}points = 1\n", ["no dimension goods"]),
    ],
    ids=lambda value: value.replace("\n", " ") if isinstance(value, str) else "",
)  # fmt: skip
def test_what_cannot_be_given(
    ruleset: ss.RuleSet, text: str, words: list[str], tmp_path: Path
) -> None:
    refused(ruleset, tmp_path, text, *words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bands = [[0.02, 9]]", "9 points are outside the scale, 3 to 5"),
        ("bands = [[0.02, 4], [0.03, 5]]", "worst to the best value, and lower is better"),
        ('kind = "band"\nbands = [[0.02, 4]]', "did you mean bands?"),
    ],
    ids=["off the scale", "against the direction", "unknown kind"],
)
@pytest.mark.parametrize("industries", ["", 'industries = ["women"]\n'], ids=["all", "women"])
def test_a_scorer_that_cannot_be_is_refused_where_shops_are_scored(
    text: str, words: str, industries: str, tmp_path: Path
) -> None:
    """By the file and its place, before a row is read."""
    (path,) = files(tmp_path, mine=f"{industries}{SCORER}{text}\n")
    rules: dict[str, Any] = {"scorecard": "experience", "ruleset": TMALL.version}
    for score, source in ((ss.score, tmp_path / "no such folder"), (ss.score_values, "none.csv")):
        with pytest.raises(ss.InputError) as caught:
            score(source, platform="tmall", as_of="2026-06-30", numbers=path, **rules)  # type: ignore[arg-type]
        assert str(caught.value).startswith(f"{path}: ")
        assert "scorers.goods_negative_rate" in str(caught.value)
        assert words in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ss.InputError, match=r"gone\.toml: No such file"):
        filled(KUAISHOU, tmp_path / "gone.toml")
    (tmp_path / "latin.toml").write_bytes(b'notes = "\xe9"\n')
    with pytest.raises(ss.InputError, match=r"latin\.toml: cannot be read as UTF-8"):
        filled(KUAISHOU, tmp_path / "latin.toml")


def test_two_files_for_one_industry(tmp_path: Path) -> None:
    given = files(tmp_path, men=MEN, more='industries = ["girls", "boys"]\n', women=WOMEN)
    with pytest.raises(ss.InputError) as caught:
        filled(TMALL, given)
    assert str(caught.value) == f"{given[1]}: industry boys is also in {given[0]}"
    assert len(filled(TMALL, [given[0], given[2]]).variants) == 2


def test_two_files_that_give_one_number(tmp_path: Path) -> None:
    for ruleset, what, texts in (
        (KUAISHOU, "dimensions[goods]: points", [f"{DIMENSION}points = {n}\n" for n in (1, 2)]),
        (KUAISHOU, "dimensions[goods]: weight", [f"{DIMENSION}weight = 0.{n}\n" for n in (1, 1)]),
        (
            TMALL,
            "scorers.goods_negative_rate: scorer goods_negative_rate",
            [f"[scorers.goods_negative_rate]\nbands = [[0.0{n}, 5]]\n" for n in (1, 2)],
        ),
    ):
        given = files(tmp_path, a=texts[0], b=texts[1])
        with pytest.raises(ss.InputError) as caught:
            filled(ruleset, given)
        said = f"{given[1]}: {what} is already supplied by another numbers file for all"
        assert str(caught.value).startswith(said)


def test_files_that_give_different_numbers_of_one_dimension(tmp_path: Path) -> None:
    given = files(tmp_path, a=f"{DIMENSION}points = 1\n", b=f"{DIMENSION}weight = 0.5\n")
    for order in (given, given[::-1]):
        goods = filled(KUAISHOU, order).ruleset.dimensions[0]
        assert (goods.points, str(goods.weight)) == (1, "0.5")


def test_a_number_that_is_assumed_too(tmp_path: Path) -> None:
    (path,) = files(tmp_path, mine=f"{DIMENSION}points = 1\n")
    with pytest.raises(
        ss.InputError, match=r"mine\.toml: .*points is supplied twice: also as .* goods"
    ):
        filled(KUAISHOU.assuming({"goods.points": 1}), path)
    assert (
        filled(KUAISHOU.assuming({"logistics.points": 1}), path).ruleset.dimensions[0].points == 1
    )


def test_weights_that_are_no_shares_of_one(tmp_path: Path) -> None:
    """They are rescaled, and a remark says so; also where they are those of an industry."""
    half = WEIGHTS.replace("weight = 1\n", "weight = 0.5\n")
    for text in (half, f'industries = ["men"]\n{half}'):
        result = tmall({"m": "men"}, files(tmp_path, bands=BANDS, mine=text))
        assert result["m"].score_exact == "17/4"
        assert "weights of dimensions add up to 0.5, not 1: rescaled" in map(str, result.notices)


def test_what_is_published_keeps_its_source() -> None:
    metric = {"id": "im_3min_reply_rate", "weight": 2}
    given = filled(KUAISHOU, {"dimensions": [{"id": "service", "metrics": [metric]}]}).ruleset
    service = given.dimensions[2]
    assert (service.metrics[0].weight, service.metrics[0].source) == (2, "numbers")
    assert given.sources["numbers"].confidence == "user"
    assert service.weight == KUAISHOU.dimensions[2].weight
    assert service.source == KUAISHOU.dimensions[2].source == "s000"
    assert service.metrics[1:] == KUAISHOU.dimensions[2].metrics[1:]
    graded = {"id": "other", "scorer": "line"}
    a, b = filled(
        rules_of(PARTS), {"dimensions": [{"id": "a", "metrics": [graded]}]}
    ).ruleset.dimensions
    assert [(m.scorer, m.source) for m in a.metrics] == [("line", "page"), ("line", "page")]
    assert (a.source, b.source) == ("page", "page")


# ------------------------------------------------------------ for an industry, over those for all


def test_an_industry_stands_over_all(tmp_path: Path) -> None:
    """Over the user's numbers for all shops, whichever file comes first.

    men: (3 × 3.5 + 4)/4; everybody else: (2 × 4 + 5)/3.
    """
    every = WEIGHTS.replace("weight = 3", "weight = 2") + WOMEN.replace(
        'industries = ["women"]\n', ""
    )
    given = files(tmp_path, all=every, men=MEN + WEIGHTS)
    for order in (given, given[::-1]):
        result = tmall({"m": "men", "w": "women"}, order)
        assert {s.shop_id: s.score_exact for s in result} == {"m": "29/8", "w": "13/3"}
        assert result.missing_numbers == ()


def test_no_industry_stands_over_what_is_published(tmp_path: Path) -> None:
    for text, words in (
        ('[[dimensions]]\nid = "service"\nweight = 0.3\n', "weight is published (source s000)"),
        ('[scorers.rank]\nkind = "linear"\nline = [[0, 0]]\n', "scorer rank is published"),
        (f"{DIMENSION}points = 6\n", "6 is outside its bounds"),
    ):
        refused(KUAISHOU, tmp_path, f'industries = ["women"]\n{text}', words)
