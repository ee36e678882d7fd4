"""What a plugin adds to the platform of another: it is there, it contradicts nothing, or it is told."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest
from attrs import evolve

import shopscore as ss
from shopscore import Addition, Column, Fact, Link, Platform, RuleSetFolder, Scorecard, Stream
from shopscore.plugins.conflicts import mark_conflicts, platforms_of
from shopscore.plugins.records import PluginRecord
from shopscore.testing import counting_laws, declarations, shop_laws
from shopscore.testing.sampling import sample_frames
from shopscore.testing.subject import Subject
from shopscore.testing.toy import PLATFORM as TOY
from support.fake_distributions import Site

PACKAGES = Path(__file__).parents[1] / "thirdparty" / "packages"
ID, SHOP = Column("order_id", "text", required=True), Column("shop_id", "text", required=True)


def record(name: str, *platforms: Platform, **adds: Any) -> PluginRecord:
    return PluginRecord(name, name, f"shopscore-{name}", "1", "active", platforms, **adds)


def orders(*columns: Column, **more: Any) -> Stream:
    return Stream("orders", key=("order_id",), columns=(ID, SHOP, *columns), **more)


def adds(name: str, *streams: Stream, **more: Any) -> PluginRecord:
    return record(name, additions=(Addition("toy", streams=streams, **more),))


def marked(*records: PluginRecord) -> dict[str, PluginRecord]:
    return {r.name: r for r in mark_conflicts([record("toy", TOY), *records])}


GIFT = Column("gift_wrapped", "bool", default=False)
AGENTS = Stream(
    "agents",
    key=("agent_id",),
    columns=(Column("agent_id", "text", required=True), SHOP, Column("joined_at", "time")),
)
# ----------------------------------------------------------------------------- what is added


def merged(*records: PluginRecord) -> Platform:
    found = marked(*records)
    assert {r.status for r in found.values()} == {"active"}, [r.error for r in found.values()]
    (platform,) = platforms_of(found.values())
    return platform


def test_columns_streams_words_links_and_facts() -> None:
    conversations = Stream(
        "conversations",
        key=("session_id",),
        columns=(Column("session_id", "text", required=True), SHOP, Column("agent_id", "text")),
        links=(Link("agent_id", "agents"),),
    )
    shops = Stream("shops", (), (SHOP, Column("shop_type", "enum", values=("tent",))))
    sale = Fact("sale", zh="促销", en="Sale")
    one = adds("one", orders(GIFT), shops, facts=(sale,))
    platform = merged(one, adds("two", AGENTS, conversations, orders(GIFT), facts=(sale,)))
    streams = platform.all_streams
    assert streams["orders"].column("gift_wrapped") == GIFT
    assert streams["agents"].names == AGENTS.names
    assert streams["conversations"].link("agent").stream == "agents"
    assert streams["conversations"].link("order").stream == "orders"
    assert streams["shops"].column("shop_type").values[-2:] == ("personal", "tent")
    assert [fact.name for fact in platform.facts] == ["on_holiday", "sale"]
    assert "agents" not in TOY.all_streams, "the platform itself is as it was"


def test_whatever_order_plugins_come_in_the_streams_are_the_same() -> None:
    vip, slow = Column("vip", "bool"), Column("slow_at", "time")
    added = [adds("a", orders(GIFT, vip)), adds("b", orders(slow)), adds("c", AGENTS, orders(vip))]
    found = set()
    for some in permutations(added):
        platform = merged(*some)
        found.add(frozenset((s.name, c) for s in platform.all_streams.values() for c in s.columns))
    assert len(found) == 1


def test_a_type_of_shop_that_was_added_may_be_named() -> None:
    shops = Stream("shops", (), (SHOP, Column("shop_type", "enum", values=("tent",))))
    platform = merged(adds("one", shops))
    rows = {"shop_id": ["A", "B"], "industry": ["tea", "tea"], "shop_type": ["tent", None]}
    frames = {"shops": pl.DataFrame(rows)}
    events = ss.read_events(frames, platform=platform, shop_type="tent")
    assert events.shops["shop_type"].to_list() == ["tent", "tent"]
    assert ss.read_events(frames, platform=TOY).report.books["shops"].set_aside == 1
    with pytest.raises(ss.UsageError, match=r"'tent' is no type of shop"):
        ss.read_events(frames, platform=TOY, shop_type="tent")


def test_days_since_a_column_that_was_added(packages: Callable[..., None]) -> None:
    """2024-08-29 is 89 days after 2024-06-01; without the column the kit tells of the rule set."""
    shops = Stream("shops", (), (SHOP, Column("moved_at", "day")))
    text, _ = TOY.scorecard().text("2024-01-01")
    criterion = (
        '\n[[criteria]]\nid = "settled"\ndays_since = "moved_at"\nat_least = 90\n'
        'zh = "迁入"\nen = "Settled"\nsource = "page"\n'
    )
    text = text.replace('version = "2024-01-01"', 'version = "days"') + criterion
    packages("more_days", {"rulesets/service-days.toml": text})
    rules = record("days", rulesets=(RuleSetFolder("toy", "service", "more_days:rulesets"),))
    alone, platform = merged(rules), merged(rules, adds("one", shops))
    frames = {
        "shops": pl.DataFrame({"shop_id": ["A"], "industry": ["x"], "moved_at": ["2024-06-01"]})
    }
    for day, met in (("2024-08-29", False), ("2024-08-30", True)):
        result = ss.score(frames, platform=platform, ruleset="days", as_of=day)
        assert result["A"].criteria[0].met is met
    with pytest.raises(ss.RuleSetError, match=r"service-days\.toml: criterion settled: days_since"):
        ss.score(frames, platform=alone, ruleset="days", as_of="2024-08-29")
    checked = declarations.rulesets_parse(Subject(rules, (alone,)))
    assert [c.subject for c in checked if c.status == "failed"] == ["toy/service/days"]


def test_a_layout_of_a_user_may_name_what_was_added(tmp_path: Path) -> None:
    layout = tmp_path / "mine.toml"
    text = LAYOUT.partition("[source]")[0] + 'gift_wrapped = "礼品"\nshop_id = "店铺"\n'
    layout.write_text(text, encoding="utf-8")
    export = tmp_path / "a.csv"
    export.write_text("店铺,包裹编号,礼品\nA,1,是\n", encoding="utf-8")
    events = ss.read_events(export, platform=merged(adds("one", orders(GIFT))), layouts=[layout])
    assert events.frames["orders"]["gift_wrapped"].to_list() == [True]
    with pytest.raises(ss.InputError, match="gift_wrapped"):
        ss.read_events(export, platform=TOY, layouts=[layout])


# ------------------------------------------------------------------------- targets that are missing


def test_what_has_no_platform_is_left_out_and_told() -> None:
    lost = Addition("tyo", streams=(AGENTS,))
    card = Scorecard("speed", zh="速", en="Speed", metrics="m", rulesets="m:r", platform="nowhere")
    found = marked(
        record(
            "some",
            additions=(lost, Addition("toy", streams=(orders(GIFT),))),
            scorecards=(card,),
            rulesets=(RuleSetFolder("toy", "servce", "shopscore.testing.toy:rulesets"),),
        )
    )["some"]
    assert (found.status, found.error) == ("active", None)
    assert [a.platform for a in found.additions] == ["toy"]
    assert found.scorecards == found.rulesets == ()
    assert [str(said) for said in found.not_added] == [
        "adds to platform nowhere, which no plugin declares; known: toy",
        "adds to platform tyo, which no plugin declares; did you mean toy?",
        "adds rule sets to toy/servce, which no plugin declares; did you mean toy/service?",
    ]
    told = found.to_dict()
    assert (told["adds_to"], len(told["not_added"])) == (["toy"], 3)


def test_a_plugin_of_which_nothing_is_left_is_invalid() -> None:
    found = marked(record("lost", additions=(Addition("nowhere"), Addition("elsewhere"))))["lost"]
    assert found.status == "invalid"
    assert str(found.error) == "adds to platform nowhere, which no plugin declares; known: toy"
    assert found.additions == found.not_added == ()


def test_a_plugin_keeps_its_own_platform() -> None:
    own = evolve(TOY, id="own")
    found = marked(record("own", own, additions=(Addition("nowhere"),)))["own"]
    assert (found.status, len(found.not_added)) == ("active", 1)
    assert found.platforms == (own,)


def test_a_platform_that_is_refused_takes_only_its_additions_along() -> None:
    """Two declare `own`: whoever adds to it and to the toy stays, for the toy."""
    own = evolve(TOY, id="own")
    both = record("both", additions=(Addition("own"), Addition("toy", streams=(AGENTS,))))
    found = marked(record("a", own), record("b", own), both)
    assert [found[name].status for name in ("a", "b", "both")] == ["conflict", "conflict", "active"]
    assert len(found["both"].not_added) == 1


# ------------------------------------------------------------------------------------ conflicts

TEXT, MONEY = Column("note", "text"), Column("note", "money")
SALE = Fact("sale", zh="促销", en="Sale")
PARCELS = Stream("parcels", ("parcel_id",), (Column("parcel_id", "text", required=True), SHOP))
BOXES = Stream("boxes", ("parcel_id",), PARCELS.columns)
NAMING = Column("parcel_id", "text")


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (adds("one", orders(TEXT)), adds("other", orders(MONEY)), "stream orders: column note is already declared differently"),
        (adds("one", AGENTS), adds("other", evolve(AGENTS, key=("agent_id", "joined_at"))), "stream agents is already declared with another key"),
        (adds("one", facts=(SALE,)), adds("other", facts=(evolve(SALE, en="Sales"),)), "fact sale is already declared differently"),
        (
            adds("one", PARCELS, orders(NAMING, links=(Link("parcel_id", "parcels"),))),
            adds("other", BOXES, orders(NAMING, links=(Link("parcel_id", "boxes"),))),
            "stream orders: parcel_id names rows of two streams",
        ),
        (adds("one", exports="clash_a:exports"), adds("other", exports="clash_b:exports"), "toy: layout parcels is declared twice"),
    ],
    ids=["kinds", "keys", "facts", "links", "layouts"],
)  # fmt: skip
def test_two_that_contradict_each_other_are_both_refused(
    one: PluginRecord, other: PluginRecord, said: str, packages: Callable[..., None]
) -> None:
    for name in ("clash_a", "clash_b"):
        packages(name, {"exports/parcels.toml": LAYOUT})
    for some in ((one, other), (other, one)):
        found = marked(*some, adds("third", orders(GIFT)))
        assert [found[n].status for n in ("one", "other", "third")] == [
            "conflict",
            "conflict",
            "active",
        ]
        assert found["one"].error == found["other"].error
        assert str(found["one"].error) == (
            f"{said} (shopscore-one:one and shopscore-other:other); choose one with"
            " SHOPSCORE_PLUGINS or SHOPSCORE_DISABLE_PLUGINS, written distribution:name"
        )
        assert found["one"].error.text("zh") != found["one"].error
        assert platforms_of(found.values())[0].all_streams["orders"].column("gift_wrapped")


@pytest.mark.parametrize(
    "guilty",
    [
        adds("guilty", orders(Column("amount", "int"))),
        adds("guilty", orders(Column("is_presale", "bool"))),
        adds("guilty", Stream("reviews", ("order_id",), (Column("order_id", "text"), SHOP))),
        adds("guilty", facts=(Fact("on_holiday", zh="假", en="Holiday"),)),
        adds("guilty", Stream("conversations", ("session_id",), (Column("session_id", "text", required=True), SHOP), follows_order=True)),
    ],
)  # fmt: skip
def test_what_the_platform_declares_is_not_replaced(guilty: PluginRecord) -> None:
    found = marked(guilty, adds("innocent", orders(GIFT)))
    assert [found[n].status for n in ("toy", "guilty", "innocent")] == [
        "active",
        "conflict",
        "active",
    ]
    assert "the plugin that declares the platform and shopscore-guilty:guilty" in str(
        found["guilty"].error
    )


# --------------------------------------------------------------------------- what cannot be added

LAYOUT = """
schema = 1
id = "parcels"
zh = "包裹"
en = "Parcels"
stream = "orders"
headers = ["包裹编号"]
[columns]
order_id = "包裹编号"
[source]
title = "An imaginary page"
confidence = "I"
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Makes a package of some files; modules are forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    known = {*sys.modules}

    def make(name: str, files: dict[str, str]) -> None:
        for place, text in {"__init__.py": "", **files}.items():
            file = tmp_path / name / place
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        importlib.invalidate_caches()

    yield make
    for module in {*sys.modules} - known:
        if module.partition(".")[0] in {folder.name for folder in tmp_path.iterdir()}:
            del sys.modules[module]


@pytest.mark.parametrize(
    ("faulty", "said"),
    [
        (adds("faulty", orders(Column("colour", "text", required=True))), "colour cannot be required or vital"),
        (adds("faulty", orders(Column("colour_at", "time", vital=True))), "colour_at cannot be required or vital"),
        (
            adds("faulty", orders(Column("packed_at", "time"), Column("paid_at", "time", vital=True), ordered=(("packed_at", "paid_at"),))),
            "paid_at is not a column of its own, and would become empty where it is before packed_at",
        ),
        (adds("faulty", orders(NAMING, links=(Link("parcel_id", "parcel"),))), "the key of no stream parcel"),
        (adds("faulty", exports="faulty_more:exports"), "no stream parcel"),
        (adds("faulty", exports="faulty_more:nowhere"), "reading faulty_more:nowhere"),
        (adds("faulty", exports="not_there_at_all:exports"), "not_there_at_all"),
    ],
)  # fmt: skip
def test_what_would_break_the_platform_is_refused(
    faulty: PluginRecord, said: str, packages: Callable[..., None]
) -> None:
    packages("faulty_more", {"exports/p.toml": LAYOUT.replace('"orders"', '"parcel"')})
    found = marked(faulty, adds("innocent", orders(GIFT)))
    assert [found[n].status for n in ("toy", "faulty", "innocent")] == [
        "active",
        "invalid",
        "active",
    ]
    assert said in str(found["faulty"].error)


def test_times_of_its_own_may_be_kept_in_order() -> None:
    packed = orders(
        Column("packed_at", "time"),
        Column("paid_at", "time", vital=True),
        ordered=(("paid_at", "packed_at"),),
    )
    assert merged(adds("one", packed)).all_streams["orders"].ordered[-1] == ("paid_at", "packed_at")


# --------------------------------------------------------------------------- metrics of additions

METRICS = """
from shopscore import Days, RateMetric, Ratio, Tally, col
from shopscore.testing.toy.metrics import paid
{name} = RateMetric(
    "{id}", zh="率", en="Rate", better="higher", window=Days(1, 30), sources=("page",),
    aggregator=Ratio(Tally("orders", day=col.paid_at, where=col.is_presale), paid),
)
"""
RULES = """
schema = 1
platform = "toy"
scorecard = "service"
version = "{version}"
status = "user"
zh = "我们的"
en = "Ours"
[sources.page]
title = "A page"
confidence = "I"
[scale]
low = 0
high = 10
decimals = 1
source = "page"
[scorers.rank]
kind = "percentile_curve"
curve = [[0, 0], [1, 10]]
source = "page"
[[dimensions]]
id = "d"
zh = "维"
en = "D"
weight = 1
source = "page"
metrics = [
    {{ id = "{id}", scorer = "rank", weight = 1, source = "page" }},
    {{ id = "pickup_hours", scorer = "rank", weight = 1, source = "page" }},
]
[[assumptions]]
id = "decay.half_life_days"
kind = "decimal"
nullable = true
low = 7
high = 90
unit = "days"
reason = "Nobody says."
"""


def with_metrics(packages: Callable[..., None], name: str, id: str, module: str) -> PluginRecord:
    """A plugin that adds a rule set with a metric of its own."""
    rules = RULES.format(version=name, id=id)
    packages(f"more_{name}", {"metrics.py": module, f"rulesets/service-{name}.toml": rules})
    folder = RuleSetFolder(
        "toy", "service", f"more_{name}:rulesets", metrics=f"more_{name}.metrics"
    )
    return record(name, rulesets=(folder,))


def test_metrics_come_with_the_rule_sets(packages: Callable[..., None]) -> None:
    """Of one shop two of three orders are presales; the own metric has no part in other rules."""
    good = METRICS.format(name="PRESALES", id="presale_rate")
    platform = merged(with_metrics(packages, "ours", "presale_rate", good))
    rows = [("A", str(n), "2024-06-20 10:00:00", n > 0) for n in range(3)]
    names = ["shop_id", "order_id", "paid_at", "is_presale"]
    frames = {"orders": pl.DataFrame(rows, schema=names, orient="row")}
    result = ss.score(frames, platform=platform, ruleset="ours", as_of="2024-07-01")
    values = {m.id: m.value for m in result["A"].metrics}
    assert values["presale_rate"] == 2 / 3
    result = ss.score(frames, platform=platform, ruleset="2024-01-01", as_of="2024-07-01")
    assert "presale_rate" not in {m.id for m in result["A"].metrics}


def test_a_broken_module_of_metrics_breaks_its_own_rule_sets_only(
    packages: Callable[..., None],
) -> None:
    good = METRICS.format(name="PRESALES", id="presale_rate")
    platform = merged(
        with_metrics(packages, "bad", "other_rate", "raise RuntimeError('no luck')"),
        with_metrics(packages, "good", "presale_rate", good),
    )
    card = platform.scorecard()
    assert "presale_rate" in card.metrics_for(card.ruleset("good"))
    assert "presale_rate" not in card.metrics_for(card.ruleset("2024-01-01"))
    with pytest.raises(ss.PluginError, match=r"more_bad\.metrics: RuntimeError: no luck"):
        card.metrics_for(card.ruleset("bad"))


def test_a_rule_set_that_extends_an_added_one_has_its_metrics(
    packages: Callable[..., None], tmp_path: Path
) -> None:
    good = METRICS.format(name="PRESALES", id="presale_rate")
    platform = merged(with_metrics(packages, "ours", "presale_rate", good))
    file = tmp_path / "mine.toml"
    file.write_text(
        'schema = 1\nextends = "toy/service/ours"\nversion = "mine"\n', encoding="utf-8"
    )
    frames = {"orders": pl.DataFrame({"shop_id": ["A"], "order_id": ["1"], "paid_at": ["2024-06-20"], "is_presale": [True]})}  # fmt: skip
    result = ss.score(frames, platform=platform, ruleset=file, as_of="2024-07-01")
    assert {m.id: m.value for m in result["A"].metrics}["presale_rate"] == 1.0


@pytest.mark.parametrize("unit", ["minutes", "money", "index", "fortnights"])
def test_units_that_nobody_knows_are_refused(unit: str, packages: Callable[..., None]) -> None:
    """Of a class of the plugin's own as well."""
    stock = METRICS.format(name="STOCK", id="stock_rate").replace(
        'zh="率"', f'zh="率", unit="{unit}"'
    )
    own = f"""
from shopscore.testing.toy.metrics import PAID_ORDERS
from shopscore import Metric
class Own(Metric):
    id, zh, en, unit, better = "own_rate", "率", "Rate", "{unit}", "higher"
    window, aggregator, sources = PAID_ORDERS.window, PAID_ORDERS.aggregator, ("page",)
OWN = Own()
"""
    for name, id, module in (("stock", "stock_rate", stock), ("own", "own_rate", own)):
        card = merged(with_metrics(packages, name, id, module)).scorecard()
        if unit == "fortnights":
            with pytest.raises(
                ss.DeclarationError, match=f"metric {id}: unknown unit 'fortnights'"
            ):
                card.metrics_for(card.ruleset(name))
        else:
            assert card.metrics_for(card.ruleset(name))[id].unit == unit


def test_a_metric_of_the_scorecard_is_not_replaced(packages: Callable[..., None]) -> None:
    twin = METRICS.format(name="REPLIES", id="fast_replies")
    card = merged(with_metrics(packages, "twin", "fast_replies", twin)).scorecard()
    with pytest.raises(ss.DeclarationError, match=r"more_twin\.metrics: metric fast_replies"):
        card.metrics_for(card.ruleset("twin"))
    assert card.metrics_for(card.ruleset("2024-01-01")) == card.all_metrics


# ------------------------------------------------------------------- a third party's package


@pytest.fixture(scope="module")
def bazaar() -> Iterator[Callable[[str], ModuleType]]:
    """Imports a package of the third parties' tests."""
    folders = [str(PACKAGES / name) for name in ("bazaar", "bazaar-more")]
    sys.path[:0] = folders
    yield importlib.import_module
    for folder in folders:
        sys.path.remove(folder)
    for name in [name for name in sys.modules if name.startswith("shopscore_bazaar")]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def records(bazaar: Callable[[str], ModuleType]) -> tuple[PluginRecord, ...]:
    """The bazaar, and what is added to it, as the loader makes them."""
    own, more = bazaar("shopscore_bazaar"), bazaar("shopscore_bazaar_more")
    return mark_conflicts(
        [
            record("bazaar", *own.shopscore_platforms()),
            record(
                "bazaar_more",
                additions=tuple(more.shopscore_additions()),
                rulesets=tuple(more.shopscore_rulesets()),
            ),
        ]
    )


def test_the_package_adds_to_the_bazaar_and_is_told_what_is_missing(
    records: tuple[PluginRecord, ...],
) -> None:
    more = records[1]
    assert (more.status, more.error) == ("active", None)
    assert [str(said) for said in more.not_added] == [
        "adds to platform atlantis, which no plugin declares; known: bazaar",
        "adds rule sets to bazaar/tents, which no plugin declares; did you mean bazaar/stall?",
    ]
    (platform,) = platforms_of(records)
    assert [layout.name for layout in platform.layouts] == ["bazaar/parcels"]
    assert platform.scorecard().versions == ("2024-01-01", "parcels")
    assert {fact.name for fact in platform.facts} == {"fair_day", "caravan"}


def test_rules_over_what_was_added(records: tuple[PluginRecord, ...], tmp_path: Path) -> None:
    """Of A three scans find their parcels: two on camels, one handed over long before.

    The parcels come as an export, the shop's type and the reason of a return are added words.
    """
    (platform,) = platforms_of(records)
    (tmp_path / "包裹.csv").write_text(
        "店铺编号,包裹编号,订单编号,承运,交运时间\n"
        "A,P1,1,骆驼,2024-06-20 10:00:00\nA,P2,1,车,2024-06-21 10:00:00\n"
        "A,P3,,骆驼,\nA,P4,,骆驼,2024-01-01 10:00:00\nB,P1,9,骆驼,2024-06-20 10:00:00\n",
        encoding="utf-8",
    )
    tables = {
        "shops": "shop_id,industry,shop_type\nA,tea,tent\nB,tea,personal\n",
        "orders": "shop_id,order_id,paid_at,packed_by\n"
        "A,1,2024-06-20 10:00:00,hand\nA,2,2024-06-20 10:00:00,machine\nA,3,2024-06-20 10:00:00,\n",
        "scans": "shop_id,scan_id,parcel_id,scanned_at\n"
        "A,1,P1,2024-06-25 10:00:00\nA,2,P2,2024-06-25 10:00:00\nA,3,P3,2024-06-25 10:00:00\n"
        "A,4,P4,2024-06-25 10:00:00\nA,5,P9,2024-06-25 10:00:00\n",
        "aftersales": "shop_id,ticket_id,applied_at,kind,reason\n"
        "A,1,2024-06-20 10:00:00,refund_only,sandstorm\nA,2,2024-06-20 10:00:00,refund_only,size\n",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    result = ss.score(tmp_path, platform=platform, ruleset="parcels", as_of="2024-07-01")
    values = {m.id: m for m in result["A"].metrics}
    expected = {
        "camel_rate": Fraction(2, 4),  # P1 and P3; P4 was handed over too long ago, P9 is unknown
        "hand_packed_rate": Fraction(1, 3),
        "sandstorm_rate": Fraction(1, 2),
    }
    assert {id: values[id].value for id in expected} == {k: float(v) for k, v in expected.items()}
    books = result.report.books  # type: ignore[union-attr]
    assert (books["scans"].unlinked, books["parcels"].unlinked) == (1, 1)
    assert {b.set_aside for b in books.values()} == {0}
    own = ss.score(tmp_path, platform=platform, ruleset="2024-01-01", as_of="2024-07-01")
    alone = ss.score(
        {"orders": pl.read_csv(tmp_path / "orders.csv").drop("packed_by")},
        platform=records[0].platforms[0],
        ruleset="2024-01-01",
        as_of="2024-07-01",
    )
    assert own["A"].metrics[3].value == alone["A"].metrics[3].value


def test_the_kit_sees_what_was_added(records: tuple[PluginRecord, ...]) -> None:
    """Rows of added streams are drawn, with links, and added words among those of the package."""
    platforms = platforms_of(records)
    subject = Subject(records[1], platforms)
    assert [rules.ruleset.version for rules in subject.rules] == ["2024-01-01", "parcels"]
    frames = sample_frames(evolve(subject.rules[1], platform=evolve(platforms[0], more_samples=())))
    assert {"parcels", "scans", "livestreams"} <= set(frames)
    keys = {*frames["parcels"].select("shop_id", "parcel_id").rows()}
    naming = frames["scans"].select("shop_id", "parcel_id").rows()
    assert sum(row in keys for row in naming) > len(naming) / 2
    assert any(id is None for _, id in naming)
    assert any(id is not None and (shop, id) not in keys for shop, id in naming)
    assert {"sandstorm", "size"} <= {*frames["aftersales"]["reason"]}
    assert {"hand", "machine", None} == {*frames["orders"]["packed_by"]}
    checks = (
        declarations.metrics_exist,
        declarations.tallies_are_integers,
        shop_laws.scoring,
        counting_laws.oracle,
        counting_laws.state_law,
        counting_laws.windows_commute,
        counting_laws.missing_columns,
    )
    found = [check for checking in checks for check in checking(subject)]
    assert {(c.id, c.subject): c.message for c in found if c.status != "passed"} == {}
    assert len(found) == 2 * len(checks)


def test_a_sample_has_what_was_added_and_survives_a_function_that_fails(
    records: tuple[PluginRecord, ...],
) -> None:
    from shopscore.plugins.samples import extend_sample

    (platform,) = platforms_of(records)
    rules = Subject(records[0], (platform,)).rules[0]
    frames = sample_frames(evolve(rules, platform=TOY))
    made = extend_sample(platform, frames, seed=1)
    assert {"orders", "parcels", "scans"} == set(made)
    worse = evolve(platform, more_samples=("nowhere:f", *platform.more_samples))
    with pytest.warns(ss.ShopscoreWarning, match="sample nowhere:f"):
        again = extend_sample(worse, frames, seed=1)
    assert {name: frame.to_dicts() for name, frame in again.items()} == {
        name: frame.to_dicts() for name, frame in made.items()
    }


# --------------------------------------------------------------------------------- as it is loaded

ADDS = """
from shopscore import Addition, Column, Stream, hookimpl
PLUGIN_API = 1
@hookimpl
def shopscore_additions():
    return {what}
"""
SOME = "[Addition('base', streams=({stream},)), Addition('atlantis')]"
STREAM = "Stream('orders', ('order_id',), (Column('order_id', 'text', required=True), Column('shop_id', 'text', required=True), Column('note', '{kind}')))"


def test_the_hook_is_called_and_its_answer_is_checked(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.add_platform("base", "base")
    site.add("p-good", ADDS.format(what=SOME.format(stream=STREAM.format(kind="text"))))
    site.add("p-wrong", ADDS.format(what="['base']"))
    site.add("p-lost", ADDS.format(what="[Addition('bse')]"))
    found = site.list()
    good = found["p-good:p_good"]
    assert (good["status"], good["adds_to"]) == ("active", ["base"])
    (said,) = good["not_added"]
    assert said.startswith("adds to platform atlantis, which no plugin declares; known: ")
    assert found["p-wrong:p_wrong"]["status"] == "invalid"
    assert "which is no Addition" in found["p-wrong:p_wrong"]["error"]
    assert found["p-lost:p_lost"]["status"] == "invalid"
    assert "did you mean base?" in found["p-lost:p_lost"]["error"]
    assert found["base:base"]["status"] == "active"
    shown = site.run("shopscore-plugins", "show", "p_good")
    assert "Adds base: more of orders" in shown.out
    assert "left out: adds to platform atlantis" in shown.out


def test_rivals_are_told_as_other_conflicts_are(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.add_platform("base", "base")
    for name, kind in (("p-one", "text"), ("p-two", "money")):
        site.add(name, ADDS.format(what=SOME.format(stream=STREAM.format(kind=kind))))
    found = site.list()
    assert found["p-one:p_one"]["status"] == found["p-two:p_two"]["status"] == "conflict"
    assert "p-one:p_one and p-two:p_two" in found["p-one:p_one"]["error"]
    alone = site.list(SHOPSCORE_DISABLE_PLUGINS="p-two:p_two")
    assert alone["p-one:p_one"]["status"] == "active"
