r"""Verifier `sql`: a query is right if it returns what the gold's query returns, on several databases.

    gold  {"databases": ["CREATE TABLE t(a); INSERT INTO t VALUES (1)", "CREATE TABLE t(a); ..."],
           "query": "SELECT a FROM t ORDER BY a", "dialect": "sqlite"}        or "duckdb"
    also  "ordered": true or false, "timeout_s": 2

Where one database is given, two more are made of it by dropping rows. The gold's results must differ between
databases, so that a constant query fails, and must not all be empty. Order counts if the gold's query has an
ORDER BY at its top level (let it settle every tie, or say `"ordered": false`); repeated rows always count.
The answer is the last fenced block, or the whole text: one SELECT, which may begin with WITH. It runs in a
killable child on databases in memory that it can only read; `sql_engine.py` has the bounds.
"""

import json
from dataclasses import replace

from ratchetrl.verifiers.killable import Ending, Outcome
from ratchetrl.verifiers.kinds.claims import block
from ratchetrl.verifiers.kinds.sql_gold import SqlGold, read_gold, run
from ratchetrl.verifiers.kinds.sql_rows import same_rows
from ratchetrl.verifiers.kinds.sql_text import first_word, unrepeatable
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import (
    Verdict,
    bad_format,
    correct,
    crashed,
    timed_out,
    unsafe,
    verifier_error,
    wrong,
)

MAX_QUERY_CHARS = 20_000
"""Longest query that is run."""


def _oracle(gold: SqlGold) -> str:
    return f"```sql\n{gold.query}\n```"


def _impossible(gold: SqlGold) -> str:
    """The same databases; a column that nothing asks for."""
    query = f"SELECT asked.*, 'never asked for' FROM ({gold.query.rstrip().rstrip(';')}\n) AS asked"
    setups = [database["setup"] for database in gold.databases if not database["thinning"]]
    return json.dumps(
        {"databases": setups, "query": query, "dialect": gold.dialect, "timeout_s": gold.timeout_s}
    )


_SHOP = json.dumps(
    {
        "databases": [
            "CREATE TABLE sale(item, euros); INSERT INTO sale VALUES ('tea', 3), ('tea', 4), ('jam', 5)",
            "CREATE TABLE sale(item, euros); INSERT INTO sale VALUES ('jam', 1), ('rye', 2), ('rye', 2)",
        ],
        "query": "SELECT item, SUM(euros) FROM sale GROUP BY item",
    }
)
_ITEMS = json.dumps({**json.loads(_SHOP), "query": "SELECT item FROM sale ORDER BY item"})


@verifier(
    "sql",
    read_gold=read_gold,
    correct=[
        (
            "<think>group</think>\n```sql\nSELECT item, sum(euros) FROM sale GROUP BY 1 ORDER BY 2;\n```",
            _SHOP,
        ),
        ("WITH s AS (SELECT * FROM sale) SELECT item, total(euros) FROM s GROUP BY item", _SHOP),
        ("SELECT item FROM sale ORDER BY 1", _ITEMS),
    ],
    incorrect=[
        ("", _SHOP),
        ("SELECT 'tea', 7 UNION ALL SELECT 'jam', 5", _SHOP),
        ("SELECT item, euros FROM sale", _SHOP),
        ("SELECT item, CAST(SUM(euros) AS TEXT) FROM sale GROUP BY item", _SHOP),
        ("SELECT DISTINCT item FROM sale ORDER BY item", _ITEMS),
        ("SELECT item FROM sale ORDER BY item DESC", _ITEMS),
        ("SELECT item FROM sale WHERE 1 = 0", _ITEMS),
        ("DELETE FROM sale", _SHOP),
        ("SELECT item FROM sale ORDER BY 1; DROP TABLE sale", _ITEMS),
        ("ATTACH 'other.db' AS other", _SHOP),
    ],
    oracle=_oracle,
    impossible=_impossible,
    allowance_s=lambda gold: 2 * gold.wall_s,
)
def sql(answer: str, gold: SqlGold) -> Verdict:
    """Judge a query by the rows that it returns on several databases."""
    query = block(answer, "sql")
    if isinstance(query, Verdict):
        return query
    if len(query) > MAX_QUERY_CHARS:
        return bad_format(f"a query of {len(query)} characters is longer than {MAX_QUERY_CHARS}")
    if first_word(query) not in ("select", "with"):
        return bad_format("the query does not begin with SELECT or WITH", query)
    if random := unrepeatable(query):
        return unsafe(f"{random} does not return the same twice", query)
    outcome = run(gold, query)
    return replace(_verdict(query, outcome, gold), cpu_s=outcome.cpu_s)


def _verdict(query: str, outcome: Outcome, gold: SqlGold) -> Verdict:
    match outcome.ending:
        case Ending.timeout:
            return timed_out(f"the query {outcome.value}", query)
        case Ending.died:
            return crashed(f"the database engine {outcome.value} while it ran the query", query)
        case Ending.raised:
            return verifier_error(f"the engine failed: {outcome.value}")
        case Ending.returned if "fault" in outcome.value:
            return _faulty(query, outcome.value["fault"], str(outcome.value["reason"]))
    results = zip(outcome.value["results"], gold.results, strict=True)
    for number, (rows, right) in enumerate(results, start=1):
        if not same_rows(rows, right, ordered=gold.ordered):
            order = ", or their order is not" if gold.ordered else ""
            counts = f"{len(rows)} rows, of {len(right)} in the right result"
            return wrong(query, f"on database {number} the rows are not the right ones{order} ({counts})")
    return correct(query, f"returns the right rows on all {len(gold.results)} databases")


def _faulty(query: str, fault: str, reason: str) -> Verdict:
    if fault == "write":
        return unsafe(f"the query may only read: {reason}", query)
    return wrong(query, reason) if fault == "large" else crashed(f"the query fails: {reason}", query)
