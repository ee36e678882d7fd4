"""Reconciliation: what is computed of a shop beside what a console shows, and what explains it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from ...messages import Message, message, numbered
from ...notices import Notice
from ...results.documents import RECONCILE, dumped
from ...value_classes import frozen
from .lines import STAGE_WORDS, Line, first_parting, frame_of, keys_of
from .suspects import Suspect


@frozen(eq=False, slots=False)
class Reconciliation:
    """The numbers of a shop on a day, as they are computed and as its documents show them.

    ``lines`` are all numbers in the order of the rules; ``misfit`` is how badly they fit. The
    ``suspects`` would make them agree better, the best first: none of them is taken for granted.
    """

    platform: str
    scorecard: str
    ruleset: str
    as_of: date
    shop_id: str
    lines: tuple[Line, ...]
    misfit: Fraction
    suspects: tuple[Suspect, ...] = ()
    notices: tuple[Notice, ...] = ()

    def __repr__(self) -> str:
        return f"<Reconciliation of {self.shop_id} as of {self.as_of}: {self.said}>"

    @property
    def compared(self) -> int:
        """How many numbers are both computed and shown, or should be."""
        return len(keys_of(self.lines))

    @property
    def agrees(self) -> bool:
        """Whether all numbers that can be compared agree, and there are some."""
        return self.first is None and self.compared > 0

    @property
    def first(self) -> Line | None:
        """The first number that parts, in the order in which numbers are made of each other."""
        return first_parting(self.lines)

    @property
    def said(self) -> Message:
        """In a sentence, whether the numbers agree, or where they part first."""
        line = self.first
        if line is None and not self.compared:
            return message("nothing can be compared: no number that is computed is shown")
        if line is None:
            return numbered(
                "all agree: {n} number is as the console shows it",
                "all agree: {n} numbers are as the console shows them",
                self.compared,
            )
        where = {
            "label": line.label,
            "number": STAGE_WORDS[line.stage],
            "shown": line.text(line.shown),
        }
        if line.computed is None:
            return message(
                "they part first at {label}, {number}: nothing is computed ({reason}), and the"
                " console shows {shown}",
                reason=line.reason or message("its input is missing"),
                **where,
            )
        return message(
            "they part first at {label}, {number}: {computed} is computed, and the console shows"
            " {shown}",
            computed=line.text(line.computed),
            **where,
        )

    def to_polars(self) -> pl.DataFrame:
        """Return a row per number: ``computed`` and ``shown``, their difference, and its state."""
        return frame_of(self.lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the content of :meth:`to_json` as dictionaries, lists and plain values."""
        return {
            "schema": RECONCILE,
            "platform": self.platform,
            "scorecard": self.scorecard,
            "ruleset": self.ruleset,
            "as_of": self.as_of.isoformat(),
            "shop_id": self.shop_id,
            "agrees": self.agrees,
            "compared": self.compared,
            "misfit": float(self.misfit),
            "misfit_exact": str(self.misfit),
            "first": None if self.first is None else self.first.to_dict(),
            "en": self.said.text("en"),
            "zh": self.said.text("zh"),
            "lines": [line.to_dict() for line in self.lines],
            "suspects": [suspect.to_dict() for suspect in self.suspects],
            "notices": [notice.to_dict() for notice in self.notices],
        }

    def to_json(self) -> str:
        """Return the document ``shopscore.reconcile/1``."""
        return dumped(self.to_dict())
