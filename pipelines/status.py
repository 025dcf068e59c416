"""Where a run stands: `ratchetrl status RUN`, for people and (`--json`) for scripts.

Reads the run's files only; it can be asked while the run goes on, and of a run that was killed.
The headline scores are those of the base levels in every generation; `gate` holds what was decided on.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ratchetrl.pipelines.approval import answered, promote_command, waiting
from ratchetrl.pipelines.champions import stood
from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.looks import looks
from ratchetrl.pipelines.posterior.told import forgetting_sentence, prediction_sentence, stored_beliefs
from ratchetrl.pipelines.run_folder import RunFolder, open_run
from ratchetrl.pipelines.signals import alarm, signals_line
from ratchetrl.pipelines.store import manifest, read_lines
from ratchetrl.pipelines.terminal_text import shown
from ratchetrl.verifiers.errors import UserError

PARTS = ("sample", "verify", "train", "evaluate")
TRAIN_FACTS = ("status", "stop_reason", "steps", "rows", "padding_share", "max_kl_seen", "min_ess_seen")
ROLLOUT_FACTS = ("rollouts", "selected", "truncated", "verifier_errors", "verifier_error_share")
RULING_FACTS = ("route", "by", "policy_hash", "alpha", "parent")
VERDICT_FACTS = ("canary_rollouts", "canary_passes", "canaries_passed", "verdicts")
ALARM_STYLE = "bold white on red"
BELIEFS_SHOWN = 6
"""Generations whose beliefs are printed: the latest."""
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
    folder = open_run(path)
    decided = folder.decisions()
    if any("route" not in each for each in decided):
        raise UserError(
            f"{path} was decided by an older version, which counted less; run it anew with --output"
        )
    generations = [_generation(decision, folder) for decision in decided]
    rollbacks, said = read_lines(folder.champions_file), folder.state()
    gate = load_toml(folder.config_file).gate
    return {
        "run": str(path),
        "state": said["state"],
        "reason": said["reason"],
        "champion": stood(decided, rollbacks)[-1],
        "rollbacks": rollbacks,
        "waiting": _waiting(folder),
        "alpha": {"spent": sum(each["alpha"] for each in decided), "total": gate.alpha},
        "looks": len(looks(folder)),
        "canary_passes": sum(each["canary_passes"] for each in generations),
        "generations": generations,
        "judging": [{"generation": each["generation"], **each["judging"]} for each in decided],
    }


def _waiting(folder: RunFolder) -> dict[str, Any] | None:
    """The challenger that waits for a person, if one does."""
    found = waiting(folder)
    if found is None or answered(folder.generation(found["generation"])):
        return None
    return {
        "generation": found["generation"],
        "reason": found["reason"],
        "command": promote_command(folder.path),
    }


def _generation(decision: dict[str, Any], folder: RunFolder) -> dict[str, Any]:
    home = folder.generation(decision["generation"])
    stages = {stage: manifest(home / name) for stage, name in decision["stages"].items()}
    trained = stages["train"]["result"] if "train" in stages else None
    return {
        "index": decision["generation"],
        "decision": decision["decision"],
        "reason": decision["reason"],
        **{key: decision[key] for key in RULING_FACTS},
        **_scores(decision["base_levels"]),
        "by_level": [
            {"level": level, **_scores(each)} for level, each in (decision["by_level"] or {}).items()
        ],
        "samples_per_problem": decision["samples_per_problem"],
        "detectable_gain": decision["detectable_gain"],
        "gate": _scores(decision["all_levels"]),
        "wall_s": _wall_s(stages, decision["seconds"]),
        "generated_tokens": sum(stage.get("generated_tokens", 0) for stage in stages.values()),
        "trained_tokens": 0 if trained is None else trained["trained_tokens"],
        "train": None if trained is None else {key: trained[key] for key in TRAIN_FACTS},
        "rollouts": {key: stages["select"][key] for key in ROLLOUT_FACTS},
        **{key: decision[key] for key in VERDICT_FACTS},
        "beliefs": stored_beliefs(home),
    }


def _scores(comparison: dict[str, Any] | None) -> dict[str, Any]:
    return NO_SCORES if comparison is None else {key: comparison[key] for key in NO_SCORES}


def _wall_s(stages: dict[str, dict[str, Any]], deciding_s: float) -> dict[str, float]:
    """Exclusive seconds on the critical path; total includes planning, selecting and deciding. The report
    split is no part of a generation."""
    parts = {part: stages[part]["seconds"] if part in stages else 0.0 for part in PARTS}
    return {**parts, "total": deciding_s + sum(stage["seconds"] for stage in stages.values())}


def print_status(status: dict[str, Any]) -> None:
    """The status as a table."""
    console = Console(highlight=False)
    _say(console, f"{status['run']}: {status['state']}; champion: generation {status['champion']}")
    if status["reason"]:
        _say(console, status["reason"])
    for line in _lines(status):
        _say(console, line)
    table = Table("generation", "decision", "base levels", "gain there [95%]", "seconds", "tokens")
    for each in status["generations"]:
        table.add_row(
            str(each["index"]),
            Text(shown(_decided(each))),
            _arrow(each),
            _gain(each),
            f"{each['wall_s']['total']:.0f}",
            f"{each['generated_tokens']:,}",
        )
    console.print(table)
    for each, judging in zip(status["generations"], status["judging"], strict=True):
        _say(console, f"generation {each['index']}: {each['reason']}")
        _say(console, signals_line(each["index"], {**each, "judging": judging}))
        if (alarming := alarm(each["index"], each)) is not None:
            _say(console, alarming, ALARM_STYLE)
    _print_beliefs(console, {each["index"]: each["beliefs"] for each in status["generations"]})


def _say(console: Console, text: str, style: str | None = None) -> None:
    """One line, which may quote a dataset or a person."""
    console.print(shown(text), style=style, markup=False)


def _decided(generation: dict[str, Any]) -> str:
    said = f"{generation['decision']} ({generation['route']})"
    return said if generation["by"] == "rule" else f"{said}, {generation['by']}"


def _print_beliefs(console: Console, beliefs: dict[int, dict[str, Any] | None]) -> None:
    """Level by generation, how well the last answers were predicted, and what was forgotten."""
    known = {index: told for index, told in beliefs.items() if told is not None}
    if not known:
        return
    latest = list(known)[-BELIEFS_SHOWN:]
    table = Table("level", title="pass rate believed after generation")
    for index in latest:
        table.add_column(str(index), justify="right")
    rates = {index: {each["level"]: each["rate"] for each in known[index]["levels"]} for index in latest}
    for level in rates[latest[-1]]:
        cells = (f"{rates[index][level]:.2f}" if level in rates[index] else "-" for index in latest)
        table.add_row(Text(shown(level) or "all"), *cells)
    console.print(table)
    if (sentence := prediction_sentence(latest[-1], known[latest[-1]])) is not None:
        _say(console, sentence)
    for index, told in known.items():
        if (alarming := forgetting_sentence(index, told)) is not None:
            _say(console, alarming, ALARM_STYLE)


def _lines(status: dict[str, Any]) -> Iterator[str]:
    """What people did, and what the gates may still spend."""
    for each in status["rollbacks"]:
        note = f" ({each['note']})" if each["note"] else ""
        yield (
            f"after generation {each['after']} {each['by']} brought generation {each['to']} back in place of "
            f"generation {each['from']}{note}"
        )
    if status["looks"]:
        yield f"looks at the sealed split: {status['looks']}"
    alpha = status["alpha"]
    yield f"alpha spent by the gates: {alpha['spent']:.4f} of {alpha['total']:g}"


def _arrow(scores: dict[str, Any]) -> str:
    if scores["gain"] is None:
        return "-"
    return f"{scores['champion_pass_at_1']:.3f} -> {scores['challenger_pass_at_1']:.3f}"


def _gain(scores: dict[str, Any]) -> str:
    if scores["gain"] is None:
        return "-"
    return f"{scores['gain']:+.3f} [{scores['gain_lower']:+.3f}, {scores['gain_upper']:+.3f}]"
