"""Verifier `environment`: single-turn environments of the PyPI package `verifiers` (extra `environments`).

    {"module": "my_env", "args": {}, "task": {"prompt": "What is 6 * 7?", "answer": "42"}}

`module` exports one `Taskset` by `__all__`, as that package has it; `args` is the config of its tasks;
`task` is the data of one of them (`task.data.model_dump()`). The reply is the text after the thinking.
The rewards' weighted sum is the score: 1 is correct, less is partial, 0 or less is wrong, and more than 1
cannot be judged (give the rewards weights whose sum is 1). An error in the environment's code is
`verifier_error`.

An environment is code that you installed: it runs with all the rights of the worker, in no sandbox, and
it may be fooled by an answer. Environments with several turns, tools, machines or judging models are
refused.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from ratchetrl.verifiers.answers import after_thinking
from ratchetrl.verifiers.kinds.environment_tasks import TaskMaker, score, task_maker
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict, correct, no_answer, partial, verifier_error, wrong

KEYS = {"module", "task"}


@dataclass(frozen=True)
class EnvironmentGold:
    """One task of an environment."""

    module: str
    """Where the environment is."""
    task: Any
    """The task, as its package makes it."""


def read_gold(text: str) -> EnvironmentGold:
    """Return the task; raises `ValueError` for one that its environment does not take."""
    gold = json.loads(text)
    if not isinstance(gold, dict) or not KEYS <= gold.keys() <= KEYS | {"args"}:
        raise ValueError('it is an object {"module": name, "args": {...}, "task": {...}}')
    module, args, data = gold["module"], gold.get("args", {}), gold["task"]
    if not isinstance(module, str) or not isinstance(args, dict) or not isinstance(data, dict):
        raise ValueError("module is a name, args and task are objects")
    return EnvironmentGold(module, _make(module, json.dumps(args, sort_keys=True))(data))


@cache
def _make(module: str, args: str) -> TaskMaker:
    return task_maker(module, json.loads(args))


_GOLD = json.dumps(
    {
        "module": "ratchetrl.verifiers.kinds.example_environment",
        "task": {"prompt": "Spell drawer backwards.", "answer": "reward"},
    }
)


@verifier(
    "environment",
    read_gold=read_gold,
    correct=[("<think>r, e, ...</think>reward", _GOLD)],
    incorrect=[("", _GOLD), ("Reward", _GOLD), ("drawer", _GOLD), ("<think>reward", _GOLD)],
)
def environment(answer: str, gold: EnvironmentGold) -> Verdict:
    """Judge the text after the thinking by the environment's rewards."""
    reply = after_thinking(answer)
    if isinstance(reply, Verdict):
        return reply
    if not reply.strip():
        return no_answer("there is no reply")
    try:
        reward = score(gold.task, reply)
    except Exception as error:  # the environment's own code, whatever it raises
        return verifier_error(f"environment {gold.module} failed: {type(error).__name__}: {error}")
    if reward > 1:
        return verifier_error(f"environment {gold.module} gave {reward}; its rewards' weights must sum to 1")
    if reward <= 0:
        return wrong(reply, f"its reward is {reward:g}")
    return (
        correct(reply, "its reward is 1")
        if reward == 1
        else partial(reward, reply, f"its reward is {reward:g}")
    )
