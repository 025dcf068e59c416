"""Judge JSON lines: the command `ratchetrl judge VERIFIER < in.jsonl > out.jsonl`.

    judge_lines("number", sys.stdin, sys.stdout)

Each line in is `{"answer": "<completion>", "gold": ...}`, each line out the verdict, in the same order.
A gold that is not text is handed to the verifier as JSON text. Other keys of a line are not read.
"""

import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool
from ratchetrl.verifiers.registry import load
from ratchetrl.verifiers.worker import Submission

BATCH_LINES = 1024
"""Lines that are read before the first of them is judged."""


def judge_lines(
    verifier_name: str, stdin: Iterable[str], stdout: TextIO, *, workers: int = 1, timeout_s: float = 10.0
) -> None:
    """Judge every line of `stdin` and write its verdict to `stdout`.

    Raises `UserError` for an unknown verifier, one that fails its own examples, and a line that cannot be
    read. `timeout_s` bounds one answer; one that exceeds it is written as `verifier_error`.
    """
    load(verifier_name).check_examples()
    submissions = _read(verifier_name, stdin)
    with VerifierPool(workers, timeout_s) as pool:
        while batch := list(itertools.islice(submissions, BATCH_LINES)):
            for verdict in pool.judge(batch):
                stdout.write(json.dumps(verdict.to_dict()) + "\n")
            stdout.flush()


def _read(verifier_name: str, lines: Iterable[str]) -> Iterator[Submission]:
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _bad_line(number, f"is not JSON ({error})") from error
        if not isinstance(record, dict) or not isinstance(record.get("answer"), str) or "gold" not in record:
            raise _bad_line(number, "lacks an answer that is text, or a gold")
        yield Submission(verifier_name, record["answer"], _as_text(record["gold"]))


def _as_text(gold: Any) -> str:
    return gold if isinstance(gold, str) else json.dumps(gold)


def _bad_line(number: int, fault: str) -> UserError:
    return UserError(f'line {number} {fault}; write each line as {{"answer": "...", "gold": "..."}}')
