"""Searching: the least number that reaches a goal; many searches ask together."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import TypeVar

from ...value_classes import frozen
from .wishes import Probe

#: A search that asks whether wishes reach goals, some at a time.
T = TypeVar("T")
Search = Generator[list[Probe], list[bool], T]
#: So many places between two are asked at a time.
_AT_ONCE = 24


@frozen
class Least:
    """The least number found that reaches a goal while one less does not.

    ``steady`` says that every greater number that was asked reaches it as well.
    """

    number: int
    steady: bool


def least(
    probe: Callable[[Sequence[int]], list[Probe]],
    most: int,
    guesses: Iterable[int] = (),
    *,
    one_by_one: bool = False,
) -> Search[Least | None]:
    """Find the least number from 1 to ``most`` that reaches a goal; 0 is known not to.

    ``guesses`` are asked first, with what is one less. Then numbers that double, and what lies
    between two of them, so that the answer is checked from both sides.
    """
    asked = {0: False}

    def ask(numbers: Iterable[int]) -> Search[None]:
        new = sorted({n for n in numbers if 0 < n <= most} - {*asked})
        if new:
            told = yield probe(new)
            asked.update(zip(new, told, strict=True))

    near = [n for guess in guesses for n in (guess - 1, guess)]
    yield from ask(near)
    if not any(asked.values()):
        yield from ask([most])
        if not any(asked.values()) and one_by_one:
            return None
        doubled = [1 << bit for bit in range(most.bit_length())]
        for some in [[n] for n in doubled] if one_by_one else [doubled]:
            yield from ask(some)
            if one_by_one and any(asked[n] for n in some if n in asked):
                break
    if not any(asked.values()):
        return None
    while True:
        high = min(n for n, told in asked.items() if told)
        low = max(n for n in asked if n < high)
        if high - low == 1:
            steady = all(told for n, told in asked.items() if n > high)
            return Least(high, steady)
        yield from ask(_between(low, high, 1 if one_by_one else _AT_ONCE))


def _between(low: int, high: int, most: int) -> list[int]:
    """Return so many numbers between two, at equal distances."""
    many = min(most, high - low - 1)
    return [low + (high - low) * place // (many + 1) for place in range(1, many + 1)]


def together(
    searches: Sequence[Search[T]], reach: Callable[[Sequence[Probe]], list[bool]]
) -> list[T]:
    """Run searches side by side: what all of them ask at a time is answered at once."""
    found: dict[int, T] = {}
    asking: dict[int, list[Probe]] = {}

    def go_on(place: int, told: list[bool] | None) -> None:
        try:
            search = searches[place]
            asking[place] = next(search) if told is None else search.send(told)
        except StopIteration as end:
            asking.pop(place, None)
            found[place] = end.value

    for place in range(len(searches)):
        go_on(place, None)
    while asking:
        now = list(asking.items())
        told = iter(reach([probe for _, probes in now for probe in probes]))
        for place, probes in now:
            go_on(place, [next(told) for _ in probes])
    return [found[place] for place in range(len(searches))]
