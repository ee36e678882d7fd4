"""Sub-orders become orders, and overlapping exports one state each, whatever the order of rows."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from attrs import evolve, field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.plugins.layout_toml import parse_layout
from shopscore.reading.quarantine import write_quarantine
from support.event_rows import books, rows, seconds
from support.exports.export_files import as_text, needs_excel, write_workbook

PLAIN = """schema = 1
id = "own"
zh = "我的"
en = "own"
stream = "orders"
headers = ["主单", "子单"]
state = ["created_at", "paid_at", "completed_at"]
[columns]
order_id = "主单"
shop_id = "店铺"
created_at = "下单"
paid_at = "付款"
completed_at = "完成"
amount = "金额"
province = "省"
is_excluded = "赠品"
"""
LAYOUT = parse_layout(
    f"""{PLAIN}
[suborders]
id = ["子单编号", "子单"]
earliest = ["created_at", "paid_at", "is_excluded"]
latest = ["completed_at"]
total = ["amount"]
""",
    "own.toml",
)
NO_SUBORDERS = parse_layout(PLAIN, "own.toml")
TITLES = ("店铺", "主单", "子单", "下单", "付款", "完成", "金额", "省", "赠品")
ADDED = ("updated_at",)


@frozen
class Part:
    """A row of the file; times are minutes, money is fen, and None is an empty cell."""

    order: str
    sub: str | None = None
    created: int | None = 0
    paid: int | None = None
    completed: int | None = None
    fen: int | None = None
    province: str | None = None
    gift: bool = False
    shop: str = "S1"
    spoilt: bool = field(default=False)

    def cells(self) -> list[str]:
        times = [
            _time(self.created),
            "昨天" if self.spoilt else _time(self.paid),
            _time(self.completed),
        ]
        money = "" if self.fen is None else f"{self.fen // 100}.{self.fen % 100:02}"
        gift = "是" if self.gift else "否"
        return [self.shop, self.order, self.sub or "", *times, money, self.province or "", gift]


def _time(minute: int | None) -> str:
    start = datetime(2022, 5, 1)
    return "" if minute is None else f"{start + timedelta(minutes=minute)}"


def read(*files: Sequence[Part], layout: Any = LAYOUT) -> ss.Events:
    """Events from files of such rows."""
    with TemporaryDirectory() as folder:
        for position, parts in enumerate(files):
            text = as_text([TITLES, *(part.cells() for part in parts)])
            Path(folder, f"{position}.csv").write_text(text, encoding="utf-8")
        return ss.read_events(folder, tz="Asia/Shanghai", layouts=[layout])


def found(events: ss.Events) -> list[dict[str, Any]]:
    """The orders, without what says how new they are."""
    return [{k: v for k, v in r.items() if k not in ADDED} for r in rows(events, "orders")]


def expected(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """The orders by the plain words of the layout: earliest, latest, total, the first one's."""
    orders: dict[tuple[str, str], dict[str, Part]] = {}
    for position, part in enumerate(parts):
        if not part.spoilt:
            subs = orders.setdefault((part.shop, part.order), {})
            subs[part.sub or f"~{position:04}"] = part
    return [
        {"shop_id": shop, "order_id": order, **_order([subs[s] for s in sorted(subs)])}
        for (shop, order), subs in sorted(orders.items())
    ]


def _order(parts: Sequence[Part]) -> dict[str, Any]:
    def there(name: str) -> list[Any]:
        return [v for p in parts if (v := getattr(p, name)) is not None]

    def at(minute: int | None) -> int | None:
        return None if minute is None else seconds("2022-05-01 00:00:00") + 60 * minute

    return {
        "created_at": at(min(there("created"), default=None)),
        "paid_at": at(min(there("paid"), default=None)),
        "completed_at": at(max(there("completed"), default=None)),
        "amount": sum(there("fen")) if there("fen") else None,
        "province": next(iter(there("province")), None),
        "is_excluded": all(p.gift for p in parts),
    }


minutes = st.none() | st.integers(0, 5000)
parts = st.builds(
    Part,
    order=st.sampled_from(["6921738301234567001", "6921738301234567002", "7"]),
    sub=st.integers(10, 99).map(str),
    created=minutes,
    paid=minutes,
    completed=minutes,
    fen=st.none() | st.integers(0, 10**6),
    province=st.sampled_from([None, "浙江", "上海"]),
    gift=st.booleans(),
    shop=st.sampled_from(["S1", "S2"]),
    spoilt=st.integers(0, 9).map(lambda n: n == 0),
)
splits = st.lists(parts, min_size=1, max_size=12, unique_by=lambda p: (p.shop, p.order, p.sub))


class TestAnySplit:
    @pytest.mark.slow
    @given(splits, st.randoms(use_true_random=False))
    @settings(max_examples=40)
    def test_gives_the_same_orders_in_any_order(self, split: list[Part], order: Any) -> None:
        shuffled = order.sample(split, len(split))
        events = read(shuffled)
        assert found(events) == expected(split)
        spoilt = sum(p.spoilt for p in split)
        assert events.report.books["orders"].to_dict() == {
            "in": len(split),
            "accepted": len(split) - spoilt,
            "replaced": 0,
            "set_aside": spoilt,
            "repaired": 0,
            "unlinked": 0,
        }

    @pytest.mark.slow
    @given(splits, st.randoms(use_true_random=False))
    @settings(max_examples=20)
    def test_rows_that_are_there_twice_count_once(self, split: list[Part], order: Any) -> None:
        twice = [*split, *order.sample(split, order.randint(1, len(split)))]
        events = read(order.sample(twice, len(twice)))
        assert found(events) == expected(split)
        report = events.report.books["orders"]
        assert report.balanced
        assert report.rows_in == len(twice)
        assert report.set_aside == sum(p.spoilt for p in twice)

    @pytest.mark.slow
    @given(splits, st.randoms(use_true_random=False))
    @settings(max_examples=20)
    def test_of_a_sub_order_the_later_state_counts(self, split: list[Part], order: Any) -> None:
        now = [evolve(p, completed=9999) for p in split]
        before = [evolve(p, completed=None, fen=99_999_999, province="旧") for p in split]
        mixed = order.sample([*now, *before], 2 * len(split))
        events = read(mixed)
        assert found(events) == expected(now)
        assert events.report.books["orders"].balanced

    @pytest.mark.slow
    @given(splits, st.randoms(use_true_random=False))
    @settings(max_examples=20)
    def test_without_an_id_each_row_is_a_part(self, split: list[Part], order: Any) -> None:
        bare = [evolve(p, sub=None, province="浙江") for p in split]
        assert found(read(order.sample(bare, len(bare)))) == expected(bare)

    @pytest.mark.slow
    @given(splits, st.randoms(use_true_random=False))
    @settings(max_examples=20)
    def test_the_same_file_again_replaces_whole_orders(self, split: list[Part], order: Any) -> None:
        events = read(split, order.sample(split, len(split)))
        assert found(events) == expected(split)
        counts, usable = books(events), sum(not p.spoilt for p in split)
        assert counts["in"] == 2 * len(split)
        assert counts.get("accepted", 0) == counts.get("replaced", 0) == usable


class TestByHand:
    A = Part("1", "11", created=10, paid=20, completed=None, fen=500, province=None)
    B = Part("1", "12", created=9, paid=21, completed=50, fen=1, province="浙江", gift=True)
    C = Part("1", "13", created=None, paid=None, completed=60, fen=None, province="上海")

    def test_one_order(self) -> None:
        events = read([self.C, self.B, self.A])
        start = seconds("2022-05-01 00:00:00")
        assert found(events) == [
            {
                "shop_id": "S1",
                "order_id": "1",
                "created_at": start + 9 * 60,
                "paid_at": start + 20 * 60,
                "completed_at": start + 60 * 60,
                "amount": 501,
                "province": "浙江",
                "is_excluded": False,
            }
        ]
        assert books(events) == {"in": 3, "accepted": 3}
        assert any(
            "3 rows of sub-orders are 1 order" in note for note in map(str, events.report.notices)
        )

    def test_an_order_number_of_two_shops_is_two_orders(self) -> None:
        events = read([self.A, evolve(self.B, shop="S2")])
        assert [(r["shop_id"], r["amount"]) for r in found(events)] == [("S1", 500), ("S2", 1)]

    def test_a_gift_is_excluded_where_every_part_is_one(self) -> None:
        one, all_ = [self.A, self.B], [evolve(self.A, gift=True), self.B]
        assert found(read(one))[0]["is_excluded"] is False
        assert found(read(all_))[0]["is_excluded"] is True

    def test_a_part_that_cannot_be_used_is_set_aside_alone(self) -> None:
        events = read([self.A, evolve(self.B, spoilt=True)])
        assert found(events)[0]["amount"] == 500
        assert books(events) == {"in": 2, "accepted": 1, "set_aside": 1}

    def test_some_with_an_id_and_some_without(self) -> None:
        other = evolve(self.B, sub=None, fen=2)
        events = read([self.A, self.A, evolve(self.B, sub=None), other])
        assert found(events)[0]["amount"] == 503
        assert books(events) == {"in": 4, "accepted": 3, "replaced": 1}
        known = evolve(self.A, province="上海")
        for split in ([known, evolve(self.B, sub=None)], [evolve(self.B, sub=None), known]):
            assert found(read(split))[0]["province"] == "上海"

    @pytest.mark.parametrize("sub", [None, "-", "无"])
    @pytest.mark.parametrize("files", [1, 2])
    def test_without_an_id_equal_rows_are_repeated(self, files: int, sub: str | None) -> None:
        """Whether in one file or in two that overlap; states of them differ, and add up."""
        part = evolve(self.B, sub=sub)
        events = read(*([[part, part, self.A]] if files == 1 else [[part], [part, self.A]]))
        assert found(events)[0]["amount"] == 501
        assert books(events) == {"in": 3, "accepted": 2, "replaced": 1}
        (notice,) = [n for n in events.report.notices if n.code == "rows_repeated"]
        assert str(notice).startswith("orders: 1 row is repeated")

    @pytest.mark.parametrize("end", [".csv", ".xlsx"])
    def test_a_file_without_their_column(self, end: str, tmp_path: Path) -> None:
        """Two goods of one price differ in a column that is not read; equal rows are repeated."""
        layout = evolve(LAYOUT, headers=("主单",))
        path = tmp_path / f"x{end}"
        table = [
            ["店铺", "主单", "金额", "商品"],
            *(["S1", "1", "5", goods] for goods in ("杯", "碗", "杯")),
            *(["S1", "2", "7", ""] for _ in range(2)),
        ]
        if end == ".xlsx":
            needs_excel()
            write_workbook(path, table)
        else:
            path.write_text(as_text(table), encoding="utf-8")
        events = ss.read_events(path, layouts=[layout])
        assert [r["amount"] for r in rows(events, "orders")] == [1000, 700]
        assert books(events) == {"in": 5, "accepted": 3, "replaced": 2}

    def test_without_such_a_rule_the_last_state_of_a_row_wins(self) -> None:
        events = read([self.A, self.B], layout=NO_SUBORDERS)
        assert [r["amount"] for r in found(events)] == [1]
        assert books(events) == {"in": 2, "accepted": 1, "replaced": 1}

    def test_ids_that_a_spreadsheet_rounded_tell_no_rows_apart(self) -> None:
        events = read([evolve(self.A, sub="6.92E+18"), evolve(self.B, sub="6.92E+18")])
        assert [r["amount"] for r in found(events)] in ([501], [])

    def test_an_order_that_is_cut_over_two_files(self) -> None:
        for files in ([[self.A], [self.B]], [[self.B], [self.A]]):
            assert found(read(*files))[0]["amount"] == 501

    def test_a_part_that_was_set_aside_comes_back(self, tmp_path: Path) -> None:
        first, later = tmp_path / "1.csv", tmp_path / "aside" / "1.csv"
        first.write_text(as_text([TITLES, self.A.cells(), evolve(self.B, spoilt=True).cells()]))
        write_quarantine(ss.read_events(tmp_path, layouts=[LAYOUT]).report, later.parent)
        corrected = later.read_text().replace("昨天", _time(self.B.paid))
        later.unlink()
        (tmp_path / "2.csv").write_text(corrected)
        events = ss.read_events(tmp_path, tz="Asia/Shanghai", layouts=[LAYOUT])
        assert books(events) == {"in": 3, "accepted": 2, "set_aside": 1}
        assert [r["amount"] for r in rows(events, "orders")] == [501]


def history(order: int, steps: Sequence[int]) -> list[Part]:
    """The states of an order: placed, paid, completed."""
    created, paid, completed = (sum(steps[: i + 1]) for i in range(3))
    state = Part(str(order), str(order), created=created, fen=order, province="一")
    later = evolve(state, paid=paid, fen=order + 1, province="二")
    return [state, later, evolve(later, completed=completed, fen=order, province="三")]


histories: Any = st.lists(
    st.lists(st.integers(1, 3000), min_size=3, max_size=3), min_size=1, max_size=6
).map(lambda every: [history(100 + i, steps) for i, steps in enumerate(every)])


class TestOverlaps:
    @pytest.mark.slow
    @pytest.mark.parametrize("layout", [LAYOUT, NO_SUBORDERS], ids=["sub-orders", "plain"])
    @given(every=histories, data=st.data())
    @settings(max_examples=12)
    def test_the_later_state_wins_in_any_order_of_files(
        self, layout: Any, every: list[list[Part]], data: st.DataObject
    ) -> None:
        seen = [data.draw(st.lists(st.integers(0, 2), max_size=3)) for _ in every]
        files: list[list[Part]] = [[], [], []]
        for states, stages in zip(every, seen, strict=True):
            for file, stage in zip(files, stages, strict=False):
                file.append(states[stage])
        latest = [states[max(stages)] for states, stages in zip(every, seen, strict=True) if stages]
        events = read(*files, layout=layout)
        assert found(events) == expected(latest)
        counts = events.report.books["orders"]
        assert counts.balanced
        assert (counts.accepted, counts.rows_in) == (len(latest), sum(map(len, seen)))
        other = read(*reversed(files), layout=layout)
        assert other.digest == events.digest
        assert other.report.books == events.report.books
        said = [n.code for n in events.report.notices if n.code != "suborders_merged"]
        later = any(len(set(stages)) > 1 for stages in seen)
        repeated = any(len(set(stages)) < len(stages) for stages in seen)
        assert ("states_replaced" in said, "rows_repeated" in said) == (later, repeated)

    def test_how_many_is_said(self) -> None:
        may, june = history(1, (1, 1, 1)), history(2, (5, 5, 5))
        events = read([may[0], june[0]], [may[2], june[1]], [may[1]])
        (note,) = [n for n in map(str, events.report.notices) if "later state" in n]
        assert note.startswith("orders: 3 rows")
        assert found(events) == expected([may[2], june[1]])

    @pytest.mark.parametrize("layout", [LAYOUT, NO_SUBORDERS], ids=["sub-orders", "plain"])
    def test_equal_rows_are_repeated_and_no_later_state(self, layout: Any) -> None:
        may = history(1, (1, 1, 1))
        events = read([may[0], may[2]], [may[0], may[0], may[2]], layout=layout)
        counts = events.report.books["orders"]
        assert (counts.rows_in, counts.accepted, counts.replaced) == (5, 1, 4)
        said = {n.code: str(n) for n in events.report.notices}
        assert said["rows_repeated"].startswith("orders: 3 rows are repeated")
        assert said["states_replaced"].startswith("orders: 1 row was")

    def test_no_overlap_is_not_spoken_of(self) -> None:
        events = read(history(1, (1, 1, 1))[:1], history(2, (1, 1, 1))[:1])
        assert not any("later" in note for note in map(str, events.report.notices))

    def test_order_of_rows_in_large_files(self) -> None:
        draw = random.Random(3)
        states = [history(i, [draw.randint(1, 99) for _ in range(3)]) for i in range(100, 400)]
        mixed = [s for every in states for s in every]
        draw.shuffle(mixed)
        files = [mixed[i : i + 300] for i in range(0, 900, 300)]
        assert found(read(*files)) == expected(every[2] for every in states)


class TestUnreadableCells:
    """Cells that are emptied are told as they stand in the file, of whichever row of the order."""

    HEAD = ("店铺", "主单", "子单", "下单", "付款", "完成", "金额")

    def read(self, *files: Sequence[Sequence[str]], aside: Path | None = None) -> ss.Events:
        with TemporaryDirectory() as folder:
            for position, records in enumerate(files):
                path = Path(folder, f"{position}.csv")
                path.write_text(as_text([self.HEAD, *records]), encoding="utf-8")
            return ss.read_events(folder, tz="Asia/Shanghai", layouts=[LAYOUT])

    def told(self, events: ss.Events) -> list[tuple[Any, ...]]:
        assert events.report.books["orders"].balanced
        assert events.report.books["orders"].repaired == len(events.report.repaired)
        return events.report.repaired.select("file", "line", "column", "value").rows()

    def test_of_the_first_and_of_later_rows(self) -> None:
        time = "2022-05-01 10:00:00"
        first = ["S1", "1", "11", time, time, "昨天 ", "￥1,2.3.4元"]
        later = ["S1", "1", "12", time, time, "\t明天", "1.234.50"]
        other = ["S1", "2", "21", time, time, time, "5"]
        events = self.read([other, later], [first])
        assert self.told(events) == [
            ("0.csv", 3, "完成", "\t明天"),
            ("0.csv", 3, "金额", "1.234.50"),
            ("1.csv", 2, "完成", "昨天 "),
            ("1.csv", 2, "金额", "￥1,2.3.4元"),
        ]
        assert books(events) == {"in": 3, "accepted": 3, "repaired": 4}

    def test_not_of_a_sub_order_that_a_later_state_replaces(self) -> None:
        time, later = "2022-05-01 10:00:00", "2022-05-02 10:00:00"
        old = ["S1", "1", "11", time, time, "昨天", "1"]
        new = ["S1", "1", "11", time, time, later, "x"]
        events = self.read([old], [new])
        assert self.told(events) == [("1.csv", 2, "金额", "x")]
        assert books(events) == {"in": 2, "accepted": 1, "replaced": 1, "repaired": 1}

    def test_not_of_an_order_that_a_canonical_file_replaces(self) -> None:
        time = "2022-05-01 10:00:00"
        with TemporaryDirectory() as folder:
            records = [self.HEAD, ["S1", "1", "11", time, time, "昨天", "1"]]
            Path(folder, "x.csv").write_text(as_text(records), encoding="utf-8")
            canonical = "shop_id,order_id,updated_at\nS1,1,2023-01-01 10:00:00\n"
            Path(folder, "orders.csv").write_text(canonical, encoding="utf-8")
            events = ss.read_events(folder, tz="Asia/Shanghai", layouts=[LAYOUT])
        assert self.told(events) == []
        assert events.origin("orders", [0]) == [("orders.csv", 2)]


def test_a_later_state_is_told_where_only_one_of_two_files_is_an_export(tmp_path: Path) -> None:
    placed, paid, _ = history(1, (1, 1, 1))
    canonical = f"shop_id,order_id,created_at\nS1,1,{_time(placed.created)}\n"
    (tmp_path / "orders.csv").write_text(canonical)
    (tmp_path / "x.csv").write_text(as_text([TITLES, paid.cells()]), encoding="utf-8")
    events = ss.read_events(tmp_path, tz="Asia/Shanghai", layouts=[NO_SUBORDERS])
    assert events.report.books["orders"].replaced == 1
    assert [n.code for n in events.report.notices if n.stream == "orders"] == [
        "file_recognised",
        "states_replaced",
        "columns_unused",
    ]
