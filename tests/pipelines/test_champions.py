"""Any earlier champion can stand again; who stands and whose weights are kept follows from what is stored."""

from pathlib import Path
from typing import Any

import pytest

from ratchetrl.pipelines import rollback_command
from ratchetrl.pipelines.approval import FINDINGS_FILE
from ratchetrl.pipelines.base_stage import base_folder, stored_base
from ratchetrl.pipelines.budgets import spent
from ratchetrl.pipelines.champions import History, read_history, standing, stood
from ratchetrl.pipelines.config_file import dump_toml, load_toml
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.store import finish, read_lines, write_json
from ratchetrl.verifiers.errors import UserError

QUICKSTART = Path(__file__).parents[2] / "configs" / "quickstart.toml"


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run with a base and nothing else."""
    folder, config = RunFolder(tmp_path / "run"), load_toml(QUICKSTART)
    dump_toml(config, folder.config_file)
    weights_in(base_folder(folder, config))
    return folder


def weights_in(stage: Path) -> None:
    for part in ("weights", "optimizer"):
        (stage / part).mkdir(parents=True)
    finish(stage, {"weights_hash": stage.parent.name, "seconds": 1.0})


def decide(folder: RunFolder, *decisions: str) -> None:
    """The next generations."""
    for decision in decisions:
        index = len(folder.decisions()) + 1
        weights_in(folder.generation(index) / "train-1a2b")
        facts = {"decision": decision, "stages": {"train": "train-1a2b"}, "detectable_gain": 0.04}
        write_json(folder.generation(index) / "decision.json", {"generation": index, **facts})


def history(folder: RunFolder) -> History:
    return read_history(folder, stored_base(folder))


def roll_back(folder: RunFolder, to: int, *options: str) -> int:
    return rollback_command.main([str(folder.path), "--to", str(to), *options])


def with_weights(folder: RunFolder) -> set[int]:
    return {int(path.parts[-3][-3:]) for path in folder.path.glob("generation_*/*/weights")}


def test_whoever_was_promoted_last_stands(folder: RunFolder) -> None:
    assert standing(folder) == 0
    decide(folder, "promoted", "rejected", "promoted", "inconclusive")
    assert history(folder).stood == (0, 1, 3) and standing(folder) == 3
    assert history(folder).champion.weights == folder.generation(3) / "train-1a2b" / "weights"


def test_an_earlier_champion_stands_again_with_its_optimiser_state(folder: RunFolder) -> None:
    decide(folder, "promoted", "promoted", "rejected")
    assert roll_back(folder, 1, "--note", "2 is rude") == 0
    champion = history(folder).champion
    assert (champion.generation, standing(folder)) == (1, 1)
    assert champion.optimizer_state == folder.generation(1) / "train-1a2b" / "optimizer"
    assert folder.champion_link.resolve() == champion.weights
    (line,) = read_lines(folder.champions_file)
    assert (line["after"], line["from"], line["to"], line["note"]) == (3, 2, 1, "2 is rude") and line["by"]
    assert "run the same command" in folder.state()["reason"]


def test_the_next_generation_goes_on_from_there_and_a_rollback_can_be_taken_back(folder: RunFolder) -> None:
    decide(folder, "promoted", "promoted")
    roll_back(folder, 0)
    decide(folder, "rejected", "promoted")
    assert history(folder).stood == (0, 1, 2, 0, 4)
    roll_back(folder, 2)
    assert history(folder).stood == (0, 1, 2, 0, 4, 2) and standing(folder) == 2


def test_who_cannot_stand_again_is_told_in_one_sentence(folder: RunFolder) -> None:
    decide(folder, "promoted", "rejected", "promoted")
    for to, expected in ((2, "never a champion.*0, 1$"), (9, "never a champion"), (3, "stands already")):
        with pytest.raises(UserError, match=expected):
            roll_back(folder, to)
    decide(folder, "promoted", "promoted")
    history(folder).prune(keep=1)
    with pytest.raises(UserError, match=r"deleted \(budget\.keep\).*: 0, 4$"):
        roll_back(folder, 1)
    with folder.locked(), pytest.raises(UserError, match="another process"):
        roll_back(folder, 4)
    assert not folder.champions_file.exists() and standing(folder) == 5


def test_a_folder_without_a_run_or_without_a_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no run"):
        rollback_command.main([str(tmp_path), "--to", "0"])
    dump_toml(load_toml(QUICKSTART), tmp_path / "run.toml")
    with pytest.raises(UserError, match="before it had a model"):
        rollback_command.main([str(tmp_path), "--to", "0"])


def test_pruning_keeps_the_base_who_stands_and_those_who_stood_last(folder: RunFolder) -> None:
    decide(folder, "promoted", "promoted", "promoted", "rejected")
    roll_back(folder, 1)
    history(folder).prune(keep=2)
    assert with_weights(folder) == {0, 1, 2, 3}
    decide(folder, "promoted")
    history(folder).prune(keep=2)
    assert with_weights(folder) == {0, 5, 1, 3}


def test_patience_begins_anew_where_a_champion_was_brought_back(folder: RunFolder) -> None:
    config = load_toml(QUICKSTART)
    decide(folder, "promoted", "rejected", "rejected")

    def told() -> str | None:
        now = history(folder)
        return spent(config, folder, now.decisions, now.before_rollback)

    assert "patience" in (told() or "")
    roll_back(folder, 0)
    assert told() is None
    decide(folder, "rejected", "inconclusive")
    assert "patience" in (told() or "")


def test_a_challenger_that_waits_is_withdrawn_with_the_champion_it_was_compared_to(folder: RunFolder) -> None:
    decide(folder, "promoted")
    write_json(folder.generation(2) / FINDINGS_FILE, {"generation": 2})
    roll_back(folder, 0)
    assert not (folder.generation(2) / FINDINGS_FILE).exists()


def test_rollbacks_in_one_pause_are_honoured_in_order() -> None:
    decisions: list[dict[str, Any]] = [{"generation": index, "decision": "promoted"} for index in (1, 2, 3)]
    rollbacks = [{"after": 2, "to": 1}, {"after": 2, "to": 0}, {"after": 3, "to": 2}]
    assert stood(decisions, rollbacks) == (0, 1, 2, 1, 0, 3, 2)
