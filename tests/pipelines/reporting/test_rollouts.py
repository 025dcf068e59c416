"""Rollouts for the page and at the command line: chosen evenly, read lazily, shown as they are."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ratchetrl.pipelines.reporting import rollout_sample
from ratchetrl.pipelines.reporting.rollout_sample import sample_rollouts
from ratchetrl.pipelines.rollouts_command import main
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.terminal_text import shown
from ratchetrl.verifiers.errors import UserError


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, planted_run: RunFolder) -> dict[str, Any]:
    monkeypatch.setattr(rollout_sample, "MAX_BYTES", 60_000)
    return sample_rollouts(planted_run)


def test_few_rollouts_are_dealt_over_places_generations_and_verdicts(few: dict[str, Any]) -> None:
    strata = Counter((each["where"], each["g"], each["status"]) for each in few["rollouts"])
    assert {where for where, _, _ in strata} == {"train", "gate", "report"}
    assert {each["status"] for each in few["rollouts"]} >= {"correct", "wrong", "no_answer"}
    common = [count for (_, _, status), count in strata.items() if status in ("correct", "wrong")]
    assert max(common) - min(common) <= 1


def test_a_problem_is_shown_again_only_after_the_others(few: dict[str, Any]) -> None:
    chosen = Counter(
        each["problem"]
        for each in few["rollouts"]
        if each["where"] == "report" and each["status"] == "correct"
    )
    assert max(chosen.values()) <= 3  # once for each champion


def test_the_file_says_how_many_of_how_many_and_fits(few: dict[str, Any]) -> None:
    assert f"{len(few['rollouts']):,} of {few['total']:,} rollouts are here" in few["chosen"]
    assert sum(len(json.dumps(each, indent=1)) for each in few["rollouts"]) <= 60_000
    assert all(0 <= each["problem"] < len(few["problems"]) for each in few["rollouts"])


def test_all_are_shown_where_all_fit_and_each_is_whole(planted_run: RunFolder) -> None:
    found = sample_rollouts(planted_run)
    assert len(found["rollouts"]) == found["total"]
    assert found["chosen"] == f"All {found['total']:,} rollouts are here."
    wrong = next(each for each in found["rollouts"] if each["status"] == "wrong")
    prompt = found["problems"][wrong["problem"]]["prompt"]
    assert prompt.removesuffix("=") in wrong["text"] and wrong["answer"] in wrong["reason"]
    assert sample_rollouts(planted_run) == found


def test_a_long_text_is_cut_in_its_middle() -> None:
    cut = rollout_sample._shortened("a" * 5_000 + "b" * 5_000)
    assert len(cut) < 4_020 and cut.startswith("aaa") and cut.endswith("bbb") and "[...]" in cut


def read(planted_run: RunFolder, capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, Any]]:
    main([str(planted_run.path), "--json", *options])
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["rollouts"]
    return found


def test_the_command_finds_what_it_is_asked_for(
    planted_run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    found = read(
        planted_run, capsys, "--verdict", "wrong", "--generation", "3", "--where", "gate", "--limit", "7"
    )
    assert len(found) == 7
    assert {(each["status"], each["g"], each["where"]) for each in found} == {("wrong", 3, "gate")}
    (problem,) = {each["problem"] for each in read(planted_run, capsys, "--problem", "report-3")}
    assert problem == "report-3"
    text = found[0]["text"]
    assert text in [
        each["text"] for each in read(planted_run, capsys, "--search", text.upper(), "--limit", "99")
    ]


def test_people_read_prompt_answer_verdict_and_reason(
    planted_run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(planted_run.path), "--verdict", "wrong", "--limit", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("=== report-0 #") and lines[1] == "--- prompt" and lines[3] == "--- answer"
    assert lines[-1].startswith("--- wrong, score 0: ") and " is not " in lines[-1]


def test_control_characters_are_shown_and_not_obeyed() -> None:
    assert shown("a\x1b[2Jb\r\nc\u202e") == "a\\x1b[2Jb\\r\nc\\u202e"


def test_nothing_that_fits_is_the_answer_no(
    planted_run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(planted_run.path), "--problem", "of another suite"]) == 1
    assert capsys.readouterr().out.startswith("no rollout meets all of these filters")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--verdict", "rong"), "'rong' is no verdict; choose one of correct"),
        (("--generation", "9"), "has no generation 9"),
        (("--limit", "0"), "--limit 0 shows nothing"),
    ],
)
def test_what_cannot_be_served_is_refused(
    planted_run: RunFolder, options: tuple[str, ...], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        main([str(planted_run.path), *options])


def test_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no run"):
        main([str(tmp_path)])


def test_a_damaged_shard_is_refused_by_name(planted_run: RunFolder, tmp_path: Path) -> None:
    copy = RunFolder(shutil.copytree(planted_run.path, tmp_path / "run"))
    shard = next(copy.generation(1).glob("verify-*/shard-00000.parquet"))
    shard.write_bytes(shard.read_bytes()[:100])
    with pytest.raises(UserError, match=r"verify-.*shard-00000.parquet cannot be read"):
        sample_rollouts(copy)
    with pytest.raises(UserError, match="bring the file back"):
        main([str(copy.path), "--where", "train"])
