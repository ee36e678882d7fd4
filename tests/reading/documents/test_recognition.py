"""What a document is taken for: by its content alone, and whether it holds values."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopscore.reading.documents.outer_forms import Answer
from shopscore.reading.documents.recognition import Recognised, Refused
from support import console_documents as documents


def refusal(content: Any) -> Refused:
    found = documents.found_in(Answer(content, "a.json"))
    assert isinstance(found, Refused)
    return found


LOGGED_OUT = [
    ({"code": 10008, "st": 10008, "msg": "", "data": None}, "douyin", "not logged in"),
    ({"code": "10008"}, "douyin", "not logged in"),
    ({"st": 10008, "data": {}}, "douyin", "not logged in"),
    ({"code": 601, "msg": "", "data": None}, "jd", "busy"),
    ({"success": False, "errorCode": 43001, "result": None}, "pinduoduo", "error"),
    ({"ret": ["FAIL_SYS_SESSION_EXPIRED::Session"], "data": {}}, "tmall", "logged in"),
    ({"api": "mtop.sdx.nps.home.indexsummary", "ret": ["FAIL_SYS_X::"]}, "tmall", "values"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "platform", "meaning"), LOGGED_OUT)
def test_a_page_saved_while_logged_out_says_so(content: Any, platform: str, meaning: str):
    found = refusal(content)
    assert found.mapping.platform == platform
    assert found.meaning is not None
    assert meaning in found.meaning.en
    assert found.meaning.complete


NOT_GOOD = {
    "douyin_overview.json": {"code": 10008},
    "douyin_analysis_score.json": {"st": 10008},
    "douyin_comment_statistics.json": {"code": 1},
    "douyin_openapi_experience.json": {"code": 50002},
    "jd_vane_basic.json": {"code": 601},
    "jd_vane_stars.json": {"code": "500"},
    "pinduoduo_mall_serve_score.json": {"errorCode": 43001},
    "tmall_store_index.json": {"ret": ["FAIL_SYS_SESSION_EXPIRED::Session"]},
    "tmall_index_summary.json": {"ret": ["FAIL_BIZ::"]},
    "walmart_otd_summary.json": {"status": "FAIL"},
}


@pytest.mark.parametrize("name", NOT_GOOD)
def test_values_in_an_answer_that_is_not_good_are_not_read(name: str):
    found = refusal({**documents.content(name), **NOT_GOOD[name]})
    assert documents.fits(found.mapping, documents.content(name))


@pytest.mark.parametrize("name", ["douyin_overview.json", "douyin_analysis_score.json"])
def test_what_it_means_any_mapping_of_the_platform_knows(name: str):
    found = refusal({**documents.content(name), "code": 10008})
    assert found.meaning is not None
    assert found.meaning.en == "not logged in, or no longer"


CUT = ("douyin_overview.json", "jd_vane_basic.json", "kuaishou_score_detail_v5.json",
       "tmall_index_summary.json", "xiaohongshu_shop_score.json")  # fmt: skip


@pytest.mark.parametrize("name", CUT)
def test_an_answer_whose_envelope_was_cut_off_is_not_judged_by_it(name: str):
    found = documents.found_in(Answer(documents.content(name)["data"], "a.json"))
    assert isinstance(found, Recognised)
    assert found.cut


OTHERS = [
    None, True, 0, 1.5, "", "text", [], {}, [[]], [{}], [1, 2], {"data": None}, {"data": []},
    {"code": 0, "data": {}}, {"code": 200, "msg": "success", "data": {}}, {"errorCode": 0},
    {"success": True, "result": {}}, {"ret": ["SUCCESS::"], "data": {}}, {"ret": "FAIL"}, {"ret": [5]},
    {"status": "OK", "payload": {}}, {"standardsProfiles": []}, {"error": "", "message": ""},
    {"log": {"version": "1.2"}}, {"seller_reputation": {"level_id": "5_green"}},
]  # fmt: skip


@pytest.mark.parametrize("content", OTHERS, ids=json.dumps)
def test_other_json_is_taken_for_nothing(content: Any):
    assert documents.found_in(Answer(content, "douyin_overview.json")) is None


KEYS = sorted({
    str(key)
    for name in documents.NAMES
    for place in documents.places(documents.content(name))
    for key in place
})  # fmt: skip
RANDOM = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from([-9999, "0.25"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=4),
    max_leaves=30,
)  # fmt: skip


@given(RANDOM)
def test_any_json_with_their_keys_ends_nothing(content: Any):
    for shop in documents.shops_of(Answer(content, "otd.json")):
        documents.figures(shop)


@given(RANDOM, st.sampled_from(documents.NAMES), st.data())
def test_an_example_with_anything_in_the_place_of_anything_ends_nothing(
    content: Any, name: str, data: st.DataObject
):
    whole = documents.content(name)
    place = data.draw(st.sampled_from(list(documents.places(whole))))
    parent = whole
    for key in place[:-1]:
        parent = parent[key]
    parent[place[-1]] = content
    for shop in documents.shops_of(Answer(whole, name)):
        documents.figures(shop)
