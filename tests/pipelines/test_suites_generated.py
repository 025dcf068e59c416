"""Generated suites: fresh problems that never cross from one split to another."""

from collections import Counter
from typing import Any

import pytest

from ratchetrl.pipelines.overlap import content_hashes
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.pipelines.suites import Suite, open_suite
from ratchetrl.verifiers.errors import UserError

LEVELS = ("2 digits", "3 digits", "4 digits")


def addition(seed: int = 1, **changes: Any) -> Suite:
    chosen = {"path": "procedural:addition", "levels": LEVELS, "gate_problems": 50, "report_problems": 40}
    return open_suite(SuiteSettings(**{**chosen, **changes}), seed)


def contents(problems: list[Problem]) -> set[int]:
    return set(content_hashes([problem.messages[-1].content for problem in problems]).tolist())


def test_no_problem_is_ever_in_two_splits() -> None:
    suite = addition()
    train, gate = set[int](), set[int]()
    for generation in range(1, 6):
        train |= contents(suite.train_problems(generation, 300))
        gate |= contents(suite.gate_problems(generation))
    splits = [train, gate, contents(suite.report_problems()), contents(suite.sealed_problems())]
    assert len(set().union(*splits)) == sum(map(len, splits))


def test_gates_are_fresh_but_of_one_mix() -> None:
    suite = addition()
    one, other = suite.gate_problems(1), suite.gate_problems(2)
    assert len(contents(one) & contents(other)) < 10
    mixes = [Counter(problem.level for problem in gate) for gate in (one, other)]
    assert mixes[0] == mixes[1] == {"2 digits": 17, "3 digits": 17, "4 digits": 16}


def test_the_same_call_gives_the_same_problems_whatever_was_asked_before() -> None:
    used, fresh = addition(), addition()
    used.train_problems(1, 10)
    assert used.train_problems(2, 20) == fresh.train_problems(2, 20)
    assert used.digest == fresh.digest


def test_seeds_share_the_report_and_nothing_else() -> None:
    one, other = addition(seed=1), addition(seed=2)
    assert one.report_problems() == other.report_problems()
    assert one.gate_problems(1) != other.gate_problems(1)
    assert one.train_problems(1, 20) != other.train_problems(1, 20)
    assert one.digest != other.digest


def test_the_instruction_is_put_around_the_problem() -> None:
    (problem,) = addition(instruction="Add: {prompt}").train_problems(1, 1)
    assert problem.messages[0].content.startswith("Add: ")


def test_what_is_about_rows_is_refused_for_a_generator() -> None:
    with pytest.raises(ValueError, match=r"data\.level is about rows .* remove it"):
        addition(level="grade")


def test_ids_are_unique_in_a_call() -> None:
    problems = addition().train_problems(1, 500)
    assert len({problem.id for problem in problems}) == 500


def test_the_headline_levels_are_those_of_the_base() -> None:
    assert addition(base_levels=("2 digits",)).base_levels == ("2 digits",)
    assert addition(levels=LEVELS[1:]).base_levels == LEVELS[1:]


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    with pytest.raises(UserError, match="addition"):
        addition(path="procedural:additon")
    with pytest.raises(UserError, match=r"no level '1 digit', only .*2 digits.*; correct data\.levels"):
        addition(levels=("1 digit",))


def test_a_level_too_small_for_its_part_is_refused() -> None:
    with pytest.raises(
        UserError, match=r"level '2 digits' .* about \d+ different problems for the gate split"
    ):
        addition(levels=("2 digits",), gate_problems=3000)


def test_fresh_problems_are_of_the_levels_asked_for_and_none_is_known() -> None:
    suite = addition()
    parts = {"2 digits": 0, "3 digits": 5, "4 digits": 45}
    first = suite.fresh_problems(2, parts, known=set())
    assert Counter(problem.level for problem in first) == Counter({"4 digits": 45, "3 digits": 5})
    known = {problem.id for problem in first[:10]}
    again = suite.fresh_problems(2, parts, known)
    assert [problem.id for problem in again] == [problem.id for problem in first[10:]]
    assert not contents(first) & contents(suite.gate_problems(2))


def test_a_level_that_has_fewer_fresh_problems_gives_what_it_has() -> None:
    suite = addition()
    drawn = suite.fresh_problems(1, {"2 digits": 6000, "3 digits": 10, "4 digits": 0}, known=set())
    assert 4000 < len(drawn) < 6010 and sum(problem.level == "3 digits" for problem in drawn) == 10
