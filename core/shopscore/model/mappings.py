"""Mappings: what a document of a console or an official API says, and where it says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from ..value_classes import field, frozen
from .frozen import FrozenDict
from .labels import Label, Labelled
from .rulesets import Source

#: What a figure is about: the total, a dimension or a metric of a scorecard, or something else.
Subject = Literal["total", "dimension", "metric", "fact"]

#: How the text or number of a cell is read.
Reading = Literal[
    "number",  # a number, or one as text
    "fraction",  # a number from 0 to 1: outside of it the scale is another one
    "percent",  # percent points: 88.15 is 0.8815
    "percent_text",  # a text that ends with %
    "seconds_to_minutes",
    "seconds_to_hours",
    "weight",  # a share of its siblings: 0.25, 25 or "25%"
    "text",
    "flag",  # true or false, or one as text
    "day",  # 2026-08-31, as it is written, also in front of a time
    "day_digits",  # 20260831
    "first_day",  # the first date in a text
    "last_day",  # the last date in a text
    "instant",  # ISO 8601, with its zone
    "epoch_s",
    "epoch_ms",
    "operator",  # LESS_THAN, "<", "90% or above", "(LOWER,UPPER]"
    "limit",  # the percentage in words such as "90% or above"
]
READINGS: tuple[str, ...] = get_args(Reading)

#: Which number of a condition a limit stands for.
Bound = Literal["limit", "count"]

#: What can be said of a figure's subject, and how it is read where a mapping does not say.
ROLES: Mapping[str, Reading] = {
    "value": "number",
    "num": "number",
    "den": "number",
    "n": "number",
    "points": "number",
    "weight": "weight",
    "weighted": "number",  # points × weight
    "target": "number",
    "target_low": "number",
    "target_high": "number",
    "op": "operator",
    "level": "text",  # the source's own verdict
    "rank": "number",  # the share of peers that the shop is ahead of
    "shown": "text",  # as a person sees it; nothing is computed with it
    "unit": "text",
    "stars": "number",
    "preview": "number",
    "bonus": "number",  # added to the total, whatever for
    "deduction": "number",  # taken off the total, whatever for
    "change": "number",
    "last": "number",  # of the period before
    "peer": "number",
    "from": "day",
    "to": "day",
    "name": "text",
    "tag": "text",
    "assessed": "flag",  # whether it counts in the score
}

#: What a document says of the shop and of itself.
HEADERS: Mapping[str, Reading] = {
    "shop_id": "text",
    "shop_name": "text",
    "industry": "text",
    "shop_type": "text",
    "date": "day",  # the last day that counts in the values
    "from": "day",
    "to": "day",
    "updated_at": "epoch_s",  # when the document was made, which is not the day of its values
    "cycle": "text",
}


@frozen
class Cell:
    """Where a cell stands, as a JMESPath expression, and how it is read."""

    at: str
    reading: Reading = "number"


#: The id of what is read of the metric that only the address of an answer names.
ASKED_FOR = "asked_for"

#: Cells by their role.
Cells = Mapping[str, Cell]


@frozen
class Figure:
    """What a document says of one subject, each cell at a place of its own."""

    subject: Subject
    id: str
    cells: Cells = field(converter=FrozenDict)


@frozen
class Rows:
    """A list in a document whose elements say the same of several subjects.

    ``at`` finds the elements, and ``key`` in each the word that ``ids`` turns into an id. Without
    ``ids`` the elements are about ``id`` followed by the word; without ``key`` about ``id`` alone.
    ``facts`` are those of the ids that stand beside what the rules know. ``day`` is the day of an
    element where each has one.
    """

    at: str
    cells: Cells = field(converter=FrozenDict)
    subject: Subject = "metric"
    key: str = ""
    ids: Mapping[str, str] = field(factory=dict, converter=FrozenDict)
    id: str = ""
    facts: tuple[str, ...] = ()
    day: Cell | None = None

    def subject_of(self, id: str) -> Subject:
        """Return what the element with an id is about."""
        return "fact" if id in self.facts else self.subject


@frozen
class Refusal:
    """An answer without values, and what it means: logged out, busy, no such shop."""

    when: str
    label: Label


@frozen
class Limit:
    """A limit that a document states, and the condition of the rules that it stands for.

    It is the figure ``metric`` in its ``role``, for the limit of the condition or for the greatest
    count that relieves it. Taken where the source's own verdict is one of ``levels``; without them
    always.
    """

    criterion: str
    metric: str
    role: str = "target"
    bound: Bound = "limit"
    levels: tuple[str, ...] = ()


@frozen
class OwnVerdict:
    """What the source itself says of a criterion: by which words it is met, and by which it fails.

    The words are the ``level`` of the figure ``metric``; of others nobody knows what they mean.
    """

    criterion: str
    metric: str
    met: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


@frozen
class OwnLevel:
    """The source's own verdict on a shop: the ``level`` of a fact, or else of the total.

    ``ids`` turns its words into levels of the rules. A word that is not there is shown, and
    compared with nothing.
    """

    fact: str = ""
    ids: Mapping[str, str] = field(factory=dict, converter=FrozenDict)


@frozen
class Asked:
    """What only the address of an answer says, in a HAR file: its day, or which metric it is about.

    Cells are read from ``{"path": […], "query": {…}, "body": …}``. ``ids`` turns the word of
    ``metric`` into the id for which ``figure`` stands in the mapping.
    """

    cells: Cells = field(factory=dict, converter=FrozenDict)
    metric: str = ""
    ids: Mapping[str, str] = field(factory=dict, converter=FrozenDict)


@frozen
class DocumentMapping(Labelled):
    """One kind of document: how it is recognised, and where its figures stand.

    A document is of this kind where ``identified_by`` is true of its content; its name says
    nothing. ``good`` is true of an answer that holds values; ``refusals`` are those that do not.
    ``each`` finds the element of each shop; without it the document is about one. ``uncertain``
    says what of its form is not established. ``days_since`` names facts that say how many days ago
    a day of the shop was, by the column of that day; ``window_days`` is the fact that says over how
    many days everything was counted. ``unread`` are keys that are left out on purpose; ``names``
    are what the facts are called.
    """

    id: str
    zh: str
    en: str
    identified_by: str
    scorecards: tuple[str, ...] = ()
    good: str = ""
    refusals: tuple[Refusal, ...] = ()
    each: str = ""
    shop: Cells = field(factory=dict, converter=FrozenDict)
    figures: tuple[Figure, ...] = ()
    rows: tuple[Rows, ...] = ()
    asked: Asked | None = None
    limits: tuple[Limit, ...] = ()
    verdicts: tuple[OwnVerdict, ...] = ()
    level: OwnLevel = OwnLevel()
    days_since: Mapping[str, str] = field(factory=dict, converter=FrozenDict)
    window_days: str = ""
    unread: tuple[str, ...] = ()
    names: Mapping[str, Label] = field(factory=dict, converter=FrozenDict)
    uncertain: str = ""
    source: Source | None = None
    notes: tuple[str, ...] = ()
    platform: str = ""
    origin: str = ""

    @property
    def name(self) -> str:
        """``platform/id``."""
        return f"{self.platform}/{self.id}"

    @property
    def expressions(self) -> tuple[str, ...]:
        """Every expression of the mapping."""
        cells = [*self.shop.values(), *(c for f in self.figures for c in f.cells.values())]
        for rows in self.rows:
            cells += [*rows.cells.values(), *([rows.day] if rows.day else [])]
        written = [self.identified_by, self.good, self.each, *(c.at for c in cells)]
        written += [refusal.when for refusal in self.refusals]
        written += [text for rows in self.rows for text in (rows.at, rows.key)]
        return tuple(filter(None, written))
