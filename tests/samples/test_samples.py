"""The sample events are reproducible, legal by the rules of the streams, and believable."""

from __future__ import annotations

import csv
from datetime import date, datetime, time, timedelta
from pathlib import Path
from statistics import median

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from shopscore.model.streams import CANONICAL
from shopscore.samples import generate, write_csv

END = date(2024, 6, 30)
LAST = datetime.combine(END, time(23, 59, 59))
NAN, INFINITY = float("nan"), float("inf")
FACTS = {"suspected_fake": 0.5, "disaster": 0.0, "bonus": (0.4, 0.1)}

COLUMNS = [(stream.name, column) for stream in CANONICAL for column in stream.columns]
# Each chain of times never decreases; nulls are passed over.
CHAINS = {
    "orders": (
        "created_at paid_at picked_up_at signed_at confirmed_at completed_at",
        "paid_at pickup_due_at",
        "created_at cancelled_at",
        "picked_up_at delivery_due_at",
    ),
    "aftersales": ("applied_at approved_at return_signed_at refunded_at closed_at",),
    "conversations": ("started_at first_reply_at",),
}
# Lowest and highest believable share of nulls.
NULLS = {
    ("orders", "paid_at"): (0.02, 0.10),
    ("orders", "signed_at"): (0.08, 0.25),
    ("orders", "confirmed_at"): (0.15, 0.40),
    ("orders", "cancelled_at"): (0.80, 0.97),
    ("orders", "pickup_due_at"): (0.05, 0.20),
    ("reviews", "service_rating"): (0.10, 0.40),
    ("reviews", "order_id"): (0.01, 0.10),
    ("reviews", "buyer_id"): (0.05, 0.30),
    ("complaints", "order_id"): (0.0, 0.20),
    ("escalations", "order_id"): (0.0, 0.20),
    ("aftersales", "approved_at"): (0.03, 0.20),
    ("aftersales", "closed_at"): (0.01, 0.15),
    ("conversations", "first_reply_at"): (0.20, 0.40),
    ("conversations", "satisfaction"): (0.40, 0.80),
    ("conversations", "order_id"): (0.20, 0.60),
}

Frames = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def frames() -> Frames:
    return generate(end=END, facts=FACTS)


def paid_on(orders: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
    """Orders paid from `first` to `last` days before the end."""
    day = pl.col("paid_at").dt.date()
    return orders.filter(day.is_between(END - timedelta(first), END - timedelta(last)))


def number(frame: pl.DataFrame, what: pl.Expr) -> float:
    """One figure of a frame."""
    return float(frame.select(what).item())


def share(frame: pl.DataFrame, column: str) -> float:
    """Share of rows in which a condition is true."""
    return number(frame, pl.col(column).mean())


class TestArguments:
    def test_same_arguments_same_events(self, frames: Frames) -> None:
        for stream, frame in generate(end=END, facts=FACTS).items():
            assert_frame_equal(frame, frames[stream])

    def test_another_seed_gives_other_events(self, frames: Frames) -> None:
        other = generate(end=END, seed=1)["orders"]
        assert not other.equals(frames["orders"])

    def test_facts_change_nothing_else(self, frames: Frames) -> None:
        plain = generate(end=END)
        assert plain["shop_facts"].is_empty()
        for stream in set(frames) - {"shop_facts"}:
            assert_frame_equal(plain[stream], frames[stream])

    @pytest.mark.parametrize(
        ("shops", "orders"), [(1, 1), (1, 50), (2, 3), (7, 7), (40, 6000), (300, 301)]
    )
    @pytest.mark.parametrize("seed", range(4))
    def test_exactly_as_many_as_asked(self, shops: int, orders: int, seed: int) -> None:
        frames = generate(shops=shops, orders=orders, seed=seed, end=END)
        assert frames["shops"].height == shops
        assert frames["orders"].height == orders
        assert frames["orders"]["shop_id"].n_unique() == shops
        assert frames["orders"]["paid_at"].dt.date().max() == END

    @pytest.mark.parametrize(
        ("shops", "orders", "message"),
        [(0, 10, "shops must be at least 1"), (11, 10, r"orders \(10\) < shops \(11\)")],
    )
    def test_too_few(self, shops: int, orders: int, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            generate(shops=shops, orders=orders, end=END)

    @pytest.mark.parametrize("fact", [-0.1, 1.1, NAN, (-0.1, 2.0), (0.5, NAN), (0.5, INFINITY)])
    def test_no_such_fact(self, fact: float | tuple[float, float]) -> None:
        with pytest.raises(ValueError, match=r"the fact 'storm' must be (0 to 1|a finite number),"):
            generate(end=END, facts={"storm": fact})

    @pytest.mark.parametrize(("name", "value"), [("suspected_fake", 1.0), ("bonus", 0.1)])
    def test_facts(self, frames: Frames, name: str, value: float) -> None:
        facts = frames["shop_facts"]
        assert set(facts["name"]) == {"suspected_fake", "bonus"}
        facts = facts.filter(name=name)
        assert facts["value"].unique().to_list() == [value]
        assert 8 < facts.height < 30
        assert facts["date"].is_between(END - timedelta(119), END).all()
        assert (facts["date"] > END - timedelta(30)).mean() > 0.3

    def test_facts_do_not_depend_on_each_other(self, frames: Frames) -> None:
        alone = generate(end=END, facts={"suspected_fake": (0.5, 2.0)})["shop_facts"]
        together = frames["shop_facts"].filter(name="suspected_fake")
        assert_frame_equal(alone.drop("value"), together.drop("value"))
        assert alone["value"].unique().to_list() == [2.0]


class TestPlaces:
    ABROAD = tuple(f"state {n}" for n in range(12))

    def test_change_names_and_nothing_else(self, frames: Frames) -> None:
        abroad = generate(end=END, facts=FACTS, places=self.ABROAD)
        named = dict(zip(frames["orders"]["province"], abroad["orders"]["province"], strict=True))
        assert sorted(named.values()) == sorted(self.ABROAD)
        assert (named["zhejiang"], named["tibet"]) == ("state 0", "state 11")
        for stream, frame in abroad.items():
            same = frames[stream]
            if stream == "orders":
                frame, same = frame.drop("province"), same.drop("province")
            assert_frame_equal(frame, same)

    @pytest.mark.parametrize("count", [1, 5, 12, 30])
    def test_may_be_any_number(self, count: int) -> None:
        places = [f"state {n}" for n in range(count)]
        found = generate(end=END, shops=2, orders=800, places=places)["orders"]["province"]
        assert {*found} <= {*places}
        assert found.n_unique() == min(count, 12)


class TestLegality:
    def test_columns(self, frames: Frames) -> None:
        assert {name: [*frame.columns, "updated_at"] for name, frame in frames.items()} == {
            stream.name: [*stream.names] for stream in CANONICAL
        }

    def test_types_do_not_depend_on_the_number_of_rows(self, frames: Frames) -> None:
        for stream, frame in generate(shops=1, orders=1, end=END).items():
            assert frame.schema == frames[stream].schema
            for column, dtype in frame.schema.items():
                if column.endswith("_id"):
                    assert dtype == pl.String
                if column.endswith("_at"):
                    assert dtype == pl.Datetime("ms")

    def test_ids_are_unique(self, frames: Frames) -> None:
        for stream in set(frames) - {"shop_facts"}:
            assert frames[stream].to_series(0).is_unique().all()
        assert frames["shop_facts"].select("shop_id", "date", "name").is_unique().all()
        assert frames["orders"]["order_id"].str.contains(r"^[1-9]\d{18}$").all()

    def test_required_cells(self, frames: Frames) -> None:
        for stream, column in COLUMNS:
            assert not (column.required and frames[stream][column.name].null_count())

    def test_enums_and_ratings(self, frames: Frames) -> None:
        for stream, column in COLUMNS:
            legal = {1, 2, 3, 4, 5} if column.high == 5 else set(column.values)
            if legal:
                values = set(frames[stream][column.name].drop_nulls())
                rare = {"personal", "empty_parcel"}  # a type of shop, a reason
                assert legal - rare <= values <= legal

    @pytest.mark.parametrize(
        ("stream", "chain"), [(stream, chain) for stream, all_ in CHAINS.items() for chain in all_]
    )
    def test_times_are_in_order(self, frames: Frames, stream: str, chain: str) -> None:
        columns = chain.split()
        for position, later in enumerate(columns):
            for earlier in columns[:position]:
                assert frames[stream].filter(pl.col(earlier) > pl.col(later)).is_empty()

    def test_nothing_happens_after_the_end(self, frames: Frames) -> None:
        for frame in frames.values():
            for column in frame.columns:
                if column.endswith("_at") and not column.endswith("_due_at"):
                    assert (frame[column].drop_nulls() <= LAST).all()

    def test_links_lead_to_an_order_of_the_same_shop(self, frames: Frames) -> None:
        orders = frames["orders"].select("shop_id", "order_id", "created_at")
        own_time = {
            "reviews": "reviewed_at",
            "aftersales": "applied_at",
            "conversations": "started_at",
            "complaints": "complained_at",
            "escalations": "escalated_at",
        }
        for stream, column in own_time.items():
            rows = frames[stream].drop_nulls("order_id")
            linked = rows.join(orders, on=["shop_id", "order_id"])
            assert linked.height == rows.height
            assert (linked[column] >= linked["created_at"]).all()

    def test_amounts(self, frames: Frames) -> None:
        tickets = frames["aftersales"]
        assert (frames["orders"]["amount"] > 0).all()
        assert tickets.filter(pl.col("refund_amount") > pl.col("order_amount")).is_empty()

    def test_rounds_agree(self, frames: Frames) -> None:
        sessions = frames["conversations"]
        answered = pl.col("first_reply_at").is_not_null()
        wait = (pl.col("first_reply_at") - pl.col("started_at")).dt.total_seconds()
        assert (sessions["rounds"] >= 1).all()
        human = sessions.filter("to_human")
        assert (
            human.filter(answered)["unanswered_rounds"] < human.filter(answered)["rounds"]
        ).all()
        assert human.filter(answered & (pl.col("reply_seconds") < wait)).is_empty()
        silent = human.filter(~answered)
        assert silent["unanswered_rounds"].equals(silent["rounds"], check_names=False)
        assert silent["reply_seconds"].sum() == 0
        assert sessions.filter(~pl.col("to_human"))["first_reply_at"].is_null().all()

    def test_closed_tickets_say_how(self, frames: Frames) -> None:
        tickets = frames["aftersales"]
        assert (
            tickets["closed_at"].is_null().equals(tickets["outcome"].is_null(), check_names=False)
        )
        refunded = tickets.filter(outcome="refunded")
        assert refunded["refunded_at"].is_not_null().all()
        assert tickets.filter(outcome="closed")["refunded_at"].is_null().all()
        judged = tickets.drop_nulls("liability")
        assert judged["platform_intervened"].all()


class TestBelievable:
    @pytest.mark.parametrize(("stream", "column"), NULLS)
    def test_share_of_nulls(self, frames: Frames, stream: str, column: str) -> None:
        low, high = NULLS[stream, column]
        assert low < frames[stream][column].null_count() / frames[stream].height < high

    def test_industries_have_peers(self) -> None:
        for shops, industries in [(1, 1), (8, 2), (40, 6)]:
            frame = generate(shops=shops, orders=shops, end=END)["shops"]
            sizes = frame.group_by("industry").len()["len"].to_list()
            assert len(sizes) == industries
            assert shops == 1 or min(sizes) >= 4

    def test_most_shops_have_orders_enough(self, frames: Frames) -> None:
        sizes = paid_on(frames["orders"], 90, 0).group_by("shop_id").len()["len"].to_list()
        assert sum(size >= 30 for size in sizes) >= 28
        assert max(sizes) > 3 * median(sizes)

    def test_two_sales(self, frames: Frames) -> None:
        per_day = frames["orders"].group_by(pl.col("paid_at").dt.date()).len().drop_nulls()
        usual = median(per_day["len"])
        sales = per_day.filter(pl.col("len") > 2.5 * usual).sort("paid_at")
        assert sales["paid_at"].to_list() == [END - timedelta(71), END - timedelta(10)]
        assert (sales["len"] < 5.5 * usual).all()

    def test_bad_week(self) -> None:
        frames = generate(shops=4, orders=6000, end=END)
        week = paid_on(frames["orders"], 27, 21)
        hours = (pl.col("picked_up_at") - pl.col("paid_at")).dt.total_hours().median()
        ours = week.filter(shop_id="S0001")
        others = week.filter(pl.col("shop_id") != "S0001")
        assert number(ours, hours) > 2 * number(others, hours)
        ratings = [
            number(frames["reviews"].join(rows, on="order_id", how="semi"), pl.col("rating").mean())
            for rows in (ours, others)
        ]
        assert ratings[0] < ratings[1] - 0.7
        complained = pl.col("order_id").is_in(
            frames["complaints"]["order_id"].drop_nulls().implode()
        )
        assert number(ours, complained.mean()) > 0.1

    def test_quality_drives_metrics_together(self) -> None:
        frames = generate(shops=60, orders=60_000, end=END)
        pickup = (pl.col("picked_up_at") - pl.col("paid_at")).dt.total_seconds().median()
        reply = (pl.col("first_reply_at") - pl.col("started_at")).dt.total_seconds().median()
        shops = (
            frames["orders"]
            .group_by("shop_id")
            .agg(pickup=pickup)
            .join(frames["conversations"].group_by("shop_id").agg(reply=reply), on="shop_id")
            .join(frames["reviews"].group_by("shop_id").agg(pl.col("rating").mean()), on="shop_id")
        )
        assert number(shops, pl.corr("pickup", "reply", method="spearman")) > 0.3
        assert number(shops, pl.corr("pickup", "rating", method="spearman")) < -0.3

    def test_remote_provinces_are_slower(self, frames: Frames) -> None:
        days = (pl.col("signed_at") - pl.col("picked_up_at")).dt.total_hours().median()
        by_province = dict(frames["orders"].group_by("province").agg(days).iter_rows())
        assert by_province["xinjiang"] > 2 * by_province["shanghai"]

    def test_nobody_answers_at_night(self, frames: Frames) -> None:
        human = (
            frames["conversations"]
            .filter("to_human")
            .with_columns(
                soon=(
                    pl.col("first_reply_at") - pl.col("started_at") <= timedelta(seconds=180)
                ).fill_null(value=False)
            )
        )
        day = pl.col("started_at").dt.hour().is_between(8, 22)
        assert share(human.filter(day), "soon") > 0.7
        assert share(human.filter(~day), "soon") < 0.3

    def test_special_orders_exist(self, frames: Frames) -> None:
        orders = frames["orders"]
        for column in ("is_presale", "is_excluded", "next_day", "fulfilment_compensated"):
            assert 0 < share(orders, column) < 0.2
        virtual = orders.filter(~pl.col("needs_shipping"))
        assert virtual.height > 0
        assert virtual["picked_up_at"].is_null().all()
        assert set(orders["cancelled_by"].drop_nulls()) == {"buyer", "merchant", "platform"}
        assert orders.filter(pl.col("cancelled_at").is_not_null())["picked_up_at"].is_null().all()
        in_time = orders.drop_nulls(["signed_at", "delivery_on_time"])
        kept = in_time["signed_at"] <= in_time["delivery_due_at"]
        assert kept.equals(in_time["delivery_on_time"], check_names=False)

    def test_buyers_come_back(self, frames: Frames) -> None:
        month = pl.col("completed_at").dt.strftime("%Y-%m")
        done = frames["orders"].drop_nulls("completed_at")
        assert (
            done.group_by("shop_id", "buyer_id", month).len().filter(pl.col("len") > 3).height > 10
        )

    def test_tickets_of_every_sort(self, frames: Frames) -> None:
        tickets = frames["aftersales"]
        assert tickets["order_id"].n_unique() < tickets.height
        assert tickets["is_custom"].any()
        fast = tickets.filter(~pl.col("shipped") & (pl.col("approved_at") == pl.col("applied_at")))
        assert fast.height > 10
        assert set(fast["kind"]) == {"refund_only"}
        assert set(tickets.filter(reason="price_difference")["shipped"]) == {True, False}

    def test_buyers_change_their_minds_on_the_road(self, frames: Frames) -> None:
        road = on_the_road(frames["aftersales"], frames["orders"])
        assert 0.02 < road.height / frames["orders"]["picked_up_at"].count() < 0.08
        assert set(road["kind"]) == {"refund_only"}
        assert road["reason"].mode().to_list() == ["no_reason"]
        late = road.filter(pl.col("signed_at") > pl.col("delivery_due_at"))
        blamed = (pl.col("reason") == "logistics").mean()
        assert number(late, blamed) > 0.35 > number(road, blamed)

    @pytest.mark.parametrize("seed", [0, 1, 2])
    @pytest.mark.parametrize("last_age", [0, 1])  # scored on the day after the last payment, on it
    def test_most_shops_have_what_metrics_count(self, seed: int, last_age: int) -> None:
        frames = generate(end=END, seed=seed)
        for what, (rows, least) in counted(frames, last_age).items():
            assert rows["shop_id"].n_unique() > least * 40, what


def on_the_road(tickets: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Tickets with their orders: those applied for between pick-up and delivery."""
    both = tickets.filter("shipped").join(orders, on=["shop_id", "order_id"])
    return both.filter((pl.col("applied_at") < pl.col("signed_at")).fill_null(value=True))


def counted(frames: Frames, last_age: int) -> dict[str, tuple[pl.DataFrame, float]]:
    """What metrics divide by, in 30 days until `last_age` before the end; share of shops with it."""
    days = END - timedelta(last_age + 29), END - timedelta(last_age)

    def month(stream: str, column: str) -> pl.DataFrame:
        return frames[stream].filter(pl.col(column).dt.date().is_between(*days))

    reviews, tickets = month("reviews", "reviewed_at"), month("aftersales", "closed_at")
    sessions = month("conversations", "started_at").filter("to_human")
    alone = tickets.filter(~pl.col("platform_intervened")).drop_nulls("approved_at")
    shipped = alone.filter("shipped", kind="refund_only")
    road = on_the_road(shipped, frames["orders"])
    times = "paid_at picked_up_at signed_at confirmed_at completed_at pickup_due_at delivery_due_at"
    return {time: (month("orders", time), 0.9) for time in times.split()} | {
        "ratings": (reviews, 0.9),
        "detailed reviews": (reviews.drop_nulls(["service_rating", "logistics_rating"]), 0.85),
        "sessions": (sessions, 0.9),
        "satisfaction": (sessions.drop_nulls("satisfaction"), 0.8),
        "closed tickets": (tickets, 0.8),
        "refunds": (alone.filter(kind="refund_only"), 0.7),
        "refunds after pick-up": (shipped, 0.6),
        "refunds on the road": (road, 0.45),
        "returns": (alone.filter(kind="return_refund"), 0.65),
    }


def test_csv(tmp_path: Path, frames: Frames) -> None:
    write_csv(frames, tmp_path / "new" / "folder")
    for stream, frame in frames.items():
        with (tmp_path / "new" / "folder" / f"{stream}.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == frame.height
        for column in frame.columns:
            cells = [row[column] for row in rows]
            assert cells.count("") == frame[column].null_count()
            assert pl.Series(cells, dtype=pl.String).str.contains(_pattern(column)).all()


def _pattern(column: str) -> str:
    if column.endswith("_at"):
        return r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)?$"
    if column.endswith("amount"):
        return r"^(\d+\.\d\d)?$"
    if column.startswith(("is_", "to_")) or column in {"next_day", "shipped", "upheld"}:
        return "^(true|false)$"
    return "^[^ ].*$|^$"
