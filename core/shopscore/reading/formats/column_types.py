"""Types of columns: which a cell can be read from, and what to do about the others."""

from __future__ import annotations

import polars as pl

from ...errors import InputError
from ...messages import Message, message
from ...model.streams import Kind

#: Days from the epoch to the first and the last day of the calendar, less one for any zone.
_FIRST_DAY, _LAST_DAY = -719_161, 2_932_895
#: Nanoseconds cannot leave the calendar.
_PER_DAY = {"ms": 86_400_000, "us": 86_400_000_000}
#: The days at the ends of the calendar, which programs write for "never": shown without a time.
_ENDS = {_FIRST_DAY - 1: "0001-01-01", _LAST_DAY + 1: "9999-12-31"}
#: By UTC they may lie a day beyond.
_ZONED_ENDS = {_FIRST_DAY - 2: "0001-01-01", _LAST_DAY + 2: "9999-12-31", **_ENDS}
_NESTED = (pl.List, pl.Array, pl.Struct)

#: How a column becomes text, by the library that its dataframe is of.
_AS_TEXT = {
    "pandas": 'frame["{column}"].astype(str)',
    "polars": 'pl.col("{column}").cast(pl.String)',
    "pyarrow": 'table["{column}"].cast("string")',
    "pyspark": 'F.col("{column}").cast("string")',
}
_AS_TEXT_IN_SQL = "{column}::VARCHAR"
#: The same for bytes, where it is another way.
_DECODED = {"pandas": 'frame["{column}"].str.decode("utf-8")'}
_DECODED_IN_SQL = "decode({column})"
#: How seconds since 1970 become times, by libraries other than pandas and polars.
_FROM_EPOCH = {
    "pyarrow": 'table["{column}"].cast(pa.timestamp("s", "UTC"))',
    "pyspark": 'F.timestamp_seconds("{column}")',
    "duckdb": "to_timestamp({column})",
}
#: The type of a month, or of another stretch of time, in pandas.
_PERIOD = "pandas.period"


def as_text(column: str, library: str) -> str:
    """Return the code that makes a column text, in a library; else in SQL.

    >>> as_text("order_id", "pandas"), as_text("order_id", "duckdb")
    ('frame["order_id"].astype(str)', 'order_id::VARCHAR')
    """
    return _AS_TEXT.get(library, _AS_TEXT_IN_SQL).format(column=column)


def refuse_unreadable(series: pl.Series, kind: Kind, where: str, library: str) -> None:
    """Raise for a column of a type that no cell of its kind can have; it names the conversion."""
    advice = way_out(series, kind, library)
    if advice is not None:
        raise InputError(
            message(
                "{where}: column {column}: {type} cannot be read as {kind}: {advice}",
                where=where,
                column=series.name,
                type=series.dtype,
                kind=kind,
                advice=advice,
            )
        )


def way_out(series: pl.Series, kind: Kind, library: str) -> Message | None:
    """Return what to do about a column whose type no cell of a kind has; None where it is readable.

    ``library`` is that of its dataframe, whose code is named.
    """
    dtype, name = series.dtype, series.name
    code = as_text(name, library)
    if _is_readable(series, kind):
        return None
    if isinstance(dtype, _NESTED):
        return message("a cell holds several values: give one of them, as a column of its own")
    if dtype == pl.Binary:
        decoded = _DECODED if library in _AS_TEXT else {}
        sql = code if library in _AS_TEXT else _DECODED_IN_SQL
        code = decoded.get(library, sql).format(column=name)
        return message("these are bytes: decode them ({code})", code=code)
    if dtype == pl.Object:
        return message("its cells are of several types: give one type ({code})", code=code)
    if kind in ("time", "day"):
        return _way_to_times(series, library)
    if kind == "bool":
        return message("give true or false")
    if kind not in ("text", "enum"):
        return message("give numbers, or text of them ({code})", code=code)
    if dtype.is_float():
        return _way_from_floats(name, library)
    return message("give ids as text ({code})", code=code)


def _is_readable(series: pl.Series, kind: Kind) -> bool:
    """Return whether the cells of a column are of a type that its kind is read from."""
    dtype = series.dtype
    if isinstance(dtype, pl.String | pl.Null | pl.Categorical | pl.Enum):
        return True
    match kind:
        case "text" | "enum":
            empty = dtype.is_float() and series.fill_nan(None).null_count() == len(series)
            return dtype.is_integer() or empty
        case "time" | "day":
            return isinstance(dtype, pl.Date | pl.Datetime)
        case "bool":
            return dtype == pl.Boolean or dtype.is_numeric()
    return dtype.is_numeric()


def _way_to_times(series: pl.Series, library: str) -> Message:
    name = series.name
    if _PERIOD in str(series.dtype):
        return message('give datetimes (frame["{column}"].dt.to_timestamp())', column=name)
    if not series.dtype.is_numeric():
        return message('give datetimes, or text such as "2024-06-30 12:00:00"')
    if library in _FROM_EPOCH:
        code = _FROM_EPOCH[library].format(column=name)
        return message("seconds since 1970? {code} makes times of them", code=code)
    return message(
        'seconds since 1970? pd.to_datetime(df["{column}"], unit="s", utc=True) makes times of them'
        ' (unit="ms" of milliseconds); in polars'
        ' pl.from_epoch("{column}").dt.replace_time_zone("UTC")',
        column=name,
    )


def _way_from_floats(name: str, library: str) -> Message:
    if library == "pyarrow":
        return message(
            "give ids as text, floats lose their digits. Read the file again with this column as"
            ' text (column_types={{"{column}": pa.string()}}); where no id has more than 15 digits,'
            ' convert it: table["{column}"].cast("int64").cast("string")',
            column=name,
        )
    return message(
        "give ids as text, floats lose their digits. Read the file again with this column as text"
        ' (dtype={{"{column}": str}} in pandas, schema_overrides={{"{column}": pl.String}}'
        " in polars); where no id has more than 15 digits, convert it:"
        ' .astype("Int64").astype("string") in pandas,'
        " .cast(pl.Int64).cast(pl.String) in polars, ::BIGINT::VARCHAR in SQL",
        column=name,
    )


def within_calendar(series: pl.Series) -> pl.Series:
    """Return times and days; as text where some are not within the years 1 to 9999.

    Neither Python nor the engine can show these, so they stand for themselves: a number, and of
    what. Of the days at the ends of the calendar the date is shown.

    >>> within_calendar(pl.Series([19_000, 3_000_000]).cast(pl.Date)).to_list()
    ['2022-01-08 00:00:00', '3000000 days from 1970-01-01']
    """
    dtype = series.dtype
    unit = dtype.time_unit if isinstance(dtype, pl.Datetime) else "days"
    if unit == "ns" or not isinstance(dtype, pl.Date | pl.Datetime):
        return series
    per_day = _PER_DAY.get(unit, 1)
    units = series.cast(pl.Int64)
    first, last = _FIRST_DAY * per_day, _LAST_DAY * per_day
    least, most = units.min(), units.max()
    if least is None or (first <= least and most <= last):  # type: ignore[operator]
        return series
    outside = ((units < first) | (units > last)).fill_null(False)
    zoned = isinstance(dtype, pl.Datetime) and dtype.time_zone is not None
    form = "%Y-%m-%d %H:%M:%S%:z" if zoned else "%Y-%m-%d %H:%M:%S"
    inside = series.set(outside, None)
    shown = (inside.cast(pl.Datetime("ms")) if unit == "days" else inside).dt.strftime(form)
    number = units.cast(pl.String) + f" {unit} from 1970-01-01"
    known = _ZONED_ENDS if zoned else _ENDS
    ends = (units // per_day).replace_strict(known, default=None, return_dtype=pl.String)
    return shown.zip_with(~outside, ends.fill_null(number))
