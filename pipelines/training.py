"""One train job from start to end, in this process (or in each of several).

    run_train_job(job, report)      fills job.output; result.json is written last

load -> train -> save weights, adapter and optimizer -> read the weights back for the probe -> result.
A stage that is stopped by its bounds keeps the weights it has; one that diverged, or that was stopped before
its first step, leaves no weights. Every process runs all of it; the first one writes.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import yaml
from accelerate.utils import release_memory
from transformers import PreTrainedModel, set_seed
from transformers.integrations.deepspeed import unset_hf_deepspeed_config

from ratchetrl.pipelines.adapters import merge_adapter, with_adapter
from ratchetrl.pipelines.distil_trainer import (
    StoredDistillationTrainer,
    StoredTrainer,
    distillation_config,
)
from ratchetrl.pipelines.grpo import StoredRolloutTrainer, grpo_config
from ratchetrl.pipelines.handover import PROBE_FILE
from ratchetrl.pipelines.losses import LOSSES
from ratchetrl.pipelines.micro_batches import Plan, plan_micro_batches
from ratchetrl.pipelines.optimizer_state import RestoreOptimizer, save_optimizer
from ratchetrl.pipelines.policy import load_model, load_tokenizer
from ratchetrl.pipelines.probe import write_probe
from ratchetrl.pipelines.prompt_batches import plan_by_prompt
from ratchetrl.pipelines.step_log import StepLog
from ratchetrl.pipelines.train_guard import DriftBounds, StageStopped
from ratchetrl.pipelines.train_job import METRICS_FILE, TrainJob, TrainSettings, write_result
from ratchetrl.pipelines.train_rows import TrainRows
from ratchetrl.pipelines.train_summary import summarise
from ratchetrl.verifiers.errors import UserError

Report = Callable[[dict[str, Any]], None]


def run_train_job(job: TrainJob, report: Report) -> None:
    """Runs the job; `report` is given each step's line of metrics.jsonl, on the first process only."""
    started = time.monotonic()
    rows = TrainRows.measure(Path(job.rows))
    plan = _plan(job, rows)
    trainer = _trainer(job, rows, plan)
    log = StepLog(trainer, Path(job.output) / METRICS_FILE, report)
    trainer.add_callback(log)
    stopped = _train(trainer, job)
    if _has_weights(trainer, stopped):
        _save(trainer, job)
        stopped = _probe(trainer, job) or stopped
    if trainer.args.should_save:
        has_weights, total_s = _has_weights(trainer, stopped), time.monotonic() - started
        result = summarise(job, rows, plan, trainer, stopped, has_weights, log.train_s, total_s)
        write_result(result, Path(job.output))
    trainer.accelerator.wait_for_everyone()


def _plan(job: TrainJob, rows: TrainRows) -> Plan:
    settings, most = job.settings, job.settings.micro_batch_tokens
    how = {
        "batch_rows": settings.batch_rows,
        "micro_batch_rows": settings.micro_batch_rows,
        "processes": settings.processes,
        "seed": job.seed,
        "epochs": settings.epochs,
    }
    if settings.share_prompts:
        plan = plan_by_prompt(
            rows.prompts_N, rows.prompt_lengths_N, rows.completion_lengths_N, **how, tokens=most
        )
    else:
        plan = plan_micro_batches(rows.lengths_N.tolist(), **how, positions=most)
    return plan[: settings.max_steps]


def _trainer(job: TrainJob, rows: TrainRows, plan: Plan) -> StoredTrainer:
    settings = job.settings
    _check_processes(settings)
    micro_batches = len(plan[0]) // settings.processes
    # Made before the model is loaded: under ZeRO-3 it has from_pretrained partition the weights as it reads.
    config = grpo_config(job, deepspeed_file(settings.accelerate_config), micro_batches, len(plan))
    if config.deepspeed:
        _join_deepspeed()
    set_seed(job.seed)
    bounds = DriftBounds(settings.max_kl, settings.min_ess)
    tokenizer = load_tokenizer(job.weights)
    if job.teacher is not None:
        taught = distillation_config(config)
        return StoredDistillationTrainer(_policy(job), job.teacher, tokenizer, taught, rows, plan)
    rule, share = LOSSES[settings.loss], settings.share_prompts
    return StoredRolloutTrainer(_policy(job), tokenizer, config, rows, plan, bounds, rule, share)


def _policy(job: TrainJob) -> PreTrainedModel:
    model, settings = load_model(job.weights), job.settings
    if not settings.lora_rank:
        return model
    adapter = Path(job.adapter) if job.adapter else None
    return with_adapter(model, settings.lora_rank, settings.lora_alpha, adapter)


def deepspeed_file(accelerate_config: str | None) -> str | None:
    """The DeepSpeed file that an accelerate config names, relative to the config's own folder."""
    if accelerate_config is None:
        return None
    path = Path(accelerate_config)
    deepspeed = yaml.safe_load(path.read_text(encoding="utf-8")).get("deepspeed_config")
    return str(path.parent / deepspeed["deepspeed_config_file"]) if deepspeed else None


def _join_deepspeed() -> None:
    """ZeRO-3 counts the processes while the model is read; on CPU transformers would join them only later."""
    import deepspeed

    deepspeed.init_distributed(verbose=False)


def _check_processes(settings: TrainSettings) -> None:
    started = int(os.environ.get("WORLD_SIZE", "1"))  # as torchrun and accelerate tell each process
    if started != settings.processes:
        raise UserError(
            f"train.processes is {settings.processes} but {started} were started; "
            f"set both to the same number, one process per GPU"
        )


def _train(trainer: StoredTrainer, job: TrainJob) -> StageStopped | None:
    if job.optimizer_state is not None:
        trainer.add_callback(RestoreOptimizer(trainer, Path(job.optimizer_state)))
    try:
        trainer.train()
    except StageStopped as stopped:
        return stopped.with_traceback(None)  # its frames hold the model and a step's activations
    return None


def _has_weights(trainer: StoredTrainer, stopped: StageStopped | None) -> bool:
    return trainer.state.global_step > 0 and not (stopped is not None and stopped.diverged)


def _save(trainer: StoredTrainer, job: TrainJob) -> None:
    output = Path(job.output)
    trained = output / ("adapter" if job.settings.lora_rank else "weights")
    trainer.save_model(str(trained))
    save_optimizer(trainer, output / "optimizer")
    # From here on models are read whole, by the first process alone: ZeRO-3 would partition them over all.
    unset_hf_deepspeed_config()
    if trainer.args.should_save:
        (trained / "training_args.bin").unlink()  # a pickle, which no reader of ours would open
        if job.settings.lora_rank:
            merge_adapter(job.weights, trained, output / "weights")
            trainer.processing_class.save_pretrained(output / "weights")


def _probe(trainer: StoredTrainer, job: TrainJob) -> StageStopped | None:
    """Probes what was written, on the first process; the training model leaves the device first."""
    release_model(trainer)
    weights = Path(job.output) / "weights"
    if not trainer.args.should_save or write_probe(str(weights), weights / PROBE_FILE):
        return None
    return StageStopped("the trained weights give no finite log-probabilities", float("nan"), diverged=True)


def release_model(trainer: StoredTrainer) -> None:
    """Frees model, gradients and optimizer state; the trainer keeps its records of what was done."""
    model = trainer.model
    for holder in (trainer, trainer.callback_handler):
        holder.model = holder.optimizer = holder.lr_scheduler = None
    trainer.model_wrapped = trainer.deepspeed = None
    trainer.accelerator.free_memory()
    _take_apart(model)
    del model
    release_memory()  # accelerate collected garbage before it let go of its own references


def _take_apart(model: torch.nn.Module) -> None:
    """Caches inside DeepSpeed outlive its `destroy`; what they hold on to must be empty."""
    parameters, modules = list(model.parameters()), list(model.modules())
    for parameter in parameters:
        parameter.data, parameter.grad = parameter.data.new_empty(0), None
    for part in (*parameters, *modules):
        vars(part).clear()
