"""What `ratchetrl verifiers check` finds: verifiers that can be fooled, each by one kind of check."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from ratchetrl.verifiers.check_report import CheckReport, Question
from ratchetrl.verifiers.checks import BATCH_GOLDS, check_verifier
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool
from ratchetrl.verifiers.stub import write_stub

HEAD = """
import time
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import correct, wrong
seen = []

@verifier(
    "careless", read_gold=str, oracle=lambda gold: f"Answer: {gold}" if gold != "unsayable" else None,
    correct=[("Answer: 42", "42")], incorrect=[("Answer: 41", "42")],
)
def careless(answer, gold):
    right = answer == f"Answer: {gold}"
"""


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(1, timeout_s=0.6) as pool:
        yield pool


def check(
    pool: VerifierPool, tmp_path: Path, line: str, questions: list[Question] | None = None
) -> CheckReport:
    """Check a verifier that is right but for one line."""
    file = tmp_path / f"{uuid.uuid4()}.py"  # a pool goes on with the file that it once loaded
    file.write_text(f"{HEAD}    {line}\n    return correct(answer) if right else wrong(answer, 'differs')\n")
    return check_verifier(pool, f"{file}:careless", questions)


def failed(report: CheckReport) -> set[str]:
    return {check.name for check in report.checks if not check.passed}


@pytest.mark.parametrize(
    ("line", "fails"),
    [
        ("pass", set()),
        ("right = right or not answer", {"empty"}),
        ("right = right or 'sure' in answer", {"garbage"}),
        ("right = right or gold in answer", {"all numbers"}),
        ("right = right or answer == '{}'", {"wrong types"}),
        ("right = right or answer == 'Fraction'", {"type names"}),
        ("right = right or 'equals the gold' in answer", {"claims to be right"}),
        ("right = right or len(answer) > 100_000", {"very long"}),
        ("answer.encode('ascii')", {"unicode noise"}),
        ("right = right or answer == 'Answer: 41'", {"own examples"}),
        ("seen.append(answer); right = right and seen.count(answer) != 3", {"determinism"}),
        ("time.sleep(1 * (answer == 'int'))", {"type names", "time per answer"}),
    ],
)
def test_what_is_careless_is_found_by_the_check_for_it(
    pool: VerifierPool, tmp_path: Path, line: str, fails: set[str]
) -> None:
    report = check(pool, tmp_path, line)
    assert failed(report) == fails and report.passed == (not fails)


def test_once_the_time_is_used_up_no_further_golds_are_taken(pool: VerifierPool) -> None:
    questions = [Question("?", str(n)) for n in range(3 * BATCH_GOLDS)]
    golds = check_verifier(pool, "number", questions, budget_s=0.0).checks[1]
    assert golds.passed and golds.detail.startswith(f"{BATCH_GOLDS} judged correct")


def test_every_gold_of_a_suite_must_be_judged_correct(pool: VerifierPool, tmp_path: Path) -> None:
    questions = [Question("?", str(n)) for n in range(1000, 3000)] + [Question("?", "unsayable")]
    golds = check(pool, tmp_path, "pass", questions).checks[1]
    assert (
        golds.passed and "2000 judged correct" in golds.detail and "1 that the oracle cannot" in golds.detail
    )
    golds = check(pool, tmp_path, "right = right and gold < '2900'", questions).checks[1]
    assert not golds.passed and golds.detail.count("gold '29") == 3 and "and 97 more" in golds.detail


def test_an_echo_of_the_prompt_is_no_answer(pool: VerifierPool, tmp_path: Path) -> None:
    questions = [Question("What is 6 * 7?", "42")]
    assert not failed(check(pool, tmp_path, "pass", questions))
    assert failed(check(pool, tmp_path, "right = right or '?' in answer", questions)) >= {
        "echo of the prompt"
    }


def test_a_probe_that_is_the_answer_is_no_fault(pool: VerifierPool, tmp_path: Path) -> None:
    assert not failed(check(pool, tmp_path, "pass", [Question("Name a type.", "int")]))


def test_golds_that_cannot_be_read_or_checked_are_said(pool: VerifierPool) -> None:
    report = check_verifier(pool, "number", [Question("1+1", "2"), Question("2+2", "many")])
    assert failed(report) >= {"golds"} and "cannot read the gold 'many'" in report.faults


def test_what_cannot_be_judged_is_told_once_and_in_bounded_time(pool: VerifierPool, tmp_path: Path) -> None:
    """A verifier that hangs costs five time limits, not one for each probe."""
    with VerifierPool(1, timeout_s=0.3) as own:  # which is killed with what it is still busy with
        hangs = check(own, tmp_path, "time.sleep(60 * (answer not in ('Answer: 42', 'Answer: 41')))")
    assert "5 answers took too long" in hangs.faults
    raises = check(pool, tmp_path, "raise LookupError('no such page')")
    assert failed(raises) == {"own examples"} and "LookupError: no such page" in raises.faults


def test_a_suite_without_golds_proves_nothing(pool: VerifierPool, tmp_path: Path) -> None:
    assert failed(check(pool, tmp_path, "pass", [])) == {"golds"}


SETTLED = """
from dataclasses import dataclass
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import correct, wrong

@dataclass(frozen=True)
class Near:
    tolerance: float
    units: tuple[str, ...] = ("m",)

@verifier(
    "near", read_gold=float, oracle=str, correct=[("42.4", "42")], incorrect=[("42.6", "42")],
    settings=Near, example_settings=Near(0.5),
)
def near(answer, gold, settings):
    try:
        right = abs(float(answer) - gold) <= settings.tolerance
    except ValueError:
        right = False
    return correct(answer) if right else wrong(answer, "too far")
"""


def test_examples_hold_under_their_own_settings_whatever_a_run_chooses(
    pool: VerifierPool, tmp_path: Path
) -> None:
    (tmp_path / "near.py").write_text(SETTLED)
    found = pool.describe(f'{tmp_path}/near.py:near{{"tolerance": 0.1}}')
    assert found.settings == {"tolerance": "required", "units": '["m"]'}
    assert found.example_reference.endswith('near.py:near{"tolerance":0.5}')
    assert check_verifier(pool, f'{tmp_path}/near.py:near{{"tolerance": 0.1}}').passed


def test_a_stub_fails_its_check_until_its_last_line_is_written(pool: VerifierPool, tmp_path: Path) -> None:
    path = write_stub("roman", tmp_path)
    source = path.read_text()
    assert len(source[source.index("@verifier") :].splitlines()) <= 15
    report = check_verifier(pool, f"{path}:roman")
    assert not report.passed and "return correct(claim, 'why') or wrong(claim, 'why')" in report.faults
    before, marker, _ = source.partition("    raise NotImplementedError")
    assert marker
    path.write_text(f"{before}    return correct(claim) if claim == gold else wrong(claim, 'differs')\n")
    with VerifierPool(1, timeout_s=60.0) as later:
        report = check_verifier(later, f"{path}:roman")
    assert report.passed, report.faults


def test_a_stub_overwrites_nothing_and_has_a_name(tmp_path: Path) -> None:
    write_stub("roman", tmp_path).write_text("mine")
    with pytest.raises(UserError, match="there already"):
        write_stub("roman", tmp_path)
    assert (tmp_path / "roman.py").read_text() == "mine"
    with pytest.raises(UserError, match="Python's own module json"):
        write_stub("json", tmp_path)
    for name in ("ro-man", "class", "../roman"):
        with pytest.raises(UserError, match="cannot be the name"):
            write_stub(name, tmp_path)
