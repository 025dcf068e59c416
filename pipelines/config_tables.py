"""The tables of a recipe but for [data], [bootstrap] and [train]: one frozen pydantic model each.

Every field is documented once, in the docstring under it; the same text is `--help`. A field without a
default must be chosen by the recipe. `config.py` puts them together and holds the rules that span them.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

BOOTSTRAP = "bootstrap"  # the value of model.path that means: train the base from scratch


class Table(BaseModel):
    """A TOML table: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


class Model(Table):
    """[model] The weights that generation 1 starts from."""

    path: str
    """Hub name, local folder, or `bootstrap` to train the base that the table [bootstrap] describes."""
    revision: str = "main"
    """Branch, tag or commit on the Hub."""
    thinking: Literal["template", "on", "off"] = "template"
    """Thinking switch of the chat template; `template` leaves its own default."""
    thinking_marks: tuple[str, str] = ("<think>", "</think>\n\n")
    """What opens a thought in the model's own format, and what is put in to close one that has used up
    thinking_tokens. An empty opening: every answer begins with a thought."""


class Sampling(Table):
    """[sampling] The rollouts that a generation learns from."""

    problems: int = Field(gt=0)
    """Train problems per generation."""
    samples: int = Field(ge=1)
    """Rollouts per problem: the size of a GRPO group. One is enough for `train.loss = "rft"`."""
    max_new_tokens: int = Field(gt=0)
    """Token limit of one rollout."""
    temperature: float = Field(default=1.0, gt=0)
    """Sampling temperature, for training and for evaluation. No top-p and no top-k: they bias the
    importance ratio."""
    thinking_tokens: int | None = Field(default=None, gt=0)
    """Most tokens of thinking in one rollout; the thought is then closed and the answer begins. Unset: only
    max_new_tokens limits it."""
    attempts: int = Field(default=1, ge=1, le=4)
    """Tries at a problem that no sample solved: each further one sees the verifier's feedback on the one
    before. What they find is learned with the plain prompt."""
    choose: Literal["uniform", "posterior"] = "uniform"
    """Which problems a generation asks: any (`uniform`), or mostly those that the champion is believed to
    solve sometimes but not always, by all verdicts so far (`posterior`)."""
    probe: int | None = Field(default=None, ge=1)
    """Rollouts of a problem's first wave; further waves go only to groups that may still teach something.
    Unset: all `samples` at once. Under `train.loss = "rft"` a right answer ends a group, so a probe of 1 with
    2 `samples` leaves the second ones of solved problems to unsolved ones."""
    most_samples: int | None = Field(default=None, ge=2)
    """Most rollouts of one problem over all waves, out of what easier ones of earlier shards leave; by
    default `samples`. Set `engine.shard_rollouts` well below `problems` x `samples`, or nothing is left over
    in time."""
    hard_effort: str | None = None
    """Token limits for problems that a whole group has not solved, as MAX_NEW_TOKENS or
    MAX_NEW_TOKENS/THINKING_TOKENS; by default those of all others."""
    informative_rows: int | None = Field(default=None, gt=0)
    """Sampling ends once there are so many rollouts to learn from: those of groups with both right and wrong
    answers, or the right ones under `train.loss = "rft"`. Unset: every problem is asked."""


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
    """Baseline of a group: (r - mean) / std (GRPO), r - mean (Dr. GRPO), r - mean of the others (RLOO);
    unused under `train.loss = "rft"`."""
    arm: Literal["verdict", "random-reward", "shuffled-gold", "format-only"] = "verdict"
    """`verdict` is the real thing; the others are controls (`ratchetrl control`)."""
    truncated: Literal["score", "drop"] = "score"
    """Rollouts that hit the token limit: `score` judges them as they are, `drop` gives them no reward."""
    overlong_tokens: int = Field(default=0, ge=0)
    """Length of DAPO's soft penalty zone before the token limit; 0 turns it off."""
    length_price: float = Field(default=0.0, ge=0, lt=1)
    """Reward that a right answer loses if it fills its token limit on a problem that is always solved; a
    shorter one, or one to a harder problem, loses less, a wrong one nothing. 0 turns it off; use it with
    `advantage = "mean"`."""


class Selection(Table):
    """[selection] Which rollouts a generation learns from."""

    rows_per_group: int | None = Field(default=None, ge=2)
    """Most rollouts of one problem that are trained on: those whose rewards differ most, or, under
    `train.loss = "rft"`, at most so many right answers. Unset: all."""
    replay: float = Field(default=0.0, ge=0, lt=1)
    """Right answers of earlier generations that are trained on again, for problems that nothing solved in
    this one: at most this share of the fresh rows."""
    replay_generations: int = Field(default=3, ge=1)
    """Replayed answers are at most so many generations old."""


class Distil(Table):
    """[distil] A teacher to imitate instead of learning from verdicts; `ratchetrl distil` fills it in."""

    teacher: str
    """The stage of another run that holds the teacher's weights: its folder."""


class Gate(Table):
    """[gate] The test that a challenger must pass."""

    samples: int = Field(default=4, ge=1)
    """Samples per gate problem, for the champion and for the challenger."""
    max_new_tokens: int | None = Field(default=None, gt=0)
    """Token limit of one evaluated answer; by default that of sampling."""
    thinking_tokens: int | None = Field(default=None, gt=0)
    """Most tokens of thinking in one evaluated answer; by default that of sampling."""
    blocks: int = Field(default=4, ge=1, le=10)
    """Looks: the gate's problems are sampled in so many blocks, and a clear answer ends it early."""
    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    """Chance that a whole run promotes a change that changes nothing."""
    horizon: int = Field(default=10, ge=1)
    """Gates that share four fifths of alpha in equal parts; those after them share the rest."""
    target_gain: float = Field(default=0.02, gt=0, lt=1)
    """Gain worth finding: a gate that would have seen it and did not rejects; a blunter one is
    inconclusive."""
    margin: float = Field(default=0.01, ge=0, lt=1)
    """Loss of score, of breadth or on a regression suite that is still taken as none."""
    regression: tuple[str, ...] = ()
    """Suites that must not get worse: TOML files with a [data] table each; their report problems are
    asked."""


class Report(Table):
    """[report] The curves of cost against score."""

    samples: int = Field(default=16, ge=2)
    """Samples per report problem and effort: twice the largest k that the curves show."""
    every: int = Field(default=3, ge=1)
    """The report split is sampled for the base, after every so many generations, and for the last
    champion."""
    efforts: tuple[str, ...] = ()
    """Efforts to measure, as MAX_NEW_TOKENS or MAX_NEW_TOKENS/THINKING_TOKENS; by default the gate's own."""
    best_of: str | None = None
    """What a deployment may choose the best of k by: `shown_tests`, or a verifier that is given the
    problem's prompt as its gold."""


class Cost(Table):
    """[cost] What things cost. A price that is not given is unknown, never zero."""

    usd_per_device_hour: float | None = Field(default=None, gt=0)
    """What one GPU (or, without GPUs, this machine) costs per hour."""
    prices: str | None = None
    """Dated TOML file of token prices, such as configs/prices/open_models.toml."""
    price_model: str | None = None
    """The model's name in that file; by default model.path."""


class Tracking(Table):
    """[tracking] Copies of metrics.jsonl in other places."""

    trackers: tuple[Literal["wandb", "trackio", "tensorboard"], ...] = ()
    """Where to; each must be installed."""
    project: str = "ratchetrl"
    """Project name there."""


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
    """Money that may be spent; needs `cost.usd_per_device_hour`."""
    keep: int = Field(default=2, ge=1)
    """Champions whose weights and optimiser state stay on disk besides the current one; a change of mind
    later cannot undo pruning."""
