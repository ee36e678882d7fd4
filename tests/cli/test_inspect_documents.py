"""``shopscore inspect`` of documents: what each is, what it gives, and files that hold no values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command_line import shopscore
from support.console_documents import EXAMPLES
from support.json_schemas import valid

PAGE = {
    "code": 0,
    "st": 0,
    "data": {
        "shop_id": 900000001,
        "shop_name": "示例甲店",
        "category": "女装",
        "is_new_shop_score": False,
        "new_shop_info": {"new_shop_score": -9999},
        "experience_score": {"value": 87},
        "goods_score": {"value": 80, "weight": 40},
        "logistics_score": {"value": "95", "weight": 20},
        "service_score": {"value": 90, "weight": 40},
        "bad_behavior_deduct_score": {"value": "none"},
        "surprise": 3,
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pages"
    made.mkdir()
    texts = {
        "a.json": json.dumps(PAGE),
        "b.json": json.dumps({"code": 10008, "st": 10008, "data": None}),
        "c.json": '{"some": "thing"}',
        "d.json": "<!doctype html><html></html>",
    }
    for name, text in texts.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


def test_a_document_is_named_with_its_figures(folder):
    out = shopscore("inspect", folder / "a.json").done().out
    assert "a.json: taken for douyin/overview" in out
    assert "900000001 示例甲店" in out
    assert "0.4" in out
    assert "'none' is not a number" in out
    assert "data.surprise" in out


@pytest.mark.parametrize(
    ("name", "said"), [("b.json", "not logged in"), ("c.json", "some"), ("d.json", "a web page")]
)
def test_other_files_of_a_folder_are_told_with_their_reason(folder, name, said):
    lines = [line for line in shopscore("inspect", folder).done().out.split("\n") if line]
    told = " ".join(lines[next(i for i, line in enumerate(lines) if f"{name}:" in line) :])
    assert said in told


def test_the_json_is_what_its_schema_says(folder):
    found = shopscore("inspect", folder, "--format", "json").done().document
    valid("inspect", found)
    (document,) = found["documents"]
    assert document["shop"]["industry"] == "女装"
    weights = {f["id"]: f["exact"] for f in document["figures"] if f["role"] == "weight"}
    assert weights == {"goods": "2/5", "logistics": "1/5", "service": "2/5"}
    assert [other["platform"] for other in found["no_documents"]] == ["douyin", None, None]


def test_in_chinese(folder):
    out = shopscore("inspect", folder, "--lang", "zh").done().out
    assert "识别为 douyin/overview" in out
    assert "未登录" in out


@pytest.fixture
def wild(tmp_path: Path) -> Path:
    """Return a folder in which each file is alone in a folder of its name."""
    texts = {
        "out": json.dumps({"code": 10008, "st": 10008, "data": None}),
        "unknown": '{"some": "thing", "other": 1}',
        "table": '[{"shop_id": "1", "order_id": "2"}]',
        "broken": '{"some":',
        "page": "<!doctype html><html></html>",
    }
    for name, text in texts.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.json").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("form", ["table", "json"])
def test_an_answer_without_values_is_told_and_fails(wild, form):
    for place in (wild / "out", wild / "out" / "out.json"):
        answer = shopscore("inspect", place, "-f", form)
        assert (answer.code, answer.err) == (3, "")
        assert "not logged in" in answer.out
    both = wild / "both"
    both.mkdir()
    (both / "a.json").write_text(json.dumps(PAGE), encoding="utf-8")
    (both / "b.json").write_bytes((wild / "out" / "out.json").read_bytes())
    assert "not logged in" in shopscore("inspect", both).done().out


@pytest.mark.parametrize("command", ["inspect", "score"])
@pytest.mark.parametrize("folder", [True, False])
def test_json_that_nobody_knows_is_told_what_is_known(wild, command, folder):
    place = wild / "unknown" if folder else wild / "unknown" / "unknown.json"
    answer = shopscore(command, place, "--platform", "douyin")
    answer.failed(3, "unknown.json: JSON, but none of the documents", "it has some, other")
    answer.failed(3, "those of douyin are", "overview (it has data.experience_score")
    assert "CSV" not in answer.err


def test_without_a_platform_the_documents_of_all_are_named(wild):
    answer = shopscore("inspect", wild / "unknown")
    answer.failed(3, "douyin (analysis", "tmall (connector", "--platform says")
    answer = shopscore("inspect", wild / "unknown", "--platform", "etsy")
    answer.failed(3, "No documents of etsy are known")


def test_json_that_may_be_a_table_is_told_what_a_table_has_to_be(wild):
    answer = shopscore("inspect", wild / "table" / "table.json")
    answer.failed(3, "a list of 1 element.", "has to be CSV or Parquet")


@pytest.mark.parametrize("command", ["inspect", "score"])
def test_a_folder_of_nothing_but_broken_json_names_its_files(wild, command):
    (wild / "broken" / "page.json").write_bytes((wild / "page" / "page.json").read_bytes())
    answer = shopscore(command, wild / "broken", "--platform", "douyin")
    answer.failed(
        3, "broken/broken.json: no JSON (line 1, column 9)", "broken/page.json", "a web page"
    )
    assert "events here" not in answer.err
    assert "recognised" not in answer.err


def test_chinese_has_words_for_roles_and_facts(folder):
    page = {"latestDate": "2026-08-31", "positive_comment_rate": {"last_30days_value": "96.40%", "ahead_peers_value": "71.50%"}}  # fmt: skip
    (folder / "e.json").write_text(json.dumps({"code": 0, "data": page}), encoding="utf-8")
    out = shopscore("inspect", folder / "e.json", "--lang", "zh").done().out
    assert "好评率" in out
    assert "超过同行 0.715" in out
    assert "rate" not in out
    out = shopscore("inspect", folder / "a.json", "--lang", "zh").done().out
    assert "处于成长期" in out
    assert "总分 扣分：'none' 不是数字" in out or "扣分" in out


def test_a_value_that_is_there_is_not_said_to_be_missing():
    """What the page of Tmall tells of next-day orders is the metric of that name."""
    out = shopscore("inspect", EXAMPLES / "tmall_index_summary.json")
    told, _, missing = out.out.partition("gives no value of")
    assert "18.50%" in told
    assert "next_day_share" not in missing
