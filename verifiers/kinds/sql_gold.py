"""The gold of the verifier `sql`: databases, the right query, and what it returns on each.

    gold = read_gold('{"databases": ["CREATE TABLE t(a); ...", "..."], "query": "SELECT a FROM t"}')
    gold.results                          # rows of each database, as sql_engine.py sends them
    run(gold, "SELECT a FROM t").value    # what another query returns

Reading a gold runs its query, and refuses one that could not tell a right answer from a wrong one.
"""

import functools
import math
from dataclasses import dataclass, replace
from typing import Any

from ratchetrl.verifiers.killable import Ending, Outcome, shared
from ratchetrl.verifiers.kinds import sql_engine
from ratchetrl.verifiers.kinds.golds import json_object
from ratchetrl.verifiers.kinds.sql_rows import Row, same_rows
from ratchetrl.verifiers.kinds.sql_text import has_top_level_order

MAX_ROWS = 10_000
"""Most rows of one result."""
MAX_RESULT_CHARS = 1_000_000
"""Most text of one result."""
MEMORY_BYTES = 2 << 30
"""Most address space of the child, beyond what it holds at its start."""
BUILD_S = 20.0
"""Most CPU seconds that building all databases of a gold may take."""
MAX_TIMEOUT_S = 60.0
"""Longest time that a gold may grant."""

_READABLE = ("/proc/self/cgroup", "/sys/fs/cgroup")  # DuckDB asks there what memory it has, and fails without


@dataclass(frozen=True)
class SqlGold:
    """Databases, the query that is right, and what it returns on each."""

    dialect: str
    """`sqlite` or `duckdb`."""
    databases: tuple[dict[str, Any], ...]
    """As the engine takes them."""
    query: str
    """The query that is right."""
    ordered: bool
    """Whether the order of rows counts."""
    timeout_s: float
    """CPU seconds for all databases together."""
    results: tuple[list[Row], ...] = ()
    """Rows of the right query, one list a database."""

    @property
    def wall_s(self) -> float:
        """Longest wall time, however busy the machine."""
        return 5.0 + 10.0 * self.timeout_s


@functools.lru_cache(maxsize=64)
def read_gold(gold: str) -> SqlGold:
    """Run the gold's query on its databases. Raises `ValueError` where its results cannot judge."""
    fields = json_object(gold, required={"databases", "query"}, optional={"dialect", "ordered", "timeout_s"})
    unrun = SqlGold(
        dialect=fields.get("dialect", "sqlite"),
        databases=_read_databases(fields["databases"]),
        query=fields["query"],
        ordered=fields.get("ordered", has_top_level_order(str(fields["query"]))),
        timeout_s=fields.get("timeout_s", 2.0),
    )
    _check_types(unrun)
    results = _gold_results(run(unrun, unrun.query))
    _check_telling(results)
    return replace(unrun, results=results)


def run(gold: SqlGold, query: str) -> Outcome:
    """Run a query on every database of the gold; building them is not counted as the query's time."""
    engine = shared(sql_engine.run, MEMORY_BYTES, _READABLE)
    argument: dict[str, Any] = {"dialect": gold.dialect, "databases": gold.databases, "query": None}
    argument |= {"max_rows": MAX_ROWS, "max_chars": MAX_RESULT_CHARS}
    built = engine.call(argument, cpu_s=BUILD_S, wall_s=4 * BUILD_S)
    if built.ending is not Ending.returned or "fault" in built.value:
        raise ValueError(f"a database cannot be built: {built.value}")
    return engine.call({**argument, "query": query}, cpu_s=gold.timeout_s, wall_s=gold.wall_s)


def _read_databases(setups: Any) -> tuple[dict[str, Any], ...]:
    if not isinstance(setups, list) or not setups or not all(isinstance(setup, str) for setup in setups):
        raise ValueError("databases are a list of texts: the statements that build each")
    thinnings = (0, 2, 3) if len(setups) == 1 else (0,)
    databases = [{"setup": setup, "thinning": thinning} for setup in setups for thinning in thinnings]
    if len(databases) > sql_engine.MAX_DATABASES:
        raise ValueError(f"it has more than {sql_engine.MAX_DATABASES} databases")
    return tuple(databases)


def _check_types(gold: SqlGold) -> None:
    if gold.dialect not in ("sqlite", "duckdb"):
        raise ValueError("dialect is sqlite or duckdb")
    if not isinstance(gold.query, str) or not isinstance(gold.ordered, bool):
        raise ValueError("query is a text, and ordered true or false")
    is_number = isinstance(gold.timeout_s, int | float) and math.isfinite(gold.timeout_s)
    if not is_number or not 0 < gold.timeout_s <= MAX_TIMEOUT_S:
        raise ValueError(f"timeout_s is a number of seconds above 0 and up to {MAX_TIMEOUT_S:g}")


def _gold_results(outcome: Outcome) -> tuple[list[Row], ...]:
    if outcome.ending is not Ending.returned:
        raise ValueError(f"its query {outcome.value}")
    if "fault" in outcome.value:
        raise ValueError(f"its query fails: {outcome.value['reason']}")
    return tuple(outcome.value["results"])


def _check_telling(results: tuple[list[Row], ...]) -> None:
    if not any(results):
        raise ValueError("its query returns no row on any database")
    if all(same_rows(results[0], result, ordered=False) for result in results[1:]):
        raise ValueError("its query returns the same on every database; add one on which it differs")
