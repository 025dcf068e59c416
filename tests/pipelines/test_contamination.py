"""What a model is trained on and what it is measured on are told apart by their words."""

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from ratchetrl.pipelines.contamination import SuiteScan, scan
from ratchetrl.pipelines.contamination_words import plain_texts
from ratchetrl.pipelines.store import read_json
from ratchetrl.pipelines.suite_contamination import contamination, contamination_lines, store_contamination
from ratchetrl.pipelines.suite_finite import FiniteSuite
from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.pipelines.suites import open_suite
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool

STOLEN = "A train leaves the old town at nine and meets another one coming from the sea at noon"


def sentence(seed: int, words: int = 20) -> str:
    """Words that no other sentence has in this order."""
    draw = Random(seed)
    return " ".join("".join(draw.choices("abcdefgh", k=4)) for _ in range(words))


def scanned(train: list[str], suite: list[str]) -> SuiteScan:
    return scan([train[:1], train[1:]], {"suite": suite}).suites["suite"]


def test_layout_does_not_matter_but_operators_do() -> None:
    one, other, third = plain_texts(
        [r"Find \(\left(\dfrac{1}{2}\right)\) of $1,000$!", "find  Frac 1/2 of 1000.", "3+2"]
    ).to_pylist()
    assert one == "find frac 1 2 of 1000" and other == "find frac 1 / 2 of 1000" and third == "3 + 2"


def test_eight_words_in_a_row_are_a_hit_and_seven_are_none() -> None:
    suite = [sentence(seed) for seed in range(20)]
    words = suite[3].split()
    seven, eight = (" ".join(["so", *words[4 : 4 + n], "then"]) for n in (7, 8))
    assert not scanned([seven, sentence(99)], suite).hit_P.any()
    found = scanned([sentence(99), eight], suite)
    assert np.flatnonzero(found.hit_P).tolist() == [3] and found.train_hits == 1
    assert found.examples[0].shared == " ".join(words[4:12])


def test_an_n_gram_does_not_reach_from_one_prompt_into_the_next() -> None:
    words = STOLEN.split()
    assert not scanned(
        [" ".join(words[:6]), " ".join(words[6:12])], [STOLEN, *map(sentence, range(9))]
    ).hit_P.any()


def test_coverage_is_the_share_of_a_problem_that_train_has() -> None:
    suite = [sentence(seed) for seed in range(20)]
    found = scanned([" ".join(suite[5].split()[:15]), suite[7].upper() + "!"], suite)
    assert found.coverage_P[5] == 15 / 20 and found.coverage_P[7] == 1.0
    assert found.coverage_P.sum() == 1.75


def test_short_prompts_are_compared_whole() -> None:
    found = scanned(
        ["what is 3 + 2 ?", "What is 3 - 2?", "first of all, What is 3+4?"], ["What is $3+2$?", "3+4"]
    )
    assert found.short_P.all() and found.hit_P.tolist() == [True, False] and found.train_hits == 1


def test_templates_are_boilerplate_and_only_their_skeletons_are_told() -> None:
    def problem(number: int) -> str:
        return (
            f"A shop sells {number} apples a day and is open {number % 7 + 1} days; how many apples is that?"
        )

    suite, train = [problem(n) for n in range(100, 200)], [problem(n) for n in range(500, 900)]
    found = scanned(train, suite)
    assert not found.hit_P.any() and not found.coverage_P.any() and found.any_hit.boilerplate > 0
    assert found.skeleton_hit_P.all() and found.train_skeletons == 400


def test_a_generated_addition_suite_comes_through_clean() -> None:
    data = SuiteSettings(path="procedural:addition", gate_problems=40, report_problems=40)
    with VerifierPool(1, 10.0) as pool:
        facts = contamination(open_suite(data, 1, pool), problems=64)
    assert [each["name"] for each in facts["suites"]] == ["sealed", "report", "gate"]
    assert all(each["ngram8"]["problems"] == 0 for each in facts["suites"])
    assert not list(contamination_lines(facts))


def test_a_generator_makes_no_train_problem_that_a_named_benchmark_has(tmp_path: Path) -> None:
    plain: dict[str, Any] = {"path": "procedural:addition", "gate_problems": 8, "report_problems": 8}
    with VerifierPool(1, 10.0) as pool:
        made = open_suite(SuiteSettings(**plain), 1, pool).train_problems(1, 16)
        known = [problem.messages[-1].content for problem in made[:5]]
        write_rows(tmp_path / "known.jsonl", known)
        against = (str(tmp_path / "known.jsonl"),)
        others = open_suite(SuiteSettings(**plain, against=against), 1, pool).train_problems(1, 16)
    assert not {problem.messages[-1].content for problem in others} & set(known) and len(others) == 16


def write_rows(path: Path, prompts: list[str], column: str = "prompt") -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps({column: prompt, "gold": "1"}) + "\n" for prompt in prompts))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """60 problems to train on; one stands in the test split as well, and one in a benchmark."""
    prompts = [sentence(seed) for seed in range(60)]
    write_rows(tmp_path / "own" / "train.jsonl", [*prompts, f"Yesterday: {STOLEN}.", "A known question?"])
    write_rows(tmp_path / "own" / "test.jsonl", [f"{STOLEN}, doesn't it?", *map(sentence, range(900, 910))])
    write_rows(tmp_path / "bench" / "hard.jsonl", ["a known question", sentence(950)], "question")
    write_rows(tmp_path / "bench" / "odd.jsonl", ["?"], "riddle")
    return tmp_path


def opened(source: Path, **settings: Any) -> FiniteSuite:
    data = SuiteSettings(
        path=str(source / "own"), verifier="number", gate_problems=5, report_problems=5, **settings
    )
    with VerifierPool(1, 10.0) as pool:
        suite = open_suite(data, 1, pool)
    assert isinstance(suite, FiniteSuite)
    return suite


def by_name(facts: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in facts["suites"] if each["name"] == name)


def test_hits_are_kept_or_dropped_by_config(source: Path) -> None:
    kept, dropped = opened(source), opened(source, ngram_hits="drop")
    trained = [{text for batch in suite.prompts("train") for text in batch} for suite in (kept, dropped)]
    assert trained[0] - trained[1] == {f"Yesterday: {STOLEN}."}
    for suite, count in ((kept, 0), (dropped, 1)):
        sealed = by_name(contamination(suite, 8), "sealed")
        assert sealed["ngram8"] == {"problems": 1, "train_problems": 1} and sealed["dropped"] == count
    assert kept.digest != dropped.digest


def test_what_a_named_benchmark_has_is_not_trained_on(source: Path) -> None:
    reference = f"{source / 'bench'}:hard"
    suite = opened(source, against=(reference,))
    entry = by_name(contamination(suite, 8), reference)
    assert entry["exact"] == {"train_problems": 1} and entry["dropped"] == 1 and entry["problems"] == 2
    assert "A known question?" not in [text for batch in suite.prompts("train") for text in batch]


def test_a_benchmark_that_cannot_be_read_is_refused_in_one_sentence(source: Path) -> None:
    with pytest.raises(UserError, match=r"names the split 'easy' .* only hard, odd; name one"):
        opened(source, against=(f"{source / 'bench'}:easy",))
    with pytest.raises(UserError, match=r"no column 'prompt' .*only riddle, gold; rename"):
        opened(source, against=(str(source / "bench"),))
    with pytest.raises(UserError, match=r"data\.against .* is neither"):
        opened(source, against=(str(source / "nowhere.jsonl"),))


def test_the_run_s_file_is_written_once_for_the_same_problems(source: Path) -> None:
    suite = opened(source)
    first = store_contamination(source, suite, 8)
    assert first["data_digest"] == suite.digest and read_json(source / "contamination.json") == first
    assert store_contamination(source, suite, 8) == first
