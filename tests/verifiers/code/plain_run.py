"""Tell which mutants of a function differ from it on its inputs, by a plain run without a sandbox.

python plain_run.py < {"name": ..., "source": ..., "mutants": [...], "inputs": ["(1, 2)", ...]} > [0, 3, 4]
"""

import contextlib
import io
import json
import math
import signal
import sys
from typing import Any

SECONDS = 1


class Late(BaseException):
    """A mutant takes too long: neither differing nor the same."""


def outcomes(source: str, name: str, inputs: list[Any]) -> list[Any]:
    names: dict[str, Any] = {}
    exec(source, names)
    return [outcome(names[name], args) for args in inputs]


def outcome(function: Any, text: str) -> Any:
    args = eval(text, {"inf": math.inf, "nan": math.nan})
    try:
        result = function(*args)
    except Exception as error:
        return type(error).__name__
    return result if plain(result) else bool(result)


def plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(plain, value)) and all(map(plain, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(plain, value))
    return value is None or isinstance(value, bool | int | float | complex | str | bytes)


def differ(one: Any, other: Any) -> bool:
    """Whether two outcomes differ by more than rounding: what a list is to a tuple is no difference."""
    if isinstance(one, float) and isinstance(other, int | float):
        return not (math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-3) or one != one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) != len(other) or any(map(differ, one, other))
    return bool(one != other)


def main() -> None:
    request = json.load(sys.stdin)
    name, inputs = request["name"], request["inputs"]
    differing = []
    with contextlib.redirect_stdout(io.StringIO()):
        wanted = outcomes(request["source"], name, inputs)
        for number, mutant in enumerate(request["mutants"]):
            signal.alarm(SECONDS)
            try:
                found = outcomes(mutant, name, inputs)
            except (Exception, Late):
                continue
            finally:
                signal.alarm(0)
            if any(map(differ, wanted, found)):
                differing.append(number)
    print(json.dumps(differing))


def late(*_: object) -> None:
    raise Late


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, late)
    main()
