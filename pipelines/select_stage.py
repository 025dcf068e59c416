"""Select: from judged rollouts to the rows worth training on.

    select-<hash>/rows/shard-00017.parquet   TrainRow records

The rows and the counts are made by `select_rows.py`; this names the stage after what they depend on.
"""

from pathlib import Path
from typing import Any

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.plan_stage import Plan
from ratchetrl.pipelines.replay import replay_sources
from ratchetrl.pipelines.run_context import Run
from ratchetrl.pipelines.select_rows import write_selection
from ratchetrl.pipelines.store import file_digest
from ratchetrl.verifiers.plugin import is_file_reference


def select_stage(run: Run, generation: int, plan: Plan, rollouts: Path, verdicts: Path) -> Path:
    """The stage's folder; its `rows` hold what the trainer reads."""
    stage = run.stage_folder(generation, "select", _inputs(run.config, verdicts))
    if not run.finished(stage):
        facts = write_selection(run.config, plan.problems, rollouts, verdicts, stage / "rows")
        run.finish(stage, generation, facts)
    return stage


def _inputs(config: Config, verdicts: Path) -> dict[str, Any]:
    """What rows depend on. Devices that a recipe leaves off are not named, so that its stages keep theirs."""
    reward, selection = config.reward, config.selection
    files = {
        part: file_digest([Path(part.rpartition(":")[0])]) for part in reward.parts if is_file_reference(part)
    }
    devices = {
        "imitates": config.distil is not None,
        "length_price": reward.length_price,
        "rows_per_group": selection.rows_per_group,
        "rft": config.train.loss == "rft",
        "supervised": config.train.supervised,
        "replay": selection.replay
        and [
            selection.replay,
            *(each.verdicts.name for each in replay_sources(verdicts, selection.replay_generations)),
        ],
    }
    return {
        "verify": verdicts.name,
        "reward": reward.model_dump(exclude={"length_price"}),
        "files": files,
        **{name: setting for name, setting in devices.items() if setting},
    }
