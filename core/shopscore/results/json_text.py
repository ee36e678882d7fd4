"""Documents made from columns: results as JSON and CSV, the books as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import asdict

from ..reading.report import LoadReport
from .documents import SCORE, VALIDATE, dumped

if TYPE_CHECKING:
    from ..model.assumptions import Assumption
    from ..plugins.bound_rules import BoundRuleSet
    from .result import Result


def score_document(result: Result, rows: pl.Series | None = None) -> str:
    """The result as ``shopscore.score/1``: a head, then one line per shop."""
    ruleset = result.rules.ruleset
    head = {
        "schema": SCORE,
        "platform": ruleset.platform,
        "scorecard": ruleset.scorecard,
        "ruleset": ruleset.version,
        "ruleset_status": ruleset.status,
        "as_of": result.as_of.isoformat(),
        "versions": result.versions,
        "assumptions": assumption_list(result.rules),
        "missing_numbers": [asdict(m) for m in result.missing_numbers],
        "numbers": [asdict(used) for used in result.rules.numbers_used],
        "load": None if result.report is None else result.report.to_dict(),
        "notices": list(result.notices),
    }
    shops = _shop_lines(result)
    if rows is not None:
        shops = shops.gather(rows)
    text = dumped(head).removesuffix("\n}")
    body = ",\n    ".join(shops)
    return (
        f'{text},\n  "shops": [\n    {body}\n  ]\n}}'
        if len(shops)
        else f'{text},\n  "shops": []\n}}'
    )


def assumption_list(rules: BoundRuleSet) -> list[dict[str, Any]]:
    """The assumptions that a result rests on, with their full ids."""
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
    }


def _shop_lines(result: Result) -> pl.Series:
    """Each shop as a line of JSON, made from the columns; lists are put together as text."""
    shop = {
        "shop_id": result.shops["shop_id"],
        "industry": result.shops["industry"],
        "status": pl.Series(result.published.status, dtype=pl.String),
        "score": result.score,
        "score_exact": result.score_exact,
    }
    if result.coverage.is_not_null().any():
        shop["coverage"] = result.coverage
    parts = {
        "head": _members(shop),
        "dimensions": _list_of("dimensions", _dimensions(result), len(result)),
        "metrics": _list_of("metrics", _metrics(result), len(result)),
        "tiers": _members({"tiers": result.tiers}),
        "eligibility": _list_of("eligibility", _eligibility(result), len(result)),
    }
    table = pl.DataFrame([text.alias(name) for name, text in parts.items()])
    members = pl.concat_str(pl.all(), separator=",")
    return table.select(pl.concat_str(pl.lit("{"), members, pl.lit("}"))).to_series()


def _members(columns: Mapping[str, pl.Series]) -> pl.Series:
    """The members of a JSON object per row, without its braces."""
    table = pl.DataFrame([series.alias(name) for name, series in columns.items()])
    encoded = table.select(pl.struct(pl.all()).struct.json_encode()).to_series()
    return encoded.str.slice(1, encoded.str.len_chars() - 2)


def _list_of(name: str, items: list[dict[str, pl.Series]], length: int) -> pl.Series:
    """A member that is a list of objects, per row."""
    if not items:
        return pl.Series([f'"{name}":[]']).new_from_index(0, length)
    objects = pl.DataFrame([_members(item).alias(str(i)) for i, item in enumerate(items)])
    joined = pl.concat_str(pl.all(), separator="},{")
    return objects.select(pl.concat_str(pl.lit(f'"{name}":[{{'), joined, pl.lit("}]"))).to_series()


def _same(value: Any, length: int, dtype: Any = None) -> pl.Series:
    return pl.Series([value], dtype=dtype).new_from_index(0, length)


def _dimensions(result: Result) -> list[dict[str, pl.Series]]:
    return [
        {"id": _same(id, len(result)), "weight": result.dimension_weights[id], "points": points}
        for id, points in result.dimension_points.items()
    ]


def _metrics(result: Result) -> list[dict[str, pl.Series]]:
    size = len(result)
    return [
        {
            "id": _same(id, size),
            "dimension": _same(result.dimension_of(id), size, pl.String),
            **{column.name: column for column in columns},
        }
        for id, columns in result.all_metric_columns.items()
    ]


def _eligibility(result: Result) -> list[dict[str, pl.Series]]:
    size = len(result)
    return [
        {
            "id": _same(check.eligibility.id, size),
            "metric": _same(check.eligibility.condition.measure.metric, size),
            "value": pl.Series(check.values.values.floats()),
            "condition": _same(check.eligibility.condition.operator, size),
            "bound": _same(float(check.eligibility.condition.limit), size),
            "met": pl.Series(check.met),
        }
        for check in result.checks
    ]


def validate_document(report: LoadReport) -> str:
    """The books as ``shopscore.validate/1``."""
    return dumped(
        {
            "schema": VALIDATE,
            **report.to_dict(),
            "set_aside": report.set_aside.to_dicts(),
            "repaired": report.repaired.to_dicts(),
            "ignored": {name: list(columns) for name, columns in report.ignored.items()},
            "notes": list(report.notes),
        }
    )
