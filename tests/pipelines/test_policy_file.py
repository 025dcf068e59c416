"""A policy's bounds are read strictly, and a figure that is not known keeps none of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from ratchetrl.pipelines.policy_file import Evidence, Policy, policy_keys, read_policy
from ratchetrl.verifiers.errors import UserError

GOOD = Evidence(
    route="better",
    gain=0.05,
    lower=0.02,
    usd=1.0,
    output_tokens_growth=0.0,
    truncated_share=0.01,
    kl=0.1,
    warnings=(),
)


def breach(folder: Path, text: str, evidence: Evidence = GOOD) -> str | None:
    (folder / "policy.toml").write_text(text)
    return read_policy(folder / "policy.toml").breach(evidence)


@pytest.mark.parametrize(
    ("rule", "worse"),
    [
        ("min_gain = 0.05", {"gain": 0.04}),
        ("min_lower = 0.02", {"lower": 0.01}),
        ("max_usd = 1.0", {"usd": 1.5}),
        ("max_output_tokens_growth = 0.0", {"output_tokens_growth": 0.01}),
        ("max_truncated_share = 0.01", {"truncated_share": 0.02}),
        ("max_kl = 0.1", {"kl": 0.2}),
        ("no_warnings = true", {"warnings": ("answers are more alike",)}),
        ("allow_cheaper = false", {"route": "cheaper"}),
    ],
)
def test_every_rule_can_be_kept_and_broken(tmp_path: Path, rule: str, worse: dict[str, object]) -> None:
    assert breach(tmp_path, rule) is None
    told = breach(tmp_path, rule, replace(GOOD, **worse))  # type: ignore[arg-type]
    assert told is not None and told.startswith(rule.split()[0])


def test_what_is_not_known_keeps_no_bound(tmp_path: Path) -> None:
    assert "not known" in (breach(tmp_path, "max_usd = 9", replace(GOOD, usd=None)) or "")


def test_a_cheaper_challenger_need_not_gain(tmp_path: Path) -> None:
    cheaper = replace(GOOD, route="cheaper", gain=0.0, lower=-0.01)
    assert breach(tmp_path, "min_gain = 0.05\nmin_lower = 0.0", cheaper) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("min_gian = 0.1", "did you mean min_gain"),
        ("min_gain = true", "min_gain = True does not do"),
        ("min_gain = nan", "min_gain"),
        ("no_warnings = 1", "no_warnings = 1 does not do"),
        ("min_gain = ", "not valid TOML"),
    ],
)
def test_what_does_not_do_is_named_in_one_sentence(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(UserError, match=expected) as raised:
        breach(tmp_path, text)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_is_no_policy(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="auto, human"):
        read_policy(tmp_path / "none.toml")


def test_help_explains_every_key() -> None:
    assert all(f"{name}: " in policy_keys() for name in Policy.model_fields)
