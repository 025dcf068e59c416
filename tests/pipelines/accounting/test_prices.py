"""A price is dated, has a source, and is never taken to be zero."""

from pathlib import Path

import pytest

from ratchetrl.pipelines import hardware
from ratchetrl.pipelines.accounting.prices import device_usd, devices, read_prices, token_price
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_arguments, load_toml
from ratchetrl.pipelines.config_tables import Cost
from ratchetrl.verifiers.errors import UserError

CONFIGS = Path(__file__).parents[3] / "configs"
SHIPPED = CONFIGS / "prices" / "open_models.toml"
GOOD = """
date = 2026-01-31
source = "https://example.org/prices"
[models."org/model"]
input = 2.0
cached_input = 0.5
output = 8.0
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "prices.toml"
    path.write_text(GOOD)
    return path


def priced(**cost: object) -> Config:
    return load_toml(CONFIGS / "quickstart.toml").model_copy(update={"cost": Cost.model_validate(cost)})


def test_tokens_are_priced_by_model_with_the_prompt_cached_for_all_samples_but_the_first(file: Path) -> None:
    price = token_price(priced(prices=str(file), price_model="org/model"))
    assert price is not None and (price.date, price.source) == ("2026-01-31", "https://example.org/prices")
    assert price.usd(1_000_000, 1_000_000) == pytest.approx(2.0 + 8.0)
    assert price.usd(1_000_000, 4_000_000, samples=4) == pytest.approx(2.0 + 3 * 0.5 + 4 * 8.0)


def test_without_a_price_money_is_unknown_and_not_zero() -> None:
    assert token_price(priced()) is None
    assert device_usd(priced(), 3600.0) is None
    assert device_usd(priced(usd_per_device_hour=1.5), 7200.0) == pytest.approx(3.0)


def test_a_model_that_is_not_in_the_file_is_refused_with_those_that_are(file: Path) -> None:
    with pytest.raises(UserError, match=r"no price for org/other; it has org/model: .*cost\.price_model"):
        token_price(priced(prices=str(file), price_model="org/other"))
    with pytest.raises(UserError, match="the bootstrapped base"):
        token_price(priced(prices=str(file)))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("date = 2026-01-31", "", "date is missing"),
        ("date = 2026-01-31", 'date = "soon"', "date: "),
        ('source = "https://example.org/prices"', "", "source is missing"),
        ('source = "https://example.org/prices"', 'source = "a friend"', "source: "),
        ("cached_input = 0.5", "", "models.org/model.cached_input is missing"),
        ("input = 2.0", "input = 0", "greater than 0"),
        ("input = 2.0", "input = -2.0", "greater than 0"),
        ("output = 8.0", "output = nan", "finite"),
        ("output = 8.0", "output = true", "valid number"),
        ("date = 2026-01-31", "date = 2999-01-31", "nobody has read prices on 2999-01-31 yet"),
        ("output = 8.0", "output = 8.0\nouput = 9.0", "ouput"),
        ("output = 8.0", "output = ", "not valid TOML"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_in_one_sentence(
    file: Path, old: str, new: str, told: str
) -> None:
    file.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(UserError) as refused:
        read_prices(file)
    assert told in str(refused.value) and "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        token_price(priced(prices=str(tmp_path / "none.toml"), price_model="org/model"))


def test_the_shipped_prices_can_be_read_and_have_a_model_of_the_shipped_recipes() -> None:
    recipe = load_toml(CONFIGS / "math_qwen3_8b_zero3.toml")
    price = token_price(recipe.model_copy(update={"cost": Cost(prices=str(SHIPPED))}))
    assert price is not None and 0 < price.input <= price.output


def test_a_relative_path_is_kept_as_seen_from_here_or_from_the_recipe() -> None:
    recipe = str(CONFIGS / "quickstart.toml")
    given = load_arguments([recipe, "--cost.prices", "prices/open_models.toml", "--output", "run"])
    assert given.config.cost.prices == str(SHIPPED)


def test_devices_are_the_gpus_that_engines_and_trainer_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_toml(CONFIGS / "gsm8k_qwen3_0.6b.toml")
    engine = config.engine.model_copy(update={"replicas": 2, "keep_warm": True})
    hardware.visible_gpus.cache_clear()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1,2,3")
    try:
        assert devices(config.model_copy(update={"engine": engine})) == 3
    finally:
        hardware.visible_gpus.cache_clear()


def test_a_machine_without_gpus_is_one_device() -> None:
    assert devices(priced()) == 1
