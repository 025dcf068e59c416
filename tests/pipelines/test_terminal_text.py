"""What models, datasets and people say is printed, never obeyed."""

from pathlib import Path

import pytest

from ratchetrl.pipelines.progress import Progress
from ratchetrl.pipelines.status import print_status
from ratchetrl.pipelines.terminal_text import shown

HOSTILE = "train/\x1b]0;owned\x07 \x9b2J [red]"


def test_control_characters_are_written_out() -> None:
    assert shown(HOSTILE) == r"train/\x1b]0;owned\x07 \x9b2J [red]"
    assert shown("a\tb\n\ud800") == "a\tb\n\\ud800"


def test_lines_and_alarms_of_a_run_obey_no_id(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(tmp_path, tmp_path / "metrics.jsonl")
    progress.line(f"a line of {HOSTILE}")
    progress.alarm(f"an alarm of {HOSTILE}")
    progress.close()
    for told in (capsys.readouterr().out, (tmp_path / "run.log").read_text()):
        assert told.count("owned") == 2 and not {"\x1b", "\x07", "\x9b"} & set(told)


def test_the_status_obeys_no_reason_and_no_name(capsys: pytest.CaptureFixture[str]) -> None:
    verdicts = {"sample": {"shares": {}, "hacked_share": None}}
    flagged = {"canary_rollouts": 8, "canary_passes": 1, "canaries_passed": [HOSTILE], "verdicts": verdicts}
    generation = {"index": 1, "decision": "rejected", "route": "gate", "by": HOSTILE, "reason": HOSTILE}
    generation |= {"gain": None, "wall_s": {"total": 1.0}, "generated_tokens": 1, "beliefs": None, **flagged}
    rollback = {"after": 1, "by": HOSTILE, "to": 0, "from": 1, "note": HOSTILE}
    told = {"run": "run", "state": "failed", "reason": HOSTILE, "champion": 0, "rollbacks": [rollback]}
    told |= {"looks": 0, "alpha": {"spent": 0.0, "total": 0.05}, "generations": [generation]}
    told |= {"judging": [{"seconds": 1.0, "unhidden_s": 0.0, "unhidden_share": 0.0}]}
    print_status(told)
    said = capsys.readouterr().out
    assert said.count("[red]") >= 4 and not {"\x1b", "\x07", "\x9b"} & set(said)
