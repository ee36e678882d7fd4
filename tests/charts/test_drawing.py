"""Charts: as many marks as numbers, texts that stay texts, and files in three forms."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import shopscore as ss
from shopscore.charts.drawing import labelled, svg_of
from shopscore.charts.specifications import among_peers, gives_and_costs, score_over_days

pytest.importorskip("vl_convert", reason='pip install "shopscore[report]"')

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"'&</text></svg><img src=x onerror=alert(1)>"
DAYS = [
    {"day": f"2026-06-{day:02d}", "score": 4 + day / 100, "low": 3.0, "high": 5.0, "console": None}
    for day in range(1, 31)
]


def parts(*names: str) -> list[dict[str, Any]]:
    return [{"name": name, "gives": 0.5, "costs": 0.25 + n} for n, name in enumerate(names)]


def metrics(*names: str) -> list[dict[str, Any]]:
    spread = {"value": 0.02, "better": "lower", "quantiles": [0.01, 0.02, 0.03, 0.05, 0.09]}
    return [{"name": name, **spread} for name in names]


def texts(svg: str) -> list[str]:
    return ["".join(one.itertext()) for one in ET.fromstring(svg).iter(f"{SVG}text")]


def drawn(svg: str, colour: str) -> list[ET.Element]:
    paths = ET.fromstring(svg).iter(f"{SVG}path")
    return [one for one in paths if f"--chart-{colour}," in (one.get("fill") or "")]


def test_a_point_for_each_day() -> None:
    assert len(drawn(svg_of(score_over_days(DAYS)), "own")) == len(DAYS)


def test_a_day_without_a_score_breaks_the_line() -> None:
    gap = [{**day, "score": None} if day["day"] == "2026-06-12" else day for day in DAYS]
    svg = svg_of(score_over_days(gap))
    assert len(drawn(svg, "own")) == len(DAYS) - 1
    (line,) = (
        one
        for one in ET.fromstring(svg).iter(f"{SVG}path")
        if "--chart-own," in (one.get("stroke") or "") and one.get("d", "").count("L") > 20
    )
    assert line.get("d", "").count("M") == 2


@pytest.mark.skipif(sys.platform == "win32", reason="the zone of a process is no variable there")
def test_the_clock_of_a_machine_moves_no_day() -> None:
    code = f"""from shopscore.charts.drawing import svg_of
from shopscore.charts.specifications import score_over_days
print(svg_of(score_over_days({DAYS[:4]!r})))"""
    drawn = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "TZ": zone},
            check=True,
            capture_output=True,
            encoding="utf-8",
        ).stdout
        for zone in ("America/Los_Angeles", "Asia/Shanghai")
    }
    (svg,) = drawn
    assert next(text for text in texts(svg) if text.startswith("06-")) == "06-01"


def test_a_diamond_for_each_day_of_a_console() -> None:
    shown = [{**day, "console": 4.2} if day["day"] > "2026-06-25" else day for day in DAYS]
    paths = ET.fromstring(svg_of(score_over_days(shown))).iter(f"{SVG}path")
    diamonds = [one for one in paths if "--chart-other," in (one.get("stroke") or "")]
    assert len(diamonds) == 5


def test_days_without_any_score_are_a_band() -> None:
    band = [{**day, "score": None} for day in DAYS]
    assert len(drawn(svg_of(score_over_days(band)), "spread")) == 1


def test_what_parts_cost_stands_behind_their_bars() -> None:
    shown = texts(svg_of(gives_and_costs(parts("a", "b"))))
    assert {"a", "b", "−0.25", "−1.25"} <= {*shown}


def test_two_parts_of_one_name_are_two_bars() -> None:
    svg = svg_of(gives_and_costs(parts("same", "same")))
    assert texts(svg).count("same") == 2
    assert len(drawn(svg, "own")) == 2


def test_better_is_to_the_right() -> None:
    low, high = metrics("low")[0], {**metrics("high")[0], "better": "higher"}
    rows = among_peers([low, high])["data"]["values"]
    assert rows[0]["q10"] > rows[0]["q90"]
    assert rows[1]["q10"] < rows[1]["q90"]
    assert rows[0]["own"] == pytest.approx(1 - rows[1]["own"])


def test_peers_that_are_all_alike_have_a_place() -> None:
    alike = {**metrics("a")[0], "quantiles": [0.02] * 5}
    assert among_peers([alike])["data"]["values"][0]["own"] == 0.5


@pytest.mark.parametrize(
    "specification",
    [gives_and_costs(parts(HOSTILE, "x" * 200)), among_peers(metrics(HOSTILE, "y" * 200))],
    ids=["costs", "peers"],
)
def test_names_never_become_markup(specification: dict[str, Any]) -> None:
    svg = svg_of(specification)
    known = {f"{SVG}{name}" for name in ("svg", "g", "path", "line", "text", "rect", "title")}
    assert {one.tag for one in ET.fromstring(svg).iter()} <= known
    assert any(text.startswith("<script>alert(1)") for text in texts(svg))
    assert not any(
        name.startswith("on") for one in ET.fromstring(svg).iter() for name in one.attrib
    )


def test_a_chart_is_one_picture_without_styles_of_its_own() -> None:
    svg = labelled(svg_of(gives_and_costs(parts("a"))), 'aria-labelledby="x"')
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "x"
    others = [*root.iter()][1:]
    assert not any({"style", "class", "id", "role"} & {*one.attrib} for one in others)


class TestChart:
    chart = ss.Chart(gives_and_costs(parts(HOSTILE)), HOSTILE, "Gives <b>0.5</b>")

    def test_has_title_and_description(self) -> None:
        root = ET.fromstring(self.chart._repr_svg_())
        found = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert [one is not None and one.text for one in found] == [HOSTILE, "Gives <b>0.5</b>"]

    def test_stands_alone_with_plain_colours(self) -> None:
        assert "var(" not in self.chart._repr_svg_()
        assert "#0072b2" in self.chart._repr_svg_()

    def test_is_shown_by_notebooks(self) -> None:
        root = ET.fromstring(self.chart._repr_html_())
        assert root.tag == "figure"
        assert root.find("figcaption") is not None

    def test_is_written(self, tmp_path: Path) -> None:
        for name in ("a.svg", "a.png", "a.json"):
            self.chart.save(tmp_path / name)
        assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
        assert ET.parse(tmp_path / "a.svg").getroot().tag == f"{SVG}svg"
        assert json.loads((tmp_path / "a.json").read_text("utf-8"))["title"] == HOSTILE

    def test_refuses_other_endings(self, tmp_path: Path) -> None:
        with pytest.raises(ss.UsageError, match=r"as \.svg, \.png or \.json"):
            self.chart.save(tmp_path / "a.pdf")
