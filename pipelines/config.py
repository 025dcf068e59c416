"""What a recipe may say: the tables put together, and the rules that span them.

    ratchetrl run configs/quickstart.toml --sampling.temperature 0.8

Reading files and command lines is `config_file.py`; nothing here touches the disk, torch or vLLM.
"""

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
            c.budget.cost_usd is not None and c.cost.usd_per_device_hour is None,
            "budget.cost_usd needs a price; set cost.usd_per_device_hour",
        ),
        (
            c.engine.shard_rollouts < c.sampling.samples,
            f"engine.shard_rollouts ({c.engine.shard_rollouts}) is less than one group of "
            f"{c.sampling.samples} samples; raise it",
        ),
    ]
