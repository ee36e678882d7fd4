"""Documents made from columns: results and the books of reading as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import asdict

from ..messages import in_language
from ..reading.report import LoadReport
from .columns import Columns, repeat
from .documents import VALIDATE, dumped
from .reasons import Reasons

if TYPE_CHECKING:
    from ..model.assumptions import Assumption
    from ..model.rulesets import MissingNumber
    from ..plugins.bound_rules import BoundRuleSet


def score_document(head: Mapping[str, Any], shops: pl.Series) -> str:
    """Return ``shopscore.score/2``: a head, then one line per shop."""
    text, body = dumped(head).removesuffix("\n}"), ",\n    ".join(shops)
    listed = f"[\n    {body}\n  ]" if len(shops) else "[]"
    return f'{text},\n  "shops": {listed}\n}}'


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
        "reason": assumption.reason,
        "reason_zh": in_language(assumption.reason, "zh"),
    }


def missing_number_list(missing: Iterable[MissingNumber]) -> list[dict[str, Any]]:
    """Return the numbers that the rules need and that were not supplied."""
    return [{**asdict(m), "reason_zh": in_language(m.reason, "zh")} for m in missing]


def shop_lines(columns: Columns, rows: pl.Series | None = None) -> pl.Series:
    """Return each shop as a line of JSON, made from its columns; all shops, or those of some rows."""
    parts = {
        "head": _members(_in_both(columns.of_shops, columns.reasons), rows),
        "dimensions": _list_of("dimensions", _dimensions(columns), columns, rows),
        "metrics": _list_of("metrics", _metrics(columns), columns, rows),
        "tiers": _members({"tiers": columns.tiers, "possible_tiers": columns.possible_tiers}, rows),
        "eligibility": _list_of("eligibility", columns.eligibility, columns, rows),
    }
    table = pl.DataFrame([text.alias(name) for name, text in parts.items()])
    members = pl.concat_str(pl.all(), separator=",")
    return table.select(pl.concat_str(pl.lit("{"), members, pl.lit("}"))).to_series()


def _in_both(columns: Mapping[str, pl.Series], reasons: Reasons) -> dict[str, pl.Series]:
    """Return columns with the reasons in Chinese beside those in English."""
    both: dict[str, pl.Series] = {}
    for name, column in columns.items():
        both[name] = column
        if name == "reason":
            both["reason_zh"] = reasons.column("zh")
    return both


def _members(columns: Mapping[str, pl.Series], rows: pl.Series | None) -> pl.Series:
    """Return the members of a JSON object per row, without its braces."""
    table = pl.DataFrame([series.alias(name) for name, series in columns.items()])
    if rows is not None:
        table = table[rows]
    encoded = table.select(pl.struct(pl.all()).struct.json_encode()).to_series()
    return encoded.str.slice(1, encoded.str.len_chars() - 2)


def _list_of(
    name: str, items: list[dict[str, pl.Series]], columns: Columns, rows: pl.Series | None
) -> pl.Series:
    """Return a member that is a list of objects, per row; the lists are put together as text."""
    if not items:
        return repeat(f'"{name}":[]', len(columns) if rows is None else len(rows))
    objects = pl.DataFrame([_members(item, rows).alias(str(i)) for i, item in enumerate(items)])
    joined = pl.concat_str(pl.all(), separator="},{")
    return objects.select(pl.concat_str(pl.lit(f'"{name}":[{{'), joined, pl.lit("}]"))).to_series()


def _dimensions(columns: Columns) -> list[dict[str, pl.Series]]:
    return [
        {
            "id": repeat(id, len(columns)),
            "weight": columns.dimension_weights[id],
            "points": points,
            **columns.dimension_console(id),
        }
        for id, points in columns.dimension_points.items()
    ]


def _metrics(columns: Columns) -> list[dict[str, pl.Series]]:
    size = len(columns)
    return [
        {
            "id": repeat(id, size),
            "dimension": repeat(columns.dimension_of(id), size, pl.String),
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
