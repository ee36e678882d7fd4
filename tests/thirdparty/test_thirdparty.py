"""Third parties' packages: each broken one fails what it was built to break, and nothing else.

It builds and installs two dozen wheels, so it has a tox environment of its own (``thirdparty``).
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from shopscore.testing import CHECKS
from support.wheel_installs import Environment, install

pytestmark = pytest.mark.skipif(
    os.environ.get("SHOPSCORE_THIRDPARTY") != "1",
    reason="builds wheels: run tox -e thirdparty, or set SHOPSCORE_THIRDPARTY=1",
)

HERE = Path(__file__).parent
XIAOHONGSHU = HERE.parents[1] / "examples" / "shopscore-xiaohongshu"

# Checks that cannot run, each set for a reason.
NOT_LOADED = frozenset(CHECKS) - {"loads"}
NO_CASES = frozenset({"golden_cases"})
#: What a plugin need not declare.
OPTIONAL = frozenset(
    {"levers", "tasks", "layouts", "documents", "examples", "additions", "compositions"}
)
#: A rule set that does not bind to its metrics cannot be counted by.
UNBOUND = NO_CASES | {
    "metric_sources",
    "scoring",
    "aggregators",
    "scorers",
    "oracle",
    "state_law",
    "windows_commute",
    "empty_input",
    "one_row",
    "missing_columns",
    "monotone",
    "determinism",
}
#: One that cannot be read cannot be looked at either.
UNPARSED = UNBOUND | {"metrics_exist", "weights_sum", "tallies_are_integers"}


class Broken(NamedTuple):
    """A plugin that is broken: its status, the check that fails, what it says, what cannot run."""

    name: str
    status: str
    check: str
    says: str
    cannot_run: frozenset[str] = NO_CASES


def unloadable(name: str, status: str, says: str) -> Broken:
    return Broken(name, status, "loads", says, NOT_LOADED)


BROKEN = (
    unloadable("raises_at_import", "import_error", "no connection to the imaginary server"),
    unloadable("exits_at_import", "import_error", "SystemExit"),
    unloadable("misspelt_hook", "invalid", "did you mean shopscore_platforms"),
    unloadable("raising_hook", "hook_error", "ZeroDivisionError"),
    unloadable("wrong_argument", "hook_error", "config"),
    unloadable("newer_api", "incompatible", "PLUGIN_API 99"),
    unloadable("empty", "empty", "declares no platform"),
    unloadable("twin_entry", "conflict", "shopscore-twin-entry-b:twin_entry"),
    unloadable("twin_platform_a", "conflict", "twinland"),
    unloadable("twin_platform_b", "conflict", "twinland"),
    unloadable("bazaar_clash", "conflict", "column gift_wrapped is already declared differently"),
    Broken("weights_off", "active", "weights_sum", "add up to 0.9, not 1"),
    Broken("no_source", "active", "metric_sources", "quick_replies names no source"),
    Broken("not_an_integer", "active", "tallies_are_integers", "of type truth", UNBOUND),
    Broken("unknown_key", "active", "rulesets_parse", "did you mean effective_from", UNPARSED),
    Broken("no_label", "active", "labels", "service"),
    Broken("private_import", "active", "public_names", "shopscore.model.windows"),
    Broken("heavy_import", "active", "import_budget", "numpy"),
    Broken("overlapping", "active", "spans", "overlap"),
    Broken("missing_metric", "active", "metrics_exist", "no metric quick_reply", UNBOUND),
    Broken("falling_points", "active", "monotone", "fall although the value gets better"),
    Broken(
        "falling_total", "active", "compositions", "totals fall where the points of service rise"
    ),
    Broken("value_of_nothing", "active", "empty_input", "has a value without any rows"),
    Broken("moody", "active", "determinism", "two processes give different bytes"),
    Broken("wrong_case", "active", "golden_cases", "is 1/2, not 1/3", frozenset()),
)
HEALTHY = ("bazaar", "bazaar_more", "xiaohongshu", "douyin")
#: Those that add to another platform, and need it.
ADDING = {"bazaar_more": "bazaar", "bazaar_clash": "bazaar"}

_CHECK = """
import json, sys, warnings
warnings.simplefilter("ignore")
from shopscore.testing import check_plugin
print(json.dumps(check_plugin(sys.argv[1]).to_dict()))
"""


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """One environment with the built-ins, Xiaohongshu and all packages of this folder."""
    sources = [p.parent for p in sorted((HERE / "packages").glob("*/pyproject.toml"))]
    place = tmp_path_factory.mktemp("everything")
    empty = tmp_path_factory.mktemp("nothing")
    return Environment(install([*sources, XIAOHONGSHU], place), empty)


def checks_of(environment: Environment, name: str) -> list[dict[str, Any]]:
    """The kit's checks of a plugin, as alone as it can be."""
    allowed = "twin_platform_a,twin_platform_b" if name.startswith("twin_platform") else name
    allowed = ",".join(filter(None, [allowed, ADDING.get(name)]))
    done = environment.python("-c", _CHECK, name, SHOPSCORE_PLUGINS=allowed)
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)["checks"]
    return found


def ran(checks: list[dict[str, Any]]) -> set[str]:
    return {check["id"] for check in checks if check["status"] != "skipped"}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_fails_what_it_was_built_to_break(everything: Environment, broken: Broken) -> None:
    checks = checks_of(everything, broken.name)
    failed = [check for check in checks if check["status"] == "failed"]
    assert {check["id"] for check in failed} == {broken.check}
    assert all(broken.says in check["message"] for check in failed)
    assert ran(checks) | OPTIONAL == set(CHECKS) - broken.cannot_run | OPTIONAL


def test_both_twins_are_said(everything: Environment) -> None:
    assert [c["subject"] for c in checks_of(everything, "twin_entry")] == [
        "shopscore-twin-entry-a:twin_entry",
        "shopscore-twin-entry-b:twin_entry",
    ]


@pytest.mark.parametrize("name", HEALTHY)
def test_the_healthy_pass_everything(everything: Environment, name: str) -> None:
    checks = checks_of(everything, name)
    others = [check for check in checks if check["status"] != "passed"]
    assert {check["status"] for check in others} <= {"skipped"}
    left_out = OPTIONAL if "bazaar" in name else {"additions", "compositions"}
    assert {check["id"] for check in others} <= left_out
    assert ran(checks) | OPTIONAL == set(CHECKS)


def test_every_folder_is_a_package_of_this_test() -> None:
    folders = {path.parent.name for path in HERE.glob("packages/*/pyproject.toml")}
    names = {broken.name.replace("_", "-") for broken in BROKEN} - {"twin-entry"}
    assert folders == names | {"bazaar", "bazaar-more", "twin-entry-a", "twin-entry-b"}


# All together.


def expected_statuses() -> Iterator[tuple[str, str]]:
    yield from ((name, "active") for name in HEALTHY)
    yield from ((broken.name, broken.status) for broken in BROKEN)
    yield "twin_entry", "conflict"  # there are two


def test_list_names_everybody_with_a_status(everything: Environment) -> None:
    done = everything.command("shopscore-plugins", "list", "--format", "json")
    assert done.code == 0, done.err
    plugins = json.loads(done.out)["plugins"]
    ours = {p["distribution"] for p in plugins} - {"shopscore"}
    assert len(ours) == len(list(HERE.glob("packages/*/pyproject.toml"))) + 1
    known = {name for name, _ in expected_statuses()}
    statuses = [(p["name"], p["status"]) for p in plugins if p["name"] in known]
    assert sorted(statuses) == sorted(expected_statuses())
    assert all(p["status"] == "active" for p in plugins if p["name"] not in known)
    assert all(p["error"] for p in plugins if p["status"] != "active")
    assert [p["name"] for p in plugins] == sorted(p["name"] for p in plugins)


@pytest.fixture(scope="module")
def sample(everything: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sample events of 2022, and two livestreams of a shop, one of which names a paid order."""
    folder = tmp_path_factory.mktemp("sample") / "events"
    size = ("--shops", "6", "--orders", "1200", "--end", "2022-06-30")
    done = everything.command("shopscore", "sample", str(folder), *size)
    assert done.code == 0, done.err
    with (folder / "orders.csv").open(encoding="utf-8", newline="") as file:
        orders = [o for o in csv.DictReader(file) if o["shop_id"] == "S0001" and o["paid_at"]]
    paid = next(o["order_id"] for o in orders if o["is_excluded"] != "true")
    with (folder / "livestreams.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("shop_id", "stream_id", "started_at", "ended_at", "order_id"))
        rows.writerow(("S0001", "1", "2022-06-30 20:00:00", "2022-06-30 22:00:00", paid))
        rows.writerow(("S0001", "2", "2022-06-25 20:00:00", "2022-06-25 21:00:00", "unknown"))
    return folder


def scores(
    environment: Environment, events: Path, platform: str, ruleset: str
) -> tuple[dict[str, dict[str, Any]], str]:
    """The shops of a result by id, and what was said on standard error."""
    rules = ("--platform", platform, "--ruleset", ruleset, "--as-of", "2022-07-01")
    done = environment.command("shopscore", "score", str(events), *rules, "--format", "json")
    assert done.code == 0, done.err
    return {shop["shop_id"]: shop for shop in json.loads(done.out)["shops"]}, done.err


@pytest.mark.parametrize(
    ("platform", "ruleset"),
    [("douyin", "2022"), ("xiaohongshu", "2025-inferred"), ("bazaar", "2024-01-01")],
)
def test_the_healthy_score_among_the_broken(
    everything: Environment, sample: Path, platform: str, ruleset: str
) -> None:
    shops, said = scores(everything, sample, platform, ruleset)
    assert len(shops) == 6
    assert sum(shop["score"] is not None for shop in shops.values()) >= 3
    assert "Traceback" not in said
    assert "raises_at_import" in said  # a broken plugin is told of, and harms nobody


def test_windows_streams_and_scorers_of_its_own(everything: Environment, sample: Path) -> None:
    """S0001: (2 h · 10 + 1 h · 5) / (10 + 5) = 5/3 h: three steps, 6 points."""
    shops, _ = scores(everything, sample, "bazaar", "2024-01-01")
    metrics = {m["id"]: m for m in shops["S0001"]["metrics"]}
    assert metrics["live_hours"]["value"] == 5 / 3
    assert (metrics["live_hours"]["n"], metrics["live_hours"]["points"]) == (2, 6)
    assert metrics["sold_live_rate"]["value"] == 1 / 2
    assert metrics["sold_live_rate"]["status"] == "no_peers"  # nobody else was live
    assert {m["status"] for m in shops["S0002"]["metrics"] if m["id"] == "live_hours"} == {
        "no_data"
    }


def test_assumptions_of_a_third_party_can_be_replaced(
    everything: Environment, sample: Path
) -> None:
    """With five days the stream of age 6 no longer counts: 2 h, four steps, of one point each."""
    assume = ("bazaar.2024-01-01.fading.days=5", "bazaar.2024-01-01.points.each_step=1")
    done = everything.command(
        "shopscore",
        *("score", str(sample), "--platform", "bazaar", "--as-of", "2022-07-01"),
        *("--ruleset", "2024-01-01", "--format", "json"),
        *(word for pair in assume for word in ("--assume", pair)),
    )
    assert done.code == 0, done.err
    shop = next(s for s in json.loads(done.out)["shops"] if s["shop_id"] == "S0001")
    live = next(m for m in shop["metrics"] if m["id"] == "live_hours")
    assert (live["value"], live["points"]) == (2.0, 4)


def test_a_broken_plugin_asked_for_is_an_error_of_its_own(
    everything: Environment, sample: Path
) -> None:
    done = everything.command("shopscore", "score", str(sample), "--platform", "twin_platform_a")
    assert done.code == 5, done.err
    assert "Error: plugin twin_platform_a (shopscore-twin-platform-a): conflict" in done.err
    assert "Traceback" not in done.err
