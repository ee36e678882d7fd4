"""Texts that are opened, and whose cells are split later: small ones of a kind together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ..value_classes import evolve, frozen
from .formats.body import Body
from .formats.columns import Columns, Splitting
from .formats.sheets import Sheet
from .formats.together import SmallText, split_together
from .raw_table import RawTable


@frozen(eq=False)
class TextTable:
    """Columns of a sheet, in some positions below its first record; ``finish`` makes a table of them.

    A ``small`` text is at hand. One that ``follows`` another was opened like that one: it must be
    opened by itself, where its columns cannot be split together with others.
    """

    sheet: Sheet
    positions: tuple[int, ...]
    finish: Callable[[Sheet, Body], RawTable]
    small: SmallText | None
    follows: bool = False

    @classmethod
    def of(
        cls,
        sheet: Sheet,
        positions: tuple[int, ...],
        finish: Callable[[Sheet, Body], RawTable],
    ) -> TextTable:
        """Return columns of a sheet.

        Raises:
            InputError: where the file cannot be read.
        """
        return cls(sheet, positions, finish, sheet.small_text(0))

    def follow(self, path: Path, label: str) -> TextTable | None:
        """Return the same columns of a file with the same header; None of any other file."""
        found = self.small and self.sheet.like(self.small, path, label)
        if found is None:
            return None
        sheet, small = found
        return evolve(self, sheet=sheet, small=small, follows=True)

    @property
    def size(self) -> int:
        """How many bytes of it are at hand."""
        return len(self.small.below) if self.small else 0

    def read(self, columns: Columns | None = None) -> RawTable:
        """Return the table, whose columns may have been split already.

        Raises:
            InputError: naming file, line and value where the file cannot be read.
        """
        return self.finish(self.sheet, self.sheet.body(0, self.positions, columns))

    @property
    def kind(self) -> tuple[Splitting, tuple[int, ...]] | None:
        """What texts have in common whose columns can be split together; None of a large one."""
        return (self.small.how, self.positions) if self.small else None


def split_alike(tables: Sequence[TextTable]) -> list[Columns | None]:
    """Return the columns of tables that are like each other; None of one to be read by itself."""
    kind = tables[0].kind if tables else None
    if kind is None:
        return [None] * len(tables)
    return split_together([table.small.below for table in tables if table.small], *kind)
