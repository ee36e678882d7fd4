"""Documents made from columns: results as JSON and CSV, the books as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from .documents import SCORE, VALIDATE, dumped
from .reading.report import LoadReport

if TYPE_CHECKING:
    from .model.rulesets import Assumption
    from .results import Result
    from .rules import Rules


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
        "load": None if result.report is None else result.report.to_dict(),
        "remarks": list(result.remarks),
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


def assumption_list(rules: Rules) -> list[dict[str, Any]]:
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
    """Each shop as a line of JSON, made from the columns."""
    columns = {
        "shop_id": result.shops["shop_id"],
        "industry": result.shops["industry"],
        "status": pl.Series(result.published.status, dtype=pl.String),
        "score": result.score,
        "score_exact": result.score_exact,
        "dimensions": _dimensions(result),
        "metrics": _metrics(result),
        "tiers": result.tiers,
        "eligibility": _eligibility(result),
    }
    table = pl.DataFrame([series.alias(name) for name, series in columns.items()])
    return table.select(pl.struct(pl.all()).struct.json_encode()).to_series()


def _dimensions(result: Result) -> pl.Series:
    ruleset = result.rules.ruleset
    points = result.dimension_points
    structs = [
        pl.struct(
            pl.lit(dimension.id).alias("id"),
            pl.lit(float(ruleset.number(dimension.weight))).alias("weight"),
            pl.col(dimension.id).alias("points"),
        )
        for dimension in ruleset.dimensions
    ]
    return _listed(pl.DataFrame([s.alias(id) for id, s in points.items()]), structs, len(result))


def _metrics(result: Result) -> pl.Series:
    columns, structs = [], []
    for id, metric in result.all_metric_columns.items():
        columns += [metric[name].alias(f"{id} {name}") for name in metric.columns]
        structs.append(
            pl.struct(
                pl.lit(id).alias("id"),
                pl.lit(result.dimension_of(id), dtype=pl.String).alias("dimension"),
                *(pl.col(f"{id} {name}").alias(name) for name in metric.columns),
            )
        )
    return _listed(pl.DataFrame(columns), structs, len(result))


def _eligibility(result: Result) -> pl.Series:
    columns, structs = [], []
    for verdict in result.verdicts:
        id = verdict.condition.id
        columns += [
            pl.Series(f"{id} value", verdict.values.floats()),
            pl.Series(f"{id} met", verdict.met),
        ]
        at_least = verdict.condition.at_least is not None
        unknown = pl.lit(None, dtype=pl.Float64)
        structs.append(
            pl.struct(
                pl.lit(id).alias("id"),
                pl.lit(verdict.condition.metric).alias("metric"),
                unknown.alias("value") if verdict.assumed else pl.col(f"{id} value").alias("value"),
                pl.lit("at least" if at_least else "at most").alias("condition"),
                pl.lit(float(verdict.bound)).alias("bound"),
                pl.col(f"{id} met").alias("met"),
                pl.lit(verdict.assumed).alias("assumed"),
            )
        )
    return _listed(pl.DataFrame(columns), structs, len(result))


def _listed(columns: pl.DataFrame, structs: list[pl.Expr], length: int) -> pl.Series:
    if not structs:
        return pl.Series([[]], dtype=pl.List(pl.Struct([]))).new_from_index(0, length)
    return columns.select(pl.concat_list(structs)).to_series()


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


#: What a spreadsheet would take for a formula at the start of a cell.
_FORMULA = r"^[=+\-@\t\r]"


def csv_text(frame: pl.DataFrame) -> str:
    """A result as CSV; no cell that holds text from the input starts like a formula."""
    lists = [n for n, dtype in frame.schema.items() if dtype == pl.List(pl.String)]
    texts = [n for n, dtype in frame.schema.items() if dtype == pl.String]
    flat = frame.with_columns(pl.col(lists).list.join(";")) if lists else frame
    guarded = (
        pl.when(pl.col(n).str.contains(_FORMULA))
        .then("'" + pl.col(n))
        .otherwise(pl.col(n))
        .alias(n)
        for n in texts
    )
    return flat.with_columns(guarded).write_csv()
