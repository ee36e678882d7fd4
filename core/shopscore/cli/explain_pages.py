"""Pages of ``shopscore explain``: tables that an owner reads from above, the dearest first."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from attrs import evolve

from ..analysis.reasons.contributions import Contribution, contribution_name
from ..analysis.reasons.distances import Distance, NamedRow
from ..analysis.reasons.explanation import Explanation, HeavyEvent
from ..analysis.reasons.groups import weekday_name
from ..analysis.reasons.tracing import RowTrace, TallyTrace
from ..messages import listed, message, numbered
from ..model.metrics import Metric
from ..results.criteria_words import criterion_label
from ..rules.condition_words import relief_words
from . import tables, voice
from .criteria_tables import (
    bound_words,
    measured,
    names_of_metrics,
    verdict,
)
from .run import spoken
from .shop_tables import shop_table, shop_title
from .tables import Table, in_unit, table


def show_explanation(found: Explanation, most: int, path: Path | None) -> None:
    """Show an explanation as tables, with what to know about it below."""
    page = _Page(found, most)
    told = None if found.score_exact is not None else page.view.reason  # beside the values already
    footer = [spoken(said) for said in found.remarks if said != told]
    footer += [spoken(voice.note(notice)) for notice in found.notices]
    tables.show(*page.parts(), *footer, output=path)


class _Page:
    """The tables of one explanation."""

    def __init__(self, found: Explanation, most: int) -> None:
        self.found = found
        self.most = most
        self.result = found.result
        self.view = self.result[found.shop_id]
        self.rules = self.result.rules
        self.places = int(self.rules.exact.decimals) + 2

    def parts(self) -> Iterator[Table]:
        """Yield the tables, those that were asked for first."""
        for one in self.found.trace or ():
            yield self._traced(one)
        if self.found.by is not None:
            yield from self._grouped()
        yield self._contributions() if self.found.score_exact is not None else self._values()
        if self.found.events:
            yield self._events()
        if self.found.effects:
            yield self._effects()
        if self.found.conditions:
            yield self._conditions()
            yield from self._rests_on()
        if self.found.assumptions and self.rules.ruleset.dimensions:
            yield from self._assumptions()

    def _points(self, number: Fraction | None, sign: bool = False) -> str:
        if number is None:
            return "–"
        shown = tables.decimals(float(number), self.places)
        return f"+{shown}" if sign and number > 0 else shown

    def _metric(self, id: str) -> Metric:
        return self.rules.metrics[id].metric

    def _value(self, id: str, value: Fraction | None) -> str:
        return in_unit(None if value is None else float(value), self._metric(id).unit)

    def _contributions(self) -> Table:
        split = self.found.decomposition
        metrics = [line for line in split.lines if line.kind in ("metric", "dimension")]
        others = [line for line in split.lines if line.kind not in ("metric", "dimension")]
        metrics.sort(key=lambda line: -(line.lost or Fraction(0)))
        rows = [self._line(line) for line in (*metrics, *others)]
        if split.score_exact is not None:
            lost = sum((line.lost for line in metrics if line.lost is not None), Fraction(0))
            rows.append([message("exact score"), "", "", self._points(split.score_exact),
                         self._points(lost) if metrics else ""])  # fmt: skip
            rows.append([message("rounding"), "", "", self._points(split.rounding, sign=True), ""])
        head = [message("part"), message("points"), message("weight"), message("gives"),
                message("costs")]  # fmt: skip
        notes = [
            (contribution_name(line, self.rules), line.note)
            for line in split.lines
            if line.note is not None
        ]
        if split.note is not None:
            notes.append((message("score"), split.note))
        title = shop_title(self.result, self.view)
        return table(head, rows, right=head[1:], title=title, notes=notes)

    def _values(self) -> Table:
        """Return what is known of a shop without a score: its metrics, and why nothing adds up."""
        values = shop_table(self.result, self.view)
        why = (voice.text(message("score")), voice.text(self.found.decomposition.note))
        return evolve(values, notes=(why, *values.notes))

    def _line(self, line: Contribution) -> list[object]:
        weight = None if line.weight is None else float(line.weight)
        return [
            contribution_name(line, self.rules),
            self._points(line.points),
            "–" if weight is None else f"{weight:.1%}",
            self._points(line.gives, sign=line.kind not in ("metric", "dimension")),
            self._points(line.lost),
        ]

    def _events(self) -> Table:
        head = [message("event"), message("where"), message("costs"), message("counts in")]
        rows = [
            [_key(one), _place(one), self._points(one.costs), self._labels(one.metrics)]
            for one in self.found.events
        ]
        title = message("Events that cost most: the score would be so much higher without each")
        return table(head, rows, right=[head[2]], title=voice.text(title), keys=2)

    def _labels(self, ids: tuple[str, ...]) -> object:
        return listed(self._metric(id).label for id in ids)

    def _effects(self) -> Table:
        kinds = {"good": message("good"), "bad": message("bad"), "first": message("its first")}
        head = [message("metric"), message("one more"), message("of stream"), message("value"),
                message("then")]  # fmt: skip
        scored = self.found.score_exact is not None
        head += [message("score")] if scored else []
        rows = [
            [
                self._metric(one.metric).label,
                kinds[one.kind],
                one.tally.stream,
                self._value(one.metric, one.before),
                self._value(one.metric, one.after),
                *([self._points(one.gives, sign=True)] if scored else []),
            ]
            for one in self.found.effects
        ]
        title = message("One more event, on the newest day, in this metric alone")
        return table(head, rows, right=head[3:], title=voice.text(title), keys=2)

    def _conditions(self) -> Table:
        found, last = self.found, self.found.current_as_of
        head = [message("condition")]
        head += [message("value")] if last is None else [message("current"), message("projected")]
        head += [message("bound"), message("distance")]
        before = [[self._held(one)] for one in found.current_conditions]
        rows = [
            [
                self._condition(one),
                *earlier,
                self._held(one),
                bound_words(self.result, one.condition, _float(one.bound)),
                measured(self.result, one.condition.measure, _float(one.distance)),
            ]
            for one, earlier in zip(
                found.conditions, before or [[]] * len(found.conditions), strict=True
            )
        ]
        title = message("Conditions, and how far each is from its bound")
        if last is not None:
            title = message(
                "Conditions at the last evaluation, as of {last}, and as projected; and how far the"
                " projected value is from its bound",
                last=last,
            )
        return table(
            head, rows, right=head[1:], title=voice.text(title), notes=self._small_numbers()
        )

    def _condition(self, one: Distance) -> object:
        """Return what a condition is called."""
        exact = self.rules.exact
        if one.role == "criterion":
            return criterion_label(self.result, next(c for c in exact.criteria if c.id == one.id))
        return next(c.label for c in exact.eligibility if c.id == one.id)

    def _held(self, one: Distance) -> str:
        """Return the value that a condition measures, and whether it is met."""
        value = measured(self.result, one.condition.measure, _float(one.value))
        return f"{value} {verdict(one.met)}"

    def _small_numbers(self) -> Iterator[tuple[object, object]]:
        """Yield what is asked of small numbers instead."""
        names = names_of_metrics(self.result)
        for one in self.found.conditions:
            if (relief := relief_words(one.condition, names)) is not None:
                bound = bound_words(self.result, one.condition, _float(one.bound))
                yield self._condition(one), message("{said}, {relief}", said=bound, relief=relief)

    def _rests_on(self) -> Iterator[Table]:
        head = [message("condition"), message("event"), message("where"), message("without it")]
        rows = [
            [self._metric(one.condition.measure.metric).label, _key(row), _place(row),
             self._value(one.condition.measure.metric, value)]
            for one in self.found.conditions
            for row, value in one.rows
        ]  # fmt: skip
        if rows:
            title = message("Events that conditions rest on")
            yield table(head, rows, right=[head[3]], title=voice.text(title), keys=2)

    def _assumptions(self) -> Iterator[Table]:
        head = [message("assumption"), message("value"), message("other"), message("score"),
                message("change")]  # fmt: skip
        now, rows, notes = self.found.score_exact, [], []
        same = 0
        for one in self.found.assumptions:
            short = one.id.removeprefix(self.rules.ruleset.full_id(""))
            for end in one.ends:
                if end.score is not None and end.score == now:
                    same += 1
                    continue
                if end.score is None and now is None:
                    continue
                change = None if end.score is None or now is None else end.score - now
                rows.append([short, one.value, end.value, self._points(end.score),
                             self._points(change, sign=True)])  # fmt: skip
                if end.reason is not None:
                    notes.append((f"{short} = {end.value}", end.reason))
        if same:
            said = numbered(
                "{n} other value of an assumption changes nothing",
                "{n} other values of assumptions change nothing",
                same,
            )
            notes.append(("", said))
        title = message("Assumptions, and the score with other values of them")
        if rows or notes:
            shown = head if rows else ()
            yield table(shown, rows, right=head[3:], title=voice.text(title), notes=notes, keys=1)

    def _grouped(self) -> Iterator[Table]:
        found, shown = self.found, self.found.groups[: self.most or None]
        by = found.by or ""
        head = [by, message("costs")]
        rows: list[list[object]] = [
            [self._group(one.value), self._points(one.costs)] for one in found.groups
        ]
        title = message("What each group costs: the score would be so much higher without it")
        yield table(head, rows, right=head[1:], title=voice.text(title))
        head = [by, message("metric"), message("value"), message("n")]
        weighed = {entry.id for _, entry in self.rules.exact.entries}
        asked = {c.measure.metric for c in self.rules.ruleset.conditions}
        rows = [
            [self._group(one.value), self._metric(m.metric).label, self._value(m.metric, m.value),
             m.n]
            for one in shown
            for m in one.metrics
            if m.metric in weighed or m.metric in asked
        ]  # fmt: skip
        if rows:
            title = message("Each metric within the groups")
            yield table(head, rows, right=head[2:], title=voice.text(title), keys=2)

    def _group(self, value: str | None) -> str:
        if value is None:
            return "–"
        return weekday_name(value, voice.lang()) if self.found.by == "weekday" else value

    def _traced(self, one: RowTrace) -> Table:
        head = [message("metric"), message("conditions"), message("day"), message("weight"),
                message("counts")]  # fmt: skip
        rows = [self._tally(tally) for tally in one.tallies]
        place = voice.text(_place(one))
        title = [_key(one), *([place] if place else [])]
        if one.costs is not None:
            title.append(voice.text(message("costs {points}", points=self._points(one.costs))))
        notes: list[tuple[object, object]] = [
            (self._labels(tally.metrics), tally.reason)
            for tally in one.tallies
            if tally.reason is not None
        ]
        if one.reason is not None:
            notes.insert(0, ("", one.reason))
        return table(head, rows, title=" · ".join(title), notes=notes, right=[head[3]])

    def _tally(self, one: TallyTrace) -> list[object]:
        said = voice.clauses(f"{verdict(part.met)} {part.words}" for part in one.parts)
        return [
            self._labels(one.metrics),
            said or "–",
            "–" if one.day is None else one.day.isoformat(),
            f"{one.weight / one.scale:g}",
            verdict(one.reason is None),
        ]


def _float(number: Fraction | None) -> float | None:
    return None if number is None else float(number)


def _key(one: HeavyEvent | NamedRow | RowTrace) -> str:
    return " ".join([one.stream, *one.key.values()])


def _place(one: HeavyEvent | NamedRow | RowTrace) -> object:
    """Return the file and line of an event."""
    if one.line is None:
        return ""
    if one.file is None:
        return message("row {n}", n=one.line)
    return message("{file}, line {line}", file=one.file, line=one.line)
