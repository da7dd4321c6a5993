"""The table of cases: what a bad peer does, on each transport where it can, and what it must get for it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module

from wire import INTERNALS, Connection, Response, connect, modern

HTTP = ("http", "stateless")
OVER_HTTP = (*HTTP, "sse")
ALL = (*OVER_HTTP, "stdio")
GROUPS = {
    1: "host and origin",
    2: "media types and methods",
    3: "bodies",
    4: "JSON",
    5: "JSON-RPC",
    6: "eras",
    7: "sessions",
    8: "slow clients",
    9: "disconnects and cancellation",
    10: "stdio",
    11: "tools",
    12: "resources and prompts",
    13: "state and cursors",
    14: "authentication",
    15: "network",
    16: "logs",
    17: "floods",
    # Methods: the steps `fuzz`, `soak` and `conformance`.
}
SECTIONS = ("hosts", "media", "bodies", "json_texts", "messages", "eras", "sessions", "slow", "cancelling", "stdio", "tools")
SECTIONS += ("resources", "states", "auth", "network", "tls", "logs", "floods")


@dataclass(frozen=True)
class Case:
    group: int
    name: str
    body: Callable
    on: tuple = ALL
    flags: tuple = ()
    env: dict = field(default_factory=dict)
    program: str = "fixture"
    alone: bool = False  # it has a process no other case uses
    lives: bool = True  # the next good request is answered promptly


CASES = {}


def case(group, name, **details):
    """Adds a case: a function of `At`."""

    def add(body):
        assert group in GROUPS and name not in CASES, f"two cases are called {name}"
        CASES[name] = Case(group, name, body, **details)
        return body

    return add


def rows(group, table, **details):
    """Adds a case for each row: its name, and what the function gets behind `At`."""

    def add(body):
        for name, *arguments in table:
            case(group, name, **details)(partial(_spread, body, arguments))
        return body

    return add


def _spread(body, arguments, at):
    body(at, *arguments)


class At:
    """Where a case runs."""

    def __init__(self, server, client):
        self.server, self.bystander = server, client
        self.transport = server.transport
        self.path = "/sse" if self.transport == "sse" else "/mcp"
        self._clients = []

    @property
    def client(self):
        """A client of the case's own; over stdio there is one only."""
        if self.transport == "stdio":
            return self.bystander
        if not self._clients:
            self.another()
        return self._clients[0]

    def another(self):
        self._clients.append(connect(self.server))
        return self._clients[-1]

    def connection(self, seconds=10, **how):
        return Connection(self.server, seconds, **how)

    def knock(self, headers=(), **how):
        """The response to a good request, but for what is said here."""
        message, own = modern(1, "server/discover")
        headers = list(headers.items() if isinstance(headers, dict) else headers)
        with self.connection() as connection:
            if self.transport != "sse":
                return connection.ask(**{"headers": [*own.items(), *headers], "body": message, **how})
            connection.head(**{"method": "GET", "path": "/sse", "headers": headers, **how})
            status, received = start if (start := connection.start()) else (None, {})
            if status == 200:
                return _Stream(status, received)
            return Response(status, received, connection.file.read(int(received.get("content-length", 0))))

    def close(self):
        for client in self._clients:
            client.close()


@dataclass
class _Stream:
    """A response that has no end: its head."""

    status: int
    headers: dict
    message: None = None


# The status of a message that is none, and of one that was understood.
BROKEN = {"http": 400, "stateless": 400, "sse": 400, "stdio": None}
ANSWERED = {"http": 200, "stateless": 200, "sse": 202, "stdio": None}


def refused(at, answer, statuses, *codes, id=..., says=""):
    """The message of the error that an answer must be."""
    status, message = answer
    expected = statuses[at.transport] if isinstance(statuses, dict) else statuses
    assert status == expected, f"status {status}, not {expected}: {message}"
    assert message and "error" in message, f"no error: {str(message)[:300]}"
    error = message["error"]
    assert error["code"] in codes, f"{error}, not one of {codes}"
    assert id is ... or message.get("id") == id, f"id {message.get('id')!r}, not {id!r}"
    assert says in error["message"], f"{error['message']!r} does not say {says!r}"
    assert not INTERNALS.search(error["message"]), f"it tells of its insides: {error['message']}"
    assert len(error["message"]) < 1000, f"a message of {len(error['message'])} characters"
    return error["message"]


def turned_away(response, status, says=""):
    """A refusal of HTTP, which says why."""
    message = response.message
    assert response.status == status, f"status {response.status}, not {status}: {message}"
    error = message["error"] if message else ""
    text = error if isinstance(error, str) else error["message"]
    assert says in text, f"{text!r} does not say {says!r}"
    assert not INTERNALS.search(text), f"it tells of its insides: {text}"


def load():
    for section in SECTIONS:
        import_module(f".{section}", __name__)
    return CASES
