"""The verifier `sql`: what the query returns decides, and nothing else is touched."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ratchetrl.verifiers.errors import GoldError
from ratchetrl.verifiers.kinds.sql import sql
from ratchetrl.verifiers.kinds.sql_rows import same_rows
from ratchetrl.verifiers.kinds.sql_text import has_top_level_order, unrepeatable

SCHEMA = "CREATE TABLE pay(name TEXT, euros INTEGER, rate DOUBLE PRECISION);"
FEW = SCHEMA + "INSERT INTO pay VALUES ('ann', 3, 0.1), ('bob', 1, 0.2), ('ann', 3, 0.3)"
MANY = SCHEMA + "INSERT INTO pay VALUES ('bob', 7, 0.7), ('cy', 7, 0.1), ('dee', 2, NULL), ('bob', 7, 0.7)"
DIALECTS = pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])


def gold(query: str, dialect: str = "sqlite", **fields: Any) -> str:
    return json.dumps({"databases": [FEW, MANY], "query": query, "dialect": dialect, **fields})


def status(answer: str, gold_text: str) -> str:
    return sql(answer, gold_text).status.value


@DIALECTS
@pytest.mark.parametrize(
    ("query", "right", "expected"),
    [
        ("SELECT name FROM pay", "SELECT name FROM pay", "correct"),
        ("SELECT DISTINCT name FROM pay", "SELECT name FROM pay", "wrong"),
        ("SELECT name FROM pay UNION ALL SELECT name FROM pay", "SELECT name FROM pay", "wrong"),
        ("SELECT name FROM pay ORDER BY euros", "SELECT name FROM pay", "correct"),
        ("SELECT name FROM pay ORDER BY name DESC", "SELECT name FROM pay ORDER BY name", "wrong"),
        ("SELECT name FROM pay", "SELECT name FROM (SELECT name FROM pay ORDER BY name)", "correct"),
        ("SELECT euros, name FROM pay", "SELECT name, euros FROM pay", "wrong"),
        ("SELECT name, name FROM pay", "SELECT name FROM pay", "wrong"),
        ("SELECT CAST(euros AS TEXT) FROM pay", "SELECT euros FROM pay", "wrong"),
        ("SELECT coalesce(rate, 0.0) FROM pay", "SELECT rate FROM pay", "wrong"),
        ("SELECT coalesce(rate, 0.0) FROM pay", "SELECT rate FROM pay WHERE rate IS NOT NULL", "wrong"),
        ("SELECT 1.0 * euros FROM pay", "SELECT euros FROM pay", "correct"),
        ("SELECT sum(rate) + 0.1 - 0.1 FROM pay", "SELECT sum(rate) FROM pay", "correct"),
        ("SELECT sum(rate) + 0.0001 FROM pay", "SELECT sum(rate) FROM pay", "wrong"),
        ("SELECT 3", "SELECT max(euros) FROM pay", "wrong"),
        ("SELECT 7", "SELECT max(euros) FROM pay", "wrong"),
        ("SELECT name FROM pay WHERE false", "SELECT name FROM pay", "wrong"),
        ("SELECT nme FROM pay", "SELECT name FROM pay", "crash"),
        ("SELECT name FROM", "SELECT name FROM pay", "crash"),
        ("SELECT name FROM pay; SELECT name FROM pay", "SELECT name FROM pay", "not correct"),
    ],
)
def test_rows_decide(dialect: str, query: str, right: str, expected: str) -> None:
    found = status(query, gold(right, dialect))
    assert found == expected or (expected == "not correct" and found != "correct")


@DIALECTS
@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM pay",
        "DROP TABLE pay",
        "INSERT INTO pay VALUES ('eve', 9, 0.9)",
        "WITH x AS (SELECT 1) DELETE FROM pay",
        "WITH x AS (INSERT INTO pay VALUES ('eve', 9, 0.9) RETURNING name) SELECT name FROM x",
        "PRAGMA writable_schema = ON",
        "ATTACH 'planted.db' AS planted",
        "VACUUM INTO 'planted.db'",
        "COPY pay TO 'planted.csv'",
        "INSTALL httpfs",
        "SELECT load_extension('planted')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        "SELECT writefile('planted.txt', 'x')",
        "SELECT * FROM connection",
        "EXPLAIN SELECT name FROM pay",
        "SET threads = 8",
        "SELECT name FROM pay; DROP TABLE pay",
    ],
)
def test_a_query_only_reads_and_only_its_database(
    dialect: str, query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    right = gold("SELECT name FROM pay", dialect)
    assert sql(query, right).score == 0.0
    assert os.listdir(tmp_path) == []
    assert status("SELECT name FROM pay", right) == "correct"


@DIALECTS
def test_a_write_is_told_apart_from_an_error(dialect: str) -> None:
    write = "WITH x AS (SELECT 1) DELETE FROM pay"
    assert status(write, gold("SELECT name FROM pay", dialect)) == "unsafe"


@DIALECTS
def test_a_query_that_never_ends_runs_out_of_its_own_time_and_costs_only_itself(dialect: str) -> None:
    right = gold("SELECT name FROM pay", dialect, timeout_s=0.3)
    bomb = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    verdict = sql(bomb, right)
    assert verdict.status in ("timeout", "crash") and verdict.wall_s < 3.0
    assert status("SELECT name FROM pay", right) == "correct"


@DIALECTS
@pytest.mark.parametrize(
    "query",
    [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT i FROM n",
        "SELECT a.name FROM pay a, pay b, pay c, pay d, pay e, pay f, pay g, pay h, pay i, pay j",
    ],
)
def test_a_flood_of_rows_is_cut_off(dialect: str, query: str) -> None:
    assert status(query, gold("SELECT name FROM pay", dialect)) == "wrong"


def test_what_does_not_return_the_same_twice_is_refused() -> None:
    for query in [
        "SELECT random() FROM pay",
        'SELECT "random"() FROM pay',
        "SELECT name FROM pay ORDER BY Random ()",
    ]:
        assert status(query, gold("SELECT name FROM pay")) == "unsafe"


def test_one_database_is_made_into_several_so_that_a_constant_fails() -> None:
    one = json.dumps({"databases": [MANY], "query": "SELECT sum(euros) FROM pay"})
    assert status("SELECT 23", one) == "wrong"
    assert status("SELECT total(euros) FROM pay", one) == "correct"


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"query": "SELECT name FROM pay WHERE false"}, "no row"),
        ({"query": "SELECT 'constant'"}, "same on every database"),
        ({"query": "SELECT nme FROM pay"}, "query fails"),
        ({"query": "DELETE FROM pay"}, "fails"),
        ({"databases": ["CREATE TABEL pay(name)"]}, "cannot be built"),
        ({"databases": []}, "list of texts"),
        ({"dialect": "oracle"}, "sqlite or duckdb"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"qeury": ""}, "unknown key"),
    ],
)
def test_a_gold_that_could_not_tell_queries_apart_is_refused(fields: dict[str, Any], fault: str) -> None:
    with pytest.raises(GoldError, match=fault):
        sql.read_gold(gold(**{"query": "SELECT name FROM pay", **fields}))


@DIALECTS
def test_what_python_cannot_hold_is_the_querys_fault(dialect: str) -> None:
    nested = "SELECT " + "[" * 20 + "1" + "]" * 20
    for query in [
        nested,
        "SELECT DATE '0001-01-01' - INTERVAL 9000 YEAR",
        "SELECT CAST(x'ff' AS TEXT)",
        "SELECT 'infinity'::date",
    ]:
        assert sql(query, gold("SELECT name FROM pay", dialect)).score == 0.0


def test_order_is_read_from_the_top_level_only() -> None:
    assert has_top_level_order("SELECT a FROM t /* x */ ORDER -- y\n BY a")
    for query in [
        "SELECT rank() OVER (ORDER BY a) FROM t",
        "SELECT 'order by'",
        'SELECT "order by" -- order by',
    ]:
        assert not has_top_level_order(query)


def test_random_is_found_outside_of_texts_and_comments_only() -> None:
    for query in ['SELECT "Random" (1)', "SELECT a FROM t TABLESAMPLE 10%", "FROM t USING SAMPLE 3"]:
        assert unrepeatable(query)
    assert unrepeatable("SELECT 'random()', random /* ( */ FROM t -- uuid()") is None


def test_floats_match_in_any_order_and_exact_numbers_only_exactly() -> None:
    one = [[["float", "0.30000000000000004"], ["str", "b"]], [["float", "0.3"], ["str", "a"]]]
    other = [[["float", "0.3"], ["str", "b"]], [["float", "0.3"], ["str", "a"]]]
    assert same_rows(one, other, ordered=True) and not same_rows(one, other[::-1], ordered=True)
    for kinds in [("int", "int"), ("int", "float"), ("float", "float")]:
        far = [[[kinds[0], "10000000000"]]], [[[kinds[1], "10000000001"]]]
        assert not same_rows(*far, ordered=False)
    assert same_rows([[["float", "nan"]]], [[["float", "nan"]]], ordered=True)
    assert not same_rows([[["float", "inf"]]], [[["float", "-inf"]]], ordered=True)
