"""The verifiers of programs that read and write: `python_stdio`, `program_stdio`, `program_speed`."""

import json
import shutil
from typing import Any

import pytest

from ratchetrl.verifiers.code.output import OutputRule
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.registry import load
from ratchetrl.verifiers.sandbox.shared import chosen_tier
from ratchetrl.verifiers.sandbox.tiers import Tier
from ratchetrl.verifiers.verdict import Verdict

SUM = "print(sum(map(int, input().split())))\n"
TESTS = [{"stdin": "1 2\n", "stdout": "3\n"}, {"stdin": "2 2\n", "stdout": "4\n"}]


def judge(code: str, **more: Any) -> Verdict:
    return load("python_stdio")(code, json.dumps({"tests": TESTS, "timeout_s": 5, **more}))


@pytest.mark.parametrize(
    ("rule", "found", "expected"),
    [
        (OutputRule(), b"1 \n2\t\r\n\n", b"1\n2\n"),
        (OutputRule(), b"", b"\n"),
        (OutputRule("tokens"), b" 1\n\n2", b"1 2\n"),
        (OutputRule("floats"), b"0.30000000001 x", b"0.3 x"),
        (OutputRule("floats", atol=0.1), b"1.05", b"1"),
        (OutputRule("floats"), b"1e3", b"1000"),
        (OutputRule(strict_types=True), b"1\n", b"1\n"),
    ],
)
def test_an_output_may_differ_in_what_the_rule_forgives(
    rule: OutputRule, found: bytes, expected: bytes
) -> None:
    assert rule.holds(found, expected)


@pytest.mark.parametrize(
    ("rule", "found", "expected"),
    [
        (OutputRule(), b" 1", b"1"),
        (OutputRule(), b"1\n2\n3\n", b"1\n2\n"),
        (OutputRule(), b"1\n", b"1\n2\n"),
        (OutputRule(), b"\n1\n", b"1\n"),
        (OutputRule(), b"\xff", b"1"),
        (OutputRule("tokens"), b"1 2 3", b"1 2"),
        (OutputRule("floats"), b"nan", b"1.0"),
        (OutputRule("floats"), b"inf", b"1e308"),
        (OutputRule("floats"), b"0.31", b"0.3"),
        (OutputRule("floats"), b"1_0", b"10"),
        (OutputRule("floats"), b"0." + b"3" * 100, b"0.33333333333333333"),
        (OutputRule(strict_types=True), b"1", b"1\n"),
    ],
)
def test_any_other_output_is_wrong(rule: OutputRule, found: bytes, expected: bytes) -> None:
    assert not rule.holds(found, expected)


def test_the_examples_of_python_stdio_hold() -> None:
    load("python_stdio").check_examples()


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (SUM, "correct"),
        ("if __name__ == '__main__':\n    " + SUM, "correct"),
        ("import sys\nprint(sum(map(int, sys.stdin.read().split())))\nsys.exit()", "correct"),
        ("print(3)\nprint(4)", "wrong"),
        ("print(3)", "wrong"),
        (SUM + "raise SystemExit(3)", "crash"),
        (SUM + "import os\nos.abort()", "crash"),
        ("print(1 / 0)", "crash"),
        ("while True: print('x' * 1000)", "crash"),
        ("x = [0] * 10**10", "crash"),
        ("def f(:", "crash"),
        ("while True: pass", "timeout"),
    ],
)
def test_a_program_is_judged_by_what_it_writes(code: str, status: str) -> None:
    verdict = judge(code, timeout_s=0.5 if status == "timeout" else 5)
    assert verdict.status == status, verdict.reason


def test_a_program_may_write_as_much_as_it_must() -> None:
    long = [{"stdin": "", "stdout": "x" * 1_500_000}]
    assert judge("print('x' * 1_500_000)", tests=long).status == "correct"
    assert judge("print('x' * 5_000_000)", tests=long).status == "crash"


def test_shown_tests_and_canaries_of_programs() -> None:
    shown = [{"stdin": "1 1\n", "stdout": "2\n"}]
    assert judge(SUM, shown_tests=shown).shown_passed is True
    hard_coded = judge("print(2)", shown_tests=shown)
    assert (hard_coded.status, hard_coded.shown_passed) == ("wrong", True)
    verifier = load("python_stdio")
    gold = verifier.read_gold(json.dumps({"tests": TESTS, "reference_solution": SUM}))
    assert verifier.oracle is not None and verifier.impossible is not None
    answer, canary = verifier.oracle(gold), verifier.impossible(gold)
    assert answer is not None and canary is not None
    assert verifier(answer, gold.text).status == "correct"
    assert verifier(answer, canary).status == "wrong"


in_tier_a = pytest.mark.skipif(chosen_tier() is not Tier.A, reason="commands run in tier A only")


@in_tier_a
@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
def test_a_program_in_cpp_is_built_and_run() -> None:
    load("program_stdio").check_examples()


@in_tier_a
@pytest.mark.skipif(shutil.which("perl") is None, reason="perl is not installed")
def test_a_program_of_another_language_is_a_matter_of_settings() -> None:
    settings = {"file_name": "main.pl", "build": [], "run": ["perl", "main.pl"]}
    verifier = load(f"program_stdio{json.dumps(settings)}")
    gold = json.dumps({"tests": TESTS})
    assert verifier('my ($a, $b) = split / /, <STDIN>; print $a + $b, "\\n";', gold).status == "correct"
    assert verifier('print "3\\n";', gold).status == "wrong"


SLOW = "n = int(input())\nt = 0\nfor i in range(n + 1):\n    t += i\nprint(t)\n"
FAST = "n = int(input())\nprint(n * (n + 1) // 2)\n"
RACE = json.dumps(
    {"tests": [{"stdin": "2000000\n", "stdout": "2000001000000\n"}], "reference_solution": SLOW}
)


def test_a_faster_program_has_a_larger_objective() -> None:
    verifier = load('program_speed{"rounds": 1, "target_speedup": 5.0, "right_share": 0.2}')
    fast, same, wrong = (verifier(code, RACE) for code in (FAST, SLOW, "print(3)"))
    assert fast.status == "correct" and fast.objective is not None and fast.objective > 5
    assert same.status == "partial" and same.objective is not None and 0.3 < same.objective < 3
    assert same.score is not None and 0.2 < same.score < fast.score  # type: ignore[operator]
    assert (wrong.status, wrong.objective) == ("wrong", None)


def test_a_clock_that_the_program_sets_counts_for_nothing() -> None:
    lying = "import time\ntime.process_time = time.perf_counter = time.time = lambda: 0.0\n" + SLOW
    verdict = load('program_speed{"rounds": 1, "target_speedup": 5.0}')(lying, RACE)
    assert verdict.status == "partial"


@pytest.mark.parametrize("gold", [{"tests": TESTS}, {"tests": TESTS, "reference_solution": SUM}])
def test_speed_is_not_judged_without_a_reference_that_works_for_some_time(gold: dict[str, Any]) -> None:
    assert load("program_speed")(SUM, json.dumps(gold)).status == "verifier_error"


PERL_SLOW = "my $n = <STDIN>; my $t = 0; $t += $_ for 1 .. $n; print $t;"
PERL_HIDDEN = f"""
$SIG{{CHLD}} = "IGNORE";  # what the child uses is then in nobody's account
pipe(my $read, my $write);
my $child = fork() // die "no fork";
if ($child) {{ close $write; <$read>; exit 0; }}
{PERL_SLOW}
"""
PERL_LEFT_BEHIND = PERL_HIDDEN.replace('$SIG{CHLD} = "IGNORE";', "$| = 1;") + "close $write; sleep 9;"


@in_tier_a
@pytest.mark.skipif(shutil.which("perl") is None, reason="perl is not installed")
@pytest.mark.parametrize("code", [PERL_HIDDEN, PERL_LEFT_BEHIND])
def test_no_time_can_be_hidden_in_another_process(code: str) -> None:
    program = {"file_name": "main.pl", "build": [], "run": ["perl", "main.pl"]}
    settings = {"rounds": 1, "target_speedup": 3.0, "program": program}
    verifier = load(f"program_speed{json.dumps(settings)}")
    tests = [{"stdin": "1500000\n", "stdout": "1125000750000"}]
    gold = json.dumps({"tests": tests, "reference_solution": PERL_SLOW})
    assert verifier(PERL_SLOW, gold).status == "partial"
    hidden = verifier(code, gold)
    assert (hidden.status, hidden.objective) == ("crash", None), hidden


@pytest.mark.parametrize("rounds", [0, 10])
def test_rounds_that_the_pool_would_not_wait_for_are_refused(rounds: int) -> None:
    with pytest.raises(UserError, match="name one from 1 to 9"):
        load(f'program_speed{{"rounds": {rounds}}}')
