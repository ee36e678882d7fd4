"""Conflicts that a review found: forks with one target, and rule sets that several plugins add."""

from __future__ import annotations

from pathlib import Path

from shopscore.testing.toy import PLATFORM as TOY
from support.fake_distributions import Site

ADDS = """
from shopscore import RuleSetFolder, hookimpl
PLUGIN_API = 1

@hookimpl
def shopscore_rulesets():
    return [RuleSetFolder("base", "service", "{module}:rulesets")]
"""


def add_rulesets(site: Site, distribution: str, *versions: str) -> None:
    """A plugin that adds versions of the toy's rules to platform ``base``."""
    site.add(distribution, ADDS.format(module=distribution))
    package = site.path / distribution
    (package / "rulesets").mkdir(parents=True)
    (site.path / f"{distribution}.py").rename(package / "__init__.py")
    text, _ = TOY.scorecard().text("2025-01-01")
    text = text.replace('platform = "toy"', 'platform = "base"')
    for version in versions:
        changed = text.replace('version = "2025-01-01"', f'version = "{version}"')
        (package / "rulesets" / f"service-{version}.toml").write_text(changed, encoding="utf-8")


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
    add_rulesets(site, "guilty", "2025-01-01")
    add_rulesets(site, "innocent", "v2")
    found = statuses(site)
    assert found["base:base"] == found["innocent:innocent"] == "active"
    assert found["guilty:guilty"] == "conflict"


def test_two_that_add_one_version_are_both_refused(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.add_platform("base", "base")
    add_rulesets(site, "first", "v2")
    add_rulesets(site, "second", "v2")
    found = statuses(site)
    assert (found["first:first"], found["second:second"]) == ("conflict", "conflict")
    assert found["base:base"] == "active"
