"""What a recipe may say: the tables put together. The rules that span them are `config_rules.py`.

    ratchetrl run configs/quickstart.toml --sampling.temperature 0.8

Reading files and command lines is `config_file.py`; nothing here touches the disk, torch or vLLM.
"""

from pydantic import Field, model_validator

from ratchetrl.pipelines.bootstrap_settings import BootstrapSettings
from ratchetrl.pipelines.config_rules import rules
from ratchetrl.pipelines.config_tables import (
    Budget,
    Cost,
    Distil,
    Engine,
    Gate,
    Model,
    Report,
    Reward,
    Sampling,
    Selection,
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
    selection: Selection = Selection()
    train: TrainSettings
    distil: Distil | None = None
    gate: Gate = Gate()
    report: Report = Report()
    cost: Cost = Cost()
    tracking: Tracking = Tracking()
    budget: Budget

    @model_validator(mode="after")
    def _rules_across_tables(self) -> "Config":
        for broken, sentence in rules(self):
            if broken:
                raise ValueError(sentence)
        return self
