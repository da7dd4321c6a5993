"""The example someone would really use: a database, read-only."""

import asyncio
import json

from . import NO_STREAM, case, text_of
from .arguments import refused
from .messages import until

LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT count(*) AS n FROM n"
SECONDS = 5


async def query(c, sql, **arguments):
    result = await c.call("query", {"sql": sql} | arguments)
    assert not result.get("isError"), result
    rows = json.loads(text_of(result))
    if c.revision >= "2025-06-18":
        assert result["structuredContent"] == rows, result
    return rows


@case("sqlite: query, with rows as data and a limit", server="sqlite")
async def rows(c):
    names = await query(c, "SELECT name, id FROM author ORDER BY id")
    expected = {"columns": ["name", "id"], "rows": [["Ada", 1], ["Grace", 2], ["Barbara", 3]], "truncated": False}
    assert names == expected, names
    books = await query(c, "SELECT id FROM book", limit=10)
    assert len(books["rows"]) == 10 and books["truncated"] is True, books


@case("sqlite: describe, and what goes wrong is explained", server="sqlite")
async def describe(c):
    result = await c.call("describe", {"table": "book"})
    assert not result.get("isError") and "author_id" in text_of(result), result
    for tool, arguments, word in (
        ("query", {"sql": "SELECT * FROM nowhere"}, "nowhere"),
        ("query", {"sql": "DELETE FROM book"}, ""),
        ("describe", {"table": "nowhere"}, "nowhere"),
    ):
        result = await c.call(tool, arguments)
        assert result.get("isError") is True and word in text_of(result), result
    assert await refused(c, "query", {"sq": "SELECT 1"})
    assert (await query(c, "SELECT count(*) FROM book"))["rows"] == [[200]]


@case("sqlite: resources and a prompt", server="sqlite")
async def resources(c):
    listed = [resource["uri"] for resource in (await c.page("resources"))["resources"]]
    assert listed == ["schema://tables"], listed
    tables = (await c.read("schema://tables"))["contents"][0]["text"]
    assert "author" in tables and "book" in tables, tables
    book = (await c.read("schema://tables/book"))["contents"][0]["text"]
    assert "author_id" in book, book
    (message,) = (await c.prompt("explain_query", {"sql": "SELECT 1 AS one"}))["messages"]
    assert "SELECT 1 AS one" in message["content"]["text"], message


@case("sqlite: a long query tells of its progress", server="sqlite", without=NO_STREAM)
async def progress(c):
    heard = []
    arguments = {"sql": LONG.format(100_000)}
    result = await c.call("query", arguments, on_progress=lambda done, *_: heard.append(done))
    assert json.loads(text_of(result))["rows"] == [[100_000]], result
    await until(lambda: heard, "a progress notification")
    assert heard == sorted(set(heard)), heard


@case("sqlite: a query that is cancelled is interrupted", server="sqlite", without=NO_STREAM)
async def cancel(c):
    heard = []
    await c.abandon(
        "query",
        {"sql": LONG.format(10**12)},
        running=lambda: until(lambda: heard, "a progress notification"),
        on_progress=lambda *done: heard.append(done),
    )
    async with asyncio.timeout(SECONDS):
        assert (await query(c, "SELECT 1"))["rows"] == [[1]]
