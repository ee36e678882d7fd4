"""The check of additions: what a plugin adds to platforms of others can be read there."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import polars as pl
from attrs import evolve

from ..errors import ShopscoreWarning
from ..model.streams import CANONICAL
from ..plugins.additions import Addition
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.declarations import Platform
from ..plugins.isolation import describe_error
from ..plugins.samples import extend_sample
from .report import Check
from .sampling import drawn_frames, read_frames
from .subject import Subject, conclude, skipped


def additions(subject: Subject) -> Iterator[Check]:
    """Check that rows of added streams, columns and words are made, and none is set aside.

    All other checks run on the rule sets of these platforms as well. What is for a platform that
    is not installed is told, and cannot be checked.
    """
    record = subject.record
    for said in record.not_added:
        yield skipped("additions", record.origin, f"not checked: {said}")
    if not subject.additions and not record.not_added:
        yield skipped("additions", record.origin, "nothing is added to platforms of others")
    for platform, addition in subject.additions:
        rules = next((r for r in subject.rules if r.platform.id == platform.id), None)
        if rules is None:
            why = "no rule set of the platform can be read"
            yield skipped("additions", platform.id, why)
            continue
        try:
            complaints = list(_of_addition(platform, addition, rules))
        except Exception as error:  # any error here would reach a user
            complaints = [describe_error(error)]
        yield conclude("additions", platform.id, complaints)


def _of_addition(platform: Platform, addition: Addition, rules: BoundRuleSet) -> Iterator[str]:
    """Yield what is wrong with an addition: its function for samples, and rows with what it adds."""
    frames = drawn_frames(evolve(rules, platform=evolve(platform, sample="", more_samples=())))
    if addition.sample:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ShopscoreWarning)
            alone = evolve(platform, sample="", more_samples=(addition.sample,))
            extend_sample(alone, frames, seed=7)
    known = {(s.name, c) for s in CANONICAL for c in s.columns}
    named = {
        (stream.name, column.name)
        for stream in addition.streams
        for column in stream.columns
        if (stream.name, column) not in known
    }
    for made in (frames, drawn_frames(rules)):
        report = read_frames(rules, made).report
        for stream in addition.streams:
            if not report.books[stream.name].rows_in:
                yield f"no row of {stream.name} is made"
        yield from _set_aside(report.set_aside, named)


def _set_aside(rows: pl.DataFrame, named: set[tuple[str, str]]) -> Iterator[str]:
    """Yield which rows are set aside for a column that is added."""
    for row in rows.iter_rows(named=True):
        if (row["stream"], row["column"]) in named:
            yield (
                f"a row of {row['stream']} is set aside: {row['column']} {row['value']}:"
                f" {row['reason']}"
            )
