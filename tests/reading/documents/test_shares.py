"""Weights of siblings: 0.25, 25 and "25%" are a quarter, and what their sum does not tell is not one."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopscore.reading.documents.cells import Percent, Value
from shopscore.reading.documents.shares import shares_of


def weights(**written: str | None) -> dict[str, Value | None]:
    def value(text: str | None) -> Value | None:
        if text is None:
            return None
        return Percent(Fraction(text[:-1]) / 100) if text.endswith("%") else Fraction(text)

    return {id: value(text) for id, text in written.items()}


@pytest.mark.parametrize(
    "written",
    [
        {"a": "0.25", "b": "0.25", "c": "0.5"},
        {"a": "25", "b": "25", "c": "50"},
        {"a": "25%", "b": "25%", "c": "50%"},
        {"a": "25%", "b": "0.25", "c": "0.5"},
        {"a": "25%", "b": "25", "c": "50"},
        {"a": "25%", "b": "25%", "c": "0.5"},
    ],
)
def test_one_quarter_in_every_writing(written: dict[str, str]):
    quarter = Fraction(1, 4)
    assert shares_of(weights(**written)) == {"a": quarter, "b": quarter, "c": 2 * quarter}


@pytest.mark.parametrize(
    "written",
    [
        {"a": "40", "b": "20"},  # neither 1 nor 100
        {"a": "0.4", "b": "40"},
        {"a": "3", "b": "7"},
        {"a": "60", "b": "60"},
        {"a": "-20", "b": "120"},
        {"a": "0", "b": "0"},
        {"a": "0.99", "b": None},  # b is missing, and a not the whole
        {"a": "40", "b": "60", "c": None},
    ],
)
def test_weights_whose_scale_is_not_told(written: dict[str, str | None]):
    assert shares_of(weights(**written)) == {}


def test_percent_signs_tell_the_scale_although_a_sibling_is_missing():
    assert shares_of(weights(a="25%", b=None, c="10%")) == {
        "a": Fraction(1, 4),
        "c": Fraction(1, 10),
    }


def test_where_percent_signs_leave_nearly_nothing_the_scale_of_the_rest_is_not_told():
    assert shares_of(weights(a="99%", b="0.01")) == {"a": Fraction(99, 100)}


def test_rounded_weights_are_made_to_add_up():
    assert shares_of(weights(a="33", b="33", c="33")) == dict.fromkeys("abc", Fraction(1, 3))
    assert sum(shares_of(weights(a="33.3%", b="33.3%", c="33.3%")).values()) == 1


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=8), st.sampled_from([1, 100]))
def test_exact_weights_stay_as_they_are(parts: list[int], scale: int):
    whole = sum(parts)
    shares = {str(i): Fraction(part, whole) for i, part in enumerate(parts)}
    assert shares_of({id: share * scale for id, share in shares.items()}) == shares
