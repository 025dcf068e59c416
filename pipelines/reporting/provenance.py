"""What the numbers of a report rest on: versions, seeds, and a digest of every file that they were read from.

    provenance(sources)

A stage's manifest carries the digests of the stage's own files (`stage_files.py`), so the digest of the
manifest stands for all of them. The ledger grows after a report was drawn, so its digest is that of its first
lines, as many as were read. `ratchetrl recheck` compares all of it.
"""

import hashlib
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.config_file import to_table
from ratchetrl.pipelines.reporting.lineage import Lineage
from ratchetrl.pipelines.reporting.sources import Sources
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.stage_files import sha256
from ratchetrl.pipelines.store import MANIFEST, digest, manifest, read_json

DIGEST_CHARS = 16
PATTERNS = (
    f"generation_*/*/{MANIFEST}",
    "generation_*/decision.json",
    "generation_*/report_stage.json",
    f"controls/*/generation_*/*/{MANIFEST}",
    "controls/*/generation_*/decision.json",
    "looks.jsonl",
    "champions.jsonl",
    "contamination.json",
    "distil.json",
    "data.json",
)


def provenance(sources: Sources) -> dict[str, Any]:
    """As report.json has it."""
    folder, config = sources.folder, sources.config
    packages = run_packages(folder)
    return {
        "ratchetrl": packages.get("ratchetrl"),
        "packages": packages,
        "config_hash": digest(to_table(config)),
        "data_digest": read_json(folder.data_file)["digest"],
        "seed": config.seed,
        "verifiers": _verifiers(sources.lineage),
        "prices": sources.measured.pricing.source,
        "ledger_lines": sources.ledger_lines,
        "digests": digests(folder.path, sources.ledger_lines),
    }


def run_packages(folder: RunFolder) -> dict[str, str]:
    """Package -> version that the run was last started with; empty before it was."""
    path = folder.path / "environment.json"
    packages: dict[str, str] = read_json(path)["packages"] if path.exists() else {}
    return packages


def digests(run: Path, ledger_lines: int) -> dict[str, str]:
    """Path in the run's folder -> 16 hexadecimal digits of its SHA-256."""
    paths = sorted(path for pattern in PATTERNS for path in run.glob(pattern))
    found = {path.relative_to(run).as_posix(): sha256(path) for path in paths}
    return {**found, "ledger.jsonl": _first_lines_digest(run / "ledger.jsonl", ledger_lines)}


def _first_lines_digest(path: Path, lines: int) -> str:
    kept = path.read_bytes().splitlines(keepends=True)[:lines] if path.exists() else []
    return hashlib.sha256(b"".join(kept)).hexdigest()[:DIGEST_CHARS]


def _verifiers(lineage: Lineage) -> dict[str, str]:
    """Name -> version, of those that judged the report split."""
    found: dict[str, str] = {}
    for stage in lineage.measured.values():
        found |= manifest(stage)["verifiers"]
    return dict(sorted(found.items()))
