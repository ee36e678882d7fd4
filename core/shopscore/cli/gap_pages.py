"""Pages of ``shopscore gap``: a table for each target, and one of the days to come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

from ..analysis.gaps.found import Gaps, LeavingDay, LeavingMetric, MetricGap, Mix, TargetGap
from ..analysis.gaps.measuring import NO_EACH
from ..analysis.gaps.targets import Target, target_words
from ..messages import listed, message, numbered
from ..model.metrics import Metric
from . import tables, voice
from .run import spoken
from .tables import Table, in_unit, table, word

#: Days to come that are shown; all of them stand in JSON.
_MOST_DAYS = 20


def show_gaps(found: Gaps, path: Path | None) -> None:
    """Show what each target needs, with what to know about it below."""
    page = _Page(found)
    footer = [spoken(said) for said in found.remarks]
    footer += [spoken(voice.note(notice)) for notice in found.notices]
    tables.show(page.head(), *_apart(page.parts()), *footer, output=path)


def _apart(parts: Iterable[Table | str]) -> Iterator[Table | str]:
    """Yield parts, with an empty line between a line and the table below it."""
    before: Table | str | None = None
    for part in parts:
        if isinstance(before, str) and isinstance(part, Table):
            yield ""
        yield part
        before = part


class _Page:
    """The tables of the gaps of one shop."""

    def __init__(self, found: Gaps) -> None:
        self.found = found
        self.rules = found.result.rules
        self.places = int(self.rules.exact.decimals)

    def head(self) -> str:
        """Return the line that says which shop it is, and its score."""
        found = self.found
        parts = [found.shop_id, found.industry, word(found.status, self.rules.statuses)]
        if found.score is not None:
            parts.append(tables.decimals(found.score, self.places))
        return " · ".join(parts)

    def parts(self) -> Iterator[Table | str]:
        """Yield the tables."""
        bands = [one for one in self.found.targets if one.target.kind == "band"]
        for one in self.found.targets:
            if one.target.kind != "band":
                yield from self._target(one)
        if bands:
            yield from self._bands(bands)
        if self.found.leaving:
            yield self._leaving()
        elif self.found.days_ahead:
            yield spoken(self._nothing_leaves())

    def _nothing_leaves(self) -> object:
        days = self.found.days_ahead
        if not self.rules.ruleset.dimensions:
            return numbered(
                "If no new event comes, nothing changes the level on the next day.",
                "If no new event comes, nothing changes the level in the next {n} days.",
                days,
            )
        return numbered(
            "If no new event comes, nothing changes the score on the next day.",
            "If no new event comes, nothing changes the score in the next {n} days.",
            days,
        )

    def _metric(self, id: str) -> Metric:
        return self.rules.metrics[id].metric

    def _value(self, id: str, value: Fraction | None) -> str:
        return in_unit(None if value is None else float(value), self._metric(id).unit)

    def _target(self, one: TargetGap) -> Iterator[Table | str]:
        words = self._words(one.target)
        if one.reached:
            yield spoken(message("{target}: reached already", target=words))
            return
        if not one.metrics:
            yield spoken(message("{target}: no metric brings it nearer", target=words))
            return
        yield from self._table(one.metrics, words)
        if one.mix is not None:
            yield self._mix(one.mix, words)
        elif self._may_be_mixed(one):
            yield spoken(
                message("no metric alone reaches it: --cost METRIC=N looks for a mix of several")
            )

    @staticmethod
    def _may_be_mixed(one: TargetGap) -> bool:
        """Return whether several metrics together might reach what none alone does."""
        able = [gap for gap in one.metrics if gap.event is not None]
        alone = any(gap.events is not None for gap in one.metrics)
        return one.target.kind in ("total", "tier") and len(able) > 1 and not alone

    def _words(self, target: Target) -> str:
        """Return a target in words; a value in its unit."""
        if target.kind != "value":
            return voice.text(target_words(target, self.rules))
        metric = self._metric(target.id)
        number = self._value(target.id, target.number)
        said = message("{metric}: a value of {number}", metric=metric.label, number=number)
        return voice.text(said)

    def _bands(self, bands: list[TargetGap]) -> Iterator[Table | str]:
        """Yield one table of all metrics with a next band."""
        gaps = tuple(gap for one in bands for gap in one.metrics)
        if gaps:
            yield from self._table(gaps, voice.text(message("the next band of each metric")))
        done = [self._metric(one.target.id).label for one in bands if one.reached]
        if done:
            said = message("{target}: reached already", target=message("the best band"))
            yield spoken(message("{about}: {said}", about=listed(done), said=said))

    def _table(self, gaps: tuple[MetricGap, ...], title: str) -> Iterator[Table | str]:
        """Yield a table of what metrics need; what nothing is known of is only noted."""
        shown = [gap for gap in gaps if gap.needed is not None or gap.events is not None]
        notes = [(self._name(gap), said) for gap in gaps for said in self._reasons(gap)]
        if not shown:
            yield title
            for about, said in tables.grouped(notes):
                yield spoken(message("{about}: {said}", about=about, said=said))
            return
        columns: list[tuple[object, list[object]]] = [
            (message("metric"), [self._name(gap) for gap in shown]),
            (message("now"), [self._value(gap.metric, gap.value) for gap in shown]),
            (message("needed"), [self._value(gap.metric, gap.needed) for gap in shown]),
            (message("good events"), [self._events(gap) for gap in shown]),
            (message("of"), [self._kind(gap) for gap in shown]),
        ]
        if any(gap.less_each is not None for gap in shown):
            less = [self._value(gap.metric, gap.less_each) if gap.less_each is not None else ""
                    for gap in shown]  # fmt: skip
            columns.insert(3, (message("or each less by"), [*less]))
        if self.found.score is not None:
            then = [self._score(gap.score_then) for gap in shown]
            columns.append((message("score then"), [*then]))
        heads = [head for head, _ in columns]
        rows = [*zip(*(cells for _, cells in columns), strict=True)]
        right = [head for head in heads if str(head) not in ("metric", "of")]
        yield table(heads, rows, right=right, title=title, notes=notes, keys=1)

    def _name(self, gap: MetricGap) -> object:
        return self._metric(gap.metric).label

    def _events(self, gap: MetricGap) -> str:
        return "–" if gap.events is None else f"{gap.events:,}"

    def _score(self, score: Fraction | None) -> str:
        return tables.decimals(None if score is None else float(score), self.places + 2)

    def _kind(self, gap: MetricGap) -> object:
        if gap.event is None or gap.events is None:
            return ""
        stream, each = gap.event.tally.stream, gap.event.each
        if each is None or self._metric(gap.metric).unit == "ratio":
            return stream
        return message("{stream}, {each} each", stream=stream, each=self._value(gap.metric, each))

    def _reasons(self, gap: MetricGap) -> Iterator[object]:
        """Yield why a value or a number is not there; a reason for both once."""
        if gap.value_reason is not None:
            yield gap.value_reason
        if gap.reason is not None and gap.value_reason is None:
            yield gap.reason
            if gap.reason is NO_EACH:
                yield message("--each METRIC=N says what one event has")
        if not gap.steady:
            yield message("still more of them may lose it again")

    def _mix(self, mix: Mix, target: str) -> Table | str:
        if mix.cost is None:
            said = message("{about}: {said}", about=message("the cheapest mix"), said=mix.reason)
            return spoken(said)
        heads = [message("metric"), message("good events"), message("cost")]
        rows: list[list[object]] = [
            [self._metric(part.metric).label, f"{part.events:,}", tables.decimals(float(part.cost))]
            for part in mix.parts
        ]
        rows.append([message("together"), "", tables.decimals(float(mix.cost))])
        title = message("The cheapest mix: {target}", target=target)
        notes = [(message("score then"), self._score(mix.score_then))]
        return table(heads, rows, right=heads[1:], title=voice.text(title), notes=notes)

    def _leaving(self) -> Table:
        days = self.found.leaving[:_MOST_DAYS]
        columns: list[tuple[object, list[object]]] = [
            (message("day"), [one.day.isoformat() for one in days])
        ]
        if self.rules.ruleset.dimensions:
            columns.append((message("score"), [self._published(one) for one in days]))
            columns.append((message("change"), [self._change(one) for one in days]))
        if self.rules.ruleset.levels:
            columns.append((message("level of the day"), [self._level(one) for one in days]))
        columns.append((message("what changes"), [self._why(one) for one in days]))
        heads = [head for head, _ in columns]
        rows = [*zip(*(cells for _, cells in columns), strict=True)]
        notes: list[tuple[object, object]] = []
        if len(days) < len(self.found.leaving):
            many = len(self.found.leaving) - len(days)
            notes.append(
                (
                    "",
                    numbered(
                        "{n} more day: --format json has it",
                        "{n} more days: --format json has them",
                        many,
                    ),
                )
            )
        title = message("If no new event comes: what leaves the windows, day by day")
        return table(
            heads,
            rows,
            right=(message("score"), message("change")),
            whole=heads[:1],
            title=voice.text(title),
            notes=notes,
            keys=1,
        )

    def _level(self, one: LeavingDay) -> object:
        labels = {level.id: level.label for level in self.rules.ruleset.levels}
        return "–" if one.level is None else labels[one.level]

    def _published(self, one: LeavingDay) -> str:
        if one.score is None:
            return word(one.status, self.rules.statuses)
        return tables.decimals(float(one.score), self.places)

    def _change(self, one: LeavingDay) -> str:
        if one.change is None:
            return "–"
        shown = tables.decimals(float(one.change), self.places + 2)
        return f"+{shown}" if one.change > 0 else shown

    def _why(self, one: LeavingDay) -> object:
        """Return the metrics that decide it; where none does alone, all whose value changes."""
        deciding = [metric for metric in one.metrics if metric.decides]
        return listed(self._moved(metric) for metric in deciding or one.metrics)

    def _moved(self, metric: LeavingMetric) -> object:
        return message(
            "{metric} {before} → {after}",
            metric=self._metric(metric.metric).label,
            before=self._value(metric.metric, metric.value_before),
            after=self._value(metric.metric, metric.value),
        )
