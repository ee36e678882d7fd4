"""Recognition: which layout a sheet has, told by its headers and by nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from ...errors import InputError
from ...model.layouts import Layout
from ..formats.sheets import Sheet

#: A header stands among the first records: above it there may be a title, or when it was exported.
HEADER_WITHIN = 20


@frozen(eq=False)
class RecognisedSheet:
    """A sheet whose layout is known: the record that is its header, and where columns stand."""

    sheet: Sheet
    layout: Layout
    header: int

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers as the file has them."""
        return self.sheet.head[self.header]

    @property
    def places(self) -> dict[str, int]:
        """The position of each canonical column."""
        return self.layout.places(self.headers)


def recognise(sheet: Sheet, layouts: Sequence[Layout]) -> RecognisedSheet | None:
    """Return the layout that a sheet has; None where no layout fits.

    Raises:
        InputError: where several fit.
    """
    for position, record in enumerate(sheet.head[:HEADER_WITHIN]):
        fitting = [layout for layout in layouts if layout.fits(record)]
        if len(fitting) > 1:
            names = " and ".join(f"{layout.name} ({layout.zh})" for layout in fitting)
            raise InputError(
                f"{sheet.label}: its headers fit more than one layout: {names};"
                " name the platform (platform=), or write a layout of your own (layouts=)"
            )
        if fitting:
            return RecognisedSheet(sheet, fitting[0], position)
    return None
