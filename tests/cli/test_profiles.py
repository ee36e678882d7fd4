"""Profiles on the command line: named, shown, and said in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command_line import Answer, plugins, shopscore

VALUES = "shop_id,metric,value\nS,arrival_hours,40\nS,bonus_points,-\n"
NUMBERS = "".join(
    f'[[dimensions]]\nid = "{id}"\npoints = {points}\n'
    for id, points in (("goods", 5), ("logistics", 5), ("service", 4.32))
)


@pytest.fixture
def score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    Path("values.csv").write_text(VALUES, encoding="utf-8")
    Path("numbers.toml").write_text(NUMBERS, encoding="utf-8")

    def run(*more: str) -> Answer:
        which = ("-p", "tmall", "--as-of", "2026-08-02", "--numbers", "numbers.toml")
        return shopscore("score", "--values", "values.csv", *which, *more)

    return run


def test_a_profile_that_is_named(score) -> None:  # type: ignore[no-untyped-def]
    answer = score("--profile", "captured_2026_04").done()
    assert "4.66" in answer.out
    said = "numbers that nobody supplied come from profile captured_2026_04: Weights"
    assert said in " ".join(answer.out.split())
    chinese = score("--profile", "captured_2026_04", "--lang", "zh").done().out
    assert "没有给出的数值取自数值组captured_2026_04：2026-04-02" in "".join(chinese.split())
    document = score("--profile", "captured_2026_04", "-f", "json").done().document
    assert (document["profile"], document["shops"][0]["score"]) == ("captured_2026_04", 4.66)


def test_one_that_is_not_named(score) -> None:  # type: ignore[no-untyped-def]
    answer = score().done()
    assert "4.66" not in answer.out
    assert "captured" not in answer.out


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "no profile captured; did you mean captured_2026_04?"), ("zh", "没有数值组 captured")],
)
def test_an_unknown_one(score, lang: str, said: str) -> None:  # type: ignore[no-untyped-def]
    answer = score("--profile", "captured", "--lang", lang)
    assert answer.code == 2
    assert said in answer.err
    assert "captured_2026_04" in answer.err


def test_rules_show_it() -> None:
    rules = ("rules", "tmall", "-c", "experience", "-r", "2026-03-16+r1")
    out = plugins(*rules).done().out
    assert "Its numbers are used only with --profile captured_2026_04" in " ".join(out.split())
    (ruleset,) = plugins(*rules, "-f", "json").done().document["rulesets"]
    (profile,) = ruleset["profiles"]
    numbers = {n["id"]: (n["value"], n["value_source"]) for n in profile["numbers"]}
    assert numbers["dimensions.service.weight"] == (0.5, "console_2026_04")
    assert numbers["dimensions.logistics.arrival_hours.weight"] == (0.3, "left_by_2026_04")
    share = "dimensions.service.platform_help_rate.share_of_rest"
    assert numbers[share] == (1, "assumption captured_2026_04.share.platform_help_rate")
    (deduction,) = ruleset["deductions"]
    assert (deduction["worth"], deduction["worth_source"]) == (
        None,
        "assumption violations.worth",
    )
    seen = {a["id"]: a["seen_in"] for a in ruleset["assumptions"]}
    assert seen["tmall.2026-03-16+r1.trusted_weight"] == "console"
    assert seen["tmall.2026-03-16+r1.violations.days"] is None


def test_the_template_asks_for_what_a_violation_takes_off(tmp_path: Path) -> None:
    file = tmp_path / "numbers.toml"
    rules = ("rules", "tmall", "-c", "experience", "-r", "2026-03-16+r1", "--missing")
    plugins(*rules, "-o", str(file)).done()
    text = file.read_text(encoding="utf-8")
    assert '[[deduction]]\nmetric = "violations"' in text
    assert "\n# worth = " in text
    values = tmp_path / "values.csv"
    values.write_text(VALUES + "S,violations,2\n", encoding="utf-8")
    file.write_text(
        NUMBERS + '[[deduction]]\nmetric = "violations"\nworth = 0.25\n', encoding="utf-8"
    )
    which = ("-p", "tmall", "--as-of", "2026-08-02", "--profile", "captured_2026_04")
    answer = shopscore("score", "--values", str(values), *which, "--numbers", str(file)).done()
    assert "4.16" in answer.out
    file.write_text('[[bonus]]\nmetric = "bonus_points"\nworth = 1\n', encoding="utf-8")
    answer = shopscore("score", "--values", str(values), *which, "--numbers", str(file))
    assert answer.code == 3
    assert "what bonus_points is worth is published" in answer.err
    file.write_text('[[deduction]]\nmetric = "violation"\nworth = 1\n', encoding="utf-8")
    answer = shopscore("score", "--values", str(values), *which, "--numbers", str(file))
    assert "has no deduction violation; did you mean violations?" in answer.err
