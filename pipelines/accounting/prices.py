"""What things cost in money: device-hours at the user's price, and tokens at those of a dated file.

    usd = device_usd(config, device_s)        None where cost.usd_per_device_hour is not set
    price = token_price(config)               None where cost.prices is not set
    price.usd(prompt_tokens=80, output_tokens=200, samples=4)

A file of prices says when and where they were read, and names each model by its Hub name or any other:

    date = 2026-09-22
    source = "https://..."
    [models."Qwen/Qwen3-8B"]                  USD per million tokens
    input = 0.035
    cached_input = 0.035
    output = 0.138

No price is ever taken to be 0: a model that is not in the file, a price, a date or a source that is missing
or makes no sense is refused.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError

from ratchetrl.pipelines.accounting.ledger import Entry
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_tables import BOOTSTRAP
from ratchetrl.pipelines.placement import placement
from ratchetrl.pipelines.toml_file import read_toml
from ratchetrl.verifiers.errors import UserError

SECONDS_PER_HOUR, TOKENS_PER_PRICE = 3600.0, 1e6


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """What a host asks for one model's tokens, in USD per million."""

    model: str
    """The model, as the file names it."""
    input: float
    """Tokens of a prompt."""
    cached_input: float
    """Tokens of a prompt that the host has in its cache."""
    output: float
    """Tokens generated."""
    date: str
    """When the prices were read, as in 2026-09-22."""
    source: str
    """The address where."""

    def usd(self, prompt_tokens: Any, output_tokens: Any, samples: int = 1) -> Any:
        """Of `samples` answers to a prompt with so many output tokens together, as numbers or arrays of them;
        the prompt is in the cache for all but the first."""
        prompt = (self.input + (samples - 1) * self.cached_input) * prompt_tokens
        return (prompt + self.output * output_tokens) / TOKENS_PER_PRICE


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class _ModelPrices(_Strict):
    input: float = Field(gt=0, strict=True)
    cached_input: float = Field(gt=0, strict=True)
    output: float = Field(gt=0, strict=True)


class _PriceFile(_Strict):
    date: date
    source: HttpUrl
    models: dict[str, _ModelPrices] = Field(min_length=1)


def devices(config: Config) -> int:
    """Devices that a run of this recipe holds here: the GPUs of engines and trainer, or the machine without
    any."""
    return max(1, len(used_gpus(config)))


def used_gpus(config: Config) -> list[str]:
    """Ids of those GPUs."""
    place = placement(config)
    named = (gpus for gpus in (*place.engines, place.trainer) if gpus)
    return sorted({gpu for gpus in named for gpu in gpus.split(",")})


def device_usd(config: Config, device_s: float) -> float | None:
    """What device-seconds cost at the user's price."""
    price = config.cost.usd_per_device_hour
    return None if price is None else price * device_s / SECONDS_PER_HOUR


def entry_usd(config: Config, entry: Entry) -> float | None:
    """What a line of the ledger cost: as priced when it was written, else at the price of now."""
    return device_usd(config, entry.device_s) if entry.usd is None else entry.usd


def token_price(config: Config) -> TokenPrice | None:
    """The price of the run's model; UserError where the file cannot be used or does not have it."""
    if config.cost.prices is None:
        return None
    path, name = Path(config.cost.prices), config.cost.price_model or config.model.path
    prices = read_prices(path)
    if name not in prices:
        described = "the bootstrapped base" if name == BOOTSTRAP else name
        raise UserError(
            f"{path} has no price for {described}; it has {', '.join(sorted(prices))}: name one of these "
            "with cost.price_model, or add yours to the file"
        )
    return prices[name]


def read_prices(path: Path) -> dict[str, TokenPrice]:
    """Model -> its price."""
    table = read_toml(path, "cost.prices", "give a file of prices")
    try:
        file = _PriceFile.model_validate(table)
    except ValidationError as error:
        raise UserError(f"cost.prices {path}: {_first_fault(error)}; mend it") from None
    if file.date > date.today() + timedelta(days=1):  # it may be tomorrow elsewhere
        raise UserError(f"cost.prices {path}: nobody has read prices on {file.date} yet; mend the date")
    day, source = file.date.isoformat(), str(file.source)
    return {
        name: TokenPrice(name, each.input, each.cached_input, each.output, day, source)
        for name, each in file.models.items()
    }


def _first_fault(error: ValidationError) -> str:
    fault = error.errors()[0]
    where = ".".join(map(str, fault["loc"]))
    return f"{where} is missing" if fault["type"] == "missing" else f"{where}: {fault['msg']}"
