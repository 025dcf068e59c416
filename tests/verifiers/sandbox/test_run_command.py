"""Commands that a config names: compilers, and what they built (tier A only)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.sandbox.execution import Ending
from ratchetrl.verifiers.sandbox.limits import Limits
from ratchetrl.verifiers.sandbox.server import Sandbox
from ratchetrl.verifiers.sandbox.tiers import Probe, Tier

LIMITS = Limits(wall_s=20.0, disk_bytes=2**26)
ADD = b'#include <cstdio>\nint main() { int a, b; scanf("%d %d", &a, &b); printf("%d\\n", a + b); }'


@pytest.fixture(scope="module")
def commands(probed: dict[Tier, Probe]) -> Iterator[Sandbox]:
    if not probed[Tier.A].works:
        pytest.skip(f"commands need tier A: {probed[Tier.A].why_not}")
    with Sandbox(Tier.A) as box:
        yield box


@pytest.mark.skipif(not shutil.which("g++", path="/usr/bin"), reason="g++ is not installed")
def test_a_program_is_compiled_and_then_run(commands: Sandbox) -> None:
    built = commands.run_command(["g++", "add.cpp", "-o", "add"], b"", LIMITS, {"add.cpp": ADD}, keep=["add"])
    assert built.execution.exit_code == 0, built.execution
    execution, files = commands.run_command(["./add"], b"1 2\n", LIMITS, built.files)
    assert (execution.ending, execution.stdout, files) == (Ending.exited, b"3\n", {})
    failed = commands.run_command(
        ["g++", "add.cpp"], b"", LIMITS, {"add.cpp": b"int main() {"}, keep=["a.out"]
    )
    assert failed.execution.exit_code == 1 and b"error" in failed.execution.stderr and failed.files == {}


@pytest.mark.parametrize(
    ("script", "ending", "exit_code"),
    [
        ("exit 3", Ending.exited, 3),
        ("kill -SEGV $$", Ending.crash, None),
        ("kill -KILL $$", Ending.crash, None),
        ("sleep 60", Ending.timeout, None),
        ("(setsid sleep 60 &) ; exit 0", Ending.exited, 0),
        ("kill -KILL -1; exit 0", Ending.exited, 0),
        ("trap '' TERM; kill -TERM 0; exit 0", Ending.exited, 0),
        ("yes", Ending.output, None),
    ],
)
def test_how_it_ended(commands: Sandbox, script: str, ending: Ending, exit_code: int | None) -> None:
    limits = Limits(wall_s=0.4) if ending is Ending.timeout else Limits(wall_s=20.0)
    execution, _ = commands.run_command(["sh", "-c", script], b"", limits)
    assert (execution.ending, execution.exit_code) == (ending, exit_code), execution
    assert execution.wall_s < limits.wall_s + 0.5
    assert commands.run_program("print(1)", b"", LIMITS).stdout == b"1\n"


def test_a_fork_bomb_costs_no_more_than_its_deadline(commands: Sandbox) -> None:
    execution, _ = commands.run_command(["sh", "-c", "f() { f | f & }; f; sleep 60"], b"", Limits(wall_s=0.4))
    assert execution.ending in (Ending.timeout, Ending.exited) and execution.wall_s < 0.9
    assert commands.run_program("print(1)", b"", LIMITS).stdout == b"1\n"


def test_the_host_is_out_of_reach(commands: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    script = (
        f"cat {tmp_path}/secret /etc/passwd /proc/self/environ; ls /home /proc /sys; touch /usr/x /x; id -u"
    )
    execution, _ = commands.run_command(["sh", "-c", script], b"", LIMITS)
    assert execution.stdout == b"1000\n", execution


def test_only_plain_files_are_kept(commands: Sandbox) -> None:
    script = "ln -s /usr/bin/env link; mkfifo fifo; mkdir folder; printf abc > plain; : > empty"
    names = ["link", "fifo", "folder", "plain", "empty", "missing"]
    _, files = commands.run_command(["sh", "-c", script], b"", LIMITS, keep=names)
    assert files == {"plain": b"abc", "empty": b""}


def test_what_cannot_be_run_is_refused(commands: Sandbox, probed: dict[Tier, Probe]) -> None:
    with pytest.raises(UserError, match="no_such_compiler"):
        commands.run_command(["no_such_compiler"], b"", LIMITS)
    with pytest.raises(UserError, match=r"'../x' is not a plain file name"):
        commands.run_command(["true"], b"", LIMITS, {"../x": b""})
    if probed[Tier.B].works:
        with Sandbox(Tier.B) as box, pytest.raises(UserError, match="tier A only"):
            box.run_command(["true"], b"", LIMITS)


def test_a_command_that_runs_alone_starts_no_process(commands: Sandbox) -> None:
    alone, _ = commands.run_command(
        ["sh", "-c", "(echo forked) | cat; exec echo done"], b"", LIMITS, alone=True
    )
    assert b"forked" not in alone.stdout and alone.exit_code != 0, alone
    execution, _ = commands.run_command(["sh", "-c", "exec echo done"], b"", LIMITS, alone=True)
    assert (execution.ending, execution.stdout) == (Ending.exited, b"done\n")
