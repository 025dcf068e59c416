"""Generation 0: the weights that everything starts from, as a folder like any champion's.

A local model is linked, a Hub model is downloaded into the Hub's own cache and linked, and `bootstrap`
trains one (kept in a cache for the next run). The trainer then writes the probe beside the weights, so that
even the first load of the engine is checked. Only safetensors are taken, and no code that comes with a
model is run.
"""

import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.config_tables import BOOTSTRAP
from ratchetrl.pipelines.handover import PROBE_FILE
from ratchetrl.pipelines.progress import run_child
from ratchetrl.pipelines.run_context import Champion, Run, champion_in
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.store import complete, digest, file_digest, read_json, weights_digest
from ratchetrl.pipelines.train_job import ProbeJob
from ratchetrl.verifiers.errors import UserError

BOOTSTRAP_MODULES = (
    *("addition", "bootstrap", "char_tokenizer", "long_addition", "mark_training", "pass_rate"),
    *("place_marks", "programs", "splits", "worked_batches", "worked_tasks"),
)
ADAPTER_FILE = "adapter_config.json"
WANTED = ["*.safetensors", "*.json", "*.txt", "*.jinja", "*.model"]


def base_stage(run: Run) -> Champion:
    """The base as a champion; made on the first call, found on later ones."""
    config = run.config
    stage = base_folder(run.folder, config)
    weights = stage / "weights"
    if not run.finished(stage):
        shutil.rmtree(stage, ignore_errors=True)
        _place(base_model(config, run), weights, copy=config.model.path == BOOTSTRAP)
        if config.engine.keep_warm:
            run.sampler.start(weights)  # imports beside the trainer's
        run.trainer.probe(ProbeJob(model=str(weights), output=str(weights / PROBE_FILE)))
        run.finish(stage, 0, {"weights_hash": weights_digest(weights), "model": config.model.path})
    return champion_in(stage, 0)


def stored_base(folder: RunFolder) -> Champion:
    """The base that a run has made; UserError where it was ended before that."""
    stage = base_folder(folder, load_toml(folder.config_file))
    if not complete(stage):
        raise UserError(
            f"{folder.path} was ended before it had a model; run it first with: ratchetrl run CONFIG"
        )
    return champion_in(stage, 0)


def base_folder(folder: RunFolder, config: Config) -> Path:
    """Where the base of a recipe lies, or will lie."""
    inputs = {
        "model": config.model.path,
        "revision": config.model.revision,
        "bootstrap": bootstrap_inputs(config),
    }
    return folder.generation(0) / f"base-{digest(inputs)[:8]}"


def check_model(config: Config) -> None:
    """Raises UserError where model.path cannot be a model, without downloading or creating anything."""
    folder = Path(config.model.path)
    if config.model.path == BOOTSTRAP or not _looks_local(config.model.path):
        return
    if not folder.is_dir():
        raise UserError(
            f"model.path {folder} is not a folder; give a model's folder, or a Hub name such as "
            "Qwen/Qwen3-0.6B"
        )
    _refuse_adapter(folder, str(folder))
    for name in ("config.json", "tokenizer_config.json"):
        if not (folder / name).is_file():
            raise UserError(
                f"model.path {folder} is not a model (it has no {name}); give the folder that holds it"
            )
    if not _has_template(folder):
        raise UserError(f"model.path {folder} has no chat template; name an instruction-tuned model")
    if not list(folder.glob("*.safetensors")):
        raise UserError(f"model.path {folder} has no *.safetensors; save the model as safetensors first")


def _refuse_adapter(folder: Path, named: str) -> None:
    """transformers would load the model that the adapter names, from wherever that is."""
    if (folder / ADAPTER_FILE).exists():
        raise UserError(
            f"model.path {named} has an {ADAPTER_FILE}, which makes it an adapter to another model; merge it "
            "into that model and give the merged one"
        )


def _has_template(folder: Path) -> bool:
    """A template is a file of its own, or a key of the tokenizer's config."""
    if (folder / "chat_template.jinja").is_file():
        return True
    try:
        return bool(read_json(folder / "tokenizer_config.json").get("chat_template"))
    except ValueError:
        raise UserError(
            f"model.path {folder} has a tokenizer_config.json that is not JSON; mend it"
        ) from None


def base_model(config: Config, run: Run) -> Path:
    """The folder of the model that model.path names."""
    if config.model.path == BOOTSTRAP:
        return _bootstrapped(config, run)
    if _looks_local(config.model.path):
        return Path(config.model.path)
    return _downloaded(config.model.path, config.model.revision)


def _looks_local(path: str) -> bool:
    """A Hub name is `owner/name`; anything that exists, or could not be one, is a path."""
    return Path(path).exists() or path.startswith((".", "/", "~")) or path.count("/") != 1


def _downloaded(name: str, revision: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, revision=revision, allow_patterns=WANTED))
    except (HfHubHTTPError, LocalEntryNotFoundError, HFValidationError, OSError) as error:
        raise UserError(
            f"the model {name} ({revision}) could not be fetched from the Hugging Face Hub "
            f"({type(error).__name__}); check the name and the network, or give a local folder with "
            "--model.path"
        ) from None
    _refuse_adapter(folder, name)
    return folder


def bootstrap_inputs(config: Config) -> str | None:
    """Settings, seed, and the code that makes the base."""
    if config.bootstrap is None:
        return None
    code = file_digest(Path(__file__).with_name(f"{name}.py") for name in BOOTSTRAP_MODULES)
    return digest([asdict(config.bootstrap), config.seed, code])


def _bootstrapped(config: Config, run: Run) -> Path:
    """Trains the base in a process of its own, or takes it from the cache."""
    assert config.bootstrap is not None
    folder = cache_folder() / f"bootstrap-{bootstrap_inputs(config)}"
    if not folder.exists():
        run.progress.line("training the base from scratch (about a minute; kept for later runs)")
        arguments = ["--output", str(folder), "--seed", str(config.seed), *_flags(asdict(config.bootstrap))]
        code = run_child(["-m", "ratchetrl.pipelines.bootstrap", *arguments], run.progress, run.stop)
        run.stop.checkpoint()
        if code:
            raise UserError("the base could not be trained; the lines above say why")
    return folder


def _flags(settings: dict[str, Any]) -> list[str]:
    """Settings as the flags of a command line."""
    flags: list[str] = []
    for name, value in settings.items():
        values = value if isinstance(value, list | tuple) else [value]
        flags += [f"--{name.replace('_', '-')}", *map(str, values)]
    return flags


def cache_folder() -> Path:
    """Where models made here are kept: $RATCHETRL_CACHE, or ~/.cache/ratchetrl."""
    return Path(os.environ.get("RATCHETRL_CACHE") or Path.home() / ".cache" / "ratchetrl")


def _place(model: Path, weights: Path, copy: bool) -> None:
    """A folder of links, so that the probe can lie beside weights that are somebody else's; a copy of what is
    only cached."""
    weights.mkdir(parents=True)
    for path in model.iterdir():
        if any(path.match(pattern) for pattern in WANTED):
            if copy:
                shutil.copy(path, weights)
            else:
                (weights / path.name).symlink_to(path.resolve())
