"""Documents made from columns: results and the books of reading as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import asdict

from ..messages import in_language
from ..reading.report import LoadReport
from ..value_classes import field, frozen
from .columns import Columns
from .documents import VALIDATE, dumped
from .reasons import Reasons

if TYPE_CHECKING:
    from ..model.assumptions import Assumption
    from ..model.rulesets import MissingNumber, NumbersUsed
    from ..plugins.bound_rules import BoundRuleSet


#: Lines that are made together: more of them, and their text no longer stays in memory in use.
_LINES_TOGETHER = 1024
_BETWEEN = ",\n    "


def score_document(head: Mapping[str, Any], blocks: Iterable[str]) -> Iterator[str]:
    """Yield ``shopscore.score/2`` in pieces: a head, then one line per shop, in blocks of lines."""
    yield dumped(head).removesuffix("\n}") + ',\n  "shops": ['
    before = "\n    "
    for block in blocks:
        yield before
        yield block
        before = _BETWEEN
    yield "]\n}" if before != _BETWEEN else "\n  ]\n}"


def status_list(rules: BoundRuleSet) -> list[dict[str, str]]:
    """Return the statuses of shops that plugins declare and that the rules give."""
    return [{"id": id, "zh": label.zh, "en": label.en} for id, label in rules.statuses.items()]


def assumption_list(rules: BoundRuleSet) -> list[dict[str, Any]]:
    """Return the assumptions that a result rests on, with their full ids."""
    return [_assumption(a, rules.ruleset.full_id(a.id)) for a in rules.assumptions]


def _assumption(assumption: Assumption, full_id: str) -> dict[str, Any]:
    return {
        "id": full_id,
        "value": assumption.value,
        "low": assumption.low,
        "high": assumption.high,
        "unit": assumption.unit or None,
        "source": "user" if assumption.overridden else "assumption",
        "seen_in": None if assumption.overridden else assumption.source or None,
        "reason": assumption.reason,
        "reason_zh": in_language(assumption.reason, "zh"),
    }


def missing_number_list(missing: Iterable[MissingNumber]) -> list[dict[str, Any]]:
    """Return the numbers that the rules need and that were not supplied."""
    return [{**asdict(m), "reason_zh": in_language(m.reason, "zh")} for m in missing]


def numbers_list(numbers: Iterable[NumbersUsed]) -> list[dict[str, Any]]:
    """Return a user's files as they are listed; types of shop and shops only where one names some."""
    sparse = ("shop_types", "shops")
    return [asdict(n, filter=lambda f, value: f.name not in sparse or bool(value)) for n in numbers]


@frozen(eq=False)
class ShopLines:
    """A line of JSON for each shop, made of its columns for some shops at a time."""

    table: pl.DataFrame
    line: pl.Expr

    @classmethod
    def of(cls, columns: Columns) -> ShopLines:
        """Build the lines of all shops of a result; no text is made yet."""
        maker = _LineMaker()
        tiers = {"tiers": columns.tiers, "possible_tiers": columns.possible_tiers}
        pieces = (
            maker.object(_in_both(columns.of_shops, columns.reasons)).str.strip_suffix("}"),
            *maker.list("dimensions", _dimensions(columns)),
            *maker.list("metrics", _metrics(columns)),
            pl.lit(","),
            maker.object(tiers).str.strip_prefix("{").str.strip_suffix("}"),
            *maker.list("eligibility", columns.eligibility),
            *(maker.list("criteria", [*columns.criteria.values()]) if columns.criteria else ()),
            *maker.optional("cap", columns.cap),
            *maker.optional("clamp", columns.clamp),
            pl.lit("}"),
        )
        return cls(pl.DataFrame(maker.columns), pl.concat_str(pieces))

    def at(self, start: int, length: int) -> pl.Series:
        """Return the lines of some shops that follow each other."""
        return self.table.slice(start, length).select(self.line).to_series()

    def blocks(self, rows: pl.Series | None = None) -> Iterator[str]:
        """Yield the lines of all shops, or of some rows: thousands at once, as one text.

        100,000 shops are 350 MB of text, and memory that is touched for the first time costs more
        than what is written there: in blocks 3.2 s of CPU, all at once 4.8.
        """
        table = self.table if rows is None else self.table[rows]
        for start in range(0, len(table), _LINES_TOGETHER):
            block = table.slice(start, _LINES_TOGETHER)
            yield str(block.select(self.line.str.join(_BETWEEN)).item())


@frozen(eq=False)
class _LineMaker:
    """Objects of JSON as expressions, and the columns that they are made of."""

    columns: list[pl.Series] = field(factory=list)

    def object(self, members: Mapping[str, pl.Series | str | None]) -> pl.Expr:
        """Return an object per row; members that are no columns are the same in each."""
        made = []
        for name, value in members.items():
            if isinstance(value, pl.Series):
                self.columns.append(value.alias(str(len(self.columns))))
                made.append(pl.col(self.columns[-1].name).alias(name))
            else:
                made.append(pl.lit(value, dtype=pl.String).alias(name))
        return pl.struct(made).struct.json_encode()

    def optional(self, name: str, columns: Mapping[str, pl.Series]) -> Iterator[pl.Expr]:
        """Yield the pieces of a member that is an object, null where its first column is.

        There is none where it has no columns.
        """
        if columns:
            there = pl.col(str(len(self.columns))).is_not_null()
            yield pl.lit(f',"{name}":')
            yield pl.when(there).then(self.object(columns)).otherwise(pl.lit("null"))

    def list(
        self, name: str, items: Sequence[Mapping[str, pl.Series | str | None]]
    ) -> Iterator[pl.Expr]:
        """Yield the pieces of a member that is a list of objects, with a comma before it."""
        yield pl.lit(f',"{name}":[')
        for place, item in enumerate(items):
            if place:
                yield pl.lit(",")
            yield self.object(item)
        yield pl.lit("]")


def _in_both(
    columns: Mapping[str, pl.Series], reasons: Reasons
) -> dict[str, pl.Series | str | None]:
    """Return columns with the reasons in Chinese beside those in English."""
    both: dict[str, pl.Series | str | None] = {}
    for name, column in columns.items():
        both[name] = column
        if name == "reason":
            both["reason_zh"] = reasons.column("zh")
    return both


def _dimensions(columns: Columns) -> list[dict[str, pl.Series | str | None]]:
    return [
        {
            "id": id,
            "weight": columns.dimension_weights[id],
            "points": points,
            **columns.dimension_console(id),
        }
        for id, points in columns.dimension_points.items()
    ]


def _metrics(columns: Columns) -> list[dict[str, pl.Series | str | None]]:
    return [
        {
            "id": id,
            "dimension": columns.dimension_of(id),
            **_in_both(metric.to_dict(), columns.metric_reasons[id]),
        }
        for id, metric in columns.metrics.items()
    ]


def validate_document(report: LoadReport) -> str:
    """Return the books of reading as ``shopscore.validate/2``."""
    return dumped(
        {
            "schema": VALIDATE,
            **report.to_dict(),
            "set_aside": report.set_aside.to_dicts(),
            "repaired": report.repaired.to_dicts(),
            "ignored": {name: list(columns) for name, columns in report.ignored.items()},
            "notices": [notice.to_dict() for notice in report.notices],
        }
    )
