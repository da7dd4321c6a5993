"""Group 17: more of everything than may be, at the limits a server has unless somebody sets others.

Who goes past a limit is told so, others are served, and at its peak the server has no more than it had idle and
`BUDGET`, which is the default of `--max-memory`: with the system's malloc, as users have it.
"""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from wire import OLD, call, modern, request, text_of

from . import case, turned_away

MIB = 1 << 20
BUDGET = 64 * MIB
LONG = 600_000
PEERS = 16  # threads of ours that flood at once
PARAMS = {"protocolVersion": OLD, "capabilities": {}, "clientInfo": {"name": "fault", "version": "1"}}
EVENTS = {"Accept": "text/event-stream"}

flood = partial(case, 17, program="limited-fixture", alone=True)


@contextmanager
def bounded(at):
    at.bystander.ping()
    idle = at.server.memory()
    Path(f"/proc/{at.server.pid}/clear_refs").write_text("5")  # forgets the peak
    yield
    grown = at.server.memory("VmHWM") - idle
    assert grown <= BUDGET, f"{grown >> 10} KiB more than idle"


def all_at_once(work, count):
    with ThreadPoolExecutor(PEERS) as peers:
        return Counter(peers.map(work, range(count)))


def comes_later(status, headers):
    """Whether it is a refusal, which says when to come back."""
    assert status in (200, 429, 503), status
    assert status == 200 or int(headers["retry-after"]) > 0, headers
    return status != 200


@flood("connections", on=("http", "sse"))
def connections(at):
    with bounded(at):
        client = at.client  # over SSE it keeps a connection, as the bystander does
        path, method, headers = (client.path, "POST", {}) if at.transport == "sse" else ("/mcp", "POST", client.headers)
        served = at.connection()
        assert served.ask(method, path, headers, request(1, "ping")).status in (200, 202)
        held = [at.connection() for _ in range(1060)]
        for connection in held[-30:]:
            turned_away(connection.response(), 503, "--max-connections")
        assert served.ask(method, path, headers, request(2, "ping")).status in (200, 202), "who is in is served"
    served.close()
    [connection.close() for connection in held]


@flood("sessions", on=("http",))
def sessions(at):
    def open_some(_):
        with at.connection() as connection:
            for _ in range(750):
                assert connection.ask(body=request(1, "initialize", PARAMS)).status == 200
        return 750

    with bounded(at), at.connection() as stream:
        stream.head("GET", headers={**at.bystander.headers, **EVENTS})  # it is in use, so others make room
        assert stream.start()[0] == 200
        assert all_at_once(open_some, PEERS) == {750: PEERS}


@flood("bodies that are kept", on=("http",))
def bodies(at):
    message, headers = modern(1, "tools/call", name="keep", arguments={"text": "x" * (2 * MIB), "ms": LONG})
    body, held = text_of(message), []

    def post(_):
        connection = at.connection(2)
        held.append(connection)
        connection.head(headers=headers, length=len(body))
        with suppress(OSError):
            connection.send(body)
        with suppress(TimeoutError):  # it waits for ever, holding what it was told
            return comes_later(*connection.start())

    with bounded(at):
        refused = all_at_once(post, 4 * PEERS)
        assert refused[True] > 10 and refused[None] > 5, refused
        [connection.close() for connection in held]


@flood("bodies without an end", on=("http",), flags=("--body-time", "1s"))
def endless(at):
    def post(_):
        with at.connection() as connection:
            connection.head(length=4 * MIB)
            with suppress(OSError):
                connection.send(b" " * (3 * MIB))
            response = connection.response()
            assert response.status in (408, 503) and response.message["error"]["message"], response
            return response.status

    with bounded(at):
        assert all_at_once(post, 6 * PEERS)[408] > 0


@flood("heads without an end", on=("http", "sse"), flags=("--header-time", "2s"))
def heads(at):
    with bounded(at):
        held = [at.connection() for _ in range(900)]
        for connection in held:
            with suppress(OSError):
                connection.send(b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * (15 * 1024))
        assert all(connection.hangs_up() for connection in held)
        with at.connection() as connection:
            connection.head(headers={"X": "x" * (16 * 1024)})
            assert connection.start()[0] == 431


@flood("streams", on=("sse",), flags=("--max-sessions", "500"))
def streams(at):
    with bounded(at):
        held, seen = [at.connection() for _ in range(700)], Counter()
        for connection in held:
            connection.head("GET", "/sse", EVENTS)
            seen[comes_later(*connection.start())] += 1
        assert seen == {False: 499, True: 201}, seen  # the bystander has one
        [connection.close() for connection in held]


@flood("streams that nobody reads", on=("http",))
def unread(at):
    """A hundred clients are owed ten megabytes each."""
    message = call(1, "chatter", lines=1000, size=10_000, ms=LONG)
    clients = [at.another() for _ in range(100)]
    with bounded(at):
        held = [client.start(message) for client in clients]
        refused = Counter(comes_later(*connection.start()) for connection in held)
        assert refused[False] > 10, refused
        [connection.close() for connection in held]


@flood("results that nobody reads", on=("http",))
def results(at):
    message, headers = modern(1, "tools/call", name="recite", arguments={"size": 6 * MIB})
    body = text_of(message)
    with bounded(at):
        held, refused = [at.connection() for _ in range(30)], 0
        for connection in held:
            connection.head(headers=headers, length=len(body))
            connection.send(body)
            status, received = connection.start()
            assert status == 200
            refused += int(received["content-length"]) < MIB
        assert 10 <= refused < 28, refused
        [connection.close() for connection in held]


@flood("lines", on=("stdio",))
def lines(at):
    client, count = at.client, 100
    with bounded(at):
        for id in range(count):
            client.send(text_of(call(id, "keep", text="x" * MIB, ms=LONG)) + b"\n")
        client.send(text_of(request("end", "ping")) + b"\n")
        refused = 0
        while (message := client.next())["id"] != "end":
            assert "--max-memory" in message["error"]["message"], message
            refused += 1
        assert 10 < refused < 90, refused
        for id in range(count):
            client.tell({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}})


@flood("lines that are too long", on=("stdio",))
def long_lines(at):
    with bounded(at):
        for _ in range(10):
            at.client.send(b"x" * (16 * MIB) + b"\n")
            assert "--max-line" in at.client.next()["error"]["message"]
