"""A policy: bounds that a challenger must keep beyond the gate's rule, before it may stand unseen.

    ratchetrl run CONFIG --approve policy.toml

    min_gain = 0.02                   # a TOML file; every key may be left out
    max_output_tokens_growth = 0.1
    no_warnings = true

It can only be stricter than the gate: what the gate does not promote, no policy does. A figure that is
bounded but unknown keeps no bound.
"""

import difflib
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ratchetrl.pipelines.toml_file import read_toml
from ratchetrl.verifiers.errors import UserError


class Policy(BaseModel):
    """The keys of a policy file."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, strict=True, use_attribute_docstrings=True
    )

    min_gain: float | None = Field(default=None, ge=0, lt=1)
    """least gain of a challenger that is better (one that is cheaper need not gain)"""
    min_lower: float | None = Field(default=None, ge=-1, lt=1)
    """least lower 95% bound of that gain"""
    max_usd: float | None = Field(default=None, gt=0)
    """most money that the generation may have cost; needs cost.usd_per_device_hour"""
    max_output_tokens_growth: float | None = Field(default=None, ge=-1)
    """most growth of output tokens per problem: 0.1 is a tenth"""
    max_truncated_share: float | None = Field(default=None, ge=0, le=1)
    """largest share of the challenger's answers that ran into their token limit"""
    max_kl: float | None = Field(default=None, gt=0)
    """largest KL divergence from the sampler's policy that training may have seen"""
    no_warnings: bool = False
    """refuse where the gate warns of anything"""
    allow_cheaper: bool = True
    """let a challenger stand that is cheaper without being better"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a policy judges; None is unknown."""

    route: str
    """better or cheaper."""
    gain: float | None
    """Over all gate levels."""
    lower: float | None
    """Lower bound of its two-sided 95% interval."""
    usd: float | None
    """What the generation cost."""
    output_tokens_growth: float | None
    """Of the challenger over the champion, per problem."""
    truncated_share: float | None
    """Of the challenger's answers."""
    kl: float | None
    """Largest that training saw."""
    warnings: tuple[str, ...]
    """The gate's."""


LEAST = {"min_gain": "gain", "min_lower": "lower"}
MOST = {
    "max_usd": "usd",
    "max_output_tokens_growth": "output_tokens_growth",
    "max_truncated_share": "truncated_share",
    "max_kl": "kl",
}


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy and where it came from."""

    name: str
    """The file's name."""
    hash: str
    """First 16 hexadecimal digits of the SHA-256 of the file."""
    policy: Policy
    """What it says."""

    def breach(self, evidence: Evidence) -> str | None:
        """The first rule that is not met and by what, or None."""
        policy = self.policy
        if evidence.route == "cheaper" and not policy.allow_cheaper:
            return "allow_cheaper is false and the challenger is cheaper, not better"
        if policy.no_warnings and evidence.warnings:
            return f"no_warnings is true and the gate warns: {evidence.warnings[0]}"
        least = LEAST if evidence.route == "better" else {}
        for rule, figure in {**least, **MOST}.items():
            limit, value = getattr(policy, rule), getattr(evidence, figure)
            if limit is not None and (broken := _broken(rule, limit, value)):
                return broken
        return None


def _broken(rule: str, limit: float, value: float | None) -> str | None:
    if value is None:
        return f"{rule} is {limit:g} and what it bounds is not known here"
    kept = value >= limit if rule in LEAST else value <= limit
    return None if kept else f"{rule} is {limit:g} and this is {value:.4g}"


def read_policy(path: Path) -> PolicyFile:
    """Reads a policy file; UserError names the key that does not do."""
    table = read_toml(path, "--approve", "say auto, human, or a policy's TOML file")
    try:
        policy = Policy.model_validate(table)
    except ValidationError as error:
        raise UserError(f"{path}: {_sentence(error.errors()[0])}") from None
    return PolicyFile(path.name, hashlib.sha256(path.read_bytes()).hexdigest()[:16], policy)


def _sentence(error: Any) -> str:
    key = ".".join(map(str, error["loc"]))
    if error["type"] != "extra_forbidden":
        return (
            f"{key} = {error['input']!r} does not do: {error['msg'][0].lower()}{error['msg'][1:]}; change it"
        )
    known = list(Policy.model_fields)
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
    return f"there is no key {key}; did you mean {close[0]}? The keys are {', '.join(known)}"


def policy_keys() -> str:
    """Every key with what it means, for `--help`."""
    return "; ".join(f"{name}: {field.description}" for name, field in Policy.model_fields.items())
