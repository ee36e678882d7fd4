"""The kit as a class for pytest; needs the extra ``testing``.

::

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
    """Tests of one plugin: inherit them in a class ``Test…`` that sets ``plugin``.

    ``expected_failures`` maps ids of checks to the reason why they fail; if such a check passes,
    the test fails. ``minimum`` is the number of checks that must have run, so that a suite cannot
    shrink unnoticed.
    """

    plugin: ClassVar[str]
    minimum: ClassVar[int] = 15
    expected_failures: ClassVar[Mapping[str, str]] = {}

    @pytest.fixture
    def report(self) -> Report:
        """Return the report of the plugin, made once per process."""
        return _report(self.plugin)

    @pytest.mark.parametrize("check", CHECKS)
    def test_check(self, report: Report, check: str) -> None:
        """Check that one check of the kit passes, or fails as expected."""
        failures = [c for c in report.failures if c.id == check]
        reason = self.expected_failures.get(check)
        if reason is not None:
            assert failures, f"{check} was expected to fail ({reason}), but passes"
            pytest.xfail(reason)
        assert not failures, "\n".join(f"{c.subject}: {c.message}" for c in failures)

    def test_enough_was_checked(self, report: Report) -> None:
        """Check that enough checks were run."""
        ran = [c for c in report.checks if c.status != "skipped"]
        assert len(ran) >= self.minimum, f"only {len(ran)} checks ran"
