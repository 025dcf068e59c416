"""Energy is read where the machine tells, and is unknown elsewhere."""

from pathlib import Path

import pytest

from ratchetrl.pipelines.accounting.energy import rapl_counter


def package(folder: Path, name: str, energy_uj: int, range_uj: int = 1_000_000_000) -> Path:
    (folder / name).mkdir(exist_ok=True)
    (folder / name / "energy_uj").write_text(f"{energy_uj}\n")
    (folder / name / "max_energy_range_uj").write_text(f"{range_uj}\n")
    return folder / name


def test_packages_are_added_up_and_their_parts_are_not(tmp_path: Path) -> None:
    for name in ("intel-rapl:0", "intel-rapl:1", "intel-rapl:0:0"):
        package(tmp_path, name, 500)
    joules = rapl_counter(tmp_path)
    for name in ("intel-rapl:0", "intel-rapl:1", "intel-rapl:0:0"):
        package(tmp_path, name, 3_000_500)
    assert joules() == pytest.approx(6.0)


def test_a_counter_that_starts_again_goes_on(tmp_path: Path) -> None:
    package(tmp_path, "intel-rapl:0", 9_000_000, range_uj=10_000_000)
    joules = rapl_counter(tmp_path)
    package(tmp_path, "intel-rapl:0", 2_000_000, range_uj=10_000_000)
    assert joules() == pytest.approx(3.0)
    package(tmp_path, "intel-rapl:0", 5_000_000, range_uj=10_000_000)
    assert joules() == pytest.approx(6.0)


def test_a_machine_that_does_not_tell_is_not_taken_for_one_that_uses_nothing(tmp_path: Path) -> None:
    assert rapl_counter(tmp_path)() is None
    (package(tmp_path, "intel-rapl:0", 1) / "energy_uj").unlink()
    assert rapl_counter(tmp_path)() is None
