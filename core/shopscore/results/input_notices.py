"""What reading found, for a result: the same notices, with the metrics concerned."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from ..model.expressions import columns_of
from ..notices import Notice
from ..plugins.bound_rules import BoundRuleSet
from ..reading.report import LoadReport


def on_input(report: LoadReport, rules: BoundRuleSet) -> Iterator[Notice]:
    """Yield the notices of reading, with the metrics that read what they are about.

    That some shops have no file of a stream matters where a metric reads it.
    """
    words = {w.notice(): _reading(rules, w.stream, w.column) for w in report.unlisted}
    for notice in report.notices:
        if notice.code == "no_links":
            yield evolve(notice, metrics=_linking(rules, notice))
        elif notice.code == "no_file_of_shop":
            if metrics := _of_stream(rules, str(notice.stream)):
                yield evolve(notice, metrics=metrics)
        else:
            yield evolve(notice, metrics=words.get(notice, notice.metrics))


def _of_stream(rules: BoundRuleSet, stream: str) -> tuple[str, ...]:
    """Return the metrics that count rows of a stream."""
    return tuple(
        id
        for id, metric in rules.metrics.items()
        if any(tally.stream == stream for tally in metric.tallies)
    )


def _linking(rules: BoundRuleSet, notice: Notice) -> tuple[str, ...]:
    """Return the metrics that look at the rows which those of a stream name by a column."""
    links = rules.streams[str(notice.stream)].links
    names = [link.name for link in links if link.column == notice.column]
    return tuple(
        id
        for id, metric in rules.metrics.items()
        if any(
            tally.stream == notice.stream
            and any(ref.link in names or ref.path == notice.column for ref in tally.columns)
            for tally in metric.tallies
        )
    )


def _reading(rules: BoundRuleSet, stream: str, column: str) -> tuple[str, ...]:
    """Return the metrics that read a column of a stream."""
    return tuple(
        id
        for id, metric in rules.metrics.items()
        if any(
            tally.stream == stream
            and any(ref.name == column and not ref.linked for ref in columns_of(*tally.expressions))
            for tally in metric.tallies
        )
    )
