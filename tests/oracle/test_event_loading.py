"""The oracle's loading against rows written out by hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from oracle.event_loading import EXTRA_CELLS, Books, Loaded, Unusable, load
from oracle.random_events import random_events, write_folder

NOON = int((datetime(2024, 6, 1, 12) - datetime(1970, 1, 1)).total_seconds())


def order(**cells: str) -> dict[str, str]:
    """An order of shop S."""
    return {"shop_id": "S", "order_id": "O1", **cells}


def orders(*rows: dict[str, str]) -> Loaded:
    """What becomes of these orders."""
    return load({"orders": list(rows)})


def paid(text: str) -> object:
    """What the cell means as paid_at."""
    return orders(order(paid_at=text)).rows["orders"][0]["paid_at"]


@pytest.mark.parametrize(
    "text",
    [
        "2024-06-01 12:00:00",
        "2024/06/01 12:00:00",
        "2024-06-01 12:00",
        "2024/6/1 12:00",
        "2024-06-01T12:00:00",
        "  2024-06-01 12:00:00 ",
        "2024-06-01 12:00:00.999",
        "2024-06-01T12:00:00+08:00",
        "2024-06-01T12:00:00.5+0800",
        "2024-06-01T04:00:00Z",
        "2024-05-31T23:00:00-05:00",
    ],
)
def test_one_moment_has_many_spellings(text: str) -> None:
    assert paid(text) == NOON


@pytest.mark.parametrize(
    "text", ["2024-06", "2024-02-30 00:00:00", "2024-06-01 24:00:00", "2024-06-01 10:00:60", "x"]
)
def test_unreadable_paid_at_sets_aside_and_other_times_are_repaired(text: str) -> None:
    loaded = orders(order(paid_at=text), order(order_id="O2", signed_at=text))
    assert [(entry.line, entry.column) for entry in loaded.set_aside] == [(2, "paid_at")]
    assert [(entry.line, entry.column) for entry in loaded.repaired] == [(3, "signed_at")]
    assert loaded.rows["orders"][0]["signed_at"] is None
    assert loaded.books["orders"].as_dict() == {
        "in": 2, "accepted": 1, "replaced": 0, "set_aside": 1, "repaired": 1, "unlinked": 0,
    }  # fmt: skip


def test_offset_without_a_known_zone_is_an_error() -> None:
    with pytest.raises(LookupError):
        load({"orders": [order(paid_at="2024-06-01T04:00:00Z")]}, zone=None)


def test_required_column_must_exist() -> None:
    with pytest.raises(Unusable):
        load({"orders": [{"order_id": "O1"}]})


def test_typed_cells() -> None:
    row = orders(
        order(amount="12.3", is_presale=" 是 ", needs_shipping="", next_day="FALSE", carrier=" SF ")
    ).rows["orders"][0]
    assert row["amount"] == 1230
    assert (row["is_presale"], row["needs_shipping"], row["next_day"]) == (True, True, False)
    assert row["delivery_on_time"] is None  # the one boolean without a default
    assert row["carrier"] == "SF"
    assert row["province"] is None


@pytest.mark.parametrize(
    ("stream", "row", "column"),
    [
        ("orders", order(amount="-0.01"), "amount"),
        ("orders", order(cancelled_by="nobody"), "cancelled_by"),
        ("orders", order(shop_id=" "), "shop_id"),
        ("orders", order(**{EXTRA_CELLS: "more"}), ""),
        ("shops", {"shop_id": "S", "industry": ""}, "industry"),
        (
            "reviews",
            {"shop_id": "S", "review_id": "R", "reviewed_at": "2024-06-01 12:00", "rating": "9"},
            "rating",
        ),
        ("shop_facts", {"shop_id": "S", "date": "soon", "name": "x", "value": "1"}, "date"),
    ],
)
def test_set_aside(stream: str, row: dict[str, str], column: str) -> None:
    loaded = load({stream: [row]})
    assert [(e.stream, e.line, e.column) for e in loaded.set_aside] == [(stream, 2, column)]
    assert loaded.books[stream] == Books(rows_in=1, set_aside=1)


def test_optional_rating_out_of_range_sets_aside_and_nonsense_is_repaired() -> None:
    review = {"shop_id": "S", "reviewed_at": "2024-06-01 12:00", "rating": "5"}
    loaded = load(
        {
            "reviews": [
                {**review, "review_id": "R1", "service_rating": "6"},
                {**review, "review_id": "R2", "service_rating": "good"},
            ]
        }
    )
    assert [entry.column for entry in loaded.set_aside] == ["service_rating"]
    assert [entry.column for entry in loaded.repaired] == ["service_rating"]


def test_repair_goes_left_to_right_and_does_not_compare_nulls() -> None:
    # picked up before paid → null; then signed (after paid, before the old pick-up or not) stays
    loaded = orders(
        order(
            paid_at="2024-06-02 12:00",
            picked_up_at="2024-06-01 12:00",
            signed_at="2024-05-01 12:00",
        ),
        order(
            order_id="O2",
            paid_at="2024-06-01 12:00",
            picked_up_at="2024-06-01 12:00",  # equal is in order
            signed_at="2024-06-01 11:59",
        ),
    )
    first, second = loaded.rows["orders"]
    assert first["picked_up_at"] is None
    assert first["signed_at"] is not None
    assert second["picked_up_at"] == NOON
    assert second["signed_at"] is None
    assert loaded.books["orders"].repaired == 2


def test_latest_state_by_updated_at_whatever_the_order_in_the_file() -> None:
    states = [
        order(carrier="Z", updated_at=""),
        order(carrier="B", updated_at="2024-06-01 12:00"),
        order(carrier="A", updated_at="2024-06-01T04:00:01Z"),  # one second later
    ]
    for turn in range(3):
        loaded = orders(*states[turn:], *states[:turn])
        assert [row["carrier"] for row in loaded.rows["orders"]] == ["A"]
        assert loaded.books["orders"].as_dict()["replaced"] == 2


def test_ties_by_canonical_text_of_columns_in_alphabetical_order() -> None:
    # carrier comes before is_presale and paid_at; a null boolean is its default, "false"
    assert orders(
        order(carrier="A", paid_at="2024-06-09 12:00"), order(carrier="B", paid_at="")
    ).rows["orders"][0]["carrier"] == "B"  # fmt: skip
    tied = orders(order(is_presale="", province="b"), order(is_presale="否", province="a"))
    assert tied.rows["orders"][0]["province"] == "b"
    # as text "9" > "10": minor units 900 and 1000, not the spelling "09.00"
    assert orders(order(amount="10"), order(amount="09.00")).rows["orders"][0]["amount"] == 900
    # repair comes after: the greater text wins although its pick-up will be nulled
    broken = {"picked_up_at": "2024-05-01 12:00", "paid_at": "2024-06-02 12:00"}
    kept = {"picked_up_at": "2024-06-02 12:00", "paid_at": "2024-06-01 12:00"}
    assert orders(order(**broken), order(**kept)).rows["orders"][0]["picked_up_at"] is None


def test_set_aside_comes_before_latest_state() -> None:
    loaded = orders(
        order(carrier="old", updated_at="2024-06-01 12:00"),
        order(carrier="new", updated_at="2024-06-02 12:00", amount="-1"),
    )
    assert [row["carrier"] for row in loaded.rows["orders"]] == ["old"]
    assert loaded.books["orders"].as_dict()["replaced"] == 0


def test_a_replaced_state_is_not_repaired() -> None:
    loaded = orders(
        order(signed_at="x", updated_at="2024-06-01 12:00"), order(updated_at="2024-06-02 12:00")
    )
    assert loaded.repaired == []


def test_the_same_id_in_two_shops_is_two_orders_and_links_stay_in_the_shop() -> None:
    complaint = {"complained_at": "2024-06-01 12:00", "order_id": "O1"}
    loaded = load(
        {
            "orders": [order(), order(shop_id="S2"), order(shop_id="S2", order_id="O2")],
            "complaints": [
                {**complaint, "shop_id": "S", "complaint_id": "C1"},
                {**complaint, "shop_id": "S", "complaint_id": "C2", "order_id": "O2"},
                {**complaint, "shop_id": "S3", "complaint_id": "C3"},
                {**complaint, "shop_id": "S3", "complaint_id": "C4", "order_id": ""},
            ],
        }
    )
    assert loaded.books["orders"].accepted == 3
    assert loaded.books["complaints"].unlinked == 2  # C2 and C3; C4 names none


def test_lines_are_those_of_an_editor(tmp_path: Path) -> None:
    text = (
        "shop_id,order_id,备注,amount\n"  # 1
        'S,O1,"two\nlines",1\n'  # 2, 3
        "\n"  # 4: no row
        "S,O2,,-1\n"  # 5
        'S,O3,"a ""b""\n\nc",-1\n'  # 6, 7, 8
        "S,O4\n"  # 9: too few
        "S,O5,,1,\n"  # 10: too many
    )
    (tmp_path / "orders.csv").write_text("\ufeff" + text, encoding="utf-8")
    loaded = load(tmp_path)
    assert [(e.line, e.column, e.value) for e in loaded.set_aside] == [
        (5, "amount", "-1"),
        (6, "amount", "-1"),
        (9, "", ""),
        (10, "", ""),
    ]
    assert [row["order_id"] for row in loaded.rows["orders"]] == ["O1"]
    assert loaded.books["orders"].rows_in == 5
    assert loaded.ignored_columns["orders"] == ["备注"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_random_events_load_alike_from_a_folder_and_in_any_order(seed: int, tmp_path: Path) -> None:
    events = random_events(seed, shops=3, orders=40)
    assert random_events(seed, shops=3, orders=40) == events
    loaded = load(events)
    write_folder(events, tmp_path)
    assert load(tmp_path) == loaded
    for texts in events.values():
        Random(seed).shuffle(texts)
    shuffled = load(events)
    assert shuffled.books == loaded.books
    for stream, rows in loaded.rows.items():
        assert sorted(map(str, rows)) == sorted(map(str, shuffled.rows[stream]))
    for books in loaded.books.values():
        assert books.rows_in == books.accepted + books.replaced + books.set_aside


def test_random_events_leave_columns_out() -> None:
    events = random_events(1, shops=1, orders=5, drop_columns={"orders": {"signed_at"}})
    assert "signed_at" not in load(events).columns["orders"]
    assert "confirmed_at" in load(events).columns["orders"]
