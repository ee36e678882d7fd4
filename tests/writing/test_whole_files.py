"""Files appear whole or not at all, also on a full disk, and however a process ends."""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import shopscore as ss
from shopscore.writing import folders_above, refuse_filled_folder, whole_file, whole_folder
from support.command_line import python

unix = pytest.mark.skipif(sys.platform == "win32", reason="signals, limits and links of Unix")
linux = pytest.mark.skipif(not Path("/sys/kernel").exists(), reason="a folder of the kernel")

WRITE = """
import os, signal, sys
from pathlib import Path
from shopscore.writing import whole_file, whole_folder
target = Path(sys.argv[1])
"""
FILE = WRITE + "with whole_file(target) as file:\n    file.write_text('half')\n    "
FOLDER = WRITE + "with whole_folder(target) as folder:\n    (folder / 'a').write_text('half')\n    "


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*")}


def half_a_file(target: Path, raised: type[BaseException]) -> None:
    with whole_file(target) as file:
        file.write_text("half")
        raise raised


def half_a_folder(target: Path, raised: type[BaseException]) -> None:
    with whole_folder(target) as folder:
        (folder / "x").write_text("half")
        raise raised


class TestFile:
    def test_appears_when_complete(self, tmp_path: Path) -> None:
        target = tmp_path / "x"
        with whole_file(target) as file:
            file.write_text("half")
            assert not target.exists()
            file.write_text("whole")
        assert (target.read_text(), names(tmp_path)) == ("whole", {"x"})

    @pytest.mark.parametrize("raised", [ValueError, KeyboardInterrupt, SystemExit])
    def test_an_old_one_survives_a_failure(
        self, tmp_path: Path, raised: type[BaseException]
    ) -> None:
        target = tmp_path / "x"
        target.write_text("old")
        with pytest.raises(raised):
            half_a_file(target, raised)
        assert (target.read_text(), names(tmp_path)) == ("old", {"x"})

    @unix
    @pytest.mark.parametrize(("ending", "left"), [("SIGINT", 0), ("SIGKILL", 1), ("SIGTERM", 1)])
    def test_a_process_that_ends(self, tmp_path: Path, ending: str, left: int) -> None:
        """Who is killed cannot tidy up: what is left is hidden, and in nobody's way."""
        target = tmp_path / "x"
        target.write_text("old")
        answer = python(f"{FILE}os.kill(os.getpid(), signal.{ending}); signal.pause()", target)
        assert answer.code == -getattr(signal, ending)
        assert target.read_text() == "old"
        rest = names(tmp_path) - {"x"}
        assert len(rest) == left
        assert all(name.startswith(".shopscore-") and name.endswith(".part") for name in rest)
        with whole_file(target) as file:
            file.write_text("new")
        assert target.read_text() == "new"

    @unix
    def test_a_disk_that_is_full(self, tmp_path: Path) -> None:
        target = tmp_path / "x"
        target.write_text("old")
        answer = python(
            f"{FILE}import resource, sys; sys.dont_write_bytecode = True  # no half of it\n"
            "    resource.setrlimit(resource.RLIMIT_FSIZE, (9, 9))\n"
            "    file.write_text('x' * 99999)",
            target,
        )
        assert answer.err.splitlines()[-1].endswith(f"{target}: cannot be written: File too large")
        assert (target.read_text(), names(tmp_path)) == ("old", {"x"})

    @unix
    @pytest.mark.parametrize("mode", [0o600, 0o640, 0o400])
    def test_what_is_private_is_so_while_it_is_written(self, tmp_path: Path, mode: int) -> None:
        """Only the owner may do more meanwhile: write it."""
        target = tmp_path / "x"
        target.write_text("old", encoding="utf-8")
        target.chmod(mode)
        before = os.umask(0)
        try:
            with whole_file(target) as part:
                assert stat.S_IMODE(part.stat().st_mode) == mode | 0o600
                part.write_text("new", encoding="utf-8")
        finally:
            os.umask(before)
        assert stat.S_IMODE(target.stat().st_mode) == mode

    @unix
    def test_permissions(self, tmp_path: Path) -> None:
        old, new, plain = tmp_path / "old", tmp_path / "new", tmp_path / "plain"
        for path in (old, plain):
            path.write_text("")
        old.chmod(0o640)
        for path in (old, new):
            with whole_file(path) as file:
                file.write_text("x")
        assert stat.S_IMODE(old.stat().st_mode) == 0o640
        assert new.stat().st_mode == plain.stat().st_mode

    @unix
    @pytest.mark.parametrize("ahead", [True, False])
    def test_links_stay(self, tmp_path: Path, ahead: bool) -> None:
        target, link = tmp_path / "far" / "x", tmp_path / "link"
        target.parent.mkdir()
        if ahead:
            target.write_text("old")
        link.symlink_to(target)
        with whole_file(link) as file:
            file.write_text("new")
        assert link.is_symlink()
        assert target.read_text() == "new"

    @unix
    def test_what_is_no_file_is_written_itself(self, tmp_path: Path) -> None:
        with whole_file(Path(os.devnull)) as file:
            file.write_text("x")
        assert Path(os.devnull).is_char_device()
        pipe, seen = tmp_path / "pipe", []
        os.mkfifo(pipe)
        reader = threading.Thread(target=lambda: seen.append(pipe.read_text()))
        reader.start()
        with whole_file(pipe) as file:
            file.write_text("x")
        reader.join(10)
        assert seen == ["x"]
        assert pipe.is_fifo()

    def test_a_long_name(self, tmp_path: Path) -> None:
        target = tmp_path / ("x" * 250)
        with whole_file(target) as file:
            file.write_text("x")
        assert target.exists()

    def test_a_folder_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(ss.InputError, match="cannot be written: Is a directory"):
            whole_file(tmp_path).__enter__()

    @pytest.mark.parametrize("place", ["none/x", "file/x"])
    def test_no_such_place(self, tmp_path: Path, place: str) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(ss.InputError, match=f"{place}: cannot be written"):
            whole_file(tmp_path / place).__enter__()

    @linux
    def test_a_folder_that_takes_nothing(self) -> None:
        with pytest.raises(ss.InputError, match=r"/sys/x: cannot be written: .*ermi"):
            whole_file(Path("/sys/x")).__enter__()

    @unix
    def test_a_file_that_is_read_only(self) -> None:
        """A rename would do it; the user has said that it must not be."""
        become = "if os.geteuid() == 0: os.seteuid(65534)\n"  # root may write everything
        with TemporaryDirectory() as folder:
            Path(folder).chmod(0o777)
            target = Path(folder, "x")
            target.write_text("old")
            target.chmod(0o444)
            answer = python(FILE.replace("with whole", become + "with whole") + "pass", target)
            assert "x: cannot be written: Permission denied" in answer.err
            assert target.read_text() == "old"


class TestFolder:
    def test_appears_when_complete(self, tmp_path: Path) -> None:
        target = tmp_path / "a" / "b"
        with whole_folder(target) as folder:
            (folder / "x").mkdir()
            (folder / "x" / "y").write_text("y")
            assert not target.exists()
        assert names(tmp_path) == {"a", "b", "x", "y"}

    def test_an_empty_one_is_filled(self, tmp_path: Path) -> None:
        before = tmp_path.stat().st_ino
        with whole_folder(tmp_path) as folder:
            (folder / "x").mkdir()
            (folder / "x" / "y").write_text("y")
        assert names(tmp_path) == {"x", "y"}
        assert tmp_path.stat().st_ino == before, "whoever works in it still does"

    def test_the_one_in_which_one_works(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with whole_folder(Path()) as folder:
            (folder / "x").write_text("x")
        assert names(Path.cwd()) == {"x"}

    @pytest.mark.parametrize("content", ["x", ".hidden", "sub/x"])
    def test_files_in_it_are_not_touched(self, tmp_path: Path, content: str) -> None:
        (tmp_path / content).parent.mkdir(exist_ok=True)
        (tmp_path / content).write_text("mine")
        before = names(tmp_path)
        for attempt in (refuse_filled_folder, lambda path: whole_folder(path).__enter__()):
            with pytest.raises(ss.InputError, match="not empty; nothing was written"):
                attempt(tmp_path)
        assert names(tmp_path) == before
        assert (tmp_path / content).read_text() == "mine"

    def test_files_that_come_meanwhile_are_not_touched(self, tmp_path: Path) -> None:
        target = tmp_path / "a"
        making = whole_folder(target)
        (making.__enter__() / "x").write_text("ours")
        target.mkdir()
        (target / "x").write_text("theirs")
        with pytest.raises(ss.InputError, match="not empty"):
            making.__exit__(None, None, None)
        assert (target / "x").read_text() == "theirs"
        assert names(tmp_path) == {"a", "x"}

    @pytest.mark.parametrize("there", [True, False])
    @pytest.mark.parametrize("raised", [ValueError, KeyboardInterrupt])
    def test_nothing_is_left_of_a_failure(
        self, tmp_path: Path, there: bool, raised: type[BaseException]
    ) -> None:
        target = tmp_path / "a" / "b"
        if there:
            target.mkdir(parents=True)
        with pytest.raises(raised):
            half_a_folder(target, raised)
        assert names(tmp_path) == ({"a", "b"} if there else set())

    @unix
    @pytest.mark.parametrize("there", [True, False])
    def test_a_process_that_is_killed_is_in_nobody_s_way(self, tmp_path: Path, there: bool) -> None:
        target = tmp_path / "a"
        if there:
            target.mkdir()
        assert python(f"{FOLDER}os.kill(os.getpid(), 9)", target).code == -9
        assert not (target / "a").exists()
        with whole_folder(target) as folder:
            (folder / "a").write_text("whole")
        assert (target / "a").read_text() == "whole"

    def test_what_a_killed_process_left_is_no_input(self, tmp_path: Path) -> None:
        (tmp_path / ".shopscore-0123abcd.part").mkdir()
        for folder in (tmp_path, tmp_path / ".shopscore-0123abcd.part"):
            (folder / "orders.csv").write_text("shop_id,order_id\nS1,1\n")
        report = ss.read_events(tmp_path).report
        assert (report.books["orders"].rows_in, report.books["orders"].accepted) == (1, 1)
        assert {notice.code for notice in report.notices} == {"industry_unknown"}

    @linux
    def test_a_folder_that_takes_nothing(self) -> None:
        with pytest.raises(ss.InputError, match="/sys/x/y: cannot be written"):
            whole_folder(Path("/sys/x/y")).__enter__()

    def test_a_file_is_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "x").write_text("mine")
        with pytest.raises(ss.InputError, match="x: cannot be written: Not a directory"):
            whole_folder(tmp_path / "x").__enter__()
        assert (tmp_path / "x").read_text() == "mine"


class TestFoldersAbove:
    def test_stay_where_something_is_in_them(self, tmp_path: Path) -> None:
        making = folders_above(tmp_path / "a" / "b" / "c")
        making.__enter__()
        (tmp_path / "a" / "mine").write_text("")
        assert not making.__exit__(ValueError, ValueError("x"), None)
        assert names(tmp_path) == {"a", "mine"}


class TestState:
    @unix
    def test_an_old_state_survives_a_full_disk(self, tmp_path: Path) -> None:
        code = """
import resource, sys
sys.dont_write_bytecode = True  # under the limit half of it would be kept
from datetime import date
import shopscore as ss
from shopscore.samples import generate
events = ss.read_events(generate(shops=3, orders=60, seed=1, end=date(2022, 6, 30)))
state = ss.tally(ss.resolve(events, platform="douyin", ruleset="2022"))
state.write_parquet(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (999, 999))
try:
    state.write_parquet(sys.argv[1])
except ss.InputError as error:
    print(error)
print(ss.Tallies.read_parquet(sys.argv[1]) == state)
"""
        answer = python(code, tmp_path / "state.parquet")
        first, same = answer.done().out.splitlines()
        assert "state.parquet: cannot be written" in first
        assert same == "True"
        assert names(tmp_path) == {"state.parquet"}
