"""The check of examples: each mapping of a plugin has one that passes, and each fault is found."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from attrs import evolve

import shopscore as ss
from shopscore.cli.scaffolding import make_package
from shopscore.plugins.declarations import Platform
from shopscore.plugins.document_examples import DocumentExample, document_examples
from shopscore.plugins.records import PluginRecord
from shopscore.testing.example_checks import examples
from shopscore.testing.report import Check
from shopscore.testing.subject import Subject

WITH_DOCUMENTS = [one for one in ss.platforms() if one.documents]
JD = next(one for one in ss.platforms() if one.id == "jd")
MAPPING = (Path(sys.modules["shopscore_jd"].__file__ or "").parent / "documents" / "vane_stars.toml").read_text("utf-8")  # fmt: skip
EXAMPLE = document_examples(JD)["vane_stars"].text

Checking = Callable[..., list[Check]]


def check_of(platform: Platform) -> list[Check]:
    record = PluginRecord("x", "x", "shopscore-x", "1", "active", (platform,))
    return list(examples(Subject(record, (platform,))))


@pytest.mark.parametrize("platform", WITH_DOCUMENTS, ids=lambda one: one.id)
def test_every_document_of_the_plugins_has_an_example_that_passes(platform: Platform) -> None:
    checks = check_of(platform)
    assert {check.status for check in checks} == {"passed"}, checks
    assert {check.subject for check in checks} == {mapping.name for mapping in platform.mappings}


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checking:
    """The checks of a plugin with a mapping, and with examples by the names of their files."""

    def run(**texts: str) -> list[Check]:
        folder = tmp_path / "brought" / "documents"
        folder.mkdir(parents=True)
        (folder.parent / "__init__.py").touch()
        (folder / "vane_stars.toml").write_text(MAPPING, "utf-8")
        for name, text in texts.items():
            (folder / f"{name}.example.json").write_text(text, "utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "brought", raising=False)
        return check_of(evolve(JD, documents="brought:documents"))

    return run


def test_a_platform_without_examples_is_skipped(check: Checking) -> None:
    assert [one.status for one in check()] == ["skipped"]


def test_an_example_passes(check: Checking) -> None:
    assert check(vane_stars=EXAMPLE) == [Check("examples", "jd/vane_stars", "passed")]


FAULTS = [
    ("is not recognised", '"customServiceConsultScore"', '"serviceScore"'),
    ("is not recognised", '"code": 200', '"code": 601'),
    ("nickname", "$name", "$nickname"),
    ("no JSON", "{", "["),
    ("data.reserved is not in the mapping", '"data": {', '"data": {"reserved": 3, '),
    ("cannot be, and is not used", '"9.3"', '"93"'),
    ("is below nothing", "63.5", "-63.5"),
    ("'many'", '"afterServiceScore": "9.1"', '"afterServiceScore": "many"'),
]


@pytest.mark.parametrize(("said", "old", "new"), FAULTS)
def test_a_fault_is_found(check: Checking, said: str, old: str, new: str) -> None:
    assert old in EXAMPLE
    (found,) = check(vane_stars=EXAMPLE.replace(old, new, 1))
    assert found.status == "failed"
    assert said in found.message


def test_an_example_of_no_mapping(check: Checking) -> None:
    (found,) = check(stars=EXAMPLE)
    assert found.status == "failed"
    assert "there is no document stars" in found.message


def test_an_example_is_filled_in_for_a_shop_and_a_day() -> None:
    places = {
        "shop": "$shop", "name": "$name", "day": "$day", "before": "${day_31}", "compact": "$compact_day",
        "compact_before": "${compact_day_1}", "month": "$month",
    }  # fmt: skip
    text = json.dumps({**places, "made_at": 0}).replace("0}", "$made_at}")
    example = DocumentExample("x", "json", text, "toy: x.example.json", "Asia/Shanghai")
    assert example.file_name == "x.json"
    filled = example.filled(shop="S1", name='"A\\B"', day=date(2026, 3, 1))
    assert json.loads(filled) == {
        "shop": "S1",
        "name": '"A\\B"',
        "day": "2026-03-01",
        "before": "2026-01-29",
        "compact": "20260301",
        "compact_before": "20260228",
        "month": "2026-03",
        "made_at": int(datetime(2026, 3, 2, 0, tzinfo=UTC).timestamp()),  # at eight in Shanghai
    }


def test_the_example_of_a_new_package_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = make_package("brand_new", tmp_path, full=True)
    monkeypatch.syspath_prepend(package / "src")
    import shopscore_brand_new  # type: ignore[import-not-found]

    (platform,) = shopscore_brand_new.shopscore_platforms()
    assert check_of(platform) == [Check("examples", "brand_new/score", "passed")]
