"""A run's folder takes one supervisor, one config, and forgives a crash at any moment."""

from pathlib import Path
from typing import Any

import pytest

from ratchetrl.pipelines.accounting.ledger import Entry, append_entry, kind_of
from ratchetrl.pipelines.accounting.work import UNKNOWN_WORK, Tokens, Work
from ratchetrl.pipelines.budgets import spent
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.config_tables import Budget, Cost
from ratchetrl.pipelines.run_folder import RunFolder, remove_tree
from ratchetrl.pipelines.store import append_line, finish, write_json
from ratchetrl.verifiers.errors import UserError

QUICKSTART = Path(__file__).parents[2] / "configs" / "quickstart.toml"


@pytest.fixture
def config() -> Config:
    return load_toml(QUICKSTART)


def changed(config: Config, table: str, **values: object) -> Config:
    return config.model_copy(update={table: getattr(config, table).model_copy(update=values)})


def begun(path: Path, config: Config) -> RunFolder:
    """A folder in which one stage is finished."""
    folder = RunFolder(path)
    with folder.locked():
        folder.adopt(config, "digest", rerun=False)
    finish(folder.generation(1) / "sample-1234", {})
    sampled = Work(Tokens(generated=5_000))
    for stage, seconds, work in (("sample-1234", 3000.0, sampled), ("aborted", 600.0, UNKNOWN_WORK)):
        entry = Entry(0.0, 1, stage, kind_of(stage), 1, seconds, seconds, work, None, None)
        append_entry(folder.path, entry)
    return folder


def test_the_same_config_goes_on_and_another_is_refused_by_the_keys(tmp_path: Path, config: Config) -> None:
    folder = begun(tmp_path / "run", config)
    folder.check(config, rerun=False)
    other = changed(config, "sampling", temperature=0.5, samples=4)
    with pytest.raises(UserError, match=r"sampling\.samples, sampling\.temperature differ.*--rerun"):
        folder.check(other, rerun=False)
    folder.check(other, rerun=True)


def test_more_budget_may_always_be_given(tmp_path: Path, config: Config) -> None:
    begun(tmp_path / "run", config).check(changed(config, "budget", generations=99), rerun=False)


def test_a_config_under_which_nothing_was_computed_binds_nobody(tmp_path: Path, config: Config) -> None:
    folder = RunFolder(tmp_path / "run")
    with folder.locked():
        folder.adopt(config, "digest", rerun=False)
    folder.check(changed(config, "sampling", samples=4), rerun=False)


def test_a_kill_in_the_first_moments_leaves_a_folder_that_can_be_used(tmp_path: Path, config: Config) -> None:
    (tmp_path / "run" / "logs" / "attempt_1").mkdir(parents=True)
    (tmp_path / "run" / "lock").touch()
    (tmp_path / "run" / ".run.toml.77.tmp").touch()
    RunFolder(tmp_path / "run").check(config, rerun=False)


def test_somebody_elses_folder_is_left_alone(tmp_path: Path, config: Config) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(UserError, match="holds no run; name another folder"):
        RunFolder(tmp_path).check(config, rerun=False)


def test_a_rerun_decides_anew_and_forgets_who_was_brought_back(tmp_path: Path, config: Config) -> None:
    folder = begun(tmp_path / "run", config)
    write_json(folder.generation(1) / "decision.json", {"generation": 1})
    append_line(folder.champions_file, {"after": 1, "from": 1, "to": 0})
    append_line(folder.looks_file, {"number": 1})
    assert folder.decisions() == [{"generation": 1}]
    with folder.locked():
        folder.adopt(config, "digest", rerun=True)
    assert folder.decisions() == [] and not folder.champions_file.exists()
    assert folder.looks_file.exists(), "what was seen stays seen"


def test_data_that_changed_under_a_run_is_refused(tmp_path: Path, config: Config) -> None:
    folder = begun(tmp_path / "run", config)
    folder.check_data("digest", rerun=False)
    with pytest.raises(UserError, match="bring them back"):
        folder.check_data("another digest", rerun=False)


def test_one_supervisor_at_a_time(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    with folder.locked():
        assert RunFolder(tmp_path).is_locked()
        with pytest.raises(UserError, match="another process is running"), RunFolder(tmp_path).locked():
            pass
    assert not folder.is_locked()


def test_a_run_whose_process_is_gone_reads_interrupted(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    with folder.locked():
        folder.set_state("running")
        assert folder.state()["state"] == "running"
    assert folder.state()["state"] == "interrupted"


def test_a_deletion_that_was_cut_short_is_finished_by_the_next(tmp_path: Path) -> None:
    (tmp_path / ".weights.deleting").mkdir()
    (tmp_path / "weights").mkdir()
    remove_tree(tmp_path / "weights")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_folder_for_a_run(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="--output"), RunFolder(tmp_path / "file").locked():
        pass


def test_budgets_end_a_run_with_a_sentence_and_aborted_work_counts(tmp_path: Path, config: Config) -> None:
    folder = begun(tmp_path / "run", config)
    won, lost = ({"decision": word, "detectable_gain": 0.04} for word in ("promoted", "rejected"))

    def told(*decisions: dict[str, Any], **budget: Any) -> str:
        cost = Cost(usd_per_device_hour=2.0)
        limited = config.model_copy(update={"budget": Budget(**budget), "cost": cost})
        return spent(limited, folder, decisions) or ""

    assert told(won, lost, generations=3) == ""
    assert "3 generations" in told(won, won, won, generations=3)
    assert "0.0400" in told(won, lost, lost, generations=9)
    assert "5000 tokens" in told(generations=9, generated_tokens=5_000)
    assert "1.00 hours" in told(generations=9, hours=1.0)
    assert "2.00 USD" in told(generations=9, cost_usd=1.5)
