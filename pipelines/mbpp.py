r"""Rows of MBPP and of MBPP+ as problems for the verifier `python_tests`: the row adapter `mbpp`.

    mbpp({"text": "Write a function ...", "code": "def f(x): ...", "test_list": ["assert ...", ...]})
    # {"prompt": "Write a function ...\n\n... passes this test ...\n\nassert ...", "gold": {...}}

The prompt shows the first test of a row, which decides nothing; the others, `challenge_test_list` and the
script `test` of MBPP+ are hidden and decide. It reads the columns of google-research-datasets/mbpp (both
subsets), of evalplus/mbppplus, and of the file that EvalPlus releases, of which it takes the original tests
only (`assertion`). Rows are parsed, never run.
"""

import ast
import warnings
from typing import Any

from ratchetrl.verifiers.code.datasets import mbpp_gold

PROMPT = "{text}\n\nWrite a Python function that passes this test, and others like it:\n\n{shown}"


def mbpp(row: dict[str, Any]) -> dict[str, Any]:
    """Prompt and gold of one row; raises `ValueError` where no gold can be made of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a row's code may have an escape that Python warns of
        return _problem(row)


def _problem(row: dict[str, Any]) -> dict[str, Any]:
    given = _from_release(row) if "assertion" in row else row
    hidden_script = [given["test"]] if given.get("test") else []
    gold = mbpp_gold(
        {
            "code": given["code"],
            "test_list": given["test_list"],
            "challenge_test_list": [*(given.get("challenge_test_list") or []), *hidden_script],
            "test_setup_code": given.get("test_setup_code") or "",
            "test_imports": given.get("test_imports") or [],
        }
    )
    text = (given.get("text") or given["prompt"]).strip()
    return {"prompt": PROMPT.format(text=text, shown=gold["shown_tests"].strip()), "gold": gold}


def _from_release(row: dict[str, Any]) -> dict[str, Any]:
    """A row of EvalPlus's own file with the columns of the Hub's."""
    statements = ast.parse(row["assertion"]).body
    tests = [ast.unparse(each) for each in statements if isinstance(each, ast.Assert)]
    imports = [ast.unparse(each) for each in statements if not isinstance(each, ast.Assert)]
    docstring = ast.get_docstring(ast.parse(row["prompt"])) or row["prompt"]
    text = docstring.partition("\nassert ")[0]
    return {"text": text, "code": row["canonical_solution"], "test_list": tests, "test_imports": imports}
