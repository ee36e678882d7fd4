"""Archives: the one file that a zip or gzip holds, read where it lies, never extracted."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

from ...errors import InputError, not_given
from ...messages import listed, message
from ...value_classes import evolve, frozen

#: The most that a packed file may come to, and how small it may have been packed beyond that.
MOST_UNPACKED = 1 << 30
UNSUSPICIOUS = 50 << 20
MOST_RATIO = 200

#: Files of no more are small: they cost by being opened, and not by what is in them.
FEW_BYTES = 1 << 18

#: Text, or a workbook as a zip of XML.
Kind = Literal["text", "xlsx"]

_ZIP, _ZIP_EMPTY, _GZIP, _OLE = (
    b"PK\3\4",
    b"PK\5\6",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
)
_OTHERS = {
    b"Rar!\x1a\x07": message("a RAR archive: unpack it"),
    b"7z\xbc\xaf\x27\x1c": message("a 7z archive: unpack it"),
    b"\xfd7zXZ\0": message("an xz archive: unpack it"),
    b"\x28\xb5\x2f\xfd": message("a zstd archive: unpack it"),
    b"BZh91AY&SY": message("a bzip2 archive: unpack it"),
    b"%PDF-": message("a PDF: export the table as CSV or .xlsx"),
    b"\x89PNG": message("a picture: export the table as CSV or .xlsx"),
    b"\xff\xd8\xff": message("a picture: export the table as CSV or .xlsx"),
    b"PAR1": message(
        "a Parquet file, which is read only as canonical events: name it after its stream"
    ),
}
#: The part of an OLE file in which Excel and WPS keep a workbook with a password.
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_BLOCK = 1 << 20
#: How much of an old workbook is looked through for the mark of a password.
_MOST_SEARCHED = 256 << 20
#: What may follow the parts of a gzip file: zeros, as tapes are filled up with; and how many parts.
_MOST_PADDING = 1 << 20
_MOST_PARTS = 100_000
_CLUTTER = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, gzip.BadGzipFile)


@frozen(eq=False)
class Content:
    """The bytes of one file, wherever they are packed; each reading begins anew."""

    path: Path
    label: str
    _open: Callable[[], AbstractContextManager[BinaryIO]]

    @contextmanager
    def stream(self) -> Iterator[BinaryIO]:
        """Open the bytes, from the beginning.

        Raises:
            InputError: also while they are read, where they cannot be.
        """
        try:
            with self._open() as stream:
                yield stream
        except _BROKEN as error:
            raise _damaged_archive(self.label, error) from None
        except OSError as error:
            raise not_given(self.path, error) from None

    def start(self, length: int = 4096) -> bytes:
        """Return the first bytes."""
        with self.stream() as stream:
            return stream.read(length)

    def at_hand(self) -> Content:
        """Return the same content with its bytes at hand, if they are few and can be read.

        It is for looking at them several times: to open a file costs as much as to read it.
        """
        with suppress(InputError):
            data = self.load(FEW_BYTES)
            if len(data) <= FEW_BYTES:
                return evolve(self, open=partial(io.BytesIO, data))
        return self

    def load(self, most: int) -> bytes:
        """Return all the bytes, or one more than ``most`` of a larger file."""
        with self.stream() as stream:
            return stream.read(most + 1)


def unpack(path: Path, label: str) -> tuple[Content, Kind]:
    """Return what a file holds, or the archive that it is, and its kind by its content.

    Raises:
        InputError: for anything but text and workbooks, and for archives that are unsafe, that
            hold several files, or that need a password.
    """
    if not path.is_file():
        raise InputError(message("{file}: no such file", file=path))
    return look_into(plain_content(path, label))


def plain_content(path: Path, label: str) -> Content:
    """Return the bytes of a file as they are."""
    return Content(path, label, partial(_plain, path))


def look_into(content: Content) -> tuple[Content, Kind]:
    """Return what a file holds, or the archive that it is, and its kind by its content.

    Raises:
        InputError: for what ``unpack`` refuses.
    """
    path, label = content.path, content.label
    start = content.start()
    if start.startswith((_ZIP, _ZIP_EMPTY)):
        with content.stream() as stream, _archive(stream) as archive:
            if _is_workbook(archive, label):
                return content, "xlsx"
            inner = _member(content, archive)
    elif start.startswith(_GZIP):
        inner = Content(path, label, partial(_gunzipped, content))
    else:
        _refuse_others(content, start)
        return content, "text"
    start = inner.start()
    if start.startswith(_ZIP):
        with inner.stream() as stream, _archive(io.BytesIO(stream.read())) as archive:
            if _is_workbook(archive, inner.label):
                return inner, "xlsx"
    if start.startswith((_ZIP, _ZIP_EMPTY, _GZIP)) or start[257:262] == b"ustar":
        raise InputError(
            message("{file}: an archive within an archive; unpack the outer one", file=inner.label)
        )
    _refuse_others(inner, start)
    return inner, "text"


def _plain(path: Path) -> BinaryIO:
    return path.open("rb")


def _refuse_others(content: Content, start: bytes) -> None:
    """Raise for what is neither text nor a workbook of today, by its first bytes."""
    label = content.label
    if not start:
        raise InputError(message("{file}: the file is empty", file=label))
    for magic, what in _OTHERS.items():
        if start.startswith(magic):
            raise InputError(message("{file}: {what}", file=label, what=what))
    if start[257:262] == b"ustar":
        what = message("a tar archive: unpack it")
        raise InputError(message("{file}: {what}", file=label, what=what))
    if start.startswith(_OLE) and _holds(content, _PROTECTED):
        raise InputError(
            message(
                "{file}: the workbook is protected with a password; open it in Excel or WPS with"
                " the password, and save it without one",
                file=label,
            )
        )
    if start.startswith(_OLE):
        raise InputError(
            message(
                "{file}: an old workbook (.xls) or document; open it in Excel or WPS, and save the"
                " table as .xlsx or CSV",
                file=label,
            )
        )


def _holds(content: Content, name: bytes) -> bool:
    """Return whether some bytes stand anywhere in a file, unless it is huge."""
    end, left = b"", _MOST_SEARCHED
    with content.stream() as stream:
        while left > 0 and (block := stream.read(_BLOCK)):
            if name in end + block:
                return True
            end, left = block[-len(name) :], left - len(block)
    return False


def _archive(stream: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(stream)
    except (ValueError, RuntimeError) as error:  # of zipfile, for odd headers
        raise zipfile.BadZipFile(str(error)) from None


def _is_workbook(archive: zipfile.ZipFile, label: str) -> bool:
    """Return whether a zip is a workbook; other documents that are zips are refused."""
    names = {name.replace("\\", "/").lower() for name in archive.namelist()}
    if "[content_types].xml" in names:
        if any(name.endswith("workbook.xml") for name in names):
            members = archive.infolist()  # looked at before anything is loaded
            sizes = (sum(m.file_size for m in members), sum(m.compress_size for m in members))
            refuse_bomb(label, *sizes)
            return True
        binary = "xl/workbook.bin" in names
        what = message("a binary workbook (.xlsb)") if binary else message("no workbook")
    elif {"mimetype", "content.xml"} <= names:
        what = message("an OpenDocument file")
    else:
        return False
    raise InputError(
        message("{file}: {what}; save the table as .xlsx or CSV", file=label, what=what)
    )


def _member(outer: Content, archive: zipfile.ZipFile) -> Content:
    members = [m for m in archive.infolist() if not m.is_dir() and not _is_clutter(m)]
    if len(members) != 1:
        raise _not_one(outer.label, members)
    (member,) = members
    name = _name(member)
    label = f"{outer.label} / {name}"
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or parts[0].endswith(":"):
        raise InputError(
            message(
                "{file}: {name} would lie outside the archive; pack it again",
                file=outer.label,
                name=repr(name),
            )
        )
    if member.flag_bits & 1:
        raise InputError(
            message(
                "{file}: the zip is protected with a password; unpack it, and read what it holds",
                file=label,
            )
        )
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(
            message(
                "{file}: packed in an unusual way; pack it again as an ordinary zip", file=label
            )
        )
    refuse_bomb(label, member.file_size, member.compress_size)
    return Content(outer.path, label, partial(_unzipped, outer, member, label))


def _not_one(label: str, members: Sequence[zipfile.ZipInfo]) -> InputError:
    if not members:
        return InputError(
            message(
                "{file}: the zip holds no file; it must hold one: unpack it, and read its folder",
                file=label,
            )
        )
    names = sorted(map(_name, members))
    return InputError(
        message(
            "{file}: the zip holds {n} files ({names}); it must hold one: unpack it, and read its"
            " folder",
            file=label,
            n=len(members),
            names=listed(names, most=5),
        )
    )


def _damaged_archive(label: str, error: Exception) -> InputError:
    return InputError(
        message("{file}: a damaged archive: {error}; pack it again", file=label, error=error)
    )


def _is_clutter(member: zipfile.ZipInfo) -> bool:
    name = member.filename.lower()
    return name.startswith(_CLUTTER[0]) or name.rsplit("/", 1)[-1] in _CLUTTER[1:]


def _name(member: zipfile.ZipInfo) -> str:
    """Return the name of a member; what Windows packs in China names it in GBK without saying so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


@contextmanager
def _unzipped(outer: Content, member: zipfile.ZipInfo, label: str) -> Iterator[BinaryIO]:
    with outer.stream() as stream, _archive(stream) as archive:
        try:  # the header before the member may be damaged where the directory is not
            packed = archive.open(member)
        except (*_BROKEN, OSError, ValueError) as error:
            raise _damaged_archive(label, error) from None
        with packed:
            yield _counted(packed, label, member.compress_size)


@contextmanager
def _gunzipped(outer: Content) -> Iterator[BinaryIO]:
    size = outer.path.stat().st_size
    with outer.stream() as stream:
        yield _counted(_Gunzipped(stream), outer.label, size)


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Gunzipped:
    """What is in the parts of a gzip file, and their checksums held against it.

    Zeros after the last part are counted: :mod:`gzip` skips them one by one, however many.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._rest = stream, stream.read(_BLOCK)
        self._part = zlib.decompressobj(31)
        self._parts = 1

    def read(self, size: int, /) -> bytes:
        """Return some bytes; none at the end."""
        while True:
            data = self._part.decompress(self._rest, size)
            self._rest = self._part.unconsumed_tail
            if self._part.eof:
                self._rest = self._part.unused_data or self._stream.read(_BLOCK)
                if self._is_over():
                    return data
                self._part = zlib.decompressobj(31)
            elif not data and not self._rest:
                self._rest = self._stream.read(_BLOCK)
                if not self._rest:
                    raise EOFError("it ends before its end")
            if data:
                return data

    def _is_over(self) -> bool:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise gzip.BadGzipFile(f"more than {_MOST_PARTS:,} parts")
        if self._rest[:1] not in (b"", b"\0"):
            return False
        padding = self._rest + self._stream.read(_MOST_PADDING)
        if padding.strip(b"\0") or len(padding) > _MOST_PADDING:
            raise gzip.BadGzipFile("something else follows it")
        self._rest = b""
        return True


def _counted(packed: _Readable, label: str, size: int) -> BinaryIO:
    return io.BufferedReader(_Counted(packed, label, size), 1 << 16)


class _Counted(io.RawIOBase):
    """What comes out of an archive, counted: what headers promise is not relied on."""

    def __init__(self, packed: _Readable, label: str, size: int) -> None:
        self._packed, self._label, self._size, self._count = packed, label, size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self._packed.read(len(view))
        view[: len(data)] = data
        self._count += len(data)
        refuse_bomb(self._label, self._count, self._size)
        return len(data)


def refuse_bomb(label: str, unpacked: int, packed: int) -> None:
    """Raise where something packed comes to more than any export does.

    >>> refuse_bomb("orders.zip", 60 << 20, 1 << 20)
    >>> refuse_bomb("orders.zip", 60 << 20, 1 << 10)
    Traceback (most recent call last):
    shopscore.errors.InputError: orders.zip: 61,440 times as large as it was packed (the most is 200 times, beyond 50 MiB); unpack it yourself if you trust it
    """
    if unpacked > MOST_UNPACKED:
        raise InputError(
            message(
                "{file}: more than {most} GiB when unpacked; unpack it yourself if you trust it",
                file=label,
                most=MOST_UNPACKED >> 30,
            )
        )
    if unpacked > UNSUSPICIOUS and unpacked > MOST_RATIO * packed:
        raise InputError(
            message(
                "{file}: {times:,} times as large as it was packed (the most is {most} times,"
                " beyond {size} MiB); unpack it yourself if you trust it",
                file=label,
                times=unpacked // max(packed, 1),
                most=MOST_RATIO,
                size=UNSUSPICIOUS >> 20,
            )
        )
