"""What the files of a finished stage were, so that `ratchetrl recheck` sees any that was changed since.

    manifest["files"] = file_digests(stage)      {"rows.parquet": "1f0c5a...", "champion/verdicts/...": ...}

Weights have a hash of their own, and they and the optimiser's state may be pruned: they are left out.
"""

import hashlib
from pathlib import Path

from ratchetrl.pipelines.store import MANIFEST

UNLISTED = frozenset({"weights", "adapter", "optimizer", MANIFEST})
"""Names inside a stage's folder that the list leaves out."""


def file_digests(stage: Path) -> dict[str, str]:
    """Path inside the stage -> 16 hexadecimal digits of the file's SHA-256."""
    names = (path.relative_to(stage) for path in sorted(stage.rglob("*")) if path.is_file())
    return {
        name.as_posix(): sha256(stage / name)
        for name in names
        if name.parts[0] not in UNLISTED and not name.name.startswith(".")
    }


def sha256(path: Path) -> str:
    """16 hexadecimal digits of a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]
