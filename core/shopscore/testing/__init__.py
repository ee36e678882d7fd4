"""The conformance kit: the checks that every plugin must pass, built-in or not.

``check_plugin("name")`` runs them on the base install and returns a report; with the extra
``testing`` a plugin's own tests inherit :class:`shopscore.testing.conformance.PluginConformance`.
``toy`` is a platform that does not exist, for tests and examples.
"""

from __future__ import annotations

from .checking import check_plugin, check_records
from .report import CHECKS, Check, Report

__all__ = ["CHECKS", "Check", "Report", "check_plugin", "check_records"]
