"""Stable 64-bit fingerprints of cells and rows: the same on every machine and version.

They add up: the digest of a table is a sum over its rows, so that their order does not matter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

Prints = npt.NDArray[np.uint64]

_NULL = np.uint64(0xA0761D6478BD642F)
_ODD = np.uint64(0x9E3779B97F4A7C15)
_BYTES_PER_WORD = 8


def mixed(values: Prints) -> Prints:
    """Return bits well mixed (the finaliser of splitmix64): similar integers get unrelated prints."""
    x = values + _ODD
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def salt(word: str) -> np.uint64:
    """Return a number that stands for a word."""
    return np.uint64(int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big"))


def cell_prints(series: pl.Series) -> Prints:
    """Return fingerprints of the cells of a canonical column: text, integers or booleans."""
    if series.dtype in (pl.Enum, pl.Categorical):
        series = series.cast(pl.String)
    if series.dtype == pl.String:
        prints = _text_prints(series)
    else:
        integers = series.cast(pl.Int64).fill_null(0).to_numpy()
        prints = integers.astype(np.int64).view(np.uint64)
    if series.null_count():
        prints[series.is_null().to_numpy()] = _NULL
    return prints


def _text_prints(series: pl.Series) -> Prints:
    """Return fingerprints of texts: those of one length form a matrix of bytes, which is read eight bytes at a time."""
    lengths = series.str.len_bytes().fill_null(0).to_numpy()
    prints = np.zeros(len(series), dtype=np.uint64)
    for length in np.flatnonzero(np.bincount(lengths)) if len(lengths) else ():
        rows = np.flatnonzero(lengths == length)
        same = series if len(rows) == len(series) else series.gather(rows)
        prints[rows] = _equal_length_prints(same, int(length))
    return prints


def _equal_length_prints(texts: pl.Series, length: int) -> Prints:
    words = -(-length // _BYTES_PER_WORD)
    padded = np.zeros((len(texts), words * _BYTES_PER_WORD), dtype=np.uint8)
    if length:
        joined = (texts.str.join("").item() or "").encode()
        padded[:, :length] = np.frombuffer(joined, dtype=np.uint8).reshape(-1, length)
    total = np.full(len(texts), length, dtype=np.uint64) * _ODD
    for word in padded.view("<u8").astype(np.uint64, copy=False).T:
        total = (total ^ word) * _ODD
        total ^= total >> np.uint64(32)
    return total


def combined(parts: Mapping[str, Prints]) -> Prints:
    """Return one fingerprint per row from the named fingerprints of its cells; any order of names."""
    first, *_ = parts.values()
    total = np.zeros(len(first), dtype=np.uint64)
    for name, prints in parts.items():
        total += mixed(prints ^ salt(name))
    return mixed(total)


class Digest:
    """A digest of named tables of rows, which does not depend on the order of the rows."""

    def __init__(self) -> None:
        self._sums: dict[str, npt.NDArray[np.uint64]] = {}
        self._columns: dict[str, list[str]] = {}

    def add(self, table: str, columns: Mapping[str, Prints]) -> None:
        """Add rows of a table, as the fingerprints of their cells by column."""
        rows = combined(columns)
        more = (rows, mixed(~rows), np.ones_like(rows))
        sums = np.array([part.sum(dtype=np.uint64) for part in more])
        self._sums[table] = self._sums.get(table, np.zeros_like(sums)) + sums
        self._columns[table] = sorted(columns)

    def hexdigest(self) -> str:
        """Return the digest of everything that was added."""
        sha = hashlib.sha256()
        for table, sums in sorted(self._sums.items()):
            sha.update(f"{table} {self._columns[table]} {sums.tolist()}\n".encode())
        return sha.hexdigest()
