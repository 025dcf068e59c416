r"""Units behind a number: `5.4 \text{ cents}`, `15 \text{ cm}^2`, `165 grams`, `\$18.90`, `15th Day`.

    split_unit(r"15\text{ cm}^2")     # ("15", Unit("cm", 2))
    compatible(gold=Unit("cm", 2), answer=None)                   # True: a unit may be left out
    compatible(gold=None, answer=Unit("thousand", known=False))   # False: only known units may be added

Different units never agree, even where a conversion would make the values agree. A noun that is no known
unit counts as a unit only where the gold has the same one.
"""

import re
from typing import NamedTuple

_NAMES = {
    "mm": "millimeter millimetre", "cm": "centimeter centimetre", "m": "meter metre",
    "km": "kilometer kilometre", "in": "inch inches", "ft": "foot feet", "yd": "yard", "mi": "mile",
    "mg": "milligram", "g": "gram gm", "kg": "kilogram kilo", "lb": "pound lbs", "oz": "ounce",
    "t": "ton tonne", "s": "second sec", "min": "minute mins", "h": "hour hr hrs", "day": "", "week": "",
    "month": "", "year": "yr yrs", "ml": "milliliter millilitre mL", "l": "liter litre L", "gal": "gallon",
    "deg": "degree", "rad": "radian", "mph": "", "km/h": "kmph kph", "m/s": "", "usd": "dollar dollars",
    "cent": "cents", "unit": "", "j": "joule J", "n": "newton N", "w": "watt W", "v": "volt V",
    "hz": "hertz Hz", "ha": "hectare", "acre": "", "degc": "celsius", "degf": "fahrenheit", "eur": "euro",
    "rs": "rupee", "kw": "kilowatt kW", "mw": "megawatt MW", "pa": "pascal Pa",
}  # fmt: skip
_CANONICAL = {spelling: unit for unit, names in _NAMES.items() for spelling in [unit, *names.split()]}
_CANONICAL |= {"miles per hour": "mph", "kilometers per hour": "km/h", "meters per second": "m/s"}
_POWER_WORDS = {"square": 2, "sq": 2, "cubic": 3, "cu": 3, "squared": 2, "cubed": 3}
_POWER = r"(?:\s*\^\s*\{?\s*([23])\s*\}?)?"
_ONE_TEXT = rf"\\text\{{\s*[^{{}}]*?\s*\}}{_POWER}"
_TEXT_UNIT = re.compile(rf"(.*?[0-9}})\]a-z])\s*({_ONE_TEXT}(?:\s*/\s*{_ONE_TEXT})*)\s*", re.DOTALL)
_PLAIN_UNIT = re.compile(rf"(.*?[0-9)}}])\s*([A-Za-z][A-Za-z/. ]*[A-Za-z]){_POWER}\s*", re.DOTALL)
_NAME_AND_POWER = re.compile(rf"\\text\{{([^{{}}]*)\}}{_POWER}")
_ORDINAL = re.compile(r"([0-9]+)\s*(?:\^\s*\{?\s*)?(?:\\text\{\s*)?(?:st|nd|rd|th)\s*\}?\s*\}?(?![A-Za-z])")
_PERCENT = re.compile(r"\s*(?:\\text\{\s*(?:percent|per cent|%|\\%)\s*\}|(?<![A-Za-z\\])per ?cent)\s*$")
_CURRENCY = re.compile(r"\s*([+-]?)\s*(\\\$|\$|\\pounds|\\euro|USD|US\\\$)\s*(?=[-0-9.\\(])")
_CURRENCIES = {r"\pounds": "gbp", r"\euro": "eur"}
_DEGREES_OF = re.compile(r"\^\s*\{?\s*\\circ\s*\}?\s*(?:\\text\{\s*([CF])\s*\}|([CF]))\s*$")


class Unit(NamedTuple):
    """A unit, or a noun that stands where a unit would."""

    name: str
    """Its canonical name; a noun is lower case without its plural s."""
    power: int = 1
    """2 for an area, 3 for a volume."""
    known: bool = True
    """Whether it is a unit of measurement, of time, angle or currency."""


def split_unit(text: str) -> tuple[str, Unit | None]:
    """Return a normalised text without its unit, and the unit; `None` where there is none."""
    if currency := _CURRENCY.match(text):
        name = _CURRENCIES.get(currency.group(2), "usd")
        rest, other = split_unit(currency.group(1) + text[currency.end() :])
        same = other is None or other.name == name
        return rest, Unit(name) if same else Unit(f"{name} {other}", known=False)
    text = _PERCENT.sub(r"\\%", _ORDINAL.sub(r"\1 ", text).strip())
    if temperature := _DEGREES_OF.search(text):
        return text[: temperature.start()], Unit(
            "deg" + (temperature.group(1) or temperature.group(2)).lower()
        )
    if match := _TEXT_UNIT.fullmatch(text):
        return match.group(1), _unit_in_text(match.group(2))
    if match := _PLAIN_UNIT.fullmatch(text):
        unit = named(match.group(2), match.group(3))
        if unit.known or len(match.group(2)) > 3:
            return match.group(1), unit
    return text, None


def _unit_in_text(text: str) -> Unit | None:
    r"""Read `\text{ km} / \text{ h}`, or `\text{ cm}^2`."""
    parts = [(name.strip().rstrip(".,"), power) for name, power in _NAME_AND_POWER.findall(text)]
    if len(parts) == 1:
        return named(*parts[0]) if parts[0][0] else None
    units = [named(*part) for part in parts]
    name = "/".join(unit.name + (str(unit.power) if unit.power > 1 else "") for unit in units)
    return Unit(name, known=all(unit.known for unit in units))


def named(name: str, power: str | None = None) -> Unit:
    """Return the unit that a text names."""
    words, size = name.strip().rstrip(".").split(), int(power or 1)
    for place in (0, -1):
        if len(words) > 1 and words[place].lower() in _POWER_WORDS:
            size = _POWER_WORDS[words.pop(place).lower()]
    text = " ".join(words)
    lower = text.lower()
    for spelling in (text, lower, lower.removesuffix("s"), lower.removesuffix("es")):
        if spelling in _CANONICAL:
            return Unit(_CANONICAL[spelling], size)
    return Unit(re.sub(r"s\b", "", lower), size, known=False)


def compatible(gold: Unit | None, answer: Unit | None) -> bool:
    """Whether an answer may carry this unit, or none, where the gold carries that one, or none."""
    if answer is None or gold == answer:
        return True
    return gold is None and answer.known
