"""What is kept is never another's, and what goes wrong in one place stays there."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import shopscore as ss
from shopscore.pages.report import report_of
from shopscore.workspace import details, kept, working
from shopscore.workspace.inputs import find_named
from shopscore.workspace.settings import read_workspace
from shopscore.workspace.units import units_of
from support.dying_processes import die_at_douyin, die_once_at_douyin
from support.workspaces import DAY, entry

Write = Callable[..., Path]

V2022 = {"ruleset": '"2022"'}
KEEP = 'keep = ".kept"\n'


def run(folder: Path, **more: Any) -> ss.Sheet:
    return ss.run_workspace(folder, **{"as_of": DAY, **more})


def without_half_of_its_orders(folder: Path) -> None:
    orders = folder / "orders.csv"
    lines = orders.read_text("utf-8").splitlines(keepends=True)
    orders.write_text("".join(lines[: len(lines) // 2]), "utf-8")


class TestNothingStale:
    def check(self, folder: Path, change: Callable[[], None]) -> None:
        before = run(folder)
        assert not before.failed
        change()
        after = run(folder)
        assert after.to_dict() == run(folder, fresh=True).to_dict()
        assert after.to_dict() != before.to_dict()

    def test_of_a_folder_that_is_a_link(self, workspace: Write, tmp_path: Path):
        folder = workspace(KEEP + entry("douyin", **V2022), "douyin")
        real = tmp_path / "elsewhere"
        (folder / "douyin").rename(real)
        (folder / "douyin").symlink_to(real)
        self.check(folder, lambda: without_half_of_its_orders(real))

    def test_of_a_link_to_a_hidden_folder(self, workspace: Write):
        """As volumes of Kubernetes are laid out."""
        folder = workspace(KEEP + entry("douyin", **V2022), "douyin")
        hidden = folder / "douyin" / "..data"
        (hidden / "orders").mkdir(parents=True)
        (folder / "douyin" / "orders.csv").rename(hidden / "orders" / "orders.csv")
        (folder / "douyin" / "orders").symlink_to(hidden / "orders")
        self.check(folder, lambda: without_half_of_its_orders(hidden / "orders"))

    def test_of_a_folder_elsewhere_that_says_of_which_shop_it_is(
        self, workspace: Write, tmp_path: Path
    ):
        folder = workspace(KEEP)
        away = tmp_path / "away"
        (away / "shop_id=A").mkdir(parents=True)
        orders = "order_id,created_at\no1,2022-06-01 10:00:00\n"
        (away / "shop_id=A" / "orders.csv").write_text(orders, "utf-8")
        text = entry("douyin", **V2022, sources=f"['{away}']")
        (folder / "shopscore.toml").write_text(f"schema = 1\n{KEEP}{text}", "utf-8")
        self.check(folder, lambda: (away / "shop_id=A").rename(away / "shop_id=B") and None)

    def test_of_other_bytes_of_the_same_size_and_time(self, workspace: Write):
        folder = workspace(KEEP + entry("douyin", **V2022), "douyin")
        reviews = folder / "douyin" / "reviews.csv"

        def change() -> None:
            then, text = reviews.stat(), reviews.read_text("utf-8")
            reviews.write_text(text.replace(",1\n", ",5\n").replace(",1,", ",5,"), "utf-8")
            os.utime(reviews, ns=(then.st_atime_ns, then.st_mtime_ns))
            assert reviews.stat().st_size == then.st_size

        self.check(folder, change)

    @pytest.mark.parametrize("how", ["same time", "other name"])
    def test_of_files_that_change_while_they_are_read(
        self, workspace: Write, monkeypatch: pytest.MonkeyPatch, how: str
    ):
        folder = workspace(KEEP + entry("etsy"), "etsy")
        reviews, work = folder / "etsy" / "reviews.csv", working.work

        def slow(*asked: Any) -> Any:
            found, then = work(*asked), reviews.stat()
            if how == "same time":
                other = reviews.with_suffix(".new")
                other.write_bytes(reviews.read_bytes()[::-1])
                os.utime(other, ns=(then.st_atime_ns, then.st_mtime_ns))
                other.replace(reviews)
            else:
                reviews.rename(reviews.with_name("reviews.txt"))
            return found

        monkeypatch.setattr(working, "work", slow)
        run(folder)
        assert not (folder / ".kept").exists()

    def test_a_file_that_is_gone_meanwhile_stops_nothing(self, workspace: Write):
        folder = workspace(KEEP + entry("etsy"), "etsy")
        (unit,) = units_of(read_workspace(folder), DAY)
        inputs = kept.UnitInputs.of(unit)
        assert inputs.unchanged(unit)
        shutil.rmtree(folder / "etsy")
        assert not inputs.unchanged(unit)


class TestDetails:
    def test_are_those_that_are_asked_for_whatever_is_kept(self, workspace: Write):
        folder = workspace(KEEP + entry("etsy"), "etsy")
        first = run(folder, details=["S0001"], fresh=True)
        run(folder, details=["S0001", "S0002"])
        again = run(folder, details=["S0001"])
        assert [one["shop"] for one in again.details] == ["S0001"]
        assert again.to_html() == first.to_html()
        assert not run(folder).details

    def test_a_fault_in_them_is_said_and_stops_nothing(
        self, workspace: Write, monkeypatch: pytest.MonkeyPatch
    ):
        details_of = details.details_of

        def fail(result: ss.Result, shop: str, **more: Any) -> Any:
            if shop == "S0002":
                raise RuntimeError("surprise")
            return details_of(result, shop, **more)

        monkeypatch.delenv("SHOPSCORE_DEBUG", raising=False)
        monkeypatch.setattr(details, "details_of", fail)
        sheet = run(workspace(entry("etsy"), "etsy"), details=["S0001", "S0002"])
        assert not sheet.failed
        one, other = sheet.details
        assert (one["shop"], other["shop"]) == ("S0001", "S0002")
        assert "failed" not in one
        assert "surprise" in other["failed"]["en"]
        assert "surprise" in sheet.to_html()

    def test_are_of_each_entry_of_a_shop(self, workspace: Write):
        text = "".join(entry("etsy", id='"S0001"', name=f'"{name}"') for name in ("one", "two"))
        sheet = run(workspace(text, "etsy"), details=["S0001"])
        assert [one["shop"] for one in sheet.details] == ["S0001", "S0001"]


class TestThePage:
    def test_has_every_row_also_of_sources_that_failed_alike(self, workspace: Write):
        text = "".join(entry("etsy", sources=f'["nothing{n}"]') for n in range(3))
        html = run(workspace(text)).to_html()
        assert all(f"nothing{n}" in html for n in range(3))
        assert html.count("<tr data-platform") == 3

    def test_has_a_shop_twice_that_is_scored_twice(self, workspace: Write):
        key = "douyin.2022.decay.half_life_days"
        one = entry("douyin", **V2022, id='"S0001"')
        folder = workspace(one + one + f'[shops.assume]\n"{key}" = 30\n', "douyin")
        sheet = run(folder, details=["S0001"])
        html = sheet.to_html()
        assert len(report_of(sheet)["details"]) == 2
        assert html.count("<tr data-platform") == 2
        assert all(f'href="#s{n}"' in html and f'id="s{n}"' in html for n in (1, 2))
        assert all(f'<data value="{row["score"]}">' in html for row in sheet.shops)


class TestGlobs:
    def test_match_nothing_that_a_run_wrote(self, workspace: Write):
        folder = workspace(KEEP + entry("etsy", sources='["**/*.csv"]'), "etsy")
        first = run(folder)
        first.write(folder / "shopscore-out")
        assert [*folder.glob("**/shops.csv")]
        again = run(folder, fresh=True)
        assert again.to_dict() == first.to_dict()
        assert again.manifest == first.manifest

    def test_match_nothing_in_hidden_folders_that_they_do_not_name(self, tmp_path: Path):
        for name in ("a/.old/x.csv", ".data/x.csv", "a/x.csv", "a/.x.csv"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()

        def named(pattern: str) -> list[str]:
            found = find_named(tmp_path, [pattern]).paths
            return [path.relative_to(tmp_path).as_posix() for path in found]

        assert named("**/*.csv") == ["a/x.csv"]
        assert named(".data/*.csv") == [".data/x.csv"]
        assert named("a/../a/*.csv") == ["a/../a/x.csv"]

    @pytest.mark.parametrize("name", ["x" * 300, "x" * 300 + "*", "a\\u0000b"])
    def test_a_name_that_cannot_be_is_the_reason_of_its_row(self, workspace: Write, name: str):
        text = entry("etsy") + entry("etsy", sources=f'["{name}"]', id='"other"')
        sheet = run(workspace(text, "etsy"))
        (failed,) = sheet.failed
        assert failed["reason"].startswith("sources: nothing is there")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no process is killed so there")
class TestProcessesThatDie:
    """Those of two sources: the process that scores the second is killed."""

    def test_one_that_dies_again_is_a_row(self, workspace: Write, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(working, "work_to_text", die_at_douyin)
        folder = workspace(
            KEEP + entry("douyin", **V2022, id='"S0001"') + entry("etsy"), "douyin", "etsy"
        )
        sheet = run(folder, jobs=2)
        (failed,) = sheet.failed
        assert (failed["platform"], failed["shop"]) == ("douyin", "S0001")
        assert "ended before its time" in failed["reason"]
        assert failed["reason_zh"] != failed["reason"]
        assert len([row for row in sheet.shops if row["platform"] == "etsy"]) == 7
        assert len([*(folder / ".kept").iterdir()]) == 1

    def test_one_that_dies_once_costs_nothing(
        self, workspace: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        folder = workspace(entry("douyin", **V2022) + entry("etsy"), "douyin", "etsy")
        expected = run(folder).to_dict()
        monkeypatch.setenv("TEST_DIED", str(tmp_path / "died"))
        monkeypatch.setattr(working, "work_to_text", die_once_at_douyin)
        assert run(folder, jobs=2).to_dict() == expected
        assert (tmp_path / "died").exists()


@pytest.mark.slow
def test_processes_score_what_was_read_before(workspace: Write, monkeypatch: pytest.MonkeyPatch):
    """The file is written anew once the first process has its work."""
    folder = workspace(KEEP + entry("etsy") + entry("tmall", scorecard='"dsr"'), "etsy", "tmall")
    expected = json.loads(run(folder, fresh=True).to_json())
    shutil.rmtree(folder / ".kept")
    file = folder / "shopscore.toml"

    def say(_: object) -> None: ...

    from shopscore.workspace import running

    pool = running.ProcessPoolExecutor

    def late(*args: Any, **more: Any) -> Any:
        file.write_text("schema = 1\n" + entry("tmall", scorecard='"dsr"') + entry("etsy"), "utf-8")
        return pool(*args, **more)

    monkeypatch.setattr(running, "ProcessPoolExecutor", late)
    assert json.loads(run(folder, jobs=2, progress=say).to_json()) == expected
