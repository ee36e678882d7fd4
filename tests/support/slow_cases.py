"""A sample of many cases for the ordinary run; the others are slow ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest


def mostly_slow(cases: Sequence[Any], first: int, step: int) -> list[Any]:
    """All cases for ``parametrize``, where only each ``step``-th, from ``first`` on, is quick."""
    return [
        case
        if place % step == first
        else pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.slow)
        for place, case in enumerate(cases)
    ]
