"""The data that flows between the stages: problem, rollout, row of training, row of evaluation.

Problem -> Rollout -> VerdictRow -> (reward, advantage) -> TrainRow -> weights -> EvalRow

Every record is frozen and plain (numbers, strings, tuples), so that it can be written to
Parquet as it is and read by a stranger without this code. Nothing here does any work.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: str
    """`system`, `user` or `assistant`."""
    content: str
    """What was said."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to solve whose answer can be checked.

    Example:
        Problem("add-3/17", (Message("user", "417+85="),), gold="502", verifier="number", level="3
        digits")
    """

    id: str
    """Unique in its suite and stable over runs."""
    messages: tuple[Message, ...]
    """What the model is shown; the chat template is applied by the sampler."""
    gold: str
    """What the verifier needs to judge an answer; never shown to the model's side."""
    verifier: str
    """Name of the verifier, or `path/to/file.py:name`."""
    level: str = ""
    """Difficulty, as the suite names it; empty where it does not grade."""
    canary: bool = False
    """Whether the gold was replaced by an impossible one: a pass raises an alarm, and it is never trained
    on."""


@dataclass(frozen=True, slots=True)
class Rollout:
    """One sampled completion. `T` below is its length in tokens."""

    id: str
    """`<problem id>#<sample>`, or `<problem id>#<attempt>.<sample>` from the second attempt on."""
    problem_id: str
    """The problem it answers."""
    sample: int
    """Which of the problem's samples this is, from 0."""
    prompt_ids: tuple[int, ...]
    """The prompt after the chat template, as token ids."""
    completion_ids: tuple[int, ...]
    """[T] what the model wrote, end-of-turn token included."""
    logprobs: tuple[float, ...]
    """[T] the sampler's log-probability of each token, at the sampling temperature; 0 where `forced`."""
    text: str
    """The completion as text: special tokens kept, the end-of-turn token left out, and a `<think>` that the
    prompt had already opened put back in front, so that it reads as a whole."""
    finish_reason: str
    """`stop`, `length` (truncated) or `prompt_too_long` (nothing was sampled)."""
    seconds: float
    """Engine seconds since the shard before it was written, shared out by generated tokens."""
    max_new_tokens: int
    """The token limit it was sampled under."""
    temperature: float
    """The temperature it was sampled at."""
    weights_hash: str
    """Which weights wrote it."""
    thinking_tokens: int | None = None
    """The limit of its thought, `None` where there was none: with the token limit, its effort."""
    forced: tuple[int, ...] = ()
    """Positions in the completion of tokens that were put in to close the thought; nothing sampled them."""
    attempt: int = 1
    """1, or which try at its problem this is (`retries.py`)."""


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """A verdict as it is stored, keyed by the rollout it judges."""

    rollout_id: str
    """The rollout that was judged."""
    problem_id: str
    """The problem it answers."""
    status: str
    """`verifiers.verdict.Status`."""
    score: float | None
    """In [0, 1]; `None` where it could not be judged."""
    objective: float | None
    """Value of a construction that may beat every known one."""
    answer: str | None
    """The answer as it was extracted."""
    reason: str
    """Why, in words."""
    cpu_s: float
    """CPU seconds that judging took."""
    wall_s: float
    """Seconds that judging took."""
    peak_memory_bytes: int | None
    """Largest memory of what the answer ran; `None` where it ran nothing."""
    shown_passed: bool | None
    """Whether it passes the tests that its prompt shows; `None` where none are shown."""
    verifier: str
    """Who judged."""
    version: str
    """Hash of the verifier's code."""


@dataclass(frozen=True, slots=True)
class TrainRow:
    """One rollout as the trainer sees it. `T` is its length in tokens."""

    rollout_id: str
    """The rollout it comes from."""
    prompt_ids: tuple[int, ...]
    """The prompt as token ids."""
    completion_ids: tuple[int, ...]
    """[T] the tokens to learn from."""
    logprobs: tuple[float, ...]
    """[T] the sampler's log-probabilities: the denominator of the importance ratio."""
    advantage: float
    """What the rollout's reward is worth against its group."""
    forced: tuple[int, ...] = ()
    """Positions in the completion that nothing sampled: they are read and not learned."""
    supervised: float = 0.0
    """Weight of the row's own log-likelihood in the loss; 0 where only the advantage counts."""
    age: int = 0
    """Generations since it was sampled: above 0 for replayed rows, which the drift guard leaves out."""


@dataclass(frozen=True, slots=True)
class EvalRow:
    """One judged sample of an evaluation."""

    model: str
    """`champion` or `challenger`."""
    effort: str
    """`efforts.Effort.name`: the limits that it was sampled under."""
    problem_id: str
    """The problem it answers."""
    level: str
    """The problem's difficulty."""
    sample: int
    """Which of the problem's samples this is, from 0."""
    status: str
    """The verdict's status; `verifier_error` rows are counted apart, never as wrong."""
    score: float | None
    """The verdict's score in [0, 1]; `None` where it could not be judged."""
    answer: str | None
    """The extracted answer, for majority votes."""
    chooser_score: float | None
    """What `report.best_of` makes of it; `None` where nothing is named or it could not say."""
    prompt_tokens: int
    """Tokens of the prompt, which the problem's samples share."""
    output_tokens: int
    """Tokens generated for this sample."""
    truncated: bool
    """Whether the sample ran into its token limit."""
    seconds: float
    """The rollout's engine seconds."""
