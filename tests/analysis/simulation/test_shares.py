"""Levers on a share of their rows: which rows are drawn, and between what the figures are."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
import pytest

import shopscore as ss
from shopscore.analysis.simulation.draws import Draw
from support.tickets_at_bounds import KUAISHOU, events, ticket

TICKETS = [ticket(f"T{i}", approved_at=f"2024-06-10 {12 + i % 4}:00:00") for i in range(20)]


def simulated(lever: str, tickets: list[dict[str, str]] = TICKETS, **asked: int) -> ss.Simulation:
    return ss.simulate(events(*tickets), shop="S1", levers=lever, **asked, **KUAISHOU)


def ids(found: ss.Simulation) -> list[str]:
    return sorted(found.touched["id"].unique())


@pytest.mark.parametrize(
    ("share", "count"),
    [("0", 0), ("0.02", 0), ("0.025", 1), ("5%", 1), ("0.5", 10), ("0.8", 16), ("1", 20)],
)
def test_as_many_rows_as_the_share_rounded_half_up(share: str, count: int) -> None:
    found = simulated(f"atom_fast_refund:share={share}")
    assert len(ids(found)) == count
    assert found.levers[0].matched == 20


def test_neither_the_order_of_rows_nor_other_rows_matter() -> None:
    half = ids(simulated("atom_fast_refund:share=0.5"))
    assert ids(simulated("atom_fast_refund:share=0.5", TICKETS[::-1])) == half
    others = [ticket(f"U{i}", shipped="true") for i in range(7)]
    assert ids(simulated("atom_fast_refund:share=0.5", [*others, *TICKETS])) == half
    assert {*half} < {*ids(simulated("atom_fast_refund:share=0.7"))}


def test_seeds_and_levers_draw_other_rows() -> None:
    half = ids(simulated("atom_fast_refund:share=0.5"))
    assert ids(simulated("atom_fast_refund:share=0.5", seed=1)) != half
    assert ids(simulated("atom_fast_refund:share=0.5", seed=0)) == half
    assert ids(simulated("atom_unshipped_refund:share=0.5")) != half


def test_which_rows_are_drawn_stays_so() -> None:
    """A release that draws others would be another answer to the same question."""
    drawn = Draw(7).rows("lever", [f"T{i}" for i in range(8)], Fraction(1, 4))
    assert drawn.nonzero()[0].tolist() == [4, 6]


def test_the_ends_are_those_of_single_draws() -> None:
    found = simulated("atom_fast_refund:share=0.3", draws=12)
    own = {f"T{i}": Fraction(1 + i % 4) for i in range(20)}
    values = []
    for number in range(12):
        drawn = Draw(0, number).rows("atom_fast_refund", list(own), Fraction(3, 10))
        values.append(sum(h for h, d in zip(own.values(), drawn, strict=True) if not d) / 20)
    change = found["refund_only_hours"]
    assert change.ends["value"] == (min(values), max(values))
    assert change.after.value == values[0]
    assert min(values) < max(values)
    frame = found.to_polars().filter(pl.col("id") == "refund_only_hours")
    assert frame["value_low"].item() == float(min(values))
    assert any("seed 0" in note for note in found.notes)


def test_draws_need_a_share() -> None:
    with pytest.raises(ss.UsageError, match="draws= goes with a lever on a share"):
        simulated("atom_fast_refund", draws=5)
    with pytest.raises(ss.UsageError, match="at least one"):
        simulated("atom_fast_refund:share=0.5", draws=0)
