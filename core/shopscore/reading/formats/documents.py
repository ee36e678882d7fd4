"""Documents that are no tables of text, whatever their names say: told by how they begin."""

from __future__ import annotations

import codecs
import re
from typing import Literal

from ...errors import InputError
from ...messages import Message, message
from .archives import Content

#: A page may begin with blanks and comments, a workbook in XML with what it is to be opened in.
#: What is matched is never given back: the time would double with every comment.
_BEFORE = r"(?>\s+|<!--.*?-->)*+"
_ANY_TAG = (
    "!doctype html|html|head|meta|title|link|style|script|body|div|span|form|font|center|p|br|hr"
    "|h[1-6]|table|caption|colgroup|thead|tbody|tr|td|th"
)
_PAGE = re.compile(rf"{_BEFORE}<\s*(?:{_ANY_TAG})\b", re.IGNORECASE | re.DOTALL)
_XML = re.compile(rf"{_BEFORE}<\?xml\b", re.IGNORECASE | re.DOTALL)
_XML_PAGE = re.compile(r"<\s*(?:!doctype html|html)\b", re.IGNORECASE)
_XML_WORKBOOK = re.compile(r"Excel\.Sheet|urn:schemas-microsoft-com:office:spreadsheet")
_MIME = re.compile(r"^MIME-Version:\s*1", re.IGNORECASE | re.MULTILINE)
_MIME_PAGE = re.compile(r"^Content-Type:\s*(?:multipart/|text/html)", re.IGNORECASE | re.MULTILINE)
_JSON = re.compile(
    r'\s*(?:\{\s*(?:"[^"\n]*"\s*:|\})|\[\s*(?:\{|\[\s*["\d\[]|"[^"\n]*"\s*[,\]]|\]))'
)
#: A line that is a whole value of JSON, with another below it; and rows that are lists of cells.
_JSON_LINES = re.compile(r"\s*(?:\{[^\n]*\}|\[[^\n]*\])[ \t\r]*\n\s*[{\[]")
_JSON_LISTS = re.compile(r'\s*\[\s*["\[]')
_START = 1 << 16

#: A web page, as it is or in an envelope of MIME.
PageKind = Literal["html", "mhtml"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def recognise_page(content: Content) -> PageKind | None:
    """Return what kind of web page a file is; None where it is text.

    Raises:
        InputError: for other documents; it says what to do.
    """
    start = content.start(_START)
    codec = next((codec for mark, codec in _MARKS if start.startswith(mark)), "latin-1")
    text = start.decode(codec, "replace")
    if _XML.match(text) and not _XML_PAGE.search(text):
        raise _refused(content, _of_xml(text), _open_it())
    if _JSON.match(text):
        raise _refused(content, message("JSON"), _make_csv(text))
    if _MIME.search(text[:4096]) and _MIME_PAGE.search(text):
        return "mhtml"
    return "html" if _XML.match(text) or _PAGE.match(text) else None


def refuse_page(content: Content, why: Message) -> InputError:
    """Return the error for a web page whose tables cannot be read."""
    return _refused(
        content,
        message("a web page (HTML)"),
        message("{why}; {advice}", why=why, advice=_open_it()),
    )


def _refused(content: Content, what: Message, advice: Message) -> InputError:
    return InputError(
        message(
            "{file}: {what}, whatever its name says; {advice}",
            file=content.label,
            what=what,
            advice=advice,
        )
    )


def _of_xml(text: str) -> Message:
    if _XML_WORKBOOK.search(text):
        return message("an XML workbook")
    return message("an XML file")


def _make_csv(text: str) -> Message:
    """Return what makes a table of JSON: of a whole, or of one value in each line."""
    lines = ", lines=True" if _JSON_LINES.match(text) else ""
    header = ", header=False" if _JSON_LISTS.match(text) else ""
    return message(
        "make it CSV, for instance with pandas: {code}",
        code=f"pd.read_json(file, dtype=str{lines}).to_csv(target, index=False{header})",
    )


def _open_it() -> Message:
    return message("open it in Excel or WPS and save it as .xlsx or CSV")
