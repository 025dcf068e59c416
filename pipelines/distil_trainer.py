"""TRL's on-policy distillation on stored rollouts: what the student sampled, and what its teacher would say.

    trainer = StoredDistillationTrainer(student, "path/of/teacher", tokenizer, config, rows, plan)
    trainer.train()

The loss is TRL's, with beta = 1: at every sampled token the reverse KL(student || teacher) between the two
whole next-token distributions, summed over the step and divided by its tokens (generalised knowledge
distillation, Agarwal et al., arXiv 2306.13649). A small student cannot cover all that its teacher does; this
divergence has it keep to what it can do well. Nothing is sampled here, and no verdict is read.

Two methods of `DistillationTrainer` are overridden, those that feed it: `get_train_dataloader` (stored
micro-batches in our order) and `_prepare_inputs` (they need no generation). The divergence holds on any text,
so there is no importance ratio, and no bound on drift applies. Run on CPU with TRL 1.16, one process.
"""

import math

from datasets import Dataset
from torch.utils.data import DataLoader
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PrinterCallback
from trl import DistillationConfig, DistillationTrainer, GRPOConfig

from ratchetrl.pipelines.grpo import StoredRolloutTrainer
from ratchetrl.pipelines.micro_batches import Plan
from ratchetrl.pipelines.policy import load_model, load_tokenizer
from ratchetrl.pipelines.train_guard import Drift
from ratchetrl.pipelines.train_rows import Batch, RowBatches, TrainRows
from ratchetrl.verifiers.errors import UserError

REVERSE_KL = 1.0
SHARED = (
    *("output_dir", "temperature", "max_completion_length", "learning_rate", "lr_scheduler_type"),
    *("max_grad_norm", "max_steps", "gradient_accumulation_steps", "gradient_checkpointing", "bf16"),
    *("use_cpu", "ddp_backend", "ddp_find_unused_parameters", "deepspeed", "use_cache", "disable_dropout"),
    *("seed", "save_strategy", "logging_steps", "logging_nan_inf_filter", "report_to", "disable_tqdm"),
)
"""Arguments that mean the same to both of TRL's trainers."""


def distillation_config(config: GRPOConfig) -> DistillationConfig:
    """TRL's arguments for a job, from those that GRPO would be given."""
    return DistillationConfig(beta=REVERSE_KL, **{name: getattr(config, name) for name in SHARED})


class StoredDistillationTrainer(DistillationTrainer):
    """DistillationTrainer whose batches are stored rollouts of the student."""

    def __init__(
        self,
        student: PreTrainedModel,
        teacher: str,
        tokenizer: PreTrainedTokenizerBase,
        config: DistillationConfig,
        rows: TrainRows,
        plan: Plan,
    ) -> None:
        """`teacher` is a folder of weights. Raises UserError where it reads another vocabulary."""
        super().__init__(
            model=student,
            teacher_model=_teacher(teacher, student, tokenizer),
            args=config,
            train_dataset=Dataset.from_dict({"prompt": [""]}),  # TRL wants one; the rows are read below
            processing_class=tokenizer,
        )
        self.remove_callback(PrinterCallback)
        self._stored, self._plan = rows, plan

    @property
    def drifts(self) -> list[Drift]:
        """Of every step taken: not measured, since there is no ratio to measure it with."""
        return [Drift(math.nan, math.nan)] * self.state.global_step

    def get_train_dataloader(self) -> DataLoader[Batch]:
        """This process's micro-batches, ready made and in order."""
        rank, processes = self.args.process_index, self.args.world_size
        pad_id = self.processing_class.pad_token_id
        return DataLoader(
            RowBatches(self._stored, self._plan, rank, processes, pad_id, False), batch_size=None
        )

    def _prepare_inputs(self, generation_batch: Batch) -> Batch:
        """The batch on this process's device; rows that only fill it up carry no loss."""
        batch = {name: tensor.to(self.args.device) for name, tensor in generation_batch.items()}
        return {**batch, "tool_mask": batch["tool_mask"] * batch["measured"].unsqueeze(1)}


StoredTrainer = StoredRolloutTrainer | StoredDistillationTrainer
"""Either of TRL's trainers on stored rollouts; both know the drift of each step taken."""


def _teacher(folder: str, student: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
    """The teacher's model. Both must mean the same by every token, or their distributions have nothing to do
    with each other."""
    teacher = load_model(folder)
    sizes = [model.config.get_text_config().vocab_size for model in (student, teacher)]
    if load_tokenizer(folder).get_vocab() != tokenizer.get_vocab() or sizes[0] != sizes[1]:
        raise UserError(
            f"the student ({sizes[0]} tokens) and its teacher {folder} ({sizes[1]}) have different "
            "vocabularies; choose a student of the teacher's family"
        )
    return teacher
