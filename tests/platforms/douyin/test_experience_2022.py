"""Every figure of Douyin's rule set 2022 equals the oracle's, as the nearest double, exactly."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from oracle.canonical_streams import STREAMS, Column
from oracle.douyin_2022 import BenchmarkRow
from oracle.douyin_2022 import score as oracle_score
from oracle.douyin_2022_rules import DIMENSION_OF, HIGHER_IS_BETTER
from oracle.event_loading import Loaded, load
from oracle.random_events import Events, half_cent_events, random_events, write_folder
from support.oracle_comparison import (
    AS_OF,
    Both,
    Shops,
    assert_books_agree,
    by_oracle,
    by_package,
    check,
    read,
    sorted_reasons,
)
from support.slow_cases import mostly_slow

F = Fraction


def metric_of(shop: dict[str, Any], id: str) -> dict[str, Any]:
    return next(m for m in shop["metrics"] if m["id"] == id)


@pytest.fixture(scope="module")
def seed_50(tmp_path_factory: pytest.TempPathFactory) -> Both:
    return read(random_events(50, shops=10, orders=80), tmp_path_factory.mktemp("seed_50"))


@pytest.fixture(scope="module")
def half_cents(tmp_path_factory: pytest.TempPathFactory) -> Both:
    return read(half_cent_events(), tmp_path_factory.mktemp("half_cents"))


# ------------------------------------------------------------------------------ plain


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_random_events_agree(seed: int, tmp_path: Path) -> None:
    shops = check(read(random_events(seed), tmp_path / "events"))
    statuses = {shop["status"] for shop in shops.values()}
    assert "scored" in statuses
    assert len(statuses) > 1


@pytest.mark.slow
def test_more_shops_agree(tmp_path: Path) -> None:
    shops = check(read(random_events(100, shops=24, orders=150), tmp_path / "events"))
    assert sum(shop["status"] == "scored" for shop in shops.values()) > 8
    assert len({shop["industry"] for shop in shops.values()}) > 3


@pytest.mark.parametrize("seed", [20, 21])
def test_few_rows_agree(seed: int, tmp_path: Path) -> None:
    shops = check(read(random_events(seed, shops=5, orders=12), tmp_path / "events"))
    reasons = {m["reason"] for shop in shops.values() for m in shop["metrics"]}
    assert "no row counts" in reasons
    assert all(shop["status"] != "scored" for shop in shops.values())


def test_scores_on_half_cents_go_up(half_cents: Both) -> None:
    shops = check(half_cents)
    scores = {id: shop["score"] for id, shop in shops.items()}
    assert scores == {"H1": 3.53, "H2": 3.83, "H3": 3.93, "H4": 4.25, "H5": 4.48}
    assert shops["H1"]["score_exact"] == "141/40"


DAYS = [
    "2024-02-29",
    "2024-03-01",
    "2024-05-16",
    "2024-07-02",
    "2024-07-15",
    "2024-10-12",
    "2022-01-01",
]


@pytest.mark.parametrize("as_of", mostly_slow(DAYS, 0, 3))
def test_other_days_agree(as_of: str, seed_50: Both) -> None:
    check(seed_50, date.fromisoformat(as_of))


@pytest.mark.slow
def test_the_rule_set_in_force_is_the_default(tmp_path: Path) -> None:
    day = date(2022, 3, 31)
    events = random_events(31, as_of=day)
    write_folder(events, tmp_path)
    result = ss.score(tmp_path, platform="douyin", as_of="2022-03-31")
    # nothing is said of the span of the rule set
    assert "outside_span" not in {notice.code for notice in result.notices}
    loaded = load(events)
    expected = by_oracle(loaded, day)
    assert sorted_reasons(by_package(result.to_json())) == expected
    assert any(shop["score"] for shop in expected.values())


# ------------------------------------------------------------------- columns that are missing

DROPPED: list[dict[str, set[str]]] = [
    {"orders": {"signed_at"}},
    {"orders": {"signed_at", "confirmed_at"}},
    {"orders": {"paid_at"}},
    {"orders": {"picked_up_at"}},
    {"orders": {"picked_up_at", "signed_at", "confirmed_at", "paid_at"}},
    {"orders": {"is_presale", "needs_shipping", "is_excluded"}},
    {"aftersales": {"reason"}},
    {"aftersales": {"liability", "approved_at"}},
    {"aftersales": {"closed_at"}},
    {"aftersales": {"return_signed_at"}, "orders": {"confirmed_at"}},
    {"aftersales": {"refunded_at"}},
    {"aftersales": {"order_id", "platform_intervened"}},
    {"conversations": {"first_reply_at"}, "complaints": {"order_id"}},
    {"conversations": {"to_human"}, "complaints": {"upheld"}},
    {"reviews": {"service_rating", "is_first"}},
    {"reviews": {"order_id"}, "orders": {"confirmed_at"}},
    {"shop_facts": {"value"}, "shops": {"shop_type", "name", "opened_at"}},
    {stream: {"updated_at"} for stream in STREAMS},
    {"orders": {"paid_at", "signed_at"}, "aftersales": {"closed_at", "reason"}},
]


@pytest.mark.slow
@pytest.mark.parametrize(
    "drop", DROPPED, ids=lambda d: " ".join(f"{s}:{'+'.join(sorted(c))}" for s, c in d.items())[:60]
)
def test_dropped_columns_agree(drop: Mapping[str, set[str]], tmp_path: Path) -> None:
    """Also the reason, which names every column that is missed."""
    check(read(random_events(40, shops=3, orders=40, drop_columns=drop), tmp_path / "events"))


def test_a_reason_names_the_missing_columns(tmp_path: Path) -> None:
    drop = {"orders": {"signed_at", "confirmed_at", "paid_at"}, "aftersales": {"liability"}}
    events = random_events(41, shops=2, orders=40, drop_columns=drop)
    (tmp_path / "events").mkdir()
    write_folder(events, tmp_path / "events")
    result = ss.score(tmp_path / "events", platform="douyin", ruleset="2022", as_of=AS_OF)
    metrics = {m.id: m for m in result["S001"].metrics}
    for id in ("bad_review_rate", "quality_return_rate", "dispute_liability_rate", "pickup_rate"):
        assert (metrics[id].status, metrics[id].n, metrics[id].value) == ("no_data", 0, None)
    assert metrics["bad_review_rate"].reason == "no column orders.signed_at or orders.confirmed_at"
    assert metrics["quality_return_rate"].reason == "no column orders.paid_at"
    assert metrics["dispute_liability_rate"].reason == "no column aftersales.liability"
    assert "orders.paid_at" in (metrics["pickup_rate"].reason or "")
    # whether there are enough orders cannot be seen without times of payment
    shop = result["S001"].to_dict()
    assert [(c["id"], c["met"]) for c in shop["eligibility"]] == [
        ("no_suspected_fakes", True),
        ("enough_orders", None),
    ]
    assert (shop["status"], shop["score"]) == ("partial", None)
    assert shop["reason"] == "the input of weighted metrics is missing"
    # known: nothing of goods and logistics, and of service neither complaints nor disputes
    assert shop["coverage"] == float(F("0.35") * F(3, 5))


def test_a_reason_names_missing_streams(tmp_path: Path) -> None:
    events = random_events(41, shops=2, orders=40, drop_columns={"aftersales": {"reason"}})
    del events["orders"], events["conversations"]
    write_folder(events, tmp_path / "events")
    result = ss.score(tmp_path / "events", platform="douyin", ruleset="2022", as_of=AS_OF)
    shop = result["S001"]
    assert shop["bad_review_rate"].reason == "no stream orders"
    assert shop["quality_return_rate"].reason == "no column aftersales.reason and no stream orders"
    assert shop["im_3min_reply_rate"].reason == "no stream conversations"


MISSING = [
    "orders", "shops", "reviews violations", "aftersales", "conversations", "complaints",
    "shop_facts escalations", "reviews complaints aftersales", "orders reviews",
]  # fmt: skip


@pytest.mark.parametrize("stream", mostly_slow(MISSING, 0, 2))
def test_missing_streams_agree(stream: str, tmp_path: Path) -> None:
    events = random_events(42, shops=3, orders=40)
    for name in stream.split():
        del events[name]
    check(read(events, tmp_path / "events"))


ONE_OF_REPLIES = [{"conversations": {"first_reply_at"}}, {"orders": {"paid_at"}}]


@pytest.fixture(scope="module", params=ONE_OF_REPLIES, ids=str)
def lacking(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Both:
    events = random_events(44, shops=8, orders=60, drop_columns=request.param)
    return read(events, tmp_path_factory.mktemp("lacking"))


OF_WHAT_LACKS: list[dict[str, object]] = [
    {},
    {"eligibility.min_paid_orders": 1},
    {"score.decimals": 0},
    {"score.decimals": 4, "weight.im_3min_reply_rate": "2.5", "weight.pickup_rate": 0},
    {"weight.im_3min_reply_rate": 0},
    {"weight.quality_return_rate": 0, "weight.pickup_rate": 0, "weight.complaint_rate": 0},
]


@pytest.mark.parametrize("assumptions", mostly_slow(OF_WHAT_LACKS, 1, 2), ids=str)
def test_what_is_known_agrees(assumptions: dict[str, object], lacking: Both) -> None:
    """A metric that lacks and weighs nothing leaves the score; a heavy one widens what it can be."""
    shops = check(lacking, assumptions=assumptions)
    statuses = {shop["status"] for shop in shops.values()}
    assert statuses & {"partial", "scored"}


def test_a_table_bounds_what_is_missing(lacking: Both) -> None:
    """The worst and the best percentile of the table, also for shops that have no peers."""
    places = [("0.2", "0.1"), ("0.6", "0.5"), ("0.9", "0.5"), ("0.95", "0.9")]
    rows = [("apparel", "im_3min_reply_rate", F(p), F(v)) for p, v in places]
    rows += [("*", "pickup_rate", F(p), F(v)) for p, v in places[:2]]
    rows += [("*", "complaint_rate", F("0.4"), F("0.01"))]
    shops = check(lacking, benchmark=rows)
    assert any(shop["status"] == "partial" for shop in shops.values())
    by_others = check(lacking)
    assert [shops[id]["score_low"] for id in shops] != [by_others[id]["score_low"] for id in shops]


def test_streams_without_a_row_are_data(tmp_path: Path) -> None:
    events = random_events(43, shops=3, orders=60)
    events["reviews"] = events["conversations"] = []
    shops = check(read(events, tmp_path / "events"))
    assert metric_of(shops["S001"], "bad_review_rate")["value"] == 0.0
    assert metric_of(shops["S001"], "im_3min_reply_rate")["reason"] == "no row counts"


# ------------------------------------------------------------------------- assumptions

ASSUMPTIONS: list[dict[str, object]] = [
    {"decay.half_life_days": 30},
    {"decay.half_life_days": 7},
    {"decay.half_life_days": "7.5", "score.decimals": 4},
    {"bad_review.max_rating": 3},
    {"bad_review.max_rating": 1},
    {"complaint.only_upheld": False},
    {"quality_return.empty_parcel": False},
    {"im.reply_within_seconds": 179},
    {
        "pickup.weight_under_24h": "0.95",
        "pickup.weight_24_to_36h": "0.61",
        "pickup.weight_36_to_48h": "0.005",
    },
    {"pickup.weight_under_24h": 0, "pickup.weight_24_to_36h": 0, "pickup.weight_36_to_48h": 1},
    {"weight.bad_review_rate": 3, "weight.quality_return_rate": 1, "weight.pickup_rate": "0.25"},
    {"weight.bad_review_rate": 0, "weight.complaint_rate": 0, "weight.return_refund_hours": "99.9"},
    {"weight.pickup_rate": 0, "weight.delivery_hours": 0},
    {f"weight.{metric}": 0 for metric in DIMENSION_OF},
    {"eligibility.min_paid_orders": 1},
    {"eligibility.min_paid_orders": 95},
    {"score.decimals": 0},
    {"score.decimals": 1},
    {"score.decimals": 3},
    {"score.decimals": 4, "decay.half_life_days": 90, "complaint.only_upheld": False},
]  # fmt: skip


@pytest.mark.parametrize("assumptions", mostly_slow(ASSUMPTIONS, 0, 2), ids=str)
def test_overridden_assumptions_agree(assumptions: dict[str, object], seed_50: Both) -> None:
    shops = check(seed_50, assumptions=assumptions)
    assert shops != by_oracle(seed_50.loaded), "the assumption changes nothing here"


def test_results_name_the_assumptions(tmp_path: Path) -> None:
    write_folder(half_cent_events(), tmp_path)
    assume = {"douyin.2022.decay.half_life_days": 30}
    result = ss.score(tmp_path, platform="douyin", ruleset="2022", as_of=AS_OF, assume=assume)
    named = {a["id"]: a for a in json.loads(result.to_json())["assumptions"]}
    assert named["douyin.2022.decay.half_life_days"]["value"] == 30
    assert named["douyin.2022.decay.half_life_days"]["source"] == "user"
    assert named["douyin.2022.bad_review.max_rating"]["value"] == 2
    assert named["douyin.2022.bad_review.max_rating"]["source"] == "assumption"
    assert list(named) == sorted(named)


# -------------------------------------------------------------------------- benchmark tables


def table_of(
    loaded: Loaded, rng: Random, metrics: Sequence[str], industries: Sequence[str]
) -> list[BenchmarkRow]:
    """Points near the values of the shops, with rows at one value where less is not better."""
    shops = oracle_score(loaded, AS_OF).shops.values()
    rows: list[BenchmarkRow] = []
    for industry in industries:
        for metric in metrics:
            values = [v for s in shops if (v := s.metrics[metric].value) is not None]
            near = sorted(
                {F(round(v * 1000), 1000) for v in rng.sample(values, min(5, len(values)))}
            )
            places = sorted(F(rng.randrange(0, 101), 100) for _ in near)
            if metric in HIGHER_IS_BETTER:
                rows += [(industry, metric, p, v) for p, v in zip(places, near, strict=True)]
                rows.append((industry, metric, places[-1], near[-1]))
                if places[-1] < F(9, 10):
                    rows.append((industry, metric, F(95, 100), near[-1]))
            else:
                falling = reversed(places)
                rows += [(industry, metric, p, v) for p, v in zip(falling, near, strict=True)]
    rng.shuffle(rows)
    return rows


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "share", "industries"),
    [
        (70, 9, ["*"]),
        (71, 5, ["apparel"]),
        (72, 6, ["apparel", "*"]),
        (73, 9, ["unknown", "apparel", "*"]),
        (74, 2, ["no such industry"]),
    ],
)
def test_benchmark_tables_agree(
    seed: int, share: int, industries: list[str], tmp_path: Path
) -> None:
    rng = Random(seed)
    events = random_events(seed, shops=8, orders=60)
    metrics = rng.sample(list(DIMENSION_OF), share)
    rows = table_of(load(events), rng, metrics, industries)
    shops = check(read(events, tmp_path / "events"), benchmark=rows)
    used = {m["from_table"] for shop in shops.values() for m in shop["metrics"]}
    assert used == ({False} if seed == 74 else {True, False})


def test_ties_at_a_value_of_a_table_agree(half_cents: Both) -> None:
    """All shops lie on points of the table; several points on a value make the mean."""
    F_ = F
    complaints = [(F_("1"), F_("0")), (F_("0.8"), F_("0.025")), (F_("0.6"), F_("0.025")),
                  (F_("0.5"), F_("0.05")), (F_("0.2"), F_("0.05")), (F_("0.1"), F_("0.05")),
                  (F_("0.1"), F_("0.075")), (F_("0"), F_("0.1")), (F_("0"), F_("0.1"))]  # fmt: skip
    pickups = [(F_("0"), F_("1")), (F_("0.3"), F_("1")), (F_("0.9"), F_("1"))]
    rows = [("*", "complaint_rate", p, v) for p, v in complaints]
    rows += [("apparel", "pickup_rate", p, v) for p, v in pickups]
    shops = check(half_cents, benchmark=rows)
    places = {id: metric_of(shop, "complaint_rate")["percentile"] for id, shop in shops.items()}
    assert places == {"H5": 1.0, "H3": 0.7, "H4": 0.3, "H2": 0.1, "H1": 0.0}
    assert metric_of(shops["H1"], "pickup_rate")["percentile"] == 0.45


@pytest.mark.parametrize(
    ("percentile", "score", "tiers"),
    [
        ("1", 5.0, ["affiliate", "settlement_t4"]),
        ("0.7", 4.4, ["affiliate", "settlement_t4"]),
        ("0.6999", 4.4, ["affiliate", "settlement_t4"]),  # on the rounded score
        ("0.6974", 4.39, ["affiliate", "settlement_t10"]),
        ("0.5", 4.0, ["affiliate", "settlement_t10"]),
        ("0.4975", 4.0, ["affiliate", "settlement_t10"]),  # 3.995 goes up
        ("0.4974", 3.99, ["settlement_t10"]),
        ("0.1", 3.2, ["settlement_t10"]),
        ("0.0974", 3.19, ["termination_risk", "settlement_t10"]),
        ("0", 3.0, ["termination_risk", "settlement_t10"]),
    ],
)
def test_tiers_at_their_borders(
    percentile: str, score: float, tiers: list[str], half_cents: Both
) -> None:
    rows = [("*", metric, F(percentile), F(0)) for metric in DIMENSION_OF]
    shops = check(half_cents, benchmark=rows)
    assert {(s["score"], tuple(s["tiers"])) for s in shops.values()} == {(score, tuple(tiers))}
    if score == 4.4:  # taken as the worse side
        worse = {"tiers.settlement_t4": "4.41"}
        shops = check(half_cents, assumptions=worse, benchmark=rows)
        assert shops["H1"]["tiers"] == ["affiliate", "settlement_t10"]


# --------------------------------------------------------------------- ways in, and one way out


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Events, ss.Result]:
    folder = tmp_path_factory.mktemp("events")
    events = random_events(80)
    write_folder(events, folder)
    return folder, events, ss.score(folder, platform="douyin", ruleset="2022", as_of=AS_OF)


def shops_text(document: str) -> str:
    head, found, shops = document.partition('"shops": [')
    assert found
    assert head
    return shops


@pytest.mark.slow
def test_the_command_prints_the_same_document(scored: tuple[Path, Events, ss.Result]) -> None:
    folder, events, result = scored
    command = Path(sys.executable).parent / "shopscore"
    done = subprocess.run(
        [command, "score", folder, "--platform", "douyin", "--ruleset", "2022",
         "--as-of", "2024-06-30", "--format", "json"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    text = done.stdout.decode("utf-8")
    loaded = load(events)
    assert sorted_reasons(by_package(text)) == by_oracle(loaded)
    assert text == result.to_json() + "\n"
    assert "2022-12-31" in done.stderr.decode()  # the rule set is applied outside its span
    document = json.loads(text)
    assert next(iter(document)) == "schema"
    assert document["as_of"] == "2024-06-30"


@pytest.mark.slow
def test_parquet_of_text_is_the_same(
    scored: tuple[Path, Events, ss.Result], tmp_path: Path
) -> None:
    _, events, result = scored
    for stream, rows in events.items():
        text_frame(rows).write_parquet(tmp_path / f"{stream}.parquet")
    again = ss.score(tmp_path, platform="douyin", ruleset="2022", as_of=AS_OF)
    assert_books_agree(again.report, load(events_without_extra(events)))
    # a row with too many cells is set aside in CSV alone
    drop = events_without_extra(events)
    write_folder(drop, tmp_path / "csv")
    same = ss.score(tmp_path / "csv", platform="douyin", ruleset="2022", as_of=AS_OF)
    assert again.versions["input_digest"] == same.versions["input_digest"]
    assert shops_text(again.to_json()) == shops_text(same.to_json())
    assert result.versions["input_digest"] != ""


def events_without_extra(events: Events) -> Events:
    """Without cells beyond the header, which a dataframe cannot have."""
    return {
        stream: [{k: v for k, v in row.items() if not k.startswith("(")} for row in rows]
        for stream, rows in events.items()
    }


def text_frame(rows: list[dict[str, str]]) -> pl.DataFrame:
    names = [n for n in dict.fromkeys(n for row in rows for n in row) if not n.startswith("(")]
    columns = {name: [row.get(name, "") for row in rows] for name in names}
    return pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))


def typed(loaded: Loaded) -> Iterator[tuple[str, dict[str, pl.Series]]]:
    """The accepted rows as a careful person would hold them: times, decimals, flags, categories."""
    for stream, rows in loaded.rows.items():
        columns = {}
        for name in STREAMS[stream].columns:
            if name in loaded.columns[stream]:
                cells = [row[name] for row in rows]
                columns[name] = typed_series(name, STREAMS[stream].columns[name], cells)
        yield stream, columns


def typed_series(name: str, column: Column, cells: list[Any]) -> pl.Series:
    match column.kind:
        case "time":
            stamps = [None if c is None else c * 1_000_000 for c in cells]
            return pl.Series(name, stamps, dtype=pl.Int64).cast(pl.Datetime("us"))
        case "day":
            days = [None if c is None else c // 86_400 for c in cells]
            return pl.Series(name, days, dtype=pl.Int32).cast(pl.Date)
        case "boolean":
            return pl.Series(name, cells, dtype=pl.Boolean)
        case "enum":
            return pl.Series(name, cells, dtype=pl.Enum(column.words))
        case "money":
            return pl.Series(
                name, [None if c is None else c / 100 for c in cells], dtype=pl.Float64
            )
        case "rating" | "integer":
            return pl.Series(name, cells, dtype=pl.Int8 if column.kind == "rating" else pl.Int32)
        case "number":
            return pl.Series(
                name, [None if c is None else float(c) for c in cells], dtype=pl.Float64
            )
    return pl.Series(name, cells, dtype=pl.String)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["polars", "lazy", "pandas", "pyarrow", "parquet", "utc"])
def test_typed_dataframes_are_the_same(
    kind: str, scored: tuple[Path, Events, ss.Result], tmp_path: Path
) -> None:
    _, events, result = scored
    source: dict[str, Any] = {}
    for stream, columns in typed(load(events)):
        frame = pl.DataFrame(columns)
        match kind:
            case "lazy":
                source[stream] = frame.lazy()
            case "pandas":
                source[stream] = frame.to_pandas()
            case "pyarrow":
                source[stream] = frame.to_arrow()
            case "utc":
                zoned = pl.selectors.datetime().dt.replace_time_zone("Asia/Shanghai")
                source[stream] = frame.with_columns(zoned.dt.convert_time_zone("UTC"))
            case _:
                source[stream] = frame
                frame.write_parquet(tmp_path / f"{stream}.parquet")
    again = ss.score(
        tmp_path if kind == "parquet" else source, platform="douyin", ruleset="2022", as_of=AS_OF
    )
    report = again.report
    assert report is not None
    assert all(b.set_aside == b.replaced == b.repaired == 0 for b in report.books.values())
    assert again.versions["input_digest"] == result.versions["input_digest"]
    assert shops_text(again.to_json()) == shops_text(result.to_json())


def test_columns_of_the_result_hold_the_same_numbers(
    scored: tuple[Path, Events, ss.Result],
) -> None:
    """The table, the views and the document are one."""
    _, events, result = scored
    expected: Shops = by_oracle(load(events))
    for row in result.to_polars().iter_rows(named=True):
        shop = expected[row["shop_id"]]
        assert [row["score"], row["score_exact"], row["status"], row["tiers"]] == [
            shop["score"], shop["score_exact"], shop["status"], shop["tiers"]
        ]  # fmt: skip
        for metric in shop["metrics"]:
            for name in ("value", "n", "percentile", "points", "weight", "status"):
                assert row[f"{metric['id']}.{name}"] == metric[name]
        for dimension in shop["dimensions"]:
            assert row[f"{dimension['id']}.points"] == dimension["points"]
        view = result[row["shop_id"]]
        assert [m.value for m in view.metrics] == [m["value"] for m in shop["metrics"]]
        assert [m.from_table for m in view.metrics] == [m["from_table"] for m in shop["metrics"]]
    assert [shop.shop_id for shop in islice(result, 3)] == list(expected)[:3]
