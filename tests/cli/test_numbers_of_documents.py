"""``shopscore-plugins numbers`` and ``diff``: by documents, and the templates of Douyin's rules."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from shopscore.messages import in_language
from shopscore.plugins.catalog import platform
from shopscore.rules.coverage import missing_numbers
from support.command_line import plugins, shopscore
from support.console_documents import EXAMPLES
from support.json_schemas import valid

SETS = ("2026-01-15", "2026-05-07", "2026-07-14", "2026-09-08")


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Return a folder of one shop's two documents."""
    made = tmp_path / "pages"
    made.mkdir()
    for name in ("douyin_overview.json", "douyin_sub_score_new.json"):
        shutil.copy(EXAMPLES / name, made / name)
    return made


def overview(folder: Path, name: str, industry: str | None, shop: int) -> None:
    page = json.loads((EXAMPLES / "douyin_overview.json").read_text("utf-8"))
    page["data"] |= {"shop_id": shop, "category": industry}
    (folder / name).write_text(json.dumps(page), "utf-8")


class TestNumbers:
    ARGS = ("numbers", "douyin", "--ruleset", "2026-09-08", "--from")

    def test_of_one_industry(self, pages: Path) -> None:
        answer = plugins(*self.ARGS, pages).done()
        tables = tomllib.loads(answer.out)
        assert tables["industries"] == ["女装"]
        assert {d["id"]: d["weight"] for d in tables["dimensions"]} == {
            "goods": 0.4,
            "logistics": 0.2,
            "service": 0.4,
        }
        assert answer.out.startswith("# What 2 pages of consoles prove of douyin/")

    def test_several_industries_are_asked_for_plainly(self, pages: Path, tmp_path: Path) -> None:
        overview(pages, "more.json", "食品", 5)
        overview(pages, "none.json", None, 6)
        answer = plugins(*self.ARGS, pages)
        answer.failed(2, "3 industries", "--industry, of unknown, 女装, 食品")
        assert answer.out == ""
        for name in ("unknown", "女装", "食品"):
            out = tmp_path / f"{name}.toml"
            plugins(*self.ARGS, pages, "--industry", name, "-o", out).done()
            assert tomllib.loads(out.read_text("utf-8"))["industries"] == [name]
        plugins(*self.ARGS, pages, "--industry", "女").failed(2, "did you mean 女装?")
        every = [a for name in ("女装", "食品") for a in ("--numbers", tmp_path / f"{name}.toml")]
        answer = shopscore("score", pages, "-p", "douyin", "--as-of", "2026-09-10", *every)
        assert "87–98" in answer.done().out

    def test_shops_that_name_no_industry_are_all_shops(self, pages: Path) -> None:
        for file in pages.iterdir():
            file.unlink()
        overview(pages, "none.json", None, 6)
        assert "industries" not in tomllib.loads(plugins(*self.ARGS, pages).done().out)

    def test_nothing_missing_and_nothing_proved_are_said(self, tmp_path: Path) -> None:
        file = EXAMPLES / "walmart_otd_summary.json"
        answer = plugins("numbers", "walmart", "-c", "performance", "--from", file).done()
        assert answer.out.startswith("# What 1 page of a console proves of walmart/performance/")
        assert "No number is missing in walmart/performance/" in answer.err
        assert "# No number is missing in walmart/performance/" in answer.out
        file = EXAMPLES / "douyin_analysis_score.json"
        answer = plugins(*self.ARGS, file).done()
        assert "Nothing is proved of the numbers missing in douyin/" in answer.err

    def test_no_documents_are_told_as_elsewhere(self, tmp_path: Path) -> None:
        (tmp_path / "out.json").write_text('{"code": 10008, "data": null}')
        plugins(*self.ARGS, tmp_path / "out.json").failed(3, "not logged in")
        (tmp_path / "other.json").write_text('{"a": 1}')
        plugins(*self.ARGS, tmp_path / "other.json").failed(3, "those of douyin are analysis")

    @pytest.mark.parametrize("lang", ["en", "zh"])
    @pytest.mark.parametrize("version", SETS)
    def test_templates_say_where_each_missing_number_stands(
        self, version: str, lang: str, tmp_path: Path
    ) -> None:
        """Every number that is missing has its place, its meaning, and where the console shows it."""
        out = tmp_path / "n.toml"
        plugins("numbers", "douyin", "--ruleset", version, "-o", out, "--lang", lang).done()
        text = out.read_text("utf-8")
        tables = tomllib.loads(text)
        ruleset = platform("douyin").scorecard("experience").ruleset(version)
        missing = missing_numbers(ruleset)
        assert missing
        for number in missing:
            reason = in_language(number.reason, lang)
            assert ("back office" if lang == "en" else "后台") in reason, number.number
            assert f"# {reason}" in text
            kind, id, *rest = number.number.split(".")
            if kind == "dimensions":
                rows = [d for d in tables["dimensions"] if d["id"] == id]
                rows = [m for d in rows for m in d["metrics"] if m["id"] == rest[0]] if len(rest) == 2 else rows  # fmt: skip
                assert len(rows) == 1
            elif kind == "criteria":
                assert [c["id"] for c in tables["criteria"]].count(id) == 1
            elif kind == "scorers":
                assert id in tables["scorers"]
            else:
                assert f"# {'.'.join((id, *rest))} = " in text
        lines = text.count("# weight = ") + text.count("# points = ") + text.count("# bound = ")
        counted = [n for n in missing if n.number.endswith((".weight", ".points", ".bound"))]
        counted = [n for n in counted if not n.number.startswith("assumptions.")]
        assert lines == len(counted)


class TestDiff:
    ARGS = ("diff", "douyin", "2026-07-14", "2026-09-08", "--as-of", "2026-09-10")

    def test_of_documents(self, pages: Path) -> None:
        """Both scores are those that the documents have by each rule set alone."""
        answer = plugins(*self.ARGS, "--events", pages, "-f", "json").done()
        valid("diff", answer.document)
        (shop,) = answer.document["shops"]
        for side, version in (("old", "2026-07-14"), ("new", "2026-09-08")):
            args = ("score", pages, "-p", "douyin", "-r", version, "--as-of", "2026-09-10")
            (alone,) = shopscore(*args, "-f", "json").done().document["shops"]
            told = {key: alone[key] for key in ("status", "score", "score_low", "score_high")}
            assert shop[side] == told
        assert shop["old"]["score"] == 87
        assert (shop["new"]["score_low"], shop["new"]["score_high"]) == (87, 98)

    def test_of_documents_as_a_table(self, pages: Path) -> None:
        out = plugins(*self.ARGS, "--events", pages).done().out
        (row,) = (line.split() for line in out.splitlines() if line.startswith("900000001"))
        assert row[1:] == ["87", "87–98", "–", "scored", "→", "partial"]

    def test_of_events_with_documents_among_them(self, events: Path, pages: Path) -> None:
        made = pages.parent / "both"
        shutil.copytree(events, made)
        shutil.copytree(pages, made / "pages")
        answer = plugins(*self.ARGS, "--events", made, "-f", "json").done()
        valid("diff", answer.document)
        shops = {shop["shop_id"]: shop for shop in answer.document["shops"]}
        assert len(shops) == 13
        assert shops["900000001"]["old"]["score"] == 87

    def test_of_files_that_are_neither(self, tmp_path: Path) -> None:
        (tmp_path / "x.json").write_text("{")
        plugins(*self.ARGS, "--events", tmp_path).failed(3, "x.json: no JSON")
