"""What the tables of a recipe may not say together, each rule with a sentence that ends in what to do.

for broken, sentence in rules(config): ...
"""

from typing import TYPE_CHECKING

from ratchetrl.pipelines.config_tables import BOOTSTRAP
from ratchetrl.pipelines.efforts import Effort, gate_effort, hard_effort, report_efforts, sampling_effort
from ratchetrl.pipelines.wave_rules import Rules, wave_rules

if TYPE_CHECKING:  # the recipe asks for these rules
    from ratchetrl.pipelines.config import Config


def rules(c: "Config") -> Rules:
    """Every rule that spans tables."""
    yield from _model_rules(c)
    yield from _engine_rules(c)
    yield from _learning_rules(c)
    yield from _student_rules(c)
    yield from wave_rules(c)
    yield from _cost_rules(c)
    yield from _effort_rules(c)


def _model_rules(c: "Config") -> Rules:
    yield (
        c.model.path == BOOTSTRAP and c.bootstrap is None,
        "model.path is 'bootstrap' but there is no [bootstrap] table; add one or name a model",
    )
    task, asked = c.bootstrap.task if c.bootstrap else None, c.data.generator
    yield (
        c.model.path == BOOTSTRAP and asked not in (None, task),
        f'bootstrap.task ("{task}") teaches the base what data.path ("{c.data.path}") does not ask; set '
        f'data.path = "procedural:{task}", or bootstrap.task to what is asked',
    )
    yield (
        not c.model.thinking_marks[1].strip(),
        "model.thinking_marks needs a text that closes a thought, such as </think>",
    )


def _engine_rules(c: "Config") -> Rules:
    yield (
        c.engine.kind == "server" and c.engine.url is None,
        "engine.kind is 'server' but engine.url is not set; give the server's address",
    )
    yield (
        c.engine.kind == "vllm" and c.engine.url is not None,
        "engine.url is set but engine.kind is 'vllm'; set engine.kind = \"server\" or remove the url",
    )
    yield (
        c.engine.kind == "server" and c.sampling.temperature != 1.0,
        "a server reports log-probabilities at temperature 1 only; set sampling.temperature = 1.0 or "
        'engine.kind = "vllm"',
    )
    yield (
        c.engine.shard_rollouts < c.sampling.samples,
        f"engine.shard_rollouts ({c.engine.shard_rollouts}) is less than one group of "
        f"{c.sampling.samples} samples; raise it",
    )


def _learning_rules(c: "Config") -> Rules:
    yield (
        c.sampling.attempts > 1 and c.sampling.temperature != 1.0,
        "what further attempts find is scored at temperature 1 only; set sampling.temperature = 1.0 or "
        "sampling.attempts = 1",
    )
    yield (
        c.sampling.samples == 1 and c.train.loss != "rft" and c.distil is None,
        'a group of one rollout has no advantage; set sampling.samples to 2 or more, or train.loss = "rft"',
    )
    yield (
        c.selection.replay > 0 and c.reward.arm != "verdict",
        f"what earlier verdicts found right cannot be replayed under reward.arm {c.reward.arm}; set "
        "selection.replay = 0",
    )
    yield (
        c.reward.arm == "shuffled-gold" and c.sampling.choose == "posterior",
        "problems that come again would have their golds shuffled again, some back to the true ones; set "
        'sampling.choose = "uniform"',
    )
    yield (
        c.train.loss == "rft" and c.train.supervised > 0,
        'train.loss = "rft" is already nothing but what train.supervised adds to other losses; set '
        "train.supervised = 0, or choose another loss",
    )
    yield (
        c.train.loss == "rft" and c.reward.length_price > 0,
        'train.loss = "rft" compares no rewards; set reward.length_price = 0, or choose another loss',
    )
    yield (
        c.reward.length_price > 0 and c.reward.advantage == "std" and c.distil is None,
        'reward.length_price with reward.advantage = "std" blows small differences of length up where all '
        'are right; set reward.advantage = "mean"',
    )
    yield (
        c.reward.overlong_tokens > c.sampling.max_new_tokens,
        f"reward.overlong_tokens ({c.reward.overlong_tokens}) is more than sampling.max_new_tokens "
        f"({c.sampling.max_new_tokens}); lower it",
    )


def _student_rules(c: "Config") -> Rules:
    """Of `ratchetrl distil`, where a teacher is imitated."""
    taught = c.distil is not None
    yield (
        taught and c.sampling.attempts > 1,
        "a student learns from its first attempts only; set sampling.attempts = 1",
    )
    yield (
        taught and c.train.share_prompts,
        "a student's training needs padded rows; set train.share_prompts = false",
    )
    unused = {
        "selection.rows_per_group": c.selection.rows_per_group,
        "selection.replay": c.selection.replay,
        "reward.length_price": c.reward.length_price,
        "train.supervised": c.train.supervised,
    }
    for key, value in unused.items():
        yield (
            taught and bool(value),
            f"{key} does nothing for a student, who learns from every answer; remove it",
        )


def _cost_rules(c: "Config") -> Rules:
    yield (
        c.budget.cost_usd is not None and c.cost.usd_per_device_hour is None,
        "budget.cost_usd needs a price; set cost.usd_per_device_hour",
    )
    yield (
        c.cost.price_model is not None and c.cost.prices is None,
        "cost.price_model names a model but no file of prices is given; set cost.prices or remove it",
    )


def _effort_rules(c: "Config") -> Rules:
    """The same for every effort that is sampled at."""
    named = [("sampling", sampling_effort(c)), ("gate", gate_effort(c))]
    if (hard := hard_effort(c)) is not None:
        named.append(("sampling.hard_effort", hard))
    named += [("report.efforts", effort) for effort in report_efforts(c)]
    for name, effort in named:
        yield from _rules_of_effort(name, effort, c)
    yield (
        len(set(c.report.efforts)) < len(c.report.efforts),
        "report.efforts names an effort twice; name each once",
    )


def _rules_of_effort(name: str, effort: Effort, c: "Config") -> Rules:
    limit, thinking = effort.max_new_tokens, effort.thinking_tokens
    yield (
        limit >= c.engine.max_model_len,
        f"{name}: max_new_tokens ({limit}) leaves no room for a prompt in engine.max_model_len "
        f"({c.engine.max_model_len}); raise the latter",
    )
    yield (
        thinking is not None and c.model.thinking == "off",
        f'{name}: thinking_tokens ({thinking}) limits a thought that model.thinking = "off" turns off; '
        'remove the limit or set model.thinking = "on"',
    )
    yield (
        thinking is not None and thinking >= limit,
        f"{name}: thinking_tokens ({thinking}) leaves no token for an answer in max_new_tokens ({limit}); "
        "lower it",
    )
