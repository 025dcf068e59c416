"""The system call policies as data: every name has a number, and nothing is both allowed and forbidden."""

import platform
import subprocess
import sys

import pytest

from ratchetrl.verifiers.sandbox import syscall_numbers
from ratchetrl.verifiers.sandbox.policy import Policy, command_policy, python_policy

POLICIES = [python_policy(own_files=True), python_policy(own_files=False), command_policy()]


def names(table: str) -> dict[str, int]:
    return {name: int(number) for name, _, number in (entry.partition("=") for entry in table.split())}


@pytest.mark.parametrize("policy", POLICIES)
def test_every_name_has_a_number(policy: Policy) -> None:
    known = names(syscall_numbers._X86_64)
    listed = policy.allowed | policy.refused | policy.hostile | policy.only.keys() | policy.never.keys()
    assert (listed | policy.only_self) - known.keys() == set()


def test_no_number_stands_twice() -> None:
    for table in (syscall_numbers._X86_64, syscall_numbers._AARCH64):
        assert len(set(names(table).values())) == len(names(table))


@pytest.mark.parametrize("policy", POLICIES)
def test_no_call_is_both_allowed_and_forbidden(policy: Policy) -> None:
    assert not policy.allowed & policy.refused
    assert not policy.allowed & policy.hostile
    assert not policy.refused & policy.hostile


@pytest.mark.skipif(platform.machine() not in syscall_numbers.AUDIT_ARCH, reason="no table for this machine")
@pytest.mark.parametrize(
    ("code", "signal"),
    [
        ("import os; os.getpid(); os.kill(os.getpid(), 0)", 0),
        ("import os; os.kill(1, 0)", 31),
        ("import os; os.kill(0, 0)", 31),
        ("import ctypes; ctypes.CDLL(None).ptrace(0, 0, 0, 0)", 31),
        ("import ctypes; assert ctypes.CDLL(None).syscall(511) == -1", 0),
        (
            "import ctypes; ctypes.CDLL(None).syscall(0x40000000 + 39)",
            31 if platform.machine() == "x86_64" else 0,
        ),
    ],
)
def test_the_filter_does_what_the_policy_says(code: str, signal: int) -> None:
    confine = """
from ratchetrl.verifiers.sandbox import syscalls
from ratchetrl.verifiers.sandbox.policy import python_policy
from ratchetrl.verifiers.sandbox.seccomp import Filter
syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
Filter(python_policy(own_files=True)).install()
"""
    assert subprocess.run([sys.executable, "-c", confine + code]).returncode == -signal
