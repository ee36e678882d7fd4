"""The report of the conformance kit: checks with stable ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import asdict

from ..value_classes import frozen

CheckStatus = Literal["passed", "failed", "skipped"]

#: Every check of the kit by its id, which never changes its meaning.
CHECKS: Mapping[str, str] = {
    "loads": "the plugin loads and its status is active",
    "import_budget": "importing it loads neither numpy, scipy nor polars",
    "public_names": "it imports only public names of shopscore",
    "labels": "every platform, scorecard, dimension and metric has a label in both languages",
    "rulesets_parse": "every rule set file is valid: schema 1, nothing unknown, numbers with sources",
    "metrics_exist": "every metric that a rule set names exists",
    "metric_sources": "every metric names a source, and the rule set knows it",
    "weights_sum": "weights of dimensions add up to exactly 1, where they are all known",
    "spans": "rule sets of one scorecard do not overlap in time, but for corrections of one another, and none ends before it begins",
    "tallies_are_integers": "every tally is a condition and an integer over columns that exist",
    "levers": "levers read and change columns that exist, by settings that they declare",
    "tasks": "tasks read and change columns that exist, by settings that they declare, with a source",
    "layouts": "layouts of export files name columns and words that exist, with a source",
    "documents": "mappings of documents can be read, have a source and labels, and know the ids of the rules",
    "examples": "examples of documents are recognised, read in full, and hold no number that cannot be",
    "additions": "what is added to platforms of others is read there, row by row, and sampled",
    "scoring": "sample events, of its own streams too, are scored by every rule set on any day",
    "aggregators": "each shop gets alone, in whole numbers, what it gets among others; pooling is true",
    "scorers": "points are on the scale, only for values, in any order of shops, among true peers",
    "compositions": "totals are exact, on the scale, of each shop alone, and do not fall where points rise",
    "oracle": "plain Python, row by row, counts the same as polars",
    "state_law": "parts add up to the whole in any order, and can be subtracted again",
    "windows_commute": "sums over windows are the same from rows and from daily tallies",
    "empty_input": "no rows at all give no value, and no error",
    "one_row": "a single row per stream scores without an error",
    "missing_columns": "a missing column gives no_data with a reason, never a value",
    "monotone": "where one value gets better and peers stay, the points of the metric do not fall",
    "determinism": "two processes give the same bytes",
    "golden_cases": "the plugin's own cases give the numbers that they expect",
}


@frozen
class Check:
    """The result of one check; ``subject`` is what it was run on."""

    id: str
    subject: str
    status: CheckStatus
    message: str = ""


@frozen
class Report:
    """The results of :func:`check_plugin`."""

    plugin: str
    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(c for c in self.checks if c.status == "failed")

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.failures

    def to_dict(self) -> dict[str, Any]:
        """Return the report as ``shopscore-plugins check --format json`` shows it."""
        counts = {
            s: sum(c.status == s for c in self.checks) for s in ("passed", "failed", "skipped")
        }
        return {
            "schema": "shopscore.check/1",
            "plugin": self.plugin,
            "ok": self.ok,
            "counts": counts,
            "checks": [asdict(check) for check in self.checks],
        }
