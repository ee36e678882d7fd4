"""Which levers are used, under which settings: as they are typed, or as Python and TOML have them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from ...errors import InputError, RuleSetError, UsageError, did_you_mean
from ...exact.decimals import exact_decimal
from ...grading.amounts import parse_amount
from ...messages import message
from ...model.levers import Lever
from ...model.streams import MONEY_SCALE
from ...plugins.declarations import Platform
from ...rules.toml_tables import Table
from ...rules.toml_text import parse_toml, read_text
from ...value_classes import field, frozen

#: Levers as a user names them: ``id:setting=value``, a list of these, or settings by id.
LeversAsked = str | Sequence[str | Mapping[str, Any]] | Mapping[str, Mapping[str, Any] | None]
#: The share of the rows that a lever matches, of which it is used.
SHARE = "share"

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")


@frozen
class LeverUse:
    """A lever, its settings as they were chosen, and the share of its rows that it is used on."""

    lever: Lever
    settings: Mapping[str, Any] = field(factory=dict)
    share: Fraction = Fraction(1)

    @property
    def chosen(self) -> dict[str, Any]:
        """Every setting of the lever with its value."""
        return self.lever.numbers(self.settings)


def choose_levers(asked: LeversAsked | None, platform: Platform) -> tuple[LeverUse, ...]:
    """Return the levers that are asked for, in the order in which the platform declares them.

    Beside the settings of a lever itself there are ``share``, and ``amount``, ``from`` and ``to``
    for ``amount_below`` in whole units of the currency and for times of the day as ``08:30``.

    Raises:
        UsageError: for a lever that the platform does not have or that is named more than once, or
            a setting that cannot be.
    """
    uses = [_use(id, settings, platform) for id, settings in _pairs(asked)]
    for id, times in Counter(use.lever.id for use in uses).items():
        if times > 1:
            said = message(
                "lever {lever} is named {times} times: name it once, with all its settings",
                lever=id,
                times=times,
            )
            raise UsageError(said)
    places = {id: place for place, id in enumerate(platform.all_levers)}
    return tuple(sorted(uses, key=lambda use: places[use.lever.id]))


def _pairs(asked: LeversAsked | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if asked is None:
        return
    if isinstance(asked, str):
        asked = [asked]
    if isinstance(asked, Mapping):
        for id, settings in asked.items():
            if not isinstance(settings, Mapping | None):
                said = message(
                    "settings of lever {lever}: {value!r} is no dictionary of them",
                    lever=id,
                    value=settings,
                )
                raise UsageError(said)
            yield str(id), settings or {}
        return
    for one in asked:
        if isinstance(one, str):
            yield read_use(one)
        elif isinstance(one, Mapping) and "id" in one:
            yield str(one["id"]), {key: value for key, value in one.items() if key != "id"}
        else:
            said = message("{value!r} names no lever: write its id, or id:setting=value", value=one)
            raise UsageError(said)


def read_use(text: str) -> tuple[str, dict[str, str]]:
    """Return the id and the settings of a lever as they are typed.

    A part without ``=`` belongs to the list before it.

    >>> read_use("stop_far_provinces:provinces=tibet,xinjiang,share=0.5")
    ('stop_far_provinces', {'provinces': 'tibet,xinjiang', 'share': '0.5'})
    """
    id, _, rest = text.partition(":")
    settings: dict[str, str] = {}
    for part in rest.split(",") if rest.strip() else ():
        key, equals, value = part.partition("=")
        if equals and key.strip() and key.strip() not in settings:
            settings[key.strip()] = value.strip()
        elif equals or not settings:
            raise UsageError(
                message("{text!r}: write ID:SETTING=VALUE,…, each setting once", text=text)
            )
        else:
            last = next(reversed(settings))
            settings[last] = f"{settings[last]},{part.strip()}"
    return id.strip(), settings


def read_levers(file: Path) -> list[dict[str, Any]]:
    """Return the levers of a user's TOML file, each a table ``[[levers]]`` with its settings.

    Raises:
        InputError: for a file that cannot be read, or has another form.
    """
    try:
        table = Table(parse_toml(read_text(file), str(file)), str(file))
        if table.take("schema", int) != 1:
            raise table.fail(message("schema = 1 is the only one known"))
        uses = [{"id": one.text("id"), **one.data} for one in table.tables("levers")]
        table.done()
    except RuleSetError as error:
        raise InputError(error.args[0]) from None
    return uses


def _use(id: str, settings: Mapping[str, Any], platform: Platform) -> LeverUse:
    levers = platform.all_levers
    if id not in levers:
        raise UsageError(
            message(
                "{platform} has no lever {lever}{guess}",
                platform=platform.id,
                lever=id,
                guess=did_you_mean(id, levers),
            )
        )
    lever, chosen, share = levers[id], {}, Fraction(1)
    own = {setting.id for setting in lever.settings}
    for key, value in settings.items():
        if key == SHARE and key not in own:
            share = _share(id, value)
            continue
        name, number = (key, value) if key in own else _short(lever, key, value)
        if name in chosen:
            raise _refused(id, message("{setting} is set twice", setting=name))
        chosen[name] = number
    lever.rows(**chosen)  # what cannot be used is said at once
    return LeverUse(lever, chosen, share)


def _short(lever: Lever, key: str, value: Any) -> tuple[str, Any]:
    """Return the setting that a short word stands for, and its value."""
    if key == "amount" and lever.amount is not None:
        number = exact_decimal(str(value).strip())
        minor = None if number is None else Decimal(number) * MONEY_SCALE
        if minor is None or minor != minor.to_integral_value():
            said = message("amount={value}: write an amount such as 300 or 299.99", value=value)
            raise _refused(lever.id, said)
        return "amount_below", int(minor)
    if key in ("from", "to"):
        clock = _CLOCK.fullmatch(str(value).strip())
        if clock is None:
            said = message("{key}={value}: write a time such as 08:30", key=key, value=value)
            raise _refused(lever.id, said)
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return f"{key}_second", hours * 3600 + minutes * 60 + seconds
    return key, value


def _share(lever: str, value: Any) -> Fraction:
    amount = None if isinstance(value, bool) else parse_amount(str(value))
    share = None if amount is None else amount.in_unit("ratio")
    if share is None or not 0 <= share <= 1:
        said = message("share={value}: write a share from 0 to 1, such as 0.8 or 80%", value=value)
        raise _refused(lever, said)
    return share


def _refused(lever: str, said: object) -> UsageError:
    return UsageError(message("lever {lever}: {error}", lever=lever, error=said))
