"""Run a pytest file in which `solution` stands for a program in another process.

First comes a JSON object with `test_code`. What is sent is what `tests.py` sends, and `o` in place of `c` for
a request that may well have another outcome the next time. The tests pass where pytest ran at least one of
them to its end, and none failed. No configuration, no conftest and no plug-in is looked for. The file is
never written: nothing can be, in tier B.

Runs in the tester's process: the tests are here, the program under test is not. pytest is imported by the
server beforehand, where it was asked to preload it.
"""

import ast
import json
import os
import socket
import sys
import types
from pathlib import Path
from typing import Any

from ratchetrl.verifiers.sandbox.drivers.frames import receive, send
from ratchetrl.verifiers.sandbox.drivers.stand_ins import Asker, StandInModule
from ratchetrl.verifiers.sandbox.drivers.tests import CannotCross, outcome

OPTIONS = (
    "--noconftest",
    "--capture=no",
    "-pno:cacheprovider",
    "-pno:faulthandler",
    "-pno:terminal",
    "-pno:doctest",
    "-pno:junitxml",
    "-pno:unraisableexception",  # collects garbage five times at the end
    "-pno:threadexception",
    "-c/dev/null",
    "--rootdir=/",
)


class Recorder:
    """A plug-in that keeps what pytest reports."""

    def __init__(self) -> None:
        self.passed = 0
        self.gave_up = False
        self.failures: list[str] = []
        self.cannot_cross: CannotCross | None = None

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.passed += report.when == "call" and report.passed
        self.gave_up |= report.when == "call" and report.skipped
        self._keep(report)

    def pytest_collectreport(self, report: Any) -> None:
        self._keep(report)

    def pytest_exception_interact(self, call: Any) -> None:
        if isinstance(call.excinfo.value, CannotCross):
            self.cannot_cross = call.excinfo.value

    def _keep(self, report: Any) -> None:
        if report.failed:
            self.failures.append(f"{report.nodeid.rpartition('::')[2]}: {str(report.longrepr)[-300:]}")


def main(channel: socket.socket) -> None:
    """Run the file once and send how it ends."""
    request = receive(channel)
    if request is not None:
        send(channel, outcome(lambda: _run(json.loads(request)["test_code"], channel)))


class Collector:
    """A plug-in that collects one file which lies on no disk."""

    def __init__(self, test_code: str) -> None:
        self._test_code = test_code

    def pytest_collection(self, session: Any) -> bool:
        """Stand in for pytest's own search for files."""
        module = _module_in_memory(session, self._test_code)
        session.items = list(session.genitems(module))
        session.testscollected = len(session.items)
        session.config.hook.pytest_collection_modifyitems(
            session=session, config=session.config, items=session.items
        )
        return True


def _module_in_memory(session: Any, test_code: str) -> Any:
    import pytest
    from _pytest.assertion.rewrite import rewrite_asserts

    class InMemory(pytest.Module):
        def _getobj(self) -> types.ModuleType:
            """What importing the file would give, with asserts that tell what they compared."""
            tree = ast.parse(test_code)
            rewrite_asserts(tree, test_code.encode())
            module = types.ModuleType("test_answer")
            sys.modules["test_answer"] = module
            exec(compile(tree, "test_answer.py", "exec", dont_inherit=True), module.__dict__)
            return module

    return InMemory.from_parent(session, path=Path("/test_answer.py"))


def _run(test_code: str, channel: socket.socket) -> None:
    import pytest

    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ["TMPDIR"] = os.getcwd()  # tier A's own folder, also where /tmp is not
    os.chdir("/")
    sys.modules["solution"] = StandInModule(Asker(channel))
    recorder = Recorder()
    pytest.main([*OPTIONS], plugins=[recorder, Collector(test_code)])
    if recorder.cannot_cross:
        raise recorder.cannot_cross
    if recorder.failures:
        raise AssertionError(recorder.failures[0])
    if not recorder.passed and recorder.gave_up:  # a mark would have kept it from beginning
        raise AssertionError("every test skips itself once it has begun")
    if not recorder.passed:
        raise CannotCross("the file holds no test that pytest ran to its end")
