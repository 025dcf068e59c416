"""Run one query on several databases; runs in the killable child of `sql.py`, never elsewhere.

    run({"dialect": "sqlite", "databases": [{"setup": "CREATE TABLE t(a); ...", "thinning": 0}],
         "query": "SELECT a FROM t", "max_rows": 100, "max_chars": 10_000})
    # {"results": [[[["int", "1"]]]]}         one list of rows a database, one [type, text] a value
    # {"fault": "write", "reason": "..."}     of a query that may not, or did not, run

A query `None` only builds the databases.

Each database is built in memory, kept for the next query on it, and can only be read: SQLite by an authorizer
and `query_only`, DuckDB by a read-only transaction without any access to files, with its settings locked.
`thinning` n above 0 drops every row whose number is a multiple of n, so that one database becomes several.
"""

import datetime
import decimal
import functools
import math
import sqlite3
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import duckdb

MAX_DATABASES = 16
"""Most databases of one gold, and most that are kept."""
MAX_VALUE_BYTES = 1_000_000
"""Longest text or blob in SQLite; DuckDB is held by its memory limit."""

_DUCKDB_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",  # or a query could name our own variables as tables
    "temp_directory": "",
    "memory_limit": "256MB",
    "threads": "1",
    "async_threads": "1",
}
_SQLITE_ALLOWED = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
_SQLITE_FORBIDDEN_FUNCTIONS = {"load_extension", "fts3_tokenizer", "random", "randomblob"}


class Fault(Exception):
    """Why a query has no result: a kind (write, error, large) and a sentence."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


def run(argument: dict[str, Any]) -> dict[str, Any]:
    """Return the rows of every database, or the fault that the first of them met."""
    build, query_on = _DIALECTS[argument["dialect"]]
    limits = argument["max_rows"], argument["max_chars"]
    try:
        built = [build(database["setup"], database["thinning"]) for database in argument["databases"]]
        if argument["query"] is None:
            return {"results": []}
        return {"results": [query_on(connection, argument["query"], limits) for connection in built]}
    except Fault as fault:
        kind, reason = fault.kind, str(fault)
    except Exception as error:  # a result that Python cannot hold, such as a date before the year 1
        kind, reason = "error", f"{type(error).__name__}: {error}"
    if kind == "error":
        build.cache_clear()  # an error may leave a database unusable, and the next query is another answer's
    return {"fault": kind, "reason": reason[:500]}


@functools.lru_cache(maxsize=MAX_DATABASES)
def _build_sqlite(setup: str, thinning: int) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(setup)
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        _thin(connection.execute, tables, thinning, sqlite3.Error)
        connection.commit()
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise Fault("error", f"{type(error).__name__}: {error}") from error
    connection.execute("PRAGMA query_only = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
    connection.set_authorizer(_authorize)
    return connection


def _query_sqlite(connection: sqlite3.Connection, query: str, limits: tuple[int, int]) -> list[Any]:
    cursor = connection.cursor()
    try:
        return _rows(cursor.execute(query).fetchmany, limits)
    except (sqlite3.Error, sqlite3.Warning, UnicodeError, MemoryError) as error:
        refused = any(word in str(error) for word in ("not authorized", "prohibited", "authorization denied"))
        raise Fault("write" if refused else "error", f"{type(error).__name__}: {error}") from error
    finally:
        cursor.close()


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    forbidden = action == sqlite3.SQLITE_FUNCTION and str(second).lower() in _SQLITE_FORBIDDEN_FUNCTIONS
    return sqlite3.SQLITE_OK if action in _SQLITE_ALLOWED and not forbidden else sqlite3.SQLITE_DENY


@functools.lru_cache(maxsize=MAX_DATABASES)
def _build_duckdb(setup: str, thinning: int) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config=_DUCKDB_CONFIG)
    try:
        connection.execute(setup)
        tables = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        _thin(connection.execute, tables, thinning, duckdb.Error)
    except duckdb.Error as error:
        raise Fault("error", f"{type(error).__name__}: {str(error).splitlines()[0]}") from error
    connection.execute("SET lock_configuration = true")
    return connection


def _query_duckdb(connection: duckdb.DuckDBPyConnection, query: str, limits: tuple[int, int]) -> list[Any]:
    connection.execute("BEGIN TRANSACTION READ ONLY")
    try:
        statements = connection.extract_statements(query)
        if len(statements) != 1 or statements[0].type is not duckdb.StatementType.SELECT:
            raise Fault("write", "it is not one SELECT")
        return _rows(connection.execute(query).fetchmany, limits)
    except (duckdb.Error, UnicodeError, ValueError, MemoryError) as error:
        text = str(error).split("\n")[0]
        refused = "read-only" in text or isinstance(error, duckdb.PermissionException)
        raise Fault("write" if refused else "error", f"{type(error).__name__}: {text}") from error
    finally:
        connection.execute("ROLLBACK")


_DIALECTS: dict[str, tuple[Any, Callable[..., list[Any]]]] = {
    "sqlite": (_build_sqlite, _query_sqlite),
    "duckdb": (_build_duckdb, _query_duckdb),
}


def _thin(
    execute: Callable[[str], Any], tables: Iterable[str], thinning: int, refusal: type[Exception]
) -> None:
    """Drop every row whose number is a multiple of `thinning`, where the schema allows it."""
    for table in tables if thinning else ():
        name = table.replace('"', '""')
        try:
            execute(f'DELETE FROM "{name}" WHERE rowid % {int(thinning)} = 0')
        except refusal:  # a table without row numbers, or one that another refers to, stays whole
            continue


def _rows(fetch: Callable[[int], Iterable[Any]], limits: tuple[int, int]) -> list[Any]:
    max_rows, chars_left = limits
    rows: list[Any] = []
    while batch := list(fetch(100)):
        for row in batch:
            rows.append([_encode(value) for value in row])
            chars_left -= sum(len(text) + 8 for _, text in rows[-1])
        if len(rows) > max_rows or chars_left < 0:
            raise Fault("large", f"it returns more than {max_rows} rows or {limits[1]} characters")
    return rows


def _encode(value: Any) -> list[str]:
    """A value as [type, text]; equal values of one type have equal text."""
    match value:
        case None:
            return ["null", ""]
        case bool() | int() | str():
            return [type(value).__name__, str(value)]
        case float():
            return ["float", "nan" if math.isnan(value) else repr(value)]
        case decimal.Decimal():
            return ["decimal", str(value)]
        case bytes() | bytearray() | memoryview():
            return ["blob", bytes(value).hex()]
        case datetime.datetime() | datetime.date() | datetime.time():
            return [type(value).__name__, value.isoformat()]
        case datetime.timedelta() | uuid.UUID():
            return [type(value).__name__, str(value)]
        case list() | tuple():
            return ["list", repr([_encode(item) for item in value])]
        case dict():
            return ["struct", repr([[_encode(key), _encode(item)] for key, item in value.items()])]
    raise Fault("error", f"a value of type {type(value).__name__} cannot be compared")
