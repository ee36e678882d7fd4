"""Pages of ``shopscore simulate``: figures before and after, and what each lever touched."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ..analysis.simulation.applying import Touched
from ..analysis.simulation.figures import Change, Figure
from ..analysis.simulation.savings import Refunds, refunds_of, savings_of
from ..analysis.simulation.simulated import Simulation
from ..messages import listed, message, numbered
from ..notices import Notice
from ..results.csv_text import csv_text
from ..results.result import Result
from ..results.views import ShopView
from . import tables, voice
from .answers import write_answer
from .option_values import OutputOptions
from .run import say, spoken, write_cells
from .score_pages import say_each
from .shop_tables import between, tier_labels
from .tables import Table, decimals, in_unit, table, word

_ARROW = " → "


def write_simulation(found: Simulation, output: OutputOptions, touched: Path | None) -> None:
    """Write a simulation in the form that was asked for, and what levers touched into a file."""
    write_answer(found, output, partial(_show, found))
    if output.form != "table":
        say(*(message("Note: {notice}", notice=note) for note in found.notes))
        say_each(_notices(found))
    if touched is not None:
        write_cells(csv_text(found.touched), touched)


def _notices(found: Simulation) -> list[Notice]:
    """Return what to know about the score of the shop."""
    return [n for n in found.results[0].notices if n.concerns((found.shop_id,))]


def _show(found: Simulation, path: Path | None) -> None:
    footer = [spoken(message("Note: {notice}", notice=note)) for note in found.notes]
    footer += [spoken(voice.note(notice)) for notice in _notices(found)]
    levers = [levers_table(found)] if found.levers else []
    tables.show(changes_table(found), *levers, *footer, output=path)


def changes_table(found: Simulation) -> Table:
    """Return one line per metric, dimension and total: its value and its points, and the effect."""
    value, points = message("value"), message("points")
    columns = [message("metric"), value, points, message("effect")]
    if found.draws > 1:
        columns.insert(3, message("between"))
    rows = []
    for change in found.changes:
        row: list[object] = [
            change.label,
            _values(change),
            _points(found.results[0], change),
            _EFFECTS[change.effect],
        ]
        if found.draws > 1:
            row.insert(3, _between(found.results[0], change))
        rows.append(row)
    return table(
        columns,
        rows,
        right=columns[1:-1],
        title=" · ".join(_title(found)),
        notes=_on_shop(found),
    )


def _title(found: Simulation) -> Iterator[str]:
    before, after = found.before, found.after
    yield from (before.shop_id, before.industry)
    if found.results[0].rules.ruleset.ranks:
        yield _moved(*(_score(found.results[0], view) for view in (before, after)))


def _score(result: Result, view: ShopView) -> str:
    return between(view, result.rules.exact.decimals)


def _moved(before: str, after: str) -> str:
    return before if before == after else f"{before}{_ARROW}{after}"


def _values(change: Change) -> str:
    if change.kind != "metric":
        return ""
    shown = (f.value if f.value is None else float(f.value) for f in (change.before, change.after))
    return _moved(*(in_unit(value, change.unit) for value in shown))


def _points(result: Result, change: Change) -> str:
    places = result.rules.exact.decimals if change.kind == "total" else 2
    return _moved(*(_figure(figure, places) for figure in (change.before, change.after)))


def _figure(figure: Figure, places: int) -> str:
    if figure.points is None and figure.low is not None and figure.high is not None:
        return f"{decimals(float(figure.low), places)}–{decimals(float(figure.high), places)}"
    return decimals(None if figure.points is None else float(figure.points), places)


#: What a change does, in words.
_EFFECTS = {
    "better": message("gets better"),
    "worse": message("gets worse"),
    "same": "–",
    "unknown": message("not known"),
}


def _between(result: Result, change: Change) -> str:
    """Return the ends of several draws: of the value of a metric, of the points of all else."""
    ends = change.ends.get("value" if change.kind == "metric" else "points")
    if ends is None or ends[0] == ends[1]:
        return "–"
    if change.kind == "metric":
        shown = [in_unit(float(end), change.unit) for end in ends]
    else:
        places = result.rules.exact.decimals if change.kind == "total" else 2
        shown = [decimals(float(end), places) for end in ends]
    return "–".join(dict.fromkeys(shown))


def _on_shop(found: Simulation) -> Iterator[tuple[object, object]]:
    """Yield the status, the level and the tiers of the shop, where there are some."""
    result, before, after = found.results[0], found.before, found.after
    yield (
        message("status"),
        _moved(*(word(one.status, result.rules.statuses) for one in (before, after))),
    )
    if result.rules.ruleset.levels:
        yield message("shop level"), _moved(*(_level(result, one) for one in (before, after)))
    tiers = [_tiers(result, view) for view in (before, after)]
    if tiers[0] != tiers[1]:
        yield message("tiers"), _moved(*tiers)


def _tiers(result: Result, view: ShopView) -> str:
    found = tier_labels(result.rules.ruleset, view.tiers, view.possible_tiers)
    return found or voice.text(message("none"))


def _level(result: Result, view: ShopView) -> str:
    labels = {one.id: voice.text(one.label) for one in result.rules.ruleset.levels}
    ends = (view.levels.get(f"level_{end}") for end in ("certain", "possible"))
    return " – ".join(
        dict.fromkeys(labels.get(str(one), voice.text(message("none"))) for one in ends)
    )


def levers_table(found: Simulation) -> Table:
    """Return one line per lever: how many rows it touched; what that saves, and assumes, below."""
    currency = found.results[0].rules.platform.currency
    columns = (
        message("lever"),
        message("stream"),
        message("rows matched"),
        message("touched"),
        message("changed"),
    )
    rows = [
        (one.use.lever.label, one.use.lever.stream, one.matched, len(one.rows), one.changed)
        for one in found.levers
    ]
    notes = (note for one in found.levers for note in _on_lever(one, currency))
    return table(columns, rows, right=columns[2:], notes=notes)


def _on_lever(touched: Touched, currency: str) -> Iterator[tuple[object, object]]:
    lever = touched.use.lever
    said: list[object] = [*_on_savings(touched)]
    if lever.claimed_hours is not None:
        hours = lever.claimed_hours
        said.append(message("the platform claims {hours} h per row", hours=hours))
    if (refunds := refunds_of(touched)) is not None:
        said += _on_refunds(refunds, currency)
    if said:
        yield lever.label, voice.clauses(said)
    yield lever.label, message("assumed: {what}", what=voice.clauses(lever.assumes))


def _on_savings(touched: Touched) -> Iterator[object]:
    """Yield how much earlier times are; those that moved alike are told together."""
    alike: dict[tuple[str, int], list[str]] = {}
    for saving in savings_of(touched):
        if saving.hours_per_row is not None:
            key = decimals(float(saving.hours_per_row), 1), saving.rows
            alike.setdefault(key, []).append(saving.column)
    for (hours, rows), columns in alike.items():
        yield numbered(
            "{columns}: {hours} h earlier per row, of {n} row",
            "{columns}: {hours} h earlier per row, of {n} rows",
            rows,
            columns=listed(columns),
            hours=hours,
        )


def _on_refunds(refunds: Refunds, currency: str) -> Iterator[object]:
    if refunds.rows:
        yield numbered(
            "refunded earlier: {amount} {currency} in {n} row, {hours} h together",
            "refunded earlier: {amount} {currency} in {n} rows, {hours} h together",
            refunds.rows,
            amount=decimals(float(refunds.amount)),
            currency=currency,
            hours=decimals(float(refunds.hours), 1),
        )
    if refunds.new_rows:
        yield numbered(
            "refunded that was not before: {amount} {currency} in {n} row",
            "refunded that was not before: {amount} {currency} in {n} rows",
            refunds.new_rows,
            amount=decimals(float(refunds.new_amount)),
            currency=currency,
        )
    if refunds.unknown:
        yield numbered(
            "the amount of {n} refund is not known, and is in no sum",
            "the amounts of {n} refunds are not known, and are in no sum",
            refunds.unknown,
        )
