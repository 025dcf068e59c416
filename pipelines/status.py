"""Where a run stands: `ratchetrl status RUN`, for people and (`--json`) for scripts.

Reads the run's files only; it can be asked while the run goes on, and of a run that was killed.
The headline scores are those of the base levels in every generation; `gate` holds what was decided on.
"""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ratchetrl.pipelines.run_folder import DECISION_FILE, RunFolder
from ratchetrl.pipelines.store import read_json, read_lines
from ratchetrl.verifiers.errors import UserError

PARTS = {
    "sample": ("sample",),
    "verify": ("verify",),
    "train": ("train",),
    "evaluate": ("evaluate", "report"),
}
NO_SCORES = {
    "champion_pass_at_1": None,
    "challenger_pass_at_1": None,
    "gain": None,
    "gain_lower": None,
    "gain_upper": None,
    "problems": 0,
}


def run_status(path: Path) -> dict[str, Any]:
    """The status as plain data. Raises UserError where there is no run."""
    folder = RunFolder(path)
    if not folder.config_file.exists():
        raise UserError(f"{path} holds no run; name a folder such as outputs/quickstart")
    ledger = read_lines(folder.ledger_file)
    generations = [_generation(decision, ledger) for decision in decisions(folder)]
    champion = max((each["index"] for each in generations if each["decision"] == "promoted"), default=0)
    said = folder.state()
    return {
        "run": str(path),
        "state": said["state"],
        "reason": said["reason"],
        "champion": champion,
        "generations": generations,
    }


def decisions(folder: RunFolder) -> list[dict[str, Any]]:
    """The decisions so far, in order."""
    return [read_json(path) for path in sorted(folder.path.glob(f"generation_*/{DECISION_FILE}"))]


def _generation(decision: dict[str, Any], ledger: list[dict[str, Any]]) -> dict[str, Any]:
    index = decision["generation"]
    lines = _last_per_stage(line for line in ledger if line["generation"] == index)
    return {
        "index": index,
        "decision": decision["decision"],
        "reason": decision["reason"],
        **_scores(decision["base_levels"]),
        "by_level": [{"level": level, **_scores(each)} for level, each in decision["by_level"].items()],
        "samples_per_problem": decision["samples_per_problem"],
        "detectable_gain": decision["detectable_gain"],
        "gate": _scores(decision["all_levels"]),
        "wall_s": _wall_s(lines),
        "generated_tokens": sum(line.get("generated_tokens", 0) for line in lines),
        "trained_tokens": sum(line["result"]["trained_tokens"] for line in lines if "result" in line),
        "train": next((_train(line["result"]) for line in lines if "result" in line), None),
    }


def _last_per_stage(lines: Any) -> list[dict[str, Any]]:
    """A stage that was run again beside its old self counts once."""
    return list({line["stage"].rsplit("-", 1)[0]: line for line in lines}.values())


def _scores(comparison: dict[str, Any] | None) -> dict[str, Any]:
    return NO_SCORES if comparison is None else {key: comparison[key] for key in NO_SCORES}


def _wall_s(lines: list[dict[str, Any]]) -> dict[str, float]:
    """Exclusive seconds on the critical path; total includes planning, selecting and deciding."""
    seconds = {line["stage"].rsplit("-", 1)[0]: line["seconds"] for line in lines}
    parts = {part: sum(seconds.get(name, 0.0) for name in names) for part, names in PARTS.items()}
    return {**parts, "total": sum(seconds.values())}


def _train(result: dict[str, Any]) -> dict[str, Any]:
    wanted = ("status", "stop_reason", "steps", "rows", "padding_share", "max_kl_seen", "min_ess_seen")
    return {key: result[key] for key in wanted}


def print_status(status: dict[str, Any]) -> None:
    """The status as a table."""
    console = Console(highlight=False)
    console.print(
        f"{status['run']}: {status['state']}; champion: generation {status['champion']}", markup=False
    )
    if status["reason"]:
        console.print(status["reason"], markup=False)
    table = Table("generation", "decision", "base levels", "gain [95%]", "seconds", "tokens")
    for each in status["generations"]:
        table.add_row(
            str(each["index"]),
            each["decision"],
            _arrow(each),
            _gain(each),
            f"{each['wall_s']['total']:.0f}",
            f"{each['generated_tokens']:,}",
        )
    console.print(table)
    for each in status["generations"]:
        console.print(f"{each['index']}: {each['reason']}", markup=False)


def _arrow(scores: dict[str, Any]) -> str:
    if scores["gain"] is None:
        return "-"
    return f"{scores['champion_pass_at_1']:.3f} -> {scores['challenger_pass_at_1']:.3f}"


def _gain(scores: dict[str, Any]) -> str:
    if scores["gain"] is None:
        return "-"
    return f"{scores['gain']:+.3f} [{scores['gain_lower']:+.3f}, {scores['gain_upper']:+.3f}]"
