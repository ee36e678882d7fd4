"""The check of golden cases: the plugin's own examples give the numbers that they expect."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from ..composing.standards import Standards
from ..errors import PluginError, did_you_mean
from ..exact.columns import ExactColumn
from ..plugins.declarations import Platform, Scorecard
from ..plugins.folders import toml_texts
from ..plugins.isolation import describe_error, isolated
from ..results.result import Result
from ..scoring import score, score_values
from .report import Check
from .subject import Subject, conclude, failed, skipped

_CASE_KEYS = {"ruleset", "as_of", "assume", "numbers", "profile", "standards"}
_CASE_KEYS |= {"events", "values", "set_aside", "expect", "current"}
_EXPECT_KEYS = {"status", "score", "coverage", "dimensions", "metrics", "shown", "reached", "tiers"}
_EXPECT_KEYS |= {"level", "criteria"}


def golden_cases(subject: Subject) -> Iterator[Check]:
    """Check that the plugin's own cases, as TOML, give the exact numbers that they expect."""
    for platform, card in subject.scorecards:
        if not card.cases:
            yield skipped("golden_cases", card.name, "the scorecard declares no cases")
            continue
        try:
            with isolated(card.cases):  # the package may not be there, nor the folder
                texts = sorted(toml_texts(card.cases).items())
        except PluginError as error:
            yield failed("golden_cases", card.name, str(error))
            continue
        for file, text in texts:
            try:
                complaints = list(_case_complaints(platform, card, tomllib.loads(text)))
            except Exception as error:  # of a case anything may be wrong
                complaints = [describe_error(error)]
            yield conclude("golden_cases", f"{card.name}: {file}", complaints)


def _case_complaints(platform: Platform, card: Scorecard, case: Mapping[str, Any]) -> Iterator[str]:
    """Yield where a result differs from what a case expects.

    A case has ``ruleset``, ``as_of``, ``[events]`` with a list of rows per stream or ``values``
    with a list of rows, and perhaps ``assume``, ``numbers``, ``profile``, ``standards`` and
    ``set_aside``. ``[expect.SHOP]`` has ``status``, ``score``, ``coverage``, points of
    ``dimensions`` and values of ``metrics`` as fractions, ``tiers``, and per metric the ``shown``
    comparison and whether it ``reached`` its standard; the ``level`` and which ``criteria`` are
    met, by id: true, false, or "unknown".
    ``[current.SHOP]`` has the same of the last evaluation, where shops are not judged every day.
    """
    expected = {part: case[part] for part in ("expect", "current") if part in case}
    for place, table, known in (
        ("case", case, _CASE_KEYS),
        *(
            (f"{part}.{shop}", keys, _EXPECT_KEYS)
            for part, shops in expected.items()
            for shop, keys in shops.items()
        ),
    ):
        for key in sorted(set(table) - known):
            yield f"{place}: unknown key {key}{did_you_mean(key, known)}"
    result = _score_case(platform, card, case)
    yield from _rows_set_aside(result, case.get("set_aside", 0))
    yield from _shop_complaints(result, case["expect"])
    if "current" in case:
        if result.current is None:
            yield "current: shops are judged every day"
            return
        last = _shop_complaints(result.current, case["current"])
        yield from (f"current: {complaint}" for complaint in last)


def _shop_complaints(result: Result, shops: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for shop_id, expected in shops.items():
        actual = _describe_shop(result, shop_id)
        for key, wanted in expected.items():
            if not isinstance(wanted, Mapping):
                if actual[key] != wanted:
                    yield f"{shop_id}: {key} is {actual[key]}, not {wanted}"
                continue
            for id, value in wanted.items():
                if id not in actual[key]:
                    yield f"{shop_id}: the result has no {id} among its {key}"
                elif actual[key][id] != value:
                    yield f"{shop_id}: {id} of {key} is {actual[key][id]}, not {value}"


def _rows_set_aside(result: Result, expected: int) -> Iterator[str]:
    """Yield what was set aside of a case, if it is not as many rows as expected."""
    if result.report is None or len(aside := result.report.set_aside) == expected:
        return
    yield f"{len(aside)} rows are set aside, not {expected} (see set_aside)"
    for row in aside.head(3).iter_rows(named=True):
        yield f"{row['stream']}, row {row['row']}: {row['column']} {row['value']}: {row['reason']}"


def _score_case(platform: Platform, card: Scorecard, case: Mapping[str, Any]) -> Result:
    rules: dict[str, Any] = {
        "platform": platform,
        "scorecard": card.id,
        "ruleset": case["ruleset"],
        "as_of": date.fromisoformat(str(case["as_of"])),
        "assume": case.get("assume"),
        "numbers": case.get("numbers"),
        "profile": case.get("profile"),
    }
    if "standards" in case:
        rows = [(r.get("industry"), r["metric"], r["standard"]) for r in case["standards"]]
        rules["standards"] = Standards.from_rows(rows)
    if "values" in case:
        return score_values(pl.DataFrame(case["values"], infer_schema_length=None), **rules)
    frames = {
        stream: pl.DataFrame(rows or _no_rows(platform, stream), infer_schema_length=None)
        for stream, rows in case["events"].items()
    }
    return score(frames, **rules)


def _no_rows(platform: Platform, stream: str) -> dict[str, tuple[()]]:
    """Return all columns of a stream without a row: its data is there, and nothing happened."""
    streams = platform.all_streams
    return {column.name: () for column in streams[stream].columns} if stream in streams else {}


def _describe_shop(result: Result, shop_id: str) -> dict[str, Any]:
    """Return the result of a shop, with the keys of a case."""
    shop, row = result[shop_id], result.only((shop_id,))[0]

    def exact(column: ExactColumn) -> str:
        (value,) = column.take(slice(row, row + 1)).fractions()
        return "none" if value is None else str(value)

    return {
        "status": shop.status,
        "score": shop.score_exact or "none",
        "coverage": exact(result.composed.coverage),
        "dimensions": {id: exact(c) for id, c in result.composed.dimensions.items()},
        "metrics": {id: exact(g.measured.column) for id, g in result.graded.items()},
        "shown": {m.id: m.difference_shown for m in shop.metrics},
        "reached": {m.id: m.reached for m in shop.metrics},
        "tiers": list(shop.tiers),
        "level": _level(result, row),
        "criteria": {c.id: "unknown" if c.met is None else c.met for c in shop.criteria},
    }


def _level(result: Result, row: int) -> str:
    """Return the level of a shop: its id, none, or unknown."""
    found = result.levels
    if found is None:
        return "none"
    if not found.known[row]:
        return "unknown"
    ids = [*(level.id for level in found.levels), "none"]
    return str(ids[found.certain[row]])
