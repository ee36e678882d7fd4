"""Recognition: which layout a sheet has, told by its headers and by nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...errors import InputError
from ...messages import listed, message
from ...model.layouts import Layout
from ...value_classes import frozen
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


def stated_encodings(layouts: Iterable[Layout]) -> tuple[str, ...]:
    """Return the encodings that layouts state, each once."""
    return tuple(dict.fromkeys(layout.encoding for layout in layouts if layout.encoding))


def recognise(sheet: Sheet, layouts: Sequence[Layout]) -> RecognisedSheet | None:
    """Return the layout that a sheet has; None where no layout fits.

    A layout that states an encoding is held against the sheet in that encoding.

    Raises:
        InputError: where several fit.
    """
    stated = [layout.encoding_of(doubtful=sheet.is_doubtful) for layout in layouts]
    decoded = {name: sheet.decoded(name) for name in dict.fromkeys(stated) if name}
    for position in range(HEADER_WITHIN):
        fitting = [
            (layout, own)
            for layout, name in zip(layouts, stated, strict=True)
            for own in [decoded.get(name or "", sheet)]
            if position < len(own.head) and layout.fits(own.head[position])
        ]
        if len(fitting) > 1:
            names = [f"{layout.name} ({layout.zh})" for layout, _ in fitting]
            raise InputError(
                message(
                    "{file}: its headers fit more than one layout: {layouts}; name the platform"
                    " (platform=), or write a layout of your own (layouts=)",
                    file=sheet.label,
                    layouts=listed(names),
                )
            )
        if fitting:
            ((layout, own),) = fitting
            return RecognisedSheet(own, layout, position)
    return None
