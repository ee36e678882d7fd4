"""``shopscore reconcile``: numbers side by side, the first that parts, and what would fit better."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

import shopscore as ss
from support.command_line import Answer, shopscore
from support.consoles import shown
from support.json_schemas import valid

PLATFORM = ("-p", "douyin")
DAY = date(2026, 8, 21)
#: Metrics of the page, as it calls them, and what a share of them counts.
TITLES = {
    "quality_return_rate": "商品品质退货率",
    "delivery_reach_rate": "运单配送时效达成率",
    "platform_help_rate": "平台求助率",
}


_STILL_APART = {"en": "apart", "zh": "仍不一致"}
_TEN_DAYS = {
    "en": "windows end 10 days earlier: all metrics",
    "zh": "统计窗口早 10 天结束：所有指标",
}
_FIRST = {
    "en": "S0001, 2026-08-21: they part first at Returns for quality, number of rows",
    "zh": "S0001，2026-08-21：最先不一致的是商品品质退货率的行数",
}


@pytest.fixture(scope="module")
def lately(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lately")
    made = ("--shops", "3", "--orders", "900", "--end", "2026-08-20")
    shopscore("sample", folder / "events", *PLATFORM, *made).done()
    return folder / "events"


def page(lately: Path, place: Path, days: int = 0, **header: Any) -> Path:
    """Save what the back office shows on the day if it counts to another day."""
    result = ss.score(lately, platform="douyin", as_of=DAY + timedelta(days=days))
    row, metrics = result.row("S0001"), []
    for id, title in TITLES.items():
        values = result.measured[id]
        value, n = values.column.fractions()[row], int(values.n[row])
        assert value is not None
        metrics.append({
            "title": title,
            "value": {"value_figure": float(shown(value, 4))},
            "calculate_numerator": [{"value": int(value * n)}],
            "calculate_denominator": {"value": n},
        })  # fmt: skip
    data = {"shop_id": "S0001", "current_date": str(DAY - timedelta(days=1)), **header}
    data = {key: value for key, value in data.items() if value is not None}
    content = {"code": 0, "st": 0, "data": {**data, "shop_analysis": metrics}}
    place.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return place


def reconcile(events: Path, documents: Path, *more: str) -> Answer:
    return shopscore("reconcile", events, documents, *PLATFORM, *more)


def test_all_agree(lately: Path, tmp_path: Path) -> None:
    out = reconcile(lately, page(lately, tmp_path / "page.json")).done().out
    assert "all agree: 9 numbers are as the console shows them" in out
    assert "what would fit" not in out


def test_json_follows_its_schema(lately: Path, tmp_path: Path) -> None:
    documents = page(lately, tmp_path / "page.json", -1)
    answer = reconcile(lately, documents, "-f", "json").done()
    valid("reconcile", answer.document)
    assert answer.document["suspects"][0]["days"] == -1
    assert answer.document["first"]["stage"] == "rows"
    found = ss.reconcile(lately, documents, platform="douyin")
    assert answer.document == json.loads(found.to_json())


def test_csv_has_a_row_for_each_number(lately: Path, tmp_path: Path) -> None:
    answer = reconcile(lately, page(lately, tmp_path / "page.json"), "-f", "csv").done()
    rows = [row for row in csv.DictReader(StringIO(answer.out)) if row["shown"]]
    assert {row["state"] for row in rows} == {"agrees"}
    assert len(rows) == 9


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_numbers_side_by_side_in_eighty_columns(
    lang: str, lately: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    documents = page(lately, tmp_path / "page.json", -10)
    lines = reconcile(lately, documents, "--lang", lang).done().out.splitlines()
    assert max(map(cell_len, lines)) <= 80
    at = next(n for n, line in enumerate(lines) if line.split()[-1:] == [_STILL_APART[lang]])
    assert lines[at + 2].split() == [*_TEN_DAYS[lang].split(), "0.0000", "0"]
    assert any(line.startswith(_FIRST[lang]) for line in lines)


def test_what_cannot_be(lately: Path, tmp_path: Path) -> None:
    undated = page(lately, tmp_path / "undated.json", current_date=None)
    assert "name the day of publication with --as-of" in reconcile(lately, undated).err
    assert reconcile(lately, undated, "--as-of", str(DAY)).code == 0
    other = page(lately, tmp_path / "other.json", shop_id="S0009")
    assert "shop S0009 of the documents has no events" in reconcile(lately, other).err
    named = page(lately, tmp_path / "named.json")
    answer = reconcile(lately, named, "--shop", "S0002")
    assert (answer.code, answer.errors) == (
        2,
        ["Error: no document of shop S0002; did you mean S0001?"],
    )
    assert (
        "shows 2026-08-01, but 2026-08-21" in reconcile(lately, named, "--as-of", "2026-08-01").err
    )
    assert "no such file" in reconcile(lately, tmp_path / "nowhere.json").err
