"""Attacks on SQL: queries that return the right rows of one database, or do more than ask."""

import json

import naive_sql
from corpus.attack import Attack, Naive

_FIRST = "CREATE TABLE sale(item TEXT, euros INT); INSERT INTO sale VALUES ('tea', 3), ('tea', 3), ('jam', 5)"
_SECOND = (
    "CREATE TABLE sale(item TEXT, euros INT); INSERT INTO sale VALUES ('rye', 2), ('rye', 2), ('jam', 1)"
)
_BY_SET = "rows are compared as a frozen set"
_ONE_DATABASE = "one database decides"
_WRITABLE = "the query runs on a connection that may write, or reach files"


def _gold(query: str, dialect: str = "sqlite") -> str:
    return json.dumps({"databases": [_FIRST, _SECOND], "query": query, "dialect": dialect, "timeout_s": 0.3})


_ITEMS = "SELECT item FROM sale"
_ORDERED = "SELECT item, euros FROM sale ORDER BY euros DESC"


def _sql(
    name: str, why: str, answer: str, query: str = _ITEMS, control: Naive = naive_sql.frozen_rows
) -> Attack:
    return Attack(name, why, answer, {"sql": _gold(query)}, control)


def _writes(name: str, answer: str, control: Naive = naive_sql.writes) -> Attack:
    return Attack(name, _WRITABLE, answer, {"sql": _gold(_ITEMS)}, control)


def _duckdb(name: str, answer: str, control: Naive, slow: bool = False) -> Attack:
    return Attack(name, _WRITABLE, answer, {"sql": _gold(_ITEMS, "duckdb")}, control, slow=slow)


ATTACKS = [
    Attack(
        "empty_gold",
        "no rows equal no rows",
        "SELECT item FROM sale WHERE 1 = 0",
        {"sql": _gold("SELECT item FROM sale WHERE euros > 100")},
        naive_sql.frozen_rows,
        gold_may_be_refused=True,
    ),
    _writes("write_attempt", "DELETE FROM sale"),
    _sql("duplicates", _BY_SET, "SELECT DISTINCT item FROM sale"),
    _sql("duplicates_more", _BY_SET, "SELECT item FROM sale UNION ALL SELECT item FROM sale"),
    _sql("cross_join", _BY_SET, "SELECT a.item FROM sale a, sale b"),
    _sql(
        "order_lost",
        "rows are compared without their order",
        "SELECT item, euros FROM sale ORDER BY euros",
        _ORDERED,
    ),
    _sql("order_absent", "rows are compared without their order", "SELECT item, euros FROM sale", _ORDERED),
    _sql("constant_rows", _ONE_DATABASE, "SELECT 'tea' UNION ALL SELECT 'tea' UNION ALL SELECT 'jam'"),
    _sql("constant_values", _ONE_DATABASE, "SELECT * FROM (VALUES ('tea'), ('tea'), ('jam'))"),
    _sql("constant_cte", _ONE_DATABASE, "WITH r(i) AS (VALUES ('tea'), ('tea'), ('jam')) SELECT i FROM r"),
    _sql("constant_count", _ONE_DATABASE, "SELECT 11", "SELECT SUM(euros) FROM sale"),
    _sql(
        "hardcoded_case",
        _ONE_DATABASE,
        "SELECT CASE WHEN euros > 4 THEN 'jam' ELSE 'tea' END FROM sale",
        _ITEMS,
    ),
    _sql(
        "printed_types",
        "values are compared as printed",
        "SELECT CAST(euros AS TEXT) FROM sale",
        "SELECT euros FROM sale",
        naive_sql.texts_of_rows,
    ),
    _sql(
        "extra_column",
        "only the first column is looked at",
        "SELECT item, euros FROM sale",
        _ITEMS,
        naive_sql.first_column,
    ),
    _sql(
        "null_for_value",
        "NULL equals everything unknown",
        "SELECT NULLIF(item, item) FROM sale",
        "SELECT NULL FROM sale WHERE item <> 'rye'",
    ),
    _sql(
        "limit_all",
        _ONE_DATABASE,
        "SELECT item FROM sale LIMIT 3",
        "SELECT item FROM sale WHERE item <> 'rye'",
    ),
    _sql(
        "row_number",
        _ONE_DATABASE,
        "SELECT item FROM sale WHERE rowid <= 3",
        "SELECT item FROM sale WHERE item <> 'rye'",
    ),
    _sql("where_true", _ONE_DATABASE, "SELECT item FROM sale", "SELECT item FROM sale WHERE euros > 2"),
    _sql(
        "recursive_bomb",
        "a query has no bound",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT COUNT(*) FROM n",
        control=naive_sql.runs_unbounded,
    ),
    _sql(
        "join_bomb",
        "a query has no bound",
        "SELECT COUNT(*) FROM " + ", ".join(f"sale s{n}" for n in range(30)),
        control=naive_sql.runs_unbounded,
    ),
    _sql(
        "row_flood",
        "a result has no bound",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n",
        control=naive_sql.runs_unbounded,
    ),
    _sql(
        "text_bomb", "a value has no bound", "SELECT hex(zeroblob(400000000))", control=naive_sql.large_value
    ),
    _writes("insert_rows", "INSERT INTO sale VALUES ('x', 1)"),
    _writes("drop_table", "DROP TABLE sale"),
    _writes("second_statement", "SELECT item FROM sale; DELETE FROM sale"),
    _writes("update_in_cte", "WITH x AS (SELECT 1) UPDATE sale SET euros = 0"),
    _writes("create_trigger", "CREATE TRIGGER t AFTER INSERT ON sale BEGIN DELETE FROM sale; END"),
    _writes("create_view", "CREATE TEMP VIEW sale AS SELECT 'x' AS item", naive_sql.runs),
    _writes("pragma_write", "PRAGMA writable_schema = ON", naive_sql.runs),
    _writes("pragma_query_only", "PRAGMA query_only = OFF", naive_sql.runs),
    _writes("attach_file", "ATTACH DATABASE 'file:other.db?mode=memory' AS other", naive_sql.runs),
    _writes("vacuum_into", "VACUUM INTO 'out.csv'", naive_sql.vacuums),
    _writes("explain_only", "EXPLAIN QUERY PLAN SELECT item FROM sale", naive_sql.runs),
    _writes("schema_peek", "SELECT sql FROM sqlite_master", naive_sql.runs),
    Attack(
        "comment_hidden",
        "the first word is looked for in the text, comments included",
        "/* SELECT */ DELETE FROM sale",
        {"sql": _gold(_ITEMS)},
        lambda answer, gold: "SELECT" in answer and naive_sql.writes(answer, gold),
    ),
    Attack(
        "two_queries",
        "each query is tried",
        "```sql\nSELECT item FROM sale\n```\nor\n```sql\nSELECT euros FROM sale\n```",
        {"sql": _gold(_ITEMS)},
        naive_sql.any_query,
    ),
    Attack(
        "think_query",
        "the thinking is read for an answer",
        "<think>\n```sql\nSELECT item FROM sale\n```\n</think>\nI do not know.",
        {"sql": _gold(_ITEMS)},
        naive_sql.any_query,
    ),
    _duckdb("duckdb_read_text", "SELECT content FROM read_text('/etc/passwd')", naive_sql.reads_files),
    _duckdb(
        "duckdb_read_csv",
        "SELECT * FROM read_csv('/etc/passwd', header = false, sep = ':')",
        naive_sql.reads_files,
    ),
    _duckdb("duckdb_glob", "SELECT * FROM glob('/*')", naive_sql.reads_files),
    _duckdb("duckdb_copy_to", "COPY (SELECT 1) TO 'out.csv'", naive_sql.writes_files),
    _duckdb("duckdb_export", "EXPORT DATABASE 'out.csv'", naive_sql.writes_files),
    _duckdb("duckdb_attach", "ATTACH 'out.csv' AS other", naive_sql.writes_files),
    _duckdb("duckdb_setting", "SET memory_limit = '100GB'", naive_sql.duckdb_runs),
    _duckdb("duckdb_variables", "SELECT * FROM gold", naive_sql.reads_variables, slow=True),
    _duckdb(
        "duckdb_bomb", "SELECT COUNT(*) FROM range(100000000) a, range(100000000) b", naive_sql.duckdb_runs
    ),
    _duckdb(
        "duckdb_recursive",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT COUNT(*) FROM n",
        naive_sql.duckdb_runs,
        slow=True,
    ),
    Attack(
        "duckdb_repeat",
        "a value has no bound",
        "SELECT repeat('x', 2000000000)",
        {"sql": _gold(_ITEMS, "duckdb")},
        naive_sql.duckdb_runs,
        naive_answer="SELECT repeat('x', 20000000)",
    ),
    _duckdb("duckdb_constant", "SELECT unnest(['tea', 'tea', 'jam'])", naive_sql.duckdb_one_database),
    _duckdb("duckdb_distinct", "SELECT DISTINCT item FROM sale", naive_sql.frozen_rows),
]
