"""Verifiers of installed packages: found by their entry point, refused where two claim one name."""

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = """
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import correct, wrong

@verifier("roman", read_gold=str, correct=[("IV", "4")], incorrect=[("IX", "4")])
def roman(answer, gold):
    "Judge a Roman numeral."
    return correct(answer) if answer == "IV" else wrong(answer, "differs")
"""
ASK = """if True:
    import sys
    from ratchetrl.verifiers.errors import UserError
    from ratchetrl.verifiers.pool import VerifierPool
    try:
        with VerifierPool(1, 60.0) as pool:
            found = pool.describe(sys.argv[1])
            print(found.name, found.origin, found.summary)
    except UserError as error:
        print(error)
"""


def install(folder: Path, package: str, name: str, module: str, source: str = PACKAGE) -> None:
    """What pip leaves of a package with one entry point."""
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[ratchetrl.verifiers]\n{name} = {module}:roman\n")
    (folder / f"{module}.py").write_text(source)


def ask(folder: Path, name: str) -> str:
    environment = {"PYTHONPATH": str(folder), "PATH": ""}
    answer = subprocess.run(
        [sys.executable, "-c", ASK, name], capture_output=True, text=True, env=environment, check=True
    )
    return answer.stdout.strip()


def test_a_verifier_of_a_package_is_found_by_its_name(tmp_path: Path) -> None:
    install(tmp_path, "roman-numerals", "roman", "roman_numerals")
    assert ask(tmp_path, "roman") == "roman package roman-numerals Judge a Roman numeral."
    assert "did you mean 'roman'" in ask(tmp_path, "romann")


@pytest.mark.parametrize("name", ["roman", "number"])
def test_a_name_that_two_claim_is_refused_with_both(tmp_path: Path, name: str) -> None:
    install(tmp_path, "roman-numerals", name, "roman_numerals")
    if name == "roman":
        install(tmp_path, "caesar", name, "caesar")
    said = ask(tmp_path, name)
    other = "RatchetRL itself" if name == "number" else "package caesar"
    assert f"'{name}' is claimed by" in said and other in said and "package roman-numerals" in said


@pytest.mark.parametrize("source", ["import sys; sys.exit(3)", "1 / 0", "romanus = 1"])
def test_a_package_that_cannot_be_loaded_is_named(tmp_path: Path, source: str) -> None:
    install(tmp_path, "roman-numerals", "roman", "roman_numerals", source)
    assert "of package roman-numerals cannot be loaded" in ask(tmp_path, "roman")
