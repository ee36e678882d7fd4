"""What all tests share: asserts of helpers explain themselves, and hypothesis draws the same always.

``HYPOTHESIS_PROFILE=quick`` draws few examples: an answer within seconds, for the work between
two commits. ``brief``, which tox takes, draws a quarter of those that there are without a profile.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("oracle", "support")

settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("quick", settings.get_profile("ci"), max_examples=10)
settings.register_profile("brief", settings.get_profile("ci"), max_examples=25)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
