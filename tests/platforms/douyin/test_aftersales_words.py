"""Words of Douyin's after-sales export that the faithful file does not hold, one at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

import shopscore as ss
from support.exports.douyin_aftersales import AFTERSALES
from support.exports.export_files import as_text, read


def ticket(folder: Path, **words: str) -> ss.Events:
    """The first ticket of the faithful file, with other words in some of its cells."""
    row = {**AFTERSALES.common, **AFTERSALES.cells[1], **words}
    records = [AFTERSALES.headers, [row.get(h, "") for h in AFTERSALES.headers]]
    path = folder / "售后.csv"
    path.write_text(as_text(records), encoding="gb18030")
    return read(path, AFTERSALES)


@pytest.mark.parametrize(
    ("header", "word", "column", "value"),
    [
        ("售后类型", "退货", "kind", "return_refund"),
        ("售后类型", "发货前退款", "kind", "refund_only"),
        ("售后类型", "仅退款\t", "kind", "refund_only"),
        ("售后原因", "商品破损", "reason", "damage"),
        ("售后原因", "商品与描述不符", "reason", "not_as_described"),
        ("售后原因", "未收到货", "reason", "not_received"),
        ("售后原因", "7天无理由退货", "reason", "no_reason"),
        ("售后原因", "快递/物流一直未送到", "reason", "logistics"),
        ("售后原因", "尺码不合适", "reason", "size"),
        ("售后原因", "退差价", "reason", "price_difference"),
        ("售后原因", "商品信息拍错（规格/尺码/颜色等）", "reason", "other"),
        ("售后原因", "-", "reason", None),
        ("售后状态", "待买家退货", "outcome", None),
        ("售后状态", "售后失败", "outcome", "closed"),
        ("仲裁状态", "仲裁中", "platform_intervened", True),
        ("仲裁状态", "协商期", "platform_intervened", True),
        ("仲裁状态", "无", "platform_intervened", False),
        ("纠纷责任方", "商家", "liability", "merchant"),
        ("纠纷责任方", "消费者", "liability", "buyer"),
        ("纠纷责任方", "平台责任", "liability", "none"),
        ("商品发货状态", "待发货", "shipped", False),
        ("商品发货状态", "部分发货", "shipped", True),
        ("商品发货状态", "", "shipped", True),
    ],
)
def test_a_known_word(header, word, column, value, tmp_path):
    events = ticket(tmp_path, **{header: word})
    assert events.frames["aftersales"][column].to_list() == [value]
    assert events.report.books["aftersales"].repaired == 0


@pytest.mark.parametrize(
    ("header", "word"),
    [
        *(("售后类型", word) for word in ("系统取消", "用户取消", "价保", "补寄", "维修", "-")),
        ("纠纷责任方", "双方有责"),
    ],
)
def test_a_word_that_cannot_be_taken_sets_the_ticket_aside(header, word, tmp_path):
    events = ticket(tmp_path, **{header: word})
    assert not len(events.frames["aftersales"])
    aside = events.report.set_aside
    assert aside["column"].to_list() == [header]


@pytest.mark.parametrize("header", ["仲裁状态", "商品发货状态"])
def test_an_unknown_state_is_empty_and_said(header, tmp_path):
    events = ticket(tmp_path, **{header: "从未见过"})
    assert events.report.repaired["column"].to_list() == [header]
    assert len(events.frames["aftersales"]) == 1
