"""Checks of mappings of documents: they can be read, and speak of what the rules know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..errors import ShopscoreError
from ..model.mappings import ASKED_FOR, DocumentMapping, Limit
from ..plugins.declarations import Platform, Scorecard
from .declarations import parse_rulesets
from .report import Check
from .subject import Subject, conclude, failed, skipped


def documents(subject: Subject) -> Iterator[Check]:
    """Check that mappings have labels, and know the ids of their scorecards."""
    for platform in subject.own:
        try:
            mappings = platform.mappings
        except (ShopscoreError, OSError, ValueError) as error:
            yield failed("documents", platform.id, str(error))
            continue
        if not mappings:
            yield skipped("documents", platform.id, "the platform declares no documents")
        for mapping in mappings:
            yield conclude("documents", mapping.name, _faults(platform, mapping))


def _faults(platform: Platform, mapping: DocumentMapping) -> Iterator[str]:
    if not all(label.complete for label in (mapping.label, *(r.label for r in mapping.refusals))):
        yield "a label is missing"
    known = {card.id: card for card in platform.scorecards}
    for id in mapping.scorecards:
        if id not in known:
            yield f"no scorecard {id}"
    cards = [known[id] for id in mapping.scorecards if id in known] or list(known.values())
    yield from _unknown(mapping, cards)
    yield from _faults_of_limits(mapping, cards)


def _unknown(mapping: DocumentMapping, cards: Iterable[Scorecard]) -> Iterator[str]:
    """Yield the ids of metrics and dimensions that no scorecard of the mapping has."""
    metrics = {id for card in cards for id in card.all_metrics}
    dimensions = {d.id for card in cards for r in parse_rulesets(card) for d in r.dimensions}
    for subject, id in _told(mapping):
        if subject == "metric" and id not in metrics:
            yield f"no metric {id}: what the rules do not know is a fact"
        if subject == "dimension" and id not in dimensions:
            yield f"no dimension {id}: what the rules do not know is a fact"


def _told(mapping: DocumentMapping) -> Iterator[tuple[str, str]]:
    """Yield what a mapping tells of: subjects and ids."""
    for figure in mapping.figures:
        if figure.id != ASKED_FOR or mapping.asked is None:
            yield figure.subject, figure.id
    for rows in mapping.rows:
        for id in dict.fromkeys(rows.ids.values()) or [rows.id]:
            yield rows.subject_of(id), id
    if mapping.asked is not None:
        yield from (("metric", id) for id in mapping.asked.ids.values())


def _faults_of_limits(mapping: DocumentMapping, cards: Iterable[Scorecard]) -> Iterator[str]:
    rulesets = [ruleset for card in cards for ruleset in parse_rulesets(card)]
    criteria = {criterion.id for ruleset in rulesets for criterion in ruleset.criteria}
    ids = {id for _, id in _told(mapping)}
    levels = {level.id for ruleset in rulesets for level in ruleset.levels}
    for verdict in mapping.verdicts:
        if verdict.criterion not in criteria:
            yield f"verdicts: no criterion {verdict.criterion}"
        if verdict.metric not in ids:
            yield f"verdicts: {verdict.metric} is not read"
    for unknown in sorted(set(mapping.level.ids.values()) - levels):
        yield f"level: no level {unknown}"
    for fact in (
        *mapping.days_since.values(),
        *filter(None, [mapping.level.fact, mapping.window_days]),
    ):
        if fact not in ids:
            yield f"{fact} is not read"
    for limit in mapping.limits:
        if limit.criterion not in criteria:
            yield f"limits: no criterion {limit.criterion}"
        if limit.metric not in ids or not _reads(mapping, limit):
            yield f"limits: {limit.role} of {limit.metric} is not read"


def _reads(mapping: DocumentMapping, limit: Limit) -> bool:
    """Return whether a mapping reads the cell of a limit."""
    asked = ASKED_FOR if mapping.asked and limit.metric in mapping.asked.ids.values() else ""
    figures = (f.cells for f in mapping.figures if f.id in (limit.metric, asked))
    rows = (r.cells for r in mapping.rows if limit.metric in (r.id, *r.ids.values()))
    return any(limit.role in cells for cells in (*figures, *rows))
