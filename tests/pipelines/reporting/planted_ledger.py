"""Lines of ledger.jsonl for a planted run: made-up seconds, and the work that its files tell of."""

from dataclasses import asdict
from typing import Any

from ratchetrl.pipelines.accounting.work import Work

OTHER_S = 0.05
SECONDS_PER_TOKEN, TRAIN_SECONDS_PER_TOKEN = 1e-4, 2e-4
SAMPLING = ("sample", "evaluate", "report")


def stage_seconds(kind: str, facts: dict[str, Any]) -> float:
    """Longer where more was generated or trained."""
    trained = facts["result"]["forward_tokens"] if kind == "train" else 0
    generated = facts["generated_tokens"] if kind in SAMPLING else 0
    return OTHER_S + SECONDS_PER_TOKEN * generated + TRAIN_SECONDS_PER_TOKEN * trained


def ledger_line(
    at: float,
    kind: str,
    stage: str,
    generation: int,
    seconds: float,
    work: Work,
    usd_per_hour: float | None,
) -> dict[str, Any]:
    """One line, for one device."""
    return {
        **{"at": at, "attempt": 1, "stage": stage, "kind": kind, "generation": generation},
        **{"wall_s": seconds, "device_s": seconds, "cpu_s": work.cpu_s},
        **{"tokens": asdict(work.tokens), "flops": asdict(work.flops), "energy_j": None},
        "usd": None if usd_per_hour is None else usd_per_hour * seconds / 3600,
    }
