"""``shopscore run``: one command for the shops of all platforms."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from rich.cells import cell_len

from support.command_line import shopscore
from support.json_schemas import valid

DAY = ("--as-of", "2022-07-01")
SHOPS = """
schema = 1
[[shops]]
platform = "douyin"
ruleset = "2022"
sources = ["events"]
[[shops]]
id = "S0003"
name = "花间女装旗舰店"
platform = "tmall"
scorecard = "dsr"
sources = ["events"]
"""
UNKNOWN = '[[shops]]\nid = "N1"\nplatform = "douyn"\nsources = ["events"]\n'


@pytest.fixture
def folder(events: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "events").symlink_to(events)
    (tmp_path / "shopscore.toml").write_text(SHOPS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_table_has_a_part_for_each_platform(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "80")
    answer = shopscore("run", *DAY).done()
    lines = answer.out.splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert "Douyin · experience · 2022 · 2022-07-01" in lines
    assert "Tmall and Taobao · dsr · dsr · 2022-07-01" in lines
    assert any(line.startswith("S0003") and "花间女装旗舰店" in line for line in lines)
    assert "Written: shopscore-out" in answer.err


def test_all_files_are_written_and_are_what_their_schema_says(folder: Path):
    shopscore("run", *DAY, "-o", "out").done()
    assert {path.name for path in (folder / "out").iterdir()} == {
        "shops.parquet", "shops.csv", "shops.json", "metrics.parquet", "metrics.csv",
        "metrics.json", "sheet.xlsx", "manifest.json",
    }  # fmt: skip
    for name in ("shops", "metrics", "manifest"):
        valid("run", json.loads((folder / "out" / f"{name}.json").read_text("utf-8")))
    assert len(pl.read_parquet(folder / "out" / "shops.parquet")) == 13


def test_json_and_csv_are_those_of_the_files(folder: Path):
    printed = shopscore("run", *DAY, "--format", "json").done()
    valid("run", printed.document)
    written = json.loads((folder / "shopscore-out" / "shops.json").read_text("utf-8"))
    assert printed.document == written
    printed = shopscore("run", *DAY, "-f", "csv").done()
    assert printed.out == (folder / "shopscore-out" / "shops.csv").read_text("utf-8")


def test_a_failure_is_told_below_the_table_and_by_the_exit_code(folder: Path):
    (folder / "shopscore.toml").write_text(SHOPS + UNKNOWN, encoding="utf-8")
    answer = shopscore("run", *DAY)
    answer.failed(1, "1 shop has no result")
    assert "N1 · douyn: no installed plugin declares platform douyn; did you mean" in answer.out
    assert len(pl.read_parquet(folder / "shopscore-out" / "shops.parquet")) == 14
    valid("run", shopscore("run", *DAY, "-f", "json").document)


def test_what_is_required_fails_the_shops_that_are_not_so(folder: Path):
    answer = shopscore("run", *DAY, "--require", "peers=500")
    answer.failed(1, "13 shops have no result")
    assert "required: peers=500" in answer.out


def test_the_language_of_the_file_and_of_the_command(folder: Path):
    file = folder / "shopscore.toml"
    file.write_text(f'lang = "zh"\n{SHOPS}{UNKNOWN}', encoding="utf-8")
    answer = shopscore("run", *DAY)
    assert "抖音 · experience" in answer.out
    assert "1 家店没有结果" in answer.err
    told = pl.read_csv(folder / "shopscore-out" / "shops.csv")["reason"][-1]
    assert told.startswith("已安装的插件都没有声明平台 douyn")
    assert "Douyin · experience" in shopscore("run", *DAY, "--lang", "en").out


def test_a_folder_without_the_file_is_refused_with_a_hint(folder: Path):
    (folder / "shopscore.toml").unlink()
    shopscore("run").failed(3, "shopscore.toml: no such file; shopscore init")
    shopscore("run", "-w", "events").failed(3, "shopscore.toml: no such file")


def test_another_file_by_its_name(folder: Path):
    (folder / "shopscore.toml").rename(folder / "other.toml")
    shopscore("run", *DAY, "-w", "other.toml").done()
    shopscore("run", *DAY, "-w", folder / "other.toml", "--jobs", "1", "--fresh").done()


def test_wrong_values_of_options(folder: Path):
    shopscore("run", "--jobs", "0").failed(2, "--jobs")
    shopscore("run", "--as-of", "tomorrow").failed(2, "is not a date")
    shopscore("run", "--require", "frsh").failed(2, "unknown requirement frsh")


def test_output_that_cannot_be_written(folder: Path):
    (folder / "taken").write_text("", encoding="utf-8")
    shopscore("run", *DAY, "-o", "taken").failed(3, "taken", "cannot be written")


def test_names_from_input_do_not_steer_a_terminal(folder: Path):
    named = SHOPS.replace("花间女装旗舰店", "\\u001b[31m<b>red</b>")
    (folder / "shopscore.toml").write_text(named, encoding="utf-8")
    answer = shopscore("run", *DAY).done()
    assert "\x1b" not in answer.out
    assert "<b>red</b>" in answer.out
