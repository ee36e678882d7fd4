"""Conflicts that a review found: forks with one target, and rule sets that several plugins add."""

from __future__ import annotations

from pathlib import Path

from support.fake_distributions import Site


def statuses(site: Site) -> dict[str, str]:
    return {origin: record["status"] for origin, record in site.list().items()}


def test_a_fork_with_the_same_target_is_a_conflict(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.add_platform("one", "shop", "same")
    fork = tmp_path / "two-1.0.dist-info"
    fork.mkdir()
    (fork / "METADATA").write_text("Metadata-Version: 2.1\nName: two\nVersion: 1.0\n")
    (fork / "entry_points.txt").write_text("[shopscore.plugins]\nsame = one\n")
    found = statuses(site)
    assert (found["one:same"], found["two:same"]) == ("conflict", "conflict")


def test_the_version_of_the_owner_is_not_replaced(tmp_path: Path) -> None:
    """Who adds it again is refused; who adds another one is not."""
    site = Site(tmp_path)
    site.add_platform("base", "base")
    site.add_rulesets("guilty", "2025-01-01")
    site.add_rulesets("innocent", "v2")
    found = statuses(site)
    assert found["base:base"] == found["innocent:innocent"] == "active"
    assert found["guilty:guilty"] == "conflict"


def test_two_that_add_one_version_are_both_refused(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.add_platform("base", "base")
    site.add_rulesets("first", "v2")
    site.add_rulesets("second", "v2")
    found = statuses(site)
    assert (found["first:first"], found["second:second"]) == ("conflict", "conflict")
    assert found["base:base"] == "active"
