"""What the catalogue says within a process."""

from __future__ import annotations

import threading
import warnings
from typing import get_args

import pytest

import shopscore as ss
from shopscore.plugins import catalog
from shopscore.plugins.loader import load_plugins
from shopscore.plugins.records import BROKEN, PluginRecord, PluginStatus


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of its own, in which nothing is loaded yet."""
    monkeypatch.setattr(catalog, "_records", [])
    monkeypatch.setattr(catalog, "_platforms", [])


def broken(name: str) -> PluginRecord:
    return PluginRecord(name, "m", "dist", "1", status="import_error", error=f"{name}: oops")


class TestCatalogue:
    def test_is_loaded_once(self, published: None, monkeypatch: pytest.MonkeyPatch) -> None:
        calls = []

        def load() -> tuple[PluginRecord, ...]:
            calls.append(1)
            return load_plugins()

        monkeypatch.setattr(catalog, "load_plugins", load)
        assert ss.plugin_records() == ss.plugin_records()
        assert len(calls) == 1
        ss.plugin_records(reload=True)
        assert len(calls) == 2

    def test_warns_once_of_each_broken_plugin(
        self, published: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("SHOPSCORE_STRICT", raising=False)
        monkeypatch.setattr(catalog, "load_plugins", lambda: (broken("a"), broken("b")))
        with pytest.warns(ss.ShopscoreWarning) as caught:
            ss.platforms()
        assert [str(w.message) for w in caught] == [
            "plugin a (dist): import_error: a: oops",
            "plugin b (dist): import_error: b: oops",
        ]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ss.platforms()

    def test_strictness_raises_them_together(
        self, published: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SHOPSCORE_STRICT", "1")
        monkeypatch.setattr(catalog, "load_plugins", lambda: (broken("a"), broken("b")))
        with pytest.raises(ss.PluginError) as caught:
            ss.platforms()
        text = str(caught.value) + "".join(map(str, getattr(caught.value, "exceptions", ())))
        assert "a: oops" in text
        assert "b: oops" in text

    def test_a_broken_platform(self, published: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("SHOPSCORE_STRICT", raising=False)
        monkeypatch.setattr(catalog, "load_plugins", lambda: (broken("a"),))
        with pytest.warns(ss.ShopscoreWarning), pytest.raises(ss.PluginError, match="a: oops"):
            ss.platform("a")
        with pytest.raises(ss.CoverageError, match="shopscore-b"):
            ss.platform("b")

    def test_many_threads_see_the_same(self, published: None) -> None:
        found: list[tuple[PluginRecord, ...]] = []
        threads = [
            threading.Thread(target=lambda: found.append(ss.plugin_records())) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 8
        assert all(records is found[0] for records in found)


class TestRecords:
    def test_every_status_is_known(self) -> None:
        assert set(BROKEN) | {"active", "disabled", "not_loaded"} == set(get_args(PluginStatus))
        for status in get_args(PluginStatus):
            record = PluginRecord("a", "m", "d", "1", status=status)
            assert record.broken == (status in BROKEN)

    def test_are_sorted_by_name(self) -> None:
        names = [r.name for r in ss.plugin_records()]
        assert names == sorted(names)

    def test_name_what_they_declare(self) -> None:
        douyin = next(r for r in ss.plugin_records() if r.name == "douyin")
        assert [p.id for p in douyin.platforms] == ["douyin"]
        assert douyin.load_seconds is not None
        assert douyin.traceback is None

    def test_platforms_are_sorted_and_found_by_id(self) -> None:
        ids = [p.id for p in ss.platforms()]
        assert ids == sorted(ids)
        assert all(ss.platform(id).id == id for id in ids)

    def test_versions_and_texts(self) -> None:
        ruleset = ss.platform("douyin").scorecard().ruleset("2022")
        assert catalog.plugin_version(ruleset) == catalog.plugin_records()[0].version
        text, _ = catalog.ruleset_text("douyin/experience/2022")
        assert "schema = 1" in text
        for name in ("douyin", "douyin/experience", "a/b/c/d", ""):
            with pytest.raises(ss.CoverageError):
                catalog.ruleset_text(name)
