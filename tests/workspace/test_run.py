"""A run: what is scored together, what does not stop the others, what is kept, what is written."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.workspace import working
from shopscore.workspace.settings import read_workspace
from shopscore.workspace.units import units_of
from support import console_documents as examples
from support.workspaces import DAY, entry

Write = Callable[..., Path]

V2022 = {"ruleset": '"2022"'}
LEDGER = '[[shops]]\nplatform = "douyin"\nruleset = "2022"\nledger = "douyin.ledger"\n'


def run(folder: Path, **more: Any) -> ss.Sheet:
    return ss.run_workspace(folder, **{"as_of": DAY, **more})


def by_shop(sheet: ss.Sheet) -> dict[str, dict[str, Any]]:
    return {row["shop"]: row for row in sheet.shops}


def reasons(sheet: ss.Sheet) -> list[str]:
    return [row["reason"] for row in sheet.failed]


class TestEntries:
    def test_an_entry_without_an_id_is_of_all_shops_that_no_other_names(self, workspace: Write):
        named = entry("douyin", **V2022, id='"S0003"', name='"花间"', target="4.5")
        folder = workspace(named + entry("douyin", **V2022), "douyin")
        rows = by_shop(run(folder))
        assert sorted(rows) == [f"S000{n}" for n in range(1, 8)]
        assert rows["S0003"]["name"] == "花间"
        assert rows["S0003"]["target"] == "4.5"
        assert rows["S0001"]["name"] is None

    def test_shops_named_one_by_one_are_peers_as_in_one_score(self, workspace: Write, samples):
        ids = [f"S000{n}" for n in range(1, 8)]
        folder = workspace("".join(entry("douyin", **V2022, id=f'"{i}"') for i in ids), "douyin")
        assert len(units_of(read_workspace(folder), DAY)) == 1
        rows = by_shop(run(folder))
        result = ss.score(samples / "douyin", platform="douyin", ruleset="2022", as_of=DAY)
        assert {id: rows[id]["score"] for id in ids} == {s.shop_id: s.score for s in result}

    def test_entries_that_differ_in_rules_alone_are_read_once(self, workspace: Write, monkeypatch):
        reads = []
        read = working.ScoredSource.read.__func__  # type: ignore[attr-defined]

        def counting(cls: Any, *args: Any) -> Any:
            reads.append(args)
            return read(cls, *args)

        monkeypatch.setattr(working.ScoredSource, "read", classmethod(counting))
        cards = [
            entry("tmall", scorecard='"dsr"'),
            entry("tmall", scorecard='"aftersales"', **V2022),
        ]
        sheet = run(workspace("".join(cards), "tmall"))
        assert len(reads) == 1
        assert {row["scorecard"] for row in sheet.shops} == {"dsr", "aftersales"}

    def test_an_industry_of_its_own_is_another_reading(self, workspace: Write):
        text = entry("douyin", industry='"women"') + entry("douyin", industry='"men"')
        assert len(units_of(read_workspace(workspace(text, "douyin")), DAY)) == 2

    def test_assumptions_are_those_of_each_entry(self, workspace: Write, samples):
        key = "douyin.2022.decay.half_life_days"
        other = entry("douyin", **V2022, id='"S0001"') + f'[shops.assume]\n"{key}" = 30\n'
        folder = workspace(entry("douyin", **V2022, id='"S0001"') + other, "douyin")
        scores = [row["score"] for row in run(folder).shops]
        rules = {"platform": "douyin", "ruleset": "2022", "as_of": DAY}
        plain = ss.score(samples / "douyin", **rules)["S0001"].score
        assumed = ss.score(samples / "douyin", **rules, assume={key: 30})["S0001"].score
        assert scores == [plain, assumed]
        assert plain != assumed

    def test_globs_and_several_sources_are_one(self, workspace: Write, samples):
        text = entry("douyin", **V2022, sources='["douyin/[a-o]*.csv", "douyin/[p-z]*.csv"]')
        rows = by_shop(run(workspace(text, "douyin")))
        result = ss.score(samples / "douyin", platform="douyin", ruleset="2022", as_of=DAY)
        assert {id: row["score"] for id, row in rows.items()} == {
            s.shop_id: s.score for s in result
        }

    def test_values_alone(self, workspace: Write):
        folder = workspace(entry("douyin", **V2022, sources="[]", values='"values.csv"'))
        values = "shop_id,metric,value,n\nS1,bad_review_rate,0.04,400\n"
        (folder / "values.csv").write_text(values, encoding="utf-8")
        (row,) = run(folder).shops
        rules = {"platform": "douyin", "ruleset": "2022", "as_of": DAY}
        shop = ss.score_values(folder / "values.csv", **rules)["S1"]
        assert (row["shop"], row["status"], row["score_low"]) == ("S1", "partial", shop.score_low)
        assert row["open_tasks"] is None
        assert row["why"]["open_tasks"] == {"en": "there are no events", "zh": "没有事件"}

    def test_a_change_of_rules_leaves_the_change_open(self, workspace: Write):
        sheet = run(workspace(entry("douyin"), "douyin"), as_of="2026-09-10")
        for row in sheet.shops:
            assert row["change_7d"] is None
            assert "other rules were in force on 2026-09-03" in row["why"]["change_7d"]["en"]


class TestTargets:
    @pytest.mark.parametrize(
        ("target", "lacks"), [("1", 0.0), ("5", None), ('"tier=affiliate"', 0)]
    )
    def test_what_a_target_lacks(self, workspace: Write, target: str, lacks: float | None):
        sheet = run(workspace(entry("douyin", **V2022, target=target), "douyin"))
        for row in sheet.shops:
            if row["score"] is None:
                assert row["to_target"] is None
                assert row["why"]["to_target"]
            elif lacks is None:
                assert row["to_target"] == pytest.approx(5 - row["score"])
            elif lacks == 0.0 and target == "1":
                assert row["to_target"] == 0
            else:
                assert (row["to_target"] == 0) == ("affiliate" in row["tiers"])

    def test_a_target_of_no_total_is_left_to_gap(self, workspace: Write):
        target = '"bad_review_rate=1%"'
        sheet = run(workspace(entry("douyin", **V2022, target=target), "douyin"))
        assert {row["to_target"] for row in sheet.shops} == {None}
        assert "shopscore gap" in sheet.shops[0]["why"]["to_target"]["en"]

    def test_a_target_that_cannot_be_is_told(self, workspace: Write):
        sheet = run(workspace(entry("douyin", **V2022, id='"S0001"', target="7"), "douyin"))
        assert reasons(sheet) == ["target Fraction(7, 1): the scale ends at 5"]


class TestRequirements:
    def test_what_is_required_of_a_shop_keeps_the_others(self, workspace: Write):
        text = entry("douyin", **V2022, id='"S0001"', require='"peers=500"')
        sheet = run(workspace(text + entry("douyin", **V2022), "douyin"))
        (failed,) = sheet.failed
        assert failed["shop"] == "S0001"
        assert failed["reason"].startswith("required: peers=500")
        assert failed["score"] is None
        assert not any(row["shop"] == "S0001" for row in sheet.metrics)
        assert len(sheet) == 7

    def test_one_for_all_stands_in_place_of_those_of_the_file(self, workspace: Write):
        folder = workspace(entry("douyin", **V2022, require='"peers=500"'), "douyin")
        assert len(run(folder).failed) == 7
        told = reasons(run(folder, require="complete"))
        assert not any("peers=500" in said for said in told)

    def test_a_word_that_is_none_is_refused_before_anything_is_read(self, workspace: Write):
        with pytest.raises(ss.UsageError, match="unknown requirement"):
            run(workspace(entry("douyin"), "douyin"), require="frsh")


class TestWhatFails:
    @pytest.fixture
    def broken(self, workspace: Write) -> Path:
        """A shop's file cut off, a platform that nobody knows, a page saved while logged out."""
        ok = entry("tmall", scorecard='"dsr"') + entry("etsy")
        cut = entry("douyin", **V2022)
        unknown = entry("nowhere", sources='["etsy"]', id='"N1"', name='"无名"')
        page = entry("pinduoduo", sources='["pages"]', id='"P1"')
        folder = workspace(ok + cut + unknown + page, "tmall", "etsy", "douyin")
        orders = folder / "douyin" / "orders.csv"
        text = orders.read_bytes()
        orders.write_bytes(text[: len(text) // 2].rpartition(b",")[0] + b',"cut')
        content = examples.content("pinduoduo_mall_serve_score.json")
        content["success"], content["result"] = False, None
        (folder / "pages").mkdir()
        (folder / "pages" / "page.json").write_text(json.dumps(content, default=float), "utf-8")
        return folder

    def test_three_reasons_and_the_scores_of_the_others(self, broken: Path, samples: Path):
        sheet = run(broken)
        failed = {row["platform"]: row for row in sheet.failed}
        assert sorted(failed) == ["douyin", "nowhere", "pinduoduo"]
        assert "orders.csv" in failed["douyin"]["reason"]
        assert "no installed plugin declares platform nowhere" in failed["nowhere"]["reason"]
        assert (failed["nowhere"]["shop"], failed["nowhere"]["name"]) == ("N1", "无名")
        assert "page.json" in failed["pinduoduo"]["reason"]
        assert all(row["reason_zh"] != row["reason"] for row in sheet.failed)
        assert str(broken) not in json.dumps(sheet.to_dict())
        result = ss.score(samples / "etsy", platform="etsy", as_of=DAY)
        levels = {row["shop"]: row["level"] for row in sheet.shops if row["platform"] == "etsy"}
        assert levels == {s.shop_id: s.levels["current_level"] for s in result}

    def test_what_is_not_there(self, workspace: Write):
        text = entry("douyin", sources='["nothing", "a/*.csv"]') + entry("etsy", id='"S9999"')
        first, second = run(workspace(text, "etsy")).failed
        assert first["reason"] == "sources: nothing is there that nothing, a/*.csv names"
        assert second["reason"].startswith("no shop S9999 here; known: S0001, S0002")

    def test_a_page_among_others_that_was_saved_while_logged_out(self, workspace: Write):
        text = "".join(entry("pinduoduo", sources='["pages"]', id=f'"{i}"') for i in ("甲", "乙"))
        folder = workspace(text)
        for shop in ("甲", "乙"):
            content = examples.content("pinduoduo_mall_serve_score.json")
            if shop == "乙":
                content["success"], content["result"] = False, None
            (folder / "pages" / shop).mkdir(parents=True)
            file = folder / "pages" / shop / "page.json"
            file.write_text(json.dumps(content, default=float), "utf-8")
        ok, failed = run(folder, as_of="2026-10-01").shops
        assert (ok["shop"], failed["shop"]) == ("甲", "乙")
        assert ok["status"] != "failed"
        assert failed["reason"].startswith("no shop 乙 here")
        assert "pages/乙/page.json" in failed["reason"]

    def test_notices_are_answers_and_not_logged(self, workspace: Write, caplog):
        sheet = run(workspace(entry("douyin", **V2022), "douyin"))
        assert sheet.notices
        assert not caplog.records

    def test_a_fault_nobody_foresaw_is_the_reason_of_its_shops(
        self, workspace: Write, monkeypatch: pytest.MonkeyPatch
    ):
        def fail(*_: Any) -> None:
            raise RuntimeError("surprise")

        monkeypatch.delenv("SHOPSCORE_DEBUG", raising=False)
        monkeypatch.setattr("shopscore.workspace.rows.decompose", fail)
        sheet = run(workspace(entry("douyin", **V2022), "douyin"))
        assert {*reasons(sheet)} == {"a fault of shopscore: RuntimeError: surprise"}

    def test_an_invalid_day_is_refused(self, workspace: Write):
        with pytest.raises(ss.UsageError, match="is not a date"):
            run(workspace(entry("douyin"), "douyin"), as_of="yesterday")


class TestWhatIsKept:
    TEXT = 'keep = ".kept"\n' + entry("douyin", **V2022) + entry("etsy")

    def kept(self, folder: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (folder / ".kept").iterdir()}

    def test_nothing_unless_the_file_names_a_folder(self, workspace: Write):
        folder = workspace(entry("douyin", **V2022), "douyin")
        before = sorted(folder.rglob("*"))
        run(folder)
        assert sorted(folder.rglob("*")) == before

    def test_unchanged_files_are_not_read_again(self, workspace: Write, monkeypatch):
        folder = workspace(self.TEXT, "douyin", "etsy")
        first = run(folder)
        assert len(self.kept(folder)) == 2
        monkeypatch.setattr(working, "work", lambda *_: pytest.fail("worked again"))
        assert run(folder).to_dict() == first.to_dict()

    def test_only_what_changed_is_worked_out_again(self, workspace: Write, monkeypatch):
        folder = workspace(self.TEXT, "douyin", "etsy")
        run(folder)
        orders = folder / "douyin" / "orders.csv"
        lines = orders.read_text("utf-8").splitlines(keepends=True)
        orders.write_text("".join(lines[:-200]), "utf-8")
        worked, work = [], working.work
        monkeypatch.setattr(working, "work", lambda u, d: worked.append(u.platform) or work(u, d))
        again = run(folder)
        assert worked == ["douyin"]
        assert again.to_dict() == run(folder, fresh=True).to_dict()

    @pytest.mark.parametrize(
        "change", ["day", "name", "settings", "rules", "file beside", "version"]
    )
    def test_all_that_matters_is_in_the_digest(self, workspace: Write, monkeypatch, change: str):
        text = 'keep = ".kept"\n' + entry("etsy", standards='"standards.csv"')
        folder = workspace(text, "etsy")
        standards = folder / "standards.csv"
        standards.write_text("metric,standard\non_time_rate,0.9\n", "utf-8")
        day = DAY
        run(folder)
        if change == "day":
            day = "2022-06-30"
        elif change == "name":
            (folder / "etsy" / "orders.csv").rename(folder / "etsy" / "orders.tmp")
        elif change == "settings":
            toml = folder / "shopscore.toml"
            toml.write_text(toml.read_text("utf-8") + 'name = "x"\n', "utf-8")
        elif change == "rules":
            monkeypatch.setattr("shopscore.workspace.kept._rules", lambda _: iter([("other",)]))
        elif change == "file beside":
            standards.write_text("metric,standard\non_time_rate,0.95\n", "utf-8")
        else:
            monkeypatch.setattr("shopscore.workspace.kept.version", lambda: "9")
        worked, work = [], working.work
        monkeypatch.setattr(working, "work", lambda u, d: worked.append(u.platform) or work(u, d))
        run(folder, as_of=day)
        assert worked == ["etsy"]

    def test_where_the_folder_lies_does_not_matter(self, workspace: Write, tmp_path, monkeypatch):
        folder = workspace(self.TEXT, "douyin", "etsy")
        first = run(folder)
        moved = tmp_path / "elsewhere" / "moved"
        shutil.copytree(folder, moved)
        monkeypatch.setattr(working, "work", lambda *_: pytest.fail("worked again"))
        assert run(moved).to_dict() == first.to_dict()

    def test_what_was_damaged_is_worked_out_again(self, workspace: Write):
        folder = workspace(self.TEXT, "douyin", "etsy")
        first, kept = run(folder).to_dict(), self.kept(folder)
        for damaged in (b"", b"{", b"[]", b'{"shops": 3}', b'{"other": []}'):
            for name in kept:
                (folder / ".kept" / name).write_bytes(damaged)
            assert run(folder).to_dict() == first
            assert self.kept(folder) == kept

    def test_what_failed_is_tried_again(self, workspace: Write):
        folder = workspace('keep = ".kept"\n' + entry("douyin", id='"S9"', **V2022), "douyin")
        assert run(folder).failed
        assert not (folder / ".kept").exists()

    def test_a_file_that_changes_meanwhile_is_not_kept(self, workspace: Write, monkeypatch):
        folder = workspace(self.TEXT, "douyin", "etsy")
        work = working.work

        def slow(*asked: Any) -> Any:
            found = work(*asked)
            reviews = folder / "etsy" / "reviews.csv"
            reviews.write_text(reviews.read_text("utf-8") + "\n", "utf-8")
            return found

        monkeypatch.setattr(working, "work", slow)
        run(folder)
        assert len(self.kept(folder)) == 1


class TestSameBytes:
    TEXT = 'keep = ".kept"\n' + entry("douyin", **V2022) + entry("etsy") + entry("nowhere")

    def written(self, sheet: ss.Sheet, place: Path) -> dict[str, bytes]:
        names = sheet.write(place)
        assert sorted(names) == sorted(path.name for path in place.iterdir())
        return {path.name: path.read_bytes() for path in place.iterdir()}

    def test_in_another_folder_kept_or_fresh(self, workspace: Write, tmp_path: Path):
        one, other = (workspace(self.TEXT, "douyin", "etsy", name=n) for n in ("one", "other"))
        runs = [(one, False), (one, False), (one, True), (other, True)]
        found = [
            self.written(run(folder, fresh=fresh), tmp_path / f"out{place}")
            for place, (folder, fresh) in enumerate(runs)
        ]
        assert found[0] == found[1] == found[2] == found[3]
        assert {*found[0]} == {
            "shops.parquet", "shops.csv", "shops.json", "metrics.parquet", "metrics.csv",
            "metrics.json", "sheet.xlsx", "manifest.json",
        }  # fmt: skip

    @pytest.mark.slow
    def test_in_several_processes(self, workspace: Write, tmp_path: Path):
        folder = workspace(self.TEXT, "douyin", "etsy")
        one = self.written(run(folder, fresh=True, jobs=1), tmp_path / "one")
        two = self.written(run(folder, fresh=True, jobs=2), tmp_path / "two")
        assert one == two


class TestWhatIsWritten:
    @pytest.fixture
    def sheet(self, workspace: Write) -> ss.Sheet:
        text = entry("douyin", **V2022, id='"S0001"', name='"=cmd()"') + entry("nowhere")
        return run(workspace(text, "douyin"))

    def test_all_forms_say_the_same(self, sheet: ss.Sheet, tmp_path: Path):
        sheet.write(tmp_path / "deep" / "out")
        out = tmp_path / "deep" / "out"
        frame = pl.read_parquet(out / "shops.parquet")
        assert frame.equals(sheet.to_polars())
        assert pl.read_parquet(out / "metrics.parquet").equals(sheet.metrics_to_polars())
        document = json.loads((out / "shops.json").read_text("utf-8"))
        assert document == sheet.to_dict()
        assert document["shops"] == [*sheet.shops]
        metrics = json.loads((out / "metrics.json").read_text("utf-8"))["metrics"]
        assert metrics == [*sheet.metrics]
        csv = pl.read_csv(out / "shops.csv")
        assert csv["score"].to_list() == frame["score"].to_list()
        assert csv["name"][0] == "'=cmd()"  # no spreadsheet takes it for a formula
        workbook = pl.read_excel(out / "sheet.xlsx", sheet_id=0, engine="openpyxl")
        assert [*workbook] == ["shops", "metrics"]
        assert workbook["shops"]["shop"].to_list() == frame["shop"].to_list()

    def test_reasons_are_in_the_language(self, sheet: ss.Sheet, tmp_path: Path):
        sheet.write(tmp_path, lang="zh")
        told = pl.read_parquet(tmp_path / "shops.parquet")["reason"].to_list()
        assert told == [row["reason_zh"] for row in sheet.shops]

    def test_the_manifest_says_from_what(self, sheet: ss.Sheet, workspace, samples: Path):
        import hashlib

        manifest = sheet.manifest
        assert manifest["settings"] == {"as_of": DAY, "require": None}
        assert manifest["days"] == [DAY]
        (rules,) = manifest["rulesets"]
        assert rules["sha256"] == ss.platform("douyin").scorecard().ruleset("2022").sha256
        read = {one["file"]: one for one in manifest["inputs"]}
        for path in (samples / "douyin").iterdir():
            one = read[f"douyin/{path.name}"]
            assert one["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
            assert one["size"] == path.stat().st_size

    def test_without_the_extra_there_is_no_workbook(self, sheet, tmp_path, monkeypatch):
        monkeypatch.setitem(sys.modules, "xlsxwriter", None)
        assert "sheet.xlsx" not in sheet.write(tmp_path)
        assert not (tmp_path / "sheet.xlsx").exists()

    def test_an_empty_table_of_metrics_can_be_written(self, workspace: Write, tmp_path: Path):
        sheet = run(workspace(entry("nowhere")))
        assert len(sheet.write(tmp_path)) == 8
        assert pl.read_parquet(tmp_path / "metrics.parquet").is_empty()


def test_jobs_are_one_at_least(workspace: Write):
    with pytest.raises(ss.UsageError, match="at least one process"):
        run(workspace(entry("douyin"), "douyin"), jobs=0)


class TestLedgers:
    """An entry that names a ledger is scored as the files that came into it."""

    TEXT = 'keep = ".kept"\n' + LEDGER

    @pytest.fixture
    def folder(self, workspace: Write, samples: Path) -> Path:
        """A workspace of a ledger that all orders but the last came into."""
        folder = workspace(self.TEXT)
        early = folder.parent / "early"
        shutil.copytree(samples / "douyin", early)
        orders = early / "orders.csv"
        lines = orders.read_text("utf-8").splitlines(keepends=True)
        orders.write_text("".join(lines[:-100]), "utf-8")
        ledger = ss.Ledger.create(folder / "douyin.ledger", platform="douyin")
        ledger.ingest(early, known_at="2022-06-29")
        return folder

    def test_it_is_scored_as_its_files_are(self, folder: Path, workspace: Write, samples: Path):
        ss.Ledger.open(folder / "douyin.ledger").ingest(samples / "douyin")
        files = workspace(entry("douyin", **V2022), "douyin", name="files")
        assert by_shop(run(folder)) == by_shop(run(files))

    def test_what_a_page_shows_is_there_too(self, folder: Path):
        (details,) = run(folder, details=["S0001"]).details
        assert details["shop"] == "S0001"
        assert details["track"] is not None
        assert details["todo"] is not None

    def test_results_are_kept_until_something_is_ingested(
        self, folder: Path, samples: Path, monkeypatch
    ):
        first = run(folder)
        with monkeypatch.context() as patched:
            patched.setattr(working, "work", lambda *_: pytest.fail("worked again"))
            assert run(folder).to_dict() == first.to_dict()
        assert ss.Ledger.open(folder / "douyin.ledger").ingest(samples / "douyin").seq == 2
        again = run(folder)
        assert again.shops != first.shops
        assert again.to_dict() == run(folder, fresh=True).to_dict()

    def test_the_manifest_names_the_last_commit(self, folder: Path):
        (file,) = run(folder).manifest["inputs"]
        assert file["file"] == "douyin.ledger/commits/00000002.json"

    def test_one_that_is_not_there_fails_its_row_alone(self, workspace: Write):
        folder = workspace(LEDGER + entry("etsy"), "etsy")
        sheet = run(folder)
        assert reasons(sheet) == [
            "douyin.ledger: no ledger here; shopscore ledger init makes one, Ledger.create in Python"
        ]
        assert len(sheet.shops) > 1
