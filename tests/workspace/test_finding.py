"""What the files of a folder are taken for, and what ``shopscore init`` writes of it."""

from __future__ import annotations

import gzip
import json
import os
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import evolve
from deltalake import write_deltalake

import shopscore as ss
from shopscore.errors import InputError
from shopscore.plugins.document_examples import document_examples
from shopscore.workspace.finding import Findings, FoundSource, look_through
from shopscore.workspace.written import workspace_text
from support.command_line import shopscore

ORDERS = "order_id,shop_id,paid_at\n1,S1,2026-09-01 10:00:00\n2,S2,2026-09-02 10:00:00\n"
OF_ONE = "order_id,paid_at\n1,2026-09-01 10:00:00\n"
KUAISHOU = (
    "订单号,订单创建时间,订单支付时间,实付款\n1,2026-09-01 10:00:00,2026-09-01 10:01:00,9.90\n"
)
PLATFORMS = {platform.id: platform for platform in ss.platforms()}


def put(root: Path, **files: str | bytes) -> Path:
    """Write files, by their paths with __ for / and _dot_ for the last dot."""
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def example(platform: str, id: str, shop: str = "900000001") -> str:
    found = document_examples(PLATFORMS[platform])[id]
    return found.filled(shop=shop, name="店", day=date(2026, 9, 30))


def only(findings: Findings) -> FoundSource:
    (source,) = findings.sources
    return source


def written(root: Path) -> list[dict[str, Any]]:
    shops: list[dict[str, Any]] = tomllib.loads(workspace_text(look_through(root), root))["shops"]
    return shops


def reasons(findings: Findings) -> dict[str, str]:
    return {str(one.path.relative_to(findings.root)): str(one.reason) for one in findings.left_out}


@pytest.mark.parametrize(
    ("folder", "platforms"),
    [("抖音", ("douyin",)), ("Douyin", ("douyin",)), ("天猫", ("tmall",)), ("mine", ())],
)
def test_events_are_of_the_platform_that_a_folder_is_named_after(
    folder: str, platforms: tuple[str, ...], tmp_path: Path
) -> None:
    put(tmp_path, **{f"{folder}__deep__orders_dot_csv": ORDERS})
    source = only(look_through(tmp_path))
    assert source == FoundSource(
        "events", tmp_path / folder / "deep", (tmp_path / folder / "deep",), platforms, ("S1", "S2")
    )


def test_the_folder_itself_may_have_the_name(tmp_path: Path) -> None:
    root = put(tmp_path / "jd", orders_dot_csv=ORDERS)
    assert only(look_through(root)).platforms == ("jd",)
    assert only(look_through(root)).paths == (root / "orders.csv",)  # its own output lies there too


def test_the_nearest_name_counts(tmp_path: Path) -> None:
    put(tmp_path, douyin__tmall__orders_dot_csv=ORDERS)
    assert only(look_through(tmp_path)).platforms == ("tmall",)


def test_exports_say_themselves_of_which_platform_they_are(tmp_path: Path) -> None:
    put(tmp_path, douyin__店甲__x_dot_csv=KUAISHOU)
    source = only(look_through(tmp_path))
    folder = tmp_path / "douyin" / "店甲"
    assert source == FoundSource(
        "exports", folder, (folder,), ("kuaishou",), ("店甲",), is_nameless=True
    )


def test_a_platform_is_no_shop(tmp_path: Path) -> None:
    put(tmp_path, 快手__x_dot_csv=KUAISHOU)
    assert only(look_through(tmp_path)).shops == ()
    assert written(tmp_path) == [{"id": "", "platform": "kuaishou", "sources": ["快手"]}]


def test_an_export_of_either_of_two_platforms_is_of_that_which_a_folder_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Headers of both together fit layouts of both."""
    both = "订单号,订单创建时间,订单支付时间,实付款,用户实付金额(元),商家实收金额(元)\n1,,,,,\n"
    put(tmp_path, mine__x_dot_csv=both, 拼多多__店__x_dot_csv=both)
    named, open_ = sorted(look_through(tmp_path).sources, key=lambda source: len(source.platforms))
    assert named.platforms == ("pinduoduo",)
    assert open_.platforms == ("kuaishou", "pinduoduo")
    (first, second) = sorted(written(tmp_path), key=lambda entry: str(entry["platform"]))
    assert first == {"id": "mine", "platform": "", "sources": ["mine"]}
    assert second == {"id": "店", "platform": "pinduoduo", "sources": ["拼多多/店"]}
    assert "# Fill in which platform it is: kuaishou, pinduoduo." in workspace_text(
        look_through(tmp_path), tmp_path
    )


def test_canonical_files_of_one_shop(tmp_path: Path) -> None:
    put(tmp_path, mine__店甲__orders_dot_csv=OF_ONE)
    source = only(look_through(tmp_path))
    assert (source.shops, source.is_nameless) == (("店甲",), True)
    (entry,) = written(tmp_path)
    assert entry == {"id": "店甲", "platform": "", "sources": ["mine/店甲"]}


def test_a_stream_in_parts(tmp_path: Path) -> None:
    parts = tmp_path / "etsy" / "e" / "orders" / "dt=2026-09-01"
    parts.mkdir(parents=True)
    pl.DataFrame({"order_id": ["1"], "shop_id": ["S9"]}).write_parquet(parts / "0.parquet")
    put(tmp_path, etsy__e__messages_dot_csv="message_id,shop_id\n1,S9\n")
    source = only(look_through(tmp_path))
    assert source == FoundSource(
        "events", tmp_path / "etsy" / "e", (tmp_path / "etsy" / "e",), ("etsy",), ("S9",)
    )


def test_documents_stand_beside_the_events_of_their_shop(tmp_path: Path) -> None:
    put(
        tmp_path,
        jd__events__orders_dot_csv=ORDERS,
        jd__console__a_dot_json=example("jd", "vane_stars", "S2"),
        jd__other__a_dot_json=example("jd", "vane_stars", "S7"),
        tmall__x__orders_dot_csv=ORDERS,
    )
    assert written(tmp_path) == [
        {"platform": "jd", "sources": ["jd/events", "jd/console"]},
        {"platform": "jd", "sources": ["jd/other"]},
        {"platform": "tmall", "sources": ["tmall/x"]},
    ]


def test_a_folder_of_one_shop_with_exports_and_documents(tmp_path: Path) -> None:
    """What a document names goes before the name of the folder; nameless ones are of the folder."""
    put(
        tmp_path,
        douyin__店甲__卖_dot_csv="主订单编号,子订单编号,订单提交时间,支付完成时间\n1,1,,\n",
        douyin__店甲__a_dot_json=example("douyin", "overview", "900000009"),
        快手__店乙__卖_dot_csv=KUAISHOU,
        快手__店乙__a_dot_json=example("kuaishou", "score_detail"),
    )
    assert written(tmp_path) == [
        {"id": "900000009", "platform": "douyin", "sources": ["douyin/店甲"]},
        {"id": "店乙", "platform": "kuaishou", "sources": ["快手/店乙"]},
    ]
    assert "The name of the folder" in workspace_text(look_through(tmp_path), tmp_path)


def test_documents_of_several_shops_are_not_those_of_a_nameless_export(tmp_path: Path) -> None:
    put(
        tmp_path,
        jd__店甲__orders_dot_csv=OF_ONE,
        jd__店甲__a_dot_json=example("jd", "vane_stars", "S1"),
        jd__店甲__b_dot_json=example("jd", "vane_stars", "S2"),
    )
    assert written(tmp_path) == [
        {"id": "店甲", "platform": "jd", "sources": ["jd/店甲/orders.csv"]},
        {"platform": "jd", "sources": ["jd/店甲/a.json", "jd/店甲/b.json"]},
    ]


def test_a_folder_of_everything_is_named_by_its_files(tmp_path: Path) -> None:
    put(
        tmp_path,
        all__orders_dot_csv=ORDERS,
        all__卖_dot_csv=KUAISHOU,
        all__a_dot_json=example("jd", "vane_stars", "S2"),
        all__b_dot_har=example("walmart", "summary"),
    )
    found = {
        source.kind + "/".join(source.platforms): source.paths
        for source in look_through(tmp_path).sources
    }
    folder = tmp_path / "all"
    assert found == {
        "events": (folder / "orders.csv",),
        "exportskuaishou": (folder / "卖.csv",),
        "documentsjd": (folder / "a.json",),
        "documentswalmart": (folder / "b.har",),
    }


def test_what_is_of_no_use_is_told_with_its_reason(tmp_path: Path) -> None:
    logged_out = json.dumps(
        {"code": 10008, "data": json.loads(example("douyin", "overview"))["data"]}
    )
    near = KUAISHOU.replace("实付款", "实付")
    put(
        tmp_path,
        x__near_dot_csv=near,
        x__far_dot_csv="a,b\n1,2\n",
        x__out_dot_json=logged_out,
        x__other_dot_json='{"a": 1}',
        x__broken_dot_json="{",
        x__cut_dot_zip=b"PK\x03\x04",
        x__picture_dot_png=b"\x89PNG",
        x__hidden__dot="",
    )
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "x" / "table.parquet")
    findings = look_through(tmp_path)
    told = reasons(findings)
    assert set(told) == {
        *("x/near.csv", "x/far.csv", "x/out.json", "x/other.json", "x/broken.json"),
        *("x/cut.zip", "x/table.parquet"),
    }
    assert "the nearest is kuaishou/orders, and 实付款 are missing" in told["x/near.csv"]
    assert "no layout fits" in told["x/far.csv"]
    assert "not logged in" in told["x/out.json"]
    # what looks like a document is one to be read again: it may be saved anew
    assert only(findings) == FoundSource(
        "documents", tmp_path / "x", (tmp_path / "x",), ("douyin",)
    )


def test_commands_say_what_was_found_and_what_not(tmp_path: Path) -> None:
    put(tmp_path, jd__orders_dot_csv=ORDERS, jd__far_dot_csv="a,b\n1,2\n", jd__x_dot_json="{")
    answer = shopscore("init", tmp_path).done()
    assert "jd: events, platform jd, shops S1, S2" in answer.err
    assert "jd/far.csv: not used: no layout fits its headers" in answer.err
    (line,) = (line for line in answer.err.splitlines() if "x.json" in line)
    assert line.startswith("jd/x.json: not used: ")
    assert line.count("x.json") == 1
    assert (tmp_path / "shopscore.toml").is_file()


def test_comments_are_in_the_language_of_the_run(tmp_path: Path) -> None:
    put(tmp_path, mine__orders_dot_csv=ORDERS)
    shopscore("init", tmp_path, "--lang", "zh").done()
    text = (tmp_path / "shopscore.toml").read_text("utf-8")
    assert "# 请填写是哪个平台：" in text
    assert "# Shops" not in text
    assert tomllib.loads(text)["shops"] == [{"platform": "", "sources": ["mine"]}]


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    put(tmp_path, mine__orders_dot_csv=ORDERS, shopscore_dot_toml="mine")
    shopscore("init", tmp_path).failed(3, "shopscore.toml", "is not written over")
    assert (tmp_path / "shopscore.toml").read_text() == "mine"
    shopscore("init", tmp_path, "-o", tmp_path / "other.toml").done()
    (tmp_path / "link.toml").symlink_to(tmp_path / "nowhere.toml")
    shopscore("init", tmp_path, "-o", tmp_path / "link.toml").failed(3, "link.toml")
    assert not (tmp_path / "nowhere.toml").exists()


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    put(tmp_path, files__jd__x__orders_dot_csv=ORDERS)
    (tmp_path / "settings").mkdir()
    file = tmp_path / "settings" / "a.toml"
    shopscore("init", tmp_path / "files", "-o", file).done()
    (entry,) = tomllib.loads(file.read_text("utf-8"))["shops"]
    assert entry["sources"] == ["../files/jd/x"]


def test_a_second_look_does_not_find_what_was_written(tmp_path: Path) -> None:
    put(tmp_path, jd__orders_dot_csv=ORDERS, shopscore_DASH_out__orders_dot_csv=ORDERS)
    (tmp_path / "shopscore_DASH_out").rename(tmp_path / "shopscore-out")
    put(tmp_path, **{".shopscore__orders_dot_csv": ORDERS, "shopscore-out__x_dot_json": "{"})
    (entry,) = written(tmp_path)
    assert entry["sources"] == ["jd"]


def test_an_empty_folder_and_none(tmp_path: Path) -> None:
    shopscore("init", tmp_path).failed(3, "nothing here is events")
    shopscore("init", tmp_path / "no").failed(3, "no such folder")
    shopscore("init", put(tmp_path, a_dot_csv="x") / "a.csv").failed(3, "no such folder")
    assert not (tmp_path / "shopscore.toml").exists()


def test_names_that_toml_must_quote(tmp_path: Path) -> None:
    name = 'a "quoted" \\ \t店'
    put(tmp_path, **{f"jd__{name}__orders_dot_csv": OF_ONE})
    (entry,) = written(tmp_path)
    assert entry == {"id": name, "platform": "jd", "sources": [f"jd/{name}"]}


def test_ids_from_cells_never_become_entries(tmp_path: Path) -> None:
    id = 'S1\n[[shops]]\nplatform = "jd"\nsources = ["../../secret"]\r'
    pl.read_csv(ORDERS.encode()).with_columns(shop_id=pl.lit(id)).write_csv(
        put(tmp_path, jd__x="") / "jd" / "orders.csv"
    )
    (entry,) = written(tmp_path)
    assert entry == {"platform": "jd", "sources": ["jd"]}


def test_links_are_followed_within_the_folder_only(tmp_path: Path) -> None:
    put(tmp_path, out__orders_dot_csv=ORDERS, in__jd__orders_dot_csv=ORDERS)
    (tmp_path / "in" / "tmall").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "jd" / "round").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "gone").symlink_to(tmp_path / "nowhere")
    assert only(look_through(tmp_path / "in")).paths == (tmp_path / "in" / "jd",)


def test_packed_tables_and_broken_events(tmp_path: Path) -> None:
    put(tmp_path, 快手__店__x_dot_csv_dot_gz=b"")
    (tmp_path / "快手" / "店" / "x.csv.gz").write_bytes(gzip.compress(KUAISHOU.encode()))
    put(tmp_path, jd__x__shops_dot_csv="shop_id,industry\nS1,\xe4\n".encode("latin-1"))
    found = {source.kind: source for source in look_through(tmp_path).sources}
    assert found["exports"].platforms == ("kuaishou",)
    assert found["events"].paths == (tmp_path / "jd" / "x",)


def test_names_in_another_encoding(tmp_path: Path) -> None:
    """They are found, and shown as a person reads them."""
    folder = tmp_path / os.fsdecode("店甲".encode("gb18030"))
    folder.mkdir()
    for name, text in (("卖.csv", KUAISHOU), ("分.json", example("jd", "vane_stars", "S1"))):
        (folder / os.fsdecode(name.encode("gb18030"))).write_text(text, "utf-8")
    answer = shopscore("init", tmp_path).done()
    assert "店甲/卖.csv: exports, platform kuaishou, shops 店甲" in answer.err
    assert "店甲/分.json: documents, platform jd, shops S1" in answer.err
    text = (tmp_path / "shopscore.toml").read_text("utf-8")
    assert [entry["platform"] for entry in tomllib.loads(text)["shops"]] == ["jd", "kuaishou"]
    assert text.count("rename it") == 2


def test_an_export_whose_rows_name_their_shops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kuaishou = ss.platform("kuaishou")
    layout = kuaishou.layouts[0]
    own = evolve(layout, columns={**layout.columns, "shop_id": ("店铺",)})
    monkeypatch.setitem(kuaishou.__dict__, "layouts", (own,))
    put(
        tmp_path,
        files__x_dot_csv=KUAISHOU.replace("实付款", "实付款,店铺").replace("9.90", "9.90,S1"),
    )
    assert only(look_through(tmp_path)).is_nameless is False
    assert written(tmp_path) == [{"platform": "kuaishou", "sources": ["files"]}]
    assert "shops as the files name them" in shopscore("init", tmp_path).done().err


# A folder of folders of several platforms.


@pytest.fixture
def several(tmp_path: Path) -> Path:
    return put(tmp_path / "all", 抖音__orders_dot_csv=ORDERS, tmall__orders_dot_csv=ORDERS)


@pytest.mark.parametrize(
    "command",
    [
        ("score", "-p", "douyin"),
        ("validate",),
        ("validate", "-p", "tmall"),
        ("explain", "-p", "douyin"),
        ("gap", "-p", "douyin", "--target", "90"),
        ("track", "-p", "douyin", "--from", "2026-09-01", "--to", "2026-09-02"),
        ("todo", "-p", "douyin"),
        ("simulate", "-p", "douyin", "--set", "x=1"),
    ],
    ids=str,
)
def test_platforms_are_never_scored_as_one(command: tuple[str, ...], several: Path) -> None:
    name, *options = command
    shopscore(name, several, *options).failed(3, "tmall", "抖音", f"shopscore init {several}")


def test_nor_are_they_held_against_a_console(several: Path, tmp_path: Path) -> None:
    put(tmp_path, a_dot_json=example("tmall", "connector"))
    answer = shopscore("reconcile", several, tmp_path / "a.json", "-p", "tmall")
    answer.failed(3, "tmall", "抖音", f"shopscore init {several}")


def test_nor_are_their_documents(tmp_path: Path) -> None:
    put(
        tmp_path,
        jd__S1__a_dot_json=example("jd", "vane_basic"),
        tmall__S1__a_dot_json=example("tmall", "connector"),
    )
    with pytest.raises(InputError, match="several platforms"):
        ss.score(tmp_path, platform="jd", as_of="2026-10-01")


def test_folders_of_shops_and_of_one_platform_are_read(several: Path, tmp_path: Path) -> None:
    assert ss.read_events(several / "tmall", platform="tmall").report.books["orders"].accepted == 2
    put(tmp_path / "one", douyin__orders_dot_csv=OF_ONE, 抖店甲__orders_dot_csv=OF_ONE)
    shops = ss.read_events(tmp_path / "one", platform="douyin").shops["shop_id"]
    assert set(shops) == {"douyin", "抖店甲"}


def test_a_ledger_is_one_entry(tmp_path: Path) -> None:
    """Its files are no events of their own, nor are those of other tables with a log."""
    put(tmp_path, douyin__orders_dot_csv=ORDERS)
    ledger = ss.Ledger.create(tmp_path / "kept", platform="douyin")
    ledger.ingest(tmp_path / "douyin")
    ledger.score(ruleset="2022", as_of="2026-10-01")
    write_deltalake(str(tmp_path / "lake" / "orders"), pl.read_csv(tmp_path / "douyin/orders.csv"))
    assert written(tmp_path) == [
        {"platform": "douyin", "sources": ["douyin"]},
        {"platform": "douyin", "ledger": "kept"},
    ]
    assert {*reasons(look_through(tmp_path))} == {"lake/orders"}
    with pytest.raises(InputError, match="kept: a ledger"):
        look_through(tmp_path / "kept")
    (tmp_path / "kept" / "commits" / "00000002.json").write_text("{}")
    assert only(look_through(tmp_path)).paths == (tmp_path / "douyin",)
    assert "damaged" in reasons(look_through(tmp_path))["kept"]
