"""Additions: what a plugin declares for the platform of another."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import DeclarationError
from ..messages import message
from ..model.labels import Labelled
from ..model.shop_statuses import ShopStatus
from ..model.streams import Stream
from ..value_classes import frozen
from .folders import check_folder


@frozen
class Fact(Labelled):
    """A shop fact that the platform's rules read.

    In generated samples a share ``sample_share`` of shops has it on one day, as ``sample_value``.
    """

    name: str
    zh: str
    en: str
    sample_share: float = 0.0
    sample_value: float = 1.0


def merged_facts(known: Iterable[Fact], added: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return facts with those that are added.

    Raises:
        DeclarationError: where one is declared differently than before.
    """
    facts = {fact.name: fact for fact in known}
    for fact in added:
        if facts.setdefault(fact.name, fact) != fact:
            said = message("fact {name} is already declared differently", name=fact.name)
            raise DeclarationError(said)
    return tuple(facts.values())


@frozen
class RuleSetFolder:
    """Additional rule sets for a scorecard: files ``<scorecard>-<version>.toml`` in a folder.

    ``folder`` is written ``package:folder``. ``metrics`` names a module with metrics that these
    rule sets may use beside those of the scorecard.
    """

    platform: str
    scorecard: str
    folder: str
    metrics: str = ""

    def __attrs_post_init__(self) -> None:
        check_folder(
            self.folder, message("rule sets for {name}", name=f"{self.platform}/{self.scorecard}")
        )


@frozen
class Addition:
    """What a plugin adds to a platform that another plugin declares, besides scorecards.

    ``streams`` are streams of its own, and columns, links and words for streams that are there: a
    type of shop is a word of ``shops.shop_type``. ``facts`` are shop facts, ``statuses`` those of
    shops that do not meet a condition. ``exports`` is the ``package:folder`` of layouts of export
    files, ``sample`` a function as :class:`Platform` has it.
    """

    platform: str
    streams: tuple[Stream, ...] = ()
    facts: tuple[Fact, ...] = ()
    exports: str = ""
    sample: str = ""
    statuses: tuple[ShopStatus, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.exports:
            check_folder(self.exports, message("exports of {platform}", platform=self.platform))
