"""From the columns of somebody's dataset to the rows of a suite.

    rows = map_batch({"question": [...], "answer": [...]}, settings, split="train", first_row=1)
    problem = to_problem(rows.to_pylist()[0], settings.instruction)

Rows are plain text in Arrow, a few hundred bytes each; a `Problem` is made only when it is planned.
Datasets are untrusted: values are read as text and never evaluated.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from ratchetrl.pipelines.overlap import content_hashes
from ratchetrl.pipelines.records import Message, Problem
from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.plugin import is_file_reference

Batch = dict[str, list[Any]]
"""Column -> [N] values as the source has them; `None` where a row lacks the column."""

ROWS = pa.schema(
    {
        "id": pa.large_string(),
        "messages": pa.large_string(),  # JSON: a list of {"role", "content"}
        "gold": pa.large_string(),
        "verifier": pa.large_string(),
        "level": pa.large_string(),
        "content": pa.uint64(),
    }
)

LONGEST_NAME = 1000
"""Characters of an id or a level."""
CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")
ROLES = ("system", "user", "assistant")
_to_json = json.JSONEncoder(ensure_ascii=False, default=str).encode


def wanted_columns(settings: SuiteSettings) -> tuple[str, ...]:
    """The columns that the settings name, each once."""
    named = (settings.prompt, settings.gold, settings.id, settings.level, settings.verifier_column)
    return tuple(dict.fromkeys(name for name in named if name is not None))


def check_columns(wanted: Iterable[str], present: Iterable[str], where: str) -> None:
    """Raises `UserError` naming the columns there are where one is missing."""
    there = tuple(present)
    for name in wanted:
        if name not in there:
            raise UserError(
                f"{where} has no column {name!r}, only {', '.join(there)}; set data.prompt, data.gold, "
                "data.id, data.level or data.verifier_column (of a check: --gold, --prompt) to one of these"
            )


def as_text(value: Any) -> str:
    """Text as it is, nothing as "", anything else as JSON (exact for integers)."""
    if isinstance(value, str):
        return value
    return "" if value is None else _to_json(value)


def map_batch(batch: Batch, settings: SuiteSettings, *, split: str, first_row: int) -> pa.RecordBatch:
    """[N] rows of `ROWS` from [N] rows of the source, of which the first is number `first_row`."""
    wheres = [f"row {first_row + i} of split {split!r}" for i in range(len(batch[settings.prompt]))]
    chats = [_chat(value, where) for value, where in zip(batch[settings.prompt], wheres, strict=True)]
    contents_N = content_hashes([_question(chat) for chat in chats])
    columns = {
        "id": _ids(batch, settings, split, contents_N.tolist(), wheres),
        "messages": [_to_json(chat) for chat in chats],
        "gold": [as_text(value) for value in batch[settings.gold]],
        "verifier": _verifiers(batch, settings, wheres),
        "level": _levels(batch, settings, wheres),
        "content": contents_N,
    }
    return pa.RecordBatch.from_pydict(columns, schema=ROWS)


def to_problem(row: dict[str, Any], instruction: str) -> Problem:
    """The problem that a row describes, with its instruction."""
    messages = tuple(Message(turn["role"], turn["content"]) for turn in json.loads(row["messages"]))
    return Problem(row["id"], instruct(messages, instruction), row["gold"], row["verifier"], row["level"])


def instruct(messages: tuple[Message, ...], instruction: str) -> tuple[Message, ...]:
    """The messages with the instruction put around the last one."""
    *before, last = messages
    return (*before, Message(last.role, instruction.replace("{prompt}", last.content)))


def _chat(value: Any, where: str) -> list[dict[str, str]]:
    """The prompt as chat messages; `UserError` where it is neither a text nor a well-formed chat."""
    chat = [{"role": "user", "content": value}] if isinstance(value, str) else value
    if value is None or not isinstance(chat, list) or not all(_is_turn(turn) for turn in chat):
        raise UserError(
            f"{where} has a prompt that is neither a text nor a list of messages with a role "
            f"({', '.join(ROLES)}) and a content of text; repair it or set data.prompt to another column"
        )
    if not chat or chat[-1]["role"] != "user":
        raise UserError(f"{where} has messages that do not end with the user's; cut the answer off")
    if not chat[-1]["content"].strip():
        raise UserError(f"{where} has an empty prompt; remove the row or set data.prompt to another column")
    return [{"role": turn["role"], "content": turn["content"]} for turn in chat]


def _is_turn(turn: Any) -> bool:
    return isinstance(turn, dict) and turn.get("role") in ROLES and isinstance(turn.get("content"), str)


def _question(chat: list[dict[str, str]]) -> str:
    """What two problems are compared by: all that is said but for the system message."""
    return "\n".join(turn["content"] for turn in chat if turn["role"] != "system")


def prompt_text(value: Any, where: str) -> str:
    """What is asked, of a text or a chat; `UserError` names the row (`where`) that is neither."""
    return _question(_chat(value, where))


def _ids(
    batch: Batch, settings: SuiteSettings, split: str, contents: list[int], wheres: list[str]
) -> list[str]:
    """Ids are prefixed with the split: two files may number their rows alike."""
    if settings.id is None:
        return [f"{split}/{content:016x}" for content in contents]
    own = [as_text(value).strip() for value in batch[settings.id]]
    if "" in own:
        raise UserError(f"{wheres[own.index('')]} has no {settings.id!r}; fill it in or leave data.id out")
    _check_names(own, wheres, "id")
    return [f"{split}/{name}" for name in own]


def _levels(batch: Batch, settings: SuiteSettings, wheres: list[str]) -> list[str]:
    if settings.level is None:
        return [""] * len(wheres)
    own = [as_text(value) for value in batch[settings.level]]
    _check_names(own, wheres, "level")
    return own


def _check_names(names: list[str], wheres: list[str], kind: str) -> None:
    """Raises `UserError` for what is no name: they are printed, sorted and put together with others."""
    for name, where in zip(names, wheres, strict=True):
        if len(name) > LONGEST_NAME or CONTROL_CHARACTER.search(name):
            raise UserError(
                f"{where} has the {kind} {name[:40]!r}, which is longer than {LONGEST_NAME:,} characters or "
                f"has a control character in it; repair it, or set data.{kind} to another column"
            )


def _verifiers(batch: Batch, settings: SuiteSettings, wheres: list[str]) -> list[str]:
    if settings.verifier_column is None:
        return [settings.verifier or ""] * len(wheres)
    named = [as_text(value).strip() for value in batch[settings.verifier_column]]
    for name, where in zip(named, wheres, strict=True):
        # A dataset may pick among our verifiers; it may not have a file of its own run.
        if not name or is_file_reference(name):
            raise UserError(f"{where} names the verifier {name[:40]!r}; use the name of a registered one")
    return named
