"""Colours: readable in both themes, and told apart by people who are colour-blind."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from shopscore.charts.colours import colour, plain_colours, themes

DECLARED = re.compile(r"--chart-([a-z]+): (#[0-9a-f]{6});")
RULES = dict(
    zip(
        ("light", "preferred", "chosen light", "chosen dark", "print"),
        themes().split("\n"),
        strict=True,
    )
)

#: Viénot, Brettel and Mollon 1999: what linear RGB becomes for those who lack a kind of cone.
BLIND = {
    "protanopia": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deuteranopia": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}


def of(theme: str) -> dict[str, str]:
    return dict(DECLARED.findall(RULES[theme]))


def linear(hexadecimal: str) -> list[float]:
    parts = (int(hexadecimal[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def contrast(one: str, other: str) -> float:
    """Of WCAG 2: from 1 to 21."""
    light = sorted(
        sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear(h), strict=True)) + 0.05
        for h in (one, other)
    )
    return light[1] / light[0]


def seen(hexadecimal: str, kind: str) -> list[float]:
    rgb = linear(hexadecimal)
    mixed = (sum(m * c for m, c in zip(row, rgb, strict=True)) for row in BLIND[kind])
    return [max(c, 0) ** (1 / 2.2) * 255 for c in mixed]


def test_every_rule_declares_every_colour() -> None:
    assert of("light") == of("chosen light") == of("print")
    assert of("preferred") == of("chosen dark")
    assert of("light").keys() == of("preferred").keys()
    assert RULES["print"].index("[data-theme]") > 0, "paper is light whatever was chosen"


@pytest.mark.parametrize("theme", ["light", "preferred"])
@pytest.mark.parametrize("text", ["ink", "quiet", "own", "good", "bad"])
@pytest.mark.parametrize("ground", ["paper", "ground"])
def test_texts_can_be_read(theme: str, text: str, ground: str) -> None:
    colours = of(theme)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "preferred"])
@pytest.mark.parametrize("mark", ["own", "other"])
def test_marks_stand_out(theme: str, mark: str) -> None:
    colours = of(theme)
    assert contrast(colours[mark], colours["paper"]) >= 3


@pytest.mark.parametrize("theme", ["light", "preferred"])
@pytest.mark.parametrize("kind", BLIND)
def test_colours_that_mean_something_are_told_apart(theme: str, kind: str) -> None:
    colours = of(theme)
    for one, other in combinations(("own", "other", "faint", "paper"), 2):
        a, b = seen(colours[one], kind), seen(colours[other], kind)
        assert sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5 > 25, (one, other)


def test_a_colour_falls_back_on_the_light_one() -> None:
    for name, hexadecimal in of("light").items():
        assert colour(name) == f"var(--chart-{name}, {hexadecimal})"
        assert plain_colours(f'fill="{colour(name)}"') == f'fill="{hexadecimal}"'
