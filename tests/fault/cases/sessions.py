"""Group 7: sessions that are not there, are somebody else's, or are too many."""

import time

from wire import OLD, Connection, HttpClient, connect, modern, request

from . import case, refused, turned_away

PARAMS = {"protocolVersion": OLD, "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}}
SESSION = "00000000000000000000000000000000"


def ask(at, message, session, method="POST"):
    headers = {"MCP-Protocol-Version": OLD, "Mcp-Session-Id": session}
    with at.connection() as connection:
        return connection.ask(method, headers=headers, body=message)


@case(7, "unknown session", on=("http",))
def unknown(at):
    for session in (SESSION, "x", "", "../../etc/passwd", "é", "a" * 5000, "' OR 1=1 --"):
        turned_away(ask(at, request(1, "ping"), session), 404, "initialize")
        turned_away(ask(at, b"", session, "DELETE"), 404)


@case(7, "unknown stream", on=("sse",))
def unknown_stream(at):
    for query in ("", "?session=", f"?session={SESSION}", "?session=%00", "?session=../x", "?" + "s" * 3000, "?session=x&session=y"):
        with at.connection() as connection:
            turned_away(connection.ask(path="/messages" + query, body=request(1, "ping")), 404, "/sse")


@case(7, "session that has been ended", on=("http",))
def ended(at):
    session = at.client.headers["Mcp-Session-Id"]
    assert ask(at, b"", session, "DELETE").status in (200, 204)
    turned_away(ask(at, request(1, "ping"), session), 404, "initialize")


@case(7, "session named twice", on=("http",))
def twice(at):
    session = at.client.headers["Mcp-Session-Id"]
    with at.connection() as connection:
        headers = [("Mcp-Session-Id", session), ("Mcp-Session-Id", session)]
        turned_away(connection.ask(headers=headers, body=request(1, "ping")), 400, "is repeated")


@case(7, "session of a server that was there before", on=("http",))
def restarted(at):
    """The client is told to begin again, and can."""
    turned_away(ask(at, request(1, "ping"), "0123456789abcdef0123456789abcdef"), 404, "initialize")
    HttpClient(at.server).ping()


def in_use(at, client):
    """A stream of the session, which is read."""
    stream = at.connection()
    stream.head("GET", headers={**client.headers, "Accept": "text/event-stream"})
    assert stream.start()[0] == 200
    return stream


@case(7, "too many sessions", on=("http",), flags=("--max-sessions", "3"), alone=True)
def too_many(at):
    streams = [in_use(at, client) for client in (at.bystander, at.another(), at.another())]
    with at.connection() as connection:
        response = connection.ask(body=request(1, "initialize", PARAMS))
    turned_away(response, 503, "too many sessions")
    assert int(response.headers["retry-after"]) > 0, response.headers
    assert "mcp-session-id" not in response.headers, response.headers
    streams[2].close()
    until = time.monotonic() + 5
    while True:  # until the server has seen that
        try:
            return at.another().ping()
        except AssertionError:
            assert time.monotonic() < until, "it did not make room"
            time.sleep(0.02)


@case(7, "more sessions than may be, and one forgotten", on=("http",), flags=("--max-sessions", "2"), alone=True)
def forgotten(at):
    """The one that was not used for longest makes room, and is told."""
    first = at.another()
    at.bystander.ping()
    at.another().ping()
    turned_away(ask(at, request(1, "ping"), first.headers["Mcp-Session-Id"]), 404, "initialize")


@case(7, "too many streams", on=("sse",), flags=("--max-sessions", "3"), alone=True)
def too_many_streams(at):
    for _ in range(2):
        at.another()
    with at.connection() as connection:
        connection.head("GET", "/sse", {"Accept": "text/event-stream"})
        status, headers = connection.start()
        assert status == 503 and int(headers["retry-after"]) > 0, (status, headers)


@case(7, "a handshake that fails opens no session", on=("http",), flags=("--max-sessions", "2"), alone=True)
def refused_handshake(at):
    for params in ({}, {**PARAMS, "protocolVersion": 7}, {**PARAMS, "clientInfo": {"name": "n" * 100_000, "version": "1"}}):
        for _ in range(3):
            with at.connection() as connection:
                response = connection.ask(body=request(1, "initialize", params))
            assert "mcp-session-id" not in response.headers, response
            assert "error" in response.message, response
    at.another().ping()


@case(7, "a thousand handshakes", on=("http",), alone=True)
def flood(at):
    def some(count):
        with Connection(at.server) as connection:
            for _ in range(count):
                assert connection.ask(body=request(1, "initialize", PARAMS)).status == 200
        return at.server.memory()

    warm = some(200)
    grown = some(1000) - warm
    # A session is its id and what was agreed; 16 KiB is ample for that.
    assert grown < 1000 * 16 * 1024, f"{grown / 1000} bytes a session"


@case(7, "cancelling a call of another session", on=("http", "sse"))
def of_another(at):
    mine, other = at.client, at.another()
    waiting = mine.start(request("shared", "tools/call", {"name": "wait", "arguments": {"key": f"mine {id(at)}"}}))
    wait_for(at, f"mine {id(at)}", "running")
    other.tell({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "shared"}})
    other.ping()
    assert fate(other, f"mine {id(at)}") == "running"
    waiting.close()


def fate(client, key):
    return client.call("fate", "fate", key=key)["result"]["content"][0]["text"]


def wait_for(at, key, state, seconds=5):
    """Until a run has come to a state."""
    until = time.monotonic() + seconds
    client = at.another() if at.transport != "stdio" else at.client
    while (now := fate(client, key)) != state:
        assert time.monotonic() < until, f"{key} is {now}, not {state}"
        time.sleep(0.01)


@case(7, "no session is kept", on=("stateless",))
def none_kept(at):
    with at.connection() as connection:
        response = connection.ask(body=request(1, "initialize", PARAMS))
    assert response.status == 200 and "mcp-session-id" not in response.headers, response
    with at.connection() as connection:
        turned_away(connection.ask("GET", headers={"Accept": "text/event-stream"}), 405)
    message, headers = modern(2, "server/discover")
    with at.connection() as connection:
        assert connection.ask(headers=headers, body=message).status == 200
    refused(at, connect(at.server).ask(request(3, "nobody/serves")), {"stateless": 200}, -32601)
