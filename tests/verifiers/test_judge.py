"""`judge_lines`, what the command `ratchetrl judge` runs."""

import io
import json
from pathlib import Path

import pytest

from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.judge import judge_lines

MOODY = f"{Path(__file__).with_name('moody_verifier.py')}:moody"


def lines(*records: object) -> list[str]:
    return [json.dumps(record) + "\n" for record in records]


def judge(name: str, stdin: list[str], timeout_s: float = 60.0) -> list[dict[str, object]]:
    stdout = io.StringIO()
    judge_lines(name, stdin, stdout, timeout_s=timeout_s)
    return [json.loads(line) for line in stdout.getvalue().splitlines()]


def test_one_line_in_is_one_verdict_out_in_the_same_order() -> None:
    records = [{"answer": f"#### {n}", "gold": "72", "id": n} for n in range(3_000)]
    verdicts = judge("number", lines(*records))
    assert [verdict["answer"] for verdict in verdicts] == [str(n) for n in range(3_000)]
    assert [n for n, verdict in enumerate(verdicts) if verdict["status"] == "correct"] == [72]
    assert str(verdicts[0]["verifier"]).startswith("number@")


def test_a_gold_may_be_any_json() -> None:
    assert [verdict["score"] for verdict in judge("number", lines({"answer": "72", "gold": 72}))] == [1.0]


def test_what_cannot_be_judged_has_its_line_as_well() -> None:
    records = [{"answer": "72", "gold": "many"}, {"answer": "72", "gold": "72"}]
    verdicts = judge("number", lines(*records))
    assert [(verdict["status"], verdict["score"]) for verdict in verdicts] == [
        ("verifier_error", None),
        ("correct", 1.0),
    ]


def test_a_hanging_answer_is_a_verifier_error_after_its_time(tmp_path: Path) -> None:
    records = [{"answer": "hang", "gold": f"{tmp_path}/hangs"}, {"answer": "yes", "gold": "yes"}]
    verdicts = judge(MOODY, lines(*records), timeout_s=2.0)
    assert [verdict["status"] for verdict in verdicts] == ["verifier_error", "correct"]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "\n",
        "72",
        "[]",
        "{",
        '{"answer": "72"}',
        '{"gold": "72"}',
        '{"answer": 72, "gold": "72"}',
        "[" * 100_000,
    ],
)
def test_a_bad_line_is_named_with_what_to_do(line: str) -> None:
    with pytest.raises(UserError, match=r"^line 2 .*write each line as"):
        judge("number", [*lines({"answer": "72", "gold": "72"}), line])


def test_a_verifier_that_fails_its_own_examples_is_not_used(tmp_path: Path) -> None:
    source = Path(MOODY.rpartition(":")[0]).read_text().replace('("no", "yes")', '("yes", "yes")')
    (tmp_path / "generous.py").write_text(source)
    with pytest.raises(UserError, match="its own example"):
        judge(f"{tmp_path}/generous.py:moody", lines({"answer": "yes", "gold": "yes"}))
