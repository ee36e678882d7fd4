"""Names in a user's tables: metrics and dimensions by their id, or by a label in either language."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal
from unicodedata import normalize

from ..errors import InputError, did_you_mean
from ..messages import Message, Translated, listed, message
from ..model.labels import Label
from ..plugins.bound_rules import BoundRuleSet
from ..value_classes import frozen
from .amounts import Possible

Kind = Literal["metric", "dimension", "total"]
#: What a total is called besides the name of its scorecard.
TOTAL = ("score", "总分", "体验分", "店铺体验分", "商家体验分")
#: What is meant first by a label that several kinds have.
_FIRST: tuple[Kind, ...] = ("metric", "total", "dimension")


@frozen
class Name:
    """What a row of a user's table is about, and what its values can be.

    >>> Name("metric", "rate", Label("差评率", "Bad reviews"), Possible("ratio")).words
    ('rate', '差评率', 'Bad reviews')
    """

    kind: Kind
    id: str
    label: Label
    possible: Possible
    more: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Every word for it, the id first."""
        return tuple(dict.fromkeys((self.id, self.label.zh, self.label.en, *self.more)))


@frozen
class Names:
    """Everything that rows of a user's tables can be about, under some rules."""

    every: tuple[Name, ...]

    @classmethod
    def of(cls, rules: BoundRuleSet) -> Names:
        """Return the names of the metrics, dimensions and the total of some rules."""
        return cls((*_metrics(rules), *_others(rules)))

    @property
    def metrics(self) -> Names:
        """The metrics only, as in tables of percentiles and standards."""
        return Names(tuple(name for name in self.every if name.kind == "metric"))

    def find(self, text: str, place: Translated) -> Name | None:
        """Return what a text names; ids go before labels.

        Of a metric, the total and a dimension with one label the first is meant: consoles call the
        only metric of a dimension like the dimension.

        Raises:
            InputError: naming the place, where it is the label of several metrics or dimensions.
        """
        exact = [name for name in self.every if name.id == text.strip()]
        if exact:
            return exact[0]
        folded = _fold(text)
        every = [name for name in self.every if folded in map(_fold, name.words)]
        of_kinds = ([n for n in every if n.kind == kind] for kind in _FIRST)
        found = next(filter(None, of_kinds), [])
        if len(found) > 1:
            raise InputError(
                message(
                    "{place}: {value!r} names several: write one of {ids}",
                    place=place,
                    value=text,
                    ids=listed(name.id for name in found),
                )
            )
        return found[0] if found else None

    def guess(self, text: str) -> Message:
        """Return the end of a message about a text that names nothing."""
        labels = {_fold(word): word for name in self.every for word in name.words}
        close = did_you_mean(_fold(text), labels) if text.strip() else None
        if close is not None and close.template.startswith("; did"):
            return message("; did you mean {word}?", word=labels[str(close.values["word"])])
        return did_you_mean("", (name.id for name in self.every))


def _fold(text: str) -> str:
    """Return a text without what does not matter: case, blanks, full-width forms.

    >>> _fold("ＩＭ3分钟 平均回复率")
    'im3分钟平均回复率'
    """
    return "".join(normalize("NFKC", text).casefold().split())


def _metrics(rules: BoundRuleSet) -> Iterator[Name]:
    exact = rules.exact
    for id in rules.ruleset.needed_metric_ids:
        metric = rules.metrics[id].metric
        adjusts = metric.role in (
            "bonus",
            "deduction",
        )  # part of a scale, from nothing to all of it
        low = min(Fraction(0), exact.low) if adjusts else exact.low
        possible = Possible.of(metric.unit, low, exact.high)
        yield Name("metric", id, metric.label, possible)


def _others(rules: BoundRuleSet) -> Iterator[Name]:
    exact, card = rules.exact, rules.scorecard
    points = Possible.of("points", exact.low, exact.high)
    for dimension in rules.ruleset.dimensions:
        yield Name("dimension", dimension.id, dimension.label, points)
    if rules.ruleset.dimensions:
        yield Name("total", "total", card.label, points, TOTAL)
