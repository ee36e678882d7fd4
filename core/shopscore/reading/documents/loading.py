"""Loading documents: from a file or a folder, recognised, read, and put to their shops."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ...errors import InputError
from ...messages import Translated, listed, message, numbered
from ...plugins.catalog import platform as find_platform
from ...plugins.catalog import platforms
from ...plugins.declarations import Platform
from ...value_classes import evolve, field, frozen
from ..entries import is_lost, leads_astray, visible
from ..files import show_path
from ..named_paths import Paths, named_paths, paths_of_documents
from ..platform_folders import refuse_platform_folders
from .documents import NONE, Document, Documents, Unrecognised

if TYPE_CHECKING:
    from .outer_forms import Answer
    from .recognition import Recognised, Refused

#: What a document ends with, where people name it so; any other file is looked at too.
SUFFIXES = (".json", ".jsonp", ".har")
#: What tables are called: a folder of very many of them is not looked into for documents.
_TABLES = (".csv", ".tsv", ".parquet", ".xlsx", ".xls", ".xlsb", ".ods", ".zip")
#: What the text of a document begins with, but for JSONP.
_STARTS = (b"{", b"[", b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_CALL = re.compile(rb"(/\*.*?\*/)?\s*[\w.$]+\s*\(\s*[\[{]", re.DOTALL)


def read_documents(
    source: Paths,
    *,
    platform: str | Platform | None = None,
    shop_id: str | None = None,
    tz: str | None = None,
) -> Documents:
    """Read what consoles and official APIs answered, saved as files.

    Args:
        source: a file, a folder of them, or a list of both: JSON, JSONP, or what the browser saves as
            HAR. What a file is, its content says.
        platform: whose documents are looked for; by default those of all installed platforms.
        shop_id: the shop of documents that name none.
        tz: the zone of their clock, where it is not the platform's.

    Returns:
        The documents; ``to_polars()`` has a row per shop, day and subject.

    Raises:
        InputError: where there is nothing to read, or a file that was named is no document.
        CoverageError: for a platform that is not installed.
    """
    if platform is None:
        considered = platforms()
    else:
        considered = (platform if isinstance(platform, Platform) else find_platform(platform),)
    return load_documents(paths_of_documents(source), considered, shop_id=shop_id, tz=tz)


def load_documents(
    sources: Sequence[Path],
    platforms: Sequence[Platform],
    *,
    shop_id: str | None = None,
    tz: str | None = None,
) -> Documents:
    """Read the documents of files, and of folders and the folders in them.

    A document that names no shop is of ``shop_id``, of the only shop that others in its folder
    name, or of the shop that the folder or the single file is named after. Where others in its
    folder name several, and none of them as the folder is named, nobody can tell its shop.

    Raises:
        InputError: where there is nothing to read, or a file that was named is no document.
    """
    reader = _Reader(platforms, tz)
    for source in sources:
        if is_lost(source) or not source.exists():
            raise InputError(message("{file}: no such file or folder", file=source))
        if source.is_dir():
            reader.read_folder(source, source)
        else:  # of one among several the label says where it lies, as that of one in a folder
            named = source.name if len(sources) == 1 else source.relative_to(source.parent.parent)
            reader.read_file(source, show_path(named), source.stem)
    shopless = [
        d for d in reader.documents if shop_id is None and _is_anybodys(d, reader.documents)
    ]
    placed = [document for document in reader.documents if document not in shopless]
    others = (*reader.others, *map(_of_no_shop, shopless))
    return Documents(tuple(_with_shops(placed, shop_id)), others, tuple(shopless))


def looks_like_document(path: Path) -> bool:
    """Return whether a file may hold a document: by its first bytes, not by its name."""
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError:
        return False
    head = _unpacked(head).removeprefix(_BOM).lstrip()
    return head.startswith(_STARTS) or _CALL.match(head) is not None


def _may_be_document(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in _TABLES or not path.is_file():
        return False
    return suffix in SUFFIXES or looks_like_document(path)


def holds_tables(source: Path) -> bool:
    """Return whether a file, or a folder, holds anything but documents that may be events."""
    if source.is_file():
        return not looks_like_document(source)
    files = (path for path in source.rglob("*") if path.is_file())
    return any(path.suffix.lower() in _TABLES for path in files)


def find_documents(
    source: object,
    more: Documents | Paths | None,
    platform: Platform,
    tz: str | None = None,
    shop_id: str | None = None,
) -> tuple[Documents, bool]:
    """Return the documents among what is scored and beside it, and whether there are events too.

    Args:
        source: what is scored: files and folders may hold documents.
        more: other documents, or a file or folder of them.
        platform: that of the rules; documents of others are recognised, and not used.
        tz: the zone of their clock.
        shop_id: the shop of those that name none.

    Raises:
        InputError: where documents are named that cannot be read.
    """
    considered = (platform, *(one for one in platforms() if one.id != platform.id))
    found = NONE
    if isinstance(more, Documents):
        found = more
    elif more is not None:
        found = load_documents(paths_of_documents(more), considered, tz=tz, shop_id=shop_id)
    paths = named_paths(source)
    if not paths or not all(path.exists() for path in paths):
        return found, True
    for folder in filter(Path.is_dir, paths):
        refuse_platform_folders(folder)
    tables = [path for path in paths if holds_tables(path)]
    looked_at = [path for path in paths if path.is_dir() or path not in tables]
    if looked_at:
        own = load_documents(looked_at, considered, tz=tz, shop_id=shop_id)
        if looked_at == [*paths]:
            refuse_no_document(paths, own, considered[:1])
        found = found.and_those_of(own)
    return found, bool(tables) or not found.found_any


def refuse_no_document(
    sources: Sequence[Path], documents: Documents, platforms: Sequence[Platform]
) -> None:
    """Raise InputError where each file that is named, or lies in a folder, is no document and no table.

    ``platforms`` are those whose documents were looked for.
    """
    if documents.found_any or not documents.others:
        return
    from .known import no_document

    folders = [source for source in sources if source.is_dir()]
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    if all(path.suffix.lower() in SUFFIXES for path in files):
        raise no_document(show_path(folders[0]) if folders else "", documents, platforms)


def _unpacked(head: bytes) -> bytes:
    """Return the first bytes of what a file holds, out of gzip if need be."""
    if not head.startswith(_GZIP):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, 512)
    except zlib.error:
        return b""


@frozen(eq=False)
class _Reader:
    """A walk through files, and what it has found."""

    platforms: Sequence[Platform]
    tz: str | None
    documents: list[Document] = field(factory=list)
    others: list[Unrecognised] = field(factory=list)

    def read_folder(self, folder: Path, root: Path) -> None:
        """Read the files of a folder, and of the folders in it."""
        for path in visible(folder):
            if is_lost(path) or (path.is_symlink() and leads_astray(path, root)):
                continue
            if path.is_dir():
                self.read_folder(path, root)
            elif _may_be_document(path):
                self._try_file(path, show_path(path.relative_to(root.parent)), folder.name)

    def read_file(self, path: Path, label: str, named_after: str) -> None:
        """Read one file."""
        from .outer_forms import open_answers

        before = len(self.documents) + len(self.others)
        for answer in open_answers(path, label):
            self._read(answer, named_after)
        if len(self.documents) + len(self.others) == before:
            raise InputError(
                message("{file}: none of the answers in it is a known document", file=label)
            )

    def _try_file(self, path: Path, label: str, named_after: str) -> None:
        """Read a file that nobody named: what is no document is told, where its name says it is."""
        try:
            self.read_file(path, label, named_after)
        except InputError as error:
            if path.suffix.lower() in SUFFIXES:
                said = error.args[0]
                self.others.append(Unrecognised(label, said, error=said))

    def _read(self, answer: Answer, named_after: str) -> None:
        from .extraction import extract
        from .recognition import Recognised, Refused, recognise

        mappings = [mapping for platform in self.platforms for mapping in platform.mappings]
        found = recognise(answer, mappings)
        if isinstance(found, Recognised):
            platform = next(p for p in self.platforms if p.id == found.mapping.platform)
            shops = extract(found, ZoneInfo(self.tz or platform.zone))
            if not shops:
                self.others.append(Unrecognised(answer.label, _no_shop(found), found.mapping))
                return
            self.documents.append(
                Document(answer.label, found.mapping, shops, named_after, cut=found.cut)
            )
        elif isinstance(found, Refused):
            self.others.append(Unrecognised(answer.label, _no_values(found), found.mapping))
        elif answer.asked is None:  # of the many answers in a HAR file most are of no interest
            said = message(
                "JSON, but none of the documents that are known: it has {keys}",
                keys=_outline(answer.content),
            )
            table = isinstance(answer.content, list)
            self.others.append(Unrecognised(answer.label, said, table=table))


def _no_shop(found: Recognised) -> Translated:
    return message(
        "{document} of {platform}, but without a shop in it",
        document=found.mapping.label,
        platform=found.mapping.platform,
    )


def _no_values(found: Refused) -> Translated:
    if found.meaning is not None:
        return message(
            "an answer of {platform} without values: {meaning}",
            platform=found.mapping.platform,
            meaning=found.meaning,
        )
    return message(
        "{document} of {platform}, but not a good answer: was it saved while logged out?",
        document=found.mapping.label,
        platform=found.mapping.platform,
    )


def _outline(content: object) -> Translated | str:
    """Return what a JSON document is, in a few words."""
    if isinstance(content, dict):
        keys = [str(key)[:40] for key in content][:6]
        return listed([*keys, *(["…"] if len(content) > len(keys) else [])] or ["{}"])
    if isinstance(content, list):
        return numbered("a list of {n} element", "a list of {n} elements", len(content))
    return type(content).__name__


def _is_anybodys(document: Document, documents: Sequence[Document]) -> bool:
    """Return whether a document names no shop, and may be of any of those that others name."""
    named = _named_near(document, documents)
    nameless = any(shop.shop_id is None for shop in document.shops)
    return nameless and len(named) > 1 and document.named_after not in named


def _of_no_shop(document: Document) -> Unrecognised:
    said = message(
        "{document} of {platform} names no shop, and others in its folder name several: put it into"
        " a folder that is named after its shop",
        document=document.mapping.label,
        platform=document.mapping.platform,
    )
    return Unrecognised(document.label, said, document.mapping)


def _named_near(document: Document, documents: Sequence[Document]) -> set[str]:
    """Return the shops that documents of a platform in the same folder name."""
    near = (d for d in documents if d.place == document.place and _alike(d, document))
    return {shop.shop_id for d in near for shop in d.shops if shop.shop_id is not None}


def _with_shops(documents: Sequence[Document], shop_id: str | None) -> Iterator[Document]:
    """Yield documents whose shops all have an id."""
    for document in documents:
        named = _named_near(document, documents)
        others = shop_id or (named.pop() if len(named) == 1 else document.named_after)
        shops = tuple(
            shop if shop.shop_id is not None else shop.called(others) for shop in document.shops
        )
        yield evolve(document, shops=shops)


def _alike(one: Document, other: Document) -> bool:
    return one.mapping.platform == other.mapping.platform
