"""One broken plugin never takes another one down, nor ``list``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.fake_distributions import Answer, Site

GOOD = "from shopscore import hookimpl\nPLUGIN_API = 1\n@hookimpl\ndef shopscore_platforms():\n"

#: Distribution → its module, the status it must get, and what its error says.
BROKEN: dict[str, tuple[str, str, str]] = {
    "p-raises": ("raise RuntimeError('no such luck')", "import_error", "RuntimeError: no such luck"),
    "p-exits": ("import sys\nsys.exit(3)", "import_error", "SystemExit: 3"),
    "p-syntax": ("def (:\n", "import_error", "SyntaxError"),
    "p-needs": ("import a_module_that_is_not_there", "import_error", "a_module_that_is_not_there"),
    "p-base": ("class Odd(BaseException): pass\nraise Odd('very')", "import_error", "Odd: very"),
    "p-recursion": ("def f(): f()\nf()", "import_error", "RecursionError"),
    "p-old-api": (GOOD.replace("API = 1", "API = 0") + "    return []", "incompatible", "PLUGIN_API 0"),
    "p-new-api": ("PLUGIN_API = 2\nraise RuntimeError", "incompatible", "PLUGIN_API 2"),
    "p-no-api": (GOOD.replace("PLUGIN_API = 1", "") + "    return []", "incompatible", "PLUGIN_API"),
    "p-odd-api": (GOOD.replace("API = 1", "API = '1'") + "    return []", "incompatible", "PLUGIN_API"),
    "p-misspelt": (
        GOOD.replace("shopscore_platforms", "shopscore_platform") + "    return []",
        "invalid",
        "shopscore_platform; did you mean shopscore_platforms?",
    ),
    "p-unmarked": (GOOD.replace("@hookimpl", "") + "    return []", "invalid", "hookimpl"),
    "p-hook-raises": (GOOD + "    raise KeyError('what')", "hook_error", "KeyError: 'what'"),
    "p-hook-exits": (GOOD + "    raise SystemExit('bye')", "hook_error", "SystemExit: bye"),
    "p-argument": (GOOD.replace("()", "(events)") + "    return []", "hook_error", "events"),
    "p-number": (GOOD + "    return 42", "invalid", "42"),
    "p-words": (GOOD + "    return ['douyin']", "invalid", "'douyin'"),
    "p-class": (
        GOOD + "    from shopscore import Platform\n    return [Platform]", "invalid", "Platform",
    ),
    "p-late": (GOOD + "    yield 1\n    raise RuntimeError('late')", "invalid", "1"),
    "p-later": (GOOD + "    if 1: raise RuntimeError('late')\n    yield", "hook_error", "late"),
    "p-declares-wrongly": (
        GOOD + "    from shopscore import Platform\n"
        "    return [Platform(id='Bad Id', zh='x', en='x', zone='UTC', currency='CNY', scorecards=())]",
        "hook_error",
        "Bad Id",
    ),
    "p-no-rulesets": (
        GOOD + "    from shopscore import Platform, Scorecard\n"
        "    card = Scorecard(id='s', zh='x', en='x', metrics='m', rulesets='shopscore:testing')\n"
        "    return [Platform(id='x', zh='x', en='x', zone='UTC', currency='CNY', scorecards=(card,))]",
        "invalid",
        "no rule set",
    ),
    "p-lost-rulesets": (
        GOOD + "    from shopscore import Platform, Scorecard\n"
        "    card = Scorecard(id='s', zh='x', en='x', metrics='m', rulesets='nowhere:rulesets')\n"
        "    return [Platform(id='y', zh='x', en='x', zone='UTC', currency='CNY', scorecards=(card,))]",
        "hook_error",
        "nowhere",
    ),
    "p-empty": (GOOD + "    return []", "empty", "no platform"),
    "p-nothing": (GOOD + "    return None", "empty", "no platform"),
    "p-without-hooks": ("PLUGIN_API = 1", "empty", "no platform"),
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """All of them at once, among two that work."""
    made = Site(tmp_path_factory.mktemp("site"))
    for distribution, (source, _, _) in BROKEN.items():
        made.add(distribution, source)
    made.add_platform("shopscore-alpha", "alpha")
    made.add_platform("shopscore-zeta", "zeta")
    return made


@pytest.fixture(scope="module")
def found(site: Site) -> dict[str, dict[str, Any]]:
    return site.list()


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("events") / "orders.csv"
    file.write_text("shop_id,order_id\nS1,1\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A platform that works, and a plugin that leaves a mark when it is imported."""
    made = Site(tmp_path_factory.mktemp("small"))
    made.add_platform("shopscore-alpha", "alpha")
    mark = "import pathlib\npathlib.Path(__file__ + '.was').touch()\nraise RuntimeError"
    made.add("p-raises", mark)
    return made


@pytest.mark.parametrize("distribution", BROKEN)
def test_each_has_its_status(distribution: str, found: dict[str, dict[str, Any]]) -> None:
    _, status, word = BROKEN[distribution]
    record = found[f"{distribution}:{distribution.replace('-', '_')}"]
    assert record["status"] == status, record["error"]
    assert word in record["error"]
    assert record["platforms"] == record["scorecards"] == record["rulesets"] == []
    assert record["version"] == "1.0"


def test_the_error_is_one_line(found: dict[str, dict[str, Any]]) -> None:
    assert [r["name"] for r in found.values() if "\n" in (r["error"] or "")] == []


def test_the_others_work(found: dict[str, dict[str, Any]]) -> None:
    for origin in ("shopscore:douyin", "shopscore-alpha:alpha", "shopscore-zeta:zeta"):
        assert found[origin]["status"] == "active"
        assert found[origin]["error"] is None
        assert found[origin]["rulesets"]


def test_none_is_missing_and_all_are_sorted(site: Site, found: dict[str, dict[str, Any]]) -> None:
    assert len(found) >= len(BROKEN) + 3
    names = [record["name"] for record in found.values()]
    assert names == sorted(names)


def test_what_plugins_print_does_not_spoil_the_document(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.add("p-loud", f"print('hello from a plugin')\n{GOOD}    print('again')\n    return []")
    assert site.list()["p-loud:p_loud"]["status"] == "empty"


def test_documents_are_valid(site: Site) -> None:
    from importlib import resources

    from jsonschema import Draft202012Validator

    schema = resources.files("shopscore") / "schemas" / "plugins.schema.json"
    answer = site.run("shopscore-plugins", "list", "--format", "json")
    Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(
        json.loads(answer.out)
    )


def test_table(site: Site) -> None:
    answer = site.run("shopscore-plugins", "list", COLUMNS="300")
    assert answer.code == 0
    assert "Traceback" not in answer.err
    lines = [line.split() for line in answer.out.splitlines()]
    for distribution, (_, status, _) in BROKEN.items():
        assert any(line[:2] == [distribution.replace("-", "_"), status] for line in lines)


def test_nothing_is_imported_on_demand(site: Site) -> None:
    answer = site.run("shopscore-plugins", "list", "--no-load", "--format", "json")
    assert {r["status"] for r in answer.plugins.values()} == {"not_loaded"}


class TestScoring:
    ARGS = ("--ruleset", "2022", "--as-of", "2022-06-30", "--format", "json")

    @pytest.mark.slow
    def test_platforms_that_work_work(self, site: Site, events: Path) -> None:
        answer = site.run("shopscore", "score", events, "--platform", "douyin", *self.ARGS)
        assert answer.code == 0, answer.err
        assert json.loads(answer.out)["platform"] == "douyin"
        for distribution, (_, status, _) in BROKEN.items():
            name = distribution.replace("-", "_")
            assert any(
                line.startswith("Warning: ") and name in line and status in line
                for line in answer.err.splitlines()
            )

    @pytest.mark.slow
    def test_a_third_partys_platform_scores(self, site: Site, events: Path) -> None:
        rest = ("--ruleset", "2025-01-01", "--as-of", "2025-02-01", "--format", "json")
        answer = site.run("shopscore", "score", events, "--platform", "zeta", *rest)
        assert answer.code == 0, answer.err
        document = json.loads(answer.out)
        assert (document["platform"], document["versions"]["plugin"]) == ("zeta", "1.0")

    @pytest.mark.slow
    @pytest.mark.parametrize("distribution", ["p-raises", "p-no-api", "p-hook-raises", "p-empty"])
    def test_a_broken_one_is_named(self, site: Site, events: Path, distribution: str) -> None:
        name = distribution.replace("-", "_")
        answer = site.run("shopscore", "score", events, "--platform", name, *self.ARGS)
        assert answer.code == 5
        (line,) = [line for line in answer.err.splitlines() if line.startswith("Error:")]
        for word in (name, BROKEN[distribution][1], BROKEN[distribution][2]):
            assert word in line
        assert "Traceback" not in answer.err
        assert answer.out == ""

    @pytest.mark.slow
    def test_one_that_is_not_there_is_not_covered(self, site: Site, events: Path) -> None:
        answer = site.run("shopscore", "score", events, "--platform", "omega", *self.ARGS)
        assert answer.code == 4
        assert "shopscore-omega" in answer.err

    @pytest.mark.slow
    def test_strictness(self, site: Site, events: Path) -> None:
        answer = site.run(
            "shopscore", "score", events, "--platform", "douyin", *self.ARGS, SHOPSCORE_STRICT="1"
        )
        assert answer.code == 5
        assert "p_raises" in answer.err
        assert "p_hook_raises" in answer.err
        assert "Traceback" not in answer.err

    def test_strictness_does_not_hide_the_list(self, site: Site) -> None:
        assert len(site.list(SHOPSCORE_STRICT="1")) >= len(BROKEN)

    @pytest.mark.slow
    def test_demo_and_sample_go_on(self, site: Site, tmp_path: Path) -> None:
        assert site.run("shopscore", "sample", tmp_path / "out").code == 0
        answer = site.run("shopscore", "demo", SHOPSCORE_PLUGINS="douyin,p_raises")
        assert answer.code == 0, answer.err


BUILT_IN = {
    "amazon", "douyin", "ebay", "etsy", "jd", "kuaishou", "pinduoduo", "tmall", "walmart", "wechat",
}  # fmt: skip


class TestSwitches:
    """Environment: an allow-list and a block-list."""

    def statuses(self, site: Site, **env: str) -> dict[str, str]:
        return {record["name"]: record["status"] for record in site.list(**env).values()}

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("env", "active"),
        [
            ({"SHOPSCORE_DISABLE_PLUGINS": "p_raises"}, BUILT_IN | {"alpha"}),
            ({"SHOPSCORE_DISABLE_PLUGINS": " p_raises , alpha,"}, BUILT_IN),
            ({"SHOPSCORE_DISABLE_PLUGINS": "p-raises:p_raises"}, BUILT_IN | {"alpha"}),
            ({"SHOPSCORE_PLUGINS": "alpha"}, {"alpha"}),
            ({"SHOPSCORE_PLUGINS": "alpha, douyin"}, {"alpha", "douyin"}),
            ({"SHOPSCORE_PLUGINS": "shopscore-alpha:alpha"}, {"alpha"}),
            ({"SHOPSCORE_PLUGINS": ""}, set()),
            ({"SHOPSCORE_PLUGINS": "nothing"}, set()),
            ({"SHOPSCORE_PLUGINS": "alpha", "SHOPSCORE_DISABLE_PLUGINS": "alpha"}, set()),
        ],
    )
    def test_choose(self, small: Site, env: dict[str, str], active: set[str]) -> None:
        (small.path / "p_raises.py.was").unlink(missing_ok=True)
        found = self.statuses(small, **env)
        assert {name for name, status in found.items() if status == "active"} == active
        assert {status for name, status in found.items() if name not in active} <= {"disabled"}
        assert not (small.path / "p_raises.py.was").exists(), "imported although disabled"

    def test_unchosen_all_are_loaded(self, small: Site) -> None:
        assert self.statuses(small)["p_raises"] == "import_error"
        assert (small.path / "p_raises.py.was").exists()

    @pytest.mark.slow
    def test_a_disabled_platform_is_not_covered(self, small: Site, tmp_path: Path) -> None:
        (tmp_path / "orders.csv").write_text("shop_id,order_id\nS1,1\n", encoding="utf-8")
        answer = small.run(
            "shopscore", "score", tmp_path, "--platform", "alpha", SHOPSCORE_DISABLE_PLUGINS="alpha"
        )
        assert answer.code in (4, 5)
        assert "alpha" in answer.err

    @pytest.mark.slow
    def test_a_disabled_one_is_no_fault_under_strictness(self, small: Site, tmp_path: Path) -> None:
        answer = small.run(
            "shopscore",
            "sample",
            tmp_path / "out",
            SHOPSCORE_DISABLE_PLUGINS="p_raises",
            SHOPSCORE_STRICT="1",
        )
        assert answer.code == 0


class TestConflicts:
    def score(self, site: Site, tmp_path: Path, platform: str, **env: str) -> Answer:
        (tmp_path / "orders.csv").write_text("shop_id,order_id\nS1,1\n", encoding="utf-8")
        return site.run(
            "shopscore", "score", tmp_path / "orders.csv", "--platform", platform, **env
        )

    @pytest.mark.slow
    def test_two_distributions_with_one_name(self, tmp_path: Path) -> None:
        site = Site(tmp_path)
        for distribution in ("one", "two"):
            site.add_platform(distribution, distribution, "same")
        found = site.list()
        for origin in ("one:same", "two:same"):
            assert found[origin]["status"] == "conflict"
            assert "one:same" in found[origin]["error"]
            assert "two:same" in found[origin]["error"]
        assert found["shopscore:douyin"]["status"] == "active"
        answer = self.score(site, tmp_path, "same")
        assert answer.code == 5
        assert "conflict" in answer.err

    @pytest.mark.slow
    def test_is_ended_by_choosing(self, tmp_path: Path) -> None:
        site = Site(tmp_path)
        for distribution in ("one", "two"):
            site.add_platform(distribution, distribution, "same")
        blocked = site.list(SHOPSCORE_DISABLE_PLUGINS="two:same")
        assert (blocked["one:same"]["status"], blocked["two:same"]["status"]) == (
            "active",
            "disabled",
        )
        chosen = site.list(SHOPSCORE_PLUGINS="two:same")
        assert (chosen["one:same"]["status"], chosen["two:same"]["status"]) == (
            "disabled",
            "active",
        )

    @pytest.mark.slow
    def test_a_stranger_does_not_replace_a_built_in_plugin(self, tmp_path: Path) -> None:
        site = Site(tmp_path)
        site.add_platform("impostor", "douyin", "douyin")
        found = site.list()
        assert (
            found["impostor:douyin"]["status"] == found["shopscore:douyin"]["status"] == "conflict"
        )
        chosen = site.list(SHOPSCORE_DISABLE_PLUGINS="impostor:douyin")
        assert chosen["shopscore:douyin"]["status"] == "active"

    @pytest.mark.slow
    def test_two_plugins_with_one_platform(self, tmp_path: Path) -> None:
        site = Site(tmp_path)
        site.add_platform("one", "shop", "first")
        site.add_platform("two", "shop", "second")
        site.add_platform("three", "other", "third")
        found = site.list()
        assert [found[o]["status"] for o in ("one:first", "two:second", "three:third")] == [
            "conflict",
            "conflict",
            "active",
        ]
        for origin in ("one:first", "two:second"):
            assert "platform shop" in found[origin]["error"]
            assert "one:first and two:second" in found[origin]["error"]
            assert found[origin]["platforms"] == []
        assert site.list(SHOPSCORE_DISABLE_PLUGINS="first")["two:second"]["status"] == "active"

    @pytest.mark.slow
    def test_asking_for_the_platform_of_a_conflict_says_so(self, tmp_path: Path) -> None:
        site = Site(tmp_path)
        site.add_platform("one", "shop", "first")
        site.add_platform("two", "shop", "second")
        answer = self.score(site, tmp_path, "shop")
        assert answer.code == 5
        (line,) = [line for line in answer.err.splitlines() if line.startswith("Error:")]
        assert "conflict" in line

    def test_one_module_under_two_names(self, tmp_path: Path) -> None:
        site = Site(tmp_path)
        site.add_platform("one", "shop", "first", "second")
        found = site.list()
        assert found["one:second"]["status"] in ("conflict", "hook_error")
        assert found["one:second"]["error"]
        assert found["shopscore:douyin"]["status"] == "active"


class TestInterruption:
    @pytest.mark.slow
    @pytest.mark.parametrize("where", ["import", "hook"])
    def test_passes(self, tmp_path: Path, where: str) -> None:
        site = Site(tmp_path)
        source = (
            "raise KeyboardInterrupt" if where == "import" else f"{GOOD}    raise KeyboardInterrupt"
        )
        site.add("p-interrupt", source)
        answer = site.run("shopscore-plugins", "list")
        assert answer.code == 130
        assert answer.out == ""
        assert "Traceback" not in answer.err


class TestMetadata:
    def test_entry_points_that_lead_nowhere(self, tmp_path: Path) -> None:
        site = Site(tmp_path)
        site.add("p-lost", "", module="p_lost")
        (tmp_path / "p_lost.py").unlink()
        site.add("p-attribute", "")
        points = tmp_path / "p_attribute-1.0.dist-info" / "entry_points.txt"
        points.write_text(
            "[shopscore.plugins]\np_attribute = p_attribute:plugin\n", encoding="utf-8"
        )
        site.add("p-odd", "")
        odd = tmp_path / "p_odd-1.0.dist-info" / "entry_points.txt"
        odd.write_text("[shopscore.plugins]\np_odd = not a module!\n", encoding="utf-8")
        found = site.list()
        assert found["p-lost:p_lost"]["status"] == "import_error"
        assert found["p-attribute:p_attribute"]["status"] == "import_error"
        assert found["p-odd:p_odd"]["status"] == "import_error"
        assert found["shopscore:douyin"]["status"] == "active"

    @pytest.mark.slow
    def test_a_plugin_that_asks_for_the_platforms_while_it_is_loaded(self, tmp_path: Path) -> None:
        site = Site(tmp_path)
        site.add(
            "p-asks",
            "import shopscore\nPLUGIN_API = 1\nshopscore.platforms()\nshopscore.plugin_records()\n",
        )
        site.add_platform("shopscore-zeta", "zeta")
        found = site.list()
        assert found["p-asks:p_asks"]["status"] == "empty"
        assert found["shopscore-zeta:zeta"]["status"] == "active"
        answer = site.run("shopscore", "sample", tmp_path / "out")
        assert answer.code == 0

    def test_a_plugin_that_loads_numpy_does_not_stop_the_list(self, tmp_path: Path) -> None:
        site = Site(tmp_path)
        site.add("p-heavy", f"import numpy\n{GOOD}    return []")
        assert site.list()["p-heavy:p_heavy"]["status"] == "empty"
