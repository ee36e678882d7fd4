"""Files are read some rows at a time; where a batch ends is nowhere to be seen.

Each folder below has a trouble that depends on rows far from each other, so that a batch that knew
only its own rows would find something else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.reading.quarantine import write_quarantine
from support.exports.export_files import as_text

#: Rows per batch; the last one is more than any file has.
SIZES = (1, 7, 1_000, 1 << 40)
#: With these the folders are scored too: to score takes longer than to read.
SCORED = (1, 7, 1 << 40)
AS_OF = "2022-05-31"
HEAD = ("shop_id", "order_id", "paid_at", "picked_up_at", "amount", "buyer_id", "updated_at")
REVIEWS = ("shop_id", "review_id", "order_id", "reviewed_at", "rating")
EXPORT = ("主订单编号", "子订单编号", "订单提交时间", "支付完成时间", "订单应付金额", "订单状态")

Table = list[list[str]]
Maker = Callable[[Random, Path], None]
FOLDERS: dict[str, tuple[Maker, str]] = {}
REFUSED: dict[str, tuple[Maker, str]] = {}


def folder(shows: str) -> Callable[[Maker], Maker]:
    """Register what makes a folder, and the code of a notice that shows its trouble."""

    def register(make: Maker) -> Maker:
        FOLDERS[make.__name__] = make, shows
        return make

    return register


def refused(words: str) -> Callable[[Maker], Maker]:
    """Register what makes a folder that is refused with these words."""

    def register(make: Maker) -> Maker:
        REFUSED[make.__name__] = make, words
        return make

    return register


def time(rng: Random) -> str:
    found = datetime(2022, 5, 1) + timedelta(minutes=rng.randrange(40_000))
    return f"{found:%Y-%m-%d %H:%M:%S}"


def orders(rng: Random, count: int = 20) -> Table:
    """Orders of two shops, with ids of 19 digits."""
    return [
        [
            f"S{n % 2}", f"{6_921_738_301_234_567_001 + 7919 * n}", time(rng), time(rng),
            f"{n}.50", f"B{n % 5}", "2022-05-20 10:00:00",
        ]
        for n in range(count)
    ]  # fmt: skip


def reviews(rng: Random, of: Sequence[Sequence[str]], count: int = 10) -> Table:
    """Reviews of orders, some of which are of the other shop, or of no shop."""
    named = [*(row[1] for row in of), "GONE", ""]
    return [
        [f"S{n % 2}", f"R{n}", rng.choice(named), time(rng), rng.choice("12345")]
        for n in range(count)
    ]


def renamed(rows: Table, ids: Sequence[str]) -> Table:
    """The same orders under other ids."""
    return [[row[0], id, *row[2:]] for row, id in zip(rows, ids, strict=True)]


def write(path: Path, rows: Table, head: Sequence[str] = HEAD, encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_text([head, *rows], lineterminator="\n").encode(encoding))


def write_parquet(path: Path, frame: pl.DataFrame) -> None:
    """Parquet in groups of five rows, so that batches end within them too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(path, row_group_size=5)


def frame(rows: Table, head: Sequence[str] = HEAD) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(head, pl.String), orient="row")


def typed(rows: Table) -> pl.DataFrame:
    """Orders with times and amounts of their own types, and shops as categories."""
    return frame(rows).with_columns(
        pl.col("paid_at", "picked_up_at", "updated_at").str.to_datetime(),
        pl.col("amount").cast(pl.Decimal(12, 2)),
        pl.col("shop_id").cast(pl.Categorical),
    )


def states(rng: Random, rows: Table) -> Table:
    """Other states of half of the rows: older, newer, without a time, of the same time, and copies."""
    times = ["2022-05-19 10:00:00", "2022-05-21 10:00:00", "", "2022-05-20 10:00:00", None]
    found = []
    for n, row in enumerate(rows[::2]):
        when = times[n % len(times)]
        changed = [*row[:3], time(rng), "9.99", row[5], when]
        found.append(list(row) if when is None else [str(cell) for cell in changed])
    return found


@folder("rows_repeated")
def states_far_from_each_other(rng: Random, path: Path) -> None:
    rows = orders(rng)
    write(path / "orders.csv", [*rows[:10], *states(rng, rows), *rows[10:]])
    write(path / "reviews.csv", reviews(rng, rows), REVIEWS)


@folder("rows_repeated")
def states_in_other_files(rng: Random, path: Path) -> None:
    rows = orders(rng)
    write(path / "orders" / "part-1.csv", states(rng, rows))
    write_parquet(path / "orders" / "part-2.parquet", typed(rows[:9]))
    write_parquet(path / "orders" / "part-3.parquet", frame(rows[9:]))
    write(path / "orders" / "part-4.csv", states(rng, rows))


@folder("rows_repeated")
def states_in_folders_of_days(rng: Random, path: Path) -> None:
    rows = orders(rng)
    for day, own in (("01", rows[:12]), ("02", states(rng, rows)), ("03", rows[12:])):
        place = path / "orders" / f"dt=2022-05-{day}" / "shop_id=S7"
        write_parquet(place / "part-0.parquet", frame(own).drop("shop_id"))


@folder("rows_set_aside")
def the_first_id_with_a_digit_stands_last(rng: Random, path: Path) -> None:
    """Words are ids where all ids are words; one number among them says that they are not."""
    words = [f"order-{chr(97 + n)}" for n in range(18)]
    write(path / "orders.csv", renamed(orders(rng), [*words, "A1", "Page 1 of 2"]))


@folder("rows_set_aside")
def ids_with_a_word_before_the_number(rng: Random, path: Path) -> None:
    """More than half of the ids have it, so it belongs to them; the first rows say otherwise."""
    ids = [str(n) for n in range(8)] + [f"订单{n}" for n in range(8, 19)]
    write(path / "orders.csv", renamed(orders(rng), [*ids, "共19条记录"]))
    half = [f"订单{n}" for n in range(7)] + [str(n) for n in range(30, 43)]
    write(path / "甲" / "orders.csv", renamed(orders(rng), half))


@folder("rows_set_aside")
def ids_that_lost_their_digits_in_one_file(rng: Random, path: Path) -> None:
    """That every long id of a file ends in zeros is evidence; of some rows it is none."""
    rows = orders(rng)
    lost = [row[1][:15] + "0000" for row in rows[:4]]
    write(path / "orders" / "1.csv", rows[4:12])
    write(path / "orders" / "2.csv", renamed(rows[:4], lost))
    write(path / "orders" / "3.csv", renamed(rows[12:], [*lost, *(r[1] for r in rows[16:])]))
    short = [[row[0], f"{n}", *row[2:]] for n, row in enumerate(rows[:10])]
    write(path / "orders" / "4.csv", [*short, *renamed(rows[:3], lost[:3])])


@folder("cells_emptied")
def times_of_every_kind(rng: Random, path: Path) -> None:
    odd = ["yesterday", "1717200000", "0000-00-00", "2022-05-20T01:00:00Z", "2022/5/2 9:04", "-"]
    odd += ["2022年5月2日 下午 9:04", "２０２２-05-20 10:00", "9999-12-31", "2000-01-01 00:00:00"]
    rows = orders(rng)
    for n, row in enumerate(rows):
        row[2 + n % 2] = odd[n % len(odd)] if n >= 8 else row[2 + n % 2]
    write(path / "orders.csv", rows)
    write(path / "reviews.csv", reviews(rng, rows), REVIEWS)


@folder("rows_set_aside")
def cells_out_of_range_late(rng: Random, path: Path) -> None:
    rows = orders(rng)
    rows[-1][4], rows[-2][1], rows[-3][0], rows[-4][4] = "-1", " ", "", "free"
    told = reviews(rng, rows)
    told[-1][4], told[-2][4], told[-3][3] = "9", "good", ""
    write(path / "orders.csv", rows)
    write(path / "reviews.csv", told, REVIEWS)


@folder("rows_set_aside")
def rows_of_another_width(rng: Random, path: Path) -> None:
    """All rows of a file may be longer than its header, unless one says what is too much."""
    rows = orders(rng)
    write(path / "orders" / "all.csv", [[*row, ""] for row in rows[:8]])
    write(path / "orders" / "one.csv", [*([*row, ""] for row in rows[8:15]), [*rows[15], "x"]])
    write(path / "orders" / "short.csv", [*(row[:-1] for row in rows[16:19]), rows[19]])


@folder("rows_set_aside")
def headers_again_and_cells_of_several_lines(rng: Random, path: Path) -> None:
    rows = orders(rng)
    rows[3][5], rows[11][5] = "two\nlines", "three\nwhole\nlines"
    rows[12][2], rows[17][2] = "never", "never"
    write(path / "orders.csv", [*rows[:9], [*HEAD], *rows[9:], [*HEAD], ["合计", *[""] * 6]])


@folder("encoding_guessed")
def another_encoding_of_which_the_last_row_tells(rng: Random, path: Path) -> None:
    rows = orders(rng)
    rows[-1][5] = "张三"
    write(path / "orders.csv", rows, encoding="gb18030")
    write(path / "reviews.csv", reviews(rng, rows), REVIEWS, encoding="utf-16")


@folder("cells_emptied")
def columns_whose_type_depends_on_their_last_rows(rng: Random, path: Path) -> None:
    """Of times, some beyond the calendar; of integers, some that no amount can be."""
    table = typed(orders(rng))
    late = [None] * 18 + [datetime(9999, 12, 31, 23, 59), datetime(2000, 1, 1)]
    beyond = pl.Series("signed_at", [None] * 18 + [9 * 10**17, 0], pl.Int64).cast(pl.Datetime("us"))
    large = pl.Series("amount", [*range(19), 1 << 62])
    write_parquet(
        path / "orders.parquet",
        table.with_columns(pl.Series("picked_up_at", late), beyond, large, carrier=None),
    )


@folder("suborders_merged")
def suborders_far_from_each_other(rng: Random, path: Path) -> None:
    rows = [
        [
            f"69217383012345670{n % 9:02}", f"69217383012345671{n:02}", time(rng), time(rng),
            f"￥{n},000.50", rng.choice(["已完成", "已关闭", "不知道"]),
        ]
        for n in range(20)
    ]  # fmt: skip
    write(path / "S1" / "五月.csv", [*rows, *rows[:4]], EXPORT, encoding="gb18030")
    again = [[*row[:4], "￥7", "已关闭"] for row in rows[::3]]
    write(path / "S1" / "again.csv", [*again, ["合计", "", "", "", "99", ""]], EXPORT)


@refused("another header")
def another_header_late(rng: Random, path: Path) -> None:
    other = ["order_id", "shop_id", "carrier", "paid_at", "amount", "", ""]
    write(path / "orders.csv", [*orders(rng), other])
    write(path / "reviews.csv", [["S0", "R1", "", "never"]], REVIEWS[:4])


@refused("column buyer_id: '")
def bytes_of_no_encoding_late(rng: Random, path: Path) -> None:
    rows = orders(rng)
    rows[2][5], rows[-2][5] = "张三", "@@"
    write(path / "orders.csv", rows)
    whole = (path / "orders.csv").read_bytes()
    (path / "orders.csv").write_bytes(whole.replace(b"@@", b"\xff\xfe"))


@refused("floats lose their digits")
def ids_as_floats_late(rng: Random, path: Path) -> None:
    ids = pl.Series("buyer_id", [None] * 19 + [7.0], pl.Float64)
    write_parquet(path / "orders.parquet", typed(orders(rng)).with_columns(ids))


@refused("part-2.csv: no column order_id")
def a_file_without_its_key(rng: Random, path: Path) -> None:
    rows = orders(rng)
    write(path / "orders" / "part-1.csv", rows)
    write(path / "orders" / "part-2.csv", [row[:1] for row in rows], HEAD[:1])


def made(name: str, make: Maker, path: Path) -> Path:
    """The folder of that name; the same each time."""
    make(Random(name), path / "in")
    return path / "in"


def found_in(events: ss.Events, aside: Path) -> dict[str, Any]:
    """Everything that can be seen of events."""
    report = events.report
    written = write_quarantine(report, aside)
    return {
        "frames": {name: (rows.schema, rows.rows()) for name, rows in events.frames.items()},
        "places": {name: events.origin(name, range(len(f))) for name, f in events.frames.items()},
        "shops": events.shops.rows(),
        "digest": events.digest,
        "books": report.to_dict(),
        "set aside": report.set_aside.rows(),
        "repaired": report.repaired.rows(),
        "notices": [notice.to_dict() for notice in report.notices],
        "quarantine": {str(path.relative_to(aside)): path.read_bytes() for path in written},
    }


def scored(source: Path | ss.Events) -> str:
    """The document of a result."""
    return ss.score(source, platform="douyin", as_of=AS_OF).to_json()


@pytest.mark.parametrize("name", FOLDERS)
def test_where_a_batch_ends_changes_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither to the events nor to the score of the folder, which is that of the events."""
    source = made(name, FOLDERS[name][0], tmp_path)
    whole = ss.read_events(source, platform="douyin")
    found, result = found_in(whole, tmp_path / "aside"), scored(whole)
    for size in SIZES:
        monkeypatch.setattr("shopscore.reading.batches.BATCH_ROWS", size)
        events = ss.read_events(source, platform="douyin")
        for part, value in found_in(events, tmp_path / str(size)).items():
            assert value == found[part], (size, part)
        if size in SCORED:
            assert scored(source) == result, size


def read(source: Path) -> object:
    return ss.read_events(source, platform="douyin")


@pytest.mark.parametrize("take", [read, scored])
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_refused_with_the_same_words(
    name: str, take: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, words = REFUSED[name]
    source = made(name, make, tmp_path)
    said = set()
    for size in SIZES:
        monkeypatch.setattr("shopscore.reading.batches.BATCH_ROWS", size)
        with pytest.raises(ss.InputError, match=words) as error:
            take(source)
        said.add((error.value.text("en"), error.value.text("zh")))
    assert len(said) == 1, said


@pytest.mark.parametrize("name", FOLDERS)
def test_each_folder_has_its_trouble(name: str, tmp_path: Path) -> None:
    """Else it would show nothing."""
    make, code = FOLDERS[name]
    report = ss.read_events(made(name, make, tmp_path), platform="douyin").report
    assert code in [notice.code for notice in report.notices]
    assert all(books.balanced for books in report.books.values())
