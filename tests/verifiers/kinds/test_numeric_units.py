"""The verifier `numeric` and the units behind it."""

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchetrl.verifiers.errors import GoldError, UserError
from ratchetrl.verifiers.kinds.numeric import numeric
from ratchetrl.verifiers.kinds.units import in_root_units, read_quantity
from ratchetrl.verifiers.registry import load


def status(answer: str, gold: object, settings: str = "") -> str:
    gold_text = gold if isinstance(gold, str) else json.dumps(gold)
    return load(f"numeric{settings}")(answer, gold_text).status.value


@pytest.mark.parametrize(
    ("answer", "gold"),
    [
        ("42000 m", "42 km"),
        (r"42\,\text{km}", "42 km"),
        (r"$4.2 \times 10^{4}$ m", "42 km"),
        ("42,000 m", "42 km"),
        ("4.2e4 m", "42 km"),
        ("26 mile", "41.842944 km"),
        ("9.81 m/s^2", "9.81 m s^-2"),
        (r"9.81\ \mathrm{m/s^2}", "9.81 m/s²"),
        ("1 N", "1 kg*m/s^2"),
        ("1 kWh", "3.6 MJ"),
        ("68 degF", "20 degC"),
        ("20 °C", "293.15 kelvin"),
        (r"90^\circ", "90 degree"),
        ("50%", "50 percent"),
        (r"\frac{3}{4}", "0.75"),
        ("3 meters", "3 m"),
        ("-40 °F", "-40 °C"),
    ],
)
def test_units_of_one_kind_are_converted_exactly(answer: str, gold: str) -> None:
    assert status(answer, gold) == "correct"


@pytest.mark.parametrize(
    ("answer", "gold"),
    [
        ("42 m", "42 km"),
        ("42", "42 km"),
        ("42 km", "42"),
        ("42 kg", "42 km"),
        ("42 Hz", "42 rad/s"),
        ("42 km/h", "42 km"),
        ("50%", "0.5"),
        ("0.5", "50%"),
        ("1 N*m", "1 N"),
        ("42.0000000000000000000001", "42"),
        ("3.14", "3.14159"),
    ],
)
def test_another_unit_or_number_is_wrong(answer: str, gold: str) -> None:
    assert status(answer, gold) == "wrong"


@pytest.mark.parametrize(
    "answer",
    [
        "42 and 43",
        "41, 42",
        "= 42",
        "7 = 42",
        "6*7",
        "84/2/1",
        "42 thousand",
        "42 bananas",
        "42±1",
        "42 m**m",
        "42 m^99",
        "42 m m m m m m m m m",
        "42 __import__",
        "42 m.__class__",
        "42 (m)",
        "1e401",
        "1e99999999999",
        "1" * 300,
        "nan",
        "inf km",
        "0x2a",
        "1_000",
        "1,00",
        "٤٢",
    ],
)
def test_what_is_not_one_number_with_one_unit_is_refused(answer: str) -> None:
    assert status(answer, "42") == "format"


def test_tolerance_comes_from_the_gold_or_the_settings() -> None:
    g = {"value": "9.81 m/s^2", "relative": "0.01"}
    assert status("9.8 m/s^2", g) == "correct" and status("9.7 m/s^2", g) == "wrong"
    assert status("42.3 km", {"value": "42 km", "absolute": 0.5}) == "correct"
    assert status("42600 m", {"value": "42 km", "absolute": 0.5}) == "wrong"
    assert status("20.5 degC", {"value": "20 degC", "absolute": 1}) == "correct"
    assert status("3.14", "3.14159", '{"relative": 0.001}') == "correct"


@pytest.mark.parametrize(
    "settings", ['{"relative": 1.0}', '{"absolute": -1.0}', '{"absolute": NaN}', '{"slack": 1}']
)
def test_a_tolerance_that_accepts_anything_is_refused(settings: str) -> None:
    with pytest.raises(UserError, match="numeric"):
        load(f"numeric{settings}")


def test_a_count_is_exact_whatever_the_settings_allow() -> None:
    assert status("1001", "1000", '{"relative": 0.01}') == "wrong"
    assert status("1001", {"value": "1000", "relative": 0.01}) == "correct"


def test_a_missing_unit_is_right_only_where_the_gold_says_so() -> None:
    g = {"value": "42 km", "unit_optional": True}
    assert [status(text, g) for text in ("42", "42000 m", "42000", "42 m")] == [
        "correct",
        "correct",
        "wrong",
        "wrong",
    ]


@pytest.mark.parametrize(
    "gold",
    [
        "forty-two",
        "42 bananas",
        "5 dB/m",
        {"value": "42", "relative": 1},
        {"value": "42", "relative": -0.1},
        {"value": "42", "absolute": "nan"},
        {"value": "42", "tolerance": 1},
        {"value": "42", "unit_optional": "yes"},
    ],
)
def test_a_gold_that_cannot_be_compared_with_is_refused(gold: object) -> None:
    with pytest.raises(GoldError, match="correct the gold"):
        numeric.read_gold(gold if isinstance(gold, str) else json.dumps(gold))


@settings(deadline=None)
@given(st.fractions(), st.sampled_from(["", " km", " m/s^2", " degC"]))
def test_every_fraction_is_read_back(number: Fraction, unit: str) -> None:
    quantity = read_quantity(f"{number}{unit}")
    assert quantity is not None and quantity.number == number and quantity.unit == unit.strip()
    assert in_root_units(quantity) is not None


@pytest.mark.parametrize("gold", ["1.5e9 m", "3 km", "20 degC", '{"value": "1e12 m", "relative": "0.1"}'])
def test_no_tolerance_reaches_an_impossible_gold(gold: str) -> None:
    assert numeric.oracle is not None and numeric.impossible is not None
    read = numeric.read_gold(gold)
    honest, impossible = str(numeric.oracle(read)), str(numeric.impossible(read))
    wide = '{"relative": 0.5, "absolute": 1e9}'
    assert (status(honest, gold, wide), status(honest, impossible, wide)) == ("correct", "wrong")
