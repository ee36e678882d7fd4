"""What only a process of its own shows: streams, colours, pipes, signals, exit codes."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.command_line import ESCAPE, SCRIPTS, environment, process, python

WHICH = ("--platform", "douyin", "--ruleset", "2022", "--as-of", "2022-07-01")
ASSUMED = ("--assume", "bad_review.max_rating=3")
COLOUR = re.compile(r"\x1b\[[\d;]*?(3[0-8]|4[0-8]|9[0-7])[\d;]*m")

unix = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of Unix")


class TestStreams:
    @pytest.mark.slow
    def test_data_on_one_remarks_on_the_other(self, events: Path) -> None:
        answer = process("shopscore", "score", events, *WHICH, *ASSUMED, "-f", "json", "--timings")
        assert answer.code == 0
        assert json.loads(answer.out)["schema"] == "shopscore.score/2"
        assert "Assumed: " in answer.err
        assert any(line.startswith("{") for line in answer.err.splitlines())

    @pytest.mark.slow
    def test_an_error_leaves_standard_output_empty(self, tmp_path: Path) -> None:
        answer = process("shopscore", "score", tmp_path / "none", *WHICH, "-f", "json")
        answer.failed(3, "no such file or folder")
        assert answer.out == ""
        assert len(answer.err.splitlines()) == 1

    @pytest.mark.slow
    def test_a_locale_without_unicode_is_no_obstacle(self, events: Path) -> None:
        answer = process(
            "shopscore",
            "score",
            events,
            *WHICH,
            "--lang",
            "zh",
            PYTHONIOENCODING="utf-8",
            LC_ALL="C",
        )
        assert "店铺" in answer.done().out

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("name", "args", "code"),
        [
            ("shopscore", ("--version",), 0),
            ("shopscore", ("--help",), 0),
            ("shopscore", ("score", "-h"), 0),
            ("shopscore-plugins", ("--version",), 0),
            ("shopscore", ("nothing",), 2),
            ("shopscore", ("score", "x", *WHICH[2:]), 2),
            pytest.param("shopscore", ("score", "x", "--platform", "douyin", "--as-of", "x"), 2),
            ("shopscore", ("score", "x", "--platform", "tmal", "--as-of", "2022-07-01"), 4),
        ],
    )
    def test_exit_codes(self, name: str, args: tuple[str, ...], code: int) -> None:
        answer = process(name, *args)
        assert answer.code == code
        assert bool(answer.out) == (code == 0)
        assert bool(answer.err) == (code != 0)
        assert "Traceback" not in answer.err


class TestModule:
    """``python -m shopscore`` is ``shopscore``."""

    @pytest.mark.parametrize(
        "args",
        [
            ("--version",),
            pytest.param(("score", "--help"), marks=pytest.mark.slow),
            pytest.param(("score", "x", *WHICH), marks=pytest.mark.slow),
            pytest.param(("score", "x", "--platform"), marks=pytest.mark.slow),
            ("nothing",),
        ],
    )
    def test_says_the_same(self, args: tuple[str, ...]) -> None:
        code = "import runpy; runpy.run_module('shopscore', run_name='__main__', alter_sys=True)"
        assert python(code, *args) == process("shopscore", *args)

    @pytest.mark.slow
    def test_scores_the_same(self, events: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "shopscore", "score", events, *WHICH, "-f", "json"],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=environment(),
            timeout=60,
            check=True,
        )
        command = process("shopscore", "score", events, *WHICH, "-f", "json")
        assert (done.stdout, done.stderr) == (command.out, command.err)


class TestColours:
    @pytest.mark.slow
    def test_none_when_piped(self, events: Path) -> None:
        for args in (("score", events, *WHICH), ("validate", events), ("--help",)):
            answer = process("shopscore", *args, TERM="xterm-256color")
            assert ESCAPE not in answer.out + answer.err

    @pytest.mark.slow
    @unix
    def test_at_a_terminal(self, events: Path) -> None:
        assert COLOUR.search(at_terminal(events))

    @pytest.mark.slow
    @unix
    def test_no_color(self, events: Path) -> None:
        assert not COLOUR.search(at_terminal(events, NO_COLOR="1"))

    @pytest.mark.slow
    @unix
    def test_a_dumb_terminal(self, events: Path) -> None:
        assert not COLOUR.search(at_terminal(events, TERM="dumb"))


def at_terminal(events: Path, **env: str) -> str:
    """What a person at a terminal sees."""
    import pty

    person, terminal = pty.openpty()
    running = subprocess.Popen(
        [SCRIPTS / "shopscore", "score", events, *WHICH],
        stdout=terminal,
        stderr=subprocess.DEVNULL,
        env=environment(**{"TERM": "xterm-256color", "COLUMNS": "120", **env}),
    )
    os.close(terminal)
    seen = b""
    with contextlib.suppress(OSError):  # the end of a terminal is an error on Linux
        while block := os.read(person, 4096):
            seen += block
    os.close(person)
    assert running.wait(timeout=60) == 0
    return seen.decode()


@unix
class TestPipes:
    @pytest.mark.slow
    @pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
    @pytest.mark.parametrize("form", ["json", "csv", "table"])
    def test_a_reader_that_has_seen_enough(self, tmp_path: Path, form: str) -> None:
        rows = "".join(f"S{i:05},1\n" for i in range(3000))
        (tmp_path / "orders.csv").write_text(f"shop_id,order_id\n{rows}", encoding="utf-8")
        command = f'"{SCRIPTS}/shopscore" score "{tmp_path}" {" ".join(WHICH)} -f {form} | head -1'
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            capture_output=True,
            text=True,
            env=environment(),
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr
        assert "BrokenPipe" not in done.stderr
        assert "Error" not in done.stderr
        assert done.returncode in (0, 141)
        assert len(done.stdout.splitlines()) == 1

    @pytest.mark.slow
    def test_standard_output_that_is_full(self, events: Path) -> None:
        if not Path("/dev/full").exists():
            pytest.skip("no /dev/full here")
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [SCRIPTS / "shopscore", "score", events, *WHICH, "-f", "csv"],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                env=environment(),
                timeout=60,
                check=False,
            )
        assert done.returncode == 3
        assert "Traceback" not in done.stderr
        assert "fault of shopscore" not in done.stderr


def wait_until_busy(pid: int) -> None:
    """Until the command itself runs: then it has loaded numpy, where that can be seen."""
    maps, end = Path(f"/proc/{pid}/maps"), time.monotonic() + 20
    while maps.exists() and "numpy" not in maps.read_text() and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.7 if maps.exists() else 2)


@unix
class TestInterruption:
    @pytest.mark.slow
    def test_of_a_large_sample(self, tmp_path: Path) -> None:
        running = subprocess.Popen(
            [SCRIPTS / "shopscore", "sample", tmp_path / "out", "--orders", "3000000"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        wait_until_busy(running.pid)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
        assert "Traceback" not in err
        assert running.returncode == 130

    @pytest.mark.slow
    def test_anywhere(self) -> None:
        answer = python(
            "import os, signal, sys, shopscore.samples as s\n"
            "s.generate = lambda **_: os.kill(os.getpid(), signal.SIGINT)\n"
            "sys.argv = ['shopscore', 'sample', '/nonexistent/out']\n"
            "from shopscore.cli.main import main; main()"
        )
        assert answer.code == 130
        assert "Traceback" not in answer.err


class TestFaults:
    """What nobody foresaw: one line, a code of its own, and a way to see more."""

    CODE = (
        "import sys, shopscore.samples as s\n"
        "def generate(**_): raise ZeroDivisionError('oops')\n"
        "s.generate = generate\n"
        "sys.argv = ['shopscore', 'sample', '/nonexistent/out']\n"
        "from shopscore.cli.main import main; main()"
    )

    @pytest.mark.slow
    def test_are_told_in_a_line(self) -> None:
        answer = python(self.CODE)
        assert answer.code == 70
        assert answer.errors == ["Error: ZeroDivisionError: oops"]
        assert "Traceback" not in answer.err
        assert "SHOPSCORE_DEBUG=1" in answer.err

    @pytest.mark.slow
    def test_are_shown_in_full_on_demand(self) -> None:
        answer = python(self.CODE, SHOPSCORE_DEBUG="1")
        assert answer.code != 0
        assert "Traceback" in answer.err
