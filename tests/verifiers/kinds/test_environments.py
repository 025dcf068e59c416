"""Single-turn environments of the package `verifiers`; skipped where it is not installed."""

import json
from pathlib import Path
from typing import Any

import pytest

from ratchetrl.verifiers.errors import GoldError, UserError
from ratchetrl.verifiers.registry import load
from ratchetrl.verifiers.verdict import Status, Verdict

try:
    import verifiers.v1  # noqa: F401, TID251
except ImportError:
    INSTALLED = False
else:
    INSTALLED = True

needs_the_package = pytest.mark.skipif(
    not INSTALLED, reason="the package verifiers is not installed: pip install 'ratchetrl[environments]'"
)

HEAD = """
import verifiers.v1 as vf

class Data(vf.TaskData):
    answer: str

class Task(vf.Task[Data]):
    @vf.reward(weight=1.0)
    async def right(self, trace: vf.Trace) -> float:
        {body}
{more}

class Tasks(vf.Taskset[Task]):
    def load(self):
        return []

__all__ = ["Tasks"]
"""


def make(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, body: str, more: str = "") -> None:
    """An environment that can be imported under a name."""
    (folder / f"{name}.py").write_text(HEAD.format(body=body, more=more))
    monkeypatch.syspath_prepend(str(folder))


def judge(answer: str, module: str, **task: Any) -> Verdict:
    gold = {"module": module, "task": {"prompt": "What is 6 * 7?", "answer": "42", **task}}
    return load("environment")(answer, json.dumps(gold))


@pytest.mark.skipif(INSTALLED, reason="the package verifiers is installed")
def test_without_the_package_a_sentence_says_how_to_install_it() -> None:
    with pytest.raises(UserError, match=r"pip install 'ratchetrl\[environments\]'"):
        load("environment")


@needs_the_package
def test_our_room_does_not_shadow_the_package() -> None:
    import verifiers as package  # noqa: TID251

    assert "site-packages" in str(package.__file__)


@needs_the_package
def test_the_examples_hold() -> None:
    load("environment").check_examples()


@needs_the_package
@pytest.mark.parametrize(
    ("body", "status", "score"),
    [
        ("return 1.0", Status.correct, 1.0),
        ("return 0.25", Status.partial, 0.25),
        ("return 0.0", Status.wrong, 0.0),
        ("return -3.0", Status.wrong, 0.0),
        ("return 1.5", Status.verifier_error, None),
        ("return float('nan')", Status.verifier_error, None),
        ("raise OSError('no disk')", Status.verifier_error, None),
        ("return float(trace.last_reply == self.data.answer)", Status.correct, 1.0),
        ("return float(trace.messages[0].content == 'What is 6 * 7?')", Status.correct, 1.0),
    ],
)
def test_a_reward_becomes_a_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, status: Status, score: float | None
) -> None:
    name = f"env_{abs(hash(body))}"
    make(tmp_path, monkeypatch, name, body)
    verdict = judge("<think>6 * 7</think>42", name)
    assert (verdict.status, verdict.score) == (status, score), verdict.reason
    assert judge("<think>42", name).status is Status.no_answer


@needs_the_package
@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("    NEEDS_CONTAINER = True", "a machine of their own"),
        ("    async def setup(self, trace, runtime):\n        pass", "a machine of their own"),
        ("    @classmethod\n    def toolsets(cls, config):\n        return [object()]", "have tools"),
        (
            "    @vf.reward\n    async def on_disk(self, trace, runtime):\n        return 1.0",
            "reads a machine",
        ),
    ],
)
def test_what_one_reply_does_not_decide_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str, says: str
) -> None:
    name = f"env_{abs(hash(more))}"
    make(tmp_path, monkeypatch, name, "return 1.0", more)
    with pytest.raises(GoldError, match=says):
        load("environment").read_gold(json.dumps({"module": name, "task": {"prompt": "?", "answer": "42"}}))


@needs_the_package
@pytest.mark.parametrize(
    ("gold", "says"),
    [
        ({"module": "no_such_env", "task": {}}, "cannot be imported"),
        ({"module": "json", "task": {}}, "exports 0 tasksets"),
        (
            {"module": "ratchetrl.verifiers.kinds.example_environment", "task": {"prompt": "?"}},
            "answer: Field",
        ),
        (
            {"module": "ratchetrl.verifiers.kinds.example_environment", "task": {"answer": "x"}},
            "several turns",
        ),
        ({"module": "json"}, "it is an object"),
    ],
)
def test_a_gold_that_is_no_task_is_refused(gold: dict[str, Any], says: str) -> None:
    with pytest.raises(GoldError, match=says):
        load("environment").read_gold(json.dumps(gold))
