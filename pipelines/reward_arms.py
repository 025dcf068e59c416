"""The arms of a reward: the real one, and the controls that tell whether it was the verdicts that taught.

    reward = arm_reward(config, composed, mean_score)      rollout id, what was judged -> reward
    rows = arm_selection(groups, config.reward)            like `rewards.selection.Selection`
    problems = shuffled_golds(problems, seed)              of the plan, for `shuffled-gold`

random-reward   1 or 0 by a coin whose bias is the batch's mean score; the verdicts have no say
shuffled-gold   verdicts as ever, but each problem has the gold of another one of its level
format-only     1 where an answer could be extracted, right or wrong
rft             the right rollouts alone, each with advantage 1: rejection-sampling fine-tuning

If random rewards improve a model as well, the evaluation is contaminated or measures format only (arXiv
2507.10532). Every arm gives the same rewards whenever it is asked.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pyarrow.compute as pc
import pyarrow.parquet as pq

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_tables import Reward as RewardSettings
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.seeds import seed_of
from ratchetrl.pipelines.store import shards
from ratchetrl.rewards.compose import Reward
from ratchetrl.rewards.parts import RewardInput
from ratchetrl.rewards.selection import JudgedRollout, SelectedRollout, Selection, SelectionSummary
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.verdict import Status

ArmReward = Callable[[str, RewardInput], float | None]
"""(rollout id, the judged rollout) -> its reward; `None` for none."""


def arm_reward(config: Config, composed: Reward, verdicts: Path) -> ArmReward:
    """What a rollout is worth under `reward.arm`; `verdicts` are those of the whole batch."""
    match config.reward.arm:
        case "random-reward":
            return _coin(config.seed, mean_score(verdicts))
        case "format-only":
            return lambda _, rollout: _extracted(rollout)
        case _:
            return lambda _, rollout: composed(rollout)


def arm_selection(
    groups: Iterable[Sequence[JudgedRollout]], settings: RewardSettings
) -> "Selection | Successes":
    """The rows to train on, and their summary."""
    if settings.arm == "rft":
        return Successes(groups)
    return Selection(groups, settings.advantage, settings.truncated)


class Successes:
    """Iterate once over the right rollouts of `groups`, each with advantage 1; `summary` counts them."""

    def __init__(self, groups: Iterable[Sequence[JudgedRollout]]) -> None:
        self.summary = SelectionSummary()
        self._groups = groups

    def __iter__(self) -> Iterator[SelectedRollout]:
        for group in self._groups:
            right = [SelectedRollout(each.rollout_id, 1.0, 1.0) for each in group if each.score == 1.0]
            self.summary += _counted(group, len(right))
            yield from right


def shuffled_golds(problems: Sequence[Problem], seed: int) -> list[Problem]:
    """The problems in their order, each with the gold of another one of its level and verifier; canaries
    keep theirs. Where no gold makes up more than half of a level, every problem gets a different one. Raises
    `UserError` where all golds of a level are the same."""
    groups: dict[tuple[str, str], list[int]] = {}
    for index, problem in enumerate(problems):
        if not problem.canary:
            groups.setdefault((problem.verifier, problem.level), []).append(index)
    shuffled = list(problems)
    for (verifier, level), members in groups.items():
        Random(seed_of(seed, "shuffled-gold", verifier, level)).shuffle(members)
        counts = Counter(problems[index].gold for index in members)
        rank = {gold: place for place, gold in enumerate(counts)}
        members.sort(key=lambda index: rank[problems[index].gold])
        # Equal golds lie together now: a step as long as the longest run of them leads to another gold.
        step = max(counts.values())
        if step == len(members):
            raise UserError(
                f"reward.arm shuffled-gold needs two golds of level {level!r} and verifier {verifier} in a "
                "generation, and there is one; raise sampling.problems, or leave it out of data.levels"
            )
        for index, other in zip(members, members[step:] + members[:step], strict=True):
            shuffled[index] = replace(problems[index], gold=problems[other].gold)
    return shuffled


def mean_score(verdicts: Path) -> float:
    """Mean score of all judged rollouts of a folder of verdicts; 0 where none was judged."""
    total, judged = 0.0, 0
    for shard in shards(verdicts):
        scores = pq.read_table(shard, columns=["score"])["score"]
        total += pc.sum(scores, min_count=0).as_py()
        judged += len(scores) - scores.null_count
    return total / judged if judged else 0.0


def _coin(seed: int, chance: float) -> ArmReward:
    return lambda rollout_id, _: float(Random(seed_of(seed, "random-reward", rollout_id)).random() < chance)


def _extracted(rollout: RewardInput) -> float | None:
    """`None` where the verifier failed before it came to an answer."""
    if rollout.verdict.answer is None and rollout.verdict.status is Status.verifier_error:
        return None
    return float(rollout.verdict.answer is not None)


def _counted(group: Sequence[JudgedRollout], right: int) -> SelectionSummary:
    return SelectionSummary(
        groups=1,
        groups_selected=int(right > 0),
        groups_all_wrong=int(not right),
        rollouts=len(group),
        selected=right,
        truncated=sum(each.truncated for each in group),
        verifier_errors=sum(each.score is None for each in group),
        without_reward=sum(each.reward is None for each in group),
    )
