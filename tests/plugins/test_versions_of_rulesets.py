"""A result names the version of the distribution that its rule set comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.fake_distributions import Site

EVENTS = "shop_id,order_id,paid_at\nA,1,2025-06-01 10:00:00\n"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A platform, and two others that add rule sets to it, each of a version of its own."""
    found = Site(tmp_path / "site")
    found.path.mkdir()
    found.add_platform("base", "base")
    for distribution, version, rules in (("first", "2.5", "v2"), ("second", "0.3.1", "v3")):
        found.add_rulesets(distribution, rules)
        info = found.path / f"{distribution}-1.0.dist-info"
        metadata = (info / "METADATA").read_text().replace("Version: 1.0", f"Version: {version}")
        (info / "METADATA").write_text(metadata)
        info.rename(found.path / f"{distribution}-{version}.dist-info")
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "orders.csv").write_text(EVENTS, encoding="utf-8")
    return found


def version_of(site: Site, ruleset: object) -> str:
    events = site.path.parent / "events"
    args = ("-p", "base", "--ruleset", ruleset, "--as-of", "2025-06-02", "-f", "json")
    import json

    answer = site.run("shopscore", "score", events, *args)
    assert answer.code == 0, answer.err
    document = json.loads(answer.out)
    assert document["versions"].keys() >= {"shopscore", "plugin", "ruleset_sha256"}
    found: str = document["versions"]["plugin"]
    return found


def test_what_is_installed_has_these_versions(site: Site) -> None:
    assert {name: record["version"] for name, record in site.list().items() if "shopscore" not in name} == {
        "base:base": "1.0", "first:first": "2.5", "second:second": "0.3.1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("ruleset", "version"), [("2025-01-01", "1.0"), ("v2", "2.5"), ("v3", "0.3.1")]
)
def test_of_a_rule_set_that_is_installed(site: Site, ruleset: str, version: str) -> None:
    assert version_of(site, ruleset) == version


@pytest.mark.parametrize("base", ["2025-01-01", "v2"])
def test_of_a_users_file_it_is_that_of_the_platform(site: Site, base: str) -> None:
    """Whatever it builds upon: its metrics are those of the platform."""
    mine = site.path.parent / "mine.toml"
    mine.write_text(f'extends = "base/service/{base}"\nversion = "mine"\n', encoding="utf-8")
    assert version_of(site, mine) == "1.0"
