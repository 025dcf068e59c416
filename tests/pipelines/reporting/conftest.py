"""Let the tests import the planted runs beside them; one such run for all."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from synthetic_run import write_synthetic_run

from ratchetrl.pipelines.run_folder import RunFolder


@pytest.fixture(scope="session")
def planted_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A finished run of three generations; copy it before changing anything."""
    return write_synthetic_run(tmp_path_factory.mktemp("planted") / "run")
