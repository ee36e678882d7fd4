"""Files and folders: whose documents they are, and what is told of those that hold no values."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import polars as pl
import pytest

import shopscore as ss
from shopscore.errors import InputError
from shopscore.plugins.catalog import platforms
from shopscore.reading.documents.documents import Documents
from shopscore.reading.documents.loading import load_documents, looks_like_document
from support import console_documents as examples


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "console"
    made.mkdir()
    return made


def load(source: Path, **options: str) -> Documents:
    return load_documents((source,), platforms(), **options)


def put(name: str, folder: Path, called: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / (called or name)
    shutil.copy(examples.EXAMPLES / name, place)
    return place


def told(documents: Documents) -> dict[str, str]:
    return {other.label: str(other.reason) for other in documents.others}


def test_a_file_by_its_content_whatever_it_is_called(folder: Path):
    for called in ("a.json", "tmall.txt", "b", "data.csv"):
        documents = load(put("douyin_overview.json", folder, called))
        assert [d.mapping.name for d in documents] == ["douyin/overview"]


def test_a_folder_of_shops_and_days(folder: Path):
    for shop in ("甲", "乙"):
        for day in ("01", "02"):
            content = examples.content("pinduoduo_mall_serve_score.json")
            content["result"]["readyDate"] = f"2026-09-{day}"
            file = folder / shop / f"{day}.json"
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(content, default=float), "utf-8")
    frame = load(folder).to_polars()
    totals = frame.filter(subject="total").select(
        "shop_id", pl.col("date").cast(str), "points_exact"
    )
    assert sorted(totals.rows()) == [
        (shop, f"2026-09-{day}", "61/16") for shop in ("乙", "甲") for day in ("01", "02")
    ]


def test_a_document_without_a_shop_is_of_the_shop_of_its_folder(folder: Path):
    put("jd_vane_basic.json", folder / "a")
    put("douyin_overview.json", folder / "b")
    put("douyin_comment_statistics.json", folder / "b")
    put("pinduoduo_mall_serve_score.json", folder / "b")
    shops = {(d.mapping.name, s.shop_id) for d in load(folder) for s in d.shops}
    assert shops >= {
        ("douyin/overview", "900000001"),
        ("douyin/comment_statistics", "900000001"),
        ("pinduoduo/service", "b"),  # the ids of another platform are of another shop
    }


def test_several_shops_in_a_folder_lend_nobody_their_name(folder: Path):
    """What names none of them is of no shop: it is told, and never a shop of its own."""
    put("douyin_overview.json", folder)
    put("douyin_overview_growth.json", folder)
    put("douyin_comment_statistics.json", folder)
    put("jd_vane_stars.json", folder)
    documents = load(folder)
    shops = {s.shop_id for d in documents for s in d.shops}
    assert shops == {"900000001", "900000002", "900003"}
    assert [(d.mapping.id, d.shops[0].shop_id) for d in documents.unplaced] == [
        ("comment_statistics", None)
    ]
    assert "names no shop" in told(documents)["console/douyin_comment_statistics.json"]
    assert documents.to_polars()["shop_id"].null_count() > 0
    assert load(folder, shop_id="我的店").unplaced == ()
    assert documents.of_platform("jd").unplaced == ()


def test_a_folder_named_after_one_of_its_shops_is_of_that_shop(folder: Path):
    own = folder / "900000002"
    for name in ("douyin_overview", "douyin_overview_growth", "douyin_comment_statistics"):
        put(f"{name}.json", own)
    documents = load(folder)
    assert documents.unplaced == ()
    (found,) = (d for d in documents if d.mapping.id == "comment_statistics")
    assert found.shops[0].shop_id == "900000002"


def test_the_shop_that_somebody_names(folder: Path):
    put("douyin_comment_statistics.json", folder)
    put("douyin_overview.json", folder)
    documents = load(folder, shop_id="我的店")
    assert {d.shops[0].shop_id for d in documents} == {"我的店", "900000001"}


def test_a_single_file_is_named_after_itself(folder: Path):
    (document,) = load(put("pinduoduo_mall_serve_score.json", folder, "三店.json"))
    assert document.shops[0].shop_id == "三店"


def test_what_holds_no_values_is_told(folder: Path):
    put("douyin_overview.json", folder)
    (folder / "out.json").write_text('{"code": 10008, "data": null}')
    (folder / "empty.json").write_text("")
    (folder / "page.json").write_text("<!DOCTYPE html><html></html>")
    (folder / "other.json").write_text('{"orders": [], "total": 3}')
    (folder / "list.json").write_text("[1, 2, 3]")
    (folder / "shopless.json").write_text('{"accountStatuses": [1], "performanceMetrics": [null]}')
    (folder / "none.har").write_text('{"log": {"entries": []}}')
    (folder / "notes.txt").write_text("{not for us")
    (folder / "orders.csv").write_text("shop_id,order_id\n1,2\n")
    said = told(load(folder))
    assert set(said) == {
        f"console/{name}"
        for name in ("out.json", "empty.json", "page.json", "other.json", "list.json", "shopless.json", "none.har")
    }  # fmt: skip
    for name, words in {
        "out.json": "not logged in",
        "empty.json": "empty",
        "page.json": "web page",
        "other.json": "it has orders, total",
        "list.json": "a list of 3 elements",
        "shopless.json": "without a shop",
        "none.har": "none of the answers",
    }.items():
        assert words in said[f"console/{name}"], said


@pytest.mark.parametrize("order", ["a.har", "z.har"])
def test_a_har_file_with_nothing_known_is_told_wherever_it_stands(folder: Path, order: str):
    put("douyin_overview.json", folder, "m.json")
    (folder / order).write_text('{"log": {"entries": [{}]}}')
    assert list(told(load(folder))) == [f"console/{order}"]


def test_a_file_that_was_named_and_is_no_document_is_an_error(folder: Path):
    (folder / "page.txt").write_text("<html>")
    with pytest.raises(InputError, match="web page"):
        load(folder / "page.txt")
    with pytest.raises(InputError, match="no such file"):
        load(folder / "nowhere.json")


def test_each_platform_has_its_own(folder: Path):
    put("douyin_overview.json", folder)
    put("tmall_store_index.jsonp", folder)
    put("amazon_seller_performance.json", folder)
    documents = load(folder)
    assert documents.platforms == ("amazon", "douyin", "tmall")
    assert [d.mapping.name for d in documents.of_platform("tmall")] == ["tmall/store_index"]


LOOKS = {
    b'{"a": 1}': True,
    b"\xef\xbb\xbf \n[1]": True,
    b"mtopjsonp1({": True,
    b"/**/cb ([": True,
    gzip.compress(b'{"a": 1}', mtime=0): True,
    '{"a"'.encode("utf-16"): True,
    gzip.compress(b"shop_id,order_id\n", mtime=0): False,
    b"\x1f\x8b but no gzip": False,
    b"shop_id,order_id\n": False,
    b"print(x)": False,
    b"": False,
    b"PAR1": False,
    b"<html>": False,
}


@pytest.mark.parametrize("data", LOOKS)
def test_what_looks_like_a_document(data: bytes, tmp_path: Path):
    file = tmp_path / "file"
    file.write_bytes(data)
    assert looks_like_document(file) is LOOKS[data]


def test_numbers_of_the_frame_are_exact_beside_floats(folder: Path):
    frame = load(put("douyin_sub_score_new.json", folder)).to_polars()
    row = frame.row(by_predicate=pl.col("id") == "im_dissatisfaction_rate", named=True)
    assert (row["value"], row["value_exact"], row["num_exact"], row["den_exact"]) == (
        0.0625,
        "1/16",
        "3",
        "48",
    )
    assert str(row["date"]) == "2026-08-31"


def test_every_platform_whose_plugin_brings_documents_declares_them():
    for platform in ss.platforms():
        brought = {m.id for m in examples.mappings() if m.platform == platform.id}
        assert {m.id for m in platform.mappings} == brought
