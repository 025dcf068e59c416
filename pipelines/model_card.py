"""The card beside a champion's weights: what it is, how it was made, what was measured, and what was not.

    write_card(folder, champion)        weights/README.md, with the metadata that the Hugging Face Hub reads

Everything comes from files of the run: the recipe, the decision that promoted it, and the report split where
it was measured on it; call it again once it was. Paths of this machine are not told. Which licence the
weights have is for their owner to say: none is written.
"""

from pathlib import Path

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from ratchetrl.pipelines.card_text import card_text, on_hub, place, title
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.efforts import gate_effort
from ratchetrl.pipelines.model_scores import Score, scores_of
from ratchetrl.pipelines.run_context import Champion
from ratchetrl.pipelines.run_folder import DECISION_FILE, RunFolder
from ratchetrl.pipelines.store import atomic_path, read_json

CARD_FILE = "README.md"
TAGS = ["ratchetrl", "reinforcement-learning", "verifiable-rewards", "grpo", "trl"]


def write_card(folder: RunFolder, champion: Champion) -> Path:
    """Writes the card of a champion; returns its path."""
    config, home = load_toml(folder.config_file), folder.generation(champion.generation)
    decision = read_json(home / DECISION_FILE) if champion.generation else None
    scores = scores_of(home, decision, gate_effort(config).name)
    text = card_text(folder, config, champion, decision, scores)
    card = ModelCard(f"---\n{_metadata(folder, config, champion, scores)}\n---\n\n{text}")
    path = champion.weights / CARD_FILE
    with atomic_path(path) as temporary:
        temporary.write_text(str(card), encoding="utf-8")
    return path


def _metadata(folder: RunFolder, config: Config, champion: Champion, scores: list[Score]) -> str:
    data = ModelCardData(
        model_name=title(folder, champion),
        base_model=config.model.path if on_hub(config.model.path) else None,
        datasets=[config.data.path] if on_hub(config.data.path) else None,
        library_name="transformers",
        pipeline_tag="text-generation",
        tags=TAGS,
        eval_results=[_result(config, score) for score in scores] or None,
    )
    return str(data.to_yaml())


def _result(config: Config, score: Score) -> EvalResult:
    return EvalResult(
        task_type="text-generation",
        dataset_type=place(config.data.path),
        dataset_name=place(config.data.path),
        dataset_config=config.data.subset,
        dataset_split=score.split,
        metric_type="accuracy",
        metric_name=f"score of one sample of {score.effort} tokens, {score.level or 'all levels'}",
        metric_value=round(score.value, 4),
        metric_args={"lower_95": round(score.lower, 4), "upper_95": round(score.upper, 4)},
    )
