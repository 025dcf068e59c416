"""Who descends from whom, and which champions were measured on the report split.

    lineage = read_lineage(folder)
    lineage.compared_with(6)        the nearest measured ancestor, such as 3 where every third is measured

Reads decisions, rollbacks and pointers to report stages; a run of an older version is refused.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.champions import stood
from ratchetrl.pipelines.run_folder import REPORT_POINTER, RunFolder
from ratchetrl.pipelines.store import complete, manifest, read_json, read_lines
from ratchetrl.verifiers.errors import UserError


@dataclass(frozen=True, slots=True)
class Lineage:
    """The generations of a run."""

    decisions: tuple[dict[str, Any], ...]
    """Every decision, from generation 1."""
    champion: int
    """Who stands."""
    measured: dict[int, Path]
    """Champion -> its stage on the report split, in order; empty until the base has one."""

    @property
    def generations(self) -> range:
        """The base and every generation that was decided."""
        return range(len(self.decisions) + 1)

    def decision(self, generation: int) -> dict[str, Any] | None:
        """None for the base."""
        return self.decisions[generation - 1] if generation else None

    def parent(self, generation: int) -> int | None:
        """The champion that a generation's challenger was made from."""
        return self.decisions[generation - 1]["parent"] if generation else None

    def compared_with(self, generation: int) -> int | None:
        """The nearest ancestor that was measured; None for the base and for what was not measured itself."""
        parent = self.parent(generation)
        return None if parent is None or generation not in self.measured else self.latest_measured(parent)

    def latest_measured(self, generation: int) -> int | None:
        """This generation, or the nearest of its ancestors, that was measured."""
        ancestor: int | None = generation
        while ancestor is not None and ancestor not in self.measured:
            ancestor = self.parent(ancestor)
        return ancestor


def read_lineage(folder: RunFolder) -> Lineage:
    """Raises UserError for a run that an older version made."""
    decisions = folder.decisions()
    stages = _report_stages(folder)
    if any("route" not in each for each in decisions) or any(
        "efforts" not in manifest(stage)["models"]["champion"] for stage in stages.values()
    ):
        raise UserError(
            f"{folder.path} was made by an older version, which stored less; run it anew with --output"
        )
    champions = stood(decisions, read_lines(folder.champions_file))
    measured = {index: stage for index, stage in stages.items() if index in champions and 0 in stages}
    return Lineage(tuple(decisions), champions[-1], measured)


def _report_stages(folder: RunFolder) -> dict[int, Path]:
    pointers = sorted(folder.path.glob(f"generation_*/{REPORT_POINTER}"))
    stages = [pointer.parent / read_json(pointer)["stage"] for pointer in pointers]
    return {manifest(stage)["generation"]: stage for stage in stages if complete(stage)}
