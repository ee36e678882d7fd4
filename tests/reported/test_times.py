"""Reported cases: forms of times, placeholders of "never", money, and clocks that are changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.model.layouts import CellForm, Layout
from shopscore.model.merging import merge_streams
from shopscore.model.streams import CANONICAL
from shopscore.plugins.layout_toml import parse_layout
from shopscore.reading.rows.cells import parse
from support.event_rows import books, incidents, seconds
from support.exports.export_files import as_text, needs_excel, write_workbook

HERE = Path(__file__).parent
STATED = (
    "%Y-%m-%d %H:%M:%S",
    "%d/%m/%y %I:%M:%S %p",
    "%Y%m%d%H%M%S",
    "%b %d %Y, %H.%M",
    "%d. %B %Y",
    "%H:%M:%S.%f %m-%d-%Y",
)
EVENING = seconds("2022-05-20 22:00:00")


def times(events: ss.Events, column: str = "paid_at", stream: str = "orders") -> dict[str, Any]:
    (key,) = events.streams[stream].key
    return dict(events.frames[stream].select(key, column).rows())


class TestForms:
    def test_of_case_15(self) -> None:
        path = HERE / "15-chinese-and-12-hour-times-in-text" / "订单.csv"
        events = ss.read_events(path, platform="kuaishou", shop_id="S1")
        first = "220000000000000000"
        assert times(events) == {
            f"{first}0": EVENING,
            f"{first}1": EVENING + 5,
            f"{first}2": EVENING + 5,
            f"{first}3": EVENING + 5,
            f"{first}4": EVENING,
            f"{first}5": seconds("2022-05-20 00:00:00"),
            f"{first}7": EVENING + 5,
            f"{first}9": EVENING,
        }
        told = incidents(events.report.set_aside, "line", "value", "reason")
        assert [row[:2] for row in told] == [(8, "20220520220005"), (10, "2022-05-20 24:00:00")]
        assert all("2024-06-30 12:00:00" in reason for *_, reason in told)

    @pytest.mark.parametrize(
        ("cell", "wall"),
        [
            ("2022年5月20日22:00", "2022-05-20 22:00:00"),
            ("2022年5月20日22时00分05秒", "2022-05-20 22:00:05"),
            ("2022年05月20日 22时05分", "2022-05-20 22:05:00"),
            ("2022年5月20日 下午10:00", "2022-05-20 22:00:00"),
            ("2022年5月20日", "2022-05-20 00:00:00"),
            ("2022-05-20 上午 12:30", "2022-05-20 00:30:00"),
            ("2022-05-20 下午 12:30:59", "2022-05-20 12:30:59"),
            ("2022/5/20 12:30 AM", "2022-05-20 00:30:00"),
            ("2022/5/20 12:30 PM", "2022-05-20 12:30:00"),
            ("2022/5/20 9:05:07 p.m.", "2022-05-20 21:05:07"),
            ("2022/5/20 9:05am", "2022-05-20 09:05:00"),
            ("2022.05.20", "2022-05-20 00:00:00"),
            ("２０２２－０５－２０　２２：００：０５", "2022-05-20 22:00:05"),
            ("2022-05-20 10:00:00 PM +08:00", "2022-05-20 22:00:00"),
            ("2022-05-20T14:00:00＋００:００", "2022-05-20 22:00:00"),
        ],
    )
    @pytest.mark.parametrize("column", ["paid_at", "cancelled_at"])
    def test_that_have_one_meaning(self, cell: str, wall: str, column: str) -> None:
        rows = {"shop_id": ["S1"], "order_id": ["1"], column: [cell]}
        events = ss.read_events({"orders": pl.DataFrame(rows)}, tz="Asia/Shanghai")
        assert times(events, column) == {"1": seconds(wall)}

    @pytest.mark.parametrize(
        "cell",
        [
            "2022-05-20 下午 13:00",
            "2022-05-20 上午 9:00 PM",
            "5/20/2022 10:00 PM",
            "2022年13月1日",
            "2022年5月20日 22:60",
            "2022-5-2022:00",
            "22-06-01 10:00:00",
            "2022-05-20 10: PM",
            "２０２２-02-30 10:00:00",
            "2022-05-20 晚上 10:00",
        ],
    )
    def test_that_have_none(self, cell: str) -> None:
        rows = {"shop_id": ["S1"], "order_id": ["1"], "paid_at": [cell]}
        events = ss.read_events({"orders": pl.DataFrame(rows)}, tz="Asia/Shanghai")
        assert incidents(events.report.set_aside, "value") == [(cell,)]

    def test_of_full_width(self) -> None:
        folder = HERE / "02-fullwidth-time"
        evening = seconds("2022-06-01 18:30:00")
        assert times(ss.read_events(folder / "orders.csv", tz="Asia/Shanghai")) == {
            "1": evening,
            "2": evening,
        }
        there = ss.read_events(folder / "offset", tz="Asia/Shanghai")
        assert times(there) == {"1": seconds("2022-06-01 10:00:00")}

    def test_a_column_has_times_with_and_without_offset(self) -> None:
        rows = {
            "shop_id": ["S1"] * 3,
            "order_id": ["1", "2", "3"],
            "paid_at": ["2022-06-01 18:00:00", "2022-06-01T10:00:00Z", "2022/6/1 下午 6:00"],
        }
        found = times(ss.read_events({"orders": pl.DataFrame(rows)}, tz="Asia/Shanghai"))
        assert set(found.values()) == {seconds("2022-06-01 18:00:00")}


class TestStatedForms:
    def layout(self, name: str, *more: str) -> Layout:
        text = (HERE / "16-epoch-timestamps" / "aftersale.toml").read_text("utf-8")
        return parse_layout("\n".join([text, *more]), name)

    def test_of_case_16(self) -> None:
        applied = seconds("2022-05-26 10:00:00")
        for name, form in (("seconds", "epoch_s"), ("millis", "epoch_ms")):
            stated = (f'{c} = "{form}"' for c in ("applied_at", "approved_at", "closed_at"))
            layout = self.layout(name, "[time_format]", *stated, '[unit]\nrefund_amount = "fen"')
            path = HERE / "16-epoch-timestamps" / f"{name}.csv"
            events = ss.read_events(path, tz="Asia/Shanghai", shop_id="S1", layouts=[layout])
            assert set(times(events, "applied_at", "aftersales").values()) == {applied}
            assert set(times(events, "approved_at", "aftersales").values()) == {applied + 3600}
            assert books(events, "aftersales").get("set_aside", 0) == 0
            assert events.frames["aftersales"]["refund_amount"].unique().to_list() == [8900]

    def test_not_stated_nothing_is_guessed(self) -> None:
        path = HERE / "16-epoch-timestamps" / "seconds.csv"
        layouts = [self.layout("own")]
        events = ss.read_events(path, tz="Asia/Shanghai", shop_id="S1", layouts=layouts)
        ((value, reason),) = incidents(events.report.set_aside, "value", "reason")
        assert (value, "time_format" in reason) == ("1653530400", True)

    @pytest.mark.parametrize("dtype", [pl.Int64, pl.Float64])
    def test_dataframes_are_told_the_conversion(self, dtype: Any) -> None:
        frame = pl.DataFrame({"shop_id": ["S1"], "order_id": ["1"], "paid_at": [1653012000]})
        frame = frame.with_columns(pl.col("paid_at").cast(dtype))
        with pytest.raises(ss.InputError, match=r'paid_at.*pd\.to_datetime\(df\["paid_at"\]') as e:
            ss.read_events({"orders": frame}, platform="douyin")
        assert "paid_at" in e.value.text("zh")

    @pytest.mark.parametrize(
        ("form", "cell", "wall"),
        [
            ("%d/%m/%Y %H:%M", "3/4/2022 9:05", "2022-04-03 09:05:00"),
            ("%m/%d/%y %I:%M:%S %p", "04/03/22 12:05:06 AM", "2022-04-03 00:05:06"),
            ("%Y/%m/%d %p %I:%M", "2022/4/3 下午 9:05", "2022-04-03 21:05:00"),
            ("%Y%m%d%H%M%S", "20220403090506", "2022-04-03 09:05:06"),
            ("%b %d, %Y", "Apr 3, 2022", "2022-04-03 00:00:00"),
            ("%d %B %Y %H.%M", "3 april 2022 09.05", "2022-04-03 09:05:00"),
            ("%Y-%m-%dT%H:%M:%S.%f%z", "2022-04-03T01:05:06.123456+0000", "2022-04-03 09:05:06"),
            ("100%% %Y-%m-%d", "100% 2022-04-03", "2022-04-03 00:00:00"),
            ("%d/%m/%Y", "０３/０４/２０２２", "2022-04-03 00:00:00"),
            ("epoch_s", "1648947906.9", "2022-04-03 09:05:06"),
            ("epoch_ms", "1648947906999", "2022-04-03 09:05:06"),
            ("epoch_s", "2022-04-03 09:05:06", "2022-04-03 09:05:06"),
            ("serial", "44654", "2022-04-03 00:00:00"),
            ("serial", "44654.3785416667", "2022-04-03 09:05:06"),
            ("serial", "2022/4/3 9:05", "2022-04-03 09:05:00"),
            ("epoch_s", "0", None),
            ("epoch_ms", "0", None),
            ("serial", "0", None),
            ("%d/%m/%Y", "无", None),
            ("%d/%m/%Y", "01/01/1970", None),
        ],
    )
    def test_are_read(self, form: str, cell: str, wall: str | None, tmp_path: Path) -> None:
        events = read_export(tmp_path, "paid_at", [cell], f'[time_format]\npaid_at = "{form}"')
        assert times(events) == {"1": None if wall is None else seconds(wall)}

    @pytest.mark.parametrize(
        ("form", "cell"),
        [
            ("%d/%m/%Y", "2022-04-03"),
            ("%d/%m/%Y", "4/13/2022"),
            ("%Y%m%d%H%M%S", "202243090506"),
            ("%I:%M %p %d.%m.%Y", "13:05 PM 03.04.2022"),
            ("epoch_ms", "1648947906"),
            ("epoch_s", "1648947906999"),
            ("epoch_s", "1.65E+09"),
            ("serial", "44654,5"),
        ],
    )
    def test_other_forms_are_not(self, form: str, cell: str, tmp_path: Path) -> None:
        events = read_export(tmp_path, "paid_at", [cell], f'[time_format]\npaid_at = "{form}"')
        ((value, reason),) = incidents(events.report.set_aside, "value", "reason")
        assert (value, form in reason) == (cell, True)

    def test_serial_days_of_a_workbook_without_a_date_format(self, tmp_path: Path) -> None:
        needs_excel()
        path = tmp_path / "导出.xlsx"
        write_workbook(path, [["订单号", "时间", "金额"], ["A1", 44654.3785416667, 5]])
        stated = parse_layout(LAYOUT + '[time_format]\npaid_at = "serial"', "own")
        events = ss.read_events(path, tz="Asia/Shanghai", shop_id="S1", layouts=[stated])
        assert times(events) == {"A1": seconds("2022-04-03 09:05:06")}


LAYOUT = """schema = 1
id = "own"
zh = "我的"
en = "own"
stream = "orders"
headers = ["订单号"]
[columns]
order_id = "订单号"
paid_at = "时间"
amount = "金额"
is_presale = "预售时间"
"""


def read_export(
    folder: Path, column: str, cells: Sequence[str], stated: str = "", end: str = ".csv"
) -> ss.Events:
    """An export with one row for each cell of a column."""
    layout = parse_layout(LAYOUT + stated, "own")
    (header,) = layout.columns[column]
    path = folder / f"导出{end}"
    rows = [["订单号", header], *([str(i), cell] for i, cell in enumerate(cells, start=1))]
    if end == ".xlsx":
        needs_excel()
        write_workbook(path, rows)
    else:
        path.write_text(as_text(rows), encoding="gb18030")
    return ss.read_events(path, tz="Asia/Shanghai", shop_id="S1", layouts=[layout])


class TestNever:
    def test_of_case_18(self) -> None:
        path = HERE / "18-placeholder-times" / "订单.csv"
        events = ss.read_events(path, platform="kuaishou", shop_id="S1")
        assert books(events) == {"in": 6, "accepted": 6}
        first = "220000000000000000"
        assert [id for id, paid in times(events).items() if paid is None] == [
            f"{first}2",
            f"{first}3",
        ]
        assert [id for id, yes in times(events, "is_presale").items() if yes] == [f"{first}6"]

    NEVER = (
        "1970-01-01 08:00:00",
        "1970/1/1 8:00",
        "1970-01-01",
        "1970-01-01T00:00:00Z",
        "0000-00-00",
        "0000/0/0 0:00",
        "1900-01-00 00:00:00",
        "1899-12-30 00:00:00",
        "1900-01-01 00:00:00",
        "1900/1/1",
        "0001-01-01 00:00:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+08:00",
        "1753-01-01",
        "9999-12-31 23:59:59",
        "9999-12-31T23:59:59Z",
        "9999/12/31",
        "0",
        "0.0",
        "０",
        "无",
        "-",
        "--",
        "null",
        "NULL",
        "NaT",
        "暂无",
    )

    @pytest.mark.parametrize("cell", NEVER)
    @pytest.mark.parametrize("column", ["paid_at", "cancelled_at"])
    def test_in_canonical_files(self, cell: str, column: str, tmp_path: Path) -> None:
        path = tmp_path / "orders.csv"
        path.write_text(f"shop_id,order_id,{column}\nS1,1,{cell}\n", encoding="utf-8")
        events = ss.read_events(path, tz="Asia/Shanghai")
        assert books(events) == {"in": 1, "accepted": 1}
        assert times(events, column) == {"1": None}

    @pytest.mark.parametrize("end", [".csv", ".xlsx"])
    def test_in_exports(self, end: str, tmp_path: Path) -> None:
        events = read_export(tmp_path, "paid_at", self.NEVER, end=end)
        assert books(events) == {"in": len(self.NEVER), "accepted": len(self.NEVER)}
        assert set(times(events).values()) == {None}

    def test_in_a_required_column_the_row_is_set_aside(self) -> None:
        rows = {"shop_id": ["S1"], "review_id": ["1"], "reviewed_at": ["0000-00-00"]}
        frame = pl.DataFrame({**rows, "rating": ["5"]})
        events = ss.read_events({"reviews": frame}, tz="Asia/Shanghai")
        assert incidents(events.report.set_aside, "column", "reason") == [
            ("reviewed_at", "required, and empty")
        ]

    @pytest.mark.parametrize(
        ("zone", "wall"),
        [
            ("America/New_York", "1969-12-31 19:00:00"),
            ("Europe/London", "1970-01-01 01:00:00"),
            ("UTC", "1970-01-01 00:00:00"),
        ],
    )
    def test_is_the_zero_of_the_zone(self, zone: str, wall: str) -> None:
        rows = {
            "shop_id": ["S1"] * 2,
            "order_id": ["1", "2"],
            "paid_at": [wall, "1970-01-01 08:00:00"],
        }
        found = times(ss.read_events({"orders": pl.DataFrame(rows)}, tz=zone))
        assert found == {"1": None, "2": 8 * 3600}

    def test_in_typed_columns(self) -> None:
        zero = datetime(1970, 1, 1, tzinfo=UTC)
        columns = {
            "paid_at": [zero, datetime(2022, 5, 20, 14, tzinfo=UTC)],
            "cancelled_at": [datetime(1970, 1, 1, 8), datetime(2022, 5, 20, 22)],
            "created_at": [date(1970, 1, 1), date(2022, 5, 20)],
        }
        frame = pl.DataFrame({"shop_id": ["S1"] * 2, "order_id": ["1", "2"], **columns})
        events = ss.read_events({"orders": frame}, tz="Asia/Shanghai")
        assert books(events) == {"in": 2, "accepted": 2}
        for name in ("paid_at", "cancelled_at"):
            assert times(events, name) == {"1": None, "2": EVENING}
        assert times(events, "created_at") == {"1": None, "2": seconds("2022-05-20 00:00:00")}

    @pytest.mark.parametrize(
        ("never", "cell"),
        [
            (datetime(1, 1, 1), "0001-01-02 00:00:01"),
            (datetime(1753, 1, 1), "1753-01-01 00:00:01"),
            (datetime(1900, 1, 1), "1900-01-01 00:00:01"),
            (datetime(9999, 12, 31, 23, 59, 59, 999_999), "9999-12-29 23:59:59"),
        ],
    )
    @pytest.mark.parametrize("zone", [None, "UTC"])
    def test_in_typed_columns_at_the_ends_of_other_calendars(
        self, never: datetime, cell: str, zone: str | None
    ) -> None:
        """Only the very second is "never", but on the first and the last day of all."""
        times_there = pl.Series([never, datetime.fromisoformat(cell)]).dt.replace_time_zone(zone)
        frame = pl.DataFrame({"shop_id": "S1", "order_id": ["1", "2"], "paid_at": times_there})
        found = times(ss.read_events({"orders": frame}, tz="UTC"))
        assert found == {"1": None, "2": seconds(cell)}

    def test_on_the_last_day_beyond_the_calendar_of_the_zone(self) -> None:
        ends = pl.Series([datetime(1, 1, 1), datetime(9999, 12, 31, 23)])
        for zone, offset in (("Asia/Shanghai", "UTC"), ("UTC", "Asia/Shanghai")):
            frame = pl.DataFrame(
                {
                    "shop_id": "S1",
                    "order_id": ["1", "2"],
                    "cancelled_at": ends.dt.replace_time_zone(offset),
                }
            )
            events = ss.read_events({"orders": frame}, tz=zone)
            assert times(events, "cancelled_at") == {"1": None, "2": None}
            assert books(events) == {"in": 2, "accepted": 2}

    PRESALE = ("2022-05-10 10:00:00", "2022年5月10日", *NEVER, "", "已付")

    @pytest.mark.parametrize(("words", "other"), [('"*time*" = true', False), ('"*" = true', True)])
    @pytest.mark.parametrize("end", [".csv", ".xlsx"])
    def test_yes_or_no_asks_whether_there_is_a_time(
        self, words: str, other: bool, end: str, tmp_path: Path
    ) -> None:
        stated = f"[words.is_presale]\n{words}"
        events = read_export(tmp_path, "is_presale", self.PRESALE, stated, end)
        yes = [int(id) for id, found in times(events, "is_presale").items() if found]
        assert yes == [1, 2, *([len(self.PRESALE)] if other else [])]
        assert incidents(events.report.repaired, "value") == ([] if other else [("已付",)])

    def test_of_counted_times_as_well(self, tmp_path: Path) -> None:
        stated = '[words.is_presale]\n"*time*" = true\n[time_format]\nis_presale = "epoch_s"'
        events = read_export(tmp_path, "is_presale", ["1653530400", "0", ""], stated)
        assert times(events, "is_presale") == {"1": True, "2": False, "3": False}


class TestMoney:
    def read(self, *stated: str) -> ss.Events:
        folder = HERE / "19-decimal-comma"
        text = (folder / "orders.toml").read_text("utf-8")
        layout = parse_layout("\n".join([text, *stated]), "eu")
        path = folder / "orders.csv"
        return ss.read_events(path, tz="Europe/Berlin", shop_id="S1", layouts=[layout])

    def test_of_case_19(self) -> None:
        events = self.read()
        assert list(times(events, "amount").values()) == [7048, None, 129990, 420, None, 123450]
        assert incidents(events.report.repaired, "value") == [("59,90 €",), ("59.900",)]

    def test_with_the_decimal_mark_stated(self) -> None:
        events = self.read('[decimal]\namount = ","')
        assert list(times(events, "amount").values()) == [7048, 5990, 129990, 420, 5_990_000, None]
        assert incidents(events.report.repaired, "value") == [("1,234.50",)]
        events = self.read('[decimal]\namount = "."')
        assert list(times(events, "amount").values()) == [None, None, None, None, 5990, 123450]

    @pytest.mark.parametrize(
        ("cell", "fen"), [("8900", 8900), ("8,900", 8900), ("8900.00", 8900), ("89.5", None)]
    )
    def test_in_minor_units(self, cell: str, fen: int | None, tmp_path: Path) -> None:
        events = read_export(tmp_path, "amount", [cell], '[unit]\namount = "fen"')
        assert times(events, "amount") == {"1": fen}

    def test_in_workbooks(self, tmp_path: Path) -> None:
        cells = ["70,48", "1 299,90", "12,345", "-"]
        events = read_export(tmp_path, "amount", cells, end=".xlsx")
        assert list(times(events, "amount").values()) == [7048, 129990, 1234500, None]

    def test_of_counts_and_numbers(self, tmp_path: Path) -> None:
        layout = parse_layout(
            'schema = 1\nid = "own"\nzh = "x"\nen = "x"\nstream = "shop_facts"\n'
            'headers = ["事项"]\n[columns]\ndate = "日"\nname = "事项"\nvalue = "值"\n',
            "own",
        )
        path = tmp_path / "导出.csv"
        cells = ["0,5", "12,345", "1.250", "1,25"]
        rows = [["日", "事项", "值"], *(["2022-05-20", str(i), c] for i, c in enumerate(cells))]
        path.write_text(as_text(rows), encoding="utf-8")
        events = ss.read_events(path, tz="Asia/Shanghai", shop_id="S1", layouts=[layout])
        found = events.frames["shop_facts"].sort("name")["value"].to_list()
        assert found == [500_000, 12_345_000_000, 1_250_000, 1_250_000]


class TestLayouts:
    @pytest.mark.parametrize(
        ("stated", "said"),
        [
            ('[time_format]\npaid_at = "%d/%m"', r"time_format\.paid_at: .*year, month and day"),
            ('[time_format]\npaid_at = "%d/%m/%Y %I:%M"', "%I"),
            ('[time_format]\npaid_at = "%d/%m/%Y %j"', "%j cannot be read"),
            ('[time_format]\npaid_at = "%d/%m/%Y %"', "% cannot be read"),
            ('[time_format]\npaid_at = "%Y-%m-%d %Y"', "twice"),
            ('[time_format]\namount = "epoch_s"', "amount is a column of money"),
            ('[time_format]\nsigned_at = "epoch_s"', "names no header for signed_at"),
            ('[time_format]\nsign_at = "epoch_s"', "did you mean signed_at"),
            ('[unit]\namount = "cent"', "'cent' is not one of yuan, fen"),
            ('[unit]\npaid_at = "fen"', "column of time"),
            ('[decimal]\namount = ";"', "';' is not one of"),
            ('[decimal]\npaid_at = ","', "column of time"),
            ('[words.paid_at]\n"*time*" = "x"', "yes or no"),
        ],
    )
    def test_are_refused_with_the_place(self, stated: str, said: str) -> None:
        with pytest.raises(ss.RuleSetError, match=said) as error:
            parse_layout(LAYOUT + stated, "own.toml")
        assert str(error.value).startswith("own.toml: ")

    def test_state_an_encoding(self) -> None:
        top = LAYOUT.replace("[columns]", 'encoding = "Shift_JIS"\n[columns]')
        assert parse_layout(top, "own").encoding == "shift_jis"
        assert parse_layout(LAYOUT, "own").encoding is None
        for wrong in ("klingon", "hex"):
            with pytest.raises(ss.RuleSetError, match="no encoding of text"):
                parse_layout(top.replace("Shift_JIS", wrong), "own")

    @given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1)), st.sampled_from(STATED))
    @settings(max_examples=150, deadline=None)
    def test_a_form_reads_what_strptime_reads(self, at: datetime, form: str) -> None:
        text = at.strftime(form)
        column = merge_streams(CANONICAL)["orders"].column("paid_at")
        found = parse(pl.Series([text]), column, ZoneInfo("UTC"), CellForm(form)).values.to_list()
        expected = datetime.strptime(text, form).replace(tzinfo=None, microsecond=0)
        assert found == [(expected - datetime(1970, 1, 1)) // timedelta(seconds=1)]

    @pytest.mark.parametrize("minor", [2**53 // 100, -(2**53 // 100)])
    def test_larger_amounts_do_not_survive_a_double(self, minor: int) -> None:
        column = merge_streams(CANONICAL)["orders"].column("amount")
        beyond = minor + (1 if minor > 0 else -1)
        for number, read in ((minor, minor * 100), (beyond, None), (-(2**63), None)):
            cells = parse(pl.Series([number], dtype=pl.Int64), column, None)
            assert cells.values.to_list() == [read]
            assert (cells.unreadable is not None) == (read is None)

    def test_integers_within_a_double(self) -> None:
        column = merge_streams(CANONICAL)["conversations"].column("rounds")
        for number, read in ((2**53, 2**53), (2**53 + 1, None), (-(2**53), -(2**53))):
            assert parse(pl.Series([number]), column, None).values.to_list() == [read]
        whole = float(2**53)
        assert parse(pl.Series([whole - 1, whole]), column, None).values.to_list() == [
            2**53 - 1,
            None,
        ]

    def test_no_number_is_no_repair(self) -> None:
        column = merge_streams(CANONICAL)["orders"].column("amount")
        cells = parse(pl.Series([float("nan"), 1.5, 0.001]), column, None)
        assert cells.values.to_list() == [None, 150, None]
        assert cells.unreadable is not None
        assert cells.unreadable.to_list() == [False, False, True]
        assert parse(pl.Series([float("nan"), None, 1.5]), column, None).unreadable is None

    def test_a_date_beyond_the_calendar_is_no_time(self) -> None:
        column = merge_streams(CANONICAL)["orders"].column("paid_at")
        days = pl.Series([2932895, 2932897]).cast(pl.Int32).cast(pl.Date)
        cells = parse(days, column, None)
        assert cells.values.to_list() == [seconds("9999-12-30 00:00:00"), None]
        assert cells.unreadable is not None
        assert cells.unreadable.to_list() == [False, True]
