"""Tables in notebooks: small ones of HTML; whatever comes from input is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ..messages import numbered
from .figures import NONE

#: Shops that a notebook lists at most.
MOST = 50


def html_table(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[object]], note: str = ""
) -> str:
    """Return a table with a title above it and a note below.

    >>> html_table("S1", ["metric"], [["<b>"]], "…")
    '<table><caption>S1</caption><thead><tr><th scope="col">metric</th></tr></thead><tbody><tr><td>&lt;b&gt;</td></tr></tbody></table><p>…</p>'
    """
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    foot = f"<p>{escape(note)}</p>" if note else ""
    return (
        f"<table><caption>{escape(title)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>{foot}"
    )


def _cell(value: object) -> str:
    return f"<td>{NONE if value is None else escape(str(value))}</td>"


def note_on_more(more: int) -> str:
    """Return how many shops are not listed; nothing where all are."""
    return str(numbered("… and {n} more shop", "… and {n} more shops", more)) if more else ""
