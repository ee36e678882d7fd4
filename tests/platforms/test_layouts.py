"""The layouts that the platforms bring: what identifies them, and that nothing in them is invented."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from shopscore.model.layouts import Layout, plain_header
from shopscore.model.merging import merge_streams
from shopscore.model.streams import CANONICAL
from support.exports.export_files import BUILT_IN, FILES, platform
from support.exports.seen_headers import KUAISHOU_AFTERSALES_PART, SEEN, WEIXIN_ORDERS

PLATFORMS = (*BUILT_IN, "xiaohongshu")
LAYOUTS = {layout.name: layout for id in PLATFORMS for layout in platform(id).layouts}
HEADERS = [
    *(
        (name, f"list {i}", headers)
        for name, lists in SEEN.items()
        for i, headers in enumerate(lists)
    ),
    *((file.layout, file.variant, file.headers) for file in FILES),
]

#: Those whose headers a page of the platform lists; the others are known from files and public code.
OFFICIAL = {"amazon/all_orders", "amazon/unshipped", "amazon/returns"}

each_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)


def test_every_layout_has_lists_of_headers_and_a_faithful_file():
    assert set(LAYOUTS) == set(SEEN) == {file.layout for file in FILES}


@pytest.mark.parametrize(
    ("name", "headers"),
    [(name, headers) for name, _, headers in HEADERS],
    ids=[f"{name} {which}" for name, which, _ in HEADERS],
)
def test_fits_its_own_headers_and_no_other_layout_of_any_platform_does(name, headers):
    assert [layout.name for layout in LAYOUTS.values() if layout.fits(headers)] == [name]


@pytest.mark.parametrize(
    "headers", [WEIXIN_ORDERS, KUAISHOU_AFTERSALES_PART], ids=["weixin", "kuaishou"]
)
def test_exports_without_a_layout_fit_none(headers):
    assert not [layout.name for layout in LAYOUTS.values() if layout.fits(headers)]


@each_layout
def test_fits_in_any_order_and_with_headers_that_nobody_knows(layout):
    for headers in SEEN[layout.name]:
        assert layout.fits((*reversed(headers), "什么都不是", ""))


@each_layout
def test_does_not_fit_without_one_of_the_headers_that_identify_it(layout):
    for headers in SEEN[layout.name]:
        for header in layout.headers:
            rest = [h for h in headers if plain_header(h) != plain_header(header)]
            assert layout.missing_headers(rest) == (header,)
            assert not layout.fits(rest)


@each_layout
def test_names_no_header_that_the_export_has_not_been_seen_with(layout):
    seen = {plain_header(h) for headers in SEEN[layout.name] for h in headers}
    assert not {h for h in named(layout) if plain_header(h) not in seen}


@each_layout
def test_what_a_layout_is_told_from_is_a_header_of_another_one(layout):
    others = {
        plain_header(h)
        for name, lists in SEEN.items()
        if name != layout.name
        for headers in lists
        for h in headers
    }
    assert {plain_header(h) for h in layout.without} <= others


@each_layout
def test_every_canonical_column_is_found_in_one_of_the_lists(layout):
    found = {column for headers in SEEN[layout.name] for column in layout.places(headers)}
    assert found == set(layout.columns)


@each_layout
def test_reads_the_required_columns_but_the_shop(layout):
    stream = merge_streams(CANONICAL, platform(layout.platform).streams)[layout.stream]
    needed = {c.name for c in stream.columns if c.required} - {"shop_id"}
    for headers in SEEN[layout.name]:
        assert needed <= {*layout.places(headers), *layout.constants}


@each_layout
def test_no_header_feeds_two_columns(layout):
    for headers in SEEN[layout.name]:
        places = layout.places(headers)
        if layout.name == "amazon/feedback":  # one row per order, and no id but the order's
            assert places.pop("review_id") == places["order_id"]
        assert len(places) == len({*places.values()})


@each_layout
def test_takes_no_time_of_shipping_for_the_carriers_and_no_refund_of_an_order(layout):
    """The merchant's own time of shipping is neither a pick-up nor a delivery."""
    assert not {"picked_up_at", "signed_at", "return_signed_at", "shop_id"} & set(layout.columns)
    used = {plain_header(h) for names in layout.columns.values() for h in names}
    assert not {"发货时间", "订单发货时间", "退款金额"} & used


@each_layout
def test_says_where_it_is_from_and_what_was_read_into_it(layout):
    assert layout.source is not None
    assert layout.source.title
    assert layout.source.confidence == ("O" if layout.name in OFFICIAL else "P")
    assert bool(layout.source.url) or layout.source.confidence == "P"
    assert layout.notes
    assert all(note.endswith(".") for note in layout.notes)


@each_layout
def test_the_latest_of_times_that_happened_tells_which_export_is_newer(layout):
    happened = {c for c in layout.columns if c.endswith("_at") and not c.endswith("_due_at")}
    if "updated_at" in happened:  # the file says it itself
        assert not layout.state
    else:
        assert set(layout.state) == happened


def test_files_that_do_not_hold_every_row_of_their_stream_say_so():
    """Open orders alone; returns without other claims; three stars at most."""
    incomplete = {"amazon/unshipped", "amazon/returns", "amazon/feedback"}
    assert {name for name, layout in LAYOUTS.items() if layout.incomplete} == incomplete


@each_layout
def test_reads_no_column_of_buyers_abroad(layout):
    if layout.platform in ("amazon", "ebay", "etsy"):
        used = {plain_header(h) for h in named(layout) - set(layout.headers)}
        assert "buyer_id" not in layout.columns
        assert not [h for h in used if "buyer" in h or "rater" in h or "name" in h]


@each_layout
def test_merges_every_time_and_all_money_of_sub_orders(layout):
    merged = layout.suborders
    if merged is None:
        return
    times = {column for column in layout.columns if column.endswith("_at")}
    assert times == {c for c in (*merged.earliest, *merged.latest) if c.endswith("_at")}
    assert not set(merged.earliest) & set(merged.latest)
    assert set(merged.total) == {"amount", "units"} & set(layout.columns)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        # the words of the platform's message documents, and of its interface documents
        ("退货", "return_refund"),
        ("售后仅退款", "refund_only"),
        ("发货前退款", "refund_only"),
        ("换货", "exchange"),
        ("退货退款", "return_refund"),
        ("已发货仅退款", "refund_only"),
        ("未发货仅退款", "refund_only"),
        *((word, None) for word in ("系统取消", "用户取消", "价保", "补寄")),
    ],
)
def test_kinds_of_douyin_tickets(word, kind):
    assert LAYOUTS["douyin/aftersales"].words["kind"].get(word) == kind


def test_states_of_douyin_arbitration():
    words = LAYOUTS["douyin/aftersales"].words["platform_intervened"]
    assert words["无"] == "false"
    for word in ("仲裁中", "客服同意", "客服拒绝", "待举证", "协商期", "结束"):
        assert words[word] == "true"


@pytest.mark.parametrize("id", PLATFORMS)
def test_every_file_of_the_folder_is_a_layout(id):
    package, folder = platform(id).exports.split(":")
    files = [f for f in (resources.files(package) / folder).iterdir() if f.name.endswith(".toml")]
    documents = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]
    assert {f.name.removesuffix(".toml") for f in files} == {d["id"] for d in documents}
    assert {f"{id}/{d['id']}" for d in documents} == {n for n in LAYOUTS if n.startswith(f"{id}/")}


def named(layout: Layout) -> set[str]:
    """Every header that a layout names, but those that others have."""
    columns = {h for names in layout.columns.values() for h in names}
    return columns | set(layout.headers) | set(layout.suborders.id if layout.suborders else ())
