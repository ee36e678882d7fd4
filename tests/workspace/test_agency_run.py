"""An agency, from its folder to its sheet: made, looked through, run, and broken in three places."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shopscore.workspace.settings import read_workspace
from support.command_line import shopscore

DAY = ("--as-of", "2026-11-30")


@pytest.mark.slow
def test_from_a_folder_to_a_sheet_and_what_breaks_stays_alone(tmp_path: Path):
    folder = tmp_path / "agency"
    shopscore("sample", folder, "--agency", "--end", "2026-11-29").done()
    shopscore("init", folder).done()
    workspace = read_workspace(folder)
    assert len({shop.platform for shop in workspace.shops}) >= 5
    whole = shopscore("run", "-w", folder, *DAY, "--format", "json").done().document
    assert len(whole["shops"]) >= len(workspace.shops)

    (orders, *_) = sorted(folder.glob("*/events/orders.csv"))
    orders.write_bytes(orders.read_bytes()[:5000].rpartition(b",")[0] + b',"cut')
    alone = next(  # a shop of which there are nothing but pages
        shop.sources[0]
        for shop in workspace.shops
        if len(shop.sources) == 1
        and "/documents/" in shop.sources[0]
        and not shop.sources[0].startswith(orders.parts[-3])
    )
    pages = [file for file in (folder / alone).rglob("*") if file.is_file()]
    for page in pages:
        page.write_text('{"code": 401, "message": "please log in"}', encoding="utf-8")
    with (folder / "shopscore.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[shops]]\nid = "X1"\nplatform = "nowhere"\nvalues = "values.csv"\n')
    answer = shopscore("run", "-w", folder, *DAY, "--format", "json")
    assert answer.code == 1
    rows = {(row["platform"], row["shop"]): row for row in answer.document["shops"]}
    failed = {key for key, row in rows.items() if row["status"] == "failed"}
    assert ("nowhere", "X1") in failed
    broken = {orders.parts[-3], pages[0].relative_to(folder).parts[0], "nowhere"}
    assert {platform for platform, _ in failed} == broken
    reasons = " ".join(rows[key]["reason"] for key in failed)
    assert orders.name in reasons
    assert pages[0].name in reasons
    for row in whole["shops"]:
        if row["platform"] not in broken:
            assert rows[row["platform"], row["shop"]] == row
    assert json.dumps(answer.document).count(str(tmp_path)) == 0
