"""Told: which document of a console or an official API tells a number."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from .cell_places import Row


@frozen
class Told:
    """Which document tells a number, and the last day that counts in it, where that is known."""

    label: str
    day: date | None = None

    @property
    def row(self) -> Row:
        """Where the number stands, as messages name it."""
        return Row(self.label, 0)
