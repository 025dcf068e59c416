"""What the trainer is asked to do and what it answers, as frozen data and JSON files.

    write_job(TrainJob(...), folder / "job.json")
    job = read_job(folder / "job.json")
    result = read_result(job.output)

The supervisor and the trainer's processes share this module, so it imports no torch.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, TypeAdapter

from ratchetrl.pipelines.losses import LossName
from ratchetrl.pipelines.store import read_json, write_json

RESULT_FILE = "result.json"
METRICS_FILE = "metrics.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """[train] How a generation's rows become weights."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "allow_inf_nan": False}

    learning_rate: PositiveFloat
    """Constant, without warm-up: it bounds Adam's first step, and later generations bring their state."""
    batch_rows: PositiveInt
    """Rows per optimizer step, over all processes. A generation's rows are dealt evenly over its steps."""
    micro_batch_rows: PositiveInt
    """Most rows in one forward pass of one process: bounds memory, and decides which rows meet in a step."""
    loss: LossName = "dapo"
    """dapo: a good start; every token weighs alike, and what was unlikely may gain more than it can lose.
    dr_grpo: where answers should not grow by themselves; lengths divide nothing (with advantage "mean").
    grpo: where short and long answers are to weigh alike, or to compare with published runs.
    cispo: many steps on one generation's rows; tokens far from the sampler's policy keep their gradient.
    gspo: mixtures of experts and long answers, whose tokens' ratios are noisy; one ratio per answer.
    rft: few rollouts, where a right answer is a good example to imitate; wrong ones are unused."""
    supervised: NonNegativeFloat = 0.0
    """Weight of the log-likelihood of right answers, added to the loss; rft is nothing but that."""
    epochs: PositiveInt = 1
    """Passes over a generation's rows."""
    micro_batch_tokens: PositiveInt | None = None
    """Most positions in one forward pass of one process, padding included; a longer row is alone. Unset: only
    micro_batch_rows limits it."""
    share_prompts: bool = False
    """Compute a prompt once for all of its rows in a micro-batch, which are packed without padding."""
    max_steps: PositiveInt | None = None
    """Most optimizer steps in a generation; unset means `epochs` passes over its rows."""
    max_grad_norm: PositiveFloat = 1.0
    """The gradient is scaled down to this norm."""
    max_kl: PositiveFloat = 0.03
    """The stage ends before a step on which KL(sampler || policy) is above this, in nats per token."""
    min_ess: NonNegativeFloat = 0.5
    """The stage ends before a step whose importance weights leave a smaller effective share of its sample."""
    lora_rank: NonNegativeInt = 0
    """Rank of the LoRA adapter on all linear layers; 0 trains every weight."""
    lora_alpha: PositiveFloat = 32.0
    """The adapter's output is scaled by lora_alpha / lora_rank."""
    gradient_checkpointing: bool = False
    """Recompute activations in the backward pass: less memory, about a third more time."""
    dtype: Literal["float32", "bfloat16"] = "float32"
    """Arithmetic of the forward pass. bfloat16 is autocast, and the weights stay float32; under DeepSpeed the
    weights are bfloat16 too, also as saved, and their float32 masters are part of the optimizer state."""
    processes: PositiveInt = 1
    """Processes to train with: one per GPU."""
    accelerate_config: str | None = None
    """An accelerate config file, for DDP or DeepSpeed ZeRO; unset is DDP where `processes` is above 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainJob:
    """One train stage. Paths are absolute."""

    weights: str
    """Folder or Hub name to start from; for LoRA the base weights, whatever the adapter has learned since."""
    rows: str
    """Parquet file, or folder of them, with the columns of `records.TrainRow`."""
    output: str
    """Folder to fill: weights/, optimizer/, adapter/ (LoRA), metrics.jsonl, and result.json last."""
    settings: TrainSettings
    """How to train."""
    seed: int
    """Of the order of rows and of a fresh adapter."""
    temperature: float
    """The sampler's temperature; logits are divided by it."""
    max_completion_tokens: int
    """The sampler's largest limit on new tokens: the constant in Dr. GRPO's divisor."""
    adapter: str | None = None
    """LoRA adapter folder to continue from."""
    optimizer_state: str | None = None
    """Folder of the optimizer state that belongs to the weights; absent means fresh."""
    teacher: str | None = None
    """Folder of the weights to imitate; absent means that the advantages teach."""
    kind: Literal["train"] = "train"
    """Tells the two kinds of job apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeJob:
    """Compute the trainer's log-probabilities of the probe texts for one model."""

    model: str
    """Folder of the model."""
    output: str
    """The JSON file to write."""
    kind: Literal["probe"] = "probe"
    """Tells the two kinds of job apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainResult:
    """What came of a train stage."""

    status: Literal["finished", "stopped_early", "diverged"]
    """`stopped_early`: a bound on the drift was crossed. `diverged`: a log-probability, loss or gradient was
    not finite."""
    stop_reason: str = ""
    """One sentence: which bound, at which step, with which value. Empty when finished."""
    stop_step: int | None = None
    """The step, counted from 1, that was not taken (or, diverged, that broke the weights)."""
    stop_value: float | None = None
    """The value that crossed its bound; None where it is not finite."""
    weights: str | None
    """Folder of the new weights; None when there are none (diverged, or stopped before the first step)."""
    adapter: str | None
    """Folder of the new adapter (LoRA)."""
    optimizer_state: str | None
    """Folder of the optimizer state that belongs to the new weights."""
    optimizer_start: Literal["fresh", "restored"]
    """Where the optimizer state came from."""
    steps: int
    """Optimizer steps taken."""
    planned_steps: int
    """Optimizer steps in all passes, or `max_steps`."""
    rows: int
    """Rows given."""
    trained_rows: int
    """Rows in the steps taken, over all passes."""
    trained_tokens: int
    """Sampled tokens in the steps taken."""
    forward_tokens: int
    """Tokens of prompts and completions computed in the steps taken, without padding: for the count of
    FLOPs."""
    shared_tokens: int = 0
    """Tokens of the same rows that were computed with another row of their prompt."""
    padding_share: float
    """Share of the positions computed that were padding."""
    max_kl_seen: float | None
    """Largest KL to the sampler's policy on any step, in nats per token; None where it was not finite. The
    step that was stopped by it is one of them."""
    min_ess_seen: float | None
    """Smallest effective-sample share on any step; None where it was not finite."""
    train_s: float
    """Seconds in the training loop."""
    total_s: float
    """Seconds of the whole job, loading and saving included."""


Job = TrainJob | ProbeJob


def write_job(job: Job, path: Path) -> None:
    """Writes a job as JSON."""
    write_json(path, asdict(job))


def read_job(path: Path) -> Job:
    """Reads a job back; its `kind` tells which."""
    job: Job = TypeAdapter(Job).validate_python(read_json(path))
    return job


def refusal_file(job: Path) -> Path:
    """Where one process of several leaves the sentence of a UserError for the launcher."""
    return job.with_suffix(".refused")


def write_result(result: TrainResult, output: Path) -> None:
    """Writes result.json: the sign that the folder is complete."""
    write_json(output / RESULT_FILE, asdict(result))


def read_result(output: Path) -> TrainResult:
    """Reads result.json back."""
    return TypeAdapter(TrainResult).validate_python(read_json(output / RESULT_FILE))
