"""The arms of a reward: the real one, and the controls that tell whether it was the verdicts that taught.

    reward = arm_reward(config, composed, verdicts)        rollout id, what was judged -> reward
    success = is_success(config, score, reward)            whether that counts as a solution
    problems = shuffled_golds(problems, seed)              of the plan, for `shuffled-gold`

random-reward   1 or 0 by a coin whose bias is the batch's mean score; the verdicts have no say
shuffled-gold   verdicts as ever, but each problem has the gold of another one of its level
format-only     1 where an answer could be extracted, right or wrong

If random rewards improve a model as well, the evaluation is contaminated or measures format only (arXiv
2507.10532). Every arm gives the same rewards whenever it is asked.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pyarrow.compute as pc
import pyarrow.parquet as pq

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.seeds import seed_of
from ratchetrl.pipelines.store import shards
from ratchetrl.rewards.compose import Reward
from ratchetrl.rewards.parts import RewardInput
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


def is_success(config: Config, score: float | None, reward: float | None) -> bool:
    """Whether a rollout counts as a solution under `reward.arm`."""
    return (reward if config.reward.arm in ("random-reward", "format-only") else score) == 1.0


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
