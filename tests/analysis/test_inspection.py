"""Inspection as a function: what a file is taken for, what comes near, and drafts of layouts."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.analysis.inspection import Inspection, draft_layout, inspect_file
from shopscore.model.layouts import Layout, plain_header
from shopscore.model.streams import CANONICAL
from shopscore.plugins.catalog import platforms
from shopscore.plugins.layout_toml import parse_layout
from support.exports.export_files import FILES, as_text
from support.exports.seen_headers import SEEN

LAYOUTS = [layout for platform in platforms() for layout in platform.layouts]
BUILT_IN = [file for file in FILES if file.platform != "xiaohongshu"]


def layout_of(text: str) -> Layout:
    return parse_layout(text, "own.toml")


OWN = """schema = 1
id = "own"
zh = "我的"
en = "own"
stream = "orders"
headers = ["流水号"]
[columns]
order_id = "流水号"
paid_at = "付款"
"""


ORDERS = """schema = 1
id = "orders"
zh = "订单"
en = "orders"
stream = "orders"
headers = ["甲"]
[columns]
order_id = "订单"
paid_at = "时间"
"""
TICKETS = """schema = 1
id = "tickets"
zh = "售后"
en = "tickets"
stream = "aftersales"
headers = ["乙"]
[columns]
ticket_id = "单号"
order_id = "订单"
applied_at = "时间"
"""


def inspected(records: Sequence[Sequence[str]], folder: Path, **more: object) -> Inspection:
    path = folder / "导出.csv"
    path.write_text(as_text(records), encoding="gb18030")
    return inspect_file(path, **more)  # type: ignore[arg-type]


def of_headers(headers: Sequence[str], **more: object) -> Inspection:
    """A file with these headers, one row below, and a title above."""
    with TemporaryDirectory() as folder:
        return inspected([["某店的导出"], headers, ["7" for _ in headers]], Path(folder), **more)


@pytest.mark.parametrize("file", BUILT_IN, ids=lambda file: file.name)
class TestFaithfulFiles:
    def test_what_each_was_taken_for(self, file, tmp_path: Path) -> None:
        found = inspected(file.records, tmp_path)
        (sheet,) = found.sheets
        encoding = "utf-8" if as_text(file.records).isascii() else "gb18030"
        assert (sheet.layout.name, sheet.encoding, sheet.near) == (file.layout, encoding, ())
        assert sheet.headers == tuple(file.headers)
        assert {m.ruleset.partition("/")[0] for m in found.metrics} == {file.platform}

    def test_columns_and_how_many_rows_have_them(self, file, tmp_path: Path) -> None:
        found = inspected(file.records, tmp_path)
        used = {c.column: c for c in found.columns}
        layout = found.sheets[0].layout
        assert {*used} - {"updated_at"} == {*file.rows[0]}
        for name in file.rows[0]:
            filled = sum(row[name] is not None for row in file.rows)
            assert (used[name].stream, used[name].filled) == (file.stream, filled)
            if name in layout.constants:
                assert used[name].header == ""
            else:
                assert used[name].header in [h.strip() for h in file.headers]
        (own,) = layout.columns.get("updated_at", ("",))
        assert used["updated_at"].header == own

    def test_every_header_is_used_or_said_to_be_unused(self, file, tmp_path: Path) -> None:
        found = inspected(file.records, tmp_path)
        used = {plain_header(c.header) for c in found.columns}
        unused = {plain_header(name) for name in found.unused}
        sub = found.sheets[0].layout.suborders
        subs = {plain_header(name) for name in sub.id} if sub else set()
        assert not used & unused
        assert used | unused | subs >= {plain_header(h) for h in file.headers if h.strip()}

    def test_a_shop_is_not_asked_for(self, file, tmp_path: Path) -> None:
        shops = inspected(file.records, tmp_path).events.shops["shop_id"]
        assert len(shops) == 1
        named = inspected(file.records, tmp_path, shop_id="S9").events.shops["shop_id"]
        assert named.to_list() == ["S9"]


class TestMetrics:
    def test_of_files_that_feed_some(self, tmp_path: Path) -> None:
        fed = {
            "picked_up_at": {"pickup_48h_rate"},
            "signed_at": {"arrival_hours", "next_day_share"},
        }
        for name, metrics in fed.items():
            head = ["shop_id", "order_id", "paid_at", "picked_up_at", "signed_at"]
            head = [h for h in head if h in ("shop_id", "order_id", "paid_at", name)]
            (tmp_path / "orders.csv").write_text(as_text([head, ["S1"] * len(head)]))
            found = inspect_file(tmp_path, platform="tmall")
            computable = {m.metric for m in found.computable if "2026" in m.ruleset}
            assert computable == metrics

    def test_what_lacks_is_a_column_or_a_whole_stream(self, tmp_path: Path) -> None:
        (tmp_path / "orders.csv").write_text("shop_id,order_id\n1,1\n")
        (tmp_path / "reviews.csv").write_text("shop_id,review_id,reviewed_at,rating\n")
        found = inspect_file(tmp_path, platform="tmall")
        lacking = {m.metric: set(m.missing) for m in found.metrics if "2026" in m.ruleset}
        assert lacking["pickup_48h_rate"] >= {"orders.paid_at", "orders.picked_up_at"}
        assert not [name for name in lacking["pickup_48h_rate"] if "stream" in name]
        assert lacking["im_3min_reply_rate"] == {"stream conversations"}
        assert "stream reviews" not in {name for names in lacking.values() for name in names}


class TestNearest:
    def test_those_that_lack_least_come_first(self) -> None:
        headers = ["主订单编号", "子订单编号", "标题"]
        near = of_headers(headers).sheets[0].near
        assert [(layout.name, lacking) for layout, lacking in near[:2]] == [
            ("tmall/items", ("订单付款时间",)),
            ("douyin/orders", ("订单提交时间", "支付完成时间")),
        ]

    def test_at_most_three_that_share_a_header(self) -> None:
        assert len(of_headers(["订单编号", "订单号", "主订单编号"]).sheets[0].near) == 3
        assert of_headers(["甲", "乙"]).sheets[0].near == ()

    def test_only_those_of_the_platform(self) -> None:
        headers = ["主订单编号", "子订单编号"]
        near = of_headers(headers, platform="tmall").sheets[0].near
        assert {layout.platform for layout, _ in near} == {"tmall"}

    def test_ones_own_are_among_them(self) -> None:
        own = layout_of(OWN.replace('["流水号"]', '["流水号", "付款"]'))
        near = of_headers(["流水号", "乙"], layouts=[own]).sheets[0].near
        assert near == ((own, ("付款",)),)

    def test_the_widest_of_the_first_records_is_the_header(self) -> None:
        assert of_headers(["甲", "乙", "丙"]).sheets[0].headers == ("甲", "乙", "丙")


class TestOneOwnLayout:
    def test_reads_what_nobody_knows(self) -> None:
        found = of_headers(["流水号", "付款", "余"], layouts=[layout_of(OWN)])
        assert found.sheets[0].layout == layout_of(OWN)
        assert found.unused == ("余",)
        assert len(found.events.report.set_aside) == 1  # 7 is no time

    def test_from_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "own.toml"
        path.write_text(OWN, encoding="utf-8")
        found = of_headers(["流水号", "付款"], layouts=[path, layout_of(OWN.replace("流", "另"))])
        assert found.sheets[0].layout.name == str(path)


def draft(headers: Sequence[str], layouts: Sequence[Layout] = LAYOUTS) -> str:
    return draft_layout(of_headers(headers), layouts)


class TestDraft:
    @pytest.mark.parametrize("known", LAYOUTS, ids=lambda layout: layout.name)
    def test_of_a_known_export_is_much_like_its_layout(self, known: Layout) -> None:
        """But for streams and columns of a platform, which a layout of one's own does not have."""
        streams = {stream.name: stream for stream in CANONICAL}
        for headers in SEEN.get(known.name, ()):
            drafted = layout_of(draft(headers))
            assert drafted.fits(headers)
            if known.stream not in streams:
                continue
            assert drafted.stream == known.stream
            names = streams[known.stream].names
            there = drafted.places(headers)
            meant = {name: at for name, at in known.places(headers).items() if name in names}
            (key,) = streams[known.stream].key
            assert there[key] == meant[key]
            places = {*meant.values()}
            assert len({*there.values()} & places) >= len(places) - 1

    def test_names_no_column_that_only_a_platform_has(self) -> None:
        text = draft(["amazon-order-id", "fulfillment-channel", "Amazon RMA ID", "quantity", "甲"])
        assert dict(layout_of(text).columns) == {"order_id": ("amazon-order-id",)}
        assert '# ? = "fulfillment-channel"' in text

    def test_says_what_is_needed_and_what_there_is(self) -> None:
        text = draft(["售后类型", "售后单号", "甲"])
        assert 'kind = "售后类型"' in text
        (needed,) = [line for line in text.splitlines() if "needed" in line]
        assert needed.endswith(": applied_at")
        assert "[words.kind]" in text
        assert "refund_only | return_refund | exchange" in text
        assert '# ? = "甲"' in text

    def test_it_offers_the_forms_of_cells_as_comments(self) -> None:
        text = draft(["订单付款时间", "订单号", "订单应付金额", "甲"])
        lines = text.splitlines()
        for name in ("time_format", "unit", "decimal"):
            (at,) = (i for i, line in enumerate(lines) if line.startswith(f"# [{name}]"))
            assert ("paid_at" if name == "time_format" else "amount") in lines[at]
            assert lines[at + 1].startswith("# ? = ")
        assert '# encoding = "gb18030"' in text
        assert layout_of(text).time_format == {}
        filled = text.replace("# [unit]", "[unit]").replace('# ? = "fen"', 'amount = "fen"')
        assert layout_of(filled).unit == {"amount": "fen"}

    def test_a_column_is_taken_once(self) -> None:
        text = draft(["订单付款时间", "支付完成时间", "甲"])
        assert [line for line in text.splitlines() if "paid_at =" in line] == [
            'paid_at = "订单付款时间"',
            '# paid_at = "支付完成时间"',
        ]
        assert layout_of(text).columns["paid_at"] == ("订单付款时间",)

    def test_without_anything_known_it_is_of_orders(self) -> None:
        found = layout_of(draft(["甲", "乙"]))
        assert (found.stream, dict(found.columns), found.headers) == ("orders", {}, ("甲", "乙"))

    def test_a_number_of_an_order_alone_is_of_orders(self) -> None:
        assert layout_of(draft(["订单号", "付款时刻", "金额"])).stream == "orders"

    @pytest.mark.parametrize("turned", [False, True])
    def test_of_streams_that_are_as_likely_one_whose_rows_are_identified(
        self, turned: bool
    ) -> None:
        layouts = [layout_of(ORDERS), layout_of(TICKETS)]
        layouts = layouts[::-1] if turned else layouts
        for headers, stream in {
            ("订单", "时间"): "orders",  # an order number is the key of orders
            ("单号", "时间"): "aftersales",
            ("时间", "甲"): "orders",  # of tickets more would be missing
            ("订单", "单号", "时间"): "aftersales",  # most headers
        }.items():
            assert layout_of(draft(headers, layouts)).stream == stream, headers

    def test_no_headers(self, tmp_path: Path) -> None:
        (tmp_path / "orders.csv").write_text("shop_id,order_id\n1,1\n")
        with pytest.raises(ss.InputError, match="no headers"):
            draft_layout(inspect_file(tmp_path), LAYOUTS)

    @pytest.mark.slow
    @given(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)
            | st.sampled_from(['"', "\\", "a\\nb", "'''", '"""', "#", "= 1", "]", "售后类型"]),
            min_size=1,
            max_size=6,
        )
    )
    @settings(max_examples=60)
    @example(["订单号", '订单"号'])
    def test_of_any_headers_is_a_layout_that_fits(self, headers: list[str]) -> None:
        self.check(headers)

    @pytest.mark.parametrize("header", ["订单\n编号", "a\r\nb", "a\x01b", "a\x7fb"])
    def test_headers_over_two_lines_as_well(self, header: str) -> None:
        self.check([header, "乙"])

    def check(self, headers: Sequence[str]) -> None:
        sheet = of_headers(headers).sheets[0]
        names = [h.strip() for h in sheet.headers if h.strip()]
        if not names:
            return
        text = draft_layout(Inspection(Path("x.csv"), (sheet,), None), LAYOUTS)
        assert tomllib.loads(text)["schema"] == 1
        found = layout_of(text)
        assert {*found.headers} <= {*names}
        assert found.fits(sheet.headers)
        assert {h for names in found.columns.values() for h in names} <= {*names}
