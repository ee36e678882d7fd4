"""Drawing: a specification becomes SVG, in a page or as a picture of its own."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any

from ..errors import UsageError
from ..messages import message
from ..value_classes import field, frozen
from ..writing import whole_file
from .colours import plain_colours
from .specifications import Specification

#: What the engine tells of each mark: a chart is one picture, with its numbers in a table beside.
_OF_MARKS = re.compile(r' (?:role|aria-[a-z]+|class|xmlns:xlink|version)="[^"]*"')
_OPENING = re.compile(r"<svg\b([^>]*)>")


def svg_of(specification: Specification) -> str:
    """Return a chart as an element ``svg``, whose colours are variables of CSS.

    Raises:
        UsageError: where the extra ``report`` is not installed.
    """
    drawn: str = _engine().vegalite_to_svg(specification)
    return _OF_MARKS.sub("", drawn)


def labelled(svg: str, attributes: str, inner: str = "") -> str:
    """Return an element ``svg`` as one picture, with attributes and an inner beginning of its own."""
    return _OPENING.sub(
        lambda found: f'<svg role="img" {attributes}{found[1]}>{inner}', svg, count=1
    )


@frozen(repr=False)
class Chart:
    """A chart with a title and a description, which notebooks show and :meth:`save` writes.

    ``specification`` is that of Vega-Lite, a dictionary.
    """

    specification: Specification = field(eq=False)
    title: str
    description: str

    def __repr__(self) -> str:
        return f"<Chart {self.title}>"

    def _repr_svg_(self) -> str:
        said = f"<title>{escape(self.title)}</title><desc>{escape(self.description)}</desc>"
        return plain_colours(labelled(svg_of(self.specification), "", said))

    def _repr_html_(self) -> str:
        return f"<figure>{self._repr_svg_()}<figcaption>{escape(self.title)}</figcaption></figure>"

    def save(self, path: str | Path) -> None:
        """Write the chart to a file, as its name ends: ``.svg``, ``.png``, or ``.json``.

        The last is the specification.

        Raises:
            UsageError: for another ending, and where the extra ``report`` is not installed.
            InputError: where the file cannot be written.
        """
        file = Path(path)
        match file.suffix.lower():
            case ".svg":
                data = self._repr_svg_().encode()
            case ".png":
                data = _engine().vegalite_to_png(self._on_paper(), scale=2)
            case ".json":
                data = json.dumps(self._on_paper(), ensure_ascii=False, indent=2).encode()
            case _:
                said = message("{file}: a chart is written as .svg, .png or .json", file=file)
                raise UsageError(said)
        with whole_file(file) as place:
            place.write_bytes(data)

    def _on_paper(self) -> Specification:
        """Return the specification with plain colours, on a ground of its own."""
        plain: Specification = json.loads(plain_colours(json.dumps(self.specification)))
        return {**plain, "background": "#ffffff", "title": self.title}


def _engine() -> ModuleType | Any:
    try:
        import vl_convert
    except ImportError:
        raise UsageError(
            message('a chart needs vl-convert: pip install "shopscore[report]"')
        ) from None
    return vl_convert
