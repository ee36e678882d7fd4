"""``shopscore track``: a line for each day of a shop, or for each shop; JSON and CSV."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len

import shopscore as ss
from support.command_line import shopscore
from support.console_documents import EXAMPLES
from support.json_schemas import valid

RULES = ("-p", "douyin", "-r", "2022")
DAYS = ("--from", "2022-06-25", "--to", "2022-07-01")


def test_one_shop_has_a_line_for_each_day(events: Path) -> None:
    out = shopscore("track", events, *RULES, *DAYS, "--shop", "S0001").done().out
    lines = [line.split() for line in out.splitlines() if line.startswith("2022-")]
    assert [line[0] for line in lines] == [f"2022-06-{day}" for day in range(25, 31)] + [
        "2022-07-01"
    ]
    for line in lines:
        own = ss.score(events, platform="douyin", ruleset="2022", as_of=line[0])["S0001"]
        assert float(line[1]) == own.score
    assert "Quality return rate" in out


def test_bars_are_longest_on_the_best_day(events: Path) -> None:
    out = shopscore("track", events, *RULES, *DAYS, "--shop", "S0001").done().out
    lines = [line for line in out.splitlines() if line.startswith("2022-")]
    scores = [float(line.split()[1]) for line in lines]
    bars = [sum(map(line.count, "▏▎▍▌▋▊▉█")) for line in lines]
    assert max(scores) > min(scores)
    assert bars[scores.index(max(scores))] == 12
    assert bars[scores.index(min(scores))] == 1


def test_many_shops_have_a_line_each(events: Path) -> None:
    out = shopscore("track", events, *RULES, *DAYS).done().out
    lines = {
        line.split()[0]: line.split()[1:] for line in out.splitlines() if line.startswith("S0")
    }
    assert len(lines) == 12
    ends = [
        ss.score(events, platform="douyin", ruleset="2022", as_of=day)["S0001"].score
        for day in ("2022-06-25", "2022-07-01")
    ]
    assert [float(cell) for cell in lines["S0001"][:2]] == ends
    assert float(lines["S0001"][2]) == pytest.approx(ends[1] - ends[0])


def test_csv_has_a_row_for_each_day_and_shop(events: Path) -> None:
    out = shopscore("track", events, *RULES, *DAYS, "-f", "csv").done().out
    rows = list(csv.DictReader(StringIO(out)))
    assert len(rows) == 7 * 12
    assert {row["ruleset"] for row in rows} == {"2022"}
    assert "bad_review_rate.value" in rows[0]


def test_json_follows_its_schema(tmp_path: Path) -> None:
    sample = tmp_path / "sample"
    made = ("--shops", "3", "--orders", "300", "--end", "2026-09-20")
    shopscore("sample", sample, "-p", "douyin", *made).done()
    days = ("--from", "2026-09-07", "--to", "2026-09-08")
    answer = shopscore("track", sample, "-p", "douyin", *days, "-f", "json").done()
    valid("track", answer.document)
    assert answer.document["rulesets"] == ["2026-07-14", "2026-09-08"]
    assert [change["as_of"] for change in answer.document["changes"]] == ["2026-09-08"]
    assert len(answer.document["days"]) == 6
    table = shopscore("track", sample, "-p", "douyin", *days).done().out
    assert "rules 2026-09-08 take the place of 2026-07-14" in table


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("card", ["douyin/experience/2022", "etsy/star_seller/2024-09"])
def test_fits_eighty_columns(
    card: str, lang: str, events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    platform, scorecard, version = card.split("/")
    asked = ("track", events, "-p", platform, "-c", scorecard, "-r", version, *DAYS, "--lang", lang)
    for more in ((), ("--shop", "S0001")):
        out = shopscore(*asked, *more).done().out
        assert max(map(cell_len, out.splitlines())) <= 80
        assert ("首日" in out) == (lang == "zh")


def test_levels_of_documents_of_other_shops_on_other_days(tmp_path: Path) -> None:
    """Each shop has a line, with what it was on its own first and last day."""
    (profile, *_) = json.loads((EXAMPLES / "ebay_standards_profiles.json").read_text("utf-8"))[
        "standardsProfiles"
    ]
    facts, *rates = profile["metrics"]
    shown = {
        "2026-08-20": {"US": rates, "UK": rates},
        "2026-08-21": {"UK": rates},
        "2026-08-22": {"US": rates, "DE": []},
    }
    for day, programs in shown.items():
        cycle = {**profile["cycle"], "evaluationDate": f"{day}T07:00:00.000Z"}
        page = [
            {**profile, "program": program, "cycle": cycle, "metrics": [facts, *metrics]}
            for program, metrics in programs.items()
        ]
        (tmp_path / f"{day}.json").write_text(json.dumps({"standardsProfiles": page}), "utf-8")
    out = shopscore("track", tmp_path, "-p", "ebay").done().out
    shops = [line.split()[0] for line in out.splitlines() if " – " in line and "/" not in line]
    assert shops == ["DE", "UK", "US"]


def test_what_cannot_be(events: Path) -> None:
    assert "no shop S0013 here" in shopscore("track", events, *RULES, *DAYS, "--shop", "S0013").err
    assert "no such file" in shopscore("track", "nowhere", *RULES, *DAYS).err
    answer = shopscore("track", events, *RULES, "--from", "soon")
    assert (answer.code, answer.errors) == (2, ["Error: 'soon' is not a date; write YYYY-MM-DD"])
    answer = shopscore(
        "track", events, "-p", "douyin", "--from", "2023-01-01", "--to", "2023-01-02"
    )
    assert answer.code == 4
