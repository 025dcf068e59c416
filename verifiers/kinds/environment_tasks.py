"""Load an environment of the package `verifiers` (0.4 or later) and score one reply to one of its tasks.

    make_task = task_maker("my_env", {})
    task = make_task({"prompt": "...", "answer": "42"})   # raises ValueError where it is no task
    score(task, "The answer is 42.")                      # the weighted sum of its rewards

Only what one reply and the task's own data decide can be scored here: an environment with tools, a
machine of its own, another model as judge, or several turns is refused. Its code runs in this process
with all its rights.
"""

import asyncio
import importlib
import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from ratchetrl.verifiers.errors import UserError

try:
    import verifiers.v1 as vf  # noqa: TID251 (the package of that name, not our room)
    from verifiers.v1.graph import MessageNode  # noqa: TID251
    from verifiers.v1.state import state_cls  # noqa: TID251
except ImportError as error:
    raise UserError(
        "verifier environment needs the package verifiers, 0.4 or later; run: "
        "pip install 'ratchetrl[environments]', without vLLM where the two want other versions"
    ) from error

TaskMaker = Callable[[Mapping[str, Any]], Any]
MACHINE_HOOKS = ("setup", "finalize", "stage_verifier")
"""Methods of a task that prepare or read a machine."""


def task_maker(module: str, args: Mapping[str, Any]) -> TaskMaker:
    """Return what makes an environment's tasks; raises `UserError` where one reply does not decide them."""
    task_type = _task_type(module)
    try:
        config = task_type.config_type().model_validate(dict(args))
    except ValidationError as error:
        raise UserError(f"environment {module}: {_first(error)}; correct args") from error
    if fault := _why_not_single(task_type, config):
        raise _not_single(module, fault)

    def make_task(data: Mapping[str, Any]) -> Any:
        try:
            row = task_type.data_type().model_validate(dict(data))
        except ValidationError as error:
            raise ValueError(f"it is no task of {module}: {_first(error)}") from error
        if row.prompt is None:
            raise ValueError(f"a task of {module} without a prompt waits for a user: it has several turns")
        return task_type(row, config)

    return make_task


def score(task: Any, reply: str) -> float:
    """The weighted sum of the task's rewards for a reply; raises what its code raises."""
    prompt = task.data.prompt
    prompts = [vf.UserMessage(content=prompt)] if isinstance(prompt, str) else list(prompt)
    nodes = [
        MessageNode(parent=place - 1 if place else None, message=message)
        for place, message in enumerate([*prompts, vf.AssistantMessage(content=reply)])
    ]
    nodes[-1].sampled = True
    trace = vf.Trace(
        task=vf.TraceTask(type=type(task).__name__, data=task.data, key=task.key, hash=task.hash),
        state=state_cls(type(task))(),
        agent=vf.AgentInfo(config=vf.AgentConfig()),
        nodes=nodes,
        is_completed=True,
        ok=True,
    )
    asyncio.run(task.score(trace))
    if not trace.rewards or any(reward is None for reward in trace.rewards.values()):
        raise RuntimeError(f"of its rewards {sorted(trace.rewards)} not all were scored")
    if not math.isfinite(trace.reward):
        raise RuntimeError(f"its reward is {trace.reward}")
    return float(trace.reward)


def _task_type(module: str) -> Any:
    """The class of the tasks of the one taskset that a module exports."""
    try:
        imported = importlib.import_module(module)
    except ImportError as error:
        raise UserError(
            f"environment {module} cannot be imported ({error}); install its package, "
            "and name the module that exports its Taskset"
        ) from error
    exported = [getattr(imported, name, None) for name in getattr(imported, "__all__", ())]
    classes = [found for found in exported if isinstance(found, type)]
    tasksets: list[Any] = [found for found in classes if issubclass(found, vf.Taskset)]
    if len(tasksets) != 1:
        raise UserError(
            f"{module} exports {len(tasksets)} tasksets by __all__; name a module that exports one Taskset"
        )
    if any(issubclass(found, vf.Env) for found in classes):
        raise _not_single(module, "it brings an Env of its own")
    return tasksets[0].task_type()


def _why_not_single(task_type: Any, config: Any) -> str | None:
    overridden = [name for name in MACHINE_HOOKS if getattr(task_type, name) is not getattr(vf.Task, name)]
    if task_type.NEEDS_CONTAINER or overridden:
        return "its tasks need a machine of their own"
    if task_type.toolsets(config):
        return "its tasks have tools"
    if config.judges:
        return "another model judges"
    methods = [getattr(task_type, name) for name in dir(task_type)]
    rewards = [method for method in methods if hasattr(method, "_vf_weight")]
    if any("runtime" in inspect.signature(reward).parameters for reward in rewards):
        return "a reward reads a machine"
    return None


def _not_single(module: str, fault: str) -> UserError:
    return UserError(
        f"environment {module} cannot be judged by a single reply: {fault}; "
        "use a single-turn environment without tools"
    )


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc']) or 'it'}: {first['msg']}"
