"""The check of a run's verifiers, before the run starts: one that can be fooled must not train anything.

    records = check_verifiers(config, suite, pool, known=[], allow_unchecked=False)

The check is `verifiers/checks.py`, on a bounded number of the run's own problems. What was found is kept in
the run's folder (`verifier_checks.json`), by version of the verifier and hash of the suite, so that a run
that continues does not check again. `--allow-unchecked` lets a verifier through that fails; that is kept too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.store import read_json, write_json
from ratchetrl.pipelines.suite_questions import questions_of
from ratchetrl.pipelines.suites import Suite
from ratchetrl.verifiers.check_report import CheckReport
from ratchetrl.verifiers.checks import check_verifier
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool

FILE = "verifier_checks.json"
CHECKED_GOLDS, PROBED_GOLDS, BUDGET_S = 200, 5, 60.0
"""What one verifier is checked on before a run; `ratchetrl verifiers check` has no such bounds."""


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """What was found of one verifier of a run."""

    verifier: str
    """The verifier as the problems name it."""
    version: str
    """Its version."""
    suite: str
    """Hash of the suite whose golds it was checked on."""
    passed: bool
    """Whether it passed."""
    allowed: bool
    """Whether it failed and was let through by `--allow-unchecked`."""
    checks: tuple[dict[str, Any], ...]
    """What was looked at: name, passed, detail."""


def check_verifiers(
    config: Config, suite: Suite, pool: VerifierPool, known: Sequence[CheckRecord], allow_unchecked: bool
) -> list[CheckRecord]:
    """Check every verifier that is not known to pass, or to have been let through; raises `UserError`."""
    problems = [
        *suite.report_problems(),
        *suite.gate_problems(1),
        *suite.train_problems(1, config.sampling.problems),
    ]
    records = []
    for reference in sorted({problem.verifier for problem in problems}):
        version = pool.describe(reference).version
        record = _known(known, reference, version, suite.digest)
        if record is None:
            questions = list(questions_of(problems, reference))[:CHECKED_GOLDS]
            report = check_verifier(pool, reference, questions, probed_golds=PROBED_GOLDS, budget_s=BUDGET_S)
            record = _record(report, suite.digest)
        records.append(record if record.passed or record.allowed else _let_through(record, allow_unchecked))
    return records


def stored_checks(folder: Path) -> list[CheckRecord]:
    """What an earlier attempt found."""
    file = folder / FILE
    if not file.exists():
        return []
    return [CheckRecord(**{**each, "checks": tuple(each["checks"])}) for each in read_json(file)]


def store_checks(folder: Path, records: Sequence[CheckRecord]) -> None:
    """Keep what was found, beside what was found for other versions and suites."""
    others = [each for each in stored_checks(folder) if _key(each) not in {_key(new) for new in records}]
    write_json(folder / FILE, [asdict(each) for each in (*others, *records)])


def let_through_lines(records: Sequence[CheckRecord]) -> Iterator[str]:
    """What a person must know of a run that trains on the verdicts of verifiers that can be fooled."""
    for record in records:
        if record.allowed:
            yield f"WARNING: {record.verifier} fails its check ({_faults(record)}) and is used nevertheless"


def _record(report: CheckReport, suite: str) -> CheckRecord:
    checks = tuple(asdict(check) for check in report.checks)
    return CheckRecord(report.verifier, report.version, suite, report.passed, False, checks)


def _let_through(record: CheckRecord, allow_unchecked: bool) -> CheckRecord:
    if not allow_unchecked:
        raise UserError(
            f"the verifier {record.verifier} fails its check ({_faults(record)}); correct it and see: "
            "ratchetrl verifiers check, or add --allow-unchecked to train on its verdicts nevertheless"
        )
    return CheckRecord(**{**asdict(record), "checks": record.checks, "allowed": True})


def _faults(record: CheckRecord) -> str:
    return "; ".join(f"{each['name']}: {each['detail']}" for each in record.checks if not each["passed"])


def _known(known: Sequence[CheckRecord], *key: str) -> CheckRecord | None:
    return next((each for each in known if _key(each) == key), None)


def _key(record: CheckRecord) -> tuple[str, ...]:
    return record.verifier, record.version, record.suite
