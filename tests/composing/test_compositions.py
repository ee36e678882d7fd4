"""Totals that are no weighted means: the lowest dimension, a plugin's own, caps, clamps, displays."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.cli import tables, voice
from shopscore.cli.shop_tables import shop_table
from support import adjusted_platform
from support.json_schemas import valid
from support.three_dimensions import IDS, rules_of, scored

F = Fraction
#: What a dimension may turn out to have where nobody knows it: points, or none.
TRIED = (*(F(n) for n in range(11)), None)

cells = st.sampled_from([0, 1, 4, 7, 10, "-", None])
shops_ = st.dictionaries(
    st.sampled_from(["S1", "S2", "S3"]),
    st.fixed_dictionaries(dict.fromkeys(IDS, cells)),
    min_size=1,
)


def minimum(points: Sequence[Fraction]) -> Fraction:
    return min(points)


def middle(points: Sequence[Fraction]) -> Fraction:
    return (min(points) + max(points)) / 2


HOW = {"minimum": minimum, "middle": middle}


def possible(shop: Mapping[str, Any], how: str, missing: str) -> Iterator[Fraction | None]:
    """Every total that can come true, with each unknown value tried; None: there is none."""
    choices = [
        TRIED if cell is None else (None,) if cell == "-" else (F(cell),) for cell in shop.values()
    ]
    for tried in product(*choices):
        points = [value for value in tried if value is not None]
        complete = len(points) == len(tried)
        yield HOW[how](points) if points and (missing == "rescale" or complete) else None


@given(shops_, st.sampled_from([*HOW]), st.sampled_from(["rescale", "require"]))
@settings(max_examples=150, deadline=None)
def test_totals_and_their_ends(shops: dict[str, dict[str, Any]], how: str, missing: str) -> None:
    given_ = {
        shop: {id: cell for id, cell in values.items() if cell is not None}
        for shop, values in shops.items()
    }
    shown = {shop: values for shop, values in given_.items() if values}
    if not shown:
        return
    result = scored(shown, rules_of(composition=how, missing=missing))
    for view in result:
        totals = {*possible(shops[view.shop_id], how, missing)}
        known = [total for total in totals if total is not None]
        if known and None not in shops[view.shop_id].values():
            assert view.score_exact == str(known[0])
        elif known:
            assert view.score is None
            assert view.status == "partial"
            assert view.score_low == float(min(known))
            assert view.score_high == float(max(known))
        else:
            assert view.score is None
            assert view.score_low is None


def test_the_lowest_of_three() -> None:
    result = scored({"S1": {"goods": 9, "speed": "4.5", "service": 8}}, rules_of())
    assert result["S1"].score == 4.5


VETO = """
[[criteria]]
id = "slow"
metric = "speed_value"
below = 3
source = "page"
[[caps]]
criterion = "slow"
ceiling = 6
source = "page"
"""


def test_a_veto_caps_the_total_at_six() -> None:
    result = scored(
        {
            "S1": {"goods": 9, "speed": 2, "service": 10},
            "S2": {"goods": 9, "speed": 3, "service": 10},
            "S3": {"goods": 1, "speed": 2, "service": 3},
            "S4": {"goods": 9, "service": 10},
        },
        rules_of(VETO, composition="weighted"),
    )
    assert [result[f"S{n}"].score for n in (1, 2, 3)] == [6, 7.33, 2]
    partial = result["S4"]
    assert partial.status == "partial"
    assert (partial.score_low, partial.score_high) == (6, 9.67)
    assert [one.met for one in result["S1"].criteria] == [True]
    assert [one.met for one in partial.criteria] == [None]


BONUS = """
[[displays]]
id = "stars"
zh = "星级"
en = "Stars"
steps = [[0, 1], [6, 3], [9.5, 5]]
source = "page"
"""


def test_the_figure_that_is_shown() -> None:
    shops = {"S1": {"goods": "5.99"}, "S2": {"goods": 6}, "S3": {"goods": "9.5"}}
    result = scored(
        {shop: {**dict.fromkeys(IDS, 10), **one} for shop, one in shops.items()}, rules_of(BONUS)
    )
    assert [view.shown["stars"] for view in result] == [1, 3, 5]
    assert result.to_polars()["shown_stars"].to_list() == [1, 3, 5]
    assert [shop["shown_stars"] for shop in result.to_dict()["shops"]] == [1, 3, 5]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (VETO.replace('criterion = "slow"', 'criterion = "slwo"'), "slow"),
        (BONUS.replace("[6, 3]", "[0, 3]"), "must rise"),
        (BONUS.replace('source = "page"', ""), "need a source"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(ss.RuleSetError, match=said):
        rules_of(text)


def test_an_unknown_composition() -> None:
    with pytest.raises(ss.RuleSetError, match="minimum"):
        rules_of(composition="minimun")


ENDS = {"both": (5, 1), "low": (7, 1), "high": (5, -1), "none": (7, -1)}


@pytest.mark.parametrize("clamp", ENDS)
def test_a_total_leaves_the_scale_where_the_rules_let_it(clamp: str) -> None:
    """Five points and a bonus of two; one point and a deduction of two."""
    scale = f'scale = {{ low = 1, high = 5, decimals = 2, clamp = "{clamp}", source = "page" }}\n'
    both = '[[bonus]]\nmetric = "extra"\n[[deduction]]\nmetric = "fine"\n'
    ruleset = adjusted_platform.rules_of(adjusted_platform.WEIGHED, both, scale=scale)
    shops = {
        "S1": {"up": F(5), "extra": F(2), "fine": F(0)},
        "S2": {"up": F(1), "extra": F(0), "fine": F(2)},
    }
    result = adjusted_platform.scored(shops, ruleset)
    assert [view.score for view in result] == [*ENDS[clamp]]


def test_without_an_end_of_the_scale_a_missing_bonus_has_none() -> None:
    scale = 'scale = { low = 1, high = 5, decimals = 2, clamp = "low", source = "page" }\n'
    bonus = '[[bonus]]\nmetric = "extra"\n'
    ruleset = adjusted_platform.rules_of(adjusted_platform.WEIGHED, bonus, scale=scale)
    (view,) = adjusted_platform.scored({"S1": {"up": F(4)}}, ruleset)
    assert (view.status, view.score_low, view.score_high) == ("partial", 4, None)


# ---------------------------------------------------------------------------- what holds a total

CAPS = """
[[criteria]]
id = "slow"
metric = "speed_value"
below = 3
zh = "慢"
en = "Slow"
source = "page"
[[criteria]]
id = "rude"
metric = "service_value"
at_most = 2
zh = "粗鲁"
en = "Rude"
source = "page"
[[caps]]
criterion = "slow"
ceiling = 6
source = "page"
[[caps]]
criterion = "rude"
ceiling = 4
source = "page"
"""


def held_by(shop: Mapping[str, Any]) -> tuple[str, float, Fraction] | None:
    """The lowest ceiling of those whose criterion is met, where the total would be above it."""
    total = Fraction(sum(F(shop[id]) for id in IDS), len(IDS))
    met = [("slow", 6, shop["speed"] < 3), ("rude", 4, shop["service"] <= 2)]
    ceilings = [(ceiling, id) for id, ceiling, holds in met if holds and total > ceiling]
    return (min(ceilings)[1], min(ceilings)[0], total) if ceilings else None


@given(
    st.dictionaries(
        st.sampled_from(["S1", "S2", "S3"]),
        st.fixed_dictionaries(dict.fromkeys(IDS, st.integers(0, 10))),
        min_size=1,
    )
)
@settings(max_examples=100, deadline=None)
def test_which_cap_holds_a_total(shops: dict[str, dict[str, int]]) -> None:
    result = scored(shops, rules_of(CAPS, composition="weighted"))
    frame = result.to_polars().rows_by_key("shop_id", named=True)
    for entry in result.to_dict()["shops"]:
        id = entry["shop_id"]
        expected, view, row = held_by(shops[id]), result[id], frame[id][0]
        assert (entry["cap"] is None) == (view.cap is None) == (expected is None)
        assert (row["cap_id"] is None) == (expected is None)
        if expected is None or view.cap is None:
            continue
        criterion, ceiling, total = expected
        before = float(round_half_up(total))
        condition = {"slow": "speed_value < 3", "rude": "service_value ≤ 2"}[criterion]
        assert entry["cap"] == {
            "id": criterion, "ceiling": ceiling, "total_before": before,
            "condition": condition, "condition_zh": condition,
        }  # fmt: skip
        assert (view.cap.id, view.cap.ceiling, view.cap.total_before) == (
            criterion,
            ceiling,
            before,
        )
        assert row["cap_id"] == criterion
        assert (row["cap_ceiling"], row["cap_total_before"]) == (ceiling, before)
        assert view.score == ceiling
    valid("score", json.loads(result.to_json()))


def round_half_up(total: Fraction) -> Fraction:
    return Fraction(int(total * 100 + F(1, 2)), 100)


def test_a_cap_of_a_shop_that_is_partial() -> None:
    """Whatever the service is, the total is at most six: it would be up to seven."""
    result = scored({"S1": {"goods": 9, "speed": 2}}, rules_of(VETO, composition="weighted"))
    (shop,) = result
    assert shop.cap is not None
    assert (shop.cap.id, shop.cap.total_before) == ("slow", None)
    assert (shop.score_low, shop.score_high) == (3.67, 6)


def test_a_shop_of_which_nobody_knows_whether_a_cap_holds() -> None:
    texts = (adjusted_platform.SHOWN.replace('"up", ', ""), adjusted_platform.WEIGHED)
    bad = VETO.replace("speed_value", "down").replace("below = 3", "above = 3")
    ruleset = adjusted_platform.rules_of(*texts, bad.replace("ceiling = 6", "ceiling = 2"))
    shops = {"S1": {"up": F(4)}, "S2": {"up": F(4), "down": F(4)}, "S3": {"up": F(2)}}
    open_, held, low = adjusted_platform.scored(shops, ruleset)
    assert (open_.status, open_.score_low, open_.score_high) == ("partial", 2, 4)
    assert open_.reason == "nobody can tell whether the criterion of a cap is met"
    assert open_.reason.text("zh") == "无法判断总分上限的评判条件是否满足"
    assert held.cap is not None
    assert (held.score, held.cap.total_before) == (2, 4)
    assert (low.score, low.cap) == (2, None)


def test_an_end_of_the_scale_that_holds_a_total() -> None:
    """Five and a bonus of two, of which one counts; one and a deduction of two; and three."""
    both = '[[bonus]]\nmetric = "extra"\ncap = 1\nsource = "page"\n[[deduction]]\nmetric = "fine"\n'
    ruleset = adjusted_platform.rules_of(adjusted_platform.WEIGHED, both)
    shops = {
        "S1": {"up": F(5), "extra": F(2), "fine": F(0)},
        "S2": {"up": F(1), "extra": F(0), "fine": F(2)},
        "S3": {"up": F(3), "extra": F(1), "fine": F(1)},
        "S4": {"up": F(5), "fine": F(0)},
    }
    result = adjusted_platform.scored(shops, ruleset)
    found = [
        None if shop.clamp is None else (shop.clamp.end, shop.clamp.total_before) for shop in result
    ]
    assert found == [("high", 6), ("low", -1), None, None]
    document = result.to_dict()["shops"]
    assert [shop["clamp"] for shop in document[:3]] == [
        {"end": "high", "total_before": 6},
        {"end": "low", "total_before": -1},
        None,
    ]
    frame = result.to_polars()
    assert frame["clamp_end"].to_list() == ["high", "low", None, None]
    assert [shop["extra"].points for shop in result] == [1, 0, 1, None]
    valid("score", json.loads(result.to_json()))
    without = adjusted_platform.scored({"S3": shops["S3"]}, ruleset)
    assert "clamp" not in without.to_dict()["shops"][0]
    assert "cap" not in without.to_dict()["shops"][0]


def test_what_holds_a_total_stands_below_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    shops = {"S1": {"goods": 9, "speed": 2, "service": 10}}
    result = scored(shops, rules_of(CAPS, composition="weighted"))
    bonus = '[[bonus]]\nmetric = "extra"\n'
    adjusted = adjusted_platform.rules_of(adjusted_platform.WEIGHED, bonus)
    clamped = adjusted_platform.scored({"S1": {"up": F(4), "extra": F(2)}}, adjusted)
    expected = {
        "en": (
            "score: at most 6.00, since Slow is met (Value < 3); without that 7.00",
            "score: held by the end of the scale at 5.00; without it 6.00",
            "bonus ",
        ),
        "zh": (
            "分数：因满足“慢”（值 < 3），最高为 6.00；否则为 7.00",
            "分数：被量程的端点 5.00 截住；否则为 6.00",
            "附加分 ",
        ),
    }
    for lang, lines in expected.items():
        voice.begin(["--lang", lang])
        tables.show(*(shop_table(one, next(iter(one))) for one in (result, clamped)))
        shown = capsys.readouterr().out
        assert all(line in shown for line in lines), shown
    voice.begin()
