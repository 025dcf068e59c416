"""The verifier `instructions` as a dataset and an attacker meet it."""

# ruff: noqa: RUF001 (typographic marks and look-alike letters are data here)

import json
import time
from typing import Any

import pytest

from ratchetrl.verifiers.errors import GoldError, UserError
from ratchetrl.verifiers.registry import load
from ratchetrl.verifiers.verdict import Status, Verdict

ESSAY = """The hammock is an old invention, and people on several continents found it on their own. It keeps a
sleeper away from damp soil and from small animals. Because cloth gives way under weight, it spreads
pressure better than many beds do. Doctors disagree on whether that helps a sore back.

Most visitors try one on holiday first. They climb in sideways, wobble for a moment, and then wonder
why nobody told them earlier. A good one hangs loosely between two trees, with its lowest point at
the height of a chair. Ropes stretch overnight, so careful owners tighten every knot in the morning."""


def gold(*instructions: tuple[str, dict[str, Any]], prompt: str | None = None) -> str:
    names, kwargs = zip(*instructions, strict=True)
    extra = {} if prompt is None else {"prompt": prompt}
    return json.dumps({"instruction_id_list": names, "kwargs": kwargs, **extra})


def judge(answer: str, *instructions: tuple[str, dict[str, Any]], prompt: str | None = None) -> Verdict:
    return load("instructions")(answer, gold(*instructions, prompt=prompt))


AT_LEAST_100 = ("length_constraints:number_words", {"relation": "at least", "num_words": 100})
KEYWORD = ("keywords:existence", {"keywords": ["hammock"]})
FIVE_TIMES = ("keywords:frequency", {"keyword": "hammock", "frequency": 5, "relation": "at least"})
NO_COMMA = ("punctuation:no_comma", {})
NO_ROCK = ("keywords:forbidden_words", {"forbidden_words": ["rock"]})
BODY = "The old bed by the window is soft and wide enough for two of us."


def test_the_examples_hold() -> None:
    load("instructions").check_examples()


def test_every_constraint_must_hold_and_the_first_that_fails_is_named() -> None:
    assert judge(ESSAY, AT_LEAST_100, KEYWORD).status is Status.correct
    verdict = judge(ESSAY, KEYWORD, NO_COMMA, FIVE_TIMES)
    assert (verdict.status, verdict.score) == (Status.wrong, 0.0)
    assert verdict.reason.startswith("does not follow punctuation:no_comma() and 1 more")


def test_partial_credit_is_a_setting() -> None:
    partly = load('instructions{"partial_credit": true}')(ESSAY, gold(KEYWORD, NO_COMMA))
    assert (partly.status, partly.score) == (Status.partial, 0.5)
    assert load('instructions{"partial_credit": true}')("hammock " * 9, gold(KEYWORD, NO_COMMA)).score == 0.0


@pytest.mark.parametrize(
    "hidden",
    [
        "```\nThe hammock hangs there.\n```",
        "~~~\nThe hammock hangs there.\n~~~",
        "```\nThe hammock hangs there.",
        "<!-- The hammock hangs there. -->",
        "<!-- The hammock hangs there.",
        "<span hidden>The hammock hangs there.</span>",
        '<p style="display: none">The hammock hangs there.</p>',
        '<font color="white">The hammock hangs there.</font>',
        "<script>The hammock hangs there.</script>",
        '<b title="The hammock hangs there.">Yes.</b>',
        "[here](http://example.org/the-hammock-hangs-there)",
        "![The hammock hangs there.](picture.png)",
        "[//]: # (The hammock hangs there.)",
        r"\phantom{The hammock hangs there.}",
        "The ham\u0430mock h\u0430ngs there.",
        "<think>The hammock hangs there.</think>",
    ],
)
def test_what_a_reader_does_not_see_does_not_count(hidden: str) -> None:
    answer = f"{hidden}\n{BODY}" if "</think>" in hidden else f"{BODY}\n{hidden}"
    assert judge(answer, KEYWORD).status is Status.wrong
    assert judge(f"{BODY} The hammock hangs there.", KEYWORD).status is Status.correct


@pytest.mark.parametrize(
    "evasion",
    [
        "They ro\u200bck it.",
        "They r\u043eck it.",
        "They 𝐫𝐨𝐜𝐤 it.",
        "They ro<!-- -->ck it.",
        "They r<b></b>ock it.",
        "They ro**ck** it.",
        "They `ro`ck it.",
        "They ro&#99;k it.",
        "```\nThey rock it.\n```",
        "They ｒｏｃｋ it.",
        "They ro\u00adck it.",
    ],
)
def test_hiding_breaks_no_prohibition(evasion: str) -> None:
    assert judge(f"{BODY} {evasion}", NO_ROCK).status is Status.wrong
    assert judge(f"{BODY} They rocket off.", NO_ROCK).status is Status.correct


@pytest.mark.parametrize(
    "stuffed",
    [
        "hammock hammock hammock hammock hammock hammock hammock",
        f"{BODY}\nhammock hammock hammock hammock hammock hammock",
        f"{BODY}\nhammock\nhammock\nhammock\nhammock\nhammock",
        BODY + " The hammock is there." * 6,
        f"{BODY}\nhammock, hammock bed, hammock, hammock bed, hammock",
        f"{BODY}\n" + "\n".join(f"{number}. The hammock is there." for number in range(6)),
        f"{BODY} Hammockhammockhammockhammockhammock is a word.",
        f"{BODY} {'hammock and ' * 6}",
    ],
)
def test_stuffing_does_not_count(stuffed: str) -> None:
    assert judge(stuffed, FIVE_TIMES).status is Status.wrong


@pytest.mark.parametrize(
    "padded",
    [
        f"{BODY} " * 10,
        "word " * 200,
        "\n".join(f"Line {number} of the answer is here." for number in range(40)),
        "a b c d e f g h i j k l m n o p q r s t u v w x y z " * 5,
        " ".join(map(str, range(200))),
        f"{BODY} {'very ' * 100}good.",
        " ".join(f"xq{chr(97 + i % 26)}z{chr(97 + i * 7 % 26)}kk{chr(97 + i * 3 % 26)}" for i in range(150)),
    ],
)
def test_padding_is_no_length(padded: str) -> None:
    assert judge(padded, AT_LEAST_100).status is Status.wrong


@pytest.mark.parametrize(
    "body", ["", " \n ", "...", "Yes.", "ok ok ok ok ok ok", "\u200b\u200b", "```\ncode\n```", "7 7 7"]
)
def test_prohibitions_alone_are_not_followed_by_saying_nothing(body: str) -> None:
    assert judge(body, NO_COMMA, NO_ROCK).score == 0.0


def test_an_answer_that_repeats_the_prompt_is_none() -> None:
    prompt = "Write a short riddle about a hammock in the garden."
    for echo in (prompt, f"{prompt} {prompt}", prompt.upper()):
        assert judge(echo, NO_COMMA, prompt=prompt).status is Status.wrong
    assert judge(BODY, NO_COMMA, prompt=prompt).status is Status.correct


def test_a_bare_answer_may_be_short_where_it_is_asked_for() -> None:
    assert judge("maybe", ("format:options", {"options": "yes/no/maybe"})).status is Status.correct
    assert judge("14 21 28 35 42 49", ("custom:multiples", {})).status is Status.correct


def test_json_may_stand_in_a_fence_with_other_instructions() -> None:
    fenced = '```json\n{"place": "The hammock hangs between two trees"}\n```'
    assert judge(fenced, ("detectable_format:json_format", {}), KEYWORD).status is Status.correct
    assert judge(f"Here:\n{fenced}", ("detectable_format:json_format", {}), KEYWORD).status is Status.wrong


def test_nulls_and_whole_floats_of_public_datasets_are_read() -> None:
    kwargs = {"num_words": 100.0, "relation": "at least", "keywords": None, "language": None}
    assert judge(ESSAY, ("length_constraints:number_words", kwargs)).status is Status.correct


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (gold(("keywords:existance", {"keywords": ["a"]})), "nearest known one is 'keywords:existence'"),
        (gold(("words:start_verb", {})), "there is no instruction 'words:start_verb'"),
        (gold(("keywords:existence", {"keyword": ["a"]})), "it takes keywords"),
        (gold(("keywords:existence", {"keywords": []})), "keywords: List should have at least 1"),
        (gold(("length_constraints:number_words", {"num_words": 3})), "relation: Field required"),
        (gold(("length_constraints:number_words", {"num_words": 3, "relation": "more"})), "relation"),
        (gold(("language:response_language", {"language": "qq"})), "no language code"),
        ('{"instruction_id_list": [], "kwargs": []}', "1 to 100 instructions"),
        ('{"instruction_id_list": ["punctuation:no_comma"], "kwargs": []}', "two lists of one length"),
        ('{"instruction_id_list": "x"}', "an object with the keys"),
        ("{", "cannot read the gold"),
    ],
)
def test_a_gold_that_cannot_be_meant_is_refused_with_what_to_do(text: str, says: str) -> None:
    with pytest.raises(GoldError, match=says):
        load("instructions").read_gold(text)
    assert load("instructions")(BODY, text).status is Status.verifier_error


def test_the_impossible_gold_is_followed_by_nothing() -> None:
    judge_it = load("instructions")
    assert judge_it.impossible is not None
    canary = judge_it.impossible(judge_it.read_gold(gold(NO_COMMA)))
    assert canary is not None
    for answer in (BODY, ESSAY, ESSAY * 12):
        assert judge_it(answer, canary).status is Status.wrong


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(UserError, match="its settings are partial_credit, least_words"):
        load('instructions{"strict": true}')


@pytest.mark.parametrize(
    "hostile",
    ["<a " * 30_000, "[" * 99_000, "*" * 99_000, "<!--" * 24_000, "a." * 49_000, "'" * 99_000, "```" * 33_000,
     "![[" * 33_000, "<b hidden" * 11_000, "\\phantom{" * 11_000, "(" * 99_000, "- \n" * 33_000,
     "{\"a\":" * 19_000,
     "x" * 99_000, " " * 99_000, "\"a. " * 24_000],
)  # fmt: skip
def test_a_hostile_text_costs_little(hostile: str) -> None:
    everything = [
        AT_LEAST_100, FIVE_TIMES, NO_COMMA, ("detectable_format:title", {}),
        ("detectable_format:json_format", {}),
        ("detectable_format:number_highlighted_sections", {"num_highlights": 2}),
        ("detectable_content:number_placeholders", {"num_placeholders": 2}), ("format:thesis", {}),
        ("detectable_content:postscript", {"postscript_marker": "P.S."}), ("format:quotes", {}),
        ("format:parentheses", {}), ("format:sub-bullets", {}), ("combination:two_responses", {}),
        ("length_constraints:number_paragraphs", {"num_paragraphs": 2}), ("format:emoji", {}),
        ("language:response_language", {"language": "fr"}), ("custom:csv_quotes", {}),
    ]  # fmt: skip
    for answer, instructions in ((hostile, everything), (f"{ESSAY}\n{hostile}", everything[:-1])):
        start_s = time.process_time()
        assert judge(answer, *instructions).score == 0.0
        assert time.process_time() - start_s < 2.0
