"""Recognition: which mapping a document fits, by its content, and whether it holds values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...model.labels import Label
from ...model.mappings import DocumentMapping
from ...value_classes import frozen
from .outer_forms import Answer
from .searching import is_true

#: Envelopes that people cut off when they save what they see in the browser's tools, or that other
#: tools put around.
_ENVELOPES = ("data", "result", "payload")


@frozen(eq=False)
class Recognised:
    """An answer, the mapping that it fits, and its content in the envelope that the mapping knows.

    ``cut`` says that the envelope was not saved, so that nobody can tell whether the answer is good.
    """

    answer: Answer
    mapping: DocumentMapping
    content: Any
    cut: bool = False


@frozen(eq=False)
class Refused:
    """An answer that holds no values, the platform that it looks like, and what it means.

    ``meaning`` is None where the mapping only says that the answer is not a good one.
    """

    answer: Answer
    mapping: DocumentMapping
    meaning: Label | None


def recognise(answer: Answer, mappings: Sequence[DocumentMapping]) -> Recognised | Refused | None:
    """Return what an answer is; None where no mapping fits it.

    Answers without values are told by the refusals of the mappings, which look at the envelope.
    """
    found = _fitting(answer, mappings)
    if found is None:
        refused = (
            Refused(answer, mapping, refusal.label)
            for mapping in mappings
            for refusal in mapping.refusals
            if is_true(refusal.when, answer.content)
        )
        return next(refused, None)
    good = found.mapping.good
    if good and not found.cut and not is_true(good, found.content):
        siblings = [m for m in mappings if m.platform == found.mapping.platform]
        return Refused(answer, found.mapping, _meaning(found.content, siblings))
    return found


def _meaning(content: Any, mappings: Sequence[DocumentMapping]) -> Label | None:
    """Return what an answer without values means, where any mapping knows it."""
    refusals = (refusal for mapping in mappings for refusal in mapping.refusals)
    return next((r.label for r in refusals if is_true(r.when, content)), None)


def _fitting(answer: Answer, mappings: Sequence[DocumentMapping]) -> Recognised | None:
    for cut, content in _forms(answer.content):
        for mapping in mappings:
            if is_true(mapping.identified_by, content):
                return Recognised(answer, mapping, content, cut)
    return None


def _forms(whole: Any) -> Iterator[tuple[bool, Any]]:
    """Yield a document as it stands, in each envelope that may have been cut off, and out of it."""
    yield False, whole
    for name in _ENVELOPES:
        yield True, {name: whole}
    for name in _ENVELOPES:
        if isinstance(whole, dict) and isinstance(whole.get(name), list | dict):
            yield False, whole[name]
