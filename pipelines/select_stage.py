"""Select: from judged rollouts to the rows worth training on.

    select-<hash>/rows/shard-00017.parquet   TrainRow records

The rows and the counts are made by `select_rows.py`; this names the stage after what they depend on.
"""

from pathlib import Path

from ratchetrl.pipelines.plan_stage import Plan
from ratchetrl.pipelines.run_context import Run
from ratchetrl.pipelines.select_rows import write_selection
from ratchetrl.pipelines.store import file_digest
from ratchetrl.verifiers.plugin import is_file_reference


def select_stage(run: Run, generation: int, plan: Plan, rollouts: Path, verdicts: Path) -> Path:
    """The stage's folder; its `rows` hold what the trainer reads."""
    reward = run.config.reward
    files = {
        part: file_digest([Path(part.rpartition(":")[0])]) for part in reward.parts if is_file_reference(part)
    }
    inputs = {"verify": verdicts.name, "reward": reward.model_dump(), "files": files}
    stage = run.stage_folder(generation, "select", inputs)
    if not run.finished(stage):
        facts = write_selection(run.config, plan.problems, rollouts, verdicts, stage / "rows")
        run.finish(stage, generation, facts)
    return stage
