"""The kit finds what is wrong with a mapping of a plugin, and says it instead of ending."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve

import shopscore as ss
from shopscore.plugins.records import PluginRecord
from shopscore.testing.document_checks import documents
from shopscore.testing.report import Check
from shopscore.testing.subject import Subject

MAPPING = """\
schema = 1
id = "summary"
zh = "摘要"
en = "Summary"
scorecards = ["performance"]
identified_by = "payload"

[source]
title = "A page"
confidence = "P"

[[refusals]]
when = "status == 'FAIL'"
zh = "失败"
en = "failed"

[asked]
metric = "path[-2]"
ids = { otd = "on_time_delivery_rate" }

[metrics.asked_for]
value = "payload.rate"
target_low = "payload.standard"

[metrics.cancellation_rate]
value = "payload.cancelled"

[facts.anything]
value = "payload.anything"

[[rows]]
at = "payload.rows[]"
key = "name"
ids = { vtr = "valid_tracking_rate", x = "something" }
facts = ["something"]
value = "value"
target = "target"

[[limits]]
criterion = "valid_tracking_rate"
metric = "valid_tracking_rate"

[[limits]]
criterion = "on_time_delivery_rate"
metric = "on_time_delivery_rate"
role = "target_low"
"""

Checking = Callable[..., list[Check]]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checking:
    """The checks of a plugin that brings mappings."""

    def run(*texts: str) -> list[Check]:
        folder = tmp_path / "brought" / "documents"
        folder.mkdir(parents=True)
        (folder.parent / "__init__.py").touch()
        for i, text in enumerate(texts):
            (folder / f"{i}.toml").write_text(text, "utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "brought", raising=False)
        walmart = next(p for p in ss.platforms() if p.id == "walmart")
        platform = evolve(walmart, documents="brought:documents")
        record = PluginRecord("x", "x", "shopscore-x", "1", "active", (platform,))
        return list(documents(Subject(record, (platform,))))

    return run


def test_a_mapping_without_a_fault_passes(check: Checking):
    assert check(MAPPING) == [Check("documents", "walmart/summary", "passed")]


def test_each_mapping_is_a_check_of_its_own(check: Checking):
    other = MAPPING.replace('id = "summary"', 'id = "other"').replace("cancellation_rate", "x")
    assert [(c.subject, c.status) for c in check(MAPPING, other)] == [
        ("walmart/summary", "passed"),
        ("walmart/other", "failed"),
    ]


def test_a_platform_without_documents_is_skipped(check: Checking):
    assert [c.status for c in check()] == ["skipped"]


FAULTS = {
    "a label is missing": ('zh = "摘要"', 'zh = ""'),
    "label is missing": ('en = "failed"', 'en = ""'),
    "no scorecard performances": ('["performance"]', '["performances"]'),
    "no metric cancelled: what the rules do not know is a fact": (
        "metrics.cancellation_rate",
        "metrics.cancelled",
    ),
    "no metric something": ('facts = ["something"]\n', ""),
    "no metric on_time: ": ('otd = "on_time_delivery_rate"', 'otd = "on_time"'),
    "no dimension cancellation_rate": ("metrics.cancellation_rate", "dimensions.cancellation_rate"),
    "no metric asked_for": (
        '[asked]\nmetric = "path[-2]"\nids = { otd = "on_time_delivery_rate" }\n',
        "",
    ),
    "limits: no criterion valid_rate": (
        'criterion = "valid_tracking_rate"',
        'criterion = "valid_rate"',
    ),
    "limits: target of valid_rate is not read": (
        'metric = "valid_tracking_rate"\n',
        'metric = "valid_rate"\n',
    ),
    "limits: target_low of on_time_delivery_rate is not read": (
        'target_low = "payload.standard"\n',
        "",
    ),
    "limits: target of valid_tracking_rate is not read": ('target = "target"\n', ""),
    "needs a [source]": ('[source]\ntitle = "A page"\nconfidence = "P"\n', ""),
    "no function lenght": ('"payload"', '"lenght(payload)"'),
    "identified_by: ": ('"payload"', '"payload["'),
    "unknown key": ('identified_by = "payload"', 'identified_by = "payload"\nunknown = 1'),
    "walmart: 0.toml": ("schema = 1", "schema = "),
    "verdicts: no criterion valid": (
        "[source]",
        '[[verdicts]]\ncriterion = "valid"\nmetric = "cancellation_rate"\n[source]',
    ),
    "verdicts: nothing is not read": (
        "[source]",
        '[[verdicts]]\ncriterion = "cancellation_rate"\nmetric = "nothing"\n[source]',
    ),
    "level: no level best": ("[source]", '[level.ids]\nA = "best"\n[source]'),
    "nowhere is not read": ("[source]", '[level]\nfact = "nowhere"\n[source]'),
    "days_open is not read": ("[source]", '[days_since]\nopened_at = "days_open"\n[source]'),
    "days is not read": (
        'identified_by = "payload"',
        'identified_by = "payload"\nwindow_days = "days"',
    ),
}


@pytest.mark.parametrize("said", FAULTS)
def test_a_fault_is_a_failed_check(said: str, check: Checking):
    old, new = FAULTS[said]
    assert old in MAPPING
    (found,) = check(MAPPING.replace(old, new, 1))
    assert found.status == "failed"
    assert said in found.message


def test_two_documents_with_one_id_are_a_failed_check(check: Checking):
    (found,) = check(MAPPING, MAPPING)
    assert "document summary is declared twice" in found.message


def test_the_kit_runs_it():
    from shopscore.testing.checking import _all_checks
    from shopscore.testing.report import CHECKS

    assert documents in _all_checks()
    assert list(CHECKS).index("documents") == list(CHECKS).index("layouts") + 1
