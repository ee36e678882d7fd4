"""Inspection of documents: what each was taken for, what it gives, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ..errors import CoverageError
from ..model.labels import Label
from ..plugins.catalog import platforms as all_platforms
from ..plugins.declarations import Platform
from ..reading.documents.documents import NONE, Document, Documents
from ..reading.documents.extraction import Entry, ShopOfDocument
from ..reading.documents.loading import load_documents, looks_like_document
from ..value_classes import frozen


@frozen(eq=False)
class InspectedDocument:
    """A document and one of its shops: what it says of each subject, and which metrics it lacks.

    ``missing`` are the metrics of the newest rules of the scorecard of which it has no value.
    """

    document: Document
    shop: ShopOfDocument
    labels: Mapping[str, Label]
    ruleset: str
    missing: tuple[str, ...]

    @property
    def subjects(self) -> Iterator[tuple[str, str, tuple[Entry, ...]]]:
        """Yield the kind and the id of each subject, with everything that is said of it."""
        together: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.shop.entries:
            together.setdefault((entry.subject, entry.id), []).append(entry)
        for (subject, id), entries in together.items():
            yield subject, id, tuple(entries)

    def label(self, subject: str, id: str) -> Label | None:
        """Return the name of a subject, where its scorecard has one; of a fact that of the mapping."""
        if subject != "fact":
            return self.labels.get(f"{subject} {id}")
        fact, _, key = id.partition(":")
        name = self.document.mapping.names.get(fact)
        return Label(f"{name.zh} {key}", f"{name.en} {key}") if name and key else name


def inspect_documents(
    path: Path,
    platforms: Sequence[Platform],
    *,
    shop_id: str | None = None,
    tz: str | None = None,
) -> Documents:
    """Look at the documents of a file or a folder; none where a file is of another kind.

    Args:
        path: the file or folder.
        platforms: whose documents are considered.
        shop_id: the shop of documents that name none.
        tz: the zone of its clock.

    Raises:
        InputError: where a file looks like a document and is none that can be read.
    """
    if path.is_file() and not looks_like_document(path):
        return NONE
    return load_documents((path,), platforms, shop_id=shop_id, tz=tz)


def inspected(documents: Documents) -> Iterator[InspectedDocument]:
    """Yield each document with each of its shops, and what it lacks for its scorecard."""
    known = {platform.id: platform for platform in all_platforms()}
    for document in (*documents, *documents.unplaced):
        platform = known[document.mapping.platform]
        for shop in document.shops:
            labels, ruleset, metrics = _rules_of(platform, document.mapping.scorecards)
            valued = {e.id for e in shop.entries if e.subject == "metric" and e.role == "value"}
            missing = tuple(id for id in metrics if id not in valued)
            yield InspectedDocument(document, shop, labels, ruleset, missing)


def _rules_of(
    platform: Platform, scorecards: Sequence[str]
) -> tuple[dict[str, Label], str, tuple[str, ...]]:
    """Return the labels of a scorecard's subjects, and its newest rules with their metrics."""
    if not scorecards:
        return {}, "", ()
    card = platform.scorecard(scorecards[0])
    try:
        ruleset = card.newest()
    except CoverageError:
        return {}, "", ()
    labels = {f"dimension {d.id}": d.label for d in ruleset.dimensions}
    labels |= {f"metric {id}": metric.label for id, metric in card.all_metrics.items()}
    labels["total total"] = card.label
    return labels, ruleset.name, tuple(ruleset.metric_ids)
