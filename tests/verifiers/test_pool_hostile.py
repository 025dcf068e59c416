"""Verifiers that fork, forge, exit and leave processes behind harm only their own answer."""

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ratchetrl.verifiers import worker
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool
from ratchetrl.verifiers.stream import MAX_IN_FLIGHT
from ratchetrl.verifiers.tasks import Submission
from ratchetrl.verifiers.verdict import Status, Verdict

UNRULY = f"{Path(__file__).with_name('unruly_verifier.py')}:unruly"
AMPLE_S = 60.0
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans to a subreaper")


def unruly(*answers: str, gold: str = "yes") -> list[Submission]:
    return [Submission(UNRULY, answer, gold) for answer in answers]


def gone(pid: int) -> bool:
    """Whether a process is gone, waited for."""
    for _ in range(500):
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.01)
    return False


def test_a_verifier_that_forks_shifts_no_verdict() -> None:
    with VerifierPool(1, AMPLE_S) as pool:
        verdicts = pool.judge(unruly(*["yes", "fork", "no", "fork", "yes", "no"] * 5))
    assert [verdict.answer for verdict in verdicts] == ["yes", "fork", "no", "fork", "yes", "no"] * 5
    assert [verdict.score for verdict in verdicts] == [1.0, 1.0, 0.0, 1.0, 1.0, 0.0] * 5


@linux
def test_a_forged_verdict_is_believed_by_nobody() -> None:
    with VerifierPool(1, AMPLE_S) as pool:
        verdicts = pool.judge(unruly("yes", "forge", "no"))
    assert [verdict.status for verdict in verdicts] == [Status.correct, Status.verifier_error, Status.wrong]
    assert verdicts[1].reason == "the verifier's process sent what is no reply to what it was asked"


def test_a_verifier_that_exits_costs_one_verdict_and_no_process() -> None:
    with VerifierPool(1, AMPLE_S) as pool:
        verdicts = pool.judge(unruly("nap", "exit", "nap"))
        assert pool.counts.workers_replaced == 0
    assert verdicts[1].status is Status.verifier_error and verdicts[0].answer == verdicts[2].answer


@linux
def test_what_a_verifier_started_ends_with_the_pool(tmp_path: Path) -> None:
    with VerifierPool(1, AMPLE_S) as pool:
        assert pool.judge(unruly("daemon", gold=f"{tmp_path}/pid"))[0].status is Status.correct
        daemon = int((tmp_path / "pid").read_text())
        os.kill(daemon, 0)
    assert gone(daemon)


@linux
def test_what_a_verifier_started_ends_when_it_hangs(tmp_path: Path) -> None:
    with VerifierPool(1, timeout_s=1.0) as pool:
        verdict = pool.judge(unruly("daemon, then hang", gold=f"{tmp_path}/pid"))[0]
        assert verdict.status is Status.verifier_error
        assert gone(int((tmp_path / "pid").read_text()))
        assert pool.counts.workers_replaced == 1


@linux
def test_what_a_verifier_started_ends_when_everything_above_it_is_killed(tmp_path: Path) -> None:
    program = f"""if True:
        import os, threading, time
        from ratchetrl.verifiers.pool import VerifierPool
        from ratchetrl.verifiers.tasks import Submission
        def fork():
            if os.fork() == 0:  # holds on to all connections of this process for a while
                time.sleep(10)
                os._exit(0)
        threading.Timer(0.3, fork).start()
        VerifierPool(1, 3600.0).judge([Submission({UNRULY!r}, "daemon, then hang", "{tmp_path}/pid")])
    """
    with subprocess.Popen([sys.executable, "-c", program]) as parent:
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.01)
        time.sleep(0.5)
        parent.kill()
    assert gone(int((tmp_path / "pid").read_text()))


def test_the_time_an_answer_may_use_is_no_hang() -> None:
    with VerifierPool(1, timeout_s=0.5) as pool:
        pool.describe(UNRULY)
        allowed, refused = pool.judge(
            [
                Submission(UNRULY, "use all that is allowed", "0.9"),
                Submission(UNRULY, "nap", "inf"),
            ]
        )
    assert allowed.status is Status.correct and allowed.wall_s > 0.9
    assert refused.status is Status.correct, "a gold that is no number allows nothing more"


def test_sixteen_workers_are_all_busy_with_one_shard() -> None:
    with VerifierPool(16, AMPLE_S) as pool:
        pool.judge(unruly(*["nap"] * 16 * 8))  # all of them have started
        verdicts = pool.judge(unruly(*["nap"] * 64))
    assert len({verdict.answer for verdict in verdicts}) == 16


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_verdicts_do_not_depend_on_how_many_judge(workers: int) -> None:
    answers = [("yes", "no", "fork", "exit", "maybe")[n % 5] for n in range(60)]
    with VerifierPool(workers, AMPLE_S) as pool:
        rounds = [pool.judge(unruly(*answers)) for _ in range(3)]
    found = [[(v.status.value, v.score, v.answer) for v in verdicts] for verdicts in rounds]
    expected = {"yes": "correct", "fork": "correct", "exit": "verifier_error"}
    assert [status for status, _, _ in found[0]] == [expected.get(answer, "wrong") for answer in answers]
    assert found[0] == found[1] == found[2]


def test_an_endless_stream_is_read_only_so_far_ahead_as_it_is_judged() -> None:
    read, judged = itertools.count(), itertools.count()
    ahead: list[int] = []

    def endless() -> Iterator[Submission]:
        while True:
            next(read)
            yield Submission("number", "72", "72")

    def stop_after_a_while(verdict: Verdict) -> None:
        ahead.append(int(repr(read)[6:-1]) - next(judged))
        if len(ahead) == 3 * MAX_IN_FLIGHT:
            raise StopIteration("enough")

    with VerifierPool(1, AMPLE_S) as pool, pytest.raises(StopIteration, match="enough"):
        pool.judge_stream(endless(), stop_after_a_while)
    assert max(ahead) <= MAX_IN_FLIGHT + 2


def test_verdicts_before_a_fault_in_the_stream_are_handed_on() -> None:
    def faulty() -> Iterator[Submission]:
        yield from (Submission("number", "72", "72") for _ in range(300))
        raise UserError("line 301 is bad")

    verdicts: list[Verdict] = []
    with VerifierPool(2, AMPLE_S) as pool, pytest.raises(UserError, match="line 301"):
        pool.judge_stream(faulty(), verdicts.append)
    assert [verdict.status for verdict in verdicts] == [Status.correct] * 300


def test_what_is_judged_is_counted_while_it_is() -> None:
    with VerifierPool(1, AMPLE_S) as pool:
        seen: list[int] = []
        pool.judge_stream(unruly(*["nap"] * 6), lambda _: seen.append(pool.counts.in_flight))
        assert seen == [6, 5, 4, 3, 2, 1] and pool.counts.in_flight == 0
        assert pool.counts.done == 6


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import os\nos._exit(0)\n", "exit code 0"),
        ("import sys\nsys.exit(3)\n", "SystemExit"),
        ("while True: pass\n", "did not answer within 1 s"),
        ("print('hello')\n1 / 0\n", "ZeroDivisionError"),
    ],
)
def test_a_file_that_fails_while_it_is_loaded_ends_nothing_here(
    tmp_path: Path, source: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LOAD_TIMEOUT_S", 1.0)
    (tmp_path / "broken.py").write_text(source)
    with VerifierPool(1, AMPLE_S) as pool, pytest.raises(UserError, match=said):
        pool.describe(f"{tmp_path}/broken.py:judge")


def test_a_file_that_is_changed_while_it_is_in_use_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "copy.py"
    copy.write_text(source := Path(UNRULY.rpartition(":")[0]).read_text())
    with VerifierPool(1, AMPLE_S) as pool:
        pid = pool.judge([Submission(f"{copy}:unruly", "nap", "")])[0].answer
        copy.write_text(source + "\n# changed\n")
        os.kill(int(pid or ""), 9)
        with pytest.raises(UserError, match="was changed while it was in use"):
            pool.judge([Submission(f"{copy}:unruly", "yes", "yes")])


def test_golds_are_read_by_the_worker(tmp_path: Path) -> None:
    with VerifierPool(2, AMPLE_S) as pool:
        faults = pool.read_golds("number", ["72", "many", "0.5"] * 100)
    assert [fault is None for fault in faults] == [True, False, True] * 100
    assert "verifier number cannot read the gold 'many'" in str(faults[1])


def descendants() -> list[str]:
    """This process and all below it."""
    found, waiting = [], [str(os.getpid())]
    while waiting:
        found.append(waiting.pop())
        for task in Path(f"/proc/{found[-1]}/task").glob("*/children"):
            waiting += task.read_text().split()
    return found


def kilobytes(pid: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def state() -> dict[str, int]:
    """What the pool holds now: processes, descriptors, mounts, temporary files, memory."""
    alive = descendants()
    return {
        "processes": len(alive),
        "descriptors": sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in alive),
        "mounts": sum(len(Path(f"/proc/{pid}/mounts").read_text().splitlines()) for pid in alive),
        "files": len(list(Path(tempfile.gettempdir()).iterdir())),
        "kilobytes": sum(map(kilobytes, alive)),
    }


@pytest.mark.full
def test_a_hundred_thousand_verdicts_leave_nothing_behind() -> None:
    calls = json.dumps({"entry_point": "f", "tests": [{"args": [1], "expected": 2}]})
    programs = [
        "def f(n): return n + 1",
        "def f(n): return n",
        "1 / 0",
        "import os; os.abort()",
        "print('x' * 9)",
    ]
    submissions = [Submission("number", f"#### {n}", "72") for n in range(8_000)]
    submissions += [Submission("math", rf"\boxed{{\frac{{{n}}}{{7}}}}", "5") for n in range(1_500)]
    submissions += [Submission("python_function", programs[n % len(programs)], calls) for n in range(500)]
    before = set(descendants())
    with VerifierPool(2, AMPLE_S) as pool:
        verdicts = [verdict.status for verdict in pool.judge(submissions)]
        first = state()
        for _ in range(9):
            assert [verdict.status for verdict in pool.judge(submissions)] == verdicts
        last = state()
    assert last.pop("kilobytes") < 1.1 * first.pop("kilobytes") and last == first
    assert set(descendants()) == before and Status.verifier_error not in verdicts
