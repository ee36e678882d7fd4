"""A platform is found by any of its names, wherever a platform is named."""

from __future__ import annotations

from pathlib import Path

import pytest

import shopscore as ss
from shopscore import Platform, Scorecard
from shopscore.plugins import catalog
from support.command_line import shopscore

NAMES = {
    "douyin": ("douyin", "抖音", "抖店", "Douyin", "DOUYIN", " 抖音 "),
    "kuaishou": ("快手", "快手小店", "Kuaishou"),
    "pinduoduo": ("拼多多", "PDD"),
    "amazon": ("亚马逊", "Amazon"),
    "ebay": ("eBay", "EBAY"),
    "etsy": ("Etsy",),
    "walmart": ("沃尔玛", "Walmart"),
    "jd": ("京东", "JD", "jingdong"),
    "wechat": ("微信小店", "视频号小店", "WeChat Shop"),
    "tmall": ("天猫", "淘宝", "天猫/淘宝", "taobao", "Taobao", "Tmall and Taobao"),
}


@pytest.mark.parametrize(("id", "name"), [(i, n) for i, names in NAMES.items() for n in names])
def test_every_name(id: str, name: str) -> None:
    assert catalog.platform(name).id == id


def test_no_name_is_shared() -> None:
    names = [n.casefold() for p in ss.platforms() for n in {x.casefold() for x in p.names}]
    assert len(names) == len(set(names))


def test_what_nobody_is_called_is_refused_with_ids() -> None:
    with pytest.raises(ss.CoverageError, match="no installed plugin declares platform 唯品会"):
        catalog.platform("唯品会")


def test_a_name_of_several_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def made(id: str, *aliases: str) -> Platform:
        card = Scorecard("main", zh="分", en="Score", metrics="m", rulesets="m:none")
        return Platform(id=id, zh="甲", en=id, zone="Asia/Shanghai", currency="CNY",
                        scorecards=(card,), aliases=aliases)  # fmt: skip

    monkeypatch.setattr(catalog, "platforms", lambda: (made("one", "two"), made("two", "solo")))
    assert catalog.platform("two").id == "two", "an id goes before a name"
    assert catalog.platform("SOLO").id == "two"
    with pytest.raises(ss.CoverageError, match="甲 is the name of several platforms: one, two"):
        catalog.platform("甲")


def test_in_python_and_in_commands(tmp_path: Path) -> None:
    text = "shop_id,metric,value\nS,揽收及时率,93.5%\n"
    (tmp_path / "v.csv").write_text(text, encoding="utf-8")
    result = ss.score_values(tmp_path / "v.csv", platform="抖音", as_of="2022-07-01")
    assert (result.platform, result["S"]["pickup_rate"].value) == ("douyin", 0.935)
    orders = {"orders": {"shop_id": ["S"], "order_id": ["1"], "paid_at": ["2022-06-01 09:00"]}}
    assert ss.read_events(orders, platform="抖音").zone == "Asia/Shanghai"
    assert ss.score(orders, platform="抖店", as_of="2022-07-01").platform == "douyin"
    answer = shopscore("values", "淘宝", "-r", "2026-03-16").done()
    assert "goods_negative_rate" in answer.out
