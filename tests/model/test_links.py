"""Links as they are declared and named: what cannot be meant is refused there."""

from __future__ import annotations

import copy
import pickle

import pytest

import shopscore as ss
from shopscore import Column, Link, Stream, Tally, col
from shopscore.model.links import ORDER
from shopscore.model.merging import merge_streams
from shopscore.model.streams import CANONICAL
from shopscore.rules.tally_checks import check_tally

SHOP = Column("shop_id", "text", required=True)
PARCEL_ID = Column("parcel_id", "text", required=True)
PARCELS = Stream("parcels", ("parcel_id",), (PARCEL_ID, SHOP, Column("weight", "int")))


def scans(*columns: Column, links: tuple[Link, ...] = (), **more: object) -> Stream:
    own = (Column("scan_id", "text", required=True), SHOP, Column("scanned_at", "time"))
    return Stream("scans", ("scan_id",), (*own, *columns), links=links, **more)  # type: ignore[arg-type]


NAMING = scans(PARCEL_ID, links=(Link("parcel_id", "parcels"),))


def test_an_order_id_is_a_link_that_goes_without_saying() -> None:
    streams = merge_streams(CANONICAL)
    assert streams["orders"].links == streams["shops"].links == ()
    assert {name for name, s in streams.items() if s.links == (ORDER,)} == {
        "reviews", "aftersales", "conversations", "complaints", "escalations",
    }  # fmt: skip
    declared = scans(Column("order_id", "text"), links=(ORDER,))
    assert declared == scans(Column("order_id", "text"))


def test_columns_of_linked_rows_by_their_names() -> None:
    assert col.parcel.weight.path == "parcel.weight"
    assert (col.order.paid_at.link, col.order.paid_at.name) == ("order", "paid_at")
    assert str(col.parcel.weight > 3) == "parcel.weight > 3"
    assert (col.parcel.weight > 3).key != (col.weight > 3).key
    for ref in (col.parcel, col.parcel.weight):
        assert copy.deepcopy(ref).path == pickle.loads(pickle.dumps(ref)).path == ref.path


def test_a_link_leads_one_step() -> None:
    with pytest.raises(AttributeError):
        _ = col.parcel.order.paid_at


def test_a_misspelt_method_is_told() -> None:
    with pytest.raises(
        ss.ExpressionError, match=r"rating\.is_nul cannot be called; did you mean is_null"
    ):
        col.rating.is_nul()
    with pytest.raises(ss.ExpressionError, match=r"did you mean between"):
        col.rating.betwen(low=1, high=2)


@pytest.mark.parametrize(
    ("streams", "said"),
    [
        ([scans(PARCEL_ID, links=(Link("parcel_id", "parcel"),))], "the key of no stream parcel; did you mean parcels"),
        ([scans(PARCEL_ID, links=(Link("parcel_id", "shops"),))], "parcel_id cannot name a row of shops"),
        ([scans(PARCEL_ID, links=(Link("parcel_id", "shop_facts"),))], "cannot name a row of shop_facts"),
        ([scans(Column("parcel_id", "int"), links=(Link("parcel_id", "parcels"),))], "cannot name a row of parcels"),
        ([Stream("codes", ("code",), (Column("code", "text"), SHOP)), scans(PARCEL_ID, links=(Link("parcel_id", "codes"),))], "cannot name a row of codes"),
        ([Stream("agents", ("agent_id",), (Column("agent_id", "text"), SHOP, Column("name", "text"))),
          scans(Column("agent_id", "text"), links=(Link("agent_id", "agents"),))],
         r"col\.agent\.name is something else in Python"),
    ],
)  # fmt: skip
def test_links_that_lead_nowhere_are_refused_where_streams_meet(
    streams: list[Stream], said: str
) -> None:
    with pytest.raises(ss.DeclarationError, match=said):
        merge_streams(CANONICAL, [PARCELS], streams)
    card = ss.Scorecard("s", zh="x", en="x", metrics="m", rulesets="m:r")
    with pytest.raises(ss.DeclarationError, match=said):
        ss.Platform("p", "p", "p", "UTC", "CNY", (card,), streams=(PARCELS, *streams))


def test_links_that_are_no_links() -> None:
    with pytest.raises(ss.DeclarationError, match="ends in _id"):
        Link("parcel", "parcels")
    with pytest.raises(ss.DeclarationError, match="is not shop_id"):
        Link("shop_id", "shops")
    with pytest.raises(ss.DeclarationError, match="order_id names an order"):
        Link("order_id", "parcels")
    with pytest.raises(ss.DeclarationError, match="no column parcel_id"):
        scans(links=(Link("parcel_id", "parcels"),))
    with pytest.raises(ss.DeclarationError, match="parcel_id names rows of two streams"):
        scans(PARCEL_ID, links=(Link("parcel_id", "parcels"), Link("parcel_id", "boxes")))


@pytest.mark.parametrize(
    ("tally", "said"),
    [
        (Tally("scans", day=col.scanned_at, where=col.box.weight > 1), r"rows of scans name no box: col\.box cannot"),
        (Tally("parcels", day=col.order.paid_at), r"rows of parcels name no order: col\.order cannot"),
        (Tally("scans", day=col.scanned_at, where=col.parcel.wieght > 1), "stream parcels has no column wieght; did you mean weight"),
        (Tally("scans", day=col.parcel.weight), r"its day is parcel\.weight, a column of kind int"),
        (Tally("scans", day=col.scanned_at, where=col.parcel.weight), "of type integer, not truth"),
        (Tally("scans", day=col.scanned_at, where=ss.has_row("parcels", col.weight > 1)), "which those of parcels do not"),
        (Tally("parcels", day=col.weight, where=ss.has_row("scans", col.parcel.weight > 1)), "columns of scans only"),
    ],
)  # fmt: skip
def test_tallies_that_read_what_is_not_linked(tally: Tally, said: str) -> None:
    with pytest.raises(ss.ExpressionError, match=said):
        check_tally(tally, merge_streams(CANONICAL, [PARCELS, NAMING]))


def test_a_stream_that_is_declared_twice_has_both() -> None:
    once = scans(Column("kind", "enum", values=("a", "b")), PARCEL_ID)
    again = scans(
        Column("kind", "enum", values=("b", "c")),
        Column("order_id", "text"),
        PARCEL_ID,
        Column("seen_at", "time"),
        ordered=(("scanned_at", "seen_at"),),
        links=(Link("parcel_id", "parcels"),),
    )
    both = merge_streams(CANONICAL, [PARCELS, once], [again])["scans"]
    assert both.column("kind").values == ("a", "b", "c")
    assert {link.name for link in both.links} == {"order", "parcel"}
    assert both.ordered == (("scanned_at", "seen_at"),)
    with pytest.raises(ss.DeclarationError, match="column kind is already declared differently"):
        merge_streams([once], [scans(Column("kind", "enum", values=("a",), required=True))])
    with pytest.raises(ss.DeclarationError, match="declared without follows_order"):
        merge_streams([once], [scans(follows_order=True)])
