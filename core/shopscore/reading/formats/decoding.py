"""Decoding: which encoding a text file has, and cells from bytes to text.

Cells are split before they are decoded: in UTF-8 and GB18030 no byte of a character looks like a
separator, a quote or a line end. Until then bytes stand in text as Latin-1, one character each.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO, NamedTuple

import polars as pl
from polars.exceptions import PolarsError

from ...errors import InputError
from ...messages import message
from ...model.encodings import find_encoding

BLOCK = 1 << 20
_WINDOW = 1 << 16

_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_PAD = "\0" * 4  # so that a character cut off at the end reads as it does amid other text


class Encoding(NamedTuple):
    """The name that is shown, the codec, and the length of a byte order mark that it leaves.

    ``doubtful`` says that it was guessed, and that the text is improbable in it.
    """

    name: str
    codec: str
    mark: int = 0
    doubtful: bool = False

    @property
    def transcoded(self) -> bool:
        """Whether the text is made UTF-8 before it is split."""
        return self.codec not in _SPLIT_AS_BYTES

    @property
    def of_cells(self) -> str:
        """The codec of the cells, once the text is split."""
        return "utf-8" if self.transcoded else self.codec


#: In these no byte of a character looks like a separator, a quote or a line end.
_SPLIT_AS_BYTES = ("utf-8", "gb18030")
#: Parts of GB18030, by the names of Python's codecs.
_WITHIN_GB18030 = ("gbk", "gb2312")


_MARKS = (
    (codecs.BOM_UTF8, Encoding("utf-8-sig", "utf-8", 3)),
    (codecs.BOM_UTF32_LE, Encoding("utf-32", "utf-32")),  # begins with that of UTF-16
    (codecs.BOM_UTF32_BE, Encoding("utf-32", "utf-32")),
    (codecs.BOM_UTF16_LE, Encoding("utf-16", "utf-16")),
    (codecs.BOM_UTF16_BE, Encoding("utf-16", "utf-16")),
    (b"\x84\x31\x95\x33", Encoding("gb18030", "gb18030", 4)),
)


def detect(stream: BinaryIO) -> Encoding:
    """Return the encoding of a text: by its byte order mark, else by the first text that is no ASCII.

    >>> import io
    >>> detect(io.BytesIO("订单编号,1".encode("gb18030"))).name
    'gb18030'
    >>> detect(io.BytesIO("订单编号,1".encode("utf-8-sig"))).name
    'utf-8-sig'
    >>> detect(io.BytesIO(b"order_id,1")).name
    'utf-8'
    """
    block = stream.read(BLOCK)
    for mark, encoding in _MARKS:
        if block.startswith(mark):
            return encoding
    while block.isascii():
        if b"\0" in block or not (block := stream.read(BLOCK)):
            return Encoding("utf-8", "utf-8")  # of no text, or of any
    found = _NOT_ASCII.search(block)
    window = block[found.start() if found else 0 :]
    if len(window) < _WINDOW:
        window += stream.read(_WINDOW)
    window, final = window[:_WINDOW], len(window) <= _WINDOW
    if _is_utf8(window, final=final):
        return Encoding("utf-8", "utf-8")
    return Encoding(
        "gb18030", "gb18030", doubtful=not _is_probable(window.decode("gb18030", "replace"))
    )


def stated_encoding(stream: BinaryIO, name: str) -> Encoding:
    """Return the encoding of a name, as Python knows it; a byte order mark goes before it.

    Raises:
        InputError: where there is none of that name.

    >>> import io
    >>> stated_encoding(io.BytesIO(b""), "SJIS").codec, stated_encoding(io.BytesIO(b""), "GBK").codec
    ('shift_jis', 'gb18030')
    """
    start = stream.read(4)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    codec = find_encoding(name)
    if codec is None:
        raise InputError(
            message("{name} is no encoding; such are utf-8, gb18030, shift_jis", name=repr(name))
        )
    return Encoding(name, "gb18030" if codec in _WITHIN_GB18030 else codec)


def _is_probable(text: str) -> bool:
    """Return whether a text that was read as GB18030 is Chinese.

    Nearly all of its characters are then those that GB 2312 has first, by how common they are;
    bytes of Shift_JIS, Latin-1 or Cyrillic come out as rare ones.

    >>> _is_probable("订单编号,店铺名称"), _is_probable("Müller".encode("latin-1").decode("gb18030"))
    (True, False)
    """
    counts = Counter(text)
    common = sum(n for c, n in counts.items() if c.encode("gb2312", "ignore")[:1] in _COMMON)
    return common >= _PROBABLE * _beyond_ascii(text)


#: First bytes of what is common in GB 2312: signs, and the characters of the first level.
_COMMON = {bytes([byte]) for byte in (*range(0xA1, 0xAA), *range(0xB0, 0xD8))}
#: How much of a Chinese text is common at least.
_PROBABLE = 2 / 3


def _is_utf8(window: bytes, *, final: bool) -> bool:
    """Return whether a text that is not all ASCII is UTF-8; a broken byte here and there is no proof."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(window, final)
    except UnicodeDecodeError:
        text = window.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        return _beyond_ascii(text) - broken >= 10 * broken
    return True


def _beyond_ascii(text: str) -> int:
    """Return how many characters of a text are not ASCII."""
    return len(text) - len(text.encode("ascii", "ignore"))


def decode_cells(cells: Sequence[str], codec: str) -> list[str]:
    r"""Return cells from bytes as text; what cannot be decoded becomes U+FFFD.

    >>> decode_cells([b"\xb6\xa9\xb5\xa5".decode("latin-1"), "7", "\xb6"], "gb18030")
    ['订单', '7', '�']
    """
    return _decode("\0".join(cells), codec)[0].split("\0")


def _decode(text: str, codec: str) -> tuple[str, bool]:
    """Return a text from bytes, and whether it has some that cannot be decoded."""
    if text.isascii():
        return text, False
    data, broken = f"{text}{_PAD}".encode("latin-1"), False
    try:
        decoded = data.decode(codec)
    except UnicodeDecodeError:
        decoded, broken = data.decode(codec, "replace"), True
    return decoded[: -len(_PAD)], broken


class ColumnDecoder:
    r"""Brings the pieces of a column from bytes to text: each different cell once, if they recur.

    ``broken`` tells whether any cell could not be decoded; it has U+FFFD in it.

    >>> decode = ColumnDecoder("gb18030")
    >>> decode(pl.Series(["\xb6\xa9", None, "7"])).to_list()
    ['订', None, '7']
    """

    def __init__(self, codec: str) -> None:
        self.broken = False
        self._codec = codec
        self._recur = True
        self._known: tuple[pl.Enum, pl.Series] | None = None

    def __call__(self, cells: pl.Series) -> pl.Series:
        if self._known is not None:
            with suppress(PolarsError):  # there are new ones
                return self._look_up(cells)
        if cells.str.len_bytes().sum() == cells.str.len_chars().sum():
            return cells
        if self._recur:
            unique = cells.drop_nulls().unique()
            self._recur = len(unique) <= len(cells) // 4
            if self._recur:
                self._known = pl.Enum(unique), self._decoded(unique)
                return self._look_up(cells)
            self._known = None
        whole = self._decoded(cells.fill_null(""))
        return whole.zip_with(cells.is_not_null(), cells) if cells.null_count() else whole

    def _look_up(self, cells: pl.Series) -> pl.Series:
        assert self._known is not None
        kind, texts = self._known
        return texts.gather(cells.cast(kind).to_physical()).alias(cells.name)

    def _decoded(self, cells: pl.Series) -> pl.Series:
        text, broken = _decode(cells.str.join("\0").item(), self._codec)
        self.broken = self.broken or broken
        return pl.Series(cells.name, text.split("\0"), pl.String)
