"""The text of a champion's card: evaluation, decision, training, data and verifiers, limits.

    card_text(folder, config, champion, decision, scores)      Markdown, without the metadata

Names that come from datasets and recipes are written so that they have no effect in Markdown or HTML.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_tables import BOOTSTRAP
from ratchetrl.pipelines.model_scores import Score
from ratchetrl.pipelines.run_context import Champion
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.store import complete, manifest, read_json, read_lines
from ratchetrl.pipelines.suite_contamination import CONTAMINATION_FILE
from ratchetrl.pipelines.suite_sources import HUB_NAME

MARKUP = re.compile(r"([\\`*_{}\[\]<>|#])")
HEAD = """| split | most tokens | level | problems | samples | score of one sample | 95% interval |
|---|---|---|---|---|---|---|"""


def card_text(
    folder: RunFolder,
    config: Config,
    champion: Champion,
    decision: dict[str, Any] | None,
    scores: list[Score],
) -> str:
    parts = [
        f"# {title(folder, champion)}",
        _what(config, champion),
        "## Evaluation",
        _table(scores),
        "## Decision",
        _decision(decision),
        "## Training",
        *_training(config, decision),
        "## Data and verifiers",
        *_data(folder, config, champion),
        "## Limits",
        *_limits(folder, config, decision, scores),
    ]
    return "\n\n".join(parts) + "\n"


def title(folder: RunFolder, champion: Champion) -> str:
    return f"{folder.path.name}, generation {champion.generation}"


def _what(config: Config, champion: Champion) -> str:
    base = (
        "a small model that the run trained from scratch"
        if config.model.path == BOOTSTRAP
        else f"{_plain(place(config.model.path))} (revision {_plain(config.model.revision)})"
    )
    if champion.generation == 0:
        return (
            f"The base of a RatchetRL run, as it was before any training: {base}. Weights `{champion.hash}`."
        )
    return (
        f"Made from {base} by reinforcement learning with verifiable rewards; it stands because its "
        f"gate promoted it. Weights `{champion.hash}`."
    )


def _table(scores: list[Score]) -> str:
    if not scores:
        return "Not measured yet."
    rows = (
        f"| {each.split} | {each.effort} | {_plain(each.level) or 'all'} | {each.problems} | "
        f"{each.samples} | {each.value:.4f} | {each.lower:.4f} to {each.upper:.4f} |"
        for each in scores
    )
    return "\n".join([HEAD, *rows])


def _decision(decision: dict[str, Any] | None) -> str:
    if decision is None:
        return "None: the base is where a run starts."
    compared = decision["all_levels"]
    gain = (
        f" Gain over the champion before it {compared['gain']:+.4f} [{compared['gain_lower']:+.4f}, "
        f"{compared['gain_upper']:+.4f}], 95%, paired by problem, on {compared['problems']} gate problems."
    )
    return (
        f"{decision['decision'].capitalize()} as {decision['route']}, decided by {_plain(decision['by'])} at "
        f"an alpha of {decision['alpha']:.2g} (gate {decision['test_index']} of the run): "
        f"{_plain(decision['reason'])}.{gain}"
    )


def _training(config: Config, decision: dict[str, Any] | None) -> Iterator[str]:
    if decision is None:
        yield "None."
        return
    sampling, train = config.sampling, config.train
    yield (
        f"The last of {decision['generation']} generations: {sampling.problems} problems, {sampling.samples} "
        f"rollouts each at temperature {sampling.temperature:g} and at most {sampling.max_new_tokens} new "
        f"tokens, loss {train.loss}, learning rate {train.learning_rate:g}, "
        + ("all weights." if train.lora_rank == 0 else f"LoRA of rank {train.lora_rank}.")
    )
    parts = ", ".join(
        f"{weight:g} x {_plain(Path(part).name)}" for part, weight in config.reward.parts.items()
    )
    yield f"Reward: {parts}; arm {config.reward.arm}; advantage {config.reward.advantage}."


def _data(folder: RunFolder, config: Config, champion: Champion) -> Iterator[str]:
    subset = f", subset {_plain(config.data.subset)}" if config.data.subset else ""
    digest = read_json(folder.data_file)["digest"]
    yield f"{_plain(place(config.data.path))}{subset}; digest of the problems `{digest}`."
    home = folder.generation(champion.generation)
    stages = [*home.glob("verify-*"), *home.glob("report-*")]
    found = {name: version for stage in stages for name, version in _verifiers(stage).items()}
    judged = ", ".join(
        f"{_plain(Path(name).name)} version `{version}`" for name, version in sorted(found.items())
    )
    yield f"Judged by {judged or 'no verifier yet'}."


def _verifiers(stage: Path) -> dict[str, str]:
    known: dict[str, str] = manifest(stage).get("verifiers", {}) if complete(stage) else {}
    return known


def _limits(
    folder: RunFolder, config: Config, decision: dict[str, Any] | None, scores: list[Score]
) -> Iterator[str]:
    yield (
        "The scores hold for these problems, this effort and these verifiers; nothing else was measured, "
        "neither other tasks nor safety. Scores on the gate's problems are those it was chosen by, and lean "
        "upward."
    )
    if decision is not None:
        yield f"Its gate finds true gains of {decision['detectable_gain']:.4f} and more, four times in five."
    looks = len(read_lines(folder.looks_file))
    yield f"Looks at the sealed split so far: {looks}."
    if (file := folder.path / CONTAMINATION_FILE).exists():
        told = ", ".join(
            f"{each['ngram8']['problems']} of {each['problems']} in {_plain(place(each['name']))}"
            for each in read_json(file)["suites"]
        )
        yield f"Problems with eight words in a row that train problems have too: {told}."


def on_hub(path: str) -> bool:
    return "/" in path and HUB_NAME.fullmatch(path) is not None and not Path(path).expanduser().exists()


def place(path: str) -> str:
    """A Hub name or a generator as it is; of a local path the last part."""
    return path if on_hub(path) or ":" in path else Path(path).name


def _plain(text: str) -> str:
    """Text of others without effect in Markdown or HTML, on one line; a character that cannot be shown, such
    as half of a surrogate pair, which no file can hold, becomes U+FFFD."""
    shown = "".join(each if each.isprintable() else "\ufffd" for each in " ".join(text.split()))
    return MARKUP.sub(r"\\\1", shown)
