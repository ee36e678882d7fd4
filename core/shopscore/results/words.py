"""What is missing, in words."""

from __future__ import annotations

from collections.abc import Iterable

from ..grading.missing_columns import in_words
from ..grading.weighing import MetricValues
from ..messages import Message, message

#: Why a value decides nothing of a projection.
OF_LAST_EVALUATION = message("of the last evaluation: no document tells what is projected")


def why_missing_input(measured: MetricValues) -> Message:
    """Return why the input of a metric is missing."""
    return (
        missing_in_words(measured.missing_columns)
        or measured.missing_reason
        or measured.no_value_reason
    )


def missing_in_words(names: Iterable[str]) -> Message:
    """Return missing columns and streams as a message; empty where nothing is missing.

    >>> print(missing_in_words(["orders.paid_at", "stream reviews"]))
    no column orders.paid_at and no stream reviews
    """
    parts: list[Message] = []
    columns: Message | None = None
    for name in names:
        stream = name.removeprefix("stream ")
        part = name.removeprefix("rest of stream ")
        if stream != name:
            parts.append(message("no stream {stream}", stream=stream))
        elif part != name:
            parts.append(message("only a part of stream {stream}", stream=part))
        elif columns is None:
            columns = message("no column {column}", column=in_words(name))
        else:
            columns = message("{first} and {second}", first=columns, second=in_words(name))
    found = parts if columns is None else [columns, *parts]
    if not found:
        return message("")
    said, *rest = found
    for part in rest:
        said = message("{first} and {second}", first=said, second=part)
    return said
