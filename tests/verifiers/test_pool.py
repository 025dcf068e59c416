"""The pool, with real processes that hang, crash and are killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool
from ratchetrl.verifiers.tasks import Submission
from ratchetrl.verifiers.verdict import Status

MOODY = f"{Path(__file__).with_name('moody_verifier.py')}:moody"
AMPLE_S = 60.0


def moody(*answers: str) -> list[Submission]:
    return [Submission(MOODY, answer, "yes") for answer in answers]


def statuses(pool: VerifierPool, *answers: str) -> list[str]:
    return [verdict.status.value for verdict in pool.judge(moody(*answers))]


@pytest.mark.parametrize("workers", [1, 2])
def test_verdicts_come_in_order_and_do_not_depend_on_the_number_of_workers(workers: int) -> None:
    submissions = [Submission("number", f"#### {n}", "72") for n in range(300)]
    with VerifierPool(workers, AMPLE_S) as pool:
        verdicts = pool.judge(submissions)
    assert [verdict.answer for verdict in verdicts] == [str(n) for n in range(300)]
    assert [n for n, verdict in enumerate(verdicts) if verdict.status is Status.correct] == [72]


def test_nothing_to_judge_is_nothing() -> None:
    with VerifierPool(1, AMPLE_S) as pool:
        assert pool.judge([]) == []


def test_a_verdict_tells_who_judged_and_what_it_cost() -> None:
    with VerifierPool(1, AMPLE_S) as pool:
        verdict = pool.judge([Submission("number", "#### 72", "72")])[0]
    assert verdict.verifier == "number" and len(verdict.version) == 8
    assert 0 < verdict.wall_s < AMPLE_S and 0 < verdict.cpu_s < AMPLE_S


def test_a_hanging_answer_costs_only_itself(tmp_path: Path) -> None:
    hang = Submission(MOODY, "hang", str(tmp_path / "hangs"))
    with VerifierPool(1, timeout_s=2.0) as pool:
        verdicts = pool.judge([*moody("pid", "yes"), hang, *moody("no", "pid")])
    before, right, hung, false, after = verdicts
    assert [right.status, hung.status, false.status] == [Status.correct, Status.verifier_error, Status.wrong]
    assert hung.score is None and hung.reason == "verifier did not answer within 2 s"
    assert hung.wall_s >= 2.0 and (hung.verifier, hung.version) == (right.verifier, right.version)
    assert before.answer != after.answer, "the process that hung was replaced"


def test_an_answer_that_kills_its_worker_twice_is_a_verifier_error() -> None:
    with VerifierPool(1, AMPLE_S) as pool:
        verdicts = pool.judge(moody("yes", "die", "no", "die", "yes"))
    expected = ["correct", "verifier_error", "wrong", "verifier_error", "correct"]
    assert [verdict.status.value for verdict in verdicts] == expected
    assert "exit code 7" in verdicts[1].reason


def test_an_answer_whose_worker_dies_once_is_judged_again(tmp_path: Path) -> None:
    with VerifierPool(1, AMPLE_S) as pool:
        verdict = pool.judge([Submission(MOODY, "die once", str(tmp_path / "died"))])[0]
    assert (tmp_path / "died").exists() and verdict.status is Status.correct


def test_a_worker_killed_from_outside_loses_nothing() -> None:
    with VerifierPool(1, AMPLE_S) as pool:
        os.kill(int(pool.judge(moody("pid"))[0].answer or ""), signal.SIGKILL)
        assert statuses(pool, "yes", "no") == ["correct", "wrong"]


def test_a_worker_killed_from_outside_is_not_blamed_on_the_verifier_it_loads_next() -> None:
    with VerifierPool(1, AMPLE_S) as pool:
        os.kill(int(pool.judge(moody("pid"))[0].answer or ""), signal.SIGKILL)
        assert pool.judge([Submission("number", "72", "72")])[0].status is Status.correct


def test_verifiers_may_be_mixed() -> None:
    mixed = [
        Submission("number", "72", "72"),
        *moody("yes", "die"),
        Submission("number", "7", "72"),
    ]
    with VerifierPool(1, AMPLE_S) as pool:
        verdicts = pool.judge(mixed * 4)
    assert [verdict.status.value for verdict in verdicts[:4]] == [
        "correct",
        "correct",
        "verifier_error",
        "wrong",
    ]
    assert [verdict.verifier for verdict in verdicts[:4]] == [
        "number",
        "moody",
        "moody",
        "number",
    ]


def test_a_verifier_that_raises_is_a_verifier_error_and_lives_on() -> None:
    with VerifierPool(1, AMPLE_S) as pool:
        before, raised, after = pool.judge(moody("pid", "raise", "pid"))
    assert raised.status is Status.verifier_error and raised.reason == "KeyError: 'no such thing'"
    assert before.answer == after.answer


def test_several_threads_judge_at_once() -> None:
    found: dict[int, list[str | None]] = {}

    def judge(n: int) -> None:
        submissions = [Submission("number", f"#### {n}", "1")] * 200
        found[n] = [verdict.answer for verdict in pool.judge(submissions)]

    with VerifierPool(2, AMPLE_S) as pool:
        threads = [threading.Thread(target=judge, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {n: [str(n)] * 200 for n in range(4)}


def test_a_worker_outlives_the_thread_that_first_judged() -> None:
    pids: list[str | None] = []
    with VerifierPool(1, AMPLE_S) as pool:
        for _ in range(2):
            thread = threading.Thread(target=lambda: pids.append(pool.judge(moody("pid"))[0].answer))
            thread.start()
            thread.join()
    assert pids[0] == pids[1]


def test_an_unknown_verifier_is_the_users_error() -> None:
    with VerifierPool(1, AMPLE_S) as pool, pytest.raises(UserError, match="did you mean 'number'"):
        pool.judge([Submission("exact_nubmer", "1", "1")])


def test_a_verifier_that_dies_while_it_is_imported_is_the_users_error(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import os\nos._exit(3)\n")
    with VerifierPool(1, AMPLE_S) as pool, pytest.raises(UserError, match="exit code 3"):
        pool.judge([Submission(f"{tmp_path}/broken.py:judge", "1", "1")])


def test_closing_ends_the_workers_even_one_that_hangs(tmp_path: Path) -> None:
    hangs = tmp_path / "hangs"
    pool = VerifierPool(1, AMPLE_S)
    pid = int(pool.judge(moody("pid"))[0].answer or "")
    with ThreadPoolExecutor(1) as elsewhere:
        judging = elsewhere.submit(pool.judge, [Submission(MOODY, "hang", str(hangs))])
        while not hangs.exists():
            time.sleep(0.01)
        pool.close()
        with pytest.raises(RuntimeError, match="was closed"):
            judging.result()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_ctrl_c_is_left_to_the_parent() -> None:
    with VerifierPool(1, AMPLE_S) as pool:
        pid = pool.judge(moody("pid"))[0].answer or ""
        os.kill(int(pid), signal.SIGINT)
        assert pool.judge(moody("pid"))[0].answer == pid


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a busy process with its parent")
def test_a_hanging_worker_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    hangs = tmp_path / "hangs"
    with start_judging("hang", str(hangs)) as parent:
        while not hangs.exists():
            time.sleep(0.01)
        parent.kill()
        # The worker holds the other end of this pipe: it is closed only once the worker is gone as well.
        assert parent.communicate() == ("", "")


def test_a_verifier_that_prints_leaves_standard_output_alone() -> None:
    with start_judging("print", "yes") as parent:
        assert parent.communicate() == ("", "printed\n")


def start_judging(answer: str, gold: str) -> subprocess.Popen[str]:
    """A program of its own that judges one answer by the moody verifier."""
    program = f"""if True:
        from ratchetrl.verifiers.pool import VerifierPool
        from ratchetrl.verifiers.tasks import Submission
        VerifierPool(1, 3600.0).judge([Submission({MOODY!r}, {answer!r}, {gold!r})])
    """
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", program], stdout=pipe, stderr=pipe, text=True)


def test_a_file_in_the_current_directory_does_not_shadow_a_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('shadowed')\n")
    monkeypatch.chdir(tmp_path)
    with VerifierPool(1, AMPLE_S) as pool:
        assert pool.judge([Submission("number", "#### 72", "72")])[0].status is Status.correct
