"""Levers of every installed platform on sample events, by both evaluators."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from random import Random
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

import shopscore as ss
from shopscore import Lever
from shopscore.cli.plugins import cli
from shopscore.evaluation.with_polars import to_polars
from shopscore.evaluation.with_python import evaluate
from shopscore.model.merging import merge_streams
from shopscore.model.streams import CANONICAL
from shopscore.plugins.samples import extend_sample
from shopscore.samples import generate

HOUR = 3600
LEVERS: dict[str, Lever] = {}
"""By id; one that a platform declares otherwise than those before it has an id of its own."""
PLATFORMS: dict[str, ss.Platform] = {}
"""The platforms that have streams or columns of their own which a lever changes."""
for platform in ss.platforms():
    for name, lever in platform.all_levers.items():
        same = LEVERS.setdefault(name, lever) is lever
        LEVERS[name if same else f"{platform.id}.{name}"] = lever
        if platform.sample:
            PLATFORMS[name if same else f"{platform.id}.{name}"] = platform

SETTINGS: dict[str, dict[str, Any]] = {
    "change_carrier": {"carriers": ("oldroad", "northway")},
    "stop_far_provinces": {"provinces": ("tibet", "xinjiang")},
}
"""Without these a lever touches nothing."""

COMMON: list[dict[str, Any]] = [
    {},
    {"on": False},
    {"from_second": 8 * HOUR, "to_second": 18 * HOUR},
    {"from_second": 20 * HOUR, "to_second": 9 * HOUR},
]


def choices(lever: Lever, products: tuple[str, ...]) -> list[dict[str, Any]]:
    """Settings to try: common ones, and each own number at its ends."""
    tried = list(COMMON)
    for setting in lever.settings:
        if setting.id == "products":
            tried.append({"products": products})
        elif setting.id == "amount_below":
            tried.append({"amount_below": 120_00, "from_second": 1})
        elif setting.kind == "boolean" and setting.id != "on":
            tried += [{setting.id: True}, {setting.id: False}]
        elif setting.kind == "integer" and setting in lever.own_settings:
            ends = (setting.low, setting.high if setting.high is not None else 7)
            tried += [{setting.id: end} for end in ends]
        elif setting.kind == "words" and setting in lever.own_settings:
            tried.append({setting.id: ("B1", "tibet", "oldroad")})
    return [{**SETTINGS.get(lever.id, {}), **chosen} for chosen in tried]


@pytest.fixture
def frames(request: pytest.FixtureRequest) -> dict[str, pl.DataFrame]:
    """The streams of a default sample of the lever's platform."""
    id = getattr(request.node, "callspec", None)
    return frames_of(platform_of(id.params["id"]).id if id else "kuaishou")


def platform_of(lever: str) -> ss.Platform:
    """The platform whose streams a lever changes; one that adds none will do for all others."""
    return PLATFORMS.get(lever, ss.platform("kuaishou"))


@cache
def frames_of(id: str) -> dict[str, pl.DataFrame]:
    """The streams of a default sample, each row with the columns of the order that it names."""
    platform = ss.platform(id)
    made = generate(end=date(2024, 6, 30))
    events = ss.read_events(made | extend_sample(platform, made, seed=0), platform=platform)
    words = pl.selectors.enum().cast(pl.String)
    streams = {name: frame.with_columns(words) for name, frame in events.frames.items()}
    own = pl.exclude("shop", "order_id").name.prefix("order.")
    orders = streams["orders"].select("shop", "order_id", own)
    for name, frame in streams.items():
        if name != "orders" and "order_id" in frame.columns:
            streams[name] = frame.join(
                orders, on=["shop", "order_id"], how="left", maintain_order="left"
            )
    return streams


def some(frame: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Some rows, with nulls where there were none: of a tenth of the cells nothing is known."""
    rng = Random(seed)
    picked = frame.sample(min(300, len(frame)), seed=seed)
    return picked.with_columns(
        column.set(pl.Series([rng.random() < 0.1 for _ in range(len(picked))]), None)
        for column in picked
    )


@pytest.mark.parametrize("id", LEVERS)
def test_the_evaluators_agree(id: str, frames: dict[str, pl.DataFrame]) -> None:
    lever = LEVERS[id]
    whole = frames[lever.stream]
    for found in (whole.sample(min(200, len(whole)), seed=1), some(whole, 2)):
        rows = found.to_dicts()
        products = tuple(found["product_id"].drop_nulls()[:60]) if lever.product is not None else ()
        for chosen in choices(lever, products):
            exprs = {"rows": lever.rows(**chosen), **lever.changes(**chosen)}
            columns = [to_polars(expr).alias(f"_{name}") for name, expr in exprs.items()]
            table = found.with_columns(columns)
            for name, expr in exprs.items():
                by_python = [evaluate(expr, row) for row in rows]
                by_polars = table[f"_{name}"].to_list()
                assert [(type(v), v) for v in by_polars] == [(type(v), v) for v in by_python]


@pytest.mark.parametrize("id", LEVERS)
def test_a_default_sample_has_rows_for_it(id: str, frames: dict[str, pl.DataFrame]) -> None:
    """And what becomes of them is other than before, and still legal."""
    lever = LEVERS[id]
    chosen = SETTINGS.get(lever.id, {})
    stream = merge_streams(CANONICAL, platform_of(id).streams)[lever.stream]
    rows = frames[lever.stream].filter(to_polars(lever.rows(**chosen)))
    changed = rows.with_columns(
        to_polars(expr).alias(name) for name, expr in lever.changes(**chosen).items()
    )
    assert 0 < len(rows) < len(frames[lever.stream])
    assert not changed.select(stream.names[0], *lever.cells).equals(
        rows.select(stream.names[0], *lever.cells)
    )
    assert changed.schema == rows.schema
    for name in lever.cells:
        column = stream.column(name)
        cells = changed[name].drop_nulls()
        assert len(cells) >= len(rows[name].drop_nulls())
        assert not column.values or cells.is_in(column.values).all()
        assert column.low is None or cells.is_between(column.low, column.high).all()
        if column.kind == "time":  # whoever acts, acts sooner
            assert (changed[name] <= rows[name]).drop_nulls().all()
    for earlier, later in stream.ordered:
        assert (changed[earlier] <= changed[later]).drop_nulls().all()


@pytest.mark.parametrize("id", LEVERS)
def test_switched_off_it_touches_nothing(id: str, frames: dict[str, pl.DataFrame]) -> None:
    lever = LEVERS[id]
    off = lever.rows(**SETTINGS.get(lever.id, {}), on=False)
    assert frames[lever.stream].filter(to_polars(off)).is_empty()


@pytest.mark.parametrize("id", LEVERS)
def test_settings_narrow_it(id: str, frames: dict[str, pl.DataFrame]) -> None:
    """Day and night are the whole, and some products and others are both."""
    lever = LEVERS[id]
    frame = frames[lever.stream].filter(to_polars(lever.time.is_not_null()))

    def touched(**chosen: Any) -> int:
        return len(frame.filter(to_polars(lever.rows(**SETTINGS.get(lever.id, {}), **chosen))))

    day = touched(from_second=8 * HOUR, to_second=20 * HOUR - 1)
    night = touched(from_second=20 * HOUR, to_second=8 * HOUR - 1)
    assert 0 < day < touched()
    assert day + night == touched()
    if lever.product is not None:
        products = tuple(frame["product_id"].drop_nulls().unique().sort()[:60])
        one, others = touched(products=products[:20]), touched(products=products[20:])
        assert 0 < one + others == touched(products=products) < touched()
    if lever.amount is not None:
        assert touched(amount_below=0) == 0
        assert 0 < touched(amount_below=100_00) < touched(amount_below=10**12) == touched()


# --------------------------------------------------------------------------------- as they are shown


def show(*args: str) -> str:
    """What ``shopscore-plugins show`` prints."""
    answer = CliRunner().invoke(cli, ["show", "--lang", "en", *args])
    assert answer.exit_code == 0, answer.output
    return answer.stdout


@pytest.mark.parametrize("platform", [p.id for p in ss.platforms()])
def test_show_lists_them(platform: str) -> None:
    (record,) = json.loads(show(platform, "--format", "json"))["plugins"]
    every = ss.platform(platform).all_levers
    assert [each["id"] for each in record["levers"]] == list(every)
    for shown in record["levers"]:
        lever = every[shown["id"]]
        assert shown["platform"] == platform
        assert (shown["zh"], shown["en"], shown["stream"]) == (lever.zh, lever.en, lever.stream)
        assert shown["rows"] == str(lever.where)
        assert shown["cells"] == {name: str(expr) for name, expr in lever.cells.items()}
        assert shown["assumes"] == list(lever.assumes)
        assert [s["id"] for s in shown["settings"]] == [s.id for s in lever.settings]
        assert [s["id"] for s in shown["sources"]] == [s.id for s in lever.sources]
        hours = lever.claimed_hours
        assert shown["claimed_hours"] == (None if hours is None else float(hours))


def test_show_says_it_in_words() -> None:
    document = json.loads(show("kuaishou", "--format", "json"))
    fast = next(e for e in document["plugins"][0]["levers"] if e["id"] == "atom_fast_refund")
    assert fast["rows"] == (
        "kind = 'refund_only' and (refund_amount, else order_amount) < 30000"
        " and (applied_at − order.paid_at) < 21600"
        " and (not (shipped) or not ([only_unshipped])) and not (is_custom)"
    )
    assert fast["cells"] == {
        "approved_at": "applied_at",
        "refunded_at": "(refunded_at − (approved_at − applied_at)), else applied_at",
        "closed_at": (
            "(applied_at when approved_at is missing,"
            " else ((closed_at − (approved_at − applied_at)), else closed_at))"
        ),
        "outcome": "'refunded'",
    }
    own = {s["id"]: s for s in fast["settings"]}
    assert own["only_unshipped"]["value"] is True
    assert own["only_unshipped"]["reason"].startswith("Only before the goods are shipped")
    clock = own["from_second"]
    assert (clock["low"], clock["high"], clock["unit"], clock["value"]) == (0, 86_399, "s", 0)
    assert own["products"]["value"] == []
    assert fast["claimed_hours"] == 2.1
    out = show("kuaishou")
    for word in ("极速退款", "approved_at = applied_at", "no number is made from it"):
        assert word in out
