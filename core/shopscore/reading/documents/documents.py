"""Documents: what was read of the answers of consoles and official APIs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ...messages import Message, Translated, message
from ...value_classes import frozen

if TYPE_CHECKING:
    import polars as pl

    from ...model.mappings import DocumentMapping
    from .cells import Value
    from .extraction import Entry, ShopOfDocument


@frozen(eq=False)
class Document:
    """One answer of a platform: its mapping, and what it says of each shop.

    ``label`` is the file, with the number of the answer in a HAR file; ``named_after`` the folder,
    or the file itself where it was named alone. ``cut`` says that its envelope was not saved, so
    that nobody can tell whether the answer was a good one.
    """

    label: str
    mapping: DocumentMapping
    shops: tuple[ShopOfDocument, ...]
    named_after: str
    cut: bool = False

    @property
    def place(self) -> str:
        """The folder of its file."""
        return self.label.rpartition("/")[0]


@frozen(eq=False)
class Unrecognised:
    """A file that holds no values, and why; ``mapping`` is the one that it looks like.

    ``error`` is what reading the file raised: it names the file already. ``table`` says that it may
    be a table of events.
    """

    label: str
    reason: Translated
    mapping: DocumentMapping | None = None
    error: Message | None = None
    table: bool = False

    @property
    def said(self) -> Message:
        """The reason, with the name of the file once."""
        return self.error or message("{file}: {said}", file=self.label, said=self.reason)


@frozen(eq=False)
class Documents:
    """Documents of consoles and official APIs, read; ``others`` are files that hold no values.

    Of the documents in ``unplaced`` nobody can tell the shop: they are looked at, and not scored.
    """

    documents: tuple[Document, ...]
    others: tuple[Unrecognised, ...] = ()
    unplaced: tuple[Document, ...] = ()

    def __len__(self) -> int:
        return len(self.documents)

    def __iter__(self) -> Iterator[Document]:
        return iter(self.documents)

    @property
    def found_any(self) -> bool:
        """Whether there is a document, or a file that looks like one and holds no values."""
        return bool(self.documents or any(other.mapping for other in self.others))

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms of the documents, sorted."""
        return tuple(sorted({document.mapping.platform for document in self.documents}))

    def and_those_of(self, other: Documents) -> Documents:
        """Return these documents and others."""
        return Documents(
            (*self.documents, *other.documents),
            (*self.others, *other.others),
            (*self.unplaced, *other.unplaced),
        )

    def of_platform(self, platform: str) -> Documents:
        """Return the documents of one platform, with the files that may be one of them.

        Those are the files that look like one, and those of which nobody knows what they are.
        """
        return Documents(
            tuple(d for d in self.documents if d.mapping.platform == platform),
            tuple(o for o in self.others if not o.mapping or o.mapping.platform == platform),
            tuple(d for d in self.unplaced if d.mapping.platform == platform),
        )

    def entries(self) -> Iterator[tuple[Document, ShopOfDocument, Entry]]:
        """Yield everything that the documents say, in their order; last those of unknown shops."""
        for document in (*self.documents, *self.unplaced):
            for shop in document.shops:
                for entry in shop.entries:
                    yield document, shop, entry

    def to_polars(self) -> pl.DataFrame:
        """Return what the documents show: one row per shop, day and subject of each document.

        A document of which nobody can tell the shop has no ``shop_id``.

        Numbers are exact, as text (``"1/80"``), in the columns named after their roles with
        ``_exact``, and floats in those without.
        """
        import polars as pl

        rows: dict[tuple[object, ...], dict[str, Any]] = {}
        for document, shop, entry in self.entries():
            day = entry.day or shop.day
            key = (document.label, shop.shop_id, day, entry.subject, entry.id)
            row = rows.setdefault(key, _first_cells(document, shop, entry, day))
            for column, cell in _cells_of(entry):
                row[column] = cell
        return pl.DataFrame(list(rows.values()), schema=_schema())


#: No documents at all.
NONE = Documents(())

#: The columns of numbers of a frame, by role, and those of words.
_NUMBERS = ("value", "num", "den", "n", "points", "weight", "rank", "target")
_WORDS = ("op", "level", "shown")


def _schema() -> dict[str, Any]:
    import polars as pl

    words = ("platform", "document", "file", "shop_id")
    schema: dict[str, Any] = dict.fromkeys(words, pl.String)
    schema |= {"date": pl.Date, "subject": pl.String, "id": pl.String}
    for role in _NUMBERS:
        schema |= {role: pl.Float64, f"{role}_exact": pl.String}
    return schema | dict.fromkeys(_WORDS, pl.String)


def _first_cells(
    document: Document, shop: ShopOfDocument, entry: Entry, day: date | None
) -> dict[str, Any]:
    return {
        "platform": document.mapping.platform,
        "document": document.mapping.id,
        "file": document.label,
        "shop_id": shop.shop_id,
        "date": day,
        "subject": entry.subject,
        "id": entry.id,
    }


def _cells_of(entry: Entry) -> Iterator[tuple[str, Any]]:
    number = number_of(entry.value)
    if entry.role in _NUMBERS and number is not None:
        yield entry.role, float(number)
        yield f"{entry.role}_exact", str(number)
    elif entry.role in _WORDS:
        yield entry.role, entry.text


def number_of(value: Value) -> Fraction | None:
    """Return the number of a cell; None where it holds something else."""
    from .cells import Percent

    if isinstance(value, Percent):
        return value.share
    return value if isinstance(value, Fraction) else None
