"""What a recipe may say: the tables put together, and the rules that span them.

    ratchetrl run configs/quickstart.toml --sampling.temperature 0.8

Reading files and command lines is `config_file.py`; nothing here touches the disk, torch or vLLM.
"""

from collections.abc import Iterator

from pydantic import Field, model_validator

from ratchetrl.pipelines.bootstrap_settings import BootstrapSettings
from ratchetrl.pipelines.config_tables import (
    BOOTSTRAP,
    Budget,
    Cost,
    Engine,
    Gate,
    Model,
    Report,
    Reward,
    Sampling,
    Table,
    Tracking,
    Verification,
)
from ratchetrl.pipelines.efforts import Effort, gate_effort, report_efforts, sampling_effort
from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.pipelines.train_job import TrainSettings


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
    report: Report = Report()
    cost: Cost = Cost()
    tracking: Tracking = Tracking()
    budget: Budget

    @model_validator(mode="after")
    def _rules_across_tables(self) -> "Config":
        for broken, sentence in [*_rules(self), *_effort_rules(self)]:
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
            c.sampling.attempts > 1 and c.sampling.temperature != 1.0,
            "what further attempts find is scored at temperature 1 only; set sampling.temperature = 1.0 or "
            "sampling.attempts = 1",
        ),
        (
            not c.model.thinking_marks[1].strip(),
            "model.thinking_marks needs a text that closes a thought, such as </think>",
        ),
        (
            c.reward.overlong_tokens > c.sampling.max_new_tokens,
            f"reward.overlong_tokens ({c.reward.overlong_tokens}) is more than sampling.max_new_tokens "
            f"({c.sampling.max_new_tokens}); lower it",
        ),
        (
            c.budget.cost_usd is not None and c.cost.usd_per_device_hour is None,
            "budget.cost_usd needs a price; set cost.usd_per_device_hour",
        ),
        (
            c.engine.shard_rollouts < c.sampling.samples,
            f"engine.shard_rollouts ({c.engine.shard_rollouts}) is less than one group of "
            f"{c.sampling.samples} samples; raise it",
        ),
    ]


def _effort_rules(c: Config) -> Iterator[tuple[bool, str]]:
    """The same for every effort that is sampled at."""
    named = [("sampling", sampling_effort(c)), ("gate", gate_effort(c))]
    named += [("report.efforts", effort) for effort in report_efforts(c)]
    for name, effort in named:
        yield from _rules_of_effort(name, effort, c.engine.max_model_len)
    yield (
        len(set(c.report.efforts)) < len(c.report.efforts),
        "report.efforts names an effort twice; name each once",
    )


def _rules_of_effort(name: str, effort: Effort, max_model_len: int) -> Iterator[tuple[bool, str]]:
    yield (
        effort.max_new_tokens >= max_model_len,
        f"{name}: max_new_tokens ({effort.max_new_tokens}) leaves no room for a prompt in "
        f"engine.max_model_len ({max_model_len}); raise the latter",
    )
    yield (
        effort.thinking_tokens is not None and effort.thinking_tokens >= effort.max_new_tokens,
        f"{name}: thinking_tokens ({effort.thinking_tokens}) leaves no token for an answer in max_new_tokens "
        f"({effort.max_new_tokens}); lower it",
    )
