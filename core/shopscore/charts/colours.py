"""Colours: of charts, for light and for dark, told apart by people who are colour-blind too.

The hues are those of Okabe and Ito. In a chart a colour is a variable of CSS with the light colour
behind it: a page says what it is in the dark, and a file that stands alone is light. No chart tells
two things apart by colour alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

#: Each colour by its name, in light and in dark.
_COLOURS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "paper": ("#ffffff", "#1b1f24"),
        "ground": ("#f5f7f9", "#121519"),
        "ink": ("#1f2328", "#e6e9ee"),
        "quiet": ("#57606a", "#9da7b3"),
        "grid": ("#dfe3e8", "#353c45"),
        "own": ("#0072b2", "#56b4e9"),
        "other": ("#d55e00", "#f0a04b"),
        "faint": ("#f7dcc8", "#4a3524"),
        "spread": ("#d4e4ef", "#26404f"),
        "middle": ("#9cc3dd", "#3b6d89"),
        "good": ("#006b50", "#45c9a2"),
        "bad": ("#a33a00", "#ff9d6b"),
    }
)
_VARIABLE = re.compile(r"var\(--chart-[a-z]+, (#[0-9a-f]{6})\)")


def colour(name: str) -> str:
    """Return a colour as charts name it.

    >>> colour("own")
    'var(--chart-own, #0072b2)'
    """
    return f"var(--chart-{name}, {_COLOURS[name][0]})"


def themes() -> str:
    """Return the style sheet that says what the colours are: as the reader likes it, and on paper.

    ``data-theme`` of the root is ``light`` or ``dark`` where the reader chose; paper is light.
    """
    light, dark = (_declared(theme) for theme in ("light", "dark"))
    return "\n".join(
        (
            f":root {{ {light} }}",
            f"@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}",
            f':root[data-theme="light"] {{ {light} }}',
            f':root[data-theme="dark"] {{ {dark} }}',
            f"@media print {{ :root, :root[data-theme] {{ {light} }} }}",
        )
    )


def _declared(theme: str) -> str:
    place = ("light", "dark").index(theme)
    colours = (f"--chart-{name}: {both[place]};" for name, both in _COLOURS.items())
    return " ".join((f"color-scheme: {theme};", *colours))


def plain_colours(text: str) -> str:
    """Return a text with the light colours in place of variables, for what knows no CSS.

    >>> plain_colours('fill="var(--chart-own, #0072b2)"')
    'fill="#0072b2"'
    """
    return _VARIABLE.sub(r"\1", text)
