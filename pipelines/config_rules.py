"""What the tables of a recipe may not say together, each rule with a sentence that ends in what to do.

for broken, sentence in rules(config): ...
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ratchetrl.pipelines.config_tables import BOOTSTRAP
from ratchetrl.pipelines.efforts import Effort, gate_effort, hard_effort, report_efforts, sampling_effort

if TYPE_CHECKING:  # the recipe asks for these rules
    from ratchetrl.pipelines.config import Config

Rule = tuple[bool, str]
"""Broken?, and what is wrong and what to do."""


def rules(c: "Config") -> Iterator[Rule]:
    """Every rule that spans tables."""
    yield from _model_rules(c)
    yield from _engine_rules(c)
    yield from _learning_rules(c)
    yield from _student_rules(c)
    yield from _wave_rules(c)
    yield from _cost_rules(c)
    yield from _effort_rules(c)


def _model_rules(c: "Config") -> Iterator[Rule]:
    yield (
        c.model.path == BOOTSTRAP and c.bootstrap is None,
        "model.path is 'bootstrap' but there is no [bootstrap] table; add one or name a model",
    )
    yield (
        not c.model.thinking_marks[1].strip(),
        "model.thinking_marks needs a text that closes a thought, such as </think>",
    )


def _engine_rules(c: "Config") -> Iterator[Rule]:
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


def _learning_rules(c: "Config") -> Iterator[Rule]:
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
        c.train.loss == "rft" and (c.train.supervised > 0 or c.reward.length_price > 0),
        'train.loss = "rft" compares no rewards; set train.supervised = 0 and reward.length_price = 0, or '
        "choose another loss",
    )
    yield (
        c.reward.overlong_tokens > c.sampling.max_new_tokens,
        f"reward.overlong_tokens ({c.reward.overlong_tokens}) is more than sampling.max_new_tokens "
        f"({c.sampling.max_new_tokens}); lower it",
    )


def _student_rules(c: "Config") -> Iterator[Rule]:
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


def _wave_rules(c: "Config") -> Iterator[Rule]:
    sampling = c.sampling
    for name in ("most_samples", "informative_rows"):
        yield (
            sampling.probe is None and getattr(sampling, name) is not None,
            f"sampling.{name} is about groups that are sampled in waves; set sampling.probe, such as to 4",
        )
    yield (
        c.engine.kind == "server" and sampling.informative_rows is not None,
        "sampling.informative_rows drops requests in flight, and a server's are not only ours; remove it, or "
        'set engine.kind = "vllm"',
    )
    yield (
        sampling.hard_effort is not None and sampling.choose == "uniform" and sampling.probe is None,
        'sampling.hard_effort needs to know which problems are hard; set sampling.choose = "posterior" or '
        "sampling.probe",
    )
    probe, most = sampling.probe or 0, sampling.most_samples or sampling.samples
    yield (
        probe > sampling.samples,
        f"sampling.probe ({probe}) is more than sampling.samples ({sampling.samples}); lower it, or raise "
        "sampling.samples",
    )
    yield (
        probe == 1 and (c.train.loss != "rft" or c.distil is not None),
        "a first wave of one rollout settles nothing unless right answers alone are learned from; set "
        'sampling.probe to 2 or more, or train.loss = "rft"',
    )
    yield (
        sampling.probe == sampling.samples < most,
        f"sampling.probe ({probe}) leaves nothing of sampling.samples ({sampling.samples}) for groups of "
        f"sampling.most_samples ({most}); lower the probe, or raise sampling.samples",
    )
    yield (
        most < sampling.samples,
        f"sampling.most_samples ({most}) is less than sampling.samples ({sampling.samples}); raise it",
    )
    yield (
        c.engine.shard_rollouts < most,
        f"engine.shard_rollouts ({c.engine.shard_rollouts}) is less than one group of "
        f"sampling.most_samples ({most}); raise it",
    )


def _cost_rules(c: "Config") -> Iterator[Rule]:
    yield (
        c.budget.cost_usd is not None and c.cost.usd_per_device_hour is None,
        "budget.cost_usd needs a price; set cost.usd_per_device_hour",
    )
    yield (
        c.cost.price_model is not None and c.cost.prices is None,
        "cost.price_model names a model but no file of prices is given; set cost.prices or remove it",
    )


def _effort_rules(c: "Config") -> Iterator[Rule]:
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


def _rules_of_effort(name: str, effort: Effort, c: "Config") -> Iterator[Rule]:
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
