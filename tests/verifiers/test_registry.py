"""How verifiers are made, found and checked."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ratchetrl.verifiers.built_in import BUILT_IN
from ratchetrl.verifiers.errors import GoldError, UserError
from ratchetrl.verifiers.registry import load, verifier
from ratchetrl.verifiers.verdict import Status, Verdict, correct, verifier_error, wrong
from ratchetrl.verifiers.versions import source_files

YES_NO = """
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import correct, wrong

@verifier("yes_no", read_gold=str, correct=[("yes", "yes")], incorrect=[("no", "yes")])
def yes_no(answer, gold):
    return correct(answer) if answer == gold else wrong(answer, "differs")
"""


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_verifier_of_the_room_passes_its_own_examples(name: str) -> None:
    try:
        judge = load(name)
    except UserError as error:
        if "pip install" not in str(error):
            raise
        pytest.skip(str(error))
    judge.check_examples()


def test_a_verifier_is_found_in_a_users_file(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(YES_NO)
    judge = load(f"{tmp_path}/mine.py:yes_no")
    judge.check_examples()
    verdict = judge("yes", "yes")
    assert (verdict.status, verdict.verifier, verdict.version) == (Status.correct, "yes_no", judge.version)


def test_the_version_follows_the_code_and_not_the_place(tmp_path: Path) -> None:
    def version(file: str, code: str) -> str:
        (tmp_path / file).write_text(code)
        return load(f"{tmp_path}/{file}:yes_no").version

    first = version("a.py", YES_NO)
    assert version("b.py", YES_NO) == first
    assert version("a.py", YES_NO.replace("==", "in")) != first
    assert version("a.py", YES_NO) == first


def test_the_version_of_what_uses_the_sandbox_follows_its_drivers() -> None:
    used = set(source_files(load("python_function").judge.__module__))
    assert "ratchetrl.verifiers.code.python_function" in used
    assert {"ratchetrl.verifiers.sandbox.server", "ratchetrl.verifiers.sandbox.drivers.codec"} <= used
    assert not any(".sandbox." in name for name in source_files(load("number").judge.__module__))


@pytest.mark.parametrize(
    ("name", "drawn_on"),
    [
        ("math", "mathematics.math_verify_engine"),  # named only in a text, for another process
        ("sql", "kinds.sql_engine"),
        ("json_schema", "kinds.json_schema_engine"),
        ("json_schema", "killable_main"),
        ("number", "errors"),
    ],
)
def test_the_version_follows_what_runs_in_another_process_and_not_how_a_verifier_is_found(
    name: str, drawn_on: str
) -> None:
    used = set(source_files(load(name).judge.__module__))
    assert f"ratchetrl.verifiers.{drawn_on}" in used
    assert not used & {"ratchetrl.verifiers.discovery", "ratchetrl.verifiers.built_in"}


def test_the_version_follows_what_is_imported_inside_a_function(tmp_path: Path) -> None:
    late = "    from ratchetrl.verifiers.kinds import text\n    return"
    (tmp_path / "late.py").write_text(YES_NO.replace("    return", late))
    judge = load(f"{tmp_path}/late.py:yes_no")
    assert "ratchetrl.verifiers.kinds.text" in source_files(judge.judge.__module__)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("exact_numbr", "did you mean 'number'"),
        ("zzz", "did you mean 'puzzles'"),
        ("my/roman.py", "add the name of its function: my/roman.py:roman"),
        ("nowhere/mine.py:yes_no", "does not exist; correct the path"),
        ("{tmp}/mine.py:yes_on", "did you mean 'yes_no'"),
        ("{tmp}/mine.py:nothing_like_it", "define 'nothing_like_it' there"),
        ("{tmp}/mine.py:wrong", "is not a verifier; decorate"),
        ("{tmp}/broken.py:yes_no", "ZeroDivisionError.*correct the file"),
    ],
)
def test_a_verifier_that_cannot_be_found_is_answered_with_what_to_do(
    tmp_path: Path, name: str, advice: str
) -> None:
    (tmp_path / "mine.py").write_text(YES_NO)
    (tmp_path / "broken.py").write_text("1 / 0")
    with pytest.raises(UserError, match=advice):
        load(name.format(tmp=tmp_path))


@pytest.mark.parametrize("missing", ["correct", "incorrect"])
def test_examples_of_both_kinds_are_mandatory(missing: str) -> None:
    examples = {"correct": [("1", "1")], "incorrect": [("2", "1")]} | {missing: []}
    with pytest.raises(UserError, match="lacks examples"):
        verifier("careless", read_gold=str, correct=examples["correct"], incorrect=examples["incorrect"])


@pytest.mark.parametrize("example", ["4", ("4",), ("4", 4), ("4", "4", "4")])
def test_an_example_is_a_pair_of_texts(example: Any) -> None:
    with pytest.raises(UserError, match="no pair of texts; write each as"):
        verifier("pairs", read_gold=str, correct=[example], incorrect=[("5", "4")])


@pytest.mark.parametrize("verdict", [correct("1"), wrong("1", ""), verifier_error("")])
def test_a_verifier_that_says_always_the_same_fails_its_examples(verdict: Verdict) -> None:
    constant = verifier("constant", read_gold=str, correct=[("1", "1")], incorrect=[("2", "1")])(
        lambda *_: verdict
    )
    with pytest.raises(UserError, match="its own example"):
        constant.check_examples()


def test_a_gold_is_read_by_the_verifiers_own_reader() -> None:
    has_key = verifier(
        "has_key", read_gold=json.loads, correct=[("a", '{"a": 1}')], incorrect=[("b", '{"a": 1}')]
    )(lambda answer, gold: correct(answer) if answer in gold else wrong(answer, ""))
    has_key.check_examples()
    with pytest.raises(GoldError, match="verifier has_key cannot read the gold 'a'"):
        has_key.read_gold("a")
    assert has_key("a", "a").status is Status.verifier_error


@pytest.mark.parametrize("returned", [None, True, 1.0, "correct"])
def test_what_is_not_a_verdict_is_a_verifier_error(returned: object) -> None:
    careless = verifier("careless", read_gold=str, correct=[("1", "1")], incorrect=[("2", "1")])
    judge = careless(lambda *_: returned)  # type: ignore[arg-type]
    assert judge("1", "1").status is Status.verifier_error


def test_verifiers_and_rewards_import_nothing_heavy_and_nothing_above_them() -> None:
    root = Path(__file__).parents[2]
    modules = {room: [file.stem for file in (root / room).glob("*.py")] for room in ("verifiers", "rewards")}
    imports = "\n".join(f"import ratchetrl.{room}.{name}" for room in modules for name in modules[room])
    program = f"{imports}\nimport sys\nprint(*sys.modules, sep='\\n')"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert "ratchetrl.rewards.selection" in loaded.split()
    assert not {"torch", "transformers", "numpy", "pyarrow", "ratchetrl.pipelines"} & set(loaded.split())
