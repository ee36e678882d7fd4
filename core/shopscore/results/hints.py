"""Commands that a message names, so that they work as they are written."""

from __future__ import annotations

import shlex

from ..plugins.bound_rules import BoundRuleSet


def rules_command(rules: BoundRuleSet) -> str:
    """Return the command that shows these rules; for a rule set of a file it names the file."""
    which = shlex.quote(rules.reference)
    return f"shopscore-plugins rules {rules.platform.id} -c {rules.scorecard.id} -r {which}"
