"""Files as merchants have them, and files that mean harm, made by hand."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from shopscore.reading.formats.sheets import Body, Sheet, open_sheets

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sheet(path: Path, content: str | bytes, encoding: str = "utf-8") -> Sheet:
    """The one sheet of a file with this content."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    (found,) = open_sheets(path)
    return found


def rows(body: Body) -> list[tuple[str | None, ...]]:
    return body.frame.rows()


def zipped(members: Mapping[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", kind) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def protected_zip(data: bytes) -> bytes:
    """A zip whose only member says that it is encrypted."""
    local, central = data.index(b"PK\3\4"), data.index(b"PK\1\2")
    changed = bytearray(data)
    changed[local + 6] |= 1
    changed[central + 8] |= 1
    return bytes(changed)


def lying_zip(data: bytes, size: int) -> bytes:
    """A zip whose only member says that it has another size."""
    central = data.index(b"PK\1\2")
    return data[: central + 24] + struct.pack("<I", size) + data[central + 28 :]


def xlsx(*sheets: Iterable[Sequence[Any]], names: Sequence[str] = ()) -> bytes:
    """A workbook of worksheets with these rows."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for at, cells in enumerate(sheets):
        made = book.create_sheet(names[at] if names else f"Sheet{at + 1}")
        for row in cells:
            made.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def bare_xlsx(cells: bytes, strings: bytes = b"") -> bytes:
    """A workbook of one worksheet, with nothing in it but the XML of its rows and strings."""
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    rels = b"http://schemas.openxmlformats.org/package/2006/relationships"
    link = (
        b'<Relationships xmlns="%s"><Relationship Id="a" Type="%s/%s" Target="%s"/></Relationships>'
    )
    sheet = b'<sheet name="Sheet1" sheetId="1" r:id="a"/>'
    members = {
        "[Content_Types].xml": b"<Types/>",
        "_rels/.rels": link % (rels, office, b"officeDocument", b"xl/workbook.xml"),
        "xl/_rels/workbook.xml.rels": link % (rels, office, b"worksheet", b"worksheets/sheet1.xml"),
        "xl/workbook.xml": b'<workbook %s xmlns:r="%s"><sheets>%s</sheets></workbook>'
        % (space, office, sheet),
        "xl/worksheets/sheet1.xml": b"<worksheet %s><sheetData>%s</sheetData></worksheet>"
        % (space, cells),
        "xl/sharedStrings.xml": b"<sst %s %s</sst>" % (space, strings or b">"),
    }
    return zipped(members)


def changed_xlsx(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook one part of which is changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {n: archive.read(n) for n in archive.namelist()}
    assert name in members
    return zipped({n: change(part) if n == name else part for n, part in members.items()})


def ole(*names: str) -> bytes:
    """A compound file with streams of these names and nothing in them."""
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = OLE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    fat = struct.pack("<128I", table, end, *[free] * 126)
    entries = b""
    for at, name in enumerate(("Root Entry", *names)):
        text = name.encode("utf-16-le")
        entry = text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2, 2 if at else 5, 1)
        entries += entry.ljust(116, b"\0") + struct.pack("<IQ", end, 0)
    return header + fat + entries.ljust(512, b"\0")
