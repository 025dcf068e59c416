"""Judge JSON lines: the command `ratchetrl judge VERIFIER < in.jsonl > out.jsonl`.

    judge_lines("number", sys.stdin.buffer, sys.stdout, workers=2)

Each line in is `{"answer": "<completion>", "gold": ...}`, each line out the verdict, in the same order,
written as soon as those before it are. A gold that is not text is handed to the verifier as JSON text. Other
keys of a line are not read. Lines are read only so far ahead as the workers need, however many there are.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool
from ratchetrl.verifiers.tasks import Submission
from ratchetrl.verifiers.verdict import Verdict


def judge_lines(
    verifier_name: str,
    stdin: Iterable[str | bytes],
    stdout: TextIO,
    *,
    workers: int = 1,
    timeout_s: float = 10.0,
    tier: str | None = None,
    unsafe: bool = False,
) -> None:
    """Judge every line of `stdin` and write its verdict to `stdout`.

    Raises `UserError` for an unknown verifier, one that fails its own examples, and for a line that cannot be
    read, once the verdicts of the lines before it are written. `timeout_s`, `tier` and `unsafe` are those of
    `VerifierPool`; an answer that exceeds its time is written as `verifier_error`.
    """

    def write(verdict: Verdict) -> None:
        stdout.write(json.dumps(verdict.to_dict()) + "\n")
        stdout.flush()

    with VerifierPool(workers, timeout_s, tier, unsafe) as pool:
        pool.check_examples(verifier_name)
        pool.judge_stream(_read(verifier_name, stdin), write)


def _read(verifier_name: str, lines: Iterable[str | bytes]) -> Iterator[Submission]:
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _bad_line(number, f"is not JSON ({error})") from error
        if not isinstance(record, dict) or not isinstance(record.get("answer"), str) or "gold" not in record:
            raise _bad_line(number, "lacks an answer that is text, or a gold")
        yield Submission(verifier_name, record["answer"], gold_text(record["gold"]))


def gold_text(gold: Any) -> str:
    """A gold as verifiers take it: text as it is, anything else as JSON."""
    return gold if isinstance(gold, str) else json.dumps(gold)


def _bad_line(number: int, fault: str) -> UserError:
    return UserError(f'line {number} {fault}; write each line as {{"answer": "...", "gold": "..."}}')
