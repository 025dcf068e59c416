"""From stored rollouts and verdicts to the rows worth training on, without a run around it.

    facts = write_selection(config, problems, rollouts, verdicts, stage / "rows")

A shard is read, grouped by problem, rewarded and written before the next one is read, so a million rollouts
never sit in memory; of unsolved problems the names do, where the recipe replays. Canaries are neither rows
nor counted: nothing is learned from them. Replayed rows (`replay.py`) are the last shard.
"""

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.distil_rows import write_distil_rows
from ratchetrl.pipelines.judged_groups import COLUMNS, problem_groups, selection_rules, train_row
from ratchetrl.pipelines.judging import judged_shard
from ratchetrl.pipelines.records import TrainRow
from ratchetrl.pipelines.replay import Replay, replay_sources
from ratchetrl.pipelines.retries import solutions
from ratchetrl.pipelines.reward_arms import ArmReward, arm_reward
from ratchetrl.pipelines.store import shard_path, shards, write_records
from ratchetrl.pipelines.verdict_rows import canary_ids
from ratchetrl.pipelines.wave_rows import read_waves
from ratchetrl.rewards.compose import compose
from ratchetrl.rewards.group_rows import Group
from ratchetrl.rewards.selection import Selection, SelectionSummary


@dataclass(slots=True)
class Tally:
    """What was selected so far."""

    summary: SelectionSummary = field(default_factory=SelectionSummary)
    """Counts of groups and rollouts."""
    sources: Counter[str] = field(default_factory=Counter)
    """Rows by where they come from: `first` attempts, `retried` ones, `replayed`."""
    unsolved: dict[str, int] = field(default_factory=dict)
    """Problem -> its answers, where all of them are wrong."""
    planned: bool = False
    """Whether groups had the sizes that their plans gave them."""


def write_selection(
    config: Config, problems: Path, rollouts: Path, verdicts: Path, rows: Path
) -> dict[str, Any]:
    """Writes a shard of rows for every shard of rollouts; returns the counts."""
    if config.distil is not None:
        return write_distil_rows(problems, rollouts, verdicts, rows)
    composed = compose(config.reward.parts, config.reward.overlong_tokens or None)
    reward, canaries, tally = arm_reward(config, composed, verdicts), canary_ids(problems), Tally()
    for shard in shards(rollouts):
        _select_shard(config, reward, canaries, shard, verdicts, rows, tally)
    if config.selection.replay:
        last = int(shards(rollouts)[-1].stem.removeprefix("shard-"))
        _replay(config, reward, verdicts, shard_path(rows, last + 1), tally)
    return _facts(tally)


def _select_shard(
    config: Config,
    reward: ArmReward,
    canaries: Set[str],
    shard: Path,
    verdicts: Path,
    rows: Path,
    tally: Tally,
) -> None:
    judged = judged_shard(shard, verdicts / shard.name, COLUMNS)
    judged += solutions(shard.parent, verdicts, shard.name, COLUMNS)
    honest = [pair for pair in judged if pair[0]["problem_id"] not in canaries]
    waves = shard.with_name(shard.name.replace("shard", "waves"))
    groups = problem_groups(config, honest, read_waves(waves) if waves.exists() else None, reward)
    selection = Selection(groups.values(), selection_rules(config))
    stored = {rollout["id"]: rollout for rollout, _ in honest}
    selected = [train_row(stored[each.rollout_id], each) for each in selection]
    write_records(rows / shard.name, TrainRow, selected)
    tally.summary += selection.summary
    tally.sources.update(_source(stored[row.rollout_id]) for row in selected)
    tally.planned |= waves.exists()
    if config.selection.replay:
        tally.unsolved |= _unsolved(groups)


def _source(rollout: Mapping[str, Any]) -> str:
    return "first" if rollout["attempt"] == 1 else "retried"


def _unsolved(groups: Mapping[str, Group]) -> dict[str, int]:
    """Of the groups whose judged answers are all wrong, how many these are."""
    scores = {name: [each.score for each in group.rollouts] for name, group in groups.items()}
    return {name: own.count(0.0) for name, own in scores.items() if set(own) - {None} == {0.0}}


def _replay(config: Config, reward: ArmReward, verdicts: Path, shard: Path, tally: Tally) -> None:
    """Writes one more shard: its rows are at most that share of the fresh ones."""
    limit = int(config.selection.replay * tally.summary.selected)
    sources = replay_sources(verdicts, config.selection.replay_generations) if limit else []
    replayed = Replay(config, reward, tally.unsolved, tally.planned).rows(sources, limit)
    tally.sources["replayed"] = write_records(shard, TrainRow, replayed)


def _facts(tally: Tally) -> dict[str, Any]:
    summary = tally.summary
    return {
        **asdict(summary),
        "verifier_error_share": summary.verifier_error_share,
        "dead_share": summary.dead_share,
        "gradient_share": summary.with_gradient / summary.selected if summary.selected else 0.0,
        "rows": dict(sorted(tally.sources.items())),
    }
