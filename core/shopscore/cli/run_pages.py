"""Pages of ``shopscore run``: the sheet as tables, one for each platform and scorecard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from ..messages import Message, message, numbered
from ..model.labels import Label
from ..workspace.columns import FAILED, Row
from ..workspace.sheet import Sheet
from ..workspace.units import installed
from . import tables, voice
from .run import say
from .tables import Table, decimals, score_text, table, word

#: By what a table is one: scores of different rules do not stand in one column.
_ONE_TABLE = ("platform", "scorecard", "ruleset", "as_of")


def show_sheet(sheet: Sheet) -> None:
    """Show the shops by platform, and below them why some have no result."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in islice(_scored(sheet), tables.MANY):
        groups.setdefault(tuple(row[name] for name in _ONE_TABLE), []).append(row)
    pages = _Pages(sheet)
    failed = [*map(_why, sheet.failed[: tables.MANY])]
    tables.show(*(pages.table(rows) for rows in groups.values()), *failed)
    more = sum(1 for _ in _scored(sheet)) - sum(map(len, groups.values()))
    if more:
        say(
            numbered(
                "{n} more shop: the files have all of them",
                "{n} more shops: the files have all of them",
                more,
            )
        )


def _scored(sheet: Sheet) -> Iterator[Row]:
    return (row for row in sheet.shops if row["status"] != FAILED)


def _why(row: Row) -> Message:
    """Return why a shop has no result."""
    reason = row["reason_zh"] if voice.lang() == "zh" else row["reason"]
    about = " · ".join(str(row[name]) for name in ("shop", "name", "platform") if row[name])
    return message("{about}: {said}", about=about, said=reason)


class _Pages:
    """Makes tables; what stands in rows by its id is named as its rules do."""

    def __init__(self, sheet: Sheet) -> None:
        self._rules = {tuple(one[name] for name in _ONE_TABLE[:3]): one for one in sheet.rulesets}
        self._metrics = {
            (row["platform"], row["scorecard"], row["metric"]): row for row in sheet.metrics
        }

    def table(self, rows: Sequence[Row]) -> Table:
        """Return the table of shops of one platform, scorecard and rule set."""
        first = rows[0]
        self._own = self._rules[tuple(first[name] for name in _ONE_TABLE[:3])]
        declared = installed(first["platform"])
        name = first["platform"] if declared is None else voice.text(declared.label)
        columns: list[tuple[Message, list[object]]] = [
            (message("shop"), [row["shop"] for row in rows]),
            *_names(rows),
            *self._of_total(rows),
            *self._of_levels(rows),
            (message("open tasks"), [_dash(row["open_tasks"]) for row in rows]),
            (message("status"), [word(row["status"], self._statuses) for row in rows]),
        ]
        return table(
            [head for head, _ in columns],
            [*zip(*(cells for _, cells in columns), strict=True)],
            right=_NUMBERS,
            whole=(message("shop"),),
            usual=(word("scored"),),
            title=" · ".join((name, first["scorecard"], first["ruleset"], first["as_of"])),
        )

    def _of_total(self, rows: Sequence[Row]) -> Iterator[tuple[Message, list[object]]]:
        if all(row["scale_high"] is None for row in rows):
            return
        yield message("score"), [self._score(row) for row in rows]
        yield message("1 day"), [self._signed(row["change_1d"]) for row in rows]
        yield message("7 days"), [self._signed(row["change_7d"]) for row in rows]
        yield message("to the next tier"), [self._next(row) for row in rows]
        if any(row["target"] for row in rows):
            yield message("to target"), [self._decimals(row["to_target"]) for row in rows]
        yield message("costs most"), [self._costliest(row) for row in rows]

    def _of_levels(self, rows: Sequence[Row]) -> Iterator[tuple[Message, list[object]]]:
        for head, column in (
            (message("shop level"), "level"),
            (message("projected"), "level_projected"),
        ):
            if any(row[column] for row in rows):
                yield head, [self._named("levels", row[column]) for row in rows]

    @property
    def _statuses(self) -> Mapping[str, Label]:
        labels = self._own["labels"]["statuses"].items()
        return {id: Label(names["zh"], names["en"]) for id, names in labels}

    def _named(self, kind: str, id: str | None) -> str:
        if id is None:
            return "–"
        names = self._own["labels"][kind].get(id)
        return id if names is None else voice.either(names)

    def _decimals(self, number: float | None) -> str:
        return decimals(number, self._own["decimals"])

    def _signed(self, change: float | None) -> str:
        shown = self._decimals(change)
        return f"+{shown}" if change is not None and change > 0 else shown

    def _score(self, row: Row) -> str:
        """Return the score, or the ends between which it lies."""
        ends = row["score_low"], row["score_high"]
        return score_text(row["score"], *ends, self._own["decimals"])

    def _next(self, row: Row) -> str:
        if row["to_next_tier"] is None:
            return "–"
        return f"{self._named('tiers', row['next_tier'])} +{self._decimals(row['to_next_tier'])}"

    def _costliest(self, row: Row) -> str:
        if row["costliest_metric"] is None:
            return "–"
        key = (row["platform"], row["scorecard"], row["costliest_metric"])
        label = self._metrics[key][f"label_{voice.lang()}"]
        return f"{label} -{self._decimals(row['costliest_cost'])}"


#: Headings of columns of numbers.
_NUMBERS = (
    message("score"), message("1 day"), message("7 days"), message("to target"), message("open tasks"),
)  # fmt: skip


def _names(rows: Sequence[Row]) -> Iterator[tuple[Message, list[object]]]:
    if any(row["name"] for row in rows):
        yield message("name"), [row["name"] or "" for row in rows]


def _dash(number: int | None) -> str:
    return "–" if number is None else str(number)
