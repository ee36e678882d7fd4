"""The page: one file of HTML with the sheet of all shops and the details of some."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ..charts.colours import themes
from ..errors import UsageError
from ..messages import message
from ..workspace.columns import FAILED
from .sheet import HEADS, choices_of, columns_of, key_of, named_row
from .words import WORDS, days_ahead, nothing_leaves, over_days, shown_of

if TYPE_CHECKING:
    from jinja2 import Environment

#: What no text of a page may hold: characters that steer, and halves of characters.
_STEERING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BETWEEN = re.compile(r">\s*\n\s*<")
#: Rows of the sheet that are shown at once.
ROWS = 50


def page_of(report: Mapping[str, Any], *, lang: str = "en") -> str:
    """Return the page of a report, as HTML in both languages that begins in one of them.

    A report has ``as_of``, ``title``, ``shops`` (the rows of a sheet, with ``labels`` of their ids)
    and ``details`` of some of them, as :func:`shopscore.workspace.details.details_of` makes them.

    Raises:
        UsageError: where the extra ``report`` is not installed.
    """
    environment = _environment()
    plain = _cleaned(report)
    rows = [named_row(row) for row in plain["shops"]]
    details = [*_placed(plain["details"], rows)]
    style, script = (_asset("page.css"), _asset("page.js"))
    style = f"{themes()}\n{style}"
    return environment.get_template("page.html").render(
        lang=lang,
        title=plain.get("title"),
        as_of=plain["as_of"],
        columns=columns_of(rows),
        rows=rows,
        platforms=choices_of(rows, "platform"),
        statuses=choices_of(rows, "status"),
        page_size=ROWS,
        details=details,
        style=style,
        script=script,
        style_hash=_digest(style),
        script_hash=_digest(script),
    )


def _environment() -> Environment:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined

        from .markup import CALLED
    except ImportError:
        raise UsageError(message('a page needs jinja2: pip install "shopscore[report]"')) from None
    environment = Environment(
        loader=PackageLoader("shopscore.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        CALLED,
        w=WORDS,
        cell_heads=HEADS,
        dearest=_dearest,
        shown_of=shown_of,
        days_ahead=days_ahead,
        nothing_leaves=nothing_leaves,
        over_days=_days_in_words,
    )
    environment.filters.update(safe_link=_safe_link, squeezed=_squeezed)
    return environment


def _asset(name: str) -> str:
    """Return a file of the package; its lines end as they do in a page, for the digest."""
    text = (files("shopscore.pages") / "assets" / name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")


def _digest(text: str) -> str:
    """Return what a policy of content names an element by."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _cleaned(value: Any) -> Any:
    """Return a document in which texts hold nothing that steers or cannot be written."""
    match value:
        case str():
            return _STEERING.sub("�", value)
        case Mapping():
            return {_cleaned(key): _cleaned(one) for key, one in value.items()}
        case list() | tuple():
            return [_cleaned(one) for one in value]
    return value


def _placed(details: list[dict[str, Any]], rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield details with their place in the page and their row of the sheet, which leads to them.

    A shop may be scored more than once, by different rules: its rows and details are in one order.
    """
    left: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for scored in (row for row in rows if row["status"] != FAILED):
        left.setdefault(key_of(scored), []).append(scored)
    for place, one in enumerate(details, 1):
        same = left.get(key_of(one))
        row = same.pop(0) if same else None
        anchor = f"s{place}"
        if row is not None:
            row["anchor"] = anchor
        yield {**one, "anchor": anchor, "row": row, "name": row and row["name"]}


def _squeezed(markup: str) -> str:
    """Return markup without the ends of lines between its elements: thousands of rows weigh less.

    What comes is the text of a block of a template, whose data is escaped already.
    """
    return _BETWEEN.sub("><", markup)


def _safe_link(url: str) -> str:
    """Return an address that leads to a page; nothing for any other, which could be a script."""
    return url if re.match(r"https?://", url) else ""


def _dearest(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines of metrics and dimensions, those that cost most first."""
    own = [line for line in lines if line["kind"] in ("metric", "dimension")]
    return sorted(own, key=lambda line: -(line["lost"] or 0))


def _days_in_words(days: list[dict[str, Any]], places: int) -> object:
    """Return what the chart of days shows; None where there is no score."""
    scores = [*_scores(days)]
    if not scores:
        return None
    ends = (scores[0], scores[-1], min(scores), max(scores))
    return over_days(*(f"{one:.{places}f}" for one in ends))


def _scores(days: list[dict[str, Any]]) -> Iterator[float]:
    return (day["score"] for day in days if day["score"] is not None)
