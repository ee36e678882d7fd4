"""Pages of ``shopscore track``: a line for each day of one shop, or a line for each shop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from ..analysis.tracking.tracks import RuleChange, Track
from ..messages import Message, message, numbered
from ..model.rulesets import RuleSet
from . import tables, voice
from .run import spoken
from .shop_tables import tier_labels
from .tables import Table, decimals, in_unit, score_text, table, word

#: Parts of a bar, from an eighth of a cell to the whole of it.
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BAR = 12

#: A heading, and the cell of a day or a shop.
_Column = tuple[object, Sequence[object]]


def show_track(found: Track, path: Path | None) -> None:
    """Show the days of a shop, or the shops over all days, and what to know."""
    if len(found.shop_ids) == 1:
        parts = [_days_table(found), _metrics_table(found)]
    else:
        parts = [_shops_table(found)]
    notes = [spoken(voice.note(notice)) for notice in found.notices]
    tables.show(*parts, *notes, output=path)


def _days_table(found: Track) -> Table:
    """Return a line for each day of one shop, with a bar between its lowest and highest score."""
    days, ruleset = found.to_polars(), _newest(found)
    rows = days.to_dicts()
    places = [found.rules[row["ruleset"]].exact.decimals for row in rows]
    columns: list[_Column] = [(message("day"), days["as_of"].to_list())]
    if ruleset.ranks:
        cells = [_score(row, n) for row, n in zip(rows, places, strict=True)]
        columns += [(message("score"), cells), ("", _bars(days["score"]))]
    if "console_score" in days.columns:
        shown = zip(days["console_score"], places, strict=True)
        columns.append((message("console"), [decimals(value, n) for value, n in shown]))
    if "current_level_certain" in days.columns:
        columns.append((message("current level"), [_level(found, r, "current_") for r in rows]))
    if "level_certain" in days.columns:
        columns.append((message("shop level"), [_level(found, row) for row in rows]))
    if ruleset.tiers:
        columns.append((message("tiers"), _where_new([_tiers(found, row) for row in rows])))
    if len(found.rules) > 1:
        columns.append((message("rules"), days["ruleset"].to_list()))
    columns.append((message("status"), [_status(found, row) for row in rows]))
    return table(
        [head for head, _ in columns],
        [*zip(*(cells for _, cells in columns), strict=True)],
        right=(message("score"), message("console")),
        whole=(message("day"), ""),
        usual=(word("scored"),),
        title=" · ".join((rows[0]["shop_id"], rows[0]["industry"])),
        notes=[*_scale_of_bars(days["score"]), *_changes_of(found)],
    )


def _metrics_table(found: Track) -> Table:
    """Return what each metric of a shop was on the first and the last day, and in between."""
    days, rules = found.days, found.rules[_newest(found).version]
    rows = []
    for id in rules.ruleset.metric_ids:
        metric, values = rules.metrics[id].metric, days[f"{id}.value"]
        points = days[f"{id}.points"] if f"{id}.points" in days.columns else None
        known = values.drop_nulls()
        ends = (values[0], values[-1], known.min(), known.max())
        cells = [in_unit(value, metric.unit) for value in ends]  # type: ignore[arg-type]
        own = ("–", "–") if points is None else (decimals(points[0]), decimals(points[-1]))
        rows.append((metric.label, *cells, *own))
    heads: tuple[Message, ...] = (
        message("metric"),
        message("first"),
        message("last"),
        message("lowest"),
        message("highest"),
        message("points at first"),
        message("at last"),
    )
    if not rules.ruleset.ranks:
        heads, rows = heads[:-2], [row[:-2] for row in rows]
    return table(heads, rows, right=heads[1:])


def _shops_table(found: Track) -> Table:
    """Return a line for each shop: its scores over the days, or its level on the first and last."""
    rules = found.rules[_newest(found).version]
    title = f"{found.platform}/{found.scorecard} · {found.first} – {found.last}"
    made = _scores_of_shops(found, rules.exact.decimals)
    if not rules.ruleset.ranks:
        made = _levels_of_shops(found)
    heads, rows = made
    right = () if not rules.ruleset.ranks else heads[1:]
    return table(heads, rows, right=right, title=title, notes=_changes_of(found))


def _scores_of_shops(found: Track, places: int) -> tuple[tuple[Message, ...], list[list[object]]]:
    heads = (
        message("shop"),
        message("first"),
        message("last"),
        message("change"),
        message("lowest"),
        message("highest"),
        message("days with a score"),
    )
    score = pl.col("score")
    own = (
        found.days.group_by("shop_id")
        .agg(
            score.first().alias("first"),
            score.last().alias("last"),
            score.min().alias("lowest"),
            score.max().alias("highest"),
            score.count().alias("days"),
        )
        .sort("shop_id")
        .head(tables.MANY)
    )
    rows: list[list[object]] = [
        [
            shop,
            decimals(first, places),
            decimals(last, places),
            _change(first, last, places),
            decimals(lowest, places),
            decimals(highest, places),
            days,
        ]
        for shop, first, last, lowest, highest, days in own.iter_rows()
    ]
    return heads, rows


def _levels_of_shops(found: Track) -> tuple[tuple[Message, ...], list[list[object]]]:
    """Return what each shop was on its first and its last day: its level, or else its status.

    Documents may be of other shops on other days.
    """
    heads = (message("shop"), message("first"), message("last"))
    first = found.days.unique("shop_id", keep="first").sort("shop_id").head(tables.MANY)
    last = found.days.unique("shop_id", keep="last").sort("shop_id").head(tables.MANY)
    ends = (first, last)
    pairs = zip(*(frame.iter_rows(named=True) for frame in ends), strict=True)
    rows: list[list[object]] = [
        [first["shop_id"], _standing(found, first), _standing(found, last)] for first, last in pairs
    ]
    return heads, rows


def _standing(found: Track, row: Mapping[str, Any]) -> str:
    has_level = row.get("level_certain", "") != ""
    return _level(found, row) if has_level else _status(found, row)


def _status(found: Track, row: Mapping[str, Any]) -> str:
    return word(row["status"], found.rules[row["ruleset"]].statuses)


def _newest(found: Track) -> RuleSet:
    return found.rules[found.days["ruleset"][-1]].ruleset


def _score(row: Mapping[str, Any], places: int, when: str = "") -> str:
    """Return a score, or where it is open the ends between which it lies."""
    score, low, high = (row[f"{name}{when}"] for name in ("score", "score_low", "score_high"))
    return score_text(score, low, high, places)


def _bars(scores: pl.Series) -> list[str]:
    """Return bars of scores; the lowest has a bar of an eighth of a cell, the highest a whole one."""
    low, high = scores.min(), scores.max()
    if low is None or low == high:
        return [""] * len(scores)
    return [
        "" if score is None else _bar((score - low) / (high - low))  # type: ignore[operator]
        for score in scores
    ]


def _bar(share: float) -> str:
    whole, rest = divmod(round(1 + share * (_BAR * 8 - 1)), 8)
    return _EIGHTHS[8] * whole + (_EIGHTHS[rest] if rest else "")


def _scale_of_bars(scores: pl.Series) -> Iterator[tuple[object, object]]:
    if scores.min() != scores.max():
        said = message("bars reach from {low:g} to {high:g}", low=scores.min(), high=scores.max())
        yield "", said


def _level(found: Track, row: Mapping[str, Any], when: str = "") -> str:
    """Return the level of a day; where it is not known, the two between which it lies."""
    levels = {one.id: one.label for one in found.rules[row["ruleset"]].ruleset.levels}
    ends = dict.fromkeys(row[f"{when}level_{end}"] for end in ("certain", "possible"))
    names = (voice.text(levels[id]) if id in levels else "–" for id in ends)
    return " – ".join(dict.fromkeys(names))


def _tiers(found: Track, row: Mapping[str, Any]) -> str:
    ruleset = found.rules[row["ruleset"]].ruleset
    return tier_labels(ruleset, row["tiers"] or (), row["possible_tiers"] or ())


def _where_new(cells: list[str]) -> list[str]:
    """Return cells with a mark in the place of those that say the same as the one before."""
    return [
        "″" if place and cell and cell == cells[place - 1] else cell
        for place, cell in enumerate(cells)
    ]


def _changes_of(found: Track) -> Iterator[tuple[object, object]]:
    """Yield what each change of rules did on its day: to a shop, or to how many of them."""
    for change in found.changes:
        places = found.rules[change.after].exact.decimals
        of_one = len(change.shops) == 1
        yield change.day, _moved(change, places) if of_one else _moves(change, places)


def _moved(change: RuleChange, places: int) -> Message:
    row = change.shops.row(0, named=True)
    return message(
        "rules {after} take the place of {before}: {new}, and by the old ones it would be {old}",
        after=change.after,
        before=change.before,
        new=_score(row, places, "_after"),
        old=_score(row, places, "_before"),
    )


def _moves(change: RuleChange, places: int) -> Message:
    moves = change.shops["score_after"] - change.shops["score_before"]
    known = moves.drop_nulls()
    if not len(known):
        return message(
            "rules {after} take the place of {before}: no shop has a score by both",
            after=change.after,
            before=change.before,
        )
    return numbered(
        "rules {after} take the place of {before}: {n} shop gains, {down} lose, {low} to {high}",
        "rules {after} take the place of {before}: {n} shops gain, {down} lose, {low} to {high}",
        int((known > 0).sum()),
        after=change.after,
        before=change.before,
        down=int((known < 0).sum()),
        low=_signed(float(known.min() or 0), places),  # type: ignore[arg-type]
        high=_signed(float(known.max() or 0), places),  # type: ignore[arg-type]
    )


def _change(first: float | None, last: float | None, places: int) -> str:
    return "–" if first is None or last is None else _signed(last - first, places)


def _signed(number: float, places: int) -> str:
    return f"{number:+.{places}f}"
