"""The commands `ratchetrl verifiers`, `verifiers new` and `verifiers check`.

    ratchetrl verifiers [--json]                          what there is
    ratchetrl verifiers new NAME                          writes NAME.py, to be filled in
    ratchetrl verifiers check [NAME] [--suite S]          exit code 1 where a verifier must not be used

A NAME may carry settings as JSON (`math{"extraction": "lenient"}`), or be `path/to/file.py:name`.
"""

import json
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import tyro
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table

from ratchetrl.pipelines.judge_command import PoolArguments
from ratchetrl.verifiers.check_report import Check, CheckReport, Question
from ratchetrl.verifiers.checks import check_verifier
from ratchetrl.verifiers.discovery import known_names
from ratchetrl.verifiers.errors import NotInstalled, UserError
from ratchetrl.verifiers.pool import VerifierPool
from ratchetrl.verifiers.stub import write_stub

FAILED = 1
LISTING_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class ListArguments:
    """Lists the verifiers there are: built in, and of installed packages. See also: verifiers new, verifiers
    check."""

    json: bool = False
    """Print JSON."""


@dataclass(frozen=True)
class NewArguments:
    """Writes NAME.py into the current folder: a verifier that lacks only the line that compares."""

    name: tyro.conf.Positional[str]
    """Name of the verifier and of its function."""


@dataclass(frozen=True)
class CheckArguments(PoolArguments):
    """Checks a verifier, or all of them, without a model. Exit code 1 where one must not be used."""

    verifier: Annotated[str | None, tyro.conf.Positional] = None
    """A verifier's name, or `path/to/file.py:name`; by default all that are known, or all of the suite."""
    suite: str | None = None
    """Check every gold of a recipe (`configs/x.toml`, whose keys may be given as for a run: `--data.path
    /my/copy`), or of a file, a folder or a Hub dataset."""
    gold: str = "gold"
    """Column of the golds, where the suite is no recipe."""
    prompt: str | None = None
    """Column of the prompts, where the suite is no recipe; then answers that echo the prompt are tried."""
    json: bool = False
    """Print JSON."""


def main(arguments: list[str]) -> int:
    """`ratchetrl verifiers`."""
    match arguments:
        case ["new", *rest]:
            return _new(tyro.cli(NewArguments, args=rest, prog="ratchetrl verifiers new"))
        case ["check", *rest]:
            own, of_recipe = _apart(rest)
            return _check(tyro.cli(CheckArguments, args=own, prog="ratchetrl verifiers check"), of_recipe)
        case [name, *_] if not name.startswith("-"):
            raise UserError(f"there is no command verifiers {name}; there are verifiers, new and check")
        case _:
            return _list(tyro.cli(ListArguments, args=arguments, prog="ratchetrl verifiers"))


def _list(given: ListArguments) -> int:
    with VerifierPool(len(os.sched_getaffinity(0)), LISTING_TIMEOUT_S) as pool:
        known = known_names()
        with ThreadPoolExecutor() as threads:  # so that the workers load them side by side
            found = list(threads.map(partial(_row, pool), known, known.values()))
    if given.json:
        print(json.dumps(found))
        return 0
    table = Table("name", *folded("judges", "settings (default)"), "origin", box=SIMPLE)
    for each in found:
        settings = ", ".join(f"{name} ({default})" for name, default in each["settings"].items())
        table.add_row(each["name"], each["fault"] or each["summary"], settings, each["origin"])
    Console(highlight=False, markup=False).print(table)
    return 0


def folded(*headers: str) -> list[Column]:
    """Columns that lose no letter of a long word, such as a setting."""
    return [Column(header, overflow="fold") for header in headers]


def _row(pool: VerifierPool, name: str, origin: str) -> dict[str, Any]:
    """What is known of one verifier; why not, where it cannot be loaded: one must not hide the others."""
    try:
        found = pool.describe(name)
    except UserError as error:
        return {"name": name, "origin": origin, "summary": "", "settings": {}, "fault": str(error)}
    told = ("version", "summary", "settings", "has_oracle", "has_impossible")
    return {"name": name, "origin": origin, **{key: asdict(found)[key] for key in told}, "fault": None}


def _new(given: NewArguments) -> int:
    path = write_stub(given.name, Path())
    check = f"ratchetrl verifiers check {path}:{given.name}"
    print(f"wrote {path}; write its examples and its last line, then: {check}")
    return 0


def _check(given: CheckArguments, options: list[str]) -> int:
    console = Console(highlight=False, markup=False)
    with given.pool() as pool:
        reports = []
        for reference, questions in _to_check(given, options, pool):
            reports.append(_checked(given, pool, reference, questions))
            if not given.json:
                _print(console, reports[-1])
    if given.json:
        print(json.dumps([{**asdict(each), "passed": each.passed} for each in reports]))
    return 0 if all(report.passed for report in reports) else FAILED


def _apart(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Options of the command, and those of the recipe: `--table.key value`."""
    own: list[str] = []
    of_recipe: list[str] = []
    takes_value = False
    for argument in arguments:
        dotted = argument.startswith("--") and "." in argument.partition("=")[0]
        (of_recipe if dotted or takes_value else own).append(argument)
        takes_value = dotted and "=" not in argument
    return own, of_recipe


def _checked(
    given: CheckArguments, pool: VerifierPool, reference: str, questions: Iterable[Question] | None
) -> CheckReport:
    """The report; of several verifiers, one that cannot be loaded must not hide the others."""
    try:
        return check_verifier(pool, reference, questions)
    except NotInstalled as error:
        if given.verifier is not None:
            raise
        return CheckReport(reference, "", (Check("not checked", True, str(error)),))
    except UserError as error:
        if given.verifier is not None:
            raise
        return CheckReport(reference, "", (Check("can be loaded", False, str(error)),))


def _to_check(
    given: CheckArguments, options: list[str], pool: VerifierPool
) -> Iterator[tuple[str, Iterable[Question] | None]]:
    """(verifier, the questions it is checked on, or none)."""
    if options and not (given.suite or "").endswith(".toml"):
        raise UserError(f"there is no option {options[0]} without a recipe as --suite; see --help")
    if given.suite is None:
        yield from ((name, None) for name in ([given.verifier] if given.verifier else known_names()))
        return
    from ratchetrl.pipelines.suite_questions import CheckedSuite, Columns

    columns = Columns(given.gold, given.prompt)
    suite = CheckedSuite.open(given.suite, options, columns, given.verifier, pool)
    yield from ((reference, suite.questions(reference)) for reference in suite.references)


def _print(console: Console, report: CheckReport) -> None:
    table = Table("check", "", *folded("found"), box=SIMPLE)
    for check in report.checks:
        table.add_row(check.name, "ok" if check.passed else "FAILS", check.detail)
    words = "passes" if report.passed else "FAILS its check: a run refuses it"
    console.print(f"{report.verifier} (version {report.version or 'unknown'}) {words}")
    console.print(table)
