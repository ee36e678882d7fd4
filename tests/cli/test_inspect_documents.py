"""``shopscore inspect`` of documents: what each is, what it gives, and files that hold no values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command_line import shopscore
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
