"""Group 3: a body that is over the limit, whatever it says of itself; and the connection it came on."""

import gzip

from wire import call, modern, request

from . import HTTP, OVER_HTTP, case, turned_away

LIMIT = 4 * 1024 * 1024
CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"


def path(at):
    return at.client.path if at.transport == "sse" else "/mcp"


def still_good(at, connection):
    """A request on a connection that had a bad one."""
    message, headers = modern(2, "server/discover")
    if at.transport == "sse":
        message, headers = request(2, "ping"), {}
    response = connection.ask(path=path(at), headers=headers, body=message)
    assert response and response.status in (200, 202), response


@case(3, "declared over the limit", on=OVER_HTTP)
def declared(at):
    with at.connection() as connection:
        turned_away(connection.ask(path=path(at), body=b"x" * (LIMIT + 1)), 413, "--max-body")
        still_good(at, connection)


@case(3, "declared as larger than anything", on=OVER_HTTP)
def enormous(at):
    with at.connection() as connection:
        connection.head(path=path(at), headers={"Expect": "100-continue"}, length=1 << 60)
        turned_away(connection.response(), 413, "--max-body")


@case(3, "a length that is no number", on=OVER_HTTP)
def no_number(at):
    for length in ("-1", "1e3", "18446744073709551616", "0x10"):
        with at.connection() as connection:
            connection.head(path=path(at), length=length)
            response = connection.response()
            assert response and response.status == 400, (length, response)


@case(3, "chunked over the limit", on=OVER_HTTP)
def chunked(at):
    with at.connection() as connection:
        connection.head(path=path(at), headers={"Transfer-Encoding": "chunked"})
        for _ in range(LIMIT // 0x10000 + 1):
            connection.send(CHUNK)
        connection.send(b"0\r\n\r\n")
        turned_away(connection.response(), 413, "--max-body")
        still_good(at, connection)


@case(3, "chunked without an end", on=OVER_HTTP)
def endless(at):
    before = at.server.memory()
    with at.connection() as connection:
        connection.head(path=path(at), headers={"Transfer-Encoding": "chunked"})
        sent = 0
        try:
            while sent < 16 * LIMIT:
                connection.send(CHUNK)
                sent += len(CHUNK)
        except OSError:
            pass
        assert sent < 16 * LIMIT, "it read on and on"
    # What may be held of one body, and as much again for what malloc keeps.
    grown = at.server.memory() - before
    assert grown < 2 * LIMIT + (8 << 20), f"{grown} bytes more"


@case(3, "gzip bomb", on=OVER_HTTP)
def bomb(at):
    before = at.server.memory()
    body = gzip.compress(b" " * (64 << 20))
    with at.connection() as connection:
        response = connection.ask(path=path(at), headers={"Content-Encoding": "gzip"}, body=body)
        turned_away(response, 415, "without Content-Encoding")
    assert at.server.memory() - before < 16 << 20, "it was unpacked"


@case(3, "just within the limit", on=HTTP)
def within(at):
    message = call(1, "number", word="x")
    bare = len(str(message))
    message["params"]["arguments"]["word"] = "x" * (LIMIT - bare - 100)
    status, reply = at.client.ask(message)
    assert status == 200 and reply["result"]["structuredContent"] == {"result": LIMIT - bare - 100}, str(reply)[:200]


@case(3, "chunks that are none", on=OVER_HTTP)
def broken_chunks(at):
    for chunk in (b"zz\r\n", b"-5\r\n", b"ffffffffffffffffff\r\n", b"5;" + b"x" * 20_000):
        with at.connection() as connection:
            connection.head(path=path(at), headers={"Transfer-Encoding": "chunked"})
            connection.send(chunk)
            response = connection.response()
            assert response is None or response.status == 400, (chunk[:20], response)
