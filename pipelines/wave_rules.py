"""What a recipe may not say about sampling in waves and the rows that come of it; see `config_rules.py`.

for broken, sentence in wave_rules(config): ...
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ratchetrl.pipelines.efforts import hard_effort, sampling_effort

if TYPE_CHECKING:  # the recipe asks for these rules
    from ratchetrl.pipelines.config import Config

Rules = Iterator[tuple[bool, str]]
"""Broken?, and what is wrong and what to do."""


def wave_rules(c: "Config") -> Rules:
    """Of [sampling] and [selection]."""
    yield from _key_rules(c)
    yield from _size_rules(c)
    yield from _row_rules(c)


def _key_rules(c: "Config") -> Rules:
    """Which keys need which."""
    sampling, hard, usual = c.sampling, hard_effort(c), sampling_effort(c)
    for name in ("most_samples", "informative_rows"):
        yield (
            sampling.probe is None and getattr(sampling, name) is not None,
            f"sampling.{name} is about groups that are sampled in waves; set sampling.probe to less than "
            f"sampling.samples ({sampling.samples})",
        )
    yield (
        c.engine.kind == "server" and sampling.informative_rows is not None,
        "sampling.informative_rows drops requests in flight, and a server's are not only ours; remove it, or "
        'set engine.kind = "vllm"',
    )
    yield (
        hard is not None and sampling.choose == "uniform" and sampling.probe is None,
        'sampling.hard_effort needs to know which problems are hard; set sampling.choose = "posterior" or '
        "sampling.probe",
    )
    yield (
        hard is not None and not hard.allows_more_than(usual),
        f"sampling.hard_effort ({sampling.hard_effort}) allows no more than every problem has "
        f"({usual.name}); raise or remove it",
    )


def _size_rules(c: "Config") -> Rules:
    """A probe is less than a group, and a group no more than the largest one."""
    sampling = c.sampling
    probe, samples, most = sampling.probe or 0, sampling.samples, sampling.most_samples or sampling.samples
    yield (
        probe > samples,
        f"sampling.probe ({probe}) is more than sampling.samples ({samples}); lower it, or raise "
        "sampling.samples",
    )
    yield (
        probe == 1 and (c.train.loss != "rft" or c.distil is not None),
        "a first wave of one rollout settles nothing unless right answers alone are learned from; set "
        'sampling.probe to 2 or more, or train.loss = "rft"',
    )
    yield (
        probe == samples < most,
        f"sampling.probe ({probe}) leaves nothing of sampling.samples ({samples}) for groups of "
        f"sampling.most_samples ({most}); lower the probe, or raise sampling.samples",
    )
    yield (
        probe == samples == most and sampling.informative_rows is None and sampling.hard_effort is None,
        f"sampling.probe ({probe}) is all of sampling.samples, so that there is one wave and nothing is "
        "saved; lower or remove it",
    )
    yield (
        most < samples,
        f"sampling.most_samples ({most}) is less than sampling.samples ({samples}); raise it",
    )
    yield (
        c.engine.shard_rollouts < most,
        f"engine.shard_rollouts ({c.engine.shard_rollouts}) is less than one group of "
        f"sampling.most_samples ({most}); raise it",
    )


def _row_rules(c: "Config") -> Rules:
    """How many rollouts can be learned from."""
    problems, samples = c.sampling.problems, c.sampling.samples
    limit, wanted = c.selection.rows_per_group, c.sampling.informative_rows
    most = max(samples, c.sampling.most_samples or 0) * min(2, c.sampling.attempts)
    learned = problems * min(samples, limit or samples)
    yield (
        limit is not None and limit > most,
        f"selection.rows_per_group ({limit}) does nothing, because no problem has more than {most} rollouts; "
        "lower or remove it",
    )
    yield (
        wanted is not None and wanted > learned,
        f"sampling.informative_rows ({wanted}) can never be reached, because {problems} problems leave "
        f"{learned} to learn from at most; lower or remove it",
    )
