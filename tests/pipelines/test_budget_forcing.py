"""Thoughts are closed at their budget, and what closed them is not learned.

The tokenizer, the loop and the trainer are real; the engine writes what it is told to. The same on vLLM's
engines: test_handover.py, test_server_engine.py.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ratchetrl.pipelines.arrow_schema import schema_of
from ratchetrl.pipelines.budget_forcing import BudgetForcing
from ratchetrl.pipelines.char_tokenizer import char_tokenizer
from ratchetrl.pipelines.chat import Chat
from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.losses import LOSSES
from ratchetrl.pipelines.records import TrainRow
from ratchetrl.pipelines.sampler_engine import Completion, Request
from ratchetrl.pipelines.sampling_loop import sample
from ratchetrl.pipelines.train_job import TrainJob, TrainSettings, read_result
from ratchetrl.pipelines.training import run_train_job
from ratchetrl.verifiers.errors import UserError

MARKS = ("<think>", "</think>\n\n")
Writer = Callable[[str, int], str]


class ScriptedEngine:
    """Goes on, after a text, with what a function says, up to the token limit."""

    sequences = 3

    def __init__(self, chat: Chat, write: Writer) -> None:
        self._chat, self._write = chat, write
        self.requests: list[Request] = []
        self._waiting: list[Request] = []

    def submit(self, request: Request) -> None:
        self.requests.append(request)
        self._waiting.append(request)

    def finished(self) -> list[tuple[str, list[Completion]]]:
        request = self._waiting.pop()  # the last one first: groups finish in any order
        text = self._chat.decoded(request.prompt_ids)
        return [(request.id, [self._completion(request, text, each) for each in range(request.samples)])]

    def _completion(self, request: Request, text: str, sample: int) -> Completion:
        wanted = self._chat.ids(self._write(text, sample))
        ids = wanted[: request.effort.max_new_tokens]
        return Completion(ids, (-0.5,) * len(ids), "stop" if len(ids) == len(wanted) else "length")


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Chat:
    folder = tmp_path_factory.mktemp("tokenizer")
    char_tokenizer(256).save_pretrained(folder)
    return Chat(folder, "template")


def answered(
    chat: Chat, write: Writer, effort: Effort, prompt: str = "1+1=<think>", marks: tuple[str, str] = MARKS
) -> list[tuple[str, Completion]]:
    """The texts and completions of four groups of two, by group."""
    engine = ScriptedEngine(chat, write)
    requests = [Request(str(n), chat.ids(prompt), 2, effort, 1.0, seed=n) for n in range(4)]
    groups = dict(sample(engine, requests, BudgetForcing(chat, marks)))
    assert groups.keys() == {"0", "1", "2", "3"}
    completions = [each for group in groups.values() for each in group]
    assert all(len(each.ids) == len(each.logprobs) <= effort.max_new_tokens for each in completions)
    return [(chat.decoded(each.ids), each) for each in completions]


def endless(text: str, _: int) -> str:
    """Thinks until its thought is closed, then answers."""
    return "#### 2<|end|>" if text.endswith("</think>\n\n") else "hm" * 100


def test_a_thought_that_uses_up_its_budget_is_closed_and_the_answer_begins(chat: Chat) -> None:
    for text, completion in answered(chat, endless, Effort(64, 10)):
        assert text == "hmhmhmhmhm</think>\n\n#### 2<|end|>"
        assert completion.forced == (10, 11, 12)
        assert [completion.logprobs[position] for position in completion.forced] == [0.0] * 3
        assert completion.logprobs[9] == completion.logprobs[13] == -0.5
        assert completion.finish_reason == "stop"


def test_an_answer_goes_on_from_its_thought_within_the_limit_of_the_whole(chat: Chat) -> None:
    for text, completion in answered(chat, lambda *_: "hm" * 100, Effort(20, 10)):
        assert text == "hmhmhmhmhm</think>\n\n" + "hmhmhmh" and len(completion.ids) == 20
        assert completion.finish_reason == "length"


def test_a_thought_that_ends_by_itself_is_not_touched(chat: Chat) -> None:
    def brief(text: str, _: int) -> str:
        whole = "1<think>ab</think>\n" + "#### 2" * 4 + "<|end|>"
        written = text.partition("=<think>")[2]
        return whole.removeprefix("1<think>").removeprefix(written)

    for text, completion in answered(chat, brief, Effort(64, 10)):
        assert text == "ab</think>\n" + "#### 2" * 4 + "<|end|>" and completion.forced == ()


def test_where_no_thought_began_nothing_is_closed(chat: Chat) -> None:
    for prompt in ("1+1=", "1+1=<think></think>"):
        for text, completion in answered(chat, lambda *_: "#### 2" * 100, Effort(20, 10), prompt):
            assert "</think>" not in text and completion.forced == () and len(completion.ids) == 20


def test_a_thought_needs_no_opening_where_the_marks_have_none(chat: Chat) -> None:
    marks = ("", "\nAnswer: ")
    for text, completion in answered(chat, lambda *_: "hm" * 100, Effort(30, 4), "1+1=", marks):
        assert text.startswith("hmhm\nAnswer: hm") and completion.forced == tuple(range(4, 13))


def test_the_parts_of_an_answer_have_seeds_of_their_own(chat: Chat) -> None:
    engine = ScriptedEngine(chat, endless)
    request = Request("p", chat.ids("1+1=<think>"), 3, Effort(64, 10), 1.0, seed=5)
    list(sample(engine, [request], BudgetForcing(chat, MARKS)))
    assert len(engine.requests) == 4 and len({each.seed for each in engine.requests}) == 4
    again = ScriptedEngine(chat, endless)
    list(sample(again, [request], BudgetForcing(chat, MARKS)))
    assert again.requests == engine.requests


def test_a_budget_that_leaves_no_answer_is_refused(chat: Chat) -> None:
    with pytest.raises(UserError, match="effort 13/10 leaves no token for an answer"):
        answered(chat, endless, Effort(13, 10))


def trained(
    name: str, loss: str, model: Path, rows: list[dict[str, Any]], folder: Path
) -> tuple[dict[str, float], int]:
    """The first step's metrics, and the tokens trained on."""
    pq.write_table(pa.Table.from_pylist(rows, schema=schema_of(TrainRow)), folder / f"{name}.parquet")
    settings = TrainSettings(learning_rate=1e-3, batch_rows=8, micro_batch_rows=4, loss=loss)
    output = folder / name
    output.mkdir()
    run_train_job(
        TrainJob(
            weights=str(model), rows=str(folder / f"{name}.parquet"), output=str(output), settings=settings,
            temperature=1.0, max_completion_tokens=32, seed=1,
        ),
        lambda _: None,
    )  # fmt: skip
    lines = (output / "metrics.jsonl").read_text().splitlines()
    return json.loads(lines[0]), read_result(output).trained_tokens


@pytest.mark.parametrize("loss", LOSSES)
def test_tokens_that_were_put_in_change_neither_loss_nor_gradient_nor_drift(
    loss: str, tiny_model: Path, tiny_rows: Path, tmp_path: Path
) -> None:
    """The contract with TRL: what `tool_mask` leaves out, and what the normalisers count."""
    rows = pq.read_table(tiny_rows).slice(0, 8).to_pylist()
    for row in rows:
        row["forced"] = [1] if len(row["completion_ids"]) > 2 else []
    results = []
    for stored in (0.0, -30.0):  # an unmasked token would have a ratio far from 1
        for row in rows:
            for position in row["forced"]:
                row["logprobs"][position] = stored
        results.append(trained(f"stored{stored}", loss, tiny_model, rows, tmp_path))
    (first, tokens), (second, _) = results
    assert {**first, "seconds": 0} == {**second, "seconds": 0}
    assert first["kl"] == pytest.approx(0, abs=1e-6) and first["ess"] == pytest.approx(1, abs=1e-6)
    assert tokens == sum(len(row["completion_ids"]) - len(row["forced"]) for row in rows)
