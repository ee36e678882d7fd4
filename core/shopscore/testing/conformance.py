"""The kit as a class for pytest; needs the extra ``testing``.

class TestMyPlatform(PluginConformance):
plugin = "myplatform"
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import ClassVar

import pytest

from .checking import check_plugin
from .report import CHECKS, Report


@cache
def _report(plugin: str) -> Report:
    return check_plugin(plugin)


class PluginConformance:
    """Inherit it in a class whose name begins with ``Test``, and name the plugin.

    ``expected_failures`` maps ids of checks to the reason why they fail; one that passes after
    all fails the test. ``minimum`` is the number of checks that must have run, so that a suite
    cannot shrink to nothing unnoticed.
    """

    plugin: ClassVar[str]
    minimum: ClassVar[int] = 15
    expected_failures: ClassVar[Mapping[str, str]] = {}

    @pytest.fixture
    def report(self) -> Report:
        """The report of the plugin, made once in a process."""
        return _report(self.plugin)

    @pytest.mark.parametrize("check", CHECKS)
    def test_check(self, report: Report, check: str) -> None:
        """One check of the kit."""
        found = [c for c in report.checks if c.id == check and c.status == "failed"]
        reason = self.expected_failures.get(check)
        if reason is not None:
            assert found, f"{check} was expected to fail ({reason}), and passes"
            pytest.xfail(reason)
        assert not found, "\n".join(f"{c.subject}: {c.message}" for c in found)

    def test_enough_was_checked(self, report: Report) -> None:
        """The suite has not shrunk."""
        ran = [c for c in report.checks if c.status != "skipped"]
        assert len(ran) >= self.minimum, f"only {len(ran)} checks ran"
