"""The real GSM8K and MATH-500, read from the folder that RATCHETRL_DATA names."""

import os
from pathlib import Path

import pytest

from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.pipelines.suites import open_suite
from ratchetrl.verifiers.errors import UserError

DATA = os.environ.get("RATCHETRL_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="RATCHETRL_DATA is unset; it names the folder of gsm8k/")


def gsm8k() -> SuiteSettings:
    return SuiteSettings(
        path=str(Path(str(DATA)) / "gsm8k"),
        prompt="question",
        gold="answer",
        verifier="number",
        gate_problems=500,
        report_problems=500,
    )


def test_gsm8k_loads_whole_and_its_test_file_is_sealed() -> None:
    suite = open_suite(gsm8k(), seed=1)
    assert (suite.counts["train"].rows, suite.counts["sealed"].rows) == (7473, 1319)
    assert suite.counts["train"].unreadable == 0
    assert len(suite.train_problems(1, 6000)) == 6000
    assert len(suite.sealed_problems()) == 1319


def test_math500_names_the_split_it_has_when_asked_for_train() -> None:
    math500 = gsm8k().model_copy(update={"path": str(Path(str(DATA)) / "math500"), "prompt": "problem"})
    with pytest.raises(UserError, match="no split 'train', only test"):
        open_suite(math500, seed=1)
