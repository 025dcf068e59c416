"""A view of a model with tied embeddings in which the output head is a tensor of its own.

    untied_view("outputs/run/generation_001/train-1a2b/weights", scratch)  ->  a folder vLLM can load

vLLM's in-place reload refreshes tied parameters through one of their two parents only: on CPU the output
head silently keeps the old weights (measured: mean log-probability error 1.6e-3 after a small step, every
other tensor exact). Handing the sampler an untied copy of the same function takes the fault away; the
trained model stays tied. The view costs one more embedding matrix in the sampler's memory and on disk.

A model that is not tied comes back as it is; the hand-over probe (`handover.py`) guards what this does not
cover.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from ratchetrl.verifiers.errors import UserError

HEAD, EMBEDDING = "lm_head.weight", "model.embed_tokens.weight"
HEAD_FILE, INDEX_FILE = "model-untied-head.safetensors", "model.safetensors.index.json"


def untied_view(folder: Path, scratch: Path) -> Path:
    """The folder to load for `folder`: itself, or an untied view of it under `scratch` (made anew each
    time)."""
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    if not config.get_text_config().tie_word_embeddings:
        return folder
    if EMBEDDING not in _weight_map(folder):
        raise UserError(
            f"the model in {folder} ties its embeddings under a name other than {EMBEDDING}; save it untied, "
            "or choose another model"
        )
    written = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return _make_view(folder, written, scratch / "untied")


def _weight_map(folder: Path) -> dict[str, str]:
    """Tensor name -> file name, from the index or from the only file."""
    from safetensors import safe_open

    if (folder / INDEX_FILE).exists():
        index: dict[str, str] = json.loads((folder / INDEX_FILE).read_text(encoding="utf-8"))["weight_map"]
        return index
    names: dict[str, str] = {}
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, framework="pt") as file:
            names.update(dict.fromkeys(file.keys(), path.name))
    return names


def _make_view(folder: Path, config: dict[str, Any], view: Path) -> Path:
    """Links everything of `folder`, then adds the head, the index that names it and the changed config."""
    from safetensors import safe_open
    from safetensors.torch import save_file

    shutil.rmtree(view, ignore_errors=True)
    view.mkdir(parents=True)
    for path in folder.iterdir():
        if path.name not in ("config.json", INDEX_FILE):
            (view / path.name).symlink_to(path.resolve())
    weight_map = _weight_map(folder)
    with safe_open(folder / weight_map[EMBEDDING], framework="pt") as file:
        save_file({HEAD: file.get_tensor(EMBEDDING)}, view / HEAD_FILE, metadata={"format": "pt"})
    _write(view / INDEX_FILE, {"metadata": {}, "weight_map": {**weight_map, HEAD: HEAD_FILE}})
    _write(view / "config.json", {**config, "tie_word_embeddings": False})
    return view


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")
