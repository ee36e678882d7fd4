"""Answers: what a unit of work found, as plain values that are kept and passed on as JSON."""

from __future__ import annotations

import json
from typing import Any

from attrs import asdict

from ..value_classes import evolve, frozen
from .columns import FAILED, Row


@frozen
class Answers:
    """The rows of a unit, with the rules that they rest on, and what to know.

    ``details`` are those of the shops named in ``detailed``.
    """

    shops: tuple[Row, ...]
    metrics: tuple[Row, ...] = ()
    details: tuple[Row, ...] = ()
    detailed: tuple[str, ...] = ()
    rulesets: tuple[Row, ...] = ()
    notices: tuple[Row, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether anything of the unit could not be scored, or is not as it must be."""
        return any(row["status"] == FAILED for row in self.shops)

    def with_details_of(self, shops: frozenset[str]) -> Answers:
        """Return them with the details of some shops and no others, as if those were asked for."""
        details = tuple(row for row in self.details if row["shop"] in shops)
        return evolve(self, details=details, detailed=tuple(sorted(shops)))

    def to_json(self) -> str:
        """Return them as text, from which :meth:`from_json` makes the same."""
        return json.dumps(asdict(self), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Answers:
        """Return what was written as text.

        Raises:
            ValueError: where it is none of these texts.
        """
        try:
            found: dict[str, Any] = json.loads(text)
            return cls(**{name: tuple(rows) for name, rows in found.items()})
        except (AttributeError, TypeError) as error:
            raise ValueError(str(error)) from None
