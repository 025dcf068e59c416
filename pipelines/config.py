"""What a recipe may say: one frozen pydantic model per TOML table.

    ratchetrl run configs/quickstart.toml --sampling.temperature 0.8

Every field is documented once, in the docstring under it; the same text is `--help`.
A field without a default must be chosen by the recipe. Reading files and command lines
is `config_file.py`; nothing here touches the disk, torch or vLLM.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ratchetrl.pipelines.bootstrap_settings import BootstrapSettings
from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.pipelines.train_job import TrainSettings

BOOTSTRAP = "bootstrap"  # the value of model.path that means: train the base from scratch


class Table(BaseModel):
    """A TOML table: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Model(Table):
    """[model] The weights that generation 1 starts from."""

    path: str
    """Hub name, local folder, or `bootstrap` to train the base that the table [bootstrap] describes."""
    revision: str = "main"
    """Branch, tag or commit on the Hub."""
    thinking: Literal["template", "on", "off"] = "template"
    """Thinking switch of the chat template; `template` leaves its own default."""


class Sampling(Table):
    """[sampling] The rollouts that a generation learns from."""

    problems: int = Field(gt=0)
    """Train problems per generation."""
    samples: int = Field(ge=2)
    """Rollouts per problem: the size of a GRPO group."""
    max_new_tokens: int = Field(gt=0)
    """Token limit of one rollout, for training and for evaluation."""
    temperature: float = Field(default=1.0, gt=0)
    """Sampling temperature, for training and for evaluation. No top-p and no top-k: they bias the
    importance ratio."""


class Engine(Table):
    """[engine] Where rollouts are sampled."""

    kind: Literal["vllm", "server"] = "vllm"
    """`vllm` runs the engine here, in processes of its own; `server` uses a running vLLM server at `url`."""
    url: str | None = None
    """Address of the server, such as http://127.0.0.1:8000. It must see the run folder at the same path."""
    dtype: Literal["float32", "bfloat16"]
    """Number format of the sampler: float32 on CPU, bfloat16 on GPUs."""
    max_model_len: int = Field(gt=0)
    """Context length: prompt and completion together, in tokens."""
    max_sequences: int = Field(default=256, gt=0)
    """Sequences decoded at the same time by one engine."""
    memory: float = Field(default=0.9, gt=0)
    """Share of a GPU's memory for the engine; on CPU, GiB for the KV cache (whole ones, at least 1)."""
    tensor_parallel: int = Field(default=1, ge=1)
    """GPUs that one engine is spread over."""
    replicas: int = Field(default=1, ge=1)
    """Engines side by side, each on its own GPUs; shards are dealt out to them."""
    keep_warm: bool = True
    """Keep the engine between stages and reload weights (CPU, or GPUs set apart). False stops it before
    training."""
    shard_rollouts: int = Field(default=512, gt=0)
    """Rollouts per stored shard: what a crash can lose at most."""


class Verification(Table):
    """[verification] The pool of processes that judge answers while others are sampled."""

    workers: int = Field(default=1, ge=1)
    """Worker processes."""
    timeout_s: float = Field(default=10.0, gt=0)
    """Seconds after which a worker that does not answer is replaced; its answer counts as not judged."""
    tier: Literal["A", "B", "C"] | None = None
    """Sandbox of the verifiers that run code; by default the best that this machine allows."""
    unsafe: bool = False
    """Allow tier C, which only limits resources: for answers that you trust."""


class Reward(Table):
    """[reward] From verdicts to advantages."""

    parts: dict[str, float] = {"correct": 1.0}
    """Weight of each reward part: a built-in name or `path/to/file.py:name`."""
    advantage: Literal["std", "mean", "leave_one_out"]
    """Baseline of a group: (r - mean) / std (GRPO), r - mean (Dr. GRPO), r - mean of the others (RLOO)."""
    truncated: Literal["score", "drop"] = "score"
    """Rollouts that hit the token limit: `score` judges them as they are, `drop` gives them no reward."""
    overlong_tokens: int = Field(default=0, ge=0)
    """Length of DAPO's soft penalty zone before the token limit; 0 turns it off."""


class Gate(Table):
    """[gate] The test that a challenger must pass."""

    samples: int = Field(default=4, ge=1)
    """Samples per gate problem, for the champion and for the challenger."""
    report_samples: int = Field(default=16, ge=2)
    """Samples per report problem: twice the largest k that the curves show."""
    report_every: int = Field(default=3, ge=1)
    """The report split is sampled for the base, after every so many generations, and for the last
    champion."""


class Budget(Table):
    """[budget] When a run ends. All of it may be extended later without changing a result."""

    generations: int = Field(gt=0)
    """Generations to run."""
    patience: int = Field(default=2, ge=1)
    """Generations in a row without a promotion that end the run."""
    generated_tokens: int | None = Field(default=None, gt=0)
    """Tokens that may be sampled over the whole run."""
    hours: float | None = Field(default=None, gt=0)
    """Wall-clock hours of the whole run, over all attempts."""
    cost_usd: float | None = Field(default=None, gt=0)
    """Money that may be spent; needs `usd_per_hour`."""
    usd_per_hour: float | None = Field(default=None, gt=0)
    """What this machine costs per hour."""
    keep: int = Field(default=2, ge=1)
    """Champions whose weights and optimiser state stay on disk besides the current one; a change of mind
    later cannot undo pruning."""


class Config(Table):
    """A whole recipe. See configs/quickstart.toml for one with every table."""

    seed: int = Field(default=1, ge=0)
    """Seed of everything: problems, sampling, order of training."""
    model: Model
    bootstrap: BootstrapSettings | None = None
    data: SuiteSettings
    sampling: Sampling
    engine: Engine
    verification: Verification = Verification()
    reward: Reward
    train: TrainSettings
    gate: Gate = Gate()
    budget: Budget

    @model_validator(mode="after")
    def _rules_across_tables(self) -> "Config":
        for broken, sentence in _rules(self):
            if broken:
                raise ValueError(sentence)
        return self


def _rules(c: Config) -> list[tuple[bool, str]]:
    """(broken?, what is wrong and what to do) for every rule that spans tables."""
    return [
        (
            c.model.path == BOOTSTRAP and c.bootstrap is None,
            "model.path is 'bootstrap' but there is no [bootstrap] table; add one or name a model",
        ),
        (
            c.engine.kind == "server" and c.engine.url is None,
            "engine.kind is 'server' but engine.url is not set; give the server's address",
        ),
        (
            c.engine.kind == "vllm" and c.engine.url is not None,
            "engine.url is set but engine.kind is 'vllm'; set engine.kind = \"server\" or remove the url",
        ),
        (
            c.engine.kind == "server" and c.sampling.temperature != 1.0,
            "a server reports log-probabilities at temperature 1 only; set sampling.temperature = 1.0 or "
            'engine.kind = "vllm"',
        ),
        (
            c.sampling.max_new_tokens >= c.engine.max_model_len,
            f"sampling.max_new_tokens ({c.sampling.max_new_tokens}) leaves no room for a prompt in "
            f"engine.max_model_len ({c.engine.max_model_len}); raise the latter",
        ),
        (
            c.reward.overlong_tokens > c.sampling.max_new_tokens,
            f"reward.overlong_tokens ({c.reward.overlong_tokens}) is more than sampling.max_new_tokens "
            f"({c.sampling.max_new_tokens}); lower it",
        ),
        (
            c.budget.cost_usd is not None and c.budget.usd_per_hour is None,
            "budget.cost_usd needs a price; set budget.usd_per_hour",
        ),
        (
            c.engine.shard_rollouts < c.sampling.samples,
            f"engine.shard_rollouts ({c.engine.shard_rollouts}) is less than one group of "
            f"{c.sampling.samples} samples; raise it",
        ),
    ]
