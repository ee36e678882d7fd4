"""Any dataframe through the Arrow interface: the same rows give the same events and digest."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.samples import generate
from support.event_rows import books, rows, seconds

pa = pytest.importorskip("pyarrow")
pd = pytest.importorskip("pandas")
ds = pytest.importorskip("pyarrow.dataset")

needs_duckdb = pytest.mark.skipif(find_spec("duckdb") is None, reason="needs duckdb")

ZONE = "Asia/Shanghai"
BEIJING = timezone(timedelta(hours=8))
IDS = [6901234567890123457, 6901234567890123456, 7]
TEXTS: dict[str, list[str | None]] = {
    "shop_id": ["S1", "S2", "S1"],
    "order_id": [str(id) for id in IDS],
    "paid_at": ["2024-06-30 12:00:00", None, "2024-07-01 00:30:00"],
    "amount": ["12", None, "7"],
    "is_presale": ["true", "false", None],
    "province": ["沪", "京", "沪"],
    "cancelled_by": [None, "buyer", None],
}
REVIEWS: dict[str, list[Any]] = {
    "shop_id": ["S1"],
    "review_id": ["1"],
    "order_id": [str(IDS[0])],
    "reviewed_at": ["2024-07-02 08:00:00"],
    "rating": ["5"],
}
SHOPS: dict[str, list[Any]] = {"shop_id": ["S1", "S2"], "industry": ["women", "men"]}
TIMES = [None if t is None else datetime.fromisoformat(t) for t in TEXTS["paid_at"]]
AWARE = [None if t is None else t.replace(tzinfo=BEIJING) for t in TIMES]
TRUTH = [True, False, None]


def plain(**changed: Any) -> dict[str, Any]:
    """The columns as text, some of them as something else."""
    return {**TEXTS, **changed}


def read(orders: Any, **more: Any) -> ss.Events:
    return ss.read_events({"orders": orders, **more}, tz=ZONE)


def table(**changed: Any) -> Any:
    return pa.table(plain(**changed))


def times(unit: str, zone: str | None) -> Any:
    """Times of a unit, of a zone or of the clock."""
    given = TIMES if zone is None else AWARE
    return pa.array(given, pa.timestamp(unit, tz=zone))


def coded(column: str, index: Any) -> Any:
    """A column as a dictionary."""
    return pa.array(TEXTS[column]).dictionary_encode().cast(pa.dictionary(index, pa.string()))


def panda(**changed: Any) -> Any:
    return pd.DataFrame(plain(**changed))


def reader() -> Any:
    batches = table().to_batches(max_chunksize=1)
    return pa.RecordBatchReader.from_batches(batches[0].schema, batches)


class Capsule:
    """Somebody's own dataframe: it has the interface, and nothing else."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return table().__arrow_c_stream__(requested_schema)


DECIMALS = [Decimal("12.00"), None, Decimal("7.00")]
MAKERS: dict[str, Callable[[], Any]] = {
    "columns": plain,
    "polars": lambda: pl.DataFrame(TEXTS),
    "polars lazy": lambda: pl.LazyFrame(TEXTS).filter(pl.col("shop_id") != "S9"),
    "polars typed": lambda: pl.DataFrame(
        plain(order_id=IDS, paid_at=TIMES, amount=[12, None, 7], is_presale=TRUTH)
    ),
    "polars categorical": lambda: pl.DataFrame(TEXTS).cast(pl.Categorical),
    "polars enum": lambda: pl.DataFrame(TEXTS).cast(
        {"province": pl.Enum(["京", "沪"]), "cancelled_by": pl.Enum(["x", "buyer"])}
    ),
    "polars zones": lambda: pl.DataFrame(plain(paid_at=AWARE)).with_columns(
        pl.col("paid_at").dt.convert_time_zone("America/New_York")
    ),
    "polars chunks": lambda: pl.concat([pl.DataFrame(TEXTS)[i : i + 1] for i in (2, 0, 1)]),
    "polars unsigned": lambda: pl.DataFrame(
        plain(order_id=pl.Series(IDS, dtype=pl.UInt64), amount=pl.Series([12, None, 7], dtype=pl.UInt8))
    ),
    "pandas": panda,
    "pandas nullable": lambda: panda(
        order_id=pd.array(IDS, "Int64"),
        amount=pd.array([12, None, 7], "Int64"),
        is_presale=pd.array(TRUTH, "boolean"),
        province=pd.array(TEXTS["province"], "string"),
    ),
    "pandas objects": lambda: panda(is_presale=pd.Series(TRUTH, dtype=object)).astype(object),
    "pandas floats": lambda: panda(amount=[12.0, float("nan"), 7.0]),
    "pandas category": lambda: panda().astype("category"),
    "pandas category of integers": lambda: panda(order_id=pd.Categorical(IDS)),
    "pandas naive": lambda: panda(paid_at=pd.to_datetime(TEXTS["paid_at"])),
    "pandas aware": lambda: panda(paid_at=pd.to_datetime(AWARE, utc=True)),
    "pandas zone": lambda: panda(paid_at=pd.to_datetime(AWARE, utc=True).tz_convert("Europe/Paris")),
    "pandas offset": lambda: panda(paid_at=pd.to_datetime(AWARE)),
    "pandas on arrow": lambda: panda().astype(
        {"order_id": "string[pyarrow]", "amount": "double[pyarrow]"}
    ),
    "pandas reversed": lambda: panda()[::-1],
    "pandas sliced": lambda: pd.concat([panda(), panda()]).iloc[[4, 0, 2]],
    "pandas indexed": lambda: panda().set_index("province", drop=False),
    "arrow": table,
    "arrow large": lambda: pa.table(
        {n: pa.array(cells, pa.large_string()) for n, cells in TEXTS.items()}
    ),
    "arrow views": lambda: pa.table(
        {n: pa.array(cells, pa.string_view()) for n, cells in TEXTS.items()}
    ),
    "arrow dictionaries": lambda: table(
        order_id=coded("order_id", pa.int32()),
        province=coded("province", pa.int8()),
        cancelled_by=coded("cancelled_by", pa.int64()),
    ),
    "arrow dictionary of integers": lambda: table(order_id=pa.array(IDS).dictionary_encode()),
    "arrow decimals": lambda: table(amount=pa.array(DECIMALS, pa.decimal128(38, 2))),
    "arrow small": lambda: table(amount=pa.array([12, None, 7], pa.int8()), is_presale=TRUTH),
    "arrow batch": lambda: table().to_batches()[0],
    "arrow chunks": lambda: pa.concat_tables([table().slice(i, 1) for i in (1, 1, 2, 0)]).slice(1),
    "arrow empty chunks": lambda: pa.concat_tables([table().slice(0, 0), table(), table().slice(3)]),
    "arrow reader": reader,
    "dataset": lambda: ds.dataset(table()),
    "scanner": lambda: ds.dataset(table()).scanner(columns=[*TEXTS], batch_size=1),
    "filtered scanner": lambda: ds.dataset(pa.concat_tables([table(), table()])).scanner(
        filter=ds.field("shop_id") != "S9"
    ),
    "capsule": Capsule,
    **{
        f"arrow times in {unit} of {zone}": lambda unit=unit, zone=zone: table(
            paid_at=times(unit, zone)
        )
        for unit in ("s", "ms", "us", "ns")
        for zone in (None, "UTC", ZONE, "+08:00", "America/New_York")
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def digest() -> str:
    return read(pl.DataFrame(TEXTS)).digest


def test_the_rows_by_hand() -> None:
    first = {"amount": 1200, "is_presale": True, "province": "沪", "cancelled_by": None}
    second = {"amount": None, "is_presale": False, "province": "京", "cancelled_by": "buyer"}
    third = {"amount": 700, "is_presale": False, "province": "沪", "cancelled_by": None}
    noon, night = seconds("2024-06-30 12:00:00"), seconds("2024-07-01 00:30:00")
    assert rows(read(TEXTS), "orders") == [
        {"shop_id": "S1", "order_id": str(IDS[0]), "paid_at": noon, **first},
        {"shop_id": "S1", "order_id": "7", "paid_at": night, **third},
        {"shop_id": "S2", "order_id": str(IDS[1]), "paid_at": None, **second},
    ]


@pytest.mark.parametrize("made", MAKERS)
def test_the_same_events_and_digest(made: str, digest: str) -> None:
    events = read(MAKERS[made]())
    counts = books(events)
    assert (counts["accepted"], counts["in"] - counts.get("replaced", 0)) == (3, 3)
    assert events.digest == digest
    assert rows(events, "orders") == rows(read(TEXTS), "orders")


@pytest.mark.parametrize("format", ["parquet", "feather"])
def test_a_dataset_of_files(format: str, tmp_path: Path, digest: str) -> None:
    for i in range(3):
        ds.write_dataset(table().slice(i, 1), tmp_path / str(i), format=format)
    assert read(ds.dataset(tmp_path, format=format)).digest == digest


def test_another_cell_gives_another_digest(digest: str) -> None:
    for column, cell in {
        "amount": "12.01",
        "paid_at": "2024-06-30 12:00:01",
        "province": "京",
    }.items():
        changed = table(**{column: [cell, *TEXTS[column][1:]]})
        assert read(changed).digest != digest


def test_mixed_in_one_mapping() -> None:
    events = read(
        reader(),
        reviews=pd.DataFrame(REVIEWS).astype({"rating": "Int64", "shop_id": "category"}),
        shops=pl.LazyFrame(SHOPS),
        complaints=ds.dataset(
            pa.table(
                {"shop_id": ["S2"], "complaint_id": [1], "complained_at": [datetime(2024, 7, 3)]}
            )
        ),
        escalations={
            "shop_id": ["S1"],
            "escalation_id": ["1"],
            "escalated_at": ["2024-07-04 00:00"],
        },
    )
    plainly = read(
        pl.DataFrame(TEXTS),
        reviews=pl.DataFrame(REVIEWS),
        shops=pl.DataFrame(SHOPS),
        complaints={
            "shop_id": ["S2"],
            "complaint_id": ["1"],
            "complained_at": ["2024-07-03 00:00"],
        },
        escalations={
            "shop_id": ["S1"],
            "escalation_id": ["1"],
            "escalated_at": ["2024-07-04 00:00"],
        },
    )
    assert events.shops.rows() == [("S1", "women"), ("S2", "men")]
    assert events.report.books["reviews"].unlinked == 0
    assert all(b.set_aside == b.repaired == 0 for b in events.report.books.values())
    assert events.digest == plainly.digest


def test_an_index_is_no_column() -> None:
    assert read(panda().iloc[[2, 0, 1]]).report.ignored == {}


def test_instants_without_a_zone_of_the_platform() -> None:
    with pytest.raises(ss.InputError, match=r"paid_at: .*zone"):
        ss.read_events({"orders": table(paid_at=times("us", "UTC"))})


@pytest.mark.parametrize(
    ("orders", "words"),
    [
        (lambda: panda(order_id=[1.0, 2.0, 3.0]), "order_id.*text"),
        (lambda: panda(order_id=pd.Series(["1", 2, "3"], dtype=object)), "orders"),
        (lambda: table(order_id=pa.array(DECIMALS, pa.decimal128(38, 2))), "order_id.*text"),
        (lambda: table(paid_at=IDS), "paid_at"),
        (lambda: table().drop_columns(["order_id"]), "orders.*order_id"),
        (lambda: pl.LazyFrame(TEXTS).select("none"), "orders.*none"),
        (lambda: pd.DataFrame([["S1", "1", "2"]], columns=["shop_id", "a", "a"]), "orders"),
    ],
    ids=[
        "float ids",
        "mixed ids",
        "decimal ids",
        "integer times",
        "no ids",
        "broken plan",
        "twice",
    ],
)
def test_what_cannot_be_read_is_named(orders: Callable[[], Any], words: str) -> None:
    with pytest.raises(ss.InputError, match=rf"(?s){words}"):
        read(orders())


IN_DUCKDB = """
import duckdb, shopscore as ss
from datetime import datetime, timezone
duckdb.sql("set timezone = 'America/New_York'")
duckdb.sql("create type who as enum ('x', 'buyer')")
table = duckdb.sql('''
    select shop_id::varchar shop_id, order_id::bigint order_id, paid_at::{time} paid_at,
        amount::decimal(18, 2) amount, is_presale::boolean is_presale, province, who::who cancelled_by
    from (values ('S1', 6901234567890123457, '2024-06-30 12:00:00{zone}', 12, true, '沪', null),
        ('S2', 6901234567890123456, null, null, false, '京', 'buyer'),
        ('S1', 7, '2024-07-01 00:30:00{zone}', 7, null, '沪', null))
        t(shop_id, order_id, paid_at, amount, is_presale, province, who)
''')
events = ss.read_events({{"orders": table}}, tz="Asia/Shanghai")
print(events.report.books["orders"].accepted, events.digest)
"""

RESULT = """
import duckdb, shopscore as ss
from shopscore.samples import generate
from datetime import date
frames = generate(shops=6, orders=600, seed=3, end=date(2022, 6, 30))
result = ss.score(frames, platform="douyin", ruleset="2022", as_of="2022-07-01")
found = duckdb.sql("select shop_id, status, score, tiers from result order by shop_id").fetchall()
print(found == result.to_polars().select("shop_id", "status", "score", "tiers").rows(), len(found))
"""


def in_a_process(code: str) -> list[str]:
    """What a piece of code prints; the library grumbles when a process ends."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stdout, done.stderr
    return done.stdout.split()


@pytest.mark.slow
@needs_duckdb
@pytest.mark.parametrize(
    ("time", "zone"), [("timestamp", ""), ("timestamptz", "+08"), ("varchar", "")]
)
def test_duckdb(time: str, zone: str, digest: str) -> None:
    assert in_a_process(IN_DUCKDB.format(time=time, zone=zone)) == ["3", digest]


@pytest.fixture(scope="module")
def result() -> ss.Result:
    frames = generate(shops=6, orders=600, seed=3, end=date(2022, 6, 30))
    return ss.score(frames, platform="douyin", ruleset="2022", as_of="2022-07-01")


class TestResults:
    def test_pyarrow(self, result: ss.Result) -> None:
        found = pa.table(result)
        assert found.column_names == result.to_polars().columns
        assert found.to_pylist() == result.to_polars().to_dicts()
        streamed = pa.RecordBatchReader.from_stream(result).read_all()
        assert streamed.to_pylist() == found.to_pylist()

    def test_polars(self, result: ss.Result) -> None:
        assert pl.DataFrame(result).equals(result.to_polars())

    def test_pandas(self, result: ss.Result) -> None:
        found = pa.table(result).to_pandas(types_mapper=pd.ArrowDtype)
        assert found["shop_id"].tolist() == [shop.shop_id for shop in result]
        scores = [None if s is pd.NA else s for s in found["score"].tolist()]
        assert scores == [shop.score for shop in result]
        assert any(score is not None for score in scores)
        assert result.to_pandas()["shop_id"].tolist() == found["shop_id"].tolist()

    def test_pandas_takes_it_as_it_is(self, result: ss.Result) -> None:
        found = pa.table(result).to_pandas()
        assert found["shop_id"].tolist() == result.shops["shop_id"].to_list()
        assert [tuple(tiers) for tiers in found["tiers"]] == [shop.tiers for shop in result]

    def test_each_reading_begins_anew(self, result: ss.Result) -> None:
        assert pa.table(result).equals(pa.table(result))

    @needs_duckdb
    def test_duckdb(self) -> None:
        assert in_a_process(RESULT) == ["True", "6"]


def test_a_time_with_a_fraction_of_a_second_is_cut(digest: str) -> None:
    later = [None if t is None else t + timedelta(microseconds=999_999) for t in TIMES]
    assert read(table(paid_at=pa.array(later, pa.timestamp("us")))).digest == digest
    utc = [None if t is None else t.astimezone(UTC) for t in AWARE]
    assert read(panda(paid_at=pd.Series(utc))).digest == digest


#: Reads a dataframe of pandas where pyarrow cannot be imported.
WITHOUT_PYARROW = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "pyarrow":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
import pandas as pd, shopscore as ss
frame = pd.DataFrame({"shop_id": pd.Series(["S1"], dtype="string"), "order_id": ["1"]})
try:
    ss.read_events({"orders": frame})
except ss.InputError as error:
    print(error)
"""


def test_pandas_without_pyarrow_names_the_extra() -> None:
    said = " ".join(in_a_process(WITHOUT_PYARROW))
    assert said.startswith("stream orders: ")
    assert 'pip install "shopscore[pandas]"' in said
