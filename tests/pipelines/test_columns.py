"""A source's columns become prompts, golds, ids and levels, or one clear sentence."""

from typing import Any

import pytest

from ratchetrl.pipelines.columns import Batch, as_text, check_columns, map_batch, to_problem
from ratchetrl.pipelines.records import Message, Problem
from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.verifiers.errors import UserError


def settings(**changes: Any) -> SuiteSettings:
    chosen: dict[str, Any] = {"path": "somewhere", "gate_problems": 1, "report_problems": 1}
    if "verifier_column" not in changes:
        chosen["verifier"] = "number"
    return SuiteSettings(**{**chosen, **changes})


def problems(batch: Batch, chosen: SuiteSettings) -> list[Problem]:
    rows = map_batch(batch, chosen, split="train", first_row=1).to_pylist()
    return [to_problem(row, chosen.instruction) for row in rows]


def test_a_text_becomes_the_users_message_with_the_instruction_around_it() -> None:
    chosen = settings(instruction="{prompt}\nEnd with \\boxed{}.")
    (problem,) = problems({"prompt": ["What is {x}?"], "gold": ["5"]}, chosen)
    assert problem.messages == (Message("user", "What is {x}?\nEnd with \\boxed{}."),)
    assert (problem.gold, problem.verifier, problem.level) == ("5", "number", "")


def test_a_chat_keeps_its_turns_and_instructs_the_last() -> None:
    chat = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "2+2?"}]
    (problem,) = problems({"prompt": [chat], "gold": [4]}, settings(instruction="Q: {prompt}"))
    assert problem.messages == (Message("system", "Be brief."), Message("user", "Q: 2+2?"))


def test_a_chat_and_a_text_that_ask_the_same_have_the_same_content() -> None:
    chat = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "2 + 2"}]
    one, other = problems({"prompt": [chat, "2+2?"], "gold": ["4", "4"]}, settings())
    assert one.id == other.id


def test_own_ids_are_prefixed_with_their_split() -> None:
    batch = {"prompt": ["a", "b"], "gold": ["1", "2"], "number": [0, 1], "grade": [3, None]}
    assert [(p.id, p.level) for p in problems(batch, settings(id="number", level="grade"))] == [
        ("train/0", "3"),
        ("train/1", ""),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [("07", "07"), (None, ""), (12345678901234567890123, "12345678901234567890123"), ([1, "ä"], '[1, "ä"]')],
)
def test_golds_keep_every_digit(value: object, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("prompt", "complaint"),
    [
        ("  ", "row 1 of split 'train' has an empty prompt"),
        (None, "neither a text nor a list of messages"),
        (7, "neither a text nor a list of messages"),
        ([], "messages that do not end with the user's"),
        (["hi"], "neither a text nor a list of messages"),
        ([{"role": "user", "text": "hi"}], "neither a text nor a list of messages"),
        ([{"role": "robot", "content": "hi"}], "neither a text nor a list of messages"),
        (
            [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "5"}],
            "do not end with the user's",
        ),
    ],
)
def test_a_prompt_that_cannot_be_asked_is_refused(prompt: object, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        problems({"prompt": [prompt], "gold": ["5"]}, settings())


def test_a_row_without_its_id_is_refused() -> None:
    with pytest.raises(UserError, match="row 2 of split 'train' has no 'key'"):
        problems({"prompt": ["a", "b"], "gold": ["1", "2"], "key": ["x", None]}, settings(id="key"))


@pytest.mark.parametrize("name", ["a\n0", "\x1b[2Ja", "a\x9b2J", "a\x00b", "a" * 1001])
@pytest.mark.parametrize("kind", ["id", "level"])
def test_ids_and_levels_are_names(kind: str, name: str) -> None:
    batch = {"prompt": ["a", "b"], "gold": ["1", "2"], "own": ["x", name]}
    with pytest.raises(UserError, match=f"row 2 of split 'train' has the {kind} .*data.{kind}") as refused:
        problems(batch, settings(**{kind: "own"}))
    assert str(refused.value).isprintable() and len(str(refused.value)) < 300


def test_a_row_may_choose_among_verifiers_but_not_bring_a_file() -> None:
    chosen = settings(verifier_column="judge")
    (problem,) = problems({"prompt": ["a"], "gold": ["1"], "judge": ["number"]}, chosen)
    assert problem.verifier == "number"
    with pytest.raises(UserError, match="use the name of a registered one"):
        problems({"prompt": ["a"], "gold": ["1"], "judge": ["/tmp/evil.py:judge"]}, chosen)


def test_a_missing_column_is_answered_with_those_there_are() -> None:
    with pytest.raises(
        UserError, match=r"t\.jsonl has no column 'gold', only question, answer; set data\.prompt"
    ):
        check_columns(["gold"], ["question", "answer"], "t.jsonl")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"instruction": "Solve."}, "put {prompt} where the prompt belongs"),
        ({"verifier": None}, "set data.verifier"),
        ({"gate": "test", "report": "test"}, "two uses"),
        ({"levels": ("1",)}, "set data.level"),
        ({"level": "grade", "levels": ("1",), "base_levels": ("2",)}, "add it to data.levels"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        settings(**changes)
