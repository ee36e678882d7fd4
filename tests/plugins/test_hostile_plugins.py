"""Plugins that break what is around them: metadata, messages, warnings, threads, the catalogue itself."""

from __future__ import annotations

import threading
import warnings
from pathlib import Path
from typing import Any

import pytest

import shopscore as ss
from shopscore.plugins import catalog, turns
from shopscore.plugins.isolation import describe_error, describe_traceback, isolated
from support.fake_distributions import Site, on_path

GOOD = "from shopscore import hookimpl\nPLUGIN_API = 1\n@hookimpl\ndef shopscore_platforms():\n"
MUTE = "class Mute(Exception):\n    def __str__(self): raise {what}\n    __repr__ = __str__\n"
ASKS = """
    import threading
    seen = []
    def ask():
        try:
            seen.append(shopscore.platforms())
        except Exception as error:
            seen.append(error)
    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
"""

#: Distribution → its module, the status it must get, and what its error says.
HOSTILE: dict[str, tuple[str, str, str]] = {
    "h-exits": (
        MUTE.format(what="SystemExit(3)") + "raise Mute()",
        "import_error",
        "Mute: (its message cannot be shown)",
    ),
    "h-exits-in-hook": (
        MUTE.format(what="SystemExit(3)") + GOOD + "    raise Mute()",
        "hook_error",
        "Mute: (its message cannot be shown)",
    ),
    "h-base": (
        MUTE.format(what="BaseException()") + "raise Mute()",
        "import_error",
        "Mute: (its message cannot be shown)",
    ),
    "h-endless": (
        MUTE.format(what="self") + GOOD + "    raise Mute()",
        "hook_error",
        "Mute: (its message cannot be shown)",
    ),
    "h-lies": (
        "class Name(type):\n    @property\n    def __name__(cls): raise SystemExit(4)\n"
        "class Odd(Exception, metaclass=Name): pass\n" + GOOD + "    raise Odd('what')",
        "hook_error",
        "Odd: what",
    ),
    "h-talks": (GOOD + "    raise ValueError('blah ' * 100_000)", "hook_error", "blah blah"),
    "h-item": (
        "class Odd:\n    def __repr__(self): raise SystemExit(5)\n" + GOOD + "    return [Odd()]",
        "hook_error",
        "SystemExit: 5",
    ),
    "h-warns": (
        "import warnings\nwarnings.simplefilter('error')\n" + GOOD + "    return []",
        "empty",
        "no platform",
    ),
    "h-returns-all": (
        "import shopscore\n" + GOOD + "    return shopscore.platforms()",
        "empty",
        "no platform",
    ),
    "h-returns-records": (
        "import shopscore\n" + GOOD + "    shopscore.plugin_records(reload=True)\n"
        "    return [p for r in shopscore.plugin_records() for p in r.platforms]",
        "empty",
        "no platform",
    ),
    "h-folder": (
        "from shopscore import RuleSetFolder, hookimpl\nPLUGIN_API = 1\n@hookimpl\n"
        "def shopscore_rulesets(): return [RuleSetFolder('douyin', 'experience', 'nowhere:x')]",
        "hook_error",
        "nowhere",
    ),
}
#: Distribution → a file of its metadata, its bytes, and what the error says.
BROKEN: dict[str, tuple[str, bytes, str]] = {
    "m-line": ("entry_points.txt", b"[shopscore.plugins]\nabc\n", "entry_points.txt"),
    "m-bytes": ("entry_points.txt", b"[shopscore.plugins]\na\xff = b\n", "entry_points.txt"),
    "m-gbk": (
        "METADATA",
        "Metadata-Version: 2.1\nName: m-gbk\nVersion: 1.0\nSummary: 店铺\n".encode("gb18030"),
        "metadata",
    ),
    "m-empty": ("METADATA", b"", "metadata"),
}


def broken_metadata(site: Site, distribution: str, file: str, data: bytes) -> None:
    """Install a distribution of which one file is broken."""
    site.add(distribution, f"{GOOD}    return []")
    (folder,) = site.path.glob(f"{distribution.replace('-', '_')}-*.dist-info")
    (folder / file).write_bytes(data)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = Site(tmp_path_factory.mktemp("site"))
    for distribution, (source, _, _) in HOSTILE.items():
        made.add(distribution, source)
    for distribution, (file, data, _) in BROKEN.items():
        broken_metadata(made, distribution, file, data)
    broken_metadata(made, "m-unrelated", "entry_points.txt", b"[console_scripts]\nabc\n")
    broken_metadata(made, "m-unrelated-bytes", "entry_points.txt", b"[console_scripts]\n\xff\n")
    made.add_platform("shopscore-zeta", "zeta")
    return made


@pytest.fixture(scope="module")
def found(site: Site) -> dict[str, dict[str, Any]]:
    return {record["name"]: record for record in site.list().values()}


@pytest.mark.parametrize("distribution", HOSTILE)
def test_each_has_its_status(distribution: str, found: dict[str, dict[str, Any]]) -> None:
    _, status, word = HOSTILE[distribution]
    record = found[distribution.replace("-", "_")]
    assert record["status"] == status, record["error"]
    assert word in record["error"]
    assert len(record["error"]) < 600


@pytest.mark.parametrize("distribution", BROKEN)
def test_broken_metadata_is_told(distribution: str, found: dict[str, dict[str, Any]]) -> None:
    record = found[distribution.replace("-", "_")]
    assert record["status"] == "invalid"
    assert BROKEN[distribution][2] in record["error"]
    assert record["distribution"] == distribution.replace("-", "_")


def test_the_others_work(found: dict[str, dict[str, Any]]) -> None:
    for name in ("douyin", "kuaishou", "pinduoduo", "tmall", "zeta"):
        assert found[name]["status"] == "active"
    assert not {name for name in found if "unrelated" in name}


@pytest.mark.slow
def test_scoring_goes_on(site: Site, tmp_path: Path) -> None:
    events = tmp_path / "orders.csv"
    events.write_text("shop_id,order_id\nS1,1\n", encoding="utf-8")
    which = ("--platform", "douyin", "--ruleset", "2022", "--as-of", "2022-06-30")
    answer = site.run("shopscore", "score", events, *which, "--format", "json")
    assert answer.code == 0, answer.err
    for name in ("m_line", "h_warns", "h_exits"):
        assert any(
            line.startswith("Warning: ") and name in line for line in answer.err.splitlines()
        )


@pytest.mark.slow
def test_each_can_be_shown_and_switched_off(site: Site) -> None:
    for name in ("m_line", "m_gbk", "h_exits", "h_lies"):
        answer = site.run("shopscore-plugins", "show", name)
        assert answer.code == 0, answer.err
        assert name in answer.out
    names = "m_line,m_gbk,h_exits"
    listed = {r["name"]: r["status"] for r in site.list(SHOPSCORE_DISABLE_PLUGINS=names).values()}
    assert [listed[name] for name in names.split(",")] == ["disabled"] * 3
    assert listed["m_bytes"] == "invalid"


def test_of_two_versions_on_the_path_the_first_counts(tmp_path: Path) -> None:
    """As ``importlib.metadata`` has it: a version that lost its plugin hides an older one."""
    old, new = Site(tmp_path / "old"), Site(tmp_path / "new")
    for one in (old, new):
        one.path.mkdir()
    old.add("p-moved", f"{GOOD}    return []", version="1.0")
    new.add("p-moved", f"{GOOD}    return []", version="2.0")
    new.add("p-kept", f"{GOOD}    return []", version="2.0")
    old.add("p-kept", f"{GOOD}    return []", version="1.0")
    (points,) = new.path.glob("p_moved-*/entry_points.txt")
    points.write_text("", encoding="utf-8")
    found = new.list(PYTHONPATH=on_path(new.path, old.path))
    assert "p-moved:p_moved" not in found
    assert found["p-kept:p_kept"]["version"] == "2.0"


@pytest.mark.slow
@pytest.mark.parametrize("where", ["import", "hook"])
def test_a_plugin_that_waits_for_a_thread_that_asks(where: str, tmp_path: Path) -> None:
    """After ten seconds the thread gets an error, and the plugin goes on."""
    site = Site(tmp_path)
    source = f"import shopscore\n{GOOD}{ASKS}    return []\n"
    if where == "import":
        source += f"def wait():\n{ASKS}wait()\n".replace(
            "shopscore.platforms", "shopscore.platforms"
        )
    site.add("h-waits", source)
    found = site.list()
    assert found["h-waits:h_waits"]["status"] == "empty"
    assert found["shopscore:douyin"]["status"] == "active"


class TestTurns:
    """One thread loads at a time."""

    def test_who_asks_while_loading_sees_none(self) -> None:
        with turns.loading():
            assert ss.plugin_records() == ss.platforms() == ()
        assert ss.platforms()

    def test_a_failure_ends_the_turn(self) -> None:
        with pytest.raises(ZeroDivisionError), turns.loading():
            raise ZeroDivisionError
        assert not turns.loading_here()
        assert ss.platforms()

    def test_another_thread_waits_no_longer_than_it_must(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(turns, "MOST_SECONDS", 1)
        seen: list[object] = []

        def ask() -> None:
            try:
                seen.append(catalog.platforms())
            except ss.PluginError as error:
                seen.append(error)

        with turns.loading():
            thread = threading.Thread(target=ask)
            thread.start()
            thread.join()
        (error,) = seen
        assert str(error) == (
            "plugins have been loading for 1 second, and one of them may wait for this thread"
        )


class TestIsolation:
    def test_filters_of_warnings_are_as_before(self) -> None:
        before = list(warnings.filters)
        with isolated("here"):
            warnings.simplefilter("error")
        assert list(warnings.filters) == before

        def fail() -> None:
            warnings.simplefilter("error")
            raise ValueError("x")

        with pytest.raises(ss.PluginError, match="here: ValueError: x"), isolated("here"):
            fail()
        assert list(warnings.filters) == before

    def test_errors_of_the_package_and_interruptions_pass(self) -> None:
        with pytest.raises(ss.InputError), isolated("here"):
            raise ss.InputError("x")
        with pytest.raises(KeyboardInterrupt), isolated("here"):
            raise KeyboardInterrupt

    def test_a_long_message_is_cut(self) -> None:
        assert describe_error(ValueError("x" * 500)) == f"ValueError: {'x' * 500}"
        assert describe_error(ValueError("x" * 501)) == f"ValueError: {'x' * 500}…"
        assert describe_error(ValueError("a\n  b\tc")) == "ValueError: a b c"

    def test_a_message_that_interrupts_is_an_interruption(self) -> None:
        class Odd(Exception):
            def __str__(self) -> str:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            describe_error(Odd())

    def test_a_traceback_of_what_cannot_be_shown(self) -> None:
        class Odd(Exception):
            @property
            def __cause__(self) -> BaseException:  # type: ignore[override]
                raise SystemExit(3)

        assert describe_traceback(Odd("x")) == "Odd: x"
        assert "ValueError: y" in describe_traceback(ValueError("y"))
