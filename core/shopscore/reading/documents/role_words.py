"""Words for what a document says of a subject, as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from ...messages import Message, message

#: What each role is called; the keys are those of :data:`shopscore.model.mappings.ROLES`.
ROLE_WORDS: Mapping[str, Message] = {
    "value": message("value"),
    "num": message("numerator"),
    "den": message("denominator"),
    "n": message("number of rows"),
    "points": message("points"),
    "weight": message("weight"),
    "weighted": message("points × weight"),
    "target": message("target value"),
    "target_low": message("lower limit"),
    "target_high": message("upper limit"),
    "op": message("comparison"),
    "level": message("verdict"),
    "rank": message("ahead of peers"),
    "shown": message("shown"),
    "unit": message("unit"),
    "stars": message("stars"),
    "preview": message("preview"),
    "bonus": message("bonus"),
    "deduction": message("deduction"),
    "change": message("change"),
    "last": message("period before"),
    "peer": message("peers"),
    "from": message("first day"),
    "to": message("last day"),
    "name": message("name"),
    "tag": message("mark"),
    "assessed": message("counts in the score"),
}


def role_word(role: str) -> Message | str:
    """Return what a role is called; the role itself where it has no word."""
    return ROLE_WORDS.get(role, role)
