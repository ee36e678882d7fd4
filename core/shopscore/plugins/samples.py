"""Samples: what a platform adds to the streams of core, made by the plugin itself."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from importlib import import_module
from random import Random
from typing import TYPE_CHECKING, Any

from ..errors import PluginError, ShopscoreWarning
from ..messages import message
from ..model.streams import Stream
from .declarations import Platform
from .isolation import isolated

if TYPE_CHECKING:
    import polars as pl


def extend_sample(
    platform: Platform, frames: Mapping[str, pl.DataFrame], seed: int
) -> dict[str, pl.DataFrame]:
    """Return the streams that a platform changes or adds in a sample; the same for the same seed.

    Raises:
        PluginError: where its function fails, or returns no lists of rows.
    """
    made: dict[str, pl.DataFrame] = {}
    if platform.sample:
        made = _extended(platform, platform.sample, frames, seed)
    for function in platform.more_samples:  # of other plugins: what fails there stays there
        try:
            made |= _extended(platform, function, {**frames, **made}, seed)
        except PluginError as error:
            warnings.warn(str(error), ShopscoreWarning, stacklevel=2)
    return made


def _extended(
    platform: Platform, function: str, frames: Mapping[str, pl.DataFrame], seed: int
) -> dict[str, pl.DataFrame]:
    """Return the streams that a function changes or adds."""
    module, _, name = function.partition(":")
    place = message("{name}: sample {function}", name=platform.id, function=function)
    with isolated(place):
        extend = getattr(import_module(module), name)
        rows = {stream: frame.to_dicts() for stream, frame in frames.items()}
        made = extend(rows, Random(seed))  # noqa: S311 - nothing is kept secret
    if not isinstance(made, Mapping):
        kind = type(made).__name__
        raise PluginError(
            message(
                "{place}: lists of rows by stream are needed, not {kind}", place=place, kind=kind
            )
        )
    with isolated(place):
        return {name: _frame(platform.all_streams[name], rows) for name, rows in made.items()}


def _frame(stream: Stream, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows as a table, which has columns also where there is no row."""
    import polars as pl

    if not rows:
        return pl.DataFrame(schema=dict.fromkeys(stream.names, pl.String))
    return pl.DataFrame(rows, infer_schema_length=None)
