"""TRL's GRPO on stored rollouts.

    trainer = StoredRolloutTrainer(model, tokenizer, grpo_config(job, ...), rows, plan, bounds, rule)
    trainer.train()            raises StageStopped where the policy drifts past its bounds

TRL computes the loss; nothing is sampled or rewarded here. Four methods of `GRPOTrainer` are overridden:
`get_train_dataloader` (micro-batches in our order, each padded to itself or packed), `_prepare_inputs` (they
need no generation), `compute_loss` (the likelihood of supervised rows is added) and
`_get_per_token_logps_and_entropies` (passed through, or computed from the pack; the guard reads the result).
The last is TRL's one place where the policy's log-probabilities of a micro-batch come into being: any public
hook comes after the loss has reduced them to a number, and seeing them otherwise costs a second forward pass.
It also lies before the backward pass, in which DeepSpeed already takes the optimizer step.

The ratio's denominator is the sampler's log-probability (`old_per_token_logps`), so the clipped ratio is the
importance weight, and no second pass is needed. TRL's normalisers, as relied upon:
`num_items_in_batch` is the completion tokens of the whole step over all processes (dapo, cispo); losses that
average over rows are divided by the number of micro-batches, and `row_weight` evens out their sizes.

Run on CPU with TRL 1.16 and transformers 5.17: float32 and bfloat16 in one process, float32 under DDP and
DeepSpeed ZeRO 1, 2, 3 with two. CUDA goes through the same code and was not run.
"""

from typing import Any

import torch
from datasets import Dataset
from torch.utils.data import DataLoader
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PrinterCallback
from trl import GRPOConfig, GRPOTrainer

from ratchetrl.pipelines.losses import LOSSES, LossRule
from ratchetrl.pipelines.micro_batches import Plan
from ratchetrl.pipelines.row_tensors import Batch
from ratchetrl.pipelines.shared_prompts import (
    LogProbs,
    decoder,
    packed_log_probs,
    refuse_difference,
    use_shared_attention,
)
from ratchetrl.pipelines.train_guard import Drift, DriftBounds, DriftMeter
from ratchetrl.pipelines.train_job import TrainJob
from ratchetrl.pipelines.train_rows import RowBatches, TrainRows


def grpo_config(job: TrainJob, deepspeed: str | None, micro_batches: int, steps: int) -> GRPOConfig:
    """TRL's arguments for one job. `micro_batches`: per process and step; `deepspeed`: its config file."""
    settings, rule = job.settings, LOSSES[job.settings.loss]
    on_cpu = not torch.cuda.is_available()
    return GRPOConfig(
        output_dir=job.output,  # TRL itself writes nothing there: every kind of saving is off
        loss_type=rule.trl_loss,
        importance_sampling_level=rule.ratio_level,
        epsilon=rule.epsilon_low,
        epsilon_high=rule.epsilon_high,
        temperature=job.temperature,
        max_completion_length=job.max_completion_tokens,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="constant",
        max_grad_norm=settings.max_grad_norm,
        max_steps=steps,
        gradient_accumulation_steps=micro_batches,
        # The micro-batches are our own. These two only have to satisfy TRL's check that groups are whole.
        per_device_train_batch_size=2 * settings.micro_batch_rows,
        num_generations=2,
        gradient_checkpointing=settings.gradient_checkpointing,
        bf16=settings.dtype == "bfloat16",
        use_cpu=on_cpu,
        ddp_backend="gloo" if on_cpu and settings.processes > 1 else None,
        ddp_find_unused_parameters=False,
        deepspeed=deepspeed,
        use_cache=True,  # of the config that is saved with the weights; the training forward never caches
        disable_dropout=True,  # the sampler has none, and the ratio compares the two
        seed=job.seed,
        save_strategy="no",
        logging_steps=1,
        logging_nan_inf_filter=False,  # a loss that is not finite must be seen
        report_to="none",
        disable_tqdm=True,
    )


class StoredRolloutTrainer(GRPOTrainer):
    """GRPOTrainer whose batches are stored rollouts and which stops when the policy has drifted too far."""

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        config: GRPOConfig,
        rows: TrainRows,
        plan: Plan,
        bounds: DriftBounds,
        rule: LossRule,
        share_prompts: bool = False,
    ) -> None:
        """`plan` and `config` must agree on steps and micro-batches; see `micro_batches.py`. `share_prompts`:
        micro-batches are packed, see `shared_prompts.py`."""
        super().__init__(
            model=model,
            reward_funcs=_no_reward,
            args=config,
            train_dataset=Dataset.from_dict({"prompt": [""]}),  # TRL wants one; the rows are read below
            processing_class=tokenizer,
        )
        self.remove_callback(PrinterCallback)
        self._stored, self._plan, self._rule, self._bounds = rows, plan, rule, bounds
        self._meter = DriftMeter(rule.ratio_level)
        self._batch: Batch = {}
        self._logps_B_T: torch.Tensor | None = None
        self._share, self._share_checked = share_prompts, False
        if share_prompts:
            self._plain_attention = decoder(model).config._attn_implementation
            use_shared_attention(decoder(model))
        self.drifts: list[Drift] = []
        """The drift before each step, in order."""

    def get_train_dataloader(self) -> DataLoader[Batch]:
        """This process's micro-batches, ready made and in order; its rows are read here."""
        rank, processes = self.args.process_index, self.args.world_size
        pad_id = self.processing_class.pad_token_id
        by_rows = self._rule.mean_over_rows
        batches = RowBatches(self._stored, self._plan, rank, processes, pad_id, by_rows, self._share)
        return DataLoader(batches, batch_size=None)

    def _prepare_inputs(self, generation_batch: Batch) -> Batch:
        """The batch as it is, on this process's device."""
        self._batch = {name: tensor.to(self.args.device) for name, tensor in generation_batch.items()}
        return self._batch

    def _get_per_token_logps_and_entropies(self, model: Any, *args: Any, **kwargs: Any) -> Any:
        """TRL's forward pass; the guard sees what it returns. Raises StageStopped at the end of a step."""
        whole = self._packed if self._share else super()._get_per_token_logps_and_entropies
        outputs = whole(model, *args, **kwargs)
        self._logps_B_T = outputs[0]
        self._watch(outputs[0].detach())
        return outputs

    def _packed(
        self, model: Any, input_ids: torch.Tensor, attention_mask: torch.Tensor, tokens: int, **_: Any
    ) -> LogProbs:
        """The same from one pass over the pack."""
        with self.accelerator.autocast():
            outputs = packed_log_probs(model, self._batch)
        if len(input_ids) > 1 and not self._share_checked:  # as many rows, and so the same, in every process
            last = len(self._batch["row_lengths"]) - 1
            self._compare(model, input_ids[last:][:1], attention_mask[last:][:1], tokens, outputs[0][last])
        return outputs

    @torch.no_grad()
    def _compare(
        self, model: Any, input_ids: torch.Tensor, attention_mask: torch.Tensor, tokens: int, shared_T: Any
    ) -> None:
        """Raises UserError where the last of several rows has other log-probabilities when it is alone. Comes
        after the pass that has a gradient: autocast keeps the weights it casts, and these would have none."""
        policy = decoder(self.model)
        policy.set_attn_implementation(self._plain_attention)
        alone_T = super()._get_per_token_logps_and_entropies(model, input_ids, attention_mask, tokens)[0][0]
        use_shared_attention(policy)
        real_T = attention_mask[0, -tokens:].bool()
        refuse_difference(policy, alone_T[real_T], shared_T[real_T])
        self._share_checked = True

    def compute_loss(self, model: Any, inputs: Batch, *args: Any, **kwargs: Any) -> torch.Tensor:
        """TRL's loss, and the likelihood of supervised rows from the same forward pass."""
        loss: torch.Tensor = super().compute_loss(model, inputs, *args, **kwargs)
        logps_B_T, self._logps_B_T = self._logps_B_T, None
        assert logps_B_T is not None, "TRL's loss has asked for no log-probabilities"
        return loss + self._supervised_loss(logps_B_T, inputs) if inputs["supervised"].any() else loss

    def _supervised_loss(self, logps_B_T: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Minus the sum over rows of `supervised` x log-likelihood, over TRL's own divisor for this loss."""
        mask_B_T = batch["tool_mask"]
        rows = len(mask_B_T) * self.current_gradient_accumulation_steps
        if not self._rule.mean_over_rows:
            divisor = batch["num_items_in_batch"] / self.accelerator.num_processes
        elif self._rule.trl_loss == "dr_grpo":
            divisor = rows * self.max_completion_length
        else:
            divisor = rows * mask_B_T.sum(-1).clamp(min=1)  # packed rows are evened out with empty ones
        return -(batch["supervised"] * (logps_B_T * mask_B_T).sum(-1) / divisor).sum()

    def _watch(self, new_logps_B_T: torch.Tensor) -> None:
        mask_B_T = self._batch["tool_mask"] * self._batch["measured"].unsqueeze(1)
        self._meter.add(new_logps_B_T, self._batch["old_per_token_logps"], mask_B_T)
        if self.accelerator.sync_gradients:
            self.drifts.append(self._meter.drift(lambda sums: self.accelerator.reduce(sums, "sum")))
            self._bounds.check(self.drifts[-1])


def _no_reward(**_: Any) -> list[float]:
    raise AssertionError("TRL asks for a reward function; stored rollouts already have their advantages")
