"""What to plant in a run, and the recipe that such a run would have: the quickstart's, smaller."""

from dataclasses import dataclass

from planted_model import PlantedModel

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import QUICKSTART, load_toml

SHAPE = {
    "model_type": "qwen3",
    "architectures": ["Qwen3ForCausalLM"],
    "num_hidden_layers": 4,
    "hidden_size": 128,
    "intermediate_size": 384,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 32,
    "hidden_act": "silu",
    "vocab_size": 359,
    "tie_word_embeddings": False,
    "use_sliding_window": False,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What to plant."""

    base: PlantedModel
    """Generation 0."""
    steps: tuple[PlantedModel | None, ...]
    """The challengers of generations 1, 2, ...; None for one that had nothing to learn from."""
    problems: int = 40
    """Report problems."""
    gate_problems: int = 80
    """Gate problems of each generation."""
    train_problems: int = 24
    """Train problems of each generation."""
    samples: int = 16
    """Samples per report problem and effort."""
    efforts: tuple[int, ...] = (96,)
    """Token limits of the report."""
    usd_per_device_hour: float | None = 2.0
    """Price, or none."""
    state: str = "finished"
    """What the supervisor said last."""
    seed: int = 0
    """Of everything drawn."""


THREE_STEPS = Settings(
    base=PlantedModel(skill=0.0, tokens=30.0),
    steps=(
        PlantedModel(skill=1.2, tokens=28.0),
        PlantedModel(skill=0.4, tokens=31.0),
        PlantedModel(skill=2.6, tokens=26.0),
    ),
)
"""Promoted, rejected (worse), promoted."""


def planted_config(settings: Settings) -> Config:
    """The recipe of the run."""
    quick = load_toml(QUICKSTART)
    report = {"samples": settings.samples, "every": 1, "efforts": tuple(map(str, settings.efforts))}
    data = {"report_problems": settings.problems, "gate_problems": settings.gate_problems}
    tables = {
        "report": quick.report.model_copy(update=report),
        "data": quick.data.model_copy(update=data),
        "cost": quick.cost.model_copy(update={"usd_per_device_hour": settings.usd_per_device_hour}),
        "budget": quick.budget.model_copy(update={"generations": max(1, len(settings.steps))}),
    }
    return quick.model_copy(update=tables)
